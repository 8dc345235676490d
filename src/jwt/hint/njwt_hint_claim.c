/*
 * Which claim is missing, or isn't what a rule asks?
 */

#include "njwt_hint_parts.h"
#include "njwt_dates.h"
#include "njwt_path.h"

#include <string.h>


/* what RFC 9068, section 2.2, wants of each token */

static const njwt_slice_t  njwt_hint_required[] = {
    njwt_literal("iss"),
    njwt_literal("exp"),
    njwt_literal("aud"),
    njwt_literal("sub"),
    njwt_literal("client_id"),
    njwt_literal("iat"),
    njwt_literal("jti")
};

#define NJWT_HINT_REQUIRED                                                   \
    (sizeof(njwt_hint_required) / sizeof(njwt_hint_required[0]))


/*
 * What the decision found needs no second look: an expression may have cost
 * much, and the log may have a line for each request.
 */

const njwt_claim_rule_t *
njwt_hint_broken_rule(njwt_hint_t *hint, bool *gave_up)
{
    size_t                i;
    njwt_rule_result_t    result;
    const njwt_policy_t  *policy;

    policy = hint->c->policy;
    *gave_up = hint->found->gave_up;

    if (hint->found->broken != NULL || hint->found->rules_hold) {
        return hint->found->broken;
    }

    for (i = 0; i < policy->claim_rule_count; i++) {
        result = njwt_rule_check(hint->arena, &policy->claim_rules[i],
                                 hint->payload);

        if (result != NJWT_RULE_HOLDS) {
            *gave_up = result == NJWT_RULE_GAVE_UP;
            return &policy->claim_rules[i];
        }
    }

    return NULL;
}


static void
njwt_hint_wanted(njwt_hint_t *hint, const njwt_claim_rule_t *rule)
{
    size_t  i;

    for (i = 0; i < rule->value_count; i++) {
        njwt_hint_say(hint, " ");
        njwt_hint_put(hint, njwt_rule_prefix(&rule->values[i]));
        njwt_hint_quote(hint, rule->values[i].text);
    }
}


/* "realm_access.roles" as a JSON Pointer; data NULL: no memory. */

static njwt_slice_t
njwt_hint_pointer(njwt_hint_t *hint, njwt_slice_t name)
{
    size_t        i;
    uint8_t      *p;
    njwt_slice_t  path;

    path.len = 0;
    path.data = p = njwt_arena_alloc(hint->arena, 2 * name.len + 1);

    if (p == NULL) {
        return path;
    }

    *p++ = '/';

    for (i = 0; i < name.len; i++) {

        switch (name.data[i]) {

        case '.':
            *p++ = '/';
            break;

        case '~':
        case '/':
            *p++ = '~';
            *p++ = (name.data[i] == '~') ? '0' : '1';
            break;

        default:
            *p++ = name.data[i];
        }
    }

    path.len = (size_t) (p - path.data);

    return path;
}


bool
njwt_hint_dotted(njwt_hint_t *hint, njwt_slice_t name)
{
    njwt_slice_t  path;

    if (name.len == 0
        || name.data[0] == '/'
        || memchr(name.data, '.', name.len) == NULL
        || njwt_json_type(njwt_json_member(hint->payload, name))
           != NJWT_JSON_ABSENT)
    {
        return false;
    }

    path = njwt_hint_pointer(hint, name);

    if (path.len == 0
        || njwt_json_type(njwt_path_find(hint->arena, hint->payload, path))
           == NJWT_JSON_ABSENT)
    {
        return false;
    }

    njwt_hint_say(hint, "the token has it inside another claim: write ");
    njwt_hint_quote(hint, path);
    njwt_hint_say(hint, " for ");
    njwt_hint_quote(hint, name);

    return true;
}


/* Of what a claim is, if it isn't there. */

static void
njwt_hint_absent(njwt_hint_t *hint, const njwt_claim_rule_t *rule)
{
    njwt_hint_say(hint, ": ");

    if (!njwt_hint_dotted(hint, rule->claim)) {
        njwt_hint_say(hint, "the token hasn't got it (a custom claim needs "
                            "an Action in Auth0, and its full name here)");
    }
}


void
njwt_hint_claim(njwt_hint_t *hint)
{
    bool                      gave_up;
    njwt_value_t              value;
    njwt_slice_t              text;
    const njwt_claim_rule_t  *rule;

    rule = njwt_hint_broken_rule(hint, &gave_up);

    if (rule == NULL) {
        njwt_hint_say(hint, "a variable of \"jwt_require\" is empty or "
                            "\"0\"");
        return;
    }

    value = njwt_path_find(hint->arena, hint->payload, rule->claim);

    njwt_hint_say(hint, "claim ");
    njwt_hint_quote(hint, rule->claim);

    if (rule->value_count > 0) {
        njwt_hint_say(hint, " must be");
        njwt_hint_wanted(hint, rule);
    }

    if (njwt_json_type(value) == NJWT_JSON_ABSENT
        || njwt_json_type(value) == NJWT_JSON_NULL)
    {
        njwt_hint_absent(hint, rule);
        return;
    }

    if (gave_up) {
        njwt_hint_say(hint, ": an expression gave up (10,000 steps, or more "
                            "than 1,000 texts): write one that needs fewer");
        return;
    }

    if (!hint->log && njwt_json_text(hint->arena, value, &text)) {
        njwt_hint_say(hint, ", received ");
        njwt_hint_quote(hint, text);
    }
}


/*
 * The first claim from the i-th on that RFC 9068 wants and isn't there.  The
 * types of the others were looked at when the payload was read.
 */

static size_t
njwt_hint_missing(njwt_hint_t *hint, size_t i)
{
    njwt_value_t  value;

    static const njwt_slice_t  client = njwt_literal("client_id");

    for ( /* void */ ; i < NJWT_HINT_REQUIRED; i++) {
        value = njwt_json_member(hint->payload, njwt_hint_required[i]);

        if (njwt_json_type(value) == NJWT_JSON_ABSENT
            || (njwt_json_type(value) != NJWT_JSON_STRING
                && njwt_slice_equal(njwt_hint_required[i], client)))
        {
            break;
        }
    }

    return i;
}


bool
njwt_hint_incomplete(njwt_hint_t *hint)
{
    njwt_dates_t            dates;
    const njwt_expected_t  *expected;

    expected = &hint->issuer->expected;
    dates = njwt_dates_read(hint->payload);

    return (expected->has_max_age && !njwt_dates_issued(&dates))
           || (expected->profile != NJWT_PROFILE_ANY
               && njwt_hint_missing(hint, 0) < NJWT_HINT_REQUIRED);
}


void
njwt_hint_claim_missing(njwt_hint_t *hint)
{
    size_t  i;

    if (hint->issuer == NULL
        || hint->issuer->expected.profile == NJWT_PROFILE_ANY)
    {
        njwt_hint_say(hint, "\"max_age\" needs \"iat\", which the token "
                            "hasn't got");
        return;
    }

    njwt_hint_say(hint, "missing:");

    for (i = njwt_hint_missing(hint, 0); i < NJWT_HINT_REQUIRED;
         i = njwt_hint_missing(hint, i + 1))
    {
        njwt_hint_say(hint, " ");
        njwt_hint_quote(hint, njwt_hint_required[i]);
    }

    njwt_hint_say(hint, "; \"profile rfc9068\" needs them: set the API's "
                        "token profile to RFC 9068 in Auth0, or write "
                        "\"profile any\"");
}
