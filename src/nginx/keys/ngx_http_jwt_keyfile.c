/*
 * Files of keys, which outlive a restart: in a directory that nginx creates or
 * finds, under a name that no block's name can abuse.
 *
 * A link at the end of the path is not followed: whoever may write to the
 * parent directory could otherwise make the master create, or read, another
 * directory.
 *
 * The master reads the file at start.  The workers may write the file, and the
 * master may be root: it follows no link, waits for no FIFO, reads no more
 * than a key set can have, and leaves the parsing of keys to the workers.
 *
 * Worker 0 writes the file after each good fetch, and when another worker has
 * published keys: one that nginx has not yet stopped.  It checks ten times a
 * second whether the thread is done, and frees its copy.  There is at most one
 * thread for an issuer: keys that are published while it writes are written
 * when it is done.
 */

#include "ngx_http_jwt_keyfile.h"
#include "ngx_http_jwt_keyset.h"
#include "njwt_hash.h"
#include "njwt_keyfile.h"


/* characters of a block's name that a file's name shows */
#define NGX_HTTP_JWT_KEYFILE_PREFIX  32

/* bytes of the digest of the block's whole name in it */
#define NGX_HTTP_JWT_KEYFILE_DIGEST  8

#define NGX_HTTP_JWT_KEYFILE_SUFFIX  ".keys"


ngx_uint_t
ngx_http_jwt_keyfile_wanted(ngx_http_jwt_issuer_t *issuer)
{
    return issuer->state_path.data != NULL
           && ngx_strcmp(issuer->state_path.data, "off") != 0;
}


/* "link/" and "link/." would be followed. */

static void
ngx_http_jwt_keyfile_trim(ngx_str_t *dir)
{
    while ((dir->len > 1 && dir->data[dir->len - 1] == '/')
           || (dir->len > 2 && dir->data[dir->len - 1] == '.'
               && dir->data[dir->len - 2] == '/'))
    {
        dir->len--;
    }

    dir->data[dir->len] = '\0';
}


/*
 * By the block's name, not by its source: after a change of the source the
 * file is found, rejected and replaced.
 */

static ngx_int_t
ngx_http_jwt_keyfile_name(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer,
    ngx_str_t *file)
{
    u_char   c, *p, digest[NGX_HTTP_JWT_DIGEST_LEN];
    size_t   i, len;

    len = ngx_min(issuer->name.len, NGX_HTTP_JWT_KEYFILE_PREFIX);

    p = ngx_pnalloc(cf->pool, len + 1 + 2 * NGX_HTTP_JWT_KEYFILE_DIGEST
                              + sizeof(NGX_HTTP_JWT_KEYFILE_SUFFIX));

    if (p == NULL || !njwt_sha256(ngx_http_jwt_slice(&issuer->name), digest))
    {
        return NGX_ERROR;
    }

    file->data = p;

    for (i = 0; i < len; i++) {
        c = issuer->name.data[i];

        *p++ = ngx_http_jwt_is_alnum(c) ? c : '_';
    }

    *p++ = '-';
    p = ngx_hex_dump(p, digest, NGX_HTTP_JWT_KEYFILE_DIGEST);
    p = ngx_cpymem(p, NGX_HTTP_JWT_KEYFILE_SUFFIX,
                   sizeof(NGX_HTTP_JWT_KEYFILE_SUFFIX));

    file->len = p - 1 - file->data;

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_keyfile_conf(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    ngx_http_jwt_state_t  *keyfile;

    if (!ngx_http_jwt_keyfile_wanted(issuer)) {
        return NGX_OK;
    }

    keyfile = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_state_t));
    if (keyfile == NULL) {
        return NGX_ERROR;
    }

    keyfile->dir = issuer->state_path;

    if (ngx_conf_full_name(cf->cycle, &keyfile->dir, 0) != NGX_OK
        || ngx_http_jwt_keyfile_name(cf, issuer, &keyfile->file) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_jwt_keyfile_trim(&keyfile->dir);
    issuer->keyfile = keyfile;

    return NGX_OK;
}


/* The owner of the files: the user that the workers will run as. */

static ngx_uid_t
ngx_http_jwt_keyfile_user(ngx_cycle_t *cycle)
{
    ngx_core_conf_t  *ccf;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    /* only workers of a root master change their user */

    return (geteuid() == 0 && ccf->master) ? ccf->user : geteuid();
}


/* Gives what mkdir() made to the workers' user, if it is still the same. */

