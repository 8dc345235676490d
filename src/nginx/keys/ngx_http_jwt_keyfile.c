/*
 * Keys that outlive a restart: in a directory that nginx makes or finds, under
 * a name that no block's name can abuse.
 *
 * No link is followed at the end of the path: whoever may write to what holds
 * the directory could otherwise have the master make, or read, another one.
 *
 * The master reads the file at start.  It is the workers' to write, and the
 * master may be root: it follows no link, waits for no FIFO, reads no more
 * than a key set has, and leaves the parsing of keys to the workers.
 *
 * Worker 0 writes it after each good fetch, and when another worker's has
 * brought some: one that nginx has not yet told to end.  It looks ten times a
 * second whether the thread is done, and frees its copy.  There is one thread
 * for an issuer at most: what is published while it writes is written when it
 * is done.
 */

#include "ngx_http_jwt_keyfile.h"
#include "ngx_http_jwt_slot.h"
#include "njwt_hash.h"
#include "njwt_keyfile.h"


/* how much of a block's name a file's name shows */
#define NGX_HTTP_JWT_STATE_PREFIX  32

/* bytes of the digest of the whole block's name in it */
#define NGX_HTTP_JWT_STATE_DIGEST  8

#define NGX_HTTP_JWT_STATE_SUFFIX  ".keys"


ngx_uint_t
ngx_http_jwt_state_wanted(ngx_http_jwt_issuer_t *issuer)
{
    return issuer->state_path.data != NULL
           && ngx_strcmp(issuer->state_path.data, "off") != 0;
}


/* "link/" and "link/." would be followed. */

static void
ngx_http_jwt_state_trim(ngx_str_t *dir)
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
 * file is found, passed over, and replaced.
 */

static ngx_int_t
ngx_http_jwt_state_name(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer,
    ngx_str_t *file)
{
    u_char   c, *p, digest[NGX_HTTP_JWT_DIGEST_LEN];
    size_t   i, len;

    len = ngx_min(issuer->name.len, NGX_HTTP_JWT_STATE_PREFIX);

    p = ngx_pnalloc(cf->pool, len + 1 + 2 * NGX_HTTP_JWT_STATE_DIGEST
                              + sizeof(NGX_HTTP_JWT_STATE_SUFFIX));

    if (p == NULL || !njwt_sha256(ngx_http_jwt_slice(&issuer->name), digest))
    {
        return NGX_ERROR;
    }

    file->data = p;

    for (i = 0; i < len; i++) {
        c = issuer->name.data[i];

        *p++ = ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9'))
               ? c : '_';
    }

    *p++ = '-';
    p = ngx_hex_dump(p, digest, NGX_HTTP_JWT_STATE_DIGEST);
    p = ngx_cpymem(p, NGX_HTTP_JWT_STATE_SUFFIX,
                   sizeof(NGX_HTTP_JWT_STATE_SUFFIX));

    file->len = p - 1 - file->data;

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_state_conf(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    ngx_http_jwt_state_t  *state;

    if (!ngx_http_jwt_state_wanted(issuer)) {
        return NGX_OK;
    }

    state = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_state_t));
    if (state == NULL) {
        return NGX_ERROR;
    }

    state->dir = issuer->state_path;

    if (ngx_conf_full_name(cf->cycle, &state->dir, 0) != NGX_OK
        || ngx_http_jwt_state_name(cf, issuer, &state->file) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_jwt_state_trim(&state->dir);
    issuer->state = state;

    return NGX_OK;
}


/* Whose files these are: the user that the workers will run as. */

static ngx_uid_t
ngx_http_jwt_state_user(ngx_cycle_t *cycle)
{
    ngx_core_conf_t  *ccf;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    /* only workers of root's change their user, and only with a master */

    return (geteuid() == 0 && ccf->master) ? ccf->user : geteuid();
}


/* Gives what mkdir() made to the workers' user, if it still is that. */

static const char *
ngx_http_jwt_state_give_dir(ngx_cycle_t *cycle, const u_char *dir)
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
    user = ngx_http_jwt_state_user(cycle);

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


/* Makes the directory where there is none; in the master. */

