/*
 * The claims of a token.
 */

#include "njwt_claims.h"
#include "njwt_scopes.h"

#include <string.h>


struct njwt_claims_s {
    njwt_value_t                  root;
    njwt_dates_t                  dates;

    /* of claims from the cache, which have no root */
    const njwt_claims_summary_t  *summary;
    const njwt_predicate_set_t   *predicates;
};


struct njwt_payload_s {
    njwt_value_t   root;
    njwt_dates_t   dates;
    njwt_slice_t   signing_input;   /* the bytes that a proof must be about */
};


static const njwt_slice_t  njwt_iss = njwt_literal("iss");
static const njwt_slice_t  njwt_sub = njwt_literal("sub");
static const njwt_slice_t  njwt_aud = njwt_literal("aud");
static const njwt_slice_t  njwt_jti = njwt_literal("jti");
static const njwt_slice_t  njwt_cnf = njwt_literal("cnf");

static const njwt_slice_t  njwt_rfc9068[] = {
    njwt_literal("iss"),
    njwt_literal("exp"),
    njwt_literal("aud"),
    njwt_literal("sub"),
    njwt_literal("client_id"),
    njwt_literal("iat"),
    njwt_literal("jti")
};


static bool
njwt_claims_string_ok(njwt_value_t root, njwt_slice_t name)
{
    njwt_json_type_t  type;

    type = njwt_json_type(njwt_json_member(root, name));

    return type == NJWT_JSON_ABSENT || type == NJWT_JSON_STRING;
}


static bool
njwt_claims_audience_valid(njwt_value_t root)
{
    njwt_value_t  value;

    value = njwt_json_member(root, njwt_aud);

    return njwt_json_type(value) == NJWT_JSON_ABSENT
           || njwt_json_strings(value);
}


static bool
njwt_claims_types_ok(njwt_value_t root, njwt_dates_t *dates)
{
    return njwt_json_type(root) == NJWT_JSON_OBJECT
           && njwt_claims_string_ok(root, njwt_iss)
           && njwt_claims_string_ok(root, njwt_sub)
           && njwt_claims_string_ok(root, njwt_jti)
           && njwt_claims_audience_valid(root)
           && njwt_dates_take(root, dates);
}


const njwt_payload_t *
njwt_payload_parse(njwt_arena_t *arena, const njwt_jws_t *jws)
{
    njwt_payload_t  *payload;

    payload = njwt_arena_alloc(arena, sizeof(njwt_payload_t));

    if (payload == NULL) {
        return NULL;
    }

    payload->root = njwt_json_object(arena, jws->payload);
    payload->signing_input = jws->signing_input;

    return njwt_claims_types_ok(payload->root, &payload->dates) ? payload
                                                                : NULL;
}


/* What may be asked both of an unverified payload and of claims. */

static bool
njwt_claims_root_audience_ok(njwt_value_t root,
    const njwt_expected_t *expected)
{
    return expected->any_audience
           || njwt_json_held(njwt_json_member(root, njwt_aud),
                             expected->audiences, expected->audience_count)
              < expected->audience_count;
}


bool
njwt_payload_issued_by(const njwt_payload_t *payload,
    const njwt_slice_t *issuers, size_t count)
{
    /* a payload's "iss" is a string, see above, or absent */

    return njwt_json_held(njwt_json_member(payload->root, njwt_iss), issuers,
                          count)
           < count;
}


bool
njwt_payload_plausible(const njwt_payload_t *payload,
    const njwt_expected_t *expected, int64_t now)
{
    double               leeway;
    const njwt_dates_t  *dates;

    leeway = expected->leeway;
    dates = &payload->dates;

    return !njwt_dates_expired(dates, leeway, now)
           && !njwt_dates_not_yet_valid(dates, leeway, now)
           && !njwt_dates_from_future(dates, leeway, now)
           && (!expected->has_max_age
               || (njwt_dates_issued(dates)
                   && !njwt_dates_too_old(dates, expected->max_age, leeway,
                                          now)))
           && njwt_claims_root_audience_ok(payload->root, expected);
}


bool
njwt_payload_for(const njwt_payload_t *payload, const njwt_claim_rule_t *rule)
{
    size_t        i;
    njwt_value_t  aud;

    aud = njwt_json_member(payload->root, njwt_aud);

    for (i = 0; i < rule->value_count; i++) {
        if (njwt_json_holds(aud, rule->values[i].text)) {
            return true;
        }
    }

    return false;
}


njwt_value_t
njwt_payload_logout(njwt_value_t payload)
{
    static const njwt_slice_t  events = njwt_literal("events");
    static const njwt_slice_t  logout = njwt_literal(
        "http://schemas.openid.net/event/backchannel-logout");

    return njwt_json_member(njwt_json_member(payload, events), logout);
}


