/*
 * What does a location ask of a token, and does a grant cover it?
 */

#include "njwt_policy.h"

#include <string.h>


typedef struct {
    njwt_slice_t    name;
    njwt_methods_t  method;
} njwt_method_name_t;


static const njwt_method_name_t  njwt_methods[] = {
    { njwt_literal("GET"),       NJWT_METHOD_GET },
    { njwt_literal("HEAD"),      NJWT_METHOD_HEAD },
    { njwt_literal("POST"),      0x00000008u },
    { njwt_literal("PUT"),       0x00000010u },
    { njwt_literal("DELETE"),    0x00000020u },
    { njwt_literal("MKCOL"),     0x00000040u },
    { njwt_literal("COPY"),      0x00000080u },
    { njwt_literal("MOVE"),      0x00000100u },
    { njwt_literal("OPTIONS"),   0x00000200u },
    { njwt_literal("PROPFIND"),  0x00000400u },
    { njwt_literal("PROPPATCH"), 0x00000800u },
    { njwt_literal("LOCK"),      0x00001000u },
    { njwt_literal("UNLOCK"),    0x00002000u },
    { njwt_literal("PATCH"),     0x00004000u }
};

#define NJWT_METHOD_COUNT  (sizeof(njwt_methods) / sizeof(njwt_methods[0]))


njwt_methods_t
njwt_method(njwt_slice_t name)
{
    size_t  i;

    for (i = 0; i < NJWT_METHOD_COUNT; i++) {
        if (njwt_slice_equal(njwt_methods[i].name, name)) {
            return njwt_methods[i].method;
        }
    }

    return 0;
}


bool
njwt_method_names(njwt_arena_t *arena, njwt_methods_t methods,
    njwt_slice_t *out)
{
    size_t    i, len;
    uint8_t  *data;

    data = njwt_arena_alloc(arena, NJWT_METHOD_COUNT
                                   * (sizeof("PROPPATCH, ") - 1));
    if (data == NULL) {
        return false;
    }

    len = 0;

    for (i = 0; i < NJWT_METHOD_COUNT; i++) {
        if ((methods & njwt_methods[i].method) == 0) {
            continue;
        }

        if (len > 0) {
            data[len++] = ',';
            data[len++] = ' ';
        }

        memcpy(data + len, njwt_methods[i].name.data,
               njwt_methods[i].name.len);
        len += njwt_methods[i].name.len;
    }

    out->data = data;
    out->len = len;

    return true;
}


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


/* The methods that a rule binds: who may GET may HEAD. */

static njwt_methods_t
njwt_rule_methods(const njwt_scope_rule_t *rule)
{
    if ((rule->methods & NJWT_METHOD_GET) != 0) {
        return rule->methods | NJWT_METHOD_HEAD;
    }

    return rule->methods;
}


static bool
njwt_rule_applies(const njwt_scope_rule_t *rule, njwt_methods_t method)
{
    return rule->every_method || (njwt_rule_methods(rule) & method) != 0;
}


njwt_methods_t
njwt_policy_methods(const njwt_policy_t *policy)
{
    size_t          i;
    njwt_methods_t  methods;

    methods = 0;

    for (i = 0; i < policy->scope_rule_count; i++) {
        if (!policy->scope_rules[i].every_method) {
            methods |= njwt_rule_methods(&policy->scope_rules[i]);
        }
    }

    return methods;
}


bool
njwt_policy_method_allowed(const njwt_policy_t *policy, njwt_methods_t method)
{
    size_t  i;

    if ((njwt_policy_methods(policy) & method) != 0) {
        return true;
    }

    /* not by what is named: a rule that names nothing still means to bind */

    for (i = 0; i < policy->scope_rule_count; i++) {
        if (!policy->scope_rules[i].every_method) {
            return false;
        }
    }

    return true;
}


static bool
njwt_policy_grants(njwt_value_t granted, njwt_slice_t scope)
{
    njwt_slice_t  rest, word;

    if (njwt_json_type(granted) == NJWT_JSON_ARRAY) {
        return njwt_json_strings(granted) && njwt_json_holds(granted, scope);
    }

    rest = njwt_json_string(granted);

    while (njwt_slice_word(&rest, &word)) {
        if (njwt_slice_equal(word, scope)) {
            return true;
        }
    }

    return false;
}


static bool
njwt_rule_covered(const njwt_scope_rule_t *rule, njwt_value_t granted)
{
    size_t  i, covered;

    covered = 0;

    for (i = 0; i < rule->scope_count; i++) {
        if (njwt_policy_grants(granted, rule->scopes[i])) {
            covered++;
        }
    }

    return rule->any ? covered > 0
                     : covered == rule->scope_count && covered > 0;
}


bool
njwt_policy_granted(const njwt_policy_t *policy, njwt_methods_t method,
    const njwt_claims_t *claims)
{
    size_t                    i;
    njwt_value_t              granted;
    const njwt_scope_rule_t  *rule;

    static const njwt_slice_t  name = njwt_literal("scope");

    granted = njwt_claims_get(claims, name);

    for (i = 0; i < policy->scope_rule_count; i++) {
        rule = &policy->scope_rules[i];

        if (njwt_rule_applies(rule, method)
            && !njwt_rule_covered(rule, granted))
        {
            return false;
        }
    }

    return true;
}


/* Adds a scope to a text of scopes, unless it is one of its words. */

static void
njwt_policy_add_scope(njwt_slice_t *text, uint8_t *data, njwt_slice_t scope)
{
    njwt_slice_t  rest, word;

    rest = *text;

    while (njwt_slice_word(&rest, &word)) {
        if (njwt_slice_equal(word, scope)) {
            return;
        }
    }

    if (text->len > 0) {
        data[text->len++] = ' ';
    }

    memcpy(data + text->len, scope.data, scope.len);
    text->len += scope.len;
}


/* The room that all scopes of the policy take, a separator for each. */

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
    njwt_methods_t method, njwt_slice_t *out)
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

        if (!njwt_rule_applies(rule, method)) {
            continue;
        }

        for (k = 0; k < rule->scope_count; k++) {
            njwt_policy_add_scope(&text, data, rule->scopes[k]);
        }
    }

    *out = text;

    return true;
}