static void
ngx_http_jwt_state_make_dir(ngx_cycle_t *cycle,
    ngx_http_jwt_issuer_t *issuer)
{
    ngx_str_t   *dir;
    const char  *failed;

    dir = &issuer->state->dir;

    if (mkdir((const char *) dir->data, 0700) == 0) {
        failed = ngx_http_jwt_state_give_dir(cycle, dir->data);

    } else {
        failed = (ngx_errno == NGX_EEXIST) ? NULL : "mkdir()";
    }

    if (failed == NULL) {
        return;
    }

    ngx_log_error(NGX_LOG_WARN, cycle->log, ngx_errno,
                  "jwt_issuer \"%V\": \"state_path\" \"%V\" can't be made, "
                  "keys may not outlive a restart: %s failed",
                  &issuer->name, dir, failed);
}


static void
ngx_http_jwt_state_pass_over(ngx_http_jwt_issuer_t *issuer, ngx_log_t *log,
    ngx_err_t err, const char *why)
{
    ngx_log_error(NGX_LOG_WARN, log, err,
                  "jwt_issuer \"%V\": the keys in \"%V/%V\" are skipped: %s",
                  &issuer->name, &issuer->state->dir, &issuer->state->file,
                  why);
}


/*
 * Who can write the file chooses the keys: that may be the workers' user, and
 * the master's.
 */

static const char *
ngx_http_jwt_state_stat(ngx_cycle_t *cycle, ngx_http_jwt_issuer_t *issuer,
    int fd, size_t *size)
{
    size_t        most;
    struct stat   info;

    most = NJWT_STATE_MAX_HEAD
           + ngx_min(issuer->jwks_max_size, NGX_HTTP_JWT_MAX_SET_SIZE);

    if (fstat(fd, &info) == -1 || !S_ISREG(info.st_mode)) {
        return "it is no regular file";
    }

    if (info.st_uid != ngx_http_jwt_state_user(cycle)
        && info.st_uid != geteuid())
    {
        return "it is another user's";
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
ngx_http_jwt_state_judge(ngx_cycle_t *cycle, ngx_http_jwt_issuer_t *issuer,
    njwt_slice_t text)
{
    u_char                *copy;
    uint64_t               fetched;
    const char            *why;
    njwt_slice_t           keys;
    ngx_http_jwt_state_t  *state;

    /* a binary upgrade: the old workers may have written it just now */

    ngx_time_update();

    why = njwt_state_read(text, issuer->digest, (uint64_t) ngx_time(),
                          issuer->jwks_stale / 1000, &keys, &fetched);

    if (why != NULL) {
        return why;
    }

    copy = ngx_pnalloc(cycle->pool, keys.len + 1);
    if (copy == NULL) {
        return "there is no memory";
    }

    ngx_memcpy(copy, keys.data, keys.len);

    state = issuer->state;
    state->keys.data = copy;
    state->keys.len = keys.len;
    state->fetched = (time_t) fetched;

    return NULL;
}


/*
 * The workers inherit the master's memory, and can have put a link there to a
 * file that isn't theirs to read: nothing of it stays.
 */

static const char *
ngx_http_jwt_state_take(ngx_cycle_t *cycle, ngx_http_jwt_issuer_t *issuer,
    int fd, ngx_err_t *err)
{
    u_char        *data;
    size_t         size;
    const char    *why;
    njwt_slice_t   text;

    *err = 0;
    why = ngx_http_jwt_state_stat(cycle, issuer, fd, &size);

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
        why = ngx_http_jwt_state_judge(cycle, issuer, text);
    }

    if (data != NULL) {
        ngx_explicit_memzero(data, size);
        ngx_free(data);
    }

    return why;
}


static void
ngx_http_jwt_state_open(ngx_cycle_t *cycle, ngx_http_jwt_issuer_t *issuer)
{
    int                    dir, fd;
    ngx_err_t              err;
    const char            *why;
    ngx_http_jwt_state_t  *state;

    state = issuer->state;
    dir = ngx_http_jwt_state_open_dir(state->dir.data);

    if (dir == -1) {
        /* that it can't be made was said */

        if (ngx_errno != NGX_ENOENT) {
            ngx_log_error(NGX_LOG_WARN, cycle->log, ngx_errno,
                          "jwt_issuer \"%V\": \"state_path\" \"%V\" can't "
                          "be opened as a directory, keys don't outlive a "
                          "restart", &issuer->name, &state->dir);
        }

        return;
    }

    fd = ngx_http_jwt_state_open_file(dir, &state->file);
    err = ngx_errno;
    why = (fd != -1) ? ngx_http_jwt_state_take(cycle, issuer, fd, &err)
                     : "it can't be opened";

    if (why != NULL && err != NGX_ENOENT) {
        ngx_http_jwt_state_pass_over(issuer, cycle->log, err, why);
    }

    if (fd != -1) {
        (void) close(fd);
    }

    (void) close(dir);
}


void
ngx_http_jwt_state_read(ngx_cycle_t *cycle, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t               i;
    ngx_http_jwt_issuer_t  **issuers;

    if (ngx_test_config) {
        return;
    }

    issuers = jmcf->issuers.elts;

    for (i = 0; i < jmcf->issuers.nelts; i++) {
        if (issuers[i]->state != NULL) {
            ngx_http_jwt_state_make_dir(cycle, issuers[i]);
            ngx_http_jwt_state_open(cycle, issuers[i]);
        }
    }
}


static void
ngx_http_jwt_state_adopt_keys(ngx_http_jwt_issuer_t *issuer, ngx_log_t *log)
{
    ngx_int_t              rc;
    ngx_uint_t             usable;
    njwt_jwks_t           *jwks;
    njwt_jwks_report_t     report;
    ngx_http_jwt_state_t  *state;

    state = issuer->state;
    jwks = njwt_jwks_new(state->keys, &report);

    if (jwks == NULL) {
        ngx_http_jwt_state_pass_over(issuer, log, 0, report.error);
        return;
    }

    rc = ngx_http_jwt_slot_restore(issuer, njwt_jwks_text(jwks),
                                   state->fetched);
    usable = njwt_jwks_count(jwks);
    njwt_jwks_free(jwks);

    if (rc == NGX_ERROR) {
        ngx_http_jwt_state_pass_over(issuer, log, 0, "\"jwt_shared_zone\" is "
                                     "full and must be larger");
    }

    if (rc == NGX_OK) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "jwt_issuer \"%V\": %ui keys from \"%V/%V\", fetched "
                      "%T s ago", &issuer->name, usable, &state->dir,
                      &state->file,
                      (time_t) njwt_refresh_age(ngx_time() - state->fetched,
                                                0));
    }
}


