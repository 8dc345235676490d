/*
 * What a hint may show, and to whom.  (t/cli_explain.t has what it says of
 * each fault.)
 */

#include "unit_token.h"
#include "njwt_hint.h"


#define NOW  1750000000

static const njwt_slice_t  scopes[] = { njwt_literal("read:timesheets") };
static const njwt_slice_t  issuers[] = { njwt_literal("https://t.example/") };
static const njwt_slice_t  audiences[] = { njwt_literal("urn:api") };

static const njwt_scope_rule_t  rules[] = {
    { .scopes = scopes, .scope_count = 1, .methods = NJWT_METHOD_GET }
};

static const njwt_rule_value_t  values[] = {
    { NJWT_RULE_EQUAL, false, njwt_literal("import"), NULL }
};

static const njwt_claim_rule_t  claim_rules[] = {
    { .claim = njwt_literal("azp"), .values = values, .value_count = 1 }
};


typedef struct {
    njwt_issuer_t       issuer;
    njwt_issuer_t      *trusted[1];
    njwt_policy_t       policy;
    njwt_request_t      judged;
    njwt_result_t       found;
    njwt_verdict_t      verdict;
} hint_case_t;


static void
judge(hint_case_t *c, njwt_slice_t token)
{
    njwt_jwks_report_t  report;

    memset(c, 0, sizeof(hint_case_t));

    c->issuer.issuers = issuers;
    c->issuer.issuer_count = 1;
    c->issuer.algorithms = NJWT_ALG_RS256;
    c->issuer.expected.audiences = audiences;
    c->issuer.expected.audience_count = 1;
    c->issuer.expected.leeway = 5;
    c->issuer.keys = unit_jwks(unit_jwk(0, ",\"kid\":\"k0\""), &report);
    c->trusted[0] = &c->issuer;
    c->policy.issuers = c->trusted;
    c->policy.issuer_count = 1;
    c->policy.scope_rules = rules;
    c->policy.scope_rule_count = 1;
    c->policy.claim_rules = claim_rules;
    c->policy.claim_rule_count = 1;
    c->policy.max_token_size = 8192;
    c->judged.policy = &c->policy;
    c->judged.credentials.token = token;
    c->judged.credentials.found = 1;
    c->judged.method.bit = NJWT_METHOD_GET;
    c->judged.now = NOW;

    c->verdict = njwt_judge(&unit_arena, &c->judged, &c->found);
}


static const char *
hint_of(hint_case_t *c, njwt_verdict_t verdict, njwt_hint_reader_t reader)
{
    njwt_slice_t  hint = { NULL, 0 };

    assert_true(njwt_hint(&unit_arena, &c->judged, verdict, &c->found,
                          reader, &hint));

    return unit_format("%.*s", (int) hint.len, (const char *) hint.data);
}


#define SECRETS                                                              \
    "\"sub\":\"XYZZY\",\"azp\":\"XYZZY\",\"scope\":\"XYZZY\","                   \
    "\"permissions\":[\"XYZZY\"],\"cnf\":{\"XYZZY\":\"XYZZY\"},"               \
    "\"email\":\"XYZZY\",\"jti\":\"XYZZY\",\"XYZZY\":\"XYZZY\","               \
    "\"exp\":1,\"nbf\":1850000000,\"iat\":1850000000"


static void
the_log_is_told_nothing_of_the_token(void **state)
{
    int          i;
    const char  *hint;
    hint_case_t  c;

    (void) state;

    judge(&c, unit_token(0, "{\"alg\":\"XYZZY\",\"typ\":\"XYZZY\","
                            "\"kid\":\"XYZZY\",\"cty\":\"XYZZY\"}",
                         "{\"iss\":\"XYZZY\",\"aud\":\"XYZZY\"," SECRETS "}"));
    assert_int_equal(c.verdict, NJWT_ISSUER_MISMATCH);

    for (i = NJWT_UNDECIDED; i <= NJWT_OK; i++) {
        hint = hint_of(&c, (njwt_verdict_t) i, NJWT_HINT_LOG);
        assert_for(strstr(hint, "XYZZY") == NULL, hint);
    }

    /* its holder is */

    hint = hint_of(&c, NJWT_AUDIENCE_MISMATCH, NJWT_HINT_HOLDER);
    assert_for(strstr(hint, "received \"XYZZY\"") != NULL, hint);
    hint = hint_of(&c, NJWT_INSUFFICIENT_SCOPE, NJWT_HINT_HOLDER);
    assert_for(strstr(hint, "granted \"XYZZY\"") != NULL, hint);
    hint = hint_of(&c, NJWT_CLAIM_MISMATCH, NJWT_HINT_HOLDER);
    assert_for(strstr(hint, "received \"XYZZY\"") != NULL, hint);

    njwt_jwks_free(c.issuer.keys);
}


