/*
 * Key sets (RFC 7517, section 5) and their usable keys.
 */

#ifndef NJWT_JWKS_H
#define NJWT_JWKS_H


#include "njwt.h"
#include "njwt_jws.h"
#include "njwt_key.h"


typedef struct njwt_jwks_s  njwt_jwks_t;

/* the result of reading a set, in constant texts for the log */
typedef struct {
    size_t       usable;
    size_t       skipped;
    const char  *skipped_why;    /* of the first one; or NULL */
    const char  *error;          /* why the set was refused, or NULL */
    bool         no_memory;      /* no memory: a later attempt may succeed */
    unsigned     spelling;       /* NJWT_SPELLING_… of the usable keys */
    bool         private_members;  /* in any key: they should be secret */
} njwt_jwks_report_t;


/*
 * Reads a key set's text, at most NJWT_MAX_JWKS_SIZE bytes, and skips keys
 * that can't be used.  Returns NULL, report->error set, on text that is no key
 * set, has no usable key, or has more than NJWT_MAX_KEYS keys.  The caller
 * owns the set and frees it.
 */
njwt_jwks_t *njwt_jwks_new(njwt_slice_t text, njwt_jwks_report_t *report);

/*
 * Reads the text of an operator's file: a key set, or PEM with at most
 * NJWT_MAX_PEM public keys and certificates.  Keys from PEM have no "kid" and
 * fit tokens with any or none; their set has no text.  Fails as
 * njwt_jwks_new(), and on a private key.
 */
njwt_jwks_t *njwt_jwks_of_file(njwt_slice_t text,
    njwt_jwks_report_t *report);

/*
 * What one bit of report->spelling means, to complete the sentence "its keys
 * are read although …"; NULL for other values.
 */
const char *njwt_jwks_spelling(unsigned bit);

/*
 * A set of one shared secret, which has no text and no "kid" and fits tokens
 * with any or none.  Fails as njwt_key_secret().
 */
njwt_jwks_t *njwt_jwks_of_secret(njwt_slice_t secret);

/* Frees a set and its keys; NULL is fine. */
void njwt_jwks_free(njwt_jwks_t *jwks);

/* The number of usable keys, at least 1. */
size_t njwt_jwks_count(const njwt_jwks_t *jwks);

/* A key of the set; i is below njwt_jwks_count(). */
const njwt_key_t *njwt_jwks_key(const njwt_jwks_t *jwks, size_t i);

/*
 * The set as the text of a minimal key set: its usable keys in their order,
 * each in its one spelling, without certificates, unusable keys and white
 * space.  The set owns it.
 */
njwt_slice_t njwt_jwks_text(const njwt_jwks_t *jwks);

/*
 * Binds the set to a context: everything besides the key that a token's
 * verification depends on, and a salt.  Each key then has a fingerprint of
 * NJWT_DIGEST bytes, which no other key has, nor the same key in another
 * context. False: no memory, and no key has a fingerprint.
 */
bool njwt_jwks_bind(njwt_jwks_t *jwks, njwt_slice_t context);

/*
 * Is this the fingerprint of a key of the set?  *index is where to look first,
 * and becomes where it was found.  False for a set that isn't bound.
 */
bool njwt_jwks_has_fingerprint(const njwt_jwks_t *jwks,
    const uint8_t *fingerprint, uint16_t *index);

/*
 * The fingerprint of the key that the proof names, and its index in the set.
 * False, both untouched, if the key isn't in the set or the set isn't bound.
 */
bool njwt_jwks_fingerprint(const njwt_jwks_t *jwks, const njwt_proof_t *proof,
    uint8_t *fingerprint, uint16_t *index);

/*
 * Is there a key that this token may have been signed with?  One that fits the
 * algorithm and has the header's "kid", or has none and is the set's only key;
 * with PEM and a secret, any that fits the algorithm.  For a header without
 * "kid" see njwt_jwks_sole().
 */
bool njwt_jwks_knows(const njwt_jwks_t *jwks, const njwt_jws_t *jws,
    njwt_alg_t alg);

/*
 * Can a token without "kid" be verified?  Yes if exactly one key fits the
 * algorithm, whatever its "kid"; with PEM, if any does.
 */
bool njwt_jwks_sole(const njwt_jwks_t *jwks, njwt_alg_t alg);

/*
 * Verifies the token's signature with each key for which njwt_jwks_knows()
 * holds: with both of two with the same "kid", and with all of PEM.  Returns
 * the proof, which the arena owns, or NULL: no key verifies the signature, or
 * arena->failed.
 */
const njwt_proof_t *njwt_jwks_verify(njwt_arena_t *arena, njwt_jwks_t *jwks,
    const njwt_jws_t *jws, njwt_alg_t alg);


#endif /* NJWT_JWKS_H */
