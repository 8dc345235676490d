/*
 * What is a refused client told?  (RFC 6750, section 3; RFC 9457)
 *
 * The access phase returns the status, so that error_page, satisfy and HEAD
 * work as they always do; ngx_http_jwt_filter then puts our body in the place
 * of nginx's page.  Nothing that the client sent is in it: only constants and
 * what the configuration says.
 */

#include "ngx_http_jwt.h"


typedef struct {
    ngx_uint_t   status;
    ngx_str_t    title;
} ngx_http_jwt_title_t;

/* what a refusal says beside what its verdict always says */
typedef struct {
    njwt_slice_t   description;
    njwt_slice_t   scopes;
} ngx_http_jwt_text_t;


static const ngx_http_jwt_title_t  ngx_http_jwt_titles[] = {
    { 400, ngx_string("Bad Request") },
    { 401, ngx_string("Unauthorized") },
    { 403, ngx_string("Forbidden") },
    { 405, ngx_string("Method Not Allowed") },
    { 500, ngx_string("Internal Server Error") },
    { 503, ngx_string("Service Unavailable") },
    { 0, ngx_null_string }
};


static const ngx_str_t *
ngx_http_jwt_title(ngx_uint_t status)
{
    const ngx_http_jwt_title_t  *title;

    for (title = ngx_http_jwt_titles; title->status; title++) {
        if (title->status == status) {
            break;
        }
    }

    return &title->title;
}


static ngx_table_elt_t *
ngx_http_jwt_add_header(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx,
    const char *name, u_char *value, size_t len)
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
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value.data = value;
    h->value.len = len;

    ctx->headers[ctx->nheaders++] = h;

    return h;
}


/* The description, and the scopes that a 403 names: empty otherwise. */

static ngx_int_t
ngx_http_jwt_explain(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx,
    ngx_http_jwt_text_t *text)
{
    text->scopes.len = 0;
    text->description = njwt_verdict_description(&ctx->arena, ctx->verdict,
                                                 &ctx->presented);

    if (ctx->verdict != NJWT_INSUFFICIENT_SCOPE) {
        return NGX_OK;
    }

    return njwt_policy_scopes_needed(&ctx->arena, ctx->conf->policy,
                                     (njwt_methods_t) r->method,
                                     &text->scopes)
           ? NGX_OK : NGX_ERROR;
}


/* The text of a quoted-string (RFC 9110, section 5.6.4). */

static u_char *
ngx_http_jwt_quoted(u_char *p, ngx_str_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        if (text->data[i] == '"' || text->data[i] == '\\') {
            *p++ = '\\';
        }

        *p++ = text->data[i];
    }

    return p;
}


/* Bearer realm="", error="", error_description="", scope="" */