static const char *
ngx_http_jwt_keyfile_give_dir(ngx_cycle_t *cycle, const u_char *dir)
{
    int           fd;
    ngx_err_t     err;
    ngx_uid_t     user;
    const char   *failed;
    struct stat   info;

    fd = ngx_http_jwt_state_open_dir(dir);

    if (fd == -1) {
        return "open()";
    }

    failed = NULL;
    user = ngx_http_jwt_keyfile_user(cycle);

    if (fstat(fd, &info) == -1) {
        failed = "fstat()";

    } else if (info.st_uid != geteuid()) {
        ngx_set_errno(EEXIST);
        failed = "mkdir()";

    } else if (fchmod(fd, 0700) == -1) {
        failed = "fchmod()";

    } else if (user != info.st_uid && fchown(fd, user, (gid_t) -1) == -1) {
        failed = "fchown()";
    }

    err = ngx_errno;
    (void) close(fd);
    ngx_set_errno(err);

    return failed;
}


/* Creates the directory if there is none; in the master. */

static void
ngx_http_jwt_keyfile_make_dir(ngx_cycle_t *cycle,
    ngx_http_jwt_issuer_t *issuer)
{
    ngx_str_t   *dir;
    const char  *failed;

    dir = &issuer->keyfile->dir;

    if (mkdir((const char *) dir->data, 0700) == 0) {
        failed = ngx_http_jwt_keyfile_give_dir(cycle, dir->data);

    } else {
        failed = (ngx_errno == NGX_EEXIST) ? NULL : "mkdir()";
    }

    if (failed == NULL) {
        return;
    }

    ngx_log_error(NGX_LOG_WARN, cycle->log, ngx_errno,
                  "jwt_issuer \"%V\": \"state_path\" \"%V\" can't be created, "
                  "so keys may not outlive a restart: %s failed",
                  &issuer->name, dir, failed);
}


static void
ngx_http_jwt_keyfile_skip(ngx_http_jwt_issuer_t *issuer, ngx_log_t *log,
    ngx_err_t err, const char *why)
{
    ngx_log_error(NGX_LOG_WARN, log, err,
                  "jwt_issuer \"%V\": the keys in \"%V/%V\" are skipped: %s",
                  &issuer->name, &issuer->keyfile->dir, &issuer->keyfile->file,
                  why);
}


/*
 * Whoever can write the file chooses the keys: that may be the workers' user
 * and the master's.
 */

static const char *
ngx_http_jwt_keyfile_stat(ngx_cycle_t *cycle, ngx_http_jwt_issuer_t *issuer,
    int fd, size_t *size)
{
    size_t        most;
    struct stat   info;

    most = NJWT_KEYFILE_MAX_HEAD
           + ngx_min(issuer->jwks_max_size, NGX_HTTP_JWT_MAX_SET_SIZE);

    if (fstat(fd, &info) == -1 || !S_ISREG(info.st_mode)) {
        return "it is not a regular file";
    }

    if (info.st_uid != ngx_http_jwt_keyfile_user(cycle)
        && info.st_uid != geteuid())
    {
        return "it belongs to another user";
    }

    if (info.st_mode & (S_IWGRP|S_IWOTH)) {
        return "others may write to it";
    }

    if (info.st_size < 0 || (size_t) info.st_size > most) {
        return "it is too large";
    }

    *size = (size_t) info.st_size;

    return NULL;
}


/* What is wrong with the file's bytes?  NULL: its keys are in the pool. */

static const char *
ngx_http_jwt_keyfile_judge(ngx_cycle_t *cycle, ngx_http_jwt_issuer_t *issuer,
    njwt_slice_t text)
{
    u_char                *copy;
    uint64_t               fetched;
    const char            *why;
    njwt_slice_t           keys;
    ngx_http_jwt_state_t  *keyfile;

    /* a binary upgrade: the old workers may have just written it */

    ngx_time_update();

    why = njwt_keyfile_read(text, issuer->source_id, (uint64_t) ngx_time(),
                            issuer->jwks_stale / 1000, &keys, &fetched);

    if (why != NULL) {
        return why;
    }

    copy = ngx_pnalloc(cycle->pool, keys.len + 1);
    if (copy == NULL) {
        return "there is no memory";
    }

    ngx_memcpy(copy, keys.data, keys.len);

    keyfile = issuer->keyfile;
    keyfile->keys.data = copy;
    keyfile->keys.len = keys.len;
    keyfile->fetched = (time_t) fetched;

    return NULL;
}


/*
 * The workers inherit the master's memory, and can have put a link there to a
 * file that they may not read: none of its contents is kept.
 */

static const char *
ngx_http_jwt_keyfile_take(ngx_cycle_t *cycle, ngx_http_jwt_issuer_t *issuer,
    int fd, ngx_err_t *err)
{
    u_char        *data;
    size_t         size;
    const char    *why;
    njwt_slice_t   text;

    *err = 0;
    why = ngx_http_jwt_keyfile_stat(cycle, issuer, fd, &size);

    if (why != NULL) {
        return why;
    }

    text.len = size;
    data = ngx_alloc(size + 1, cycle->log);

    if (data == NULL || ngx_http_jwt_state_load(fd, data, &text.len) != NGX_OK)
    {
        *err = ngx_errno;
        why = "it can't be read";
    }

    if (why == NULL) {
        text.data = data;
        why = ngx_http_jwt_keyfile_judge(cycle, issuer, text);
    }

    if (data != NULL) {
        ngx_explicit_memzero(data, size);
        ngx_free(data);
    }

    return why;
}


