/*
 * The cache of verified tokens: a table in shared memory.
 *
 * Fixed entries, allocated from the slab once, in chains of a hash table and
 * in a list ordered by use, both linked by numbers of entries.  Writers hold
 * the zone's lock for some tens of nanoseconds; readers hold no lock.
 *
 * A reader copies an entry between two reads of its sequence number, which is
 * odd during a write: a copy is either whole or discarded.  The chain that
 * leads to the entry may be changed meanwhile, so a reader limits its steps
 * and checks the numbers; a reader that is led astray finds nothing, and the
 * token is verified like a new one.  Whatever a reader finds is right, because
 * the whole digest is compared.
 *
 * A tag selects the chain and is stored in each entry: a token that isn't in
 * the table, as in a flood of such tokens, needs no digest, and the memory of
 * one that is gets loaded while its digest is computed.
 *
 * The list is in the order of use, to within a 64th of the table: a token that
 * is used moves to the front only if more new ones than that have come since
 * it was last there.  While all tokens are known, nobody writes or takes the
 * lock.
 *
 * A worker may be killed while it writes.  The master then releases its lock,
 * but the flag for a write in progress remains: the next writer starts with an
 * empty table.
 */

#include "ngx_http_jwt_cache.h"
#include "ngx_http_jwt_counters.h"


#define NGX_HTTP_JWT_CACHE_MAGIC   0x6e6a7463
#define NGX_HTTP_JWT_CACHE_LAYOUT  5

/* a longer chain isn't followed; a full table's chains have 1.5 on average */
#define NGX_HTTP_JWT_CACHE_STEPS   32

/* of a table: after so many new tokens one that is used is put in front */
#define NGX_HTTP_JWT_CACHE_PART    64


/* numbers of entries start at 1; 0 means none */
typedef struct {
    uint32_t          sequence;     /* odd: being written */
    uint32_t          listed;       /* cache->stored when put in front */
    uint32_t          next;         /* in the chain */
    uint32_t          newer;
    uint32_t          older;
    uint32_t          tag;
    u_char            digest[NGX_HTTP_JWT_DIGEST_LEN];
    njwt_cached_t     cached;
} ngx_http_jwt_cache_entry_t;

_Static_assert(sizeof(ngx_http_jwt_cache_entry_t) <= 184,
               "a token is to take at most 192 bytes, its chain counted");

_Static_assert(njwt_size_is(njwt_cached_t, 128)
               && njwt_size_is(njwt_claims_summary_t, 64)
               && njwt_size_is(ngx_http_jwt_cache_entry_t, 184),
               "the layout changes: count NGX_HTTP_JWT_CACHE_LAYOUT up");


struct ngx_http_jwt_cache_s {
    uint32_t                     magic;
    uint32_t                     layout;
    uint32_t                     entries;
    uint32_t                     buckets;     /* a power of two */

    /* the rest only under the lock */
    uint32_t                     writing;
    uint32_t                     allocated;   /* entries used so far */
    uint32_t                     newest;
    uint32_t                     oldest;
    uint32_t                     stored;      /* new tokens, ever */

    uint32_t                    *chains;
    ngx_http_jwt_cache_entry_t  *table;
};

_Static_assert(njwt_size_is(struct ngx_http_jwt_cache_s, 56),
               "the layout changes: count NGX_HTTP_JWT_CACHE_LAYOUT up");


ngx_int_t
ngx_http_jwt_cache_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_int_t              rc;
    ngx_http_jwt_cache_t  *cache;

    rc = ngx_http_jwt_zone_memory(zone, data, NGX_HTTP_JWT_CACHE_MAGIC,
                                  NGX_HTTP_JWT_CACHE_LAYOUT);

    if (rc != NGX_OK) {
        return (rc == NGX_DONE) ? NGX_OK : NGX_ERROR;
    }

    cache = zone->data;

    ngx_http_jwt_zone_divide(ngx_http_jwt_zone_room(zone->shm.size)
                             - sizeof(ngx_http_jwt_cache_t),
                             sizeof(ngx_http_jwt_cache_entry_t), 2,
                             &cache->buckets, &cache->entries);

    cache->table = (ngx_http_jwt_cache_entry_t *) (cache + 1);
    cache->chains = (uint32_t *) (cache->table + cache->entries);

    return NGX_OK;
}


