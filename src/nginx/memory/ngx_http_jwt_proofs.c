/*
 * The memory of used DPoP proofs.
 *
 * Fixed entries of 24 bytes, allocated from the slab once, in chains of a hash
 * table.  An entry lives until its proof can't be accepted any more; nothing
 * that still counts is dropped for lack of room: the request is refused
 * instead, and one client's key can use at most an eighth of the room.
 *
 * Entries are used in turn, so that the oldest ones follow the hand of a
 * clock: it frees those that have expired, a few with each proof, and more of
 * them when none is free.
 *
 * A worker may be killed while it writes.  The flag for a write in progress
 * then remains, and the next writer begins with an empty memory and a new
 * start: proofs from before the start need a nonce made after it, so that none
 * that was used is accepted again.  Nor is one that was judged by an earlier
 * start and waited for the lock meanwhile.
 */

#include "ngx_http_jwt_proofs.h"
#include "njwt_hash.h"


#define NGX_HTTP_JWT_PROOFS_MAGIC   0x6e6a7470
#define NGX_HTTP_JWT_PROOFS_LAYOUT  2

/*
 * bytes of the salted digest, enough that two proofs never collide by chance
 */
#define NGX_HTTP_JWT_PROOFS_DIGEST  12

/*
 * the maximum number of counters of entries by key: a power of two, and an
 * eighth of the entries; each key has two of them
 */
#define NGX_HTTP_JWT_PROOFS_OWNERS  8192

/* entries examined with each proof, and when none is free */
#define NGX_HTTP_JWT_PROOFS_STEPS   4
#define NGX_HTTP_JWT_PROOFS_SEARCH  1024

/* one key's share of the room */
#define NGX_HTTP_JWT_PROOFS_SHARE   8


/* numbers of entries start at 1; 0 means none */
typedef struct {
    u_char                       digest[NGX_HTTP_JWT_PROOFS_DIGEST];
    uint32_t                     next;        /* in its chain, or free */
    uint32_t                     owners;      /* two indexes of 16 bits each */
    uint32_t                     until;       /* seconds; 0: free */
} ngx_http_jwt_proofs_entry_t;

_Static_assert(sizeof(ngx_http_jwt_proofs_entry_t) == 24,
               "the layout changes: count NGX_HTTP_JWT_PROOFS_LAYOUT up");


struct ngx_http_jwt_proofs_s {
    uint32_t                     magic;
    uint32_t                     layout;
    uint32_t                     entries;
    uint32_t                     buckets;     /* a power of two */
    uint32_t                     counters;    /* a power of two */

    u_char                       nonce_key[NGX_HTTP_JWT_NONCE_KEY_LEN];
    u_char                       salt[NGX_HTTP_JWT_SALT_LEN];

    ngx_atomic_t                 start;       /* seconds since the epoch */
    ngx_atomic_t                 used;
    ngx_atomic_t                 epoch;       /* of configurations */

    /* the rest only under the lock */
    uint32_t                     writing;
    uint32_t                     allocated;   /* entries used so far */
    uint32_t                     free;        /* first of the free list */
    uint32_t                     hand;
    uint64_t                     attached;    /* the newest configuration */
    uint64_t                     window;      /* seconds; see attach */
    uint64_t                     nonce;

    uint32_t                    *owners;      /* the counters */
    uint32_t                    *chains;
    ngx_http_jwt_proofs_entry_t *table;
};

_Static_assert(offsetof(struct ngx_http_jwt_proofs_s, owners) == 136,
               "the layout changes: count NGX_HTTP_JWT_PROOFS_LAYOUT up");


/* The memory for that many entries, and a chain for every four or fewer. */

static void
ngx_http_jwt_proofs_fit(ngx_http_jwt_proofs_t *proofs, size_t room)
{
    size_t  counters;

    room -= sizeof(ngx_http_jwt_proofs_t);
    counters = NGX_HTTP_JWT_PROOFS_OWNERS;

    while (counters * sizeof(uint32_t) > room / 8) {
        counters /= 2;
    }

    proofs->counters = (uint32_t) counters;

    ngx_http_jwt_zone_divide(room - counters * sizeof(uint32_t),
                             sizeof(ngx_http_jwt_proofs_entry_t), 8,
                             &proofs->buckets, &proofs->entries);

    proofs->table = (ngx_http_jwt_proofs_entry_t *) (proofs + 1);
    proofs->chains = (uint32_t *) (proofs->table + proofs->entries);
    proofs->owners = proofs->chains + proofs->buckets;
}


