/*
 * The cache entry of a verified token spares its signature, and nothing else.
 */

#include "unit_token.h"
#include "njwt_verdict.h"


#define POST  0x00000008u

static njwt_slice_t        issuers[1], audiences[1], scopes[2];
static njwt_issuer_t       issuer, other;
static njwt_issuer_t      *trusted[2] = { &issuer, &other };
static njwt_scope_rule_t   rules[2];
static njwt_rule_value_t   values[1];
static njwt_claim_rule_t   claim_rules[2];
static njwt_policy_t       policy;
static njwt_predicates_t   predicates;
static njwt_request_t      judged;
static njwt_result_t       found;
static njwt_cached_t       record;

#define PAYLOAD  "{\"iss\":\"https://t/\",\"aud\":\"us\",\"exp\":2000,"      \
                 "\"nbf\":900,\"iat\":950,\"scope\":\"a b\",\"c\":\"d\"}"


static njwt_jwks_t *
bound(const char *keys, const char *context)
{
    njwt_jwks_t         *jwks;
    njwt_jwks_report_t   report;

    jwks = unit_jwks(keys, &report);
    assert_non_null(jwks);
    assert_true(njwt_jwks_bind(jwks, unit_text(context)));

    return jwks;
}


static void
number(void)
{
    memset(&predicates, 0, sizeof(predicates));
    njwt_policy_index(&policy, rules, claim_rules, &predicates);
    assert_true(njwt_predicates_seal(&predicates));
}


static njwt_verdict_t
judge(void)
{
    memset(&found, 0x5a, sizeof(found));

    return njwt_judge(&unit_arena, &judged, &found);
}


/*
 * A token of key 0 that passes, and its record, which is given from then on.
 */

static void
remember_token(const char *header)
{
    memset(&issuer, 0, sizeof(issuer));
    memset(&other, 0, sizeof(other));
    memset(&policy, 0, sizeof(policy));
    memset(&judged, 0, sizeof(judged));
    memset(rules, 0, sizeof(rules));
    memset(claim_rules, 0, sizeof(claim_rules));

    issuers[0] = unit_text("https://t/");
    audiences[0] = unit_text("us");
    scopes[0] = unit_text("a");
    scopes[1] = unit_text("b");
    values[0] = njwt_rule_value(unit_text("d"));

    issuer.issuers = issuers;
    issuer.issuer_count = 1;
    issuer.algorithms = NJWT_ALG_RS256;
    issuer.expected.audiences = audiences;
    issuer.expected.audience_count = 1;
    issuer.keys = bound(unit_jwk(0, ",\"kid\":\"k0\""), "ours");

    rules[0].scopes = scopes;
    rules[0].scope_count = 2;
    rules[0].every_method = true;
    claim_rules[0].claim = unit_text("c");
    claim_rules[0].values = values;
    claim_rules[0].value_count = 1;

    policy.issuers = trusted;
    policy.issuer_count = 1;
    policy.scope_rules = rules;
    policy.scope_rule_count = 1;
    policy.claim_rules = claim_rules;
    policy.claim_rule_count = 1;
    policy.max_token_size = 8192;
    number();

    judged.policy = &policy;
    judged.method.bit = NJWT_METHOD_GET;
    judged.now = 1000;
    judged.credentials.found = 1;
    judged.credentials.token = unit_token(0, header, PAYLOAD);

    assert_int_equal(judge(), NJWT_OK);
    assert_false(found.from_cache);
    assert_true(njwt_result_cached(&unit_arena, &judged, &found, &record));

    judged.cached = &record;
}


static void
remember(void)
{
    remember_token(UNIT_HEADER);
}


static void
forget(void)
{
    njwt_jwks_free(issuer.keys);
    njwt_jwks_free(other.keys);
}


/* Was the verdict by the record, so that no signature was verified? */

static bool
from_cache(njwt_verdict_t verdict)
{
    assert_int_equal(judge(), verdict);
    assert_true(!found.from_cache || found.proof == NULL);

    return found.from_cache;
}


static void
a_record_spares_the_signature_and_the_payload(void **state)
{
    njwt_slice_t  text;

    (void) state;

    remember();
    assert_true(from_cache(NJWT_OK));
    assert_null(found.payload);
    assert_non_null(found.claims);
    assert_int_equal(njwt_json_type(njwt_claims_root(found.claims)),
                     NJWT_JSON_ABSENT);

    assert_true(njwt_result_read(&unit_arena, &judged.credentials, &found));
    assert_slice(njwt_json_string(njwt_claims_get(found.claims,
                                                  unit_text("c"))), "d");
    assert_true(njwt_json_text(&unit_arena, njwt_claims_root(found.claims),
                               &text));
    assert_slice(text, PAYLOAD);
    forget();
}


