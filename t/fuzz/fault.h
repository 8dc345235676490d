/*
 * How does an input say which allocation fails?
 *
 * Every program of a fuzzer has fault.c: its own malloc, calloc and realloc
 * come before the C library's (or AddressSanitizer's) for the core and OpenSSL
 * alike, and pass on to it.  A piece of an arena counts as an allocation, too,
 * as it may need a block; and so does each call of OpenSSL that t/checks.mk
 * names in FUZZ_WRAP: it fails as if OpenSSL had refused it.
 */

#ifndef FAULT_H
#define FAULT_H


#include "fuzz.h"


/*
 * From now on the n-th allocation fails, counted from 1, and with "on" all
 * after it; 0: none.
 */
void fault_begin(size_t n, bool on);

/* The end of it.  Was there an allocation that failed? */
bool fault_end(void);


#endif /* FAULT_H */
