/*
 * Does a claim satisfy a rule when it should, and never otherwise?
 */

#define _POSIX_C_SOURCE  200809L

#include "unit.h"
#include "njwt_rule.h"

#include <regex.h>


/* expressions of the system's library stand in for the module's */

static njwt_regex_result_t
match(void *regex, njwt_slice_t text)
{
    char  copy[256];

    /* a limit, as the module's library has some */

    if (text.len >= sizeof(copy)) {
        return NJWT_REGEX_BROKEN;
    }

    if (text.len > 0) {
        memcpy(copy, text.data, text.len);
    }

    copy[text.len] = '\0';

    return regexec(regex, copy, 0, NULL, 0) == 0 ? NJWT_REGEX_FOUND
                                                 : NJWT_REGEX_NOT_FOUND;
}


/* Does a payload satisfy a rule of this claim and these values? */

static bool
holds(const char *json, const char *claim, size_t count,
    const char *const *values)
{
    bool                answer;
    char                text[256];
    size_t              i;
    regex_t             regexes[4];
    njwt_value_t        root;
    njwt_rule_value_t   list[4];
    njwt_claim_rule_t   rule;

    assert_true(count <= unit_count(list));

    for (i = 0; i < count; i++) {
        list[i] = njwt_rule_value(unit_text(values[i]));

        if (list[i].kind != NJWT_RULE_EQUAL) {
            snprintf(text, sizeof(text), "%.*s", (int) list[i].text.len,
                     (const char *) list[i].text.data);
            assert_int_equal(regcomp(&regexes[i], text, REG_EXTENDED
                                     | (list[i].caseless ? REG_ICASE : 0)),
                             0);
            list[i].regex = &regexes[i];
        }
    }

    root = njwt_json_object(&unit_arena, unit_text(json));
    assert_for(njwt_json_type(root) == NJWT_JSON_OBJECT, json);

    rule.claim = unit_text(claim);
    rule.values = list;
    rule.value_count = count;
    rule.match = match;
    answer = njwt_rule_holds(&unit_arena, &rule, root);
    assert_false(unit_arena.failed);

    for (i = 0; i < count; i++) {
        if (list[i].kind != NJWT_RULE_EQUAL) {
            regfree(&regexes[i]);
        }
    }

    return answer;
}


static bool
is_there(const char *json, const char *claim)
{
    return holds(json, claim, 0, NULL);
}


static bool
is(const char *json, const char *claim, const char *value)
{
    return holds(json, claim, 1, &value);
}


static bool
is_both(const char *json, const char *claim, const char *one,
    const char *two)
{
    const char  *values[2];

    values[0] = one;
    values[1] = two;

    return holds(json, claim, 2, values);
}


static void
a_prefix_tells_the_kind_of_a_value(void **state)
{
    size_t             i;
    njwt_rule_value_t  value;

    static const struct {
        const char        *text;
        njwt_rule_kind_t   kind;
        bool               caseless;
        const char        *rest;
    } values[] = {
        { "",        NJWT_RULE_EQUAL,     false, "" },
        { "a",       NJWT_RULE_EQUAL,     false, "a" },
        { "!",       NJWT_RULE_EQUAL,     false, "!" },
        { "!a",      NJWT_RULE_EQUAL,     false, "!a" },
        { "!=a",     NJWT_RULE_EQUAL,     false, "!=a" },
        { "*a",      NJWT_RULE_EQUAL,     false, "*a" },
        { "a~b",     NJWT_RULE_EQUAL,     false, "a~b" },
        { "!!~a",    NJWT_RULE_EQUAL,     false, "!!~a" },
        { " ~a",     NJWT_RULE_EQUAL,     false, " ~a" },
        { "~",       NJWT_RULE_REGEX,     false, "" },
        { "~a",      NJWT_RULE_REGEX,     false, "a" },
        { "~~a",     NJWT_RULE_REGEX,     false, "~a" },
        { "~!a",     NJWT_RULE_REGEX,     false, "!a" },
        { "~*",      NJWT_RULE_REGEX,     true,  "" },
        { "~*a",     NJWT_RULE_REGEX,     true,  "a" },
        { "~**a",    NJWT_RULE_REGEX,     true,  "*a" },
        { "!~",      NJWT_RULE_NOT_REGEX, false, "" },
        { "!~a",     NJWT_RULE_NOT_REGEX, false, "a" },
        { "!~*a",    NJWT_RULE_NOT_REGEX, true,  "a" },
        { "!~ *a",   NJWT_RULE_NOT_REGEX, false, " *a" }
    };

    (void) state;

    for (i = 0; i < unit_count(values); i++) {
        value = njwt_rule_value(unit_text(values[i].text));
        assert_for(value.kind == values[i].kind, values[i].text);
        assert_for(value.caseless == values[i].caseless, values[i].text);
        assert_null(value.regex);
        assert_slice(value.text, values[i].rest);
    }
}


