/*
 * When are keys kept for the next start?  After each good fetch, and when
 * another worker's has brought some: one that nginx has not yet told to end.
 *
 * Worker 0 looks ten times a second whether the thread is done, and frees its
 * copy.  There is one thread for an issuer at most: what is published while
 * it writes is written when it is done.
 */

#include "ngx_http_jwt_slot.h"
#include "ngx_http_jwt_state.h"
#include "njwt_state.h"


/* ms that a worker which ends gives its threads */
#define NGX_HTTP_JWT_STATE_LAST  500


static ngx_http_jwt_state_job_t *
ngx_http_jwt_state_job(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_snapshot_t *snapshot, ngx_log_t *log)
{
    u_char                    *p;
    size_t                     size;
    njwt_state_t               text;
    ngx_http_jwt_state_t      *state;
    ngx_http_jwt_state_job_t  *job;

    state = issuer->state;
    size = snapshot->len + NJWT_STATE_MAX_HEAD;

    job = ngx_calloc(sizeof(ngx_http_jwt_state_job_t) + size
                     + state->dir.len + 1 + 2 * (state->file.len + 1)
                     + NGX_INT64_LEN + sizeof("..tmp"), log);
    if (job == NULL) {
        return NULL;
    }

    job->data = (u_char *) job + sizeof(ngx_http_jwt_state_job_t);

    text.source = issuer->digest;
    text.fetched = (uint64_t) snapshot->fetched;
    text.keys.data = snapshot->text;
    text.keys.len = snapshot->len;

    job->len = njwt_state_write(&text, job->data, size);

    if (job->len == 0) {
        ngx_free(job);
        return NULL;
    }

    job->dir = job->data + size;
    p = ngx_cpymem(job->dir, state->dir.data, state->dir.len + 1);

    job->file = p;
    p = ngx_cpymem(job->file, state->file.data, state->file.len + 1);

    job->temp = p;
    (void) ngx_sprintf(p, "%V.%P.tmp%Z", &state->file, ngx_pid);

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
                      "nothing else suffers before the next restart: %s "
                      "failed", &issuer->name, &state->dir, &state->file,
                      failed);
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
    ngx_log_t                 *log;
    ngx_http_jwt_snapshot_t    snapshot;
    ngx_http_jwt_state_job_t  *job;

    log = ngx_cycle->log;
    issuer->state->behind = 0;

    ngx_http_jwt_slot_snapshot(issuer, &snapshot, log);

    if (snapshot.text == NULL) {
        return;
    }

    job = ngx_http_jwt_state_job(issuer, &snapshot, log);
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

    (void) clock_gettime(CLOCK_MONOTONIC, &until);

    until.tv_nsec += NGX_HTTP_JWT_STATE_LAST * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;

    /* a thread that isn't done then dies with the process */

    for (i = 0; i < jmcf->issuers.nelts; i++) {
        if (issuers[i]->state != NULL) {
            (void) ngx_http_jwt_state_over(issuers[i], &until);
        }
    }
}
