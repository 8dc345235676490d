/*
 * What a token claims, and when it is valid.
 */

#include "unit_token.h"


static const njwt_expected_t  expects_nothing = { .any_audience = true };


static bool
well_formed(const char *payload)
{
    return unit_payload(payload) != NULL;
}


static bool
well_formed_with(const char *name, const char *value)
{
    return well_formed(unit_format("{\"%s\":%s}", name, value));
}


/* y or n for each of these values */

static void
each_claim_has_the_type_of_rfc_7519(void **state)
{
    size_t  i, k;

    static const char  *const  values[] = {
        "\"a\"", "1", "1.5", "null", "true", "[]", "[\"a\"]", "[\"a\",1]",
        "[null]", "[[\"a\"]]", "{}", "\"1\"", "\"\""
    };

    static const struct {
        const char  *name;
        const char  *may;
    } claims[] = {
        { "iss",   "ynnnnnnnnnnyy" },
        { "sub",   "ynnnnnnnnnnyy" },
        { "jti",   "ynnnnnnnnnnyy" },
        { "aud",   "ynnnnyynnnnyy" },
        { "exp",   "nyynnnnnnnnnn" },
        { "nbf",   "nyynnnnnnnnnn" },
        { "iat",   "nyynnnnnnnnnn" },
        { "scope", "yyyyyyyyyyyyy" },
        { "cnf",   "yyyyyyyyyyyyy" },
        { "Exp",   "yyyyyyyyyyyyy" },
        { "azp",   "yyyyyyyyyyyyy" }
    };

    (void) state;

    for (i = 0; i < unit_count(claims); i++) {
        for (k = 0; k < unit_count(values); k++) {
            assert_for(well_formed_with(claims[i].name, values[k])
                       == (claims[i].may[k] == 'y'),
                       unit_format("%s: %s", claims[i].name, values[k]));
        }
    }
}


static void
a_payload_is_a_json_object(void **state)
{
    (void) state;

    assert_true(well_formed("{}"));
    assert_false(well_formed("[]"));
    assert_false(well_formed("null"));
    assert_false(well_formed("\"{}\""));
    assert_false(well_formed("1"));
    assert_false(well_formed("{} {}"));
    assert_false(well_formed("{\"sub\":\"a\",\"sub\":\"a\"}"));
    assert_false(well_formed("payload"));
    assert_false(unit_arena.failed);
}


static void
a_date_lies_within_2_to_the_53(void **state)
{
    size_t  i;

    static const char  *const  dates[] = { "exp", "nbf", "iat" };

    (void) state;

    for (i = 0; i < unit_count(dates); i++) {
        assert_true(well_formed_with(dates[i], "9007199254740991"));
        assert_true(well_formed_with(dates[i], "9007199254740992"));
        assert_true(well_formed_with(dates[i], "9007199254740992.0"));
        assert_true(well_formed_with(dates[i], "9.007199254740992e15"));
        assert_true(well_formed_with(dates[i], "90071992547409920e-1"));
        assert_true(well_formed_with(dates[i], "9007199254740991.9999999"));
        assert_false(well_formed_with(dates[i], "9.007199254740993e15"));
        assert_false(well_formed_with(dates[i], "90071992547409921e-1"));
        assert_true(well_formed_with(dates[i], "-9.007199254740992e15"));
        assert_false(well_formed_with(dates[i], "-90071992547409921e-1"));
        assert_false(well_formed_with(dates[i], "9007199254740994"));
        assert_false(well_formed_with(dates[i], "1e16"));
        assert_false(well_formed_with(dates[i], "1e300"));
        assert_true(well_formed_with(dates[i], "-9007199254740992"));
        assert_false(well_formed_with(dates[i], "-9007199254740994"));
        assert_false(well_formed_with(dates[i], "-1e16"));
        assert_false(well_formed_with(dates[i], "1e400"));
        assert_true(well_formed_with(dates[i], "0"));
        assert_true(well_formed_with(dates[i], "-0"));
        assert_true(well_formed_with(dates[i], "1e-400"));
    }

    /* no claim of a date: any double will do */

    assert_true(well_formed_with("x", "1e300"));
}


