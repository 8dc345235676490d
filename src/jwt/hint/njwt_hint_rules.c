/*
 * Hints about the times, scopes and claims of a token.
 */

#include "njwt_dates.h"
#include "njwt_hint_parts.h"
#include "njwt_path.h"

#include <string.h>


/*
 * a clock that is off by this much, in seconds, is likelier than a bad token
 */
#define NJWT_HINT_CLOCK  300


static void
njwt_hint_clock(njwt_hint_t *hint)
{
    njwt_hint_add(hint, ": only just, so check the clocks (NTP)");
}


bool
njwt_hint_date_fails(const njwt_hint_t *hint, njwt_verdict_t verdict,
    const njwt_dates_t *dates, int64_t now)
{
    const njwt_expected_t  *expected = &hint->issuer->expected;

    switch (verdict) {

    case NJWT_EXPIRED:
        return njwt_dates_expired(dates, expected->leeway, now);

    case NJWT_NOT_YET_VALID:
        return njwt_dates_not_yet_valid(dates, expected->leeway, now);

    case NJWT_ISSUED_IN_FUTURE:
        return njwt_dates_from_future(dates, expected->leeway, now);

    default: /* NJWT_TOO_OLD */
        return expected->has_max_age
               && njwt_dates_too_old(dates, expected->max_age,
                                     expected->leeway, now);
    }
}


/*
 * Is our own clock to blame: would this check pass by the issuer's?  If so,
 * says that instead of blaming the client.
 */

static bool
njwt_hint_own_clock(njwt_hint_t *hint, const njwt_dates_t *dates)
{
    int64_t  ahead = hint->c->ahead;

    if (ahead == 0
        || hint->issuer == NULL
        || njwt_hint_date_fails(hint, hint->verdict, dates,
                                hint->c->now - ahead))
    {
        return false;
    }

    njwt_hint_add(hint, "this host's clock is ");
    njwt_hint_seconds(hint, (double) (ahead > 0 ? ahead : -ahead));

    if (ahead > 0) {
        njwt_hint_add(hint, " ahead of");

    } else {
        njwt_hint_add(hint, " behind");
    }

    njwt_hint_add(hint, " the issuer's: by the issuer's clock the token is "
                        "valid, so set this host's clock (NTP)");

    return true;
}


static void
njwt_hint_ahead(njwt_hint_t *hint, double date)
{
    double  seconds;

    seconds = date - (double) hint->c->now;

    if (njwt_dates_milliseconds(date)) {
        njwt_hint_add(hint, "in milliseconds, and must be in seconds: correct "
                            "whatever issues the tokens");
        return;
    }

    njwt_hint_seconds(hint, seconds);
    njwt_hint_add(hint, " ahead");

    if (seconds <= NJWT_HINT_CLOCK) {
        njwt_hint_clock(hint);
        return;
    }

    njwt_hint_add(hint, ": is this host's clock right?");
}


static void
njwt_hint_over(njwt_hint_t *hint, double date)
{
    double  seconds;

    seconds = (double) hint->c->now - date;

    njwt_hint_seconds(hint, seconds);
    njwt_hint_add(hint, " ago");
}


static void
njwt_hint_expired(njwt_hint_t *hint, const njwt_dates_t *dates)
{
    if (njwt_json_type(njwt_hint_member(hint, "exp")) == NJWT_JSON_ABSENT) {
        njwt_hint_add(hint, "the token has no \"exp\": it is not from Auth0");
        return;
    }

    njwt_hint_add(hint, "expired ");
    njwt_hint_over(hint, dates->exp);

    if ((double) hint->c->now - dates->exp > NJWT_HINT_CLOCK) {
        njwt_hint_add(hint, ": the client must request a new token before "
                            "the old one expires");
        return;
    }

    njwt_hint_clock(hint);
    njwt_hint_add(hint, " and whether the client uses its tokens to the "
                        "very end");
}


