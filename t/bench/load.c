/*
 * How does the benchmark ask exactly so many times?
 *
 *   load [-b] [-c CONNECTIONS] [-n REQUESTS] [-o FIRST | -r COUNT]
 *        [-s STATUS] [-m METHOD] [-H HEADERS] [-p PID]... PORT PATH [TOKENS]
 *
 * Kept connections, one request at a time on each, with the tokens of the
 * file (one a line) in turn from number FIRST on; or each by chance from the
 * first COUNT, all lines of one length, which are looked up beforehand: of a
 * million tokens few are in the processor's caches, and the load must be none
 * the slower for it.  -H is what stands before each, other headers among it,
 * in place of "Authorization: Bearer ".  Every answer must have that status.
 * Prints a line of JSON: seconds, what requests took (us), and how long these
 * processes ran meanwhile (ns), by the scheduler's own count.
 *
 * With -b it never sleeps: on loopback it's the worker's own time in which a
 * load that sleeps is woken, which costs as much as a signature.  It must then
 * have a core of its own.
 *
 * wrk asks for so many seconds; a cold token can be asked for but once.
 */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>


#define ROOM       65536
#define PROCESSES  64


typedef struct {
    int       fd;
    size_t    have;
    uint64_t  since;
    char      buf[ROOM];
} conn_t;


typedef struct {
    const char  *text;
    size_t       len;
} line_t;


static line_t     *tokens;
static int         busy;
static size_t      token_count, requests = 1000, sent, done, offset, among;
static const char *status = "200", *method = "GET";
static const char *before = "Authorization: Bearer ";
static char        head[8192];
static uint32_t   *took;   /* tenths of a microsecond */
static const char *pids[PROCESSES];
static size_t      pid_count;


static void
fail(const char *what)
{
    fprintf(stderr, "load: %s%s%s\n", what, errno ? ": " : "",
            errno ? strerror(errno) : "");
    exit(1);
}


static uint64_t
now_ns(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000000 + (uint64_t) ts.tv_nsec;
}


/*
 * Once they wait for events: a running process's count is some milliseconds
 * old.
 */

static uint64_t
ran_ns(void)
{
    char                 name[64];
    FILE                *in;
    size_t               i;
    uint64_t             sum;
    unsigned long long   ns;

    usleep(2000);
    sum = 0;

    for (i = 0; i < pid_count; i++) {
        snprintf(name, sizeof(name), "/proc/%s/schedstat", pids[i]);
        in = fopen(name, "r");

        if (in == NULL || fscanf(in, "%llu", &ns) != 1) {
            fail(name);
        }

        fclose(in);
        sum += ns;
    }

    return sum;
}


/* As many as there are requests, in memory of their own. */

static void
choose_tokens(const char *p, const char *end)
{
    char     *copy;
    size_t    len, i, n;
    uint64_t  chance;

    len = (size_t) ((const char *) rawmemchr(p, '\n') - p);
    tokens = calloc(requests, sizeof(line_t));
    copy = malloc(requests * len);

    if (tokens == NULL || copy == NULL
        || (size_t) (end - p) < among * (len + 1))
    {
        fail("there are not so many tokens");
    }

    chance = now_ns() | 1;

    for (i = 0; i < requests; i++) {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        n = (size_t) (chance % among) * (len + 1);

        if (p[n + len] != '\n') {
            fail("the tokens differ in length");
        }

        tokens[i].text = memcpy(copy + i * len, p + n, len);
        tokens[i].len = len;
    }

    token_count = requests;
}


static void
read_tokens(const char *name)
{
    int          fd;
    char        *p, *end, *eol;
    struct stat  st;

    fd = open(name, O_RDONLY);

    if (fd == -1 || fstat(fd, &st) == -1) {
        fail(name);
    }

    p = mmap(NULL, (size_t) st.st_size, PROT_READ,
             MAP_PRIVATE | (among ? 0 : MAP_POPULATE), fd, 0);

    if (p == MAP_FAILED) {
        fail(name);
    }

    end = p + st.st_size;

    if (among) {
        choose_tokens(p, end);
        return;
    }

    tokens = calloc((size_t) st.st_size / 8 + 1, sizeof(line_t));

    if (tokens == NULL) {
        fail("no memory");
    }

    while (p < end && (eol = memchr(p, '\n', (size_t) (end - p))) != NULL) {
        tokens[token_count].text = p;
        tokens[token_count++].len = (size_t) (eol - p);
        p = eol + 1;
    }

    if (token_count == 0) {
        fail("no token in the file");
    }
}


static void
ask(conn_t *c)
{
    int           n;
    size_t        whole;
    line_t       *token;
    struct iovec  iov[3];

    iov[0].iov_base = head;
    iov[0].iov_len = strlen(head);
    whole = iov[0].iov_len;
    n = 1;

    if (token_count) {
        token = &tokens[(offset + sent) % token_count];
        iov[n].iov_base = (char *) token->text;
        iov[n++].iov_len = token->len;
        iov[n].iov_base = "\r\n\r\n";
        iov[n++].iov_len = 4;
        whole += token->len + 4;
    }

    sent++;
    c->have = 0;
    c->since = now_ns();

    if (writev(c->fd, iov, n) != (ssize_t) whole) {
        fail("a request can't be sent");
    }
}


