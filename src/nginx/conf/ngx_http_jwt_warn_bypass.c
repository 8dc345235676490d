/*
 * Warnings about requests that bypass the gate.
 *
 * "return", and a "rewrite" that redirects, answer before any access module or
 * handler is asked.  An "Upgrade" that the client chooses may open a tunnel
 * (h2c) whose requests nobody judges.
 */

#include "ngx_http_jwt_warnings.h"
#include "ngx_http_jwt_locations.h"


#define NGX_HTTP_JWT_BYPASS_TEXT  256   /* a directive, in a warning */


typedef struct {
    const char                *by;        /* NULL: nothing was found */
    ngx_str_t                  regex;     /* of a "rewrite" */
    ngx_uint_t                 status;
} ngx_http_jwt_bypass_t;


/* what "if ($variable = TEXT)" is compiled to, before its ..._if_code_t */
typedef struct {
    ngx_http_script_var_code_t    variable;
    ngx_http_script_value_code_t  text;
    ngx_http_script_code_pt       equal;
} ngx_http_jwt_bypass_equal_t;


#if (NGX_PCRE)

/* Does it match every URI?  These are the usual spellings. */

static ngx_uint_t
ngx_http_jwt_bypass_is_any(const ngx_str_t *regex)
{
    ngx_uint_t  i;

    static const char  *const any[] = {
        "^", "/", "^/", ".", ".*", "(.*)", "^.*", "^(.*)", "^.*$", "^(.*)$",
        "/.*", "/(.*)", "^/.*", "^/(.*)", "^/.*$", "^/(.*)$", "^(/.*)$"
    };

    for (i = 0; i < sizeof(any) / sizeof(any[0]); i++) {
        if (regex->len == ngx_strlen(any[i])
            && ngx_strncmp(regex->data, any[i], regex->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_http_jwt_bypass_rewrite(u_char *p, u_char *last,
    ngx_http_jwt_bypass_t *found)
{
    ngx_http_script_regex_code_t  *code;

    code = (ngx_http_script_regex_code_t *) p;

    if (p + sizeof(ngx_http_script_regex_code_t) > last
        || code->code != ngx_http_script_regex_start_code
        || !code->redirect
        || !ngx_http_jwt_bypass_is_any(&code->name))
    {
        return 0;
    }

    found->by = "rewrite";
    found->regex = code->name;
    found->status = code->status;

    return 1;
}

#endif


/* Does the instruction answer every request that comes to it? */

static ngx_uint_t
ngx_http_jwt_bypass_answers(u_char *p, u_char *last,
    ngx_http_jwt_bypass_t *found)
{
    ngx_http_script_return_code_t  *code;

    code = (ngx_http_script_return_code_t *) p;

    if (code->code == ngx_http_script_return_code
        && code->status < NGX_HTTP_BAD_REQUEST)
    {
        found->by = "return";
        ngx_str_null(&found->regex);
        found->status = code->status;
        return 1;
    }

#if (NGX_PCRE)
    return ngx_http_jwt_bypass_rewrite(p, last, found);
#else
    return 0;
#endif
}


/* Is it "if ($request_method = OPTIONS)"? */

static ngx_uint_t
ngx_http_jwt_bypass_is_options(ngx_conf_t *cf, u_char *start, u_char *p)
{
    ngx_http_variable_t          *v;
    ngx_http_core_main_conf_t    *cmcf;
    ngx_http_jwt_bypass_equal_t  *test;

    test = (ngx_http_jwt_bypass_equal_t *) p - 1;

    if ((size_t) (p - start) < sizeof(ngx_http_jwt_bypass_equal_t)
        || test->variable.code != ngx_http_script_var_code
        || test->text.code != ngx_http_script_value_code
        || test->equal != ngx_http_script_equal_code)
    {
        return 0;
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    v = cmcf->variables.elts;
    v += test->variable.index;

    return v->name.len == sizeof("request_method") - 1
           && ngx_strncmp(v->name.data, "request_method", v->name.len) == 0
           && test->text.text_len == sizeof("OPTIONS") - 1
           && ngx_strncmp((u_char *) test->text.text_data, "OPTIONS",
                          test->text.text_len) == 0;
}


static const char *
ngx_http_jwt_bypass_advice(ngx_uint_t status, ngx_uint_t in_if,
    ngx_uint_t options)
{
    if (options) {
        return "write \"jwt_preflight on;\" instead of the \"if\"";
    }

    if (status < NGX_HTTP_SPECIAL_RESPONSE) {
        return in_if ? NGX_HTTP_JWT_BYPASS_SOME
                     : "write \"jwt off;\" there if everybody may have that "
                       "answer, or serve it from a file or a backend";
    }

    return in_if ? "\"jwt off;\" there would open all of it, so move the "
                   "redirect to another location; to redirect only those who "
                   "have no valid token, write \"error_page 401 = @login;\", "
                   "and move it to \"location @login { jwt off; }\""
                 : "write \"jwt off;\" there if everybody is to be "
                   "redirected; to redirect only those who have no valid "
                   "token, write \"error_page 401 = @login;\", and move the "
                   "redirect to \"location @login { jwt off; }\"";
}


/*
 * The compiled directives of the rewrite module are one array, including those
 * in an "if".  It is the first member of that module's configuration.
 * Instructions differ in length, but are multiples of a pointer's: so every
 * position is examined.  A directive outside of an "if" comes before one in
 * it, because it always answers.
 */

static void
ngx_http_jwt_bypass_find(ngx_conf_t *cf, ngx_http_jwt_location_t *location,
    ngx_module_t *rewrite, ngx_http_jwt_bypass_t *found)
{
    u_char                     *p, *last, *inside;
    ngx_uint_t                  options, in_options;
    ngx_array_t                *codes;
    ngx_http_jwt_bypass_t       one;
    ngx_http_script_if_code_t  *condition;

    ngx_memzero(found, sizeof(ngx_http_jwt_bypass_t));
    codes = *(ngx_array_t **) ngx_http_jwt_location_conf(location, rewrite);

    if (codes == NULL) {
        return;
    }

    p = codes->elts;
    last = p + codes->nelts;
    inside = p;
    options = 0;
    in_options = 0;

    for ( /* void */ ; p + sizeof(ngx_http_script_return_code_t) <= last;
         p += sizeof(uintptr_t))
    {
        condition = (ngx_http_script_if_code_t *) p;

        if (condition->code == ngx_http_script_if_code) {
            inside = ngx_max(inside, p + condition->next);
            in_options = ngx_http_jwt_bypass_is_options(cf, codes->elts, p);
            continue;
        }

        if (!ngx_http_jwt_bypass_answers(p, last, &one)) {
            continue;
        }

        if (p >= inside) {
            *found = one;
            location->bypassed_if = 0;
            options = 0;
            break;
        }

        if (found->by == NULL) {
            *found = one;
            location->bypassed_if = 1;
            options = in_options;
        }
    }

    if (found->by != NULL) {
        location->bypassed_by = found->by;
        location->bypass_advice = ngx_http_jwt_bypass_advice(found->status,
                                               location->bypassed_if, options);
    }
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


static void
ngx_http_jwt_bypass_warn(ngx_conf_t *cf, ngx_http_jwt_location_t *location,
    ngx_http_jwt_bypass_t *found, const char *of)
{
    u_char      text[NGX_HTTP_JWT_BYPASS_TEXT], *last;
    ngx_str_t  *name, answer;

    name = &location->name;
    last = text + NGX_HTTP_JWT_BYPASS_TEXT;
    answer.data = text;
    answer.len = (found->regex.data == NULL)
                 ? ngx_slprintf(text, last, "\"return %ui\"", found->status)
                   - text
                 : ngx_slprintf(text, last, "\"rewrite %V\" with status %ui",
                                &found->regex, found->status)
                   - text;

    if (ngx_strcmp(of, "jwt") != 0) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "location \"%V\" has \"%s\" and %V, which answers "
                      "before the handler is asked, so nothing is revoked: "
                      "take it out in %V:%ui", name, of, &answer,
                      &location->conf->pos.file, location->conf->pos.line);
        return;
    }

    ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                  "%s%V%s has \"jwt\" and %V%s, which answers before the gate "
                  "is asked: %s in %V:%ui",
                  name->len ? "location \"" : "a server", name,
                  name->len ? "\"" : "", &answer,
                  location->bypassed_if ? " in an \"if\"" : "",
                  location->bypass_advice,
                  &location->conf->pos.file, location->conf->pos.line);
}


void
ngx_http_jwt_warn_return(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                i;
    const char               *of;
    ngx_module_t             *rewrite;
    ngx_http_jwt_bypass_t     found;
    ngx_http_jwt_location_t  *location;

    rewrite = ngx_http_jwt_warnings_module(cf, "ngx_http_rewrite_module");

    if (rewrite == NULL) {
        return;
    }

    for (i = 0; (location = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {
        of = ngx_http_jwt_bypass_of(location->conf);

        if (of == NULL) {
            continue;
        }

        ngx_http_jwt_bypass_find(cf, location, rewrite, &found);

        if (found.by != NULL) {
            ngx_http_jwt_bypass_warn(cf, location, &found, of);
        }
    }
}


/* Does this value contain the client's own header? */

static ngx_uint_t
ngx_http_jwt_bypass_is_unmapped(ngx_str_t *value)
{
    u_char     *p, *last;
    ngx_str_t   name;

    p = value->data;
    last = value->data + value->len;

    while ((p = ngx_http_jwt_conf_next_variable(p, last, &name)) != NULL) {
        if (name.len == sizeof("http_upgrade") - 1
            && ngx_strncasecmp(name.data, (u_char *) "http_upgrade", name.len)
               == 0)
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
    ngx_uint_t                i;
    ngx_module_t             *proxy;
    ngx_command_t            *set_header;
    ngx_http_jwt_location_t  *location;

    static const ngx_str_t     directive = ngx_string("proxy_set_header");

    proxy = ngx_http_jwt_warnings_module(cf, "ngx_http_proxy_module");

    if (proxy == NULL) {
        return;
    }

    set_header = ngx_http_jwt_conf_command(proxy->commands, &directive);

    if (set_header == NULL
        || set_header->set != ngx_conf_set_keyval_slot
        || set_header->conf != NGX_HTTP_LOC_CONF_OFFSET)
    {
        return;
    }

    for (i = 0; (location = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {

        if (!location->proxied
            || location->outer == NULL
            || !ngx_http_jwt_warnings_protects(jmcf, location->server)
            || !ngx_http_jwt_bypass_upgrades(location, proxy, set_header))
        {
            continue;
        }

        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "location \"%V\" passes on any $http_upgrade, in a "
                      "server that protects some of it: a backend that "
                      "speaks h2c opens a tunnel whose requests nobody "
                      "judges; write a \"map\" of it that gives nothing but "
                      "\"websocket\" in %V:%ui", &location->name,
                      &location->conf->pos.file, location->conf->pos.line);
    }
}
