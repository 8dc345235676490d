/*
 * Whether a token grants what a location requires.
 */

#include "unit_token.h"
#include "njwt_policy.h"


#define POST    0x00000008u
#define PUT     0x00000010u
#define DELETE  0x00000020u
#define PATCH   0x00004000u
#define EVERY   0xffffffffu

/* nginx's bit for a method that it doesn't know */
#define UNKNOWN 0x00000001u


static njwt_slice_t       rule_scopes[8][4];
static njwt_scope_rule_t  rules[8];
static njwt_policy_t      policy;
static njwt_expected_t    expected;


static void
no_rules(void)
{
    memset(&policy, 0, sizeof(policy));
    memset(rules, 0, sizeof(rules));
    policy.scope_rules = rules;
}


/* methods EVERY: a rule without methods= */

static void
add_rule(const char *scopes, bool any, njwt_methods_t methods)
{
    size_t              i;
    njwt_slice_t        rest, word;
    njwt_scope_rule_t  *rule;

    i = policy.scope_rule_count++;
    rule = &rules[i];
    rest = unit_text(scopes);

    while (njwt_slice_word(&rest, &word)) {
        rule_scopes[i][rule->scope_count++] = word;
    }

    rule->scopes = rule_scopes[i];
    rule->any = any;
    rule->every_method = methods == EVERY;
    rule->methods = methods == EVERY ? 0 : methods;
}


static njwt_method_t
method_of(njwt_methods_t bit)
{
    njwt_method_t  method = { 0, { NULL, 0 } };

    method.bit = bit;

    return method;
}


static bool
granted(njwt_methods_t method, const char *payload)
{
    return njwt_policy_granted(&unit_arena, &policy, &expected,
                               method_of(method),
                               unit_claims(payload));
}


static bool
allowed(njwt_methods_t method)
{
    return njwt_policy_method_allowed(&policy, method_of(method));
}


static njwt_slice_t
needed(njwt_methods_t method)
{
    njwt_slice_t  out = { NULL, 0 };

    assert_true(njwt_policy_scopes_needed(&unit_arena, &policy, method_of(method),
                                          &out));
    return out;
}


static njwt_slice_t
names(njwt_methods_t methods)
{
    njwt_slice_t  out = { NULL, 0 };

    assert_true(njwt_method_names(&unit_arena, methods, &out));

    return out;
}


static void
without_rules_everything_is_granted(void **state)
{
    (void) state;

    no_rules();
    assert_true(allowed(NJWT_METHOD_GET));
    assert_true(allowed(UNKNOWN));
    assert_true(granted(NJWT_METHOD_GET, "{}"));
    assert_int_equal(njwt_policy_methods(&policy), 0);
    assert_slice(needed(NJWT_METHOD_GET), "");
}


static void
all_scopes_of_a_rule_are_needed(void **state)
{
    (void) state;

    no_rules();
    add_rule("a b", false, EVERY);

    assert_true(granted(POST, "{\"scope\":\"a b\"}"));
    assert_true(granted(POST, "{\"scope\":\"x b y a z\"}"));
    assert_false(granted(POST, "{\"scope\":\"a\"}"));
    assert_false(granted(POST, "{\"scope\":\"b\"}"));
    assert_false(granted(POST, "{\"scope\":\"a a\"}"));
    assert_false(granted(POST, "{\"scope\":\"\"}"));
    assert_false(granted(POST, "{}"));
}


static void
one_scope_is_enough_with_match_any(void **state)
{
    (void) state;

    no_rules();
    add_rule("a b", true, EVERY);

    assert_true(granted(POST, "{\"scope\":\"a\"}"));
    assert_true(granted(POST, "{\"scope\":\"b\"}"));
    assert_true(granted(POST, "{\"scope\":\"a b\"}"));
    assert_false(granted(POST, "{\"scope\":\"c\"}"));
    assert_false(granted(POST, "{\"scope\":\"\"}"));
    assert_false(granted(POST, "{}"));
}


