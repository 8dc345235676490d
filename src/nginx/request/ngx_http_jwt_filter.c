/*
 * Whose answer is being sent?  Where it is our refusal, our body takes the
 * place of nginx's page; where somebody else's, our headers are taken back.
 */

#include "ngx_http_jwt_counters.h"


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


/*
 * Somebody else answers: "satisfy any" let the request through in spite of the
 * gate, or another module refuses in its own way.  An error_page that sends
 * our client elsewhere is none of that: such an answer may not be kept.
 */

static void
ngx_http_jwt_passed(ngx_http_request_t *r)
{
    ngx_http_jwt_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_scope_module);

    if (ctx != NULL
        && ctx->refused
        && r == r->main
        && !(r->error_page && r->headers_out.location != NULL))
    {
        ngx_http_jwt_refusal_withdraw(ctx);
    }
}


static ngx_int_t
ngx_http_jwt_passed_handler(ngx_http_request_t *r)
{
    ngx_http_jwt_passed(r);

    return NGX_DECLINED;
}


/* Is the answer that is being sent our refusal? */

static ngx_http_jwt_ctx_t *
ngx_http_jwt_refused(ngx_http_request_t *r)
{
    ngx_http_jwt_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_scope_module);

    if (ctx == NULL
        || !ctx->refused
        || r != r->main
        || r->headers_out.status != ngx_http_jwt_refusal_status(ctx))
    {
        return NULL;
    }

    return ctx;
}


/*
 * A refusal is counted as it is logged.  A request that goes on is counted
 * when its answer begins: an internal redirect may have it judged again, and
 * the last judgement is the one that let it through.
 */

static void
ngx_http_jwt_answered(ngx_http_request_t *r)
{
    ngx_http_jwt_ctx_t  *ctx;

    if (r != r->main) {
        return;
    }

    ctx = ngx_http_jwt_find_ctx(r);

    if (ctx != NULL) {
        ngx_http_jwt_count(ctx);
    }
}


static ngx_int_t
ngx_http_jwt_header_filter(ngx_http_request_t *r)
{
    ngx_http_jwt_ctx_t  *ctx;

    ngx_http_jwt_answered(r);

    ctx = ngx_http_jwt_refused(r);

    if (ctx == NULL) {
        ngx_http_jwt_passed(r);
        return ngx_http_next_header_filter(r);
    }

    if (ngx_http_jwt_grpc(r)) {
        if (ngx_http_jwt_grpc_status(r, ctx->text.message) != NGX_OK) {
            return NGX_ERROR;
        }

        return ngx_http_next_header_filter(r);
    }

    if (ctx->conf->refusal.format == NGX_HTTP_JWT_FORMAT_NGINX) {
        return ngx_http_next_header_filter(r);
    }

    ngx_str_set(&r->headers_out.content_type, "application/problem+json");

    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    ngx_http_clear_content_length(r);
    r->headers_out.content_length_n = ctx->text.body->len;

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_http_jwt_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_buf_t           *b;
    ngx_chain_t         *cl, out;
    ngx_http_jwt_ctx_t  *ctx;

    ctx = ngx_http_jwt_refused(r);

    if (ctx == NULL
        || in == NULL
        || ctx->conf->refusal.format == NGX_HTTP_JWT_FORMAT_NGINX)
    {
        return ngx_http_next_body_filter(r, in);
    }

    /* nginx's page is taken off, and ours put in its place once */

    for (cl = in; cl; cl = cl->next) {
        cl->buf->pos = cl->buf->last;
    }

    if (ctx->body_sent) {
        return ngx_http_next_body_filter(r, NULL);
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = ctx->text.body->data;
    b->last = ctx->text.body->data + ctx->text.body->len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    ctx->body_sent = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_next_body_filter(r, &out);
}


/*
 * Nobody else allowed it.  Of a 401 and a 403 under "satisfy any" nginx gives
 * the 401, so that a client may try another password.  Here it sent a token
 * that is good: our 403 says more than somebody else's 401.
 */

static ngx_int_t
ngx_http_jwt_insist_handler(ngx_http_request_t *r)
{
    ngx_uint_t           status;
    ngx_http_jwt_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_scope_module);

    if (ctx == NULL || !ctx->refused) {
        return NGX_DECLINED;
    }

    status = ngx_http_jwt_refusal_status(ctx);

    if (status == NGX_HTTP_FORBIDDEN
        && r->access_code == NGX_HTTP_UNAUTHORIZED)
    {
        r->access_code = NGX_HTTP_FORBIDDEN;
    }

    if ((ngx_uint_t) r->access_code != status) {
        ngx_http_jwt_refusal_withdraw(ctx);
    }

    return NGX_DECLINED;
}


/* nginx runs the handlers of a phase from the last to the first. */

static ngx_int_t
ngx_http_jwt_run_last(ngx_array_t *handlers, ngx_http_handler_pt handler)
{
    ngx_http_handler_pt  *h;

    if (ngx_array_push(handlers) == NULL) {
        return NGX_ERROR;
    }

    h = handlers->elts;

    ngx_memmove(h + 1, h, (handlers->nelts - 1) * sizeof(*h));
    h[0] = handler;

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_filter_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_PRECONTENT_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_jwt_passed_handler;

    if (ngx_http_jwt_run_last(&cmcf->phases[NGX_HTTP_ACCESS_PHASE].handlers,
                              ngx_http_jwt_insist_handler)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_jwt_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_jwt_body_filter;

    return NGX_OK;
}
