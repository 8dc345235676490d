/*
 * Files that outlive a restart, in the directory of state_path; and the
 * threads that read and write files, so that no worker waits for a disk.
 */

#ifndef NGX_HTTP_JWT_STATE_H
#define NGX_HTTP_JWT_STATE_H


#include <ngx_config.h>
#include <ngx_core.h>

#include "njwt.h"

#include <pthread.h>


/* a thread's task, from the heap; the thread's own until it is done */
typedef struct ngx_http_jwt_state_job_s {

    /*
     * returns what failed, with errno set, or NULL; without run, writes the
     * file
     */
    const char     *(*run)(struct ngx_http_jwt_state_job_s *job);

    pthread_mutex_t   mutex;
    pthread_cond_t    over;
    ngx_uint_t        done;      /* under the mutex */
    const char       *failed;    /* what failed, or NULL */
    ngx_err_t         err;

    u_char           *dir;       /* these end with NUL */
    u_char           *file;
    u_char           *temp;
    u_char           *data;
    size_t            len;
} ngx_http_jwt_state_job_t;

/* an issuer's */
typedef struct ngx_http_jwt_state_s {
    ngx_str_t                  dir;          /* dir and file end with NUL */
    ngx_str_t                  file;         /* its name in dir */

    /* what the master read; len 0: nothing usable */
    njwt_slice_t               keys;
    time_t                     fetched;  /* of these, or of keys saved since */

    /* in the worker that fetches */
    ngx_http_jwt_state_job_t  *job;          /* is being written */
    unsigned                   behind:1;     /* are there newer keys? */
    unsigned                   failing:1;
} ngx_http_jwt_state_t;


/*
 * Opens a directory that isn't a symbolic link; otherwise -1 with errno set.
 * Makes system calls only: any thread may call it.
 */
int ngx_http_jwt_state_open_dir(const u_char *dir);

/*
 * Opens a file in an open directory for reading, without following a link or
 * waiting, and removes what killed writers left behind; -1 with errno set on
 * failure.
 */
int ngx_http_jwt_state_open_file(int dir, const ngx_str_t *file);

/*
 * Reads *size bytes, or as many as there are: *size is then their number.  Any
 * thread may call it.  NGX_ERROR: errno says why.
 */
ngx_int_t ngx_http_jwt_state_load(int fd, u_char *data, size_t *size);

/*
 * A task of that many bytes, whose first member is ngx_http_jwt_state_job_t,
 * which has room for size bytes and the names of directory and file; NULL: no
 * memory.
 */
void *ngx_http_jwt_state_job_new(size_t job, size_t size,
    const ngx_str_t *dir, const ngx_str_t *file);

/*
 * Starts a thread that runs the task, or writes a file.  The task is the
 * thread's until it is done, then the caller's; if an error is returned, there
 * is no thread, and it is the caller's at once.
 */
ngx_err_t ngx_http_jwt_state_run(ngx_http_jwt_state_job_t *job);

/* Writes the task's file in a thread; returns what its own function would. */
const char *ngx_http_jwt_state_write(ngx_http_jwt_state_job_t *job);

/* The time until which an exiting worker waits for its threads: a moment. */
void ngx_http_jwt_state_until(struct timespec *until);

/*
 * Is the thread done?  With a time of the monotonic clock it waits until then,
 * which only an exiting worker may do.
 */
ngx_uint_t ngx_http_jwt_state_done(ngx_http_jwt_state_job_t *job,
    const struct timespec *until);

/* Frees a task that is done, or that no thread has. */
void ngx_http_jwt_state_free(ngx_http_jwt_state_job_t *job);


#endif /* NGX_HTTP_JWT_STATE_H */
