/*
 * The memory of revocation entries: a hash table of fixed entries.
 *
 * It is read and written under the zone's lock, a few hundred entries at a
 * time.  A request takes the lock only if the generation of its issuer's
 * entries has changed since its token was last looked up.
 *
 * A worker may be killed while it writes.  An entry counts once its slot is
 * written, which happens last, and no longer when that is zeroed, which
 * happens first; its times are written at once.  So whoever finds the flag of
 * a dead writer links all entries again, and nothing that a request was
 * answered for is lost.
 */

#include "ngx_http_jwt_revoked_table.h"

#include <sys/wait.h>


/* of a replacement */
#define NGX_HTTP_JWT_REVOKED_MARK      0
#define NGX_HTTP_JWT_REVOKED_ADD       1
#define NGX_HTTP_JWT_REVOKED_DROP      2
#define NGX_HTTP_JWT_REVOKED_MAKE_ROOM 3
#define NGX_HTTP_JWT_REVOKED_FILL      4


static uint32_t *
ngx_http_jwt_revoked_chain(ngx_http_jwt_revoked_shared_t *shared,
    const u_char *key)
{
    uint32_t  hash;

    ngx_memcpy(&hash, key, sizeof(uint32_t));

    return &shared->chains[hash & (shared->buckets - 1)];
}


static void
ngx_http_jwt_revoked_store_slot(ngx_http_jwt_revoked_entry_t *entry,
    uint32_t slot)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&entry->slot, slot, __ATOMIC_SEQ_CST);
}


/* Without entries and floor there is nothing to look up. */

static void
ngx_http_jwt_revoked_settle_locked(ngx_http_jwt_revoked_slot_t *slot)
{
    if (slot->entries == 0 && slot->floor_until == 0) {
        __atomic_store_n(&slot->generation, 0, __ATOMIC_SEQ_CST);
    }
}


/* There is a new entry or a new floor: readers must look it up. */

static void
ngx_http_jwt_revoked_publish_locked(ngx_http_jwt_revoked_slot_t *slot)
{
    slot->last++;

    if (slot->last == 0) {
        slot->last = 1;
    }

    __atomic_store_n(&slot->generation, slot->last, __ATOMIC_SEQ_CST);
}


/* The number of an issuer's entries for a claim; NULL: not counted. */

static uint32_t *
ngx_http_jwt_revoked_count_locked(ngx_http_jwt_revoked_slot_t *slot,
    uint32_t claim)
{
    ngx_uint_t                     i;
    ngx_http_jwt_revoked_count_t  *count, *free;

    free = NULL;

    for (i = 0; i < NGX_HTTP_JWT_REVOKED_COUNTS; i++) {
        count = &slot->counts[i];

        if (count->entries != 0 && count->claim == claim) {
            return &count->entries;
        }

        if (count->entries == 0) {
            free = count;
        }
    }

    if (free == NULL) {
        return NULL;
    }

    free->claim = claim;

    return &free->entries;
}


/* Links an entry that has been written into its chain, and counts it. */

static void
ngx_http_jwt_revoked_link_locked(ngx_http_jwt_revoked_shared_t *shared,
    ngx_http_jwt_revoked_entry_t *entry)
{
    uint32_t                     *chain, *count;
    ngx_http_jwt_revoked_slot_t  *slot;

    slot = &shared->slots[entry->slot - 1];
    chain = ngx_http_jwt_revoked_chain(shared, entry->data.key);

    entry->next = *chain;
    *chain = (uint32_t) (entry - shared->table) + 1;

    slot->entries++;

    if (entry->data.file) {
        slot->of_file++;
    }

    count = ngx_http_jwt_revoked_count_locked(slot, entry->data.claim);

    if (count != NULL) {
        (*count)++;
    }
}


static void
ngx_http_jwt_revoked_free_locked(ngx_http_jwt_revoked_shared_t *shared,
    ngx_http_jwt_revoked_entry_t *entry)
{
    entry->slot = 0;
    entry->next = shared->free;
    shared->free = (uint32_t) (entry - shared->table) + 1;
    shared->nfree++;
}


