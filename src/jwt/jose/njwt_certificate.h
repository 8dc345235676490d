/*
 * A client's certificate, as the text that a server or a proxy passes on.
 */

#ifndef NJWT_CERTIFICATE_H
#define NJWT_CERTIFICATE_H


#include "njwt.h"
#include "njwt_key.h"


/* a longer text is not accepted as a certificate */
#define NJWT_MAX_CERTIFICATE  65536


/*
 * The SHA-256 of a certificate's DER, NJWT_DIGEST bytes at digest: the value
 * of "x5t#S256" (RFC 8705, section 3.1).  The text is PEM, plain or
 * URL-encoded, of which the first certificate counts, or RFC 9440's
 * ":BASE64:".  False, the bytes at digest undefined: it is none of these, or
 * arena->failed.
 */
bool njwt_certificate_digest(njwt_arena_t *arena, njwt_slice_t text,
    uint8_t *digest);


#endif /* NJWT_CERTIFICATE_H */
