/*
 * Is a claim what a rule asks?
 *
 * What can't be told is a no: an expression that the library gives up on
 * satisfies neither itself nor its negation.
 */

#include "njwt_rule.h"
#include "njwt_path.h"


njwt_rule_value_t
njwt_rule_value(njwt_slice_t text)
{
    size_t             i;
    njwt_rule_value_t  value = { NJWT_RULE_EQUAL, false, { NULL, 0 }, NULL };

    value.text = text;
    i = (text.len > 0 && text.data[0] == '!') ? 1 : 0;

    if (text.len <= i || text.data[i] != '~') {
        return value;
    }

    value.kind = (i == 0) ? NJWT_RULE_REGEX : NJWT_RULE_NOT_REGEX;
    i++;

    if (i < text.len && text.data[i] == '*') {
        value.caseless = true;
        i++;
    }

    value.text.data += i;
    value.text.len -= i;

    return value;
}


/* Is this one text what the value asks?  For a negated one: is it not? */

static bool
njwt_rule_text_matches(const njwt_claim_rule_t *rule,
    const njwt_rule_value_t *value, njwt_slice_t text)
{
    switch (value->kind) {

    case NJWT_RULE_EQUAL:
        return njwt_slice_equal(value->text, text);

    case NJWT_RULE_REGEX:
        return rule->match(value->regex, text) == NJWT_REGEX_FOUND;

    default: /* NJWT_RULE_NOT_REGEX */
        return rule->match(value->regex, text) == NJWT_REGEX_NOT_FOUND;
    }
}


/*
 * Of a claim's texts, at least one must match a plain value, and each a
 * negated one.
 */

static bool
njwt_rule_value_holds(const njwt_claim_rule_t *rule,
    const njwt_rule_value_t *value, njwt_value_t claim)
{
    bool          every, matches;
    size_t        i;
    njwt_slice_t  text;

    every = value->kind == NJWT_RULE_NOT_REGEX;

    if (njwt_json_type(claim) != NJWT_JSON_ARRAY) {
        return njwt_json_scalar(claim, &text)
               && njwt_rule_text_matches(rule, value, text);
    }

    for (i = 0; i < njwt_json_length(claim); i++) {
        matches = njwt_json_scalar(njwt_json_element(claim, i), &text)
                  && njwt_rule_text_matches(rule, value, text);

        if (matches != every) {
            return matches;
        }
    }

    return every;
}


bool
njwt_rule_holds(njwt_arena_t *arena, const njwt_claim_rule_t *rule,
    njwt_value_t root)
{
    bool          any, found, holds;
    size_t        i;
    njwt_value_t  claim;

    claim = njwt_path_find(arena, root, rule->claim);

    if (njwt_json_type(claim) == NJWT_JSON_ABSENT
        || njwt_json_type(claim) == NJWT_JSON_NULL)
    {
        return false;
    }

    any = false;
    found = false;

    for (i = 0; i < rule->value_count; i++) {
        holds = njwt_rule_value_holds(rule, &rule->values[i], claim);

        if (rule->values[i].kind == NJWT_RULE_NOT_REGEX) {
            if (!holds) {
                return false;
            }

            continue;
        }

        any = true;
        found = found || holds;
    }

    return !any || found;
}
