/*
 * The memory of used logout tokens, by "jti".
 *
 * There are so few that they are searched one after the other: filling the
 * memory takes that many tokens signed by the authorization server.  If no
 * entry is free, the one that was used first is replaced.
 *
 * A worker that is killed while it writes an entry leaves it either free or
 * complete: its time is written last, and cleared first.
 */

#include "ngx_http_jwt_logouts.h"
#include "njwt_hash.h"
#include "njwt_logout.h"


#define NGX_HTTP_JWT_LOGOUTS_MAGIC    0x6e6a746c
#define NGX_HTTP_JWT_LOGOUTS_LAYOUT   1

#define NGX_HTTP_JWT_LOGOUTS_ENTRIES  1024
#define NGX_HTTP_JWT_LOGOUTS_ZONE     (64 * 1024)


typedef struct {
    u_char                        key[NGX_HTTP_JWT_LOGOUT_KEY];
    double                        until;     /* seconds; 0: free */
    uint64_t                      number;    /* in the order of their use */
} ngx_http_jwt_logout_entry_t;

typedef struct {
    ngx_http_jwt_zone_head_t      head;
    u_char                        salt[NGX_HTTP_JWT_DIGEST_LEN];
    ngx_atomic_t                  taken;
    ngx_atomic_t                  refused;

    /* the rest only under the lock */
    uint64_t                      number;    /* of the last one */
    ngx_http_jwt_logout_entry_t   entries[NGX_HTTP_JWT_LOGOUTS_ENTRIES];
} ngx_http_jwt_logouts_t;

_Static_assert(sizeof(ngx_http_jwt_logouts_t) == 32832,
               "the layout changes: count NGX_HTTP_JWT_LOGOUTS_LAYOUT up, and "
               "see that it fits into NGX_HTTP_JWT_LOGOUTS_ZONE");


static ngx_int_t
ngx_http_jwt_logouts_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_int_t                rc;
    ngx_http_jwt_logouts_t  *logouts;

    rc = ngx_http_jwt_zone_memory(zone, data, NGX_HTTP_JWT_LOGOUTS_MAGIC,
                                  NGX_HTTP_JWT_LOGOUTS_LAYOUT);

    if (rc != NGX_OK) {
        return (rc == NGX_DONE) ? NGX_OK : NGX_ERROR;
    }

    logouts = zone->data;

    return njwt_random(logouts->salt, NGX_HTTP_JWT_DIGEST_LEN) ? NGX_OK
                                                               : NGX_ERROR;
}


ngx_int_t
ngx_http_jwt_logouts_add(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_str_t  name = ngx_string("jwt_logouts");

    if (jmcf->logouts != NULL) {
        return NGX_OK;
    }

    /* not the tag of another zone, so that one name for two is an error */

    jmcf->logouts = ngx_shared_memory_add(cf, &name,
                                          ngx_max(NGX_HTTP_JWT_LOGOUTS_ZONE,
                                                  8 * ngx_pagesize),
                                          &ngx_http_jwt_commands[3]);
    if (jmcf->logouts == NULL) {
        return NGX_ERROR;
    }

    jmcf->logouts->init = ngx_http_jwt_logouts_init;

    return NGX_OK;
}


/* Two digests, so that the boundary between the texts is unambiguous. */

ngx_int_t
ngx_http_jwt_logouts_key(ngx_http_jwt_issuer_t *issuer, njwt_slice_t jti,
    u_char *key)
{
    u_char                   *p, digest[NGX_HTTP_JWT_DIGEST_LEN];
    u_char                    text[2 * NGX_HTTP_JWT_DIGEST_LEN
                                   + NJWT_LOGOUT_MAX_ID];
    njwt_slice_t              whole;
    ngx_http_jwt_logouts_t   *logouts;

    if (jti.len > NJWT_LOGOUT_MAX_ID
        || !njwt_sha256(ngx_http_jwt_slice(&issuer->name), digest))
    {
        return NGX_ERROR;
    }

    logouts = issuer->main->logouts->data;

    p = ngx_cpymem(text, logouts->salt, NGX_HTTP_JWT_DIGEST_LEN);
    p = ngx_cpymem(p, digest, NGX_HTTP_JWT_DIGEST_LEN);
    p = ngx_cpymem(p, jti.data, jti.len);

    whole.data = text;
    whole.len = p - text;

    if (!njwt_sha256(whole, digest)) {
        return NGX_ERROR;
    }

    ngx_memcpy(key, digest, NGX_HTTP_JWT_LOGOUT_KEY);

    return NGX_OK;
}


