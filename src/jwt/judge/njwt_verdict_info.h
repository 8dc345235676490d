/*
 * Which verdicts are there, and what does each mean?
 */

#ifndef NJWT_VERDICT_INFO_H
#define NJWT_VERDICT_INFO_H


#include "njwt.h"


/* in the order of the checks; 0 is a denial, so that forgotten means no */
typedef enum {
    NJWT_UNDECIDED = 0,          /* something of ours broke: no memory */
    NJWT_NO_TOKEN,
    NJWT_MULTIPLE_TOKENS,
    NJWT_TOKEN_TOO_LARGE,
    NJWT_MALFORMED_REQUEST,
    NJWT_OPAQUE_TOKEN,
    NJWT_ENCRYPTED_TOKEN,
    NJWT_MALFORMED_TOKEN,
    NJWT_CRIT_UNSUPPORTED,
    NJWT_ISSUER_MISMATCH,
    NJWT_ALG_NOT_ALLOWED,
    NJWT_TYP_NOT_ALLOWED,
    NJWT_KEYS_UNAVAILABLE,
    NJWT_KEY_NOT_FOUND,
    NJWT_BAD_SIGNATURE,
    NJWT_EXPIRED,
    NJWT_NOT_YET_VALID,
    NJWT_ISSUED_IN_FUTURE,
    NJWT_TOO_OLD,
    NJWT_AUDIENCE_MISMATCH,
    NJWT_CLAIM_MISSING,
    NJWT_REVOKED,
    NJWT_SENDER_CONSTRAINED,
    NJWT_UNBOUND_TOKEN,
    NJWT_CERTIFICATE_MISSING,
    NJWT_CERTIFICATE_MISMATCH,
    NJWT_DPOP_PROOF_MISSING,
    NJWT_DPOP_PROOF_INVALID,
    NJWT_DPOP_KEY_MISMATCH,
    NJWT_DPOP_NONCE_NEEDED,
    NJWT_DPOP_PROOF_EXPIRED,
    NJWT_DPOP_MEMORY_FULL,
    NJWT_DPOP_PROOF_REPLAYED,
    NJWT_METHOD_NOT_ALLOWED,
    NJWT_INSUFFICIENT_SCOPE,
    NJWT_CLAIM_MISMATCH,
    NJWT_CLAIM_MISMATCH_401,     /* the same, by a rule that says error=401 */
    NJWT_OK
} njwt_verdict_t;

#define NJWT_VERDICT_COUNT  (NJWT_OK + 1)

/* those from the first on that is given where the issuer is known */
#define NJWT_VERDICT_ISSUER_FIRST  NJWT_ALG_NOT_ALLOWED
#define NJWT_VERDICT_ISSUER_COUNT                                            \
    (NJWT_VERDICT_COUNT - NJWT_VERDICT_ISSUER_FIRST)


/* what a verdict means to the client: constant texts */
typedef struct {
    njwt_slice_t  name;          /* of $jwt_verdict */
    unsigned      status;        /* of the answer; 0: the request goes on */
    njwt_slice_t  error;         /* RFC 6750, section 3.1; may be empty */
    njwt_slice_t  description;   /* for error_description, quotable */
} njwt_verdict_info_t;


/* What a verdict means; the entry of NJWT_UNDECIDED for a wrong value. */
const njwt_verdict_info_t *njwt_verdict_info(njwt_verdict_t verdict);

/*
 * These alone know the order of the verdicts; a check that compares them with
 * "<" elsewhere changes its meaning with each verdict that is added.
 */

/* Is the check of this verdict made before that of another? */
bool njwt_verdict_is_before(njwt_verdict_t verdict, njwt_verdict_t other);

/* Is it given before the token's parts can be read, or its issuer known? */
bool njwt_verdict_is_of_form(njwt_verdict_t verdict);

/* Is it given where the issuer is known, one that lets pass among them? */
bool njwt_verdict_knows_issuer(njwt_verdict_t verdict);

/* Is it of the memory of proofs that were used? */
bool njwt_verdict_is_replay(njwt_verdict_t verdict);

/*
 * Had every check passed that a token itself can fail, its binding included?
 * Then its claims count, whatever the location says of them.
 */
bool njwt_verdict_is_verified(njwt_verdict_t verdict);

/* Is it of what the token is bound to, sender_constrained left out? */
bool njwt_verdict_is_bound(njwt_verdict_t verdict);

/* Is it that the proof isn't one, or none that is wanted? */
bool njwt_verdict_is_dpop(njwt_verdict_t verdict);


#endif /* NJWT_VERDICT_INFO_H */
