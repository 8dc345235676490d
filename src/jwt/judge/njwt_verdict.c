/*
 * The decision: may this request pass?
 *
 * njwt_judge() is the only function that allows a request.  It runs straight
 * down, one reason per line, in the documented order; no line depends on a
 * setting, and removing a line must make a test fail.  Cheap checks of what
 * the client merely claims come before the signature, so that a flood of junk
 * tokens costs no RSA operations; what the token claims counts only behind it:
 * claims are available only with the proof that njwt_jwks_verify() alone
 * makes.
 */

#include "njwt_verdict.h"
#include "njwt_dates.h"
#include "njwt_path.h"


/*
 * Was this very token verified before, with a key that is still in force? Then
 * everything up to its signature still holds.  If there is no memory to say
 * so, it is verified again.
 */

static bool
njwt_verify_cached(njwt_arena_t *arena, const njwt_request_t *c,
    njwt_result_t *found)
{
    njwt_issuer_t  *issuer;

    issuer = (c->cached != NULL) ? njwt_cached_issuer(c->policy, c->cached)
                                 : NULL;
    if (issuer == NULL) {
        return false;
    }

    found->verified_claims = njwt_cached_claims(arena, c->policy, c->cached,
                                                &found->answers);

    if (found->verified_claims == NULL) {
        return false;
    }

    found->issuer = issuer;
    found->unrevoked = c->cached->unrevoked;
    found->from_cache = true;

    return true;
}


/* Without memory there is no verdict: what looks like a reason may be none. */

#define REFUSE(verdict, condition)                                           \
    if (condition) {                                                         \
        return arena->failed ? NJWT_UNDECIDED : NJWT_##verdict;              \
    }


/* not a verdict: code that takes it for one refuses */
#define NJWT_AUTHENTIC  ((njwt_verdict_t) NJWT_VERDICT_COUNT)


/* Did an issuer of the policy sign the token?  The cache may know. */

static njwt_verdict_t
njwt_authenticate(njwt_arena_t *arena, const njwt_request_t *c,
    njwt_result_t *found)
{
    bool                   parsed;
    njwt_alg_t             alg;
    njwt_jws_t            *jws = &found->jws;
    njwt_slice_t           token = c->credentials.token;
    njwt_issuer_t         *issuer;
    const njwt_proof_t    *proof;
    const njwt_policy_t   *policy = c->policy;
    const njwt_claims_t   *claims;
    const njwt_payload_t  *payload;

    if (njwt_verify_cached(arena, c, found)) {
        return NJWT_AUTHENTIC;
    }

    /* what could be parsed has three parts, and no other characters in them */

    parsed = njwt_jws_parse(arena, token, jws);

    REFUSE(MALFORMED_REQUEST, !parsed && !njwt_bearer_valid(token));
    REFUSE(ENCRYPTED_TOKEN, !parsed && njwt_jws_parts(token) == 5);
    REFUSE(OPAQUE_TOKEN, !parsed && njwt_jws_parts(token) != 3);
    REFUSE(MALFORMED_TOKEN, !parsed);
    found->payload = payload = njwt_payload_parse(arena, jws);
    REFUSE(MALFORMED_TOKEN, payload == NULL);
    REFUSE(CRIT_UNSUPPORTED, njwt_jws_critical(jws));

    found->issuer = issuer = njwt_policy_issuer(policy, payload);
    REFUSE(ISSUER_MISMATCH, issuer == NULL);
    found->alg = alg = njwt_jws_alg(jws);
    REFUSE(ALG_NOT_ALLOWED, (alg & issuer->algorithms) == 0);
    REFUSE(TYP_NOT_ALLOWED, !njwt_jws_typ_allowed(jws,
                                                  issuer->expected.profile));

    REFUSE(KEYS_UNAVAILABLE, issuer->keys == NULL);
    REFUSE(KEY_NOT_FOUND, !njwt_jwks_knows(issuer->keys, jws, alg));
    proof = njwt_jwks_verify(arena, issuer->keys, jws, alg);
    REFUSE(BAD_SIGNATURE, proof == NULL);
    claims = njwt_claims_open(arena, payload, proof);
    REFUSE(BAD_SIGNATURE, claims == NULL);
    found->proof = proof;
    found->verified_claims = claims;

    return NJWT_AUTHENTIC;
}


