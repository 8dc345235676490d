/*
 * Records of keys: since when each key has been there, and its last use.
 *
 * A worker updates the records when it reads a set, and keeps pointers to
 * those of its keys: a verified token then costs one comparison, and each key
 * at most one write a second.
 */

#include "ngx_http_jwt_blocks.h"
#include "ngx_http_jwt_ctx.h"
#include "ngx_http_jwt_keystat.h"
#include "njwt_key.h"


#define NGX_HTTP_JWT_KEYSTAT_SHARE  4096
#define NGX_HTTP_JWT_MAX_KEYSTATS   4096

/* the id of a shared secret: nothing derived from the secret is stored */
#define NGX_HTTP_JWT_SECRET_ID      1


ngx_uint_t
ngx_http_jwt_keystat_size(size_t zone)
{
    ngx_uint_t  n;

    n = zone / NGX_HTTP_JWT_KEYSTAT_SHARE;

    /* two in the smallest zone that nginx makes */

    return (n > 8) ? ngx_min(n - 6, NGX_HTTP_JWT_MAX_KEYSTATS) : 2;
}


/* The record of a key, computed outside the lock. */

static ngx_int_t
ngx_http_jwt_keystat_describe(const njwt_key_t *key,
    ngx_http_jwt_keystat_t *keystat)
{
    u_char        digest[NGX_HTTP_JWT_DIGEST_LEN];
    ngx_uint_t    i;
    njwt_slice_t  kid;

    ngx_memzero(keystat, sizeof(ngx_http_jwt_keystat_t));

    for (i = 0; i < NJWT_ALG_COUNT; i++) {
        if (njwt_key_fits(key, 1u << i)) {
            keystat->algs |= 1u << i;
        }
    }

    if (njwt_key_kid(key, &kid)) {
        keystat->has_kid = 1;
        keystat->kid_len = (u_char) ngx_min(kid.len, NGX_HTTP_JWT_SHOWN_KID);
        ngx_memcpy(keystat->kid, kid.data, keystat->kid_len);
    }

    if (keystat->algs & NJWT_ALGS_HMAC) {
        keystat->key = NGX_HTTP_JWT_SECRET_ID;
        return NGX_OK;
    }

    if (!njwt_key_digest(key, digest)) {
        return NGX_ERROR;
    }

    ngx_memcpy(&keystat->key, digest, sizeof(ngx_atomic_uint_t));

    return NGX_OK;
}


static ngx_http_jwt_keystat_t *
ngx_http_jwt_keystat_find_locked(ngx_http_jwt_shared_t *shared,
    ngx_atomic_uint_t issuer, ngx_http_jwt_keystat_t *noted)
{
    ngx_uint_t               i;
    ngx_http_jwt_keystat_t  *keystat;

    for (i = 0; i < shared->nkeystats; i++) {
        keystat = &shared->keystats[i];

        if (keystat->issuer == issuer
            && keystat->key == noted->key
            && keystat->has_kid == noted->has_kid
            && keystat->kid_len == noted->kid_len
            && ngx_memcmp(keystat->kid, noted->kid, noted->kid_len) == 0)
        {
            return keystat;
        }
    }

    return NULL;
}


/*
 * A record that may be reused: an unused one, one of an issuer that no longer
 * exists, or that of the key removed first.
 */

static ngx_http_jwt_keystat_t *
ngx_http_jwt_keystat_vacant_locked(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_shared_t *shared)
{
    ngx_uint_t               i;
    ngx_http_jwt_keystat_t  *keystat, *oldest;

    oldest = NULL;

    for (i = 0; i < shared->nkeystats; i++) {
        keystat = &shared->keystats[i];

        if (keystat->issuer == 0
            || !ngx_http_jwt_counters_is_issuer(jmcf, keystat->issuer))
        {
            return keystat;
        }

        if (keystat->removed != 0
            && (oldest == NULL || keystat->removed < oldest->removed))
        {
            oldest = keystat;
        }
    }

    return oldest;
}


static ngx_http_jwt_keystat_t *
ngx_http_jwt_keystat_make_locked(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_shared_t *shared, ngx_http_jwt_keystat_t *noted)
{
    ngx_http_jwt_keystat_t  *keystat;

    keystat = ngx_http_jwt_keystat_vacant_locked(issuer->main, shared);

    if (keystat == NULL) {
        return NULL;
    }

    keystat->issuer = 0;
    ngx_memory_barrier();

    *keystat = *noted;
    keystat->first_seen = ngx_time();

    /* last: a worker killed before this leaves an unused record */

    ngx_memory_barrier();
    keystat->issuer = issuer->id;

    return keystat;
}


/* Does this worker have the newest set? */

static ngx_uint_t
ngx_http_jwt_keystat_newest_locked(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_shared_t *shared)
{
    if (issuer->static_jwks != NULL) {
        return issuer->main->epoch >= shared->attached;
    }

    return ngx_http_jwt_keyset_own_locked(issuer)
           && issuer->keyset->generation == issuer->generation;
}