void
ngx_http_jwt_revoked_empty_locked(ngx_http_jwt_revoked_shared_t *shared)
{
    uint32_t  i;

    ngx_memzero(shared->chains, shared->buckets * sizeof(uint32_t));

    shared->free = 0;
    shared->nfree = 0;

    for (i = shared->entries; i > 0; i--) {
        ngx_http_jwt_revoked_free_locked(shared, &shared->table[i - 1]);
    }
}


/* Links all entries that count again: anything else may be half written. */

static void
ngx_http_jwt_revoked_repair_locked(ngx_http_jwt_revoked_shared_t *shared)
{
    uint32_t                       i;
    ngx_http_jwt_revoked_slot_t   *slot;
    ngx_http_jwt_revoked_entry_t  *entry;

    ngx_memzero(shared->chains, shared->buckets * sizeof(uint32_t));

    shared->free = 0;
    shared->nfree = 0;

    for (i = 0; i < NGX_HTTP_JWT_REVOKED_ISSUERS; i++) {
        slot = &shared->slots[i];

        slot->entries = 0;
        slot->of_file = 0;
        ngx_memzero(slot->counts, sizeof(slot->counts));
    }

    for (i = shared->entries; i > 0; i--) {
        entry = &shared->table[i - 1];

        if (entry->slot != 0) {
            ngx_http_jwt_revoked_link_locked(shared, entry);

        } else {
            ngx_http_jwt_revoked_free_locked(shared, entry);
        }
    }

    for (i = 0; i < NGX_HTTP_JWT_REVOKED_ISSUERS; i++) {
        slot = &shared->slots[i];

        if (slot->used) {
            slot->changes++;
            ngx_http_jwt_revoked_publish_locked(slot);
            ngx_http_jwt_revoked_settle_locked(slot);
        }
    }
}


/*
 * In the master.  SIGCHLD, whose handler releases the lock of a killed worker,
 * is blocked while the master reads a configuration: so it checks itself
 * whether the worker that holds the lock is alive.
 */

static void
ngx_http_jwt_revoked_master_lock(ngx_shmtx_t *mutex)
{
#if (NGX_HAVE_ATOMIC_OPS)
    ngx_pid_t  pid;
    siginfo_t  info;

    while (!ngx_shmtx_trylock(mutex)) {
        pid = (ngx_pid_t) *mutex->lock;
        info.si_pid = 0;

        /* the child is left for the handler of SIGCHLD to wait for */

        if (pid != 0
            && waitid(P_PID, (id_t) pid, &info, WEXITED|WNOHANG|WNOWAIT) == 0
            && info.si_pid == pid)
        {
            (void) ngx_shmtx_force_unlock(mutex, pid);
            continue;
        }

        ngx_sched_yield();
    }
#else
    ngx_shmtx_lock(mutex);
#endif
}


ngx_http_jwt_revoked_shared_t *
ngx_http_jwt_revoked_lock(ngx_shm_zone_t *zone)
{
    ngx_shmtx_t                    *mutex;
    ngx_http_jwt_revoked_shared_t  *shared;

    shared = zone->data;
    mutex = ngx_http_jwt_zone_mutex(zone);

    if (ngx_process == NGX_PROCESS_MASTER) {
        ngx_http_jwt_revoked_master_lock(mutex);

    } else {
        ngx_shmtx_lock(mutex);
    }

    if (shared->writing) {
        ngx_http_jwt_revoked_repair_locked(shared);
        shared->writing = 0;
        shared->repaired = 1;
    }

    return shared;
}


void
ngx_http_jwt_revoked_unlock(ngx_shm_zone_t *zone)
{
    ngx_http_jwt_revoked_shared_t  *shared = zone->data;

    __atomic_store_n(&shared->writing, 0, __ATOMIC_SEQ_CST);
    ngx_shmtx_unlock(ngx_http_jwt_zone_mutex(zone));
}


