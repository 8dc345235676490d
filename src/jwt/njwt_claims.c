/*
 * What does a token claim?
 */

#include "njwt_claims.h"


struct njwt_payload_s {
    njwt_value_t   root;
    njwt_slice_t   signing_input;   /* what a proof must be about */
};

struct njwt_claims_s {
    njwt_value_t   root;
};


static const njwt_slice_t  njwt_iss = njwt_literal("iss");
static const njwt_slice_t  njwt_sub = njwt_literal("sub");
static const njwt_slice_t  njwt_aud = njwt_literal("aud");
static const njwt_slice_t  njwt_exp = njwt_literal("exp");
static const njwt_slice_t  njwt_nbf = njwt_literal("nbf");
static const njwt_slice_t  njwt_iat = njwt_literal("iat");
static const njwt_slice_t  njwt_jti = njwt_literal("jti");
static const njwt_slice_t  njwt_cnf = njwt_literal("cnf");


static bool
njwt_claims_string_ok(njwt_value_t root, njwt_slice_t name)
{
    njwt_json_type_t  type;

    type = njwt_json_type(njwt_json_member(root, name));

    return type == NJWT_JSON_ABSENT || type == NJWT_JSON_STRING;
}


/* Is this the text of 2^53 or its negative, with a fraction of zeros? */

static bool
njwt_claims_last_date(njwt_slice_t text)
{
    size_t        i;
    njwt_slice_t  digits;

    static const njwt_slice_t  last = njwt_literal("9007199254740992");

    i = (text.len > 0 && text.data[0] == '-') ? 1 : 0;

    if (text.len - i < last.len) {
        return false;
    }

    digits.data = text.data + i;
    digits.len = last.len;
    i += last.len;

    if (i < text.len && text.data[i] == '.') {
        do {
            i++;
        } while (i < text.len && text.data[i] == '0');
    }

    return njwt_slice_equal(digits, last) && i == text.len;
}


static bool
njwt_claims_date_ok(njwt_value_t root, njwt_slice_t name)
{
    double        date;
    njwt_slice_t  text;
    njwt_value_t  value;

    value = njwt_json_member(root, name);

    if (njwt_json_type(value) == NJWT_JSON_ABSENT) {
        return true;
    }

    if (njwt_json_type(value) != NJWT_JSON_NUMBER) {
        return false;
    }

    date = njwt_json_number(value);

    if (date > -NJWT_MAX_DATE && date < NJWT_MAX_DATE) {
        return true;
    }

    /* 2^53 + 1 reads as 2^53: there the text decides */

    return njwt_json_scalar(value, &text) && njwt_claims_last_date(text);
}


static bool
njwt_claims_audience_ok(njwt_value_t root)
{
    njwt_value_t  value;

    value = njwt_json_member(root, njwt_aud);

    return njwt_json_type(value) == NJWT_JSON_ABSENT
           || njwt_json_strings(value);
}


static bool
njwt_claims_types_ok(njwt_value_t root)
{
    return njwt_json_type(root) == NJWT_JSON_OBJECT
           && njwt_claims_string_ok(root, njwt_iss)
           && njwt_claims_string_ok(root, njwt_sub)
           && njwt_claims_string_ok(root, njwt_jti)
           && njwt_claims_audience_ok(root)
           && njwt_claims_date_ok(root, njwt_exp)
           && njwt_claims_date_ok(root, njwt_nbf)
           && njwt_claims_date_ok(root, njwt_iat);
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

    return njwt_claims_types_ok(payload->root) ? payload : NULL;
}


/* The questions that both an unverified payload and claims may be asked. */

static bool
njwt_claims_root_expired(njwt_value_t root, double leeway, int64_t now)
{
    njwt_value_t  exp;

    exp = njwt_json_member(root, njwt_exp);

    return njwt_json_type(exp) != NJWT_JSON_NUMBER
           || njwt_json_number(exp) + leeway <= (double) now;
}


/* A date that isn't there is 0, which lies in the past. */

static bool
njwt_claims_root_ahead(njwt_value_t root, njwt_slice_t name, double leeway,
    int64_t now)
{
    return njwt_json_number(njwt_json_member(root, name))
           > (double) now + leeway;
}


static bool
njwt_claims_root_for_us(njwt_value_t root, const njwt_expected_t *expected)
{
    size_t        i;
    njwt_value_t  aud;

    if (expected->any_audience) {
        return true;
    }

    aud = njwt_json_member(root, njwt_aud);

    for (i = 0; i < expected->audience_count; i++) {
        if (njwt_json_holds(aud, expected->audiences[i])) {
            return true;
        }
    }

    return false;
}


bool
njwt_payload_issued_by(const njwt_payload_t *payload,
    const njwt_slice_t *issuers, size_t count)
{
    size_t        i;
    njwt_value_t  iss;

    iss = njwt_json_member(payload->root, njwt_iss);

    for (i = 0; i < count; i++) {
        if (njwt_json_type(iss) == NJWT_JSON_STRING
            && njwt_slice_equal(njwt_json_string(iss), issuers[i]))
        {
            return true;
        }
    }

    return false;
}


bool
njwt_payload_plausible(const njwt_payload_t *payload,
    const njwt_expected_t *expected, int64_t now)
{
    njwt_value_t  root;

    root = payload->root;

    return !njwt_claims_root_expired(root, expected->leeway, now)
           && !njwt_claims_root_ahead(root, njwt_nbf, expected->leeway, now)
           && !njwt_claims_root_ahead(root, njwt_iat, expected->leeway, now)
           && njwt_claims_root_for_us(root, expected);
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

    /* the same bytes in the same place, not merely equal ones */

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

    return claims;
}


bool
njwt_claims_expired(const njwt_claims_t *claims,
    const njwt_expected_t *expected, int64_t now)
{
    return njwt_claims_root_expired(claims->root, expected->leeway, now);
}


bool
njwt_claims_not_yet_valid(const njwt_claims_t *claims,
    const njwt_expected_t *expected, int64_t now)
{
    return njwt_claims_root_ahead(claims->root, njwt_nbf, expected->leeway,
                                  now);
}


bool
njwt_claims_from_future(const njwt_claims_t *claims,
    const njwt_expected_t *expected, int64_t now)
{
    return njwt_claims_root_ahead(claims->root, njwt_iat, expected->leeway,
                                  now);
}


bool
njwt_claims_for_us(const njwt_claims_t *claims,
    const njwt_expected_t *expected)
{
    return njwt_claims_root_for_us(claims->root, expected);
}


bool
njwt_claims_bound(const njwt_claims_t *claims)
{
    return njwt_json_type(njwt_json_member(claims->root, njwt_cnf))
           != NJWT_JSON_ABSENT;
}


njwt_value_t
njwt_claims_get(const njwt_claims_t *claims, njwt_slice_t name)
{
    return njwt_json_member(claims->root, name);
}
