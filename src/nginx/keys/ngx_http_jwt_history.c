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


void
ngx_http_jwt_history_bad(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_answer_t *answer)
{
    u_char                   text[NGX_HTTP_JWT_ERROR_LEN];
    size_t                   len;
    ngx_slab_pool_t         *shpool;
    ngx_http_jwt_history_t  *history;

    if (answer->error != NULL) {
        len = ngx_slprintf(text, text + sizeof(text), "%s%s%s", answer->error,
                           answer->first ? ", the first one because of " : "",
                           answer->first ? answer->first : "")
              - text;

    } else {
        len = ngx_slprintf(text, text + sizeof(text), "status %ui",
                           answer->status)
              - text;
    }

    shpool = ngx_http_jwt_slot_lock(issuer);

    if (ngx_http_jwt_slot_own_locked(issuer)) {
        history = &issuer->slot->history;
        history->bad++;

        history->error_len = 0;
        ngx_memcpy(history->error, text, len);
        history->error_time = ngx_time();
        history->error_len = len;

        ngx_http_jwt_history_add_locked(history, answer->status, 0);
    }

    ngx_shmtx_unlock(&shpool->mutex);
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