void
njwt_hint_date(njwt_hint_t *hint)
{
    njwt_dates_t  dates;

    dates = njwt_dates_read(hint->payload);

    if (njwt_hint_own_clock(hint, &dates)) {
        return;
    }

    switch (hint->verdict) {

    case NJWT_EXPIRED:
        njwt_hint_expired(hint, &dates);
        break;

    case NJWT_NOT_YET_VALID:
        njwt_hint_add(hint, "\"nbf\" is ");
        njwt_hint_ahead(hint, dates.nbf);
        break;

    case NJWT_ISSUED_IN_FUTURE:
        njwt_hint_add(hint, "\"iat\" is ");
        njwt_hint_ahead(hint, dates.iat);
        break;

    default: /* NJWT_TOO_OLD */
        njwt_hint_add(hint, "issued ");
        njwt_hint_over(hint, dates.iat);

        if (hint->issuer != NULL) {
            njwt_hint_add(hint, ", but \"max_age\" is ");
            njwt_hint_seconds(hint, hint->issuer->expected.max_age);
        }

        njwt_hint_add(hint, ": the client must request a new token");
    }
}


void
njwt_hint_method(njwt_hint_t *hint)
{
    njwt_slice_t  names;

    if (njwt_policy_allow(hint->arena, hint->c->policy, &names))
    {
        njwt_hint_add(hint, "the rules name ");
        njwt_hint_write(hint, names);
        njwt_hint_add(hint, ": if the method is meant to be used, name it in "
                            "a rule's \"methods=\"");
    }
}


/* The scopes that a rule requires for this method; empty: it doesn't apply. */

static njwt_slice_t
njwt_hint_needed(njwt_hint_t *hint, size_t rule)
{
    njwt_slice_t   needed = { NULL, 0 };
    njwt_policy_t  alone = { 0 };

    alone.scope_rules = &hint->c->policy->scope_rules[rule];
    alone.scope_rule_count = 1;

    (void) njwt_policy_scopes_needed(hint->arena, &alone, hint->c->method,
                                     &needed);

    return needed;
}


static njwt_value_t
njwt_hint_scopes(njwt_hint_t *hint)
{
    const njwt_expected_t  *expected;

    static const njwt_expected_t  nothing = { NULL, 0, false, 0, false, 0,
                                              NJWT_PROFILE_ANY, NULL, 0 };

    expected = (hint->issuer != NULL) ? &hint->issuer->expected : &nothing;

    return njwt_scopes_find(hint->arena, hint->payload,
                            expected->scope_claims,
                            expected->scope_claim_count);
}


/* The number of the words that the value grants. */

static size_t
njwt_hint_count_granted(njwt_value_t granted, njwt_slice_t needed,
    size_t *missing)
{
    size_t        count;
    njwt_slice_t  word;

    count = 0;
    *missing = 0;

    while (njwt_slice_word(&needed, &word)) {
        if (njwt_scopes_grant(granted, word)) {
            count++;

        } else {
            (*missing)++;
        }
    }

    return count;
}


static bool
njwt_hint_covers(njwt_hint_t *hint, njwt_value_t granted)
{
    size_t                    i, have, missing;
    const njwt_scope_rule_t  *rule;

    for (i = 0; i < hint->c->policy->scope_rule_count; i++) {
        rule = &hint->c->policy->scope_rules[i];
        have = njwt_hint_count_granted(granted, njwt_hint_needed(hint, i),
                                       &missing);

        if (rule->scope_count == 0
            || (missing > 0 && (!rule->any || have == 0)))
        {
            return false;
        }
    }

    return true;
}


bool
njwt_hint_granted(njwt_hint_t *hint)
{
    return njwt_hint_covers(hint, njwt_hint_scopes(hint));
}


static void
njwt_hint_write_granted(njwt_hint_t *hint, njwt_value_t granted)
{
    njwt_slice_t  text = { NULL, 0 };

    if (hint->log) {
        return;
    }

    (void) njwt_scopes_text(hint->arena, granted, &text);

    if (text.len > 0) {
        njwt_hint_add(hint, ", granted ");
        njwt_hint_quote(hint, text);
    }
}


/* "realm_access.roles" as a JSON Pointer; len 0: no memory. */

static njwt_slice_t
njwt_hint_pointer(njwt_hint_t *hint, njwt_slice_t name)
{
    uint8_t       *data;
    njwt_slice_t   path = { NULL, 0 };

    data = njwt_arena_alloc(hint->arena, 2 * name.len + 1);

    if (data != NULL) {
        path.len = njwt_path_pointer(name, data);
        path.data = data;
    }

    return path;
}


