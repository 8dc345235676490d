/*
 * revocation_file, which is read again whenever it changes.
 *
 * One worker lets a thread check, read, parse and hash the file, and puts its
 * entries into the memory some hundred at a time: nothing waits for the disk,
 * and a hundred thousand entries delay no request.
 *
 * A file whose status has changed is read again for another second, as two
 * changes may have the same time; only an error that has lasted that long is
 * logged.
 */

#include "ngx_http_jwt_revoked.h"
#include "ngx_http_jwt_state.h"
#include "njwt_hash.h"

#include <fcntl.h>
#include <stdlib.h>


#define NGX_HTTP_JWT_REVOKED_MAX     (64 * 1024 * 1024)

/* ms between two checks, until a thread is done, and until the next step */
#define NGX_HTTP_JWT_REVOKED_TICK    250
#define NGX_HTTP_JWT_REVOKED_WAIT    20
#define NGX_HTTP_JWT_REVOKED_STEP    1

/* parts of a file's entries at a time: some thousand entries, a millisecond */
#define NGX_HTTP_JWT_REVOKED_PARTS   32

/* ms for which a file must stay the same */
#define NGX_HTTP_JWT_REVOKED_SETTLE  1000

/* ms until a file that is wrong, or found no room, is read again */
#define NGX_HTTP_JWT_REVOKED_RETRY   10000

#define NGX_HTTP_JWT_REVOKED_SWEEP   10000

/* room for the place of what is wrong in a file */
#define NGX_HTTP_JWT_REVOKED_PLACE                                            \
    (sizeof("entry  (line ) of ") + 2 * NGX_SIZE_T_LEN)


/* a thread's input and output */
typedef struct {
    ngx_http_jwt_state_job_t         base;
    njwt_slice_t                     claims[NGX_HTTP_JWT_REVOKED_CLAIMS];
    u_char                           prefix[NGX_HTTP_JWT_REVOKED_CLAIMS]
                                           [NGX_HTTP_JWT_DIGEST_LEN];
    njwt_revocation_terms_t          terms;
    ngx_uint_t                       again;     /* even if unchanged */

    ngx_uint_t                       skipped;   /* it wasn't read: unchanged */
    ngx_http_jwt_revoked_file_t      file;      /* as it was, and is */
    u_char                           known[NGX_HTTP_JWT_DIGEST_LEN];
    ngx_http_jwt_revoked_t          *list;      /* NULL: nothing new */
    ngx_uint_t                       n;
} ngx_http_jwt_revoked_job_t;

typedef struct ngx_http_jwt_revoked_watch_s {
    ngx_http_jwt_revoked_job_t      *job;
    struct stat                      seen;      /* when it was last read */
    ngx_http_jwt_revoked_replace_t   replace;
    ngx_msec_t                       changed;   /* when that was noticed */
    ngx_msec_t                       failed;    /* when it was last wrong */
    ngx_msec_t                       looked;
    unsigned                         settling:1;
    unsigned                         failing:1;
    unsigned                         full:1;
} ngx_http_jwt_revoked_watch_t;


/* Reads all of it, at most its first size. */

u_char *
ngx_http_jwt_revoked_file_load(int fd, off_t most, struct stat *seen,
    size_t *len, const char **fault)
{
    u_char  *data;

    *fault = "can't be read";

    if (fstat(fd, seen) == -1) {
        return NULL;
    }

    errno = 0;

    if (!S_ISREG(seen->st_mode)) {
        *fault = "is no regular file";
        return NULL;
    }

    if (seen->st_size > most) {
        *fault = "is longer than 64m";
        return NULL;
    }

    *len = (size_t) seen->st_size;
    data = malloc(*len + 1);

    if (data == NULL) {
        return NULL;
    }

    if (ngx_http_jwt_state_load(fd, data, len) != NGX_OK) {
        free(data);
        return NULL;
    }

    errno = 0;

    return data;
}


const char *
ngx_http_jwt_revoked_file_read(const u_char *path,
    const njwt_revocation_terms_t *terms, const u_char *known,
    ngx_http_jwt_revoked_file_t *file)
{
    int            fd;
    u_char        *data;
    const char    *fault;
    njwt_slice_t   text;

    ngx_memzero(&file->entries, sizeof(njwt_revocation_entries_t));
    ngx_memzero(file->digest, NGX_HTTP_JWT_DIGEST_LEN);
    njwt_arena_init(&file->arena);

    fd = open((const char *) path, O_RDONLY|O_NONBLOCK|O_NOCTTY|O_CLOEXEC);

    if (fd == -1) {
        return "can't be opened";
    }

    data = ngx_http_jwt_revoked_file_load(fd, NGX_HTTP_JWT_REVOKED_MAX,
                                          &file->seen, &text.len, &fault);
    (void) close(fd);

    if (data == NULL) {
        return fault;
    }

    text.data = data;

    if (!njwt_sha256(text, file->digest)) {
        fault = "can't be hashed";

    } else if ((known != NULL
                && ngx_memcmp(file->digest, known, NGX_HTTP_JWT_DIGEST_LEN)
                   == 0)
               || njwt_revocation_read(&file->arena, terms, text,
                                       &file->entries))
    {
        fault = NULL;

    } else {
        fault = file->entries.fault;
    }

    free(data);
    errno = 0;

    return fault;
}


