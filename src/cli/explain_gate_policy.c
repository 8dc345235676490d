/*
 * By which policy does the gate's location judge?
 */

#include "explain_gate.h"


/* The texts of a list, in memory of ours with room for more. */

static njwt_slice_t *
explain_texts(explain_t *e, njwt_value_t list, size_t more, size_t *count)
{
    size_t         i;
    njwt_slice_t  *texts;

    *count = njwt_json_length(list);
    texts = explain_alloc(e, (*count + more + 1) * sizeof(njwt_slice_t));

    for (i = 0; i < *count; i++) {
        texts[more + i] = njwt_json_string(njwt_json_element(list, i));
    }

    return texts;
}


static njwt_alg_t
explain_algs(njwt_value_t list)
{
    size_t        i;
    njwt_alg_t    alg, set;
    njwt_slice_t  name;

    set = 0;

    for (i = 0; i < njwt_json_length(list); i++) {
        name = njwt_json_string(njwt_json_element(list, i));
        alg = njwt_alg(name);

        if (alg == NJWT_ALG_UNKNOWN) {
            explain_die("the gate allows an algorithm that this jwt-explain "
                        "doesn't know: it is of another version");
        }

        set |= alg;
    }

    return set;
}


static void
explain_expected(explain_t *e, njwt_value_t status, njwt_expected_t *expected)
{
    njwt_value_t  audience, max_age;

    audience = njwt_json_member(status, explain_slice("audience"));
    max_age = njwt_json_member(status, explain_slice("max_age"));

    /* "audience off" is null, and said so: what isn't told allows nothing */

    expected->any_audience = njwt_json_type(audience) == NJWT_JSON_NULL;
    expected->audiences = explain_texts(e, audience, 0,
                                        &expected->audience_count);
    expected->leeway = njwt_json_number(explain_gate_need(status, "leeway",
                                                          NJWT_JSON_NUMBER));

    if (njwt_json_type(max_age) != NJWT_JSON_NULL) {
        expected->has_max_age = true;
        expected->max_age = njwt_json_number(
                                explain_gate_need(status, "max_age",
                                                  NJWT_JSON_NUMBER));
    }

    expected->profile = explain_gate_is(status, "profile", "rfc9068")
                        ? NJWT_PROFILE_RFC9068 : NJWT_PROFILE_ANY;
    expected->scope_claims = explain_texts(e,
                                 explain_gate_need(status, "scope_claims",
                                                   NJWT_JSON_ARRAY), 0,
                                 &expected->scope_claim_count);
}


static void
explain_block(explain_t *e, explain_block_t *block, njwt_slice_t name)
{
    size_t        i;
    njwt_value_t  all, status;

    all = explain_gate_need(e->asked->root, "issuers", NJWT_JSON_ARRAY);

    for (i = 0; i < njwt_json_length(all); i++) {
        status = njwt_json_element(all, i);

        if (!njwt_slice_equal(explain_gate_text(status, "name"), name)) {
            continue;
        }

        block->status = status;
        block->trust.name = name;
        block->trust.issuers = explain_texts(e,
                                   explain_gate_need(status, "issuer",
                                                     NJWT_JSON_ARRAY), 0,
                                   &block->trust.issuer_count);
        block->trust.algorithms = explain_algs(
                                      explain_gate_need(status, "algorithms",
                                                        NJWT_JSON_ARRAY));
        explain_expected(e, status, &block->trust.expected);
        return;
    }

    explain_die("the gate's location names a jwt_issuer that its status "
                "doesn't list");
}


