/*
 * The judgement of a request, and what the phases make of it.
 *
 * A request is judged in the preaccess phase, so that limit_req can count by
 * claims, and answered in the access phase, so that "satisfy any" works.
 */

#include "ngx_http_jwt_binding.h"
#include "ngx_http_jwt_cache.h"
#include "ngx_http_jwt_counters.h"
#include "ngx_http_jwt_suspend.h"
#include "ngx_http_jwt_identity.h"
#include "ngx_http_jwt_keystat.h"
#include "ngx_http_jwt_keys.h"
#include "ngx_http_jwt_pass_token.h"
#include "ngx_http_jwt_request.h"
#include "ngx_http_jwt_revoked.h"


#if (NJWT_METHOD_GET != NGX_HTTP_GET || NJWT_METHOD_HEAD != NGX_HTTP_HEAD)
#error "the core's methods must be nginx's"
#endif


/* Begins a new judgement; nothing of an earlier one remains. */

static ngx_http_jwt_ctx_t *
ngx_http_jwt_begin(ngx_http_request_t *r, ngx_http_jwt_loc_conf_t *jlcf)
{
    ngx_http_jwt_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_scope_module);

    if (ctx == NULL) {
        ctx = ngx_http_jwt_find_ctx(r);

        if (ctx == NULL) {
            ctx = ngx_http_jwt_create_ctx(r);
        }

        if (ctx == NULL) {
            return NULL;
        }

        ngx_http_jwt_refusal_withdraw(ctx);

        /* a client that left while it waited, and post_action */

        ngx_http_jwt_suspend_cancel(ctx);
        ctx->waited = 0;
    }

    njwt_arena_free(&ctx->arena);
    ngx_memzero(&ctx->found, sizeof(njwt_result_t));

    ctx->verdict = NJWT_UNDECIDED;
    ctx->conf = jlcf;
    ctx->judged = 0;
    ctx->preflight = 0;

    if (ngx_http_jwt_withheld_restore(r) != NGX_OK) {
        return NULL;
    }

    ngx_http_set_ctx(r, ctx, ngx_http_jwt_scope_module);

    return ctx;
}


/* Warns once per token: afterwards the answer is in the cache. */

static void
ngx_http_jwt_warn_gave_up(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    const njwt_claim_rule_t  *rule;

    if (!ctx->found.gave_up) {
        return;
    }

    rule = ctx->found.broken;

    ngx_http_jwt_log(r, NGX_LOG_WARN,
                     "an expression of \"jwt_require_claim %*s\" gave up on a "
                     "token: it took more than 10,000 steps or was tried on "
                     "more than 1,000 texts; the rule doesn't hold",
                     rule->claim.len, rule->claim.data);
}


