/*
 * Is an authorization server complete and free of contradictions, and whom
 * does it come to trust?  Asked at the end of its block.
 */

#include "ngx_http_jwt_fetch.h"


/* The default key source: where OpenID providers, Auth0 too, have it. */

static ngx_int_t
ngx_http_jwt_issuer_default_uri(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    u_char         *p;
    njwt_slice_t   *first;

    static ngx_str_t  path = ngx_string(".well-known/jwks.json");

    if (issuer->jwks_uri.data != NULL) {
        return NGX_OK;
    }

    first = issuer->issuers->elts;

    p = ngx_pnalloc(cf->pool, first->len + 1 + path.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    issuer->jwks_uri.data = p;
    p = ngx_cpymem(p, first->data, first->len);

    if (p[-1] != '/') {
        *p++ = '/';
    }

    p = ngx_cpymem(p, path.data, path.len);
    *p = '\0';
    issuer->jwks_uri.len = p - issuer->jwks_uri.data;

    return NGX_OK;
}


static char *
ngx_http_jwt_issuer_check(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    ngx_str_t      iss;
    ngx_uint_t     i;
    const char    *fault;
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

        if (!ngx_http_jwt_fetch_is_url(cf->temp_pool, &iss)) {
            return ngx_http_jwt_conf_error(cf, &issuer->place,
                       "\"issuer\" \"%V\" in jwt_issuer \"%V\" is no URL, "
                       "write it as in \"https://TENANT.eu.auth0.com/\"",
                       &iss, &issuer->name);
        }
    }

    if (ngx_http_jwt_issuer_default_uri(cf, issuer) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    fault = ngx_http_jwt_fetch_url(cf->temp_pool, &issuer->jwks_uri);

    if (fault != NULL) {
        return ngx_http_jwt_conf_error(cf, &issuer->place,
                   "\"jwks_uri\" \"%V\" of jwt_issuer \"%V\" %s",
                   &issuer->jwks_uri, &issuer->name, fault);
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

    issuer->jwks_stale = 24 * 3600 * 1000;
    issuer->jwks_max_size = 256 * 1024;

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
    trust->algorithms = NJWT_ALG_RS256;
    trust->expected.audiences = issuer->audiences->elts;
    trust->expected.audience_count = issuer->audiences->nelts;
    trust->expected.leeway = (double) issuer->leeway / 1000;
}


char *
ngx_http_jwt_issuer_finish(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_issuer_t *issuer)
{
    ngx_http_jwt_issuer_t  **entry;

    if (ngx_http_jwt_issuer_check(cf, issuer) != NGX_CONF_OK
        || ngx_http_jwt_issuer_times(cf, issuer) != NGX_CONF_OK
        || ngx_http_jwt_fetch_trust(cf, jmcf, issuer) != NGX_OK)
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