static ngx_uint_t
ngx_http_jwt_revoked_file_same(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino
           && a->st_dev == b->st_dev
           && a->st_size == b->st_size
           && a->st_mtim.tv_sec == b->st_mtim.tv_sec
           && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec
           && a->st_ctim.tv_sec == b->st_ctim.tv_sec
           && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}


/* In the thread. */

static const char *
ngx_http_jwt_revoked_file_run(ngx_http_jwt_state_job_t *base)
{
    const char                  *fault;
    struct stat                  now;
    ngx_http_jwt_revoked_job_t  *job;

    job = (ngx_http_jwt_revoked_job_t *) base;

    if (stat((const char *) job->base.file, &now) == -1) {
        ngx_memzero(&job->file.seen, sizeof(struct stat));
        return "can't be opened";
    }

    if (!job->again && ngx_http_jwt_revoked_file_same(&now, &job->file.seen)) {
        job->skipped = 1;
        errno = 0;
        return NULL;
    }

    fault = ngx_http_jwt_revoked_file_read(job->base.file, &job->terms,
                                           job->known, &job->file);

    if (fault == NULL
        && ngx_memcmp(job->known, job->file.digest, NGX_HTTP_JWT_DIGEST_LEN)
           != 0)
    {
        job->list = ngx_http_jwt_revoked_keys(job->prefix, job->claims,
                                              &job->file.entries, 1);
        fault = (job->list == NULL) ? "needs more memory than there is"
                                    : NULL;
    }

    if (job->list != NULL) {
        job->n = ngx_http_jwt_revoked_unique(job->list,
                                             job->file.entries.count);
    }

    njwt_arena_free(&job->file.arena);

    return fault;
}


/* The thread uses nothing but its own memory: the configuration may go. */

static ngx_http_jwt_revoked_job_t *
ngx_http_jwt_revoked_file_job(ngx_http_jwt_issuer_t *issuer)
{
    u_char                      *p;
    size_t                       size;
    ngx_str_t                    dir = ngx_null_string;
    ngx_uint_t                   i;
    const njwt_slice_t          *claims = issuer->trust.revocation;
    ngx_http_jwt_revocation_t   *rv = &issuer->revocation;
    ngx_http_jwt_revoked_job_t  *job;

    size = 0;

    for (i = 0; i < issuer->trust.revocation_count; i++) {
        size += claims[i].len;
    }

    job = ngx_http_jwt_state_job_new(sizeof(ngx_http_jwt_revoked_job_t), size,
                                     &dir, &rv->file);
    if (job == NULL) {
        return NULL;
    }

    p = job->base.data;

    for (i = 0; i < issuer->trust.revocation_count; i++) {
        job->claims[i].data = p;
        job->claims[i].len = claims[i].len;
        p = ngx_cpymem(p, claims[i].data, claims[i].len);

        ngx_memcpy(job->prefix[i], rv->prefix[i], NGX_HTTP_JWT_DIGEST_LEN);
    }

    job->terms.claims = job->claims;
    job->terms.claim_count = issuer->trust.revocation_count;
    job->terms.file = true;
    job->terms.now = (double) ngx_time();
    job->terms.keep = (double) rv->keep / 1000;

    job->base.run = ngx_http_jwt_revoked_file_run;

    return job;
}


static void
ngx_http_jwt_revoked_file_look(ngx_http_jwt_issuer_t *issuer)
{
    ngx_http_jwt_revoked_job_t    *job;
    ngx_http_jwt_revoked_watch_t  *watch;

    watch = issuer->revocation.watch;
    job = ngx_http_jwt_revoked_file_job(issuer);

    if (job == NULL) {
        return;
    }

    job->again = watch->settling;
    job->file.seen = watch->seen;
    ngx_http_jwt_revoked_known(issuer, job->known);

    if (watch->failing
        && ngx_current_msec - watch->failed >= NGX_HTTP_JWT_REVOKED_RETRY)
    {
        watch->failed = ngx_current_msec;
        job->again = 1;
    }

    if (ngx_http_jwt_state_run(&job->base) != 0) {
        ngx_http_jwt_state_free(&job->base);
        return;
    }

    watch->job = job;
}


