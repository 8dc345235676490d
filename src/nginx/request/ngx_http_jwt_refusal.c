/*
 * The response to a refused client.
 *
 * The access phase returns the status, so that error_page, satisfy and HEAD
 * work as usual; a filter then replaces nginx's page by our body, and removes
 * our headers if another response is sent.  Nothing that the client sent is in
 * the response: only constants and the configuration, prepared by
 * ngx_http_jwt_conf_refusal.
 *
 * A gRPC client accepts no HTTP status but 200: its response is a gRPC status
 * in headers that end the stream ("Trailers-Only", gRPC over HTTP/2). The log
 * still has the real status, which nginx keeps in r->err_status.
 */

#include "ngx_http_jwt_binding.h"
#include "ngx_http_jwt_counters.h"
#include "ngx_http_jwt_headers.h"
#include "ngx_http_jwt_suspend.h"
#include "ngx_http_jwt_refusal.h"
#include "ngx_http_jwt_request.h"


static const char  ngx_http_jwt_authenticate[] = "WWW-Authenticate";
static const char  ngx_http_jwt_allow[] = "Allow";
static const char  ngx_http_jwt_retry_after[] = "Retry-After";
static const char  ngx_http_jwt_cache_control[] = "Cache-Control";
static const char  ngx_http_jwt_dpop_nonce_header[] = "DPoP-Nonce";

static const ngx_str_t  ngx_http_jwt_no_store = ngx_string("no-store");


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