static ngx_http_jwt_logouts_t *
ngx_http_jwt_logouts_lock(ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_shmtx_lock(ngx_http_jwt_zone_mutex(jmcf->logouts));

    return jmcf->logouts->data;
}


static void
ngx_http_jwt_logouts_unlock(ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_shmtx_unlock(ngx_http_jwt_zone_mutex(jmcf->logouts));
}


static ngx_uint_t
ngx_http_jwt_logouts_used_locked(ngx_http_jwt_logouts_t *logouts,
    const u_char *key, double now)
{
    ngx_uint_t                    i;
    ngx_http_jwt_logout_entry_t  *entry;

    for (i = 0; i < NGX_HTTP_JWT_LOGOUTS_ENTRIES; i++) {
        entry = &logouts->entries[i];

        if (entry->until > now
            && ngx_memcmp(entry->key, key, NGX_HTTP_JWT_LOGOUT_KEY) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* An expired entry, or the oldest. */

static ngx_http_jwt_logout_entry_t *
ngx_http_jwt_logouts_room_locked(ngx_http_jwt_logouts_t *logouts, double now)
{
    ngx_uint_t                    i;
    ngx_http_jwt_logout_entry_t  *entry, *oldest;

    oldest = &logouts->entries[0];

    for (i = 0; i < NGX_HTTP_JWT_LOGOUTS_ENTRIES; i++) {
        entry = &logouts->entries[i];

        if (!(entry->until > now)) {
            return entry;
        }

        if (entry->number < oldest->number) {
            oldest = entry;
        }
    }

    return oldest;
}


ngx_uint_t
ngx_http_jwt_logouts_used(ngx_http_jwt_main_conf_t *jmcf, const u_char *key)
{
    ngx_uint_t               used;
    ngx_http_jwt_logouts_t  *logouts;

    logouts = ngx_http_jwt_logouts_lock(jmcf);
    used = ngx_http_jwt_logouts_used_locked(logouts, key, (double) ngx_time());
    ngx_http_jwt_logouts_unlock(jmcf);

    return used;
}


ngx_int_t
ngx_http_jwt_logouts_use(ngx_http_jwt_main_conf_t *jmcf, const u_char *key,
    double until)
{
    double                        now;
    ngx_uint_t                    used;
    ngx_http_jwt_logouts_t       *logouts;
    ngx_http_jwt_logout_entry_t  *entry;

    now = (double) ngx_time();
    logouts = ngx_http_jwt_logouts_lock(jmcf);
    used = ngx_http_jwt_logouts_used_locked(logouts, key, now);

    if (!used) {
        entry = ngx_http_jwt_logouts_room_locked(logouts, now);

        entry->until = 0;
        ngx_memory_barrier();

        ngx_memcpy(entry->key, key, NGX_HTTP_JWT_LOGOUT_KEY);
        entry->number = ++logouts->number;

        ngx_memory_barrier();
        entry->until = until;
    }

    ngx_http_jwt_logouts_unlock(jmcf);

    return used ? NGX_DECLINED : NGX_OK;
}


void
ngx_http_jwt_logouts_count(ngx_http_jwt_main_conf_t *jmcf, ngx_uint_t taken)
{
    ngx_http_jwt_logouts_t  *logouts = jmcf->logouts->data;

    (void) ngx_atomic_fetch_add(taken ? &logouts->taken : &logouts->refused,
                                1);
}


void
ngx_http_jwt_logouts_look(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_logouts_state_t *state)
{
    double                   now;
    ngx_uint_t               i;
    ngx_http_jwt_logouts_t  *logouts;

    ngx_memzero(state, sizeof(ngx_http_jwt_logouts_state_t));

    if (jmcf->logouts == NULL) {
        return;
    }

    now = (double) ngx_time();
    logouts = ngx_http_jwt_logouts_lock(jmcf);

    state->taken = logouts->taken;
    state->refused = logouts->refused;

    for (i = 0; i < NGX_HTTP_JWT_LOGOUTS_ENTRIES; i++) {
        state->remembered += logouts->entries[i].until > now;
    }

    ngx_http_jwt_logouts_unlock(jmcf);
}
