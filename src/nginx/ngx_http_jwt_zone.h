/*
 * What do the workers share?  For each key source a slot with its keys, their
 * age, and the state of their fetching.
 */

#ifndef NGX_HTTP_JWT_ZONE_H
#define NGX_HTTP_JWT_ZONE_H


#include "ngx_http_jwt.h"


/* a copy of a slot's keys, from the heap */
typedef struct {
    ngx_atomic_uint_t    generation;
    time_t               fetched;
    ngx_uint_t           lost;        /* the slot is another source's now */
    u_char              *text;        /* ngx_free() is the caller's; or NULL */
    size_t               len;
} ngx_http_jwt_snapshot_t;


/*
 * Adds the zone to the configuration, where there is an issuer.  Fails when
 * it is too small for them, with the size that it needs.
 */
ngx_int_t ngx_http_jwt_zone_add(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);

/*
 * Finds or makes this configuration's slots and frees those of others.  In
 * each worker, before its first request.
 */
void ngx_http_jwt_zone_attach(ngx_http_jwt_main_conf_t *jmcf,
    ngx_log_t *log);

/* Has the set changed since that generation?  Reads one word, no lock. */
ngx_int_t ngx_http_jwt_zone_changed(ngx_http_jwt_issuer_t *issuer);

/* When was the set fetched?  Reads one word, no lock. */
time_t ngx_http_jwt_zone_fetched(ngx_http_jwt_issuer_t *issuer);

/* Copies the keys; text is NULL where there are none, or no memory. */
void ngx_http_jwt_zone_snapshot(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_snapshot_t *snapshot, ngx_log_t *log);

/* How many fetches are over, good or not?  Reads one word, no lock. */
ngx_atomic_uint_t ngx_http_jwt_zone_attempts(ngx_http_jwt_issuer_t *issuer);

/*
 * Asks for a fetch, for a kid that is unknown where wanted is set.  Returns
 * NGX_AGAIN when one is in flight or about to begin, NGX_DECLINED otherwise,
 * and how long it is until then.
 */
ngx_int_t ngx_http_jwt_zone_ask(ngx_http_jwt_issuer_t *issuer,
    ngx_uint_t wanted, ngx_msec_t *delay);

/* Is a fetch due?  If so, notes that it begins, under the same lock. */
ngx_int_t ngx_http_jwt_zone_begin(ngx_http_jwt_issuer_t *issuer);

/*
 * Publishes a good set in place of the one before and notes the success; an
 * equal set only becomes younger.  NGX_DECLINED: it is larger than the slot,
 * and the keys stay what they were; NGX_ABORT: the fetch isn't this worker's
 * any more.  *recovered: the fetch before had failed, or was none.
 */
ngx_int_t ngx_http_jwt_zone_publish(ngx_http_jwt_issuer_t *issuer,
    njwt_slice_t text, ngx_uint_t *recovered);

/* Notes a failure.  Returns 1 when the fetch before had not failed. */
ngx_uint_t ngx_http_jwt_zone_failed(ngx_http_jwt_issuer_t *issuer);

/* Notes that the fetch of this worker was given up. */
void ngx_http_jwt_zone_abandoned(ngx_http_jwt_issuer_t *issuer);

/* Counts the fetch of a worker that was killed meanwhile as failed. */
void ngx_http_jwt_zone_bury(ngx_http_jwt_issuer_t *issuer);


#endif /* NGX_HTTP_JWT_ZONE_H */