static ngx_int_t
ngx_http_jwt_judge(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx,
    njwt_request_t *c)
{
    size_t                     i;
    njwt_policy_t             *policy;
    ngx_http_jwt_issuer_t     *issuer;
    ngx_http_jwt_main_conf_t  *jmcf;

    policy = ctx->conf->policy;

    for (i = 0; i < policy->issuer_count; i++) {
        issuer = (ngx_http_jwt_issuer_t *) policy->issuers[i];
        ngx_http_jwt_keys_renew(issuer, ngx_cycle->log);
    }

    if (ngx_http_jwt_token_find(r, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memzero(c, sizeof(njwt_request_t));

    c->credentials = ctx->credentials;
    c->policy = policy;
    c->method = ngx_http_jwt_method(r);
    c->now = (int64_t) ngx_time();

    jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_scope_module);

    if (ngx_http_jwt_binding_prepare(r, ctx, c) != NGX_OK) {
        return NGX_ERROR;
    }

    c->revocation = ngx_http_jwt_revoked_question(jmcf);

    ctx->policy = c->policy;

    ngx_http_jwt_cache_lookup(jmcf, ctx, c);
    ngx_http_jwt_binding_cached(r, ctx);

    ctx->verdict = njwt_judge(&ctx->arena, c, &ctx->found);

    ngx_http_jwt_cache_remember(jmcf, ctx, c);
    ngx_http_jwt_binding_remember(r, ctx);
    ngx_http_jwt_binding_commit(r, ctx);
    ngx_http_jwt_warn_gave_up(r, ctx);

    if (ctx->conf->mode == NGX_HTTP_JWT_OPTIONAL) {
        ctx->verdict = njwt_verdict_optional(ctx->verdict, c);
    }

    ctx->judged = 1;
    ngx_http_jwt_keystat_used(ctx, c);

    if (ctx->found.claims != NULL) {
        ngx_http_jwt_log_milliseconds(r, ctx);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_decide(ngx_http_request_t *r, ngx_http_jwt_loc_conf_t *jlcf)
{
    njwt_request_t            c;
    ngx_http_jwt_ctx_t       *ctx;
    ngx_http_jwt_prefetch_t   prefetch;

    if (jlcf->policy == NULL || r != r->main) {
        return NGX_DECLINED;
    }

    ngx_http_jwt_cache_prefetch_begin(r, jlcf, &prefetch);

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_scope_module);

    if (ctx != NULL && ctx->suspended) {
        return NGX_AGAIN;
    }

    ctx = ngx_http_jwt_begin(r, jlcf);

    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_jwt_cache_prefetch_next(&prefetch);

    if (ngx_http_jwt_is_preflight(r, jlcf)) {
        return ngx_http_jwt_preflight(r, ctx);
    }

    if (ngx_http_jwt_judge(r, ctx, &c) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->waited) {
        ngx_http_jwt_still_missing(ctx);
        return NGX_DECLINED;
    }

    if (njwt_verdict_wants_keys(ctx->verdict, &c, &ctx->found)
        && ngx_http_jwt_suspend(r, ctx) == NGX_AGAIN)
    {
        /* not decided yet */
        ctx->judged = 0;
        return NGX_AGAIN;
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_http_jwt_preaccess_handler(ngx_http_request_t *r)
{
    ngx_int_t                 rc;
    ngx_http_jwt_loc_conf_t  *jlcf;

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_scope_module);

    /*
     * A subrequest has a copy of the main request's headers, in which the main
     * request's identity headers are set; but if it was made before the main
     * request came here, the copy has the client's.
     */

    if (ngx_http_jwt_identity_clear(r, r != r->main) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_jwt_decide(r, jlcf);

    if (rc == NGX_DECLINED && ngx_http_jwt_identity_set(r, jlcf) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return rc;
}


/* long: each way out of the phase, in their order */
ngx_int_t
ngx_http_jwt_access_handler(ngx_http_request_t *r)
{
    ngx_int_t                 rc;
    ngx_http_jwt_ctx_t       *ctx;
    ngx_http_jwt_loc_conf_t  *jlcf;

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_scope_module);

    if (jlcf->policy == NULL || r != r->main) {
        return (ngx_http_jwt_identity_clear(r, 1) == NGX_OK
                && ngx_http_jwt_withhold(r, jlcf) == NGX_OK)
               ? NGX_DECLINED : NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_scope_module);

    if (ctx == NULL || !ctx->judged || ctx->conf != jlcf) {

        /* another module's handler ended the preaccess phase before ours */

        rc = ngx_http_jwt_preaccess_handler(r);

        if (rc != NGX_DECLINED) {
            return rc;
        }

        ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_scope_module);
    }

    if (ctx->preflight) {
        return NGX_DECLINED;
    }

    ngx_http_jwt_require_check(r, ctx);

    /* also after a refusal, because an error_page may pass the request on */

    if (ngx_http_jwt_withhold(r, jlcf) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* without memory somebody may have taken a no for a yes */

    if (ctx->verdict == NJWT_OK && ctx->arena.failed) {
        ctx->verdict = NJWT_UNDECIDED;
    }

    if ((ctx->verdict == NJWT_OK || jlcf->mode == NGX_HTTP_JWT_REPORT)
        && ngx_http_jwt_renew_nonce(r, ctx) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->verdict == NJWT_OK) {
        ngx_http_jwt_close_watch(ctx);
        return NGX_OK;
    }

    /* continues without being allowed, so "satisfy any" isn't satisfied */

    if (jlcf->mode == NGX_HTTP_JWT_OPTIONAL
        && ctx->verdict == NJWT_NO_TOKEN)
    {
        return NGX_DECLINED;
    }

    if (jlcf->mode == NGX_HTTP_JWT_REPORT) {
        ngx_http_jwt_count(ctx);
        ngx_http_jwt_log_refusal(r, ctx);
        return NGX_DECLINED;
    }

    return ngx_http_jwt_refuse(r, ctx);
}


/* The access phase may have ended before ours; subrequests have none. */

ngx_int_t
ngx_http_jwt_precontent_handler(ngx_http_request_t *r)
{
    ngx_http_jwt_loc_conf_t  *jlcf;

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_scope_module);

    return ngx_http_jwt_withhold(r, jlcf) == NGX_OK
           ? NGX_DECLINED : NGX_HTTP_INTERNAL_SERVER_ERROR;
}
