/*
 * What is a refused client told?
 *
 * The access phase returns the status, so that error_page, satisfy and HEAD
 * work as they always do; ngx_http_jwt_filter then puts our body in the place
 * of nginx's page.  Nothing that the client sent is in it: only constants and
 * what the configuration says, put together by ngx_http_jwt_conf_texts.
 */

#include "ngx_http_jwt_binding.h"
#include "ngx_http_jwt_wait.h"


static const ngx_str_t  ngx_http_jwt_authenticate =
    ngx_string("WWW-Authenticate");
static const ngx_str_t  ngx_http_jwt_allow =
    ngx_string("Allow");
static const ngx_str_t  ngx_http_jwt_retry_after =
    ngx_string("Retry-After");
static const ngx_str_t  ngx_http_jwt_cache_control =
    ngx_string("Cache-Control");
static const ngx_str_t  ngx_http_jwt_dpop_nonce_header =
    ngx_string("DPoP-Nonce");


static ngx_table_elt_t *
ngx_http_jwt_add_header(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx,
    const ngx_str_t *name, u_char *value, size_t len)
{
    ngx_table_elt_t  *h;

    if (ctx->nheaders == sizeof(ctx->headers) / sizeof(ctx->headers[0])) {
        return NULL;
    }

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NULL;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    h->key = *name;
    h->value.data = value;
    h->value.len = len;

    ctx->headers[ctx->nheaders++] = h;

    return h;
}


static ngx_int_t
ngx_http_jwt_add_challenge(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx,
    ngx_str_t *challenge)
{
    ngx_table_elt_t  *h;

    h = ngx_http_jwt_add_header(r, ctx, &ngx_http_jwt_authenticate,
                                challenge->data, challenge->len);
    if (h == NULL) {
        return NGX_ERROR;
    }

    /* where "satisfy any" is satisfied later, nginx takes it back by this */

    r->headers_out.www_authenticate = h;

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_add_retry_after(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    u_char      *value;
    ngx_uint_t   seconds;

    value = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
    if (value == NULL) {
        return NGX_ERROR;
    }

    if (ctx->verdict == NJWT_DPOP_MEMORY_FULL) {
        seconds = ngx_max(ctx->proofs_retry - ngx_time(), 1);

    } else {
        seconds = ngx_http_jwt_wait_seconds(ctx);
    }

    return ngx_http_jwt_add_header(r, ctx, &ngx_http_jwt_retry_after, value,
                                   ngx_sprintf(value, "%ui", seconds) - value)
           != NULL ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_http_jwt_add_nonce(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    ngx_str_t  nonce;

    if (ngx_http_jwt_binding_nonce(r, ctx, &nonce) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_jwt_add_header(r, ctx, &ngx_http_jwt_dpop_nonce_header,
                                   nonce.data, nonce.len)
           != NULL ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_http_jwt_renew_nonce(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    if (!ctx->found.binding.judged || !ctx->found.binding.proof.renew) {
        return NGX_OK;
    }

    if (ngx_http_jwt_add_header(r, ctx, &ngx_http_jwt_cache_control,
                                (u_char *) "no-store",
                                sizeof("no-store") - 1)
        == NULL)
    {
        return NGX_ERROR;
    }

    return ngx_http_jwt_add_nonce(r, ctx);
}


/* The headers that go with the verdict. */

static ngx_int_t
ngx_http_jwt_refusal_headers(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx,
    ngx_uint_t status)
{
    ngx_str_t  *allow;

    if (ngx_http_jwt_add_header(r, ctx, &ngx_http_jwt_cache_control,
                                (u_char *) "no-store",
                                sizeof("no-store") - 1)
        == NULL)
    {
        return NGX_ERROR;
    }

    if ((ctx->verdict == NJWT_DPOP_NONCE_NEEDED
         || (ctx->found.binding.judged && ctx->found.binding.proof.renew))
        && ngx_http_jwt_add_nonce(r, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    switch (status) {

    case NGX_HTTP_NOT_ALLOWED:
        allow = &ctx->conf->refusal.texts->allow;

        return ngx_http_jwt_add_header(r, ctx, &ngx_http_jwt_allow,
                                       allow->data, allow->len)
               != NULL ? NGX_OK : NGX_ERROR;

    case NGX_HTTP_SERVICE_UNAVAILABLE:
        return ngx_http_jwt_add_retry_after(r, ctx);

    default:
        return ngx_http_jwt_add_challenge(r, ctx, ctx->text.challenge);
    }
}


ngx_int_t
ngx_http_jwt_refuse(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    ngx_uint_t                 status;
    njwt_verdict_t             told;
    ngx_http_core_loc_conf_t  *clcf;

    status = ngx_http_jwt_refusal_status(ctx);

    ngx_http_jwt_log_refusal(r, ctx);

    if (ctx->verdict == NJWT_UNDECIDED) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    told = njwt_verdict_told(&ctx->arena, ctx->verdict, &ctx->presented);

    ngx_http_jwt_texts_find(ctx->conf->refusal.texts, told,
                            ctx->presented.dpop,
                            ngx_http_jwt_method(r), &ctx->text);

    if (ngx_http_jwt_refusal_headers(r, ctx, status) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->refused = 1;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (clcf->satisfy == NGX_HTTP_SATISFY_ANY
        && status != NGX_HTTP_UNAUTHORIZED
        && status != NGX_HTTP_FORBIDDEN)
    {
        /* only 401 and 403 wait for the other modules by themselves */
        r->access_code = status;
        return NGX_DECLINED;
    }

    return status;
}


ngx_uint_t
ngx_http_jwt_refusal_status(ngx_http_jwt_ctx_t *ctx)
{
    return njwt_verdict_info(ctx->verdict)->status;
}


/*
 * Is the header still ours?  Where nginx gave an answer up and began another
 * (a filter that ends the request), it uses the list's memory again.
 */

static ngx_uint_t
ngx_http_jwt_is_ours(ngx_table_elt_t *h)
{
    return h->key.data == ngx_http_jwt_authenticate.data
           || h->key.data == ngx_http_jwt_allow.data
           || h->key.data == ngx_http_jwt_retry_after.data
           || h->key.data == ngx_http_jwt_cache_control.data
           || h->key.data == ngx_http_jwt_dpop_nonce_header.data;
}


void
ngx_http_jwt_refusal_withdraw(ngx_http_jwt_ctx_t *ctx)
{
    ngx_uint_t  i;

    for (i = 0; i < ctx->nheaders; i++) {
        if (ngx_http_jwt_is_ours(ctx->headers[i])) {
            ctx->headers[i]->hash = 0;
        }
    }

    ctx->nheaders = 0;
    ctx->refused = 0;
    ctx->body_sent = 0;
}
