/*
 * What does a new worker 0 make of what the one before left in a slot?
 */

#include "ngx_http_jwt_slot.h"


/* ms before the fetch of a killed worker is tried again */
#define NGX_HTTP_JWT_BURIAL  1000


/* Was the worker that began the fetch in flight killed meanwhile? */

static ngx_uint_t
ngx_http_jwt_takeover_orphan_locked(ngx_http_jwt_slot_t *slot)
{
    return slot->refresh.in_flight
           && slot->fetcher != ngx_pid
           && kill(slot->fetcher, 0) == -1
           && ngx_errno == ESRCH;
}


void
ngx_http_jwt_slot_take_over(ngx_http_jwt_issuer_t *issuer)
{
    ngx_slab_pool_t      *shpool;
    ngx_http_jwt_slot_t  *slot;

    slot = issuer->slot;

    if (slot == NULL) {
        return;
    }

    shpool = ngx_http_jwt_slot_lock(issuer);

    if (ngx_http_jwt_slot_own_locked(issuer)) {
        njwt_refresh_adopt(&issuer->refresh, &slot->refresh,
                           ngx_current_msec);

        /* no attempt is over: held requests go on waiting for the next */

        if (ngx_http_jwt_takeover_orphan_locked(slot)) {
            njwt_refresh_abandoned(&slot->refresh,
                                   ngx_current_msec + NGX_HTTP_JWT_BURIAL);
        }
    }

    ngx_shmtx_unlock(&shpool->mutex);
}
