/*
 * Finding the token in a request: jwt_token.
 */

#include "ngx_http_jwt_occurrences.h"
#include "ngx_http_jwt_pass_token.h"
#include "ngx_http_jwt_request.h"


typedef struct {
    ngx_str_t                   prefix;
    ngx_http_jwt_token_kind_e   kind;
} ngx_http_jwt_token_prefix_t;


static const ngx_http_jwt_token_prefix_t  ngx_http_jwt_token_prefixes[] = {
    { ngx_string("cookie_"), NGX_HTTP_JWT_TOKEN_COOKIE },
    { ngx_string("arg_"), NGX_HTTP_JWT_TOKEN_ARGUMENT },
    { ngx_string("http_"), NGX_HTTP_JWT_TOKEN_HEADER },
    { ngx_null_string, NGX_HTTP_JWT_TOKEN_VARIABLE }
};


/* nginx finds a variable's kind by its name, in lower case. */

static void
ngx_http_jwt_token_kind(ngx_http_jwt_token_source_t *source, ngx_str_t *name)
{
    const ngx_http_jwt_token_prefix_t  *p;

    for (p = ngx_http_jwt_token_prefixes; p->prefix.len; p++) {
        if (name->len >= p->prefix.len
            && ngx_strncmp(name->data, p->prefix.data, p->prefix.len) == 0)
        {
            break;
        }
    }

    source->kind = p->kind;
    source->name.data = name->data + p->prefix.len;
    source->name.len = name->len - p->prefix.len;
}


static char *
ngx_http_jwt_token_variable(ngx_conf_t *cf,
    ngx_http_jwt_token_source_t *source, ngx_str_t *arg)
{
    ngx_str_t  name;

    if (arg->len < 2 || arg->data[0] != '$') {
        return "takes \"bearer\" and variables, write \"$name\", as in "
               "$cookie_token";
    }

    name.len = arg->len - 1;
    name.data = ngx_pnalloc(cf->pool, name.len + 1);
    if (name.data == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_strlow(name.data, arg->data + 1, name.len);
    name.data[name.len] = '\0';

    if (ngx_strcmp(name.data, "http_authorization") == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"jwt_token %V\" would never find a token: the "
                           "header's value begins with its scheme, write "
                           "\"bearer\" instead", arg);
        return NGX_CONF_ERROR;
    }

    ngx_http_jwt_token_kind(source, &name);

    if (source->kind == NGX_HTTP_JWT_TOKEN_ARGUMENT) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "\"jwt_token %V\" takes tokens from URLs, which "
                           "are logged, kept in histories and sent as "
                           "referrers: let clients send the Authorization "
                           "header or a cookie", arg);
    }

    source->index = ngx_http_jwt_conf_variable(cf, &name);

    return (source->index == NGX_ERROR) ? NGX_CONF_ERROR : NGX_CONF_OK;
}


static ngx_uint_t
ngx_http_jwt_token_twice(ngx_array_t *tokens)
{
    ngx_uint_t                    i;
    ngx_http_jwt_token_source_t  *source, *last;

    source = tokens->elts;
    last = &source[tokens->nelts - 1];

    for (i = 0; i < tokens->nelts - 1; i++) {
        if (source[i].index == last->index) {
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
    ngx_http_jwt_token_source_t  *source;

    if (jlcf->tokens != NULL) {
        return "is duplicate, write all places in one";
    }

    ngx_http_jwt_conf_pos(cf, &jlcf->tokens_pos);

    jlcf->tokens = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                    sizeof(ngx_http_jwt_token_source_t));
    if (jlcf->tokens == NULL) {
        return NGX_CONF_ERROR;
    }

    arg = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        source = ngx_array_push(jlcf->tokens);
        if (source == NULL) {
            return NGX_CONF_ERROR;
        }

        source->index = NGX_ERROR;
        source->kind = NGX_HTTP_JWT_TOKEN_BEARER;
        ngx_str_null(&source->name);

        if (ngx_strcmp(arg[i].data, "bearer") != 0) {
            rv = ngx_http_jwt_token_variable(cf, source, &arg[i]);

            if (rv != NGX_CONF_OK) {
                return rv;
            }
        }

        if (ngx_http_jwt_token_twice(jlcf->tokens)) {
            return "names a place twice: a token there would count as two";
        }
    }

    return ngx_http_jwt_credentials_create(cf, jlcf) == NGX_OK
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static void
ngx_http_jwt_token_value(ngx_table_elt_t *h, ngx_http_jwt_ctx_t *ctx,
    njwt_credentials_t *credentials)
{
    njwt_bearer_header(ngx_http_jwt_slice(&h->value),
                       ctx->conf->policy->binding != NULL, credentials);
}


/*
 * nginx itself answers 400 to a second Authorization header, but an error_page
 * may cause that request to be judged.  The list has them all, before 1.23 the
 * pointer has only the first.
 */

static ngx_uint_t
ngx_http_jwt_token_header(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx,
    njwt_credentials_t *credentials)
{
    ngx_uint_t        i, count;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    count = 0;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].key.len == sizeof("Authorization") - 1
                && ngx_strncasecmp(h[i].key.data, (u_char *) "authorization",
                                   sizeof("Authorization") - 1)
                   == 0)
            {
                ngx_http_jwt_token_value(&h[i], ctx, credentials);
                count++;
            }
        }
    }

    return count;
}


