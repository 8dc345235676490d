/*
 * The keys of a set that are used, and which of them for a token.
 */

#include "unit_token.h"


static const njwt_jwks_report_t  nothing_reported;


/* a set that must be taken */

static njwt_jwks_t *
taken(const char *text)
{
    njwt_jwks_t         *jwks;
    njwt_jwks_report_t   report;

    jwks = njwt_jwks_new(unit_text(text), &report);
    assert_for(jwks != NULL, text);
    assert_null(report.error);
    assert_int_equal(report.usable, njwt_jwks_count(jwks));
    assert_int_equal(report.skipped > 0, report.skipped_why != NULL);

    return jwks;
}


static bool
refused(const char *text)
{
    njwt_jwks_t         *jwks;
    njwt_jwks_report_t   report;

    jwks = njwt_jwks_new(unit_text(text), &report);

    if (jwks != NULL) {
        njwt_jwks_free(jwks);
        return false;
    }

    return report.error != NULL;
}


static const char *
set(const char *keys)
{
    return unit_format("{\"keys\":[%s]}", keys);
}


static void
a_set_is_an_object_with_an_array_of_keys(void **state)
{
    const char  *key;

    (void) state;

    key = unit_jwk(0, "");
    njwt_jwks_free(taken(unit_format("{\"keys\":[%s]}", key)));
    njwt_jwks_free(taken(unit_format(" {\"x\":1, \"keys\" : [ %s ] }\n",
                                     key)));

    assert_true(refused(key));
    assert_true(refused(unit_format("[%s]", key)));
    assert_true(refused(unit_format("{\"keys\":%s}", key)));
    assert_true(refused(unit_format("{\"Keys\":[%s]}", key)));
    assert_true(refused(unit_format("{\"keys\":{\"a\":%s}}", key)));
    assert_true(refused(unit_format("{\"keys\":[%s],\"keys\":[%s]}", key,
                                    key)));
    assert_true(refused(unit_format("{\"keys\":[%s]}x", key)));
    assert_true(refused(unit_format("{\"keys\":[%s]", key)));
    assert_true(refused("{\"keys\":null}"));
    assert_true(refused("{}"));
    assert_true(refused(""));
    assert_true(refused("<html><body>502 Bad Gateway</body></html>"));
    assert_true(refused("{\"error\":\"too_many_requests\"}"));
}


static void
a_set_without_a_usable_key_is_none(void **state)
{
    (void) state;

    assert_true(refused(set("")));
    assert_true(refused(set("{}")));
    assert_true(refused(set("null,1,\"a\",[],{}")));
    assert_true(refused(set(unit_jwk(0, ",\"use\":\"enc\""))));
    njwt_jwks_free(taken(set(unit_jwk(0, ",\"use\":\"sig\""))));
}


static void
unusable_keys_are_passed_over_and_counted(void **state)
{
    njwt_jwks_t         *jwks;
    njwt_jwks_report_t   report;

    (void) state;

    jwks = unit_jwks(unit_format("{},null,%s,%s,[],%s,\"x\"",
                                 unit_jwk(0, ",\"kid\":\"a\""),
                                 unit_jwk(1, ",\"use\":\"enc\""),
                                 unit_jwk(1, ",\"kid\":\"b\"")), &report);
    assert_non_null(jwks);
    assert_int_equal(report.usable, 2);
    assert_int_equal(report.skipped, 5);
    assert_non_null(report.skipped_why);
    assert_null(report.error);
    assert_int_equal(njwt_jwks_count(jwks), 2);
    njwt_jwks_free(jwks);
}


static void
an_oct_key_is_never_used(void **state)
{
    njwt_jwks_t         *jwks;
    njwt_jwks_report_t   report;

    static const char  oct[] =
        "{\"kty\":\"oct\",\"kid\":\"k0\",\"k\":\"c2VjcmV0c2VjcmV0c2VjcmV0c2V"
        "jcmV0c2VjcmV0\"}";

    (void) state;

    assert_true(refused(set(oct)));

    jwks = unit_jwks(unit_format("%s,%s", oct,
                                 unit_jwk(0, ",\"kid\":\"k1\"")), &report);
    assert_non_null(jwks);
    assert_int_equal(report.usable, 1);
    assert_int_equal(report.skipped, 1);
    njwt_jwks_free(jwks);
}


