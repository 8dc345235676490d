/*
 * CORS preflights: jwt_preflight.
 *
 * A preflight (of the Fetch standard) can't have a token.  It continues
 * unjudged, which must not allow more than a question: it carries no
 * credentials, and nothing that a backend would take for another method than
 * OPTIONS.  It isn't allowed either: under "satisfy any" another module has to
 * allow it.
 */

#include "ngx_http_jwt_ctx.h"
#include "ngx_http_jwt_pass_token.h"
#include "ngx_http_jwt_preflight.h"


static const ngx_str_t  ngx_http_jwt_preflight_methods[] = {
    ngx_string("x-http-method"),
    ngx_string("x-http-method-override"),
    ngx_string("x-method-override")
};


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


ngx_int_t
ngx_http_jwt_preflight(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    if (ngx_http_jwt_withhold_all(r, ctx->conf, ngx_http_jwt_preflight_methods,
                                  sizeof(ngx_http_jwt_preflight_methods)
                                  / sizeof(ngx_str_t))
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->preflight = 1;
    ctx->judged = 1;

    return NGX_DECLINED;
}