static void
ngx_http_jwt_keystat_note_locked(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_shared_t *shared, ngx_http_jwt_keystat_t *noted,
    ngx_uint_t n)
{
    ngx_uint_t               i;
    ngx_http_jwt_keystat_t  *keystat;

    for (i = 0; i < shared->nkeystats; i++) {
        keystat = &shared->keystats[i];

        if (keystat->issuer == issuer->id && keystat->removed == 0) {
            keystat->removed = ngx_time();
        }
    }

    for (i = 0; i < n; i++) {
        keystat = ngx_http_jwt_keystat_find_locked(shared, issuer->id,
                                                   &noted[i]);
        if (keystat == NULL) {
            keystat = ngx_http_jwt_keystat_make_locked(issuer, shared,
                                                       &noted[i]);
        }

        if (keystat != NULL) {
            keystat->removed = 0;
        }

        issuer->keystats[i] = keystat;
    }
}


void
ngx_http_jwt_keystat_note(ngx_http_jwt_issuer_t *issuer,
    const njwt_jwks_t *jwks)
{
    ngx_uint_t               i, n;
    ngx_http_jwt_shared_t   *shared;
    ngx_http_jwt_keystat_t   noted[NGX_HTTP_JWT_TRACKED];

    ngx_memzero(issuer->keystats, sizeof(issuer->keystats));

    shared = issuer->main->zone->data;
    n = ngx_min(njwt_jwks_count(jwks), NGX_HTTP_JWT_TRACKED);

    for (i = 0; i < n; i++) {
        if (ngx_http_jwt_keystat_describe(njwt_jwks_key(jwks, i), &noted[i])
            != NGX_OK)
        {
            return;
        }
    }

    ngx_http_jwt_keyset_lock(issuer);

    if (ngx_http_jwt_keystat_newest_locked(issuer, shared)) {
        ngx_http_jwt_keystat_note_locked(issuer, shared, noted, n);
    }

    ngx_http_jwt_keyset_unlock(issuer);
}


void
ngx_http_jwt_keystat_note_static(ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t              i;
    ngx_http_jwt_issuer_t  *issuer;

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (issuer->static_jwks != NULL) {
            ngx_http_jwt_keystat_note(issuer, issuer->static_jwks);
        }
    }
}


/* The index in its issuer's set of the key that verified the token. */

static ngx_uint_t
ngx_http_jwt_keystat_index(ngx_http_jwt_ctx_t *ctx, const njwt_request_t *c,
    const njwt_jwks_t *jwks)
{
    ngx_uint_t         i;
    const njwt_key_t  *key;

    if (ctx->found.from_cache) {
        return c->cached->index;
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
ngx_http_jwt_keystat_used(ngx_http_jwt_ctx_t *ctx, const njwt_request_t *c)
{
    time_t                   now;
    ngx_uint_t               index;
    ngx_http_jwt_issuer_t   *issuer;
    ngx_http_jwt_keystat_t  *keystat;

    if (ctx->found.claims == NULL) {
        return;
    }

    issuer = (ngx_http_jwt_issuer_t *) ctx->found.issuer;
    index = ngx_http_jwt_keystat_index(ctx, c, issuer->trust.keys);

    if (index >= NGX_HTTP_JWT_TRACKED || issuer->keystats[index] == NULL) {
        return;
    }

    now = ngx_time();
    keystat = issuer->keystats[index];

    if (keystat->issuer == issuer->id
        && keystat->last_used != (ngx_atomic_uint_t) now)
    {
        keystat->last_used = (ngx_atomic_uint_t) now;
    }
}


ngx_http_jwt_keystat_t *
ngx_http_jwt_keystat_read(ngx_http_jwt_main_conf_t *jmcf, ngx_pool_t *pool,
    ngx_uint_t *n)
{
    size_t                   size;
    ngx_shmtx_t             *mutex;
    ngx_http_jwt_shared_t   *shared;
    ngx_http_jwt_keystat_t  *keystats;

    shared = jmcf->zone->data;
    size = shared->nkeystats * sizeof(ngx_http_jwt_keystat_t);

    keystats = ngx_palloc(pool, size);
    if (keystats == NULL) {
        return NULL;
    }

    *n = shared->nkeystats;
    mutex = ngx_http_jwt_zone_mutex(jmcf->zone);

    ngx_shmtx_lock(mutex);
    ngx_memcpy(keystats, shared->keystats, size);
    ngx_shmtx_unlock(mutex);

    return keystats;
}


ngx_uint_t
ngx_http_jwt_keystat_shown(ngx_http_jwt_keystat_t *keystat,
    ngx_http_jwt_issuer_t *issuer)
{
    return keystat->issuer == issuer->id
           && (keystat->removed == 0
               || ngx_time() - keystat->removed < NGX_HTTP_JWT_RETENTION);
}
