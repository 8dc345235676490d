/*
 * Suspended requests, which wait for keys.
 *
 * A request is suspended in its phase: nothing of it runs until the fetch that
 * it waits for has ended, in whichever worker, or its time is up; then the
 * phase runs again, and the request is judged again, once.  A worker checks
 * its suspended requests every 20 ms, by the keyset's counter of fetches.
 */

#include "ngx_http_jwt_ctx.h"
#include "ngx_http_jwt_suspend.h"
#include "ngx_http_jwt_keys.h"
#include "ngx_http_jwt_keyset.h"


#define NGX_HTTP_JWT_SUSPEND_TICK  20   /* ms */


static void
ngx_http_jwt_suspend_resume(ngx_http_jwt_ctx_t *ctx)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = ctx->request;
    c = r->connection;

    ngx_http_jwt_suspend_cancel(ctx);

    /* post_action led it elsewhere, when the client left */

    if (ngx_http_get_module_ctx(r, ngx_http_jwt_scope_module) != ctx) {
        return;
    }

    ctx->waited = 1;

    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_core_run_phases;

    ngx_http_core_run_phases(r);
    ngx_http_run_posted_requests(c);
}


static ngx_uint_t
ngx_http_jwt_suspend_over(ngx_http_jwt_ctx_t *ctx)
{
    return (ngx_msec_int_t) (ctx->deadline - ngx_current_msec) <= 0
           || ctx->awaited->keyset == NULL
           || ctx->awaited->keyset->attempts != ctx->attempts;
}


static void
ngx_http_jwt_suspend_handler(ngx_event_t *ev)
{
    ngx_queue_t               *q, *over;
    ngx_queue_t                resume;
    ngx_connection_t          *c;
    ngx_http_jwt_ctx_t        *ctx;
    ngx_http_jwt_main_conf_t  *jmcf;

    c = ev->data;
    jmcf = c->data;

    ngx_queue_init(&resume);

    for (q = ngx_queue_head(&jmcf->suspended);
         q != ngx_queue_sentinel(&jmcf->suspended);
         q = over)
    {
        over = ngx_queue_next(q);
        ctx = ngx_queue_data(q, ngx_http_jwt_ctx_t, queue);

        if (ngx_http_jwt_suspend_over(ctx)) {
            ngx_queue_remove(q);
            ngx_queue_insert_tail(&resume, q);
        }
    }

    /*
     * Resuming a request may end others: therefore always the first one is
     * taken, and a request that ends meanwhile removes itself from the queue.
     */

    while (!ngx_queue_empty(&resume)) {
        q = ngx_queue_head(&resume);
        ngx_http_jwt_suspend_resume(ngx_queue_data(q, ngx_http_jwt_ctx_t,
                                                   queue));
    }

    if (!ngx_queue_empty(&jmcf->suspended) && !ev->timer_set) {
        ngx_add_timer(ev, NGX_HTTP_JWT_SUSPEND_TICK);
    }
}


void
ngx_http_jwt_suspend_init(ngx_http_jwt_main_conf_t *jmcf, ngx_log_t *log)
{
    ngx_queue_init(&jmcf->suspended);

    jmcf->dummy.fd = (ngx_socket_t) -1;
    jmcf->dummy.data = jmcf;

    /*
     * not cancelable: a suspended request depends on it, during a reload, too
     */

    jmcf->tick.handler = ngx_http_jwt_suspend_handler;
    jmcf->tick.data = &jmcf->dummy;
    jmcf->tick.log = log;
}