static void
without_values_the_claim_is_to_be_there(void **state)
{
    (void) state;

    assert_true(is_there("{\"a\":\"x\"}", "a"));
    assert_true(is_there("{\"a\":\"\"}", "a"));
    assert_true(is_there("{\"a\":0}", "a"));
    assert_true(is_there("{\"a\":false}", "a"));
    assert_true(is_there("{\"a\":[]}", "a"));
    assert_true(is_there("{\"a\":{}}", "a"));
    assert_true(is_there("{\"a\":{\"b\":1}}", "/a/b"));

    assert_false(is_there("{}", "a"));
    assert_false(is_there("{\"a\":null}", "a"));
    assert_false(is_there("{\"A\":\"x\"}", "a"));
    assert_false(is_there("{\"b\":{\"a\":\"x\"}}", "a"));
    assert_false(is_there("{\"a\":{\"b\":null}}", "/a/b"));
}


static void
a_value_is_the_whole_text_of_a_scalar(void **state)
{
    (void) state;

    assert_true(is("{\"a\":\"x\"}", "a", "x"));
    assert_false(is("{\"a\":\"xx\"}", "a", "x"));
    assert_false(is("{\"a\":\"x \"}", "a", "x"));
    assert_false(is("{\"a\":\"X\"}", "a", "x"));
    assert_false(is("{\"a\":\"\"}", "a", "x"));
    assert_false(is("{\"a\":\"x\\u0000\"}", "a", "x"));
    assert_true(is("{\"a\":\"\"}", "a", ""));

    /* numbers and booleans as they stand in the token */

    assert_true(is("{\"a\":1}", "a", "1"));
    assert_false(is("{\"a\":1.0}", "a", "1"));
    assert_true(is("{\"a\":1.0}", "a", "1.0"));
    assert_true(is("{\"a\":true}", "a", "true"));
    assert_false(is("{\"a\":false}", "a", "true"));
    assert_true(is("{\"a\":\"true\"}", "a", "true"));

    /* null is no text */

    assert_false(is("{\"a\":null}", "a", "null"));
    assert_false(is("{\"a\":null}", "a", ""));
    assert_false(is("{}", "a", ""));
}


static void
of_an_array_one_element_is_enough(void **state)
{
    (void) state;

    assert_true(is("{\"a\":[\"x\"]}", "a", "x"));
    assert_true(is("{\"a\":[\"y\",\"x\",\"z\"]}", "a", "x"));
    assert_true(is("{\"a\":[null,{},[],1,\"x\"]}", "a", "x"));
    assert_true(is("{\"a\":[1,2]}", "a", "2"));
    assert_true(is("{\"a\":[true]}", "a", "true"));

    assert_false(is("{\"a\":[]}", "a", "x"));
    assert_false(is("{\"a\":[]}", "a", ""));
    assert_false(is("{\"a\":[\"y\"]}", "a", "x"));
    assert_false(is("{\"a\":[\"x,y\"]}", "a", "x"));
    assert_false(is("{\"a\":[\"x\",\"y\"]}", "a", "x,y"));
    assert_false(is("{\"a\":[[\"x\"]]}", "a", "x"));
    assert_false(is("{\"a\":[null]}", "a", "null"));
}


static void
an_object_matches_no_value(void **state)
{
    (void) state;

    assert_false(is("{\"a\":{\"x\":\"x\"}}", "a", "x"));
    assert_false(is("{\"a\":{}}", "a", "{}"));
    assert_false(is("{\"a\":{}}", "a", "~."));
    assert_false(is("{\"a\":{}}", "a", "!~x"));
    assert_false(is("{\"a\":[{}]}", "a", "!~x"));
    assert_false(is("{\"a\":[[]]}", "a", "!~x"));
}


static void
of_several_values_one_is_enough(void **state)
{
    (void) state;

    assert_true(is_both("{\"a\":\"x\"}", "a", "x", "y"));
    assert_true(is_both("{\"a\":\"y\"}", "a", "x", "y"));
    assert_false(is_both("{\"a\":\"z\"}", "a", "x", "y"));
    assert_true(is_both("{\"a\":[\"z\",\"y\"]}", "a", "x", "y"));
    assert_true(is_both("{\"a\":\"z9\"}", "a", "x", "~^z"));
    assert_false(is_both("{\"a\":\"w9\"}", "a", "x", "~^z"));
}


