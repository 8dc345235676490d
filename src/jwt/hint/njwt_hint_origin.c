/*
 * Whose token is it, and for whom, instead of ours?
 */

#include "njwt_hint_parts.h"


/* claims that Auth0 puts into ID tokens, and not into access tokens */

static const njwt_slice_t  njwt_hint_id_claims[] = {
    njwt_literal("nonce"),
    njwt_literal("at_hash"),
    njwt_literal("c_hash"),
    njwt_literal("s_hash"),
    njwt_literal("sid"),
    njwt_literal("auth_time"),
    njwt_literal("email"),
    njwt_literal("email_verified"),
    njwt_literal("nickname"),
    njwt_literal("picture")
};

#define NJWT_HINT_ID_CLAIMS                                                  \
    (sizeof(njwt_hint_id_claims) / sizeof(njwt_hint_id_claims[0]))


static bool
njwt_hint_ends(njwt_slice_t text, njwt_slice_t end)
{
    if (text.len < end.len) {
        return false;
    }

    text.data += text.len - end.len;
    text.len = end.len;

    return njwt_slice_equal(text, end);
}


static void
njwt_hint_issuer_of(njwt_hint_t *hint, const njwt_issuer_t *issuer,
    njwt_slice_t iss)
{
    size_t  i;

    static const njwt_slice_t  directive = njwt_literal("issuer");

    for (i = 0; i < issuer->issuer_count; i++) {
        if (njwt_hint_say_near(hint, directive, issuer->issuers[i], iss)) {
            return;
        }
    }
}


void
njwt_hint_issuer(njwt_hint_t *hint)
{
    size_t                i, used;
    njwt_value_t          iss;
    njwt_slice_t          text;
    const njwt_policy_t  *policy;

    static const njwt_slice_t  name = njwt_literal("iss");

    policy = hint->c->policy;
    used = hint->used;
    iss = njwt_json_member(hint->payload, name);

    if (njwt_json_type(iss) != NJWT_JSON_STRING) {
        njwt_hint_say(hint, "the token has no \"iss\": it is not of Auth0");
        return;
    }

    text = njwt_json_string(iss);

    for (i = 0; i < policy->issuer_count && hint->used == used; i++) {
        njwt_hint_issuer_of(hint, policy->issuers[i], text);
    }

    if (hint->used != used) {
        return;
    }

    for (i = 0; i < policy->issuer_count; i++) {
        if (i > 0) {
            njwt_hint_say(hint, "; ");
        }

        njwt_hint_configured(hint, policy->issuers[i]->issuers,
                             policy->issuers[i]->issuer_count,
                             (i + 1 == policy->issuer_count) ? &text : NULL);
    }

    njwt_hint_say(hint, ": another tenant's token; if this is the same "
                        "tenant's other domain (custom domain), add it to "
                        "\"issuer\"");
}


bool
njwt_hint_id_token(njwt_hint_t *hint)
{
    size_t  i, seen;

    static const njwt_slice_t  scope = njwt_literal("scope");

    if (njwt_json_type(njwt_json_member(hint->payload, scope))
        != NJWT_JSON_ABSENT)
    {
        return false;
    }

    seen = 0;

    for (i = 0; i < NJWT_HINT_ID_CLAIMS; i++) {
        if (njwt_json_type(njwt_json_member(hint->payload,
                                            njwt_hint_id_claims[i]))
            == NJWT_JSON_ABSENT)
        {
            continue;
        }

        if (seen == 0) {
            njwt_hint_say(hint, "this is an ID token: send the access token "
                                "(seen: no \"scope\", but");
        }

        njwt_hint_say(hint, " ");
        njwt_hint_quote(hint, njwt_hint_id_claims[i]);
        seen++;
    }

    if (seen > 0) {
        njwt_hint_say(hint, ")");
    }

    return seen > 0;
}


bool
njwt_hint_logout(njwt_hint_t *hint)
{
    return njwt_json_type(njwt_payload_logout(hint->payload))
           != NJWT_JSON_ABSENT;
}


bool
njwt_hint_logout_token(njwt_hint_t *hint)
{
    if (!njwt_hint_logout(hint)) {
        return false;
    }

    njwt_hint_say(hint, "this is a logout token, which the authorization "
                        "server posts to a \"jwt_logout_handler\": send the "
                        "access token");

    return true;
}


