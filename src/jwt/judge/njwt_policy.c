/*
 * A location's policy: what it requires of a token.
 */

#include "njwt_policy.h"

#include <string.h>


bool
njwt_scope_valid(njwt_slice_t scope)
{
    size_t   i;
    uint8_t  c;

    for (i = 0; i < scope.len; i++) {
        c = scope.data[i];

        if (c <= 0x20 || c >= 0x7f || c == '"' || c == '\\') {
            return false;
        }
    }

    return scope.len > 0;
}


static bool
njwt_scope_rule_number(njwt_scope_rule_t *rule, njwt_predicates_t *predicates)
{
    size_t                i, number;
    njwt_predicate_set_t  required;

    memset(&required, 0, sizeof(njwt_predicate_set_t));

    for (i = 0; i < rule->scope_count; i++) {
        if (!njwt_predicates_add_scope(predicates, rule->scopes[i], &number)) {
            return false;
        }

        njwt_predicate_set_add(&required, number);
    }

    rule->required = required;
    rule->indexed = true;

    return true;
}


void
njwt_policy_index(njwt_policy_t *policy, njwt_scope_rule_t *rules,
    njwt_claim_rule_t *claim_rules, njwt_predicates_t *predicates)
{
    bool    all;
    size_t  i;

    all = true;

    /*
     * an index from another set of predicates would refer to another question
     */

    for (i = 0; i < policy->scope_rule_count; i++) {
        rules[i].indexed = false;
        all = njwt_scope_rule_number(&rules[i], predicates) && all;
    }

    for (i = 0; i < policy->claim_rule_count; i++) {
        claim_rules[i].indexed =
            njwt_predicates_add_rule(predicates, &claim_rules[i],
                                     &claim_rules[i].number);
        all = claim_rules[i].indexed && all;
    }

    if (policy->audience != NULL) {
        policy->audience->indexed = njwt_predicates_add_rule(predicates,
                                         policy->audience,
                                         &policy->audience->number);
        all = policy->audience->indexed && all;
    }

    policy->predicates = predicates;
    policy->indexed = all;
}


njwt_issuer_t *
njwt_policy_issuer(const njwt_policy_t *policy, const njwt_payload_t *payload)
{
    size_t          i;
    njwt_issuer_t  *issuer;

    for (i = 0; i < policy->issuer_count; i++) {
        issuer = policy->issuers[i];

        if (njwt_payload_issued_by(payload, issuer->issuers,
                                   issuer->issuer_count))
        {
            return issuer;
        }
    }

    return NULL;
}


/* The methods that a rule applies to: one for GET includes HEAD. */

static njwt_methods_t
njwt_scope_rule_methods(const njwt_scope_rule_t *rule)
{
    if ((rule->methods & NJWT_METHOD_GET) != 0) {
        return rule->methods | NJWT_METHOD_HEAD;
    }

    return rule->methods;
}


/* A method without a bit of nginx's is compared by name, case-sensitively. */

static bool
njwt_scope_rule_names(const njwt_scope_rule_t *rule, njwt_method_t method)
{
    size_t  i;

    if ((method.bit & NJWT_METHOD_NAMED) != 0) {
        return (njwt_scope_rule_methods(rule) & method.bit) != 0;
    }

    for (i = 0; i < rule->other_count; i++) {
        if (njwt_slice_equal(rule->others[i], method.name)) {
            return true;
        }
    }

    return false;
}


static bool
njwt_scope_rule_applies(const njwt_scope_rule_t *rule, njwt_method_t method)
{
    return rule->every_method || njwt_scope_rule_names(rule, method);
}


njwt_methods_t
njwt_policy_methods(const njwt_policy_t *policy)
{
    size_t          i;
    njwt_methods_t  methods;

    methods = 0;

    for (i = 0; i < policy->scope_rule_count; i++) {
        if (!policy->scope_rules[i].every_method) {
            methods |= njwt_scope_rule_methods(&policy->scope_rules[i]);
        }
    }

    return methods;
}


/*
 * Appends a name to a list with that separator, unless it is there already.
 * The list has room for it.
 */

static void
njwt_policy_add(njwt_slice_t *list, uint8_t *data, njwt_slice_t separator,
    njwt_slice_t name)
{
    njwt_slice_t  rest, word;

    rest = *list;

    while (njwt_slice_word(&rest, &word)) {
        /* of ", " the comma is a part of the word */

        word.len -= word.data[word.len - 1] == separator.data[0];

        if (njwt_slice_equal(word, name)) {
            return;
        }
    }

    if (list->len > 0) {
        memcpy(data + list->len, separator.data, separator.len);
        list->len += separator.len;
    }

    memcpy(data + list->len, name.data, name.len);
    list->len += name.len;
}


