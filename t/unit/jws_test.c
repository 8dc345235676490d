/*
 * A token is split as RFC 7515 says.
 */

#include "unit_token.h"
#include "njwt_bearer.h"


static const char  header_text[] = "{\"alg\":\"RS256\"}";


static bool
parses(const char *token)
{
    njwt_jws_t  jws;

    return njwt_jws_parse(&unit_arena, unit_text(token), &jws);
}


/* a token with this header, its signature two zero bytes */

static const char *
with_header(const char *header)
{
    return unit_format("%s.e30.AAA", unit_b64(header, strlen(header)));
}


static njwt_jws_t
jws(const char *header)
{
    njwt_jws_t  jws;

    assert_for(njwt_jws_parse(&unit_arena, unit_text(with_header(header)),
                              &jws), header);
    return jws;
}


static void
parts_are_what_dots_separate(void **state)
{
    (void) state;

    assert_int_equal(njwt_jws_parts(unit_text("")), 1);
    assert_int_equal(njwt_jws_parts(unit_text("a")), 1);
    assert_int_equal(njwt_jws_parts(unit_text("a.b")), 2);
    assert_int_equal(njwt_jws_parts(unit_text("a.b.c")), 3);
    assert_int_equal(njwt_jws_parts(unit_text("..")), 3);
    assert_int_equal(njwt_jws_parts(unit_text("a..")), 3);
    assert_int_equal(njwt_jws_parts(unit_text("a.b.c.d")), 4);
    assert_int_equal(njwt_jws_parts(unit_text("a.b.c.d.e")), 5);
    assert_int_equal(njwt_jws_parts(unit_text(".....")), 6);
}


static void
the_pieces_are_those_of_the_token(void **state)
{
    njwt_jws_t     jws;
    const char    *token;
    njwt_slice_t   text;

    (void) state;

    token = unit_format("%s.%s.%s", unit_b64(header_text,
                                             sizeof(header_text) - 1),
                        unit_b64("payload", 7), unit_b64("signature", 9));
    text = unit_text(token);

    assert_true(njwt_jws_parse(&unit_arena, text, &jws));
    assert_slice(jws.payload, "payload");
    assert_slice(jws.signature, "signature");
    assert_ptr_equal(jws.signing_input.data, text.data);
    assert_int_equal(jws.signing_input.len,
                     (size_t) (strrchr(token, '.') - token));
    assert_int_equal(njwt_json_type(jws.header), NJWT_JSON_OBJECT);
}


static void
an_empty_part_is_refused(void **state)
{
    const char  *header;

    (void) state;

    header = unit_b64(header_text, sizeof(header_text) - 1);

    assert_true(parses(unit_format("%s.e30.AA", header)));
    assert_false(parses(unit_format("%s.e30.", header)));
    assert_false(parses(unit_format("%s..AA", header)));
    assert_false(parses(".e30.AA"));
    assert_false(parses(".."));
    assert_false(parses(unit_format("%s..", header)));
}


static void
each_part_is_strict_base64url(void **state)
{
    const char  *header;

    (void) state;

    header = "eyJhbGciOiJSUzI1NiJ9";
    assert_true(parses(unit_format("%s.e30.AAA", header)));

    assert_false(parses(unit_format("%s=.e30.AAA", header)));
    assert_false(parses(unit_format("%s.e30=.AAA", header)));
    assert_false(parses(unit_format("%s.e30.AAA=", header)));
    assert_false(parses(unit_format("%s.e31.AAA", header)));
    assert_false(parses(unit_format("%s.e30.AAB", header)));
    assert_false(parses(unit_format("%s.e30.A", header)));
    assert_false(parses(unit_format("%s.e30.AA+A", header)));
    assert_false(parses(unit_format("%s.e30.AA/A", header)));
    assert_false(parses(unit_format("%s .e30.AAA", header)));
    assert_false(parses(unit_format("%s.e30 .AAA", header)));
    assert_false(parses(unit_format("%s.e30.AAA\n", header)));

    /* a dot more: the last part isn't base64url */

    assert_false(parses(unit_format("%s.e30.AAA.AAA", header)));
}


/*
 * njwt_judge() asks what is wrong only of a token that can't be parsed: any
 * byte anywhere makes one of these, or a b64token of three parts.
 */

