/*
 * What may a line of a jwt_issuer block say?
 */

#include "ngx_http_jwt.h"


/* at least one argument, as nginx counts them in a block's lines */

static ngx_command_t  ngx_http_jwt_issuer_commands[] = {

    { ngx_string("issuer"),
      NGX_CONF_1MORE,
      ngx_http_jwt_issuer_issuer,
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

    { ngx_string("state_path"),
      NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, state_path),
      NULL },

    { ngx_string("leeway"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, leeway),
      NULL },

    { ngx_string("max_age"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, max_age),
      NULL },

    { ngx_string("profile"),
      NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_profile,
      0,
      offsetof(ngx_http_jwt_issuer_t, profile),
      NULL },

    { ngx_string("scope_claim"),
      NGX_CONF_1MORE,
      ngx_http_jwt_issuer_scope_claim,
      0,
      offsetof(ngx_http_jwt_issuer_t, scope_claims),
      NULL },

      ngx_null_command
};

_Static_assert(sizeof(ngx_http_jwt_issuer_commands) / sizeof(ngx_command_t)
               <= NGX_HTTP_JWT_ISSUER_LINES + 1,
               "each directive needs room in NGX_HTTP_JWT_ISSUER_LINES");


ngx_http_jwt_place_t *
ngx_http_jwt_issuer_place(ngx_http_jwt_issuer_t *issuer, const char *name)
{
    ngx_uint_t      i;
    ngx_command_t  *cmd;

    cmd = ngx_http_jwt_issuer_commands;

    for (i = 0; cmd[i].name.len; i++) {
        if (ngx_strcmp(cmd[i].name.data, name) == 0
            && issuer->lines[i].line != 0)
        {
            return &issuer->lines[i];
        }
    }

    return &issuer->place;
}


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


char *
ngx_http_jwt_issuer_line(ngx_conf_t *cf, ngx_command_t *dummy, void *conf)
{
    ngx_http_jwt_issuer_t  *issuer = conf;

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

    ngx_http_jwt_conf_place(cf,
        &issuer->lines[cmd - ngx_http_jwt_issuer_commands]);

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


ngx_uint_t
ngx_http_jwt_issuer_knows(const ngx_str_t *name)
{
    ngx_command_t  *cmd;

    for (cmd = ngx_http_jwt_issuer_commands; cmd->name.len; cmd++) {
        if (cmd->name.len == name->len
            && ngx_strncmp(cmd->name.data, name->data, name->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}
