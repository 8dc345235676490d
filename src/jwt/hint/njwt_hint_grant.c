/*
 * When is the token good, what may it be used for, and what is missing?
 */

#include "njwt_hint_parts.h"
#include "njwt_dates.h"


/* a clock that is this far off, in seconds, is likelier than a wrong token */
#define NJWT_HINT_CLOCK  300


static void
njwt_hint_clock(njwt_hint_t *hint)
{
    njwt_hint_say(hint, ": that is little: check the clocks (NTP)");
}


static void
njwt_hint_ahead(njwt_hint_t *hint, double date)
{
    double  seconds;

    seconds = date - (double) hint->c->now;

    if (njwt_dates_milliseconds(date)) {
        njwt_hint_say(hint, "in milliseconds, and must be in seconds: see to "
                            "who made the token");
        return;
    }

    njwt_hint_seconds(hint, seconds);
    njwt_hint_say(hint, " ahead");

    if (seconds <= NJWT_HINT_CLOCK) {
        njwt_hint_clock(hint);
        return;
    }

    njwt_hint_say(hint, ": is the clock of this host right?");
}


static void
njwt_hint_over(njwt_hint_t *hint, double date)
{
    double  seconds;

    seconds = (double) hint->c->now - date;

    njwt_hint_seconds(hint, seconds);
    njwt_hint_say(hint, " ago");
}


static void
njwt_hint_expired(njwt_hint_t *hint, const njwt_dates_t *dates)
{
    static const njwt_slice_t  exp = njwt_literal("exp");

    if (njwt_json_type(njwt_json_member(hint->payload, exp))
        == NJWT_JSON_ABSENT)
    {
        njwt_hint_say(hint, "the token has no \"exp\": it is not of Auth0");
        return;
    }

    njwt_hint_say(hint, "expired ");
    njwt_hint_over(hint, dates->exp);

    if ((double) hint->c->now - dates->exp > NJWT_HINT_CLOCK) {
        njwt_hint_say(hint, ": the client must request a new token before "
                            "the old one expires");
        return;
    }

    njwt_hint_clock(hint);
    njwt_hint_say(hint, "; or the client uses its token to the very end");
}


void
njwt_hint_date(njwt_hint_t *hint, njwt_verdict_t verdict)
{
    njwt_dates_t  dates;

    dates = njwt_dates_read(hint->payload);

    switch (verdict) {

    case NJWT_EXPIRED:
        njwt_hint_expired(hint, &dates);
        break;

    case NJWT_NOT_YET_VALID:
        njwt_hint_say(hint, "\"nbf\" is ");
        njwt_hint_ahead(hint, dates.nbf);
        break;

    case NJWT_ISSUED_IN_FUTURE:
        njwt_hint_say(hint, "\"iat\" is ");
        njwt_hint_ahead(hint, dates.iat);
        break;

    default: /* NJWT_TOO_OLD */
        njwt_hint_say(hint, "issued ");
        njwt_hint_over(hint, dates.iat);

        if (hint->issuer != NULL) {
            njwt_hint_say(hint, ", \"max_age\" is ");
            njwt_hint_seconds(hint, hint->issuer->expected.max_age);
        }

        njwt_hint_say(hint, ": the client must request a new token");
        break;
    }
}


void
njwt_hint_method(njwt_hint_t *hint)
{
    njwt_slice_t  names;

    if (njwt_policy_allow(hint->arena, hint->c->policy, &names))
    {
        njwt_hint_say(hint, "the rules name ");
        njwt_hint_put(hint, names);
        njwt_hint_say(hint, ": if the method is meant to be used, name it in "
                            "a rule's \"methods=\"");
    }
}


/* The scopes that one rule asks of this method; empty: it doesn't apply. */

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


/* How many of the words does the value grant? */

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
njwt_hint_say_granted(njwt_hint_t *hint, njwt_value_t granted)
{
    njwt_slice_t  text = { NULL, 0 };

    if (hint->log) {
        return;
    }

    (void) njwt_scopes_text(hint->arena, granted, &text);

    if (text.len == 0) {
        njwt_hint_say(hint, ", none granted");
        return;
    }

    njwt_hint_say(hint, ", granted ");
    njwt_hint_quote(hint, text);
}


/* Is "scope_claim realm_access.roles" a claim inside another one? */

static bool
njwt_hint_scope_dotted(njwt_hint_t *hint)
{
    size_t  i;

    for (i = 0; hint->issuer != NULL
                && i < hint->issuer->expected.scope_claim_count; i++)
    {
        if (njwt_hint_dotted(hint, hint->issuer->expected.scope_claims[i])) {
            njwt_hint_say(hint, " in \"scope_claim\"");
            return true;
        }
    }

    return false;
}


void
njwt_hint_scope(njwt_hint_t *hint)
{
    njwt_slice_t  needed = { NULL, 0 }, text = { NULL, 0 };
    njwt_value_t  granted, permissions;

    static const njwt_slice_t  name = njwt_literal("permissions");

    granted = njwt_hint_scopes(hint);
    permissions = njwt_json_member(hint->payload, name);

    (void) njwt_policy_scopes_needed(hint->arena, hint->c->policy,
                                     hint->c->method, &needed);

    njwt_hint_say(hint, "needed ");
    njwt_hint_quote(hint, needed);
    njwt_hint_say_granted(hint, granted);
    njwt_hint_say(hint, ": ");

    if (njwt_hint_scope_dotted(hint)) {
        return;
    }

    if (njwt_hint_id_token(hint)) {
        return;
    }

    if (njwt_hint_covers(hint, permissions)) {
        njwt_hint_say(hint, "it is in \"permissions\" only (RBAC): the "
                            "application must ask for it in \"scope\", or "
                            "set \"scope_claim permissions\"");
        return;
    }

    (void) njwt_scopes_text(hint->arena, granted, &text);

    if (text.len == 0) {
        njwt_hint_say(hint, "nothing is granted at all: the application's "
                            "client grant for this API is empty");
        return;
    }

    njwt_hint_say(hint, "grant it to the application (Auth0: Applications, "
                        "APIs, the API, Machine to Machine), or to the user, "
                        "and request a new token that asks for it");
}
