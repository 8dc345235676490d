/*
 * The layout of the keys' zone, and the blocks that hold the bytes of key
 * sets.
 */

#ifndef NGX_HTTP_JWT_BLOCKS_H
#define NGX_HTTP_JWT_BLOCKS_H


#include "ngx_http_jwt_counters.h"
#include "ngx_http_jwt_keyset.h"


/* the whole zone: keysets, counters, records of keys, blocks */
typedef struct {
    uint32_t               magic;
    uint32_t               layout;
    u_char                 salt[NGX_HTTP_JWT_SALT_LEN];
    ngx_uint_t             epoch;     /* counts configurations */
    ngx_uint_t             attached;  /* the newest one that has its keysets */
    ngx_uint_t             former;    /* the one before it */
    ngx_uint_t             nslots;
    ngx_uint_t             nblocks;
    u_char                *blocks;

    ngx_uint_t               nkeystats;
    ngx_http_jwt_keystat_t  *keystats;
    ngx_http_jwt_counters_t  counters;
    ngx_http_jwt_keyset_t  keysets[1];
} ngx_http_jwt_shared_t;


/*
 * Writes a set into the buffer of a keyset that isn't in use.  NGX_DECLINED:
 * it is larger than allowed, or there are not enough free blocks.
 */
ngx_int_t ngx_http_jwt_blocks_store_locked(ngx_http_jwt_shared_t *shared,
    ngx_http_jwt_keyset_t *keyset, ngx_uint_t buffer, njwt_slice_t text);

/*
 * Frees the keysets that no configuration from this one on has; returns how
 * many were freed.
 */
ngx_uint_t ngx_http_jwt_blocks_reclaim_locked(ngx_http_jwt_shared_t *shared,
    ngx_uint_t epoch);

/* Copies the keyset->len[buffer] bytes of a buffer. */
void ngx_http_jwt_blocks_load_locked(ngx_http_jwt_shared_t *shared,
    ngx_http_jwt_keyset_t *keyset, ngx_uint_t buffer, u_char *room);

/* Is this text what the buffer holds? */
ngx_uint_t ngx_http_jwt_blocks_equal_locked(ngx_http_jwt_shared_t *shared,
    ngx_http_jwt_keyset_t *keyset, ngx_uint_t buffer, njwt_slice_t text);

/* Logs at debug level how much of the zone is free. */
void ngx_http_jwt_blocks_log(ngx_http_jwt_main_conf_t *jmcf, ngx_log_t *log);


#endif /* NGX_HTTP_JWT_BLOCKS_H */