static ngx_int_t
ngx_http_jwt_add_header(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx,
    const char *name, const ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    if (ctx->nheaders == sizeof(ctx->headers) / sizeof(ctx->headers[0])) {
        return NGX_ERROR;
    }

    h = ngx_http_jwt_headers_push(&r->headers_out.headers, name, "");
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->value = *value;

    ctx->headers[ctx->nheaders++] = h;

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_add_challenge(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    if (ngx_http_jwt_add_header(r, ctx, ngx_http_jwt_authenticate,
                                ctx->text.challenge)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    /*
     * if "satisfy any" is satisfied later, nginx removes it through this
     * pointer
     */

    r->headers_out.www_authenticate = ctx->headers[ctx->nheaders - 1];

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_add_retry_after(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    ngx_str_t   value;
    ngx_uint_t  seconds;

    value.data = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
    if (value.data == NULL) {
        return NGX_ERROR;
    }

    if (ctx->verdict == NJWT_DPOP_MEMORY_FULL) {
        seconds = ngx_max(ctx->proofs_retry - ngx_time(), 1);

    } else {
        seconds = ngx_http_jwt_suspend_seconds(ctx);
    }

    value.len = ngx_sprintf(value.data, "%ui", seconds) - value.data;

    return ngx_http_jwt_add_header(r, ctx, ngx_http_jwt_retry_after, &value);
}


static ngx_int_t
ngx_http_jwt_add_nonce(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    ngx_str_t  nonce;

    if (ngx_http_jwt_binding_nonce(r, ctx, &nonce) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_jwt_add_header(r, ctx, ngx_http_jwt_dpop_nonce_header,
                                   &nonce);
}


ngx_int_t
ngx_http_jwt_renew_nonce(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    if (!ctx->found.binding.judged || !ctx->found.binding.proof.renew) {
        return NGX_OK;
    }

    if (ngx_http_jwt_add_header(r, ctx, ngx_http_jwt_cache_control,
                                &ngx_http_jwt_no_store)
        != NGX_OK)
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
    if (ngx_http_jwt_add_header(r, ctx, ngx_http_jwt_cache_control,
                                &ngx_http_jwt_no_store)
        != NGX_OK)
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
        return ngx_http_jwt_add_header(r, ctx, ngx_http_jwt_allow,
                                       &ctx->conf->refusal.texts->allow);

    case NGX_HTTP_SERVICE_UNAVAILABLE:
        return ngx_http_jwt_add_retry_after(r, ctx);

    default:
        return ngx_http_jwt_add_challenge(r, ctx);
    }
}


/* The HTTP status of the refusal. */

static ngx_uint_t
ngx_http_jwt_refusal_status(ngx_http_jwt_ctx_t *ctx)
{
    return njwt_verdict_info(ctx->verdict)->status;
}


/* Methods with a bit are in the set; others are listed by name. */

static ngx_uint_t
ngx_http_jwt_scopes_of(const ngx_http_jwt_scopes_text_t *text,
    njwt_method_t method)
{
    ngx_uint_t           i;
    const njwt_slice_t  *other;

    if (text->methods & method.bit) {
        return 1;
    }

    other = text->others.elts;

    for (i = 0; i < text->others.nelts; i++) {
        if (njwt_slice_equal(other[i], method.name)) {
            return 1;
        }
    }

    return 0;
}


/* The texts of a request's refusal; the request may have used DPoP. */

static void
ngx_http_jwt_texts_find(ngx_http_jwt_texts_t *texts, njwt_verdict_t verdict,
    ngx_uint_t dpop, njwt_method_t method, ngx_http_jwt_text_t *text)
{
    ngx_uint_t                   i;
    ngx_http_jwt_scopes_text_t  *scopes;

    text->challenge = &texts->challenges->values[dpop][verdict];
    text->body = &texts->common->bodies[verdict];
    text->message = &texts->common->messages[verdict];

    scopes = texts->scopes.elts;

    for (i = 0; i < texts->scopes.nelts; i++) {
        if (ngx_http_jwt_scopes_of(&scopes[i], method)) {
            break;
        }
    }

    if (i == texts->scopes.nelts) {
        return;
    }

    if (verdict == NJWT_INSUFFICIENT_SCOPE) {
        text->challenge = &scopes[i].challenge[dpop];
        text->body = &scopes[i].body;

    } else if (scopes[i].unauthorized != NULL
               && scopes[i].unauthorized[2 * verdict + dpop].len > 0)
    {
        text->challenge = &scopes[i].unauthorized[2 * verdict + dpop];
    }
}


ngx_int_t
ngx_http_jwt_refuse(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    ngx_uint_t                 status;
    njwt_verdict_t             reported;
    ngx_http_core_loc_conf_t  *clcf;

    status = ngx_http_jwt_refusal_status(ctx);

    ngx_http_jwt_count(ctx);
    ngx_http_jwt_log_refusal(r, ctx);

    if (ctx->verdict == NJWT_UNDECIDED) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    reported = njwt_verdict_reported(&ctx->arena, ctx->verdict,
                                     &ctx->credentials);

    ngx_http_jwt_texts_find(ctx->conf->refusal.texts, reported,
                            ctx->credentials.dpop,
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
        /* only for 401 and 403 nginx goes on to the other modules */
        r->access_code = status;
        return NGX_DECLINED;
    }

    return status;
}


/*
 * Is the header still ours?  If nginx dropped a response and began another (a
 * filter that ends the request), it reuses the list's memory.
 */

static ngx_uint_t
ngx_http_jwt_is_ours(ngx_table_elt_t *h)
{
    const char  *name = (const char *) h->key.data;

    return name == ngx_http_jwt_authenticate
           || name == ngx_http_jwt_allow
           || name == ngx_http_jwt_retry_after
           || name == ngx_http_jwt_cache_control
           || name == ngx_http_jwt_dpop_nonce_header;
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


/*
 * Another response is sent: "satisfy any" let the request through in spite of
 * the gate, or another module refused in its own way.  An error_page that
 * redirects our client is not such a case: its response must not be stored
 * either.
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


/* Is our refusal being sent? */

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
 * A refusal is counted when it is logged.  A request that continues is counted
 * when its response begins: after an internal redirect it may be judged again,
 * and the last judgement is the one that let it through.
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

    /* nginx's page is dropped, and our body sent in its place once */

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
 * No other module allowed it.  Of a 401 and a 403 under "satisfy any" nginx
 * sends the 401, so that a client may try another password.  Here the client
 * sent a good token: our 403 says more than another module's 401.
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


ngx_uint_t
ngx_http_jwt_grpc(ngx_http_request_t *r)
{
    u_char     *after;
    size_t      len;
    ngx_str_t  *type;

    /* HTTP/1 has no trailers-only responses: nobody speaks gRPC over it */

    if (r->http_version < NGX_HTTP_VERSION_20
        || r->headers_in.content_type == NULL)
    {
        return 0;
    }

    type = &r->headers_in.content_type->value;
    len = sizeof("application/grpc") - 1;

    if (type->len < len
        || ngx_strncasecmp(type->data, (u_char *) "application/grpc", len)
           != 0)
    {
        return 0;
    }

    /* "application/grpc-web" is spoken by browsers, which read statuses */

    after = type->data + len;

    return type->len == len || *after == '+' || *after == ';';
}


static const char *
ngx_http_jwt_grpc_code(ngx_uint_t status)
{
    switch (status) {

    case NGX_HTTP_FORBIDDEN:
        return "7";     /* PERMISSION_DENIED */

    case NGX_HTTP_NOT_ALLOWED:
        return "12";    /* UNIMPLEMENTED */

    case NGX_HTTP_SERVICE_UNAVAILABLE:
        return "14";    /* UNAVAILABLE */

    default:
        return "16";    /* UNAUTHENTICATED */
    }
}


ngx_int_t
ngx_http_jwt_grpc_status(ngx_http_request_t *r, ngx_str_t *message)
{
    ngx_table_elt_t  *h;

    if (ngx_http_jwt_headers_answer(r, "grpc-status",
                          ngx_http_jwt_grpc_code(r->headers_out.status))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    h = ngx_http_jwt_headers_push(&r->headers_out.headers, "grpc-message", "");
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->value = *message;

    ngx_str_set(&r->headers_out.content_type, "application/grpc");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    ngx_str_null(&r->headers_out.charset);

    ngx_http_clear_content_length(r);

    /* no body, so that the headers end the stream */

    r->headers_out.status = NGX_HTTP_OK;
    r->header_only = 1;

    /* an If-Match of the client's would turn the 200 into a 412 */

    r->disable_not_modified = 1;

    return NGX_OK;
}
