/*
 * A claim satisfies a rule when it should, and never otherwise.
 */

#define _POSIX_C_SOURCE  200809L

#include "unit.h"
#include "njwt_number.h"
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

        if (njwt_rule_value_regex(&list[i])) {
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
    answer = njwt_rule_check(&unit_arena, &rule, root) == NJWT_RULE_HOLDS;
    assert_false(unit_arena.failed);

    for (i = 0; i < count; i++) {
        if (njwt_rule_value_regex(&list[i])) {
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
    char               whole[32];
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
        { "!~ *a",   NJWT_RULE_NOT_REGEX, false, " *a" },
        { ">3",      NJWT_RULE_GREATER,   false, "3" },
        { ">=3",     NJWT_RULE_NOT_LESS,  false, "3" },
        { "<-3",     NJWT_RULE_LESS,      false, "-3" },
        { "<=3",     NJWT_RULE_NOT_GREATER, false, "3" },
        { ">",       NJWT_RULE_GREATER,   false, "" },
        { "> =3",    NJWT_RULE_GREATER,   false, " =3" },
        { "=>3",     NJWT_RULE_EQUAL,     false, "=>3" },
        { "!>3",     NJWT_RULE_EQUAL,     false, "!>3" }
    };

    (void) state;

    for (i = 0; i < unit_count(values); i++) {
        value = njwt_rule_value(unit_text(values[i].text));
        assert_for(value.kind == values[i].kind, values[i].text);
        assert_for(value.caseless == values[i].caseless, values[i].text);
        assert_null(value.regex);
        assert_slice(value.text, values[i].rest);
        snprintf(whole, sizeof(whole), "%.*s%s",
                 (int) njwt_rule_prefix(&value).len,
                 (const char *) njwt_rule_prefix(&value).data,
                 values[i].rest);
        assert_string_equal(whole, values[i].text);
    }
}


static void
a_bound_is_a_number_and_an_expression_has_no_limit_of_its_own(void **state)
{
    size_t             i;
    njwt_slice_t       instead;
    njwt_rule_value_t  value;

    static const char  *const  good[] = {
        "", "x", "3", ">3", ">=-0.5", "<1e9", "<=0", "~x", "!~*x",
        "~LIMIT_MATCH", "(*LIMIT_MATCH=9)"
    };

    static const char  *const  bad[] = {
        ">", ">=", "<", "<=", ">x", "> 3", ">03", ">+3", ">3 ", ">.5", ">5.",
        ">1e", ">0x10", ">Infinity", "<NaN", "<1,5", ">-", ">--1", ">=\"3\"",
        "~(*LIMIT_MATCH=99999)x", "!~(*UTF)(*LIMIT_MATCH=99999)x"
    };

    (void) state;

    for (i = 0; i < unit_count(good); i++) {
        value = njwt_rule_value(unit_text(good[i]));
        assert_for(!njwt_rule_value_fault(&value, &instead), good[i]);
    }

    for (i = 0; i < unit_count(bad); i++) {
        value = njwt_rule_value(unit_text(bad[i]));
        assert_for(njwt_rule_value_fault(&value, &instead), bad[i]);
        assert_for(instead.len > 0, bad[i]);
    }
}


static void
an_operator_of_other_modules_is_known(void **state)
{
    size_t        i;
    njwt_slice_t  instead = { NULL, 0 };

    static const char  *const  words[] = {
        "eq", "ne", "gt", "ge", "lt", "le", "in", "nin", "any", "all",
        "intersect", "==", "!=", "=", ">", ">=", "<", "<="
    };

    (void) state;

    for (i = 0; i < unit_count(words); i++) {
        assert_for(njwt_rule_operator(unit_text(words[i]), &instead),
                   words[i]);
        assert_for(instead.len > 0, words[i]);
    }

    assert_false(njwt_rule_operator(unit_text("EQ"), &instead));
    assert_false(njwt_rule_operator(unit_text("admin"), &instead));
    assert_false(njwt_rule_operator(unit_text(">3"), &instead));
    assert_false(njwt_rule_operator(unit_text(""), &instead));
}


static void
numbers_compare_by_their_value(void **state)
{
    (void) state;

    assert_true(is("{\"a\":4}", "a", ">3"));
    assert_false(is("{\"a\":3}", "a", ">3"));
    assert_true(is("{\"a\":3}", "a", ">=3"));
    assert_false(is("{\"a\":2}", "a", ">=3"));
    assert_true(is("{\"a\":2}", "a", "<3"));
    assert_false(is("{\"a\":3}", "a", "<3"));
    assert_true(is("{\"a\":3}", "a", "<=3"));
    assert_false(is("{\"a\":4}", "a", "<=3"));
    assert_true(is("{\"a\":10}", "a", ">9"));
    assert_true(is("{\"a\":3.0}", "a", ">=3"));
    assert_true(is("{\"a\":-4}", "a", "<-3"));

    /* another type has no value to compare */

    assert_false(is("{\"a\":\"4\"}", "a", ">3"));
    assert_false(is("{\"a\":true}", "a", ">0"));
    assert_false(is("{\"a\":null}", "a", ">=0"));

    /* what is compared with no number isn't the same as it */

    assert_false(is("{\"a\":0}", "a", ">=x"));
    assert_false(is("{\"a\":0}", "a", "<="));
    assert_false(is("{\"a\":{\"a\":4}}", "a", ">3"));
    assert_false(is("{}", "a", "<3"));

    /* of an array one element is enough */

    assert_true(is("{\"a\":[1,\"9\",4]}", "a", ">3"));
    assert_false(is("{\"a\":[1,\"9\",[9],3]}", "a", ">3"));
    assert_false(is("{\"a\":[]}", "a", ">3"));

    /* one of several values, expressions among them */

    assert_true(is_both("{\"a\":\"admin\"}", "a", "admin", ">3"));
    assert_true(is_both("{\"a\":4}", "a", "admin", ">3"));
    assert_false(is_both("{\"a\":2}", "a", "admin", ">3"));
    assert_false(is_both("{\"a\":4}", "a", ">3", "!~4"));
    assert_true(is_both("{\"a\":5}", "a", ">3", "!~4"));

    /* who makes a rule without looking makes one that never holds */

    assert_false(is("{\"a\":4}", "a", ">"));
    assert_false(is("{\"a\":4}", "a", "<x"));
}


/* How do two numbers compare?  -1, 0, 1; 9: not at all. */

static int
order(const char *a, const char *b)
{
    int  result, back;

    if (!njwt_number_compare(unit_text(a), unit_text(b), &result)) {
        return 9;
    }

    assert_true(njwt_number_compare(unit_text(b), unit_text(a), &back));
    assert_int_equal((result > 0) - (result < 0), (back < 0) - (back > 0));

    return (result > 0) - (result < 0);
}


static void
numbers_compare_to_the_last_digit(void **state)
{
    (void) state;

    assert_int_equal(order("9007199254740993", "9007199254740992"), 1);
    assert_int_equal(order("9007199254740993", "9007199254740993.0"), 0);
    assert_int_equal(order("0.1", "0.10000000000000001"), -1);
    assert_int_equal(order("123456789012345678901234567890",
                           "123456789012345678901234567891"), -1);
    assert_int_equal(order("1e3", "1000"), 0);
    assert_int_equal(order("1E+3", "999.999"), 1);
    assert_int_equal(order("1000e-3", "1"), 0);
    assert_int_equal(order("0.001e3", "1"), 0);
    assert_int_equal(order("12.50", "125e-1"), 0);
    assert_int_equal(order("12.5", "12.49"), 1);
    assert_int_equal(order("0.05", "0.5"), -1);
    assert_int_equal(order("100", "99"), 1);
    assert_int_equal(order("10", "100"), -1);

    /* zero has no sign and no exponent */

    assert_int_equal(order("0", "-0"), 0);
    assert_int_equal(order("0e99", "-0.000e-99"), 0);
    assert_int_equal(order("0", "1e-400"), -1);
    assert_int_equal(order("0", "-1e-400"), 1);
    assert_int_equal(order("1e-400", "2e-400"), -1);

    /* signs */

    assert_int_equal(order("-1", "1"), -1);
    assert_int_equal(order("-2", "-1"), -1);
    assert_int_equal(order("-0.5", "-0.25"), -1);
    assert_int_equal(order("-1e2", "-1e1"), -1);

    /* an exponent of any length ends somewhere */

    assert_int_equal(order("1e-99999999999999999999999", "0"), 1);
    assert_int_equal(order("1e-99999999999999999999999", "1e-9"), -1);
    assert_int_equal(order("1e99999999999999999999999", "1e9"), 1);

    assert_int_equal(order("", "1"), 9);
    assert_int_equal(order("1", "x"), 9);
    assert_int_equal(order("01", "1"), 9);
}


/* an expression that counts how often it is looked for */

static size_t  looked;


static njwt_regex_result_t
counting(void *regex, njwt_slice_t text)
{
    looked++;

    return (text.len > 4) ? NJWT_REGEX_BROKEN
           : (text.len > 0 && text.data[0] == *(char *) regex)
             ? NJWT_REGEX_FOUND : NJWT_REGEX_NOT_FOUND;
}


static size_t
looks(njwt_rule_result_t want, const char *json, const char *one,
    const char *two)
{
    njwt_rule_value_t  list[2];
    njwt_claim_rule_t  rule;

    memset(&rule, 0, sizeof(rule));
    list[0] = njwt_rule_value(unit_text(one));
    list[1] = njwt_rule_value(unit_text(two != NULL ? two : ""));
    list[0].regex = (void *) list[0].text.data;
    list[1].regex = (void *) list[1].text.data;
    rule.claim = unit_text("a");
    rule.values = list;
    rule.value_count = two != NULL ? 2 : 1;
    rule.match = counting;
    looked = 0;
    assert_int_equal(njwt_rule_check(&unit_arena, &rule,
                                     njwt_json_object(&unit_arena,
                                                      unit_text(json))),
                     want);
    return looked;
}


/* An array of so many elements, all "y". */

static const char *
array(size_t count)
{
    char    *text;
    size_t   i, at;

    text = njwt_arena_alloc(&unit_arena, count * 4 + 32);
    at = (size_t) sprintf(text, "{\"a\":[");

    for (i = 0; i < count; i++) {
        at += (size_t) sprintf(text + at, "%s\"y\"", i > 0 ? "," : "");
    }

    sprintf(text + at, "]}");

    return text;
}


static void
an_expression_is_tried_last_and_no_more_than_needed(void **state)
{
    (void) state;

    assert_int_equal(looks(NJWT_RULE_HOLDS, "{\"a\":\"x\"}", "~x", NULL), 1);
    assert_int_equal(looks(NJWT_RULE_HOLDS, "{\"a\":\"x\"}", "x", "~x"), 0);
    assert_int_equal(looks(NJWT_RULE_HOLDS, "{\"a\":\"x\"}", "~x", "x"), 0);
    assert_int_equal(looks(NJWT_RULE_HOLDS, "{\"a\":4}", "~x", ">3"), 0);
    assert_int_equal(looks(NJWT_RULE_FAILS, "{\"a\":\"y\"}", "x", "~x"), 1);
    assert_int_equal(looks(NJWT_RULE_FAILS, "{\"a\":\"y\"}", "x", "!~x"), 0);
    assert_int_equal(looks(NJWT_RULE_FAILS, "{}", "~x", "!~x"), 0);
    assert_int_equal(looks(NJWT_RULE_HOLDS, "{\"a\":[\"x\",\"x\"]}", "~x",
                           "~y"), 1);

    /* the first that gives up is the last */

    assert_int_equal(looks(NJWT_RULE_GAVE_UP, "{\"a\":\"xxxxx\"}", "~x",
                           "~y"), 1);
    assert_int_equal(looks(NJWT_RULE_GAVE_UP, "{\"a\":[\"yyyyy\",\"x\"]}",
                           "~x", NULL), 1);
    assert_int_equal(looks(NJWT_RULE_GAVE_UP, "{\"a\":\"xxxxx\"}", "!~y",
                           "!~z"), 1);
    assert_int_equal(looks(NJWT_RULE_HOLDS, "{\"a\":[\"x\",\"yyyyy\"]}",
                           "~x", NULL), 1);
}


static void
an_array_is_tried_up_to_a_number_of_texts(void **state)
{
    (void) state;

    assert_int_equal(looks(NJWT_RULE_FAILS, array(NJWT_RULE_MATCHES), "~x",
                           NULL), NJWT_RULE_MATCHES);
    assert_int_equal(looks(NJWT_RULE_GAVE_UP, array(NJWT_RULE_MATCHES + 1),
                           "~x", NULL), NJWT_RULE_MATCHES);
    assert_int_equal(looks(NJWT_RULE_HOLDS, array(NJWT_RULE_MATCHES), "!~x",
                           NULL), NJWT_RULE_MATCHES);
    assert_int_equal(looks(NJWT_RULE_GAVE_UP, array(NJWT_RULE_MATCHES + 1),
                           "!~x", NULL), NJWT_RULE_MATCHES);

    /* of all expressions of the rule together */

    assert_int_equal(looks(NJWT_RULE_GAVE_UP, array(NJWT_RULE_MATCHES - 1),
                           "~x", "~z"), NJWT_RULE_MATCHES);
    assert_int_equal(looks(NJWT_RULE_GAVE_UP, array(NJWT_RULE_MATCHES - 1),
                           "!~x", "!~z"), NJWT_RULE_MATCHES);

    /* what needs no expression is compared in all of it */

    assert_int_equal(looks(NJWT_RULE_FAILS, array(2 * NJWT_RULE_MATCHES), "x",
                           NULL), 0);
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
        unit_case(a_bound_is_a_number_and_an_expression_has_no_limit_of_its_own),
        unit_case(an_operator_of_other_modules_is_known),
        unit_case(numbers_compare_by_their_value),
        unit_case(numbers_compare_to_the_last_digit),
        unit_case(an_expression_is_tried_last_and_no_more_than_needed),
        unit_case(an_array_is_tried_up_to_a_number_of_texts),
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
