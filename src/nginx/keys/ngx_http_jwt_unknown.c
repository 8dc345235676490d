/*
 * Which kids does the tenant not know?  A token that names one of them causes
 * no fetch: the cooldown's one fetch is left for another.
 */

#include "ngx_http_jwt_slot.h"
#include "njwt_key.h"


ngx_uint_t
ngx_http_jwt_slot_unknown_locked(ngx_http_jwt_issuer_t *issuer,
    const ngx_http_jwt_kid_t *kid)
{
    ngx_uint_t                   i;
    ngx_http_jwt_unknown_kid_t  *unknown;

    for (i = 0; i < NGX_HTTP_JWT_UNKNOWN_KIDS; i++) {
        unknown = &issuer->slot->unknown[i];

        if (unknown->until != 0
            && (ngx_msec_int_t) (unknown->until - ngx_current_msec) > 0
            && ngx_memcmp(unknown->kid.digest, kid->digest,
                          sizeof(kid->digest))
               == 0)
        {
            return 1;
        }
    }

    return 0;
}


void
ngx_http_jwt_slot_unknown(ngx_http_jwt_issuer_t *issuer,
    const ngx_http_jwt_kid_t *kid, ngx_atomic_uint_t attempts)
{
    ngx_slab_pool_t             *shpool;
    ngx_http_jwt_slot_t         *slot;
    ngx_http_jwt_unknown_kid_t  *unknown;

    slot = issuer->slot;

    if (slot == NULL) {
        return;
    }

    shpool = ngx_http_jwt_slot_lock(issuer);

    if (ngx_http_jwt_slot_own_locked(issuer)
        && slot->attempts != attempts
        && slot->refresh.failures == 0
        && !ngx_http_jwt_slot_unknown_locked(issuer, kid))
    {
        /* the oldest makes room; a token that came too early waits no more */

        unknown = &slot->unknown[slot->next_unknown];
        slot->next_unknown = (slot->next_unknown + 1)
                             % NGX_HTTP_JWT_UNKNOWN_KIDS;

        unknown->until = ngx_current_msec + issuer->jwks_cooldown;
        unknown->kid = *kid;
    }

    ngx_shmtx_unlock(&shpool->mutex);
}


ngx_int_t
ngx_http_jwt_slot_kid(ngx_http_jwt_issuer_t *issuer, njwt_slice_t kid,
    ngx_http_jwt_kid_t *digest)
{
    u_char         salted[NGX_HTTP_JWT_SALT_LEN + NJWT_MAX_KID];
    njwt_slice_t   text;

    if (kid.len > NJWT_MAX_KID) {
        return NGX_ERROR;
    }

    text.data = salted;
    text.len = ngx_cpymem(ngx_cpymem(salted, issuer->main->salt,
                                     NGX_HTTP_JWT_SALT_LEN),
                          kid.data, kid.len)
               - salted;

    return njwt_sha256(text, digest->digest) ? NGX_OK : NGX_ERROR;
}
