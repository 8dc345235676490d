/*
 * How does an input say which allocation fails?
 *
 * Every program of a fuzzer has fault.c: its own malloc, calloc and realloc
 * come before the C library's (or AddressSanitizer's) for the core and OpenSSL
 * alike, and pass on to it.  A piece of an arena counts as an allocation, too,
 * as it may need a block; and so does each call of OpenSSL that the Makefile
 * names in FUZZ_WRAP: it fails as if OpenSSL had refused it.
 */

#ifndef FAULT_H
#define FAULT_H


#include "fuzz.h"


/* a number of so many bytes is a long one, see below */
#define FAULT_LONG  12


/*
 * From now on the n-th allocation fails, counted from 1, and with "on" all
 * after it; 0: none.
 *
 * With "json" the JSON library's count as well.  That must not be where a text
 * has a long number, or a control character in a string: without memory for
 * one more byte of such the library leaves that out, and ends the program over
 * it by an assertion of its own.
 */
void fault_begin(size_t n, bool on, bool json);

/* The end of it.  Was there an allocation that failed? */
bool fault_end(void);

/* Is there such in the text, or what looks like it? */
bool fault_long(njwt_slice_t text);


#endif /* FAULT_H */
