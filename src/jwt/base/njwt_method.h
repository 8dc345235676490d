/*
 * HTTP request methods and their names.
 */

#ifndef NJWT_METHOD_H
#define NJWT_METHOD_H


#include "njwt.h"


/*
 * A method that nginx has a name for is a bit; several form a set of bits.
 * The values are nginx's own (the glue asserts that), so that a request needs
 * no comparison of names.
 */
typedef uint32_t  njwt_methods_t;

#define NJWT_METHOD_GET   0x00000002u
#define NJWT_METHOD_HEAD  0x00000004u
#define NJWT_METHOD_NAMED 0x00007ffeu    /* all of them */


/* a request's method: one that nginx has no name for is known by name only */
typedef struct {
    njwt_methods_t  bit;
    njwt_slice_t    name;
} njwt_method_t;


/*
 * The method of that name, in exactly that case (RFC 9110, section 9.1); 0 if
 * it isn't one that nginx knows.
 */
njwt_methods_t njwt_method(njwt_slice_t name);

/* The method of that name. */
njwt_method_t njwt_method_of(njwt_slice_t name);

/*
 * Can a rule name this method?  It must be a token (RFC 9110, section 9.1) in
 * capitals that begins with a letter.
 */
bool njwt_method_valid(njwt_slice_t name);

/* Does nginx answer it itself, so that a rule for it would never apply? */
bool njwt_method_answered(njwt_slice_t name);

/*
 * The names of a set of methods, separated by ", ", for Allow (RFC 9110,
 * section 10.2.1).  False, *out untouched, when arena->failed.
 */
bool njwt_method_names(njwt_arena_t *arena, njwt_methods_t methods,
    njwt_slice_t *out);


#endif /* NJWT_METHOD_H */
