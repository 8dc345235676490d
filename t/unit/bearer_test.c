/*
 * The token that a request presents.
 */

#include "unit.h"
#include "njwt_bearer.h"


static njwt_credentials_t
header(const char *value)
{
    njwt_credentials_t  credentials;

    memset(&credentials, 0, sizeof(credentials));
    njwt_bearer_header(unit_text(value), false, &credentials);

    return credentials;
}


/* a token that is one */

static bool
presents(const char *value, const char *token)
{
    njwt_credentials_t  credentials;

    credentials = header(value);

    return credentials.found == 1
           && njwt_slice_equal(credentials.token, unit_text(token))
           && njwt_bearer_valid(credentials.token);
}


static bool
malformed(const char *value)
{
    njwt_credentials_t  credentials;

    credentials = header(value);

    return credentials.found == 1 && !njwt_bearer_valid(credentials.token);
}


static bool
nothing(const char *value)
{
    return header(value).found == 0;
}


static void
the_scheme_is_read_in_any_case(void **state)
{
    (void) state;

    assert_true(presents("Bearer a.b.c", "a.b.c"));
    assert_true(presents("bearer a.b.c", "a.b.c"));
    assert_true(presents("BEARER a.b.c", "a.b.c"));
    assert_true(presents("bEaReR a.b.c", "a.b.c"));
}


static void
any_number_of_spaces_may_stand_before_the_token(void **state)
{
    (void) state;

    assert_true(presents("Bearer  a.b.c", "a.b.c"));
    assert_true(presents("Bearer        a.b.c", "a.b.c"));
}


static void
another_scheme_is_no_token(void **state)
{
    size_t  i;

    static const char  *const  others[] = {
        "", "Basic dXNlcjpwYXNz", "DPoP a.b.c", "BearerX a.b.c", "Beare a.b.c",
        "XBearer a.b.c", "Bearer-a.b.c", "Bearer.a", "Bearer1 a.b.c",
        "Bearer_ a", "Bearer~", "Bearer+a", "a.b.c", "Token a.b.c",
        "Digest realm=\"Bearer a.b.c\"", " Bearer a.b.c", "\tBearer a.b.c",
        "\"Bearer\" a.b.c", "B earer a", "Bearer!x a", "\xc2" "earer a",
        "Beare\x12 a", "Bearers a"
    };

    (void) state;

    for (i = 0; i < unit_count(others); i++) {
        assert_for(nothing(others[i]), others[i]);
    }
}


static void
bearer_without_a_token_is_malformed(void **state)
{
    size_t  i;

    static const char  *const  bad[] = {
        "Bearer", "Bearer ", "Bearer   ", "bearer", "Bearer =", "Bearer ==",
        "Bearer\ta.b.c", "Bearer \ta.b.c", "Bearer a.b.c ", "Bearer a.b.c\t",
        "Bearer a b", "Bearer a.b.c, Bearer d.e.f", "Bearer a.b.c,d.e.f",
        "Bearer,", "Bearer, a.b.c", "Bearer,a.b.c", "Bearer\"a.b.c\"",
        "Bearer \"a.b.c\"", "Bearer a=b", "Bearer a==.b", "Bearer =a",
        "Bearer a.b.c;", "Bearer a%2eb", "Bearer a:b", "Bearer a\\b",
        "Bearer \xc3\xa9", "Bearer a\x7f", "Bearer a\x01", "Bearer a!",
        "Bearer token=\"a.b.c\"", "Bearer=a", "Bearer Bearer a.b.c",
        "Bearer\xc3\xa9r a", "Bearer: a.b.c", "Bearer a*", "Bearer (a)",
        "Bearer a\r\nb"
    };

    (void) state;

    for (i = 0; i < unit_count(bad); i++) {
        assert_for(malformed(bad[i]), bad[i]);
    }
}


/*
 * "/" ends a scheme's name, and a b64token may begin with it: without the
 * space it must not be taken for the token.
 */

static void
a_token_is_set_off_by_a_space(void **state)
{
    (void) state;

    assert_true(presents("Bearer /a.b.c", "/a.b.c"));
    assert_false(presents("Bearer/a.b.c", "/a.b.c"));
    assert_false(presents("Bearer/", "/"));
}


static void
nul_ends_nothing(void **state)
{
    njwt_credentials_t  credentials;

    (void) state;

    memset(&credentials, 0, sizeof(credentials));
    njwt_bearer_header(unit_literal("Bearer a\0b"), false, &credentials);
    assert_int_equal(credentials.found, 1);
    assert_int_equal(credentials.token.len, 3);
    assert_false(njwt_bearer_valid(credentials.token));

    memset(&credentials, 0, sizeof(credentials));
    njwt_bearer_header(unit_literal("Bearer\0a"), false, &credentials);
    assert_int_equal(credentials.found, 1);
    assert_false(njwt_bearer_valid(credentials.token));

    memset(&credentials, 0, sizeof(credentials));
    njwt_bearer_header(unit_literal("\0Bearer a"), false, &credentials);
    assert_int_equal(credentials.found, 0);
}