static void
each_check_behind_the_signature_is_made_again(void **state)
{
    (void) state;

    remember();
    judged.now = 1999;
    assert_true(from_cache(NJWT_OK));
    judged.now = 2000;
    assert_true(from_cache(NJWT_EXPIRED));
    assert_null(found.claims);
    assert_true(njwt_result_read(&unit_arena, &judged.credentials, &found));
    assert_null(found.claims);
    assert_non_null(found.payload);
    judged.now = 899;
    assert_true(from_cache(NJWT_NOT_YET_VALID));
    judged.now = 949;
    assert_true(from_cache(NJWT_ISSUED_IN_FUTURE));
    judged.now = 1000;

    issuer.expected.has_max_age = true;
    issuer.expected.max_age = 50;
    assert_true(from_cache(NJWT_TOO_OLD));
    issuer.expected.max_age = 51;
    assert_true(from_cache(NJWT_OK));

    record.summary.audience_ok = 0;
    assert_true(from_cache(NJWT_AUDIENCE_MISMATCH));
    record.summary.audience_ok = 1;
    record.summary.has_required = 0;
    assert_true(from_cache(NJWT_CLAIM_MISSING));
    record.summary.has_required = 1;
    record.summary.has_cnf = 1;
    assert_true(from_cache(NJWT_SENDER_CONSTRAINED));
    record.summary.has_cnf = 0;

    rules[0].every_method = false;
    rules[0].methods = POST;
    assert_true(from_cache(NJWT_METHOD_NOT_ALLOWED));
    assert_non_null(found.claims);
    rules[0].every_method = true;

    /* two scopes, then a rule's yes and its no */

    assert_int_equal(record.summary.answers.set.words[0], 0x7);
    record.summary.answers.set.words[0] = 0x8;
    assert_true(from_cache(NJWT_INSUFFICIENT_SCOPE));
    record.summary.answers.set.words[0] = 0xb;
    assert_true(from_cache(NJWT_CLAIM_MISMATCH));
    assert_null(found.payload);
    record.summary.answers.set.words[0] = 0xf;
    assert_true(from_cache(NJWT_CLAIM_MISMATCH));
    record.summary.answers.set.words[0] = 0x7;
    assert_true(from_cache(NJWT_OK));
    assert_null(found.payload);

    /* what isn't known is asked of the token */

    record.summary.answers.set.words[0] = 0x3;
    assert_true(from_cache(NJWT_OK));
    assert_non_null(found.payload);

    policy.max_token_size = judged.credentials.token.len - 1;
    assert_int_equal(judge(), NJWT_TOKEN_TOO_LARGE);
    forget();
}


/*
 * What a token is bound to has no room in its record: the payload is read for
 * it, unless the caller remembers it.
 */

static void
a_bound_token_is_bound_by_what_is_remembered_as_by_what_is_read(void **state)
{
    size_t                  i;
    njwt_cnf_t              cnf;
    njwt_binding_t          binding = { .mtls = true };
    njwt_binding_request_t  proved = { .certificate = NULL };

    static uint8_t  certificate[NJWT_DIGEST] = "the digest of a certificate";

    (void) state;

    remember();
    policy.binding = &binding;
    proved.certificate = certificate;
    judged.binding = &proved;
    judged.cached = NULL;
    judged.credentials.token = unit_token(0, UNIT_HEADER, unit_format(
        "{\"iss\":\"https://t/\",\"aud\":\"us\",\"exp\":2000,"
        "\"scope\":\"a b\",\"c\":\"d\",\"cnf\":{\"x5t#S256\":\"%s\"}}",
        unit_b64(certificate, NJWT_DIGEST)));

    assert_int_equal(judge(), NJWT_OK);
    assert_true(njwt_result_cached(&unit_arena, &judged, &found, &record));
    assert_true(found.binding.read);
    cnf = found.binding.cnf;
    judged.cached = &record;

    for (i = 0; i < 2; i++) {
        assert_true(from_cache(NJWT_OK));
        assert_true(found.binding.mtls);

        certificate[0] ^= 1;
        assert_true(from_cache(NJWT_CERTIFICATE_MISMATCH));
        certificate[0] ^= 1;

        proved.certificate = NULL;
        assert_true(from_cache(NJWT_CERTIFICATE_MISSING));
        proved.certificate = certificate;

        proved.cnf = &cnf;
    }

    forget();
}


static void
a_key_that_left_the_set_takes_its_tokens_along(void **state)
{
    (void) state;

    remember();
    njwt_jwks_free(issuer.keys);
    issuer.keys = bound(unit_jwk(1, ",\"kid\":\"k1\""), "ours");
    assert_false(from_cache(NJWT_KEY_NOT_FOUND));

    /* the same name doesn't help */

    njwt_jwks_free(issuer.keys);
    issuer.keys = bound(unit_jwk(1, ",\"kid\":\"k0\""), "ours");
    assert_int_equal(judge(), NJWT_BAD_SIGNATURE);

    njwt_jwks_free(issuer.keys);
    issuer.keys = NULL;
    assert_int_equal(judge(), NJWT_KEYS_UNAVAILABLE);
    forget();
}