static void
what_can_be_parsed_is_a_b64token_of_three_parts(void **state)
{
    char           token[256];
    size_t         i, c, len, parsed;
    const char    *good;
    njwt_jws_t     jws;
    njwt_slice_t   text;

    (void) state;

    good = unit_format("%s.e30.AAAA", unit_b64(header_text,
                                               sizeof(header_text) - 1));
    len = strlen(good);
    assert_true(len < sizeof(token));

    parsed = 0;

    for (i = 0; i < len; i++) {
        for (c = 0; c < 256; c++) {
            memcpy(token, good, len);
            token[i] = (char) c;
            text = unit_bytes(token, len);

            if (njwt_jws_parse(&unit_arena, text, &jws)) {
                assert_true(njwt_bearer_valid(text));
                assert_int_equal(njwt_jws_parts(text), 3);
                parsed++;
            }
        }
    }

    /* at least as many as the signature's characters make */

    assert_true(parsed >= 4 * 64);
}


static void
the_header_is_a_json_object(void **state)
{
    (void) state;

    assert_true(parses(with_header("{}")));
    assert_true(parses(with_header(" { \"alg\" : \"RS256\" } ")));
    assert_false(parses(with_header("[]")));
    assert_false(parses(with_header("null")));
    assert_false(parses(with_header("\"{}\"")));
    assert_false(parses(with_header("{")));
    assert_false(parses(with_header("{\"alg\":\"RS256\",\"alg\":\"RS256\"}")));
    assert_false(parses(with_header("{\"a\":{\"b\":1,\"b\":1}}")));
    assert_false(parses(with_header("\xef\xbb\xbf{}")));
}


static void
a_refusal_leaves_the_output_alone(void **state)
{
    njwt_jws_t  jws, before;

    (void) state;

    memset(&jws, 0x5a, sizeof(jws));
    before = jws;

    assert_false(njwt_jws_parse(&unit_arena, unit_text("a.b.c"), &jws));
    assert_false(njwt_jws_parse(&unit_arena,
                                unit_text(with_header("{\"kid\":1}")), &jws));
    assert_memory_equal(&jws, &before, sizeof(jws));
}


/* name, and for each kind of value whether the member may have it */

static void
a_member_has_the_type_of_rfc_7515(void **state)
{
    size_t  i, k;
    char    header[200];

    static const char  *const  values[] = {
        "\"a\"", "{\"a\":1}", "[\"a\"]", "[]", "[1]", "[\"a\",null]", "1",
        "true", "null"
    };

    static const struct {
        const char  *name;
        const char  *may;       /* y or n for each of the values */
    } members[] = {
        { "jku",      "ynnnnnnnn" },
        { "jwk",      "nynnnnnnn" },
        { "kid",      "ynnnnnnnn" },
        { "x5u",      "ynnnnnnnn" },
        { "x5c",      "nnyynnnnn" },
        { "x5t",      "ynnnnnnnn" },
        { "x5t#S256", "ynnnnnnnn" },
        { "typ",      "ynnnnnnnn" },
        { "cty",      "ynnnnnnnn" },
        { "crit",     "nnyynnnnn" },
        { "alg",      "yyyyyyyyy" },   /* its own verdict */
        { "b64",      "yyyyyyyyy" },   /* the same */
        { "Kid",      "yyyyyyyyy" },
        { "enc",      "yyyyyyyyy" },
        { "other",    "yyyyyyyyy" }
    };

    (void) state;

    for (i = 0; i < unit_count(members); i++) {
        for (k = 0; k < unit_count(values); k++) {
            sprintf(header, "{\"%s\":%s}", members[i].name, values[k]);
            assert_for(parses(with_header(header))
                       == (members[i].may[k] == 'y'), header);
        }
    }
}


