/*
 * Rules are read as they are written, and what is wrong with one is named.
 */

#include "unit.h"
#include "njwt_policy_words.h"

#include <stdio.h>


#define MOST  8


typedef struct {
    bool               good;
    char               fault[256];
    njwt_slice_t       room[2 * MOST];
    njwt_scope_rule_t  rule;
    njwt_rule_value_t  values[MOST];
} result_t;


static size_t
words_of(const char *const *text, njwt_slice_t *words)
{
    size_t  n;

    for (n = 0; text[n] != NULL; n++) {
        assert_true(n < MOST);
        words[n] = unit_text(text[n]);
    }

    return n;
}


static void
say(result_t *r, const njwt_fault_t *fault)
{
    if (fault->what == NULL) {
        snprintf(r->fault, sizeof(r->fault), "%s", fault->rest);
        return;
    }

    snprintf(r->fault, sizeof(r->fault), "%s'%.*s'%s in '%.*s'%s%.*s",
             fault->what, (int) fault->word.len,
             (const char *) fault->word.data, fault->how,
             (int) fault->where.len, (const char *) fault->where.data,
             fault->rest, (int) fault->instead.len,
             (const char *) fault->instead.data);
}


static void
read_scopes(const char *const *text, result_t *r)
{
    size_t        n;
    njwt_fault_t  fault;
    njwt_slice_t  words[MOST];

    n = words_of(text, words);
    assert_true(njwt_scope_rule_room(words, n) <= unit_count(r->room));

    r->fault[0] = '\0';
    r->good = njwt_scope_rule_read(&r->rule, words, n, r->room, &fault);

    if (!r->good || njwt_scope_rule_doubt(&r->rule, &fault)) {
        say(r, &fault);
    }
}


static void
read_values(const char *const *text, result_t *r)
{
    size_t        n;
    njwt_fault_t  fault;
    njwt_slice_t  words[MOST];

    n = words_of(text, words);

    r->fault[0] = '\0';
    r->good = njwt_claim_rule_read(unit_text("claim"), r->values, words, n,
                                   &fault);

    if (!r->good) {
        say(r, &fault);
    }
}


#define words(...)  ((const char *const []) { __VA_ARGS__, NULL })

#define scopes_are(r, ...)  read_scopes(words(__VA_ARGS__), &r)
#define values_are(r, ...)  read_values(words(__VA_ARGS__), &r)


static void
scope_rules_are_read(void **state)
{
    result_t  r;

    (void) state;

    scopes_are(r, "a");
    assert_true(r.good);
    assert_true(r.rule.every_method);
    assert_false(r.rule.any);
    assert_int_equal(r.rule.scope_count, 1);
    assert_int_equal(r.rule.methods, 0);
    assert_int_equal(r.rule.other_count, 0);

    scopes_are(r, "methods=GET,PURGE,POST", "a:b", "match=any", "c");
    assert_true(r.good);
    assert_string_equal(r.fault, "");
    assert_false(r.rule.every_method);
    assert_true(r.rule.any);
    assert_int_equal(r.rule.scope_count, 2);
    assert_true(njwt_slice_equal(r.rule.scopes[0], unit_text("a:b")));
    assert_true(njwt_slice_equal(r.rule.scopes[1], unit_text("c")));
    assert_int_equal(r.rule.methods, njwt_method(unit_text("GET"))
                                     | njwt_method(unit_text("POST")));
    assert_int_equal(r.rule.other_count, 1);
    assert_true(njwt_slice_equal(r.rule.others[0], unit_text("PURGE")));

    /* what only begins as a parameter is a scope */

    scopes_are(r, "match", "methods", "Zmatch=", "zmethods=GET");
    assert_true(r.good);
    assert_int_equal(r.rule.scope_count, 4);
}


static void
there_is_room_for_all(void **state)
{
    njwt_slice_t  words[2];

    (void) state;

    words[0] = unit_text("methods=A,B,C");
    words[1] = unit_text("a");

    assert_true(njwt_scope_rule_room(words, 2) >= 2 + 3);
}