static void
a_rule_without_scopes_is_never_covered(void **state)
{
    (void) state;

    no_rules();
    add_rule("", false, EVERY);
    assert_false(granted(POST, "{\"scope\":\"a\"}"));

    no_rules();
    add_rule("", true, EVERY);
    assert_false(granted(POST, "{\"scope\":\"a\"}"));
}


static void
every_rule_that_applies_must_hold(void **state)
{
    (void) state;

    no_rules();
    add_rule("a", false, EVERY);
    add_rule("b c", true, EVERY);
    add_rule("d", false, POST);

    assert_true(granted(NJWT_METHOD_GET, "{\"scope\":\"a b\"}"));
    assert_true(granted(POST, "{\"scope\":\"a c d\"}"));
    assert_false(granted(POST, "{\"scope\":\"a b\"}"));
    assert_false(granted(POST, "{\"scope\":\"a d\"}"));
    assert_false(granted(POST, "{\"scope\":\"b d\"}"));
    assert_false(granted(NJWT_METHOD_GET, "{\"scope\":\"a\"}"));
}


static void
a_rule_binds_the_methods_that_it_names(void **state)
{
    (void) state;

    no_rules();
    add_rule("r", false, NJWT_METHOD_GET);
    add_rule("w", false, POST | PUT);

    assert_true(granted(NJWT_METHOD_GET, "{\"scope\":\"r\"}"));
    assert_false(granted(NJWT_METHOD_GET, "{\"scope\":\"w\"}"));
    assert_true(granted(POST, "{\"scope\":\"w\"}"));
    assert_true(granted(PUT, "{\"scope\":\"w\"}"));
    assert_false(granted(PUT, "{\"scope\":\"r\"}"));
}


static void
get_covers_head_but_head_does_not_cover_get(void **state)
{
    (void) state;

    no_rules();
    add_rule("r", false, NJWT_METHOD_GET);
    assert_true(allowed(NJWT_METHOD_HEAD));
    assert_true(granted(NJWT_METHOD_HEAD, "{\"scope\":\"r\"}"));
    assert_false(granted(NJWT_METHOD_HEAD, "{\"scope\":\"x\"}"));
    assert_int_equal(njwt_policy_methods(&policy),
                     NJWT_METHOD_GET | NJWT_METHOD_HEAD);
    assert_slice(needed(NJWT_METHOD_HEAD), "r");

    no_rules();
    add_rule("r", false, NJWT_METHOD_HEAD);
    assert_true(allowed(NJWT_METHOD_HEAD));
    assert_false(allowed(NJWT_METHOD_GET));
    assert_int_equal(njwt_policy_methods(&policy), NJWT_METHOD_HEAD);

    /* a rule for HEAD comes on top of the one for GET */

    no_rules();
    add_rule("r", false, NJWT_METHOD_GET);
    add_rule("h", false, NJWT_METHOD_HEAD);
    assert_true(granted(NJWT_METHOD_GET, "{\"scope\":\"r\"}"));
    assert_false(granted(NJWT_METHOD_HEAD, "{\"scope\":\"r\"}"));
    assert_false(granted(NJWT_METHOD_HEAD, "{\"scope\":\"h\"}"));
    assert_true(granted(NJWT_METHOD_HEAD, "{\"scope\":\"h r\"}"));
}


static void
a_method_that_no_rule_names_is_refused_once_one_does(void **state)
{
    (void) state;

    no_rules();
    add_rule("r", false, NJWT_METHOD_GET);

    assert_true(allowed(NJWT_METHOD_GET));
    assert_false(allowed(POST));
    assert_false(allowed(DELETE));
    assert_false(allowed(PATCH));
    assert_false(allowed(UNKNOWN));
    assert_false(allowed(0));
    assert_false(allowed(0x80000000u));
}


