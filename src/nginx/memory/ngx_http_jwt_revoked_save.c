/*
 * The file of revocation entries in state_path, which outlives a restart.
 *
 * It holds entries as the memory does, digests with the issuer's salt, and its
 * own SHA-256; the file is for this machine, and so is its byte order. The
 * entries of a revocation_file stay in that file.  A damaged file makes the
 * start coarse: all tokens that were issued before it are revoked.
 *
 * A worker copies the entries, a part of the table at a time; a thread hashes
 * and writes them.
 */

#include "ngx_http_jwt_revoked_table.h"
#include "ngx_http_jwt_state.h"
#include "njwt_hash.h"

#include <fcntl.h>
#include <stdlib.h>


#define NGX_HTTP_JWT_SAVE_MAGIC  "njwt revocation 1\n"
#define NGX_HTTP_JWT_SAVE_MAX    (256 * 1024 * 1024)


/* followed by the entries, then by the digest of both */
typedef struct {
    u_char                     magic[24];
    uint64_t                   count;
    double                     floor;
    double                     floor_until;
    u_char                     salt[NGX_HTTP_JWT_DIGEST_LEN];
} ngx_http_jwt_save_head_t;

typedef struct ngx_http_jwt_revoked_save_s {
    ngx_http_jwt_state_job_t  *job;       /* its data begin with the head */
    ngx_uint_t                 room;      /* for entries */
    uint32_t                   at;        /* index in the table */
    uint64_t                   changes;   /* when the copy began */
    unsigned                   copying:1;
    unsigned                   writing:1; /* by a thread */
    unsigned                   failing:1;
} ngx_http_jwt_revoked_save_t;


#define NGX_HTTP_JWT_SAVE_NAME  (sizeof("revoked-") - 1 + 32)


/* The file's name, which doesn't depend on the key source. */

static ngx_str_t
ngx_http_jwt_revoked_save_name(ngx_http_jwt_issuer_t *issuer, u_char *text)
{
    ngx_str_t  name;

    name.data = text;
    name.len = NGX_HTTP_JWT_SAVE_NAME;

    (void) ngx_sprintf(text, "revoked-%*xs%Z", (size_t) 16,
                       issuer->revocation.id);

    return name;
}


/* In the thread. */

static const char *
ngx_http_jwt_revoked_save_run(ngx_http_jwt_state_job_t *job)
{
    njwt_slice_t               text;
    ngx_http_jwt_save_head_t  *head;

    head = (ngx_http_jwt_save_head_t *) job->data;

    text.data = job->data;
    text.len = sizeof(ngx_http_jwt_save_head_t)
               + head->count * sizeof(ngx_http_jwt_revoked_t);

    if (!njwt_sha256(text, job->data + text.len)) {
        errno = ENOMEM;
        return "SHA-256";
    }

    job->len = text.len + NGX_HTTP_JWT_DIGEST_LEN;

    return ngx_http_jwt_state_write(job);
}


/* One line for each change of state. */

static void
ngx_http_jwt_revoked_save_report(ngx_http_jwt_issuer_t *issuer,
    const char *failed, ngx_err_t err)
{
    ngx_http_jwt_revoked_save_t  *save;

    save = issuer->revocation.save;

    if (failed != NULL && !save->failing) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, err,
                      "jwt_issuer \"%V\": revocation entries can't be saved "
                      "in \"%V\" and won't outlive a restart: %s failed",
                      &issuer->name, &issuer->keyfile->dir, failed);
    }

    if (failed == NULL && save->failing) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "jwt_issuer \"%V\": revocation entries are saved in "
                      "\"%V\" again", &issuer->name, &issuer->keyfile->dir);
    }

    save->failing = (failed != NULL);

    ngx_http_jwt_revoked_fails(issuer, NGX_HTTP_JWT_REVOKED_SAVE_FAILS,
                               save->failing);
}


static ngx_http_jwt_state_job_t *
ngx_http_jwt_revoked_save_job(ngx_http_jwt_issuer_t *issuer, ngx_uint_t room)
{
    u_char                     text[NGX_HTTP_JWT_SAVE_NAME + 1];
    ngx_str_t                  name;
    ngx_http_jwt_state_job_t  *job;

    name = ngx_http_jwt_revoked_save_name(issuer, text);
    job = ngx_http_jwt_state_job_new(sizeof(ngx_http_jwt_state_job_t),
                                     sizeof(ngx_http_jwt_save_head_t)
                                     + room * sizeof(ngx_http_jwt_revoked_t)
                                     + NGX_HTTP_JWT_DIGEST_LEN,
                                     &issuer->keyfile->dir, &name);
    if (job != NULL) {
        job->run = ngx_http_jwt_revoked_save_run;
    }

    return job;
}


/* The entries before the copy begins: later ones are saved next time. */