static void
two_hundred_and_fifty_six_keys_are_taken_and_one_more_is_not(void **state)
{
    char          *text;
    size_t         i, len;
    const char    *key;
    njwt_jwks_t   *jwks;

    (void) state;

    key = unit_jwk(0, "");
    len = strlen(key) + 1;
    text = njwt_arena_alloc(&unit_arena, 257 * len + 100);

    for (i = 0; i < 256; i++) {
        memcpy(text + i * len, key, len - 1);
        text[(i + 1) * len - 1] = ',';
    }

    text[256 * len - 1] = '\0';
    jwks = taken(set(text));
    assert_int_equal(njwt_jwks_count(jwks), 256);
    njwt_jwks_free(jwks);

    /* unusable ones count as well */

    assert_true(refused(set(unit_format("%s,{}", text))));
    assert_true(refused(set(unit_format("%s,%s", text, key))));
}


static void
a_set_longer_than_the_limit_is_not_read(void **state)
{
    char          *text;
    size_t         len;
    const char    *start;
    njwt_jwks_t   *jwks;
    njwt_slice_t   slice;

    njwt_jwks_report_t  report = nothing_reported;

    (void) state;

    start = set(unit_jwk(0, ""));
    len = NJWT_MAX_JWKS_SIZE;
    text = malloc(len + 1);
    memset(text, ' ', len + 1);
    memcpy(text, start, strlen(start));

    slice.data = (const uint8_t *) text;
    slice.len = len;
    jwks = njwt_jwks_new(slice, &report);
    assert_non_null(jwks);
    njwt_jwks_free(jwks);

    slice.len = len + 1;
    assert_null(njwt_jwks_new(slice, &report));
    assert_non_null(report.error);
    free(text);
}


/* the token of key i with that header */

static bool
knows(const njwt_jwks_t *jwks, const char *header)
{
    njwt_jws_t  jws;

    assert_true(njwt_jws_parse(&unit_arena, unit_token(0, header, "{}"),
                               &jws));
    return njwt_jwks_knows(jwks, &jws, njwt_jws_alg(&jws));
}


static bool
verifies(njwt_jwks_t *jwks, size_t signer, const char *header)
{
    njwt_jws_t  jws;

    assert_true(njwt_jws_parse(&unit_arena, unit_token(signer, header, "{}"),
                               &jws));
    return njwt_jwks_verify(&unit_arena, jwks, &jws, njwt_jws_alg(&jws))
           != NULL;
}


static void
a_kid_is_matched_byte_for_byte(void **state)
{
    njwt_jwks_t  *jwks;

    (void) state;

    jwks = taken(set(unit_jwk(0, ",\"kid\":\"k0\"")));

    assert_true(knows(jwks, "{\"alg\":\"RS256\",\"kid\":\"k0\"}"));
    assert_true(knows(jwks, "{\"alg\":\"RS256\",\"kid\":\"\\u006b0\"}"));
    assert_false(knows(jwks, "{\"alg\":\"RS256\",\"kid\":\"K0\"}"));
    assert_false(knows(jwks, "{\"alg\":\"RS256\",\"kid\":\"k\"}"));
    assert_false(knows(jwks, "{\"alg\":\"RS256\",\"kid\":\"k00\"}"));
    assert_false(knows(jwks, "{\"alg\":\"RS256\",\"kid\":\"k0\\u0000\"}"));
    assert_false(knows(jwks, "{\"alg\":\"RS256\",\"kid\":\"\"}"));
    assert_false(knows(jwks, "{\"alg\":\"HS256\",\"kid\":\"k0\"}"));
    assert_false(knows(jwks, "{\"kid\":\"k0\"}"));
    njwt_jwks_free(jwks);
}


static void
a_kid_of_255_bytes_names_a_key_and_a_longer_one_none(void **state)
{
    char          kid[257];
    njwt_jwks_t  *jwks;

    (void) state;

    memset(kid, 'k', 256);
    kid[255] = '\0';
    jwks = taken(set(unit_jwk(0, unit_format(",\"kid\":\"%s\"", kid))));
    assert_true(knows(jwks, unit_format("{\"alg\":\"RS256\",\"kid\":\"%s\"}",
                                        kid)));
    assert_false(knows(jwks, unit_format("{\"alg\":\"RS256\","
                                         "\"kid\":\"%sk\"}", kid)));
    njwt_jwks_free(jwks);

    /* a longer one in the set is skipped, the others stay */

    jwks = taken(set(unit_format("%s,%s",
                                 unit_jwk(1, unit_format(",\"kid\":\"%sk\"",
                                                         kid)),
                                 unit_jwk(0, ",\"kid\":\"k0\""))));
    assert_int_equal(njwt_jwks_count(jwks), 1);
    njwt_jwks_free(jwks);
}


