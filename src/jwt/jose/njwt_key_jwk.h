/*
 * Which public key does a JWK describe, and what is it for?  (RFC 7517)
 *
 * For njwt_key alone: it shows the crypto library's types.
 */

#ifndef NJWT_KEY_JWK_H
#define NJWT_KEY_JWK_H


#include "njwt.h"
#include "njwt_alg.h"
#include "njwt_json.h"

#include <openssl/evp.h>


/* the coordinates of the largest curve, P-521 */
#define NJWT_EC_MAX_BYTES  66


typedef enum {
    NJWT_JWK_OTHER = 0,
    NJWT_JWK_RSA,
    NJWT_JWK_EC,
    NJWT_JWK_OKP
} njwt_jwk_kind_t;

/* a curve whose keys are verified with */
typedef struct {
    njwt_slice_t   kty;
    njwt_slice_t   crv;
    const char    *group;        /* OpenSSL's name */
    size_t         bytes;        /* of a coordinate */
    njwt_alg_t     alg;          /* the only one that fits */
} njwt_jwk_curve_t;


/* njwt_key_use.c: what a JWK is for */

/*
 * What "kty" and "crv" say; *curve is set for an EC or OKP key.  Other curves
 * are NJWT_JWK_OTHER.
 */
njwt_jwk_kind_t njwt_jwk_kind(njwt_value_t jwk,
    const njwt_jwk_curve_t **curve);

/* Is the key for verifying signatures, as far as it says (4.2, 4.3)? */
bool njwt_jwk_for_signatures(njwt_value_t jwk);

/* The algorithms that "kty", "crv" and the key's own "alg" leave; 0: none. */
njwt_alg_t njwt_jwk_algs(njwt_value_t jwk);


/* njwt_key_jwk.c: the key itself */

/*
 * The public key of a JWK (RFC 7518, section 6; RFC 8037, section 2), which
 * the caller frees.  Returns NULL and a constant text of what is wrong.
 */
EVP_PKEY *njwt_jwk_public(njwt_arena_t *scratch, njwt_value_t jwk,
    const char **why);

/* The SHA-256 of a key's DER, 32 bytes at out; false: OpenSSL can't. */
bool njwt_jwk_digest(EVP_PKEY *pkey, uint8_t *out);


#endif /* NJWT_KEY_JWK_H */
