/*
 * Which methods are there, and what are they called?
 */

#ifndef NJWT_METHOD_H
#define NJWT_METHOD_H


#include "njwt.h"


/*
 * A method is a bit, a rule's methods a set of bits.  The values are nginx's
 * own (the glue checks that), so that a request costs no comparison of names.
 */
typedef uint32_t  njwt_methods_t;

#define NJWT_METHOD_GET   0x00000002u
#define NJWT_METHOD_HEAD  0x00000004u


/*
 * The method of that name, in exactly that case (RFC 9110, section 9.1); 0
 * when it is none that nginx knows.
 */
njwt_methods_t njwt_method(njwt_slice_t name);

/*
 * The names of a set of methods, with ", " between, for Allow (RFC 9110,
 * section 10.2.1).  False, *out untouched, when arena->failed.
 */
bool njwt_method_names(njwt_arena_t *arena, njwt_methods_t methods,
    njwt_slice_t *out);


#endif /* NJWT_METHOD_H */
