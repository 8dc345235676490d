/*
 * Does this key vouch for these bytes?
 */

#include "njwt_key.h"
#include "njwt_b64.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>


#define NJWT_RSA_MIN_BITS  2048
#define NJWT_RSA_MAX_BITS  8192


/* OpenSSL fetches and locks on each use of what isn't prepared like this */

struct njwt_key_s {
    uint8_t        kid[NJWT_MAX_KID];
    size_t         kid_len;
    bool           has_kid;
    njwt_alg_t     algs;         /* what the key is for */
    EVP_PKEY      *pkey;
    EVP_PKEY_CTX  *verify;
    EVP_MD        *md;
};

struct njwt_proof_s {
    njwt_slice_t   input;
};


static const char  njwt_out_of_memory[] = "out of memory";


/* A member that must be strict base64url of an integer (RFC 7518, 6.3.1). */

static BIGNUM *
njwt_key_integer(njwt_arena_t *scratch, njwt_value_t jwk, njwt_slice_t name)
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
njwt_key_rsa_import(const BIGNUM *n, const BIGNUM *e)
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
njwt_key_rsa_fault(const BIGNUM *n, const BIGNUM *e)
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


static EVP_PKEY *
njwt_key_rsa(njwt_arena_t *scratch, njwt_value_t jwk, const char **why)
{
    BIGNUM    *n, *e;
    EVP_PKEY  *pkey;

    static const njwt_slice_t  n_name = njwt_literal("n");
    static const njwt_slice_t  e_name = njwt_literal("e");

    n = njwt_key_integer(scratch, jwk, n_name);
    e = njwt_key_integer(scratch, jwk, e_name);

    pkey = NULL;
    *why = njwt_key_rsa_fault(n, e);

    if (*why == NULL) {
        *why = "OpenSSL refuses it";
        pkey = njwt_key_rsa_import(n, e);
    }

    BN_free(n);
    BN_free(e);

    return pkey;
}


/* Is the key for verifying signatures, as far as it says? (RFC 7517, 4.2-3) */

static bool
njwt_key_for_signatures(njwt_value_t jwk)
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

static njwt_alg_t
njwt_key_algs(njwt_value_t jwk)
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


static bool
njwt_key_read_kid(njwt_key_t *key, njwt_value_t jwk)
{
    njwt_value_t  value;
    njwt_slice_t  kid;

    static const njwt_slice_t  name = njwt_literal("kid");

    value = njwt_json_member(jwk, name);

    if (njwt_json_type(value) == NJWT_JSON_ABSENT) {
        return true;
    }

    kid = njwt_json_string(value);

    if (njwt_json_type(value) != NJWT_JSON_STRING || kid.len > NJWT_MAX_KID) {
        return false;
    }

    if (kid.len > 0) {
        memcpy(key->kid, kid.data, kid.len);
    }

    key->kid_len = kid.len;
    key->has_kid = true;

    return true;
}


/* All that a verification needs and that one key pays for only once. */

static bool
njwt_key_prepare(njwt_key_t *key)
{
    key->md = EVP_MD_fetch(NULL, "SHA256", NULL);
    key->verify = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);

    return key->md != NULL
           && key->verify != NULL
           && EVP_PKEY_verify_init(key->verify) == 1
           && EVP_PKEY_CTX_set_rsa_padding(key->verify, RSA_PKCS1_PADDING) == 1
           && EVP_PKEY_CTX_set_signature_md(key->verify, key->md) == 1;
}


static bool
njwt_key_load(njwt_key_t *key, njwt_arena_t *scratch, njwt_value_t jwk,
    const char **why)
{
    *why = "not an object";

    if (njwt_json_type(jwk) != NJWT_JSON_OBJECT) {
        return false;
    }

    *why = "\"use\" or \"key_ops\" says that it isn't for signatures";

    if (!njwt_key_for_signatures(jwk)) {
        return false;
    }

    *why = "its \"kty\" or \"alg\" is none that the gate verifies";
    key->algs = njwt_key_algs(jwk);

    if (key->algs == NJWT_ALG_UNKNOWN) {
        return false;
    }

    *why = "\"kid\" is no string or longer than 255 bytes";

    if (!njwt_key_read_kid(key, jwk)) {
        return false;
    }

    key->pkey = njwt_key_rsa(scratch, jwk, why);

    if (key->pkey == NULL) {
        return false;
    }

    /* nothing is wrong with the key from here on */

    if (!njwt_key_prepare(key)) {
        *why = njwt_out_of_memory;
        scratch->failed = true;
        return false;
    }

    return true;
}


njwt_key_t *
njwt_key_new(njwt_arena_t *scratch, njwt_value_t jwk, const char **why)
{
    bool         loaded;
    njwt_key_t  *key;

    key = calloc(1, sizeof(njwt_key_t));

    if (key == NULL) {
        *why = njwt_out_of_memory;
        scratch->failed = true;
        return NULL;
    }

    /* our failures don't belong in the error queue that others read */

    (void) ERR_set_mark();
    errno = 0;
    loaded = njwt_key_load(key, scratch, jwk, why);
    (void) ERR_pop_to_mark();

    if (!loaded) {
        scratch->failed = scratch->failed || errno == ENOMEM;
        njwt_key_free(key);
        return NULL;
    }

    *why = NULL;

    return key;
}


void
njwt_key_free(njwt_key_t *key)
{
    if (key == NULL) {
        return;
    }

    EVP_PKEY_CTX_free(key->verify);
    EVP_PKEY_free(key->pkey);
    EVP_MD_free(key->md);
    free(key);
}


bool
njwt_key_kid(const njwt_key_t *key, njwt_slice_t *out)
{
    if (!key->has_kid) {
        return false;
    }

    out->data = key->kid;
    out->len = key->kid_len;

    return true;
}


bool
njwt_key_fits(const njwt_key_t *key, njwt_alg_t alg)
{
    return (key->algs & alg) != 0;
}


const njwt_proof_t *
njwt_key_verify(njwt_arena_t *arena, njwt_key_t *key, njwt_alg_t alg,
    njwt_slice_t input, njwt_slice_t signature)
{
    int            verified;
    uint8_t        hash[EVP_MAX_MD_SIZE];
    unsigned       len;
    njwt_proof_t  *proof;

    if (!njwt_key_fits(key, alg)) {
        return NULL;
    }

    /* the proof is there before it can be given: no memory is no proof */

    proof = njwt_arena_alloc(arena, sizeof(njwt_proof_t));

    if (proof == NULL) {
        return NULL;
    }

    if (EVP_Digest(input.data, input.len, hash, &len, key->md, NULL) != 1) {
        arena->failed = true;
        return NULL;
    }

    /* a bad signature's errors would show up in nginx's own TLS messages */

    (void) ERR_set_mark();
    errno = 0;
    verified = EVP_PKEY_verify(key->verify, signature.data, signature.len,
                               hash, len);
    (void) ERR_pop_to_mark();

    if (verified != 1) {
        arena->failed = arena->failed || errno == ENOMEM;
        return NULL;
    }

    proof->input = input;

    return proof;
}


njwt_slice_t
njwt_proof_input(const njwt_proof_t *proof)
{
    return proof->input;
}


bool
njwt_sha256(njwt_slice_t data, uint8_t *out)
{
    return EVP_Digest(data.data, data.len, out, NULL, EVP_sha256(), NULL)
           == 1;
}
