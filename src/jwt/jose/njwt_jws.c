/*
 * The parts of a token.
 */

#include "njwt_jws.h"
#include "njwt_b64.h"

#include <string.h>


/* the types of header members, by RFC 7515, section 4.1; arrays of strings */

static const struct {
    njwt_slice_t      name;
    njwt_json_type_t  type;
} njwt_jws_members[] = {
    { njwt_literal("jku"), NJWT_JSON_STRING },
    { njwt_literal("jwk"), NJWT_JSON_OBJECT },
    { njwt_literal("kid"), NJWT_JSON_STRING },
    { njwt_literal("x5u"), NJWT_JSON_STRING },
    { njwt_literal("x5c"), NJWT_JSON_ARRAY },
    { njwt_literal("x5t"), NJWT_JSON_STRING },
    { njwt_literal("x5t#S256"), NJWT_JSON_STRING },
    { njwt_literal("typ"), NJWT_JSON_STRING },
    { njwt_literal("cty"), NJWT_JSON_STRING },
    { njwt_literal("crit"), NJWT_JSON_ARRAY }
};


size_t
njwt_jws_parts(njwt_slice_t token)
{
    size_t          n;
    const uint8_t  *dot;

    n = 1;

    while (token.len > 0
           && (dot = memchr(token.data, '.', token.len)) != NULL)
    {
        token.len -= (size_t) (dot - token.data) + 1;
        token.data = dot + 1;
        n++;
    }

    return n;
}


static bool
njwt_jws_member_ok(njwt_slice_t name, njwt_value_t value)
{
    size_t            i;
    njwt_json_type_t  type;

    for (i = 0; i < sizeof(njwt_jws_members) / sizeof(njwt_jws_members[0]);
         i++)
    {
        if (njwt_slice_equal(name, njwt_jws_members[i].name)) {
            type = njwt_jws_members[i].type;

            return njwt_json_type(value) == type
                   && (type != NJWT_JSON_ARRAY || njwt_json_strings(value));
        }
    }

    return true;
}


/* A header has about three members, fewer than there are names to look up. */

static bool
njwt_jws_header_ok(njwt_value_t header)
{
    njwt_slice_t  name;
    njwt_value_t  value = { NULL };

    if (njwt_json_type(header) != NJWT_JSON_OBJECT) {
        return false;
    }

    while (njwt_json_next(header, &name, &value)) {
        if (!njwt_jws_member_ok(name, value)) {
            return false;
        }
    }

    return true;
}


bool
njwt_jws_parse(njwt_arena_t *arena, njwt_slice_t token, njwt_jws_t *jws)
{
    njwt_jws_t    parsed;
    njwt_slice_t  rest, header, payload, json;

    rest = token;
    header = njwt_slice_until(&rest, '.');
    payload = njwt_slice_until(&rest, '.');

    if (header.len == 0 || payload.len == 0 || rest.len == 0) {
        return false;
    }

    if (!njwt_b64_decode(arena, header, &json)
        || !njwt_b64_decode(arena, payload, &parsed.payload)
        || !njwt_b64_decode(arena, rest, &parsed.signature))
    {
        return false;
    }

    parsed.header = njwt_json_object(arena, json);

    if (!njwt_jws_header_ok(parsed.header)) {
        return false;
    }

    parsed.signing_input.data = token.data;
    parsed.signing_input.len = header.len + 1 + payload.len;

    *jws = parsed;

    return true;
}


bool
njwt_jws_direct(njwt_arena_t *arena, njwt_slice_t token)
{
    njwt_slice_t  rest, json;

    rest = token;

    if (!njwt_b64_decode(arena, njwt_slice_until(&rest, '.'), &json)) {
        return false;
    }

    return njwt_slice_equal(
        njwt_json_string(njwt_json_member(njwt_json_object(arena, json),
                                          njwt_slice("alg"))),
        njwt_slice("dir"));
}


bool
njwt_jws_critical(const njwt_jws_t *jws)
{
    return njwt_json_type(njwt_json_member(jws->header, njwt_slice("crit")))
           != NJWT_JSON_ABSENT
           || njwt_json_type(njwt_json_member(jws->header, njwt_slice("b64")))
              != NJWT_JSON_ABSENT;
}


static bool
njwt_jws_typ_one_of(const njwt_jws_t *jws, const njwt_slice_t *allowed,
    size_t count, bool absent)
{
    size_t        i;
    njwt_slice_t  typ;

    if (!njwt_jws_string(jws, njwt_slice("typ"), &typ)) {
        return absent;
    }

    for (i = 0; i < count; i++) {
        /* as media types are (RFC 2045, section 5.1) */

        if (njwt_slice_same_nocase(typ, allowed[i])) {
            return true;
        }
    }

    return false;
}


bool
njwt_jws_typ_allowed(const njwt_jws_t *jws, njwt_profile_t profile)
{
    static const njwt_slice_t  allowed[] = {
        njwt_literal("at+jwt"),
        njwt_literal("application/at+jwt"),

        /* by RFC 9068 these are not access tokens */
        njwt_literal("jwt"),
        njwt_literal("application/jwt")
    };

    return njwt_jws_typ_one_of(jws, allowed,
                               (profile == NJWT_PROFILE_ANY) ? 4 : 2,
                               profile == NJWT_PROFILE_ANY);
}


bool
njwt_jws_typ_logout(const njwt_jws_t *jws)
{
    static const njwt_slice_t  allowed[] = {
        njwt_literal("logout+jwt"),
        njwt_literal("application/logout+jwt"),
        njwt_literal("jwt"),
        njwt_literal("application/jwt")
    };

    return njwt_jws_typ_one_of(jws, allowed, 4, true);
}


njwt_alg_t
njwt_jws_alg(const njwt_jws_t *jws)
{
    njwt_slice_t  alg;

    return njwt_jws_string(jws, njwt_slice("alg"), &alg) ? njwt_alg(alg)
                                            : NJWT_ALG_UNKNOWN;
}


bool
njwt_jws_kid(const njwt_jws_t *jws, njwt_slice_t *out)
{
    return njwt_jws_string(jws, njwt_slice("kid"), out);
}


bool
njwt_jws_string(const njwt_jws_t *jws, njwt_slice_t name, njwt_slice_t *out)
{
    njwt_value_t  value;

    value = njwt_json_member(jws->header, name);

    if (njwt_json_type(value) != NJWT_JSON_STRING) {
        return false;
    }

    *out = njwt_json_string(value);

    return true;
}