static void
without_kid_exactly_one_key_must_fit(void **state)
{
    njwt_jwks_t  *jwks;

    (void) state;

    jwks = taken(set(unit_jwk(0, ",\"kid\":\"k0\"")));
    assert_true(knows(jwks, "{\"alg\":\"RS256\"}"));
    assert_true(verifies(jwks, 0, "{\"alg\":\"RS256\"}"));
    assert_false(verifies(jwks, 1, "{\"alg\":\"RS256\"}"));
    njwt_jwks_free(jwks);

    jwks = taken(set(unit_format("%s,%s", unit_jwk(0, ",\"kid\":\"k0\""),
                                 unit_jwk(1, ",\"kid\":\"k1\""))));
    assert_false(knows(jwks, "{\"alg\":\"RS256\"}"));
    njwt_jwks_free(jwks);

    /* one that can't be used is none of the two */

    jwks = taken(set(unit_format("%s,%s", unit_jwk(0, ",\"kid\":\"k0\""),
                                 unit_jwk(1, ",\"use\":\"enc\""))));
    assert_true(knows(jwks, "{\"alg\":\"RS256\"}"));
    njwt_jwks_free(jwks);
}


static void
two_keys_of_one_kid_are_both_tried(void **state)
{
    njwt_jwks_t  *jwks;

    static const char  header[] = "{\"alg\":\"RS256\",\"kid\":\"k\"}";

    (void) state;

    jwks = taken(set(unit_format("%s,%s", unit_jwk(0, ",\"kid\":\"k\""),
                                 unit_jwk(1, ",\"kid\":\"k\""))));

    assert_true(knows(jwks, header));
    assert_true(verifies(jwks, 0, header));
    assert_true(verifies(jwks, 1, header));
    assert_false(verifies(jwks, 2, header));
    njwt_jwks_free(jwks);
}


static void
a_kid_picks_its_key_and_no_other(void **state)
{
    njwt_jwks_t  *jwks;

    (void) state;

    jwks = taken(set(unit_format("%s,%s", unit_jwk(0, ",\"kid\":\"k0\""),
                                 unit_jwk(1, ",\"kid\":\"k1\""))));

    assert_true(verifies(jwks, 0, "{\"alg\":\"RS256\",\"kid\":\"k0\"}"));
    assert_true(verifies(jwks, 1, "{\"alg\":\"RS256\",\"kid\":\"k1\"}"));
    assert_false(verifies(jwks, 0, "{\"alg\":\"RS256\",\"kid\":\"k1\"}"));
    assert_false(verifies(jwks, 1, "{\"alg\":\"RS256\",\"kid\":\"k0\"}"));
    assert_false(verifies(jwks, 0, "{\"alg\":\"RS256\",\"kid\":\"k2\"}"));
    njwt_jwks_free(jwks);
}


static void
the_canonical_text_holds_what_the_keys_need(void **state)
{
    njwt_jwks_t  *jwks;

    (void) state;

    jwks = taken(unit_format(
        "{ \"x\": [1], \"keys\": [ {\"kty\":\"oct\"}, {\"x5c\":[\"MIIC\"], "
        "\"e\":\"AQAB\", \"use\":\"sig\", \"kid\":\"a\\u0022b\", "
        "\"n\":\"%s\", \"alg\":\"RS256\", \"key_ops\":[\"verify\"], "
        "\"kty\":\"RSA\", \"x5t\":\"x\"}, 5 ] }", unit_modulus(0)));

    assert_slice(njwt_jwks_text(jwks),
                 unit_format("{\"keys\":[{\"kty\":\"RSA\","
                             "\"kid\":\"a\\\"b\",\"alg\":\"RS256\","
                             "\"n\":\"%s\",\"e\":\"AQAB\"}]}",
                             unit_modulus(0)));
    njwt_jwks_free(jwks);
}


