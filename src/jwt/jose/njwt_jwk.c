/*
 * JSON Web Keys: what a JWK may be used for, and its public key (RFC 7517; RFC
 * 7518, section 6; RFC 8037, section 2).
 */

#include "njwt_b64.h"
#include "njwt_jwk.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>


#define NJWT_RSA_MIN_BITS  2048
#define NJWT_RSA_MAX_BITS  8192

/* characters of such an integer, with room for some leading zeros */
#define NJWT_JWK_MAX_INTEGER  2048


static const njwt_slice_t  njwt_rsa = njwt_literal("RSA");

static const njwt_jwk_curve_t  njwt_jwk_curves[] = {
    { njwt_literal("EC"), njwt_literal("P-256"), "P-256",
      32, NID_X9_62_prime256v1, NJWT_ALG_ES256 },
    { njwt_literal("EC"), njwt_literal("P-384"), "P-384",
      48, NID_secp384r1, NJWT_ALG_ES384 },
    { njwt_literal("EC"), njwt_literal("P-521"), "P-521",
      66, NID_secp521r1, NJWT_ALG_ES512 },
    { njwt_literal("OKP"), njwt_literal("Ed25519"), "ED25519",
      32, NID_ED25519, NJWT_ALG_EDDSA }
};


/* Is this member that string? */

static bool
njwt_jwk_member_is(njwt_value_t jwk, njwt_slice_t name, njwt_slice_t text)
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

    if (njwt_jwk_member_is(jwk, kty, njwt_rsa)) {
        return NJWT_JWK_RSA;
    }

    for (i = 0; i < sizeof(njwt_jwk_curves) / sizeof(njwt_jwk_curves[0]);
         i++)
    {
        known = &njwt_jwk_curves[i];

        if (njwt_jwk_member_is(jwk, kty, known->kty)
            && njwt_jwk_member_is(jwk, crv, known->crv))
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

    use = njwt_json_member(jwk, njwt_slice("use"));
    ops = njwt_json_member(jwk, njwt_slice("key_ops"));

    if (njwt_json_type(use) != NJWT_JSON_ABSENT
        && !njwt_slice_equal(njwt_json_string(use), njwt_slice("sig")))
    {
        return false;
    }

    return njwt_json_type(ops) == NJWT_JSON_ABSENT
           || (njwt_json_type(ops) == NJWT_JSON_ARRAY
               && njwt_json_holds(ops, njwt_slice("verify")));
}


