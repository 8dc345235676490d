/*
 * What does the configuration say of an authorization server?  The jwt_issuer
 * block, and the zone that keeps its keys.
 */

#include "ngx_http_jwt_fetch.h"


static char *ngx_http_jwt_issuer_line(ngx_conf_t *cf, ngx_command_t *dummy,
    void *conf);
static char *ngx_http_jwt_issuer_values(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_jwt_issuer_audience(ngx_conf_t *cf, ngx_command_t *cmd,
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

    { ngx_string("jwks_uri"),
      NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, jwks_uri),
      NULL },

    { ngx_string("jwks_refresh"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_t, jwks_refresh),
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


void
ngx_http_jwt_conf_place(ngx_conf_t *cf, ngx_http_jwt_place_t *place)
{
    ngx_str_null(&place->file);
    place->line = 0;

    if (cf->conf_file != NULL) {
        place->file = cf->conf_file->file.name;
        place->line = cf->conf_file->line;
    }
}


char *
ngx_http_jwt_conf_error(ngx_conf_t *cf, ngx_http_jwt_place_t *place,
    const char *fmt, ...)
{
    u_char   text[NGX_MAX_CONF_ERRSTR], *last;
    va_list  args;

    va_start(args, fmt);
    last = ngx_vslprintf(text, text + sizeof(text), fmt, args);
    va_end(args);

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%*s in %V:%ui",
                  (size_t) (last - text), text, &place->file, place->line);

    return NGX_CONF_ERROR;
}


char *
ngx_http_jwt_shared_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_main_conf_t  *jmcf = conf;

    u_char     *colon;
    ssize_t     size;
    ngx_str_t  *value, name, text;

    if (jmcf->zone_name.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;
    colon = NULL;
    size = NGX_ERROR;

    if (ngx_strncmp(value[1].data, "zone=", 5) == 0) {
        name.data = value[1].data + 5;
        colon = (u_char *) ngx_strchr(name.data, ':');
    }

    if (colon != NULL) {
        name.len = colon - name.data;
        text.data = colon + 1;
        text.len = value[1].data + value[1].len - text.data;
        size = ngx_parse_size(&text);
    }

    if (size == NGX_ERROR || name.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid zone \"%V\" in \"jwt_shared_zone\", write "
                           "zone=NAME:SIZE, as in zone=jwt:1m", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (size < (ssize_t) (8 * ngx_pagesize)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" in \"jwt_shared_zone\" is too small, "
                           "write zone=%V:1m", &value[1], &name);
        return NGX_CONF_ERROR;
    }

    jmcf->zone_name = name;
    jmcf->zone_size = (size_t) size;

    return NGX_CONF_OK;
}


/* Adds each argument to a list of slices. */

static char *
ngx_http_jwt_issuer_values(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    ngx_str_t      *value;
    ngx_uint_t      i;
    ngx_array_t   **list;
    njwt_slice_t   *slice;

    list = (ngx_array_t **) (p + cmd->offset);

    if (*list != NULL) {
        return "is duplicate";
    }

    *list = ngx_array_create(cf->pool, 2, sizeof(njwt_slice_t));
    if (*list == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (value[i].len == 0) {
            return "has an empty value";
        }

        slice = ngx_array_push(*list);
        if (slice == NULL) {
            return NGX_CONF_ERROR;
        }

        *slice = ngx_http_jwt_slice(&value[i]);
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_audience(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_issuer_t  *issuer = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_strcmp(value[i].data, "off") != 0) {
            continue;
        }

        if (cf->args->nelts > 2) {
            return "takes either \"off\" or values, not both";
        }

        issuer->trust.expected.any_audience = true;
    }

    return ngx_http_jwt_issuer_values(cf, cmd, conf);
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
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown directive \"%V\" in \"jwt_issuer\"",
                           &value[0]);
        return NGX_CONF_ERROR;
    }

    if (cf->args->nelts < 2
        || (cmd->type == NGX_CONF_TAKE1 && cf->args->nelts != 2))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid number of arguments in \"%V\" directive",
                           &value[0]);
        return NGX_CONF_ERROR;
    }

    rv = cmd->set(cf, cmd, conf);

    if (rv == NGX_CONF_OK || rv == NGX_CONF_ERROR) {
        return rv;
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

    issuer->jwks_refresh = NGX_CONF_UNSET_MSEC;
    issuer->jwks_cooldown = NGX_CONF_UNSET_MSEC;
    issuer->jwks_wait = NGX_CONF_UNSET_MSEC;
    issuer->jwks_timeout = NGX_CONF_UNSET_MSEC;
    issuer->leeway = NGX_CONF_UNSET_MSEC;

    return issuer;
}


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


static char *
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
