/*
 * A keyset: what the workers share of one issuer, which is its keys, the state
 * and history of its fetches, and a negative cache of kids.
 *
 * A keyset has two buffers.  Keys are written into the one that isn't in use,
 * then the buffers are switched: a worker that is killed meanwhile leaves the
 * keys in use as they were.  Under the lock there is copying and counting
 * only; keys are parsed, and lines logged, outside.
 *
 * A token that names a kid which the tenant doesn't have causes no second
 * fetch: the cooldown's one fetch is left for other kids.  The last fetches
 * are kept, and the text of the last error, for the status page, since the log
 * has a line for each change only.
 */

#include "ngx_http_jwt_blocks.h"
#include "ngx_http_jwt_keyset.h"
#include "njwt_hash.h"


/* ms before the fetch of a killed worker is tried again */
#define NGX_HTTP_JWT_RECOVER_DELAY  1000


void
ngx_http_jwt_keyset_lock(ngx_http_jwt_issuer_t *issuer)
{
    ngx_shmtx_lock(ngx_http_jwt_zone_mutex(issuer->main->zone));
}


void
ngx_http_jwt_keyset_unlock(ngx_http_jwt_issuer_t *issuer)
{
    ngx_shmtx_unlock(ngx_http_jwt_zone_mutex(issuer->main->zone));
}


ngx_uint_t
ngx_http_jwt_keyset_own_locked(ngx_http_jwt_issuer_t *issuer)
{
    /* a worker of an old configuration leaves a keyset that was given away */

    return issuer->keyset != NULL
           && issuer->keyset->used
           && ngx_memcmp(issuer->keyset->source_id, issuer->source_id,
                         NGX_HTTP_JWT_DIGEST_LEN)
              == 0;
}


/* Records when the set was fetched; a worker may be reading meanwhile. */

static void
ngx_http_jwt_keyset_stamp_locked(ngx_http_jwt_keyset_t *keyset, time_t fetched)
{
    time_t  age;

    age = (time_t) njwt_refresh_age(ngx_time() - fetched, 0);

    /* in this order: whoever sees the new time sees the new age, too */

    keyset->since = ngx_current_msec - (ngx_msec_t) age * 1000;
    ngx_memory_barrier();
    keyset->fetched = (ngx_atomic_uint_t) fetched;
}


time_t
ngx_http_jwt_keyset_age(ngx_http_jwt_issuer_t *issuer)
{
    ngx_msec_int_t  steady;

    if (issuer->keyset != NULL) {
        issuer->fetched = (time_t) issuer->keyset->fetched;
        ngx_memory_barrier();
        issuer->since = issuer->keyset->since;
    }

    steady = (ngx_msec_int_t) (ngx_current_msec - issuer->since);

    return (time_t) njwt_refresh_age(ngx_time() - issuer->fetched,
                                     steady / 1000);
}


void
ngx_http_jwt_keyset_snapshot(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_snapshot_t *snapshot, ngx_log_t *log)
{
    u_char                 *room;
    ngx_http_jwt_keyset_t  *keyset;

    keyset = issuer->keyset;

    /* memory is allocated before taking the lock, never under it */

    room = ngx_alloc(NGX_HTTP_JWT_MAX_SET_SIZE, log);

    snapshot->text = NULL;
    snapshot->len = 0;
    snapshot->failed = (room == NULL);

    ngx_http_jwt_keyset_lock(issuer);

    snapshot->generation = keyset->generation;
    snapshot->fetched = (time_t) keyset->fetched;
    snapshot->lost = !ngx_http_jwt_keyset_own_locked(issuer);

    if (room != NULL
        && !snapshot->lost
        && keyset->len[keyset->active] <= NGX_HTTP_JWT_MAX_SET_SIZE)
    {
        snapshot->len = keyset->len[keyset->active];
        ngx_http_jwt_blocks_load_locked(issuer->main->zone->data, keyset,
                                        keyset->active, room);
    }

    ngx_http_jwt_keyset_unlock(issuer);

    if (snapshot->len == 0) {
        ngx_free(room);
        return;
    }

    snapshot->text = room;
}


/* Keys are available as long as they are young enough to serve. */

