/*
 * A keyset: what the workers share of one issuer, which is its keys, their age
 * and the state of fetching.
 */

#ifndef NGX_HTTP_JWT_KEYSET_H
#define NGX_HTTP_JWT_KEYSET_H


#include "ngx_http_jwt.h"
#include "ngx_http_jwt_fetch.h"


/* a key set takes at most so many blocks */
#define NGX_HTTP_JWT_BLOCK_SIZE     1024
#define NGX_HTTP_JWT_SET_BLOCKS                                              \
    (NJWT_MAX_JWKS_TEXT / NGX_HTTP_JWT_BLOCK_SIZE)
#define NGX_HTTP_JWT_MAX_BLOCKS     65536
#define NGX_HTTP_JWT_MAX_SET_SIZE                                            \
    (NGX_HTTP_JWT_BLOCK_SIZE * NGX_HTTP_JWT_SET_BLOCKS)


/* entries of the negative cache of kids */
#define NGX_HTTP_JWT_MISSING_KIDS   16


/* a salted digest of a kid: nothing else of an unverified token is kept */
typedef struct {
    u_char             digest[NGX_HTTP_JWT_DIGEST_LEN];
} ngx_http_jwt_kid_t;

typedef struct {
    ngx_msec_t         until;        /* 0: none */
    ngx_http_jwt_kid_t kid;
} ngx_http_jwt_missing_kid_t;


/* the result of a good fetch, compared with the one before */
#define NGX_HTTP_JWT_KEYSET_SAME       0
#define NGX_HTTP_JWT_KEYSET_FIRST      1  /* none failed before */
#define NGX_HTTP_JWT_KEYSET_RECOVERED  2    /* the one before had failed */


/* the fetches and bytes of the last error that are kept for the status */
#define NGX_HTTP_JWT_ATTEMPTS       32
#define NGX_HTTP_JWT_ERROR_LEN      200

typedef struct {
    uint32_t           time;         /* wall clock, seconds; 0: none */
    uint16_t           status;       /* 0: no answer */
    uint16_t           good;
} ngx_http_jwt_attempt_t;

/* ms: a fetch is counted in the first bucket that is long enough */
#define NGX_HTTP_JWT_TOOK           { 50, 100, 250, 500, 1000, 2500, 5000,   \
                                      10000 }
#define NGX_HTTP_JWT_TOOKS          8

typedef struct {
    ngx_uint_t         good;
    ngx_uint_t         bad;
    uint64_t           took_ms;      /* of all fetches together */
    uint32_t           took[NGX_HTTP_JWT_TOOKS + 1];  /* last: the longer */
    ngx_uint_t         keys;         /* usable ones of the last good fetch */
    time_t             error_time;
    uint32_t           error_len;
    uint32_t           error_advice; /* an ngx_http_jwt_advice_t */
    u_char             error[NGX_HTTP_JWT_ERROR_LEN];
    time_t             clock_time;   /* of the last "Date"; 0: none */
    int64_t            clock_skew;   /* s that it was ahead of our clock */
    ngx_uint_t         clock_off;    /* by more than the leeway */
    ngx_uint_t         next;
    ngx_http_jwt_attempt_t  attempts[NGX_HTTP_JWT_ATTEMPTS];
} ngx_http_jwt_history_t;


struct ngx_http_jwt_keyset_s {

    /* each is one word, which is read without the lock */
    ngx_atomic_t       generation;   /* changes when the keys do */
    ngx_atomic_t       attempts;     /* fetches that ended, good or not */
    ngx_atomic_t       fetched;      /* wall clock, seconds */
    ngx_atomic_t       since;        /* the same, by ngx_current_msec */

    /* the rest only under the lock */
    ngx_uint_t         used;
    ngx_uint_t         epoch;        /* of the last configuration with it */
    u_char             source_id[NGX_HTTP_JWT_DIGEST_LEN];
    u_char             ca_digest[NGX_HTTP_JWT_DIGEST_LEN];
    njwt_refresh_t     refresh;
    ngx_pid_t          fetcher;      /* that began the fetch in flight */
    ngx_uint_t         wanted;
    ngx_uint_t         active;       /* the buffer in use */
    size_t             len[2];       /* of each buffer, in bytes */
    uint16_t           list[2][NGX_HTTP_JWT_SET_BLOCKS];
    uint32_t           reported;     /* what was logged about the keys */
    uint32_t           next_missing;

    ngx_http_jwt_missing_kid_t  missing[NGX_HTTP_JWT_MISSING_KIDS];
    ngx_http_jwt_history_t      history;
};

/* a copy of a keyset's keys, from the heap */
typedef struct {
    ngx_atomic_uint_t    generation;
    time_t               fetched;
    ngx_uint_t           lost;        /* it belongs to another source now */
    ngx_uint_t           failed;      /* no memory: nothing was copied */
    u_char              *text;        /* ngx_free() it; or NULL */
    size_t               len;
} ngx_http_jwt_snapshot_t;


/* a copy of the present state of an issuer's source */
typedef struct {
    ngx_uint_t               known;        /* 0: there is no keyset */
    time_t                   fetched;      /* 0: no keys yet */
    time_t                   age;          /* of the keys, never negative */
    ngx_uint_t               in_flight;
    time_t                   under_way;    /* for so many seconds */
    ngx_uint_t               failures;     /* in a row */
    ngx_msec_t               next;         /* ms until the next fetch */
    ngx_http_jwt_history_t   history;
} ngx_http_jwt_source_t;


