/*
 * What is a JWK for, as far as it says?
 */

#include "njwt_key_jwk.h"

#include <string.h>


static const njwt_jwk_curve_t  njwt_jwk_curves[] = {
    { "EC",  "P-256",   "P-256",   32, NJWT_ALG_ES256 },
    { "EC",  "P-384",   "P-384",   48, NJWT_ALG_ES384 },
    { "EC",  "P-521",   "P-521",   66, NJWT_ALG_ES512 },
    { "OKP", "Ed25519", "ED25519", 32, NJWT_ALG_EDDSA }
};


/* Is this member that text? */

static bool
njwt_jwk_says(njwt_value_t jwk, njwt_slice_t name, const char *text)
{
    njwt_slice_t  value;

    value = njwt_json_string(njwt_json_member(jwk, name));

    return value.len > 0
           && memchr(value.data, 0, value.len) == NULL
           && strncmp((const char *) value.data, text, value.len) == 0
           && text[value.len] == '\0';
}


bool
njwt_jwk_is(njwt_value_t jwk, const char *kty)
{
    static const njwt_slice_t  name = njwt_literal("kty");

    return njwt_jwk_says(jwk, name, kty);
}


const njwt_jwk_curve_t *
njwt_jwk_curve(njwt_value_t jwk)
{
    size_t                   i;
    const njwt_jwk_curve_t  *curve;

    static const njwt_slice_t  name = njwt_literal("crv");

    for (i = 0; i < sizeof(njwt_jwk_curves) / sizeof(njwt_jwk_curves[0]);
         i++)
    {
        curve = &njwt_jwk_curves[i];

        if (njwt_jwk_is(jwk, curve->kty)
            && njwt_jwk_says(jwk, name, curve->crv))
        {
            return curve;
        }
    }

    return NULL;
}


bool
njwt_jwk_for_signatures(njwt_value_t jwk)
{
    njwt_value_t  use, ops;

    static const njwt_slice_t  use_name = njwt_literal("use");
    static const njwt_slice_t  ops_name = njwt_literal("key_ops");
    static const njwt_slice_t  sig = njwt_literal("sig");
    static const njwt_slice_t  verify = njwt_literal("verify");

    use = njwt_json_member(jwk, use_name);
    ops = njwt_json_member(jwk, ops_name);

    if (njwt_json_type(use) != NJWT_JSON_ABSENT
        && !njwt_slice_equal(njwt_json_string(use), sig))
    {
        return false;
    }

    return njwt_json_type(ops) == NJWT_JSON_ABSENT
           || (njwt_json_type(ops) == NJWT_JSON_ARRAY
               && njwt_json_holds(ops, verify));
}


njwt_alg_t
njwt_jwk_algs(njwt_value_t jwk)
{
    njwt_alg_t               algs;
    njwt_value_t             alg;
    const njwt_jwk_curve_t  *curve;

    static const njwt_slice_t  name = njwt_literal("alg");

    curve = njwt_jwk_curve(jwk);
    algs = (curve != NULL) ? curve->alg : NJWT_ALG_UNKNOWN;

    if (njwt_jwk_is(jwk, "RSA")) {
        algs = NJWT_ALGS_RSA;
    }

    alg = njwt_json_member(jwk, name);

    if (njwt_json_type(alg) == NJWT_JSON_ABSENT) {
        return algs;
    }

    return njwt_alg(njwt_json_string(alg)) & algs;
}
