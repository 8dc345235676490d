/*
 * Claim rules.
 *
 * What can't be decided counts as no: an expression that PCRE gives up on
 * satisfies neither the rule nor its negation.
 */

#include "njwt_rule.h"
#include "njwt_number.h"
#include "njwt_path.h"


typedef struct {
    njwt_slice_t  name;
    njwt_slice_t  instead;
} njwt_rule_operator_t;


#define NJWT_RULE_WRITE_VALUES                                               \
    njwt_literal("the values alone: one of them is enough")
#define NJWT_RULE_WRITE_NOT                                                  \
    njwt_literal("!~^VALUE$, and !~^(A|B)$ for several")
#define NJWT_RULE_WRITE_GREATER                                              \
    njwt_literal(">N without a blank")
#define NJWT_RULE_WRITE_NOT_LESS                                             \
    njwt_literal(">=N without a blank")
#define NJWT_RULE_WRITE_LESS                                                 \
    njwt_literal("<N without a blank")
#define NJWT_RULE_WRITE_NOT_GREATER                                          \
    njwt_literal("<=N without a blank")
#define NJWT_RULE_WRITE_ALL                                                  \
    njwt_literal("a jwt_require_claim for each of the values")

/* operators of other modules and of well-known languages */

static const njwt_rule_operator_t  njwt_rule_operators[] = {
    { njwt_literal("eq"),        NJWT_RULE_WRITE_VALUES },
    { njwt_literal("="),         NJWT_RULE_WRITE_VALUES },
    { njwt_literal("=="),        NJWT_RULE_WRITE_VALUES },
    { njwt_literal("in"),        NJWT_RULE_WRITE_VALUES },
    { njwt_literal("any"),       NJWT_RULE_WRITE_VALUES },
    { njwt_literal("intersect"), NJWT_RULE_WRITE_VALUES },
    { njwt_literal("ne"),        NJWT_RULE_WRITE_NOT },
    { njwt_literal("!="),        NJWT_RULE_WRITE_NOT },
    { njwt_literal("nin"),       NJWT_RULE_WRITE_NOT },
    { njwt_literal("gt"),        NJWT_RULE_WRITE_GREATER },
    { njwt_literal(">"),         NJWT_RULE_WRITE_GREATER },
    { njwt_literal("ge"),        NJWT_RULE_WRITE_NOT_LESS },
    { njwt_literal(">="),        NJWT_RULE_WRITE_NOT_LESS },
    { njwt_literal("lt"),        NJWT_RULE_WRITE_LESS },
    { njwt_literal("<"),         NJWT_RULE_WRITE_LESS },
    { njwt_literal("le"),        NJWT_RULE_WRITE_NOT_GREATER },
    { njwt_literal("<="),        NJWT_RULE_WRITE_NOT_GREATER },
    { njwt_literal("all"),       NJWT_RULE_WRITE_ALL }
};

/* longer prefixes first: the first that matches decides */

static const struct {
    njwt_slice_t      text;
    njwt_rule_kind_t  kind;
    bool              caseless;
} njwt_rule_prefixes[] = {
    { njwt_literal("!~*"), NJWT_RULE_NOT_REGEX,   true },
    { njwt_literal("!~"),  NJWT_RULE_NOT_REGEX,   false },
    { njwt_literal("~*"),  NJWT_RULE_REGEX,       true },
    { njwt_literal("~"),   NJWT_RULE_REGEX,       false },
    { njwt_literal(">="),  NJWT_RULE_NOT_LESS,    false },
    { njwt_literal(">"),   NJWT_RULE_GREATER,     false },
    { njwt_literal("<="),  NJWT_RULE_NOT_GREATER, false },
    { njwt_literal("<"),   NJWT_RULE_LESS,        false },
    { njwt_literal(""),    NJWT_RULE_EQUAL,       false }
};

#define NJWT_RULE_COUNT(list)  (sizeof(list) / sizeof(list[0]))


