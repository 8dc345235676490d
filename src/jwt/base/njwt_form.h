/*
 * Forms: application/x-www-form-urlencoded (RFC 6749, appendix B).
 */

#ifndef NJWT_FORM_H
#define NJWT_FORM_H


#include "njwt.h"


/* how often a form has a name */
typedef enum {
    NJWT_FORM_MALFORMED = 0,         /* or there is no memory */
    NJWT_FORM_NONE,
    NJWT_FORM_ONE,
    NJWT_FORM_MANY
} njwt_form_t;


/* Is this Content-Type that one, in any case, maybe with parameters? */
bool njwt_media_type(njwt_slice_t type, njwt_slice_t wanted);

/* Is it one of forms? */
bool njwt_form_type(njwt_slice_t type);

/*
 * Looks for a name in a form.  Names are compared decoded; a "%" that no two
 * hexadecimal digits follow, in any name or in a value of this one, makes the
 * form malformed.  *value is set of NJWT_FORM_ONE alone, a part of the body or
 * the arena's.
 */
njwt_form_t njwt_form_value(njwt_arena_t *arena, njwt_slice_t body,
    njwt_slice_t name, njwt_slice_t *value);


#endif /* NJWT_FORM_H */
