/*
 * How does the benchmark take a load's share out of what nginx costs?
 *
 *   PATIENT_PIDS="PID ..." LD_PRELOAD=patient.so h2load ...
 *
 * The client has its next look for answers only when these processes have been
 * asleep for a while, and finds them all.  A client that looks for answers as
 * they come keeps step with nginx: then each is in the other's way, as they
 * share the sockets' locks and memory, and nginx pays for it.  How much depends
 * on which of the two is faster by a hair, and not on what nginx does.
 *
 * Only epoll_wait() is another one; a socket that can be written to is reported
 * at once.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>


/* asleep: at so many looks in a row, one each so many nanoseconds */
#define LOOKS  4
#define PAUSE  1000000


typedef int wait_t(int ep, struct epoll_event *events, int count, int ms);


/* Does a process with one of these numbers run, or wait for the processor? */

static int
is_running(const char *pids)
{
    char    name[64], text[512], *state;
    FILE   *in;
    size_t  len;
    long    pid;

    while ((pid = strtol(pids, (char **) &pids, 10)) > 0) {
        snprintf(name, sizeof(name), "/proc/%ld/stat", pid);
        in = fopen(name, "r");

        if (in == NULL) {
            continue;
        }

        len = fread(text, 1, sizeof(text) - 1, in);
        fclose(in);

        text[len] = '\0';
        state = strrchr(text, ')');

        if (state != NULL && strncmp(state, ") R", 3) == 0) {
            return 1;
        }
    }

    return 0;
}


static void
await_sleep(const char *pids)
{
    int              looks;
    struct timespec  pause = { 0, PAUSE };

    for (looks = 0; looks < LOOKS; looks++) {
        nanosleep(&pause, NULL);

        if (is_running(pids)) {
            looks = -1;
        }
    }
}


int
epoll_wait(int ep, struct epoll_event *events, int count, int ms)
{
    int             i, n;
    const char     *pids;
    static wait_t  *real;

    if (real == NULL) {
        *(void **) &real = dlsym(RTLD_NEXT, "epoll_wait");
    }

    pids = getenv("PATIENT_PIDS");

    if (real == NULL || pids == NULL) {
        abort();
    }

    n = real(ep, events, count, 0);

    for (i = 0; i < n; i++) {
        if (events[i].events & EPOLLOUT) {
            return n;
        }
    }

    await_sleep(pids);

    return real(ep, events, count, ms);
}
