/*
 * The memory of revocation entries.
 *
 * The key of an entry is a salted digest of claim and value: the memory holds
 * no value itself.  If an entry finds no room, all tokens that the issuer
 * issued up to then are revoked: coarse, never blind.
 */

#ifndef NGX_HTTP_JWT_REVOKED_H
#define NGX_HTTP_JWT_REVOKED_H


#include "ngx_http_jwt.h"
#include "njwt_revocation.h"


#define NGX_HTTP_JWT_REVOKED_KEY  16


/* an entry as it is stored; file: it is from a revocation_file */
typedef struct {
    u_char                        key[NGX_HTTP_JWT_REVOKED_KEY];
    uint32_t                      claim;     /* digest of its name */
    uint32_t                      file;
    double                        before;
    double                        until;
} ngx_http_jwt_revoked_t;

_Static_assert(sizeof(ngx_http_jwt_revoked_t) == 40,
               "the layout changes: another magic for what is saved");

/* the contents of a revocation_file */
struct ngx_http_jwt_revoked_file_s {
    njwt_arena_t                  arena;
    njwt_revocation_entries_t     entries;
    struct stat                   seen;
    u_char                        digest[NGX_HTTP_JWT_DIGEST_LEN];
};

/* what is wrong with an issuer's revocation */
#define NGX_HTTP_JWT_REVOKED_FILE_FAILS  1   /* its file isn't in force */
#define NGX_HTTP_JWT_REVOKED_SAVE_FAILS  2   /* it won't outlive a restart */

typedef struct {
    ngx_uint_t                    entries[NGX_HTTP_JWT_REVOKED_CLAIMS];
    ngx_uint_t                    total;
    ngx_uint_t                    of_file;
    ngx_uint_t                    room;      /* for all issuers */
    ngx_uint_t                    free;
    uint32_t                      failing;   /* bits of the above */
    double                        floor;     /* 0: no overflow */
    double                        overflow;  /* since when */
    double                        file_read; /* last change; 0: none */
} ngx_http_jwt_revoked_info_t;

/* a file's entries on their way into the memory */
typedef struct {
    ngx_http_jwt_revoked_t       *list;      /* without duplicates */
    ngx_uint_t                    n;
    ngx_uint_t                    at;
    ngx_uint_t                    missing;   /* not yet there */
    ngx_uint_t                    there;
    ngx_uint_t                    lost;
    uint32_t                      mark;      /* 0: not begun */
    u_char                        digest[NGX_HTTP_JWT_DIGEST_LEN];
    unsigned                      phase:4;
} ngx_http_jwt_revoked_replace_t;


/* ngx_http_jwt_revoked_zone.c */

/* jwt_revocation_zone */
char *ngx_http_jwt_revocation_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* Adds the zone if an issuer has "revocation", with room for its files. */
ngx_int_t ngx_http_jwt_revoked_add(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);

/*
 * In the master, when a configuration is about to be used: its issuers get
 * what was revoked before, and the entries of their files.
 */
void ngx_http_jwt_revoked_restore(ngx_cycle_t *cycle,
    ngx_http_jwt_main_conf_t *jmcf);


/* ngx_http_jwt_revoked_key.c */

/* Hashes entries; the caller frees them.  NULL: no memory, or OpenSSL can't */
ngx_http_jwt_revoked_t *ngx_http_jwt_revoked_keys(
    u_char (*prefix)[NGX_HTTP_JWT_DIGEST_LEN], const njwt_slice_t *claims,
    const njwt_revocation_entries_t *entries, ngx_uint_t file);

/* Removes duplicates by key; returns how many entries remain. */
ngx_uint_t ngx_http_jwt_revoked_unique(ngx_http_jwt_revoked_t *list,
    ngx_uint_t n);

/* The interface for the core; NULL if nothing can be revoked. */
const njwt_revocation_t *ngx_http_jwt_revoked_question(
    ngx_http_jwt_main_conf_t *jmcf);

/*
 * Has the verified token of this request been revoked by now?  For requests
 * that are still going on.  1: yes.
 */
ngx_uint_t ngx_http_jwt_revoked_now(ngx_http_jwt_ctx_t *ctx);