/*
 * Begins anew: proofs used before now aren't known.  Earlier nonces must
 * become invalid: one may have been made in this very second, for the second
 * after an earlier start, or by a worker whose clock is a little ahead.
 */

static void
ngx_http_jwt_proofs_reset_locked(ngx_http_jwt_proofs_t *proofs)
{
    ngx_memzero(proofs->chains, proofs->buckets * sizeof(uint32_t));
    ngx_memzero(proofs->owners, proofs->counters * sizeof(uint32_t));

    proofs->allocated = 0;
    proofs->free = 0;
    proofs->hand = 0;
    proofs->used = 0;
    proofs->start = ngx_max((ngx_atomic_uint_t) ngx_time(), proofs->start) + 1;
}


static ngx_int_t
ngx_http_jwt_proofs_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_int_t               rc;
    ngx_http_jwt_proofs_t  *proofs;

    rc = ngx_http_jwt_zone_memory(zone, data, NGX_HTTP_JWT_PROOFS_MAGIC,
                                  NGX_HTTP_JWT_PROOFS_LAYOUT);

    if (rc != NGX_OK) {
        return (rc == NGX_DONE) ? NGX_OK : NGX_ERROR;
    }

    proofs = zone->data;

    if (!njwt_random(proofs->nonce_key, NGX_HTTP_JWT_NONCE_KEY_LEN)
        || !njwt_random(proofs->salt, NGX_HTTP_JWT_SALT_LEN))
    {
        return NGX_ERROR;
    }

    ngx_http_jwt_proofs_fit(proofs, ngx_http_jwt_zone_room(zone->shm.size));

    proofs->start = (ngx_atomic_uint_t) ngx_time();

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_proofs_add(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    if (!jmcf->proofs_required) {
        return NGX_OK;
    }

    /* a tag of its own, so that one name for two zones is an error */

    jmcf->proofs = ngx_shared_memory_add(cf, &jmcf->proofs_name,
                                         jmcf->proofs_size,
                                         &ngx_http_jwt_commands[1]);
    if (jmcf->proofs == NULL) {
        return NGX_ERROR;
    }

    jmcf->proofs->init = ngx_http_jwt_proofs_init;

    return NGX_OK;
}


void
ngx_http_jwt_proofs_number(ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_http_jwt_proofs_t  *proofs;

    if (jmcf->proofs != NULL) {
        proofs = jmcf->proofs->data;
        jmcf->proofs_epoch = ++proofs->epoch;
    }
}


/* A flag that is set already belongs to a dead worker. */

static void
ngx_http_jwt_proofs_begin_locked(ngx_http_jwt_proofs_t *proofs)
{
    if (proofs->writing) {
        ngx_http_jwt_proofs_reset_locked(proofs);
    }

    proofs->writing = 1;
    ngx_memory_barrier();
}


static void
ngx_http_jwt_proofs_end_locked(ngx_http_jwt_proofs_t *proofs)
{
    ngx_memory_barrier();
    proofs->writing = 0;
}


void
ngx_http_jwt_proofs_attach(ngx_http_jwt_main_conf_t *jmcf, time_t window,
    time_t nonce)
{
    ngx_shmtx_t            *mutex;
    ngx_http_jwt_proofs_t  *proofs;

    if (jmcf->proofs == NULL) {
        return;
    }

    proofs = jmcf->proofs->data;
    mutex = ngx_http_jwt_zone_mutex(jmcf->proofs);

    ngx_shmtx_lock(mutex);

    ngx_http_jwt_proofs_begin_locked(proofs);

    /*
     * a worker of an old configuration may start late, to replace a dead one
     */

    if (jmcf->proofs_epoch >= proofs->attached) {

        if (proofs->attached != 0
            && ((uint64_t) window > proofs->window
                || (uint64_t) nonce > proofs->nonce))
        {
            ngx_http_jwt_proofs_reset_locked(proofs);
        }

        proofs->attached = jmcf->proofs_epoch;
        proofs->window = window;
        proofs->nonce = nonce;
    }

    ngx_http_jwt_proofs_end_locked(proofs);

    ngx_shmtx_unlock(mutex);
}


time_t
ngx_http_jwt_proofs_start(ngx_http_jwt_main_conf_t *jmcf)
{
    return (time_t) ((ngx_http_jwt_proofs_t *) jmcf->proofs->data)->start;
}


