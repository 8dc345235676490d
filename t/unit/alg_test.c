/*
 * Each algorithm accepts its own signatures, and no others.
 */

#include "unit_token.h"
#include "njwt_b64.h"

#include <openssl/ecdsa.h>
#include <openssl/hmac.h>


static const char  input[] = "header.payload";


static const struct {
    const char   *name;
    njwt_alg_t    alg;
    const char   *kind;      /* of key */
    const char   *hash;      /* NULL: none but the scheme's own */
    size_t        half;
} algs[] = {
    { "RS256", NJWT_ALG_RS256, "RSA", "SHA256", 0 },
    { "RS384", NJWT_ALG_RS384, "RSA", "SHA384", 0 },
    { "RS512", NJWT_ALG_RS512, "RSA", "SHA512", 0 },
    { "PS256", NJWT_ALG_PS256, "RSA", "SHA256", 0 },
    { "PS384", NJWT_ALG_PS384, "RSA", "SHA384", 0 },
    { "PS512", NJWT_ALG_PS512, "RSA", "SHA512", 0 },
    { "ES256", NJWT_ALG_ES256, "P-256", "SHA256", 32 },
    { "ES384", NJWT_ALG_ES384, "P-384", "SHA384", 48 },
    { "ES512", NJWT_ALG_ES512, "P-521", "SHA512", 66 },
    { "EdDSA", NJWT_ALG_EDDSA, "Ed25519", NULL, 0 },
    { "HS256", NJWT_ALG_HS256, "secret", "SHA256", 0 },
    { "HS384", NJWT_ALG_HS384, "secret", "SHA384", 0 },
    { "HS512", NJWT_ALG_HS512, "secret", "SHA512", 0 }
};

static const char  secret[] =
    "a secret of sixty-four bytes, which is what HS512 asks for: 64!!";

static const char  *const  kinds[] = {
    "RSA", "P-256", "P-384", "P-521", "Ed25519"
};


static EVP_PKEY *
private_key(const char *kind)
{
    size_t  i;

    static EVP_PKEY  *keys[unit_count(kinds)];

    for (i = 0; strcmp(kinds[i], kind) != 0; i++) {
        assert_true(i + 1 < unit_count(kinds));
    }

    if (keys[i] == NULL) {
        keys[i] = i == 0 ? unit_private(0)
                  : i == 4 ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
                           : EVP_EC_gen(kind);
        assert_non_null(keys[i]);
    }

    return keys[i];
}


/* a coordinate, of the curve's size in bytes */

static const char *
coordinate(EVP_PKEY *key, const char *name, int bytes)
{
    BIGNUM   *n;
    uint8_t   data[66];

    n = NULL;
    assert_int_equal(EVP_PKEY_get_bn_param(key, name, &n), 1);
    assert_int_equal(BN_bn2binpad(n, data, bytes), bytes);
    BN_free(n);

    return unit_b64(data, (size_t) bytes);
}


static int
curve_bytes(const char *kind)
{
    return strcmp(kind, "P-256") == 0 ? 32
           : strcmp(kind, "P-384") == 0 ? 48 : 66;
}


/* the JWK of such a key, with further members */

static const char *
jwk(const char *kind, const char *members)
{
    int        bytes;
    size_t     len;
    uint8_t    raw[32];
    EVP_PKEY  *key;

    key = private_key(kind);

    if (strcmp(kind, "RSA") == 0) {
        return unit_jwk(0, members);
    }

    if (strcmp(kind, "Ed25519") == 0) {
        len = sizeof(raw);
        assert_int_equal(EVP_PKEY_get_raw_public_key(key, raw, &len), 1);
        return unit_format("{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
                           "\"x\":\"%s\"%s}", unit_b64(raw, len), members);
    }

    bytes = curve_bytes(kind);

    return unit_format("{\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\","
                       "\"y\":\"%s\"%s}", kind,
                       coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, bytes),
                       coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, bytes),
                       members);
}


static njwt_key_t *
load(const char *text)
{
    njwt_key_t    *key;
    const char    *why, *reason;
    njwt_value_t   jwk;

    static const njwt_slice_t  name = njwt_literal("k");

    jwk = njwt_json_member(njwt_json_object(&unit_arena,
                               unit_text(unit_format("{\"k\":%s}", text))),
                           name);
    key = njwt_key_new(&unit_arena, jwk, &why);

    /* that is known without a key, too, and why not */

    assert_int_equal(njwt_key_usable(&unit_arena, NULL, jwk, (njwt_alg_t) ~0u,
                                     &reason),
                     key != NULL);
    assert_true(reason == why || strcmp(reason, why) == 0);
    assert_int_equal(key == NULL, why != NULL);
    assert_false(unit_arena.failed);

    return key;
}


