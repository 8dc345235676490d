/*
 * Where in a request is the token?  jwt_token.
 */

#include "ngx_http_jwt.h"


typedef struct {
    ngx_int_t     index;     /* of a variable; NGX_ERROR: Authorization */
    ngx_uint_t    url;       /* it is in the request line */
} ngx_http_jwt_token_place_t;


static char *
ngx_http_jwt_token_variable(ngx_conf_t *cf, ngx_http_jwt_token_place_t *place,
    ngx_str_t *arg)
{
    ngx_str_t  name;

    if (arg->len < 2 || arg->data[0] != '$') {
        return "takes \"bearer\" and variables, write \"$name\", as in "
               "$cookie_token";
    }

    name.data = arg->data + 1;
    name.len = arg->len - 1;

    if (name.len >= 4
        && ngx_strncasecmp(name.data, (u_char *) "arg_", 4) == 0)
    {
        place->url = 1;

        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "\"jwt_token %V\" takes tokens from URLs, which "
                           "are logged, kept in histories and sent as "
                           "referrers: let clients send the Authorization "
                           "header or a cookie", arg);
    }

    place->index = ngx_http_jwt_conf_variable(cf, &name);

    return (place->index == NGX_ERROR) ? NGX_CONF_ERROR : NGX_CONF_OK;
}


static ngx_uint_t
ngx_http_jwt_token_twice(ngx_array_t *tokens)
{
    ngx_uint_t                   i;
    ngx_http_jwt_token_place_t  *place, *last;

    place = tokens->elts;
    last = &place[tokens->nelts - 1];

    for (i = 0; i < tokens->nelts - 1; i++) {
        if (place[i].index == last->index) {
            return 1;
        }
    }

    return 0;
}


char *
ngx_http_jwt_token(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    char                        *rv;
    ngx_str_t                   *arg;
    ngx_uint_t                   i;
    ngx_http_jwt_token_place_t  *place;

    if (jlcf->tokens != NULL) {
        return "is duplicate, write all places in one";
    }

    jlcf->tokens = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                    sizeof(ngx_http_jwt_token_place_t));
    if (jlcf->tokens == NULL) {
        return NGX_CONF_ERROR;
    }

    arg = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        place = ngx_array_push(jlcf->tokens);
        if (place == NULL) {
            return NGX_CONF_ERROR;
        }

        place->index = NGX_ERROR;
        place->url = 0;

        if (ngx_strcmp(arg[i].data, "bearer") != 0) {
            rv = ngx_http_jwt_token_variable(cf, place, &arg[i]);

            if (rv != NGX_CONF_OK) {
                return rv;
            }
        }

        if (ngx_http_jwt_token_twice(jlcf->tokens)) {
            return "names a place twice: a token there would count as two";
        }
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_jwt_token_index(ngx_array_t *tokens, ngx_uint_t i)
{
    ngx_http_jwt_token_place_t  *place;

    place = tokens->elts;

    return place[i].index;
}


/*
 * nginx answers 400 to a second Authorization header by itself; whatever gets
 * through all the same is counted here.
 */

static void
ngx_http_jwt_token_value(ngx_table_elt_t *h, ngx_http_jwt_ctx_t *ctx)
{
    if (ctx->conf->policy->binding != NULL) {
        njwt_bearer_or_dpop_header(ngx_http_jwt_slice(&h->value),
                                   &ctx->presented);
        return;
    }

    njwt_bearer_header(ngx_http_jwt_slice(&h->value), &ctx->presented);
}


static void
ngx_http_jwt_token_header(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    ngx_table_elt_t  *h;

    h = r->headers_in.authorization;

#if (nginx_version >= 1023000)

    for ( /* void */ ; h != NULL; h = h->next) {
        ngx_http_jwt_token_value(h, ctx);
    }

#else

    if (h != NULL) {
        ngx_http_jwt_token_value(h, ctx);
    }

#endif
}


ngx_int_t
ngx_http_jwt_token_find(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    ngx_uint_t                   i;
    njwt_slice_t                 value;
    ngx_http_variable_value_t   *v;
    ngx_http_jwt_token_place_t  *place;

    ngx_memzero(&ctx->presented, sizeof(njwt_presented_t));
    ctx->from_url = 0;

    if (ctx->conf->tokens == NULL) {
        ngx_http_jwt_token_header(r, ctx);
        return NGX_OK;
    }

    place = ctx->conf->tokens->elts;

    for (i = 0; i < ctx->conf->tokens->nelts; i++) {

        if (place[i].index == NGX_ERROR) {
            ngx_http_jwt_token_header(r, ctx);
            continue;
        }

        v = ngx_http_get_flushed_variable(r, place[i].index);

        if (v == NULL) {
            return NGX_ERROR;
        }

        if (!v->valid || v->not_found || v->len == 0) {
            continue;
        }

        value.data = v->data;
        value.len = v->len;

        njwt_bearer_bare(value, &ctx->presented);

        if (place[i].url) {
            ctx->from_url = 1;
        }
    }

    return NGX_OK;
}
