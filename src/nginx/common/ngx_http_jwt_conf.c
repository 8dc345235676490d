/*
 * Where was something said, and what was wrong with it?  What the readers of
 * directives share, and the directives of the zones.
 */

#include "ngx_http_jwt.h"


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
ngx_http_jwt_conf_zone(ngx_conf_t *cf, ngx_str_t *name, size_t *size)
{
    u_char     *colon;
    ssize_t     n;
    ngx_str_t  *value, text;

    value = cf->args->elts;
    colon = NULL;
    n = NGX_ERROR;

    if (ngx_strncmp(value[1].data, "zone=", 5) == 0) {
        name->data = value[1].data + 5;
        colon = (u_char *) ngx_strchr(name->data, ':');
    }

    if (colon != NULL) {
        name->len = colon - name->data;
        text.data = colon + 1;
        text.len = value[1].data + value[1].len - text.data;
        n = ngx_parse_size(&text);
    }

    if (n == NGX_ERROR || name->len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid zone \"%V\" in \"%V\", write "
                           "zone=NAME:SIZE, as in zone=jwt:1m", &value[1],
                           &value[0]);
        return NGX_CONF_ERROR;
    }

    if (n < (ssize_t) (8 * ngx_pagesize)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" in \"%V\" is too small, write "
                           "zone=%V:1m", &value[1], &value[0], name);
        return NGX_CONF_ERROR;
    }

    *size = (size_t) n;

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_shared_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_main_conf_t  *jmcf = conf;

    if (jmcf->zone_name.data != NULL) {
        return "is duplicate";
    }

    ngx_http_jwt_conf_place(cf, &jmcf->zone_place);

    return ngx_http_jwt_conf_zone(cf, &jmcf->zone_name, &jmcf->zone_size);
}


char *
ngx_http_jwt_token_cache(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_main_conf_t  *jmcf = conf;

    ngx_str_t  *value;

    if (jmcf->cache_off || jmcf->cache_name.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        jmcf->cache_off = 1;
        return NGX_CONF_OK;
    }

    return ngx_http_jwt_conf_zone(cf, &jmcf->cache_name, &jmcf->cache_size);
}
