/*
 * How do keys outlive a restart?  In a file for each issuer (state_path).
 *
 * The master reads it at start, before there are workers: none ever waits for
 * a disk.  A worker that finds no keys in shared memory takes these, as if
 * they had been fetched when they were.  Worker 0 writes the file after each
 * good fetch, in a thread.
 */

#ifndef NGX_HTTP_JWT_KEYFILE_H
#define NGX_HTTP_JWT_KEYFILE_H


#include "ngx_http_jwt.h"

#include <pthread.h>


/* what a thread does, from the heap; its own until it is done */
typedef struct ngx_http_jwt_state_job_s {

    /* returns what failed, errno set, or NULL; if NULL, writes the file */
    const char     *(*run)(struct ngx_http_jwt_state_job_s *job);

    pthread_mutex_t   mutex;
    pthread_cond_t    over;
    ngx_uint_t        done;      /* under the mutex */
    const char       *failed;    /* what, or NULL */
    ngx_err_t         err;

    u_char           *dir;       /* these end with NUL */
    u_char           *file;
    u_char           *temp;
    u_char           *data;
    size_t            len;
} ngx_http_jwt_state_job_t;

typedef struct ngx_http_jwt_state_s {
    ngx_str_t                  dir;          /* both end with NUL */
    ngx_str_t                  file;         /* its name in there */

    /* what the master found; len 0: nothing good */
    njwt_slice_t               keys;
    time_t                     fetched;  /* these, or what was kept since */

    /* of the worker that fetches */
    ngx_http_jwt_state_job_t  *job;          /* is being written */
    unsigned                   behind:1;     /* there are newer keys */
    unsigned                   failing:1;
} ngx_http_jwt_state_t;

/* Does the block ask for a state?  Not with "off". */
ngx_uint_t ngx_http_jwt_state_wanted(ngx_http_jwt_issuer_t *issuer);

/* Names directory and file; touches neither. */
ngx_int_t ngx_http_jwt_state_conf(ngx_conf_t *cf,
    ngx_http_jwt_issuer_t *issuer);

/* Removes what writers left that were killed. */
void ngx_http_jwt_state_sweep(ngx_http_jwt_state_t *state, int dir);

/*
 * In the master, when a configuration is about to be used: makes the
 * directories and reads the files.  What is wrong is logged, and no failure.
 */
void ngx_http_jwt_state_read(ngx_cycle_t *cycle,
    ngx_http_jwt_main_conf_t *jmcf);

/* In each worker, before its first request: takes what was read. */
void ngx_http_jwt_state_adopt(ngx_http_jwt_main_conf_t *jmcf,
    ngx_log_t *log);

/* At its start: keys that no file has yet are written. */
void ngx_http_jwt_state_take_over(ngx_http_jwt_issuer_t *issuer);

/* There are new keys in the slot, or the same, younger. */
void ngx_http_jwt_state_save(ngx_http_jwt_issuer_t *issuer);

/* Is something written?  Goes on with what came meanwhile. */
void ngx_http_jwt_state_look(ngx_http_jwt_main_conf_t *jmcf);

/* At its end: gives what is being written a moment, not more. */
void ngx_http_jwt_state_stop(ngx_http_jwt_main_conf_t *jmcf);


/* ngx_http_jwt_keyfile_thread.c */

/*
 * Opens a directory that isn't a symbolic link; -1, errno set, otherwise.
 * Calls nothing but the system: any thread may.
 */
int ngx_http_jwt_state_open_dir(const u_char *dir);

/*
 * Starts a thread that does the job, or writes a file.  The job is the
 * thread's until it is done, the caller's afterwards; or at once, where an
 * error is returned and there is no thread.
 */
ngx_err_t ngx_http_jwt_state_run(ngx_http_jwt_state_job_t *job);

/* Writes the job's file, in a thread; returns as the job's own function. */
const char *ngx_http_jwt_state_write(ngx_http_jwt_state_job_t *job);

/*
 * Is the thread done?  With a time of the monotonic clock: waits until then,
 * which only a worker that ends may.
 */
ngx_uint_t ngx_http_jwt_state_done(ngx_http_jwt_state_job_t *job,
    const struct timespec *until);

/* Frees a job that is done, or that no thread has. */
void ngx_http_jwt_state_free(ngx_http_jwt_state_job_t *job);


#endif /* NGX_HTTP_JWT_KEYFILE_H */
