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


/* Checks of the header and of the key. */

static njwt_hint_result_t
njwt_hint_check_key(njwt_hint_t *hint, njwt_verdict_t verdict)
{
    njwt_alg_t            alg;
    njwt_jwks_t          *keys;
    const njwt_jws_t     *jws;
    const njwt_issuer_t  *issuer;

    jws = &hint->found->jws;
    alg = njwt_jws_alg(jws);
    issuer = hint->issuer;
    keys = issuer->keys;

    switch (verdict) {

    case NJWT_ALG_NOT_ALLOWED:
        return njwt_hint_result((alg & issuer->algorithms) == 0);

    case NJWT_TYP_NOT_ALLOWED:
        return njwt_hint_result(!njwt_jws_typ_allowed(jws,
                                                 issuer->expected.profile));

    case NJWT_KEYS_UNAVAILABLE:
        return keys != NULL ? NJWT_HINT_PASS : NJWT_HINT_UNKNOWN;

    case NJWT_KEY_NOT_FOUND:
        if (keys == NULL || (alg & issuer->algorithms) == 0) {
            return NJWT_HINT_UNKNOWN;
        }

        return njwt_hint_result(!njwt_jwks_knows(keys, jws, alg));

    case NJWT_BAD_SIGNATURE:
        if (keys == NULL || (alg & issuer->algorithms) == 0
            || !njwt_jwks_knows(keys, jws, alg))
        {
            return NJWT_HINT_UNKNOWN;
        }

        return njwt_hint_result(njwt_jwks_verify(hint->arena, keys, jws, alg)
                                == NULL);

    default:
        return NJWT_HINT_UNKNOWN;
    }
}


static bool
njwt_hint_audience_ok(njwt_hint_t *hint, const njwt_expected_t *expected)
{
    size_t        i;
    njwt_value_t  aud;

    static const njwt_slice_t  name = njwt_literal("aud");

    aud = njwt_json_member(hint->payload, name);

    for (i = 0; i < expected->audience_count; i++) {
        if (njwt_json_holds(aud, expected->audiences[i])) {
            return true;
        }
    }

    return expected->any_audience;
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


/* Checks of dates and audience. */

static njwt_hint_result_t
njwt_hint_check_expected(njwt_hint_t *hint, njwt_verdict_t verdict)
{
    bool                    fails;
    int64_t                 now;
    njwt_dates_t            dates;
    const njwt_expected_t  *expected;

    now = hint->c->now;
    expected = &hint->issuer->expected;
    dates = njwt_dates_read(hint->payload);

    switch (verdict) {

    case NJWT_EXPIRED:
        fails = njwt_dates_expired(&dates, expected->leeway, now);
        break;

    case NJWT_NOT_YET_VALID:
        fails = njwt_dates_not_yet_valid(&dates, expected->leeway, now);
        break;

    case NJWT_ISSUED_IN_FUTURE:
        fails = njwt_dates_from_future(&dates, expected->leeway, now);
        break;

    case NJWT_TOO_OLD:
        fails = expected->has_max_age
                && njwt_dates_too_old(&dates, expected->max_age,
                                      expected->leeway, now);
        break;

    case NJWT_AUDIENCE_MISMATCH:
        fails = !njwt_hint_audience_ok(hint, expected)
                || !njwt_hint_for_here(hint)
                || njwt_hint_logout(hint);
        break;

    default:
        return NJWT_HINT_UNKNOWN;
    }

    return njwt_hint_result(fails);
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

    static const njwt_slice_t  cnf = njwt_literal("cnf");

    has_cnf = njwt_json_type(njwt_json_member(hint->payload, cnf))
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


/*
 * Checks of what the location requires, and of required or forbidden claims.
 */

static njwt_hint_result_t
njwt_hint_check_policy(njwt_hint_t *hint, njwt_verdict_t verdict)
{
    bool                  gave_up;
    const njwt_policy_t  *policy;

    policy = hint->c->policy;

    switch (verdict) {

    case NJWT_CLAIM_MISSING:
        return njwt_hint_result(njwt_hint_incomplete(hint));

    case NJWT_METHOD_NOT_ALLOWED:
        return njwt_hint_result(!njwt_policy_method_allowed(policy,
                                                          hint->c->method));

    case NJWT_INSUFFICIENT_SCOPE:
        return njwt_hint_result(!njwt_hint_granted(hint));

    case NJWT_CLAIM_MISMATCH:
        return njwt_hint_result(njwt_hint_broken_rule(hint, &gave_up)
                                != NULL);

    default:
        return NJWT_HINT_UNKNOWN;
    }
}


njwt_hint_result_t
njwt_hint_check(njwt_arena_t *arena, const njwt_request_t *c,
    njwt_verdict_t verdict, const njwt_result_t *found)
{
    njwt_hint_t  hint;

    njwt_hint_begin(&hint, arena, c, found);

    if (hint.issuer == NULL || njwt_json_type(hint.payload)
                               == NJWT_JSON_ABSENT)
    {
        return NJWT_HINT_UNKNOWN;
    }

    switch (verdict) {

    case NJWT_ISSUER_MISMATCH:
        return njwt_hint_result(found->issuer == NULL);

    case NJWT_ALG_NOT_ALLOWED:
    case NJWT_TYP_NOT_ALLOWED:
    case NJWT_KEYS_UNAVAILABLE:
    case NJWT_KEY_NOT_FOUND:
    case NJWT_BAD_SIGNATURE:
        return njwt_hint_check_key(&hint, verdict);

    case NJWT_EXPIRED:
    case NJWT_NOT_YET_VALID:
    case NJWT_ISSUED_IN_FUTURE:
    case NJWT_TOO_OLD:
    case NJWT_AUDIENCE_MISMATCH:
        return njwt_hint_check_expected(&hint, verdict);

    case NJWT_REVOKED:
        return njwt_hint_check_revoked(&hint);

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
        return njwt_hint_check_policy(&hint, verdict);
    }
}
