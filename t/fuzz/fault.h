/*
 * How does an input say which allocation fails?
 *
 * This program's own malloc, calloc and realloc come before the C library's
 * (or AddressSanitizer's) for the core and OpenSSL alike, and pass on to it.
 * For one file of a program.
 *
 * The JSON library is left out: without memory for a long number's digits it
 * drops one, and ends the program over that by an assertion of its own.  That
 * it costs no more where it goes on is oom_test's to say.
 */

#ifndef FAULT_H
#define FAULT_H


#include "fuzz.h"

#include <errno.h>

#include <jansson.h>


#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FAULT_INTERCEPTED
#endif
#endif

#if defined(FAULT_INTERCEPTED) || defined(__SANITIZE_ADDRESS__)

#define fault_malloc   __interceptor_malloc
#define fault_calloc   __interceptor_calloc
#define fault_realloc  __interceptor_realloc

#else

#define fault_malloc   __libc_malloc
#define fault_calloc   __libc_calloc
#define fault_realloc  __libc_realloc

#endif

extern void *fault_malloc(size_t size);
extern void *fault_calloc(size_t n, size_t size);
extern void *fault_realloc(void *old, size_t size);


/* which allocation fails, counted from 1; 0: none */
static size_t  fault_at;

/* and all after it? */
static bool    fault_on;

static size_t  fault_count;


static bool
fault_now(void)
{
    if (fault_at == 0) {
        return false;
    }

    fault_count++;

    if (fault_count == fault_at || (fault_on && fault_count > fault_at)) {
        errno = ENOMEM;
        return true;
    }

    return false;
}


void *
malloc(size_t size)
{
    return fault_now() ? NULL : fault_malloc(size);
}


void *
calloc(size_t n, size_t size)
{
    return fault_now() ? NULL : fault_calloc(n, size);
}


void *
realloc(void *old, size_t size)
{
    return fault_now() ? NULL : fault_realloc(old, size);
}


static inline void
fault_begin(size_t n, bool on)
{
    json_set_alloc_funcs(fault_malloc, free);

    fault_count = 0;
    fault_on = on;
    fault_at = n;
}


/* Was there an allocation that failed? */

static inline bool
fault_end(void)
{
    bool  failed;

    failed = fault_at != 0 && fault_count >= fault_at;
    fault_at = 0;

    return failed;
}


#endif /* FAULT_H */
