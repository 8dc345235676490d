/*
 * The thumbprint of a JWK (RFC 7638).
 */

#ifndef NJWT_THUMBPRINT_H
#define NJWT_THUMBPRINT_H


#include "njwt.h"
#include "njwt_hash.h"
#include "njwt_json.h"
#include "njwt_key.h"


/*
 * The SHA-256 of the required members of an RSA, EC or OKP key, NJWT_DIGEST
 * bytes at out.  The members are taken as they are written in the JWK, so a
 * thumbprint identifies a key only if njwt_key_usable() accepts its spelling.
 * False: another kind, a member that is missing or would need an escape, or
 * arena->failed.  The hasher may be NULL.
 */
bool njwt_thumbprint(njwt_arena_t *arena, njwt_hasher_t *hasher,
    njwt_value_t jwk, uint8_t *out);

/* Does the JWK have a member of a private or shared key (RFC 7518, 6)? */
bool njwt_jwk_has_private(njwt_value_t jwk);

/*
 * Decodes the base64url of a thumbprint, or of another SHA-256.  False, *out
 * untouched: anything else, or arena->failed.
 */
bool njwt_thumbprint_read(njwt_arena_t *arena, njwt_value_t value,
    const uint8_t **out);


#endif /* NJWT_THUMBPRINT_H */
