/*
 * Since when is each key there, and when was it last of use?
 *
 * A worker notes a set when it reads it, and keeps where the records of the
 * keys are: a token that was verified costs one comparison, and each key a
 * write a second at most.
 */

#include "ngx_http_jwt_blocks.h"
#include "ngx_http_jwt_ctx.h"
#include "ngx_http_jwt_keylog.h"
#include "njwt_key.h"


#define NGX_HTTP_JWT_RECORD_SHARE   4096
#define NGX_HTTP_JWT_MAX_RECORDS    4096

/* the id of a shared secret: nothing that is made of it is kept */
#define NGX_HTTP_JWT_SECRET_ID      1


/* a key as it is noted, made outside the lock */
typedef struct {
    ngx_atomic_uint_t     id;
    uint32_t              algs;
    ngx_uint_t            has_kid;
    njwt_slice_t          kid;
} ngx_http_jwt_noted_t;


ngx_uint_t
ngx_http_jwt_ledger_size(size_t zone)
{
    ngx_uint_t  n;

    n = zone / NGX_HTTP_JWT_RECORD_SHARE;

    /* two in the least zone that nginx makes */

    return (n > 8) ? ngx_min(n - 6, NGX_HTTP_JWT_MAX_RECORDS) : 2;
}


static ngx_int_t
ngx_http_jwt_ledger_describe(const njwt_key_t *key,
    ngx_http_jwt_noted_t *noted)
{
    u_char      digest[NGX_HTTP_JWT_DIGEST_LEN];
    ngx_uint_t  i;

    ngx_memzero(noted, sizeof(ngx_http_jwt_noted_t));

    for (i = 0; i < NJWT_ALG_COUNT; i++) {
        if (njwt_key_fits(key, 1u << i)) {
            noted->algs |= 1u << i;
        }
    }

    noted->has_kid = njwt_key_kid(key, &noted->kid);

    if (noted->algs & NJWT_ALGS_HMAC) {
        noted->id = NGX_HTTP_JWT_SECRET_ID;
        return NGX_OK;
    }

    if (!njwt_key_digest(key, digest)) {
        return NGX_ERROR;
    }

    ngx_memcpy(&noted->id, digest, sizeof(ngx_atomic_uint_t));

    return NGX_OK;
}


static ngx_http_jwt_record_t *
ngx_http_jwt_ledger_find_locked(ngx_http_jwt_shared_t *shared,
    ngx_atomic_uint_t issuer, ngx_http_jwt_noted_t *noted)
{
    ngx_uint_t              i;
    ngx_http_jwt_record_t  *record;

    for (i = 0; i < shared->nrecords; i++) {
        record = &shared->records[i];

        if (record->issuer == issuer
            && record->key == noted->id
            && record->has_kid == noted->has_kid
            && record->kid_len == ngx_min(noted->kid.len,
                                          NGX_HTTP_JWT_SHOWN_KID)
            && (record->kid_len == 0
                || ngx_memcmp(record->kid, noted->kid.data, record->kid_len)
                   == 0))
        {
            return record;
        }
    }

    return NULL;
}


static ngx_uint_t
ngx_http_jwt_ledger_orphan(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_record_t *record)
{
    ngx_uint_t               i;
    ngx_http_jwt_issuer_t  **issuers;

    issuers = jmcf->issuers.elts;

    for (i = 0; i < jmcf->issuers.nelts; i++) {
        if (issuers[i]->id == record->issuer) {
            return 0;
        }
    }

    return 1;
}


/*
 * A record that may be had: one that is unused, or of an issuer that there
 * isn't any more, or of the key that went first.
 */

static ngx_http_jwt_record_t *
ngx_http_jwt_ledger_vacant_locked(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_shared_t *shared)
{
    ngx_uint_t              i;
    ngx_http_jwt_record_t  *record, *oldest;

    oldest = NULL;

    for (i = 0; i < shared->nrecords; i++) {
        record = &shared->records[i];

        if (record->issuer == 0 || ngx_http_jwt_ledger_orphan(jmcf, record)) {
            return record;
        }

        if (record->gone != 0
            && (oldest == NULL || record->gone < oldest->gone))
        {
            oldest = record;
        }
    }

    return oldest;
}


