/*
 * The cache entry of a token whose signature was verified.
 *
 * An entry saves verifying the signature and parsing the token, but never a
 * check: dates, audience, scopes and claims are judged in each request.  It is
 * valid only as long as the key that verified the token is in the set, and
 * with the issuer's settings of that time.
 */

#ifndef NJWT_CACHED_H
#define NJWT_CACHED_H


#include "njwt.h"
#include "njwt_claims.h"
#include "njwt_jws.h"
#include "njwt_jwks.h"
#include "njwt_policy.h"


/* plain bytes, which a cache keeps under a digest of the whole token */
typedef struct {
    /* of the key and the settings */
    uint8_t                fingerprint[NJWT_DIGEST];
    /* the predicates that the summary answers */
    uint8_t                predicates[NJWT_PREDICATES_DIGEST];
    uint16_t               index;               /* of the key, back then */
    uint8_t                unused[2];

    /*
     * for a token without "kid": valid while one key alone fits this; else 0
     */
    njwt_alg_t             sole;

    /* as of this generation no entry revokes the token; 0: not known */
    uint64_t               unrevoked;
    njwt_claims_summary_t  summary;
} njwt_cached_t;


/*
 * Makes the entry of a token that was verified, with the answers that judging
 * it gave; *cached untouched if there can't be an entry: the set isn't bound,
 * or no memory.
 */
bool njwt_cached_make(njwt_arena_t *arena, const njwt_policy_t *policy,
    const njwt_issuer_t *issuer, const njwt_jws_t *jws,
    const njwt_proof_t *proof, const njwt_claims_t *claims,
    const njwt_answers_t *answers, uint64_t unrevoked, njwt_cached_t *cached);

/*
 * Makes a new entry from an old one: with more answers, for a policy with
 * other predicates, from claims that were read from the token, or for another
 * generation of revocation entries.  False, *cached untouched: nothing has
 * changed, or no memory.
 */
bool njwt_cached_renew(njwt_arena_t *arena, const njwt_policy_t *policy,
    const njwt_issuer_t *issuer, const njwt_cached_t *old,
    const njwt_claims_t *claims, const njwt_answers_t *answers,
    uint64_t unrevoked, njwt_cached_t *cached);

/*
 * The issuer of the policy that the entry's token is from, if the key that
 * verified it is still in force; NULL: there is none, and the token must be
 * verified again.
 */
njwt_issuer_t *njwt_cached_issuer(const njwt_policy_t *policy,
    njwt_cached_t *cached);

/*
 * The claims of a token by its cache entry, without a root; the answers are
 * those that the entry has.  NULL: no memory.
 */
const njwt_claims_t *njwt_cached_claims(njwt_arena_t *arena,
    const njwt_policy_t *policy, const njwt_cached_t *cached,
    njwt_answers_t *answers);

/*
 * Parses a token whose entry was found by a digest of all its bytes.  NULL,
 * outputs untouched: no memory.
 */
const njwt_claims_t *njwt_cached_read(njwt_arena_t *arena, njwt_slice_t token,
    njwt_jws_t *jws, const njwt_payload_t **payload);

/* The text of the payload alone.  False, *text untouched: no memory. */
bool njwt_cached_payload(njwt_arena_t *arena, njwt_slice_t token,
    njwt_slice_t *text);


#endif /* NJWT_CACHED_H */
