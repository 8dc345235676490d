/*
 * How is a file replaced while no worker waits for the disk?
 *
 * By a thread: fsync() may take as long as it likes (aio has none, and nginx's
 * thread pools may not be built in).  It has its own copy of all that it
 * needs, takes no signal, and touches nothing of nginx's.
 *
 * Under a temporary name, synced, renamed, and the directory synced: at any
 * instant at which the worker or the machine may die the file is whole.
 */

#include "ngx_http_jwt_keyfile.h"

#include <signal.h>


static const char *
ngx_http_jwt_state_put(ngx_http_jwt_state_job_t *job, int fd)
{
    size_t   done;
    ssize_t  n;

    for (done = 0; done < job->len; done += (size_t) n) {
        n = write(fd, job->data + done, job->len - done);

        if (n == -1 && errno == EINTR) {
            n = 0;
            continue;
        }

        if (n == -1) {
            return "write()";
        }
    }

    return (fsync(fd) == -1) ? "fsync()" : NULL;
}


static const char *
ngx_http_jwt_state_replace(ngx_http_jwt_state_job_t *job, int dir)
{
    int          fd;
    ngx_err_t    err;
    const char  *temp, *failed;

    temp = (const char *) job->temp;

    /* of a worker before this one that had its number */

    (void) unlinkat(dir, temp, 0);

    fd = openat(dir, temp, O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC,
                S_IRUSR|S_IWUSR);

    if (fd == -1) {
        return "open()";
    }

    failed = ngx_http_jwt_state_put(job, fd);
    err = errno;

    if (close(fd) == -1 && failed == NULL) {
        failed = "close()";
        err = errno;
    }

    if (failed == NULL
        && renameat(dir, temp, dir, (const char *) job->file) == -1)
    {
        failed = "rename()";
        err = errno;
    }

    if (failed != NULL) {
        (void) unlinkat(dir, temp, 0);
        errno = err;
        return failed;
    }

    /* there are file systems whose directories can't be synced */

    return (fsync(dir) == -1 && errno != EINVAL) ? "fsync()" : NULL;
}


const char *
ngx_http_jwt_state_write(ngx_http_jwt_state_job_t *job)
{
    int          dir;
    ngx_err_t    err;
    const char  *failed;

    dir = ngx_http_jwt_state_open_dir(job->dir);

    if (dir == -1) {
        return "open()";
    }

    failed = ngx_http_jwt_state_replace(job, dir);
    err = errno;

    (void) close(dir);
    errno = err;

    return failed;
}


static void *
ngx_http_jwt_state_thread(void *data)
{
    ngx_http_jwt_state_job_t  *job = data;

    ngx_err_t    err;
    const char  *failed;

    failed = (job->run != NULL) ? job->run(job)
                                : ngx_http_jwt_state_write(job);
    err = errno;

    (void) pthread_mutex_lock(&job->mutex);

    job->failed = failed;
    job->err = err;
    job->done = 1;

    (void) pthread_cond_signal(&job->over);
    (void) pthread_mutex_unlock(&job->mutex);

    return NULL;
}


/* The clock must be one that nobody sets. */

static int
ngx_http_jwt_state_init(ngx_http_jwt_state_job_t *job)
{
    int                 rc;
    pthread_condattr_t  attr;

    rc = pthread_condattr_init(&attr);

    if (rc != 0) {
        return rc;
    }

    rc = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);

    if (rc == 0) {
        rc = pthread_cond_init(&job->over, &attr);
    }

    (void) pthread_condattr_destroy(&attr);

    return (rc == 0) ? pthread_mutex_init(&job->mutex, NULL) : rc;
}


ngx_err_t
ngx_http_jwt_state_run(ngx_http_jwt_state_job_t *job)
{
    int             rc;
    sigset_t        all, before;
    pthread_t       thread;
    pthread_attr_t  attr;

    rc = ngx_http_jwt_state_init(job);

    if (rc == 0) {
        rc = pthread_attr_init(&attr);
    }

    if (rc != 0) {
        return rc;
    }

    (void) pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);

    /* signals are for the thread that runs nginx's event loop */

    sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &before);

    rc = pthread_create(&thread, &attr, ngx_http_jwt_state_thread, job);

    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void) pthread_attr_destroy(&attr);

    return rc;
}


ngx_uint_t
ngx_http_jwt_state_done(ngx_http_jwt_state_job_t *job,
    const struct timespec *until)
{
    int         rc;
    ngx_uint_t  done;

    rc = 0;

    /* the thread holds it for an instant only */

    (void) pthread_mutex_lock(&job->mutex);

    while (!job->done && until != NULL && rc == 0) {
        rc = pthread_cond_timedwait(&job->over, &job->mutex, until);
    }

    done = job->done;

    (void) pthread_mutex_unlock(&job->mutex);

    return done;
}


void
ngx_http_jwt_state_free(ngx_http_jwt_state_job_t *job)
{
    (void) pthread_cond_destroy(&job->over);
    (void) pthread_mutex_destroy(&job->mutex);

    ngx_free(job);
}


int
ngx_http_jwt_state_open_dir(const u_char *dir)
{
    return open((const char *) dir,
                O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
}
