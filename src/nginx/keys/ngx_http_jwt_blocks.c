/*
 * The blocks of the zone that hold the bytes of key sets.
 *
 * All blocks have one size, and the buffers of a keyset list the ones that
 * they use.  There is no list of free blocks, which a killed worker could
 * leave broken: a block is free if no keyset in use lists it, and this is
 * determined anew for each set that is written.  The length of a buffer is
 * written last and makes its list valid.
 */

#include "ngx_http_jwt_blocks.h"


#define ngx_http_jwt_blocks_of(len)                                          \
    (((len) + NGX_HTTP_JWT_BLOCK_SIZE - 1) / NGX_HTTP_JWT_BLOCK_SIZE)


/* Marks the blocks that a buffer lists. */

static void
ngx_http_jwt_blocks_mark(ngx_http_jwt_shared_t *shared,
    ngx_http_jwt_keyset_t *keyset, ngx_uint_t buffer, u_char *taken)
{
    ngx_uint_t  i, n, block;

    n = ngx_http_jwt_blocks_of(keyset->len[buffer]);

    for (i = 0; i < ngx_min(n, NGX_HTTP_JWT_SET_BLOCKS); i++) {
        block = keyset->list[buffer][i];

        if (block < shared->nblocks) {
            taken[block / 8] |= (u_char) (1 << block % 8);
        }
    }
}


/* Marks those that any keyset in use lists; returns the number of keysets. */

static ngx_uint_t
ngx_http_jwt_blocks_taken_locked(ngx_http_jwt_shared_t *shared,
    u_char taken[NGX_HTTP_JWT_MAX_BLOCKS / 8])
{
    ngx_uint_t              i, used;
    ngx_http_jwt_keyset_t  *keyset;

    ngx_memzero(taken, NGX_HTTP_JWT_MAX_BLOCKS / 8);
    used = 0;

    for (i = 0; i < shared->nslots; i++) {
        keyset = &shared->keysets[i];

        if (keyset->used) {
            ngx_http_jwt_blocks_mark(shared, keyset, 0, taken);
            ngx_http_jwt_blocks_mark(shared, keyset, 1, taken);
            used++;
        }
    }

    return used;
}


/* Lists n free blocks; NGX_DECLINED if there are fewer. */

static ngx_int_t
ngx_http_jwt_blocks_find_locked(ngx_http_jwt_shared_t *shared, uint16_t *list,
    ngx_uint_t n)
{
    u_char      taken[NGX_HTTP_JWT_MAX_BLOCKS / 8];
    ngx_uint_t  i, found;

    (void) ngx_http_jwt_blocks_taken_locked(shared, taken);

    found = 0;

    for (i = 0; i < shared->nblocks && found < n; i++) {
        if (!(taken[i / 8] & (1 << i % 8))) {
            list[found++] = (uint16_t) i;
        }
    }

    return (found == n) ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_http_jwt_blocks_store_locked(ngx_http_jwt_shared_t *shared,
    ngx_http_jwt_keyset_t *keyset, ngx_uint_t buffer, njwt_slice_t text)
{
    size_t      at, len;
    ngx_uint_t  i, n;

    n = ngx_http_jwt_blocks_of(text.len);

    keyset->len[buffer] = 0;

    if (n > NGX_HTTP_JWT_SET_BLOCKS
        || ngx_http_jwt_blocks_find_locked(shared, keyset->list[buffer], n)
           != NGX_OK)
    {
        return NGX_DECLINED;
    }

    for (i = 0; i < n; i++) {
        at = i * NGX_HTTP_JWT_BLOCK_SIZE;
        len = ngx_min(text.len - at, NGX_HTTP_JWT_BLOCK_SIZE);

        ngx_memcpy(shared->blocks
                   + keyset->list[buffer][i] * NGX_HTTP_JWT_BLOCK_SIZE,
                   text.data + at, len);
    }

    ngx_memory_barrier();
    keyset->len[buffer] = text.len;

    return NGX_OK;
}


ngx_uint_t
ngx_http_jwt_blocks_reclaim_locked(ngx_http_jwt_shared_t *shared,
    ngx_uint_t epoch)
{
    ngx_uint_t              i, freed;
    ngx_http_jwt_keyset_t  *keyset;

    freed = 0;

    for (i = 0; i < shared->nslots; i++) {
        keyset = &shared->keysets[i];

        if (keyset->used && keyset->epoch < epoch) {
            keyset->used = 0;
            keyset->generation++;
            freed++;
        }
    }

    return freed;
}


void
ngx_http_jwt_blocks_load_locked(ngx_http_jwt_shared_t *shared,
    ngx_http_jwt_keyset_t *keyset, ngx_uint_t buffer, u_char *room)
{
    size_t      at, len;
    ngx_uint_t  i;

    for (i = 0; i < ngx_http_jwt_blocks_of(keyset->len[buffer]); i++) {
        at = i * NGX_HTTP_JWT_BLOCK_SIZE;
        len = ngx_min(keyset->len[buffer] - at, NGX_HTTP_JWT_BLOCK_SIZE);

        ngx_memcpy(room + at,
                   shared->blocks
                   + keyset->list[buffer][i] * NGX_HTTP_JWT_BLOCK_SIZE, len);
    }
}


ngx_uint_t
ngx_http_jwt_blocks_equal_locked(ngx_http_jwt_shared_t *shared,
    ngx_http_jwt_keyset_t *keyset, ngx_uint_t buffer, njwt_slice_t text)
{
    size_t      at, len;
    ngx_uint_t  i;

    if (keyset->len[buffer] != text.len) {
        return 0;
    }

    for (i = 0; i < ngx_http_jwt_blocks_of(text.len); i++) {
        at = i * NGX_HTTP_JWT_BLOCK_SIZE;
        len = ngx_min(text.len - at, NGX_HTTP_JWT_BLOCK_SIZE);

        if (ngx_memcmp(text.data + at,
                       shared->blocks
                       + keyset->list[buffer][i] * NGX_HTTP_JWT_BLOCK_SIZE,
                       len)
            != 0)
        {
            return 0;
        }
    }

    return 1;
}


void
ngx_http_jwt_blocks_log(ngx_http_jwt_main_conf_t *jmcf, ngx_log_t *log)
{
#if (NGX_DEBUG)

    u_char                  taken[NGX_HTTP_JWT_MAX_BLOCKS / 8];
    ngx_uint_t              i, left, used;
    ngx_shmtx_t            *mutex;
    ngx_http_jwt_shared_t  *shared;

    if (!(log->log_level & NGX_LOG_DEBUG_HTTP)) {
        return;
    }

    shared = jmcf->zone->data;
    mutex = ngx_http_jwt_zone_mutex(jmcf->zone);

    ngx_shmtx_lock(mutex);
    used = ngx_http_jwt_blocks_taken_locked(shared, taken);
    ngx_shmtx_unlock(mutex);

    for (i = 0, left = 0; i < shared->nblocks; i++) {
        left += !(taken[i / 8] & (1 << i % 8));
    }

    ngx_log_debug5(NGX_LOG_DEBUG_HTTP, log, 0,
                   "jwt zone \"%V\": %ui of %ui blocks, %ui of %ui slots free",
                   &jmcf->zone_name, left, shared->nblocks,
                   shared->nslots - used, shared->nslots);

#endif
}
