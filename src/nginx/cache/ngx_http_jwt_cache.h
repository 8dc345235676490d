/*
 * The cache of verified tokens.
 *
 * A table in shared memory, by a salted digest of the whole token.  A hit
 * saves the signature, but no check (see njwt_cached.h).
 */

#ifndef NGX_HTTP_JWT_CACHE_H
#define NGX_HTTP_JWT_CACHE_H


#include "ngx_http_jwt.h"


/* the state of the cache, for the status */
typedef struct {
    int64_t       size;       /* of the zone, in bytes */
    int64_t       entries;    /* for which there is room */
    int64_t       used;
} ngx_http_jwt_cache_state_t;


/*
 * what "cnf" says and the plain digest; both depend on the token's bytes only
 */
typedef struct {
    njwt_cnf_t    cnf;
    u_char        ath[NGX_HTTP_JWT_DIGEST_LEN];    /* its plain SHA-256 */
    unsigned      hashed:1;                        /* is ath known? */
} ngx_http_jwt_bound_t;

/* of what a look-up will read */
typedef struct {
    ngx_http_jwt_main_conf_t  *jmcf;    /* NULL: nothing */
    uint32_t                   tag;
} ngx_http_jwt_prefetch_t;

/* where in a token a value is, and by what it is looked for there */
typedef enum {
    NGX_HTTP_JWT_PART_CLAIM,      /* a path, see njwt_path.h */
    NGX_HTTP_JWT_PART_HEADER,     /* a member's name */
    NGX_HTTP_JWT_PART_CLIENT      /* nothing: the client's identifier */
} ngx_http_jwt_part_t;


/* The zone's init callback. */
ngx_int_t ngx_http_jwt_cache_init(ngx_shm_zone_t *zone, void *data);

/* The tag of a token for one set of predicates; it goes with the digest. */
uint32_t ngx_http_jwt_cache_tag(ngx_http_jwt_main_conf_t *jmcf,
    njwt_slice_t token, size_t set);

/*
 * Have the memory loaded that a look-up by this tag begins with: its place in
 * the table of chains, and somewhat later the first entry of its chain.
 */
void ngx_http_jwt_cache_prefetch_chain(ngx_http_jwt_main_conf_t *jmcf,
    uint32_t tag);
void ngx_http_jwt_cache_prefetch_first(ngx_http_jwt_main_conf_t *jmcf,
    uint32_t tag);

/* NGX_OK: there may be a token with that tag; NGX_DECLINED: there is none. */
ngx_int_t ngx_http_jwt_cache_expect(ngx_http_jwt_main_conf_t *jmcf,
    uint32_t tag);

/*
 * Looks a token up.  NGX_OK: *cached is a copy of its entry; NGX_DECLINED: it
 * has none.  Takes no lock; an entry that is being written counts as none.
 */
ngx_int_t ngx_http_jwt_cache_find(ngx_http_jwt_main_conf_t *jmcf,
    uint32_t tag, const u_char *digest, njwt_cached_t *cached);

/*
 * Stores a token; if there is no room, the least recently used one is evicted.
 */
void ngx_http_jwt_cache_store(ngx_http_jwt_main_conf_t *jmcf, uint32_t tag,
    const u_char *digest, const njwt_cached_t *cached);

/* Copies the state of the cache; zeros if it is off. */
void ngx_http_jwt_cache_look(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_cache_state_t *state);


/* ngx_http_jwt_verified.c: the cache as a request uses it */

/*
 * Adds the zone to the configuration if there is an issuer and the cache is
 * not off; computes what the tokens of each issuer depend on.
 */
ngx_int_t ngx_http_jwt_cache_add(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);

/* In a worker, at its start and at its exit. */
ngx_int_t ngx_http_jwt_cache_start(ngx_http_jwt_main_conf_t *jmcf,
    ngx_log_t *log);
void ngx_http_jwt_cache_stop(ngx_http_jwt_main_conf_t *jmcf);

/*
 * Two steps of having memory loaded for the look-up that follows, with other
 * work before, between and behind them.  They change nothing.
 */
void ngx_http_jwt_cache_prefetch_begin(ngx_http_request_t *r,
    ngx_http_jwt_loc_conf_t *jlcf, ngx_http_jwt_prefetch_t *prefetch);
void ngx_http_jwt_cache_prefetch_next(const ngx_http_jwt_prefetch_t *prefetch);

/* Adds the cache entry of the request's token, if there is one. */
void ngx_http_jwt_cache_lookup(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_ctx_t *ctx, njwt_request_t *c);

/* Stores a token that has just been verified. */
void ngx_http_jwt_cache_remember(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_ctx_t *ctx, njwt_request_t *c);


/* ngx_http_jwt_connection.c: the token that a connection repeats */

/*
 * NGX_OK: the token equals, to the last byte, the one stored last on the
 * request's connection, and its digest of 32 bytes with this salt is at
 * digest. NGX_DECLINED, nothing written: it is another one, or none is stored.
 */
ngx_int_t ngx_http_jwt_connection_lookup(ngx_http_request_t *r,
    const u_char *salt, njwt_slice_t token, u_char *digest);

/*
 * The binding of that token if it was stored as well, otherwise NULL.  To be
 * called directly after ngx_http_jwt_connection_lookup().
 */
const ngx_http_jwt_bound_t *ngx_http_jwt_connection_bound(
    ngx_http_request_t *r);

/* Stores the binding of the token that was stored last on the connection. */
void ngx_http_jwt_connection_bind(ngx_http_request_t *r, njwt_slice_t token,
    const ngx_http_jwt_bound_t *bound);

/*
 * NGX_OK: a value of the token with this digest, which the connection has kept
 * for it, to be copied at once; its data is NULL if the token has no such
 * value.  NGX_DECLINED, *value untouched: it must be read from the token.
 */
ngx_int_t ngx_http_jwt_connection_value(ngx_http_request_t *r,
    const u_char *digest, ngx_http_jwt_part_t part, njwt_slice_t name,
    njwt_slice_t *value);

/*
 * Stores a value that was read from a verified token, if the token with this
 * digest is the one stored last on the connection, and there is room; value is
 * NULL if the token has none.
 */
void ngx_http_jwt_connection_keep(ngx_http_request_t *r, const u_char *digest,
    ngx_http_jwt_part_t part, njwt_slice_t name, const njwt_slice_t *value);

/*
 * Stores a verified token and its digest with this salt when it comes a second
 * time in a row.  A long one isn't stored, nor is any when there is no memory:
 * then the digest is computed each time.
 */
void ngx_http_jwt_connection_remember(ngx_http_request_t *r,
    const u_char *salt, njwt_slice_t token, const u_char *digest);


#endif /* NGX_HTTP_JWT_CACHE_H */