void
njwt_payload_excerpt(njwt_arena_t *arena, const njwt_payload_t *payload,
    njwt_slice_t *iss, njwt_slice_t *aud)
{
    iss->len = 0;
    aud->len = 0;

    (void) njwt_json_text(arena, njwt_json_member(payload->root, njwt_iss),
                          iss);
    (void) njwt_json_text(arena, njwt_json_member(payload->root, njwt_aud),
                          aud);
}


const njwt_claims_t *
njwt_claims_open(njwt_arena_t *arena, const njwt_payload_t *payload,
    const njwt_proof_t *proof)
{
    njwt_slice_t    input;
    njwt_claims_t  *claims;

    input = njwt_proof_input(proof);

    /* the very same bytes, not merely equal ones */

    if (input.data != payload->signing_input.data
        || input.len != payload->signing_input.len)
    {
        return NULL;
    }

    claims = njwt_arena_alloc(arena, sizeof(njwt_claims_t));

    if (claims == NULL) {
        return NULL;
    }

    claims->root = payload->root;
    claims->dates = payload->dates;

    return claims;
}


const njwt_dates_t *
njwt_claims_dates(const njwt_claims_t *claims)
{
    return &claims->dates;
}


bool
njwt_claims_too_old(const njwt_claims_t *claims,
    const njwt_expected_t *expected, int64_t now)
{
    return expected->has_max_age
           && njwt_dates_too_old(&claims->dates, expected->max_age,
                                 expected->leeway, now);
}


bool
njwt_claims_audience_ok(const njwt_claims_t *claims,
    const njwt_expected_t *expected)
{
    return (claims->summary != NULL)
           ? claims->summary->audience_ok == 1
           : njwt_claims_root_audience_ok(claims->root, expected)
             && njwt_json_type(njwt_payload_logout(claims->root))
                == NJWT_JSON_ABSENT;
}


bool
njwt_payload_lacks(njwt_value_t payload, size_t *i, njwt_slice_t *name)
{
    njwt_json_type_t  type;

    while (*i < sizeof(njwt_rfc9068) / sizeof(njwt_rfc9068[0])) {
        *name = njwt_rfc9068[(*i)++];
        type = njwt_json_type(njwt_json_member(payload, *name));

        if (type == NJWT_JSON_ABSENT
            || (type != NJWT_JSON_STRING
                && njwt_slice_equal(*name, njwt_slice("client_id"))))
        {
            return true;
        }
    }

    return false;
}


bool
njwt_claims_has_required(const njwt_claims_t *claims,
    const njwt_expected_t *expected)
{
    size_t        i = 0;
    njwt_slice_t  name;

    if (claims->summary != NULL) {
        return claims->summary->has_required == 1;
    }

    return (!expected->has_max_age || njwt_dates_issued(&claims->dates))
           && (expected->profile == NJWT_PROFILE_ANY
               || !njwt_payload_lacks(claims->root, &i, &name));
}


bool
njwt_claims_has_cnf(const njwt_claims_t *claims)
{
    return (claims->summary != NULL)
           ? claims->summary->has_cnf != 0
           : njwt_json_type(njwt_json_member(claims->root, njwt_cnf))
             != NJWT_JSON_ABSENT;
}


njwt_value_t
njwt_claims_root(const njwt_claims_t *claims)
{
    return claims->root;
}


njwt_value_t
njwt_claims_get(const njwt_claims_t *claims, njwt_slice_t name)
{
    return njwt_json_member(claims->root, name);
}


bool
njwt_claims_milliseconds(const njwt_claims_t *claims)
{
    return njwt_dates_milliseconds(claims->dates.exp);
}


const njwt_claims_t *
njwt_claims_cached(njwt_arena_t *arena, const njwt_claims_summary_t *summary,
    const njwt_predicate_set_t *predicates)
{
    njwt_claims_t  *claims;

    claims = njwt_arena_alloc(arena, sizeof(njwt_claims_t));

    if (claims != NULL) {
        claims->dates = summary->dates;
        claims->summary = summary;
        claims->predicates = predicates;
    }

    return claims;
}


bool
njwt_claims_summary(njwt_arena_t *arena, const njwt_claims_t *claims,
    const njwt_expected_t *expected, const njwt_predicates_t *predicates,
    njwt_claims_summary_t *summary)
{
    njwt_value_t  granted;

    granted = njwt_scopes_find(arena, claims->root, expected->scope_claims,
                               expected->scope_claim_count);

    memset(summary, 0, sizeof(njwt_claims_summary_t));

    summary->dates = claims->dates;
    summary->audience_ok = njwt_claims_audience_ok(claims, expected);
    summary->has_required = njwt_claims_has_required(claims, expected);
    summary->has_cnf = njwt_claims_has_cnf(claims);

    njwt_predicates_scopes(predicates, granted, &summary->answers.set);

    return !arena->failed;
}


const njwt_predicate_set_t *
njwt_claims_predicates(const njwt_claims_t *claims)
{
    return claims->predicates;
}
