/*
 * How does a unit test come by keys and signed tokens?  From OpenSSL, at run
 * time.  (The vectors' tokens are minted by another implementation.)
 */

#ifndef UNIT_TOKEN_H
#define UNIT_TOKEN_H


#include "unit.h"
#include "njwt_claims.h"
#include "njwt_jwks.h"
#include "njwt_jws.h"
#include "njwt_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>


/* base64url without padding, by OpenSSL's encoder */

static inline const char *
unit_b64(const void *data, size_t len)
{
    size_t   i, n;
    uint8_t *out;

    out = njwt_arena_alloc(&unit_arena, (len + 2) / 3 * 4 + 1);
    assert_non_null(out);

    n = (size_t) EVP_EncodeBlock(out, data, (int) len);

    while (n > 0 && out[n - 1] == '=') {
        out[--n] = '\0';
    }

    for (i = 0; i < n; i++) {
        if (out[i] == '+') {
            out[i] = '-';

        } else if (out[i] == '/') {
            out[i] = '_';
        }
    }

    return (const char *) out;
}


static inline const char *
unit_format(const char *format, ...)
{
    int       len;
    char     *out;
    va_list   args;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);

    out = njwt_arena_alloc(&unit_arena, (size_t) len + 1);
    assert_non_null(out);

    va_start(args, format);
    (void) vsnprintf(out, (size_t) len + 1, format, args);
    va_end(args);

    return out;
}


/* one private key for each number, made when first asked for */

static inline EVP_PKEY *
unit_private(size_t i)
{
    static EVP_PKEY  *keys[3];

    assert_true(i < unit_count(keys));

    if (keys[i] == NULL) {
        keys[i] = EVP_RSA_gen(2048);
        assert_non_null(keys[i]);
    }

    return keys[i];
}


/* "n" of such a key as base64url */

static inline const char *
unit_modulus(size_t i)
{
    int       len;
    BIGNUM   *n;
    uint8_t   bytes[256];

    n = NULL;
    assert_int_equal(EVP_PKEY_get_bn_param(unit_private(i),
                                           OSSL_PKEY_PARAM_RSA_N, &n), 1);
    len = BN_bn2bin(n, bytes);
    BN_free(n);

    return unit_b64(bytes, (size_t) len);
}


/* a JWK with these further members (a comma in front of each) */

static inline const char *
unit_jwk(size_t i, const char *members)
{
    return unit_format("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\"%s}",
                       unit_modulus(i), members);
}


static inline njwt_jwks_t *
unit_jwks(const char *keys, njwt_jwks_report_t *report)
{
    return njwt_jwks_new(unit_text(unit_format("{\"keys\":[%s]}", keys)),
                         report);
}


/* RS256 over any text */

static inline njwt_slice_t
unit_sign(size_t i, const char *input)
{
    size_t       len;
    uint8_t      signature[256];
    EVP_MD_CTX  *ctx;

    len = sizeof(signature);
    ctx = EVP_MD_CTX_new();

    assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL,
                                        unit_private(i)), 1);
    assert_int_equal(EVP_DigestSign(ctx, signature, &len,
                                    (const uint8_t *) input, strlen(input)),
                     1);
    EVP_MD_CTX_free(ctx);

    return unit_bytes(signature, len);
}


static inline njwt_slice_t
unit_token(size_t i, const char *header, const char *payload)
{
    const char    *input;
    njwt_slice_t   signature;

    input = unit_format("%s.%s", unit_b64(header, strlen(header)),
                        unit_b64(payload, strlen(payload)));
    signature = unit_sign(i, input);

    return unit_text(unit_format("%s.%s", input,
                                 unit_b64(signature.data, signature.len)));
}


#define UNIT_HEADER  "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"k0\"}"


/* A payload as who doesn't hold a proof sees it; NULL when malformed. */

static inline const njwt_payload_t *
unit_payload(const char *payload)
{
    njwt_jws_t  *jws;

    jws = njwt_arena_alloc(&unit_arena, sizeof(njwt_jws_t));
    assert_non_null(jws);
    assert_true(njwt_jws_parse(&unit_arena,
                               unit_token(0, UNIT_HEADER, payload), jws));

    return njwt_payload_parse(&unit_arena, jws);
}


/* The claims of a payload that key 0 signed. */

static inline const njwt_claims_t *
unit_claims(const char *payload)
{
    njwt_jws_t             jws;
    njwt_jwks_t           *jwks;
    njwt_jwks_report_t     report;
    const njwt_proof_t    *proof;
    const njwt_claims_t   *claims;
    const njwt_payload_t  *parsed;

    jwks = unit_jwks(unit_jwk(0, ",\"kid\":\"k0\""), &report);
    assert_non_null(jwks);

    assert_true(njwt_jws_parse(&unit_arena,
                               unit_token(0, UNIT_HEADER, payload), &jws));
    parsed = njwt_payload_parse(&unit_arena, &jws);
    assert_for(parsed != NULL, payload);

    proof = njwt_jwks_verify(&unit_arena, jwks, &jws, NJWT_ALG_RS256);
    assert_non_null(proof);
    njwt_jwks_free(jwks);

    claims = njwt_claims_open(&unit_arena, parsed, proof);
    assert_non_null(claims);

    return claims;
}


#endif /* UNIT_TOKEN_H */
