/*
 * Withheld credentials: jwt_pass_token off, and CORS preflights
 * (jwt_preflight).
 *
 * They are removed from the request itself, so that no proxy_set_header, no
 * variable and no subrequest has them.  They are kept for a second judgement:
 * an internal redirect may lead to another guarded location.
 *
 * A preflight (of the Fetch standard) can't have a token.  It continues
 * unjudged, which must not allow more than a question: it carries no
 * credentials, and nothing that a backend would take for another method than
 * OPTIONS.  It isn't allowed either: under "satisfy any" another module has to
 * allow it.
 */

#include "ngx_http_jwt_headers.h"
#include "ngx_http_jwt_identity.h"
#include "ngx_http_jwt_occurrences.h"
#include "ngx_http_jwt_pass_token.h"
#include "ngx_http_jwt_request.h"


/* removed from the main request; lives in its pool's cleanup */
typedef struct {
    ngx_array_t   headers;     /* ngx_table_elt_t */
    ngx_uint_t    cookies;     /* are the client's cookies included? */
} ngx_http_jwt_withheld_t;


static const ngx_str_t  ngx_http_jwt_credentials_headers[] = {
    ngx_string("authorization"),
    ngx_string("dpop")
};

/* by which a preflight could have another method */

static const ngx_str_t  ngx_http_jwt_method_headers[] = {
    ngx_string("x-http-method"),
    ngx_string("x-http-method-override"),
    ngx_string("x-method-override")
};

static const ngx_str_t  ngx_http_jwt_cookie_header = ngx_string("cookie");


char *
ngx_http_jwt_pass_token(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    ngx_http_jwt_conf_pos(cf, &jlcf->pass_token_pos);

    return ngx_conf_set_flag_slot(cf, cmd, conf);
}


ngx_int_t
ngx_http_jwt_credentials_create(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *conf)
{
    ngx_str_t                    *name;
    ngx_uint_t                    i;
    ngx_http_jwt_credentials_t   *all;
    ngx_http_jwt_token_source_t  *source;

    all = ngx_palloc(cf->pool, sizeof(ngx_http_jwt_credentials_t));

    if (all == NULL
        || ngx_array_init(&all->headers, cf->pool, 2, sizeof(ngx_str_t))
           != NGX_OK
        || ngx_array_init(&all->cookies, cf->pool, 1, sizeof(ngx_str_t))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    source = conf->tokens->elts;

    for (i = 0; i < conf->tokens->nelts; i++) {

        if (source[i].kind == NGX_HTTP_JWT_TOKEN_HEADER) {
            name = ngx_array_push(&all->headers);

        } else if (source[i].kind == NGX_HTTP_JWT_TOKEN_COOKIE) {
            name = ngx_array_push(&all->cookies);

        } else {
            continue;
        }

        if (name == NULL) {
            return NGX_ERROR;
        }

        *name = source[i].name;
    }

    conf->credentials = all;

    return NGX_OK;
}


char *
ngx_http_jwt_pass_token_check(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *conf,
    ngx_http_jwt_conf_pos_t *pos)
{
    ngx_uint_t                    i;
    ngx_http_jwt_token_source_t  *source;

    if (conf->pass_token != 0 || conf->tokens == NULL) {
        return NGX_CONF_OK;
    }

    source = conf->tokens->elts;

    for (i = 0; i < conf->tokens->nelts; i++) {

        if (source[i].kind == NGX_HTTP_JWT_TOKEN_ARGUMENT) {
            return ngx_http_jwt_conf_error(cf, pos,
                       "\"jwt_pass_token off\" can't take a token out of the "
                       "URL, where \"jwt_token $arg_%V\" looks for it, let "
                       "clients send the Authorization header or a cookie, "
                       "or write \"jwt_pass_token on\"", &source[i].name);
        }

        if (source[i].kind == NGX_HTTP_JWT_TOKEN_VARIABLE) {
            ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                          "\"jwt_pass_token off\" can't take out of the "
                          "request what \"jwt_token $%V\" was made of, name "
                          "an $http_ or a $cookie_ variable there in %V:%ui",
                          &source[i].name, &pos->file, pos->line);
        }
    }

    return NGX_CONF_OK;
}


/* The two directives may come from two levels: the inner one combined them. */