static void
explain_blocks(explain_t *e)
{
    size_t           i;
    njwt_value_t     names;
    explain_gate_t  *gate;

    gate = e->asked;
    names = explain_gate_need(gate->location, "issuers", NJWT_JSON_ARRAY);
    gate->block_count = njwt_json_length(names);

    if (gate->block_count == 0) {
        explain_die("the gate's location names no jwt_issuer");
    }

    gate->blocks = explain_alloc(e, gate->block_count
                                    * sizeof(explain_block_t));
    e->trusted = explain_alloc(e, gate->block_count
                                  * sizeof(njwt_issuer_t *));

    for (i = 0; i < gate->block_count; i++) {
        explain_block(e, &gate->blocks[i],
                      njwt_json_string(njwt_json_element(names, i)));
        e->trusted[i] = &gate->blocks[i].trust;
    }

    e->issuer = e->trusted[0];
    e->policy.issuers = e->trusted;
    e->policy.issuer_count = gate->block_count;
}


static void
explain_scope_rules(explain_t *e)
{
    size_t              i, k;
    njwt_slice_t       *others;
    njwt_value_t        rules, rule, methods;
    njwt_scope_rule_t  *made;

    rules = explain_gate_need(e->asked->location, "scopes", NJWT_JSON_ARRAY);
    e->policy.scope_rule_count = njwt_json_length(rules);
    e->scope_rules = explain_alloc(e, (e->policy.scope_rule_count + 1)
                                      * sizeof(njwt_scope_rule_t));

    for (i = 0; i < e->policy.scope_rule_count; i++) {
        rule = njwt_json_element(rules, i);
        made = &e->scope_rules[i];
        made->scopes = explain_texts(e,
                                     explain_gate_need(rule, "scopes",
                                                       NJWT_JSON_ARRAY), 0,
                                     &made->scope_count);
        made->any = explain_gate_is(rule, "match", "any");
        methods = njwt_json_member(rule, explain_slice("methods"));
        made->every_method = njwt_json_type(methods) == NJWT_JSON_NULL;

        others = explain_alloc(e, (njwt_json_length(methods) + 1)
                                  * sizeof(njwt_slice_t));

        for (k = 0; k < njwt_json_length(methods); k++) {
            explain_method_add(made, others,
                               njwt_json_string(njwt_json_element(methods,
                                                                  k)));
        }
    }

    e->policy.scope_rules = e->scope_rules;
}


static void
explain_claim_rules(explain_t *e)
{
    size_t         i, n;
    njwt_value_t   rules, rule;
    njwt_slice_t  *words;

    rules = explain_gate_need(e->asked->location, "claims", NJWT_JSON_ARRAY);
    e->claim_rules = explain_alloc(e, (njwt_json_length(rules) + 1)
                                      * sizeof(njwt_claim_rule_t));

    for (i = 0; i < njwt_json_length(rules); i++) {
        rule = njwt_json_element(rules, i);
        words = explain_texts(e, explain_gate_need(rule, "values",
                                                   NJWT_JSON_ARRAY), 1, &n);
        words[0] = explain_gate_text(rule, "claim");
        explain_claim_words(e, words, n + 1, "jwt_require_claim");
    }

    e->policy.claim_rules = e->claim_rules;
}


/* A gate of before jwt_audience doesn't tell of any. */

static void
explain_audience_here(explain_t *e)
{
    size_t         count;
    njwt_value_t   audience;
    njwt_slice_t  *values;

    audience = njwt_json_member(e->asked->location,
                                explain_slice("audience"));
    values = explain_texts(e, audience, 0, &count);

    explain_audience(e, values, count);
}


void
explain_gate_policy(explain_t *e)
{
    explain_blocks(e);
    explain_scope_rules(e);
    explain_audience_here(e);
    explain_claim_rules(e);

    e->policy.max_token_size = explain_gate_number(e->asked->location,
                                                   "max_token_size");
}


void
explain_gate_place(explain_t *e)
{
    njwt_value_t  places;

    places = explain_gate_need(e->asked->location, "token", NJWT_JSON_ARRAY);

    if (e->header && !njwt_json_holds(places, explain_slice("bearer"))) {
        e->judged.presented.found = 0;
        e->judged.presented.token = explain_slice("");
    }
}


void
explain_gate_mode(explain_t *e)
{
    if (explain_gate_is(e->asked->location, "mode", "optional")) {
        e->verdict = njwt_verdict_optional(e->verdict, &e->judged);
    }
}
