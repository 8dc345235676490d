/*
 * How many requests got which verdict, from whose tokens, and where?
 *
 * The counters lie in the shared zone.  All that have a "last minute" and a
 * "last hour" are one row of numbers; every now and then the worker that
 * fetches copies the row, and what a window holds is the difference to the
 * copy that is as old as the window.  So a request costs two increments.
 */

#ifndef NGX_HTTP_JWT_COUNTERS_H
#define NGX_HTTP_JWT_COUNTERS_H


#include "ngx_http_jwt.h"


/*
 * What is counted of a location: the verdicts; behind them preflights, and
 * what nginx answered before the gate was asked.
 */
#define NGX_HTTP_JWT_PREFLIGHT        NJWT_VERDICT_COUNT
#define NGX_HTTP_JWT_UNJUDGED         (NJWT_VERDICT_COUNT + 1)
#define NGX_HTTP_JWT_COUNTED          (NJWT_VERDICT_COUNT + 2)

/* of an issuer: undecided, and the verdicts from the first that knows it */
#define NGX_HTTP_JWT_ISSUER_COUNTED   (NJWT_VERDICT_ISSUER_COUNT + 1)

#define NGX_HTTP_JWT_MAX_LOCATIONS    2048


/* the last minute, or the last hour: a ring of copies of the row */
typedef struct {
    ngx_msec_t            length;
    ngx_msec_t           *times;      /* of each copy; 0: none was made */
    uint32_t             *copies;     /* ncopies rows; differences count */
    ngx_uint_t            next;
} ngx_http_jwt_window_t;


typedef struct ngx_http_jwt_location_counts_s  ngx_http_jwt_location_counts_t;

struct ngx_http_jwt_location_counts_s {
    ngx_atomic_t          id;         /* of the location; 0: unused */
    ngx_atomic_t          totals[NGX_HTTP_JWT_COUNTED];
};


struct ngx_http_jwt_counters_s {
    ngx_msec_t            started;
    ngx_uint_t            nissuers;
    ngx_uint_t            nlocations;
    ngx_uint_t            nseries;
    ngx_uint_t            ncopies;    /* of each window */

    ngx_atomic_t         *ids;        /* of the issuers; 0: unused */

    /* "-" first: what came before the issuer was known; then the issuers */
    ngx_atomic_t         *totals;
    ngx_http_jwt_window_t minute;
    ngx_http_jwt_window_t hour;

    ngx_http_jwt_location_counts_t  *locations;
    ngx_http_jwt_location_counts_t   other;

    ngx_atomic_t          cache_hits;
    ngx_atomic_t          cache_misses;
    ngx_atomic_t          cache_evictions;

    ngx_atomic_t          closed;     /* ended with their token */
};


/* the bytes that they take in a zone of this size */
size_t ngx_http_jwt_counters_size(size_t zone);

/* May so many issuers be counted in a zone of this size? */
ngx_uint_t ngx_http_jwt_counters_fit(size_t zone, ngx_uint_t issuers);

/* Lays them out in so many zeroed bytes; returns what is behind them. */
u_char *ngx_http_jwt_counters_layout(ngx_http_jwt_counters_t *counters,
    size_t zone, u_char *p);

/* Names what is counted, once the configuration is complete. */
ngx_int_t ngx_http_jwt_counters_init(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);

/*
 * Finds this configuration's counters.  The newest one also makes those that
 * are missing, in the place of others' that it doesn't have.
 */
void ngx_http_jwt_counters_attach_locked(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_counters_t *counters, ngx_uint_t newest);

/* Copies the row where that is due: in the worker that fetches. */
void ngx_http_jwt_counters_copy(ngx_http_jwt_main_conf_t *jmcf);

/* Counts a request by the verdict that it has now; once a request. */
void ngx_http_jwt_count(ngx_http_jwt_ctx_t *ctx);

/* Counts a request of this level that was answered without a judgement. */
void ngx_http_jwt_count_unjudged(ngx_http_jwt_loc_conf_t *jlcf);

/* the token cache's, of one look-up and of one entry that had to go */
#define ngx_http_jwt_count_hit(jmcf)                                         \
    ((void) ngx_atomic_fetch_add(&(jmcf)->counters->cache_hits, 1))
#define ngx_http_jwt_count_miss(jmcf)                                        \
    ((void) ngx_atomic_fetch_add(&(jmcf)->counters->cache_misses, 1))
#define ngx_http_jwt_count_eviction(jmcf)                                    \
    ((void) ngx_atomic_fetch_add(&(jmcf)->counters->cache_evictions, 1))

/* requests that were ended because their token did */
#define ngx_http_jwt_count_closed(jmcf)                                      \
    ((void) ngx_atomic_fetch_add(&(jmcf)->counters->closed, 1))


/* ngx_http_jwt_counters_zone.c */

/* ms that are "lately" */
#define NGX_HTTP_JWT_RECENT  300000

/*
 * The totals of a row, and what of them came in the last minute, lately and
 * in the last hour: arrays of counters->nseries, the caller's.
 */
typedef struct {
    uint64_t             *total;
    uint32_t             *minute;
    uint32_t             *recent;
    uint32_t             *hour;
    ngx_msec_t            span;       /* of recent: how long it really is */
} ngx_http_jwt_counted_t;

void ngx_http_jwt_counters_read(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_counted_t *counted);

/* Where in a row are an issuer's numbers?  NULL: of "-". */
ngx_uint_t ngx_http_jwt_series(ngx_http_jwt_issuer_t *issuer,
    ngx_uint_t counted);

/* Is this counted of an issuer, or of "-"? */
ngx_uint_t ngx_http_jwt_series_has(ngx_http_jwt_issuer_t *issuer,
    ngx_uint_t counted);

/* The name of what is counted: a verdict's, or "preflight" or "unjudged". */
njwt_slice_t ngx_http_jwt_counted_name(ngx_uint_t counted);


#endif /* NGX_HTTP_JWT_COUNTERS_H */
