/*
 * Which tokens were verified before?
 *
 * A table in shared memory, by a salted digest of the whole token.  What is
 * found spares the signature, and no check (see njwt_cached.h).
 */

#ifndef NGX_HTTP_JWT_CACHE_H
#define NGX_HTTP_JWT_CACHE_H


#include "ngx_http_jwt.h"


/* what there is to be seen of the cache */
typedef struct {
    int64_t       size;       /* of the zone, in bytes */
    int64_t       entries;    /* that there is room for */
    int64_t       used;
} ngx_http_jwt_cache_state_t;


/* of a token that is bound to a client's key; the same bytes, the same */
typedef struct {
    njwt_cnf_t    cnf;
    u_char        ath[NGX_HTTP_JWT_DIGEST_LEN];    /* its plain SHA-256 */
    unsigned      hashed:1;                        /* ath is known */
} ngx_http_jwt_bound_t;


/* The zone's init callback. */
ngx_int_t ngx_http_jwt_cache_init(ngx_shm_zone_t *zone, void *data);

/* What a token of a set of questions is looked for by, with its digest. */
uint32_t ngx_http_jwt_cache_tag(ngx_http_jwt_main_conf_t *jmcf,
    njwt_slice_t token, size_t set);

/* NGX_OK: a token of that tag may be there; NGX_DECLINED: none is. */
ngx_int_t ngx_http_jwt_cache_expect(ngx_http_jwt_main_conf_t *jmcf,
    uint32_t tag);

/*
 * Looks for a token.  NGX_OK: *cached is a copy of what is known of it;
 * NGX_DECLINED: nothing is.  Takes no lock; an entry that is just being
 * written counts as none.
 */
ngx_int_t ngx_http_jwt_cache_find(ngx_http_jwt_main_conf_t *jmcf,
    uint32_t tag, const u_char *digest, njwt_cached_t *cached);

/* Remembers a token; where there is no room the least recently used goes. */
void ngx_http_jwt_cache_store(ngx_http_jwt_main_conf_t *jmcf, uint32_t tag,
    const u_char *digest, const njwt_cached_t *cached);

/* What there is to be seen; zeroed where the cache is off. */
void ngx_http_jwt_cache_look(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_cache_state_t *state);


/* ngx_http_jwt_verified.c: the cache as a request uses it */

/*
 * Adds the zone to the configuration, where there is an issuer and the cache
 * is not off; settles what tokens of each issuer depend on.
 */
ngx_int_t ngx_http_jwt_cache_add(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);

/* In a worker, at its start and its end. */
ngx_int_t ngx_http_jwt_cache_start(ngx_http_jwt_main_conf_t *jmcf,
    ngx_log_t *log);
void ngx_http_jwt_cache_stop(ngx_http_jwt_main_conf_t *jmcf);

/* Gives the case the record of its token, if there is one. */
void ngx_http_jwt_cache_lookup(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_ctx_t *ctx, njwt_request_t *c);

/* Remembers a token that was verified just now. */
void ngx_http_jwt_cache_remember(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_ctx_t *ctx, njwt_request_t *c);


/* ngx_http_jwt_connection.c: the token that a connection repeats */

/*
 * NGX_OK: the token is, to the last byte, the one that was last remembered on
 * the request's connection, and its digest of 32 bytes with this salt is at
 * digest.  NGX_DECLINED, nothing written: it is another, or there is none.
 */
ngx_int_t ngx_http_jwt_connection_lookup(ngx_http_request_t *r,
    const u_char *salt, njwt_slice_t token, u_char *digest);

/*
 * What that token is bound to, if it was remembered, too; else NULL.  To be
 * asked at once after the token was recalled.
 */
const ngx_http_jwt_bound_t *ngx_http_jwt_connection_bound(
    ngx_http_request_t *r);

/* Remembers that of the token which is the last remembered on it. */
void ngx_http_jwt_connection_bind(ngx_http_request_t *r, njwt_slice_t token,
    const ngx_http_jwt_bound_t *bound);

/*
 * Remembers a token that was verified, and its digest with this salt, when it
 * comes a second time in a row.  A long one isn't, nor is any without memory:
 * its digest is made anew then.
 */
void ngx_http_jwt_connection_remember(ngx_http_request_t *r,
    const u_char *salt, njwt_slice_t token, const u_char *digest);


#endif /* NGX_HTTP_JWT_CACHE_H */