/*
 * The end of a token belongs to its signature, which a client can't choose;
 * and the salt is secret, so that nobody can choose the chain of a token.
 */

uint32_t
ngx_http_jwt_cache_tag(ngx_http_jwt_main_conf_t *jmcf, njwt_slice_t token,
    size_t set)
{
    uint64_t  end[2], salt[2], hash;

    ngx_memzero(end, sizeof(end));

    if (token.len >= sizeof(end)) {
        ngx_memcpy(end, token.data + token.len - sizeof(end), sizeof(end));
    }

    ngx_memcpy(salt, jmcf->salt, sizeof(salt));

    hash = (end[0] ^ salt[0]) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
    hash = (hash ^ end[1] ^ salt[1]) * 0xbf58476d1ce4e5b9;
    hash ^= hash >> 29;
    hash = (hash + set) * 0x94d049bb133111eb;

    return (uint32_t) (hash >> 32);
}


static ngx_inline uint32_t *
ngx_http_jwt_cache_chain(ngx_http_jwt_cache_t *cache, uint32_t tag)
{
    return &cache->chains[tag & (cache->buckets - 1)];
}


/* Copies an entry if it is the token's and nobody is writing to it. */

static ngx_int_t
ngx_http_jwt_cache_copy(ngx_http_jwt_cache_entry_t *entry,
    const u_char *digest, njwt_cached_t *cached)
{
    uint32_t  before;

    before = __atomic_load_n(&entry->sequence, __ATOMIC_ACQUIRE);

    if ((before & 1)
        || ngx_memcmp(entry->digest, digest, NGX_HTTP_JWT_DIGEST_LEN) != 0)
    {
        return NGX_DECLINED;
    }

    ngx_memcpy(cached, &entry->cached, sizeof(njwt_cached_t));

    __atomic_thread_fence(__ATOMIC_ACQUIRE);

    return (__atomic_load_n(&entry->sequence, __ATOMIC_RELAXED) == before)
           ? NGX_OK : NGX_DECLINED;
}


/*
 * The number of the first entry with that tag, beginning with this one; 0:
 * none. Others may be writing.
 */

static uint32_t
ngx_http_jwt_cache_tagged(ngx_http_jwt_cache_t *cache, uint32_t tag,
    uint32_t n, ngx_uint_t *steps)
{
    ngx_http_jwt_cache_entry_t  *entry;

    for ( /* void */ ; *steps > 0; (*steps)--) {

        if (n == 0 || n > cache->entries) {
            return 0;
        }

        entry = &cache->table[n - 1];

        if (__atomic_load_n(&entry->tag, __ATOMIC_RELAXED) == tag) {
            return n;
        }

        n = __atomic_load_n(&entry->next, __ATOMIC_ACQUIRE);
    }

    return 0;
}


/* The number of a token's entry; 0: none.  Others may be writing. */

static uint32_t
ngx_http_jwt_cache_seek(ngx_http_jwt_cache_t *cache, uint32_t tag,
    const u_char *digest, njwt_cached_t *cached)
{
    uint32_t                     n;
    ngx_uint_t                   steps;
    ngx_http_jwt_cache_entry_t  *entry;

    steps = NGX_HTTP_JWT_CACHE_STEPS;
    n = __atomic_load_n(ngx_http_jwt_cache_chain(cache, tag),
                        __ATOMIC_ACQUIRE);

    for ( ;; ) {
        n = ngx_http_jwt_cache_tagged(cache, tag, n, &steps);

        if (n == 0) {
            return 0;
        }

        entry = &cache->table[n - 1];

        if (ngx_http_jwt_cache_copy(entry, digest, cached) == NGX_OK) {
            return n;
        }

        n = __atomic_load_n(&entry->next, __ATOMIC_ACQUIRE);
        steps--;
    }
}


