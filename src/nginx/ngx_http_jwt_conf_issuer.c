/*
 * What does the configuration say of an authorization server?  The jwt_issuer
 * block.
 */

#include "ngx_http_jwt.h"


static char *ngx_http_jwt_issuer_line(ngx_conf_t *cf, ngx_command_t *dummy,
    void *conf);


/* at least one argument, as nginx counts them in a block's lines */

static ngx_command_t  ngx_http_jwt_issuer_commands[] = {

    { ngx_string("issuer"),
      NGX_CONF_1MORE,
      ngx_http_jwt_issuer_values,
      0,
      offsetof(ngx_http_jwt_issuer_t, issuers),
      NULL },

    { ngx_string("audience"),
      NGX_CONF_1MORE,
      ngx_http_jwt_issuer_audience,
      0,
      offsetof(ngx_http_jwt_issuer_t, audiences),
      NULL },

    { ngx_string("algorithms"),
      NGX_CONF_1MORE,
      ngx_http_jwt_issuer_algorithms,
      0,
      offsetof(ngx_http_jwt_issuer_t, algorithms),
      NULL },

    { ngx_string("jwks_uri"),
      NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, jwks_uri),
      NULL },

    { ngx_string("discovery"),
      NGX_CONF_TAKE1,
      ngx_conf_set_flag_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, discovery),
      NULL },

    { ngx_string("jwks_file"),
      NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, jwks_file),
      NULL },

    { ngx_string("secret_file"),
      NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, secret_file),
      NULL },

    { ngx_string("jwks_refresh"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, jwks_refresh),
      NULL },

    { ngx_string("jwks_stale"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, jwks_stale),
      NULL },

    { ngx_string("jwks_cooldown"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, jwks_cooldown),
      NULL },

    { ngx_string("jwks_wait"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, jwks_wait),
      NULL },

    { ngx_string("jwks_timeout"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, jwks_timeout),
      NULL },

    { ngx_string("jwks_max_size"),
      NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, jwks_max_size),
      NULL },

    { ngx_string("jwks_proxy"),
      NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, jwks_proxy),
      NULL },

    { ngx_string("ssl_trusted_certificate"),
      NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, ssl_trusted_certificate),
      NULL },

    { ngx_string("leeway"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, leeway),
      NULL },

      ngx_null_command
};


/* Says which directives there are: a typo is then seen at once. */

static char *
ngx_http_jwt_issuer_unknown(ngx_conf_t *cf, ngx_str_t *name)
{
    u_char         *p, *last;
    u_char          known[NGX_MAX_CONF_ERRSTR / 2];
    ngx_command_t  *cmd;

    p = known;
    last = known + sizeof(known);

    for (cmd = ngx_http_jwt_issuer_commands; cmd->name.len; cmd++) {
        p = ngx_slprintf(p, last, " %V", &cmd->name);
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "unknown directive \"%V\" in \"jwt_issuer\", which "
                       "takes:%*s", name, (size_t) (p - known), known);

    return NGX_CONF_ERROR;
}


static char *
ngx_http_jwt_issuer_arguments(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid number of arguments in \"%V\" directive",
                       name);

    return NGX_CONF_ERROR;
}


/* One line of the block: the block's own table of directives serves it. */

static char *
ngx_http_jwt_issuer_line(ngx_conf_t *cf, ngx_command_t *dummy, void *conf)
{
    char           *rv;
    ngx_str_t      *value;
    ngx_command_t  *cmd;

    value = cf->args->elts;

    if (ngx_strcmp(value[0].data, "include") == 0) {
        if (cf->args->nelts != 2) {
            return ngx_http_jwt_issuer_arguments(cf, &value[0]);
        }

        return ngx_conf_include(cf, dummy, conf);
    }

    for (cmd = ngx_http_jwt_issuer_commands; cmd->name.len; cmd++) {
        if (cmd->name.len == value[0].len
            && ngx_strcmp(cmd->name.data, value[0].data) == 0)
        {
            break;
        }
    }

    if (cmd->name.len == 0) {
        return ngx_http_jwt_issuer_unknown(cf, &value[0]);
    }

    if (cf->args->nelts < 2
        || (cmd->type == NGX_CONF_TAKE1 && cf->args->nelts != 2))
    {
        return ngx_http_jwt_issuer_arguments(cf, &value[0]);
    }

    rv = cmd->set(cf, cmd, conf);

    if (rv == NGX_CONF_OK || rv == NGX_CONF_ERROR) {
        return rv;
    }

    if (cmd->set == ngx_conf_set_msec_slot
        && ngx_strcmp(rv, "invalid value") == 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"%V\" directive, write "
                           "a time, as in 500ms, 30s or 10m",
                           &value[1], &value[0]);
        return NGX_CONF_ERROR;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" directive %s",
                       &value[0], rv);

    return NGX_CONF_ERROR;
}


static ngx_http_jwt_issuer_t *
ngx_http_jwt_issuer_create(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_http_jwt_issuer_t  *issuer;

    issuer = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_issuer_t));
    if (issuer == NULL) {
        return NULL;
    }

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

    return issuer;
}


/* "jwt" must be able to name it, and a challenge to have it as its realm. */

static ngx_uint_t
ngx_http_jwt_issuer_name_ok(ngx_str_t *name)
{
    size_t  i;

    for (i = 0; i < name->len; i++) {
        if (name->data[i] < 0x20 || name->data[i] > 0x7e) {
            return 0;
        }
    }

    return name->len > 0 && ngx_strcmp(name->data, "off") != 0;
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
                           "printable ASCII that isn't \"off\"", &value[1]);
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
