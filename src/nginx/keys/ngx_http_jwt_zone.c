/*
 * The zone of keys, which the workers share.
 *
 * It is a fixed table of keysets, the counters, and blocks for keys.  A keyset
 * is named by a digest of all that decides which keys are trusted, never by
 * the block's name: a reload that changes an issuer uses another keyset, one
 * that doesn't finds its keys.  A keyset's address and its counters stay the
 * same for the life of the zone, so that a worker of an old configuration may
 * go on reading one that was given away: it sees another generation, and under
 * the lock another digest.
 *
 * All memory of the slab is allocated when the zone is made, and none later.
 */

#include "ngx_http_jwt_zone.h"
#include "ngx_http_jwt_blocks.h"
#include "ngx_http_jwt_keystat.h"
#include "njwt_hash.h"


#define NGX_HTTP_JWT_MAGIC          0x6e6a7774
#define NGX_HTTP_JWT_LAYOUT         11

/* everything in the zone */

_Static_assert(njwt_size_is(ngx_http_jwt_shared_t, 2240)
               && njwt_size_is(ngx_http_jwt_keyset_t, 1664)
               && njwt_size_is(struct ngx_http_jwt_keystat_s, 112)
               && njwt_size_is(struct ngx_http_jwt_counters_s, 488)
               && njwt_size_is(ngx_http_jwt_location_counts_t, 328),
               "the layout changes: count NGX_HTTP_JWT_LAYOUT up");


/* bytes of the zone for each keyset and what its keys take on average */
#define NGX_HTTP_JWT_KEYSET_SHARE   8192

#define NGX_HTTP_JWT_MAX_KEYSETS    1024

/* blocks that an issuer must be able to use: some 18 RSA-2048 keys */
#define NGX_HTTP_JWT_ISSUER_BLOCKS  8


static ngx_uint_t
ngx_http_jwt_zone_nslots(size_t size)
{
    ngx_uint_t  n;

    n = size / NGX_HTTP_JWT_KEYSET_SHARE;

    /* two in the smallest zone: of its four one would lack room for keys */

    return (n > 4) ? ngx_min(n - 2, NGX_HTTP_JWT_MAX_KEYSETS) : 2;
}


/* The size of what precedes the blocks. */

static size_t
ngx_http_jwt_zone_table(size_t size)
{
    return sizeof(ngx_http_jwt_shared_t)
           + ngx_http_jwt_zone_nslots(size) * sizeof(ngx_http_jwt_keyset_t)
           + ngx_http_jwt_counters_size(size)
           + ngx_http_jwt_keystat_size(size) * sizeof(ngx_http_jwt_keystat_t);
}


static ngx_uint_t
ngx_http_jwt_zone_nblocks(size_t size)
{
    size_t  table, room;

    room = ngx_http_jwt_zone_room(size);
    table = ngx_http_jwt_zone_table(size);

    if (table >= room) {
        return 0;
    }

    return ngx_min((room - table) / NGX_HTTP_JWT_BLOCK_SIZE,
                   NGX_HTTP_JWT_MAX_BLOCKS);
}


static ngx_int_t
ngx_http_jwt_zone_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_int_t               rc;
    ngx_http_jwt_shared_t  *shared;

    rc = ngx_http_jwt_zone_memory(zone, data, NGX_HTTP_JWT_MAGIC,
                                  NGX_HTTP_JWT_LAYOUT);

    if (rc != NGX_OK) {
        return (rc == NGX_DONE) ? NGX_OK : NGX_ERROR;
    }

    shared = zone->data;

    if (!njwt_random(shared->salt, NGX_HTTP_JWT_SALT_LEN)) {
        return NGX_ERROR;
    }

    shared->nslots = ngx_http_jwt_zone_nslots(zone->shm.size);
    shared->nblocks = ngx_http_jwt_zone_nblocks(zone->shm.size);
    shared->nkeystats = ngx_http_jwt_keystat_size(zone->shm.size);
    shared->keystats = (ngx_http_jwt_keystat_t *)
                      &shared->keysets[shared->nslots];
    shared->blocks = ngx_http_jwt_counters_layout(&shared->counters,
                         zone->shm.size,
                         (u_char *) &shared->keystats[shared->nkeystats]);

    return NGX_OK;
}


/*
 * Is the zone large enough for that many issuers, and for as many others of an
 * old configuration during a reload?
 */

static ngx_uint_t
ngx_http_jwt_zone_fits(size_t size, ngx_uint_t issuers)
{
    return ngx_http_jwt_zone_nslots(size) >= 2 * issuers
           && ngx_http_jwt_counters_fit(size, issuers)
           && ngx_http_jwt_zone_nblocks(size)
              >= NGX_HTTP_JWT_ISSUER_BLOCKS * (issuers + 1);
}