/* Have so many new tokens come since this entry was put in front? */

static ngx_inline ngx_uint_t
ngx_http_jwt_cache_is_behind(ngx_http_jwt_cache_t *cache,
    ngx_http_jwt_cache_entry_t *entry)
{
    uint32_t  since;

    since = __atomic_load_n(&cache->stored, __ATOMIC_RELAXED)
            - __atomic_load_n(&entry->listed, __ATOMIC_RELAXED);

    return since > cache->entries / NGX_HTTP_JWT_CACHE_PART;
}


/* An entry's end may be in the fourth line of memory that it touches. */

static ngx_inline void
ngx_http_jwt_cache_prefetch_entry(ngx_http_jwt_cache_entry_t *entry)
{
    u_char  *p;

    p = (u_char *) entry;

    __builtin_prefetch(p + 64);
    __builtin_prefetch(p + 128);
    __builtin_prefetch(p + sizeof(ngx_http_jwt_cache_entry_t) - 1);
}


static ngx_inline void
ngx_http_jwt_cache_prefetch(ngx_http_jwt_cache_t *cache, uint32_t *number)
{
    uint32_t  n;

    n = __atomic_load_n(number, __ATOMIC_RELAXED);

    if (n != 0 && n <= cache->entries) {
        __builtin_prefetch(&cache->table[n - 1]);
    }
}


/*
 * Prefetches the entry that a new token will be written to, while the token is
 * verified: otherwise the memory would be waited for under the lock.
 */

static void
ngx_http_jwt_cache_prefetch_free(ngx_http_jwt_cache_t *cache)
{
    u_char    *entry;
    uint32_t   n;

    n = __atomic_load_n(&cache->allocated, __ATOMIC_RELAXED);

    /* numbers start at 1, so this is the first entry not used yet */

    if (n >= cache->entries) {
        n = __atomic_load_n(&cache->oldest, __ATOMIC_RELAXED) - 1;
    }

    if (n < cache->entries) {
        entry = (u_char *) &cache->table[n];

        __builtin_prefetch(entry, 1);
        __builtin_prefetch(entry + 64, 1);
        __builtin_prefetch(entry + 128, 1);
        __builtin_prefetch(entry + sizeof(ngx_http_jwt_cache_entry_t) - 1, 1);
    }
}


void
ngx_http_jwt_cache_prefetch_chain(ngx_http_jwt_main_conf_t *jmcf,
    uint32_t tag)
{
    __builtin_prefetch(ngx_http_jwt_cache_chain(jmcf->cache->data, tag));
}


void
ngx_http_jwt_cache_prefetch_first(ngx_http_jwt_main_conf_t *jmcf,
    uint32_t tag)
{
    uint32_t               n;
    ngx_http_jwt_cache_t  *cache;

    cache = jmcf->cache->data;
    n = __atomic_load_n(ngx_http_jwt_cache_chain(cache, tag),
                        __ATOMIC_RELAXED);

    if (n != 0 && n <= cache->entries) {
        __builtin_prefetch(&cache->table[n - 1]);
        ngx_http_jwt_cache_prefetch_entry(&cache->table[n - 1]);
    }
}


ngx_int_t
ngx_http_jwt_cache_expect(ngx_http_jwt_main_conf_t *jmcf, uint32_t tag)
{
    uint32_t                     n;
    ngx_uint_t                   steps;
    ngx_http_jwt_cache_t        *cache;
    ngx_http_jwt_cache_entry_t  *entry;

    cache = jmcf->cache->data;
    steps = NGX_HTTP_JWT_CACHE_STEPS;

    n = ngx_http_jwt_cache_tagged(cache, tag,
            __atomic_load_n(ngx_http_jwt_cache_chain(cache, tag),
                            __ATOMIC_ACQUIRE),
            &steps);

    if (n == 0) {
        ngx_http_jwt_cache_prefetch_free(cache);
        return NGX_DECLINED;
    }

    /* loaded while the digest is computed, with its neighbours in the list */

    entry = &cache->table[n - 1];

    ngx_http_jwt_cache_prefetch_entry(entry);

    if (ngx_http_jwt_cache_is_behind(cache, entry)) {
        ngx_http_jwt_cache_prefetch(cache, &entry->newer);
        ngx_http_jwt_cache_prefetch(cache, &entry->older);
    }

    return NGX_OK;
}


