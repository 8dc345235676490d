/*
 * Keys, and the proof that one of them signed some bytes (RFC 7517, RFC 7518).
 *
 * In the core only these files, njwt_jwk and njwt_hash.c use OpenSSL.
 */

#ifndef NJWT_KEY_H
#define NJWT_KEY_H


#include "njwt.h"
#include "njwt_alg.h"
#include "njwt_json.h"
#include "njwt_hash.h"


/*
 * A public key with its contexts prepared.  Not thread-safe: each worker has
 * its own.
 */
typedef struct njwt_key_s    njwt_key_t;

/* The curves of keys.  Not thread-safe either. */
typedef struct njwt_curves_s  njwt_curves_t;

/*
 * The proof that a key signed some bytes.  Only njwt_key_verify() makes one,
 * so that whoever holds a proof has verified.
 */
typedef struct njwt_proof_s  njwt_proof_t;


/* deviations from RFC 7517 and 7518 that a trusted set may have */
#define NJWT_SPELLING_ZERO    0x1u    /* an integer with a leading zero */
#define NJWT_SPELLING_PADDED  0x2u    /* one with "=" at its end */
#define NJWT_SPELLING_PLAIN   0x4u    /* one with "+" or "/" in it */
#define NJWT_SPELLING_MARK    0x8u    /* a byte order mark before the set */

/* a DER structure that holds a public key */
typedef enum {
    NJWT_DER_PUBLIC = 0,         /* SubjectPublicKeyInfo (RFC 5280) */
    NJWT_DER_RSA,                /* RSAPublicKey (RFC 8017) */
    NJWT_DER_CERTIFICATE         /* RFC 5280 */
} njwt_der_t;


/*
 * Makes a key of a JWK (RFC 7517, section 4) that came with a token, in the
 * one spelling that the RFCs allow.  Returns NULL, *why set to a constant text
 * for the log, if the key isn't supported: another "kty" or curve ("oct", too:
 * a public set holds no secrets), not for signatures by "use", "key_ops" or
 * "alg", RSA of fewer than 2048 or more than 8192 bits or with an exponent
 * that is even or 1, a point off its curve, a member that is missing or
 * malformed; and with scratch->failed set, when there is no memory.  The
 * caller owns the key and frees it; scratch is used only during the call.
 */
njwt_key_t *njwt_key_new(njwt_arena_t *scratch, njwt_value_t jwk,
    const char **why);

/*
 * Keeps what the check of a point needs to know of its curve.  NULL: no
 * memory.  The caller frees it; NULL is fine there.
 */
njwt_curves_t *njwt_curves_new(void);
void njwt_curves_free(njwt_curves_t *curves);

/*
 * Could njwt_key_new() make a key of it, for this algorithm?  This doesn't
 * make one, which is expensive.  The curves may be NULL, which takes longer.
 * False: *why and scratch->failed as there.
 */
bool njwt_key_usable(njwt_arena_t *scratch, njwt_curves_t *curves,
    njwt_value_t jwk, njwt_alg_t alg, const char **why);

/*
 * As njwt_key_new(), for a JWK in a set from a trusted source: its "n" and "e"
 * may have leading zero bytes, "=" at the end or base64's other alphabet,
 * which is added to *spelling; if its only material is "x5c", the key is that
 * of the first certificate there.
 */
njwt_key_t *njwt_key_of_set(njwt_arena_t *scratch, njwt_value_t jwk,
    unsigned *spelling, const char **why);

/*
 * Makes a key without "kid", for all algorithms of its kind, of a DER
 * structure; only the key of a certificate counts.  As njwt_key_new().
 */
njwt_key_t *njwt_key_of_der(njwt_arena_t *scratch, njwt_der_t form,
    njwt_slice_t der, const char **why);

/*
 * Makes a key of a shared secret, for HS* alone (RFC 7518, section 3.2).
 * Copies at most NJWT_MAX_SECRET bytes, which are wiped when the key is freed.
 * Returns NULL for an empty or a longer secret, and if there is no memory.
 */
njwt_key_t *njwt_key_secret(njwt_slice_t secret);

/* Frees a key; NULL is fine. */
void njwt_key_free(njwt_key_t *key);

/* The key's "kid"; false, *out untouched, if it has none. */
bool njwt_key_kid(const njwt_key_t *key, njwt_slice_t *out);

/*
 * A digest, 32 bytes at out, of the key's material: it tells two keys apart
 * whatever their names.  False for a shared secret, and if OpenSSL can't;
 * OpenSSL 3.0 never can again once it lacked memory the first time.
 */
bool njwt_key_digest(const njwt_key_t *key, uint8_t *out);

/*
 * The key as a JWK: the same text for the same key, "kid" and "alg", however
 * it was spelled.  The arena owns it.  False: a shared secret, or no memory.
 */
bool njwt_key_text(const njwt_key_t *key, njwt_arena_t *arena,
    njwt_slice_t *text);

/* Is the key for this algorithm, by its type and by its own "alg"? */
bool njwt_key_fits(const njwt_key_t *key, njwt_alg_t alg);

/*
 * Verifies a signature over input (RFC 7515, section 5.2, step 8) with an
 * algorithm that the key fits.  Returns the proof, which the arena owns, or
 * NULL: the signature is bad, or arena->failed.
 */
const njwt_proof_t *njwt_key_verify(njwt_arena_t *arena, njwt_key_t *key,
    njwt_alg_t alg, njwt_slice_t input, njwt_slice_t signature);

/* The bytes that the proof is about. */
njwt_slice_t njwt_proof_input(const njwt_proof_t *proof);

/*
 * The proof of a signature that was verified before, over the same bytes: for
 * njwt_cached.c alone, which has the cache entry.  NULL: no memory.
 */
const njwt_proof_t *njwt_proof_cached(njwt_arena_t *arena,
    njwt_slice_t input);

/*
 * The key that verified the bytes; NULL for a proof from njwt_proof_cached().
 */
const njwt_key_t *njwt_proof_key(const njwt_proof_t *proof);


#endif /* NJWT_KEY_H */
