/*
 * The n-th allocation fails, in a running nginx.
 *
 * Loaded before nginx (LD_PRELOAD), with the module linked anew so that it
 * asks here for what it asks nginx for (ld's --wrap; see t/checks.mk).  Three
 * kinds are told apart:
 *
 *   1  the module's own: pools, arrays, lists, the slab, variables
 *   2  malloc and its relatives, called by the module or by a library
 *   4  the same, called by nginx
 *   8  of 2, what is called on behalf of the module
 *  16  of 2, what libcurl needs for itself
 *
 * A page that is shared with the test (the file NJWT_FAULTS) says which one
 * is to fail, in which process, and keeps count.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shim.h"


#define FRAMES  40
#define MODULE  "ngx_http_jwt_scope"


extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *p);


shim_page_t  *shim_page;

static uintptr_t     nginx_begin, nginx_end;
static __thread int  inside;


static int
find_nginx(struct dl_phdr_info *info, size_t size, void *data)
{
    int        i;
    uintptr_t  begin, end;

    (void) size;
    (void) data;

    /* the program itself is the first */

    for (i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_LOAD
            && (info->dlpi_phdr[i].p_flags & PF_X))
        {
            begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            end = begin + info->dlpi_phdr[i].p_memsz;

            nginx_begin = begin;
            nginx_end = end;
        }
    }

    return 1;
}


/* A crash: where, in the log of nginx's errors, in names of libraries. */

static void
crashed(int number)
{
    int   n;
    void  *frames[FRAMES];

    inside = 1;
    n = backtrace(frames, FRAMES);
    backtrace_symbols_fd(frames, n, STDERR_FILENO);

    signal(number, SIG_DFL);
    raise(number);
}


__attribute__((constructor))
static void
begin(void)
{
    int          fd;
    void        *frames[2], *map;
    const char  *file;

    file = getenv("NJWT_FAULTS");

    if (file == NULL) {
        return;
    }

    /* loads what it needs now: later it may not allocate */

    (void) backtrace(frames, 2);
    (void) dl_iterate_phdr(find_nginx, NULL);

    fd = open(file, O_RDWR|O_CLOEXEC);
    map = mmap(NULL, sizeof(shim_page_t), PROT_READ|PROT_WRITE, MAP_SHARED,
               fd, 0);

    if (fd == -1 || map == MAP_FAILED) {
        fprintf(stderr, "faults: %s: %s\n", file, strerror(errno));
        _exit(127);
    }

    close(fd);
    shim_page = map;

    signal(SIGSEGV, crashed);
    signal(SIGFPE, crashed);
    signal(SIGBUS, crashed);
    signal(SIGABRT, crashed);
}


/* Where the module, or what it called, asked: for t/faults/Faults.pm. */

void
shim_point(char *p, size_t size)
{
    int      i, n;
    char    *last;
    void    *frames[FRAMES];
    Dl_info  info;

    inside = 1;

    last = p + size;
    n = backtrace(frames, FRAMES);

    for (i = 0; i < n && last - p > 24; i++) {
        if (dladdr(frames[i], &info) == 0
            || info.dli_fname == NULL
            || strstr(info.dli_fname, MODULE) == NULL)
        {
            continue;
        }

        /* behind the call: the line of the call is one byte before it */

        p += snprintf(p, (size_t) (last - p), "%zx ",
                      (size_t) ((char *) frames[i] - (char *) info.dli_fbase)
                      - 1);
    }

    *p = '\0';
    inside = 0;
}


int
shim_mine(void)
{
    return shim_page != NULL
           && !inside
           && (shim_page->process == 0 || shim_page->process == (uint32_t) getpid());
}


int
shim_fails(uint32_t kind)
{
    uint32_t  n;

    shim_under_lock("allocates");

    if (shim_page == NULL || !(shim_page->kinds & kind) || !shim_mine()) {
        return 0;
    }

    n = __atomic_add_fetch(&shim_page->count, 1, __ATOMIC_SEQ_CST);

    if (shim_page->failing == 0
        || n < shim_page->failing
        || (n > shim_page->failing && !shim_page->lasting))
    {
        return 0;
    }

    if (__atomic_add_fetch(&shim_page->failed, 1, __ATOMIC_SEQ_CST) == 1) {
        shim_point(shim_page->point, sizeof(shim_page->point));
    }

    errno = ENOMEM;

    return 1;
}


/*
 * For whom is this call?  Asked for each allocation, so the object that an
 * address belongs to is found without its symbols.
 */

static uint32_t
on_behalf_of(void)
{
    int                    i, n;
    uint32_t               kind;
    void                  *frames[FRAMES];
    const char            *name;
    struct dl_find_object  object;

    if (inside) {
        return SHIM_LIBRARY;
    }

    inside = 1;
    kind = SHIM_LIBRARY;
    n = backtrace(frames, FRAMES);

    for (i = 0; i < n && kind != SHIM_CURL; i++) {
        if (_dl_find_object(frames[i], &object) != 0) {
            continue;
        }

        name = object.dlfo_link_map->l_name;

        if (strstr(name, "libcurl.so") != NULL) {
            kind = SHIM_CURL;

        } else if (strstr(name, MODULE) != NULL) {
            kind = SHIM_BELOW;
        }
    }

    inside = 0;

    return kind;
}