/* Goes over the audiences: of one string, or of an array. */

static bool
njwt_hint_next_audience(njwt_value_t aud, njwt_value_t *at)
{
    if (njwt_json_type(aud) == NJWT_JSON_ARRAY) {
        return njwt_json_each(aud, at);
    }

    if (at->node != NULL) {
        return false;
    }

    *at = aud;

    return aud.node != NULL;
}


/* Is every audience one of Auth0's own APIs? */

static bool
njwt_hint_auth0s_own(njwt_value_t aud)
{
    njwt_slice_t  text;
    njwt_value_t  at = { NULL };

    static const njwt_slice_t  userinfo = njwt_literal("/userinfo");
    static const njwt_slice_t  management = njwt_literal("/api/v2/");

    while (njwt_hint_next_audience(aud, &at)) {
        text = njwt_json_string(at);

        if (!njwt_hint_ends(text, userinfo)
            && !njwt_hint_ends(text, management))
        {
            return false;
        }
    }

    return at.node != NULL;
}


/* The audiences that the token is to be for, and the directive of them. */
typedef struct {
    const njwt_slice_t  *list;
    size_t               count;
    njwt_slice_t         directive;
} njwt_hint_audiences_t;


/* The issuer's, or the location's own where those it has failed. */

static void
njwt_hint_wanted(njwt_hint_t *hint, njwt_value_t aud,
    njwt_hint_audiences_t *wanted)
{
    size_t                    i;
    njwt_slice_t             *list;
    const njwt_expected_t    *expected;
    const njwt_claim_rule_t  *rule;

    static const njwt_slice_t  issuers = njwt_literal("audience");
    static const njwt_slice_t  own = njwt_literal("jwt_audience");

    expected = &hint->issuer->expected;
    rule = hint->c->policy->audience;

    wanted->list = expected->audiences;
    wanted->count = expected->audience_count;
    wanted->directive = issuers;

    for (i = 0; i < expected->audience_count; i++) {
        if (njwt_json_holds(aud, expected->audiences[i])) {
            break;
        }
    }

    if (rule == NULL
        || (i == expected->audience_count && !expected->any_audience))
    {
        return;
    }

    list = njwt_arena_alloc(hint->arena,
                            rule->value_count * sizeof(njwt_slice_t));
    if (list == NULL) {
        return;
    }

    for (i = 0; i < rule->value_count; i++) {
        list[i] = rule->values[i].text;
    }

    wanted->list = list;
    wanted->count = rule->value_count;
    wanted->directive = own;
}


static bool
njwt_hint_audience_near(njwt_hint_t *hint,
    const njwt_hint_audiences_t *wanted, njwt_value_t aud)
{
    size_t        k;
    njwt_slice_t  text;
    njwt_value_t  at = { NULL };

    while (njwt_hint_next_audience(aud, &at)) {
        text = njwt_json_string(at);

        for (k = 0; k < wanted->count; k++) {
            if (njwt_hint_say_near(hint, wanted->directive, wanted->list[k],
                                   text))
            {
                return true;
            }
        }
    }

    return false;
}


void
njwt_hint_audience(njwt_hint_t *hint)
{
    njwt_value_t           aud;
    njwt_slice_t           text = { NULL, 0 };
    njwt_hint_audiences_t  wanted;

    static const njwt_slice_t  name = njwt_literal("aud");

    if (hint->issuer == NULL) {
        return;
    }

    aud = njwt_json_member(hint->payload, name);
    njwt_hint_wanted(hint, aud, &wanted);

    if (njwt_hint_logout_token(hint)
        || njwt_hint_id_token(hint)
        || njwt_hint_audience_near(hint, &wanted, aud))
    {
        return;
    }

    if (!njwt_json_text(hint->arena, aud, &text)) {
        njwt_hint_say(hint, "the token has no \"aud\", ");
    }

    if (wanted.list != hint->issuer->expected.audiences) {
        njwt_hint_say(hint, "jwt_audience of this location: ");
    }

    njwt_hint_configured(hint, wanted.list, wanted.count, &text);

    if (njwt_hint_auth0s_own(aud)) {
        njwt_hint_say(hint, ": this token is for Auth0's own API, not for "
                            "yours");
    }

    njwt_hint_say(hint, ": request the token with the API's identifier as "
                        "audience");
}
