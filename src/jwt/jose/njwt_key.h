/*
 * Does this key vouch for these bytes?  (RFC 7517, RFC 7518)
 *
 * The only door to the crypto library.
 */

#ifndef NJWT_KEY_H
#define NJWT_KEY_H


#include "njwt.h"
#include "njwt_alg.h"
#include "njwt_json.h"
#include "njwt_hash.h"


/*
 * A public key with its contexts prepared.  Not for two threads at once: each
 * worker has its own.
 */
typedef struct njwt_key_s    njwt_key_t;

/*
 * The proof that a key vouched for some bytes.  Only njwt_key_verify() makes
 * one, so that who holds it has verified.
 */
typedef struct njwt_proof_s  njwt_proof_t;


/* how a trusted set may be spelled that RFC 7517 and 7518 don't allow */
#define NJWT_SPELLING_ZERO    0x1u    /* an integer with a zero in front */
#define NJWT_SPELLING_PADDED  0x2u    /* one with "=" at its end */
#define NJWT_SPELLING_PLAIN   0x4u    /* one with "+" or "/" in it */
#define NJWT_SPELLING_MARK    0x8u    /* a byte order mark before it all */

/* a DER structure with a public key in it */
typedef enum {
    NJWT_DER_PUBLIC = 0,         /* SubjectPublicKeyInfo (RFC 5280) */
    NJWT_DER_RSA,                /* RSAPublicKey (RFC 8017) */
    NJWT_DER_CERTIFICATE         /* RFC 5280 */
} njwt_der_t;


/*
 * Makes a key of a JWK (RFC 7517, section 4) that came with a token: in the
 * one spelling that the RFCs allow.  Returns NULL, *why set to a
 * constant text for the log, when the key is none of ours: another "kty" or
 * curve ("oct" is one: a public set holds no secrets), not for signatures by
 * "use", "key_ops" or "alg", RSA of fewer than 2048 or more than 8192 bits or
 * with an exponent that is even or 1, a point off its curve, a member that is
 * missing or malformed; and with scratch->failed set, when there is no memory.
 * The caller owns the key and frees it; scratch is only used meanwhile.
 */
njwt_key_t *njwt_key_new(njwt_arena_t *scratch, njwt_value_t jwk,
    const char **why);

/*
 * Could njwt_key_new() make a key of it, for this algorithm?  Without making
 * one, which is dear.  False: *why, and scratch->failed, as there.
 */
bool njwt_key_usable(njwt_arena_t *scratch, njwt_value_t jwk, njwt_alg_t alg,
    const char **why);

/*
 * As njwt_key_new(), of a JWK in a set of who is trusted: its "n" and "e" may
 * have zero bytes in front, "=" at the end or base64's other alphabet, which
 * is added to *spelling; one whose only material is "x5c" is the key of the
 * first certificate there.
 */
njwt_key_t *njwt_key_of_set(njwt_arena_t *scratch, njwt_value_t jwk,
    unsigned *spelling, const char **why);

/*
 * Makes a key without "kid", for all algorithms of its kind, of a DER
 * structure; of a certificate nothing but its key counts.  As njwt_key_new().
 */
njwt_key_t *njwt_key_of_der(njwt_arena_t *scratch, njwt_der_t form,
    njwt_slice_t der, const char **why);

/*
 * Makes a key of a shared secret, for HS* alone (RFC 7518, section 3.2).
 * Takes a copy of at most NJWT_MAX_SECRET bytes, which is wiped when the key
 * is freed.  Returns NULL on no bytes, on more, and where there is no memory.
 */
njwt_key_t *njwt_key_secret(njwt_slice_t secret);

/* Frees a key; NULL is fine. */
void njwt_key_free(njwt_key_t *key);

/* The key's "kid"; false, *out untouched, where it has none. */
bool njwt_key_kid(const njwt_key_t *key, njwt_slice_t *out);

/*
 * A digest, 32 bytes at out, of the key's material: what tells two keys apart
 * whatever they are called.  False of a shared secret, and where OpenSSL
 * can't; 3.0 never can again where it lacked memory the first time.
 */
bool njwt_key_digest(const njwt_key_t *key, uint8_t *out);

/*
 * The key as a JWK: the same text for the same key, "kid" and "alg", however
 * it was spelled.  The arena owns it.  False: a shared secret, no memory.
 */
bool njwt_key_text(const njwt_key_t *key, njwt_arena_t *arena,
    njwt_slice_t *text);

/* Is the key for this algorithm, by its type and by its own "alg"? */
bool njwt_key_fits(const njwt_key_t *key, njwt_alg_t alg);

/*
 * Verifies a signature over input (RFC 7515, section 5.2, step 8) with an
 * algorithm that the key fits.  Returns the proof, which the arena owns, or
 * NULL: not vouched for, or arena->failed.
 */
const njwt_proof_t *njwt_key_verify(njwt_arena_t *arena, njwt_key_t *key,
    njwt_alg_t alg, njwt_slice_t input, njwt_slice_t signature);

/* The bytes that the proof is about. */
njwt_slice_t njwt_proof_input(const njwt_proof_t *proof);

/*
 * The proof of a signature that was verified before, over the same bytes: for
 * njwt_cached.c alone, which has the record of it.  NULL: no memory.
 */
const njwt_proof_t *njwt_proof_cached(njwt_arena_t *arena,
    njwt_slice_t input);

/* The key that vouched; NULL of a recalled proof. */
const njwt_key_t *njwt_proof_key(const njwt_proof_t *proof);


#endif /* NJWT_KEY_H */
