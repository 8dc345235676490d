/*
 * May this request pass?  THE decision, and what each verdict means.
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
 * What was revoked: the memory of it is the caller's, the core asks.
 *
 * The generation of an issuer's entries is 0 where there are none, and
 * another number than ever before once one was added, or names later tokens
 * than it did: what isn't revoked by a generation needs no second look.
 *
 * before: up to which "iat" are its tokens revoked whose claim (an element of
 * issuer->revocation) has this value, or, with a NULL claim, all of them?
 * False: none are.
 */
typedef struct {
    void  *data;
    uint64_t (*generation)(void *data, const njwt_issuer_t *issuer);
    bool (*before)(void *data, const njwt_issuer_t *issuer,
        const njwt_slice_t *claim, njwt_slice_t value, int64_t now,
        double *before);
} njwt_revocation_t;


/* all that is judged: nothing else has a say */
typedef struct {
    const njwt_policy_t  *policy;
    njwt_credentials_t    credentials;
    njwt_method_t         method;
    int64_t               now;        /* seconds since the epoch */

    /* for hints alone: by how many seconds "now" is ahead of the issuer's
       clock (0: by none that is known), and the other issuers there are */
    int64_t               ahead;
    njwt_issuer_t       **others;
    size_t                other_count;

    /* what may prove that the token is the client's; NULL: nothing does */
    const njwt_binding_request_t  *binding;

    /* of this very token, if it was verified before; NULL: not known */
    njwt_cached_t        *cached;

    const njwt_revocation_t  *revocation;    /* NULL: nothing is */
} njwt_request_t;


/*
 * What was found on the way to the verdict.  Everything but claims is the
 * client's unverified word, for the log and for whether to fetch keys.
 */
typedef struct {
    njwt_issuer_t         *issuer;    /* NULL before it is known */
    njwt_alg_t             alg;
    njwt_jws_t             jws;       /* valid where payload is not NULL */
    const njwt_payload_t  *payload;   /* NULL before it is well formed */
    const njwt_claims_t   *claims;    /* NULL unless verified throughout */

    /* the token's signature was verified, now, or by its record before */
    const njwt_proof_t    *proof;     /* NULL: not now */
    bool                   from_cache;

    /* of the token's claims, however it is judged: for a record of it */
    const njwt_claims_t   *verified_claims;

    /* the entries of this generation don't revoke it; 0: not known */
    uint64_t               unrevoked;

    /* the claim by which it is revoked; NULL: with all of its issuer's */
    const njwt_slice_t    *revoked_by;

    njwt_binding_result_t binding;    /* what was found of its binding */

    /* what is known of claim rules, and whether those of the policy hold */
    njwt_answers_t         answers;
    bool                   rules_hold;
    bool                   gave_up;   /* an expression of the rule broken */
    const njwt_claim_rule_t  *broken; /* the first that doesn't; or NULL */
} njwt_result_t;


/*
 * Judges a request.  Pure: no clock, no I/O; what it allocates belongs to the
 * arena, and so does what the finding points to.  *found is always filled.
 * found->claims is set once every check up to the token's binding has passed,
 * and stays on a later refusal.  NJWT_OK is the one verdict that lets a
 * request pass; where found->binding.proved is set, only through
 * njwt_verdict_after_replay().
 */
njwt_verdict_t njwt_judge(njwt_arena_t *arena, const njwt_request_t *c,
    njwt_result_t *found);

/*
 * What the binding alone of a token with this payload comes to: NJWT_BOUND, or
 * the verdict that refuses.  Part of njwt_judge(), and for hints.
 */
njwt_verdict_t njwt_verdict_binding(njwt_arena_t *arena,
    const njwt_request_t *c, const njwt_issuer_t *issuer, bool has_cnf,
    njwt_value_t payload, njwt_binding_result_t *found);

/*
 * The verdict once the memory of proofs was asked, as must be done once for
 * each request, of a verified verdict whose finding has binding.proved: was
 * binding.proof.replay not there, and is it there now?  Where it isn't, the
 * finding's claims are taken back.  Of any other verdict nothing changes.
 */
njwt_verdict_t njwt_verdict_after_replay(njwt_verdict_t verdict,
    njwt_replay_t replay, njwt_result_t *found);

/*
 * The verdict where a token is optional: a request without one is still
 * refused when no rule names its method.
 */
njwt_verdict_t njwt_verdict_optional(njwt_verdict_t verdict,
    const njwt_request_t *c);

/*
 * Reads a token that was judged by its record, so that the finding has its
 * header, payload and claims as if it had been verified now.  Of any other
 * finding nothing changes.  False: no memory.
 */
bool njwt_result_read(njwt_arena_t *arena,
    const njwt_credentials_t *credentials, njwt_result_t *found);

/*
 * Do entries revoke a token of that issuer with this payload?  *by is the
 * claim that they name; NULL: all of its tokens are revoked.  Part of the next
 * function, and for hints.
 */
bool njwt_verdict_revoked(njwt_arena_t *arena,
    const njwt_revocation_t *revocation, const njwt_issuer_t *issuer,
    njwt_value_t payload, int64_t now, const njwt_slice_t **by);

/*
 * Is this token, whose issuer is in the finding and whose claims are verified,
 * revoked by now?  Also of a request that was allowed before, as long as what
 * it presented is there.  True when arena->failed.
 */
bool njwt_result_revoked(njwt_arena_t *arena,
    const njwt_credentials_t *credentials, const njwt_revocation_t *revocation,
    int64_t now, njwt_result_t *found);

/*
 * The record of a token that was verified now, or whose record answered other
 * questions than these, to be given with the next case of it.  False, *cached
 * untouched: nothing new is to be remembered, or there can't be one.
 */
bool njwt_result_cached(njwt_arena_t *arena, const njwt_request_t *c,
    const njwt_result_t *found, njwt_cached_t *cached);

/*
 * May this refusal cause a fetch of keys, or wait for one?  Only for keys
 * that are missing, and a token that would pass but for its signature; one
 * without "kid" asks for no key in particular.
 */
bool njwt_verdict_wants_keys(njwt_verdict_t verdict, const njwt_request_t *c,
    const njwt_result_t *found);

/*
 * The verdict whose meaning the client is told: its own, but for an encrypted
 * token of "alg":"dir", which is Auth0's opaque token of today.
 */
njwt_verdict_t njwt_verdict_reported(njwt_arena_t *arena,
    njwt_verdict_t verdict, const njwt_credentials_t *credentials);


#endif /* NJWT_VERDICT_H */