static void
a_token_without_kid_is_good_while_one_key_fits(void **state)
{
    (void) state;

    remember_token("{\"alg\":\"RS256\"}");
    assert_true(from_cache(NJWT_OK));

    njwt_jwks_free(issuer.keys);
    issuer.keys = bound(unit_format("%s,%s",
                                    unit_jwk(1, ",\"alg\":\"PS256\""),
                                    unit_jwk(0, ",\"kid\":\"k0\"")), "ours");
    assert_true(from_cache(NJWT_OK));

    njwt_jwks_free(issuer.keys);
    issuer.keys = bound(unit_format("%s,%s", unit_jwk(0, ",\"kid\":\"k0\""),
                                    unit_jwk(1, ",\"kid\":\"k1\"")), "ours");
    assert_false(from_cache(NJWT_KEY_NOT_FOUND));
    forget();

    /* one with a "kid" has nothing to do with that */

    remember();
    njwt_jwks_free(issuer.keys);
    issuer.keys = bound(unit_format("%s,%s", unit_jwk(0, ",\"kid\":\"k0\""),
                                    unit_jwk(1, ",\"kid\":\"k1\"")), "ours");
    assert_true(from_cache(NJWT_OK));
    forget();
}


static void
a_key_in_another_place_of_the_set_still_vouches(void **state)
{
    (void) state;

    remember();
    njwt_jwks_free(issuer.keys);
    issuer.keys = bound(unit_format("%s,%s,%s",
                                    unit_jwk(1, ",\"kid\":\"k1\""),
                                    unit_jwk(2, ",\"kid\":\"k2\""),
                                    unit_jwk(0, ",\"kid\":\"k0\"")), "ours");
    assert_int_equal(record.index, 0);
    assert_true(from_cache(NJWT_OK));
    assert_int_equal(record.index, 2);

    record.index = 999;
    assert_true(from_cache(NJWT_OK));
    assert_int_equal(record.index, 2);
    forget();
}


static void
a_record_is_good_in_its_own_context_only(void **state)
{
    (void) state;

    remember();
    njwt_jwks_free(issuer.keys);
    issuer.keys = bound(unit_jwk(0, ",\"kid\":\"k0\""), "mine");
    assert_false(from_cache(NJWT_OK));

    /* without a context no record is good, and none is made */

    njwt_jwks_free(issuer.keys);
    issuer.keys = unit_jwks(unit_jwk(0, ",\"kid\":\"k0\""),
                            &(njwt_jwks_report_t) { 0 });
    assert_false(from_cache(NJWT_OK));
    assert_false(njwt_result_cached(&unit_arena, &judged, &found, &record));
    forget();
}


static void
a_policy_without_numbers_makes_no_record_and_takes_no_bits(void **state)
{
    (void) state;

    remember();
    judged.cached = NULL;
    policy.predicates = NULL;
    assert_int_equal(judge(), NJWT_OK);
    assert_false(njwt_result_cached(&unit_arena, &judged, &found, &record));

    /* of a record it takes neither a yes nor a no */

    judged.cached = &record;
    record.summary.answers.set.words[0] = 0x8;
    assert_true(from_cache(NJWT_OK));
    assert_false(njwt_result_cached(&unit_arena, &judged, &found, &record));
    record.summary.answers.set.words[0] = 0x7;
    scopes[1] = unit_text("z");
    assert_true(from_cache(NJWT_INSUFFICIENT_SCOPE));
    scopes[1] = unit_text("b");
    values[0] = njwt_rule_value(unit_text("e"));
    assert_true(from_cache(NJWT_CLAIM_MISMATCH));
    forget();
}


static void
the_issuer_is_the_one_whose_key_it_was(void **state)
{
    (void) state;

    remember();
    policy.issuer_count = 2;
    trusted[0] = &other;
    trusted[1] = &issuer;
    other.issuers = issuers;
    other.keys = bound(unit_jwk(0, ",\"kid\":\"k0\""), "theirs");
    assert_true(from_cache(NJWT_OK));
    assert_ptr_equal(found.issuer, &issuer);

    /* a location that doesn't name it doesn't take it */

    policy.issuer_count = 1;
    other.issuer_count = 0;
    assert_false(from_cache(NJWT_ISSUER_MISMATCH));

    trusted[0] = &issuer;
    trusted[1] = &other;
    forget();
}


