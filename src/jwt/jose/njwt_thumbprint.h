/*
 * What is the thumbprint of a JWK? (RFC 7638)
 */

#ifndef NJWT_THUMBPRINT_H
#define NJWT_THUMBPRINT_H


#include "njwt.h"
#include "njwt_hash.h"
#include "njwt_json.h"
#include "njwt_key.h"


/*
 * The SHA-256 of the required members of an RSA, EC or OKP key, NJWT_DIGEST
 * bytes at out.  They are taken as they stand in the JWK, so only one whose
 * spelling njwt_key_usable() accepts has a thumbprint of its own.  False:
 * another kind, a member that is missing or would need an escape, or
 * arena->failed.  The hasher may be NULL.
 */
bool njwt_thumbprint(njwt_arena_t *arena, njwt_hasher_t *hasher,
    njwt_value_t jwk, uint8_t *out);

/* Does the JWK hold anything of a private or shared key (RFC 7518, 6)? */
bool njwt_jwk_has_private(njwt_value_t jwk);

/*
 * The bytes of a thumbprint, or of another SHA-256, as base64url.  False,
 * *out untouched: anything else, or arena->failed.
 */
bool njwt_thumbprint_read(njwt_arena_t *arena, njwt_value_t value,
    const uint8_t **out);


#endif /* NJWT_THUMBPRINT_H */