/* The list ordered by use. */

static void
ngx_http_jwt_cache_unlist_locked(ngx_http_jwt_cache_t *cache, uint32_t n)
{
    ngx_http_jwt_cache_entry_t  *entry;

    entry = &cache->table[n - 1];

    if (entry->newer) {
        cache->table[entry->newer - 1].older = entry->older;

    } else {
        cache->newest = entry->older;
    }

    if (entry->older) {
        cache->table[entry->older - 1].newer = entry->newer;

    } else {
        cache->oldest = entry->newer;
    }
}


static void
ngx_http_jwt_cache_list_locked(ngx_http_jwt_cache_t *cache, uint32_t n)
{
    ngx_http_jwt_cache_entry_t  *entry;

    entry = &cache->table[n - 1];

    entry->newer = 0;
    entry->older = cache->newest;

    if (cache->newest) {
        cache->table[cache->newest - 1].newer = n;

    } else {
        cache->oldest = n;
    }

    cache->newest = n;

    __atomic_store_n(&entry->listed, cache->stored, __ATOMIC_RELAXED);
}


/*
 * Begins to write.  A flag that is set already belongs to a dead worker, whose
 * table may be in any state: the table is emptied.
 */

static void
ngx_http_jwt_cache_begin_locked(ngx_http_jwt_cache_t *cache)
{
    if (cache->writing) {
        ngx_memzero(cache->chains, cache->buckets * sizeof(uint32_t));

        cache->allocated = 0;
        cache->newest = 0;
        cache->oldest = 0;
    }

    cache->writing = 1;
    ngx_memory_barrier();
}


static void
ngx_http_jwt_cache_end_locked(ngx_http_jwt_cache_t *cache)
{
    ngx_memory_barrier();
    cache->writing = 0;
}


/*
 * Marks the entry as used, if that makes a difference, and unless another
 * worker is writing.
 */

static void
ngx_http_jwt_cache_touch(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_cache_t *cache, uint32_t n, const u_char *digest)
{
    ngx_shmtx_t  *mutex;

    if (!ngx_http_jwt_cache_is_behind(cache, &cache->table[n - 1])) {
        return;
    }

    mutex = ngx_http_jwt_zone_mutex(jmcf->cache);

    if (!ngx_shmtx_trylock(mutex)) {
        return;
    }

    /* without the lock it may have been given to another token meanwhile */

    if (!cache->writing
        && n <= cache->allocated
        && ngx_memcmp(cache->table[n - 1].digest, digest,
                      NGX_HTTP_JWT_DIGEST_LEN)
           == 0)
    {
        ngx_http_jwt_cache_begin_locked(cache);
        ngx_http_jwt_cache_unlist_locked(cache, n);
        ngx_http_jwt_cache_list_locked(cache, n);
        ngx_http_jwt_cache_end_locked(cache);
    }

    ngx_shmtx_unlock(mutex);
}


ngx_int_t
ngx_http_jwt_cache_find(ngx_http_jwt_main_conf_t *jmcf, uint32_t tag,
    const u_char *digest, njwt_cached_t *cached)
{
    uint32_t               n;
    ngx_http_jwt_cache_t  *cache;

    cache = jmcf->cache->data;
    n = ngx_http_jwt_cache_seek(cache, tag, digest, cached);

    if (n == 0) {
        return NGX_DECLINED;
    }

    ngx_http_jwt_cache_touch(jmcf, cache, n, digest);

    return NGX_OK;
}


