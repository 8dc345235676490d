/*
 * Base64url, read strictly: each value has one spelling (RFC 7515, section 2
 * and appendix C; RFC 4648, sections 3.5 and 5).
 */

#ifndef NJWT_B64_H
#define NJWT_B64_H


#include "njwt.h"


/*
 * Decodes base64url without padding.  Takes the text, any length; the bytes go
 * into the arena.  Returns false, *out untouched, on a character outside the
 * alphabet (padding, white space and the "+" and "/" of plain base64 too), on
 * a length that no encoder makes, and on unused bits that are not zero:
 * nginx's own decoder stops at "=" and ignores such bits, so that many texts
 * would stand for one signature.  Also false when arena->failed.
 */
bool njwt_b64_decode(njwt_arena_t *arena, njwt_slice_t text,
    njwt_slice_t *out);

/*
 * The same, but also accepts one or two "=" at the end, and "+" and "/" for
 * "-" and "_": for what a trusted server or the operator wrote, never for a
 * token.  *padded and *plain, which may be NULL, are set when that was needed.
 */
bool njwt_b64_decode_any(njwt_arena_t *arena, njwt_slice_t text,
    njwt_slice_t *out, bool *padded, bool *plain);

/* The length of so many bytes when encoded as base64url. */
#define njwt_b64_length(len)  (((len) * 4 + 2) / 3)

/* Writes bytes as base64url, njwt_b64_length() characters at text. */
void njwt_b64_encode(njwt_slice_t bytes, uint8_t *text);


#endif /* NJWT_B64_H */
