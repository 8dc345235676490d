/*
 * The assignment of counters to issuers and locations, and their recent
 * values.
 */

#include "ngx_http_jwt_counters.h"
#include "ngx_http_jwt_locations.h"


ngx_uint_t
ngx_http_jwt_series(ngx_http_jwt_issuer_t *issuer, ngx_uint_t counted)
{
    if (issuer == NULL) {
        return counted;
    }

    /* the first is for undecided: the others before the issuer can't be */

    return NGX_HTTP_JWT_COUNTED
           + (issuer->row - 1) * NGX_HTTP_JWT_ISSUER_COUNTED
           + (njwt_verdict_knows_issuer((njwt_verdict_t) counted)
              ? counted - NJWT_VERDICT_ISSUER_FIRST + 1 : 0);
}


ngx_uint_t
ngx_http_jwt_series_has(ngx_http_jwt_issuer_t *issuer, ngx_uint_t counted)
{
    if (counted == NJWT_CLAIM_MISMATCH_401) {
        return 0;
    }

    return issuer == NULL
           || (issuer->row != 0
               && (counted == NJWT_UNDECIDED
                   || njwt_verdict_knows_issuer((njwt_verdict_t) counted)));
}


njwt_slice_t
ngx_http_jwt_counted_name(ngx_uint_t counted)
{
    static const njwt_slice_t  preflight = njwt_literal("preflight");
    static const njwt_slice_t  unjudged = njwt_literal("unjudged");

    if (counted == NGX_HTTP_JWT_PREFLIGHT) {
        return preflight;
    }

    if (counted == NGX_HTTP_JWT_UNJUDGED) {
        return unjudged;
    }

    return njwt_verdict_info((njwt_verdict_t) counted)->name;
}


/* Gives a set of counters to a new issuer: they begin at 0. */

static void
ngx_http_jwt_counters_clear_locked(ngx_http_jwt_counters_t *counters,
    ngx_http_jwt_issuer_t *issuer)
{
    size_t       len, at;
    ngx_uint_t   i;

    counters->ids[issuer->row - 1] = 0;

    at = ngx_http_jwt_series(issuer, 0);
    len = NGX_HTTP_JWT_ISSUER_COUNTED;

    for (i = 0; i < len; i++) {
        counters->totals[at + i] = 0;
    }

    for (i = 0; i < counters->ncopies; i++) {
        ngx_memzero(&counters->minute.copies[i * counters->nseries + at],
                    len * sizeof(uint32_t));
        ngx_memzero(&counters->hour.copies[i * counters->nseries + at],
                    len * sizeof(uint32_t));
    }

    ngx_memory_barrier();
    counters->ids[issuer->row - 1] = issuer->id;
}


ngx_uint_t
ngx_http_jwt_counters_is_issuer(ngx_http_jwt_main_conf_t *jmcf,
    ngx_atomic_uint_t id)
{
    ngx_uint_t              i;
    ngx_http_jwt_issuer_t  *issuer;

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (issuer->id == id) {
            return 1;
        }
    }

    return 0;
}


/* The counters of an issuer, or free ones for it; 0: there are none. */

static ngx_uint_t
ngx_http_jwt_counters_row_locked(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_counters_t *counters, ngx_http_jwt_issuer_t *issuer)
{
    ngx_uint_t  i, unused, others;

    unused = 0;
    others = 0;

    for (i = 0; i < counters->nissuers; i++) {

        if (counters->ids[i] == issuer->id) {
            return i + 1;
        }

        if (counters->ids[i] == 0) {
            unused = i + 1;

        } else if (!ngx_http_jwt_counters_is_issuer(jmcf, counters->ids[i])) {
            others = i + 1;
        }
    }

    return unused ? unused : others;
}


static void
ngx_http_jwt_counters_issuers_locked(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_counters_t *counters, ngx_uint_t newest)
{
    ngx_uint_t              i;
    ngx_http_jwt_issuer_t  *issuer;

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        issuer->row = ngx_http_jwt_counters_row_locked(jmcf, counters, issuer);

        if (issuer->row == 0
            || counters->ids[issuer->row - 1] == issuer->id)
        {
            continue;
        }

        if (newest) {
            ngx_http_jwt_counters_clear_locked(counters, issuer);

        } else {
            issuer->row = 0;
        }
    }
}


/* Finds the counters of known locations and marks them as taken. */