static bool
usable(const char *text)
{
    njwt_key_t  *key;

    key = load(text);
    njwt_key_free(key);

    return key != NULL;
}


static njwt_key_t *
key_of(const char *kind)
{
    njwt_key_t  *key;

    key = strcmp(kind, "secret") == 0 ? njwt_key_secret(unit_text(secret))
                                      : load(jwk(kind, ""));
    assert_non_null(key);

    return key;
}


/* r and s, each of half bytes, of what OpenSSL wrote as DER */

static njwt_slice_t
halves(njwt_slice_t der, size_t half)
{
    uint8_t         raw[132];
    ECDSA_SIG      *sig;
    const uint8_t  *p;

    p = der.data;
    sig = d2i_ECDSA_SIG(NULL, &p, (long) der.len);
    assert_non_null(sig);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, (int) half),
                     half);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + half,
                                  (int) half), half);
    ECDSA_SIG_free(sig);

    return unit_bytes(raw, 2 * half);
}


/* A signature over the input; salt: of PS*, RSA_PSS_SALTLEN_DIGEST usually. */

static njwt_slice_t
sign_with(size_t i, int salt, bool as_der)
{
    size_t         len;
    uint8_t        signature[600];
    unsigned       mac_len;
    EVP_MD_CTX    *ctx;
    EVP_PKEY_CTX  *pctx;

    if (strcmp(algs[i].kind, "secret") == 0) {
        assert_non_null(HMAC(EVP_get_digestbyname(algs[i].hash), secret,
                             sizeof(secret) - 1, (const uint8_t *) input,
                             sizeof(input) - 1, signature, &mac_len));
        return unit_bytes(signature, mac_len);
    }

    len = sizeof(signature);
    ctx = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit_ex(ctx, &pctx, algs[i].hash, NULL,
                                           NULL, private_key(algs[i].kind),
                                           NULL), 1);

    if (algs[i].name[0] == 'P') {
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pctx,
                                                      RSA_PKCS1_PSS_PADDING),
                         1);
        assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, salt), 1);
    }

    assert_int_equal(EVP_DigestSign(ctx, signature, &len,
                                    (const uint8_t *) input,
                                    sizeof(input) - 1), 1);
    EVP_MD_CTX_free(ctx);

    return (algs[i].half > 0 && !as_der)
           ? halves(unit_bytes(signature, len), algs[i].half)
           : unit_bytes(signature, len);
}


static njwt_slice_t
sign(size_t i)
{
    return sign_with(i, RSA_PSS_SALTLEN_DIGEST, false);
}


static bool
verifies(njwt_key_t *key, njwt_alg_t alg, njwt_slice_t signature)
{
    bool  verified;

    verified = njwt_key_verify(&unit_arena, key, alg, unit_text(input),
                               signature)
               != NULL;
    assert_false(unit_arena.failed);

    return verified;
}


/* Is the name one of the words of this list? */

static bool
is_listed(const char *list, const char *name)
{
    size_t       len;
    const char  *at;

    len = strlen(name);

    for (at = strstr(list, name); at != NULL; at = strstr(at + 1, name)) {
        if ((at == list || at[-1] == ' ')
            && (at[len] == '\0' || at[len] == ' ' || at[len] == ','))
        {
            return true;
        }
    }

    return false;
}


static void
messages_name_each_algorithm(void **state)
{
    size_t  i;
    bool    hmac;

    (void) state;

    for (i = 0; i < unit_count(algs); i++) {
        hmac = (algs[i].alg & NJWT_ALGS_HMAC) != 0;

        assert_true(is_listed(NJWT_ALG_NAMES, algs[i].name));
        assert_int_equal(is_listed(NJWT_ALG_NAMES_PROOF, algs[i].name),
                         !hmac);
    }
}