static ngx_int_t
ngx_http_jwt_revoked_save_begin(ngx_http_jwt_issuer_t *issuer)
{
    ngx_uint_t                    room;
    ngx_shm_zone_t               *zone;
    ngx_http_jwt_save_head_t     *head;
    ngx_http_jwt_revoked_save_t  *save;
    ngx_http_jwt_revoked_slot_t  *slot;

    save = issuer->revocation.save;
    slot = issuer->revocation.slot;
    zone = issuer->main->revoked;

    room = slot->entries + NGX_HTTP_JWT_REVOKED_SCAN;
    save->job = ngx_http_jwt_revoked_save_job(issuer, room);

    if (save->job == NULL) {
        ngx_http_jwt_revoked_save_report(issuer, "malloc()", NGX_ENOMEM);
        return NGX_ERROR;
    }

    head = (ngx_http_jwt_save_head_t *) save->job->data;
    ngx_memcpy(head->magic, NGX_HTTP_JWT_SAVE_MAGIC,
               sizeof(NGX_HTTP_JWT_SAVE_MAGIC));

    (void) ngx_http_jwt_revoked_lock(zone);

    save->changes = slot->changes;
    head->floor = slot->floor;
    head->floor_until = slot->floor_until;
    ngx_memcpy(head->salt, slot->salt, NGX_HTTP_JWT_DIGEST_LEN);

    ngx_http_jwt_revoked_unlock(zone);

    save->room = room;
    save->at = 0;
    save->copying = 1;

    return NGX_OK;
}


/* Copies a part; the last one starts the thread.  1: there is more to copy. */

static ngx_uint_t
ngx_http_jwt_revoked_save_copy(ngx_http_jwt_issuer_t *issuer)
{
    ngx_err_t                     err;
    ngx_http_jwt_save_head_t     *head;
    ngx_http_jwt_revoked_t       *list;
    ngx_http_jwt_revoked_save_t  *save;

    save = issuer->revocation.save;
    head = (ngx_http_jwt_save_head_t *) save->job->data;
    list = (ngx_http_jwt_revoked_t *) (head + 1);

    head->count += ngx_http_jwt_revoked_copy(issuer, &save->at,
                                             &list[head->count],
                                             save->room - head->count);
    if (save->at != 0 && head->count < save->room) {
        return 1;
    }

    save->copying = 0;

    if (save->at != 0) {

        /* there are too many new entries: the next copy has more room */

        ngx_http_jwt_state_free(save->job);

        return 1;
    }

    err = ngx_http_jwt_state_run(save->job);

    if (err != 0) {
        ngx_http_jwt_state_free(save->job);
        ngx_http_jwt_revoked_save_report(issuer, "pthread_create()", err);
        return 0;
    }

    save->writing = 1;

    return 0;
}


/* Returns 0 while the thread is writing. */

static ngx_uint_t
ngx_http_jwt_revoked_save_over(ngx_http_jwt_issuer_t *issuer,
    const struct timespec *until)
{
    ngx_http_jwt_state_job_t     *job;
    ngx_http_jwt_revoked_save_t  *save;

    save = issuer->revocation.save;
    job = save->job;

    if (!save->writing) {
        return 1;
    }

    if (!ngx_http_jwt_state_done(job, until)) {
        return 0;
    }

    if (job->failed == NULL) {
        __atomic_store_n(&issuer->revocation.slot->saved, save->changes,
                         __ATOMIC_SEQ_CST);
    }

    ngx_http_jwt_revoked_save_report(issuer, job->failed, job->err);
    ngx_http_jwt_state_free(job);

    save->writing = 0;

    return 1;
}


ngx_uint_t
ngx_http_jwt_revoked_save(ngx_http_jwt_issuer_t *issuer)
{
    uint64_t                      changes;
    ngx_http_jwt_revocation_t    *rv = &issuer->revocation;
    ngx_http_jwt_revoked_slot_t  *slot = rv->slot;

    /* only the newest configuration: two that write would race */

    if (issuer->keyfile == NULL
        || __atomic_load_n(&slot->epoch, __ATOMIC_SEQ_CST) != rv->epoch)
    {
        return 0;
    }

    if (rv->save == NULL) {
        rv->save = ngx_pcalloc(ngx_cycle->pool,
                               sizeof(ngx_http_jwt_revoked_save_t));
        if (rv->save == NULL) {
            return 0;
        }
    }

    if (rv->save->copying) {
        return ngx_http_jwt_revoked_save_copy(issuer);
    }

    changes = __atomic_load_n(&slot->changes, __ATOMIC_SEQ_CST);

    if (!ngx_http_jwt_revoked_save_over(issuer, NULL)
        || changes == __atomic_load_n(&slot->saved, __ATOMIC_SEQ_CST))
    {
        return 0;
    }

    return ngx_http_jwt_revoked_save_begin(issuer) == NGX_OK;
}


