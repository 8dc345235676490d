/*
 * Each verdict says what the documentation says, and njwt_judge() keeps what
 * it promises besides the verdict.
 */

#include "unit_judge.h"


/* the contract's table, in its order */

static const struct {
    njwt_verdict_t   verdict;
    const char      *name;
    unsigned         status;
    const char      *error;
} contract[] = {
    { NJWT_NO_TOKEN,           "no_token",           401, "" },
    { NJWT_MULTIPLE_TOKENS,    "multiple_tokens",    400, "invalid_request" },
    { NJWT_TOKEN_TOO_LARGE,    "token_too_large",    401, "invalid_token" },
    { NJWT_MALFORMED_REQUEST,  "malformed_request",  400, "invalid_request" },
    { NJWT_OPAQUE_TOKEN,       "opaque_token",       401, "invalid_token" },
    { NJWT_ENCRYPTED_TOKEN,    "encrypted_token",    401, "invalid_token" },
    { NJWT_MALFORMED_TOKEN,    "malformed_token",    401, "invalid_token" },
    { NJWT_CRIT_UNSUPPORTED,   "crit_unsupported",   401, "invalid_token" },
    { NJWT_ISSUER_MISMATCH,    "issuer_mismatch",    401, "invalid_token" },
    { NJWT_ALG_NOT_ALLOWED,    "alg_not_allowed",    401, "invalid_token" },
    { NJWT_TYP_NOT_ALLOWED,    "typ_not_allowed",    401, "invalid_token" },
    { NJWT_KEYS_UNAVAILABLE,   "keys_unavailable",   503, "" },
    { NJWT_KEY_NOT_FOUND,      "key_not_found",      401, "invalid_token" },
    { NJWT_BAD_SIGNATURE,      "bad_signature",      401, "invalid_token" },
    { NJWT_EXPIRED,            "expired",            401, "invalid_token" },
    { NJWT_NOT_YET_VALID,      "not_yet_valid",      401, "invalid_token" },
    { NJWT_ISSUED_IN_FUTURE,   "issued_in_future",   401, "invalid_token" },
    { NJWT_TOO_OLD,            "too_old",            401, "invalid_token" },
    { NJWT_AUDIENCE_MISMATCH,  "audience_mismatch",  401, "invalid_token" },
    { NJWT_CLAIM_MISSING,      "claim_missing",      401, "invalid_token" },
    { NJWT_REVOKED,            "revoked",            401, "invalid_token" },
    { NJWT_SENDER_CONSTRAINED, "sender_constrained", 401, "invalid_token" },
    { NJWT_UNBOUND_TOKEN,      "unbound_token",      401, "invalid_token" },
    { NJWT_CERTIFICATE_MISSING, "certificate_missing", 401,
      "invalid_token" },
    { NJWT_CERTIFICATE_MISMATCH, "certificate_mismatch", 401,
      "invalid_token" },
    { NJWT_DPOP_PROOF_MISSING, "dpop_proof_missing", 401,
      "invalid_dpop_proof" },
    { NJWT_DPOP_PROOF_INVALID, "dpop_proof_invalid", 401,
      "invalid_dpop_proof" },
    { NJWT_DPOP_KEY_MISMATCH,  "dpop_key_mismatch",  401, "invalid_token" },
    { NJWT_DPOP_NONCE_NEEDED,  "dpop_nonce_needed",  401, "use_dpop_nonce" },
    { NJWT_DPOP_PROOF_EXPIRED, "dpop_proof_expired", 401,
      "invalid_dpop_proof" },
    { NJWT_DPOP_MEMORY_FULL,   "dpop_memory_full",   503, "" },
    { NJWT_DPOP_PROOF_REPLAYED, "dpop_proof_replayed", 401,
      "invalid_dpop_proof" },
    { NJWT_METHOD_NOT_ALLOWED, "method_not_allowed", 405, "" },
    { NJWT_INSUFFICIENT_SCOPE, "insufficient_scope", 403,
      "insufficient_scope" },
    { NJWT_CLAIM_MISMATCH,     "claim_mismatch",     403,
      "insufficient_scope" },
    { NJWT_CLAIM_MISMATCH_401, "claim_mismatch",     401, "invalid_token" },
    { NJWT_OK,                 "ok",                 0,   "" }
};