static ngx_http_jwt_record_t *
ngx_http_jwt_ledger_make_locked(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_shared_t *shared, ngx_http_jwt_noted_t *noted)
{
    ngx_http_jwt_record_t  *record;

    record = ngx_http_jwt_ledger_vacant_locked(issuer->main, shared);

    if (record == NULL) {
        return NULL;
    }

    ngx_memzero(record, sizeof(ngx_http_jwt_record_t));
    ngx_memory_barrier();

    record->key = noted->id;
    record->seen = ngx_time();
    record->algs = noted->algs;
    record->has_kid = (u_char) noted->has_kid;
    record->kid_len = (u_char) ngx_min(noted->kid.len,
                                       NGX_HTTP_JWT_SHOWN_KID);

    if (record->kid_len > 0) {
        ngx_memcpy(record->kid, noted->kid.data, record->kid_len);
    }

    /* last: a worker killed before this leaves an unused record */

    ngx_memory_barrier();
    record->issuer = issuer->id;

    return record;
}


/* Is what this worker holds the newest there is? */

static ngx_uint_t
ngx_http_jwt_ledger_newest_locked(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_shared_t *shared)
{
    if (issuer->fixed != NULL) {
        return issuer->main->epoch >= shared->attached;
    }

    return ngx_http_jwt_slot_own_locked(issuer)
           && issuer->slot->generation == issuer->generation;
}


static void
ngx_http_jwt_ledger_note_locked(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_shared_t *shared, ngx_http_jwt_noted_t *noted, ngx_uint_t n)
{
    ngx_uint_t              i;
    ngx_http_jwt_record_t  *record;

    for (i = 0; i < shared->nrecords; i++) {
        record = &shared->records[i];

        if (record->issuer == issuer->id && record->gone == 0) {
            record->gone = ngx_time();
        }
    }

    for (i = 0; i < n; i++) {
        record = ngx_http_jwt_ledger_find_locked(shared, issuer->id,
                                                 &noted[i]);
        if (record == NULL) {
            record = ngx_http_jwt_ledger_make_locked(issuer, shared,
                                                     &noted[i]);
        }

        if (record != NULL) {
            record->gone = 0;
        }

        issuer->records[i] = record;
    }
}


void
ngx_http_jwt_ledger_note(ngx_http_jwt_issuer_t *issuer,
    const njwt_jwks_t *jwks)
{
    ngx_uint_t              i, n;
    ngx_slab_pool_t        *shpool;
    ngx_http_jwt_noted_t    noted[NGX_HTTP_JWT_TRACKED];
    ngx_http_jwt_shared_t  *shared;

    ngx_memzero(issuer->records, sizeof(issuer->records));

    shared = issuer->main->zone->data;
    n = ngx_min(njwt_jwks_count(jwks), NGX_HTTP_JWT_TRACKED);

    for (i = 0; i < n; i++) {
        if (ngx_http_jwt_ledger_describe(njwt_jwks_key(jwks, i), &noted[i])
            != NGX_OK)
        {
            return;
        }
    }

    shpool = ngx_http_jwt_slot_lock(issuer);

    if (ngx_http_jwt_ledger_newest_locked(issuer, shared)) {
        ngx_http_jwt_ledger_note_locked(issuer, shared, noted, n);
    }

    ngx_shmtx_unlock(&shpool->mutex);
}


void
ngx_http_jwt_ledger_note_fixed(ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t               i;
    ngx_http_jwt_issuer_t  **issuers;

    issuers = jmcf->issuers.elts;

    for (i = 0; i < jmcf->issuers.nelts; i++) {
        if (issuers[i]->fixed != NULL) {
            ngx_http_jwt_ledger_note(issuers[i], issuers[i]->fixed);
        }
    }
}


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