static void
each_place_that_holds_a_token_counts(void **state)
{
    njwt_credentials_t  credentials;

    (void) state;

    memset(&credentials, 0, sizeof(credentials));

    njwt_bearer_header(unit_text("Basic x"), false, &credentials);
    njwt_bearer_bare(unit_text(""), &credentials);
    assert_int_equal(credentials.found, 0);

    njwt_bearer_header(unit_text("Bearer a.b.c"), false, &credentials);
    assert_int_equal(credentials.found, 1);

    njwt_bearer_bare(unit_text("d.e.f"), &credentials);
    assert_int_equal(credentials.found, 2);

    /* the same token twice is two as well */

    njwt_bearer_bare(unit_text("d.e.f"), &credentials);
    assert_int_equal(credentials.found, 3);

    /* and so is a Bearer with nothing behind it */

    njwt_bearer_header(unit_text("Bearer"), false, &credentials);
    assert_int_equal(credentials.found, 4);
}


static void
the_scheme_is_that_of_the_last_token(void **state)
{
    njwt_credentials_t  credentials;

    (void) state;

    memset(&credentials, 0, sizeof(credentials));

    njwt_bearer_header(unit_text("DPoP a.b.c"), false, &credentials);
    assert_int_equal(credentials.found, 0);
    assert_true(credentials.unread);
    assert_false(credentials.dpop);

    njwt_bearer_header(unit_text("DPoP a.b.c"), true, &credentials);
    assert_true(credentials.dpop);

    njwt_bearer_bare(unit_text("d.e.f"), &credentials);
    assert_false(credentials.dpop);

    njwt_bearer_header(unit_text("DPoP a.b.c"), true, &credentials);
    njwt_bearer_header(unit_text("Bearer a.b.c"), true, &credentials);
    assert_false(credentials.dpop);
}


static void
a_bare_token_is_taken_as_it_is(void **state)
{
    njwt_credentials_t  credentials;

    (void) state;

    memset(&credentials, 0, sizeof(credentials));
    njwt_bearer_bare(unit_text("Bearer a.b.c"), &credentials);
    assert_int_equal(credentials.found, 1);
    assert_slice(credentials.token, "Bearer a.b.c");
    assert_false(njwt_bearer_valid(credentials.token));
}


/* RFC 6750, section 2.1: ALPHA / DIGIT / "-._~+/", then any "=" */

static void
a_b64token_holds_its_characters_and_no_others(void **state)
{
    bool      want;
    uint8_t   text[3];
    unsigned  c;

    static const char  set[] = "-._~+/0123456789abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    (void) state;

    for (c = 0; c < 256; c++) {
        want = c != 0 && strchr(set, (int) c) != NULL;

        text[0] = (uint8_t) c;
        assert_int_equal(njwt_bearer_valid(unit_bytes(text, 1)), want);

        memcpy(text, "aba", 3);
        text[1] = (uint8_t) c;
        assert_int_equal(njwt_bearer_valid(unit_bytes(text, 3)), want);

        text[1] = 'b';
        text[2] = (uint8_t) c;
        assert_int_equal(njwt_bearer_valid(unit_bytes(text, 3)),
                         want || c == '=');
    }
}


/* It is looked at four at a time, and what is left over apart. */

static void
a_character_that_is_none_is_found_in_every_place(void **state)
{
    char          text[11];
    size_t        len, i;
    njwt_slice_t  token;

    (void) state;

    token.data = (const uint8_t *) text;

    for (len = 1; len <= sizeof(text); len++) {
        token.len = len;

        for (i = 0; i < len; i++) {
            memset(text, 'a', sizeof(text));
            assert_true(njwt_bearer_valid(token));

            text[i] = ' ';
            assert_false(njwt_bearer_valid(token));
        }
    }
}


static void
equals_signs_stand_at_the_end_only(void **state)
{
    (void) state;

    assert_true(njwt_bearer_valid(unit_text("a")));
    assert_true(njwt_bearer_valid(unit_text("a=")));
    assert_true(njwt_bearer_valid(unit_text("a=====")));
    assert_false(njwt_bearer_valid(unit_text("=")));
    assert_false(njwt_bearer_valid(unit_text("=a")));
    assert_false(njwt_bearer_valid(unit_text("a=b")));
    assert_false(njwt_bearer_valid(unit_text("a=b=")));
    assert_false(njwt_bearer_valid(unit_text("")));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(the_scheme_is_read_in_any_case),
        unit_case(any_number_of_spaces_may_stand_before_the_token),
        unit_case(another_scheme_is_no_token),
        unit_case(bearer_without_a_token_is_malformed),
        unit_case(a_token_is_set_off_by_a_space),
        unit_case(nul_ends_nothing),
        unit_case(each_place_that_holds_a_token_counts),
        unit_case(the_scheme_is_that_of_the_last_token),
        unit_case(a_bare_token_is_taken_as_it_is),
        unit_case(a_b64token_holds_its_characters_and_no_others),
        unit_case(a_character_that_is_none_is_found_in_every_place),
        unit_case(equals_signs_stand_at_the_end_only)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