static void
each_verdict_has_the_contracts_name_status_and_error(void **state)
{
    size_t                      i;
    const njwt_verdict_info_t  *info;

    (void) state;

    for (i = 0; i < unit_count(contract); i++) {
        info = njwt_verdict_info(contract[i].verdict);
        assert_slice(info->name, contract[i].name);
        assert_slice(info->error, contract[i].error);
        assert_int_equal(info->status, contract[i].status);
    }
}


static void
the_verdicts_are_in_the_order_of_the_checks(void **state)
{
    size_t  i;

    (void) state;

    for (i = 1; i < unit_count(contract); i++) {
        assert_true(contract[i - 1].verdict < contract[i].verdict);
    }

    assert_int_equal(NJWT_UNDECIDED, 0);
    assert_int_equal(unit_count(contract) + 1, NJWT_VERDICT_COUNT);
}


static void
each_row_is_filled_and_its_name_its_own(void **state)
{
    size_t                      i, k;
    const njwt_verdict_info_t  *info;

    (void) state;

    for (i = 0; i < NJWT_VERDICT_COUNT; i++) {
        info = njwt_verdict_info((njwt_verdict_t) i);
        assert_true(info->name.len > 0);
        assert_true(info->description.len > 0);
        assert_int_equal(info->status == 0, i == NJWT_OK);

        /* one verdict with two statuses */

        for (k = 0; k < i && i != NJWT_CLAIM_MISMATCH_401; k++) {
            assert_false(njwt_slice_equal(
                info->name, njwt_verdict_info((njwt_verdict_t) k)->name));
        }
    }
}


/* RFC 6750, section 3: %x20-21 / %x23-5B / %x5D-7E */

static void
a_description_can_stand_in_quotes_in_a_header_and_in_json(void **state)
{
    size_t                      i, k;
    uint8_t                     c;
    const njwt_verdict_info_t  *info;

    (void) state;

    for (i = 0; i < NJWT_VERDICT_COUNT; i++) {
        info = njwt_verdict_info((njwt_verdict_t) i);

        for (k = 0; k < info->description.len; k++) {
            c = info->description.data[k];
            assert_true(c >= 0x20 && c < 0x7f && c != '"' && c != '\\');
        }

        for (k = 0; k < info->name.len; k++) {
            c = info->name.data[k];
            assert_true((c >= 'a' && c <= 'z') || c == '_');
        }
    }
}


static void
opaque_tokens_are_told_to_ask_with_an_audience(void **state)
{
    njwt_slice_t  text;

    (void) state;

    text = njwt_verdict_info(NJWT_OPAQUE_TOKEN)->description;
    assert_non_null(strstr(unit_format("%.*s", (int) text.len,
                                       (const char *) text.data),
                           "audience"));
}


static void
a_wrong_value_is_undecided_and_no_allowance(void **state)
{
    const njwt_verdict_info_t  *info;

    (void) state;

    info = njwt_verdict_info(NJWT_UNDECIDED);
    assert_int_equal(info->status, 500);
    assert_ptr_equal(njwt_verdict_info((njwt_verdict_t) NJWT_VERDICT_COUNT),
                     info);
    assert_ptr_equal(njwt_verdict_info((njwt_verdict_t) 4711), info);
    assert_ptr_equal(njwt_verdict_info((njwt_verdict_t) -1), info);
}


static njwt_result_t      found;

#define PAYLOAD  "{\"iss\":\"https://t/\",\"aud\":\"us\",\"exp\":2000,"      \
                 "\"scope\":\"a\"%s}"


/* The keys are freed by unjudge(). */

static void
prepare(const char *token)
{
    unit_prepare(unit_jwk(0, ",\"kid\":\"k0\""), "us", unit_text(token));
    issuer.expected.leeway = 5;

    /* what is found must not depend on what was there */

    memset(&found, 0x5a, sizeof(found));
}


