/*
 * The zone of revocation entries, and the parts of it that belong to issuers.
 *
 * An issuer's part is named after its block, as in the handlers: a change of
 * its key source or another custom domain doesn't undo a revocation.  A zone
 * with another size or name begins with the contents of the one before it.
 */

#include "ngx_http_jwt_revoked_table.h"
#include "njwt_hash.h"

#include <stdlib.h>


static void
ngx_http_jwt_revoked_fit(size_t size, uint32_t *buckets, uint32_t *entries)
{
    size_t  room;

    room = ngx_http_jwt_zone_room(size);

    *buckets = 0;
    *entries = 0;

    if (room < sizeof(ngx_http_jwt_revoked_shared_t) + 1024) {
        return;
    }

    ngx_http_jwt_zone_divide(room - sizeof(ngx_http_jwt_revoked_shared_t),
                             sizeof(ngx_http_jwt_revoked_entry_t), 2,
                             buckets, entries);
}


static ngx_int_t
ngx_http_jwt_revoked_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_int_t                       rc;
    ngx_shmtx_t                    *mutex;
    ngx_http_jwt_revoked_shared_t  *shared;

    rc = ngx_http_jwt_zone_memory(zone, data, NGX_HTTP_JWT_REVOKED_MAGIC,
                                  NGX_HTTP_JWT_REVOKED_LAYOUT);

    if (rc != NGX_OK) {
        return (rc == NGX_DONE) ? NGX_OK : NGX_ERROR;
    }

    shared = zone->data;

    ngx_http_jwt_revoked_fit(zone->shm.size, &shared->buckets,
                             &shared->entries);

    shared->table = (ngx_http_jwt_revoked_entry_t *) (shared + 1);
    shared->chains = (uint32_t *) (shared->table + shared->entries);

    mutex = ngx_http_jwt_zone_mutex(zone);

    ngx_shmtx_lock(mutex);
    ngx_http_jwt_revoked_empty_locked(shared);
    ngx_shmtx_unlock(mutex);

    return NGX_OK;
}


char *
ngx_http_jwt_revocation_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                      *rv;
    uint32_t                   buckets, entries;
    ngx_http_jwt_main_conf_t  *jmcf = conf;

    if (jmcf->revoked_name.data != NULL) {
        return "is duplicate";
    }

    ngx_http_jwt_conf_pos(cf, &jmcf->revoked_pos);

    rv = ngx_http_jwt_conf_zone(cf, &jmcf->revoked_name, &jmcf->revoked_size);

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    ngx_http_jwt_revoked_fit(jmcf->revoked_size, &buckets, &entries);

    return (entries > 0) ? NGX_CONF_OK
                         : "is too small, write zone=NAME:64k or more";
}


/* Is there room for the entries of all files?  If not, what size is needed? */

static ngx_int_t
ngx_http_jwt_revoked_room(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf,
    ngx_uint_t n, ngx_http_jwt_issuer_t *largest)
{
    size_t    need;
    uint32_t  buckets, entries;

    need = jmcf->revoked_size;
    ngx_http_jwt_revoked_fit(need, &buckets, &entries);

    if (n <= entries) {
        return NGX_OK;
    }

    while (n > entries) {
        need += 64 * 1024;
        ngx_http_jwt_revoked_fit(need, &buckets, &entries);
    }

    (void) ngx_http_jwt_conf_error(cf,
               ngx_http_jwt_issuer_pos(largest, "revocation_file"),
               "\"revocation_file\" of jwt_issuer \"%V\" has %uz entries, "
               "more than \"jwt_revocation_zone\" has room for (all files "
               "have %ui), write \"jwt_revocation_zone zone=%V:%uzk;\"",
               &largest->name, largest->revocation.read->entries.count, n,
               &jmcf->revoked_name, need / 1024);

    return NGX_ERROR;
}


ngx_int_t
ngx_http_jwt_revoked_add(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                    i, n, entries;
    ngx_http_jwt_issuer_t        *issuer, *largest;
    ngx_http_jwt_revoked_file_t  *file;

    largest = NULL;
    n = 0;
    entries = 0;

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (issuer->trust.revocation_count == 0) {
            continue;
        }

        n++;
        file = issuer->revocation.read;

        if (file == NULL) {
            continue;
        }

        entries += file->entries.count;

        if (largest == NULL
            || file->entries.count > largest->revocation.read->entries.count)
        {
            largest = issuer;
        }
    }

    if (n == 0) {
        return NGX_OK;
    }

    if (n > NGX_HTTP_JWT_REVOKED_ISSUERS) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "more than %d jwt_issuer blocks have \"revocation\", "
                      "take it out of some",
                      NGX_HTTP_JWT_REVOKED_ISSUERS);
        return NGX_ERROR;
    }

    if (ngx_http_jwt_revoked_room(cf, jmcf, entries, largest) != NGX_OK) {
        return NGX_ERROR;
    }

    /* a tag of its own, so that one name for two zones is an error */

    jmcf->revoked = ngx_shared_memory_add(cf, &jmcf->revoked_name,
                                          jmcf->revoked_size,
                                          &ngx_http_jwt_commands[2]);
    if (jmcf->revoked == NULL) {
        return NGX_ERROR;
    }

    jmcf->revoked->init = ngx_http_jwt_revoked_init;

    return NGX_OK;
}