/*
 * Says to write a JSON Pointer if a name with dots is absent, but the path
 * made of its parts leads to a claim.
 */

static bool
njwt_hint_dotted(njwt_hint_t *hint, njwt_slice_t name)
{
    njwt_slice_t  path;

    if (name.len == 0
        || name.data[0] == '/'
        || (memchr(name.data, '.', name.len) == NULL
            && !njwt_path_is_dotted(name))
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

    njwt_hint_add(hint, "the token has it inside another claim: write ");
    njwt_hint_quote(hint, path);
    njwt_hint_add(hint, " for ");
    njwt_hint_quote(hint, name);

    return true;
}


/* Is scope_claim a path to a nested claim, such as "realm_access.roles"? */

static bool
njwt_hint_scope_dotted(njwt_hint_t *hint)
{
    size_t  i;

    for (i = 0; hint->issuer != NULL
                && i < hint->issuer->expected.scope_claim_count; i++)
    {
        if (njwt_hint_dotted(hint, hint->issuer->expected.scope_claims[i])) {
            njwt_hint_add(hint, " in \"scope_claim\"");
            return true;
        }
    }

    return false;
}


/*
 * Are the scopes in a claim that isn't the one looked at?  Auth0 has them in
 * "scope", and with RBAC in "permissions".
 */

static bool
njwt_hint_scope_elsewhere(njwt_hint_t *hint)
{
    njwt_value_t  there = njwt_hint_member(hint, "permissions");

    if (njwt_hint_covers(hint, there)) {
        njwt_hint_add(hint, "it is in \"permissions\" only (RBAC): the "
                            "application must ask for it in \"scope\", or "
                            "write \"scope_claim permissions;\" in ");
        njwt_hint_block(hint);
        return true;
    }

    if (njwt_hint_covers(hint, njwt_hint_member(hint, "scope"))) {
        njwt_hint_add(hint, "it is in \"scope\" only, which is not where "
                            "\"scope_claim\" has it looked for: take "
                            "\"scope_claim\" out of ");
        njwt_hint_block(hint);

        njwt_hint_literal(hint, njwt_json_type(there) != NJWT_JSON_ABSENT
                                ? ", or grant it as a permission, too (Auth0: "
                                  "the user's roles, or the application's "
                                  "grant)"
                                : ", or have Auth0 add the permissions to the "
                                  "token (Applications, APIs, the API, "
                                  "Settings, RBAC)");
        return true;
    }

    return false;
}


/*
 * Is the claim that is looked at an empty "permissions"?  Then RBAC adds it to
 * the token, as it should, but nothing in it was granted.
 */

static bool
njwt_hint_scope_empty(njwt_hint_t *hint, njwt_value_t granted)
{
    njwt_value_t  first = { NULL };

    if (njwt_json_type(granted) != NJWT_JSON_ARRAY
        || njwt_json_each(granted, &first)
        || njwt_hint_member(hint, "permissions").node != granted.node)
    {
        return false;
    }

    njwt_hint_add(hint, "\"permissions\" is empty: Auth0 adds it to the token "
                        "(RBAC), but has granted no permission of this API: "
                        "grant it to a role of the user (User Management, "
                        "Roles) or to the application (Applications, APIs, "
                        "the API, Machine to Machine), and request a new "
                        "token");

    if (njwt_hint_covers(hint, njwt_hint_member(hint, "scope"))) {
        njwt_hint_add(hint, "; if \"scope\", which has it, is to decide, take "
                            "\"scope_claim\" out of ");
        njwt_hint_block(hint);
    }

    return true;
}


/* Nothing is granted: by the tenant, or in the claim that is looked at? */

static void
njwt_hint_no_scope(njwt_hint_t *hint)
{
    if (hint->issuer != NULL && hint->issuer->expected.scope_claim_count > 0) {
        njwt_hint_add(hint, "\"scope_claim\" names nothing that grants "
                            "anything in this token: grant it in Auth0, and "
                            "have Auth0 add the permissions to the token "
                            "(Applications, APIs, the API, Settings, RBAC), "
                            "or take \"scope_claim\" out of ");
        njwt_hint_block(hint);
        return;
    }

    njwt_hint_add(hint, "nothing is granted at all: the application's client "
                        "grant for this API is empty, or the client asked "
                        "for no scope");
}


void
njwt_hint_scope(njwt_hint_t *hint)
{
    njwt_slice_t  needed = { NULL, 0 }, text = { NULL, 0 };
    njwt_value_t  granted;

    granted = njwt_hint_scopes(hint);

    (void) njwt_policy_scopes_needed(hint->arena, hint->c->policy,
                                     hint->c->method, &needed);

    njwt_hint_add(hint, "needed ");
    njwt_hint_quote(hint, needed);
    njwt_hint_write_granted(hint, granted);
    njwt_hint_add(hint, ": ");

    if (njwt_hint_scope_dotted(hint)) {
        return;
    }

    if (njwt_hint_id_token(hint)) {
        return;
    }

    if (njwt_hint_scope_empty(hint, granted)) {
        return;
    }

    if (njwt_hint_scope_elsewhere(hint)) {
        return;
    }

    (void) njwt_scopes_text(hint->arena, granted, &text);

    if (text.len == 0) {
        njwt_hint_no_scope(hint);
        return;
    }

    njwt_hint_add(hint, "grant it to the application (Auth0: Applications, "
                        "APIs, the API, Machine to Machine), or to the user, "
                        "and request a new token that asks for it");
}


/*
 * The decision's own answer is used if there is one: an expression may be
 * expensive, and the log may have a line for each request.
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
        njwt_hint_add(hint, " ");
        njwt_hint_write(hint, njwt_rule_prefix(&rule->values[i]));
        njwt_hint_quote(hint, rule->values[i].text);
    }
}


/* A claim's description, if it is absent. */

static void
njwt_hint_absent(njwt_hint_t *hint, const njwt_claim_rule_t *rule)
{
    njwt_hint_add(hint, ": ");

    if (!njwt_hint_dotted(hint, rule->claim)) {
        njwt_hint_add(hint, "the token has no such claim (a custom claim "
                            "needs an Action in Auth0, and its full name "
                            "here)");
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
        njwt_hint_add(hint, "a variable of \"jwt_require\" is empty or "
                            "\"0\"");
        return;
    }

    value = njwt_path_find(hint->arena, hint->payload, rule->claim);

    njwt_hint_add(hint, "claim ");
    njwt_hint_quote(hint, rule->claim);

    if (rule->value_count > 0) {
        njwt_hint_add(hint, " must be");
        njwt_hint_wanted(hint, rule);
    }

    if (njwt_json_type(value) == NJWT_JSON_ABSENT
        || njwt_json_type(value) == NJWT_JSON_NULL)
    {
        njwt_hint_absent(hint, rule);
        return;
    }

    if (gave_up) {
        njwt_hint_add(hint, ": a regular expression gave up (10,000 steps, or "
                            "more than 1,000 texts): write one that needs "
                            "fewer");
        return;
    }

    if (!hint->log && njwt_json_text(hint->arena, value, &text)) {
        njwt_hint_add(hint, "; received ");
        njwt_hint_quote(hint, text);
    }
}


bool
njwt_hint_incomplete(njwt_hint_t *hint)
{
    size_t                  i = 0;
    njwt_dates_t            dates;
    njwt_slice_t            name;
    const njwt_expected_t  *expected;

    expected = &hint->issuer->expected;
    dates = njwt_dates_read(hint->payload);

    return (expected->has_max_age && !njwt_dates_issued(&dates))
           || (expected->profile != NJWT_PROFILE_ANY
               && njwt_payload_lacks(hint->payload, &i, &name));
}


void
njwt_hint_claim_missing(njwt_hint_t *hint)
{
    size_t        i = 0;
    njwt_slice_t  name;

    if (hint->issuer == NULL
        || hint->issuer->expected.profile == NJWT_PROFILE_ANY)
    {
        njwt_hint_add(hint, "\"max_age\" needs \"iat\", which the token "
                            "doesn't have");
        return;
    }

    njwt_hint_add(hint, "missing:");

    while (njwt_payload_lacks(hint->payload, &i, &name)) {
        njwt_hint_add(hint, " ");
        njwt_hint_quote(hint, name);
    }

    njwt_hint_add(hint, "; \"profile rfc9068\" needs them: set the API's "
                        "token profile to RFC 9068 in Auth0, or write "
                        "\"profile any\"");
}