static njwt_verdict_t
judge(void)
{
    return njwt_judge(&unit_arena, &judged, &found);
}


static const char *
token_with(const char *header, const char *members)
{
    njwt_slice_t  token;

    token = unit_token(0, header, unit_format(PAYLOAD, members));

    return unit_format("%.*s", (int) token.len, (const char *) token.data);
}


static void
a_good_token_passes_and_its_claims_are_found(void **state)
{
    (void) state;

    prepare(token_with(UNIT_HEADER, ",\"x\":\"y\""));
    assert_int_equal(judge(), NJWT_OK);
    assert_non_null(found.claims);
    assert_non_null(found.payload);
    assert_ptr_equal(found.issuer, &issuer);
    assert_int_equal(found.alg, NJWT_ALG_RS256);
    assert_slice(njwt_json_string(njwt_claims_get(found.claims,
                                                  unit_text("x"))), "y");
    njwt_jwks_free(issuer.keys);
}


static void
what_is_found_grows_with_the_checks_that_passed(void **state)
{
    (void) state;

    prepare("");
    judged.credentials.found = 0;
    assert_int_equal(judge(), NJWT_NO_TOKEN);
    assert_null(found.issuer);
    assert_null(found.payload);
    assert_null(found.claims);
    njwt_jwks_free(issuer.keys);

    prepare("a.b.c");
    assert_int_equal(judge(), NJWT_MALFORMED_TOKEN);
    assert_null(found.issuer);
    assert_null(found.payload);
    assert_null(found.claims);
    njwt_jwks_free(issuer.keys);

    prepare(token_with(UNIT_HEADER, ""));
    issuers[0] = unit_text("https://other/");
    assert_int_equal(judge(), NJWT_ISSUER_MISMATCH);
    assert_null(found.issuer);
    assert_non_null(found.payload);
    assert_null(found.claims);
    njwt_jwks_free(issuer.keys);

    prepare(token_with(UNIT_HEADER, ""));
    judged.now = 5000;
    assert_int_equal(judge(), NJWT_EXPIRED);
    assert_ptr_equal(found.issuer, &issuer);
    assert_null(found.claims);
    njwt_jwks_free(issuer.keys);

    prepare(token_with(UNIT_HEADER, ",\"cnf\":{}"));
    assert_int_equal(judge(), NJWT_SENDER_CONSTRAINED);
    assert_null(found.claims);
    njwt_jwks_free(issuer.keys);

    prepare(token_with(UNIT_HEADER, ""));
    scopes[0] = unit_text("b");
    assert_int_equal(judge(), NJWT_INSUFFICIENT_SCOPE);
    assert_non_null(found.claims);
    njwt_jwks_free(issuer.keys);
}


static void
a_token_of_exactly_the_largest_size_is_read(void **state)
{
    (void) state;

    prepare(token_with(UNIT_HEADER, ""));
    policy.max_token_size = judged.credentials.token.len;
    assert_int_equal(judge(), NJWT_OK);
    policy.max_token_size--;
    assert_int_equal(judge(), NJWT_TOKEN_TOO_LARGE);
    policy.max_token_size = 0;
    assert_int_equal(judge(), NJWT_TOKEN_TOO_LARGE);
    njwt_jwks_free(issuer.keys);
}


static void
an_issuer_without_algorithms_allows_none(void **state)
{
    (void) state;

    prepare(token_with(UNIT_HEADER, ""));
    issuer.algorithms = 0;
    assert_int_equal(judge(), NJWT_ALG_NOT_ALLOWED);
    issuer.algorithms = ~NJWT_ALG_RS256;
    assert_int_equal(judge(), NJWT_ALG_NOT_ALLOWED);
    njwt_jwks_free(issuer.keys);
}