static void
typ_is_that_of_an_access_token(void **state)
{
    size_t  i;
    char    header[200];

    static const char  *const  allowed[] = {
        "JWT", "jwt", "Jwt", "at+jwt", "AT+JWT", "at+JWT", "application/JWT",
        "application/jwt", "Application/JWT", "application/at+jwt",
        "APPLICATION/AT+JWT"
    };

    static const char  *const  refused[] = {
        "", " JWT", "JWT ", "JW", "JWTT", "dpop+jwt", "logout+jwt", "jwt+at",
        "at+jwt; charset=utf-8", "application/", "application/dpop+jwt",
        "application/application/jwt", "text/jwt", "/jwt", "at", "+jwt",
        "at jwt", "id+jwt", "token-introspection+jwt", "secevent+jwt", "JWS",
        "JOSE", "JWE", "JWT\\u0000", "\\u0000JWT", "at\\u000bjwt", "J\\u0077T"
        "x", "\\u0131wt", "a\\u0074+jw\\u017f"
    };

    (void) state;

    assert_true(njwt_jws_typ_allowed(&(njwt_jws_t) {
                                     .header = jws("{}").header },
                                     NJWT_PROFILE_ANY));

    for (i = 0; i < unit_count(allowed); i++) {
        njwt_jws_t  parsed;

        sprintf(header, "{\"typ\":\"%s\"}", allowed[i]);
        parsed = jws(header);
        assert_for(njwt_jws_typ_allowed(&parsed, NJWT_PROFILE_ANY), header);
    }

    for (i = 0; i < unit_count(refused); i++) {
        njwt_jws_t  parsed;

        sprintf(header, "{\"typ\":\"%s\"}", refused[i]);
        parsed = jws(header);
        assert_for(!njwt_jws_typ_allowed(&parsed, NJWT_PROFILE_ANY), header);
    }
}


/* Section 4: "JWT" is not enough, for ID tokens may say that, too. */

static void
by_the_profile_of_rfc_9068_typ_is_at_jwt(void **state)
{
    size_t      i;
    char        header[128];
    njwt_jws_t  jws;

    static const char  *const  allowed[] = {
        "at+jwt", "AT+JWT", "application/at+jwt", "Application/At+JWT"
    };

    static const char  *const  refused[] = {
        "JWT", "jwt", "application/jwt", "", "at+jwt ", " at+jwt", "at+jw",
        "at+jwts", "text/at+jwt", "application/application/at+jwt",
        "application/", "logout+jwt", "dpop+jwt", "at jwt", "at+jwt\\u0000"
    };

    (void) state;

    for (i = 0; i < unit_count(allowed); i++) {
        sprintf(header, "{\"typ\":\"%s\"}", allowed[i]);
        jws.header = njwt_json_object(&unit_arena, unit_text(header));
        assert_for(njwt_jws_typ_allowed(&jws, NJWT_PROFILE_RFC9068), header);
        assert_for(njwt_jws_typ_allowed(&jws, NJWT_PROFILE_ANY), header);
    }

    for (i = 0; i < unit_count(refused); i++) {
        sprintf(header, "{\"typ\":\"%s\"}", refused[i]);
        jws.header = njwt_json_object(&unit_arena, unit_text(header));
        assert_for(njwt_json_type(jws.header) == NJWT_JSON_OBJECT, header);
        assert_for(!njwt_jws_typ_allowed(&jws, NJWT_PROFILE_RFC9068),
                   header);
    }

    jws.header = njwt_json_object(&unit_arena, unit_text("{}"));
    assert_false(njwt_jws_typ_allowed(&jws, NJWT_PROFILE_RFC9068));
    assert_true(njwt_jws_typ_allowed(&jws, NJWT_PROFILE_ANY));
}


static bool
critical(const char *header)
{
    njwt_jws_t  parsed;

    parsed = jws(header);

    return njwt_jws_critical(&parsed);
}


static void
crit_and_b64_of_any_value_are_critical(void **state)
{
    (void) state;

    assert_false(critical("{}"));
    assert_false(critical("{\"Crit\":[\"exp\"],\"B64\":false}"));
    assert_false(critical("{\"x\":{\"crit\":[\"exp\"],\"b64\":false}}"));

    assert_true(critical("{\"crit\":[\"exp\"]}"));
    assert_true(critical("{\"crit\":[]}"));
    assert_true(critical("{\"b64\":false}"));
    assert_true(critical("{\"b64\":true}"));
    assert_true(critical("{\"b64\":null}"));
    assert_true(critical("{\"b64\":[]}"));
    assert_true(critical("{\"\\u0063rit\":[]}"));
    assert_true(critical("{\"crit\":[\"b64\"],\"b64\":false}"));
}


static njwt_alg_t
alg(const char *header)
{
    njwt_jws_t  parsed;

    parsed = jws(header);

    return njwt_jws_alg(&parsed);
}


