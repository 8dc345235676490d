/*
 * How did the fetches of an issuer's keys go?
 *
 * The last ones are kept in the slot, and the last error in words, for the
 * status page: the log has a line for each change only.
 */

#include "ngx_http_jwt_history.h"


static void
ngx_http_jwt_history_add_locked(ngx_http_jwt_history_t *history,
    ngx_uint_t status, ngx_uint_t good)
{
    ngx_http_jwt_attempt_t  *attempt;

    attempt = &history->attempts[history->next % NGX_HTTP_JWT_ATTEMPTS];

    attempt->time = (uint32_t) ngx_time();
    attempt->status = (uint16_t) status;
    attempt->good = (uint16_t) good;

    history->next++;
}


void
ngx_http_jwt_history_good(ngx_http_jwt_issuer_t *issuer, ngx_uint_t keys)
{
    ngx_slab_pool_t         *shpool;
    ngx_http_jwt_history_t  *history;

    shpool = ngx_http_jwt_slot_lock(issuer);

    if (ngx_http_jwt_slot_own_locked(issuer)) {
        history = &issuer->slot->history;
        history->good++;
        history->keys = keys;

        ngx_http_jwt_history_add_locked(history, NGX_HTTP_OK, 1);
    }

    ngx_shmtx_unlock(&shpool->mutex);
}


/* An error may have something of the server's in it, its name for one. */

static u_char *
ngx_http_jwt_history_escape(u_char *p, u_char *last, const char *error)
{
    for ( /* void */ ; *error != '\0'; error++) {

        if (*error >= 0x20 && *error <= 0x7e && *error != '\\') {
            if (p == last) {
                break;
            }

            *p++ = (u_char) *error;
            continue;
        }

        if (last - p < 4) {
            break;
        }

        p = ngx_sprintf(p, "\\x%02Xd", (ngx_int_t) (u_char) *error);
    }

    return p;
}


size_t
ngx_http_jwt_history_text(ngx_http_jwt_answer_t *answer, u_char *text)
{
    u_char  *p, *last;

    last = text + NGX_HTTP_JWT_ERROR_LEN;

    if (answer->error != NULL) {
        p = ngx_http_jwt_history_escape(text, last, answer->error);

        if (answer->first != NULL) {
            p = ngx_http_jwt_history_escape(p, last,
                                            ", the first one because of ");
            p = ngx_http_jwt_history_escape(p, last, answer->first);
        }

        return p - text;
    }

    return ngx_slprintf(text, last, "status %ui", answer->status) - text;
}


void
ngx_http_jwt_history_bad(ngx_http_jwt_issuer_t *issuer, ngx_uint_t status,
    ngx_str_t *reason)
{
    ngx_slab_pool_t         *shpool;
    ngx_http_jwt_history_t  *history;

    shpool = ngx_http_jwt_slot_lock(issuer);

    if (ngx_http_jwt_slot_own_locked(issuer)) {
        history = &issuer->slot->history;
        history->bad++;

        history->error_len = 0;
        ngx_memcpy(history->error, reason->data, reason->len);
        history->error_time = ngx_time();
        history->error_len = reason->len;

        ngx_http_jwt_history_add_locked(history, status, 0);
    }

    ngx_shmtx_unlock(&shpool->mutex);
}


size_t
ngx_http_jwt_history_reason(ngx_http_jwt_issuer_t *issuer, u_char *text)
{
    size_t                   len;
    ngx_slab_pool_t         *shpool;
    ngx_http_jwt_history_t  *history;

    len = 0;

    if (issuer->slot == NULL) {
        return 0;
    }

    shpool = ngx_http_jwt_slot_lock(issuer);

    if (ngx_http_jwt_slot_own_locked(issuer)
        && issuer->slot->refresh.failures > 0)
    {
        history = &issuer->slot->history;
        len = history->error_len;
        ngx_memcpy(text, history->error, len);
    }

    ngx_shmtx_unlock(&shpool->mutex);

    return len;
}


ngx_int_t
ngx_http_jwt_history_clock(ngx_http_jwt_issuer_t *issuer, int64_t skew,
    ngx_uint_t off)
{
    ngx_int_t                rc;
    ngx_slab_pool_t         *shpool;
    ngx_http_jwt_history_t  *history;

    rc = NGX_DECLINED;
    shpool = ngx_http_jwt_slot_lock(issuer);

    if (ngx_http_jwt_slot_own_locked(issuer)) {
        history = &issuer->slot->history;

        if (history->clock_off != off) {
            rc = off ? NGX_AGAIN : NGX_OK;
        }

        history->clock_off = off;
        history->clock_skew = skew;
        history->clock_time = ngx_time();
    }

    ngx_shmtx_unlock(&shpool->mutex);

    return rc;
}


void
ngx_http_jwt_history_read(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_source_t *source)
{
    ngx_slab_pool_t      *shpool;
    ngx_http_jwt_slot_t  *slot;

    ngx_memzero(source, sizeof(ngx_http_jwt_source_t));

    slot = issuer->slot;

    if (slot == NULL) {
        return;
    }

    shpool = ngx_http_jwt_slot_lock(issuer);

    if (ngx_http_jwt_slot_own_locked(issuer)) {
        source->known = 1;
        source->fetched = slot->len[slot->active] ? (time_t) slot->fetched
                                                  : 0;
        source->age = ngx_http_jwt_slot_age(issuer);
        source->in_flight = njwt_refresh_in_flight(&issuer->refresh,
                                                   &slot->refresh,
                                                   ngx_current_msec);
        source->failures = slot->refresh.failures;
        source->next = (ngx_msec_t) njwt_refresh_delay(&issuer->refresh,
                                                       &slot->refresh,
                                                       slot->wanted,
                                                       ngx_current_msec);
        source->history = slot->history;
    }

    ngx_shmtx_unlock(&shpool->mutex);
}