/* Removes an entry from its chain. */

static void
ngx_http_jwt_cache_unchain_locked(ngx_http_jwt_cache_t *cache, uint32_t n)
{
    uint32_t                    *link;
    ngx_http_jwt_cache_entry_t  *entry;

    entry = &cache->table[n - 1];
    link = ngx_http_jwt_cache_chain(cache, entry->tag);

    while (*link != 0 && *link != n) {
        link = &cache->table[*link - 1].next;
    }

    if (*link == n) {
        __atomic_store_n(link, entry->next, __ATOMIC_RELEASE);
    }
}


/* An entry for a new token: one that was never used, or the oldest one. */

static uint32_t
ngx_http_jwt_cache_take_locked(ngx_http_jwt_cache_t *cache)
{
    uint32_t  n;

    __atomic_store_n(&cache->stored, cache->stored + 1, __ATOMIC_RELAXED);

    if (cache->allocated < cache->entries) {
        return ++cache->allocated;
    }

    n = cache->oldest;

    ngx_http_jwt_cache_unlist_locked(cache, n);
    ngx_http_jwt_cache_unchain_locked(cache, n);

    return n;
}


static void
ngx_http_jwt_cache_write_locked(ngx_http_jwt_cache_entry_t *entry,
    const u_char *digest, const njwt_cached_t *cached)
{
    uint32_t  sequence;

    /* already odd if a worker was killed here */

    sequence = entry->sequence | 1;

    __atomic_store_n(&entry->sequence, sequence, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);

    ngx_memcpy(entry->digest, digest, NGX_HTTP_JWT_DIGEST_LEN);
    ngx_memcpy(&entry->cached, cached, sizeof(njwt_cached_t));

    __atomic_store_n(&entry->sequence, sequence + 1, __ATOMIC_RELEASE);
}


void
ngx_http_jwt_cache_store(ngx_http_jwt_main_conf_t *jmcf, uint32_t tag,
    const u_char *digest, const njwt_cached_t *cached)
{
    uint32_t                     n, *chain;
    njwt_cached_t                known;
    ngx_shmtx_t                 *mutex;
    ngx_http_jwt_cache_t        *cache;
    ngx_http_jwt_cache_entry_t  *entry;

    cache = jmcf->cache->data;
    mutex = ngx_http_jwt_zone_mutex(jmcf->cache);

    ngx_shmtx_lock(mutex);

    ngx_http_jwt_cache_begin_locked(cache);

    n = ngx_http_jwt_cache_seek(cache, tag, digest, &known);

    if (n != 0) {
        ngx_http_jwt_cache_unlist_locked(cache, n);
        ngx_http_jwt_cache_write_locked(&cache->table[n - 1], digest, cached);

    } else {
        if (cache->allocated == cache->entries) {
            ngx_http_jwt_count_eviction(jmcf);
        }

        n = ngx_http_jwt_cache_take_locked(cache);
        entry = &cache->table[n - 1];
        chain = ngx_http_jwt_cache_chain(cache, tag);

        ngx_http_jwt_cache_write_locked(entry, digest, cached);

        __atomic_store_n(&entry->tag, tag, __ATOMIC_RELAXED);
        entry->next = *chain;
        __atomic_store_n(chain, n, __ATOMIC_RELEASE);
    }

    ngx_http_jwt_cache_list_locked(cache, n);
    ngx_http_jwt_cache_end_locked(cache);

    ngx_shmtx_unlock(mutex);
}


void
ngx_http_jwt_cache_look(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_cache_state_t *state)
{
    ngx_http_jwt_cache_t  *cache;

    ngx_memzero(state, sizeof(ngx_http_jwt_cache_state_t));

    if (jmcf->cache == NULL) {
        return;
    }

    cache = jmcf->cache->data;

    state->size = jmcf->cache->shm.size;
    state->entries = cache->entries;
    state->used = __atomic_load_n(&cache->allocated, __ATOMIC_RELAXED);
}