static void
an_algorithm_is_of_the_kind_of_its_keys(void **state)
{
    size_t       i;
    const char  *kty;

    (void) state;

    for (i = 0; i < unit_count(algs); i++) {
        kty = algs[i].kind[0] == 'P' ? "EC"
              : strcmp(algs[i].kind, "Ed25519") == 0 ? "OKP"
              : strcmp(algs[i].kind, "secret") == 0 ? "oct"
              : algs[i].kind;

        assert_string_equal(njwt_alg_kty(algs[i].alg), kty);
    }

    assert_string_equal(njwt_alg_kty(NJWT_ALGS_RSA), "RSA");
    assert_string_equal(njwt_alg_kty(NJWT_ALGS_HMAC), "oct");
    assert_string_equal(njwt_alg_kty(NJWT_ALG_UNKNOWN), "");
    assert_string_equal(njwt_alg_kty(1u << NJWT_ALG_COUNT), "");
}


static void
a_secret_is_as_long_as_the_longest_hash(void **state)
{
    (void) state;

    assert_int_equal(njwt_alg_secret_min(NJWT_ALG_HS256), 32);
    assert_int_equal(njwt_alg_secret_min(NJWT_ALG_HS384), 48);
    assert_int_equal(njwt_alg_secret_min(NJWT_ALG_HS512), 64);
    assert_int_equal(njwt_alg_secret_min(NJWT_ALGS_HMAC), 64);
    assert_int_equal(njwt_alg_secret_min(NJWT_ALG_HS256 | NJWT_ALG_HS384),
                     48);
    assert_int_equal(njwt_alg_secret_min(NJWT_ALG_HS256 | NJWT_ALG_RS512),
                     32);
    assert_int_equal(njwt_alg_secret_min(NJWT_ALGS_RSA), 0);
}


static void
each_algorithm_has_its_name_and_a_bit_of_its_own(void **state)
{
    size_t                  i;
    njwt_alg_t              all;
    const njwt_alg_info_t  *info;

    (void) state;

    all = 0;

    for (i = 0; i < unit_count(algs); i++) {
        assert_int_equal(njwt_alg(unit_text(algs[i].name)), algs[i].alg);
        assert_int_equal(all & algs[i].alg, 0);
        all |= algs[i].alg;

        info = njwt_alg_info(algs[i].alg);
        assert_non_null(info);
        assert_slice(info->name, algs[i].name);
        assert_int_equal(info->alg, algs[i].alg);
        assert_int_equal(info->half, algs[i].half);
        assert_true(njwt_alg_index(info) < NJWT_ALG_COUNT);
    }

    assert_int_equal(unit_count(algs), NJWT_ALG_COUNT);
    assert_int_equal(all, (1u << NJWT_ALG_COUNT) - 1);
    assert_null(njwt_alg_info(NJWT_ALG_UNKNOWN));
    assert_null(njwt_alg_info(NJWT_ALG_RS256 | NJWT_ALG_RS384));
    assert_null(njwt_alg_info(1u << NJWT_ALG_COUNT));

    assert_int_equal(njwt_alg(unit_text("eddsa")), 0);
    assert_int_equal(njwt_alg(unit_text("EDDSA")), 0);
    assert_int_equal(njwt_alg(unit_text("es256")), 0);
    assert_int_equal(njwt_alg(unit_text("ES256K")), 0);
    assert_int_equal(njwt_alg(unit_text("Ed448")), 0);
    assert_int_equal(njwt_alg(unit_text("ed25519")), 0);
    assert_int_equal(njwt_alg(unit_text("Ed25519")), NJWT_ALG_EDDSA);
    assert_int_equal(njwt_alg(unit_text("none")), 0);
}


/* Each signature, with each key, under each algorithm. */

static void
a_signature_is_taken_by_its_key_under_its_algorithm_alone(void **state)
{
    bool          fits, right;
    size_t        i, k, m;
    njwt_key_t   *key;
    njwt_slice_t  signature;

    static const char  *const  all[] = {
        "RSA", "P-256", "P-384", "P-521", "Ed25519", "secret"
    };

    (void) state;

    for (k = 0; k < unit_count(all); k++) {
        key = key_of(all[k]);

        for (m = 0; m < unit_count(algs); m++) {
            fits = strcmp(algs[m].kind, all[k]) == 0;
            assert_for(njwt_key_fits(key, algs[m].alg) == fits, all[k]);

            for (i = 0; i < unit_count(algs); i++) {
                signature = sign(i);
                right = fits && i == m;

                if (verifies(key, algs[m].alg, signature) != right) {
                    fail_msg("%s's signature with the %s key under %s",
                             algs[i].name, all[k], algs[m].name);
                }
            }
        }

        njwt_key_free(key);
    }
}