/* One more than 2^53 is the same double as 2^53. */

static void
two_to_the_53_and_a_bit_is_beyond_it(void **state)
{
    (void) state;

    assert_true(well_formed_with("exp", "9007199254740992"));
    assert_false(well_formed_with("exp", "9007199254740993"));
    assert_false(well_formed_with("exp", "9007199254740992.5"));
    assert_false(well_formed_with("nbf", "-9007199254740993"));
}


static bool
expired(const char *exp, double leeway, int64_t now)
{
    const char  *claims;

    claims = unit_format("{\"exp\":%s}", exp);

    return njwt_dates_expired(njwt_claims_dates(unit_claims(claims)), leeway,
                              now);
}


static void
exp_and_leeway_are_over_at_the_very_second(void **state)
{
    (void) state;

    assert_false(expired("1000", 0, 999));
    assert_true(expired("1000", 0, 1000));
    assert_true(expired("1000", 0, 1001));

    assert_false(expired("1000", 5, 1004));
    assert_true(expired("1000", 5, 1005));

    assert_false(expired("1000.5", 0, 1000));
    assert_true(expired("1000.5", 0, 1001));
    assert_false(expired("1000.5", 5, 1005));
    assert_true(expired("1000.5", 5, 1006));
    assert_false(expired("1e3", 0, 999));
    assert_true(expired("1e3", 0, 1000));
}


static void
dates_at_the_bounds_are_compared_rightly(void **state)
{
    (void) state;

    assert_false(expired("9007199254740992", 0, 4000000000));
    assert_true(expired("-9007199254740992", 0, 0));
    assert_true(expired("-1", 0, 0));
    assert_true(expired("0", 0, 0));
    assert_false(expired("1", 0, 0));
    assert_true(expired("9007199254740992", 0, INT64_MAX));
    assert_false(expired("-5", 0, -10));
    assert_true(expired("0", 0, 1700000000));
}


static void
a_token_without_exp_is_expired(void **state)
{
    const njwt_dates_t  *dates;

    (void) state;

    dates = njwt_claims_dates(unit_claims("{}"));
    assert_true(njwt_dates_expired(dates, 0, 0));
    assert_true(njwt_dates_expired(dates, 0, -1000000));

    dates = njwt_claims_dates(unit_claims("{\"x\":{\"exp\":9e9}}"));
    assert_true(njwt_dates_expired(dates, 0, 0));
}


static bool
ahead(const char *name, const char *date, double leeway, int64_t now)
{
    bool                 nbf, iat;
    const njwt_dates_t  *dates;

    dates = njwt_claims_dates(unit_claims(unit_format("{\"%s\":%s}", name,
                                                      date)));

    nbf = njwt_dates_not_yet_valid(dates, leeway, now);
    iat = njwt_dates_from_future(dates, leeway, now);

    /* the other of the two isn't there and says nothing */

    assert_false(strcmp(name, "nbf") == 0 ? iat : nbf);

    return nbf || iat;
}


static void
nbf_and_iat_may_be_ahead_by_the_leeway_and_no_more(void **state)
{
    size_t  i;

    static const char  *const  names[] = { "nbf", "iat" };

    (void) state;

    for (i = 0; i < 2; i++) {
        assert_false(ahead(names[i], "999", 0, 1000));
        assert_false(ahead(names[i], "1000", 0, 1000));
        assert_true(ahead(names[i], "1001", 0, 1000));
        assert_true(ahead(names[i], "1000.001", 0, 1000));

        assert_false(ahead(names[i], "1005", 5, 1000));
        assert_true(ahead(names[i], "1005.5", 5, 1000));
        assert_true(ahead(names[i], "1006", 5, 1000));

        assert_true(ahead(names[i], "9007199254740992", 5, 1000));
        assert_false(ahead(names[i], "-9007199254740992", 5, 1000));
        assert_false(ahead(names[i], "0", 0, 0));
    }
}


static bool
too_old(const char *payload, double max_age, double leeway, int64_t now)
{
    njwt_expected_t  expected = expects_nothing;

    expected.has_max_age = true;
    expected.max_age = max_age;
    expected.leeway = leeway;

    return njwt_claims_too_old(unit_claims(payload), &expected, now);
}


