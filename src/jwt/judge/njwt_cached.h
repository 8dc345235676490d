/*
 * What may be remembered of a token whose signature was verified?
 *
 * A record spares the signature's cost and the reading of the token, never a
 * check: dates, audience, scopes and claims are judged in each request, and a
 * record is good only while the key that verified the token is in the set,
 * and for the issuer's settings of then.
 */

#ifndef NJWT_CACHED_H
#define NJWT_CACHED_H


#include "njwt.h"
#include "njwt_claims.h"
#include "njwt_jws.h"
#include "njwt_jwks.h"
#include "njwt_policy.h"


/* plain bytes: what a cache keeps for a token, under a digest of all of it */
typedef struct {
    /* of the key and settings */
    uint8_t                fingerprint[NJWT_DIGEST];
    /* that the grant answers */
    uint8_t                predicates[NJWT_PREDICATES_DIGEST];
    uint16_t               index;               /* where the key may be */
    uint8_t                unused[2];

    /* it has no "kid": good while one key alone fits this; 0: it has one */
    njwt_alg_t             sole;

    /* the entries of this generation don't revoke it; 0: not known */
    uint64_t               unrevoked;
    njwt_claims_summary_t  summary;
} njwt_cached_t;


/*
 * Makes the record of a token that was verified, with the answers that its
 * judgement came by; *cached untouched where there can't be one: the set isn't
 * bound, or no memory.
 */
bool njwt_cached_make(njwt_arena_t *arena, const njwt_policy_t *policy,
    const njwt_issuer_t *issuer, const njwt_jws_t *jws,
    const njwt_proof_t *proof, const njwt_claims_t *claims,
    const njwt_answers_t *answers, uint64_t unrevoked, njwt_cached_t *cached);

/*
 * Makes a record anew: with answers that the old one hasn't got, for a policy
 * of other facts, of claims that were read from the token, or of another
 * generation of what is revoked.  False, *cached untouched: there is nothing
 * new to remember, or no memory.
 */
bool njwt_cached_renew(njwt_arena_t *arena, const njwt_policy_t *policy,
    const njwt_issuer_t *issuer, const njwt_cached_t *old,
    const njwt_claims_t *claims, const njwt_answers_t *answers,
    uint64_t unrevoked, njwt_cached_t *cached);

/*
 * The issuer of the policy of whose present keys one verified the token of the
 * record; NULL: none, and the token must be verified anew.
 */
njwt_issuer_t *njwt_cached_issuer(const njwt_policy_t *policy,
    njwt_cached_t *cached);

/*
 * The claims of a token by its record, without a root; the answers are those
 * of rules that the record has.  NULL: no memory.
 */
const njwt_claims_t *njwt_cached_claims(njwt_arena_t *arena,
    const njwt_policy_t *policy, const njwt_cached_t *cached,
    njwt_answers_t *answers);

/*
 * Reads a token whose record was found by a digest of all its bytes.  NULL,
 * outputs untouched: no memory.
 */
const njwt_claims_t *njwt_cached_read(njwt_arena_t *arena, njwt_slice_t token,
    njwt_jws_t *jws, const njwt_payload_t **payload);

/* The payload's text alone.  False, *text untouched: no memory. */
bool njwt_cached_payload(njwt_arena_t *arena, njwt_slice_t token,
    njwt_slice_t *text);


#endif /* NJWT_CACHED_H */