/*
 * The issuer's own part, or a free one: one of an issuer that no longer
 * exists, and has no entries.
 */

static ngx_http_jwt_revoked_slot_t *
ngx_http_jwt_revoked_slot_locked(ngx_http_jwt_revoked_shared_t *shared,
    const u_char *id, const ngx_http_jwt_revoked_slot_t *fresh)
{
    ngx_uint_t                    i;
    ngx_http_jwt_revoked_slot_t  *slot, *free;

    free = NULL;

    for (i = 0; i < NGX_HTTP_JWT_REVOKED_ISSUERS; i++) {
        slot = &shared->slots[i];

        if (slot->used
            && ngx_memcmp(slot->id, id, NGX_HTTP_JWT_DIGEST_LEN) == 0)
        {
            return slot;
        }

        if (!slot->used && (free == NULL || free->used)) {
            free = slot;
        }

        if (free == NULL && slot->generation == 0
            && slot->epoch != shared->epoch)
        {
            free = slot;
        }
    }

    if (free == NULL) {
        return NULL;
    }

    *free = *fresh;
    ngx_memcpy(free->id, id, NGX_HTTP_JWT_DIGEST_LEN);
    free->used = 1;

    return free;
}


static ngx_http_jwt_revoked_slot_t *
ngx_http_jwt_revoked_attach_one(ngx_http_jwt_issuer_t *issuer,
    ngx_uint_t first)
{
    ngx_shm_zone_t                 *zone;
    ngx_http_jwt_revoked_slot_t    *slot, fresh;
    ngx_http_jwt_revoked_shared_t  *shared;

    zone = issuer->main->revoked;
    ngx_memzero(&fresh, sizeof(ngx_http_jwt_revoked_slot_t));

    /* its own first generation: no other memory's is ever the same */

    if (!njwt_random(fresh.salt, NGX_HTTP_JWT_DIGEST_LEN)
        || !njwt_random((u_char *) &fresh.last, sizeof(uint64_t)))
    {
        return NULL;
    }

    shared = ngx_http_jwt_revoked_lock(zone);

    if (first) {
        shared->epoch++;
    }

    slot = ngx_http_jwt_revoked_slot_locked(shared, issuer->revocation.id,
                                            &fresh);

    if (slot != NULL) {
        slot->keep = (double) issuer->revocation.keep / 1000;
        slot->epoch = shared->epoch;
        issuer->revocation.epoch = shared->epoch;
    }

    ngx_http_jwt_revoked_unlock(zone);

    return slot;
}


static void
ngx_http_jwt_revoked_attach(ngx_http_jwt_main_conf_t *jmcf, ngx_log_t *log)
{
    ngx_uint_t                  i, first;
    ngx_http_jwt_issuer_t      *issuer;
    ngx_http_jwt_revocation_t  *rv;

    first = 1;

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        rv = &issuer->revocation;

        if (issuer->trust.revocation_count == 0) {
            continue;
        }

        rv->slot = ngx_http_jwt_revoked_attach_one(issuer, first);
        first = 0;

        if (rv->slot == NULL) {
            ngx_log_error(NGX_LOG_ERR, log, 0,
                          "jwt_issuer \"%V\" finds no room in "
                          "\"jwt_revocation_zone\", which issuers of earlier "
                          "configurations fill: all of its tokens are "
                          "revoked, restart nginx", &issuer->name);
        }
    }
}


/* Copies an issuer's part from the zone of the previous configuration. */

static void
ngx_http_jwt_revoked_move(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_issuer_t *before, ngx_log_t *log)
{
    double                        floor, until;
    uint32_t                      at;
    ngx_uint_t                    n;
    ngx_http_jwt_revoked_t        list[NGX_HTTP_JWT_REVOKED_SLICE];
    ngx_http_jwt_revoked_slot_t  *from, *to;

    from = before->revocation.slot;
    to = issuer->revocation.slot;

    (void) ngx_http_jwt_revoked_lock(before->main->revoked);

    /* from now on its workers accept nothing that would be missed here */

    __atomic_store_n(&from->epoch, NGX_HTTP_JWT_REVOKED_MOVED,
                     __ATOMIC_SEQ_CST);

    ngx_memcpy(to->salt, from->salt, NGX_HTTP_JWT_DIGEST_LEN);
    floor = from->floor;
    until = from->floor_until;

    ngx_http_jwt_revoked_unlock(before->main->revoked);

    if (until > 0) {
        ngx_http_jwt_revoked_coarse(issuer, floor, until);
    }

    at = 0;

    do {
        n = ngx_http_jwt_revoked_copy(before, &at, list,
                                      NGX_HTTP_JWT_REVOKED_SLICE);
        (void) ngx_http_jwt_revoked_store(issuer, list, n, log);

    } while (at != 0);
}


