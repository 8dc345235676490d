/*
 * Forms: application/x-www-form-urlencoded (RFC 6749, appendix B).
 */

#ifndef NJWT_FORM_H
#define NJWT_FORM_H


#include "njwt.h"


/* how often a name occurs in a form */
typedef enum {
    NJWT_FORM_MALFORMED = 0,         /* broken coding, or no memory */
    NJWT_FORM_NONE,
    NJWT_FORM_ONE,
    NJWT_FORM_MANY
} njwt_form_t;


/* Is this Content-Type the wanted one?  In any case, with any parameters. */
bool njwt_media_type(njwt_slice_t type, njwt_slice_t wanted);

/* Is it that of a form? */
bool njwt_form_type(njwt_slice_t type);

/*
 * Looks for a name in a form.  Names are compared decoded; a "%" that two
 * hexadecimal digits don't follow, in any name or in a value of this name,
 * makes the form malformed.  *value is set for NJWT_FORM_ONE alone; it belongs
 * to the arena.
 */
njwt_form_t njwt_form_value(njwt_arena_t *arena, njwt_slice_t body,
    njwt_slice_t name, njwt_slice_t *value);


#endif /* NJWT_FORM_H */