static void
wrong_scope_rules_say_why(void **state)
{
    size_t    i;
    result_t  r;

    static const struct {
        const char  *words[4];
        const char  *fault;
    } rules[] = {
        { { "methods=GET" }, "names no scope" },
        { { "a", "match=any", "match=any" }, "has \"match=any\" twice" },
        { { "a", "methods=GET", "methods=PUT" },
          "has \"methods=\" twice" },
        { { "a", "methods=GET,get" },
          "unknown method 'get' in 'methods=GET,get', write methods in upper "
          "case with commas between, as in methods=GET,POST" },
        { { "a", "methods=" },
          "unknown method '' in 'methods=', write methods in upper case with "
          "commas between, as in methods=GET,POST" },
        { { "a", "methods=GET," },
          "unknown method '' in 'methods=GET,', write methods in upper case "
          "with commas between, as in methods=GET,POST" },
        { { "a", "methods=GET,TRACE" },
          "the method 'TRACE' in 'methods=GET,TRACE' is answered by nginx "
          "itself, write the rule without it" },
        { { "a", "match=all" },
          "invalid parameter 'match=all' in '', write match=any, or leave it "
          "out for all of the scopes" },
        { { "a", "Match=any" },
          "invalid parameter 'Match=any' in '', write methods=GET,POST or "
          "match=any" },
        { { "a", "METHODS=GET" },
          "invalid parameter 'METHODS=GET' in '', write methods=GET,POST or "
          "match=any" },
        { { "a", "method=GET" },
          "invalid parameter 'method=GET' in '', write methods=GET,POST or "
          "match=any" },
        { { "a b" },
          "invalid scope 'a b' in '', a scope is printable ASCII without "
          "space, quote and backslash" },
        { { "a$" },
          "scope 'a$' with a \"$\" in '', which reads no variables: write "
          "the scope as the token has it, or \"jwt_require\" with a "
          "\"map\"" }
    };

    (void) state;

    for (i = 0; i < unit_count(rules); i++) {
        read_scopes(rules[i].words, &r);
        assert_false(r.good);
        assert_string_equal(r.fault, rules[i].fault);
    }

    /* a warning */

    scopes_are(r, "a", "b,c");
    assert_true(r.good);
    assert_string_equal(r.fault, "scope 'b,c' in '' is one scope with a comma "
                        "in it, write a blank between two");

    scopes_are(r, "a", "methods=GET", "POST");
    assert_true(r.good);
    assert_string_equal(r.fault, "scope 'POST' in '' is the name of a method, "
                        "write commas between methods, as in "
                        "methods=GET,POST");
}


static void
claim_rules_are_read(void **state)
{
    result_t  r;

    (void) state;

    values_are(r, "a", ">=3", "~^b", "!~*c$", "$", "9$", "=");
    assert_true(r.good);
    assert_int_equal(r.values[0].kind, NJWT_RULE_EQUAL);
    assert_int_equal(r.values[1].kind, NJWT_RULE_NOT_LESS);
    assert_int_equal(r.values[2].kind, NJWT_RULE_REGEX);
    assert_true(r.values[3].caseless);

    /* alone it is a value; variables may be in expressions */

    values_are(r, "eq");
    assert_true(r.good);
    values_are(r, "~$x");
    assert_true(r.good);
}


static void
wrong_claim_rules_say_why(void **state)
{
    result_t  r;

    (void) state;

    values_are(r, "a", ">x");
    assert_false(r.good);
    assert_non_null(strstr(r.fault, "invalid value '>x' in '', write "));
    assert_true(strlen(r.fault) > strlen("invalid value '>x' in '', write "));

    values_are(r, "==", "a");
    assert_false(r.good);
    assert_non_null(strstr(r.fault, "'==' is no operator in '', where each "
                                    "word behind the claim is a value, write "
                           ));

    values_are(r, "~");
    assert_false(r.good);
    assert_non_null(strstr(r.fault, "has an empty expression"));

    values_are(r, "$x");
    assert_false(r.good);
    assert_non_null(strstr(r.fault, "has a value with a variable in it"));
}


static void
a_claim_is_named(void **state)
{
    njwt_fault_t  fault;

    (void) state;

    assert_true(njwt_claim_rule_read(unit_text("/a/b~1c"), NULL, NULL, 0,
                                     &fault));
    assert_false(njwt_claim_rule_read(unit_text("/a~b"), NULL, NULL, 0,
                                      &fault));
    assert_string_equal(fault.what, "invalid claim ");
    assert_slice(fault.word, "/a~b");
    assert_false(njwt_claim_rule_read(unit_text(""), NULL, NULL, 0, &fault));
}


