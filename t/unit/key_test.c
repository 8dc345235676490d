/*
 * The keys that are usable, and what they verify.
 */

#include "unit_token.h"
#include "njwt_b64.h"

#include <openssl/err.h>


/* Both ways to ask whether a key can be made of a JWK agree, and why not. */

static njwt_key_t *
new_key(njwt_value_t jwk, const char **why)
{
    bool         usable;
    const char  *reason;
    njwt_key_t  *key;

    key = njwt_key_new(&unit_arena, jwk, why);
    usable = njwt_key_usable(&unit_arena, NULL, jwk, (njwt_alg_t) ~0u, &reason);

    assert_int_equal(usable, key != NULL);

    if (usable) {
        assert_null(reason);

    } else {
        assert_string_equal(reason, *why);
    }

    return key;
}


static njwt_key_t *
load(const char *jwk, const char **why)
{
    static const njwt_slice_t  name = njwt_literal("k");

    return new_key(njwt_json_member(
                       njwt_json_object(&unit_arena,
                           unit_text(unit_format("{\"k\":%s}", jwk))),
                       name),
                   why);
}


/* Usable, and if not, with a reason that isn't the lack of memory? */

static bool
usable(const char *jwk)
{
    const char  *why;
    njwt_key_t  *key;

    why = "(untouched)";
    key = load(jwk, &why);

    if (key == NULL) {
        assert_non_null(why);
        assert_string_not_equal(why, "(untouched)");
        assert_false(unit_arena.failed);
        return false;
    }

    assert_null(why);
    njwt_key_free(key);

    return true;
}


/* a usable key but for these members */

static bool
usable_with(const char *members)
{
    return usable(unit_jwk(0, members));
}


/*
 * An odd number of so many bits stands for a modulus: whether it has two
 * prime factors is nothing that a reader of public keys looks at.
 */

static const char *
number(int bits, bool odd)
{
    int       len;
    BIGNUM   *n;
    uint8_t   bytes[2048];

    n = BN_new();
    assert_int_equal(BN_rand(n, bits, BN_RAND_TOP_ONE,
                             odd ? BN_RAND_BOTTOM_ODD : BN_RAND_BOTTOM_ANY),
                     1);
    if (!odd) {
        assert_int_equal(BN_clear_bit(n, 0), 1);
    }

    len = BN_bn2bin(n, bytes);
    BN_free(n);

    return unit_b64(bytes, (size_t) len);
}


static bool
usable_rsa(const char *n, const char *e)
{
    return usable(unit_format("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}",
                              n, e));
}


static void
an_rsa_key_has_2048_to_8192_bits(void **state)
{
    (void) state;

    assert_false(usable_rsa(number(512, true), "AQAB"));
    assert_false(usable_rsa(number(1024, true), "AQAB"));
    assert_false(usable_rsa(number(2047, true), "AQAB"));
    assert_true(usable_rsa(number(2048, true), "AQAB"));
    assert_true(usable_rsa(number(2049, true), "AQAB"));
    assert_true(usable_rsa(number(3072, true), "AQAB"));
    assert_true(usable_rsa(number(4096, true), "AQAB"));
    assert_true(usable_rsa(number(8191, true), "AQAB"));
    assert_true(usable_rsa(number(8192, true), "AQAB"));
    assert_false(usable_rsa(number(8193, true), "AQAB"));
    assert_false(usable_rsa(number(8256, true), "AQAB"));
    assert_false(usable_rsa(number(16384, true), "AQAB"));
}


static void
an_even_modulus_is_refused(void **state)
{
    (void) state;

    assert_true(usable_rsa(number(2048, true), "AQAB"));
    assert_false(usable_rsa(number(2048, false), "AQAB"));
}


