/*
 * When was each key last of use, and which are shown?
 */

#include "ngx_http_jwt_ledger.h"
#include "ngx_http_jwt_blocks.h"


/* May this key have verified the token?  Two of one kid count both. */

static ngx_uint_t
ngx_http_jwt_ledger_may(ngx_http_jwt_ctx_t *ctx, const njwt_key_t *key,
    njwt_slice_t *kid)
{
    njwt_slice_t  own;

    return njwt_key_fits(key, ctx->found.alg)
           && (kid == NULL
               || (njwt_key_kid(key, &own) && njwt_slice_equal(own, *kid)));
}


void
ngx_http_jwt_ledger_used(ngx_http_jwt_ctx_t *ctx)
{
    time_t                  now;
    ngx_uint_t              i, n;
    njwt_slice_t            text, *kid;
    const njwt_jwks_t      *jwks;
    ngx_http_jwt_issuer_t  *issuer;
    ngx_http_jwt_record_t  *record;

    if (ctx->found.claims == NULL) {
        return;
    }

    issuer = (ngx_http_jwt_issuer_t *) ctx->found.issuer;
    jwks = issuer->trust.keys;
    kid = njwt_jws_kid(&ctx->found.jws, &text) ? &text : NULL;

    now = ngx_time();
    n = ngx_min(njwt_jwks_count(jwks), NGX_HTTP_JWT_TRACKED);

    for (i = 0; i < n; i++) {
        record = issuer->records[i];

        if (record != NULL
            && record->issuer == issuer->id
            && record->used != (ngx_atomic_uint_t) now
            && ngx_http_jwt_ledger_may(ctx, njwt_jwks_key(jwks, i), kid))
        {
            record->used = (ngx_atomic_uint_t) now;
        }
    }
}


ngx_http_jwt_record_t *
ngx_http_jwt_ledger_read(ngx_http_jwt_main_conf_t *jmcf, ngx_pool_t *pool,
    ngx_uint_t *n)
{
    size_t                  size;
    ngx_slab_pool_t        *shpool;
    ngx_http_jwt_shared_t  *shared;
    ngx_http_jwt_record_t  *records;

    shared = jmcf->zone->data;
    size = shared->nrecords * sizeof(ngx_http_jwt_record_t);

    records = ngx_palloc(pool, size);
    if (records == NULL) {
        return NULL;
    }

    *n = shared->nrecords;
    shpool = (ngx_slab_pool_t *) jmcf->zone->shm.addr;

    ngx_shmtx_lock(&shpool->mutex);
    ngx_memcpy(records, shared->records, size);
    ngx_shmtx_unlock(&shpool->mutex);

    return records;
}


ngx_uint_t
ngx_http_jwt_ledger_shown(ngx_http_jwt_record_t *record,
    ngx_http_jwt_issuer_t *issuer)
{
    return record->issuer == issuer->id
           && (record->gone == 0
               || ngx_time() - record->gone < NGX_HTTP_JWT_MOURNING);
}
