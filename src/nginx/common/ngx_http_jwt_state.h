/*
 * Files that outlive a restart, in the directory of state_path; and the
 * threads that read and write files while no worker waits for a disk.
 */

#ifndef NGX_HTTP_JWT_STATE_H
#define NGX_HTTP_JWT_STATE_H


#include <ngx_config.h>
#include <ngx_core.h>

#include "njwt.h"

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

/* an issuer's */
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


/*
 * Opens a directory that isn't a symbolic link; -1, errno set, otherwise.
 * Calls nothing but the system: any thread may.
 */
int ngx_http_jwt_state_open_dir(const u_char *dir);

/*
 * Opens a file in an open directory to be read, without a link or a wait, and
 * removes what its writers left that were killed; -1, errno set: it can't.
 */
int ngx_http_jwt_state_open_file(int dir, const ngx_str_t *file);

/*
 * Reads *size bytes, or what there is: *size is then how many.  Any thread
 * may.  NGX_ERROR: errno says why.
 */
ngx_int_t ngx_http_jwt_state_load(int fd, u_char *data, size_t *size);

/*
 * A job of so many bytes, whose first member is ngx_http_jwt_state_job_t, that
 * writes up to size bytes into the file in the directory; or NULL.
 */
void *ngx_http_jwt_state_job_new(size_t job, size_t size,
    const ngx_str_t *dir, const ngx_str_t *file);

/*
 * Starts a thread that does the job, or writes a file.  The job is the
 * thread's until it is done, the caller's afterwards; or at once, where an
 * error is returned and there is no thread.
 */
ngx_err_t ngx_http_jwt_state_run(ngx_http_jwt_state_job_t *job);

/* Writes the job's file, in a thread; returns as the job's own function. */
const char *ngx_http_jwt_state_write(ngx_http_jwt_state_job_t *job);

/* Until when a worker that ends waits for its threads: a moment, not more. */
void ngx_http_jwt_state_until(struct timespec *until);

/*
 * Is the thread done?  With a time of the monotonic clock: waits until then,
 * which only a worker that ends may.
 */
ngx_uint_t ngx_http_jwt_state_done(ngx_http_jwt_state_job_t *job,
    const struct timespec *until);

/* Frees a job that is done, or that no thread has. */
void ngx_http_jwt_state_free(ngx_http_jwt_state_job_t *job);


#endif /* NGX_HTTP_JWT_STATE_H */