/* The given methods, and the others that some rules name. */

static bool
njwt_policy_names(njwt_arena_t *arena, njwt_methods_t methods,
    const njwt_scope_rule_t *rules, size_t count, njwt_slice_t *out)
{
    size_t         i, k, size;
    uint8_t       *data;
    njwt_slice_t   named, text;

    static const njwt_slice_t  separator = njwt_literal(", ");

    if (!njwt_method_names(arena, methods, &named)) {
        return false;
    }

    size = named.len;

    for (i = 0; i < count; i++) {
        for (k = 0; k < rules[i].other_count; k++) {
            size += separator.len + rules[i].others[k].len;
        }
    }

    text.len = named.len;
    text.data = data = njwt_arena_alloc(arena, size);

    if (data == NULL) {
        return false;
    }

    memcpy(data, named.data, named.len);

    for (i = 0; i < count; i++) {
        for (k = 0; k < rules[i].other_count; k++) {
            njwt_policy_add(&text, data, separator, rules[i].others[k]);
        }
    }

    *out = text;

    return true;
}


bool
njwt_policy_allow(njwt_arena_t *arena, const njwt_policy_t *policy,
    njwt_slice_t *out)
{
    return njwt_policy_names(arena, njwt_policy_methods(policy),
                             policy->scope_rules, policy->scope_rule_count,
                             out);
}


bool
njwt_scope_rule_allow(njwt_arena_t *arena, const njwt_scope_rule_t *rule,
    njwt_slice_t *out)
{
    return njwt_policy_names(arena, rule->methods, rule, 1, out);
}


bool
njwt_policy_method_allowed(const njwt_policy_t *policy, njwt_method_t method)
{
    bool    any;
    size_t  i;

    any = true;

    /*
     * the number of names doesn't count: an empty methods= is a restriction,
     * too
     */

    for (i = 0; i < policy->scope_rule_count; i++) {

        if (policy->scope_rules[i].every_method) {
            continue;
        }

        if (njwt_scope_rule_names(&policy->scope_rules[i], method)) {
            return true;
        }

        any = false;
    }

    return any;
}


/* By the predicates of a token from the cache, otherwise by its scopes. */

static bool
njwt_scope_rule_covered(const njwt_scope_rule_t *rule,
    const njwt_predicate_set_t *predicates, njwt_value_t granted)
{
    size_t  i, covered;

    if (predicates != NULL && rule->indexed) {
        return rule->any ? njwt_predicate_set_any(predicates, &rule->required)
                         : rule->scope_count > 0
                           && njwt_predicate_set_all(predicates,
                                                     &rule->required);
    }

    covered = 0;

    for (i = 0; i < rule->scope_count; i++) {
        if (njwt_scopes_grant(granted, rule->scopes[i])) {
            covered++;
        }
    }

    return rule->any ? covered > 0
                     : covered == rule->scope_count && covered > 0;
}


bool
njwt_policy_scopes_answered(const njwt_policy_t *policy,
    njwt_method_t method, const njwt_claims_t *claims)
{
    size_t                    i;
    const njwt_scope_rule_t  *rule;

    for (i = 0; i < policy->scope_rule_count; i++) {
        rule = &policy->scope_rules[i];

        if (njwt_scope_rule_applies(rule, method)
            && (njwt_claims_predicates(claims) == NULL || !rule->indexed))
        {
            return false;
        }
    }

    return true;
}


bool
njwt_policy_granted(njwt_arena_t *arena, const njwt_policy_t *policy,
    const njwt_expected_t *expected, njwt_method_t method,
    const njwt_claims_t *claims)
{
    size_t                       i;
    njwt_value_t                 granted;
    const njwt_predicate_set_t  *predicates;
    const njwt_scope_rule_t     *rule;

    predicates = njwt_claims_predicates(claims);
    granted = njwt_scopes_find(arena, njwt_claims_root(claims),
                               expected->scope_claims,
                               expected->scope_claim_count);

    for (i = 0; i < policy->scope_rule_count; i++) {
        rule = &policy->scope_rules[i];

        if (njwt_scope_rule_applies(rule, method)
            && !njwt_scope_rule_covered(rule, predicates, granted))
        {
            return false;
        }
    }

    /* without memory the wrong claim may have been taken for the scopes */

    return !arena->failed;
}


static bool
njwt_claim_rule_answered(const njwt_claim_rule_t *rule,
    const njwt_answers_t *answers)
{
    return rule->indexed && njwt_answers_known(answers, rule->number);
}