/*
 * The payload of a verified token; if the token is from the cache, it is read
 * now.  Absent: no memory.
 */

static njwt_value_t
njwt_result_payload(njwt_arena_t *arena, const njwt_credentials_t *credentials,
    const njwt_result_t *found)
{
    njwt_slice_t  text;
    njwt_value_t  payload;

    payload = njwt_claims_root(found->verified_claims);

    if (njwt_json_type(payload) == NJWT_JSON_ABSENT
        && njwt_cached_payload(arena, credentials->token, &text))
    {
        payload = njwt_json_object(arena, text);
    }

    return payload;
}


njwt_verdict_t
njwt_verdict_binding(njwt_arena_t *arena, const njwt_request_t *c,
    const njwt_issuer_t *issuer, bool has_cnf, njwt_value_t payload,
    njwt_binding_result_t *found)
{
    njwt_binding_context_t  b;

    static const njwt_binding_request_t  nothing;

    b.binding = c->policy->binding;
    b.request = (c->binding != NULL) ? c->binding : &nothing;
    b.token = c->credentials.token;
    b.by_dpop = c->credentials.dpop;
    b.has_cnf = has_cnf;
    b.cnf = njwt_json_member(payload, njwt_slice("cnf"));
    b.leeway = issuer->expected.leeway;
    b.now = c->now;

    return njwt_binding_judge(arena, &b, found);
}


/*
 * Does the token belong to the client?  The payload of a token from the cache
 * is read if it has "cnf", unless the caller remembers its contents: the cache
 * entry has no room for them.
 */

static njwt_verdict_t
njwt_bind(njwt_arena_t *arena, const njwt_request_t *c, njwt_result_t *found)
{
    bool          has_cnf;
    njwt_value_t  payload;

    has_cnf = njwt_claims_has_cnf(found->verified_claims);
    payload = njwt_claims_root(found->verified_claims);

    if (has_cnf && (c->binding == NULL || c->binding->cnf == NULL)) {
        payload = njwt_result_payload(arena, &c->credentials, found);
    }

    return njwt_verdict_binding(arena, c, found->issuer, has_cnf, payload,
                                &found->binding);
}


/*
 * The location's own audiences, and its rules.  A token from the cache is
 * parsed only if its entry lacks an answer, and only after all earlier checks
 * have passed.
 */

static bool
njwt_audience_here(njwt_arena_t *arena, const njwt_request_t *c,
    njwt_result_t *found)
{
    if (!njwt_policy_audience_answered(c->policy, &found->answers)
        && !njwt_result_read(arena, &c->credentials, found))
    {
        return false;
    }

    return njwt_policy_audience(arena, c->policy, found->verified_claims,
                                &found->answers);
}


static bool
njwt_granted(njwt_arena_t *arena, const njwt_request_t *c,
    njwt_result_t *found)
{
    const njwt_policy_t  *policy = c->policy;

    if (!njwt_policy_scopes_answered(policy, c->method, found->claims)
        && !njwt_result_read(arena, &c->credentials, found))
    {
        return false;
    }

    return njwt_policy_granted(arena, policy, &found->issuer->expected,
                               c->method, found->claims);
}


static bool
njwt_claims_hold(njwt_arena_t *arena, const njwt_request_t *c,
    njwt_result_t *found)
{
    njwt_rule_result_t    result;
    const njwt_policy_t  *policy = c->policy;

    if (!njwt_policy_claims_answered(policy, &found->answers)
        && !njwt_result_read(arena, &c->credentials, found))
    {
        return false;
    }

    result = njwt_policy_claims(arena, policy, found->claims, &found->answers,
                                &found->broken);

    found->gave_up = result == NJWT_RULE_GAVE_UP;
    found->rules_hold = result == NJWT_RULE_HOLDS;

    return found->rules_hold;
}