static void
a_key_that_names_its_algorithm_fits_no_other(void **state)
{
    char         member[32];
    size_t       i, k, m;
    njwt_key_t  *key;

    (void) state;

    for (k = 0; k < unit_count(kinds); k++) {
        for (i = 0; i < unit_count(algs); i++) {
            sprintf(member, ",\"alg\":\"%s\"", algs[i].name);
            key = load(jwk(kinds[k], member));
            assert_for((key != NULL) == (strcmp(algs[i].kind, kinds[k]) == 0),
                       unit_format("%s %s", kinds[k], algs[i].name));

            for (m = 0; key != NULL && m < unit_count(algs); m++) {
                assert_int_equal(njwt_key_fits(key, algs[m].alg), m == i);
            }

            njwt_key_free(key);
        }
    }
}


/* Every bit of a signature counts, and its length. */

static void
a_signature_changed_cut_or_lengthened_is_refused(void **state)
{
    size_t         i, k;
    uint8_t        copy[602];
    njwt_key_t    *key;
    njwt_slice_t   good;

    (void) state;

    for (i = 0; i < unit_count(algs); i++) {
        key = key_of(algs[i].kind);
        good = sign(i);
        assert_within(good.len, 32, 600);

        if (good.len >= sizeof(copy)) {
            return;     /* for gcc 16, which doesn't know what asserts do */
        }

        assert_true(verifies(key, algs[i].alg, good));

        for (k = 0; k < good.len * 8; k += 5) {
            memcpy(copy, good.data, good.len);
            copy[k / 8] ^= (uint8_t) (1 << k % 8);
            assert_for(!verifies(key, algs[i].alg,
                                unit_bytes(copy, good.len)), algs[i].name);
        }

        for (k = 0; k < good.len; k++) {
            assert_for(!verifies(key, algs[i].alg, unit_bytes(good.data, k)),
                       algs[i].name);
        }

        memcpy(copy, good.data, good.len);
        copy[good.len] = 0;
        assert_false(verifies(key, algs[i].alg,
                             unit_bytes(copy, good.len + 1)));
        memcpy(copy + 1, good.data, good.len);
        copy[0] = 0;
        assert_false(verifies(key, algs[i].alg,
                             unit_bytes(copy, good.len + 1)));
        memset(copy, 0, sizeof(copy));
        assert_false(verifies(key, algs[i].alg, unit_bytes(copy, good.len)));
        memset(copy, 0xff, sizeof(copy));
        assert_false(verifies(key, algs[i].alg, unit_bytes(copy, good.len)));

        assert_true(verifies(key, algs[i].alg, good));
        njwt_key_free(key);
    }
}


/* RFC 7518, section 3.4: r and s side by side; DER is another spelling. */

static void
an_ecdsa_signature_in_der_is_refused(void **state)
{
    size_t       i;
    njwt_key_t  *key;

    (void) state;

    for (i = 0; i < unit_count(algs); i++) {
        if (algs[i].half == 0) {
            continue;
        }

        key = key_of(algs[i].kind);
        assert_true(verifies(key, algs[i].alg, sign(i)));
        assert_false(verifies(key, algs[i].alg,
                             sign_with(i, RSA_PSS_SALTLEN_DIGEST, true)));
        njwt_key_free(key);
    }
}


/*
 * r or s of 0 (CVE-2022-21449: "psychic signatures"), r and s exchanged, and
 * each of them with the order of the curve added.
 */

static void
an_ecdsa_signature_has_its_numbers_in_their_range(void **state)
{
    size_t         i, half;
    uint8_t        raw[132];
    BIGNUM        *order, *s;
    njwt_key_t    *key;
    njwt_slice_t   good;

    (void) state;

    for (i = 0; i < unit_count(algs); i++) {
        half = algs[i].half;

        if (half == 0) {
            continue;
        }

        key = key_of(algs[i].kind);
        good = sign(i);

        memcpy(raw, good.data, 2 * half);
        memset(raw, 0, half);
        assert_false(verifies(key, algs[i].alg, unit_bytes(raw, 2 * half)));

        memcpy(raw, good.data, 2 * half);
        memset(raw + half, 0, half);
        assert_false(verifies(key, algs[i].alg, unit_bytes(raw, 2 * half)));

        memset(raw, 0, 2 * half);
        raw[half - 1] = 1;
        assert_false(verifies(key, algs[i].alg, unit_bytes(raw, 2 * half)));

        memcpy(raw, good.data + half, half);
        memcpy(raw + half, good.data, half);
        assert_false(verifies(key, algs[i].alg, unit_bytes(raw, 2 * half)));

        order = NULL;
        assert_int_equal(EVP_PKEY_get_bn_param(private_key(algs[i].kind),
                                               OSSL_PKEY_PARAM_EC_ORDER,
                                               &order), 1);
        s = BN_bin2bn(good.data + half, (int) half, NULL);
        BN_add(s, s, order);
        memcpy(raw, good.data, half);

        if (BN_bn2binpad(s, raw + half, (int) half) == (int) half) {
            assert_false(verifies(key, algs[i].alg,
                                 unit_bytes(raw, 2 * half)));
        }

        BN_free(s);
        BN_free(order);
        njwt_key_free(key);
    }
}