static void
other_questions_are_asked_of_the_token(void **state)
{
    (void) state;

    remember();
    scopes[1] = unit_text("z");
    number();
    assert_true(from_cache(NJWT_INSUFFICIENT_SCOPE));
    scopes[1] = unit_text("b");
    values[0] = njwt_rule_value(unit_text("e"));
    number();
    assert_true(from_cache(NJWT_CLAIM_MISMATCH));
    values[0] = njwt_rule_value(unit_text("d"));
    number();
    assert_true(from_cache(NJWT_OK));
    forget();
}


static void
other_questions_are_asked_of_the_token_once(void **state)
{
    njwt_cached_t  renewed;

    (void) state;

    remember();
    assert_true(from_cache(NJWT_OK));
    assert_false(njwt_result_cached(&unit_arena, &judged, &found, &renewed));

    scopes[1] = unit_text("z");
    number();
    assert_true(from_cache(NJWT_INSUFFICIENT_SCOPE));
    assert_int_equal(njwt_json_type(njwt_claims_root(found.claims)),
                     NJWT_JSON_OBJECT);
    assert_true(njwt_result_cached(&unit_arena, &judged, &found, &renewed));

    judged.cached = &renewed;
    assert_true(from_cache(NJWT_INSUFFICIENT_SCOPE));
    assert_int_equal(njwt_json_type(njwt_claims_root(found.claims)),
                     NJWT_JSON_ABSENT);
    assert_false(njwt_result_cached(&unit_arena, &judged, &found, &record));

    /* not where memory failed: what was found then may not be so */

    found.unrevoked++;
    unit_arena.failed = true;
    assert_false(njwt_result_cached(&unit_arena, &judged, &found, &record));
    unit_arena.failed = false;
    assert_true(njwt_result_cached(&unit_arena, &judged, &found, &record));

    /* of what has no number the token is asked each time */

    rules[0].indexed = false;
    assert_true(from_cache(NJWT_INSUFFICIENT_SCOPE));
    assert_false(njwt_result_cached(&unit_arena, &judged, &found, &record));

    /* the key is the one that it was */

    njwt_jwks_free(issuer.keys);
    issuer.keys = bound(unit_jwk(1, ",\"kid\":\"k0\""), "ours");
    assert_int_equal(judge(), NJWT_BAD_SIGNATURE);
    forget();
}


/*
 * A token that is refused before a rule asked for its payload: of what wasn't
 * read nothing can be said, least of all that it has no "cnf".
 */

static void
a_record_is_not_made_anew_of_a_token_that_was_not_read(void **state)
{
    njwt_cached_t  renewed;

    (void) state;

    remember();
    scopes[1] = unit_text("z");
    number();

    judged.now = 2000;
    assert_true(from_cache(NJWT_EXPIRED));
    assert_false(njwt_result_cached(&unit_arena, &judged, &found, &renewed));

    judged.now = 1000;
    rules[0].every_method = false;
    rules[0].methods = POST;
    number();
    assert_true(from_cache(NJWT_METHOD_NOT_ALLOWED));
    assert_false(njwt_result_cached(&unit_arena, &judged, &found, &renewed));

    /* its twin, whose payload is read */

    rules[0].methods = NJWT_METHOD_GET;
    number();
    assert_true(from_cache(NJWT_INSUFFICIENT_SCOPE));
    assert_true(njwt_result_cached(&unit_arena, &judged, &found, &renewed));
    forget();
}


static void
questions_beyond_the_last_number_are_asked_of_the_token(void **state)
{
    size_t  i, n;

    (void) state;

    remember();
    memset(&predicates, 0, sizeof(predicates));
    rules[0].indexed = false;

    for (i = 0; i < NJWT_PREDICATE_COUNT - 1; i++) {
        assert_true(njwt_predicates_add_scope(&predicates,
                                              unit_text(unit_format("s%zu",
                                                                    i)),
                                              &n));
        assert_int_equal(n, i);
    }

    njwt_policy_index(&policy, rules, claim_rules, &predicates);
    assert_true(njwt_predicates_seal(&predicates));
    assert_false(policy.indexed);
    assert_false(rules[0].indexed);
    assert_false(claim_rules[0].indexed);
    memcpy(record.predicates, predicates.digest, NJWT_PREDICATES_DIGEST);
    memset(&record.summary.answers, 0xff, sizeof(record.summary.answers));

    assert_true(from_cache(NJWT_OK));
    scopes[1] = unit_text("z");
    assert_true(from_cache(NJWT_INSUFFICIENT_SCOPE));
    scopes[1] = unit_text("b");
    values[0] = njwt_rule_value(unit_text("e"));
    assert_true(from_cache(NJWT_CLAIM_MISMATCH));
    forget();
}


/*
 * A rule that got its number from other predicates, and none from these, is
 * asked of the token: here the number is another question's.
 */

