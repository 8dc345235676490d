/*
 * Which public key does a JWK describe, and what is it for?
 */

#include "njwt_key_jwk.h"
#include "njwt_b64.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>


#define NJWT_RSA_MIN_BITS  2048
#define NJWT_RSA_MAX_BITS  8192


/* A member that must be strict base64url of an integer (RFC 7518, 6.3.1). */

static BIGNUM *
njwt_jwk_integer(njwt_arena_t *scratch, njwt_value_t jwk, njwt_slice_t name)
{
    njwt_slice_t  text, bytes;

    text = njwt_json_string(njwt_json_member(jwk, name));

    /* the key's size is capped before any of it is read as a number */

    if (text.len == 0
        || text.len > NJWT_RSA_MAX_BITS / 6 + 8
        || !njwt_b64_decode(scratch, text, &bytes))
    {
        return NULL;
    }

    /* the fewest octets: one spelling for one key */

    if (bytes.data[0] == 0) {
        return NULL;
    }

    return BN_bin2bn(bytes.data, (int) bytes.len, NULL);
}


static EVP_PKEY *
njwt_jwk_rsa_import(const BIGNUM *n, const BIGNUM *e)
{
    EVP_PKEY        *pkey;
    OSSL_PARAM      *params;
    EVP_PKEY_CTX    *ctx;
    OSSL_PARAM_BLD  *build;

    pkey = NULL;
    params = NULL;
    build = OSSL_PARAM_BLD_new();
    ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);

    if (build != NULL
        && ctx != NULL
        && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1
        && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1
        && (params = OSSL_PARAM_BLD_to_param(build)) != NULL
        && EVP_PKEY_fromdata_init(ctx) == 1
        && EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
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

    /* OpenSSL verifies nothing with such a pair: too slow */

    if (BN_num_bits(n) > OPENSSL_RSA_SMALL_MODULUS_BITS
        && BN_num_bits(e) > OPENSSL_RSA_MAX_PUBEXP_BITS)
    {
        return "an RSA exponent that is too large for OpenSSL";
    }

    return NULL;
}


EVP_PKEY *
njwt_jwk_rsa(njwt_arena_t *scratch, njwt_value_t jwk, const char **why)
{
    BIGNUM    *n, *e;
    EVP_PKEY  *pkey;

    static const njwt_slice_t  n_name = njwt_literal("n");
    static const njwt_slice_t  e_name = njwt_literal("e");

    n = njwt_jwk_integer(scratch, jwk, n_name);
    e = njwt_jwk_integer(scratch, jwk, e_name);

    pkey = NULL;
    *why = njwt_jwk_rsa_fault(n, e);

    if (*why == NULL) {
        *why = "OpenSSL refuses it";
        pkey = njwt_jwk_rsa_import(n, e);
    }

    BN_free(n);
    BN_free(e);

    return pkey;
}


/* Is the key for verifying signatures, as far as it says? (RFC 7517, 4.2-3) */

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


/* The algorithms that the type of key and its own "alg" leave. */

njwt_alg_t
njwt_jwk_algs(njwt_value_t jwk)
{
    njwt_value_t  alg;

    static const njwt_slice_t  kty_name = njwt_literal("kty");
    static const njwt_slice_t  alg_name = njwt_literal("alg");
    static const njwt_slice_t  rsa = njwt_literal("RSA");

    if (!njwt_slice_equal(njwt_json_string(njwt_json_member(jwk, kty_name)),
                          rsa))
    {
        return NJWT_ALG_UNKNOWN;
    }

    alg = njwt_json_member(jwk, alg_name);

    if (njwt_json_type(alg) == NJWT_JSON_ABSENT) {
        return NJWT_ALG_RS256;
    }

    return njwt_alg(njwt_json_string(alg)) & NJWT_ALG_RS256;
}