static void
ngx_http_jwt_revoked_file_failed(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_revoked_job_t *job, ngx_log_t *log)
{
    u_char                      entry[NGX_HTTP_JWT_REVOKED_PLACE];
    u_char                      line[NGX_HTTP_JWT_REVOKED_PLACE];
    njwt_revocation_entries_t  *entries;

    entries = &job->file.entries;
    entry[0] = '\0';
    line[0] = '\0';

    if (entries->entry != 0) {
        (void) ngx_sprintf(entry, "entry %uz (line %uz) of %Z",
                           entries->entry, entries->line);

    } else if (entries->line != 0) {
        (void) ngx_sprintf(line, " (line %uz)%Z", entries->line);
    }

    ngx_log_error(NGX_LOG_ERR, log, job->base.err,
                  "jwt_issuer \"%V\": %s\"revocation_file\" \"%V\" %s%s; its "
                  "last good content stays in force", &issuer->name, entry,
                  &issuer->revocation.file, job->base.failed, line);
}


/* Handles what the thread has found when it is done. */

static void
ngx_http_jwt_revoked_file_take(ngx_http_jwt_issuer_t *issuer, ngx_log_t *log)
{
    ngx_http_jwt_revoked_job_t    *job;
    ngx_http_jwt_revoked_watch_t  *watch;

    watch = issuer->revocation.watch;
    job = watch->job;
    watch->job = NULL;

    if (!ngx_http_jwt_revoked_file_same(&job->file.seen, &watch->seen)) {
        watch->changed = ngx_current_msec;
        watch->settling = 1;

        /* it may be wrong in another way */
        watch->failing = 0;

    } else if (ngx_current_msec - watch->changed
               >= NGX_HTTP_JWT_REVOKED_SETTLE)
    {
        if (watch->settling && job->base.failed != NULL) {
            watch->failing = 1;
            ngx_http_jwt_revoked_fails(issuer,
                                       NGX_HTTP_JWT_REVOKED_FILE_FAILS, 1);
            watch->failed = ngx_current_msec;
            ngx_http_jwt_revoked_file_failed(issuer, job, log);
        }

        watch->settling = 0;
    }

    watch->seen = job->file.seen;

    /* a file that wasn't read is as wrong as before */

    if (job->base.failed == NULL && !job->skipped) {
        watch->failing = 0;

        if (!watch->full) {
            ngx_http_jwt_revoked_fails(issuer,
                                       NGX_HTTP_JWT_REVOKED_FILE_FAILS, 0);
        }
    }

    if (job->list != NULL) {
        ngx_memzero(&watch->replace, sizeof(ngx_http_jwt_revoked_replace_t));

        watch->replace.list = job->list;
        watch->replace.n = job->n;
        ngx_memcpy(watch->replace.digest, job->file.digest,
                   NGX_HTTP_JWT_DIGEST_LEN);
    }

    ngx_http_jwt_state_free(&job->base);
}


/* 1: there is more to do. */

static ngx_uint_t
ngx_http_jwt_revoked_file_apply(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_revoked_watch_t *watch, ngx_log_t *log)
{
    ngx_int_t                        rc;
    ngx_str_t                       *path;
    ngx_uint_t                       i;
    ngx_http_jwt_revoked_replace_t  *replace = &watch->replace;

    rc = NGX_AGAIN;

    for (i = 0; rc == NGX_AGAIN && i < NGX_HTTP_JWT_REVOKED_PARTS; i++) {
        rc = ngx_http_jwt_revoked_step(issuer, replace, log);
    }

    if (rc == NGX_AGAIN) {
        return 1;
    }

    path = &issuer->revocation.file;

    if (rc == NGX_OK) {
        watch->full = 0;
        ngx_http_jwt_revoked_fails(issuer, NGX_HTTP_JWT_REVOKED_FILE_FAILS, 0);

        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "jwt_issuer \"%V\": %ui entr%s of \"revocation_file\" "
                      "\"%V\" in force", &issuer->name, replace->n,
                      (replace->n == 1) ? "y" : "ies", path);

    } else if (rc == NGX_DECLINED) {

        if (!watch->full) {
            ngx_log_error(NGX_LOG_ERR, log, 0,
                          "jwt_issuer \"%V\": \"revocation_file\" \"%V\" has "
                          "%ui entries, more than \"jwt_revocation_zone\" has "
                          "room for: its last good content stays in "
                          "force, write a larger size", &issuer->name,
                          path, replace->n);
        }

        watch->full = 1;
        ngx_http_jwt_revoked_fails(issuer, NGX_HTTP_JWT_REVOKED_FILE_FAILS, 1);
        watch->failing = 1;
        watch->failed = ngx_current_msec;
    }

    free(replace->list);
    replace->list = NULL;

    return 0;
}


/* Returns the ms until there is more to do. */

