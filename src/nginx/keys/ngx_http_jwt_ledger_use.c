/*
 * When was each key last of use, and which are shown?
 */

#include "ngx_http_jwt_ledger.h"
#include "ngx_http_jwt_blocks.h"
#include "njwt_key.h"


/* Where in its issuer's set is the key that the token was verified with? */

static ngx_uint_t
ngx_http_jwt_ledger_place(ngx_http_jwt_ctx_t *ctx, const njwt_case_t *c,
    const njwt_jwks_t *jwks)
{
    ngx_uint_t         i;
    const njwt_key_t  *key;

    if (ctx->found.recalled) {
        return c->record->place;
    }

    key = njwt_proof_key(ctx->found.proof);

    for (i = 0; i < njwt_jwks_count(jwks); i++) {
        if (njwt_jwks_key(jwks, i) == key) {
            break;
        }
    }

    return i;
}


void
ngx_http_jwt_ledger_used(ngx_http_jwt_ctx_t *ctx, const njwt_case_t *c)
{
    time_t                  now;
    ngx_uint_t              place;
    ngx_http_jwt_issuer_t  *issuer;
    ngx_http_jwt_record_t  *record;

    if (ctx->found.claims == NULL) {
        return;
    }

    issuer = (ngx_http_jwt_issuer_t *) ctx->found.issuer;
    place = ngx_http_jwt_ledger_place(ctx, c, issuer->trust.keys);

    if (place >= NGX_HTTP_JWT_TRACKED || issuer->records[place] == NULL) {
        return;
    }

    now = ngx_time();
    record = issuer->records[place];

    if (record->issuer == issuer->id
        && record->used != (ngx_atomic_uint_t) now)
    {
        record->used = (ngx_atomic_uint_t) now;
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
