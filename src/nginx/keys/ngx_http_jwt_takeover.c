/*
 * What does a new worker make of what those before left?
 */

#include "ngx_http_jwt_slot.h"
#include "ngx_http_jwt_blocks.h"


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


static ngx_uint_t
ngx_http_jwt_takeover_empty_locked(ngx_http_jwt_issuer_t *issuer)
{
    ngx_http_jwt_slot_t  *slot;

    slot = issuer->slot;

    return ngx_http_jwt_slot_own_locked(issuer)
           && slot->len[slot->active] == 0;
}


ngx_uint_t
ngx_http_jwt_slot_empty(ngx_http_jwt_issuer_t *issuer)
{
    ngx_uint_t        empty;
    ngx_slab_pool_t  *shpool;

    if (issuer->slot == NULL) {
        return 0;
    }

    shpool = ngx_http_jwt_slot_lock(issuer);
    empty = ngx_http_jwt_takeover_empty_locked(issuer);
    ngx_shmtx_unlock(&shpool->mutex);

    return empty;
}


ngx_int_t
ngx_http_jwt_slot_restore(ngx_http_jwt_issuer_t *issuer, njwt_slice_t text,
    time_t fetched)
{
    ngx_int_t             rc;
    ngx_uint_t            buffer;
    ngx_slab_pool_t      *shpool;
    ngx_http_jwt_slot_t  *slot;

    rc = NGX_DECLINED;
    slot = issuer->slot;
    shpool = ngx_http_jwt_slot_lock(issuer);

    if (ngx_http_jwt_takeover_empty_locked(issuer)) {
        buffer = !slot->active;

        rc = ngx_http_jwt_blocks_store_locked(issuer->main->zone->data, slot,
                                              buffer, text);
        rc = (rc == NGX_OK) ? NGX_OK : NGX_ERROR;

        if (rc == NGX_OK) {
            ngx_http_jwt_slot_stamp_locked(slot, fetched);
            slot->generation++;
            ngx_memory_barrier();
            slot->active = buffer;
        }
    }

    ngx_shmtx_unlock(&shpool->mutex);

    return rc;
}