/*
 * The age of the set in seconds.  Reads two words, without a lock; if the
 * keyset was given away, it is the age of the keys that this worker still has.
 */
time_t ngx_http_jwt_keyset_age(ngx_http_jwt_issuer_t *issuer);

/* Copies the keys; text is NULL if there are none, or no memory. */
void ngx_http_jwt_keyset_snapshot(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_snapshot_t *snapshot, ngx_log_t *log);

/*
 * Asks when there will be keys and, if want is set, for a fetch: for an
 * unknown kid if one is given, otherwise because there are no keys. Returns
 * NGX_AGAIN if a fetch is in flight or about to begin, otherwise NGX_DECLINED,
 * also if the kid is in the negative cache; *delay is the time until then.
 */
ngx_int_t ngx_http_jwt_keyset_ask(ngx_http_jwt_issuer_t *issuer,
    ngx_uint_t want, const ngx_http_jwt_kid_t *kid, ngx_msec_t *delay);

/* Is a fetch due?  If so, records that it begins, under the same lock. */
ngx_int_t ngx_http_jwt_keyset_begin(ngx_http_jwt_issuer_t *issuer);

/*
 * Publishes a good set in place of the one before and records the success; an
 * equal set only becomes younger.  NGX_DECLINED: the zone is full, and the
 * keys remain as they were; NGX_ABORT: the fetch isn't this worker's any more.
 * *recovered: the result, one of the above; *changed: the keys differ, or what
 * there is to log about them.
 */
ngx_int_t ngx_http_jwt_keyset_publish(ngx_http_jwt_issuer_t *issuer,
    njwt_slice_t text, ngx_uint_t usable, uint32_t report,
    ngx_uint_t *recovered, ngx_uint_t *changed);

/*
 * Records a failure with its reason, and the time for which the source asks to
 * be left alone.  Returns 1 if the fetch before had not failed; *serving:
 * there are keys that continue to serve.
 */
ngx_uint_t ngx_http_jwt_keyset_failed(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_answer_t *answer, ngx_str_t *reason, ngx_uint_t *serving);

/* Records that this worker has given up its fetch. */
void ngx_http_jwt_keyset_abandoned(ngx_http_jwt_issuer_t *issuer);


/* The zone's lock; for short sections only. */
void ngx_http_jwt_keyset_lock(ngx_http_jwt_issuer_t *issuer);
void ngx_http_jwt_keyset_unlock(ngx_http_jwt_issuer_t *issuer);

/* Does the keyset still belong to this issuer's key source? */
ngx_uint_t ngx_http_jwt_keyset_own_locked(ngx_http_jwt_issuer_t *issuer);

/*
 * In a worker that will fetch, at its start: the fetch of a worker that was
 * killed isn't waited for, and a schedule with longer intervals is shortened.
 */
void ngx_http_jwt_keyset_recover(ngx_http_jwt_issuer_t *issuer);

/* Are there no keys in the keyset? */
ngx_uint_t ngx_http_jwt_keyset_empty(ngx_http_jwt_issuer_t *issuer);

/*
 * Puts keys of an earlier run into a keyset that has none, with their age; the
 * schedule isn't changed.  NGX_DECLINED: it has some, which are younger;
 * NGX_ERROR: there is no room.
 */
ngx_int_t ngx_http_jwt_keyset_restore(ngx_http_jwt_issuer_t *issuer,
    njwt_slice_t text, time_t fetched);

/* The salted digest of a kid; NGX_ERROR for one that is too long. */
ngx_int_t ngx_http_jwt_keyset_kid(ngx_http_jwt_issuer_t *issuer,
    njwt_slice_t kid, ngx_http_jwt_kid_t *digest);

/*
 * Adds a kid to the negative cache, for one cooldown or until the set changes,
 * if a fetch has ended since the counter of attempts was read, and was good.
 */
void ngx_http_jwt_keyset_kid_missing(ngx_http_jwt_issuer_t *issuer,
    const ngx_http_jwt_kid_t *kid, ngx_atomic_uint_t attempts);

/*
 * Writes what was wrong with an answer into NGX_HTTP_JWT_ERROR_LEN bytes,
 * truncated: printable ASCII, everything else escaped.  Returns its length.
 */
size_t ngx_http_jwt_history_text(ngx_http_jwt_answer_t *answer, u_char *text);

/*
 * The reason for which the last fetch failed.  Copies at most
 * NGX_HTTP_JWT_ERROR_LEN bytes; returns the length, or 0 if it didn't fail.
 * *under_way is for how many seconds a fetch has been in flight; -1: none is.
 */
size_t ngx_http_jwt_history_reason(ngx_http_jwt_issuer_t *issuer,
    u_char *text, time_t *under_way);

/* Records how long a fetch took, whatever its result. */
void ngx_http_jwt_history_took(ngx_http_jwt_issuer_t *issuer, ngx_msec_t took);

/*
 * Records by how many seconds the tenant's clock is ahead of ours.  Returns
 * NGX_AGAIN when that has become too much, NGX_OK when it no longer is, and
 * NGX_DECLINED if nothing has changed.
 */
ngx_int_t ngx_http_jwt_history_clock(ngx_http_jwt_issuer_t *issuer,
    int64_t skew, ngx_uint_t off);

/* By how many seconds is our clock ahead of the tenant's?  0: not known. */
int64_t ngx_http_jwt_history_ahead(ngx_http_jwt_issuer_t *issuer);

void ngx_http_jwt_history_read(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_source_t *source);


#endif /* NGX_HTTP_JWT_KEYSET_H */
