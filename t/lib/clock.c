/*
 * Lets nginx's clock jump in a test.
 *
 * Preloaded, it adds to the time of day the seconds that stand in the file that
 * NJWT_CLOCK names: eight bytes, as this machine has them.  The steady clock
 * goes on as it is, as a machine's does.
 *
 * The file is mapped, not read: nginx looks at the clock in signal handlers,
 * too, where libfaketime, which reads its file, ended nginx's master now and
 * then (Debian 13).
 */

#define _GNU_SOURCE

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>


static const volatile int64_t  *ahead;


__attribute__((constructor))
static void
clock_open(void)
{
    int          fd;
    void        *map;
    const char  *name;

    name = getenv("NJWT_CLOCK");

    if (name == NULL) {
        return;
    }

    fd = open(name, O_RDONLY);

    if (fd == -1) {
        abort();
    }

    map = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);

    if (map == MAP_FAILED) {
        abort();
    }

    ahead = map;
    close(fd);
}


int
clock_gettime(clockid_t id, struct timespec *ts)
{
    int  rc;

    rc = (int) syscall(SYS_clock_gettime, id, ts);

    if (rc == 0 && ahead != NULL
        && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
    {
        ts->tv_sec += (time_t) *ahead;
    }

    return rc;
}


int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
    struct timespec  ts;

    (void) zone;
    (void) clock_gettime(CLOCK_REALTIME, &ts);

    tv->tv_sec = ts.tv_sec;
    tv->tv_usec = ts.tv_nsec / 1000;

    return 0;
}


time_t
time(time_t *when)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_REALTIME, &ts);

    if (when != NULL) {
        *when = ts.tv_sec;
    }

    return ts.tv_sec;
}
