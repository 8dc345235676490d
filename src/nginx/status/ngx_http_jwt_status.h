/*
 * The status for the operator: jwt_status, as a page, as JSON and for
 * Prometheus.
 *
 * All data are collected first (ngx_http_jwt_status.c), then written in one of
 * the three forms.  A number that belongs neither to a verdict nor to a key is
 * one row of a list, from which JSON and Prometheus are written; the page,
 * which shows fewer, takes each from where it was collected.
 */

#ifndef NGX_HTTP_JWT_STATUS_H
#define NGX_HTTP_JWT_STATUS_H


#include "ngx_http_jwt_cache.h"
#include "ngx_http_jwt_logouts.h"
#include "ngx_http_jwt_proofs.h"
#include "ngx_http_jwt_counters.h"
#include "ngx_http_jwt_keyset.h"
#include "ngx_http_jwt_keystat.h"
#include "ngx_http_jwt_locations.h"
#include "ngx_http_jwt_out.h"
#include "ngx_http_jwt_request.h"
#include "ngx_http_jwt_revoked.h"
#include "njwt_utf8.h"


/* no value: null in JSON, no sample for Prometheus */
#define NGX_HTTP_JWT_NO_NUMBER  INT64_MIN


/* what was judged so, of an issuer's tokens */
typedef struct {
    ngx_http_jwt_issuer_t     *issuer;       /* NULL: not known */
    ngx_uint_t                 counted;
    uint64_t                   total;
    uint32_t                   hour;
    uint32_t                   recent;
    uint32_t                   minute;
} ngx_http_jwt_status_verdict_t;


/* a key */
typedef struct {
    ngx_http_jwt_keystat_t    *stat;
    njwt_slice_t               kid;
    const njwt_alg_info_t     *alg;          /* NULL: it says none */

    int64_t                    serving;
    int64_t                    first_seen;
    int64_t                    age;
    int64_t                    last_used;
    int64_t                    removed;
} ngx_http_jwt_status_key_t;


/* the state of an issuer; times are seconds of the wall clock */
typedef struct {
    ngx_http_jwt_issuer_t     *issuer;
    ngx_array_t                keys;         /* ngx_http_jwt_status_key_t */
    ngx_array_t                verdicts;     /* those of status->verdicts */
    ngx_http_jwt_source_t      source;

    int64_t                    serves;       /* are there keys young enough? */
    int64_t                    fetched;      /* 0: never */
    int64_t                    age;
    int64_t                    serves_until; /* if no fetch succeeds */
    int64_t                    skew;         /* of the tenant's clock, in s */
    int64_t                    skew_time;    /* when it was seen; 0: never */
    int64_t                    in_flight;
    int64_t                    next;
    int64_t                    good;
    int64_t                    bad;
    int64_t                    failures;     /* in a row */
    int64_t                    error_time;   /* 0: never */

    /* if the issuer has "revocation" */
    ngx_http_jwt_revoked_info_t  revoked;
    int64_t                    entries;
    int64_t                    of_file;
    int64_t                    file_read;    /* last change; 0: none */
    int64_t                    file_failing;
    int64_t                    save_failing;
    int64_t                    overflow;     /* since when; 0: no overflow */
    int64_t                    overflow_up_to;  /* all tokens until then */
} ngx_http_jwt_status_issuer_t;


/* the kind of guard of a location */
typedef enum {
    NGX_HTTP_JWT_GUARD_NONE = 0,     /* none, but passes nothing on */
    NGX_HTTP_JWT_GUARD_MISSING,      /* none, and requests are passed on, or
                                        taken from a guarded location */
    NGX_HTTP_JWT_GUARD_OFF,          /* an explicit "jwt off" */
    NGX_HTTP_JWT_GUARD_OPTIONAL,
    NGX_HTTP_JWT_GUARD_REPORT,
    NGX_HTTP_JWT_GUARD_ENFORCE
} ngx_http_jwt_guard_t;

#define NGX_HTTP_JWT_GUARDS  (NGX_HTTP_JWT_GUARD_ENFORCE + 1)


/* a location */
typedef struct {
    ngx_http_jwt_location_t         *location;
    ngx_http_jwt_guard_t             guard;
    ngx_uint_t                       reached;
    ngx_http_jwt_location_counts_t  *counts;   /* NULL: none of its own */
} ngx_http_jwt_status_location_t;