static void
the_canonical_text_gives_the_same_keys_again(void **state)
{
    size_t         i;
    bool           has;
    njwt_jwks_t   *jwks, *again;
    njwt_slice_t   text, kid, kid_again;

    (void) state;

    jwks = taken(set(unit_format(
        "%s,{},%s,%s,%s,%s", unit_jwk(0, ",\"kid\":\"\\u0000\\\"\\\\\\n\\/\""),
        unit_jwk(1, ""), unit_jwk(2, ",\"alg\":\"RS256\",\"use\":\"sig\""),
        unit_jwk(1, ",\"kid\":\"\",\"use\":\"enc\""),
        unit_jwk(0, ",\"kid\":\"\\ud83d\\ude00\\u001f\\u007f\""))));
    assert_int_equal(njwt_jwks_count(jwks), 4);

    text = njwt_jwks_text(jwks);
    again = taken(unit_format("%.*s", (int) text.len,
                              (const char *) text.data));
    assert_true(njwt_slice_equal(njwt_jwks_text(again), text));
    assert_int_equal(njwt_jwks_count(again), 4);

    for (i = 0; i < 4; i++) {
        has = njwt_key_kid(njwt_jwks_key(jwks, i), &kid);
        assert_int_equal(njwt_key_kid(njwt_jwks_key(again, i), &kid_again),
                         has);
        assert_true(!has || njwt_slice_equal(kid, kid_again));
    }

    assert_true(verifies(again, 0, "{\"alg\":\"RS256\",\"kid\":"
                                   "\"\\u0000\\\"\\\\\\n/\"}"));
    njwt_jwks_free(jwks);
    njwt_jwks_free(again);
}


static void
a_set_lives_on_when_its_text_is_gone(void **state)
{
    njwt_jwks_t  *jwks;

    (void) state;

    jwks = taken(set(unit_jwk(0, ",\"kid\":\"k0\"")));
    njwt_arena_free(&unit_arena);
    assert_true(verifies(jwks, 0, "{\"alg\":\"RS256\",\"kid\":\"k0\"}"));
    assert_true(njwt_jwks_text(jwks).len > 300);
    njwt_jwks_free(jwks);
}


static void
no_set_can_be_freed(void **state)
{
    (void) state;

    njwt_jwks_free(NULL);
}


/* Whatever is broken in the text, it is refused or read, not overrun. */

static void
damaged_sets_are_refused_or_read_but_never_overrun(void **state)
{
    char                *text;
    size_t               i, len;
    uint64_t             seed = 7517;
    const char          *source;
    njwt_jwks_t         *jwks;
    njwt_jwks_report_t   report;

    (void) state;

    source = set(unit_format("%s,{\"kty\":\"RSA\"},%s",
                             unit_jwk(0, ",\"kid\":\"k0\",\"use\":\"sig\""),
                             unit_jwk(1, ",\"key_ops\":[\"verify\"]")));
    len = strlen(source);
    text = malloc(len);

    for (i = 0; i < 5000; i++) {
        memcpy(text, source, len);
        text[unit_random(&seed) % len] = source[unit_random(&seed) % len];
        text[unit_random(&seed) % len] = "\"\\{}[],:0u"[unit_random(&seed)
                                                        % 10];
        jwks = njwt_jwks_new((njwt_slice_t) { (uint8_t *) text, len },
                             &report);
        assert_int_equal(jwks == NULL, report.error != NULL);
        njwt_jwks_free(jwks);
    }

    free(text);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(a_set_is_an_object_with_an_array_of_keys),
        unit_case(a_set_without_a_usable_key_is_none),
        unit_case(unusable_keys_are_passed_over_and_counted),
        unit_case(an_oct_key_is_never_used),
        unit_case(
            two_hundred_and_fifty_six_keys_are_taken_and_one_more_is_not),
        unit_case(a_set_longer_than_the_limit_is_not_read),
        unit_case(a_kid_is_matched_byte_for_byte),
        unit_case(a_kid_of_255_bytes_names_a_key_and_a_longer_one_none),
        unit_case(without_kid_exactly_one_key_must_fit),
        unit_case(two_keys_of_one_kid_are_both_tried),
        unit_case(a_kid_picks_its_key_and_no_other),
        unit_case(the_canonical_text_holds_what_the_keys_need),
        unit_case(the_canonical_text_gives_the_same_keys_again),
        unit_case(a_set_lives_on_when_its_text_is_gone),
        unit_case(no_set_can_be_freed),
        unit_case(damaged_sets_are_refused_or_read_but_never_overrun)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