static void
an_arena_that_failed_before_refuses_as_undecided(void **state)
{
    (void) state;

    prepare(token_with(UNIT_HEADER, ""));
    unit_arena.failed = true;
    judged.now = 5000;
    assert_int_equal(judge(), NJWT_UNDECIDED);
    unit_arena.failed = false;
    assert_int_equal(judge(), NJWT_EXPIRED);
    njwt_jwks_free(issuer.keys);
}


static void
the_same_case_gets_the_same_verdict_again(void **state)
{
    size_t  i;

    (void) state;

    prepare(token_with(UNIT_HEADER, ""));

    for (i = 0; i < 20; i++) {
        judged.now = 1000;
        assert_int_equal(judge(), NJWT_OK);
        judged.now = 3000;
        assert_int_equal(judge(), NJWT_EXPIRED);
    }

    njwt_jwks_free(issuer.keys);
}


/* May this token, its key unknown, cause a fetch? */

static bool
wants_keys(const char *header, const char *members, int64_t now)
{
    bool                 wanted;
    njwt_verdict_t       verdict;
    njwt_jwks_report_t   report;

    prepare(token_with(header, members));
    judged.now = now;
    njwt_jwks_free(issuer.keys);
    issuer.keys = unit_jwks(unit_jwk(1, ",\"kid\":\"k1\""), &report);

    verdict = judge();
    wanted = njwt_verdict_wants_keys(verdict, &judged, &found);

    if (wanted) {
        assert_int_equal(verdict, NJWT_KEY_NOT_FOUND);
    }

    njwt_jwks_free(issuer.keys);

    /* without any keys it is the same */

    issuer.keys = NULL;
    verdict = judge();
    assert_int_equal(njwt_verdict_wants_keys(verdict, &judged, &found),
                     wanted);

    if (wanted) {
        assert_int_equal(verdict, NJWT_KEYS_UNAVAILABLE);
    }

    return wanted;
}


static void
only_a_token_that_would_pass_but_for_its_key_wants_keys(void **state)
{
    char  kid[257];

    (void) state;

    assert_true(wants_keys(UNIT_HEADER, "", 1000));

    /* times and audience */

    assert_true(wants_keys(UNIT_HEADER, "", 2004));
    assert_false(wants_keys(UNIT_HEADER, "", 2005));
    assert_true(wants_keys(UNIT_HEADER, ",\"nbf\":1005", 1000));
    assert_false(wants_keys(UNIT_HEADER, ",\"nbf\":1006", 1000));
    assert_true(wants_keys(UNIT_HEADER, ",\"iat\":1005", 1000));
    assert_false(wants_keys(UNIT_HEADER, ",\"iat\":1006", 1000));

    /* alg, typ, crit */

    assert_false(wants_keys("{\"alg\":\"HS256\",\"kid\":\"k0\"}", "", 1000));
    assert_false(wants_keys("{\"alg\":\"none\",\"kid\":\"k0\"}", "", 1000));
    assert_false(wants_keys("{\"alg\":\"RS256\",\"kid\":\"k0\","
                            "\"typ\":\"x\"}", "", 1000));
    assert_false(wants_keys("{\"alg\":\"RS256\",\"kid\":\"k0\","
                            "\"crit\":[\"x\"]}", "", 1000));

    /* no kid, or one that can't be ours */

    assert_false(wants_keys("{\"alg\":\"RS256\",\"typ\":\"JWT\"}", "", 1000));
    assert_true(wants_keys("{\"alg\":\"RS256\",\"kid\":\"\"}", "", 1000));
    memset(kid, 'k', 256);
    kid[256] = '\0';
    assert_false(wants_keys(unit_format("{\"alg\":\"RS256\",\"kid\":\"%s\"}",
                                        kid), "", 1000));
    kid[255] = '\0';
    assert_true(wants_keys(unit_format("{\"alg\":\"RS256\",\"kid\":\"%s\"}",
                                       kid), "", 1000));
}


