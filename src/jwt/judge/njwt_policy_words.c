/*
 * The syntax of a location's rules and its errors, shared by the configuration
 * and jwt-explain.
 */

#include "njwt_policy_words.h"
#include "njwt_path.h"

#include <string.h>


static bool
njwt_fault(njwt_fault_t *fault, const char *what, njwt_slice_t word,
    const char *rest)
{
    memset(fault, 0, sizeof(njwt_fault_t));

    fault->what = what;
    fault->word = word;
    fault->how = "";
    fault->rest = rest;

    return false;
}


static bool
njwt_fault_whole(njwt_fault_t *fault, const char *rest)
{
    njwt_slice_t  none = { NULL, 0 };

    return njwt_fault(fault, NULL, none, rest);
}


bool
njwt_has_variable(njwt_slice_t text)
{
    size_t   i;
    uint8_t  c;

    for (i = 0; i + 1 < text.len; i++) {
        c = text.data[i + 1];

        if (text.data[i] == '$'
            && (c == '{' || c == '_' || (c >= '0' && c <= '9')
                || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')))
        {
            return true;
        }
    }

    return false;
}


size_t
njwt_scope_rule_room(const njwt_slice_t *words, size_t count)
{
    size_t  i, k, room;

    room = 2 * count;

    for (i = 0; i < count; i++) {
        for (k = 0; k < words[i].len; k++) {
            room += (words[i].data[k] == ',');
        }
    }

    return room;
}


/* One method: a bit if nginx has a name for it, otherwise its name. */

void
njwt_scope_rule_add(njwt_scope_rule_t *rule, njwt_slice_t *others,
    njwt_slice_t name)
{
    rule->others = others;

    if (njwt_method(name) != 0) {
        rule->methods |= njwt_method(name);
        return;
    }

    others[rule->other_count++] = name;
}


/* methods=GET,POST */

static bool
njwt_scope_rule_methods(njwt_scope_rule_t *rule, njwt_slice_t word,
    njwt_slice_t *others, njwt_fault_t *fault)
{
    njwt_slice_t  name, rest;

    if (!rule->every_method) {
        return njwt_fault_whole(fault, "has \"methods=\" twice");
    }

    rule->every_method = false;
    rest = njwt_slice_behind(word, sizeof("methods=") - 1);

    for ( ;; ) {
        name.data = rest.data;
        name.len = 0;

        while (name.len < rest.len && rest.data[name.len] != ',') {
            name.len++;
        }

        if (!njwt_method_valid(name)) {
            (void) njwt_fault(fault, "unknown method ", name,
                              ", write methods in upper case with commas "
                              "between, as in methods=GET,POST");
            fault->where = word;
            return false;
        }

        if (njwt_method_answered(name)) {
            (void) njwt_fault(fault, "the method ", name,
                              " is answered by nginx itself, write the rule "
                              "without it");
            fault->where = word;
            return false;
        }

        njwt_scope_rule_add(rule, others, name);

        if (name.len == rest.len) {
            return true;
        }

        rest = njwt_slice_behind(rest, name.len + 1);
    }
}


static bool
njwt_scope_rule_scope(njwt_slice_t word, njwt_fault_t *fault)
{
    if (njwt_slice_starts(word, njwt_slice("match="))) {
        return njwt_fault(fault, "invalid parameter ", word,
                          ", write match=any, or leave it out for all of the "
                          "scopes");
    }

    /* a misspelt parameter would become a scope that no token has */

    if (njwt_slice_starts_nocase(word, njwt_slice("method="))
        || njwt_slice_starts_nocase(word, njwt_slice("methods="))
        || njwt_slice_starts_nocase(word, njwt_slice("match=")))
    {
        return njwt_fault(fault, "invalid parameter ", word,
                          ", write methods=GET,POST or match=any");
    }

    if (!njwt_scope_valid(word)) {
        return njwt_fault(fault, "invalid scope ", word,
                          ", a scope is printable ASCII without space, quote "
                          "and backslash");
    }

    if (memchr(word.data, '$', word.len) != NULL) {
        (void) njwt_fault(fault, "scope ", word,
                          ", which reads no variables: write the scope as the "
                          "token has it, or \"jwt_require\" with a \"map\"");
        fault->how = " with a \"$\"";
        return false;
    }

    return true;
}


bool
njwt_scope_rule_read(njwt_scope_rule_t *rule, const njwt_slice_t *words,
    size_t count, njwt_slice_t *room, njwt_fault_t *fault)
{
    size_t        i;
    njwt_slice_t  word;

    memset(rule, 0, sizeof(njwt_scope_rule_t));
    rule->every_method = true;
    rule->scopes = room;

    for (i = 0; i < count; i++) {
        word = words[i];

        if (njwt_slice_starts(word, njwt_slice("methods="))) {
            if (!njwt_scope_rule_methods(rule, word, room + count, fault)) {
                return false;
            }

            continue;
        }

        if (njwt_slice_equal(word, njwt_slice("match=any"))) {
            if (rule->any) {
                return njwt_fault_whole(fault, "has \"match=any\" twice");
            }

            rule->any = true;
            continue;
        }

        if (!njwt_scope_rule_scope(word, fault)) {
            return false;
        }

        room[rule->scope_count++] = word;
    }

    return rule->scope_count > 0
           || njwt_fault_whole(fault, "names no scope");
}


bool
njwt_scope_rule_doubt(const njwt_scope_rule_t *rule, njwt_fault_t *warning)
{
    size_t        i;
    njwt_slice_t  scope;

    for (i = 0; i < rule->scope_count; i++) {
        scope = rule->scopes[i];

        if (memchr(scope.data, ',', scope.len) != NULL) {
            (void) njwt_fault(warning, "scope ", scope,
                              " is one scope with a comma in it, write a "
                              "blank between two");
            return true;
        }

        if (njwt_method(scope) != 0) {
            (void) njwt_fault(warning, "scope ", scope,
                              " is the name of a method, write commas between "
                              "methods, as in methods=GET,POST");
            return true;
        }
    }

    return false;
}


static bool
njwt_claim_rule_value(njwt_rule_value_t *value, njwt_slice_t word,
    njwt_fault_t *fault)
{
    njwt_slice_t  instead;

    *value = njwt_rule_value(word);

    if (njwt_rule_value_fault(value, &instead)) {
        (void) njwt_fault(fault, "invalid value ", word, ", write ");
        fault->instead = instead;
        return false;
    }

    if (njwt_rule_value_regex(value)) {
        return value->text.len > 0
               || njwt_fault_whole(fault, "has an empty expression, write one "
                                          "behind \"~\"");
    }

    return !njwt_has_variable(value->text)
           || njwt_fault_whole(fault, "has a value with a variable in it, "
                                      "which is compared as it stands: write "
                                      "\"jwt_require\" with a \"map\"");
}


bool
njwt_claim_rule_read(njwt_slice_t claim, njwt_rule_value_t *values,
    const njwt_slice_t *words, size_t count, njwt_fault_t *fault)
{
    size_t        i;
    njwt_slice_t  instead;

    if (!njwt_path_valid(claim)) {
        return njwt_fault(fault, "invalid claim ", claim,
                          ", write its name, or a JSON Pointer as in /org/id");
    }

    /* would a user of another module's rules read these words differently? */

    if (count > 1 && njwt_rule_operator(words[0], &instead)) {
        (void) njwt_fault(fault, "", words[0],
                          ", where each word behind the claim is a value, "
                          "write ");
        fault->how = " is no operator";
        fault->instead = instead;
        return false;
    }

    for (i = 0; i < count; i++) {
        if (!njwt_claim_rule_value(&values[i], words[i], fault)) {
            return false;
        }
    }

    return true;
}


bool
njwt_claim_rule_range(const njwt_claim_rule_t *rule)
{
    bool              above, below;
    size_t            i;
    njwt_rule_kind_t  kind;

    above = false;
    below = false;

    for (i = 0; i < rule->value_count; i++) {
        kind = rule->values[i].kind;

        above |= (kind == NJWT_RULE_GREATER || kind == NJWT_RULE_NOT_LESS);
        below |= (kind == NJWT_RULE_LESS || kind == NJWT_RULE_NOT_GREATER);
    }

    return above && below;
}


static const struct {
    njwt_slice_t  word;
    size_t        offset;        /* of a bool */
} njwt_binding_table[NJWT_BINDING_WORDS] = {
    { njwt_literal("dpop"), offsetof(njwt_binding_t, dpop) },
    { njwt_literal("mtls"), offsetof(njwt_binding_t, mtls) },
    { njwt_literal("required"), offsetof(njwt_binding_t, required) }
};


bool
njwt_binding_read(njwt_binding_t *binding, njwt_slice_t word)
{
    bool    *flag;
    size_t   i;

    for (i = 0; i < NJWT_BINDING_WORDS; i++) {
        flag = (bool *) ((uint8_t *) binding + njwt_binding_table[i].offset);

        if (njwt_slice_equal(word, njwt_binding_table[i].word)) {
            if (*flag) {
                return false;
            }

            *flag = true;
            return true;
        }
    }

    return false;
}


size_t
njwt_binding_words(const njwt_binding_t *binding,
    njwt_slice_t words[NJWT_BINDING_WORDS])
{
    size_t  i, count;

    count = 0;

    for (i = 0; i < NJWT_BINDING_WORDS; i++) {
        if (*(const bool *) ((const uint8_t *) binding
                             + njwt_binding_table[i].offset))
        {
            words[count++] = njwt_binding_table[i].word;
        }
    }

    return count;
}


static bool
njwt_value_without(njwt_slice_t value, const char *characters)
{
    size_t  i;

    for (i = 0; i < value.len; i++) {
        if (value.data[i] != '\0'
            && strchr(characters, value.data[i]) != NULL)
        {
            return false;
        }
    }

    return true;
}


bool
njwt_issuer_exact(njwt_slice_t value)
{
    return njwt_value_without(value, "$*{} \t\r\n");
}


bool
njwt_audience_exact(njwt_slice_t value)
{
    return njwt_value_without(value, "$");
}


bool
njwt_algorithms_mixed(njwt_alg_t algorithms)
{
    return (algorithms & NJWT_ALGS_HMAC) && (algorithms & ~NJWT_ALGS_HMAC);
}
