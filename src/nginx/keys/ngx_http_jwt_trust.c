/*
 * Whom does the fetch trust?  Asked at configuration, so that a fetch reads
 * no file.
 */

#include "ngx_http_jwt_fetch.h"
#include "njwt_hash.h"

#include <curl/curl.h>


#define NGX_HTTP_JWT_MAX_BUNDLE  (4 * 1024 * 1024)


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


/*
 * A digest of whom the block itself trusts, by the file's bytes: an authority
 * that was taken out of it must not go on vouching for keys.
 */

static ngx_int_t
ngx_http_jwt_fetch_authorities(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    njwt_slice_t  text;

    if (ngx_http_jwt_keys_read_file(cf, issuer, "ssl_trusted_certificate",
                                    &issuer->ssl_trusted_certificate,
                                    NGX_HTTP_JWT_MAX_BUNDLE, &text)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return njwt_sha256(text, issuer->authorities) ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_http_jwt_fetch_trust(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_issuer_t *issuer)
{
    ngx_str_t                bundle;
    curl_version_info_data  *version;

    if (issuer->fixed != NULL
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
        bundle = issuer->ssl_trusted_certificate;
        issuer->ssl = ngx_http_jwt_fetch_store(cf, &bundle);

        if (issuer->ssl != NULL) {
            return ngx_http_jwt_fetch_authorities(cf, issuer);
        }

        (void) ngx_http_jwt_conf_error(cf,
                                       ngx_http_jwt_issuer_place(issuer,
                                                   "ssl_trusted_certificate"),
                                       "\"ssl_trusted_certificate\" \"%V\" "
                                       "of jwt_issuer \"%V\" can't be loaded, "
                                       "write the path of a PEM file with CA "
                                       "certificates", &bundle,
                                       &issuer->name);
        return NGX_ERROR;
    }

    if (jmcf->system_ssl == NULL && version->cainfo != NULL) {
        bundle.data = (u_char *) version->cainfo;
        bundle.len = ngx_strlen(version->cainfo);
        jmcf->system_ssl = ngx_http_jwt_fetch_store(cf, &bundle);
    }

    issuer->ssl = jmcf->system_ssl;

    if (issuer->ssl == NULL) {
        (void) ngx_http_jwt_conf_error(cf, &issuer->place,
                                       "jwt_issuer \"%V\": the system has no "
                                       "CA bundle that can be read, install "
                                       "ca-certificates or set "
                                       "\"ssl_trusted_certificate\"",
                                       &issuer->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}
