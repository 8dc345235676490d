/*
 * Warnings about requests that bypass the gate.
 *
 * "return" answers before any access module or handler is asked.  An "Upgrade"
 * that the client chooses may open a tunnel (h2c) whose requests nobody
 * judges.
 */

#include "ngx_http_jwt_warnings.h"
#include "ngx_http_jwt_locations.h"


/*
 * The compiled directives of the rewrite module are one array, including those
 * in an "if".  It is the first member of that module's configuration.
 * Instructions differ in length, but are multiples of a pointer's: so every
 * position is examined.  A "return" outside of an "if" comes before one in it,
 * because it always answers.
 */

static ngx_http_script_return_code_t *
ngx_http_jwt_bypass_return(ngx_http_jwt_location_t *location,
    ngx_module_t *rewrite)
{
    u_char                         *p, *last, *inside;
    ngx_array_t                    *codes;
    ngx_http_script_if_code_t      *condition;
    ngx_http_script_return_code_t  *code, *conditional;

    codes = *(ngx_array_t **) ngx_http_jwt_location_conf(location, rewrite);

    if (codes == NULL) {
        return NULL;
    }

    p = codes->elts;
    last = p + codes->nelts;
    inside = p;
    conditional = NULL;

    for ( /* void */ ; p + sizeof(ngx_http_script_return_code_t) <= last;
         p += sizeof(uintptr_t))
    {
        condition = (ngx_http_script_if_code_t *) p;

        if (condition->code == ngx_http_script_if_code) {
            inside = ngx_max(inside, p + condition->next);
            continue;
        }

        code = (ngx_http_script_return_code_t *) p;

        if (code->code != ngx_http_script_return_code
            || code->status >= NGX_HTTP_BAD_REQUEST)
        {
            continue;
        }

        if (p >= inside) {
            location->returns = 1;
            return code;
        }

        if (conditional == NULL) {
            conditional = code;
        }
    }

    location->returns_if = (conditional != NULL);

    return conditional;
}


/*
 * What a "return" bypasses; NULL: nothing of ours.  A handler runs after the
 * gate.
 */

static const char *
ngx_http_jwt_bypass_of(ngx_http_jwt_loc_conf_t *conf)
{
    if (conf->revoke.data != NULL) {
        return "jwt_revoke_handler";
    }

    if (conf->logout != NULL) {
        return "jwt_logout_handler";
    }

    return (conf->policy != NULL) ? "jwt" : NULL;
}


void
ngx_http_jwt_warn_return(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_str_t                       *name;
    ngx_uint_t                       i;
    const char                      *of;
    ngx_module_t                    *rewrite;
    ngx_http_jwt_location_t        **all;
    ngx_http_script_return_code_t   *code;

    rewrite = ngx_http_jwt_warnings_module(cf, "ngx_http_rewrite_module");

    if (rewrite == NULL) {
        return;
    }

    all = jmcf->locations.elts;

    for (i = 0; i < jmcf->locations.nelts; i++) {
        of = ngx_http_jwt_bypass_of(all[i]->conf);

        if (of == NULL) {
            continue;
        }

        code = ngx_http_jwt_bypass_return(all[i], rewrite);

        if (code == NULL) {
            continue;
        }

        name = &all[i]->name;

        if (ngx_strcmp(of, "jwt") != 0) {
            ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                          "location \"%V\" has \"%s\" and \"return %ui\", "
                          "which answers before the handler is asked, and "
                          "nothing is revoked: take it out in %V:%ui", name,
                          of, code->status, &all[i]->conf->pos.file,
                          all[i]->conf->pos.line);
            continue;
        }

        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "%s%V%s has \"jwt\" and \"return %ui\"%s, which answers "
                      "before the gate is asked: %s in %V:%ui",
                      name->len ? "location \"" : "a server", name,
                      name->len ? "\"" : "", code->status,
                      all[i]->returns ? "" : " in an \"if\"",
                      all[i]->returns
                      ? "write \"jwt off;\" there if everybody may have that "
                        "answer, or serve it from a file or a backend"
                      : "\"jwt off;\" there would open all of it, so write "
                        "\"jwt_preflight on;\" if that is for CORS "
                        "preflights, or serve it from another location",
                      &all[i]->conf->pos.file, all[i]->conf->pos.line);
    }
}


/* Does this value contain the client's own header? */

static ngx_uint_t
ngx_http_jwt_bypass_is_unmapped(ngx_str_t *value)
{
    u_char  *p, *last;
    size_t   len;

    len = sizeof("http_upgrade") - 1;
    last = value->data + value->len;

    for (p = value->data; p < last; p++) {

        if (*p != '$') {
            continue;
        }

        p += (p + 1 < last && p[1] == '{') ? 2 : 1;

        if ((size_t) (last - p) < len
            || ngx_strncasecmp(p, (u_char *) "http_upgrade", len) != 0)
        {
            continue;
        }

        p += len;

        if (p == last
            || !((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')
                 || (*p >= '0' && *p <= '9') || *p == '_'))
        {
            return 1;
        }
    }

    return 0;
}


/* proxy_set_header notes its two words where its entry in the table says. */

static ngx_uint_t
ngx_http_jwt_bypass_upgrades(ngx_http_jwt_location_t *location,
    ngx_module_t *proxy, ngx_command_t *set_header)
{
    u_char        *conf;
    ngx_uint_t     i;
    ngx_array_t   *headers;
    ngx_keyval_t  *header;

    conf = ngx_http_jwt_location_conf(location, proxy);
    headers = *(ngx_array_t **) (conf + set_header->offset);

    if (headers == NULL || headers == NGX_CONF_UNSET_PTR) {
        return 0;
    }

    header = headers->elts;

    for (i = 0; i < headers->nelts; i++) {
        if (header[i].key.len == sizeof("Upgrade") - 1
            && ngx_strncasecmp(header[i].key.data, (u_char *) "Upgrade",
                               sizeof("Upgrade") - 1)
               == 0
            && ngx_http_jwt_bypass_is_unmapped(&header[i].value))
        {
            return 1;
        }
    }

    return 0;
}


void
ngx_http_jwt_warn_upgrade(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                 i;
    ngx_module_t              *proxy;
    ngx_command_t             *set_header;
    ngx_http_jwt_location_t  **all;

    static const ngx_str_t     directive = ngx_string("proxy_set_header");

    proxy = ngx_http_jwt_warnings_module(cf, "ngx_http_proxy_module");

    if (proxy == NULL) {
        return;
    }

    set_header = ngx_http_jwt_warnings_command(proxy, &directive);

    if (set_header == NULL
        || set_header->set != ngx_conf_set_keyval_slot
        || set_header->conf != NGX_HTTP_LOC_CONF_OFFSET)
    {
        return;
    }

    all = jmcf->locations.elts;

    for (i = 0; i < jmcf->locations.nelts; i++) {

        if (!all[i]->proxied
            || all[i]->outer == NULL
            || !ngx_http_jwt_warnings_protects(jmcf, all[i]->server)
            || !ngx_http_jwt_bypass_upgrades(all[i], proxy, set_header))
        {
            continue;
        }

        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "location \"%V\" passes on any $http_upgrade, in a "
                      "server that protects some of it: a backend that "
                      "speaks h2c opens a tunnel whose requests nobody "
                      "judges, write a \"map\" of it that gives nothing but "
                      "\"websocket\" in %V:%ui", &all[i]->name,
                      &all[i]->conf->pos.file, all[i]->conf->pos.line);
    }
}