static void
ngx_http_jwt_keyfile_open(ngx_cycle_t *cycle, ngx_http_jwt_issuer_t *issuer)
{
    int                    dir, fd;
    ngx_err_t              err;
    const char            *why;
    ngx_http_jwt_state_t  *keyfile;

    keyfile = issuer->keyfile;
    dir = ngx_http_jwt_state_open_dir(keyfile->dir.data);

    if (dir == -1) {
        /* that it can't be created has been logged */

        if (ngx_errno != NGX_ENOENT) {
            ngx_log_error(NGX_LOG_WARN, cycle->log, ngx_errno,
                          "jwt_issuer \"%V\": \"state_path\" \"%V\" can't be "
                          "opened as a directory, so keys don't outlive a "
                          "restart", &issuer->name, &keyfile->dir);
        }

        return;
    }

    fd = ngx_http_jwt_state_open_file(dir, &keyfile->file);
    err = ngx_errno;
    why = (fd != -1) ? ngx_http_jwt_keyfile_take(cycle, issuer, fd, &err)
                     : "it can't be opened";

    if (why != NULL && err != NGX_ENOENT) {
        ngx_http_jwt_keyfile_skip(issuer, cycle->log, err, why);
    }

    if (fd != -1) {
        (void) close(fd);
    }

    (void) close(dir);
}


void
ngx_http_jwt_keyfile_read(ngx_cycle_t *cycle, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t              i;
    ngx_http_jwt_issuer_t  *issuer;

    if (ngx_test_config) {
        return;
    }

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (issuer->keyfile != NULL) {
            ngx_http_jwt_keyfile_make_dir(cycle, issuer);
            ngx_http_jwt_keyfile_open(cycle, issuer);
        }
    }
}


static void
ngx_http_jwt_keyfile_recover_keys(ngx_http_jwt_issuer_t *issuer,
    ngx_log_t *log)
{
    ngx_int_t              rc;
    ngx_uint_t             usable;
    njwt_jwks_t           *jwks;
    njwt_jwks_report_t     report;
    ngx_http_jwt_state_t  *keyfile;

    keyfile = issuer->keyfile;
    jwks = njwt_jwks_new(keyfile->keys, &report);

    if (jwks == NULL) {
        ngx_http_jwt_keyfile_skip(issuer, log, 0, report.error);
        return;
    }

    rc = ngx_http_jwt_keyset_restore(issuer, njwt_jwks_text(jwks),
                                     keyfile->fetched);
    usable = njwt_jwks_count(jwks);
    njwt_jwks_free(jwks);

    if (rc == NGX_ERROR) {
        ngx_http_jwt_keyfile_skip(issuer, log, 0, "\"jwt_shared_zone\" is "
                                  "full and must be larger");
    }

    if (rc == NGX_OK) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "jwt_issuer \"%V\": %ui key%s from \"%V/%V\", fetched "
                      "%T s ago", &issuer->name, usable,
                      (usable == 1) ? "" : "s", &keyfile->dir,
                      &keyfile->file,
                      (time_t) njwt_refresh_age(ngx_time() - keyfile->fetched,
                                                0));
    }
}


void
ngx_http_jwt_keyfile_recover(ngx_http_jwt_main_conf_t *jmcf, ngx_log_t *log)
{
    ngx_uint_t              i;
    ngx_http_jwt_issuer_t  *issuer;

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (issuer->keyfile != NULL
            && issuer->keyfile->keys.len > 0
            && ngx_http_jwt_keyset_empty(issuer))
        {
            ngx_http_jwt_keyfile_recover_keys(issuer, log);
        }
    }
}


static ngx_http_jwt_state_job_t *
ngx_http_jwt_state_job(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_snapshot_t *snapshot)
{
    size_t                     size;
    njwt_keyfile_t             text;
    ngx_http_jwt_state_job_t  *job;

    size = snapshot->len + NJWT_KEYFILE_MAX_HEAD;

    job = ngx_http_jwt_state_job_new(sizeof(ngx_http_jwt_state_job_t), size,
                                     &issuer->keyfile->dir,
                                     &issuer->keyfile->file);
    if (job == NULL) {
        return NULL;
    }

    text.source = issuer->source_id;
    text.fetched = (uint64_t) snapshot->fetched;
    text.keys.data = snapshot->text;
    text.keys.len = snapshot->len;

    job->len = njwt_keyfile_write(&text, job->data, size);

    if (job->len == 0) {
        ngx_http_jwt_state_free(job);
        return NULL;
    }

    return job;
}


