/*
 * Requests that end with their token: jwt_close_expired.
 *
 * A request is judged when it begins; a WebSocket, a stream of events or a
 * long download may go on for hours after its token expired.  If the location
 * has jwt_close_expired, such requests are in a list of their worker from when
 * they were allowed until they end, and one timer checks once a second which
 * of them have lost their token.  A token's expiry is in the request's memory,
 * and revocation is looked up only if something was revoked since.
 */

#include "ngx_http_jwt_counters.h"
#include "ngx_http_jwt_headers.h"
#include "ngx_http_jwt_refusal.h"
#include "ngx_http_jwt_request.h"
#include "ngx_http_jwt_revoked.h"


#define NGX_HTTP_JWT_CLOSE_TICK  1000


/*
 * Has the token of an allowed request ended since?  Returns the verdict that
 * says so, or NJWT_UNDECIDED.
 */

static njwt_verdict_t
ngx_http_jwt_close_due(ngx_http_jwt_ctx_t *ctx, int64_t now)
{
    if (ctx->found.claims == NULL
        || ctx->verdict != NJWT_OK
        || !ctx->conf->close_expired
        || ctx->conf->mode == NGX_HTTP_JWT_REPORT)
    {
        return NJWT_UNDECIDED;
    }

    if (njwt_dates_expired(njwt_claims_dates(ctx->found.claims),
                           ctx->found.issuer->expected.leeway, now))
    {
        return NJWT_EXPIRED;
    }

    return ngx_http_jwt_revoked_now(ctx) ? NJWT_REVOKED : NJWT_UNDECIDED;
}


/* Ends a gRPC response with the status 16, in its headers or trailers. */

static ngx_int_t
ngx_http_jwt_close_grpc_answer(ngx_http_request_t *r, njwt_verdict_t why)
{
    ngx_str_t    text;
    ngx_list_t  *trailers;
    const char  *message;

    message = (why == NJWT_REVOKED) ? "The access token was revoked"
                                    : "The access token expired";

    if (!r->header_sent) {
        r->headers_out.status = NGX_HTTP_UNAUTHORIZED;

        text.data = (u_char *) message;
        text.len = ngx_strlen(message);

        if (ngx_http_jwt_grpc_status(r, &text) != NGX_OK) {
            return NGX_ERROR;
        }

        return ngx_http_send_header(r);
    }

    trailers = &r->headers_out.trailers;

    if (ngx_http_jwt_headers_push(trailers, "grpc-status", "16") == NULL
        || ngx_http_jwt_headers_push(trailers, "grpc-message", message)
           == NULL)
    {
        return NGX_ERROR;
    }

    return ngx_http_send_special(r, NGX_HTTP_LAST);
}


/* Takes the response from the upstream.  NGX_DECLINED: it has none. */

static ngx_int_t
ngx_http_jwt_close_upstream(ngx_http_request_t *r)
{
    ngx_http_upstream_t      *u;
    ngx_http_cleanup_pt       finalize;

    u = r->upstream;

    if (u == NULL || u->cleanup == NULL || *u->cleanup == NULL) {
        return NGX_DECLINED;
    }

    finalize = *u->cleanup;

    /* releasing the upstream's reference must not free the request */

    r->main->count++;
    finalize(r);

    return NGX_OK;
}


/*
 * Takes the response from the upstream and ends it.  NGX_DECLINED: it isn't
 * the upstream's any more and may already be ending.
 */