static void
ngx_http_jwt_counters_find_locked(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_counters_t *counters, u_char *taken)
{
    ngx_uint_t                i, k;
    ngx_http_jwt_location_t  *location;

    for (i = 0; (location = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {
        location->counts = NULL;

        for (k = 0; location->id != 0 && k < counters->nlocations; k++) {

            if (counters->locations[k].id == location->id) {
                location->counts = &counters->locations[k];
                taken[k] = 1;
                break;
            }
        }
    }
}


/* Counters that aren't taken, unused ones first; NULL: all are taken. */

static ngx_http_jwt_location_counts_t *
ngx_http_jwt_counters_vacant_locked(ngx_http_jwt_counters_t *counters,
    u_char *taken)
{
    ngx_uint_t  k, pass;

    for (pass = 0; pass < 2; pass++) {
        for (k = 0; k < counters->nlocations; k++) {

            if (!taken[k] && (pass == 1 || counters->locations[k].id == 0)) {
                taken[k] = 1;
                return &counters->locations[k];
            }
        }
    }

    return NULL;
}


void
ngx_http_jwt_counters_attach_locked(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_counters_t *counters, ngx_uint_t newest)
{
    u_char                           taken[NGX_HTTP_JWT_MAX_LOCATIONS];
    ngx_uint_t                       i;
    ngx_http_jwt_location_t         *location;
    ngx_http_jwt_location_counts_t  *counts;

    ngx_memzero(taken, sizeof(taken));

    jmcf->counters = counters;

    ngx_http_jwt_counters_issuers_locked(jmcf, counters, newest);
    ngx_http_jwt_counters_find_locked(jmcf, counters, taken);

    if (!newest) {
        return;
    }

    for (i = 0; (location = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {

        if (location->id == 0 || location->counts != NULL) {
            continue;
        }

        counts = ngx_http_jwt_counters_vacant_locked(counters, taken);

        if (counts == NULL) {
            return;
        }

        counts->id = 0;
        ngx_memzero((void *) counts->totals, sizeof(counts->totals));
        ngx_memory_barrier();
        counts->id = location->id;

        location->counts = counts;
    }
}


/*
 * The copy whose age is nearest to the one wanted, and how old it is; -1: the
 * time when counting began, if that was later.
 */

static ngx_int_t
ngx_http_jwt_window_begin(ngx_http_jwt_counters_t *counters,
    ngx_http_jwt_window_t *window, ngx_msec_t wanted, ngx_msec_t *age)
{
    ngx_int_t       best;
    ngx_uint_t      i;
    ngx_msec_int_t  off, least;

    best = -1;
    *age = ngx_current_msec - counters->started;
    least = ngx_abs((ngx_msec_int_t) (*age - wanted));

    for (i = 0; i < counters->ncopies; i++) {

        if (window->times[i] == 0) {
            continue;
        }

        off = (ngx_msec_int_t) (ngx_current_msec - window->times[i] - wanted);
        off = ngx_abs(off);

        if (off < least) {
            least = off;
            best = i;
            *age = ngx_current_msec - window->times[i];
        }
    }

    return best;
}


/* The increase since then; returns how long ago that was. */

static ngx_msec_t
ngx_http_jwt_window_read_locked(ngx_http_jwt_counters_t *counters,
    ngx_http_jwt_window_t *window, ngx_msec_t wanted, const uint64_t *total,
    uint32_t *numbers)
{
    ngx_int_t   begin;
    ngx_uint_t  i;
    ngx_msec_t  age;

    begin = ngx_http_jwt_window_begin(counters, window, wanted, &age);

    for (i = 0; i < counters->nseries; i++) {
        numbers[i] = (uint32_t) total[i];

        if (begin >= 0) {
            numbers[i] -= window->copies[begin * counters->nseries + i];
        }
    }

    return age;
}


void
ngx_http_jwt_counters_read(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_counted_t *counted)
{
    ngx_uint_t                i;
    ngx_shmtx_t              *mutex;
    ngx_http_jwt_counters_t  *counters;

    counters = jmcf->counters;
    mutex = ngx_http_jwt_zone_mutex(jmcf->zone);

    ngx_shmtx_lock(mutex);

    for (i = 0; i < counters->nseries; i++) {
        counted->total[i] = counters->totals[i];
    }

    (void) ngx_http_jwt_window_read_locked(counters, &counters->minute, 60000,
                                           counted->total, counted->minute);
    (void) ngx_http_jwt_window_read_locked(counters, &counters->hour, 3600000,
                                           counted->total, counted->hour);

    /* some minutes: one of the hour's copies has that age */

    counted->span = ngx_http_jwt_window_read_locked(counters, &counters->hour,
                                                    NGX_HTTP_JWT_RECENT,
                                                    counted->total,
                                                    counted->recent);

    ngx_shmtx_unlock(mutex);
}
