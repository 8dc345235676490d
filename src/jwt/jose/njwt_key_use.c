/*
 * What is a JWK for, as far as it says?
 */

#include "njwt_key_jwk.h"

#include <openssl/objects.h>


static const njwt_slice_t  njwt_rsa = njwt_literal("RSA");

static const njwt_jwk_curve_t  njwt_jwk_curves[] = {
    { njwt_literal("EC"), njwt_literal("P-256"), "P-256",
      NID_X9_62_prime256v1, 32, NJWT_ALG_ES256 },
    { njwt_literal("EC"), njwt_literal("P-384"), "P-384",
      NID_secp384r1, 48, NJWT_ALG_ES384 },
    { njwt_literal("EC"), njwt_literal("P-521"), "P-521",
      NID_secp521r1, 66, NJWT_ALG_ES512 },
    { njwt_literal("OKP"), njwt_literal("Ed25519"), "ED25519",
      NID_ED25519, 32, NJWT_ALG_EDDSA }
};


/* Is this member that text? */

static bool
njwt_jwk_says(njwt_value_t jwk, njwt_slice_t name, njwt_slice_t text)
{
    return njwt_slice_equal(njwt_json_string(njwt_json_member(jwk, name)),
                            text);
}


njwt_jwk_kind_t
njwt_jwk_curve_kind(const njwt_jwk_curve_t *curve)
{
    return (curve->alg == NJWT_ALG_EDDSA) ? NJWT_JWK_OKP : NJWT_JWK_EC;
}


njwt_jwk_kind_t
njwt_jwk_kind(njwt_value_t jwk, const njwt_jwk_curve_t **curve)
{
    size_t                   i;
    const njwt_jwk_curve_t  *known;

    static const njwt_slice_t  kty = njwt_literal("kty");
    static const njwt_slice_t  crv = njwt_literal("crv");

    *curve = NULL;

    if (njwt_jwk_says(jwk, kty, njwt_rsa)) {
        return NJWT_JWK_RSA;
    }

    for (i = 0; i < sizeof(njwt_jwk_curves) / sizeof(njwt_jwk_curves[0]);
         i++)
    {
        known = &njwt_jwk_curves[i];

        if (njwt_jwk_says(jwk, kty, known->kty)
            && njwt_jwk_says(jwk, crv, known->crv))
        {
            *curve = known;
            return njwt_jwk_curve_kind(known);
        }
    }

    return NJWT_JWK_OTHER;
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


bool
njwt_jwk_is(njwt_value_t jwk, const njwt_public_t *key)
{
    njwt_value_t  crv;

    static const njwt_slice_t  kty_name = njwt_literal("kty");
    static const njwt_slice_t  crv_name = njwt_literal("crv");

    if (key->curve == NULL) {
        return njwt_jwk_says(jwk, kty_name, njwt_rsa);
    }

    crv = njwt_json_member(jwk, crv_name);

    return njwt_jwk_says(jwk, kty_name, key->curve->kty)
           && (njwt_json_type(crv) == NJWT_JSON_ABSENT
               || njwt_jwk_says(jwk, crv_name, key->curve->crv));
}


njwt_alg_t
njwt_public_algs(const njwt_public_t *key)
{
    return (key->kind == NJWT_JWK_RSA) ? NJWT_ALGS_RSA : key->curve->alg;
}


njwt_alg_t
njwt_jwk_algs(njwt_value_t jwk, const njwt_public_t *key)
{
    njwt_value_t  alg;

    static const njwt_slice_t  name = njwt_literal("alg");

    if (key->kind == NJWT_JWK_OTHER) {
        return NJWT_ALG_UNKNOWN;
    }

    alg = njwt_json_member(jwk, name);

    if (njwt_json_type(alg) == NJWT_JSON_ABSENT) {
        return njwt_public_algs(key);
    }

    return njwt_alg(njwt_json_string(alg)) & njwt_public_algs(key);
}


const njwt_jwk_curve_t *
njwt_jwk_curve(const char *group)
{
    size_t  i;

    for (i = 0; i < sizeof(njwt_jwk_curves) / sizeof(njwt_jwk_curves[0]);
         i++)
    {
        if (OBJ_sn2nid(group) == njwt_jwk_curves[i].nid) {
            return &njwt_jwk_curves[i];
        }
    }

    return NULL;
}