static void
a_number_of_other_facts_is_forgotten(void **state)
{
    size_t  i, n;

    (void) state;

    remember();
    assert_true(rules[0].indexed && claim_rules[0].indexed);
    memset(&predicates, 0, sizeof(predicates));

    for (i = 0; i < NJWT_PREDICATE_COUNT; i++) {
        assert_true(njwt_predicates_add_scope(&predicates,
                                              unit_text(unit_format("s%zu",
                                                                    i)),
                                              &n));
    }

    njwt_policy_index(&policy, rules, claim_rules, &predicates);
    assert_false(rules[0].indexed || claim_rules[0].indexed);
    forget();
}


static void
each_claim_rule_has_its_number(void **state)
{
    (void) state;

    remember();
    claim_rules[1] = claim_rules[0];
    claim_rules[1].claim = unit_text("scope");
    claim_rules[1].indexed = false;
    policy.claim_rule_count = 2;
    number();
    assert_true(claim_rules[0].indexed && claim_rules[1].indexed);
    assert_int_not_equal(claim_rules[0].number, claim_rules[1].number);
    assert_true(policy.indexed);
    forget();
}


/* an expression that says how often it was looked for */

static size_t               looked;
static njwt_regex_result_t  found_it;


static njwt_regex_result_t
count(void *regex, njwt_slice_t text)
{
    (void) regex;
    (void) text;
    looked++;

    return found_it;
}


/* How often is it looked for in this request? */

static size_t
looks(njwt_verdict_t verdict)
{
    looked = 0;
    assert_int_equal(judge(), verdict);

    return looked;
}


/* A token that nobody asked an expression of yet: two rules, each with one. */

static void
remember_expressions(void)
{
    remember();
    values[0] = njwt_rule_value(unit_text("~x"));
    claim_rules[0].match = count;
    judged.cached = NULL;
    found_it = NJWT_REGEX_FOUND;
    number();
}


static void
an_expression_waits_for_every_check_before_it(void **state)
{
    (void) state;

    remember_expressions();
    assert_int_equal(looks(NJWT_OK), 1);

    judged.now = 2000;
    assert_int_equal(looks(NJWT_EXPIRED), 0);
    judged.now = 899;
    assert_int_equal(looks(NJWT_NOT_YET_VALID), 0);
    judged.now = 1000;
    audiences[0] = unit_text("them");
    assert_int_equal(looks(NJWT_AUDIENCE_MISMATCH), 0);
    audiences[0] = unit_text("us");
    issuer.expected.profile = NJWT_PROFILE_RFC9068;
    assert_int_equal(looks(NJWT_TYP_NOT_ALLOWED), 0);
    issuer.expected.profile = NJWT_PROFILE_ANY;
    judged.credentials.token = unit_token(0, UNIT_HEADER,
                                          "{\"iss\":\"https://t/\","
                                          "\"aud\":\"us\",\"exp\":2000,"
                                          "\"scope\":\"a b\",\"c\":\"d\","
                                          "\"cnf\":{}}");
    assert_int_equal(looks(NJWT_SENDER_CONSTRAINED), 0);
    judged.credentials.token = unit_token(0, UNIT_HEADER, PAYLOAD);
    rules[0].every_method = false;
    rules[0].methods = POST;
    assert_int_equal(looks(NJWT_METHOD_NOT_ALLOWED), 0);
    rules[0].every_method = true;
    scopes[1] = unit_text("z");
    assert_int_equal(looks(NJWT_INSUFFICIENT_SCOPE), 0);
    scopes[1] = unit_text("b");
    judged.credentials.token = unit_token(1, UNIT_HEADER, PAYLOAD);
    assert_int_equal(looks(NJWT_BAD_SIGNATURE), 0);
    judged.credentials.token = unit_token(0, UNIT_HEADER, PAYLOAD);
    assert_int_equal(looks(NJWT_OK), 1);
    forget();
}


static void
an_expression_that_only_another_location_asks_for_is_not_tried(void **state)
{
    njwt_policy_t  elsewhere;

    (void) state;

    remember_expressions();
    elsewhere = policy;
    policy.claim_rule_count = 0;

    /* its record is made without it */

    assert_int_equal(looks(NJWT_OK), 0);
    assert_true(njwt_result_cached(&unit_arena, &judged, &found, &record));
    judged.cached = &record;
    assert_int_equal(looks(NJWT_OK), 0);
    assert_null(found.payload);
    assert_false(njwt_result_cached(&unit_arena, &judged, &found, &record));

    /* where it is asked for, once: then the record knows */

    policy = elsewhere;
    assert_int_equal(looks(NJWT_OK), 1);
    assert_true(found.from_cache);
    assert_true(njwt_result_cached(&unit_arena, &judged, &found, &record));
    assert_int_equal(looks(NJWT_OK), 0);
    assert_null(found.payload);
    assert_false(njwt_result_cached(&unit_arena, &judged, &found, &record));
    forget();
}


