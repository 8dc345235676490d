/*
 * The context of a request: its judgement.
 *
 * It lives in the main request's pool and is found through its cleanup, so
 * that it survives internal redirects.
 */

#include "ngx_http_jwt_counters.h"
#include "ngx_http_jwt_suspend.h"
#include "ngx_http_jwt_request.h"


static void
ngx_http_jwt_ctx_cleanup(void *data)
{
    ngx_http_jwt_ctx_t  *ctx = data;

    /* for a request that ends without an answer */
    ngx_http_jwt_count(ctx);

    ngx_http_jwt_suspend_cancel(ctx);
    ngx_http_jwt_close_cancel(ctx);
    njwt_arena_free(&ctx->arena);
}


ngx_http_jwt_ctx_t *
ngx_http_jwt_find_ctx(ngx_http_request_t *r)
{
    ngx_http_jwt_ctx_t  *ctx;
    ngx_pool_cleanup_t  *cln;

    ctx = ngx_http_get_module_ctx(r->main, ngx_http_jwt_scope_module);

    if (ctx != NULL) {
        return ctx;
    }

    if (!r->main->internal && !r->main->filter_finalize) {
        return NULL;
    }

    /* an internal redirect has cleared r->ctx */

    for (cln = r->main->pool->cleanup; cln != NULL; cln = cln->next) {
        if (cln->handler == ngx_http_jwt_ctx_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


ngx_http_jwt_ctx_t *
ngx_http_jwt_create_ctx(ngx_http_request_t *r)
{
    ngx_http_jwt_ctx_t  *ctx;
    ngx_pool_cleanup_t  *cln;

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_http_jwt_ctx_t));
    cln = ngx_pool_cleanup_add(r->pool, 0);

    if (ctx == NULL || cln == NULL) {
        return NULL;
    }

    ctx->request = r;
    njwt_arena_init(&ctx->arena);

    cln->handler = ngx_http_jwt_ctx_cleanup;
    cln->data = ctx;

    return ctx;
}