static void
a_token_for_another_audience_wants_no_keys(void **state)
{
    njwt_verdict_t  verdict;

    (void) state;

    prepare(token_with(UNIT_HEADER, ""));
    njwt_jwks_free(issuer.keys);
    issuer.keys = NULL;
    verdict = judge();
    assert_true(njwt_verdict_wants_keys(verdict, &judged, &found));

    audiences[0] = unit_text("them");
    verdict = judge();
    assert_int_equal(verdict, NJWT_KEYS_UNAVAILABLE);
    assert_false(njwt_verdict_wants_keys(verdict, &judged, &found));
}


static void
no_other_verdict_wants_keys(void **state)
{
    size_t  i;

    (void) state;

    prepare(token_with(UNIT_HEADER, ""));
    assert_int_equal(judge(), NJWT_OK);

    for (i = 0; i < NJWT_VERDICT_COUNT; i++) {
        assert_int_equal(njwt_verdict_wants_keys((njwt_verdict_t) i, &judged,
                                                 &found),
                         i == NJWT_KEYS_UNAVAILABLE
                         || i == NJWT_KEY_NOT_FOUND);
    }

    memset(&found, 0, sizeof(found));
    assert_false(njwt_verdict_wants_keys(NJWT_NO_TOKEN, &judged, &found));
    njwt_jwks_free(issuer.keys);
}


static void
where_a_token_is_optional_its_method_still_is_not(void **state)
{
    size_t  i;

    (void) state;

    prepare("");
    judged.credentials.found = 0;

    /* no rule names methods: a request without a token goes on */

    assert_int_equal(njwt_verdict_optional(NJWT_NO_TOKEN, &judged),
                     NJWT_NO_TOKEN);

    rule.every_method = false;
    rule.methods = NJWT_METHOD_GET;
    assert_int_equal(njwt_verdict_optional(NJWT_NO_TOKEN, &judged),
                     NJWT_NO_TOKEN);

    judged.method.bit = NJWT_METHOD_HEAD;
    assert_int_equal(njwt_verdict_optional(NJWT_NO_TOKEN, &judged),
                     NJWT_NO_TOKEN);

    judged.method.bit = 0x8;
    assert_int_equal(njwt_verdict_optional(NJWT_NO_TOKEN, &judged),
                     NJWT_METHOD_NOT_ALLOWED);

    /* no other verdict becomes a milder one */

    for (i = 0; i < NJWT_VERDICT_COUNT; i++) {
        if (i != NJWT_NO_TOKEN) {
            assert_int_equal(njwt_verdict_optional((njwt_verdict_t) i,
                                                   &judged), i);
        }
    }

    njwt_jwks_free(issuer.keys);
}


static void
a_token_that_fails_a_claim_rule_is_found_but_does_not_pass(void **state)
{
    njwt_rule_value_t  value;
    njwt_claim_rule_t  claim_rule;

    (void) state;

    prepare(token_with(UNIT_HEADER, ",\"x\":\"y\""));
    memset(&claim_rule, 0, sizeof(claim_rule));
    value = njwt_rule_value(unit_text("y"));
    claim_rule.claim = unit_text("x");
    claim_rule.values = &value;
    claim_rule.value_count = 1;
    policy.claim_rules = &claim_rule;
    policy.claim_rule_count = 1;

    assert_int_equal(judge(), NJWT_OK);

    value = njwt_rule_value(unit_text("z"));
    assert_int_equal(judge(), NJWT_CLAIM_MISMATCH);
    assert_non_null(found.claims);
    njwt_jwks_free(issuer.keys);
}


/* The location's own audiences: "us" and another of the issuer's. */

static njwt_claim_rule_t  here;
static njwt_rule_value_t  here_values[2];


static void
narrow(const char *first, const char *second)
{
    static njwt_slice_t  list[2];

    list[0] = unit_text(first);
    list[1] = unit_text(second);

    njwt_policy_audience_rule(&here, here_values, list, 2);
    policy.audience = &here;
}