static void
a_no_is_known_as_a_yes_is(void **state)
{
    njwt_cached_t  stale;

    (void) state;

    remember_expressions();
    found_it = NJWT_REGEX_NOT_FOUND;
    assert_int_equal(looks(NJWT_CLAIM_MISMATCH), 1);
    assert_ptr_equal(found.broken, &claim_rules[0]);
    assert_false(found.gave_up);
    assert_true(njwt_result_cached(&unit_arena, &judged, &found, &record));
    judged.cached = &record;
    assert_int_equal(looks(NJWT_CLAIM_MISMATCH), 0);
    assert_ptr_equal(found.broken, &claim_rules[0]);
    assert_true(found.from_cache);

    /* so is that it gave up, which is a no */

    judged.cached = NULL;
    found_it = NJWT_REGEX_BROKEN;
    assert_int_equal(looks(NJWT_CLAIM_MISMATCH), 1);
    assert_true(found.gave_up);
    assert_true(njwt_result_cached(&unit_arena, &judged, &found, &record));
    judged.cached = &record;
    assert_int_equal(looks(NJWT_CLAIM_MISMATCH), 0);

    /* another configuration's rule has that number: its answer isn't taken */

    stale = record;
    values[0] = njwt_rule_value(unit_text("~y"));
    found_it = NJWT_REGEX_FOUND;
    number();
    assert_int_equal(looks(NJWT_OK), 1);
    assert_true(njwt_result_cached(&unit_arena, &judged, &found, &record));
    assert_int_equal(looks(NJWT_OK), 0);
    assert_memory_not_equal(stale.predicates, record.predicates,
                            NJWT_PREDICATES_DIGEST);
    judged.cached = &stale;
    assert_int_equal(looks(NJWT_OK), 1);
    forget();
}


/*
 * Two workers that learnt different answers of one record lose none for good.
 */

static void
answers_are_added_to_those_that_are_there(void **state)
{
    njwt_predicates_t  two;
    njwt_answers_t     a, b;

    (void) state;

    memset(&two, 0, sizeof(two));
    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    njwt_predicate_set_add(&two.rules, 3);
    njwt_predicate_set_add(&two.rules, 4);
    njwt_predicate_set_add(&two.rules, 5);
    njwt_predicate_set_add(&two.rules, 6);
    njwt_predicate_set_add(&two.rules, 200);
    njwt_predicate_set_add(&two.rules, 201);

    njwt_answers_add(&a, 3, true);
    njwt_answers_add(&a, 5, false);
    njwt_predicate_set_add(&a.set, 7);     /* a scope's */
    njwt_answers_add(&b, 200, true);
    njwt_predicate_set_add(&b.set, 9);     /* another's: not its to say */
    njwt_answers_merge(&a, &two, &b);

    assert_true(njwt_answers_known(&a, 3) && njwt_answers_yes(&a, 3));
    assert_true(njwt_answers_known(&a, 5));
    assert_false(njwt_answers_yes(&a, 5));
    assert_true(njwt_predicate_set_has(&a.set, 7));
    assert_true(njwt_answers_known(&a, 200) && njwt_answers_yes(&a, 200));
    assert_false(njwt_answers_known(&a, 202));
    assert_false(njwt_answers_yes(&a, 202));
    assert_false(njwt_predicate_set_has(&a.set, 9));

    /* of a yes and a no there is no yes */

    njwt_answers_add(&a, 3, false);
    assert_true(njwt_answers_known(&a, 3));
    assert_false(njwt_answers_yes(&a, 3));
}


/* One for its yes, one for its no: where one alone is left there is none. */

static void
a_rule_takes_two_numbers(void **state)
{
    size_t             i, n;
    njwt_claim_rule_t  rule, second;

    (void) state;

    memset(&predicates, 0, sizeof(predicates));
    memset(&rule, 0, sizeof(rule));
    memset(&second, 0, sizeof(second));
    rule.claim = unit_text("c");
    second.claim = unit_text("d");

    for (i = 0; i < NJWT_PREDICATE_COUNT - 3; i++) {
        assert_true(njwt_predicates_add_scope(&predicates,
                                              unit_text(unit_format("s%zu",
                                                                    i)),
                                              &n));
    }

    assert_true(njwt_predicates_add_rule(&predicates, &rule, &n));
    assert_int_equal(n, NJWT_PREDICATE_COUNT - 3);
    assert_false(njwt_predicates_add_rule(&predicates, &second, &n));
    assert_true(njwt_predicates_add_rule(&predicates, &rule, &n));
    assert_int_equal(n, NJWT_PREDICATE_COUNT - 3);
    assert_true(njwt_predicates_add_scope(&predicates, unit_text("t"), &n));
    assert_int_equal(n, NJWT_PREDICATE_COUNT - 1);
    assert_false(njwt_predicates_add_scope(&predicates, unit_text("u"), &n));

    for (i = 0; i < NJWT_PREDICATE_COUNT; i++) {
        assert_true(njwt_predicate_set_has(&predicates.rules, i)
                    == (i == NJWT_PREDICATE_COUNT - 3 || i
                        == NJWT_PREDICATE_COUNT - 2));
    }
}