void
ngx_http_jwt_state_adopt(ngx_http_jwt_main_conf_t *jmcf, ngx_log_t *log)
{
    ngx_uint_t               i;
    ngx_http_jwt_issuer_t  **issuers;

    issuers = jmcf->issuers.elts;

    for (i = 0; i < jmcf->issuers.nelts; i++) {
        if (issuers[i]->state != NULL
            && issuers[i]->state->keys.len > 0
            && ngx_http_jwt_slot_empty(issuers[i]))
        {
            ngx_http_jwt_state_adopt_keys(issuers[i], log);
        }
    }
}


static ngx_http_jwt_state_job_t *
ngx_http_jwt_state_job(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_snapshot_t *snapshot)
{
    size_t                     size;
    njwt_state_t               text;
    ngx_http_jwt_state_job_t  *job;

    size = snapshot->len + NJWT_STATE_MAX_HEAD;

    job = ngx_http_jwt_state_job_new(sizeof(ngx_http_jwt_state_job_t), size,
                                     &issuer->state->dir,
                                     &issuer->state->file);
    if (job == NULL) {
        return NULL;
    }

    text.source = issuer->digest;
    text.fetched = (uint64_t) snapshot->fetched;
    text.keys.data = snapshot->text;
    text.keys.len = snapshot->len;

    job->len = njwt_state_write(&text, job->data, size);

    if (job->len == 0) {
        ngx_http_jwt_state_free(job);
        return NULL;
    }

    return job;
}


/* One line for each change of state, as with fetches. */