/* RFC 8032, section 5.1.7: S is below the order, or there are two spellings. */

static void
an_eddsa_signature_is_not_malleable(void **state)
{
    int            i;
    uint8_t        raw[64], little[32];
    BIGNUM        *s, *order;
    njwt_key_t    *key;
    njwt_slice_t   good;

    (void) state;

    key = key_of("Ed25519");
    good = sign(9);
    assert_int_equal(good.len, 64);

    order = NULL;
    assert_true(BN_hex2bn(&order, "1000000000000000000000000000000014def9dea2"
                                  "f79cd65812631a5cf5d3ed") > 0);

    for (i = 0; i < 32; i++) {
        little[i] = good.data[63 - i];
    }

    s = BN_bin2bn(little, 32, NULL);
    BN_add(s, s, order);
    assert_int_equal(BN_bn2binpad(s, little, 32), 32);
    memcpy(raw, good.data, 32);

    for (i = 0; i < 32; i++) {
        raw[63 - i] = little[i];
    }

    assert_false(verifies(key, NJWT_ALG_EDDSA, unit_bytes(raw, 64)));
    assert_true(verifies(key, NJWT_ALG_EDDSA, good));

    BN_free(s);
    BN_free(order);
    njwt_key_free(key);
}


/* RFC 7518, section 3.5. */

static void
the_salt_of_pss_is_as_long_as_the_hash(void **state)
{
    size_t       i;
    njwt_key_t  *key;

    (void) state;

    key = key_of("RSA");

    for (i = 3; i < 6; i++) {
        assert_true(verifies(key, algs[i].alg, sign(i)));
        assert_false(verifies(key, algs[i].alg, sign_with(i, 0, false)));
        assert_false(verifies(key, algs[i].alg, sign_with(i, 20, false)));
        assert_false(verifies(key, algs[i].alg,
                             sign_with(i, RSA_PSS_SALTLEN_MAX, false)));
    }

    njwt_key_free(key);
}


static void
a_point_off_its_curve_is_no_key(void **state)
{
    char        *text;
    size_t       k;
    const char  *good;

    (void) state;

    for (k = 1; k < 4; k++) {
        good = jwk(kinds[k], "");
        assert_true(usable(good));

        /* a character within x */

        text = (char *) unit_bytes(good, strlen(good) + 1).data;
        text = strstr(text, "\"x\":\"") + 15;
        *text = (*text == 'A') ? 'B' : 'A';
        assert_false(usable(unit_format("%.*s%s", (int) (strstr(good,
                                        "\"x\":\"") + 15 - good), good,
                                        text)));
    }
}


static void
a_coordinate_has_the_size_of_its_curve(void **state)
{
    int          bytes;
    EVP_PKEY    *key;
    const char  *x, *y;

    (void) state;

    key = private_key("P-256");
    bytes = curve_bytes("P-256");
    x = coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, bytes);
    y = coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, bytes);