static void
an_expression_is_looked_for_in_the_text(void **state)
{
    (void) state;

    assert_true(is("{\"a\":\"anonymous\"}", "a", "~nony"));
    assert_true(is("{\"a\":\"anonymous\"}", "a", "~^anon"));
    assert_false(is("{\"a\":\"xanonymous\"}", "a", "~^anon"));
    assert_false(is("{\"a\":\"ANON\"}", "a", "~anon"));
    assert_true(is("{\"a\":\"ANON\"}", "a", "~*anon"));
    assert_true(is("{\"a\":42}", "a", "~^4"));
    assert_true(is("{\"a\":[\"x\",\"anon\"]}", "a", "~^anon$"));
    assert_false(is("{\"a\":[]}", "a", "~"));
    assert_false(is("{}", "a", "~"));
    assert_false(is("{\"a\":null}", "a", "~"));
    assert_true(is("{\"a\":\"\"}", "a", "~^$"));
}


static void
a_negated_value_wants_the_claim_and_no_match_in_it(void **state)
{
    (void) state;

    assert_true(is("{\"a\":\"bob\"}", "a", "!~^anon@"));
    assert_true(is("{\"a\":\"\"}", "a", "!~^anon@"));
    assert_true(is("{\"a\":7}", "a", "!~^anon@"));
    assert_false(is("{\"a\":\"anon@x\"}", "a", "!~^anon@"));
    assert_false(is("{}", "a", "!~^anon@"));
    assert_false(is("{\"a\":null}", "a", "!~^anon@"));
    assert_true(is("{\"a\":\"ANON@x\"}", "a", "!~^anon@"));
    assert_false(is("{\"a\":\"ANON@x\"}", "a", "!~*^anon@"));

    /* of an array none may match, wherever it stands */

    assert_true(is("{\"a\":[\"bob\",\"eve\"]}", "a", "!~anon"));
    assert_false(is("{\"a\":[\"anon\",\"bob\"]}", "a", "!~anon"));
    assert_false(is("{\"a\":[\"bob\",\"anon\"]}", "a", "!~anon"));
    assert_true(is("{\"a\":[]}", "a", "!~anon"));
    assert_false(is("{\"a\":[\"bob\",null]}", "a", "!~anon"));
}


static void
negated_and_plain_values_bind_together(void **state)
{
    (void) state;

    assert_true(is_both("{\"a\":\"bob\"}", "a", "!~anon", "!~eve"));
    assert_false(is_both("{\"a\":\"anon\"}", "a", "!~anon", "!~eve"));
    assert_false(is_both("{\"a\":\"eve\"}", "a", "!~anon", "!~eve"));

    assert_true(is_both("{\"a\":\"bob\"}", "a", "bob", "!~eve"));
    assert_false(is_both("{\"a\":\"tom\"}", "a", "bob", "!~eve"));
    assert_true(is_both("{\"a\":\"bob\"}", "a", "!~eve", "bob"));
    assert_false(is_both("{\"a\":\"tom\"}", "a", "!~eve", "bob"));
    assert_false(is_both("{\"a\":[\"bob\",\"eve\"]}", "a", "bob", "!~eve"));
    assert_false(is_both("{\"a\":[\"bob\",\"eve\"]}", "a", "!~eve", "bob"));
}


static void
an_expression_that_is_given_up_is_a_no_either_way(void **state)
{
    const char  *json;

    (void) state;

    json = "{\"a\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}";

    assert_false(is(json, "a", "~a"));
    assert_false(is(json, "a", "!~b"));
    assert_false(is_both(json, "a", "~a", "!~b"));
    assert_true(is("{\"a\":\"a\"}", "a", "~a"));
    assert_true(is("{\"a\":\"a\"}", "a", "!~b"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(a_prefix_tells_the_kind_of_a_value),
        unit_case(without_values_the_claim_is_to_be_there),
        unit_case(a_value_is_the_whole_text_of_a_scalar),
        unit_case(of_an_array_one_element_is_enough),
        unit_case(an_object_matches_no_value),
        unit_case(of_several_values_one_is_enough),
        unit_case(an_expression_is_looked_for_in_the_text),
        unit_case(a_negated_value_wants_the_claim_and_no_match_in_it),
        unit_case(negated_and_plain_values_bind_together),
        unit_case(an_expression_that_is_given_up_is_a_no_either_way)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
