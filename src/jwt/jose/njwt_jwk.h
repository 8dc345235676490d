/*
 * JSON Web Keys (RFC 7517): the public key that a JWK describes, and what it
 * may be used for.
 *
 * For njwt_key alone: this header shows OpenSSL's types.
 */

#ifndef NJWT_JWK_H
#define NJWT_JWK_H


#include "njwt.h"
#include "njwt_alg.h"
#include "njwt_json.h"
#include "njwt_key.h"

#include <openssl/bn.h>
#include <openssl/evp.h>


/* bytes of a coordinate on the largest curve, P-521 */
#define NJWT_EC_MAX_BYTES  66


/* how strictly the spelling of a JWK is read */
typedef enum {
    NJWT_JWK_STRICT = 0,         /* strictly: it came with a token */
    NJWT_JWK_TRUSTED             /* it is in a set from a trusted source */
} njwt_jwk_reading_t;

typedef enum {
    NJWT_JWK_OTHER = 0,
    NJWT_JWK_RSA,
    NJWT_JWK_EC,
    NJWT_JWK_OKP
} njwt_jwk_kind_t;

/* a supported curve */
typedef struct {
    njwt_slice_t   kty;
    njwt_slice_t   crv;
    const char    *group;        /* OpenSSL's name */
    size_t         bytes;        /* of a coordinate */
    int            nid;          /* OpenSSL's number */
    njwt_alg_t     alg;          /* the only one for this curve */
} njwt_jwk_curve_t;


/* a key's kind and its numbers; curve is NULL for RSA */
typedef struct {
    njwt_jwk_kind_t          kind;
    const njwt_jwk_curve_t  *curve;
    EVP_PKEY                *pkey;
} njwt_public_t;

/*
 * The kind of key by "kty" and "crv"; *curve is NULL except for EC and OKP.
 * Curves that aren't supported are NJWT_JWK_OTHER.
 */
njwt_jwk_kind_t njwt_jwk_kind(njwt_value_t jwk,
    const njwt_jwk_curve_t **curve);

/* May the key verify signatures, by its "use" and "key_ops" (4.2, 4.3)? */
bool njwt_jwk_for_signatures(njwt_value_t jwk);

/* Is the kind of the JWK, apart from its curve, that of the key? */
bool njwt_jwk_is(njwt_value_t jwk, const njwt_public_t *key);

/* The algorithms allowed by the kind and the JWK's own "alg"; 0: none. */
njwt_alg_t njwt_jwk_algs(njwt_value_t jwk, const njwt_public_t *key);

/* All algorithms of a kind. */
njwt_alg_t njwt_public_algs(const njwt_public_t *key);

/* The kind of keys on a curve. */
njwt_jwk_kind_t njwt_jwk_curve_kind(const njwt_jwk_curve_t *curve);

/* The curve of that name of OpenSSL's; NULL: not supported. */
const njwt_jwk_curve_t *njwt_jwk_curve(const char *group);

/*
 * The public key of a JWK (RFC 7518, section 6; RFC 8037, section 2) of
 * key->kind; the caller frees it.  False: *why says what is wrong, a constant
 * text.  NJWT_SPELLING_… bits are added to *spelling.
 */
bool njwt_jwk_public(njwt_arena_t *scratch, njwt_value_t jwk,
    njwt_jwk_reading_t reading, njwt_public_t *key, unsigned *spelling,
    const char **why);

/*
 * Could njwt_jwk_public() make a key of it, read strictly?  Costs a tenth of
 * doing so, with curves that were prepared; they may be NULL.  False: as
 * there.
 */
bool njwt_jwk_well_formed(njwt_arena_t *scratch, njwt_curves_t *curves,
    njwt_value_t jwk, const njwt_public_t *key, const char **why);

/* The RSA key with these two numbers; as njwt_jwk_public(). */
EVP_PKEY *njwt_public_rsa(const BIGNUM *n, const BIGNUM *e,
    const char **why);

/* The EC key with coordinates of the curve's size; as njwt_jwk_public(). */
EVP_PKEY *njwt_public_ec(const njwt_jwk_curve_t *curve, const uint8_t *x,
    const uint8_t *y, const char **why);

/* The Ed25519 key of these bytes; as njwt_jwk_public(). */
EVP_PKEY *njwt_public_okp(const njwt_jwk_curve_t *curve, const uint8_t *x,
    const char **why);

/* The SHA-256 of a key's DER, 32 bytes at out; false: OpenSSL can't. */
bool njwt_jwk_digest(EVP_PKEY *pkey, uint8_t *out);


/* njwt_key_der.c: keys and certificates as DER */

/*
 * The key of a DER structure, rebuilt from its numbers alone, so that it
 * equals one that a JWK describes; as njwt_jwk_public().
 */
bool njwt_der_public(njwt_der_t form, njwt_slice_t der, njwt_public_t *key,
    const char **why);


/* njwt_key_curve.c: points on curves */

/*
 * Is the point with these coordinates, each of the curve's size, on that EC
 * curve?  The curves may be NULL.  False with errno ENOMEM: no memory.
 */
bool njwt_curve_has(njwt_curves_t *curves, const njwt_jwk_curve_t *named,
    njwt_slice_t x, njwt_slice_t y);


/* njwt_key_text.c: a key as a JWK */

/* bytes of the longest key's text */
#define NJWT_KEY_TEXT  5120

/* The coordinates of an EC key, each of the curve's size; false: no memory. */
bool njwt_public_point(EVP_PKEY *pkey, const njwt_jwk_curve_t *curve,
    uint8_t *x, uint8_t *y);

/*
 * Writes a key as a minimal JWK, with one spelling for each key.  kid NULL and
 * alg NULL leave these members out.  Needs NJWT_KEY_TEXT bytes; returns the
 * length, or 0 if OpenSSL can't.
 */
size_t njwt_public_text(const njwt_public_t *key, const njwt_slice_t *kid,
    const njwt_slice_t *alg, uint8_t *text);


#endif /* NJWT_JWK_H */