static void
an_exponent_is_odd_and_at_least_3(void **state)
{
    const char  *n;

    (void) state;

    n = unit_modulus(0);

    assert_false(usable_rsa(n, "AA"));          /* 0 */
    assert_false(usable_rsa(n, "AQ"));          /* 1 */
    assert_false(usable_rsa(n, "Ag"));          /* 2 */
    assert_true(usable_rsa(n, "Aw"));           /* 3 */
    assert_false(usable_rsa(n, "BA"));          /* 4 */
    assert_true(usable_rsa(n, "BQ"));           /* 5 */
    assert_true(usable_rsa(n, "EQ"));           /* 17 */
    assert_false(usable_rsa(n, "AQAA"));        /* 65536 */
    assert_true(usable_rsa(n, "AQAB"));         /* 65537 */
    assert_true(usable_rsa(n, "AQAAAAE"));      /* 2^32 + 1 */
}


static void
an_exponent_as_large_as_the_modulus_is_refused(void **state)
{
    const char  *n;

    (void) state;

    n = unit_modulus(0);

    assert_false(usable_rsa(n, n));
    assert_false(usable_rsa(n, number(2049, true)));
    assert_false(usable_rsa(n, number(8192, true)));
}


static void
integers_are_strict_base64url(void **state)
{
    char        *n;
    const char  *good;

    (void) state;

    good = unit_modulus(0);
    assert_true(usable_rsa(good, "AQAB"));
    assert_false(usable_rsa(unit_format("%s=", good), "AQAB"));
    assert_false(usable_rsa(unit_format("%s==", good), "AQAB"));
    assert_false(usable_rsa(unit_format(" %s", good), "AQAB"));
    assert_false(usable_rsa(unit_format("%s\\n", good), "AQAB"));
    assert_false(usable_rsa(good, "AQAB="));
    assert_false(usable_rsa(good, "A"));
    assert_false(usable_rsa(good, "AQ=="));
    assert_false(usable_rsa(good, "AR"));
    assert_false(usable_rsa(good, "65537x"));
    assert_false(usable_rsa(good, ""));
    assert_false(usable_rsa("", "AQAB"));
    assert_false(usable_rsa(good, "AQ\\u0000B"));

    n = (char *) unit_text(good).data;
    n[100] = '+';
    assert_false(usable_rsa(unit_format("%.342s", n), "AQAB"));
    n[100] = '/';
    assert_false(usable_rsa(unit_format("%.342s", n), "AQAB"));
}


/* RFC 7518, section 2: Base64urlUInt has the minimum number of octets. */

static void
integers_have_no_leading_zero_octet(void **state)
{
    njwt_slice_t  bytes;
    uint8_t       padded[257];

    (void) state;

    assert_true(njwt_b64_decode(&unit_arena, unit_text(unit_modulus(0)),
                                &bytes));
    assert_int_equal(bytes.len, 256);
    padded[0] = 0;
    memcpy(padded + 1, bytes.data, 256);

    assert_true(usable_rsa(unit_modulus(0), "AQAB"));
    assert_false(usable_rsa(unit_b64(padded, 257), "AQAB"));
    assert_false(usable_rsa(unit_modulus(0), "AAEAAQ"));
    assert_false(usable_rsa(unit_modulus(0), "AAAAAAM"));
}


static void
both_integers_must_be_there_as_strings(void **state)
{
    const char  *n;

    (void) state;

    n = unit_modulus(0);

    assert_false(usable("{\"kty\":\"RSA\"}"));
    assert_false(usable("{\"kty\":\"RSA\",\"e\":\"AQAB\"}"));
    assert_false(usable(unit_format("{\"kty\":\"RSA\",\"n\":\"%s\"}", n)));
    assert_false(usable(unit_format("{\"kty\":\"RSA\",\"n\":\"%s\","
                                    "\"e\":65537}", n)));
    assert_false(usable(unit_format("{\"kty\":\"RSA\",\"n\":\"%s\","
                                    "\"e\":null}", n)));
    assert_false(usable(unit_format("{\"kty\":\"RSA\",\"n\":[\"%s\"],"
                                    "\"e\":\"AQAB\"}", n)));
    assert_false(usable(unit_format("{\"kty\":\"RSA\",\"N\":\"%s\","
                                    "\"E\":\"AQAB\"}", n)));
}


