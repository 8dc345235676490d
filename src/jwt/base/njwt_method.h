/*
 * Which methods are there, and what are they called?
 */

#ifndef NJWT_METHOD_H
#define NJWT_METHOD_H


#include "njwt.h"


/*
 * A method that nginx has a name for is a bit, several are a set of bits.  The
 * values are nginx's own (the glue checks that), so that a request costs no
 * comparison of names.
 */
typedef uint32_t  njwt_methods_t;

#define NJWT_METHOD_GET   0x00000002u
#define NJWT_METHOD_HEAD  0x00000004u
#define NJWT_METHOD_NAMED 0x00007ffeu    /* all of them */


/* a request's method: others than those are known by their names alone */
typedef struct {
    njwt_methods_t  bit;
    njwt_slice_t    name;
} njwt_method_t;


/*
 * The method of that name, in exactly that case (RFC 9110, section 9.1); 0
 * when it is none that nginx knows.
 */
njwt_methods_t njwt_method(njwt_slice_t name);

/* The method of that name. */
njwt_method_t njwt_method_of(njwt_slice_t name);

/*
 * Can a rule name this method?  A token (RFC 9110, section 9.1) in capitals,
 * of which the first is a letter.
 */
bool njwt_method_valid(njwt_slice_t name);

/* Does nginx answer it itself, so that a rule for it never applies? */
bool njwt_method_answered(njwt_slice_t name);

/*
 * The names of a set of methods, with ", " between, for Allow (RFC 9110,
 * section 10.2.1).  False, *out untouched, when arena->failed.
 */
bool njwt_method_names(njwt_arena_t *arena, njwt_methods_t methods,
    njwt_slice_t *out);


#endif /* NJWT_METHOD_H */