void
ngx_http_jwt_revoked_save_last(ngx_http_jwt_issuer_t *issuer)
{
    ngx_uint_t       i;
    struct timespec  until;

    if (issuer->keyfile == NULL) {
        return;
    }

    ngx_http_jwt_state_until(&until);

    /* twice: a copy that had begun lacks what came since */

    for (i = 0; i < 2; i++) {

        while (ngx_http_jwt_revoked_save(issuer)) {
            /* the rest of the copy */
        }

        if (issuer->revocation.save != NULL) {
            (void) ngx_http_jwt_revoked_save_over(issuer, &until);
        }
    }
}


/* NGX_DECLINED: the file isn't whole. */

static ngx_int_t
ngx_http_jwt_revoked_load_entries(ngx_http_jwt_issuer_t *issuer, u_char *data,
    size_t len, ngx_log_t *log)
{
    u_char                     digest[NGX_HTTP_JWT_DIGEST_LEN];
    size_t                     size;
    njwt_slice_t               text;
    ngx_http_jwt_save_head_t  *head;

    size = sizeof(ngx_http_jwt_save_head_t) + NGX_HTTP_JWT_DIGEST_LEN;

    if (len < size) {
        return NGX_DECLINED;
    }

    head = (ngx_http_jwt_save_head_t *) data;
    text.data = data;
    text.len = len - NGX_HTTP_JWT_DIGEST_LEN;

    if (ngx_memcmp(head->magic, NGX_HTTP_JWT_SAVE_MAGIC,
                   sizeof(NGX_HTTP_JWT_SAVE_MAGIC))
        != 0
        || (len - size) % sizeof(ngx_http_jwt_revoked_t) != 0
        || (len - size) / sizeof(ngx_http_jwt_revoked_t) != head->count
        || !njwt_sha256(text, digest)
        || ngx_memcmp(digest, data + text.len, NGX_HTTP_JWT_DIGEST_LEN) != 0)
    {
        return NGX_DECLINED;
    }

    ngx_memcpy(issuer->revocation.slot->salt, head->salt,
               NGX_HTTP_JWT_DIGEST_LEN);

    if (head->floor_until >= (double) ngx_time()) {
        ngx_http_jwt_revoked_coarse(issuer, head->floor, head->floor_until);
    }

    (void) ngx_http_jwt_revoked_store(issuer,
                                      (ngx_http_jwt_revoked_t *) (head + 1),
                                      head->count, log);

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_revoked_load_file(ngx_http_jwt_issuer_t *issuer, int fd,
    ngx_log_t *log)
{
    u_char       *data;
    size_t        size;
    ngx_int_t     rc;
    const char   *fault;
    struct stat   st;

    data = ngx_http_jwt_revoked_file_load(fd, NGX_HTTP_JWT_SAVE_MAX, &st,
                                          &size, &fault);
    if (data == NULL) {
        return NGX_DECLINED;
    }

    rc = ngx_http_jwt_revoked_load_entries(issuer, data, size, log);

    ngx_explicit_memzero(data, size);
    free(data);

    return rc;
}


/* Opens the file; *err is 0 if it doesn't exist, or the reason. */

static int
ngx_http_jwt_revoked_load_open(ngx_http_jwt_issuer_t *issuer, ngx_err_t *err)
{
    int        dir, fd;
    u_char     text[NGX_HTTP_JWT_SAVE_NAME + 1];
    ngx_str_t  name;

    *err = NGX_ENOENT;
    dir = ngx_http_jwt_state_open_dir(issuer->keyfile->dir.data);

    /* logged when it was to be created */

    if (dir == -1) {
        return -1;
    }

    name = ngx_http_jwt_revoked_save_name(issuer, text);
    fd = ngx_http_jwt_state_open_file(dir, &name);
    *err = (fd == -1) ? ngx_errno : 0;

    (void) close(dir);

    return fd;
}


void
ngx_http_jwt_revoked_load(ngx_cycle_t *cycle, ngx_http_jwt_issuer_t *issuer)
{
    int        fd;
    double     now;
    ngx_int_t  rc;
    ngx_err_t  err;

    if (issuer->keyfile == NULL) {
        return;
    }

    fd = ngx_http_jwt_revoked_load_open(issuer, &err);

    if (fd == -1 && err == NGX_ENOENT) {
        return;
    }

    rc = NGX_DECLINED;

    if (fd != -1) {
        rc = ngx_http_jwt_revoked_load_file(issuer, fd, cycle->log);
        (void) close(fd);
    }

    if (rc == NGX_OK) {
        return;
    }

    ngx_time_update();
    now = (double) ngx_time();

    ngx_http_jwt_revoked_coarse(issuer, now,
                                now + (double) issuer->revocation.keep / 1000);

    ngx_log_error(NGX_LOG_ERR, cycle->log, err,
                  "jwt_issuer \"%V\": the revocation entries from before this "
                  "start can't be read from \"%V/revoked-%*xs\": all tokens "
                  "that were issued up to now are revoked", &issuer->name,
                  &issuer->keyfile->dir, (size_t) 16, issuer->revocation.id);
}