static void
a_token_is_no_older_than_max_age_and_leeway(void **state)
{
    njwt_expected_t  expected = expects_nothing;

    (void) state;

    assert_false(too_old("{\"iat\":1000}", 60, 5, 1064));
    assert_true(too_old("{\"iat\":1000}", 60, 5, 1065));
    assert_false(too_old("{\"iat\":1000}", 60, 0, 1059));
    assert_true(too_old("{\"iat\":1000}", 60, 0, 1060));

    /* max_age 0 is a limit, too */

    assert_true(too_old("{\"iat\":1000}", 0, 0, 1000));

    /* no limit; and no "iat", which is for njwt_claims_has_required() to
       refuse */

    expected.max_age = 60;
    assert_false(njwt_claims_too_old(unit_claims("{\"iat\":0}"), &expected,
                                     1000000));
    assert_false(too_old("{}", 60, 5, 1000000));
}


static bool
complete(const char *payload, njwt_profile_t profile, bool has_max_age)
{
    njwt_expected_t  expected = expects_nothing;

    expected.profile = profile;
    expected.has_max_age = has_max_age;
    expected.max_age = 60;

    return njwt_claims_has_required(unit_claims(payload), &expected);
}


static void
max_age_wants_iat_and_nothing_else_does(void **state)
{
    (void) state;

    assert_true(complete("{}", NJWT_PROFILE_ANY, false));
    assert_true(complete("{\"iat\":1}", NJWT_PROFILE_ANY, true));
    assert_true(complete("{\"iat\":-1.5}", NJWT_PROFILE_ANY, true));
    assert_false(complete("{}", NJWT_PROFILE_ANY, true));
    assert_false(complete("{\"exp\":1,\"nbf\":1}", NJWT_PROFILE_ANY, true));
    assert_false(complete("{\"x\":{\"iat\":1}}", NJWT_PROFILE_ANY, true));
}


/* Each of the claims of section 2.2 is left out in turn. */

static void
the_profile_of_rfc_9068_wants_each_of_its_claims(void **state)
{
    char    payload[256];
    size_t  i, skip;

    static const char  *const  members[] = {
        "\"iss\":\"i\"", "\"exp\":2", "\"aud\":\"a\"", "\"sub\":\"s\"",
        "\"client_id\":\"c\"", "\"iat\":1", "\"jti\":\"j\""
    };

    (void) state;

    for (skip = 0; skip <= unit_count(members); skip++) {
        payload[0] = '\0';

        for (i = 0; i < unit_count(members); i++) {
            if (i != skip) {
                strcat(payload, ",");
                strcat(payload, members[i]);
            }
        }

        payload[0] = '{';
        strcat(payload, "}");

        assert_for(complete(payload, NJWT_PROFILE_RFC9068, false)
                   == (skip == unit_count(members)), payload);
        assert_for(complete(payload, NJWT_PROFILE_RFC9068, true)
                   == (skip == unit_count(members)), payload);
        assert_for(complete(payload, NJWT_PROFILE_ANY, false), payload);
    }
}


#define WITHOUT_CLIENT  "\"iss\":\"i\",\"exp\":2,\"sub\":\"s\","          \
                        "\"iat\":1,\"jti\":\"j\""


static void
a_claim_of_another_type_is_none_of_the_profiles(void **state)
{
    size_t  i;

    static const char  *const  others[] = {
        "null", "1", "true", "[]", "[\"c\"]", "{}"
    };

    (void) state;

    for (i = 0; i < unit_count(others); i++) {
        assert_for(!complete(unit_format("{" WITHOUT_CLIENT
                                         ",\"aud\":\"a\","
                                         "\"client_id\":%s}", others[i]),
                             NJWT_PROFILE_RFC9068, false), others[i]);
    }

    /* azp is Auth0's other profile; there it stands for nothing */

    assert_false(complete("{" WITHOUT_CLIENT ",\"aud\":\"a\","
                          "\"azp\":\"c\"}", NJWT_PROFILE_RFC9068, false));
    assert_true(complete("{" WITHOUT_CLIENT ",\"aud\":[\"a\",\"b\"],"
                         "\"client_id\":\"c\"}", NJWT_PROFILE_RFC9068,
                         false));
}