static void
the_log_is_told_what_was_configured(void **state)
{
    hint_case_t  c;

    (void) state;

    judge(&c, unit_token(0, UNIT_HEADER,
                         "{\"iss\":\"https://t.example\",\"aud\":\"urn:api/\","
                         "\"exp\":1749999990,\"scope\":\"XYZZY\"}"));

    assert_string_equal(hint_of(&c, NJWT_ISSUER_MISMATCH, NJWT_HINT_LOG),
        "configured \"https://t.example/\": only the slash at the end "
        "differs: take the trailing slash away from \"issuer\"");
    assert_string_equal(hint_of(&c, NJWT_AUDIENCE_MISMATCH, NJWT_HINT_LOG),
        "configured \"urn:api\": only the slash at the end differs: add the "
        "trailing slash to \"audience\"");
    assert_string_equal(hint_of(&c, NJWT_EXPIRED, NJWT_HINT_LOG),
        "expired 10 s ago: only just, so check the clocks (NTP) and "
        "whether the client uses its tokens to the very end");
    assert_string_equal(hint_of(&c, NJWT_KEY_NOT_FOUND, NJWT_HINT_LOG),
        "the key of that \"kid\" is not for this \"alg\"");
    assert_true(strstr(hint_of(&c, NJWT_INSUFFICIENT_SCOPE, NJWT_HINT_LOG),
                       "needed \"read:timesheets\": grant it") != NULL);

    /* the rules hold, and yet: then it was a variable of nginx's */

    c.policy.claim_rule_count = 0;
    assert_string_equal(hint_of(&c, NJWT_CLAIM_MISMATCH_401, NJWT_HINT_LOG),
                        "a variable of \"jwt_require\" is empty or \"0\"");

    njwt_jwks_free(c.issuer.keys);
}


/* The log has it as a member of its own, where it is escaped as a whole. */

static void
the_log_is_told_no_url_of_a_proof(void **state)
{
    const char              *hint;
    hint_case_t              c;
    njwt_binding_t           binding = { .dpop = true };
    const njwt_slice_t       origin = unit_text("https://a.example");
    njwt_binding_request_t   request = { .certificate = NULL };

    (void) state;

    judge(&c, unit_token(0, UNIT_HEADER, "{}"));

    binding.proofs.origins = &origin;
    binding.proofs.origin_count = 1;
    request.dpop.target = unit_text("/t");
    c.policy.binding = &binding;
    c.judged.binding = &request;
    c.found.binding.proof.check = NJWT_DPOP_CHECK_HTU;
    c.found.binding.proof.htu = unit_text("https://b.example/XYZZY");

    hint = hint_of(&c, NJWT_DPOP_PROOF_INVALID, NJWT_HINT_LOG);
    assert_for(strstr(hint, "another URL than the request's") != NULL, hint);
    assert_for(strstr(hint, "XYZZY") == NULL, hint);

    hint = hint_of(&c, NJWT_DPOP_PROOF_INVALID, NJWT_HINT_HOLDER);
    assert_for(strstr(hint, ", for \"https://b.example/XYZZY\", not for "
                            "\"https://a.example/t\"") != NULL, hint);

    njwt_jwks_free(c.issuer.keys);
}


/* A text of the client's is cut and escaped, whoever reads it. */

static void
a_hint_is_one_short_line(void **state)
{
    size_t        i;
    char          aud[2000];
    const char   *hint;
    hint_case_t   c;

    (void) state;

    memset(aud, 'a', sizeof(aud));
    memcpy(aud, "\\u001b\\n\\\"\xc3\xa4", 12);
    aud[sizeof(aud) - 1] = '\0';

    judge(&c, unit_token(0, UNIT_HEADER,
                         unit_format("{\"iss\":\"https://t.example/\","
                                     "\"aud\":\"%s\",\"exp\":1850000000}",
                                     aud)));
    assert_int_equal(c.verdict, NJWT_AUDIENCE_MISMATCH);

    hint = hint_of(&c, c.verdict, NJWT_HINT_HOLDER);
    assert_true(strlen(hint) < 600);
    assert_for(strstr(hint, "\"\\x1B\\x0A\\x22\\xC3\\xA4aaa") != NULL, hint);
    assert_for(strstr(hint, "aaa...\"") != NULL, hint);

    for (i = 0; hint[i] != '\0'; i++) {
        assert_true(hint[i] >= 0x20 && hint[i] < 0x7f);
    }

    njwt_jwks_free(c.issuer.keys);
}