static ngx_int_t
ngx_http_jwt_close_grpc(ngx_http_request_t *r, njwt_verdict_t why)
{
    if (r != r->connection->data
        || ngx_http_jwt_close_upstream(r) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    ngx_http_finalize_request(r, ngx_http_jwt_close_grpc_answer(r, why));

    return NGX_OK;
}


static void
ngx_http_jwt_close(ngx_http_jwt_ctx_t *ctx, njwt_verdict_t why)
{
    ngx_connection_t          *c;
    ngx_http_request_t        *r;
    ngx_http_jwt_issuer_t     *issuer;
    ngx_http_core_loc_conf_t  *clcf;

    r = ctx->request;
    c = r->connection;
    issuer = (ngx_http_jwt_issuer_t *) ctx->found.issuer;

    ngx_http_set_log_request(c->log, r);

    ngx_http_jwt_log(r, NGX_LOG_INFO,
                     "jwt closed: the token %s while its request was going "
                     "on, issuer \"%V\"",
                     (why == NJWT_REVOKED) ? "was revoked" : "expired",
                     &issuer->name);

    ngx_http_jwt_count_closed(issuer->main);

    if (!ngx_http_jwt_grpc(r) || ngx_http_jwt_close_grpc(r, why) != NGX_OK) {

        if (!r->header_sent) {
            r->headers_out.status = NGX_HTTP_UNAUTHORIZED;
        }

        /*
         * Closes a connection of HTTP/1, and resets a stream of others; the
         * upstream's reference is released first, which would leave the
         * connection for the next request.  A post_action is run first, and
         * gives no other reference back: so there is one only where all that
         * goes on is the upstream's answer, which is released before, as nginx
         * does it when a client leaves.  Anything else (a file, a subrequest)
         * would go on beside it.
         */

        r->keepalive = 0;
        clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

        if (clcf->post_action.data == NULL
            || r != c->data
            || ngx_http_jwt_close_upstream(r) != NGX_OK)
        {
            r->post_action = 1;
            r->uri_changes = 0;
            r->main->count++;
        }

        ngx_http_finalize_request(r, NGX_ERROR);
    }

    ngx_http_run_posted_requests(c);
}


static void
ngx_http_jwt_close_tick(ngx_event_t *ev)
{
    ngx_queue_t                seen, *q;
    njwt_verdict_t             why;
    ngx_http_jwt_ctx_t        *ctx;
    ngx_http_jwt_main_conf_t  *jmcf;

    jmcf = (ngx_http_jwt_main_conf_t *)
           ((u_char *) ev - offsetof(ngx_http_jwt_main_conf_t, close_tick));

    ngx_queue_init(&seen);

    /* a request that is closed leaves the queue */

    while (!ngx_queue_empty(&jmcf->closable)) {
        q = ngx_queue_head(&jmcf->closable);
        ctx = ngx_queue_data(q, ngx_http_jwt_ctx_t, close);

        /* the analyzer doesn't see that q is another: NOLINTNEXTLINE */
        ngx_queue_remove(q);

        why = ngx_http_jwt_close_due(ctx, (int64_t) ngx_time());

        if (why == NJWT_UNDECIDED) {
            ngx_queue_insert_tail(&seen, q);

        } else {
            ctx->closable = 0;
            ngx_http_jwt_close(ctx, why);
        }
    }

    if (!ngx_queue_empty(&seen)) {
        ngx_queue_add(&jmcf->closable, &seen);
        ngx_add_timer(ev, NGX_HTTP_JWT_CLOSE_TICK);
    }
}


void
ngx_http_jwt_close_init(ngx_http_jwt_main_conf_t *jmcf, ngx_log_t *log)
{
    ngx_queue_init(&jmcf->closable);

    jmcf->close_tick.handler = ngx_http_jwt_close_tick;
    jmcf->close_tick.data = &jmcf->dummy;
    jmcf->close_tick.log = log;

    /* the pending requests themselves keep an exiting worker alive */
    jmcf->close_tick.cancelable = 1;
}


void
ngx_http_jwt_close_stop(ngx_http_jwt_main_conf_t *jmcf)
{
    if (jmcf->close_tick.timer_set) {
        ngx_del_timer(&jmcf->close_tick);
    }
}


void
ngx_http_jwt_close_watch(ngx_http_jwt_ctx_t *ctx)
{
    ngx_http_jwt_main_conf_t  *jmcf;

    if (!ctx->conf->close_expired || ctx->closable) {
        return;
    }

    jmcf = ((ngx_http_jwt_issuer_t *) ctx->found.issuer)->main;

    ngx_queue_insert_tail(&jmcf->closable, &ctx->close);
    ctx->closable = 1;

    if (!jmcf->close_tick.timer_set) {
        ngx_add_timer(&jmcf->close_tick, NGX_HTTP_JWT_CLOSE_TICK);
    }
}


void
ngx_http_jwt_close_cancel(ngx_http_jwt_ctx_t *ctx)
{
    if (ctx->closable) {
        ngx_queue_remove(&ctx->close);
        ctx->closable = 0;
    }
}