static void
ngx_http_jwt_state_report(ngx_http_jwt_issuer_t *issuer, const char *failed,
    ngx_err_t err)
{
    ngx_log_t             *log;
    ngx_http_jwt_state_t  *state;

    log = ngx_cycle->log;
    state = issuer->state;

    if (failed != NULL && !state->failing) {
        ngx_log_error(NGX_LOG_ERR, log, err,
                      "jwt_issuer \"%V\": keys can't be kept in \"%V/%V\", "
                      "which matters only at a restart: %s failed",
                      &issuer->name, &state->dir, &state->file, failed);
    }

    if (failed == NULL && state->failing) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "jwt_issuer \"%V\": keys are kept in \"%V/%V\" again",
                      &issuer->name, &state->dir, &state->file);
    }

    state->failing = (failed != NULL);
}


static void
ngx_http_jwt_state_begin(ngx_http_jwt_issuer_t *issuer)
{
    ngx_err_t                  err;
    ngx_http_jwt_snapshot_t    snapshot;
    ngx_http_jwt_state_job_t  *job;

    issuer->state->behind = 0;

    ngx_http_jwt_slot_snapshot(issuer, &snapshot, ngx_cycle->log);

    if (snapshot.text == NULL) {
        return;
    }

    job = ngx_http_jwt_state_job(issuer, &snapshot);
    ngx_free(snapshot.text);

    issuer->state->fetched = snapshot.fetched;

    if (job == NULL) {
        ngx_http_jwt_state_report(issuer, "malloc()", NGX_ENOMEM);
        return;
    }

    err = ngx_http_jwt_state_run(job);

    if (err != 0) {
        ngx_http_jwt_state_free(job);
        ngx_http_jwt_state_report(issuer, "pthread_create()", err);
        return;
    }

    issuer->state->job = job;
}


/* Others than those that were read or begun to be written?  Said once. */

static ngx_uint_t
ngx_http_jwt_state_news(ngx_http_jwt_issuer_t *issuer)
{
    time_t  fetched;

    if (issuer->slot == NULL) {
        return 0;
    }

    fetched = ngx_http_jwt_slot_fetched(issuer);

    if (fetched == 0 || fetched == issuer->state->fetched) {
        return 0;
    }

    issuer->state->fetched = fetched;

    return 1;
}


/* Returns 0 as long as the thread writes. */

static ngx_uint_t
ngx_http_jwt_state_over(ngx_http_jwt_issuer_t *issuer,
    const struct timespec *until)
{
    ngx_http_jwt_state_job_t  *job;

    job = issuer->state->job;

    if (job == NULL) {
        return 1;
    }

    if (!ngx_http_jwt_state_done(job, until)) {
        return 0;
    }

    ngx_http_jwt_state_report(issuer, job->failed, job->err);
    ngx_http_jwt_state_free(job);
    issuer->state->job = NULL;

    return 1;
}


void
ngx_http_jwt_state_save(ngx_http_jwt_issuer_t *issuer)
{
    if (issuer->state == NULL) {
        return;
    }

    issuer->state->behind = 1;

    if (ngx_http_jwt_state_over(issuer, NULL)) {
        ngx_http_jwt_state_begin(issuer);
    }
}


void
ngx_http_jwt_state_take_over(ngx_http_jwt_issuer_t *issuer)
{
    if (issuer->state != NULL && ngx_http_jwt_state_news(issuer)) {
        ngx_http_jwt_state_save(issuer);
    }
}


void
ngx_http_jwt_state_look(ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t               i;
    ngx_http_jwt_issuer_t  **issuers;

    issuers = jmcf->issuers.elts;

    for (i = 0; i < jmcf->issuers.nelts; i++) {
        if (issuers[i]->state != NULL
            && ngx_http_jwt_state_over(issuers[i], NULL)
            && (issuers[i]->state->behind
                || ngx_http_jwt_state_news(issuers[i])))
        {
            ngx_http_jwt_state_begin(issuers[i]);
        }
    }
}


void
ngx_http_jwt_state_stop(ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t               i;
    struct timespec          until;
    ngx_http_jwt_issuer_t  **issuers;

    issuers = jmcf->issuers.elts;

    ngx_http_jwt_state_until(&until);

    /* a thread that isn't done then dies with the process */

    for (i = 0; i < jmcf->issuers.nelts; i++) {
        if (issuers[i]->state != NULL) {
            (void) ngx_http_jwt_state_over(issuers[i], &until);
        }
    }
}
