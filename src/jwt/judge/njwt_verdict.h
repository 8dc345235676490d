/*
 * The decision: may this request pass?
 */

#ifndef NJWT_VERDICT_H
#define NJWT_VERDICT_H


#include "njwt.h"
#include "njwt_bearer.h"
#include "njwt_binding.h"
#include "njwt_claims.h"
#include "njwt_json.h"
#include "njwt_jws.h"
#include "njwt_policy.h"
#include "njwt_cached.h"
#include "njwt_verdict_info.h"


/*
 * The revocation entries, which the caller holds and the core looks up.
 *
 * generation: 0 if the issuer has no entries; otherwise it changes to a number
 * not used before whenever an entry is added, or comes to name later tokens.
 * A token that wasn't revoked by a generation needn't be looked up again.
 *
 * before: up to which "iat" are the issuer's tokens revoked whose claim (an
 * element of issuer->revocation) has this value, or, if claim is NULL, all of
 * its tokens?  False: none are.
 */
typedef struct {
    void  *data;
    uint64_t (*generation)(void *data, const njwt_issuer_t *issuer);
    bool (*before)(void *data, const njwt_issuer_t *issuer,
        const njwt_slice_t *claim, njwt_slice_t value, int64_t now,
        double *before);
} njwt_revocation_t;


/* everything that is judged: nothing else influences the verdict */
typedef struct {
    const njwt_policy_t  *policy;
    njwt_credentials_t    credentials;
    njwt_method_t         method;
    int64_t               now;        /* seconds since the epoch */

    /*
     * for hints alone: by how many seconds "now" is ahead of the issuer's
     * clock (0: not known to be ahead), the other issuers of the
     * configuration, and the first origin that a proof may be for (empty: the
     * policy's)
     */
    int64_t               ahead;
    njwt_issuer_t       **others;
    size_t                other_count;
    njwt_slice_t          origin;

    /*
     * what may show that the token belongs to the client; NULL: nothing does
     */
    const njwt_binding_request_t  *binding;

    /*
     * the entry of this very token, if it was verified before; NULL: not known
     */
    njwt_cached_t        *cached;

    const njwt_revocation_t  *revocation;    /* NULL: nothing is revoked */
} njwt_request_t;


/*
 * What judging a request found out.  Everything but claims is unverified: it
 * is for the log, and for deciding whether to fetch keys.
 */
typedef struct {
    njwt_issuer_t         *issuer;    /* NULL: not known yet */
    njwt_alg_t             alg;
    njwt_jws_t             jws;       /* valid where payload is not NULL */
    const njwt_payload_t  *payload;   /* NULL: not parsed, or malformed */
    const njwt_claims_t   *claims;    /* NULL unless verified in full */

    /* whether the token's signature was verified, now or earlier */
    const njwt_proof_t    *proof;     /* NULL: not now */
    bool                   from_cache;

    /* the token's claims, whatever the verdict: for its cache entry */
    const njwt_claims_t   *verified_claims;

    /* as of this generation no entry revokes it; 0: not known */
    uint64_t               unrevoked;

    /* the claim by which it is revoked; NULL: all tokens of its issuer are */
    const njwt_slice_t    *revoked_by;

    njwt_binding_result_t binding;    /* the result of its binding */

    /* the known answers to claim rules, and whether the policy's rules hold */
    njwt_answers_t         answers;
    bool                   rules_hold;
    bool                   gave_up;   /* the broken rule's expression did */
    const njwt_claim_rule_t  *broken; /* the first broken rule, or NULL */
} njwt_result_t;


/*
 * Judges a request.  Pure: no clock, no I/O; what it allocates belongs to the
 * arena, and so does what the result points to.  *found is always filled.
 * found->claims is set once every check up to the token's binding has passed,
 * and stays on a later refusal.  NJWT_OK is the one verdict that lets a
 * request pass; if found->binding.proved is set, only through
 * njwt_verdict_after_replay().
 */
njwt_verdict_t njwt_judge(njwt_arena_t *arena, const njwt_request_t *c,
    njwt_result_t *found);

/*
 * Judges only the binding of a token with this payload: returns NJWT_BOUND, or
 * the verdict that refuses.  Part of njwt_judge(), and for hints.
 */
njwt_verdict_t njwt_verdict_binding(njwt_arena_t *arena,
    const njwt_request_t *c, const njwt_issuer_t *issuer, bool has_cnf,
    njwt_value_t payload, njwt_binding_result_t *found);

/*
 * Does a request with this result use up its proof?  One that is refused
 * before, or without memory for its verdict, doesn't.
 */
bool njwt_verdict_uses_proof(njwt_verdict_t verdict,
    const njwt_result_t *found);

/*
 * The verdict after the memory of proofs was asked whether
 * binding.proof.replay was new, and has stored it.  That must be done once for
 * each request that uses up its proof.  If the proof wasn't new, the result's
 * claims are removed.  Any other verdict is returned unchanged.
 */
njwt_verdict_t njwt_verdict_after_replay(njwt_verdict_t verdict,
    njwt_replay_t replay, njwt_result_t *found);

/*
 * The verdict if a token is optional: a request without one is still refused
 * when no rule names its method.
 */
njwt_verdict_t njwt_verdict_optional(njwt_verdict_t verdict,
    const njwt_request_t *c);

/*
 * Parses a token that was judged by its cache entry, so that the result has
 * its header, payload and claims as if it had been verified now.  Does nothing
 * to any other result.  False: no memory.
 */
bool njwt_result_read(njwt_arena_t *arena,
    const njwt_credentials_t *credentials, njwt_result_t *found);

/*
 * Do entries revoke a token of that issuer with this payload?  *by is the
 * claim that they name; NULL: all of its tokens are revoked.  Part of
 * njwt_result_revoked(), and for hints.
 */
bool njwt_verdict_revoked(njwt_arena_t *arena,
    const njwt_revocation_t *revocation, const njwt_issuer_t *issuer,
    njwt_value_t payload, int64_t now, const njwt_slice_t **by);

/*
 * Is this token, whose claims are verified and whose issuer is in the result,
 * revoked by now?  Can be called for a request that was allowed earlier, as
 * long as its credentials still exist.  True when arena->failed.
 */
bool njwt_result_revoked(njwt_arena_t *arena,
    const njwt_credentials_t *credentials, const njwt_revocation_t *revocation,
    int64_t now, njwt_result_t *found);

/*
 * The cache entry of a token that was verified now, or whose entry lacked
 * answers, to be passed in with the token's next request.  False, *cached
 * untouched: nothing has changed, or there can't be an entry.
 */
bool njwt_result_cached(njwt_arena_t *arena, const njwt_request_t *c,
    const njwt_result_t *found, njwt_cached_t *cached);

/*
 * May this refusal cause a fetch of keys, or wait for one?  Only if a key is
 * missing, and the token would pass but for its signature; one without "kid"
 * asks for no particular key.
 */
bool njwt_verdict_wants_keys(njwt_verdict_t verdict, const njwt_request_t *c,
    const njwt_result_t *found);

/*
 * The verdict that is reported to the client: the given one, except for an
 * encrypted token with "alg":"dir", which is what Auth0 issues as an opaque
 * token.
 */
njwt_verdict_t njwt_verdict_reported(njwt_arena_t *arena,
    njwt_verdict_t verdict, const njwt_credentials_t *credentials);


#endif /* NJWT_VERDICT_H */
