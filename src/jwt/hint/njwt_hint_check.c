/*
 * The checks that the decision didn't reach.
 */

#include "njwt_hint_parts.h"
#include "njwt_dates.h"


static njwt_hint_result_t
njwt_hint_result(bool fails)
{
    return fails ? NJWT_HINT_FAIL : NJWT_HINT_PASS;
}


static bool
njwt_hint_alg_ok(const njwt_hint_t *hint)
{
    return (njwt_jws_alg(&hint->found->jws) & hint->issuer->algorithms) != 0;
}


/* Is there a key, and did it sign the token? */

static njwt_hint_result_t
njwt_hint_check_key(njwt_hint_t *hint, njwt_verdict_t verdict)
{
    bool               known;
    njwt_alg_t         alg;
    njwt_jwks_t       *keys;
    const njwt_jws_t  *jws;

    jws = &hint->found->jws;
    alg = njwt_jws_alg(jws);
    keys = hint->issuer->keys;

    if (keys == NULL || !njwt_hint_alg_ok(hint)) {
        return NJWT_HINT_UNKNOWN;
    }

    known = njwt_jwks_knows(keys, jws, alg);

    if (verdict == NJWT_KEY_NOT_FOUND) {
        return njwt_hint_result(!known);
    }

    return known ? njwt_hint_result(njwt_jwks_verify(hint->arena, keys, jws,
                                                     alg) == NULL)
                 : NJWT_HINT_UNKNOWN;
}


/* Is the token for the location's own audiences, if there are any? */

static bool
njwt_hint_for_here(njwt_hint_t *hint)
{
    const njwt_claim_rule_t  *rule;

    rule = hint->c->policy->audience;

    return rule == NULL
           || njwt_rule_check(hint->arena, rule, hint->payload)
              == NJWT_RULE_HOLDS;
}


static njwt_hint_result_t
njwt_hint_check_revoked(njwt_hint_t *hint)
{
    const njwt_slice_t       *by;
    const njwt_revocation_t  *revocation = hint->c->revocation;

    if (revocation == NULL || hint->issuer->revocation_count == 0) {
        return NJWT_HINT_PASS;
    }

    return njwt_hint_result(revocation->generation(revocation->data,
                                                   hint->issuer) != 0
                            && njwt_verdict_revoked(hint->arena, revocation,
                                                    hint->issuer,
                                                    hint->payload,
                                                    hint->c->now, &by));
}


/*
 * Checks of the token's binding.  Those of a proof run in another order than
 * the verdicts have: if an early one failed, others are unknown.
 */

static njwt_hint_result_t
njwt_hint_check_binding(njwt_hint_t *hint, njwt_verdict_t verdict)
{
    bool                    has_cnf;
    njwt_verdict_t          judged;
    njwt_binding_result_t   found;

    has_cnf = njwt_json_type(njwt_hint_member(hint, "cnf"))
              != NJWT_JSON_ABSENT;

    judged = njwt_verdict_binding(hint->arena, hint->c, hint->issuer, has_cnf,
                                  hint->payload, &found);

    if (judged == verdict) {
        return NJWT_HINT_FAIL;
    }

    if (judged == NJWT_BOUND) {
        return (found.proved && njwt_verdict_is_replay(verdict))
               ? NJWT_HINT_UNKNOWN : NJWT_HINT_PASS;
    }

    if (njwt_verdict_is_before(judged, verdict)
        || verdict == NJWT_DPOP_PROOF_INVALID)
    {
        return NJWT_HINT_UNKNOWN;
    }

    return NJWT_HINT_PASS;
}


/* long: one verdict after the other */
njwt_hint_result_t
njwt_hint_check(njwt_arena_t *arena, const njwt_request_t *c,
    njwt_verdict_t verdict, const njwt_result_t *found)
{
    bool          fails, gave_up;
    njwt_hint_t   hint;
    njwt_dates_t  dates;

    njwt_hint_begin(&hint, arena, c, found);

    if (hint.issuer == NULL || njwt_json_type(hint.payload)
                               == NJWT_JSON_ABSENT)
    {
        return NJWT_HINT_UNKNOWN;
    }

    switch (verdict) {

    case NJWT_ISSUER_MISMATCH:
        fails = found->issuer == NULL;
        break;

    case NJWT_ALG_NOT_ALLOWED:
        fails = !njwt_hint_alg_ok(&hint);
        break;

    case NJWT_TYP_NOT_ALLOWED:
        fails = !njwt_jws_typ_allowed(&found->jws,
                                      hint.issuer->expected.profile);
        break;

    case NJWT_KEYS_UNAVAILABLE:
        return hint.issuer->keys != NULL ? NJWT_HINT_PASS : NJWT_HINT_UNKNOWN;

    case NJWT_KEY_NOT_FOUND:
    case NJWT_BAD_SIGNATURE:
        return njwt_hint_check_key(&hint, verdict);

    case NJWT_EXPIRED:
    case NJWT_NOT_YET_VALID:
    case NJWT_ISSUED_IN_FUTURE:
    case NJWT_TOO_OLD:
        dates = njwt_dates_read(hint.payload);
        fails = njwt_hint_date_fails(&hint, verdict, &dates, c->now);
        break;

    case NJWT_AUDIENCE_MISMATCH:
        fails = !njwt_hint_audience_ok(&hint) || !njwt_hint_for_here(&hint)
                || njwt_hint_logout(&hint);
        break;

    case NJWT_CLAIM_MISSING:
        fails = njwt_hint_incomplete(&hint);
        break;

    case NJWT_REVOKED:
        return njwt_hint_check_revoked(&hint);

    case NJWT_METHOD_NOT_ALLOWED:
        fails = !njwt_policy_method_allowed(c->policy, c->method);
        break;

    case NJWT_INSUFFICIENT_SCOPE:
        fails = !njwt_hint_granted(&hint);
        break;

    case NJWT_CLAIM_MISMATCH:
        fails = njwt_hint_broken_rule(&hint, &gave_up) != NULL;
        break;

    case NJWT_SENDER_CONSTRAINED:
    case NJWT_UNBOUND_TOKEN:
    case NJWT_CERTIFICATE_MISSING:
    case NJWT_CERTIFICATE_MISMATCH:
    case NJWT_DPOP_PROOF_MISSING:
    case NJWT_DPOP_PROOF_INVALID:
    case NJWT_DPOP_KEY_MISMATCH:
    case NJWT_DPOP_NONCE_NEEDED:
    case NJWT_DPOP_PROOF_EXPIRED:
    case NJWT_DPOP_MEMORY_FULL:
    case NJWT_DPOP_PROOF_REPLAYED:
        return njwt_hint_check_binding(&hint, verdict);

    default:
        return NJWT_HINT_UNKNOWN;
    }

    return njwt_hint_result(fails);
}