static void
another_type_of_key_is_passed_over(void **state)
{
    size_t       i;
    const char  *n;

    static const char  *const  types[] = {
        "\"EC\"", "\"oct\"", "\"OKP\"", "\"rsa\"", "\"RSA \"", "\"\"", "null",
        "1", "[\"RSA\"]", "\"RSA\\u0000\""
    };

    (void) state;

    n = unit_modulus(0);

    for (i = 0; i < unit_count(types); i++) {
        assert_for(!usable(unit_format("{\"kty\":%s,\"n\":\"%s\","
                                       "\"e\":\"AQAB\"}", types[i], n)),
                   types[i]);
    }

    assert_false(usable(unit_format("{\"n\":\"%s\",\"e\":\"AQAB\"}", n)));
    assert_false(usable("{\"kty\":\"oct\",\"k\":\"c2VjcmV0c2VjcmV0c2Vjcm"
                        "V0c2VjcmV0c2VjcmV0\",\"alg\":\"HS256\"}"));
    assert_false(usable("{\"kty\":\"oct\",\"k\":\"c2VjcmV0c2VjcmV0c2Vjcm"
                        "V0c2VjcmV0c2VjcmV0\",\"alg\":\"RS256\"}"));
    assert_false(usable("{}"));
    assert_false(usable("[]"));
    assert_false(usable("null"));
    assert_false(usable("\"RSA\""));
    assert_false(usable("1"));
}


static void
use_is_absent_or_sig(void **state)
{
    (void) state;

    assert_true(usable_with(""));
    assert_true(usable_with(",\"use\":\"sig\""));
    assert_false(usable_with(",\"use\":\"enc\""));
    assert_false(usable_with(",\"use\":\"SIG\""));
    assert_false(usable_with(",\"use\":\"\""));
    assert_false(usable_with(",\"use\":null"));
    assert_false(usable_with(",\"use\":[\"sig\"]"));
    assert_false(usable_with(",\"use\":true"));
}


static void
key_ops_is_absent_or_holds_verify(void **state)
{
    (void) state;

    assert_true(usable_with(",\"key_ops\":[\"verify\"]"));
    assert_true(usable_with(",\"key_ops\":[\"sign\",\"verify\"]"));
    assert_false(usable_with(",\"key_ops\":[]"));
    assert_false(usable_with(",\"key_ops\":[\"sign\"]"));
    assert_false(usable_with(",\"key_ops\":[\"encrypt\",\"wrapKey\"]"));
    assert_false(usable_with(",\"key_ops\":[\"Verify\"]"));
    assert_false(usable_with(",\"key_ops\":[[\"verify\"]]"));
    assert_false(usable_with(",\"key_ops\":\"verify\""));
    assert_false(usable_with(",\"key_ops\":null"));
    assert_false(usable_with(",\"key_ops\":{\"verify\":true}"));

    /* each of the two must agree */

    assert_true(usable_with(",\"use\":\"sig\",\"key_ops\":[\"verify\"]"));
    assert_false(usable_with(",\"use\":\"enc\",\"key_ops\":[\"verify\"]"));
    assert_false(usable_with(",\"use\":\"sig\",\"key_ops\":[\"sign\"]"));
}


static void
alg_is_absent_or_one_that_the_gate_verifies(void **state)
{
    (void) state;

    assert_true(usable_with(",\"alg\":\"RS256\""));
    assert_false(usable_with(",\"alg\":\"RS512x\""));
    assert_false(usable_with(",\"alg\":\"RSA-OAEP-256\""));
    assert_false(usable_with(",\"alg\":\"HS256\""));
    assert_false(usable_with(",\"alg\":\"ES256\""));
    assert_false(usable_with(",\"alg\":\"none\""));
    assert_false(usable_with(",\"alg\":\"rs256\""));
    assert_false(usable_with(",\"alg\":\"\""));
    assert_false(usable_with(",\"alg\":null"));
    assert_false(usable_with(",\"alg\":[\"RS256\"]"));
}