static void
ngx_http_jwt_token_count(ngx_http_request_t *r,
    ngx_http_jwt_token_source_t *source, ngx_http_jwt_occurrences_t *found)
{
    ngx_memzero(found, sizeof(ngx_http_jwt_occurrences_t));

    switch (source->kind) {

    case NGX_HTTP_JWT_TOKEN_COOKIE:
        ngx_http_jwt_occurrences_cookie(r, &source->name, found);
        break;

    case NGX_HTTP_JWT_TOKEN_ARGUMENT:
        ngx_http_jwt_occurrences_argument(r, &source->name, found);
        break;

    case NGX_HTTP_JWT_TOKEN_HEADER:
        ngx_http_jwt_occurrences_header(r, &source->name, found);
        break;

    default:
        break;
    }
}


/*
 * A name that the client sent twice counts as two tokens, whatever the values:
 * nginx uses one, and a backend may use the other.  One that it sent once,
 * which nginx doesn't find under that name but a backend may, counts as an
 * invalid token.
 */

static ngx_int_t
ngx_http_jwt_token_bare(ngx_http_request_t *r,
    ngx_http_jwt_token_source_t *source, ngx_http_jwt_ctx_t *ctx)
{
    njwt_slice_t                 value;
    ngx_http_variable_value_t   *v;
    ngx_http_jwt_occurrences_t   found;

    v = ngx_http_get_flushed_variable(r, source->index);

    if (v == NULL) {
        return NGX_ERROR;
    }

    value.data = (const uint8_t *) "";
    value.len = 0;

    if (v->valid && !v->not_found) {
        value.data = v->data;
        value.len = v->len;
    }

    njwt_bearer_bare(value, &ctx->credentials);

    ngx_http_jwt_token_count(r, source, &found);

    if (found.count > 1) {
        ctx->credentials.found += found.count;

    } else if (found.filled && value.len == 0) {
        ctx->credentials.found++;
        ctx->credentials.token = value;
    }

    if (source->kind == NGX_HTTP_JWT_TOKEN_ARGUMENT
        && (value.len || found.filled))
    {
        ctx->from_url = 1;
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_token_find(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    ngx_uint_t                    i, headers;
    njwt_credentials_t            bearer;
    ngx_http_jwt_token_source_t  *source;

    ngx_memzero(&ctx->credentials, sizeof(njwt_credentials_t));
    ngx_memzero(&bearer, sizeof(njwt_credentials_t));
    ctx->from_url = 0;

    headers = ngx_http_jwt_token_header(r, ctx, &bearer);

    if (ctx->conf->tokens == NULL) {
        ctx->credentials = bearer;

    } else {
        source = ctx->conf->tokens->elts;

        for (i = 0; i < ctx->conf->tokens->nelts; i++) {

            if (source[i].kind == NGX_HTTP_JWT_TOKEN_BEARER) {
                ctx->credentials.unread = bearer.unread;

                if (bearer.found) {
                    ctx->credentials.found += bearer.found;
                    ctx->credentials.token = bearer.token;
                    ctx->credentials.dpop = bearer.dpop;
                }

                continue;
            }

            if (ngx_http_jwt_token_bare(r, &source[i], ctx) != NGX_OK) {
                return NGX_ERROR;
            }
        }
    }

    /* even if jwt_token doesn't name it: nginx would have refused it */

    if (headers > 1) {
        ctx->credentials.found += headers;
    }

    return NGX_OK;
}