static ngx_msec_t
ngx_http_jwt_revoked_watch(ngx_http_jwt_issuer_t *issuer, ngx_log_t *log)
{
    ngx_http_jwt_revoked_watch_t  *watch;

    watch = issuer->revocation.watch;

    if (watch == NULL) {
        return NGX_HTTP_JWT_REVOKED_TICK;
    }

    if (watch->replace.list != NULL) {
        return ngx_http_jwt_revoked_file_apply(issuer, watch, log)
               ? NGX_HTTP_JWT_REVOKED_STEP : NGX_HTTP_JWT_REVOKED_TICK;
    }

    if (watch->job != NULL) {

        if (!ngx_http_jwt_state_done(&watch->job->base, NULL)) {
            return NGX_HTTP_JWT_REVOKED_WAIT;
        }

        ngx_http_jwt_revoked_file_take(issuer, log);

        return (watch->replace.list != NULL) ? NGX_HTTP_JWT_REVOKED_STEP
                                             : NGX_HTTP_JWT_REVOKED_TICK;
    }

    /* others' files may be due more often */

    if (ngx_current_msec - watch->looked < NGX_HTTP_JWT_REVOKED_TICK) {
        return NGX_HTTP_JWT_REVOKED_TICK;
    }

    watch->looked = ngx_current_msec;
    ngx_http_jwt_revoked_file_look(issuer);

    return NGX_HTTP_JWT_REVOKED_WAIT;
}


static void
ngx_http_jwt_revoked_tick(ngx_event_t *ev)
{
    ngx_msec_t                 next, due;
    ngx_uint_t                 i;
    ngx_http_jwt_issuer_t     *issuer;
    ngx_http_jwt_main_conf_t  *jmcf;

    jmcf = (ngx_http_jwt_main_conf_t *)
           ((u_char *) ev - offsetof(ngx_http_jwt_main_conf_t, revoked_tick));

    /* a new worker watches the files of a new configuration */

    if (ngx_exiting) {
        return;
    }

    next = NGX_HTTP_JWT_REVOKED_TICK;

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (issuer->revocation.slot == NULL) {
            continue;
        }

        due = ngx_http_jwt_revoked_watch(issuer, ev->log);
        next = ngx_min(next, due);

        if (ngx_http_jwt_revoked_save(issuer)) {
            next = NGX_HTTP_JWT_REVOKED_STEP;
        }
    }

    if (ngx_current_msec - jmcf->revoked_swept >= NGX_HTTP_JWT_REVOKED_SWEEP) {
        jmcf->revoked_swept = ngx_current_msec;
        ngx_http_jwt_revoked_sweep(jmcf->revoked, ev->log);
    }

    ngx_add_timer(ev, next);
}


void
ngx_http_jwt_revoked_start(ngx_http_jwt_main_conf_t *jmcf, ngx_log_t *log)
{
    ngx_uint_t                     i;
    ngx_http_jwt_issuer_t         *issuer;
    ngx_http_jwt_revocation_t     *rv;
    ngx_http_jwt_revoked_watch_t  *watch;

    if (jmcf->revoked == NULL
        || !((ngx_process == NGX_PROCESS_WORKER && ngx_worker == 0)
             || ngx_process == NGX_PROCESS_SINGLE))
    {
        return;
    }

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        rv = &issuer->revocation;

        if (rv->slot == NULL || rv->read == NULL) {
            continue;
        }

        watch = ngx_pcalloc(ngx_cycle->pool,
                            sizeof(ngx_http_jwt_revoked_watch_t));

        if (watch == NULL) {
            continue;
        }

        /*
         * read once more: it may have changed since the configuration was read
         */

        watch->seen = rv->read->seen;
        watch->settling = 1;
        watch->changed = ngx_current_msec;

        rv->watch = watch;
    }

    jmcf->revoked_tick.handler = ngx_http_jwt_revoked_tick;
    jmcf->revoked_tick.data = &jmcf->dummy;
    jmcf->revoked_tick.log = log;
    jmcf->revoked_tick.cancelable = 1;
    jmcf->revoked_swept = ngx_current_msec;

    /* at once as well: a worker that died may have left work undone */

    ngx_http_jwt_revoked_sweep(jmcf->revoked, log);
    ngx_add_timer(&jmcf->revoked_tick, NGX_HTTP_JWT_REVOKED_WAIT);
}


void
ngx_http_jwt_revoked_stop(ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t              i;
    ngx_http_jwt_issuer_t  *issuer;

    if (jmcf->revoked_tick.handler == NULL) {
        return;
    }

    if (jmcf->revoked_tick.timer_set) {
        ngx_del_timer(&jmcf->revoked_tick);
    }

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (issuer->revocation.slot != NULL) {
            ngx_http_jwt_revoked_save_last(issuer);
        }
    }
}
