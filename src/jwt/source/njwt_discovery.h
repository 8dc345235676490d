/*
 * Discovery documents: where an authorization server says that its keys are
 * (OpenID Connect Discovery 1.0, section 3; RFC 8414).
 */

#ifndef NJWT_DISCOVERY_H
#define NJWT_DISCOVERY_H


#include "njwt.h"


/*
 * Reads a discovery document; a byte order mark before it is ignored.  Its
 * "issuer" must be the one that was asked for, byte for byte (section 4.3), or
 * another server could name the keys.  Returns NULL and the "jwks_uri", which
 * the arena owns and which has not been validated; or a constant text that
 * says what is wrong, *jwks_uri untouched.
 */
const char *njwt_discovery_read(njwt_arena_t *arena, njwt_slice_t text,
    njwt_slice_t issuer, njwt_slice_t *jwks_uri);

/* how much longer than its issuer a URL can be, one byte for NUL included */
#define NJWT_DISCOVERY_ROOM  34

/*
 * Makes the URL of an issuer's keys, or of its discovery document; returns its
 * length, or 0 if the issuer can't be turned into one.
 */
size_t njwt_discovery_url(njwt_slice_t issuer, bool document, uint8_t *url);


#endif /* NJWT_DISCOVERY_H */