const u_char *
ngx_http_jwt_proofs_key(ngx_http_jwt_main_conf_t *jmcf)
{
    return ((ngx_http_jwt_proofs_t *) jmcf->proofs->data)->nonce_key;
}


const u_char *
ngx_http_jwt_proofs_salt(ngx_http_jwt_main_conf_t *jmcf)
{
    return ((ngx_http_jwt_proofs_t *) jmcf->proofs->data)->salt;
}


/* The two counters of a key, by its salted digest. */

static uint32_t
ngx_http_jwt_proofs_owners(ngx_http_jwt_proofs_t *proofs, const u_char *owner)
{
    uint32_t  first, second;

    first = ((owner[0] << 8) | owner[1]) & (proofs->counters - 1);
    second = ((owner[2] << 8) | owner[3]) & (proofs->counters - 1);

    return (first << 16) | second;
}


/*
 * Does a key have all of its share of the room?  Two keys that share one
 * counter share the other one as well once in millions: the lower of a key's
 * two counters is close to its own number.
 */

static ngx_uint_t
ngx_http_jwt_proofs_owns_share_locked(ngx_http_jwt_proofs_t *proofs,
    uint32_t owners)
{
    return ngx_min(proofs->owners[owners >> 16],
                   proofs->owners[owners & 0xffff])
           >= ngx_max(proofs->entries / NGX_HTTP_JWT_PROOFS_SHARE, 1);
}


static ngx_inline uint32_t *
ngx_http_jwt_proofs_chain_locked(ngx_http_jwt_proofs_t *proofs,
    const u_char *digest)
{
    uint32_t  hash;

    ngx_memcpy(&hash, digest, sizeof(uint32_t));

    return &proofs->chains[hash & (proofs->buckets - 1)];
}


/* Frees an entry that is in use. */

static void
ngx_http_jwt_proofs_free_locked(ngx_http_jwt_proofs_t *proofs, uint32_t n)
{
    uint32_t                     *link;
    ngx_http_jwt_proofs_entry_t  *entry;

    entry = &proofs->table[n - 1];
    link = ngx_http_jwt_proofs_chain_locked(proofs, entry->digest);

    while (*link != n) {
        link = &proofs->table[*link - 1].next;
    }

    *link = entry->next;

    proofs->owners[entry->owners >> 16]--;
    proofs->owners[entry->owners & 0xffff]--;

    entry->until = 0;
    entry->next = proofs->free;
    proofs->free = n;
    proofs->used--;
}


/*
 * Moves the hand over that many entries, and frees those that have expired.
 * Returns the earliest time at which one of the others will; 0: there are
 * none.
 */

static uint32_t
ngx_http_jwt_proofs_expire_locked(ngx_http_jwt_proofs_t *proofs, uint32_t now,
    ngx_uint_t steps)
{
    uint32_t                      first;
    ngx_http_jwt_proofs_entry_t  *entry;

    first = 0;

    for ( /* void */ ; steps > 0 && proofs->allocated > 0; steps--) {

        if (proofs->hand >= proofs->allocated) {
            proofs->hand = 0;
        }

        entry = &proofs->table[proofs->hand++];

        if (entry->until == 0) {
            continue;
        }

        if (entry->until < now) {
            ngx_http_jwt_proofs_free_locked(proofs, proofs->hand);
            continue;
        }

        if (first == 0 || entry->until < first) {
            first = entry->until;
        }
    }

    return first;
}


static ngx_int_t
ngx_http_jwt_proofs_known_locked(ngx_http_jwt_proofs_t *proofs,
    const u_char *digest)
{
    uint32_t                      n;
    ngx_http_jwt_proofs_entry_t  *entry;

    n = *ngx_http_jwt_proofs_chain_locked(proofs, digest);

    while (n != 0) {
        entry = &proofs->table[n - 1];

        if (ngx_memcmp(entry->digest, digest, NGX_HTTP_JWT_PROOFS_DIGEST)
            == 0)
        {
            return NGX_OK;
        }

        n = entry->next;
    }

    return NGX_DECLINED;
}


/* The number of a free entry; 0: there is none. */