static void
a_location_of_its_own_audiences_takes_no_other_of_the_issuers(void **state)
{
    (void) state;

    prepare(token_with(UNIT_HEADER, ""));
    narrow("them", "us");
    assert_int_equal(judge(), NJWT_OK);

    narrow("them", "others");
    assert_int_equal(judge(), NJWT_AUDIENCE_MISMATCH);
    assert_null(found.claims);

    /* it never widens */

    audiences[0] = unit_text("others");
    narrow("them", "us");
    assert_int_equal(judge(), NJWT_AUDIENCE_MISMATCH);

    njwt_jwks_free(issuer.keys);
}


static void
a_token_for_another_location_wants_no_keys(void **state)
{
    (void) state;

    prepare(token_with(UNIT_HEADER, ""));
    njwt_jwks_free(issuer.keys);
    issuer.keys = NULL;

    narrow("them", "us");
    assert_true(njwt_verdict_wants_keys(judge(), &judged, &found));

    narrow("them", "others");
    assert_false(njwt_verdict_wants_keys(judge(), &judged, &found));
}


/* A value is compared as it stands: "audience" has no expressions. */

static void
an_audience_with_a_prefix_is_no_expression(void **state)
{
    (void) state;

    prepare(token_with(UNIT_HEADER, ""));
    narrow("~us", ">0");
    assert_int_equal(judge(), NJWT_AUDIENCE_MISMATCH);
    njwt_jwks_free(issuer.keys);
}


/* Predicates of verdicts, each with the verdicts that it holds for. */

typedef bool (*predicate_pt)(njwt_verdict_t verdict);


static void
holds_for_these(predicate_pt predicate, const njwt_verdict_t *verdicts,
    size_t n)
{
    size_t  i, k;

    for (i = 0; i < NJWT_VERDICT_COUNT; i++) {
        for (k = 0; k < n && verdicts[k] != i; k++) { /* void */ }

        if (predicate((njwt_verdict_t) i) != (k < n)) {
            fail_msg("%.*s", (int) njwt_verdict_info(i)->name.len,
                     (const char *) njwt_verdict_info(i)->name.data);
        }
    }

    assert_false(predicate((njwt_verdict_t) NJWT_VERDICT_COUNT));
}


#define holds_for(predicate, ...)                                            \
    holds_for_these(predicate, (const njwt_verdict_t[]) { __VA_ARGS__ },     \
                    sizeof((const njwt_verdict_t[]) { __VA_ARGS__ })         \
                    / sizeof(njwt_verdict_t))


static void
each_predicate_holds_for_its_verdicts_and_no_others(void **state)
{
    (void) state;

    holds_for(njwt_verdict_is_of_form, NJWT_UNDECIDED, NJWT_NO_TOKEN,
        NJWT_MULTIPLE_TOKENS, NJWT_TOKEN_TOO_LARGE, NJWT_MALFORMED_REQUEST,
        NJWT_OPAQUE_TOKEN, NJWT_ENCRYPTED_TOKEN, NJWT_MALFORMED_TOKEN,
        NJWT_CRIT_UNSUPPORTED);

    holds_for(njwt_verdict_knows_issuer, NJWT_ALG_NOT_ALLOWED,
        NJWT_TYP_NOT_ALLOWED, NJWT_KEYS_UNAVAILABLE, NJWT_KEY_NOT_FOUND,
        NJWT_BAD_SIGNATURE, NJWT_EXPIRED, NJWT_NOT_YET_VALID,
        NJWT_ISSUED_IN_FUTURE, NJWT_TOO_OLD, NJWT_AUDIENCE_MISMATCH,
        NJWT_CLAIM_MISSING, NJWT_REVOKED, NJWT_SENDER_CONSTRAINED,
        NJWT_UNBOUND_TOKEN,
        NJWT_CERTIFICATE_MISSING, NJWT_CERTIFICATE_MISMATCH,
        NJWT_DPOP_PROOF_MISSING, NJWT_DPOP_PROOF_INVALID,
        NJWT_DPOP_KEY_MISMATCH, NJWT_DPOP_NONCE_NEEDED,
        NJWT_DPOP_PROOF_EXPIRED, NJWT_DPOP_MEMORY_FULL,
        NJWT_DPOP_PROOF_REPLAYED, NJWT_METHOD_NOT_ALLOWED,
        NJWT_INSUFFICIENT_SCOPE, NJWT_CLAIM_MISMATCH,
        NJWT_CLAIM_MISMATCH_401, NJWT_OK);

    holds_for(njwt_verdict_is_bound, NJWT_UNBOUND_TOKEN,
        NJWT_CERTIFICATE_MISSING, NJWT_CERTIFICATE_MISMATCH,
        NJWT_DPOP_PROOF_MISSING, NJWT_DPOP_PROOF_INVALID,
        NJWT_DPOP_KEY_MISMATCH, NJWT_DPOP_NONCE_NEEDED,
        NJWT_DPOP_PROOF_EXPIRED, NJWT_DPOP_MEMORY_FULL,
        NJWT_DPOP_PROOF_REPLAYED);

    holds_for(njwt_verdict_is_replay, NJWT_DPOP_MEMORY_FULL,
        NJWT_DPOP_PROOF_REPLAYED);

    holds_for(njwt_verdict_is_verified, NJWT_METHOD_NOT_ALLOWED,
        NJWT_INSUFFICIENT_SCOPE, NJWT_CLAIM_MISMATCH,
        NJWT_CLAIM_MISMATCH_401, NJWT_OK);

    assert_true(njwt_verdict_is_before(NJWT_EXPIRED, NJWT_TOO_OLD));
    assert_false(njwt_verdict_is_before(NJWT_TOO_OLD, NJWT_EXPIRED));
    assert_false(njwt_verdict_is_before(NJWT_EXPIRED, NJWT_EXPIRED));
}


