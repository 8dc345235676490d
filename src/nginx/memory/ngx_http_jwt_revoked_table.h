/*
 * The layout of the memory of revocation entries, for its own files alone.
 */

#ifndef NGX_HTTP_JWT_REVOKED_TABLE_H
#define NGX_HTTP_JWT_REVOKED_TABLE_H


#include "ngx_http_jwt_revoked.h"


#define NGX_HTTP_JWT_REVOKED_ISSUERS  64
#define NGX_HTTP_JWT_REVOKED_MAGIC    0x6e6a7476
#define NGX_HTTP_JWT_REVOKED_LAYOUT   2

/* entries that are examined before the lock is released for others */
#define NGX_HTTP_JWT_REVOKED_SLICE    256
#define NGX_HTTP_JWT_REVOKED_SCAN     2048

/* instead of an epoch: another zone now has this one's entries */
#define NGX_HTTP_JWT_REVOKED_MOVED    UINT64_MAX

/* claims of an issuer's entries, those of earlier configurations included */
#define NGX_HTTP_JWT_REVOKED_COUNTS   (2 * NGX_HTTP_JWT_REVOKED_CLAIMS)


/* numbers of entries start at 1; 0 means none */
typedef struct {
    ngx_http_jwt_revoked_t        data;
    uint32_t                      next;      /* in its chain, or free */
    uint32_t                      slot;      /* 0: free; written last */
    uint32_t                      mark;      /* of a replacement */
    uint32_t                      unused;
} ngx_http_jwt_revoked_entry_t;

_Static_assert(sizeof(ngx_http_jwt_revoked_entry_t) == 56,
               "the layout changes: count NGX_HTTP_JWT_REVOKED_LAYOUT up");

typedef struct {
    uint32_t                      claim;
    uint32_t                      entries;
} ngx_http_jwt_revoked_count_t;

struct ngx_http_jwt_revoked_slot_s {
    uint64_t                      generation;  /* 0: nothing is revoked */
    uint64_t                      changes;     /* of what is to be saved */
    uint64_t                      saved;       /* as of these changes */

    /* the rest only under the lock */
    uint64_t                      last;        /* generation */
    uint64_t                      epoch;       /* of configurations */
    uint32_t                      used;
    uint32_t                      restored;
    uint32_t                      mark;        /* of the last replacement */
    uint32_t                      entries;
    uint32_t                      of_file;
    uint32_t                      failing;     /* atomic; bits, see below */
    double                        keep;
    double                        floor;       /* all up to then are revoked */
    double                        floor_until; /* 0: there is no floor */
    double                        overflow;    /* since when */
    double                        file_read;
    ngx_http_jwt_revoked_count_t  counts[NGX_HTTP_JWT_REVOKED_COUNTS];
    u_char                        file[NGX_HTTP_JWT_DIGEST_LEN];
    u_char                        salt[NGX_HTTP_JWT_DIGEST_LEN];
    u_char                        id[NGX_HTTP_JWT_DIGEST_LEN];
};

typedef struct {
    ngx_http_jwt_zone_head_t      head;
    uint32_t                      writing;
    uint32_t                      entries;
    uint32_t                      buckets;     /* a power of two */
    uint32_t                      free;
    uint32_t                      nfree;
    uint32_t                      mark;        /* the last one used */
    uint32_t                      epoch;       /* of the last configuration */
    uint32_t                      repaired;    /* not yet logged */
    time_t                        swept;
    uint32_t                     *chains;
    ngx_http_jwt_revoked_entry_t *table;
    ngx_http_jwt_revoked_slot_t   slots[NGX_HTTP_JWT_REVOKED_ISSUERS];
} ngx_http_jwt_revoked_shared_t;

_Static_assert(sizeof(ngx_http_jwt_revoked_slot_t) == 328,
               "the layout changes: count NGX_HTTP_JWT_REVOKED_LAYOUT up");


/* ngx_http_jwt_revoked.c */

/* Takes the lock, and repairs what a killed worker left behind. */
ngx_http_jwt_revoked_shared_t *ngx_http_jwt_revoked_lock(
    ngx_shm_zone_t *zone);
void ngx_http_jwt_revoked_unlock(ngx_shm_zone_t *zone);

/* Frees all entries. */
void ngx_http_jwt_revoked_empty_locked(ngx_http_jwt_revoked_shared_t *shared);

/* The entry with that key, from a file or not; NULL: there is none. */
ngx_http_jwt_revoked_entry_t *ngx_http_jwt_revoked_find_locked(
    ngx_http_jwt_revoked_shared_t *shared, const u_char *key, uint32_t file);


#endif /* NGX_HTTP_JWT_REVOKED_TABLE_H */