/* The same bits are other answers where the questions are others. */

static void
a_record_of_other_questions_is_made_anew_whatever_its_bits(void **state)
{
    njwt_cached_t  renewed;

    (void) state;

    remember();
    assert_int_equal(record.summary.answers.set.words[0], 0x7);

    scopes[0] = unit_text("b");
    scopes[1] = unit_text("a");
    number();

    assert_memory_not_equal(record.predicates, predicates.digest,
                            NJWT_PREDICATES_DIGEST);
    assert_true(from_cache(NJWT_OK));
    assert_true(njwt_result_cached(&unit_arena, &judged, &found, &renewed));
    assert_int_equal(renewed.summary.answers.set.words[0], 0x7);
    assert_memory_equal(renewed.predicates, predicates.digest,
                        NJWT_PREDICATES_DIGEST);
    forget();
}


static void
match_any_is_one_of_the_numbers(void **state)
{
    (void) state;

    remember();
    rules[0].any = true;
    record.summary.answers.set.words[0] = 0x6;
    assert_true(from_cache(NJWT_OK));
    record.summary.answers.set.words[0] = 0x4;
    assert_true(from_cache(NJWT_INSUFFICIENT_SCOPE));

    /* a rule without scopes grants nothing, whatever the bits say */

    rules[0].any = false;
    rules[0].scope_count = 0;
    number();
    assert_true(from_cache(NJWT_INSUFFICIENT_SCOPE));
    forget();
}


static void
a_question_has_one_number_wherever_it_is_asked(void **state)
{
    size_t             n;
    njwt_claim_rule_t  rule;
    njwt_rule_value_t  value;

    (void) state;

    memset(&predicates, 0, sizeof(predicates));

    assert_true(njwt_predicates_add_scope(&predicates, unit_text("b"), &n));
    assert_int_equal(n, 0);
    assert_true(njwt_predicates_add_scope(&predicates, unit_text("a"), &n));
    assert_int_equal(n, 1);
    assert_true(njwt_predicates_add_scope(&predicates, unit_text("ab"), &n));
    assert_int_equal(n, 2);
    assert_true(njwt_predicates_add_scope(&predicates, unit_text("b"), &n));
    assert_int_equal(n, 0);
    assert_true(njwt_predicates_add_scope(&predicates, unit_text("a"), &n));
    assert_int_equal(n, 1);

    memset(&rule, 0, sizeof(rule));
    value = njwt_rule_value(unit_text("~x"));
    rule.claim = unit_text("c");
    rule.values = &value;
    rule.value_count = 1;

    assert_true(njwt_predicates_add_rule(&predicates, &rule, &n));
    assert_int_equal(n, 3);
    assert_true(njwt_predicates_add_rule(&predicates,
                                         &(njwt_claim_rule_t) {
                                             .claim = rule.claim,
                                             .values = &(njwt_rule_value_t) {
                                                 .kind = NJWT_RULE_REGEX,
                                                 .text = value.text
                                             },
                                             .value_count = 1
                                         }, &n));
    assert_int_equal(n, 3);
    assert_true(njwt_predicates_add_rule(&predicates,
                                         &(njwt_claim_rule_t) {
                                             .claim = rule.claim,
                                             .values = &(njwt_rule_value_t) {
                                                 .kind = NJWT_RULE_NOT_REGEX,
                                                 .text = value.text
                                             },
                                             .value_count = 1
                                         }, &n));
    assert_int_equal(n, 5);
    assert_true(njwt_predicates_add_rule(&predicates,
                                         &(njwt_claim_rule_t) {
                                             .claim = rule.claim,
                                             .values = &(njwt_rule_value_t) {
                                                 .kind = NJWT_RULE_REGEX,
                                                 .caseless = true,
                                                 .text = value.text
                                             },
                                             .value_count = 1
                                         }, &n));
    assert_int_equal(n, 7);
    assert_true(njwt_predicates_add_rule(&predicates,
                                         &(njwt_claim_rule_t) {
                                             .claim = rule.claim,
                                             .values = &(njwt_rule_value_t) {
                                                 .kind = NJWT_RULE_REGEX,
                                                 .text = unit_text("y")
                                             },
                                             .value_count = 1
                                         }, &n));
    assert_int_equal(n, 9);
}


