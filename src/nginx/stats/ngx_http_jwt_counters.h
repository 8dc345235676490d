/*
 * Counters of requests by verdict, issuer and location.
 *
 * The counters are in the shared zone.  All that have a "last minute" and a
 * "last hour" form one row of numbers; at intervals the worker that fetches
 * keys copies the row, and the value of a window is the difference to the copy
 * that is as old as the window.  So a request costs two increments.
 */

#ifndef NGX_HTTP_JWT_COUNTERS_H
#define NGX_HTTP_JWT_COUNTERS_H


#include "ngx_http_jwt.h"


/*
 * What is counted for a location: the verdicts, then preflights, and requests
 * that nginx answered before the gate was asked.
 */
#define NGX_HTTP_JWT_PREFLIGHT        NJWT_VERDICT_COUNT
#define NGX_HTTP_JWT_UNJUDGED         (NJWT_VERDICT_COUNT + 1)
#define NGX_HTTP_JWT_COUNTED          (NJWT_VERDICT_COUNT + 2)

/* for an issuer: undecided, and the verdicts from the first that knows it */
#define NGX_HTTP_JWT_ISSUER_COUNTED   (NJWT_VERDICT_ISSUER_COUNT + 1)

#define NGX_HTTP_JWT_MAX_LOCATIONS    2048


/* a window, the last minute or hour: a ring of copies of the row */
typedef struct {
    ngx_msec_t            length;
    ngx_msec_t           *times;      /* of each copy; 0: none */
    uint32_t             *copies;     /* ncopies rows, not from 0 */
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
    ngx_uint_t            ncopies;    /* in each window */

    ngx_atomic_t         *ids;        /* of the issuers; 0: unused */

    /* first "-", for requests whose issuer isn't known; then the issuers */
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


/* The bytes that the counters take in a zone of this size. */
size_t ngx_http_jwt_counters_size(size_t zone);

/* Is a zone of this size large enough to count so many issuers? */
ngx_uint_t ngx_http_jwt_counters_fit(size_t zone, ngx_uint_t issuers);

/* Places them in that many zeroed bytes; returns the position behind them. */
u_char *ngx_http_jwt_counters_layout(ngx_http_jwt_counters_t *counters,
    size_t zone, u_char *p);

/* Names what is counted, when the configuration is complete. */
ngx_int_t ngx_http_jwt_counters_init(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);

/*
 * Finds this configuration's counters.  The newest configuration also creates
 * missing ones, in place of those that it doesn't use.
 */
void ngx_http_jwt_counters_attach_locked(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_counters_t *counters, ngx_uint_t newest);

/* Copies the row when a copy is due, in the worker that fetches keys. */
void ngx_http_jwt_counters_copy(ngx_http_jwt_main_conf_t *jmcf);

/* Counts a request by its present verdict, once per request. */
void ngx_http_jwt_count(ngx_http_jwt_ctx_t *ctx);

/* Counts a request to this location that was answered without a judgement. */
void ngx_http_jwt_count_unjudged(ngx_http_jwt_loc_conf_t *jlcf);

/* of the token cache: a look-up, and an eviction */
#define ngx_http_jwt_count_hit(jmcf)                                         \
    ((void) ngx_atomic_fetch_add(&(jmcf)->counters->cache_hits, 1))
#define ngx_http_jwt_count_miss(jmcf)                                        \
    ((void) ngx_atomic_fetch_add(&(jmcf)->counters->cache_misses, 1))
#define ngx_http_jwt_count_eviction(jmcf)                                    \
    ((void) ngx_atomic_fetch_add(&(jmcf)->counters->cache_evictions, 1))

/* requests that were closed because their token had ended */
#define ngx_http_jwt_count_closed(jmcf)                                      \
    ((void) ngx_atomic_fetch_add(&(jmcf)->counters->closed, 1))


/* ngx_http_jwt_counters_zone.c */

/* ms: a window of its own for the status page */
#define NGX_HTTP_JWT_RECENT  300000

/*
 * The totals of a row, and their parts of the last minute, of the recent
 * window and of the last hour: arrays of counters->nseries, provided by the
 * caller.
 */
typedef struct {
    uint64_t             *total;
    uint32_t             *minute;
    uint32_t             *recent;
    uint32_t             *hour;
    ngx_msec_t            span;       /* the real length of recent */
} ngx_http_jwt_counted_t;

void ngx_http_jwt_counters_read(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_counted_t *counted);

/* Does one of the configuration's issuers have this id? */
ngx_uint_t ngx_http_jwt_counters_is_issuer(ngx_http_jwt_main_conf_t *jmcf,
    ngx_atomic_uint_t id);

/* The index of an issuer's numbers in a row; NULL: of "-". */
ngx_uint_t ngx_http_jwt_series(ngx_http_jwt_issuer_t *issuer,
    ngx_uint_t counted);

/* Is this counted for an issuer, or for "-"? */
ngx_uint_t ngx_http_jwt_series_has(ngx_http_jwt_issuer_t *issuer,
    ngx_uint_t counted);

/* The name of a counter: a verdict's, or "preflight" or "unjudged". */
njwt_slice_t ngx_http_jwt_counted_name(ngx_uint_t counted);


#endif /* NGX_HTTP_JWT_COUNTERS_H */