bool
njwt_jwk_is(njwt_value_t jwk, const njwt_public_t *key)
{
    njwt_value_t  crv;

    static const njwt_slice_t  kty_name = njwt_literal("kty");
    static const njwt_slice_t  crv_name = njwt_literal("crv");

    if (key->curve == NULL) {
        return njwt_jwk_member_is(jwk, kty_name, njwt_rsa);
    }

    crv = njwt_json_member(jwk, crv_name);

    return njwt_jwk_member_is(jwk, kty_name, key->curve->kty)
           && (njwt_json_type(crv) == NJWT_JSON_ABSENT
               || njwt_jwk_member_is(jwk, crv_name, key->curve->crv));
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

    if (key->kind == NJWT_JWK_OTHER) {
        return NJWT_ALG_UNKNOWN;
    }

    alg = njwt_json_member(jwk, njwt_slice("alg"));

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


/* Is this the text of an integer, by the rules for reading it? */

static bool
njwt_jwk_decode(njwt_arena_t *scratch, njwt_slice_t text,
    njwt_jwk_reading_t reading, njwt_slice_t *bytes, unsigned *spelling)
{
    bool  padded, plain;

    if (reading == NJWT_JWK_STRICT) {

        /* the fewest octets, so that a key has one spelling */

        return njwt_b64_decode(scratch, text, bytes) && bytes->data[0] != 0;
    }

    if (!njwt_b64_decode_any(scratch, text, bytes, &padded, &plain)) {
        return false;
    }

    *spelling |= (padded ? NJWT_SPELLING_PADDED : 0)
                 | (plain ? NJWT_SPELLING_PLAIN : 0);

    /* Java's BigInteger adds a byte for the sign */

    if (bytes->len > 0 && bytes->data[0] == 0) {
        *spelling |= NJWT_SPELLING_ZERO;
    }

    return bytes->len > 0;
}


/* A member that must be an integer (RFC 7518, section 6.3.1). */

static BIGNUM *
njwt_jwk_integer(njwt_arena_t *scratch, njwt_value_t jwk, njwt_slice_t name,
    njwt_jwk_reading_t reading, unsigned *spelling)
{
    njwt_slice_t  text, bytes;

    text = njwt_json_string(njwt_json_member(jwk, name));

    /* the size is limited before any of it is read as a number */

    if (text.len == 0
        || text.len > NJWT_JWK_MAX_INTEGER
        || !njwt_jwk_decode(scratch, text, reading, &bytes, spelling))
    {
        return NULL;
    }

    return BN_bin2bn(bytes.data, (int) bytes.len, NULL);
}


/* Makes a key of the parameters, if all were collected, and frees them. */

static EVP_PKEY *
njwt_jwk_import(const char *type, OSSL_PARAM_BLD *build, bool all)
{
    EVP_PKEY      *pkey;
    OSSL_PARAM    *params;
    EVP_PKEY_CTX  *ctx;

    pkey = NULL;
    params = all ? OSSL_PARAM_BLD_to_param(build) : NULL;
    ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);

    if (params == NULL
        || ctx == NULL
        || EVP_PKEY_fromdata_init(ctx) != 1
        || EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
    {
        pkey = NULL;
    }

    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(ctx);

    return pkey;
}


/* What is wrong with this modulus and exponent?  NULL: nothing. */

static const char *
njwt_jwk_rsa_fault(const BIGNUM *n, const BIGNUM *e)
{
    if (n == NULL || e == NULL) {
        return "\"n\" or \"e\" is missing or malformed";
    }

    if (BN_num_bits(n) < NJWT_RSA_MIN_BITS) {
        return "an RSA key of fewer than 2048 bits";
    }

    if (BN_num_bits(n) > NJWT_RSA_MAX_BITS) {
        return "an RSA key of more than 8192 bits";
    }

    if (!BN_is_odd(n)) {
        return "an RSA modulus that is even";
    }

    if (!BN_is_odd(e) || BN_is_one(e) || BN_cmp(e, n) >= 0) {
        return "an RSA exponent that is even, 1 or as large as the modulus";
    }

    /* OpenSSL doesn't verify with such a pair: too slow */

    if (BN_num_bits(n) > OPENSSL_RSA_SMALL_MODULUS_BITS
        && BN_num_bits(e) > OPENSSL_RSA_MAX_PUBEXP_BITS)
    {
        return "an RSA exponent that is too large for OpenSSL";
    }

    return NULL;
}


EVP_PKEY *
njwt_public_rsa(const BIGNUM *n, const BIGNUM *e, const char **why)
{
    OSSL_PARAM_BLD  *build;

    *why = njwt_jwk_rsa_fault(n, e);

    if (*why != NULL) {
        return NULL;
    }

    *why = "OpenSSL refuses it";
    build = OSSL_PARAM_BLD_new();

    return njwt_jwk_import("RSA", build, build != NULL
        && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1
        && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1);
}


/* Reads "n" and "e"; the caller frees them, and each may be NULL. */

static void
njwt_jwk_rsa_numbers(njwt_arena_t *scratch, njwt_value_t jwk,
    njwt_jwk_reading_t reading, unsigned *spelling, BIGNUM **n, BIGNUM **e)
{
    *n = njwt_jwk_integer(scratch, jwk, njwt_slice("n"), reading, spelling);
    *e = njwt_jwk_integer(scratch, jwk, njwt_slice("e"), reading, spelling);
}


static EVP_PKEY *
njwt_jwk_rsa(njwt_arena_t *scratch, njwt_value_t jwk,
    njwt_jwk_reading_t reading, unsigned *spelling, const char **why)
{
    BIGNUM    *n, *e;
    EVP_PKEY  *pkey;

    njwt_jwk_rsa_numbers(scratch, jwk, reading, spelling, &n, &e);
    pkey = njwt_public_rsa(n, e, why);

    BN_free(n);
    BN_free(e);

    return pkey;
}


/* A member that must be base64url of exactly that many bytes. */

static bool
njwt_jwk_bytes(njwt_arena_t *scratch, njwt_value_t jwk, njwt_slice_t name,
    size_t len, njwt_slice_t *out)
{
    njwt_slice_t  text;

    text = njwt_json_string(njwt_json_member(jwk, name));

    return text.len == njwt_b64_length(len)
           && njwt_b64_decode(scratch, text, out)
           && out->len == len;
}


EVP_PKEY *
njwt_public_ec(const njwt_jwk_curve_t *curve, const uint8_t *x,
    const uint8_t *y, const char **why)
{
    uint8_t          point[1 + 2 * NJWT_EC_MAX_BYTES];
    OSSL_PARAM_BLD  *build;

    point[0] = POINT_CONVERSION_UNCOMPRESSED;
    memcpy(point + 1, x, curve->bytes);
    memcpy(point + 1 + curve->bytes, y, curve->bytes);

    /* OpenSSL refuses a point that is not on the curve */

    *why = "its point is not on its curve";
    build = OSSL_PARAM_BLD_new();

    return njwt_jwk_import("EC", build, build != NULL
        && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
                                           curve->group, 0)
           == 1
        && OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY,
                                            point, 1 + 2 * curve->bytes)
           == 1);
}


