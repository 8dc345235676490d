/*
 * The verdicts and their meaning.
 */

#ifndef NJWT_VERDICT_INFO_H
#define NJWT_VERDICT_INFO_H


#include "njwt.h"


/* in the order of the checks; 0 is a denial, so that an omission refuses */
typedef enum {
    NJWT_UNDECIDED = 0,          /* an error of ours: no memory */
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
    NJWT_CLAIM_MISMATCH_401,     /* the same, for a rule with error=401 */
    NJWT_OK
} njwt_verdict_t;

#define NJWT_VERDICT_COUNT  (NJWT_OK + 1)

/* the first verdict that is given after the issuer is known */
#define NJWT_VERDICT_ISSUER_FIRST  NJWT_ALG_NOT_ALLOWED
#define NJWT_VERDICT_ISSUER_COUNT                                            \
    (NJWT_VERDICT_COUNT - NJWT_VERDICT_ISSUER_FIRST)


/* what a verdict means for the client, in constant texts */
typedef struct {
    njwt_slice_t  name;          /* for $jwt_verdict */
    unsigned      status;        /* of the answer; 0: the request continues */
    njwt_slice_t  error;         /* RFC 6750, section 3.1; may be empty */
    njwt_slice_t  description;   /* for error_description; needs no escapes */
} njwt_verdict_info_t;


/* The meaning of a verdict; that of NJWT_UNDECIDED for a wrong value. */
const njwt_verdict_info_t *njwt_verdict_info(njwt_verdict_t verdict);

/*
 * Only these functions depend on the order of the verdicts.  A "<" anywhere
 * else would change its meaning with each verdict that is added.
 */

/* Is the check of this verdict made before that of the other? */
bool njwt_verdict_is_before(njwt_verdict_t verdict, njwt_verdict_t other);

/* Is it given before the token is parsed, or before its issuer is known? */
bool njwt_verdict_is_of_form(njwt_verdict_t verdict);

/*
 * Is it given when the issuer is known?  True for the allowing verdict, too.
 */
bool njwt_verdict_knows_issuer(njwt_verdict_t verdict);

/* Is it about the memory of used proofs? */
bool njwt_verdict_is_replay(njwt_verdict_t verdict);

/*
 * Did every check pass that a token itself can fail, its binding included?
 * Then its claims count, whatever the location requires of them.
 */
bool njwt_verdict_is_verified(njwt_verdict_t verdict);

/* Is it about the token's binding, sender_constrained excepted? */
bool njwt_verdict_is_bound(njwt_verdict_t verdict);


#endif /* NJWT_VERDICT_INFO_H */