static bool
for_us(const char *aud)
{
    njwt_slice_t     audiences[2];
    njwt_expected_t  expected = { NULL };

    audiences[0] = unit_text("https://api.example.com/");
    audiences[1] = unit_text("other");
    expected.audiences = audiences;
    expected.audience_count = 2;
    expected.any_audience = false;
    expected.leeway = 0;

    return njwt_claims_audience_ok(unit_claims(aud), &expected);
}


static void
aud_holds_one_of_ours_byte_for_byte(void **state)
{
    (void) state;

    assert_true(for_us("{\"aud\":\"https://api.example.com/\"}"));
    assert_true(for_us("{\"aud\":\"other\"}"));
    assert_true(for_us("{\"aud\":[\"https://api.example.com/\"]}"));
    assert_true(for_us("{\"aud\":[\"x\",\"other\"]}"));
    assert_true(for_us("{\"aud\":[\"other\",\"x\",\"other\"]}"));

    assert_false(for_us("{}"));
    assert_false(for_us("{\"aud\":[]}"));
    assert_false(for_us("{\"aud\":\"\"}"));
    assert_false(for_us("{\"aud\":[\"\"]}"));
    assert_false(for_us("{\"aud\":\"https://api.example.com\"}"));
    assert_false(for_us("{\"aud\":\"https://api.example.com//\"}"));
    assert_false(for_us("{\"aud\":\"https://API.example.com/\"}"));
    assert_false(for_us("{\"aud\":\"HTTPS://api.example.com/\"}"));
    assert_false(for_us("{\"aud\":\"http://api.example.com/\"}"));
    assert_false(for_us("{\"aud\":\" other\"}"));
    assert_false(for_us("{\"aud\":\"other \"}"));
    assert_false(for_us("{\"aud\":\"other\\u0000\"}"));
    assert_false(for_us("{\"aud\":\"https://api.example.com/ other\"}"));
    assert_false(for_us("{\"aud\":[\"x\",\"y\"]}"));
    assert_false(for_us("{\"x\":{\"aud\":\"other\"}}"));
}


static void
no_audience_at_all_must_be_asked_for(void **state)
{
    njwt_expected_t  expected = { NULL };

    (void) state;

    memset(&expected, 0, sizeof(expected));
    assert_false(njwt_claims_audience_ok(unit_claims("{\"aud\":\"x\"}"),
                                         &expected));
    assert_false(njwt_claims_audience_ok(unit_claims("{}"), &expected));

    expected.any_audience = true;
    assert_true(njwt_claims_audience_ok(unit_claims("{\"aud\":\"x\"}"),
                                        &expected));
    assert_true(njwt_claims_audience_ok(unit_claims("{\"aud\":[]}"),
                                        &expected));
    assert_true(njwt_claims_audience_ok(unit_claims("{}"), &expected));
}


static void
a_cnf_of_any_value_binds(void **state)
{
    size_t  i;

    static const char  *const  values[] = {
        "{\"jkt\":\"x\"}", "{}", "null", "false", "0", "\"\"", "[]"
    };

    (void) state;

    assert_false(njwt_claims_has_cnf(unit_claims("{}")));
    assert_false(njwt_claims_has_cnf(unit_claims("{\"Cnf\":{}}")));
    assert_false(njwt_claims_has_cnf(unit_claims("{\"x\":{\"cnf\":{}}}")));

    for (i = 0; i < unit_count(values); i++) {
        assert_true(njwt_claims_has_cnf(unit_claims(
            unit_format("{\"cnf\":%s}", values[i]))));
    }
}


static bool
issued_by(const char *payload, const char *issuer)
{
    njwt_slice_t  issuers[2];

    issuers[0] = unit_text("urn:first");
    issuers[1] = unit_text(issuer);

    return njwt_payload_issued_by(unit_payload(payload), issuers, 2);
}