bool
njwt_policy_claims_answered(const njwt_policy_t *policy,
    const njwt_answers_t *answers)
{
    size_t                    i;
    const njwt_claim_rule_t  *rule;

    for (i = 0; i < policy->claim_rule_count; i++) {
        rule = &policy->claim_rules[i];

        if (!njwt_claim_rule_answered(rule, answers)) {
            return false;
        }

        if (!njwt_answers_yes(answers, rule->number)) {
            return true;
        }
    }

    return true;
}


/* By the answer that is known, otherwise by the claims, which adds one. */

static njwt_rule_result_t
njwt_claim_rule_ask(njwt_arena_t *arena, const njwt_claim_rule_t *rule,
    const njwt_claims_t *claims, njwt_answers_t *answers)
{
    njwt_rule_result_t  result;

    if (njwt_claim_rule_answered(rule, answers)) {
        return njwt_answers_yes(answers, rule->number)
               ? NJWT_RULE_HOLDS : NJWT_RULE_FAILS;
    }

    result = njwt_rule_check(arena, rule, njwt_claims_root(claims));

    /* without memory a claim may have been missed, so this is no answer */

    if (arena->failed) {
        return NJWT_RULE_FAILS;
    }

    if (rule->indexed) {
        njwt_answers_add(answers, rule->number, result == NJWT_RULE_HOLDS);
    }

    return result;
}


void
njwt_policy_audience_rule(njwt_claim_rule_t *rule, njwt_rule_value_t *values,
    const njwt_slice_t *audiences, size_t count)
{
    size_t  i;

    memset(rule, 0, sizeof(njwt_claim_rule_t));

    for (i = 0; i < count; i++) {
        memset(&values[i], 0, sizeof(njwt_rule_value_t));

        values[i].kind = NJWT_RULE_EQUAL;
        values[i].text = audiences[i];
    }

    rule->claim = njwt_slice("aud");
    rule->values = values;
    rule->value_count = count;
}


bool
njwt_policy_audience_answered(const njwt_policy_t *policy,
    const njwt_answers_t *answers)
{
    return policy->audience == NULL
           || njwt_claim_rule_answered(policy->audience, answers);
}


bool
njwt_policy_audience(njwt_arena_t *arena, const njwt_policy_t *policy,
    const njwt_claims_t *claims, njwt_answers_t *answers)
{
    return policy->audience == NULL
           || njwt_claim_rule_ask(arena, policy->audience, claims, answers)
              == NJWT_RULE_HOLDS;
}


njwt_rule_result_t
njwt_policy_claims(njwt_arena_t *arena, const njwt_policy_t *policy,
    const njwt_claims_t *claims, njwt_answers_t *answers,
    const njwt_claim_rule_t **broken)
{
    size_t              i;
    njwt_rule_result_t  result;

    *broken = NULL;

    for (i = 0; i < policy->claim_rule_count; i++) {
        result = njwt_claim_rule_ask(arena, &policy->claim_rules[i], claims,
                                     answers);

        if (result != NJWT_RULE_HOLDS) {
            *broken = &policy->claim_rules[i];
            return result;
        }
    }

    return NJWT_RULE_HOLDS;
}


/*
 * The room that all scopes of the policy need, a separator included for each.
 */

static size_t
njwt_policy_scopes_size(const njwt_policy_t *policy)
{
    size_t                    i, k, size;
    const njwt_scope_rule_t  *rule;

    size = 0;

    for (i = 0; i < policy->scope_rule_count; i++) {
        rule = &policy->scope_rules[i];

        for (k = 0; k < rule->scope_count; k++) {
            size += rule->scopes[k].len + 1;
        }
    }

    return size;
}


bool
njwt_policy_scopes_needed(njwt_arena_t *arena, const njwt_policy_t *policy,
    njwt_method_t method, njwt_slice_t *out)
{
    size_t                    i, k;
    uint8_t                  *data;
    njwt_slice_t              text;
    const njwt_scope_rule_t  *rule;

    data = njwt_arena_alloc(arena, njwt_policy_scopes_size(policy));

    if (data == NULL) {
        return false;
    }

    text.data = data;
    text.len = 0;

    for (i = 0; i < policy->scope_rule_count; i++) {
        rule = &policy->scope_rules[i];

        if (!njwt_scope_rule_applies(rule, method)) {
            continue;
        }

        for (k = 0; k < rule->scope_count; k++) {
            njwt_policy_add(&text, data, njwt_slice(" "), rule->scopes[k]);
        }
    }

    *out = text;

    return true;
}