njwt_rule_value_t
njwt_rule_value(njwt_slice_t text)
{
    size_t             i;
    njwt_slice_t       prefix;
    njwt_rule_value_t  value = { NJWT_RULE_EQUAL, false, text, NULL };

    for (i = 0; i < NJWT_RULE_COUNT(njwt_rule_prefixes); i++) {
        prefix = njwt_rule_prefixes[i].text;

        if (njwt_slice_starts(text, prefix)) {
            value.kind = njwt_rule_prefixes[i].kind;
            value.caseless = njwt_rule_prefixes[i].caseless;
            value.text = njwt_slice_behind(text, prefix.len);
            break;
        }
    }

    return value;
}


bool
njwt_rule_value_regex(const njwt_rule_value_t *value)
{
    return value->kind == NJWT_RULE_REGEX
           || value->kind == NJWT_RULE_NOT_REGEX;
}


/* Of several limits at the start of an expression PCRE takes the last one. */

static bool
njwt_rule_limits(njwt_slice_t regex)
{
    size_t  i;

    static const njwt_slice_t  limit = njwt_literal("(*LIMIT_MATCH");

    for (i = 0; i < regex.len; i++) {
        if (njwt_slice_starts(njwt_slice_behind(regex, i), limit)) {
            return true;
        }
    }

    return false;
}


bool
njwt_rule_value_fault(const njwt_rule_value_t *value, njwt_slice_t *instead)
{
    static const njwt_slice_t  njwt_number = njwt_literal("a number without a "
                                       "blank before it, as in >=3 or <0.5");
    static const njwt_slice_t  njwt_regex = njwt_literal("the expression "
                          "without (*LIMIT_MATCH: its limit is 10,000 steps");

    if (value->kind == NJWT_RULE_EQUAL) {
        return false;
    }

    if (njwt_rule_value_regex(value)) {
        *instead = njwt_regex;
        return njwt_rule_limits(value->text);
    }

    *instead = njwt_number;

    return !njwt_number_valid(value->text);
}


njwt_slice_t
njwt_rule_prefix(const njwt_rule_value_t *value)
{
    size_t  i;

    for (i = 0; i + 1 < NJWT_RULE_COUNT(njwt_rule_prefixes); i++) {
        if (njwt_rule_prefixes[i].kind == value->kind
            && njwt_rule_prefixes[i].caseless == value->caseless)
        {
            break;
        }
    }

    return njwt_rule_prefixes[i].text;
}


bool
njwt_rule_operator(njwt_slice_t word, njwt_slice_t *instead)
{
    size_t  i;

    for (i = 0; i < NJWT_RULE_COUNT(njwt_rule_operators); i++) {
        if (njwt_slice_equal(njwt_rule_operators[i].name, word)) {
            *instead = njwt_rule_operators[i].instead;
            return true;
        }
    }

    return false;
}


/* A string of digits is no number: types aren't converted. */

static bool
njwt_rule_compares(const njwt_rule_value_t *value, njwt_value_t claim)
{
    int           order;
    njwt_slice_t  text;

    if (njwt_json_type(claim) != NJWT_JSON_NUMBER
        || !njwt_json_scalar(claim, &text)
        || !njwt_number_compare(text, value->text, &order))
    {
        return false;
    }

    switch (value->kind) {

    case NJWT_RULE_GREATER:
        return order > 0;

    case NJWT_RULE_NOT_LESS:
        return order >= 0;

    case NJWT_RULE_LESS:
        return order < 0;

    default: /* NJWT_RULE_NOT_GREATER */
        return order <= 0;
    }
}


static njwt_rule_result_t
njwt_rule_result(bool holds)
{
    return holds ? NJWT_RULE_HOLDS : NJWT_RULE_FAILS;
}


/*
 * Does this element, or a claim that is no array, match?  *left counts texts.
 */

