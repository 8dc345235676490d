/*
 * Where in the zone do the bytes of a key set lie?
 */

#ifndef NGX_HTTP_JWT_BLOCKS_H
#define NGX_HTTP_JWT_BLOCKS_H


#include "ngx_http_jwt_counters.h"
#include "ngx_http_jwt_keyset.h"


/* the whole zone: a table of slots, the counters, the blocks */
typedef struct {
    uint32_t               magic;
    uint32_t               layout;
    u_char                 salt[NGX_HTTP_JWT_SALT_LEN];
    ngx_uint_t             epoch;     /* counts configurations; the master's */
    ngx_uint_t             attached;  /* the newest that has its slots */
    ngx_uint_t             former;    /* the one before that */
    ngx_uint_t             nslots;
    ngx_uint_t             nblocks;
    u_char                *blocks;

    ngx_uint_t               nkeystats;
    ngx_http_jwt_keystat_t  *keystats;
    ngx_http_jwt_counters_t  counters;
    ngx_http_jwt_keyset_t  keysets[1];
} ngx_http_jwt_shared_t;


/*
 * Writes a set into a slot's buffer that isn't in use.  NGX_DECLINED: it is
 * larger than any may be, or there are not enough free blocks.
 */
ngx_int_t ngx_http_jwt_blocks_store_locked(ngx_http_jwt_shared_t *shared,
    ngx_http_jwt_keyset_t *keyset, ngx_uint_t buffer, njwt_slice_t text);

/*
 * Frees the slots that no configuration from this one on has; returns how
 * many.
 */
ngx_uint_t ngx_http_jwt_blocks_reclaim_locked(ngx_http_jwt_shared_t *shared,
    ngx_uint_t epoch);

/* Copies a buffer, slot->len[buffer] bytes, out. */
void ngx_http_jwt_blocks_load_locked(ngx_http_jwt_shared_t *shared,
    ngx_http_jwt_keyset_t *keyset, ngx_uint_t buffer, u_char *room);

/* Does a buffer hold exactly this text? */
ngx_uint_t ngx_http_jwt_blocks_equal_locked(ngx_http_jwt_shared_t *shared,
    ngx_http_jwt_keyset_t *keyset, ngx_uint_t buffer, njwt_slice_t text);

/* Says at debug level how much of the zone is free. */
void ngx_http_jwt_blocks_log(ngx_http_jwt_main_conf_t *jmcf, ngx_log_t *log);


#endif /* NGX_HTTP_JWT_BLOCKS_H */