static void
a_key_fits_no_algorithm_but_its_own(void **state)
{
    const char  *why;
    njwt_key_t  *key;

    (void) state;

    key = load(unit_jwk(0, ",\"alg\":\"RS256\""), &why);
    assert_non_null(key);
    assert_true(njwt_key_fits(key, NJWT_ALG_RS256));
    assert_false(njwt_key_fits(key, NJWT_ALG_UNKNOWN));
    assert_false(njwt_key_fits(key, 1u << 31));
    njwt_key_free(key);
}


static void
kid_is_a_string_of_at_most_255_bytes(void **state)
{
    char          text[300];
    const char   *why;
    njwt_key_t   *key;
    njwt_slice_t  kid = { (const uint8_t *) "kept", 4 };

    (void) state;

    key = load(unit_jwk(0, ""), &why);
    assert_false(njwt_key_kid(key, &kid));
    assert_slice(kid, "kept");
    njwt_key_free(key);

    key = load(unit_jwk(0, ",\"kid\":\"\""), &why);
    assert_true(njwt_key_kid(key, &kid));
    assert_slice(kid, "");
    njwt_key_free(key);

    memset(text, 'k', 255);
    text[255] = '\0';
    key = load(unit_jwk(0, unit_format(",\"kid\":\"%s\"", text)), &why);
    assert_true(njwt_key_kid(key, &kid));
    assert_slice(kid, text);
    njwt_key_free(key);

    assert_false(usable_with(unit_format(",\"kid\":\"%sk\"", text)));
    assert_false(usable_with(",\"kid\":1"));
    assert_false(usable_with(",\"kid\":null"));
    assert_false(usable_with(",\"kid\":[\"k\"]"));
    assert_false(usable_with(",\"kid\":true"));
}


static void
the_kid_lives_on_when_the_text_is_gone(void **state)
{
    const char   *why;
    njwt_key_t   *key;
    njwt_slice_t  kid;

    (void) state;

    key = load(unit_jwk(0, ",\"kid\":\"a\\u0000b\""), &why);
    njwt_arena_free(&unit_arena);

    assert_true(njwt_key_kid(key, &kid));
    assert_int_equal(kid.len, 3);
    assert_memory_equal(kid.data, "a\0b", 3);
    njwt_key_free(key);
}


static bool
verifies(njwt_key_t *key, njwt_slice_t input, njwt_slice_t signature)
{
    return njwt_key_verify(&unit_arena, key, NJWT_ALG_RS256, input, signature)
           != NULL;
}


static void
a_key_vouches_for_what_it_signed_and_nothing_else(void **state)
{
    const char          *why;
    njwt_key_t          *key;
    njwt_slice_t         input, signature, other, proven;
    const njwt_proof_t  *proof;

    (void) state;

    key = load(unit_jwk(0, ""), &why);
    input = unit_text("header.payload");
    signature = unit_sign(0, "header.payload");

    proof = njwt_key_verify(&unit_arena, key, NJWT_ALG_RS256, input,
                            signature);
    assert_non_null(proof);
    proven = njwt_proof_input(proof);
    assert_ptr_equal(proven.data, input.data);
    assert_int_equal(proven.len, input.len);

    assert_false(verifies(key, unit_text("header.payloae"), signature));
    assert_false(verifies(key, unit_text("header.payloa"), signature));
    assert_false(verifies(key, unit_text("header.payload."), signature));
    assert_false(verifies(key, unit_text(""), signature));

    other = unit_sign(1, "header.payload");
    assert_false(verifies(key, input, other));

    /* and still after all these failures */

    assert_true(verifies(key, input, signature));
    assert_false(unit_arena.failed);
    njwt_key_free(key);
}


