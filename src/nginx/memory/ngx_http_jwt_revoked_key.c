/*
 * The core's look-up in the memory of revocation entries, and their keys.
 *
 * The key of an entry is the SHA-256 of a prefix, which is a digest of the
 * claim's name with the issuer's random salt, and of the value.
 */

#include "ngx_http_jwt_ctx.h"
#include "ngx_http_jwt_revoked_table.h"
#include "njwt_hash.h"

#include <stdlib.h>


/* later than any "iat" */
#define NGX_HTTP_JWT_REVOKED_ALWAYS  9007199254740992.0


static ngx_int_t
ngx_http_jwt_revoked_sum(njwt_hasher_t *hasher, const u_char *prefix,
    njwt_slice_t value, u_char *key)
{
    u_char        digest[NGX_HTTP_JWT_DIGEST_LEN];
    njwt_slice_t  salt;

    salt.data = prefix;
    salt.len = NGX_HTTP_JWT_DIGEST_LEN;

    if (!njwt_hasher_sum(hasher, salt, value, digest)) {
        return NGX_ERROR;
    }

    ngx_memcpy(key, digest, NGX_HTTP_JWT_REVOKED_KEY);

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_revoked_key(njwt_hasher_t *hasher,
    u_char (*prefix)[NGX_HTTP_JWT_DIGEST_LEN], const njwt_slice_t *claims,
    const njwt_revocation_entry_t *entry, ngx_http_jwt_revoked_t *out)
{
    size_t  i;

    for (i = 0; !njwt_slice_equal(claims[i], entry->claim); i++) {
        /* the reader found it in the list */
    }

    ngx_memcpy(&out->claim, prefix[i], sizeof(uint32_t));
    out->before = entry->before;
    out->until = entry->until;

    return ngx_http_jwt_revoked_sum(hasher, prefix[i], entry->value,
                                    out->key);
}


/* Any thread may call it: nothing here is nginx's. */

ngx_http_jwt_revoked_t *
ngx_http_jwt_revoked_keys(u_char (*prefix)[NGX_HTTP_JWT_DIGEST_LEN],
    const njwt_slice_t *claims, const njwt_revocation_entries_t *entries,
    ngx_uint_t file)
{
    size_t                   i;
    njwt_hasher_t           *hasher;
    ngx_http_jwt_revoked_t  *list;

    hasher = njwt_hasher_new();
    list = calloc(entries->count + 1, sizeof(ngx_http_jwt_revoked_t));

    for (i = 0; hasher != NULL && list != NULL && i < entries->count; i++) {
        list[i].file = (uint32_t) file;

        if (ngx_http_jwt_revoked_key(hasher, prefix, claims,
                                     &entries->list[i], &list[i])
            != NGX_OK)
        {
            break;
        }
    }

    njwt_hasher_free(hasher);

    if (i < entries->count || hasher == NULL) {
        free(list);
        return NULL;
    }

    return list;
}


static int ngx_libc_cdecl
ngx_http_jwt_revoked_compare(const void *one, const void *two)
{
    const ngx_http_jwt_revoked_t  *a = one, *b = two;

    return ngx_memcmp(a->key, b->key, NGX_HTTP_JWT_REVOKED_KEY);
}


ngx_uint_t
ngx_http_jwt_revoked_unique(ngx_http_jwt_revoked_t *list, ngx_uint_t n)
{
    ngx_uint_t  i, last;

    if (n == 0) {
        return 0;
    }

    qsort(list, n, sizeof(ngx_http_jwt_revoked_t),
          ngx_http_jwt_revoked_compare);

    last = 0;

    for (i = 1; i < n; i++) {

        if (ngx_http_jwt_revoked_compare(&list[i], &list[last]) != 0) {
            list[++last] = list[i];
            continue;
        }

        list[last].before = ngx_max(list[last].before, list[i].before);
        list[last].until = ngx_max(list[last].until, list[i].until);
    }

    return last + 1;
}


/* Without its part of the memory no token is known to be good. */

static uint64_t
ngx_http_jwt_revoked_generation(void *data, const njwt_issuer_t *trust)
{
    uint64_t                          generation;
    const ngx_http_jwt_revocation_t  *rv;

    rv = &((const ngx_http_jwt_issuer_t *) trust)->revocation;

    if (rv->slot == NULL) {
        return 1;
    }

    generation = __atomic_load_n(&rv->slot->generation, __ATOMIC_SEQ_CST);

    if (generation == 0) {
        return 0;
    }

    /* with other claims, a configuration has looked up other entries */

    generation ^= rv->mix;

    return (generation != 0) ? generation : 1;
}


static bool
ngx_http_jwt_revoked_before(void *data, const njwt_issuer_t *trust,
    const njwt_slice_t *claim, njwt_slice_t value, int64_t now,
    double *before)
{
    bool                            found;
    double                          until;
    u_char                          key[NGX_HTTP_JWT_REVOKED_KEY];
    uint32_t                        file;
    ngx_shm_zone_t                 *zone;
    ngx_http_jwt_main_conf_t       *jmcf;
    ngx_http_jwt_revoked_slot_t    *slot;
    ngx_http_jwt_revoked_entry_t   *entry;
    ngx_http_jwt_revoked_shared_t  *shared;

    const ngx_http_jwt_issuer_t    *issuer;

    issuer = (const ngx_http_jwt_issuer_t *) trust;
    jmcf = issuer->main;
    zone = jmcf->revoked;
    slot = issuer->revocation.slot;

    if (slot == NULL
        || (claim != NULL
            && ngx_http_jwt_revoked_sum(jmcf->revoked_hasher,
                   issuer->revocation.prefix[claim - trust->revocation],
                   value, key)
               != NGX_OK))
    {
        *before = NGX_HTTP_JWT_REVOKED_ALWAYS;
        return true;
    }

    found = false;
    until = -1;

    shared = ngx_http_jwt_revoked_lock(zone);

    if (claim == NULL && slot->floor_until > 0) {
        until = slot->floor_until;
        *before = slot->floor;
        found = true;
    }

    /* of two entries the later times count, for each of the claims */

    for (file = 0; claim != NULL && file < 2; file++) {
        entry = ngx_http_jwt_revoked_find_locked(shared, key, file);

        if (entry == NULL) {
            continue;
        }

        *before = found ? ngx_max(*before, entry->data.before)
                        : entry->data.before;
        until = ngx_max(until, entry->data.until);
        found = true;
    }

    ngx_http_jwt_revoked_unlock(zone);

    return found && until >= (double) now;
}


static const njwt_revocation_t  ngx_http_jwt_revocation = {
    NULL,
    ngx_http_jwt_revoked_generation,
    ngx_http_jwt_revoked_before
};


const njwt_revocation_t *
ngx_http_jwt_revoked_question(ngx_http_jwt_main_conf_t *jmcf)
{
    return (jmcf->revoked != NULL) ? &ngx_http_jwt_revocation : NULL;
}


ngx_uint_t
ngx_http_jwt_revoked_now(ngx_http_jwt_ctx_t *ctx)
{
    bool                          revoked;
    njwt_arena_t                  arena;
    njwt_result_t                 found = ctx->found;
    ngx_http_jwt_issuer_t        *issuer;
    ngx_http_jwt_revoked_slot_t  *slot;

    if (found.verified_claims == NULL) {
        return 0;
    }

    issuer = (ngx_http_jwt_issuer_t *) found.issuer;
    slot = issuer->revocation.slot;

    /*
     * A newer configuration has another zone, and what is revoked there isn't
     * seen here: no request that outlives its worker's configuration may miss
     * it
     */

    if (slot != NULL
        && __atomic_load_n(&slot->epoch, __ATOMIC_SEQ_CST)
           == NGX_HTTP_JWT_REVOKED_MOVED)
    {
        return 1;
    }

    /* called again and again: its memory is freed */

    njwt_arena_init(&arena);

    revoked = njwt_result_revoked(&arena, &ctx->credentials,
                  ngx_http_jwt_revoked_question(issuer->main),
                  (int64_t) ngx_time(), &found);

    njwt_arena_free(&arena);

    ctx->found.unrevoked = found.unrevoked;

    return revoked;
}


ngx_int_t
ngx_http_jwt_revoked_put(ngx_http_jwt_issuer_t *issuer, ngx_uint_t claim,
    njwt_slice_t value, double before, ngx_log_t *log)
{
    ngx_http_jwt_revoked_t      entry;
    ngx_http_jwt_revocation_t  *rv = &issuer->revocation;

    if (rv->slot == NULL
        || ngx_http_jwt_revoked_sum(issuer->main->revoked_hasher,
                                    rv->prefix[claim], value, entry.key)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_memcpy(&entry.claim, rv->prefix[claim], sizeof(uint32_t));
    entry.file = 0;
    entry.before = before;
    entry.until = before + (double) rv->keep / 1000;

    return ngx_http_jwt_revoked_store(issuer, &entry, 1, log);
}