static ngx_int_t
ngx_http_jwt_suspend_request(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx,
    ngx_http_jwt_issuer_t *issuer)
{
    ngx_http_jwt_main_conf_t  *jmcf;

    jmcf = issuer->main;

    if (issuer->jwks_wait == 0
        || jmcf->nsuspended >= ngx_max(ngx_cycle->connection_n / 4, 1))
    {
        return NGX_DECLINED;
    }

    /* a client that leaves is noticed, and nothing else runs meanwhile */

    if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
        return NGX_DECLINED;
    }

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;

    ctx->suspended = 1;
    ctx->awaited = issuer;
    ctx->deadline = ngx_current_msec + issuer->jwks_wait;

    jmcf->nsuspended++;
    ngx_queue_insert_tail(&jmcf->suspended, &ctx->queue);

    if (!jmcf->tick.timer_set) {
        ngx_add_timer(&jmcf->tick, NGX_HTTP_JWT_SUSPEND_TICK);
    }

    return NGX_AGAIN;
}


/* The digest of the kid that the token names. */

static ngx_int_t
ngx_http_jwt_suspend_kid(ngx_http_jwt_ctx_t *ctx,
    ngx_http_jwt_issuer_t *issuer, ngx_http_jwt_kid_t *kid)
{
    njwt_slice_t  text;

    if (!njwt_jws_kid(&ctx->found.jws, &text)) {
        return NGX_ERROR;
    }

    return ngx_http_jwt_keyset_kid(issuer, text, kid);
}


ngx_int_t
ngx_http_jwt_suspend(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    ngx_msec_t              delay;
    ngx_http_jwt_kid_t      kid, *unknown;
    ngx_http_jwt_issuer_t  *issuer;

    issuer = (ngx_http_jwt_issuer_t *) ctx->found.issuer;

    if (issuer->keyset == NULL) {
        return NGX_DECLINED;
    }

    /* read before asking: a fetch that ends in between counts */

    ctx->attempts = issuer->keyset->attempts;

    unknown = NULL;

    if (ctx->verdict == NJWT_KEY_NOT_FOUND) {
        if (ngx_http_jwt_suspend_kid(ctx, issuer, &kid) != NGX_OK) {
            return NGX_DECLINED;
        }

        unknown = &kid;
    }

    if (ngx_http_jwt_keyset_ask(issuer, 1, unknown, &delay) != NGX_AGAIN) {
        return NGX_DECLINED;
    }

    ngx_http_jwt_refresh_now(issuer->main);

    if (ctx->conf->mode == NGX_HTTP_JWT_REPORT) {
        return NGX_DECLINED;
    }

    return ngx_http_jwt_suspend_request(r, ctx, issuer);
}


void
ngx_http_jwt_still_missing(ngx_http_jwt_ctx_t *ctx)
{
    ngx_http_jwt_kid_t      kid;
    ngx_http_jwt_issuer_t  *issuer;

    issuer = (ngx_http_jwt_issuer_t *) ctx->found.issuer;

    if (ctx->verdict == NJWT_KEY_NOT_FOUND
        && ngx_http_jwt_suspend_kid(ctx, issuer, &kid) == NGX_OK)
    {
        ngx_http_jwt_keyset_kid_missing(issuer, &kid, ctx->attempts);
    }
}


ngx_uint_t
ngx_http_jwt_suspend_seconds(ngx_http_jwt_ctx_t *ctx)
{
    ngx_msec_t  delay;

    (void) ngx_http_jwt_keyset_ask((ngx_http_jwt_issuer_t *) ctx->found.issuer,
                                   0, NULL, &delay);

    return ngx_max((delay + 999) / 1000, 1);
}


void
ngx_http_jwt_suspend_cancel(ngx_http_jwt_ctx_t *ctx)
{
    if (!ctx->suspended) {
        return;
    }

    ctx->suspended = 0;
    ctx->awaited->main->nsuspended--;
    ngx_queue_remove(&ctx->queue);
}


void
ngx_http_jwt_resume(ngx_http_jwt_main_conf_t *jmcf)
{
    if (ngx_queue_empty(&jmcf->suspended)) {
        return;
    }

    if (jmcf->tick.timer_set) {
        ngx_del_timer(&jmcf->tick);
    }

    ngx_add_timer(&jmcf->tick, 1);
}