static void
alg_is_known_in_exactly_its_case(void **state)
{
    size_t  i;

    static const char  *const  unknown[] = {
        "{}", "{\"alg\":null}", "{\"alg\":1}", "{\"alg\":[\"RS256\"]}",
        "{\"alg\":{\"RS256\":1}}", "{\"alg\":true}", "{\"alg\":\"\"}",
        "{\"alg\":\"none\"}", "{\"alg\":\"None\"}", "{\"alg\":\"NONE\"}",
        "{\"alg\":\"nOnE\"}", "{\"alg\":\"rs256\"}", "{\"alg\":\"Rs256\"}",
        "{\"alg\":\"RS256 \"}", "{\"alg\":\" RS256\"}",
        "{\"alg\":\"RS256\\u0000\"}", "{\"alg\":\"RS25\"}",
        "{\"alg\":\"RS2560\"}", "{\"Alg\":\"RS256\"}", "{\"alg\":\"RS1\"}",
        "{\"alg\":\"A128GCM\"}", "{\"alg\":\"dir\"}"
    };

    (void) state;

    assert_int_equal(alg("{\"alg\":\"RS256\"}"), NJWT_ALG_RS256);
    assert_int_equal(alg("{\"alg\":\"\\u0052S256\"}"), NJWT_ALG_RS256);

    for (i = 0; i < unit_count(unknown); i++) {
        assert_for(alg(unknown[i]) == NJWT_ALG_UNKNOWN, unknown[i]);
    }
}


static void
no_algorithm_is_in_an_empty_set(void **state)
{
    njwt_slice_t  nothing = { NULL, 0 };

    (void) state;

    assert_int_equal(NJWT_ALG_UNKNOWN, 0);
    assert_int_equal(njwt_alg(nothing), NJWT_ALG_UNKNOWN);
    assert_int_equal(njwt_alg(unit_text("RS256")), NJWT_ALG_RS256);
    assert_int_equal(NJWT_ALG_RS256 & (NJWT_ALG_RS256 - 1), 0);
}


static void
kid_is_there_when_it_is_a_string(void **state)
{
    njwt_jws_t    parsed;
    njwt_slice_t  kid = { (const uint8_t *) "kept", 4 };

    (void) state;

    parsed = jws("{\"KID\":\"x\"}");
    assert_false(njwt_jws_kid(&parsed, &kid));
    assert_slice(kid, "kept");

    parsed = jws("{\"kid\":\"\"}");
    assert_true(njwt_jws_kid(&parsed, &kid));
    assert_slice(kid, "");

    parsed = jws("{\"kid\":\"../../etc/passwd\"}");
    assert_true(njwt_jws_kid(&parsed, &kid));
    assert_slice(kid, "../../etc/passwd");
}


static bool
direct(const char *header)
{
    return njwt_jws_direct(&unit_arena,
                           unit_text(unit_format("%s..a.b.c",
                                     unit_b64(header, strlen(header)))));
}


static void
auth0s_opaque_token_is_known_by_its_dir(void **state)
{
    (void) state;

    assert_true(direct("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}"));
    assert_false(direct("{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\"}"));
    assert_false(direct("{\"alg\":\"DIR\"}"));
    assert_false(direct("{\"alg\":[\"dir\"]}"));
    assert_false(direct("{\"enc\":\"dir\"}"));
    assert_false(direct("{}"));
    assert_false(direct("[\"alg\"]"));
    assert_false(direct("{\"alg\":\"dir\",\"alg\":\"dir\"}"));
    assert_false(njwt_jws_direct(&unit_arena, unit_text("....")));
    assert_false(njwt_jws_direct(&unit_arena, unit_text("")));
    assert_false(njwt_jws_direct(&unit_arena, unit_text("e30=....")));
    assert_false(unit_arena.failed);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(parts_are_what_dots_separate),
        unit_case(the_pieces_are_those_of_the_token),
        unit_case(an_empty_part_is_refused),
        unit_case(each_part_is_strict_base64url),
        unit_case(what_can_be_parsed_is_a_b64token_of_three_parts),
        unit_case(the_header_is_a_json_object),
        unit_case(a_refusal_leaves_the_output_alone),
        unit_case(a_member_has_the_type_of_rfc_7515),
        unit_case(typ_is_that_of_an_access_token),
        unit_case(by_the_profile_of_rfc_9068_typ_is_at_jwt),
        unit_case(crit_and_b64_of_any_value_are_critical),
        unit_case(alg_is_known_in_exactly_its_case),
        unit_case(no_algorithm_is_in_an_empty_set),
        unit_case(kid_is_there_when_it_is_a_string),
        unit_case(auth0s_opaque_token_is_known_by_its_dir)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
