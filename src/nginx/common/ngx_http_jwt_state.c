/*
 * Files of state_path, and the threads that write and read files, so that no
 * worker waits for a disk.
 *
 * A thread replaces a file: fsync() may take as long as it likes (aio has
 * none, and nginx's thread pools may not be built in).  It has its own copy of
 * all that it needs, takes no signal, and touches nothing of nginx's.
 *
 * The file is written under a temporary name, synced and renamed, and the
 * directory is synced: whenever the worker or the machine may die, the file is
 * whole.
 */

#include "ngx_http_jwt_state.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>


#define NGX_HTTP_JWT_STATE_TEMP  ".tmp"

/* ms that an exiting worker waits for its threads */
#define NGX_HTTP_JWT_STATE_LAST  500


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

    /* left by an earlier process with the same number */

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

    /* some file systems can't sync directories */

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


/* A clock that nobody can set. */

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

    /* the thread holds it only briefly */

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
    return open((const char *) dir, O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
}


/* Is this the temporary file of a process that no longer exists? */

static ngx_uint_t
ngx_http_jwt_state_orphan(const ngx_str_t *file, u_char *name)
{
    size_t     len, digits;
    ngx_int_t  pid;

    len = ngx_strlen(name);
    digits = sizeof(NGX_HTTP_JWT_STATE_TEMP) - 1;

    if (len <= file->len + 1 + digits
        || ngx_strncmp(name, file->data, file->len) != 0
        || name[file->len] != '.'
        || ngx_strcmp(name + len - digits, NGX_HTTP_JWT_STATE_TEMP) != 0)
    {
        return 0;
    }

    pid = ngx_atoi(name + file->len + 1, len - file->len - 1 - digits);

    return pid > 0 && kill((ngx_pid_t) pid, 0) == -1 && ngx_errno == ESRCH;
}


static void
ngx_http_jwt_state_sweep(const ngx_str_t *file, int dir)
{
    int             fd;
    DIR            *list;
    struct dirent  *entry;

    fd = openat(dir, ".", O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    list = (fd == -1) ? NULL : fdopendir(fd);

    if (list == NULL) {
        if (fd != -1) {
            (void) close(fd);
        }

        return;
    }

    while ((entry = readdir(list)) != NULL) {
        if (ngx_http_jwt_state_orphan(file, (u_char *) entry->d_name)) {
            (void) unlinkat(dir, entry->d_name, 0);
        }
    }

    (void) closedir(list);
}


int
ngx_http_jwt_state_open_file(int dir, const ngx_str_t *file)
{
    ngx_http_jwt_state_sweep(file, dir);

    return openat(dir, (const char *) file->data,
                  O_RDONLY|O_NOFOLLOW|O_NONBLOCK|O_NOCTTY|O_CLOEXEC);
}


/* A file that shrinks meanwhile is truncated, which its check detects. */

ngx_int_t
ngx_http_jwt_state_load(int fd, u_char *data, size_t *size)
{
    size_t   done;
    ssize_t  n;

    for (done = 0; done < *size; done += (size_t) n) {
        n = read(fd, data + done, *size - done);

        if (n == -1 && errno == EINTR) {
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


void *
ngx_http_jwt_state_job_new(size_t job, size_t size, const ngx_str_t *dir,
    const ngx_str_t *file)
{
    u_char                    *p;
    ngx_http_jwt_state_job_t  *base;

    base = calloc(1, job + size + dir->len + 1 + 2 * (file->len + 1)
                     + NGX_INT64_LEN + sizeof("." NGX_HTTP_JWT_STATE_TEMP));
    if (base == NULL) {
        return NULL;
    }

    base->data = (u_char *) base + job;

    base->dir = base->data + size;
    p = ngx_sprintf(base->dir, "%V%Z", dir);

    base->file = p;
    p = ngx_sprintf(p, "%V%Z", file);

    base->temp = p;
    (void) ngx_sprintf(p, "%V.%P" NGX_HTTP_JWT_STATE_TEMP "%Z", file, ngx_pid);

    return base;
}


void
ngx_http_jwt_state_until(struct timespec *until)
{
    (void) clock_gettime(CLOCK_MONOTONIC, until);

    until->tv_nsec += NGX_HTTP_JWT_STATE_LAST * 1000000;
    until->tv_sec += until->tv_nsec / 1000000000;
    until->tv_nsec %= 1000000000;
}