/*
 * Revokes tokens whose claim, an index of the issuer's, has that value, and
 * that were issued up to "before".  NGX_ERROR: OpenSSL can't, there was no
 * room for the issuer in the memory, or a newer configuration uses another
 * one.
 */
ngx_int_t ngx_http_jwt_revoked_put(ngx_http_jwt_issuer_t *issuer,
    ngx_uint_t claim, njwt_slice_t value, double before, ngx_log_t *log);


/* ngx_http_jwt_revoked.c */

/*
 * Stores all of these entries: from then on all workers heed them.  If some
 * find no room, revocation becomes coarse.  NGX_ERROR: a newer configuration
 * has another zone, whose workers wouldn't heed them.
 */
ngx_int_t ngx_http_jwt_revoked_store(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_revoked_t *entries, ngx_uint_t n, ngx_log_t *log);

/*
 * Makes these the entries of the issuer's file, step by step, each of which
 * takes little time.  Entries in both stay, and new ones come before old ones
 * go.  NGX_AGAIN: there is more to do; NGX_DECLINED: there is no room, and
 * nothing was changed; NGX_ABORT: a newer configuration is doing the same.
 */
ngx_int_t ngx_http_jwt_revoked_step(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_revoked_replace_t *replace, ngx_log_t *log);

/* The digest of the file whose entries are in the memory. */
void ngx_http_jwt_revoked_known(ngx_http_jwt_issuer_t *issuer,
    u_char *digest);

/* Revokes all tokens of an issuer that were issued up to that time. */
void ngx_http_jwt_revoked_coarse(ngx_http_jwt_issuer_t *issuer, double before,
    double until);

/* Drops entries that no token can match any more. */
void ngx_http_jwt_revoked_sweep(ngx_shm_zone_t *zone, ngx_log_t *log);

/*
 * Copies entries that aren't from a file, from *at on, a part of the table at
 * a time, into a list with that room; returns their number.  *at is 0 once the
 * whole table has been copied.
 */
ngx_uint_t ngx_http_jwt_revoked_copy(ngx_http_jwt_issuer_t *issuer,
    uint32_t *at, ngx_http_jwt_revoked_t *list, ngx_uint_t room);

/* Sets or clears one of NGX_HTTP_JWT_REVOKED_..._FAILS, for the status. */
void ngx_http_jwt_revoked_fails(ngx_http_jwt_issuer_t *issuer, uint32_t what,
    ngx_uint_t fails);

void ngx_http_jwt_revoked_info(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_revoked_info_t *info);


/* ngx_http_jwt_revoked_save.c */

/* In the master, at start: reads what was saved. */
void ngx_http_jwt_revoked_load(ngx_cycle_t *cycle,
    ngx_http_jwt_issuer_t *issuer);

/* In the worker that watches files; 1: there is more to do at once. */
ngx_uint_t ngx_http_jwt_revoked_save(ngx_http_jwt_issuer_t *issuer);

/* At its exit: saves what is new, and gives the thread a moment. */
void ngx_http_jwt_revoked_save_last(ngx_http_jwt_issuer_t *issuer);


/* ngx_http_jwt_revoked_file.c */

/*
 * Reads a file of at most so many bytes; the caller frees it.  NULL: *fault
 * says what is wrong, errno set or 0.
 */
u_char *ngx_http_jwt_revoked_file_load(int fd, off_t most, struct stat *seen,
    size_t *len, const char **fault);

/*
 * Reads a file; if it has the known digest (NULL: there is none), it isn't
 * parsed and has no entries.  The caller owns *file, also if it isn't good.
 * Returns what is wrong with it, errno set or 0, or NULL.
 */
const char *ngx_http_jwt_revoked_file_read(const u_char *path,
    const njwt_revocation_terms_t *terms, const u_char *known,
    ngx_http_jwt_revoked_file_t *file);

/* In the worker that watches files: starts and stops watching. */
void ngx_http_jwt_revoked_start(ngx_http_jwt_main_conf_t *jmcf,
    ngx_log_t *log);
void ngx_http_jwt_revoked_stop(ngx_http_jwt_main_conf_t *jmcf);


#endif /* NGX_HTTP_JWT_REVOKED_H */
