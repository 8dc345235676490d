/*
 * What is one member of an object, without reading the rest of it?
 *
 * For a text that was read before and found good: here nothing is checked but
 * the text's end.  Whatever isn't plain is for njwt_json_object().
 */

#ifndef NJWT_JSON_PEEK_H
#define NJWT_JSON_PEEK_H


#include "njwt.h"


typedef enum {
    NJWT_PEEK_UNSURE = 0,    /* read the object */
    NJWT_PEEK_FOUND,
    NJWT_PEEK_ABSENT
} njwt_peek_t;


/*
 * Looks for the member of an object's text.  NJWT_PEEK_FOUND, *value set to
 * bytes of the text, only where it is a string without escapes, a number or a
 * boolean: its text as njwt_json_text() has it.
 */
njwt_peek_t njwt_json_peek(njwt_slice_t text, njwt_slice_t name,
    njwt_slice_t *value);


#endif /* NJWT_JSON_PEEK_H */