static void
an_algorithm_that_the_key_does_not_fit_is_never_tried(void **state)
{
    const char    *why;
    njwt_key_t    *key;
    njwt_slice_t   signature;

    (void) state;

    key = load(unit_jwk(0, ""), &why);
    signature = unit_sign(0, "a.b");

    assert_null(njwt_key_verify(&unit_arena, key, NJWT_ALG_UNKNOWN,
                                unit_text("a.b"), signature));
    assert_null(njwt_key_verify(&unit_arena, key, 1u << 31, unit_text("a.b"),
                                signature));
    assert_true(verifies(key, unit_text("a.b"), signature));
    njwt_key_free(key);
}


static void
each_bit_of_a_signature_counts(void **state)
{
    size_t         i;
    uint8_t       *copy;
    const char    *why;
    njwt_key_t    *key;
    njwt_slice_t   input, signature;

    (void) state;

    key = load(unit_jwk(0, ""), &why);
    input = unit_text("a.b");
    signature = unit_sign(0, "a.b");
    copy = (uint8_t *) unit_bytes(signature.data, signature.len).data;

    for (i = 0; i < signature.len * 8; i += 7) {
        copy[i / 8] ^= (uint8_t) (1 << i % 8);
        assert_false(verifies(key, input,
                             (njwt_slice_t) { copy, signature.len }));
        copy[i / 8] ^= (uint8_t) (1 << i % 8);
    }

    assert_true(verifies(key, input, (njwt_slice_t) { copy, signature.len }));
    njwt_key_free(key);
}


static void
a_signature_has_exactly_the_length_of_the_modulus(void **state)
{
    size_t         len;
    uint8_t        padded[600];
    const char    *why;
    njwt_key_t    *key;
    njwt_slice_t   input, signature;

    (void) state;

    key = load(unit_jwk(0, ""), &why);
    input = unit_text("a.b");
    signature = unit_sign(0, "a.b");

    memset(padded, 0, sizeof(padded));
    memcpy(padded + 100, signature.data, signature.len);

    assert_true(verifies(key, input, unit_bytes(padded + 100, 256)));

    for (len = 0; len < 256; len++) {
        assert_false(verifies(key, input, unit_bytes(padded + 100, len)));
    }

    for (len = 257; len <= 356; len++) {
        assert_false(verifies(key, input, unit_bytes(padded + 100, len)));
        assert_false(verifies(key, input,
                             unit_bytes(padded + 356 - len, len)));
    }

    njwt_key_free(key);
}


/*
 * s and s + n stand for one number: only the one below the modulus is taken
 * (RFC 8017, section 5.2.2).
 */

static void
a_signature_is_below_the_modulus(void **state)
{
    int            i, taken;
    BIGNUM        *n, *s;
    uint8_t        bytes[256];
    const char    *why, *text;
    njwt_key_t    *key;
    njwt_slice_t   modulus, signature;

    (void) state;

    key = load(unit_jwk(0, ""), &why);
    assert_true(njwt_b64_decode(&unit_arena, unit_text(unit_modulus(0)),
                                &modulus));
    n = BN_bin2bn(modulus.data, (int) modulus.len, NULL);
    taken = 0;

    for (i = 0; i < 60; i++) {
        text = unit_format("a.%d", i);
        signature = unit_sign(0, text);
        s = BN_bin2bn(signature.data, (int) signature.len, NULL);
        assert_int_equal(BN_add(s, s, n), 1);

        if (BN_num_bytes(s) == 256) {
            assert_int_equal(BN_bn2bin(s, bytes), 256);
            assert_false(verifies(key, unit_text(text),
                                 unit_bytes(bytes, 256)));
            taken++;
        }

        BN_free(s);
    }

    /* the modulus itself, 0 and 1, n - 1 */

    assert_false(verifies(key, unit_text("a.0"), modulus));
    memset(bytes, 0, 256);
    assert_false(verifies(key, unit_text("a.0"), unit_bytes(bytes, 256)));
    bytes[255] = 1;
    assert_false(verifies(key, unit_text("a.0"), unit_bytes(bytes, 256)));
    assert_int_equal(BN_sub_word(n, 1), 1);
    assert_int_equal(BN_bn2bin(n, bytes), 256);
    assert_false(verifies(key, unit_text("a.0"), unit_bytes(bytes, 256)));

    print_message("%d signatures beyond the modulus tried\n", taken);
    BN_free(n);
    njwt_key_free(key);
}


