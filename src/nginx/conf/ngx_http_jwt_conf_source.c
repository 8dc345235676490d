/*
 * Is an authorization server complete and free of contradictions, and whom
 * does it come to trust?  Asked at the end of its block.
 */

#include "ngx_http_jwt_fetch.h"
#include "ngx_http_jwt_state.h"


/* The first issuer, a slash if it ends without one, and a path. */

static ngx_int_t
ngx_http_jwt_issuer_well_known(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer,
    const char *path)
{
    u_char         *p;
    size_t          i, len;
    njwt_slice_t   *first;

    first = issuer->issuers->elts;
    len = ngx_strlen(path);

    /* RFC 8414, section 2: neither a query nor a fragment */

    for (i = 0; i < first->len; i++) {
        if (first->data[i] == '?' || first->data[i] == '#') {
            (void) ngx_http_jwt_conf_error(cf, &issuer->place,
                       "no source of keys can be made of the first \"issuer\" "
                       "\"%*s\" of jwt_issuer \"%V\", write \"jwks_uri\"",
                       first->len, first->data, &issuer->name);
            return NGX_ERROR;
        }
    }

    p = ngx_pnalloc(cf->pool, first->len + 1 + len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    issuer->jwks_uri.data = p;
    p = ngx_cpymem(p, first->data, first->len);

    if (p[-1] != '/') {
        *p++ = '/';
    }

    p = ngx_cpymem(p, path, len);
    *p = '\0';
    issuer->jwks_uri.len = p - issuer->jwks_uri.data;

    return NGX_OK;
}


/* Which two of the key sources contradict each other?  NULL: none. */

static const char *
ngx_http_jwt_issuer_conflict(ngx_http_jwt_issuer_t *issuer)
{
    ngx_uint_t  file, secret;

    file = issuer->jwks_file.data != NULL;
    secret = issuer->secret_file.data != NULL;

    if (file && secret) {
        return "has \"jwks_file\" and \"secret_file\", write one of them";
    }

    if ((file || secret) && issuer->jwks_uri.data != NULL) {
        return "has keys from a file and \"jwks_uri\", write one of them";
    }

    if ((file || secret) && issuer->discovery) {
        return "has keys from a file and \"discovery on\", write one of them";
    }

    if ((file || secret) && ngx_http_jwt_state_wanted(issuer)) {
        return "has keys from a file and \"state_path\", write one of them: "
               "a file needs no copy";
    }

    if (ngx_http_jwt_state_wanted(issuer) && issuer->state_path.len == 0) {
        return "has an empty \"state_path\", write the path of a directory, "
               "or \"state_path off;\"";
    }

    if (issuer->ssl_trusted_certificate.data != NULL
        && issuer->ssl_trusted_certificate.len == 0)
    {
        return "has an empty \"ssl_trusted_certificate\", write the path of a "
               "PEM file, or leave it out for the system's authorities";
    }

    if (issuer->jwks_uri.data != NULL && issuer->discovery) {
        return "has \"jwks_uri\" and \"discovery on\", write one of them";
    }

    if (secret && !(issuer->algorithms & NJWT_ALGS_HMAC)) {
        return "has \"secret_file\", which is for HS* only, write "
               "\"algorithms HS256;\"";
    }

    if (!secret && (issuer->algorithms & NJWT_ALGS_HMAC)) {
        return "has \"algorithms HS*\" without a secret, write "
               "\"secret_file PATH;\"";
    }

    return NULL;
}


/* Where the keys are: by default where OpenID providers have them. */

static char *
ngx_http_jwt_issuer_source(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    ngx_int_t    rc;
    const char  *fault, *made;

    ngx_conf_init_value(issuer->discovery, 0);

    if (issuer->algorithms == 0) {
        issuer->algorithms = NJWT_ALG_RS256;
    }

    fault = ngx_http_jwt_issuer_conflict(issuer);

    if (fault != NULL) {
        return ngx_http_jwt_conf_error(cf, &issuer->place,
                                       "jwt_issuer \"%V\" %s", &issuer->name,
                                       fault);
    }

    if (issuer->jwks_file.data != NULL || issuer->secret_file.data != NULL) {
        return ngx_http_jwt_issuer_read_keys(cf, issuer);
    }

    rc = NGX_OK;
    made = issuer->jwks_uri.data == NULL ? ", made of the first \"issuer\","
                                         : "";

    if (issuer->discovery) {
        rc = ngx_http_jwt_issuer_well_known(cf, issuer,
                                        ".well-known/openid-configuration");

    } else if (issuer->jwks_uri.data == NULL) {
        rc = ngx_http_jwt_issuer_well_known(cf, issuer,
                                            ".well-known/jwks.json");
    }

    if (rc != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    fault = njwt_url_fault(ngx_http_jwt_slice(&issuer->jwks_uri));

    if (fault != NULL) {
        return ngx_http_jwt_conf_error(cf, &issuer->place,
                   "\"jwks_uri\" \"%V\"%s of jwt_issuer \"%V\" %s",
                   &issuer->jwks_uri, made, &issuer->name, fault);
    }

    if (issuer->jwks_proxy.data != NULL
        && !njwt_url_is_proxy(ngx_http_jwt_slice(&issuer->jwks_proxy)))
    {
        return ngx_http_jwt_conf_error(cf, &issuer->place,
                   "\"jwks_proxy\" \"%V\" of jwt_issuer \"%V\" is no proxy "
                   "that can be used, write http://HOST:PORT",
                   &issuer->jwks_proxy, &issuer->name);
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_check(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    ngx_str_t      iss;
    ngx_uint_t     i;
    njwt_slice_t  *value;

    if (issuer->issuers == NULL) {
        return ngx_http_jwt_conf_error(cf, &issuer->place,
                   "jwt_issuer \"%V\" has no \"issuer\", write the exact "
                   "\"iss\" of its tokens, as in \"issuer "
                   "https://TENANT.eu.auth0.com/;\"", &issuer->name);
    }

    if (issuer->audiences == NULL) {
        return ngx_http_jwt_conf_error(cf, &issuer->place,
                   "jwt_issuer \"%V\" has no \"audience\", write the "
                   "identifier of the API, or \"audience off;\" to accept "
                   "tokens for any", &issuer->name);
    }

    value = issuer->issuers->elts;

    for (i = 0; i < issuer->issuers->nelts; i++) {
        iss.data = (u_char *) value[i].data;
        iss.len = value[i].len;

        if (!njwt_url_is_web(value[i])) {
            return ngx_http_jwt_conf_error(cf, &issuer->place,
                       "\"issuer\" \"%V\" in jwt_issuer \"%V\" is no URL, "
                       "write it as in \"https://TENANT.eu.auth0.com/\"",
                       &iss, &issuer->name);
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_times(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    ngx_conf_init_msec_value(issuer->jwks_refresh, 600000);
    ngx_conf_init_msec_value(issuer->jwks_cooldown, 30000);
    ngx_conf_init_msec_value(issuer->jwks_wait, 2000);
    ngx_conf_init_msec_value(issuer->jwks_timeout, 5000);
    ngx_conf_init_msec_value(issuer->leeway, 5000);

    ngx_conf_init_msec_value(issuer->jwks_stale, 24 * 3600 * 1000);
    ngx_conf_init_size_value(issuer->jwks_max_size, 256 * 1024);

    if (issuer->jwks_max_size == 0
        || issuer->jwks_max_size > NJWT_MAX_JWKS_SIZE)
    {
        return ngx_http_jwt_conf_error(cf, &issuer->place,
                   "\"jwks_max_size\" of jwt_issuer \"%V\" must be from 1 to "
                   "16m, write a size as in 256k", &issuer->name);
    }

    if (issuer->max_age == 0) {
        return ngx_http_jwt_conf_error(cf, &issuer->place,
                   "\"max_age\" of jwt_issuer \"%V\" can't be 0, leave it "
                   "out to accept tokens of any age", &issuer->name);
    }

    if (issuer->jwks_refresh == 0 || issuer->jwks_timeout == 0) {
        return ngx_http_jwt_conf_error(cf, &issuer->place,
                   "\"%s\" of jwt_issuer \"%V\" can't be 0, write a time",
                   issuer->jwks_refresh ? "jwks_timeout" : "jwks_refresh",
                   &issuer->name);
    }

    issuer->refresh.refresh = issuer->jwks_refresh;
    issuer->refresh.cooldown = issuer->jwks_cooldown;
    issuer->refresh.timeout = issuer->jwks_timeout;

    return NGX_CONF_OK;
}


/* What the core judges by. */

static void
ngx_http_jwt_issuer_trust(ngx_http_jwt_issuer_t *issuer)
{
    njwt_issuer_t  *trust;

    trust = &issuer->trust;

    trust->name = ngx_http_jwt_slice(&issuer->name);
    trust->issuers = issuer->issuers->elts;
    trust->issuer_count = issuer->issuers->nelts;
    trust->algorithms = issuer->algorithms;
    trust->expected.audiences = issuer->audiences->elts;
    trust->expected.audience_count = issuer->audiences->nelts;
    trust->expected.leeway = (double) issuer->leeway / 1000;

    if (issuer->max_age != NGX_CONF_UNSET_MSEC) {
        trust->expected.has_max_age = true;
        trust->expected.max_age = (double) issuer->max_age / 1000;
    }

    if (issuer->profile != NGX_CONF_UNSET_UINT) {
        trust->expected.profile = (njwt_profile_t) issuer->profile;
    }

    if (issuer->scope_claims != NULL) {
        trust->expected.scope_claims = issuer->scope_claims->elts;
        trust->expected.scope_claim_count = issuer->scope_claims->nelts;
    }
}


char *
ngx_http_jwt_issuer_finish(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_issuer_t *issuer)
{
    ngx_http_jwt_issuer_t  **entry;

    if (ngx_http_jwt_issuer_check(cf, issuer) != NGX_CONF_OK
        || ngx_http_jwt_issuer_times(cf, issuer) != NGX_CONF_OK
        || ngx_http_jwt_issuer_source(cf, issuer) != NGX_CONF_OK
        || ngx_http_jwt_fetch_trust(cf, jmcf, issuer) != NGX_OK
        || ngx_http_jwt_state_conf(cf, issuer) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_http_jwt_issuer_trust(issuer);

    entry = ngx_array_push(&jmcf->issuers);
    if (entry == NULL) {
        return NGX_CONF_ERROR;
    }

    issuer->main = jmcf;
    *entry = issuer;

    return NGX_CONF_OK;
}