static ngx_http_jwt_revoked_shared_t *
ngx_http_jwt_revoked_write_lock(ngx_shm_zone_t *zone)
{
    ngx_http_jwt_revoked_shared_t  *shared;

    shared = ngx_http_jwt_revoked_lock(zone);
    __atomic_store_n(&shared->writing, 1, __ATOMIC_SEQ_CST);

    return shared;
}


ngx_http_jwt_revoked_entry_t *
ngx_http_jwt_revoked_find_locked(ngx_http_jwt_revoked_shared_t *shared,
    const u_char *key, uint32_t file)
{
    uint32_t                       n;
    ngx_http_jwt_revoked_entry_t  *entry;

    n = *ngx_http_jwt_revoked_chain(shared, key);

    while (n != 0) {
        entry = &shared->table[n - 1];

        if (entry->data.file == file
            && ngx_memcmp(entry->data.key, key, NGX_HTTP_JWT_REVOKED_KEY)
               == 0)
        {
            return entry;
        }

        n = entry->next;
    }

    return NULL;
}


static void
ngx_http_jwt_revoked_drop_locked(ngx_http_jwt_revoked_shared_t *shared,
    ngx_http_jwt_revoked_entry_t *entry)
{
    uint32_t                     *link, *count, number;
    ngx_http_jwt_revoked_slot_t  *slot;

    slot = &shared->slots[entry->slot - 1];
    ngx_http_jwt_revoked_store_slot(entry, 0);

    number = (uint32_t) (entry - shared->table) + 1;
    link = ngx_http_jwt_revoked_chain(shared, entry->data.key);

    while (*link != number) {
        link = &shared->table[*link - 1].next;
    }

    *link = entry->next;

    slot->entries--;

    if (entry->data.file) {
        slot->of_file--;
    }

    count = ngx_http_jwt_revoked_count_locked(slot, entry->data.claim);

    if (count != NULL && *count > 0) {
        (*count)--;
    }

    ngx_http_jwt_revoked_free_locked(shared, entry);
    ngx_http_jwt_revoked_settle_locked(slot);
}


static void
ngx_http_jwt_revoked_time(double *to, double value)
{
    __atomic_store(to, &value, __ATOMIC_SEQ_CST);
}


/* Raises the time up to which all of an issuer's tokens are revoked. */

static void
ngx_http_jwt_revoked_floor_locked(ngx_http_jwt_revoked_slot_t *slot,
    double before, double until)
{
    /* in this order: without the second there is no floor */

    if (before > slot->floor || slot->floor_until == 0) {
        ngx_http_jwt_revoked_time(&slot->floor, before);
    }

    if (until > slot->floor_until) {
        ngx_http_jwt_revoked_time(&slot->floor_until, until);
    }

    if (slot->overflow == 0) {
        slot->overflow = (double) ngx_time();
    }
}


/*
 * Writes an entry; if it exists, the later times count, unless a file gives
 * them.  NGX_DECLINED: there is no room.
 */

static ngx_int_t
ngx_http_jwt_revoked_put_locked(ngx_http_jwt_revoked_shared_t *shared,
    ngx_http_jwt_revoked_slot_t *slot, const ngx_http_jwt_revoked_t *data,
    uint32_t mark, ngx_uint_t *news)
{
    double                         before, until;
    ngx_http_jwt_revoked_entry_t  *entry;

    entry = ngx_http_jwt_revoked_find_locked(shared, data->key, data->file);

    if (entry != NULL) {
        before = entry->data.before;
        until = entry->data.until;

        if (data->before > before || data->until > until) {
            *news = 1;
        }

        ngx_http_jwt_revoked_time(&entry->data.before,
                                  mark ? data->before
                                       : ngx_max(before, data->before));
        ngx_http_jwt_revoked_time(&entry->data.until,
                                  mark ? data->until
                                       : ngx_max(until, data->until));
        entry->mark = mark;

        return NGX_OK;
    }

    if (shared->free == 0) {
        return NGX_DECLINED;
    }

    entry = &shared->table[shared->free - 1];
    shared->free = entry->next;
    shared->nfree--;

    entry->data = *data;
    entry->mark = mark;

    ngx_http_jwt_revoked_store_slot(entry, (uint32_t) (slot - shared->slots)
                                           + 1);
    ngx_http_jwt_revoked_link_locked(shared, entry);

    *news = 1;

    return NGX_OK;
}