static void
the_words_of_a_binding_are_read_once_each(void **state)
{
    njwt_slice_t    words[NJWT_BINDING_WORDS];
    njwt_binding_t  binding;

    (void) state;

    memset(&binding, 0, sizeof(binding));
    assert_int_equal(njwt_binding_words(&binding, words), 0);

    assert_true(njwt_binding_read(&binding, unit_text("mtls")));
    assert_true(binding.mtls && !binding.dpop && !binding.required);
    assert_false(njwt_binding_read(&binding, unit_text("mtls")));
    assert_false(njwt_binding_read(&binding, unit_text("MTLS")));
    assert_false(njwt_binding_read(&binding, unit_text("off")));
    assert_false(njwt_binding_read(&binding, unit_text("")));
    assert_int_equal(njwt_binding_words(&binding, words), 1);
    assert_slice(words[0], "mtls");

    assert_true(njwt_binding_read(&binding, unit_text("required")));
    assert_true(njwt_binding_read(&binding, unit_text("dpop")));
    assert_true(binding.mtls && binding.dpop && binding.required);
    assert_int_equal(njwt_binding_words(&binding, words), 3);
    assert_slice(words[0], "dpop");
    assert_slice(words[2], "required");
}


static void
what_varies_is_no_issuer_and_no_audience(void **state)
{
    size_t  i;

    static const char *const  inexact[] = {
        "a$b", "*", "{a", "a}", "a b", "a\tb", "a\r", "\n"
    };

    (void) state;

    for (i = 0; i < unit_count(inexact); i++) {
        assert_false(njwt_issuer_exact(unit_text(inexact[i])));
        assert_int_equal(njwt_audience_exact(unit_text(inexact[i])), i > 0);
    }

    assert_true(njwt_issuer_exact(unit_text("https://a.example/(x)?y=%24")));
    assert_true(njwt_issuer_exact(unit_literal("a\0b")));
    assert_true(njwt_audience_exact(unit_literal("a\0 b")));
    assert_true(njwt_issuer_exact(unit_text("")));
}


static void
secrets_do_not_mix_with_public_keys(void **state)
{
    (void) state;

    assert_false(njwt_algorithms_mixed(0));
    assert_false(njwt_algorithms_mixed(NJWT_ALG_RS256 | NJWT_ALG_EDDSA));
    assert_false(njwt_algorithms_mixed(NJWT_ALGS_HMAC));
    assert_true(njwt_algorithms_mixed(NJWT_ALG_HS512 | NJWT_ALG_ES256));
}


static void
variables_are_seen(void **state)
{
    size_t  i;

    static const char *const  with[] = {
        "$a", "$Z", "a${b}", "$_", "$0", "$$9", "${"
    };
    static const char *const  without[] = {
        "", "$", "a$", "$-", "$ a", "$[", "$@", "$/", "$:", "a", "$$"
    };

    (void) state;

    for (i = 0; i < unit_count(with); i++) {
        assert_true(njwt_has_variable(unit_text(with[i])));
    }

    for (i = 0; i < unit_count(without); i++) {
        assert_false(njwt_has_variable(unit_text(without[i])));
    }
}


static void
two_bounds_are_no_range(void **state)
{
    size_t             i;
    result_t           r;
    njwt_claim_rule_t  rule;

    static const struct {
        const char  *words[3];
        bool         range;
    } rules[] = {
        { { ">1", "<5" }, true },
        { { "<=5", ">=1" }, true },
        { { ">=1", "<5" }, true },
        { { ">1", ">=5" }, false },
        { { "<1", "<=5" }, false },
        { { ">1", "5" }, false }
    };

    (void) state;

    memset(&rule, 0, sizeof(rule));

    for (i = 0; i < unit_count(rules); i++) {
        read_values(rules[i].words, &r);
        assert_true(r.good);

        rule.values = r.values;
        rule.value_count = 2;
        assert_int_equal(njwt_claim_rule_range(&rule), rules[i].range);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(scope_rules_are_read),
        unit_case(there_is_room_for_all),
        unit_case(wrong_scope_rules_say_why),
        unit_case(claim_rules_are_read),
        unit_case(wrong_claim_rules_say_why),
        unit_case(a_claim_is_named),
        unit_case(the_words_of_a_binding_are_read_once_each),
        unit_case(what_varies_is_no_issuer_and_no_audience),
        unit_case(secrets_do_not_mix_with_public_keys),
        unit_case(variables_are_seen),
        unit_case(two_bounds_are_no_range)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