/*
 * A proof is used up by a request that went on to the rules, and by no other:
 * whoever is refused before, or without memory, may send it again.
 */

static void
a_proof_is_used_up_by_a_verified_request_alone(void **state)
{
    njwt_result_t   result;
    njwt_verdict_t  verdict;

    (void) state;

    memset(&result, 0, sizeof(result));

    for (verdict = NJWT_UNDECIDED; verdict < NJWT_VERDICT_COUNT; verdict++) {
        result.binding.proved = true;
        assert_int_equal(njwt_verdict_uses_proof(verdict, &result),
                         njwt_verdict_is_verified(verdict));

        result.binding.proved = false;
        assert_false(njwt_verdict_uses_proof(verdict, &result));
        assert_int_equal(njwt_verdict_after_replay(verdict, NJWT_REPLAY_SEEN,
                                                   &result),
                         verdict);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(each_predicate_holds_for_its_verdicts_and_no_others),
        unit_case(each_verdict_has_the_contracts_name_status_and_error),
        unit_case(the_verdicts_are_in_the_order_of_the_checks),
        unit_case(each_row_is_filled_and_its_name_its_own),
        unit_case(a_description_can_stand_in_quotes_in_a_header_and_in_json),
        unit_case(opaque_tokens_are_told_to_ask_with_an_audience),
        unit_case(a_wrong_value_is_undecided_and_no_allowance),
        unit_case(a_good_token_passes_and_its_claims_are_found),
        unit_case(what_is_found_grows_with_the_checks_that_passed),
        unit_case(a_token_of_exactly_the_largest_size_is_read),
        unit_case(an_issuer_without_algorithms_allows_none),
        unit_case(an_arena_that_failed_before_refuses_as_undecided),
        unit_case(the_same_case_gets_the_same_verdict_again),
        unit_case(only_a_token_that_would_pass_but_for_its_key_wants_keys),
        unit_case(a_token_for_another_audience_wants_no_keys),
        unit_case(no_other_verdict_wants_keys),
        unit_case(
            a_location_of_its_own_audiences_takes_no_other_of_the_issuers),
        unit_case(a_token_for_another_location_wants_no_keys),
        unit_case(an_audience_with_a_prefix_is_no_expression),
        unit_case(where_a_token_is_optional_its_method_still_is_not),
        unit_case(a_token_that_fails_a_claim_rule_is_found_but_does_not_pass),
        unit_case(a_proof_is_used_up_by_a_verified_request_alone)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