/*
 * Has an entry expired?  Not while another one for its value, from the file or
 * from a request, hasn't: of two the later times count.
 */

static ngx_uint_t
ngx_http_jwt_revoked_over_locked(ngx_http_jwt_revoked_shared_t *shared,
    const ngx_http_jwt_revoked_t *data, double now)
{
    ngx_http_jwt_revoked_entry_t  *other;

    if (data->until >= now) {
        return 0;
    }

    other = ngx_http_jwt_revoked_find_locked(shared, data->key, !data->file);

    return other == NULL || other->data.until < now;
}


/* Writes some entries; returns how many of them found no room. */

static ngx_uint_t
ngx_http_jwt_revoked_put_some_locked(ngx_http_jwt_revoked_shared_t *shared,
    ngx_http_jwt_revoked_slot_t *slot, const ngx_http_jwt_revoked_t *list,
    ngx_uint_t n, uint32_t mark)
{
    double      now, floor;
    ngx_uint_t  i, news, lost;

    now = (double) ngx_time();
    news = 0;
    lost = 0;

    for (i = 0; i < n; i++) {
        if (ngx_http_jwt_revoked_over_locked(shared, &list[i], now)) {
            continue;
        }

        if (ngx_http_jwt_revoked_put_locked(shared, slot, &list[i], mark,
                                            &news)
            == NGX_OK)
        {
            continue;
        }

        floor = ngx_max(now, list[i].before);

        ngx_http_jwt_revoked_floor_locked(slot, floor,
                                          ngx_max(floor + slot->keep,
                                                  list[i].until));
        lost++;
    }

    if (news || lost) {
        ngx_http_jwt_revoked_publish_locked(slot);
    }

    return lost;
}


static void
ngx_http_jwt_revoked_overflow(ngx_http_jwt_issuer_t *issuer, ngx_uint_t lost,
    ngx_log_t *log)
{
    if (lost == 0) {
        return;
    }

    ngx_log_error(NGX_LOG_ERR, log, 0,
                  "jwt_issuer \"%V\": \"jwt_revocation_zone\" has no room for "
                  "%ui entries: all tokens that were issued up to now are "
                  "revoked, write a larger size", &issuer->name, lost);
}


ngx_int_t
ngx_http_jwt_revoked_store(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_revoked_t *entries, ngx_uint_t n, ngx_log_t *log)
{
    uint64_t                        epoch;
    ngx_uint_t                      i, part, lost;
    ngx_shm_zone_t                 *zone;
    ngx_http_jwt_revoked_slot_t    *slot;
    ngx_http_jwt_revoked_shared_t  *shared;

    zone = issuer->main->revoked;
    slot = issuer->revocation.slot;
    shared = zone->data;
    lost = 0;

    if (shared->nfree < n && shared->swept != ngx_time()) {
        ngx_http_jwt_revoked_sweep(zone, log);
    }

    for (i = 0; i < n; i += part) {
        part = ngx_min(n - i, NGX_HTTP_JWT_REVOKED_SLICE);

        shared = ngx_http_jwt_revoked_write_lock(zone);

        lost += ngx_http_jwt_revoked_put_some_locked(shared, slot,
                                                     &entries[i], part, 0);
        slot->changes++;
        epoch = slot->epoch;

        ngx_http_jwt_revoked_unlock(zone);

        if (epoch == NGX_HTTP_JWT_REVOKED_MOVED) {
            return NGX_ERROR;
        }
    }

    ngx_http_jwt_revoked_overflow(issuer, lost, log);

    return NGX_OK;
}