static void
what_the_decision_did_not_reach_is_told(void **state)
{
    hint_case_t  c;

    (void) state;

    judge(&c, unit_token(0, UNIT_HEADER,
                         "{\"iss\":\"https://other.example/\","
                         "\"aud\":\"urn:api\",\"exp\":1,"
                         "\"scope\":\"read:timesheets\"}"));
    assert_int_equal(c.verdict, NJWT_ISSUER_MISMATCH);

#define checked(verdict)                                                     \
    njwt_hint_check(&unit_arena, &c.judged, verdict, &c.found)

    assert_int_equal(checked(NJWT_ISSUER_MISMATCH), NJWT_HINT_FAIL);
    assert_int_equal(checked(NJWT_ALG_NOT_ALLOWED), NJWT_HINT_PASS);
    assert_int_equal(checked(NJWT_KEY_NOT_FOUND), NJWT_HINT_PASS);
    assert_int_equal(checked(NJWT_BAD_SIGNATURE), NJWT_HINT_PASS);
    assert_int_equal(checked(NJWT_EXPIRED), NJWT_HINT_FAIL);
    assert_int_equal(checked(NJWT_NOT_YET_VALID), NJWT_HINT_PASS);
    assert_int_equal(checked(NJWT_AUDIENCE_MISMATCH), NJWT_HINT_PASS);
    assert_int_equal(checked(NJWT_INSUFFICIENT_SCOPE), NJWT_HINT_PASS);
    assert_int_equal(checked(NJWT_CLAIM_MISMATCH), NJWT_HINT_FAIL);

    /* without keys, or an issuer to assume, it isn't known */

    njwt_jwks_free(c.issuer.keys);
    c.issuer.keys = NULL;
    assert_int_equal(checked(NJWT_BAD_SIGNATURE), NJWT_HINT_UNKNOWN);
    c.policy.issuer_count = 0;
    assert_int_equal(checked(NJWT_EXPIRED), NJWT_HINT_UNKNOWN);

    /* nor is a key looked for by an algorithm that isn't allowed */

    judge(&c, unit_token(0, "{\"alg\":\"RS512\",\"kid\":\"k0\"}",
                         "{\"iss\":\"https://t.example/\"}"));
    assert_int_equal(c.verdict, NJWT_ALG_NOT_ALLOWED);
    assert_int_equal(checked(NJWT_KEY_NOT_FOUND), NJWT_HINT_UNKNOWN);
    assert_int_equal(checked(NJWT_BAD_SIGNATURE), NJWT_HINT_UNKNOWN);
    assert_int_equal(checked(NJWT_EXPIRED), NJWT_HINT_FAIL);
    njwt_jwks_free(c.issuer.keys);

    judge(&c, unit_text("opaque"));
    assert_int_equal(checked(NJWT_EXPIRED), NJWT_HINT_UNKNOWN);
    njwt_jwks_free(c.issuer.keys);
}


/* what is asked by an expression, and how often it was looked for */
static size_t  looked;


static njwt_regex_result_t
counting(void *regex, njwt_slice_t text)
{
    looked++;

    return (*(const bool *) regex && text.len > 0) ? NJWT_REGEX_FOUND
                                                   : NJWT_REGEX_BROKEN;
}


/* The log may have a line for each request: it asks no expression again. */

static void
a_hint_asks_no_expression_that_the_decision_asked(void **state)
{
    bool               found;
    const char        *hint;
    hint_case_t        c;
    njwt_claim_rule_t  rule;
    njwt_rule_value_t  value;

    (void) state;

    value = njwt_rule_value(unit_text("~x"));
    value.regex = &found;
    memset(&rule, 0, sizeof(rule));
    rule.claim = unit_text("azp");
    rule.values = &value;
    rule.value_count = 1;
    rule.match = counting;

    judge(&c, unit_token(0, UNIT_HEADER,
                         "{\"iss\":\"https://t.example/\","
                         "\"aud\":\"urn:api\",\"exp\":1850000000,"
                         "\"scope\":\"read:timesheets\",\"azp\":\"x\"}"));
    c.policy.claim_rules = &rule;

    found = false;
    looked = 0;
    assert_int_equal(njwt_judge(&unit_arena, &c.judged, &c.found),
                     NJWT_CLAIM_MISMATCH);
    hint = hint_of(&c, NJWT_CLAIM_MISMATCH, NJWT_HINT_LOG);
    assert_int_equal(looked, 1);
    assert_for(strstr(hint, "gave up") != NULL, hint);

    /* nor where all rules held, and something else didn't */

    found = true;
    looked = 0;
    assert_int_equal(njwt_judge(&unit_arena, &c.judged, &c.found), NJWT_OK);
    hint = hint_of(&c, NJWT_CLAIM_MISMATCH, NJWT_HINT_LOG);
    assert_int_equal(looked, 1);
    assert_for(strstr(hint, "a variable of") != NULL, hint);
    njwt_jwks_free(c.issuer.keys);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(the_log_is_told_nothing_of_the_token),
        unit_case(the_log_is_told_what_was_configured),
        unit_case(the_log_is_told_no_url_of_a_proof),
        unit_case(a_hint_asks_no_expression_that_the_decision_asked),
        unit_case(a_hint_is_one_short_line),
        unit_case(what_the_decision_did_not_reach_is_told)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
