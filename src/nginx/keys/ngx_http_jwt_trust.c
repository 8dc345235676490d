/*
 * The certificate authorities that the fetch trusts.  They are loaded with the
 * configuration, so that a fetch reads no file.
 */

#include "ngx_http_jwt_fetch.h"
#include "njwt_hash.h"

#include <curl/curl.h>


#define NGX_HTTP_JWT_MAX_BUNDLE  (16 * 1024 * 1024)


ngx_uint_t
ngx_http_jwt_fetch_is_https(ngx_str_t *url)
{
    return url->len > 6
           && ngx_strncasecmp(url->data, (u_char *) "https:", 6) == 0;
}


static ngx_ssl_t *
ngx_http_jwt_fetch_store(ngx_conf_t *cf, ngx_str_t *bundle)
{
    ngx_ssl_t           *ssl;
    ngx_pool_cleanup_t  *cln;

    ssl = ngx_pcalloc(cf->pool, sizeof(ngx_ssl_t));
    cln = ngx_pool_cleanup_add(cf->pool, 0);

    if (ssl == NULL || cln == NULL) {
        return NULL;
    }

    ssl->log = cf->log;

    if (ngx_ssl_create(ssl, 0, NULL) != NGX_OK) {
        return NULL;
    }

    cln->handler = ngx_ssl_cleanup_ctx;
    cln->data = ssl;

    /* nginx logs what is wrong with the file */

    if (ngx_ssl_trusted_certificate(cf, ssl, bundle, 1) != NGX_OK) {
        return NULL;
    }

    return ssl;
}


/* A digest of a bundle, by the file's bytes. */

static ngx_int_t
ngx_http_jwt_fetch_ca_digest(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer,
    ngx_str_t *bundle, u_char *digest)
{
    njwt_slice_t  text;

    if (ngx_http_jwt_conf_file(cf, issuer, "ssl_trusted_certificate",
                               bundle, NGX_HTTP_JWT_MAX_BUNDLE, &text)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return njwt_sha256(text, digest) ? NGX_OK : NGX_ERROR;
}


/*
 * The issuer's own bundle: an authority that was removed from it must not live
 * on through the keys that it brought.
 */

static ngx_int_t
ngx_http_jwt_fetch_own_ca(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    ngx_str_t  bundle;

    bundle = issuer->ssl_trusted_certificate;
    issuer->ssl = ngx_http_jwt_fetch_store(cf, &bundle);

    if (issuer->ssl == NULL) {
        (void) ngx_http_jwt_conf_error(cf,
                   ngx_http_jwt_issuer_pos(issuer, "ssl_trusted_certificate"),
                   "\"ssl_trusted_certificate\" \"%V\" of jwt_issuer \"%V\" "
                   "can't be loaded: write the path of a PEM file with CA "
                   "certificates", &bundle, &issuer->name);
        return NGX_ERROR;
    }

    if (ngx_http_jwt_fetch_ca_digest(cf, issuer,
                                     &issuer->ssl_trusted_certificate,
                                     issuer->own_ca_digest)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_memcpy(issuer->ca_digest, issuer->own_ca_digest,
               NGX_HTTP_JWT_DIGEST_LEN);

    return NGX_OK;
}


/*
 * The system's bundle.  Packages change it at any time: its digest only shows
 * whether a fetch that failed is worth another attempt (see recover_ca).
 */

static ngx_int_t
ngx_http_jwt_fetch_system(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_issuer_t *issuer, const char *cainfo)
{
    ngx_str_t  bundle;

    if (jmcf->system_ssl == NULL && cainfo != NULL) {
        bundle.data = (u_char *) cainfo;
        bundle.len = ngx_strlen(cainfo);

        jmcf->system_ssl = ngx_http_jwt_fetch_store(cf, &bundle);

        if (jmcf->system_ssl != NULL
            && ngx_http_jwt_fetch_ca_digest(cf, issuer, &bundle,
                                            jmcf->system_ca)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (jmcf->system_ssl == NULL) {
        (void) ngx_http_jwt_conf_error(cf, &issuer->pos,
                   "the system has no CA bundle for jwt_issuer \"%V\" that "
                   "can be read: install ca-certificates or set "
                   "\"ssl_trusted_certificate\"", &issuer->name);
        return NGX_ERROR;
    }

    issuer->ssl = jmcf->system_ssl;
    ngx_memcpy(issuer->ca_digest, jmcf->system_ca, NGX_HTTP_JWT_DIGEST_LEN);

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_fetch_trust(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_issuer_t *issuer)
{
    curl_version_info_data  *version;

    if (issuer->static_jwks != NULL
        || (!ngx_http_jwt_fetch_is_https(&issuer->jwks_uri)
            && issuer->ssl_trusted_certificate.len == 0))
    {
        return NGX_OK;
    }

    version = curl_version_info(CURLVERSION_NOW);

    if (!(version->features & CURL_VERSION_ASYNCHDNS)) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "this libcurl resolves names synchronously and would "
                      "block the workers: install one with the threaded "
                      "resolver or c-ares");
        return NGX_ERROR;
    }

    if (issuer->ssl_trusted_certificate.len) {
        return ngx_http_jwt_fetch_own_ca(cf, issuer);
    }

    return ngx_http_jwt_fetch_system(cf, jmcf, issuer, version->cainfo);
}