static void
iss_is_one_of_the_values_byte_for_byte(void **state)
{
    (void) state;

    assert_true(issued_by("{\"iss\":\"https://t/\"}", "https://t/"));
    assert_true(issued_by("{\"iss\":\"https:\\/\\/t/\"}", "https://t/"));
    assert_true(issued_by("{\"iss\":\"urn:first\"}", "https://t/"));
    assert_false(issued_by("{\"iss\":\"https://t\"}", "https://t/"));
    assert_false(issued_by("{\"iss\":\"https://t/\"}", "https://t"));
    assert_false(issued_by("{\"iss\":\"https://T/\"}", "https://t/"));
    assert_false(issued_by("{\"iss\":\"https://t/\\u0000\"}", "https://t/"));
    assert_false(issued_by("{\"iss\":\"https://t/x\"}", "https://t/"));
    assert_false(issued_by("{}", "https://t/"));
    assert_false(issued_by("{\"x\":{\"iss\":\"https://t/\"}}", "https://t/"));
    assert_false(issued_by("{\"Iss\":\"https://t/\"}", "https://t/"));

    /* a missing iss is not the empty one */

    assert_false(issued_by("{}", ""));
    assert_true(issued_by("{\"iss\":\"\"}", ""));
    assert_false(njwt_payload_issued_by(unit_payload("{\"iss\":\"a\"}"),
                                        NULL, 0));
}


static bool
plausible(const char *payload)
{
    njwt_slice_t     audience;
    njwt_expected_t  expected = { NULL };

    audience = unit_text("us");
    expected.audiences = &audience;
    expected.audience_count = 1;
    expected.any_audience = false;
    expected.leeway = 5;

    return njwt_payload_plausible(unit_payload(payload), &expected, 1000);
}


static void
what_would_be_refused_later_is_not_plausible(void **state)
{
    (void) state;

    assert_true(plausible("{\"exp\":996,\"aud\":\"us\"}"));
    assert_false(plausible("{\"exp\":995,\"aud\":\"us\"}"));
    assert_false(plausible("{\"aud\":\"us\"}"));
    assert_true(plausible("{\"exp\":2000,\"nbf\":1005,\"aud\":[\"us\"]}"));
    assert_false(plausible("{\"exp\":2000,\"nbf\":1006,\"aud\":\"us\"}"));
    assert_true(plausible("{\"exp\":2000,\"iat\":1005,\"aud\":\"us\"}"));
    assert_false(plausible("{\"exp\":2000,\"iat\":1006,\"aud\":\"us\"}"));
    assert_false(plausible("{\"exp\":2000}"));
    assert_false(plausible("{\"exp\":2000,\"aud\":\"them\"}"));
}


static void
a_token_beyond_max_age_is_not_plausible(void **state)
{
    njwt_expected_t  expected = expects_nothing;

    (void) state;

    expected.leeway = 5;
    expected.max_age = 60;

    /* without a limit neither its age nor its "iat" is asked for */

    assert_true(njwt_payload_plausible(unit_payload("{\"exp\":2000}"),
                                       &expected, 1000));
    assert_true(njwt_payload_plausible(
        unit_payload("{\"exp\":2000,\"iat\":0}"), &expected, 1000));

    expected.has_max_age = true;

    assert_false(njwt_payload_plausible(unit_payload("{\"exp\":2000}"),
                                        &expected, 1000));
    assert_true(njwt_payload_plausible(
        unit_payload("{\"exp\":2000,\"iat\":936}"), &expected, 1000));
    assert_false(njwt_payload_plausible(
        unit_payload("{\"exp\":2000,\"iat\":935}"), &expected, 1000));
}


static void
the_log_gets_iss_and_aud_as_they_were_sent(void **state)
{
    njwt_slice_t  iss, aud;

    (void) state;

    njwt_payload_excerpt(&unit_arena,
                         unit_payload("{\"iss\":\"x\\ny\","
                                      "\"aud\":[\"a\",\"b,c\"]}"),
                         &iss, &aud);
    assert_slice(iss, "x\ny");
    assert_slice(aud, "[\"a\",\"b,c\"]");

    njwt_payload_excerpt(&unit_arena, unit_payload("{}"), &iss, &aud);
    assert_int_equal(iss.len, 0);
    assert_int_equal(aud.len, 0);
}