static uint32_t
kind_of(const void *caller)
{
    uint32_t   kind;
    uintptr_t  p = (uintptr_t) caller;

    if (p >= nginx_begin && p < nginx_end) {
        return SHIM_NGINX;
    }

    /* looked for where it is asked for only: it takes its time */

    if (shim_page == NULL
        || !(shim_page->kinds & (SHIM_LIBRARY|SHIM_BELOW))
        || !shim_mine())
    {
        return SHIM_LIBRARY;
    }

    kind = on_behalf_of();

    return kind == SHIM_BELOW && !(shim_page->kinds & SHIM_BELOW)
           ? SHIM_LIBRARY : kind;
}


static void *
counted(void *p)
{
    if (p != NULL && shim_page != NULL && shim_page->process != 0 && shim_mine()) {
        __atomic_add_fetch(&shim_page->live, 1, __ATOMIC_RELAXED);
    }

    return p;
}


void *
malloc(size_t size)
{
    if (shim_fails(kind_of(__builtin_return_address(0)))) {
        return NULL;
    }

    return counted(__libc_malloc(size));
}


void *
calloc(size_t n, size_t size)
{
    if (shim_fails(kind_of(__builtin_return_address(0)))) {
        return NULL;
    }

    return counted(__libc_calloc(n, size));
}


void *
realloc(void *old, size_t size)
{
    if (size != 0 && shim_fails(kind_of(__builtin_return_address(0)))) {
        return NULL;
    }

    if (old == NULL) {
        return counted(__libc_realloc(old, size));
    }

    return __libc_realloc(old, size);
}


int
posix_memalign(void **result, size_t alignment, size_t size)
{
    if (shim_fails(kind_of(__builtin_return_address(0)))) {
        return ENOMEM;
    }

    *result = counted(__libc_memalign(alignment, size));

    return (*result == NULL) ? ENOMEM : 0;
}


void
free(void *p)
{
    if (p != NULL && shim_page != NULL && shim_page->process != 0 && shim_mine()) {
        __atomic_sub_fetch(&shim_page->live, 1, __ATOMIC_RELAXED);
    }

    __libc_free(p);
}


/*
 * What the module asks nginx for.  All of these give a pointer, and NULL where
 * there is no memory; nginx's own declarations are not needed for that.
 */

#define wrap(name, parameters, arguments)                                    \
                                                                             \
    extern void *name parameters;                                            \
    extern void *__wrap_##name parameters;                                   \
                                                                             \
    void *                                                                   \
    __wrap_##name parameters                                                 \
    {                                                                        \
        return shim_fails(SHIM_MODULE) ? NULL : name arguments;                   \
    }

wrap(ngx_palloc, (void *pool, size_t size), (pool, size))
wrap(ngx_pnalloc, (void *pool, size_t size), (pool, size))
wrap(ngx_pcalloc, (void *pool, size_t size), (pool, size))
wrap(ngx_pool_cleanup_add, (void *pool, size_t size), (pool, size))
wrap(ngx_array_create, (void *pool, uintptr_t n, size_t size),
     (pool, n, size))
wrap(ngx_array_push, (void *array), (array))
wrap(ngx_list_push, (void *list), (list))
wrap(ngx_alloc_chain_link, (void *pool), (pool))
wrap(ngx_create_temp_buf, (void *pool, size_t size), (pool, size))
wrap(ngx_alloc, (size_t size, void *log), (size, log))
wrap(ngx_calloc, (size_t size, void *log), (size, log))
wrap(ngx_get_connection, (int s, void *log), (s, log))
wrap(ngx_shared_memory_add, (void *cf, void *name, size_t size, void *tag),
     (cf, name, size, tag))
wrap(ngx_http_add_variable, (void *cf, void *name, uintptr_t flags),
     (cf, name, flags))


/* and these an ngx_int_t: NGX_ERROR is -1 */

#define wrap_number(name, parameters, arguments)                             \
                                                                             \
    extern intptr_t name parameters;                                         \
    extern intptr_t __wrap_##name parameters;                                \
                                                                             \
    intptr_t                                                                 \
    __wrap_##name parameters                                                 \
    {                                                                        \
        return shim_fails(SHIM_MODULE) ? -1 : name arguments;                     \
    }

wrap_number(ngx_http_get_variable_index, (void *cf, void *name), (cf, name))
wrap_number(ngx_http_complex_value, (void *r, void *value, void *to),
            (r, value, to))
wrap_number(ngx_http_compile_complex_value, (void *ccv), (ccv))
wrap_number(ngx_regex_compile, (void *rc), (rc))
wrap_number(ngx_ssl_create, (void *ssl, uintptr_t protocols, void *data),
            (ssl, protocols, data))