static njwt_rule_result_t
njwt_rule_one(const njwt_claim_rule_t *rule, const njwt_rule_value_t *value,
    njwt_value_t claim, size_t *left)
{
    njwt_slice_t         text;
    njwt_regex_result_t  result;

    if (value->kind == NJWT_RULE_EQUAL) {
        return njwt_rule_result(njwt_json_scalar(claim, &text)
                                && njwt_slice_equal(value->text, text));
    }

    if (!njwt_rule_value_regex(value)) {
        return njwt_rule_result(njwt_rule_compares(value, claim));
    }

    if (!njwt_json_scalar(claim, &text)) {
        return NJWT_RULE_FAILS;
    }

    if (*left == 0) {
        return NJWT_RULE_GAVE_UP;
    }

    (*left)--;
    result = rule->match(value->regex, text);

    if (result == NJWT_REGEX_BROKEN) {
        return NJWT_RULE_GAVE_UP;
    }

    return njwt_rule_result((result == NJWT_REGEX_FOUND)
                            == (value->kind == NJWT_RULE_REGEX));
}


/*
 * At least one of the claim's texts must match a plain value, and none of them
 * a negated one.
 */

static njwt_rule_result_t
njwt_rule_value_check(const njwt_claim_rule_t *rule,
    const njwt_rule_value_t *value, njwt_value_t claim, size_t *left)
{
    njwt_value_t        element = { NULL };
    njwt_rule_result_t  usual, result;

    if (njwt_json_type(claim) != NJWT_JSON_ARRAY) {
        return njwt_rule_one(rule, value, claim, left);
    }

    usual = njwt_rule_result(value->kind == NJWT_RULE_NOT_REGEX);

    while (njwt_json_each(claim, &element)) {
        result = njwt_rule_one(rule, value, element, left);

        if (result != usual) {
            return result;
        }
    }

    return usual;
}


/* Checks the plain values, expressions or others; false if there are none. */

static njwt_rule_result_t
njwt_rule_plain(const njwt_claim_rule_t *rule, bool regex, njwt_value_t claim,
    size_t *left)
{
    size_t                    i;
    njwt_rule_result_t        result;
    const njwt_rule_value_t  *value;

    for (i = 0; i < rule->value_count; i++) {
        value = &rule->values[i];

        if (value->kind == NJWT_RULE_NOT_REGEX
            || njwt_rule_value_regex(value) != regex)
        {
            continue;
        }

        result = njwt_rule_value_check(rule, value, claim, left);

        if (result != NJWT_RULE_FAILS) {
            return result;
        }
    }

    return NJWT_RULE_FAILS;
}


static njwt_rule_result_t
njwt_rule_negated(const njwt_claim_rule_t *rule, njwt_value_t claim,
    size_t *left)
{
    size_t                    i;
    njwt_rule_result_t        result;
    const njwt_rule_value_t  *value;

    for (i = 0; i < rule->value_count; i++) {
        value = &rule->values[i];

        if (value->kind != NJWT_RULE_NOT_REGEX) {
            continue;
        }

        result = njwt_rule_value_check(rule, value, claim, left);

        if (result != NJWT_RULE_HOLDS) {
            return result;
        }
    }

    return NJWT_RULE_HOLDS;
}


static bool
njwt_rule_has_plain(const njwt_claim_rule_t *rule)
{
    size_t  i;

    for (i = 0; i < rule->value_count; i++) {
        if (rule->values[i].kind != NJWT_RULE_NOT_REGEX) {
            return true;
        }
    }

    return false;
}


njwt_rule_result_t
njwt_rule_check(njwt_arena_t *arena, const njwt_claim_rule_t *rule,
    njwt_value_t root)
{
    size_t              left;
    njwt_value_t        claim;
    njwt_rule_result_t  result;

    claim = njwt_path_find(arena, root, rule->claim);

    if (njwt_json_type(claim) == NJWT_JSON_ABSENT
        || njwt_json_type(claim) == NJWT_JSON_NULL)
    {
        return NJWT_RULE_FAILS;
    }

    left = NJWT_RULE_MATCHES;

    if (njwt_rule_has_plain(rule)) {
        result = njwt_rule_plain(rule, false, claim, &left);

        if (result == NJWT_RULE_FAILS) {
            result = njwt_rule_plain(rule, true, claim, &left);
        }

        if (result != NJWT_RULE_HOLDS) {
            return result;
        }
    }

    return njwt_rule_negated(rule, claim, &left);
}
