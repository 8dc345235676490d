/*
 * Which public key does a JWK describe, and what is it for?  (RFC 7517)
 *
 * For njwt_key alone: it shows the crypto library's types.
 */

#ifndef NJWT_JWK_H
#define NJWT_JWK_H


#include "njwt.h"
#include "njwt_alg.h"
#include "njwt_json.h"
#include "njwt_key.h"

#include <openssl/bn.h>
#include <openssl/evp.h>


/* the coordinates of the largest curve, P-521 */
#define NJWT_EC_MAX_BYTES  66


/* how much of a JWK's spelling is forgiven */
typedef enum {
    NJWT_JWK_STRICT = 0,         /* nothing: it came with a token */
    NJWT_JWK_TRUSTED             /* it is in the set of who is trusted */
} njwt_jwk_reading_t;

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
    const uint8_t *b;            /* its constant, so many bytes; or NULL */
    int            nid;          /* and number */
    size_t         bytes;        /* of a coordinate */
    njwt_alg_t     alg;          /* the only one that fits */
} njwt_jwk_curve_t;


/* what a key is, and whose numbers make it; curve is NULL for RSA */
typedef struct {
    njwt_jwk_kind_t          kind;
    const njwt_jwk_curve_t  *curve;
    EVP_PKEY                *pkey;
} njwt_public_t;

/*
 * What "kty" and "crv" say; *curve is NULL unless it is an EC or OKP key.
 * Other curves are NJWT_JWK_OTHER.
 */
njwt_jwk_kind_t njwt_jwk_kind(njwt_value_t jwk,
    const njwt_jwk_curve_t **curve);

/* Is the key for verifying signatures, as far as it says (4.2, 4.3)? */
bool njwt_jwk_for_signatures(njwt_value_t jwk);

/* Does a JWK of this kind, but for its curve, say so itself? */
bool njwt_jwk_is(njwt_value_t jwk, const njwt_public_t *key);

/* The algorithms that a kind and the JWK's own "alg" leave; 0: none. */
njwt_alg_t njwt_jwk_algs(njwt_value_t jwk, const njwt_public_t *key);

/* All algorithms of a kind. */
njwt_alg_t njwt_public_algs(const njwt_public_t *key);

/* Which kind of key is on a curve? */
njwt_jwk_kind_t njwt_jwk_curve_kind(const njwt_jwk_curve_t *curve);

/* The curve of that name of OpenSSL's; NULL: none that keys may be on. */
const njwt_jwk_curve_t *njwt_jwk_curve(const char *group);

/*
 * The public key of a JWK (RFC 7518, section 6; RFC 8037, section 2) of
 * key->kind, which the caller frees.  False: *why is a constant text of what
 * is wrong.  NJWT_SPELLING_… are added to *spelling.
 */
bool njwt_jwk_public(njwt_arena_t *scratch, njwt_value_t jwk,
    njwt_jwk_reading_t reading, njwt_public_t *key, unsigned *spelling,
    const char **why);

/*
 * Could njwt_jwk_public() make a key of it, read strictly?  For a tenth of
 * what that costs.  False: as there.
 */
bool njwt_jwk_well_formed(njwt_arena_t *scratch, njwt_value_t jwk,
    const njwt_public_t *key, const char **why);

/* The RSA key of two numbers; as njwt_jwk_public(). */
EVP_PKEY *njwt_public_rsa(const BIGNUM *n, const BIGNUM *e,
    const char **why);

/* The EC key of coordinates of the curve's size; as njwt_jwk_public(). */
EVP_PKEY *njwt_public_ec(const njwt_jwk_curve_t *curve, const uint8_t *x,
    const uint8_t *y, const char **why);

/* The Ed25519 key of these bytes; as njwt_jwk_public(). */
EVP_PKEY *njwt_public_okp(const njwt_jwk_curve_t *curve, const uint8_t *x,
    const char **why);

/* The SHA-256 of a key's DER, 32 bytes at out; false: OpenSSL can't. */
bool njwt_jwk_digest(EVP_PKEY *pkey, uint8_t *out);


/* njwt_key_der.c: keys and certificates as DER */

/*
 * The key of a DER structure, made of its numbers alone, so that it is the
 * same key as one that a JWK describes; as njwt_jwk_public().
 */
bool njwt_der_public(njwt_der_t form, njwt_slice_t der, njwt_public_t *key,
    const char **why);


/* njwt_key_text.c: a key as a JWK */

/* the most bytes that a key's text has */
#define NJWT_KEY_TEXT  5120

/* The coordinates of an EC key, each of the curve's size; false: no memory. */
bool njwt_public_point(EVP_PKEY *pkey, const njwt_jwk_curve_t *curve,
    uint8_t *x, uint8_t *y);

/*
 * Writes a key as a JWK in one spelling for one key: strict, without what
 * isn't needed to read it again.  kid NULL and alg NULL: it has none.  Takes
 * room for NJWT_KEY_TEXT bytes; returns the length; 0: OpenSSL can't.
 */
size_t njwt_public_text(const njwt_public_t *key, const njwt_slice_t *kid,
    const njwt_slice_t *alg, uint8_t *text);


#endif /* NJWT_JWK_H */