static uint32_t
ngx_http_jwt_proofs_take_locked(ngx_http_jwt_proofs_t *proofs)
{
    uint32_t  n;

    if (proofs->free == 0) {
        return (proofs->allocated < proofs->entries) ? ++proofs->allocated
                                                     : 0;
    }

    n = proofs->free;
    proofs->free = proofs->table[n - 1].next;

    return n;
}


static void
ngx_http_jwt_proofs_insert_locked(ngx_http_jwt_proofs_t *proofs, uint32_t n,
    const u_char *digest, uint32_t owners, uint32_t until)
{
    uint32_t                     *chain;
    ngx_http_jwt_proofs_entry_t  *entry;

    entry = &proofs->table[n - 1];
    chain = ngx_http_jwt_proofs_chain_locked(proofs, digest);

    ngx_memcpy(entry->digest, digest, NGX_HTTP_JWT_PROOFS_DIGEST);

    entry->owners = owners;
    entry->until = until;
    entry->next = *chain;
    *chain = n;

    proofs->owners[owners >> 16]++;
    proofs->owners[owners & 0xffff]++;
    proofs->used++;
}


/*
 * Until when a proof can be accepted: a worker of before a reload remembers it
 * for as long as the new ones may take it.
 */

static uint32_t
ngx_http_jwt_proofs_until_locked(ngx_http_jwt_proofs_t *proofs,
    const ngx_http_jwt_proof_t *proof)
{
    time_t  until;

    until = ngx_max(proof->until, proof->iat + (time_t) proofs->window);

    if (proof->nonce != 0) {
        until = ngx_max(until, proof->nonce + (time_t) proofs->nonce);
    }

    return (uint32_t) ngx_min(until, 0xfffffffe);
}


static ngx_int_t
ngx_http_jwt_proofs_use_locked(ngx_http_jwt_proofs_t *proofs,
    const ngx_http_jwt_proof_t *proof, time_t *retry)
{
    uint32_t  n, now, owners, first, until;

    now = (uint32_t) ngx_time();
    owners = ngx_http_jwt_proofs_owners(proofs, proof->owner);
    until = ngx_http_jwt_proofs_until_locked(proofs, proof);

    if (ngx_http_jwt_proofs_known_locked(proofs, proof->digest) == NGX_OK) {
        return NGX_DECLINED;
    }

    first = ngx_http_jwt_proofs_expire_locked(proofs, now,
                                              NGX_HTTP_JWT_PROOFS_STEPS);

    if (ngx_http_jwt_proofs_owns_share_locked(proofs, owners)
        || (proofs->free == 0 && proofs->allocated == proofs->entries))
    {
        first = ngx_http_jwt_proofs_expire_locked(proofs, now,
                                                  NGX_HTTP_JWT_PROOFS_SEARCH);
    }

    *retry = ngx_max(first, now) + 1;

    n = ngx_http_jwt_proofs_owns_share_locked(proofs, owners)
        ? 0 : ngx_http_jwt_proofs_take_locked(proofs);

    if (n == 0) {
        return NGX_BUSY;
    }

    ngx_http_jwt_proofs_insert_locked(proofs, n, proof->digest, owners, until);

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_proofs_use(ngx_http_jwt_main_conf_t *jmcf,
    const ngx_http_jwt_proof_t *proof, time_t *retry)
{
    ngx_int_t               rc;
    ngx_shmtx_t            *mutex;
    ngx_http_jwt_proofs_t  *proofs;

    proofs = jmcf->proofs->data;
    mutex = ngx_http_jwt_zone_mutex(jmcf->proofs);

    ngx_shmtx_lock(mutex);

    ngx_http_jwt_proofs_begin_locked(proofs);

    /* it was judged before what was used since its start was forgotten */

    if ((time_t) proofs->start != proof->start) {
        rc = NGX_AGAIN;

    } else {
        rc = ngx_http_jwt_proofs_use_locked(proofs, proof, retry);
    }

    ngx_http_jwt_proofs_end_locked(proofs);

    ngx_shmtx_unlock(mutex);

    return rc;
}


void
ngx_http_jwt_proofs_look(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_proofs_state_t *state)
{
    ngx_http_jwt_proofs_t  *proofs;

    ngx_memzero(state, sizeof(ngx_http_jwt_proofs_state_t));

    if (jmcf->proofs == NULL) {
        return;
    }

    proofs = jmcf->proofs->data;

    state->size = jmcf->proofs->shm.size;
    state->entries = proofs->entries;
    state->used = proofs->used;
    state->start = (int64_t) proofs->start;
}
