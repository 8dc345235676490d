/*
 * While a zone is locked nothing is done but copying and counting: no memory is
 * allocated, no call may wait, no second lock is taken; and a lock
 * that was taken is given back before the worker waits for events.
 *
 * The module is linked so that it locks, and asks the slab, here (ld's
 * --wrap); libc's calls that may wait come here first, whoever makes them.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "shim.h"


static __thread unsigned  held;


void
shim_under_lock(const char *what)
{
    if (held == 0 || shim_page == NULL) {
        return;
    }

    if (__atomic_add_fetch(&shim_page->misuses, 1, __ATOMIC_SEQ_CST) == 1) {
        strncpy(shim_page->misuse, what, sizeof(shim_page->misuse) - 1);
        shim_point(shim_page->misuse_point, sizeof(shim_page->misuse_point));
    }
}


extern void ngx_shmtx_lock(void *mutex);
extern uintptr_t ngx_shmtx_trylock(void *mutex);
extern void ngx_shmtx_unlock(void *mutex);
extern void *ngx_slab_calloc(void *pool, size_t size);

extern void __wrap_ngx_shmtx_lock(void *mutex);
extern uintptr_t __wrap_ngx_shmtx_trylock(void *mutex);
extern void __wrap_ngx_shmtx_unlock(void *mutex);
extern void *__wrap_ngx_slab_calloc(void *pool, size_t size);


static void
taken(void)
{
    shim_under_lock("takes a second lock");
    held++;

    if (shim_page != NULL) {
        __atomic_add_fetch(&shim_page->locks, 1, __ATOMIC_RELAXED);
    }
}


void
__wrap_ngx_shmtx_lock(void *mutex)
{
    shim_under_lock("waits for a second lock");
    ngx_shmtx_lock(mutex);
    taken();
}


uintptr_t
__wrap_ngx_shmtx_trylock(void *mutex)
{
    if (!ngx_shmtx_trylock(mutex)) {
        return 0;
    }

    taken();

    return 1;
}


void
__wrap_ngx_shmtx_unlock(void *mutex)
{
    if (held == 0) {
        held = 1;
        shim_under_lock("unlocks what it didn't lock");
    }

    held--;
    ngx_shmtx_unlock(mutex);
}


void *
__wrap_ngx_slab_calloc(void *pool, size_t size)
{
    if (shim_page != NULL) {
        __atomic_add_fetch(&shim_page->slabs, 1, __ATOMIC_RELAXED);
    }

    return shim_fails(SHIM_MODULE) ? NULL : ngx_slab_calloc(pool, size);
}


/* Calls that may wait. */

#define waits(type, name, parameters, arguments)                             \
                                                                             \
    type                                                                     \
    name parameters                                                          \
    {                                                                        \
        static type  (*next) parameters;                                     \
                                                                             \
        shim_under_lock(#name);                                              \
                                                                             \
        if (next == NULL) {                                                  \
            *(void **) &next = dlsym(RTLD_NEXT, #name);                      \
        }                                                                    \
                                                                             \
        return next arguments;                                               \
    }

waits(int, epoll_wait, (int ep, struct epoll_event *events, int n, int ms),
      (ep, events, n, ms))
waits(int, poll, (struct pollfd *fds, nfds_t n, int ms), (fds, n, ms))
waits(int, nanosleep, (const struct timespec *time, struct timespec *left),
      (time, left))
waits(int, usleep, (useconds_t us), (us))
waits(int, fsync, (int fd), (fd))
waits(ssize_t, read, (int fd, void *data, size_t n), (fd, data, n))
waits(ssize_t, write, (int fd, const void *data, size_t n), (fd, data, n))
waits(ssize_t, pread, (int fd, void *data, size_t n, off_t at),
      (fd, data, n, at))
waits(ssize_t, pwrite, (int fd, const void *data, size_t n, off_t at),
      (fd, data, n, at))
waits(ssize_t, writev, (int fd, const struct iovec *v, int n), (fd, v, n))
waits(ssize_t, recv, (int fd, void *data, size_t n, int flags),
      (fd, data, n, flags))
waits(ssize_t, send, (int fd, const void *data, size_t n, int flags),
      (fd, data, n, flags))
waits(int, close, (int fd), (fd))