/* a signature of this digest and padding over "a.b" by key 0 */

static njwt_slice_t
sign_otherwise(const EVP_MD *md, int padding)
{
    size_t         len;
    uint8_t        signature[256];
    EVP_MD_CTX    *ctx;
    EVP_PKEY_CTX  *pctx;

    len = sizeof(signature);
    ctx = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(ctx, &pctx, md, NULL,
                                        unit_private(0)), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pctx, padding), 1);
    assert_int_equal(EVP_DigestSign(ctx, signature, &len,
                                    (const uint8_t *) "a.b", 3), 1);
    EVP_MD_CTX_free(ctx);

    return unit_bytes(signature, len);
}


static void
rs256_is_neither_another_digest_nor_another_padding(void **state)
{
    const char    *why;
    njwt_key_t    *key;
    njwt_slice_t   input;

    (void) state;

    key = load(unit_jwk(0, ""), &why);
    input = unit_text("a.b");

    assert_true(verifies(key, input, sign_otherwise(EVP_sha256(),
                                                   RSA_PKCS1_PADDING)));
    assert_false(verifies(key, input, sign_otherwise(EVP_sha256(),
                                                    RSA_PKCS1_PSS_PADDING)));
    assert_false(verifies(key, input, sign_otherwise(EVP_sha384(),
                                                    RSA_PKCS1_PADDING)));
    assert_false(verifies(key, input, sign_otherwise(EVP_sha512(),
                                                    RSA_PKCS1_PADDING)));
    assert_false(verifies(key, input, sign_otherwise(EVP_sha1(),
                                                    RSA_PKCS1_PADDING)));
    njwt_key_free(key);
}


/* Bleichenbacher's forgery of 2006: with e = 3, junk behind the digest. */

static void
junk_behind_the_digest_is_no_signature_with_exponent_3(void **state)
{
    int          i;
    BIGNUM      *low, *high, *mid, *cube, *target;
    BN_CTX      *ctx;
    uint8_t      block[256], signature[256], digest[32];
    const char  *why;
    njwt_key_t  *key;

    static const uint8_t  prefix[] = {
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
        0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20
    };

    (void) state;

    key = load(unit_format("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"Aw\"}",
                           unit_modulus(0)), &why);
    assert_non_null(key);

    assert_int_equal(EVP_Digest("a.b", 3, digest, NULL, EVP_sha256(), NULL),
                     1);
    memset(block, 0xff, sizeof(block));
    block[0] = 0x00;
    block[1] = 0x01;
    memset(block + 2, 0xff, 8);
    block[10] = 0x00;
    memcpy(block + 11, prefix, sizeof(prefix));
    memcpy(block + 11 + sizeof(prefix), digest, 32);

    /* the largest number whose cube isn't above the block */

    ctx = BN_CTX_new();
    target = BN_bin2bn(block, 256, NULL);
    low = BN_new();
    high = BN_new();
    mid = BN_new();
    cube = BN_new();
    BN_zero(low);
    BN_one(high);
    assert_int_equal(BN_lshift(high, high, 700), 1);

    for (i = 0; i < 710; i++) {
        BN_add(mid, low, high);
        BN_rshift1(mid, mid);
        BN_sqr(cube, mid, ctx);
        BN_mul(cube, cube, mid, ctx);

        if (BN_cmp(cube, target) > 0) {
            BN_copy(high, mid);

        } else {
            BN_copy(low, mid);
        }
    }

    /* its cube does begin with the block's 62 bytes */

    BN_sqr(cube, low, ctx);
    BN_mul(cube, cube, low, ctx);
    assert_int_equal(BN_bn2binpad(cube, signature, 256), 256);
    assert_memory_equal(signature, block, 11 + sizeof(prefix) + 32);

    assert_int_equal(BN_bn2binpad(low, signature, 256), 256);
    assert_false(verifies(key, unit_text("a.b"),
                         unit_bytes(signature, 256)));

    BN_free(low);
    BN_free(high);
    BN_free(mid);
    BN_free(cube);
    BN_free(target);
    BN_CTX_free(ctx);
    njwt_key_free(key);
}