njwt_verdict_t
njwt_judge(njwt_arena_t *arena, const njwt_request_t *c, njwt_result_t *found)
{
    double                  leeway;
    int64_t                 now = c->now;
    njwt_slice_t            token = c->credentials.token;
    njwt_verdict_t          first;
    njwt_method_t           method = c->method;
    const njwt_dates_t     *dates;
    const njwt_policy_t    *policy = c->policy;
    const njwt_claims_t    *claims;
    const njwt_expected_t  *expected;

    *found = (njwt_result_t) { 0 };

    REFUSE(NO_TOKEN, c->credentials.found == 0);
    REFUSE(MULTIPLE_TOKENS, c->credentials.found > 1);
    REFUSE(TOKEN_TOO_LARGE, token.len > policy->max_token_size);

    first = njwt_authenticate(arena, c, found);

    if (first != NJWT_AUTHENTIC) {
        return first;
    }

    claims = found->verified_claims;
    expected = &found->issuer->expected;
    dates = njwt_claims_dates(claims);
    leeway = expected->leeway;

    REFUSE(EXPIRED, njwt_dates_expired(dates, leeway, now));
    REFUSE(NOT_YET_VALID, njwt_dates_not_yet_valid(dates, leeway, now));
    REFUSE(ISSUED_IN_FUTURE, njwt_dates_from_future(dates, leeway, now));
    REFUSE(TOO_OLD, njwt_claims_too_old(claims, expected, now));
    REFUSE(AUDIENCE_MISMATCH, !njwt_claims_audience_ok(claims, expected));
    REFUSE(AUDIENCE_MISMATCH, !njwt_audience_here(arena, c, found));
    REFUSE(CLAIM_MISSING, !njwt_claims_has_required(claims, expected));
    REFUSE(REVOKED, njwt_result_revoked(arena, &c->credentials, c->revocation,
                                        now, found));
    first = njwt_bind(arena, c, found);

    if (first != NJWT_BOUND) {
        return first;
    }

    found->claims = found->verified_claims;

    REFUSE(METHOD_NOT_ALLOWED, !njwt_policy_method_allowed(policy, method));
    REFUSE(INSUFFICIENT_SCOPE, !njwt_granted(arena, c, found));
    REFUSE(CLAIM_MISMATCH, !njwt_claims_hold(arena, c, found));

    return NJWT_OK;
}


bool
njwt_verdict_uses_proof(njwt_verdict_t verdict, const njwt_result_t *found)
{
    return found->binding.proved && njwt_verdict_is_verified(verdict);
}


njwt_verdict_t
njwt_verdict_after_replay(njwt_verdict_t verdict, njwt_replay_t replay,
    njwt_result_t *found)
{
    if (!njwt_verdict_uses_proof(verdict, found)
        || replay == NJWT_REPLAY_NEW)
    {
        return verdict;
    }

    found->claims = NULL;

    switch (replay) {

    case NJWT_REPLAY_SEEN:
        return NJWT_DPOP_PROOF_REPLAYED;

    case NJWT_REPLAY_FULL:
        return NJWT_DPOP_MEMORY_FULL;

    case NJWT_REPLAY_FORGOTTEN:
        return NJWT_DPOP_NONCE_NEEDED;

    default:
        return NJWT_UNDECIDED;
    }
}


njwt_verdict_t
njwt_verdict_optional(njwt_verdict_t verdict, const njwt_request_t *c)
{
    if (verdict == NJWT_NO_TOKEN
        && !njwt_policy_method_allowed(c->policy, c->method))
    {
        return NJWT_METHOD_NOT_ALLOWED;
    }

    return verdict;
}