/* True when the answer is whole. */

static int
answered(conn_t *c)
{
    char    *end, *length;
    size_t   body;

    c->buf[c->have] = '\0';
    end = strstr(c->buf, "\r\n\r\n");

    if (end == NULL) {
        return 0;
    }

    length = strcasestr(c->buf, "\r\nContent-Length:");
    body = (length && length < end)
           ? strtoul(length + sizeof("\r\nContent-Length:") - 1, NULL, 10) : 0;

    if (c->have < (size_t) (end + 4 - c->buf) + body) {
        return 0;
    }

    if (strncmp(c->buf + 9, status, 3) != 0) {
        fprintf(stderr, "%s\n", c->buf);
        errno = 0;
        fail("another status");
    }

    return 1;
}


static void
event(conn_t *c)
{
    ssize_t  n;

    n = read(c->fd, c->buf + c->have, ROOM - 1 - c->have);

    if (n <= 0) {
        fail("a connection was closed");
    }

    c->have += (size_t) n;

    if (!answered(c)) {
        return;
    }

    took[done++] = (uint32_t) ((now_ns() - c->since) / 100);

    if (sent < requests) {
        ask(c);
    }
}


static conn_t *
open_conn(int ep, int port)
{
    int                 one = 1;
    conn_t             *c;
    struct epoll_event  ev;
    struct sockaddr_in  sa;

    memset(&sa, 0, sizeof(sa));
    sa.sin_family = AF_INET;
    sa.sin_port = htons((uint16_t) port);
    sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    c = calloc(1, sizeof(conn_t));

    if (c == NULL) {
        fail("no memory");
    }

    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    ev.events = EPOLLIN;
    ev.data.ptr = c;

    if (c->fd == -1
        || connect(c->fd, (struct sockaddr *) &sa, sizeof(sa)) == -1
        || setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == -1
        || epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &ev) == -1)
    {
        fail("no connection");
    }

    return c;
}


/* What is there to be read?  0: nothing in ten seconds. */

static int
await(int ep, struct epoll_event *events, int count)
{
    int       n;
    uint64_t  until;

    if (!busy) {
        return epoll_wait(ep, events, count, 10000);
    }

    until = now_ns() + 10000000000;

    do {
        n = epoll_wait(ep, events, count, 0);
    } while (n == 0 && now_ns() < until);

    return n;
}


static int
by_size(const void *a, const void *b)
{
    uint32_t  x = *(const uint32_t *) a, y = *(const uint32_t *) b;

    return (x > y) - (x < y);
}


static void
run(int port, size_t conns)
{
    int                 i, n, ep;
    size_t              c;
    conn_t            **conn;
    uint64_t            began, ran;
    struct epoll_event  events[256];

    ep = epoll_create1(0);
    took = calloc(requests, sizeof(uint32_t));
    conn = calloc(conns, sizeof(conn_t *));

    if (ep == -1 || took == NULL || conn == NULL) {
        fail("no memory");
    }

    for (c = 0; c < conns; c++) {
        conn[c] = open_conn(ep, port);
    }

    ran = ran_ns();
    began = now_ns();

    for (c = 0; c < conns && sent < requests; c++) {
        ask(conn[c]);
    }

    while (done < requests) {
        n = await(ep, events, 256);

        if (n <= 0) {
            fail("no answer in ten seconds");
        }

        for (i = 0; i < n; i++) {
            event(events[i].data.ptr);
        }
    }

    began = now_ns() - began;
    ran = ran_ns() - ran;

    qsort(took, requests, sizeof(uint32_t), by_size);

    printf("{\"requests\":%zu,\"seconds\":%.6f,\"p50\":%.1f,\"p99\":%.1f,"
           "\"max\":%.1f,\"ran_ns\":%llu}\n", requests, (double) began / 1e9,
           took[requests / 2] / 10.0,
           took[requests - 1 - requests / 100] / 10.0,
           took[requests - 1] / 10.0, (unsigned long long) ran);
}


int
main(int argc, char **argv)
{
    int     opt;
    size_t  conns = 32;

    while ((opt = getopt(argc, argv, "bc:n:o:r:s:m:p:H:")) != -1) {
        switch (opt) {
        case 'b': busy = 1; break;
        case 'c': conns = strtoul(optarg, NULL, 10); break;
        case 'n': requests = strtoul(optarg, NULL, 10); break;
        case 'o': offset = strtoul(optarg, NULL, 10); break;
        case 'r': among = strtoul(optarg, NULL, 10); break;
        case 's': status = optarg; break;
        case 'm': method = optarg; break;
        case 'H': before = optarg; break;
        case 'p':
            if (pid_count < PROCESSES) {
                pids[pid_count++] = optarg;
            }

            break;
        default: return 2;
        }
    }

    if (argc - optind < 2 || requests == 0) {
        fail("usage: load [OPTION]... PORT PATH [TOKENS]");
    }

    if (argc - optind > 2) {
        read_tokens(argv[optind + 2]);
    }

    snprintf(head, sizeof(head), "%s %s HTTP/1.1\r\nHost: localhost\r\n%s",
             method, argv[optind + 1],
             token_count ? before : "\r\n");

    run(atoi(argv[optind]), conns);

    return 0;
}