static void
other_questions_have_another_digest(void **state)
{
    size_t   i, k, n;
    uint8_t  digests[7][NJWT_PREDICATES_DIGEST];

    static const char  *const  lists[] = {
        "a b", "b a", "a", "ab", "asb", "a b c"
    };

    (void) state;

    for (i = 0; i < unit_count(lists); i++) {
        njwt_slice_t  word, rest = unit_text(lists[i]);

        memset(&predicates, 0, sizeof(predicates));

        while (njwt_slice_word(&rest, &word)) {
            assert_true(njwt_predicates_add_scope(&predicates, word, &n));
        }

        assert_true(njwt_predicates_seal(&predicates));
        memcpy(digests[i], predicates.digest, NJWT_PREDICATES_DIGEST);

        for (k = 0; k < i; k++) {
            assert_memory_not_equal(digests[k], digests[i],
                                    NJWT_PREDICATES_DIGEST);
        }
    }

    /* a claim is no scope of that name, alone or before an empty one */

    memset(&predicates, 0, sizeof(predicates));
    assert_true(njwt_predicates_add_scope(&predicates, unit_text("a"), &n));
    assert_true(njwt_predicates_add_scope(&predicates, unit_text(""), &n));
    assert_true(njwt_predicates_seal(&predicates));
    memcpy(digests[6], predicates.digest, NJWT_PREDICATES_DIGEST);

    memset(&predicates, 0, sizeof(predicates));
    assert_true(njwt_predicates_add_rule(&predicates, &(njwt_claim_rule_t) {
                                             .claim = unit_text("a")
                                         }, &n));
    assert_true(njwt_predicates_seal(&predicates));
    assert_memory_not_equal(digests[2], predicates.digest,
                            NJWT_PREDICATES_DIGEST);
    assert_memory_not_equal(digests[6], predicates.digest,
                            NJWT_PREDICATES_DIGEST);
}


static void
a_shared_secret_vouches_as_a_key_does(void **state)
{
    uint16_t      index;
    uint8_t       fingerprint[NJWT_DIGEST];
    njwt_jwks_t  *a, *b, *again;

    (void) state;

    a = njwt_jwks_of_secret(unit_text("secret a"));
    b = njwt_jwks_of_secret(unit_text("secret b"));
    again = njwt_jwks_of_secret(unit_text("secret a"));
    assert_true(njwt_jwks_bind(a, unit_text("x")));
    assert_true(njwt_jwks_bind(b, unit_text("x")));
    assert_true(njwt_jwks_bind(again, unit_text("x")));

    memcpy(fingerprint, "the fingerprint of no key at all", NJWT_DIGEST);
    index = 0;
    assert_false(njwt_jwks_has_fingerprint(a, fingerprint, &index));
    assert_false(njwt_jwks_fingerprint(a, njwt_proof_cached(&unit_arena,
                                                            unit_text("i")),
                                   fingerprint, &index));
    njwt_jwks_free(a);
    njwt_jwks_free(b);
    njwt_jwks_free(again);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(a_record_spares_the_signature_and_the_payload),
        unit_case(each_check_behind_the_signature_is_made_again),
        unit_case(
            a_bound_token_is_bound_by_what_is_remembered_as_by_what_is_read),
        unit_case(a_key_that_left_the_set_takes_its_tokens_along),
        unit_case(a_token_without_kid_is_good_while_one_key_fits),
        unit_case(a_key_in_another_place_of_the_set_still_vouches),
        unit_case(a_record_is_good_in_its_own_context_only),
        unit_case(a_policy_without_numbers_makes_no_record_and_takes_no_bits),
        unit_case(the_issuer_is_the_one_whose_key_it_was),
        unit_case(other_questions_are_asked_of_the_token),
        unit_case(other_questions_are_asked_of_the_token_once),
        unit_case(a_record_is_not_made_anew_of_a_token_that_was_not_read),
        unit_case(questions_beyond_the_last_number_are_asked_of_the_token),
        unit_case(a_number_of_other_facts_is_forgotten),
        unit_case(each_claim_rule_has_its_number),
        unit_case(an_expression_waits_for_every_check_before_it),
        unit_case(
            an_expression_that_only_another_location_asks_for_is_not_tried),
        unit_case(a_no_is_known_as_a_yes_is),
        unit_case(answers_are_added_to_those_that_are_there),
        unit_case(a_rule_takes_two_numbers),
        unit_case(a_record_of_other_questions_is_made_anew_whatever_its_bits),
        unit_case(match_any_is_one_of_the_numbers),
        unit_case(a_question_has_one_number_wherever_it_is_asked),
        unit_case(other_questions_have_another_digest),
        unit_case(a_shared_secret_vouches_as_a_key_does)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
