/*
 * What does the configuration say of an authorization server?  The jwt_issuer
 * block.
 */

#include "ngx_http_jwt.h"


/*
 * The copy of the shared keys that the process made.  A process goes on with
 * another cycle where there is no master.
 */

static void
ngx_http_jwt_issuer_cleanup(void *data)
{
    ngx_http_jwt_issuer_t  *issuer = data;

    njwt_jwks_free(issuer->jwks);
}


static ngx_http_jwt_issuer_t *
ngx_http_jwt_issuer_create(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_pool_cleanup_t     *cln;
    ngx_http_jwt_issuer_t  *issuer;

    cln = ngx_pool_cleanup_add(cf->pool, sizeof(ngx_http_jwt_issuer_t));
    if (cln == NULL) {
        return NULL;
    }

    issuer = cln->data;
    ngx_memzero(issuer, sizeof(ngx_http_jwt_issuer_t));
    cln->handler = ngx_http_jwt_issuer_cleanup;

    issuer->name = *name;
    ngx_http_jwt_conf_place(cf, &issuer->place);

    issuer->discovery = NGX_CONF_UNSET;
    issuer->jwks_refresh = NGX_CONF_UNSET_MSEC;
    issuer->jwks_stale = NGX_CONF_UNSET_MSEC;
    issuer->jwks_max_size = NGX_CONF_UNSET_SIZE;
    issuer->jwks_cooldown = NGX_CONF_UNSET_MSEC;
    issuer->jwks_wait = NGX_CONF_UNSET_MSEC;
    issuer->jwks_timeout = NGX_CONF_UNSET_MSEC;
    issuer->leeway = NGX_CONF_UNSET_MSEC;
    issuer->max_age = NGX_CONF_UNSET_MSEC;
    issuer->profile = NGX_CONF_UNSET_UINT;

    return issuer;
}


/*
 * "jwt" must be able to name it, and a challenge to have it as its realm; "-"
 * are, in counters and logs, requests whose issuer isn't known.
 */

static ngx_uint_t
ngx_http_jwt_issuer_name_ok(ngx_str_t *name)
{
    size_t  i;

    for (i = 0; i < name->len; i++) {
        if (name->data[i] < 0x20 || name->data[i] > 0x7e) {
            return 0;
        }
    }

    return name->len > 0
           && ngx_strcmp(name->data, "off") != 0
           && ngx_strcmp(name->data, "-") != 0;
}


char *
ngx_http_jwt_issuer_block(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_main_conf_t  *jmcf = conf;

    char                    *rv;
    ngx_str_t               *value;
    ngx_uint_t               i;
    ngx_conf_t               save;
    ngx_http_jwt_issuer_t   *issuer, **issuers;

    value = cf->args->elts;
    issuers = jmcf->issuers.elts;

    if (!ngx_http_jwt_issuer_name_ok(&value[1])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid name \"%V\" of a jwt_issuer, write one of "
                           "printable ASCII that is neither \"off\" nor \"-\"",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    for (i = 0; i < jmcf->issuers.nelts; i++) {
        if (issuers[i]->name.len == value[1].len
            && ngx_strcmp(issuers[i]->name.data, value[1].data) == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate jwt_issuer \"%V\", the first one "
                               "is in %V:%ui", &value[1],
                               &issuers[i]->place.file,
                               issuers[i]->place.line);
            return NGX_CONF_ERROR;
        }
    }

    issuer = ngx_http_jwt_issuer_create(cf, &value[1]);
    if (issuer == NULL) {
        return NGX_CONF_ERROR;
    }

    save = *cf;
    cf->handler = ngx_http_jwt_issuer_line;
    cf->handler_conf = (char *) issuer;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_http_jwt_issuer_finish(cf, jmcf, issuer);
}