static void
a_rule_without_methods_names_none(void **state)
{
    (void) state;

    no_rules();
    add_rule("a", false, EVERY);
    assert_true(allowed(POST));
    assert_true(allowed(UNKNOWN));
    assert_false(granted(UNKNOWN, "{}"));
    assert_int_equal(njwt_policy_methods(&policy), 0);

    add_rule("r", false, NJWT_METHOD_GET);
    assert_true(allowed(NJWT_METHOD_GET));
    assert_false(allowed(POST));
    assert_int_equal(njwt_policy_methods(&policy),
                     NJWT_METHOD_GET | NJWT_METHOD_HEAD);
}


static njwt_method_t
named(const char *name)
{
    njwt_method_t  method;

    /* nginx's bit for a method that it has no name for */

    method = njwt_method_of(unit_text(name));
    method.bit |= method.bit == 0;

    return method;
}


static njwt_slice_t
allow(void)
{
    njwt_slice_t  out = { NULL, 0 };

    assert_true(njwt_policy_allow(&unit_arena, &policy, &out));

    return out;
}


static void
a_method_that_nginx_has_no_name_for_has_its_own(void **state)
{
    njwt_slice_t  text;

    static const njwt_slice_t  others[] = {
        njwt_literal("REPORT"), njwt_literal("PURGE")
    };

    static const njwt_slice_t  again[] = {
        njwt_literal("PURGE"), njwt_literal("X-REPORT")
    };

    (void) state;

    no_rules();
    add_rule("r", false, NJWT_METHOD_GET);
    rules[0].others = others;
    rules[0].other_count = 2;

    assert_true(njwt_policy_method_allowed(&policy, named("GET")));
    assert_true(njwt_policy_method_allowed(&policy, named("HEAD")));
    assert_true(njwt_policy_method_allowed(&policy, named("REPORT")));
    assert_true(njwt_policy_method_allowed(&policy, named("PURGE")));
    assert_false(njwt_policy_method_allowed(&policy, named("POST")));
    assert_false(njwt_policy_method_allowed(&policy, named("BREW")));
    assert_false(njwt_policy_method_allowed(&policy, named("REPOR")));
    assert_false(njwt_policy_method_allowed(&policy, named("REPORTS")));
    assert_false(njwt_policy_method_allowed(&policy, named("report")));
    assert_false(njwt_policy_method_allowed(&policy, named("")));
    assert_false(allowed(UNKNOWN));
    assert_slice(allow(), "GET, HEAD, REPORT, PURGE");
    assert_true(njwt_scope_rule_allow(&unit_arena, &rules[0], &text));
    assert_slice(text, "GET, REPORT, PURGE");

    /* its rule alone binds it */

    add_rule("w", false, POST);
    rules[1].others = others;
    rules[1].other_count = 2;
    assert_slice(allow(), "GET, HEAD, POST, REPORT, PURGE");

    rules[1].others = again;
    rules[1].other_count = 2;
    assert_slice(allow(), "GET, HEAD, POST, REPORT, PURGE, X-REPORT");
    assert_true(njwt_policy_granted(&unit_arena, &policy, &expected,
                                    named("REPORT"),
                                    unit_claims("{\"scope\":\"r\"}")));
    assert_false(njwt_policy_granted(&unit_arena, &policy, &expected,
                                     named("REPORT"),
                                     unit_claims("{\"scope\":\"w\"}")));
    assert_false(njwt_policy_granted(&unit_arena, &policy, &expected,
                                     named("PURGE"),
                                     unit_claims("{\"scope\":\"r\"}")));
    assert_true(njwt_policy_granted(&unit_arena, &policy, &expected,
                                    named("PURGE"),
                                    unit_claims("{\"scope\":\"r w\"}")));
    assert_true(njwt_policy_scopes_needed(&unit_arena, &policy,
                                          named("PURGE"), &text));
    assert_slice(text, "r w");

    /* a name doesn't stand for a method that has a bit */

    assert_false(njwt_policy_method_allowed(&policy, (njwt_method_t) {
                                                0x20, unit_text("PURGE") }));

    /* only such: no method with a bit is named */

    no_rules();
    add_rule("r", false, 0);
    rules[0].others = others;
    rules[0].other_count = 1;
    assert_slice(allow(), "REPORT");
    assert_false(njwt_policy_method_allowed(&policy, named("GET")));
    assert_true(njwt_policy_method_allowed(&policy, named("REPORT")));
}


