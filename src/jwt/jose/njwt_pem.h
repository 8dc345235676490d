/*
 * The blocks of a PEM text (RFC 7468).
 */

#ifndef NJWT_PEM_H
#define NJWT_PEM_H


#include "njwt.h"


typedef struct {
    njwt_slice_t  label;         /* a part of the text */
    njwt_slice_t  body;          /* base64 with its white space */
    bool          whole;         /* it has an end with the same label */
} njwt_pem_t;


/* Is there a line that begins a block? */
bool njwt_pem_is(njwt_slice_t text);

/*
 * Takes the next block off the front of *rest; text between blocks is
 * explanation (section 2).  False, *block untouched: there is none.
 */
bool njwt_pem_next(njwt_slice_t *rest, njwt_pem_t *block);

/* Is it a private key of any kind, by its label? */
bool njwt_pem_is_private(const njwt_pem_t *block);

/*
 * The bytes of a block, which the arena owns; false, *der untouched: it isn't
 * whole, or no base64, or arena->failed.
 */
bool njwt_pem_decode(njwt_arena_t *arena, const njwt_pem_t *block,
    njwt_slice_t *der);


#endif /* NJWT_PEM_H */