static ngx_int_t
ngx_http_jwt_challenge(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx,
    const njwt_verdict_info_t *info, ngx_http_jwt_text_t *text)
{
    u_char           *p, *value;
    size_t            size;
    ngx_str_t        *realm;
    ngx_table_elt_t  *h;

    realm = &ctx->conf->realm;

    size = sizeof("Bearer realm=\"\", error=\"\", error_description=\"\", "
                  "scope=\"\"") - 1
           + 2 * realm->len + info->error.len + text->description.len
           + text->scopes.len;

    value = ngx_pnalloc(r->pool, size);
    if (value == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(value, "Bearer realm=\"", sizeof("Bearer realm=\"") - 1);
    p = ngx_http_jwt_quoted(p, realm);
    *p++ = '"';

    if (info->error.len) {
        p = ngx_slprintf(p, value + size,
                         ", error=\"%*s\", error_description=\"%*s\"",
                         info->error.len, info->error.data,
                         text->description.len, text->description.data);
    }

    if (text->scopes.len) {
        p = ngx_slprintf(p, value + size, ", scope=\"%*s\"",
                         text->scopes.len, text->scopes.data);
    }

    h = ngx_http_jwt_add_header(r, ctx, "WWW-Authenticate", value, p - value);
    if (h == NULL) {
        return NGX_ERROR;
    }

    /* where "satisfy any" is satisfied later, nginx takes it back by this */

    r->headers_out.www_authenticate = h;

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_problem(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx,
    const njwt_verdict_info_t *info, ngx_http_jwt_text_t *text)
{
    u_char           *p, *last;
    size_t            size;
    const ngx_str_t  *title;

    title = ngx_http_jwt_title(info->status);

    size = sizeof("{\"type\":\"about:blank\",\"title\":\"\",\"status\":,"
                  "\"error\":\"\",\"error_description\":\"\","
                  "\"scope\":\"\"}") - 1 + NGX_INT_T_LEN
           + title->len + info->error.len + text->description.len
           + text->scopes.len;

    p = ngx_pnalloc(r->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ctx->body.data = p;
    last = p + size;

    p = ngx_slprintf(p, last,
                     "{\"type\":\"about:blank\",\"title\":\"%V\","
                     "\"status\":%ui", title, (ngx_uint_t) info->status);

    if (info->error.len) {
        p = ngx_slprintf(p, last,
                         ",\"error\":\"%*s\",\"error_description\":\"%*s\"",
                         info->error.len, info->error.data,
                         text->description.len, text->description.data);
    }

    if (text->scopes.len) {
        p = ngx_slprintf(p, last, ",\"scope\":\"%*s\"",
                         text->scopes.len, text->scopes.data);
    }

    *p++ = '}';

    ctx->body.len = p - ctx->body.data;

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_allow(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    u_char        *value;
    njwt_slice_t   names;

    if (!njwt_method_names(&ctx->arena,
                           njwt_policy_methods(ctx->conf->policy), &names))
    {
        return NGX_ERROR;
    }

    value = ngx_pnalloc(r->pool, names.len);
    if (value == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(value, names.data, names.len);

    return ngx_http_jwt_add_header(r, ctx, "Allow", value, names.len) != NULL
           ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_http_jwt_retry_after(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    u_char      *value;
    ngx_uint_t   seconds;

    value = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
    if (value == NULL) {
        return NGX_ERROR;
    }

    seconds = ngx_http_jwt_wait_seconds(ctx);

    return ngx_http_jwt_add_header(r, ctx, "Retry-After", value,
                                   ngx_sprintf(value, "%ui", seconds) - value)
           != NULL ? NGX_OK : NGX_ERROR;
}


/* The headers that go with the verdict. */

static ngx_int_t
ngx_http_jwt_refusal_headers(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx,
    const njwt_verdict_info_t *info, ngx_http_jwt_text_t *text)
{
    if (ngx_http_jwt_add_header(r, ctx, "Cache-Control",
                                (u_char *) "no-store",
                                sizeof("no-store") - 1)
        == NULL)
    {
        return NGX_ERROR;
    }

    switch (info->status) {

    case NGX_HTTP_NOT_ALLOWED:
        return ngx_http_jwt_allow(r, ctx);

    case NGX_HTTP_SERVICE_UNAVAILABLE:
        return ngx_http_jwt_retry_after(r, ctx);

    default:
        return ngx_http_jwt_challenge(r, ctx, info, text);
    }
}


ngx_int_t
ngx_http_jwt_refuse(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    ngx_http_jwt_text_t         text;
    ngx_http_core_loc_conf_t   *clcf;
    const njwt_verdict_info_t  *info;

    info = njwt_verdict_info(ctx->verdict);

    ngx_http_jwt_log_refusal(r, ctx);

    if (ctx->verdict == NJWT_UNDECIDED
        || ngx_http_jwt_explain(r, ctx, &text) != NGX_OK
        || ngx_http_jwt_refusal_headers(r, ctx, info, &text) != NGX_OK
        || ngx_http_jwt_problem(r, ctx, info, &text) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->refused = 1;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (clcf->satisfy == NGX_HTTP_SATISFY_ANY
        && info->status != NGX_HTTP_UNAUTHORIZED
        && info->status != NGX_HTTP_FORBIDDEN)
    {
        /* only 401 and 403 wait for the other modules by themselves */
        r->access_code = info->status;
        return NGX_DECLINED;
    }

    return info->status;
}


void
ngx_http_jwt_refusal_withdraw(ngx_http_jwt_ctx_t *ctx)
{
    ngx_uint_t  i;

    for (i = 0; i < ctx->nheaders; i++) {
        ctx->headers[i]->hash = 0;
    }

    ctx->nheaders = 0;
    ctx->refused = 0;
    ctx->body_sent = 0;
}