static ngx_int_t
ngx_http_jwt_zone_fit(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    size_t  needed;

    if (ngx_http_jwt_zone_fits(jmcf->zone_size, jmcf->issuers.nelts)) {
        return NGX_OK;
    }

    if (jmcf->zone_pos.line == 0) {
        jmcf->zone_pos = (*(ngx_http_jwt_issuer_t **)
                          jmcf->issuers.elts)->pos;
    }

    /* no zone would be large enough, so no size is named */

    if (2 * jmcf->issuers.nelts > NGX_HTTP_JWT_MAX_KEYSETS) {
        (void) ngx_http_jwt_conf_error(cf, &jmcf->zone_pos,
                   "there are %ui jwt_issuer blocks: write at most %d",
                   jmcf->issuers.nelts, NGX_HTTP_JWT_MAX_KEYSETS / 2);
        return NGX_ERROR;
    }

    needed = jmcf->zone_size;

    do {
        needed += ngx_pagesize;
    } while (!ngx_http_jwt_zone_fits(needed, jmcf->issuers.nelts));

    (void) ngx_http_jwt_conf_error(cf, &jmcf->zone_pos,
               "the shared zone \"%V\" is too small for %ui jwt_issuer "
               "block%s: write \"jwt_shared_zone zone=%V:%uzk;\" or more",
               &jmcf->zone_name, jmcf->issuers.nelts,
               (jmcf->issuers.nelts == 1) ? "" : "s", &jmcf->zone_name,
               needed / 1024);

    return NGX_ERROR;
}


_Static_assert(njwt_size_is(ngx_http_jwt_issuer_t, 4312),
               "a jwt_issuer block's members change: does the new one decide "
               "which keys are trusted?  Then it belongs into the digest "
               "below; and into t/static_guards.t");


/* Names an issuer's keyset; number tells blocks with one source apart. */

static ngx_int_t
ngx_http_jwt_zone_digest(ngx_http_jwt_issuer_t *issuer, ngx_uint_t number)
{
    ngx_uint_t           i;
    njwt_digest_t        digest;
    const njwt_slice_t  *iss;

    iss = issuer->trust.issuers;

    njwt_digest_begin(&digest);
    njwt_digest_add(&digest, &number, sizeof(number));
    njwt_digest_add(&digest, issuer->jwks_uri.data, issuer->jwks_uri.len);
    njwt_digest_add(&digest, issuer->own_ca_digest,
                    sizeof(issuer->own_ca_digest));
    njwt_digest_add(&digest, issuer->jwks_proxy.data, issuer->jwks_proxy.len);
    njwt_digest_add(&digest, &issuer->discovery, sizeof(issuer->discovery));

    for (i = 0; i < issuer->trust.issuer_count; i++) {
        njwt_digest_add(&digest, iss[i].data, iss[i].len);
    }

    return njwt_digest_end(&digest, issuer->source_id) ? NGX_OK : NGX_ERROR;
}


static ngx_http_jwt_issuer_t *
ngx_http_jwt_zone_issuer(ngx_http_jwt_main_conf_t *jmcf, ngx_uint_t count,
    const u_char *digest)
{
    ngx_uint_t               i;
    ngx_http_jwt_issuer_t  **issuers;

    issuers = jmcf->issuers.elts;

    for (i = 0; i < count; i++) {
        if (ngx_memcmp(issuers[i]->source_id, digest, NGX_HTTP_JWT_DIGEST_LEN)
            == 0)
        {
            return issuers[i];
        }
    }

    return NULL;
}


/* Two blocks with one source have a keyset each: nothing is ever shared. */