EVP_PKEY *
njwt_public_okp(const njwt_jwk_curve_t *curve, const uint8_t *x,
    const char **why)
{
    *why = "OpenSSL refuses it";

    return EVP_PKEY_new_raw_public_key_ex(NULL, curve->group, NULL, x,
                                          curve->bytes);
}


/* The coordinates, each of the curve's size (RFC 7518, 6.2.1; RFC 8037, 2). */

static bool
njwt_jwk_x(njwt_arena_t *scratch, njwt_value_t jwk,
    const njwt_jwk_curve_t *curve, njwt_slice_t *x, const char **why)
{
    *why = "\"x\" is missing or malformed";

    return njwt_jwk_bytes(scratch, jwk, njwt_slice("x"), curve->bytes, x);
}


static bool
njwt_jwk_x_and_y(njwt_arena_t *scratch, njwt_value_t jwk,
    const njwt_jwk_curve_t *curve, njwt_slice_t *x, njwt_slice_t *y,
    const char **why)
{
    if (njwt_jwk_x(scratch, jwk, curve, x, why)
        && njwt_jwk_bytes(scratch, jwk, njwt_slice("y"), curve->bytes, y))
    {
        return true;
    }

    *why = "\"x\" or \"y\" is missing or malformed";

    return false;
}


/* A key on a curve (RFC 7518, section 6.2; RFC 8037, section 2). */

static EVP_PKEY *
njwt_jwk_curve_key(njwt_arena_t *scratch, njwt_value_t jwk,
    const njwt_jwk_curve_t *curve, const char **why)
{
    njwt_slice_t  x, y;

    if (njwt_jwk_curve_kind(curve) == NJWT_JWK_OKP) {
        return njwt_jwk_x(scratch, jwk, curve, &x, why)
               ? njwt_public_okp(curve, x.data, why) : NULL;
    }

    return njwt_jwk_x_and_y(scratch, jwk, curve, &x, &y, why)
           ? njwt_public_ec(curve, x.data, y.data, why) : NULL;
}


bool
njwt_jwk_well_formed(njwt_arena_t *scratch, njwt_curves_t *curves,
    njwt_value_t jwk, const njwt_public_t *key, const char **why)
{
    BIGNUM        *n, *e;
    unsigned       spelling;
    njwt_slice_t   x, y;

    if (key->kind == NJWT_JWK_OKP) {
        return njwt_jwk_x(scratch, jwk, key->curve, &x, why);
    }

    if (key->kind == NJWT_JWK_EC) {
        if (!njwt_jwk_x_and_y(scratch, jwk, key->curve, &x, &y, why)) {
            return false;
        }

        *why = "its point is not on its curve";

        return njwt_curve_has(curves, key->curve, x, y);
    }

    spelling = 0;
    njwt_jwk_rsa_numbers(scratch, jwk, NJWT_JWK_STRICT, &spelling, &n, &e);
    *why = njwt_jwk_rsa_fault(n, e);

    BN_free(n);
    BN_free(e);

    return *why == NULL;
}


bool
njwt_jwk_public(njwt_arena_t *scratch, njwt_value_t jwk,
    njwt_jwk_reading_t reading, njwt_public_t *key, unsigned *spelling,
    const char **why)
{
    switch (key->kind) {

    case NJWT_JWK_RSA:
        key->pkey = njwt_jwk_rsa(scratch, jwk, reading, spelling, why);
        break;

    case NJWT_JWK_EC:
    case NJWT_JWK_OKP:
        key->pkey = njwt_jwk_curve_key(scratch, jwk, key->curve, why);
        break;

    default:
        *why = "its \"kty\" or \"crv\" is none that the gate verifies";
        key->pkey = NULL;
    }

    return key->pkey != NULL;
}


bool
njwt_jwk_digest(EVP_PKEY *pkey, uint8_t *out)
{
    int            len;
    bool           made;
    uint8_t       *der;
    njwt_slice_t   bytes;

    der = NULL;

    (void) ERR_set_mark();
    len = i2d_PUBKEY(pkey, &der);
    (void) ERR_pop_to_mark();

    bytes.data = der;
    bytes.len = (size_t) len;
    made = len > 0 && njwt_sha256(bytes, out);

    OPENSSL_free(der);

    return made;
}