static ngx_http_jwt_issuer_t *
ngx_http_jwt_revoked_earlier(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_issuer_t *issuer)
{
    ngx_uint_t              i;
    ngx_http_jwt_issuer_t  *earlier;

    if (jmcf == NULL || jmcf->revoked == NULL
        || jmcf->revoked->shm.addr == issuer->main->revoked->shm.addr)
    {
        return NULL;
    }

    for (i = 0; (earlier = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (earlier->revocation.slot != NULL
            && ngx_memcmp(earlier->revocation.id, issuer->revocation.id,
                          NGX_HTTP_JWT_DIGEST_LEN)
               == 0)
        {
            return earlier;
        }
    }

    return NULL;
}


/* Computes what is hashed before values, once the salt is known. */

static ngx_int_t
ngx_http_jwt_revoked_prefix(ngx_http_jwt_issuer_t *issuer)
{
    ngx_uint_t                  i;
    njwt_slice_t                salt;
    const njwt_slice_t         *claims = issuer->trust.revocation;
    ngx_http_jwt_revocation_t  *rv = &issuer->revocation;

    salt.data = rv->slot->salt;
    salt.len = NGX_HTTP_JWT_DIGEST_LEN;

    for (i = 0; i < issuer->trust.revocation_count; i++) {
        if (!njwt_hasher_sum(issuer->main->revoked_hasher, salt, claims[i],
                             rv->prefix[i]))
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* A file that is no longer configured revokes nothing. */

static void
ngx_http_jwt_revoked_apply(ngx_http_jwt_issuer_t *issuer, ngx_log_t *log)
{
    ngx_int_t                        rc;
    njwt_revocation_entries_t        none, *entries;
    ngx_http_jwt_revocation_t       *rv = &issuer->revocation;
    ngx_http_jwt_revoked_replace_t   replace;

    ngx_memzero(&none, sizeof(njwt_revocation_entries_t));
    ngx_memzero(&replace, sizeof(ngx_http_jwt_revoked_replace_t));

    entries = (rv->read != NULL) ? &rv->read->entries : &none;

    replace.list = ngx_http_jwt_revoked_keys(rv->prefix,
                                             issuer->trust.revocation, entries,
                                             1);

    if (replace.list == NULL) {
        rv->slot = NULL;
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "jwt_issuer \"%V\": no memory for the entries of its "
                      "\"revocation_file\": all of its tokens are "
                      "revoked", &issuer->name);
        return;
    }

    replace.n = ngx_http_jwt_revoked_unique(replace.list, entries->count);

    if (rv->read != NULL) {
        ngx_memcpy(replace.digest, rv->read->digest, NGX_HTTP_JWT_DIGEST_LEN);
    }

    do {
        rc = ngx_http_jwt_revoked_step(issuer, &replace, log);
    } while (rc == NGX_AGAIN);

    if (rc == NGX_DECLINED) {
        (void) ngx_http_jwt_revoked_store(issuer, replace.list, replace.n,
                                          log);
    }

    free(replace.list);

    if (rv->read != NULL) {
        njwt_arena_free(&rv->read->arena);
    }
}


/* The configuration in use until now, if this module has one in it. */

static ngx_http_jwt_main_conf_t *
ngx_http_jwt_revoked_old(ngx_cycle_t *cycle)
{
    ngx_uint_t  i;

    if (ngx_cycle == NULL || ngx_cycle == cycle || ngx_cycle->conf_ctx == NULL
        || ngx_cycle->modules == NULL)
    {
        return NULL;
    }

    for (i = 0; ngx_cycle->modules[i] != NULL; i++) {
        if (ngx_cycle->modules[i] == &ngx_http_jwt_scope_module) {
            return ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                                   ngx_http_jwt_scope_module);
        }
    }

    return NULL;
}


void
ngx_http_jwt_revoked_restore(ngx_cycle_t *cycle,
    ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                    i;
    ngx_http_jwt_issuer_t        *issuer, *before;
    ngx_http_jwt_main_conf_t     *old;
    ngx_http_jwt_revocation_t    *rv;
    ngx_http_jwt_revoked_slot_t  *slot;

    if (jmcf->revoked == NULL || ngx_test_config) {
        return;
    }

    ngx_http_jwt_revoked_attach(jmcf, cycle->log);

    old = ngx_http_jwt_revoked_old(cycle);

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        rv = &issuer->revocation;
        slot = rv->slot;

        if (slot == NULL) {
            continue;
        }

        before = ngx_http_jwt_revoked_earlier(old, issuer);

        if (!slot->restored && before != NULL) {
            ngx_http_jwt_revoked_move(issuer, before, cycle->log);

        } else if (!slot->restored) {
            ngx_http_jwt_revoked_load(cycle, issuer);
        }

        slot->restored = 1;

        /* the directory may have changed */

        if (slot->changes != 0) {
            slot->saved = slot->changes - 1;
        }

        if (ngx_http_jwt_revoked_prefix(issuer) != NGX_OK) {
            rv->slot = NULL;
            continue;
        }

        ngx_http_jwt_revoked_apply(issuer, cycle->log);
    }
}