static ngx_int_t
ngx_http_jwt_zone_name_keysets(ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t              i, number;
    ngx_http_jwt_issuer_t  *issuer;

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        number = 0;

        do {
            if (ngx_http_jwt_zone_digest(issuer, number++) != NGX_OK) {
                return NGX_ERROR;
            }

        } while (ngx_http_jwt_zone_issuer(jmcf, i, issuer->source_id));
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_zone_add(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    if (jmcf->issuers.nelts == 0) {
        return NGX_OK;
    }

    if (ngx_http_jwt_zone_fit(cf, jmcf) != NGX_OK
        || ngx_http_jwt_zone_name_keysets(jmcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    jmcf->zone = ngx_shared_memory_add(cf, &jmcf->zone_name, jmcf->zone_size,
                                       &ngx_http_jwt_scope_module);
    if (jmcf->zone == NULL) {
        return NGX_ERROR;
    }

    jmcf->zone->init = ngx_http_jwt_zone_init;

    return NGX_OK;
}


/*
 * Takes keysets from issuers that neither this configuration has nor the one
 * before, whose workers may still get their first requests.  A keyset that
 * this one has but not the one before is taken, too: nobody fetched its keys
 * meanwhile.
 */

static void
ngx_http_jwt_zone_reclaim_locked(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_shared_t *shared)
{
    ngx_uint_t              i;
    ngx_http_jwt_keyset_t  *keyset;

    if (jmcf->epoch > shared->attached) {
        shared->former = shared->attached;
        shared->attached = jmcf->epoch;
    }

    (void) ngx_http_jwt_blocks_reclaim_locked(shared, shared->former);

    for (i = 0; i < shared->nslots; i++) {
        keyset = &shared->keysets[i];

        if (keyset->used
            && ngx_http_jwt_zone_issuer(jmcf, jmcf->issuers.nelts,
                                        keyset->source_id))
        {
            keyset->epoch = jmcf->epoch;
        }
    }
}


static ngx_http_jwt_keyset_t *
ngx_http_jwt_zone_find_locked(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_shared_t *shared, ngx_http_jwt_keyset_t **unused)
{
    ngx_uint_t              i;
    ngx_http_jwt_keyset_t  *keyset;

    *unused = NULL;

    for (i = 0; i < shared->nslots; i++) {
        keyset = &shared->keysets[i];

        if (!keyset->used) {
            *unused = *unused ? *unused : keyset;
            continue;
        }

        if (ngx_memcmp(keyset->source_id, issuer->source_id,
                       NGX_HTTP_JWT_DIGEST_LEN)
            == 0)
        {
            return keyset;
        }
    }

    return NULL;
}


static ngx_http_jwt_keyset_t *
ngx_http_jwt_zone_make_locked(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_keyset_t *keyset)
{
    /* a worker that still reads it for an earlier issuer notices */

    keyset->generation++;
    keyset->fetched = 0;
    keyset->since = 0;

    ngx_memzero((u_char *) keyset + offsetof(ngx_http_jwt_keyset_t, used),
                sizeof(ngx_http_jwt_keyset_t)
                - offsetof(ngx_http_jwt_keyset_t, used));

    keyset->epoch = issuer->main->epoch;
    ngx_memcpy(keyset->source_id, issuer->source_id, NGX_HTTP_JWT_DIGEST_LEN);
    ngx_memcpy(keyset->ca_digest, issuer->ca_digest, NGX_HTTP_JWT_DIGEST_LEN);

    /* last: a worker killed before this leaves an unused keyset */

    keyset->used = 1;

    return keyset;
}


void
ngx_http_jwt_zone_number(ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_http_jwt_shared_t  *shared;

    shared = jmcf->zone->data;

    jmcf->epoch = ++shared->epoch;
}


void
ngx_http_jwt_zone_attach(ngx_http_jwt_main_conf_t *jmcf, ngx_log_t *log)
{
    ngx_uint_t              i, newest;
    ngx_shmtx_t            *mutex;
    ngx_http_jwt_keyset_t  *keyset, *unused;
    ngx_http_jwt_issuer_t  *issuer;
    ngx_http_jwt_shared_t  *shared;

    shared = jmcf->zone->data;
    mutex = ngx_http_jwt_zone_mutex(jmcf->zone);
    jmcf->salt = shared->salt;

    ngx_shmtx_lock(mutex);

    newest = jmcf->epoch >= shared->attached;

    if (newest) {
        ngx_http_jwt_zone_reclaim_locked(jmcf, shared);
    }

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (issuer->static_jwks != NULL) {
            continue;
        }

        keyset = ngx_http_jwt_zone_find_locked(issuer, shared, &unused);

        if (keyset == NULL && unused == NULL && newest
            && ngx_http_jwt_blocks_reclaim_locked(shared, shared->attached))
        {
            keyset = ngx_http_jwt_zone_find_locked(issuer, shared, &unused);
        }

        if (keyset == NULL && unused != NULL && newest) {
            keyset = ngx_http_jwt_zone_make_locked(issuer, unused);
        }

        issuer->keyset = keyset;
    }

    ngx_http_jwt_counters_attach_locked(jmcf, &shared->counters, newest);

    ngx_shmtx_unlock(mutex);

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (newest && issuer->keyset == NULL && issuer->static_jwks == NULL) {
            ngx_log_error(NGX_LOG_ERR, log, 0,
                          "no room in the shared zone \"%V\" for the keys of "
                          "jwt_issuer \"%V\": make \"jwt_shared_zone\" larger",
                          &jmcf->zone_name, &issuer->name);
        }
    }
}
