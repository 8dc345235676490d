/*
 * Which keys of a key set can be used?  (RFC 7517, section 5)
 */

#ifndef NJWT_JWKS_H
#define NJWT_JWKS_H


#include "njwt.h"
#include "njwt_jws.h"
#include "njwt_key.h"


typedef struct njwt_jwks_s  njwt_jwks_t;

/* what reading a set came to, in constant texts for the log */
typedef struct {
    size_t       usable;
    size_t       skipped;
    const char  *skipped_why;    /* of the first one passed over, or NULL */
    const char  *error;          /* why there is no set, or NULL */
    bool         no_memory;      /* that is why: there may be a set later */
    unsigned     spelling;       /* NJWT_SPELLING_… of the usable keys */
    bool         private_members;  /* of any key: nobody was to see them */
} njwt_jwks_report_t;


/*
 * Reads a key set's text, at most NJWT_MAX_JWKS_SIZE bytes.  Keys that can't
 * be used are passed over.  Returns NULL, report->error set, on text that is
 * no key set, has no usable key, or more than NJWT_MAX_KEYS keys.  The caller
 * owns the set and frees it.
 */
njwt_jwks_t *njwt_jwks_new(njwt_slice_t text, njwt_jwks_report_t *report);

/*
 * Reads the text of an operator's file: a key set, or PEM with at most
 * NJWT_MAX_PEM public keys and certificates.  Those of PEM have no "kid" and
 * fit tokens with any or none; their set has no text.  Fails as
 * njwt_jwks_new(), and on a private key.
 */
njwt_jwks_t *njwt_jwks_of_file(njwt_slice_t text,
    njwt_jwks_report_t *report);

/*
 * What one bit of report->spelling means, as the end of "its keys are read
 * although …"; NULL of other values.
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

/* One key of the set, i below njwt_jwks_count(). */
const njwt_key_t *njwt_jwks_key(const njwt_jwks_t *jwks, size_t i);

/*
 * The set as a key set's text with nothing but what its usable keys need, in
 * their order and in one spelling: certificates, unusable keys and white space
 * are left out.  The set owns it.
 */
njwt_slice_t njwt_jwks_text(const njwt_jwks_t *jwks);

/*
 * Binds the set to a context: all that a token's verification depends on
 * besides its key, and a salt.  Each key then has a voucher of NJWT_DIGEST
 * bytes, which another key, or this one in another context, doesn't have.
 * False: no memory, and no key has one.
 */
bool njwt_jwks_bind(njwt_jwks_t *jwks, njwt_slice_t context);

/*
 * Is this the voucher of a key of the set?  *index is where it may be, and
 * where it was.  False of a set that isn't bound.
 */
bool njwt_jwks_has_fingerprint(const njwt_jwks_t *jwks,
    const uint8_t *fingerprint, uint16_t *index);

/*
 * The voucher of the key that gave the proof, and its place in the set.
 * False, both untouched, where it is none of the set's or that isn't bound.
 */
bool njwt_jwks_fingerprint(const njwt_jwks_t *jwks, const njwt_proof_t *proof,
    uint8_t *fingerprint, uint16_t *index);

/*
 * Is there a key that this token may have been signed with?  One that fits the
 * algorithm and has the header's "kid", or none where it is a set's only key;
 * of PEM and of a secret, any that fits the algorithm.  Where the header has
 * no "kid", see below.
 */
bool njwt_jwks_knows(const njwt_jwks_t *jwks, const njwt_jws_t *jws,
    njwt_alg_t alg);

/*
 * Does a token without "kid" mean a key?  Where exactly one fits the
 * algorithm, whatever it is called; of PEM, where any does.
 */
bool njwt_jwks_sole(const njwt_jwks_t *jwks, njwt_alg_t alg);

/*
 * Verifies the token's signature with each key that njwt_jwks_knows() means:
 * two of one "kid" are both tried, and all of PEM.  Returns the proof, which
 * the arena owns, or NULL: none vouches for it, or arena->failed.
 */
const njwt_proof_t *njwt_jwks_verify(njwt_arena_t *arena, njwt_jwks_t *jwks,
    const njwt_jws_t *jws, njwt_alg_t alg);


#endif /* NJWT_JWKS_H */