void
ngx_http_jwt_revoked_known(ngx_http_jwt_issuer_t *issuer, u_char *digest)
{
    ngx_shm_zone_t  *zone;

    zone = issuer->main->revoked;

    (void) ngx_http_jwt_revoked_lock(zone);
    ngx_memcpy(digest, issuer->revocation.slot->file,
               NGX_HTTP_JWT_DIGEST_LEN);
    ngx_http_jwt_revoked_unlock(zone);
}


void
ngx_http_jwt_revoked_coarse(ngx_http_jwt_issuer_t *issuer, double before,
    double until)
{
    ngx_shm_zone_t               *zone;
    ngx_http_jwt_revoked_slot_t  *slot;

    zone = issuer->main->revoked;
    slot = issuer->revocation.slot;

    (void) ngx_http_jwt_revoked_write_lock(zone);

    ngx_http_jwt_revoked_floor_locked(slot, before, until);
    ngx_http_jwt_revoked_publish_locked(slot);
    slot->changes++;

    ngx_http_jwt_revoked_unlock(zone);
}


/* Marks those of the file's entries that exist already.  They stay. */

static void
ngx_http_jwt_revoked_mark_locked(ngx_http_jwt_revoked_shared_t *shared,
    ngx_http_jwt_revoked_replace_t *replace, ngx_uint_t n)
{
    double                         now;
    ngx_uint_t                     i;
    ngx_http_jwt_revoked_entry_t  *entry;

    now = (double) ngx_time();

    for (i = replace->at; i < replace->at + n; i++) {
        if (ngx_http_jwt_revoked_over_locked(shared, &replace->list[i], now)) {
            continue;
        }

        entry = ngx_http_jwt_revoked_find_locked(shared,
                                                 replace->list[i].key, 1);
        if (entry == NULL) {
            replace->missing++;
            continue;
        }

        entry->mark = replace->mark;
        replace->there++;
    }
}


/* Removes entries that the issuer's file no longer names, beginning at one. */

static void
ngx_http_jwt_revoked_drop_some_locked(ngx_http_jwt_revoked_shared_t *shared,
    ngx_http_jwt_revoked_slot_t *slot, ngx_http_jwt_revoked_replace_t *replace,
    ngx_uint_t n)
{
    uint32_t                       number;
    ngx_uint_t                     i;
    ngx_http_jwt_revoked_entry_t  *entry;

    number = (uint32_t) (slot - shared->slots) + 1;

    for (i = replace->at; i < replace->at + n; i++) {
        entry = &shared->table[i];

        if (entry->slot == number && entry->data.file
            && entry->mark != replace->mark)
        {
            ngx_http_jwt_revoked_drop_locked(shared, entry);
        }
    }
}


/* One part of a phase; NGX_AGAIN: there is more to do. */

static ngx_int_t
ngx_http_jwt_revoked_part_locked(ngx_http_jwt_revoked_shared_t *shared,
    ngx_http_jwt_revoked_slot_t *slot, ngx_http_jwt_revoked_replace_t *replace)
{
    ngx_uint_t  n, all, drop;

    drop = replace->phase == NGX_HTTP_JWT_REVOKED_DROP
           || replace->phase == NGX_HTTP_JWT_REVOKED_MAKE_ROOM;

    all = drop ? shared->entries : replace->n;
    n = drop ? NGX_HTTP_JWT_REVOKED_SCAN : NGX_HTTP_JWT_REVOKED_SLICE;
    n = ngx_min(n, all - replace->at);

    if (drop) {
        ngx_http_jwt_revoked_drop_some_locked(shared, slot, replace, n);

    } else if (replace->phase == NGX_HTTP_JWT_REVOKED_MARK) {
        ngx_http_jwt_revoked_mark_locked(shared, replace, n);

    } else {
        replace->lost += ngx_http_jwt_revoked_put_some_locked(shared, slot,
                             &replace->list[replace->at], n, replace->mark);
    }

    replace->at += n;

    if (replace->at < all) {
        return NGX_AGAIN;
    }

    replace->at = 0;

    return NGX_OK;
}