static ngx_uint_t
ngx_http_jwt_keyset_serves_locked(ngx_http_jwt_issuer_t *issuer)
{
    ngx_http_jwt_keyset_t  *keyset;

    keyset = issuer->keyset;

    return keyset->len[keyset->active] > 0
           && njwt_refresh_serves(ngx_http_jwt_keyset_age(issuer),
                                  issuer->jwks_stale);
}


/* Is this kid in the negative cache? */

static ngx_uint_t
ngx_http_jwt_keyset_kid_missing_locked(ngx_http_jwt_issuer_t *issuer,
    const ngx_http_jwt_kid_t *kid)
{
    ngx_uint_t                   i;
    ngx_http_jwt_missing_kid_t  *missing;

    for (i = 0; i < NGX_HTTP_JWT_MISSING_KIDS; i++) {
        missing = &issuer->keyset->missing[i];

        if (missing->until != 0
            && (ngx_msec_int_t) (missing->until - ngx_current_msec) > 0
            && ngx_memcmp(missing->kid.digest, kid->digest,
                          sizeof(kid->digest))
               == 0)
        {
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_http_jwt_keyset_ask(ngx_http_jwt_issuer_t *issuer, ngx_uint_t want,
    const ngx_http_jwt_kid_t *kid, ngx_msec_t *delay)
{
    ngx_int_t               rc;
    ngx_http_jwt_keyset_t  *keyset;

    keyset = issuer->keyset;
    rc = NGX_DECLINED;
    *delay = 0;

    ngx_http_jwt_keyset_lock(issuer);

    if (ngx_http_jwt_keyset_own_locked(issuer)
        && (kid == NULL
            || !ngx_http_jwt_keyset_kid_missing_locked(issuer, kid)))
    {
        /*
         * A fetch in flight may bring the kid: another one is wanted only
         * afterwards. Without any key the schedule knows when to fetch, unless
         * no fetch has failed: then a clock has jumped, and the keys are too
         * old.
         */

        if (want
            && (kid != NULL || keyset->refresh.failures == 0)
            && !njwt_refresh_in_flight(&issuer->refresh, &keyset->refresh,
                                       ngx_current_msec))
        {
            keyset->wanted = 1;
        }

        *delay = (ngx_msec_t) njwt_refresh_delay(&issuer->refresh,
                                                 &keyset->refresh,
                                                 keyset->wanted,
                                                 ngx_current_msec);
        rc = (*delay == 0) ? NGX_AGAIN : NGX_DECLINED;
    }

    ngx_http_jwt_keyset_unlock(issuer);

    return rc;
}


/*
 * A worker of before a reload would fetch with the authorities of then, and
 * its failure would bring back the back-off that the new ones have dropped.
 */

static ngx_uint_t
ngx_http_jwt_keyset_same_ca_locked(ngx_http_jwt_issuer_t *issuer)
{
    return ngx_memcmp(issuer->keyset->ca_digest, issuer->ca_digest,
                      NGX_HTTP_JWT_DIGEST_LEN)
           == 0;
}


ngx_int_t
ngx_http_jwt_keyset_begin(ngx_http_jwt_issuer_t *issuer)
{
    ngx_int_t               rc;
    ngx_http_jwt_keyset_t  *keyset;

    keyset = issuer->keyset;
    rc = NGX_DECLINED;

    ngx_http_jwt_keyset_lock(issuer);

    if (ngx_http_jwt_keyset_own_locked(issuer)
        && ngx_http_jwt_keyset_same_ca_locked(issuer)
        && njwt_refresh_due(&issuer->refresh, &keyset->refresh, keyset->wanted,
                            ngx_current_msec))
    {
        njwt_refresh_begin(&issuer->refresh, &keyset->refresh,
                           ngx_current_msec);
        keyset->wanted = 0;
        keyset->fetcher = ngx_pid;
        rc = NGX_OK;
    }

    ngx_http_jwt_keyset_unlock(issuer);

    return rc;
}


/*
 * Is the fetch in flight this worker's?  After a reload it may be another's.
 */

static ngx_uint_t
ngx_http_jwt_keyset_mine_locked(ngx_http_jwt_issuer_t *issuer)
{
    return ngx_http_jwt_keyset_own_locked(issuer)
           && issuer->keyset->refresh.in_flight
           && issuer->keyset->fetcher == ngx_pid;
}


static ngx_int_t
ngx_http_jwt_keyset_store_locked(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_keyset_t *keyset, njwt_slice_t text)
{
    ngx_uint_t              old;
    ngx_http_jwt_shared_t  *shared;

    old = keyset->active;
    shared = issuer->main->zone->data;

    if (ngx_http_jwt_blocks_equal_locked(shared, keyset, old, text)) {
        ngx_http_jwt_keyset_stamp_locked(keyset, ngx_time());
        return NGX_OK;
    }

    /* frees what a former configuration left for its last requests */

    if (ngx_http_jwt_blocks_store_locked(shared, keyset, !old, text) != NGX_OK
        && (keyset->epoch != shared->attached
            || !ngx_http_jwt_blocks_reclaim_locked(shared, shared->attached)
            || ngx_http_jwt_blocks_store_locked(shared, keyset, !old, text)
               != NGX_OK))
    {
        return NGX_DECLINED;
    }

    ngx_http_jwt_keyset_stamp_locked(keyset, ngx_time());

    /*
     * In this order: a worker killed in between leaves the old keys and a
     * fetch that will bring the new ones again, not new keys that no worker
     * notices.
     */

    keyset->generation++;
    ngx_memory_barrier();
    keyset->active = !old;
    ngx_memory_barrier();
    keyset->len[old] = 0;

    ngx_memzero(keyset->missing, sizeof(keyset->missing));

    return NGX_OK;
}


static void
ngx_http_jwt_history_add_locked(ngx_http_jwt_history_t *history,
    ngx_uint_t status, ngx_uint_t good)
{
    ngx_http_jwt_attempt_t  *attempt;

    attempt = &history->attempts[history->next % NGX_HTTP_JWT_ATTEMPTS];

    attempt->time = (uint32_t) ngx_time();
    attempt->status = (uint16_t) status;
    attempt->good = (uint16_t) good;

    history->next++;
}


ngx_int_t
ngx_http_jwt_keyset_publish(ngx_http_jwt_issuer_t *issuer, njwt_slice_t text,
    ngx_uint_t usable, uint32_t report, ngx_uint_t *recovered,
    ngx_uint_t *changed)
{
    double                  chance;
    ngx_int_t               rc;
    ngx_atomic_uint_t       before;
    ngx_http_jwt_keyset_t  *keyset;

    rc = NGX_ABORT;
    keyset = issuer->keyset;
    chance = (double) ngx_random() / 2147483647.0;

    ngx_http_jwt_keyset_lock(issuer);

    before = 0;

    if (ngx_http_jwt_keyset_mine_locked(issuer)) {
        before = keyset->generation;
        rc = ngx_http_jwt_keyset_store_locked(issuer, keyset, text);
    }

    if (rc == NGX_OK) {
        *recovered = keyset->refresh.failures ? NGX_HTTP_JWT_KEYSET_RECOVERED
                     : keyset->refresh.fetched ? NGX_HTTP_JWT_KEYSET_SAME
                     : NGX_HTTP_JWT_KEYSET_FIRST;
        *changed = keyset->generation != before || keyset->reported != report;
        keyset->reported = report;

        njwt_refresh_succeeded(&issuer->refresh, &keyset->refresh, chance,
                               ngx_current_msec);
        keyset->attempts++;

        keyset->history.good++;
        keyset->history.keys = usable;
        ngx_http_jwt_history_add_locked(&keyset->history, NGX_HTTP_OK, 1);
    }

    ngx_http_jwt_keyset_unlock(issuer);

    return rc;
}


static void
ngx_http_jwt_history_bad_locked(ngx_http_jwt_history_t *history,
    ngx_http_jwt_answer_t *answer, ngx_str_t *reason)
{
    history->bad++;

    history->error_len = 0;
    ngx_memcpy(history->error, reason->data, reason->len);
    history->error_time = ngx_time();
    history->error_advice = answer->advice;
    history->error_len = (uint32_t) reason->len;

    ngx_http_jwt_history_add_locked(history, answer->status, 0);
}


ngx_uint_t
ngx_http_jwt_keyset_failed(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_answer_t *answer, ngx_str_t *reason, ngx_uint_t *serving)
{
    ngx_uint_t              first;
    ngx_http_jwt_keyset_t  *keyset;

    first = 0;
    *serving = 0;
    keyset = issuer->keyset;

    ngx_http_jwt_keyset_lock(issuer);

    if (ngx_http_jwt_keyset_own_locked(issuer)) {
        ngx_http_jwt_history_bad_locked(&keyset->history, answer, reason);
    }

    if (ngx_http_jwt_keyset_mine_locked(issuer)) {
        first = keyset->refresh.failures == 0;
        *serving = ngx_http_jwt_keyset_serves_locked(issuer);
        njwt_refresh_failed(&issuer->refresh, &keyset->refresh,
                            *serving, ngx_current_msec);
        njwt_refresh_postpone(&issuer->refresh, &keyset->refresh, *serving,
                              answer->retry_after, ngx_current_msec);
        keyset->attempts++;
    }

    ngx_http_jwt_keyset_unlock(issuer);

    return first;
}


void
ngx_http_jwt_keyset_abandoned(ngx_http_jwt_issuer_t *issuer)
{
    ngx_http_jwt_keyset_lock(issuer);

    if (ngx_http_jwt_keyset_mine_locked(issuer)) {
        njwt_refresh_abandoned(&issuer->keyset->refresh, ngx_current_msec);
    }

    ngx_http_jwt_keyset_unlock(issuer);
}


void
ngx_http_jwt_keyset_kid_missing(ngx_http_jwt_issuer_t *issuer,
    const ngx_http_jwt_kid_t *kid, ngx_atomic_uint_t attempts)
{
    ngx_http_jwt_keyset_t       *keyset;
    ngx_http_jwt_missing_kid_t  *missing;

    keyset = issuer->keyset;

    ngx_http_jwt_keyset_lock(issuer);

    if (ngx_http_jwt_keyset_own_locked(issuer)
        && keyset->attempts != attempts
        && keyset->refresh.failures == 0
        && !ngx_http_jwt_keyset_kid_missing_locked(issuer, kid))
    {
        /*
         * the oldest is replaced; a token that came too early no longer waits
         */

        missing = &keyset->missing[keyset->next_missing];
        keyset->next_missing = (keyset->next_missing + 1)
                             % NGX_HTTP_JWT_MISSING_KIDS;

        missing->until = ngx_current_msec + issuer->jwks_cooldown;
        missing->kid = *kid;
    }

    ngx_http_jwt_keyset_unlock(issuer);
}


ngx_int_t
ngx_http_jwt_keyset_kid(ngx_http_jwt_issuer_t *issuer, njwt_slice_t kid,
    ngx_http_jwt_kid_t *digest)
{
    u_char         salted[NGX_HTTP_JWT_SALT_LEN + NJWT_MAX_KID];
    njwt_slice_t   text;

    if (kid.len > NJWT_MAX_KID) {
        return NGX_ERROR;
    }

    text.data = salted;
    text.len = ngx_cpymem(ngx_cpymem(salted, issuer->main->salt,
                                     NGX_HTTP_JWT_SALT_LEN),
                          kid.data, kid.len)
               - salted;

    return njwt_sha256(text, digest->digest) ? NGX_OK : NGX_ERROR;
}


/* Was the worker that began the fetch in flight killed meanwhile? */

static ngx_uint_t
ngx_http_jwt_recover_orphan_locked(ngx_http_jwt_keyset_t *keyset)
{
    return keyset->refresh.in_flight
           && keyset->fetcher != ngx_pid
           && kill(keyset->fetcher, 0) == -1
           && ngx_errno == ESRCH;
}


/*
 * If the certificate authorities have changed and fetches have failed, the
 * repair is tried at once, whatever the back-off says.  A fetch that the old
 * worker still has in flight, with the old authorities, means nothing any
 * more.  A late worker of an old configuration changes nothing: the new one's
 * would never fetch again.
 */

static void
ngx_http_jwt_recover_ca_locked(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_keyset_t *keyset)
{
    ngx_http_jwt_shared_t  *shared;

    shared = issuer->main->zone->data;

    if (issuer->main->epoch < shared->attached
        || ngx_http_jwt_keyset_same_ca_locked(issuer))
    {
        return;
    }

    ngx_memcpy(keyset->ca_digest, issuer->ca_digest, NGX_HTTP_JWT_DIGEST_LEN);

    if (keyset->refresh.failures > 0) {
        njwt_refresh_abandoned(&keyset->refresh, ngx_current_msec);
    }
}


void
ngx_http_jwt_keyset_recover(ngx_http_jwt_issuer_t *issuer)
{
    ngx_http_jwt_keyset_t  *keyset;

    keyset = issuer->keyset;

    ngx_http_jwt_keyset_lock(issuer);

    if (ngx_http_jwt_keyset_own_locked(issuer)) {
        njwt_refresh_recover(&issuer->refresh, &keyset->refresh,
                             ngx_current_msec);

        ngx_http_jwt_recover_ca_locked(issuer, keyset);

        /* no attempt has ended: suspended requests wait for the next one */

        if (ngx_http_jwt_recover_orphan_locked(keyset)) {
            njwt_refresh_abandoned(&keyset->refresh,
                                   ngx_current_msec
                                   + NGX_HTTP_JWT_RECOVER_DELAY);
        }
    }

    ngx_http_jwt_keyset_unlock(issuer);
}


static ngx_uint_t
ngx_http_jwt_recover_empty_locked(ngx_http_jwt_issuer_t *issuer)
{
    ngx_http_jwt_keyset_t  *keyset;

    keyset = issuer->keyset;

    return ngx_http_jwt_keyset_own_locked(issuer)
           && keyset->len[keyset->active] == 0;
}


ngx_uint_t
ngx_http_jwt_keyset_empty(ngx_http_jwt_issuer_t *issuer)
{
    ngx_uint_t  empty;

    ngx_http_jwt_keyset_lock(issuer);
    empty = ngx_http_jwt_recover_empty_locked(issuer);
    ngx_http_jwt_keyset_unlock(issuer);

    return empty;
}


ngx_int_t
ngx_http_jwt_keyset_restore(ngx_http_jwt_issuer_t *issuer, njwt_slice_t text,
    time_t fetched)
{
    ngx_int_t               rc;
    ngx_uint_t              buffer;
    ngx_http_jwt_keyset_t  *keyset;

    rc = NGX_DECLINED;
    keyset = issuer->keyset;
    ngx_http_jwt_keyset_lock(issuer);

    if (ngx_http_jwt_recover_empty_locked(issuer)) {
        buffer = !keyset->active;

        rc = ngx_http_jwt_blocks_store_locked(issuer->main->zone->data, keyset,
                                              buffer, text);
        rc = (rc == NGX_OK) ? NGX_OK : NGX_ERROR;

        if (rc == NGX_OK) {
            ngx_http_jwt_keyset_stamp_locked(keyset, fetched);
            keyset->generation++;
            ngx_memory_barrier();
            keyset->active = buffer;
        }
    }

    ngx_http_jwt_keyset_unlock(issuer);

    return rc;
}


void
ngx_http_jwt_history_took(ngx_http_jwt_issuer_t *issuer, ngx_msec_t took)
{
    ngx_uint_t               i;
    ngx_http_jwt_history_t  *history;

    static const ngx_msec_t  bounds[] = NGX_HTTP_JWT_TOOK;

    for (i = 0; i < NGX_HTTP_JWT_TOOKS && took > bounds[i]; i++) {
        /* void */
    }

    ngx_http_jwt_keyset_lock(issuer);

    if (ngx_http_jwt_keyset_own_locked(issuer)) {
        history = &issuer->keyset->history;
        history->took_ms += took;
        history->took[i]++;
    }

    ngx_http_jwt_keyset_unlock(issuer);
}


/* An error may contain text from the server, such as its name. */

static u_char *
ngx_http_jwt_history_escape(u_char *p, u_char *last, const char *error)
{
    for ( /* void */ ; *error != '\0'; error++) {

        if (*error >= 0x20 && *error <= 0x7e && *error != '\\') {
            if (p == last) {
                break;
            }

            *p++ = (u_char) *error;
            continue;
        }

        if (last - p < 4) {
            break;
        }

        p = ngx_sprintf(p, "\\x%02Xd", (ngx_int_t) (u_char) *error);
    }

    return p;
}


size_t
ngx_http_jwt_history_text(ngx_http_jwt_answer_t *answer, u_char *text)
{
    u_char  *p, *last;

    last = text + NGX_HTTP_JWT_ERROR_LEN;

    if (answer->error != NULL) {
        p = ngx_http_jwt_history_escape(text, last, answer->error);

        if (answer->first != NULL) {
            p = ngx_http_jwt_history_escape(p, last,
                                            ", the first one because of ");
            p = ngx_http_jwt_history_escape(p, last, answer->first);
        }

        return p - text;
    }

    return ngx_slprintf(text, last, "status %ui", answer->status) - text;
}


/* How long has the fetch been in flight, in seconds?  -1: there is none. */

static time_t
ngx_http_jwt_history_under_way_locked(ngx_http_jwt_issuer_t *issuer)
{
    njwt_refresh_t  *refresh;
    ngx_msec_int_t   ms;

    refresh = &issuer->keyset->refresh;

    if (!njwt_refresh_in_flight(&issuer->refresh, refresh, ngx_current_msec)) {
        return -1;
    }

    ms = (ngx_msec_int_t) (ngx_current_msec - (ngx_msec_t) refresh->begun);

    return (time_t) (ngx_max(ms, 0) / 1000);
}


size_t
ngx_http_jwt_history_reason(ngx_http_jwt_issuer_t *issuer, u_char *text,
    time_t *under_way)
{
    size_t                   len;
    ngx_http_jwt_history_t  *history;

    len = 0;
    *under_way = -1;

    ngx_http_jwt_keyset_lock(issuer);

    if (ngx_http_jwt_keyset_own_locked(issuer)) {
        *under_way = ngx_http_jwt_history_under_way_locked(issuer);

        if (issuer->keyset->refresh.failures > 0) {
            history = &issuer->keyset->history;
            len = history->error_len;
            ngx_memcpy(text, history->error, len);
        }
    }

    ngx_http_jwt_keyset_unlock(issuer);

    return len;
}


ngx_int_t
ngx_http_jwt_history_clock(ngx_http_jwt_issuer_t *issuer, int64_t skew,
    ngx_uint_t off)
{
    ngx_int_t                rc;
    ngx_http_jwt_history_t  *history;

    rc = NGX_DECLINED;
    ngx_http_jwt_keyset_lock(issuer);

    if (ngx_http_jwt_keyset_own_locked(issuer)) {
        history = &issuer->keyset->history;

        if (history->clock_off != off) {
            rc = off ? NGX_AGAIN : NGX_OK;
        }

        history->clock_off = off;
        history->clock_skew = skew;
        history->clock_time = ngx_time();
    }

    ngx_http_jwt_keyset_unlock(issuer);

    return rc;
}


int64_t
ngx_http_jwt_history_ahead(ngx_http_jwt_issuer_t *issuer)
{
    int64_t  ahead;

    /* no lock for each token that is refused */

    if (issuer->keyset == NULL) {
        return 0;
    }

    ahead = 0;
    ngx_http_jwt_keyset_lock(issuer);

    if (ngx_http_jwt_keyset_own_locked(issuer)) {
        ahead = -issuer->keyset->history.clock_skew;
    }

    ngx_http_jwt_keyset_unlock(issuer);

    return ahead;
}


void
ngx_http_jwt_history_read(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_source_t *source)
{
    ngx_http_jwt_keyset_t  *keyset;

    ngx_memzero(source, sizeof(ngx_http_jwt_source_t));

    keyset = issuer->keyset;

    ngx_http_jwt_keyset_lock(issuer);

    if (ngx_http_jwt_keyset_own_locked(issuer)) {
        source->known = 1;
        source->fetched = keyset->len[keyset->active]
                          ? (time_t) keyset->fetched : 0;
        source->age = ngx_http_jwt_keyset_age(issuer);
        source->under_way = ngx_http_jwt_history_under_way_locked(issuer);
        source->in_flight = source->under_way >= 0;
        source->failures = keyset->refresh.failures;
        source->next = (ngx_msec_t) njwt_refresh_delay(&issuer->refresh,
                                                       &keyset->refresh,
                                                       keyset->wanted,
                                                       ngx_current_msec);
        source->history = keyset->history;
    }

    ngx_http_jwt_keyset_unlock(issuer);
}