static void
a_method_is_a_token_in_capitals(void **state)
{
    size_t  i;

    static const char  *const  good[] = {
        "GET", "REPORT", "M-SEARCH", "VERSION-CONTROL", "A", "X_Y", "V2"
    };

    static const char  *const  bad[] = {
        "", "get", "Get", "GEt", "GET ", " GET", "GET,POST", "GE T", "*",
        "-GET", "1GET", "a", "~A", "GET(", "G/T", "G\tT", "G\"T", "G\xc3\x84"
    };

    (void) state;

    for (i = 0; i < unit_count(good); i++) {
        assert_for(njwt_method_valid(unit_text(good[i])), good[i]);
    }

    for (i = 0; i < unit_count(bad); i++) {
        assert_for(!njwt_method_valid(unit_text(bad[i])), bad[i]);
    }

    assert_true(njwt_method_answered(unit_text("TRACE")));
    assert_true(njwt_method_answered(unit_text("CONNECT")));
    assert_false(njwt_method_answered(unit_text("OPTIONS")));
}


/* A rule that nobody filled must not open the location. */

static void
a_rule_that_names_no_method_refuses_them_all(void **state)
{
    (void) state;

    no_rules();
    add_rule("a", false, 0);

    assert_false(allowed(NJWT_METHOD_GET) && granted(NJWT_METHOD_GET, "{}"));
    assert_false(allowed(POST) && granted(POST, "{}"));
}


static void
scopes_are_separated_by_spaces_only(void **state)
{
    (void) state;

    no_rules();
    add_rule("a", false, EVERY);

    assert_true(granted(POST, "{\"scope\":\"a b\"}"));
    assert_true(granted(POST, "{\"scope\":\"  b   a  \"}"));
    assert_false(granted(POST, "{\"scope\":\"a\\tb\"}"));
    assert_false(granted(POST, "{\"scope\":\"a\\nb\"}"));
    assert_false(granted(POST, "{\"scope\":\"a,b\"}"));
    assert_false(granted(POST, "{\"scope\":\"a\\u00a0b\"}"));
    assert_false(granted(POST, "{\"scope\":\"a\\u0000\"}"));
    assert_false(granted(POST, "{\"scope\":\"a\\u0000 b\"}"));
}


static void
a_scope_is_matched_whole_and_in_its_case(void **state)
{
    (void) state;

    no_rules();
    add_rule("read:timesheets", false, EVERY);

    assert_true(granted(POST, "{\"scope\":\"read:timesheets\"}"));
    assert_true(granted(POST, "{\"scope\":\"x read:timesheets y\"}"));
    assert_false(granted(POST, "{\"scope\":\"Read:timesheets\"}"));
    assert_false(granted(POST, "{\"scope\":\"read:timesheet\"}"));
    assert_false(granted(POST, "{\"scope\":\"read:timesheetsX\"}"));
    assert_false(granted(POST, "{\"scope\":\"xread:timesheets\"}"));
    assert_false(granted(POST, "{\"scope\":\"read:*\"}"));
    assert_false(granted(POST, "{\"scope\":\"*\"}"));
    assert_false(granted(POST, "{\"scope\":\"read: timesheets\"}"));
}