static void
openssls_error_queue_is_left_as_it_was(void **state)
{
    const char    *why;
    njwt_key_t    *key;
    njwt_slice_t   bad;

    (void) state;

    ERR_clear_error();
    key = load(unit_jwk(0, ""), &why);
    bad = unit_text("not a signature");

    assert_false(verifies(key, unit_text("a.b"), bad));
    assert_false(usable_rsa(number(2047, true), "AQAB"));
    assert_int_equal(ERR_peek_error(), 0);

    /* with an error of somebody else in it */

    ERR_raise(ERR_LIB_USER, 42);
    assert_false(verifies(key, unit_text("a.b"), bad));
    assert_false(verifies(key, unit_text("a.b"), bad));
    assert_true(usable_with(""));
    assert_int_equal(ERR_GET_REASON(ERR_get_error()), 42);
    assert_int_equal(ERR_peek_error(), 0);

    njwt_key_free(key);
}


static void
no_key_can_be_freed(void **state)
{
    (void) state;

    njwt_key_free(NULL);
}


/*
 * OpenSSL verifies with no exponent of more than 64 bits once the modulus has
 * more than 3072: such a key would refuse all that it signed.
 */

static void
a_key_that_openssl_never_verifies_with_is_not_usable(void **state)
{
    (void) state;

    assert_true(usable_rsa(number(4096, true), number(33, true)));
    assert_false(usable_rsa(number(4096, true), number(65, true)));
    assert_false(usable_rsa(number(8192, true), number(2048, true)));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(an_rsa_key_has_2048_to_8192_bits),
        unit_case(an_even_modulus_is_refused),
        unit_case(an_exponent_is_odd_and_at_least_3),
        unit_case(an_exponent_as_large_as_the_modulus_is_refused),
        unit_case(integers_are_strict_base64url),
        unit_case(integers_have_no_leading_zero_octet),
        unit_case(both_integers_must_be_there_as_strings),
        unit_case(another_type_of_key_is_passed_over),
        unit_case(use_is_absent_or_sig),
        unit_case(key_ops_is_absent_or_holds_verify),
        unit_case(alg_is_absent_or_one_that_the_gate_verifies),
        unit_case(a_key_fits_no_algorithm_but_its_own),
        unit_case(kid_is_a_string_of_at_most_255_bytes),
        unit_case(the_kid_lives_on_when_the_text_is_gone),
        unit_case(a_key_vouches_for_what_it_signed_and_nothing_else),
        unit_case(an_algorithm_that_the_key_does_not_fit_is_never_tried),
        unit_case(each_bit_of_a_signature_counts),
        unit_case(a_signature_has_exactly_the_length_of_the_modulus),
        unit_case(a_signature_is_below_the_modulus),
        unit_case(rs256_is_neither_another_digest_nor_another_padding),
        unit_case(junk_behind_the_digest_is_no_signature_with_exponent_3),
        unit_case(openssls_error_queue_is_left_as_it_was),
        unit_case(no_key_can_be_freed),
        unit_case(a_key_that_openssl_never_verifies_with_is_not_usable)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