/* what is shown: copies, except for the configuration */
typedef struct {
    ngx_http_request_t            *request;
    ngx_http_jwt_main_conf_t      *main;
    ngx_http_jwt_out_t             out;
    njwt_out_t                     json;      /* writes to out */
    njwt_arena_t                   arena;

    ngx_uint_t                     counting;  /* 0: there is no issuer */
    ngx_http_jwt_status_issuer_t  *issuers;
    ngx_uint_t                     nissuers;
    ngx_array_t                    verdicts;  /* ngx_http_jwt_status_verdict_t:
                                                 without an issuer first */
    ngx_array_t                    no_issuer; /* those of verdicts */
    time_t                         recently;  /* s that are "recent" */
    ngx_array_t                    locations; /* ngx_http_jwt_status_
                                                 location_t */

    int64_t                        now;
    int64_t                        since;     /* when counting began */
    int64_t                        guards[NGX_HTTP_JWT_GUARDS];  /* how many */
    ngx_http_jwt_cache_state_t     cache;
    int64_t                        hits;
    int64_t                        misses;
    int64_t                        evictions;
    ngx_http_jwt_proofs_state_t    proofs;
    ngx_http_jwt_logouts_state_t   logouts;
    int64_t                        revoked_size;
    int64_t                        revoked_used;
    int64_t                        revoked_entries;
    int64_t                        closed;
} ngx_http_jwt_status_t;


/* a number, in JSON and for Prometheus */
typedef enum {
    NGX_HTTP_JWT_COUNT = 0,
    NGX_HTTP_JWT_FLAG,
    NGX_HTTP_JWT_TIME                /* 0 is null in JSON */
} ngx_http_jwt_number_type_t;

typedef struct {
    const char                    *group;    /* object in the JSON, or NULL */
    const char                    *name;
    ngx_http_jwt_number_type_t     type;
    size_t                         offset;   /* of an int64_t */
    const char                    *metric;   /* counters end with _total */
    const char                    *help;
} ngx_http_jwt_number_t;

#define ngx_http_jwt_number(number, base)                                    \
    (*(int64_t *) ((u_char *) (base) + (number)->offset))

/* each list ends with a row whose name is NULL */
extern const ngx_http_jwt_number_t  ngx_http_jwt_issuer_numbers[];
extern const ngx_http_jwt_number_t  ngx_http_jwt_key_numbers[];
extern const ngx_http_jwt_number_t  ngx_http_jwt_gate_numbers[];
extern const ngx_http_jwt_number_t  ngx_http_jwt_policy_numbers[];


/* ngx_http_jwt_status.c */

char *ngx_http_jwt_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Warns about a location that everybody may read. */
void ngx_http_jwt_status_init(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf);

/* The source of the keys: a URL without its query, or "file". */
njwt_slice_t ngx_http_jwt_status_source(ngx_http_jwt_issuer_t *issuer);

/* Does that URL have a query, which isn't shown? */
ngx_uint_t ngx_http_jwt_status_source_cut(ngx_http_jwt_issuer_t *issuer);

/* The name of a required variable, without its "$". */
njwt_slice_t ngx_http_jwt_status_variable(ngx_http_jwt_status_t *status,
    ngx_int_t index);


/*
 * Writes a text of our own and values:  %w a constant, %u an ngx_uint_t, %i an
 * int64_t, %e a njwt_slice_t from others, escaped;  on the page, too:  %c a
 * njwt_slice_t from others, as code, %n a uint64_t ("1,234"), %p two of them
 * ("98.4 %", the first of the second; 100 % means all, and 0 % none), %s an
 * int64_t of seconds ("5 min", rounded; the larger unit from two on), %a the
 * int64_t of a time ("5 min ago", "in 5 min", or "never").
 */
void ngx_http_jwt_status_printf(ngx_http_jwt_out_t *out, const char *fmt, ...);

/* Each writes the whole status into status->out. */
void ngx_http_jwt_status_json(ngx_http_jwt_status_t *status);
void ngx_http_jwt_status_prometheus(ngx_http_jwt_status_t *status);
void ngx_http_jwt_status_html(ngx_http_jwt_status_t *status);


/* ngx_http_jwt_status_html_assets.c */

void ngx_http_jwt_html_head(ngx_http_jwt_out_t *out);
void ngx_http_jwt_html_foot(ngx_http_jwt_out_t *out);

/* The Content-Security-Policy of the page, from the pool, with a final 0. */
ngx_int_t ngx_http_jwt_html_policy(ngx_pool_t *pool, ngx_str_t *policy);


#endif /* NGX_HTTP_JWT_STATUS_H */