/* A proof about equal bytes elsewhere isn't one about these. */

static void
claims_open_only_with_the_proof_of_their_own_token(void **state)
{
    njwt_jws_t             jws, same, other;
    njwt_jwks_t           *jwks;
    njwt_slice_t           token;
    njwt_jwks_report_t     report;
    const njwt_proof_t    *proof, *proof_of_same, *proof_of_other;
    const njwt_payload_t  *payload;

    (void) state;

    jwks = unit_jwks(unit_jwk(0, ",\"kid\":\"k0\""), &report);
    token = unit_token(0, UNIT_HEADER, "{\"sub\":\"a\"}");

    assert_true(njwt_jws_parse(&unit_arena, token, &jws));
    assert_true(njwt_jws_parse(&unit_arena,
                               unit_bytes(token.data, token.len), &same));
    assert_true(njwt_jws_parse(&unit_arena,
                               unit_token(0, UNIT_HEADER, "{\"sub\":\"b\"}"),
                               &other));

    payload = njwt_payload_parse(&unit_arena, &jws);
    proof = njwt_jwks_verify(&unit_arena, jwks, &jws, NJWT_ALG_RS256);
    proof_of_same = njwt_jwks_verify(&unit_arena, jwks, &same,
                                     NJWT_ALG_RS256);
    proof_of_other = njwt_jwks_verify(&unit_arena, jwks, &other,
                                      NJWT_ALG_RS256);
    assert_non_null(proof);
    assert_non_null(proof_of_same);
    assert_non_null(proof_of_other);

    assert_non_null(njwt_claims_open(&unit_arena, payload, proof));
    assert_null(njwt_claims_open(&unit_arena, payload, proof_of_same));
    assert_null(njwt_claims_open(&unit_arena, payload, proof_of_other));
    assert_false(unit_arena.failed);

    njwt_jwks_free(jwks);
}


static void
any_claim_can_be_had_by_its_name(void **state)
{
    const njwt_claims_t  *claims;

    (void) state;

    claims = unit_claims("{\"https://x/roles\":[\"a\"],\"n\":1.50}");

    assert_int_equal(njwt_json_type(njwt_claims_get(claims,
                                    unit_text("https://x/roles"))),
                     NJWT_JSON_ARRAY);
    assert_true(njwt_json_number(njwt_claims_get(claims, unit_text("n")))
                == 1.5);
    assert_int_equal(njwt_json_type(njwt_claims_get(claims, unit_text("N"))),
                     NJWT_JSON_ABSENT);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(each_claim_has_the_type_of_rfc_7519),
        unit_case(a_payload_is_a_json_object),
        unit_case(a_date_lies_within_2_to_the_53),
        unit_case(two_to_the_53_and_a_bit_is_beyond_it),
        unit_case(exp_and_leeway_are_over_at_the_very_second),
        unit_case(dates_at_the_bounds_are_compared_rightly),
        unit_case(a_token_without_exp_is_expired),
        unit_case(nbf_and_iat_may_be_ahead_by_the_leeway_and_no_more),
        unit_case(a_token_is_no_older_than_max_age_and_leeway),
        unit_case(max_age_wants_iat_and_nothing_else_does),
        unit_case(the_profile_of_rfc_9068_wants_each_of_its_claims),
        unit_case(a_claim_of_another_type_is_none_of_the_profiles),
        unit_case(aud_holds_one_of_ours_byte_for_byte),
        unit_case(no_audience_at_all_must_be_asked_for),
        unit_case(a_cnf_of_any_value_binds),
        unit_case(iss_is_one_of_the_values_byte_for_byte),
        unit_case(what_would_be_refused_later_is_not_plausible),
        unit_case(a_token_beyond_max_age_is_not_plausible),
        unit_case(the_log_gets_iss_and_aud_as_they_were_sent),
        unit_case(claims_open_only_with_the_proof_of_their_own_token),
        unit_case(any_claim_can_be_had_by_its_name)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