static void
an_array_of_strings_grants_its_elements_unsplit(void **state)
{
    (void) state;

    no_rules();
    add_rule("a b", false, EVERY);

    assert_true(granted(POST, "{\"scope\":[\"a\",\"b\"]}"));
    assert_true(granted(POST, "{\"scope\":[\"x\",\"b\",\"a\"]}"));
    assert_false(granted(POST, "{\"scope\":[\"a b\"]}"));
    assert_false(granted(POST, "{\"scope\":[\"a\"]}"));
    assert_false(granted(POST, "{\"scope\":[\"a\",\"b \"]}"));
    assert_false(granted(POST, "{\"scope\":[]}"));
    assert_false(granted(POST, "{\"scope\":[\"a\",\"b\",1]}"));
    assert_false(granted(POST, "{\"scope\":[\"a\",\"b\",null]}"));
    assert_false(granted(POST, "{\"scope\":[[\"a\",\"b\"]]}"));
}


static void
another_type_grants_nothing(void **state)
{
    (void) state;

    no_rules();
    add_rule("1", false, EVERY);

    assert_true(granted(POST, "{\"scope\":\"1\"}"));
    assert_false(granted(POST, "{\"scope\":1}"));
    assert_false(granted(POST, "{\"scope\":true}"));
    assert_false(granted(POST, "{\"scope\":null}"));
    assert_false(granted(POST, "{\"scope\":{\"1\":\"1\"}}"));
    assert_false(granted(POST, "{\"scope\":{\"1\":true}}"));
    assert_false(granted(POST, "{\"Scope\":\"1\"}"));
    assert_false(granted(POST, "{\"scp\":\"1\",\"permissions\":[\"1\"]}"));
}


static bool
claims_hold(const char *payload)
{
    bool                      answer;
    njwt_answers_t            answers;
    const njwt_claim_rule_t  *broken;

    memset(&answers, 0, sizeof(answers));
    answer = njwt_policy_claims(&unit_arena, &policy, unit_claims(payload),
                                &answers, &broken)
             == NJWT_RULE_HOLDS;
    assert_true(answer == (broken == NULL));
    assert_false(unit_arena.failed);

    return answer;
}


static void
every_claim_rule_must_hold(void **state)
{
    njwt_claim_rule_t  claim_rules[3];
    njwt_rule_value_t  x[1], y[2];

    (void) state;

    no_rules();
    assert_true(claims_hold("{}"));

    memset(claim_rules, 0, sizeof(claim_rules));
    x[0] = njwt_rule_value(unit_text("x"));
    y[0] = njwt_rule_value(unit_text("y"));
    y[1] = njwt_rule_value(unit_text("z"));
    claim_rules[0].claim = unit_text("a");
    claim_rules[0].values = x;
    claim_rules[0].value_count = 1;
    claim_rules[1].claim = unit_text("/b/c");
    claim_rules[1].values = y;
    claim_rules[1].value_count = 2;
    claim_rules[2].claim = unit_text("d");
    policy.claim_rules = claim_rules;
    policy.claim_rule_count = 3;

    assert_true(claims_hold("{\"a\":\"x\",\"b\":{\"c\":\"z\"},\"d\":0}"));
    assert_false(claims_hold("{\"b\":{\"c\":\"z\"},\"d\":0}"));
    assert_false(claims_hold("{\"a\":\"y\",\"b\":{\"c\":\"z\"},\"d\":0}"));
    assert_false(claims_hold("{\"a\":\"x\",\"b\":{\"c\":\"x\"},\"d\":0}"));
    assert_false(claims_hold("{\"a\":\"x\",\"b\":{},\"d\":0}"));
    assert_false(claims_hold("{\"a\":\"x\",\"b\":{\"c\":\"z\"}}"));
    assert_false(claims_hold("{\"a\":\"x\",\"b\":{\"c\":\"z\"},"
                             "\"d\":null}"));

    /* the rules of one location are not asked elsewhere */

    policy.claim_rule_count = 1;
    assert_true(claims_hold("{\"a\":\"x\"}"));
}