char *
ngx_http_jwt_pass_token_merge(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *prev,
    ngx_http_jwt_loc_conf_t *conf)
{
    ngx_http_jwt_conf_pos_t  *pos;

    pos = NULL;

    if (conf->tokens != NULL) {
        pos = &conf->tokens_pos;

    } else {
        conf->tokens = prev->tokens;
        conf->credentials = prev->credentials;
    }

    if (conf->pass_token != NGX_CONF_UNSET) {
        pos = &conf->pass_token_pos;

    } else {
        conf->pass_token = prev->pass_token == NGX_CONF_UNSET
                           ? 1 : prev->pass_token;
    }

    return pos != NULL ? ngx_http_jwt_pass_token_check(cf, conf, pos)
                         : NGX_CONF_OK;
}


static void
ngx_http_jwt_withheld_cleanup(void *data)
{
    /* only identifies the cleanup: its data are the request's */
    (void) data;
}


static ngx_http_jwt_withheld_t *
ngx_http_jwt_withheld_find(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln != NULL; cln = cln->next) {
        if (cln->handler == ngx_http_jwt_withheld_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


static ngx_http_jwt_withheld_t *
ngx_http_jwt_withheld_get(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t       *cln;
    ngx_http_jwt_withheld_t  *withheld;

    withheld = ngx_http_jwt_withheld_find(r);

    if (withheld != NULL) {
        return withheld;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_jwt_withheld_t));
    if (cln == NULL) {
        return NULL;
    }

    withheld = cln->data;
    withheld->cookies = 0;

    if (ngx_array_init(&withheld->headers, r->pool, 2,
                       sizeof(ngx_table_elt_t))
        != NGX_OK)
    {
        return NULL;
    }

    cln->handler = ngx_http_jwt_withheld_cleanup;

    return withheld;
}


/*
 * Values that were read from the headers before, such as the token, must not
 * be used any more.  "set" variables have only the old value.
 */

static void
ngx_http_jwt_withheld_unread(ngx_http_request_t *r)
{
    ngx_str_t                  *name;
    ngx_uint_t                  i;
    ngx_http_variable_t        *v;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_core_module);
    v = cmcf->variables.elts;

    for (i = 0; i < cmcf->variables.nelts; i++) {
        name = &v[i].name;

        if ((v[i].flags & NGX_HTTP_VAR_WEAK) == 0
            && ((name->len >= sizeof("http_") - 1
                 && ngx_strncmp(name->data, "http_", sizeof("http_") - 1)
                    == 0)
                || (name->len >= sizeof("cookie_") - 1
                    && ngx_strncmp(name->data, "cookie_",
                                   sizeof("cookie_") - 1)
                       == 0)))
        {
            r->variables[i].valid = 0;
            r->variables[i].not_found = 0;
        }
    }
}


/*
 * Removes headers.  A subrequest isn't judged again, so its own headers
 * needn't be kept.
 */