/* One line for each change of state, as with fetches. */

static void
ngx_http_jwt_keyfile_report(ngx_http_jwt_issuer_t *issuer, const char *failed,
    ngx_err_t err)
{
    ngx_log_t             *log;
    ngx_http_jwt_state_t  *keyfile;

    log = ngx_cycle->log;
    keyfile = issuer->keyfile;

    if (failed != NULL && !keyfile->failing) {
        ngx_log_error(NGX_LOG_ERR, log, err,
                      "jwt_issuer \"%V\": keys can't be saved in \"%V/%V\", "
                      "which matters only at a restart: %s failed",
                      &issuer->name, &keyfile->dir, &keyfile->file, failed);
    }

    if (failed == NULL && keyfile->failing) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "jwt_issuer \"%V\": keys are saved in \"%V/%V\" again",
                      &issuer->name, &keyfile->dir, &keyfile->file);
    }

    keyfile->failing = (failed != NULL);
}


static void
ngx_http_jwt_keyfile_begin(ngx_http_jwt_issuer_t *issuer)
{
    ngx_err_t                  err;
    ngx_http_jwt_snapshot_t    snapshot;
    ngx_http_jwt_state_job_t  *job;

    issuer->keyfile->behind = 0;

    ngx_http_jwt_keyset_snapshot(issuer, &snapshot, ngx_cycle->log);

    if (snapshot.text == NULL) {
        return;
    }

    job = ngx_http_jwt_state_job(issuer, &snapshot);
    ngx_free(snapshot.text);

    issuer->keyfile->fetched = snapshot.fetched;

    if (job == NULL) {
        ngx_http_jwt_keyfile_report(issuer, "malloc()", NGX_ENOMEM);
        return;
    }

    err = ngx_http_jwt_state_run(job);

    if (err != 0) {
        ngx_http_jwt_state_free(job);
        ngx_http_jwt_keyfile_report(issuer, "pthread_create()", err);
        return;
    }

    issuer->keyfile->job = job;
}


/* Are there newer keys than those read or written?  Logged once. */

static ngx_uint_t
ngx_http_jwt_keyfile_news(ngx_http_jwt_issuer_t *issuer)
{
    time_t  fetched;

    if (issuer->keyset == NULL) {
        return 0;
    }

    fetched = (time_t) issuer->keyset->fetched;

    if (fetched == 0 || fetched == issuer->keyfile->fetched) {
        return 0;
    }

    issuer->keyfile->fetched = fetched;

    return 1;
}


/* Returns 0 while the thread is writing. */

static ngx_uint_t
ngx_http_jwt_keyfile_over(ngx_http_jwt_issuer_t *issuer,
    const struct timespec *until)
{
    ngx_http_jwt_state_job_t  *job;

    job = issuer->keyfile->job;

    if (job == NULL) {
        return 1;
    }

    if (!ngx_http_jwt_state_done(job, until)) {
        return 0;
    }

    ngx_http_jwt_keyfile_report(issuer, job->failed, job->err);
    ngx_http_jwt_state_free(job);
    issuer->keyfile->job = NULL;

    return 1;
}


void
ngx_http_jwt_keyfile_save(ngx_http_jwt_issuer_t *issuer)
{
    if (issuer->keyfile == NULL) {
        return;
    }

    issuer->keyfile->behind = 1;

    if (ngx_http_jwt_keyfile_over(issuer, NULL)) {
        ngx_http_jwt_keyfile_begin(issuer);
    }
}


void
ngx_http_jwt_keyfile_catch_up(ngx_http_jwt_issuer_t *issuer)
{
    if (issuer->keyfile != NULL && ngx_http_jwt_keyfile_news(issuer)) {
        ngx_http_jwt_keyfile_save(issuer);
    }
}


void
ngx_http_jwt_keyfile_look(ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t              i;
    ngx_http_jwt_issuer_t  *issuer;

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (issuer->keyfile != NULL
            && ngx_http_jwt_keyfile_over(issuer, NULL)
            && (issuer->keyfile->behind
                || ngx_http_jwt_keyfile_news(issuer)))
        {
            ngx_http_jwt_keyfile_begin(issuer);
        }
    }
}


void
ngx_http_jwt_keyfile_stop(ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t              i;
    struct timespec         until;
    ngx_http_jwt_issuer_t  *issuer;

    ngx_http_jwt_state_until(&until);

    /* a thread that isn't done by then dies with the process */

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (issuer->keyfile != NULL) {
            (void) ngx_http_jwt_keyfile_over(issuer, &until);
        }
    }
}