static void
scopes_are_looked_for_where_the_issuer_says(void **state)
{
    njwt_slice_t  names[2];

    (void) state;

    no_rules();
    add_rule("a", false, EVERY);

    names[0] = unit_text("permissions");
    names[1] = unit_text("scope");
    expected.scope_claims = names;
    expected.scope_claim_count = 2;

    assert_true(granted(POST, "{\"permissions\":[\"a\"]}"));
    assert_true(granted(POST, "{\"scope\":\"a\"}"));
    assert_true(granted(POST, "{\"permissions\":[\"a\"],\"scope\":\"b\"}"));
    assert_false(granted(POST, "{\"permissions\":[],\"scope\":\"a\"}"));
    assert_false(granted(POST, "{\"permissions\":7,\"scope\":\"a\"}"));

    memset(&expected, 0, sizeof(expected));
    assert_false(granted(POST, "{\"permissions\":[\"a\"]}"));
}


static void
a_403_names_the_scopes_in_their_order_once_each(void **state)
{
    (void) state;

    no_rules();
    add_rule("c a", false, EVERY);
    add_rule("w", false, POST);
    add_rule("b a", true, NJWT_METHOD_GET);
    add_rule("c d", false, EVERY);

    assert_slice(needed(NJWT_METHOD_GET), "c a b d");
    assert_slice(needed(NJWT_METHOD_HEAD), "c a b d");
    assert_slice(needed(POST), "c a w d");
    assert_slice(needed(DELETE), "c a d");

    /* a part of another is a scope of its own */

    no_rules();
    add_rule("read read:all all", false, EVERY);
    add_rule("ad l", false, EVERY);
    assert_slice(needed(POST), "read read:all all ad l");
}


static void
the_scopes_named_are_at_most_what_the_rules_hold(void **state)
{
    (void) state;

    no_rules();
    add_rule("l", false, DELETE);
    assert_slice(needed(POST), "");
    assert_slice(needed(DELETE), "l");
}


static void
allow_names_the_methods_in_a_fixed_order(void **state)
{
    (void) state;

    assert_slice(names(0), "");
    assert_slice(names(UNKNOWN), "");
    assert_slice(names(NJWT_METHOD_GET), "GET");
    assert_slice(names(POST | NJWT_METHOD_GET | NJWT_METHOD_HEAD),
                 "GET, HEAD, POST");
    assert_slice(names(DELETE | PATCH), "DELETE, PATCH");
    assert_slice(names(EVERY),
                 "GET, HEAD, POST, PUT, DELETE, MKCOL, COPY, MOVE, OPTIONS, "
                 "PROPFIND, PROPPATCH, LOCK, UNLOCK, PATCH");
}


static void
methods_are_nginxs_own_in_exactly_their_case(void **state)
{
    size_t          i;
    njwt_slice_t    all, name;
    njwt_methods_t  seen, method;

    static const char  *const  unknown[] = {
        "", "get", "Get", "GET ", " GET", "GETT", "GE", "TRACE", "CONNECT",
        "QUERY", "BREW", "*", "GET,HEAD"
    };

    (void) state;

    for (i = 0; i < unit_count(unknown); i++) {
        assert_for(njwt_method(unit_text(unknown[i])) == 0, unknown[i]);
    }

    assert_int_equal(njwt_method(unit_text("GET")), NJWT_METHOD_GET);
    assert_int_equal(njwt_method(unit_text("HEAD")), NJWT_METHOD_HEAD);
    assert_int_equal(njwt_method(unit_text("POST")), POST);
    assert_int_equal(njwt_method(unit_text("PATCH")), PATCH);

    /* each name stands for a bit of its own, which has that name */

    all = names(EVERY);
    seen = 0;

    while (njwt_slice_word(&all, &name)) {
        if (name.data[name.len - 1] == ',') {
            name.len--;
        }

        method = njwt_method(name);
        assert_int_not_equal(method, 0);
        assert_int_equal(method & (method - 1), 0);
        assert_int_equal(seen & method, 0);
        assert_true(njwt_slice_equal(names(method), name));
        seen |= method;
    }

    assert_int_equal(seen, 0x7ffe);
}


