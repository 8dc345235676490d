/*
 * Since when is each key there, and when was it last of use?
 *
 * An operator who revokes a key wants to know that no client needs it any
 * more.  The shared zone has a record of each key that serves, and for a
 * while of those that have gone.  What names a key is a digest of its
 * material: a tenant may give two keys one "kid".
 */

#ifndef NGX_HTTP_JWT_KEYSTAT_H
#define NGX_HTTP_JWT_KEYSTAT_H


#include "ngx_http_jwt.h"


/* as much of a kid as is shown; Auth0's have 21 characters */
#define NGX_HTTP_JWT_SHOWN_KID  63

/* s that a key stays listed when it has gone */
#define NGX_HTTP_JWT_RETENTION  (7 * 86400)


struct ngx_http_jwt_keystat_s {
    ngx_atomic_t          issuer;     /* the id of its block; 0: unused */
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


/* how many a zone of this size has */
ngx_uint_t ngx_http_jwt_keystat_size(size_t zone);

/*
 * Notes the keys that this worker has of an issuer, and that others of its
 * have gone.  After they were read, outside the lock.
 */
void ngx_http_jwt_keystat_note(ngx_http_jwt_issuer_t *issuer,
    const njwt_jwks_t *jwks);

/* The same for all issuers whose keys are the configuration's. */
void ngx_http_jwt_keystat_note_static(ngx_http_jwt_main_conf_t *jmcf);

/* Notes that the key of a token that was verified is of use. */
void ngx_http_jwt_keystat_used(ngx_http_jwt_ctx_t *ctx,
    const njwt_request_t *c);

/* A copy of all records, from the pool; NULL: no memory. */
ngx_http_jwt_keystat_t *ngx_http_jwt_keystat_read(
    ngx_http_jwt_main_conf_t *jmcf, ngx_pool_t *pool, ngx_uint_t *n);

/* Is this record to be shown with the issuer? */
ngx_uint_t ngx_http_jwt_keystat_shown(ngx_http_jwt_keystat_t *keystat,
    ngx_http_jwt_issuer_t *issuer);


#endif /* NGX_HTTP_JWT_KEYSTAT_H */
