/*
 * Which keys did the run before leave?  Read by the master, at start.
 *
 * The file is the workers' to write, and the master may be root: it follows
 * no link, waits for no FIFO, reads no more than a key set has, and leaves
 * the parsing of keys to the workers.
 */

#include "ngx_http_jwt_slot.h"
#include "ngx_http_jwt_state.h"
#include "njwt_state.h"


static void
ngx_http_jwt_state_pass_over(ngx_http_jwt_issuer_t *issuer, ngx_log_t *log,
    ngx_err_t err, const char *why)
{
    ngx_log_error(NGX_LOG_WARN, log, err,
                  "jwt_issuer \"%V\": the keys in \"%V/%V\" are passed over: "
                  "%s", &issuer->name, &issuer->state->dir,
                  &issuer->state->file, why);
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


/* A file that shrinks meanwhile is cut off, and found to be. */

static ngx_int_t
ngx_http_jwt_state_load(int fd, u_char *data, size_t *size)
{
    size_t   done;
    ssize_t  n;

    for (done = 0; done < *size; done += (size_t) n) {
        n = read(fd, data + done, *size - done);

        if (n == -1 && ngx_errno == NGX_EINTR) {
            n = 0;
            continue;
        }

        if (n == -1) {
            return NGX_ERROR;
        }

        if (n == 0) {
            break;
        }
    }

    *size = done;

    return NGX_OK;
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
                          "jwt_issuer \"%V\": \"state_path\" \"%V\" is no "
                          "directory that can be opened, keys don't outlive "
                          "a restart", &issuer->name, &state->dir);
        }

        return;
    }

    ngx_http_jwt_state_sweep(state, dir);

    fd = openat(dir, (const char *) state->file.data,
                O_RDONLY|O_NOFOLLOW|O_NONBLOCK|O_NOCTTY|O_CLOEXEC);

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