/*
 * The next phase.  New entries come before old ones go; if there is no room
 * for both, entries in both stay, and the rest of the old ones goes first.
 */

static ngx_int_t
ngx_http_jwt_revoked_next_locked(ngx_http_jwt_revoked_shared_t *shared,
    ngx_http_jwt_revoked_slot_t *slot, ngx_http_jwt_revoked_replace_t *replace)
{
    ngx_uint_t  old;

    switch (replace->phase) {

    case NGX_HTTP_JWT_REVOKED_MARK:
        old = ngx_max(slot->of_file, replace->there) - replace->there;

        if (replace->missing > shared->nfree + old) {
            return NGX_DECLINED;
        }

        replace->phase = (replace->missing <= shared->nfree)
                         ? NGX_HTTP_JWT_REVOKED_ADD
                         : NGX_HTTP_JWT_REVOKED_MAKE_ROOM;
        return NGX_AGAIN;

    case NGX_HTTP_JWT_REVOKED_ADD:
        replace->phase = NGX_HTTP_JWT_REVOKED_DROP;
        return NGX_AGAIN;

    case NGX_HTTP_JWT_REVOKED_MAKE_ROOM:
        replace->phase = NGX_HTTP_JWT_REVOKED_FILL;
        return NGX_AGAIN;

    default:
        slot->file_read = (double) ngx_time();
        ngx_memcpy(slot->file, replace->digest, NGX_HTTP_JWT_DIGEST_LEN);
        return NGX_OK;
    }
}


ngx_int_t
ngx_http_jwt_revoked_step(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_revoked_replace_t *replace, ngx_log_t *log)
{
    ngx_int_t                       rc;
    ngx_shm_zone_t                 *zone;
    ngx_http_jwt_revoked_slot_t    *slot;
    ngx_http_jwt_revoked_shared_t  *shared;

    zone = issuer->main->revoked;
    slot = issuer->revocation.slot;
    shared = zone->data;

    if (replace->mark == 0 && shared->nfree < replace->n) {
        ngx_http_jwt_revoked_sweep(zone, log);
    }

    shared = ngx_http_jwt_revoked_write_lock(zone);

    /* that of an older configuration must not end that of a newer one */

    if (replace->mark == 0 && slot->epoch == issuer->revocation.epoch) {
        ngx_memzero(slot->file, NGX_HTTP_JWT_DIGEST_LEN);
        shared->mark = (shared->mark + 1 != 0) ? shared->mark + 1 : 1;
        slot->mark = shared->mark;
        replace->mark = shared->mark;
    }

    if (slot->mark != replace->mark
        || slot->epoch != issuer->revocation.epoch)
    {
        rc = NGX_ABORT;

    } else {
        rc = ngx_http_jwt_revoked_part_locked(shared, slot, replace);

        if (rc == NGX_OK) {
            rc = ngx_http_jwt_revoked_next_locked(shared, slot, replace);
        }
    }

    ngx_http_jwt_revoked_unlock(zone);

    if (rc == NGX_OK) {
        ngx_http_jwt_revoked_overflow(issuer, replace->lost, log);
    }

    return rc;
}