#define EC(crv, x, y)                                                        \
    usable(unit_format("{\"kty\":\"EC\",\"crv\":\"" crv "\",\"x\":\"%s\","   \
                       "\"y\":\"%s\"}", x, y))

    assert_true(EC("P-256", x, y));
    assert_false(EC("P-384", x, y));
    assert_false(EC("P-521", x, y));
    assert_false(EC("secp256k1", x, y));
    assert_false(EC("P-256K", x, y));
    assert_false(EC("p-256", x, y));
    assert_false(EC("Ed25519", x, y));
    assert_false(EC("", x, y));
    assert_false(EC("P-256", x, ""));
    assert_false(EC("P-256", "", y));
    assert_false(EC("P-256", y, x));
    assert_false(EC("P-256",
                    coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, bytes + 1),
                    coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, bytes + 1)));
    assert_false(EC("P-256", unit_format("%04000d", 0), y));
    assert_false(EC("P-521", unit_format("%04000d", 0),
                    unit_format("%04000d", 0)));
    assert_false(EC("P-256", unit_format("%s=", x), y));
    assert_false(EC("P-256", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));

    assert_false(usable(unit_format("{\"kty\":\"EC\",\"x\":\"%s\","
                                    "\"y\":\"%s\"}", x, y)));
    assert_false(usable(unit_format("{\"kty\":\"EC\",\"crv\":\"P-256\","
                                    "\"x\":\"%s\"}", x)));
    assert_false(usable(unit_format("{\"kty\":\"OKP\",\"crv\":\"P-256\","
                                    "\"x\":\"%s\",\"y\":\"%s\"}", x, y)));
}


