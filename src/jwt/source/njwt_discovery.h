/*
 * Where does an authorization server say that its keys are?  (OpenID Connect
 * Discovery 1.0, section 3; RFC 8414)
 */

#ifndef NJWT_DISCOVERY_H
#define NJWT_DISCOVERY_H


#include "njwt.h"


/*
 * Reads a discovery document; a byte order mark before it is passed over.  Its
 * "issuer" must be the one it was asked of, byte for byte (section 4.3), or
 * another server could name the keys.  Returns NULL and the "jwks_uri", which
 * the arena owns and nobody has looked at; or a constant text of what is
 * wrong, *jwks_uri untouched.
 */
const char *njwt_discovery_read(njwt_arena_t *arena, njwt_slice_t text,
    njwt_slice_t issuer, njwt_slice_t *jwks_uri);

/* bytes that a URL has beyond its issuer's, and one more for a NUL */
#define NJWT_DISCOVERY_ROOM  34

/*
 * Makes the URL of an issuer's keys, or of its discovery document; returns its
 * length, or 0: none can be made of that issuer.
 */
size_t njwt_discovery_url(njwt_slice_t issuer, bool document, uint8_t *url);


#endif /* NJWT_DISCOVERY_H */
