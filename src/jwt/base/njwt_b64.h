/*
 * How is base64url read?  In one spelling for one value (RFC 7515, section 2
 * and appendix C; RFC 4648, sections 3.5 and 5).
 */

#ifndef NJWT_B64_H
#define NJWT_B64_H


#include "njwt.h"


/*
 * Decodes base64url without padding.  Takes the text, any length; the bytes
 * go into the arena.  Returns false, *out untouched, on a character outside
 * the alphabet (padding, white space and the "+" and "/" of plain base64
 * too), on a length that no encoder makes, and on unused bits that are not
 * zero: nginx's own decoder stops at "=" and ignores such bits, so that many
 * texts would stand for one signature.  Also false when arena->failed.
 */
bool njwt_b64_decode(njwt_arena_t *arena, njwt_slice_t text,
    njwt_slice_t *out);


#endif /* NJWT_B64_H */