static void
an_okp_key_is_of_ed25519(void **state)
{
    static const char  x[] = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    (void) state;

#define OKP(kty, crv, x)                                                     \
    usable(unit_format("{\"kty\":\"" kty "\",\"crv\":\"" crv "\","           \
                       "\"x\":\"%s\"}", x))

    assert_true(OKP("OKP", "Ed25519", x));
    assert_false(OKP("OKP", "ed25519", x));
    assert_false(OKP("OKP", "X25519", x));
    assert_false(OKP("OKP", "Ed448", x));
    assert_false(OKP("EC", "Ed25519", x));
    assert_false(OKP("RSA", "Ed25519", x));
    assert_false(OKP("OKP", "Ed25519", ""));
    assert_false(OKP("OKP", "Ed25519", x + 4));
    assert_false(OKP("OKP", "Ed25519", unit_format("AAAA%s", x)));
    assert_false(OKP("OKP", "Ed25519", unit_format("%s=", x)));
    assert_false(usable("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":1}"));
}


/* RFC 8037, appendix A.4 */

static void
the_example_of_rfc_8037_is_verified(void **state)
{
    njwt_key_t    *key;
    njwt_slice_t   signature;

    static const char  text[] =
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    static const char  value[] =
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt"
        "9g7sVvpAr_MuM0KAg";

    (void) state;

    key = load("{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
               "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}");
    assert_non_null(key);
    assert_true(njwt_b64_decode(&unit_arena, unit_text(value), &signature));
    assert_non_null(njwt_key_verify(&unit_arena, key, NJWT_ALG_EDDSA,
                                    unit_text(text), signature));
    njwt_key_free(key);
}


/* RFC 7515, appendices A.1 and A.3 */

static void
the_examples_of_rfc_7515_are_verified(void **state)
{
    njwt_key_t    *key;
    njwt_slice_t   signature, hidden;

    static const char  payload[] =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlL"
        "mNvbS9pc19yb290Ijp0cnVlfQ";

    (void) state;

    key = load("{\"kty\":\"EC\",\"crv\":\"P-256\","
               "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
               "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}");
    assert_non_null(key);
    assert_true(njwt_b64_decode(&unit_arena, unit_text(
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQx"
        "fKTUJqPP3-Kg6NU1Q"), &signature));
    assert_non_null(njwt_key_verify(&unit_arena, key, NJWT_ALG_ES256,
                                    unit_text(unit_format(
                                        "eyJhbGciOiJFUzI1NiJ9.%s", payload)),
                                    signature));
    njwt_key_free(key);

    assert_true(njwt_b64_decode(&unit_arena, unit_text(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hc"
        "gUuTwjAzZr1Z9CAow"), &hidden));
    key = njwt_key_secret(hidden);
    assert_non_null(key);
    assert_true(njwt_b64_decode(&unit_arena, unit_text(
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), &signature));
    assert_non_null(njwt_key_verify(&unit_arena, key, NJWT_ALG_HS256,
                                    unit_text(unit_format(
                                        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1"
                                        "NiJ9.%s", payload)), signature));
    njwt_key_free(key);
}


static void
a_secret_is_some_bytes_and_not_too_many(void **state)
{
    uint8_t     *bytes;
    njwt_key_t  *key;

    (void) state;

    bytes = njwt_arena_alloc(&unit_arena, NJWT_MAX_SECRET + 1);

    assert_null(njwt_key_secret(unit_text("")));
    assert_null(njwt_key_secret(unit_bytes(bytes, NJWT_MAX_SECRET + 1)));

    key = njwt_key_secret(unit_bytes(bytes, NJWT_MAX_SECRET));
    assert_non_null(key);
    njwt_key_free(key);

    assert_null(njwt_jwks_of_secret(unit_text("")));
}


static void
another_secret_vouches_for_nothing(void **state)
{
    njwt_key_t  *key;

    (void) state;

    key = njwt_key_secret(unit_bytes(secret, sizeof(secret) - 1));
    assert_true(verifies(key, NJWT_ALG_HS256, sign(10)));
    njwt_key_free(key);

    key = njwt_key_secret(unit_bytes(secret, sizeof(secret) - 2));
    assert_false(verifies(key, NJWT_ALG_HS256, sign(10)));
    njwt_key_free(key);

    key = njwt_key_secret(unit_text("A secret"));
    assert_false(verifies(key, NJWT_ALG_HS256, sign(10)));
    njwt_key_free(key);
}


/* A secret has no kid: it serves tokens without one. */

static void
a_set_of_one_secret_serves_hs_alone(void **state)
{
    size_t         i;
    njwt_jws_t     jws;
    njwt_jwks_t   *jwks;
    const char    *header;

    (void) state;

    jwks = njwt_jwks_of_secret(unit_text(secret));
    assert_non_null(jwks);
    assert_int_equal(njwt_jwks_count(jwks), 1);

    for (i = 0; i < unit_count(algs); i++) {
        header = unit_format("{\"alg\":\"%s\"}", algs[i].name);
        assert_true(njwt_jws_parse(&unit_arena, unit_text(unit_format(
            "%s.e30.AA", unit_b64(header, strlen(header)))), &jws));
        assert_int_equal(njwt_jwks_knows(jwks, &jws, njwt_jws_alg(&jws)),
                         algs[i].name[0] == 'H');
        assert_null(njwt_jwks_verify(&unit_arena, jwks, &jws,
                                     njwt_jws_alg(&jws)));
    }

    assert_false(unit_arena.failed);
    njwt_jwks_free(jwks);
}


static void
the_canonical_text_of_every_kind_gives_the_same_keys_again(void **state)
{
    size_t               i, k;
    njwt_jwks_t         *jwks, *again;
    njwt_slice_t         text;
    njwt_jwks_report_t   report;

    (void) state;

    jwks = unit_jwks(unit_format("%s,%s,%s,%s,%s", jwk("RSA", ""),
                                 jwk("P-256", ",\"use\":\"sig\""),
                                 jwk("P-384", ",\"kid\":\"a\""),
                                 jwk("P-521", ",\"alg\":\"ES512\""),
                                 jwk("Ed25519", ",\"d\":\"private\"")),
                     &report);
    assert_non_null(jwks);
    assert_int_equal(report.usable, 5);

    text = njwt_jwks_text(jwks);
    again = njwt_jwks_new(text, &report);
    assert_non_null(again);
    assert_true(njwt_slice_equal(njwt_jwks_text(again), text));
    assert_int_equal(report.usable, 5);
    assert_null(strstr(unit_format("%.*s", (int) text.len,
                                   (const char *) text.data), "private"));

    for (i = 0; i < 5; i++) {
        for (k = 0; k < unit_count(algs); k++) {
            assert_int_equal(njwt_key_fits(njwt_jwks_key(again, i),
                                           algs[k].alg),
                             njwt_key_fits(njwt_jwks_key(jwks, i),
                                           algs[k].alg));
        }
    }

    njwt_jwks_free(jwks);
    njwt_jwks_free(again);
}


static void
sha_256_is_that_of_fips_180(void **state)
{
    uint8_t  out[32];

    (void) state;

    assert_true(njwt_sha256(unit_text("abc"), out));
    assert_memory_equal(out, "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde"
                        "\x5d\xae\x22\x23\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4"
                        "\x10\xff\x61\xf2\x00\x15\xad", 32);
}


/* RFC 4231, section 4.2, and keys shorter and longer than a block. */

static void
an_hmac_is_the_same_prepared_and_not(void **state)
{
    size_t           len;
    uint8_t          text[200], out[32], other[32];
    njwt_hasher_t   *hasher;
    njwt_slice_t     key = { text, 0 };

    (void) state;

    hasher = njwt_hasher_new();
    assert_non_null(hasher);

    memset(text, 0x0b, sizeof(text));

    key.len = 20;
    assert_true(njwt_hasher_hmac(hasher, key, unit_text("Hi There"), out));
    assert_memory_equal(out, "\xb0\x34\x4c\x61\xd8\xdb\x38\x53\x5c\xa8"
                        "\xaf\xce\xaf\x0b\xf1\x2b\x88\x1d\xc2\x00\xc9\x83"
                        "\x3d\xa7\x26\xe9\x37\x6c\x2e\x32\xcf\xf7", 32);

    for (len = 1; len <= sizeof(text); len++) {
        text[len - 1] = (uint8_t) len;
        key.len = len;

        assert_true(njwt_hasher_hmac(hasher, key, unit_text("x"), out));
        assert_true(njwt_hmac_sha256(key, unit_text("x"), other));
        assert_memory_equal(out, other, 32);

        assert_true(njwt_hasher_hmac(NULL, key, unit_text("x"), out));
        assert_memory_equal(out, other, 32);

        assert_true(njwt_hasher_sha256(hasher, key, out));
        assert_true(njwt_sha256(key, other));
        assert_memory_equal(out, other, 32);

        assert_true(njwt_hasher_sha256(NULL, key, out));
        assert_memory_equal(out, other, 32);
    }

    njwt_hasher_free(hasher);
}


/* The digest of these texts, each a piece; NULL ends them. */

static const uint8_t *
digest_of(uint8_t *out, ...)
{
    va_list         args;
    const char     *text;
    njwt_digest_t   digest;

    njwt_digest_begin(&digest);
    va_start(args, out);

    while ((text = va_arg(args, const char *)) != NULL) {
        njwt_digest_add(&digest, text, strlen(text));
    }

    va_end(args);
    assert_true(njwt_digest_end(&digest, out));

    return out;
}


static void
a_digest_of_pieces_has_their_lengths(void **state)
{
    size_t        len;
    uint8_t       bytes[2 * sizeof(size_t) + 3], whole[32], out[32], other[32];
    njwt_slice_t  text = { bytes, sizeof(bytes) };

    (void) state;

    len = 1;
    memcpy(bytes, &len, sizeof(size_t));
    bytes[sizeof(size_t)] = 'a';
    len = 2;
    memcpy(bytes + sizeof(size_t) + 1, &len, sizeof(size_t));
    memcpy(bytes + 2 * sizeof(size_t) + 1, "bc", 2);

    assert_true(njwt_sha256(text, whole));
    assert_memory_equal(digest_of(out, "a", "bc", NULL), whole, 32);

    digest_of(other, "ab", "c", NULL);
    assert_memory_not_equal(out, other, 32);
    digest_of(other, "a", "b", "c", NULL);
    assert_memory_not_equal(out, other, 32);
    digest_of(other, "a", "bc", "", NULL);
    assert_memory_not_equal(out, other, 32);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(each_algorithm_has_its_name_and_a_bit_of_its_own),
        unit_case(messages_name_each_algorithm),
        unit_case(an_algorithm_is_of_the_kind_of_its_keys),
        unit_case(a_secret_is_as_long_as_the_longest_hash),
        unit_case(a_signature_is_taken_by_its_key_under_its_algorithm_alone),
        unit_case(a_key_that_names_its_algorithm_fits_no_other),
        unit_case(a_signature_changed_cut_or_lengthened_is_refused),
        unit_case(an_ecdsa_signature_in_der_is_refused),
        unit_case(an_ecdsa_signature_has_its_numbers_in_their_range),
        unit_case(an_eddsa_signature_is_not_malleable),
        unit_case(the_salt_of_pss_is_as_long_as_the_hash),
        unit_case(a_point_off_its_curve_is_no_key),
        unit_case(a_coordinate_has_the_size_of_its_curve),
        unit_case(an_okp_key_is_of_ed25519),
        unit_case(the_example_of_rfc_8037_is_verified),
        unit_case(the_examples_of_rfc_7515_are_verified),
        unit_case(a_secret_is_some_bytes_and_not_too_many),
        unit_case(another_secret_vouches_for_nothing),
        unit_case(a_set_of_one_secret_serves_hs_alone),
        unit_case(the_canonical_text_of_every_kind_gives_the_same_keys_again),
        unit_case(sha_256_is_that_of_fips_180),
        unit_case(an_hmac_is_the_same_prepared_and_not),
        unit_case(a_digest_of_pieces_has_their_lengths)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