void
ngx_http_jwt_revoked_sweep(ngx_shm_zone_t *zone, ngx_log_t *log)
{
    double                          now;
    uint32_t                        i, last, repaired;
    ngx_http_jwt_revoked_slot_t    *slot;
    ngx_http_jwt_revoked_entry_t   *entry;
    ngx_http_jwt_revoked_shared_t  *shared;

    now = (double) ngx_time();
    shared = zone->data;

    for (i = 0; i < shared->entries; /* void */ ) {
        last = ngx_min(shared->entries - i, NGX_HTTP_JWT_REVOKED_SCAN) + i;

        (void) ngx_http_jwt_revoked_write_lock(zone);

        for ( /* void */ ; i < last; i++) {
            entry = &shared->table[i];

            if (entry->slot != 0
                && ngx_http_jwt_revoked_over_locked(shared, &entry->data, now))
            {
                ngx_http_jwt_revoked_drop_locked(shared, entry);
            }
        }

        ngx_http_jwt_revoked_unlock(zone);
    }

    (void) ngx_http_jwt_revoked_write_lock(zone);

    for (i = 0; i < NGX_HTTP_JWT_REVOKED_ISSUERS; i++) {
        slot = &shared->slots[i];

        if (slot->floor_until > 0 && slot->floor_until < now) {
            slot->floor_until = 0;
            slot->floor = 0;
            slot->overflow = 0;
            ngx_http_jwt_revoked_settle_locked(slot);
        }
    }

    repaired = shared->repaired;
    shared->repaired = 0;
    shared->swept = ngx_time();

    ngx_http_jwt_revoked_unlock(zone);

    if (repaired) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "a worker was killed while it wrote revocation entries: "
                      "the memory was repaired, no entry is lost");
    }
}


ngx_uint_t
ngx_http_jwt_revoked_copy(ngx_http_jwt_issuer_t *issuer, uint32_t *at,
    ngx_http_jwt_revoked_t *list, ngx_uint_t room)
{
    uint32_t                        i, last, number;
    ngx_uint_t                      n;
    ngx_shm_zone_t                 *zone;
    ngx_http_jwt_revoked_shared_t  *shared;

    n = 0;
    zone = issuer->main->revoked;

    shared = ngx_http_jwt_revoked_lock(zone);

    number = (uint32_t) (issuer->revocation.slot - shared->slots) + 1;
    last = ngx_min(shared->entries - *at, NGX_HTTP_JWT_REVOKED_SCAN) + *at;

    for (i = *at; i < last && n < room; i++) {
        if (shared->table[i].slot == number && !shared->table[i].data.file) {
            list[n++] = shared->table[i].data;
        }
    }

    *at = (i < shared->entries) ? i : 0;

    ngx_http_jwt_revoked_unlock(zone);

    return n;
}


void
ngx_http_jwt_revoked_fails(ngx_http_jwt_issuer_t *issuer, uint32_t what,
    ngx_uint_t fails)
{
    uint32_t  *failing;

    failing = &issuer->revocation.slot->failing;

    if (fails) {
        (void) __atomic_fetch_or(failing, what, __ATOMIC_RELAXED);

    } else {
        (void) __atomic_fetch_and(failing, ~what, __ATOMIC_RELAXED);
    }
}


void
ngx_http_jwt_revoked_info(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_revoked_info_t *info)
{
    uint32_t                        claim, *count;
    ngx_uint_t                      i;
    ngx_shm_zone_t                 *zone;
    ngx_http_jwt_revocation_t      *rv = &issuer->revocation;
    ngx_http_jwt_revoked_shared_t  *shared;

    ngx_memzero(info, sizeof(ngx_http_jwt_revoked_info_t));

    if (rv->slot == NULL) {
        return;
    }

    zone = issuer->main->revoked;

    shared = ngx_http_jwt_revoked_lock(zone);

    for (i = 0; i < issuer->trust.revocation_count; i++) {
        ngx_memcpy(&claim, rv->prefix[i], sizeof(uint32_t));

        count = ngx_http_jwt_revoked_count_locked(rv->slot, claim);
        info->entries[i] = (count != NULL) ? *count : 0;
    }

    info->total = rv->slot->entries;
    info->of_file = rv->slot->of_file;
    info->room = shared->entries;
    info->free = shared->nfree;
    info->floor = (rv->slot->floor_until > 0) ? rv->slot->floor : 0;
    info->overflow = rv->slot->overflow;
    info->file_read = rv->slot->file_read;
    info->failing = __atomic_load_n(&rv->slot->failing, __ATOMIC_RELAXED);

    ngx_http_jwt_revoked_unlock(zone);
}