/* 1*( %x21 / %x23-5B / %x5D-7E ) */

static void
a_scope_has_the_characters_of_rfc_6749(void **state)
{
    unsigned  c;
    uint8_t   text[3];

    (void) state;

    assert_false(njwt_scope_valid(unit_text("")));
    assert_true(njwt_scope_valid(unit_text("read:timesheets")));
    assert_true(njwt_scope_valid(unit_text("https://x/y#z?a='b'")));
    assert_false(njwt_scope_valid(unit_text("read timesheets")));

    for (c = 0; c < 256; c++) {
        memcpy(text, "aba", 3);
        text[1] = (uint8_t) c;
        assert_int_equal(njwt_scope_valid(unit_bytes(text, 3)),
                         c == 0x21 || (c >= 0x23 && c <= 0x5b)
                         || (c >= 0x5d && c <= 0x7e));
    }
}


static void
the_issuer_is_the_one_whose_iss_the_payload_has(void **state)
{
    njwt_slice_t            first[1], second[2];
    njwt_issuer_t           a, b;
    njwt_issuer_t          *issuers[2] = { &a, &b };

    (void) state;

    no_rules();
    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    first[0] = unit_text("https://a/");
    second[0] = unit_text("https://b/");
    second[1] = unit_text("https://custom/");
    a.issuers = first;
    a.issuer_count = 1;
    b.issuers = second;
    b.issuer_count = 2;
    policy.issuers = issuers;
    policy.issuer_count = 2;

    assert_ptr_equal(njwt_policy_issuer(&policy,
                     unit_payload("{\"iss\":\"https://a/\"}")), &a);
    assert_ptr_equal(njwt_policy_issuer(&policy,
                     unit_payload("{\"iss\":\"https://b/\"}")), &b);
    assert_ptr_equal(njwt_policy_issuer(&policy,
                     unit_payload("{\"iss\":\"https://custom/\"}")), &b);
    assert_null(njwt_policy_issuer(&policy,
                                   unit_payload("{\"iss\":\"https://c/\"}")));
    assert_null(njwt_policy_issuer(&policy, unit_payload("{}")));

    policy.issuer_count = 0;
    assert_null(njwt_policy_issuer(&policy,
                                   unit_payload("{\"iss\":\"https://a/\"}")));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(without_rules_everything_is_granted),
        unit_case(all_scopes_of_a_rule_are_needed),
        unit_case(one_scope_is_enough_with_match_any),
        unit_case(a_rule_without_scopes_is_never_covered),
        unit_case(every_rule_that_applies_must_hold),
        unit_case(a_rule_binds_the_methods_that_it_names),
        unit_case(get_covers_head_but_head_does_not_cover_get),
        unit_case(a_method_that_no_rule_names_is_refused_once_one_does),
        unit_case(a_rule_without_methods_names_none),
        unit_case(a_method_that_nginx_has_no_name_for_has_its_own),
        unit_case(a_method_is_a_token_in_capitals),
        unit_case(a_rule_that_names_no_method_refuses_them_all),
        unit_case(scopes_are_separated_by_spaces_only),
        unit_case(a_scope_is_matched_whole_and_in_its_case),
        unit_case(an_array_of_strings_grants_its_elements_unsplit),
        unit_case(another_type_grants_nothing),
        unit_case(every_claim_rule_must_hold),
        unit_case(scopes_are_looked_for_where_the_issuer_says),
        unit_case(a_403_names_the_scopes_in_their_order_once_each),
        unit_case(the_scopes_named_are_at_most_what_the_rules_hold),
        unit_case(allow_names_the_methods_in_a_fixed_order),
        unit_case(methods_are_nginxs_own_in_exactly_their_case),
        unit_case(a_scope_has_the_characters_of_rfc_6749),
        unit_case(the_issuer_is_the_one_whose_iss_the_payload_has)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
