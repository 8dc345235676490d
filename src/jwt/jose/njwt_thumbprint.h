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
 * The text whose SHA-256 is the thumbprint of an RSA, EC or OKP key: of its
 * required members, as they are written in the JWK, so it identifies a key
 * only if njwt_key_usable() accepts its spelling.  False: another kind, a
 * member that is missing or would need an escape, or arena->failed.
 */
bool njwt_thumbprint_text(njwt_arena_t *arena, njwt_value_t jwk,
    njwt_slice_t *out);

/* Does the JWK have a member of a private or shared key (RFC 7518, 6)? */
bool njwt_jwk_has_private(njwt_value_t jwk);

/*
 * Decodes the base64url of a thumbprint, or of another SHA-256.  False, *out
 * untouched: anything else, or arena->failed.
 */
bool njwt_thumbprint_read(njwt_arena_t *arena, njwt_value_t value,
    const uint8_t **out);


#endif /* NJWT_THUMBPRINT_H */
