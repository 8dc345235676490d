/*
 * Records of keys: since when each key has been there, and its last use.
 *
 * An operator who revokes a key wants to know that no client needs it any
 * more.  The shared zone has a record of each key that serves, and for a while
 * of those that were removed.  A key is identified by a digest of its
 * material, because a tenant may give two keys the same "kid".
 */

#ifndef NGX_HTTP_JWT_KEYSTAT_H
#define NGX_HTTP_JWT_KEYSTAT_H


#include "ngx_http_jwt.h"


/* the bytes of a kid that are shown; Auth0's have 21 */
#define NGX_HTTP_JWT_SHOWN_KID  63

/* s for which a removed key is still listed */
#define NGX_HTTP_JWT_RETENTION  (7 * 86400)


struct ngx_http_jwt_keystat_s {
    ngx_atomic_t          issuer;     /* of its block; 0: unused */
    ngx_atomic_t          last_used;  /* wall clock, seconds; 0: never */

    /* the rest only under the lock */
    ngx_atomic_uint_t     key;        /* the id of its material */
    time_t                first_seen;  /* for the first time */
    time_t                removed;    /* 0: it serves */
    uint32_t              algs;
    u_char                has_kid;
    u_char                kid_len;
    u_char                kid[NGX_HTTP_JWT_SHOWN_KID];
};


/* the number of records in a zone of that size */
ngx_uint_t ngx_http_jwt_keystat_size(size_t zone);

/*
 * Records the keys that this worker has of an issuer, and that others of its
 * keys were removed.  To be called after they were read, outside the lock.
 */
void ngx_http_jwt_keystat_note(ngx_http_jwt_issuer_t *issuer,
    const njwt_jwks_t *jwks);

/* The same for all issuers whose keys are in the configuration. */
void ngx_http_jwt_keystat_note_static(ngx_http_jwt_main_conf_t *jmcf);

/* Records the use of the key of a verified token. */
void ngx_http_jwt_keystat_used(ngx_http_jwt_ctx_t *ctx,
    const njwt_request_t *c);

/* A copy of all records, from the pool; NULL: no memory. */
ngx_http_jwt_keystat_t *ngx_http_jwt_keystat_read(
    ngx_http_jwt_main_conf_t *jmcf, ngx_pool_t *pool, ngx_uint_t *n);

/* Is this record to be shown with the issuer? */
ngx_uint_t ngx_http_jwt_keystat_shown(ngx_http_jwt_keystat_t *keystat,
    ngx_http_jwt_issuer_t *issuer);


#endif /* NGX_HTTP_JWT_KEYSTAT_H */