bool
njwt_result_read(njwt_arena_t *arena, const njwt_credentials_t *credentials,
    njwt_result_t *found)
{
    const njwt_claims_t  *claims;

    if (!found->from_cache || found->payload != NULL) {
        return true;
    }

    claims = njwt_cached_read(arena, credentials->token, &found->jws,
                              &found->payload);

    if (claims == NULL) {
        return false;
    }

    found->alg = njwt_jws_alg(&found->jws);
    found->verified_claims = claims;

    if (found->claims != NULL) {
        found->claims = claims;
    }

    return true;
}


bool
njwt_verdict_revoked(njwt_arena_t *arena, const njwt_revocation_t *revocation,
    const njwt_issuer_t *issuer, njwt_value_t payload, int64_t now,
    const njwt_slice_t **by)
{
    size_t         i;
    double         before;
    njwt_dates_t   dates;
    njwt_slice_t   none = { NULL, 0 };
    njwt_value_t   value;

    *by = NULL;
    dates = njwt_dates_read(payload);

    if (revocation->before(revocation->data, issuer, NULL, none, now, &before)
        && njwt_dates_issued_until(&dates, before))
    {
        return true;
    }

    for (i = 0; i < issuer->revocation_count; i++) {
        value = njwt_path_find(arena, payload, issuer->revocation[i]);

        if (njwt_json_type(value) == NJWT_JSON_STRING
            && revocation->before(revocation->data, issuer,
                                  &issuer->revocation[i],
                                  njwt_json_string(value), now, &before)
            && njwt_dates_issued_until(&dates, before))
        {
            *by = &issuer->revocation[i];
            return true;
        }
    }

    return false;
}


bool
njwt_result_revoked(njwt_arena_t *arena, const njwt_credentials_t *credentials,
    const njwt_revocation_t *revocation, int64_t now, njwt_result_t *found)
{
    uint64_t              generation;
    njwt_value_t          payload;
    const njwt_issuer_t  *issuer = found->issuer;

    if (revocation == NULL || issuer->revocation_count == 0) {
        return false;
    }

    /* read first: an entry added during the look-up changes the number */

    generation = revocation->generation(revocation->data, issuer);

    if (generation == 0 || generation == found->unrevoked) {
        return false;
    }

    found->unrevoked = 0;
    payload = njwt_result_payload(arena, credentials, found);

    /* what can't be looked up isn't known to be good */

    if (njwt_json_type(payload) == NJWT_JSON_ABSENT
        || njwt_verdict_revoked(arena, revocation, issuer, payload, now,
                                &found->revoked_by)
        || arena->failed)
    {
        return true;
    }

    found->unrevoked = generation;

    return false;
}


bool
njwt_result_cached(njwt_arena_t *arena, const njwt_request_t *c,
    const njwt_result_t *found, njwt_cached_t *cached)
{
    if (found->from_cache) {
        return njwt_cached_renew(arena, c->policy, found->issuer, c->cached,
                                 found->verified_claims, &found->answers,
                                 found->unrevoked, cached);
    }

    return found->proof != NULL
           && found->verified_claims != NULL
           && njwt_cached_make(arena, c->policy, found->issuer, &found->jws,
                               found->proof, found->verified_claims,
                               &found->answers, found->unrevoked, cached);
}


bool
njwt_verdict_wants_keys(njwt_verdict_t verdict, const njwt_request_t *c,
    const njwt_result_t *found)
{
    njwt_slice_t  kid;

    if (verdict != NJWT_KEYS_UNAVAILABLE && verdict != NJWT_KEY_NOT_FOUND) {
        return false;
    }

    return njwt_jws_kid(&found->jws, &kid)
           && kid.len <= NJWT_MAX_KID
           && njwt_payload_plausible(found->payload, &found->issuer->expected,
                                     c->now)
           && (c->policy->audience == NULL
               || njwt_payload_for(found->payload, c->policy->audience));
}


njwt_verdict_t
njwt_verdict_reported(njwt_arena_t *arena, njwt_verdict_t verdict,
    const njwt_credentials_t *credentials)
{
    if (verdict == NJWT_ENCRYPTED_TOKEN
        && njwt_jws_direct(arena, credentials->token))
    {
        return NJWT_OPAQUE_TOKEN;
    }

    return verdict;
}