static ngx_int_t
ngx_http_jwt_withhold_headers(ngx_http_request_t *r,
    ngx_http_jwt_headers_which_t *which)
{
    ngx_http_jwt_srv_conf_t  *jscf;
    ngx_http_jwt_withheld_t  *withheld;

    /* a header of ours may have such a name */

    jscf = ngx_http_get_module_srv_conf(r, ngx_http_jwt_scope_module);

    which->except = jscf->spellings.elts;
    which->nexcept = jscf->spellings.nelts;

    if (!ngx_http_jwt_headers_any(r, which)) {
        return NGX_OK;
    }

    withheld = NULL;

    if (r == r->main) {
        withheld = ngx_http_jwt_withheld_get(r);

        if (withheld == NULL) {
            return NGX_ERROR;
        }
    }

    if (ngx_http_jwt_headers_remove(r, which,
                                    withheld ? &withheld->headers : NULL)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_jwt_withheld_unread(r);

    return NGX_OK;
}


/*
 * The Cookie headers are removed, and copies without the token's cookies are
 * added. The client's own are kept, such copies aren't.
 */

static ngx_int_t
ngx_http_jwt_withhold_cookie_headers(ngx_http_request_t *r,
    ngx_array_t *removed)
{
    ngx_uint_t                     i;
    ngx_table_elt_t               *h, *kept;
    ngx_http_jwt_withheld_t       *withheld;
    ngx_http_jwt_headers_which_t   which;

    ngx_memzero(&which, sizeof(ngx_http_jwt_headers_which_t));

    which.names = &ngx_http_jwt_cookie_header;
    which.nnames = 1;

    if (ngx_http_jwt_headers_remove(r, &which, removed) != NGX_OK) {
        return NGX_ERROR;
    }

    if (removed->nelts == 0) {
        return NGX_OK;
    }

    ngx_http_jwt_withheld_unread(r);

    if (r != r->main) {
        return NGX_OK;
    }

    withheld = ngx_http_jwt_withheld_get(r);

    if (withheld == NULL) {
        return NGX_ERROR;
    }

    if (withheld->cookies) {
        return NGX_OK;
    }

    h = removed->elts;

    for (i = 0; i < removed->nelts; i++) {
        kept = ngx_array_push(&withheld->headers);
        if (kept == NULL) {
            return NGX_ERROR;
        }

        *kept = h[i];
    }

    withheld->cookies = 1;

    return NGX_OK;
}


/* Removes the cookies with that name from a text. */

static void
ngx_http_jwt_withhold_cut(ngx_str_t *text, ngx_str_t *name)
{
    u_char  *p, *to, *from, *end, *last;

    last = text->data + text->len;
    to = text->data;
    from = to;
    p = to;

    while (ngx_http_jwt_cookie_next(&p, last, name, &end)) {
        to = ngx_movemem(to, from, p - from);

        while (end < last
               && (*end == ';' || *end == ',' || *end == ' ' || *end == '\t'))
        {
            end++;
        }

        from = end;
        p = end;
    }

    if (from == text->data) {
        return;
    }

    to = ngx_movemem(to, from, last - from);

    while (to > text->data
           && (to[-1] == ';' || to[-1] == ',' || to[-1] == ' '
               || to[-1] == '\t'))
    {
        to--;
    }

    *to = '\0';
    text->len = to - text->data;
}


static ngx_int_t
ngx_http_jwt_withhold_rest(ngx_http_request_t *r, ngx_array_t *cookies,
    ngx_table_elt_t *header)
{
    u_char           *p;
    ngx_str_t        *name;
    ngx_uint_t        i;
    ngx_table_elt_t   h;

    h = *header;

    p = ngx_pnalloc(r->pool, h.value.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    *ngx_cpymem(p, h.value.data, h.value.len) = '\0';
    h.value.data = p;

    name = cookies->elts;

    for (i = 0; i < cookies->nelts; i++) {
        ngx_http_jwt_withhold_cut(&h.value, &name[i]);
    }

    return h.value.len ? ngx_http_jwt_headers_add(r, &h) : NGX_OK;
}


static ngx_int_t
ngx_http_jwt_withhold_cookies(ngx_http_request_t *r, ngx_array_t *cookies)
{
    ngx_str_t                   *name;
    ngx_uint_t                   i;
    ngx_array_t                  removed;
    ngx_table_elt_t             *h;
    ngx_http_jwt_occurrences_t   found;

    ngx_memzero(&found, sizeof(ngx_http_jwt_occurrences_t));

    name = cookies->elts;

    for (i = 0; i < cookies->nelts; i++) {
        ngx_http_jwt_occurrences_cookie(r, &name[i], &found);
    }

    if (found.count == 0) {
        return NGX_OK;
    }

    if (ngx_array_init(&removed, r->pool, 1, sizeof(ngx_table_elt_t))
        != NGX_OK
        || ngx_http_jwt_withhold_cookie_headers(r, &removed) != NGX_OK)
    {
        return NGX_ERROR;
    }

    h = removed.elts;

    for (i = 0; i < removed.nelts; i++) {
        if (ngx_http_jwt_withhold_rest(r, cookies, &h[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* The headers that may hold a token, by jwt_token or by RFCs 6750 and 9449. */

static ngx_int_t
ngx_http_jwt_withhold_credentials(ngx_http_request_t *r,
    ngx_http_jwt_loc_conf_t *jlcf)
{
    ngx_http_jwt_headers_which_t  which;

    ngx_memzero(&which, sizeof(ngx_http_jwt_headers_which_t));

    which.names = ngx_http_jwt_credentials_headers;
    which.nnames = sizeof(ngx_http_jwt_credentials_headers)
                   / sizeof(ngx_str_t);

    if (ngx_http_jwt_withhold_headers(r, &which) != NGX_OK) {
        return NGX_ERROR;
    }

    if (jlcf->credentials == NULL || jlcf->credentials->headers.nelts == 0) {
        return NGX_OK;
    }

    which.names = jlcf->credentials->headers.elts;
    which.nnames = jlcf->credentials->headers.nelts;

    return ngx_http_jwt_withhold_headers(r, &which);
}


/*
 * auth_basic reads nginx's pointer, and may still have to allow the request
 * under "satisfy any"; variables, and what is passed on, use the list.
 */

ngx_int_t
ngx_http_jwt_withhold(ngx_http_request_t *r, ngx_http_jwt_loc_conf_t *jlcf)
{
    ngx_int_t         rc;
    ngx_str_t         user, passwd;
    ngx_table_elt_t  *authorization;

    if (jlcf->pass_token != 0) {
        return NGX_OK;
    }

    user = r->headers_in.user;
    passwd = r->headers_in.passwd;
    authorization = r->headers_in.authorization;

    rc = ngx_http_jwt_withhold_credentials(r, jlcf);

    r->headers_in.user = user;
    r->headers_in.passwd = passwd;
    r->headers_in.authorization = authorization;

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    return (jlcf->credentials != NULL)
           ? ngx_http_jwt_withhold_cookies(r, &jlcf->credentials->cookies)
           : NGX_OK;
}


static ngx_uint_t
ngx_http_jwt_preflight_has(ngx_http_request_t *r, const char *name,
    size_t len)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].value.len != 0
                && h[i].key.len == len
                && ngx_strncasecmp(h[i].key.data, (u_char *) name, len) == 0)
            {
                return 1;
            }
        }
    }

    return 0;
}


ngx_uint_t
ngx_http_jwt_is_preflight(ngx_http_request_t *r,
    ngx_http_jwt_loc_conf_t *jlcf)
{
    return jlcf->preflight
           && r->method == NGX_HTTP_OPTIONS
           && ngx_http_jwt_preflight_has(r, "Origin", sizeof("Origin") - 1)
           && ngx_http_jwt_preflight_has(r, "Access-Control-Request-Method",
                               sizeof("Access-Control-Request-Method") - 1);
}


static ngx_int_t
ngx_http_jwt_withhold_all(ngx_http_request_t *r, ngx_http_jwt_loc_conf_t *jlcf)
{
    u_char                        *p;
    ngx_str_t                     *all;
    ngx_uint_t                     more;
    ngx_array_t                   *headers, cookies;
    ngx_http_jwt_headers_which_t   which;

    headers = jlcf->credentials ? &jlcf->credentials->headers : NULL;
    more = headers ? headers->nelts : 0;

    ngx_memzero(&which, sizeof(ngx_http_jwt_headers_which_t));

    /* all at once: a second judgement gets the headers back in this order */

    which.nnames = (sizeof(ngx_http_jwt_credentials_headers)
                    + sizeof(ngx_http_jwt_method_headers))
                   / sizeof(ngx_str_t) + more;
    which.names = all = ngx_palloc(r->pool,
                                   which.nnames * sizeof(ngx_str_t));

    if (all == NULL
        || ngx_array_init(&cookies, r->pool, 1, sizeof(ngx_table_elt_t))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    p = ngx_cpymem(all, ngx_http_jwt_credentials_headers,
                   sizeof(ngx_http_jwt_credentials_headers));
    p = ngx_cpymem(p, ngx_http_jwt_method_headers,
                   sizeof(ngx_http_jwt_method_headers));

    if (more) {
        ngx_memcpy(p, headers->elts, more * sizeof(ngx_str_t));
    }

    return (ngx_http_jwt_withhold_headers(r, &which) == NGX_OK)
           ? ngx_http_jwt_withhold_cookie_headers(r, &cookies) : NGX_ERROR;
}


ngx_int_t
ngx_http_jwt_preflight(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    if (ngx_http_jwt_withhold_all(r, ctx->conf) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->preflight = 1;
    ctx->judged = 1;

    return NGX_DECLINED;
}


ngx_int_t
ngx_http_jwt_withheld_restore(ngx_http_request_t *r)
{
    ngx_uint_t                     i;
    ngx_table_elt_t               *h;
    ngx_http_jwt_withheld_t       *withheld;
    ngx_http_jwt_headers_which_t   which;

    withheld = ngx_http_jwt_withheld_find(r);

    if (withheld == NULL || withheld->headers.nelts == 0) {
        return NGX_OK;
    }

    ngx_memzero(&which, sizeof(ngx_http_jwt_headers_which_t));

    which.names = &ngx_http_jwt_cookie_header;
    which.nnames = withheld->cookies;

    if (ngx_http_jwt_headers_remove(r, &which, NULL) != NGX_OK
        || ngx_http_jwt_headers_own(r) != NGX_OK)
    {
        return NGX_ERROR;
    }

    h = withheld->headers.elts;

    for (i = 0; i < withheld->headers.nelts; i++) {
        ngx_http_jwt_parsed_forget(r, &h[i]);
    }

    for (i = 0; i < withheld->headers.nelts; i++) {
        if (ngx_http_jwt_headers_add(r, &h[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    withheld->headers.nelts = 0;
    withheld->cookies = 0;

    ngx_http_jwt_withheld_unread(r);

    return NGX_OK;
}
