/*
 * Keys of a trusted source, as people write them: key sets, certificates, and
 * PEM in the operator's file.
 */

#include "unit_token.h"
#include "njwt_b64.h"
#include "njwt_pem.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>


static njwt_jwks_report_t  report;


static njwt_jwks_t *
taken(const char *keys)
{
    njwt_jwks_t  *jwks;

    jwks = unit_jwks(keys, &report);
    assert_for(jwks != NULL, keys);
    assert_null(report.error);
    assert_int_equal(report.usable, njwt_jwks_count(jwks));

    return jwks;
}


static const char *
rsa(const char *n, const char *e)
{
    return unit_format("{\"kty\":\"RSA\",\"kid\":\"k\",\"n\":\"%s\","
                       "\"e\":\"%s\"}", n, e);
}


/* the modulus of key 0 behind so many zero bytes */

static const char *
behind_zeros(size_t zeros)
{
    uint8_t       bytes[2048];
    njwt_slice_t  n;

    assert_true(njwt_b64_decode(&unit_arena, unit_text(unit_modulus(0)), &n));
    memset(bytes, 0, zeros);
    memcpy(bytes + zeros, n.data, n.len);

    return unit_b64(bytes, zeros + n.len);
}


/* in base64's other alphabet */

static const char *
plain(const char *text)
{
    char  *p, *copy;

    copy = (char *) unit_bytes(text, strlen(text) + 1).data;

    for (p = copy; *p != '\0'; p++) {
        *p = (*p == '-') ? '+' : (*p == '_') ? '/' : *p;
    }

    return copy;
}


/* The same key as key 0, and so spelled? */

static void
is_key_0(const char *jwk, unsigned spelling)
{
    njwt_jwks_t  *jwks, *strict;

    strict = taken(rsa(unit_modulus(0), "AQAB"));
    assert_int_equal(report.spelling, 0);

    jwks = taken(jwk);
    assert_int_equal(report.spelling, spelling);
    assert_true(njwt_slice_equal(njwt_jwks_text(jwks),
                                 njwt_jwks_text(strict)));
    njwt_jwks_free(jwks);
    njwt_jwks_free(strict);
}


static bool
unusable(const char *jwk)
{
    njwt_jwks_t  *jwks;

    jwks = unit_jwks(jwk, &report);

    if (jwks != NULL) {
        njwt_jwks_free(jwks);
        return false;
    }

    assert_false(report.no_memory);
    assert_int_equal(report.spelling, 0);
    assert_int_equal(report.skipped, 1);
    assert_non_null(report.skipped_why);

    return true;
}


static void
zero_bytes_in_front_mean_the_same_number(void **state)
{
    (void) state;

    is_key_0(rsa(unit_modulus(0), "AQAB"), 0);
    is_key_0(rsa(behind_zeros(1), "AQAB"), NJWT_SPELLING_ZERO);
    is_key_0(rsa(behind_zeros(2), "AQAB"), NJWT_SPELLING_ZERO);
    is_key_0(rsa(behind_zeros(1000), "AQAB"), NJWT_SPELLING_ZERO);
    is_key_0(rsa(unit_modulus(0), "AAEAAQ"), NJWT_SPELLING_ZERO);
    is_key_0(rsa(unit_modulus(0), "AAAAAAAAAAAAAAAAAQAB"),
             NJWT_SPELLING_ZERO);

    /* longer than any integer may be */

    assert_true(unusable(rsa(behind_zeros(1300), "AQAB")));
    assert_true(unusable(rsa("AAAA", "AQAB")));
    assert_true(unusable(rsa(unit_modulus(0), "AA")));
    assert_true(unusable(rsa(unit_modulus(0), "AAAAAQ")));
}


static void
an_equals_sign_at_the_end_means_nothing(void **state)
{
    const char  *n;

    (void) state;

    n = unit_modulus(0);
    is_key_0(rsa(unit_format("%s==", n), "AQAB"), NJWT_SPELLING_PADDED);
    is_key_0(rsa(unit_format("%s=", n), "AQAB"), NJWT_SPELLING_PADDED);
    is_key_0(rsa(n, "AQAB=="), NJWT_SPELLING_PADDED);

    assert_true(unusable(rsa(unit_format("%s===", n), "AQAB")));
    assert_true(unusable(rsa(unit_format("=%s", n), "AQAB")));
    assert_true(unusable(rsa(n, "AQ=AB")));
    assert_true(unusable(rsa(n, "==")));
    assert_true(unusable(rsa(n, "=")));
    assert_true(unusable(rsa(n, "")));
}


static void
the_other_alphabet_means_the_same_number(void **state)
{
    const char  *n;

    (void) state;

    n = unit_modulus(0);

    if (strpbrk(n, "-_") != NULL) {
        is_key_0(rsa(plain(n), "AQAB"), NJWT_SPELLING_PLAIN);
        is_key_0(rsa(unit_format("%s==", plain(behind_zeros(1))), "AQAB"),
                 strpbrk(behind_zeros(1), "-_") != NULL
                 ? NJWT_SPELLING_PLAIN|NJWT_SPELLING_PADDED|NJWT_SPELLING_ZERO
                 : NJWT_SPELLING_PADDED|NJWT_SPELLING_ZERO);
    }

    assert_true(unusable(rsa(n, "AQ AB")));
    assert_true(unusable(rsa(n, "AQAB\\n")));
    assert_true(unusable(rsa(n, "AQ~B")));
    assert_true(unusable(rsa(n, "AR")));
    assert_true(unusable(rsa(unit_format("%s\\n", n), "AQAB")));
}


static void
the_spelling_of_a_key_that_is_no_use_is_not_told(void **state)
{
    (void) state;

    njwt_jwks_free(taken(unit_format("%s,%s", rsa(unit_modulus(0), "AQAB"),
                                     rsa(unit_modulus(1), "AAAAAg=="))));
    assert_int_equal(report.spelling, 0);
    assert_int_equal(report.skipped, 1);
}


static void
a_byte_order_mark_before_the_set_is_passed_over(void **state)
{
    const char   *text;
    njwt_jwks_t  *jwks;

    (void) state;

    text = unit_format("{\"keys\":[%s]}", rsa(unit_modulus(0), "AQAB"));

    jwks = njwt_jwks_new(unit_text(unit_format("\xef\xbb\xbf%s", text)),
                         &report);
    assert_non_null(jwks);
    assert_int_equal(report.spelling, NJWT_SPELLING_MARK);
    assert_slice(njwt_jwks_text(jwks), text);
    njwt_jwks_free(jwks);

    assert_null(njwt_jwks_new(unit_text(unit_format(
                    "\xef\xbb\xbf\xef\xbb\xbf%s", text)), &report));
    assert_null(njwt_jwks_new(unit_text(unit_format(" \xef\xbb\xbf%s", text)),
                              &report));
    assert_null(njwt_jwks_new(unit_text(unit_format("\xef\xbb%s", text)),
                              &report));
    assert_null(njwt_jwks_new(unit_text("\xef\xbb\xbf"), &report));
    assert_null(njwt_jwks_new(unit_text("\xef\xbb"), &report));
}


static void
each_spelling_has_its_words(void **state)
{
    unsigned  bit;

    (void) state;

    for (bit = 1; bit <= NJWT_SPELLING_MARK; bit <<= 1) {
        assert_non_null(njwt_jwks_spelling(bit));
    }

    assert_null(njwt_jwks_spelling(bit));
    assert_null(njwt_jwks_spelling(0));
    assert_null(njwt_jwks_spelling(3));
}


/* A private key where a public one belongs serves, and is reported. */

static void
private_members_are_told_of(void **state)
{
    size_t  i;

    static const char  *const  more[] = {
        ",\"d\":\"AQ\"", ",\"p\":7", ",\"k\":\"\"", ",\"priv\":\"AQ\""
    };

    (void) state;

    njwt_jwks_free(taken(unit_jwk(0, ",\"kid\":\"k0\",\"D\":\"AQ\"")));
    assert_false(report.private_members);

    for (i = 0; i < unit_count(more); i++) {
        njwt_jwks_free(taken(unit_jwk(0, more[i])));
        assert_true(report.private_members);
    }

    assert_true(unusable("{\"kty\":\"oct\",\"k\":\"AAAA\"}"));
    assert_true(report.private_members);
}


/* Certificates: of no CA, and long expired. */

static njwt_slice_t
certificate(EVP_PKEY *pkey)
{
    int            len;
    X509          *x;
    uint8_t       *der;
    njwt_slice_t   out;

    der = NULL;
    x = X509_new();
    assert_non_null(x);
    assert_int_equal(X509_set_version(x, 2), 1);
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(x), 0));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(x), 1));
    assert_int_equal(X509_set_pubkey(x, pkey), 1);
    assert_true(X509_sign(x, unit_private(2), EVP_sha256()) > 0);
    len = i2d_X509(x, &der);
    assert_true(len > 0);
    out = unit_bytes(der, (size_t) len);
    OPENSSL_free(der);
    X509_free(x);

    return out;
}


static const char *
in_plain(njwt_slice_t bytes)
{
    size_t  len;
    char   *text;

    len = (bytes.len + 2) / 3 * 4;
    text = njwt_arena_alloc(&unit_arena, len + 1);
    (void) EVP_EncodeBlock((uint8_t *) text, bytes.data, (int) bytes.len);

    return text;
}


static EVP_PKEY *
key_of(const char *kind, const char *group)
{
    EVP_PKEY  *pkey;

    pkey = (group != NULL) ? EVP_PKEY_Q_keygen(NULL, NULL, kind, group)
                           : EVP_PKEY_Q_keygen(NULL, NULL, kind);
    assert_non_null(pkey);

    return pkey;
}


static void
a_key_that_is_only_in_its_certificate_is_read_from_there(void **state)
{
    const char    *x5c, *other;
    njwt_slice_t   der, cut;

    (void) state;

    der = certificate(unit_private(0));
    x5c = in_plain(der);
    other = in_plain(certificate(unit_private(1)));

    is_key_0(unit_format("{\"kty\":\"RSA\",\"kid\":\"k\",\"x5c\":[\"%s\"]}",
                         x5c), 0);

    /* the first one, and no look at the others */

    is_key_0(unit_format("{\"kty\":\"RSA\",\"kid\":\"k\",\"x5c\":[\"%s\","
                         "\"%s\",7]}", x5c, other), 0);

    /* beside numbers it counts for nothing, were it broken */

    is_key_0(unit_format("{\"kty\":\"RSA\",\"kid\":\"k\",\"n\":\"%s\","
                         "\"e\":\"AQAB\",\"x5c\":[\"%s\"]}", unit_modulus(0),
                         other), 0);
    is_key_0(unit_format("{\"kty\":\"RSA\",\"kid\":\"k\",\"n\":\"%s\","
                         "\"e\":\"AQAB\",\"x5c\":7}", unit_modulus(0)), 0);
    assert_true(unusable(unit_format("{\"kty\":\"RSA\",\"n\":\"%s\","
                                     "\"x5c\":[\"%s\"]}", unit_modulus(0),
                                     x5c)));
    assert_true(unusable(unit_format("{\"kty\":\"RSA\",\"e\":\"AQAB\","
                                     "\"x5c\":[\"%s\"]}", x5c)));
    assert_true(unusable(unit_format("{\"kty\":\"RSA\",\"n\":null,"
                                     "\"x5c\":[\"%s\"]}", x5c)));

    /* and nothing is one that isn't a certificate, whole */

    cut = der;
    cut.len--;
    assert_true(unusable(unit_format("{\"kty\":\"RSA\",\"x5c\":[\"%s\"]}",
                                     in_plain(cut))));
    assert_true(unusable(unit_format(
        "{\"kty\":\"RSA\",\"x5c\":[\"%s\"]}",
        in_plain(unit_bytes(unit_format("%.*s", 0, ""), 0)))));
    assert_true(unusable("{\"kty\":\"RSA\",\"x5c\":[]}"));
    assert_true(unusable("{\"kty\":\"RSA\",\"x5c\":[\"AAAA\"]}"));
    assert_true(unusable(unit_format("{\"kty\":\"RSA\",\"x5c\":\"%s\"}",
                                     x5c)));
    assert_true(unusable(unit_format("{\"x5c\":[\"%s\"]}", x5c)));
    assert_true(unusable(unit_format("{\"kty\":\"EC\",\"x5c\":[\"%s\"]}",
                                     x5c)));
    assert_true(unusable(unit_format("{\"kty\":\"RSA\",\"x5c\":[\"%s\"],"
                                     "\"use\":\"enc\"}", x5c)));
    assert_true(unusable(unit_format("{\"kty\":\"RSA\",\"x5c\":[\"%s\"],"
                                     "\"alg\":\"ES256\"}", x5c)));
    assert_true(unusable(unit_format("{\"kty\":\"RSA\",\"kid\":7,"
                                     "\"x5c\":[\"%s\"]}", x5c)));
}


/* RFC 7515, appendix A.3, and RFC 8037, appendix A.2 */

#define EC_X  "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\""
#define EC_Y  "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define ED_X  "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""


static void
a_certificate_beside_a_coordinate_counts_for_nothing(void **state)
{
    size_t        i;
    EVP_PKEY     *ec, *ed;
    njwt_jwks_t  *jwks, *alone;
    const char   *x5c, *members;

    static const struct {
        bool         ed;
        const char  *members;
        bool         usable;
    } keys[] = {
        { true,  "\"kty\":\"OKP\",\"crv\":\"Ed25519\"," ED_X, true },
        { true,  "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":null", false },
        { false, "\"kty\":\"EC\",\"crv\":\"P-256\"," EC_X "," EC_Y, true },
        { false, "\"kty\":\"EC\",\"crv\":\"P-256\"," EC_X, false },
        { false, "\"kty\":\"EC\",\"crv\":\"P-256\"," EC_Y, false }
    };

    (void) state;

    ec = key_of("EC", "P-256");
    ed = key_of("ED25519", NULL);

    for (i = 0; i < unit_count(keys); i++) {
        members = keys[i].members;
        x5c = in_plain(certificate(keys[i].ed ? ed : ec));
        jwks = unit_jwks(unit_format("{%s,\"x5c\":[\"%s\"]}", members, x5c),
                         &report);
        assert_for((jwks != NULL) == keys[i].usable, members);

        if (jwks != NULL) {
            alone = taken(unit_format("{%s}", members));
            assert_for(njwt_slice_equal(njwt_jwks_text(jwks),
                                        njwt_jwks_text(alone)), members);
            njwt_jwks_free(alone);
        }

        njwt_jwks_free(jwks);
    }

    EVP_PKEY_free(ec);
    EVP_PKEY_free(ed);
}


/* A trusted set's source answers for a certificate, here nobody does. */

static void
a_key_that_came_with_a_token_is_in_no_certificate(void **state)
{
    size_t        i;
    unsigned      spelling;
    EVP_PKEY     *keys[3];
    njwt_key_t   *key;
    const char   *why;
    njwt_value_t  jwk;

    static const char *const  members[] = {
        "\"kty\":\"RSA\"",
        "\"kty\":\"EC\",\"crv\":\"P-256\"",
        "\"kty\":\"OKP\",\"crv\":\"Ed25519\""
    };

    (void) state;

    keys[0] = unit_private(0);
    keys[1] = key_of("EC", "P-256");
    keys[2] = key_of("ED25519", NULL);

    for (i = 0; i < unit_count(keys); i++) {
        jwk = njwt_json_object(&unit_arena, unit_text(unit_format(
            "{%s,\"x5c\":[\"%s\"]}", members[i],
            in_plain(certificate(keys[i])))));

        assert_for(njwt_key_new(&unit_arena, jwk, &why) == NULL, members[i]);
        assert_non_null(why);

        spelling = 0;
        key = njwt_key_of_set(&unit_arena, jwk, &spelling, &why);
        assert_for(key != NULL, members[i]);
        njwt_key_free(key);
    }

    EVP_PKEY_free(keys[1]);
    EVP_PKEY_free(keys[2]);
}


static void
bytes_behind_a_certificate_are_refused(void **state)
{
    uint8_t       longer[4096];
    njwt_slice_t  der;

    (void) state;

    der = certificate(unit_private(0));
    memcpy(longer, der.data, der.len);
    longer[der.len] = 0;
    assert_true(unusable(unit_format("{\"kty\":\"RSA\",\"x5c\":[\"%s\"]}",
                                     in_plain(unit_bytes(longer,
                                                         der.len + 1)))));
}


static void
a_certificates_key_is_one_that_the_gate_verifies(void **state)
{
    size_t        i;
    EVP_PKEY     *pkey;
    njwt_jwks_t  *jwks;

    static const struct {
        const char  *kind;
        const char  *group;
        const char  *members;
        njwt_alg_t   alg;        /* 0: none */
    } kinds[] = {
        { "EC", "P-256", "\"kty\":\"EC\"", NJWT_ALG_ES256 },
        { "EC", "P-256", "\"kty\":\"EC\",\"crv\":\"P-256\"", NJWT_ALG_ES256 },
        { "EC", "P-256", "\"kty\":\"EC\",\"crv\":\"P-384\"", 0 },
        { "EC", "P-256", "\"kty\":\"RSA\"", 0 },
        { "EC", "P-384", "\"kty\":\"EC\",\"alg\":\"ES384\"", NJWT_ALG_ES384 },
        { "EC", "P-521", "\"kty\":\"EC\"", NJWT_ALG_ES512 },
        { "EC", "secp256k1", "\"kty\":\"EC\"", 0 },
        { "ED25519", NULL, "\"kty\":\"OKP\",\"alg\":\"Ed25519\"",
          NJWT_ALG_EDDSA },
        { "ED25519", NULL, "\"kty\":\"OKP\"", NJWT_ALG_EDDSA },
        { "ED25519", NULL, "\"kty\":\"EC\"", 0 },
        { "ED448", NULL, "\"kty\":\"OKP\"", 0 }
    };

    (void) state;

    for (i = 0; i < unit_count(kinds); i++) {
        pkey = key_of(kinds[i].kind, kinds[i].group);
        jwks = unit_jwks(unit_format("{%s,\"x5c\":[\"%s\"]}",
                                     kinds[i].members,
                                     in_plain(certificate(pkey))), &report);
        EVP_PKEY_free(pkey);

        assert_for((jwks != NULL) == (kinds[i].alg != 0), kinds[i].members);
        assert_for(jwks == NULL || njwt_jwks_sole(jwks, kinds[i].alg),
                   kinds[i].members);
        njwt_jwks_free(jwks);
    }

    pkey = EVP_RSA_gen(1024);
    assert_true(unusable(unit_format("{\"kty\":\"RSA\",\"x5c\":[\"%s\"]}",
                                     in_plain(certificate(pkey)))));
    assert_string_equal(report.skipped_why,
                        "an RSA key of fewer than 2048 bits");
    EVP_PKEY_free(pkey);
}


/* Keys without "kid". */

static bool
verifies(njwt_jwks_t *jwks, size_t signer, const char *header)
{
    njwt_jws_t  jws;

    assert_true(njwt_jws_parse(&unit_arena, unit_token(signer, header, "{}"),
                               &jws));

    return njwt_jwks_knows(jwks, &jws, NJWT_ALG_RS256)
           && njwt_jwks_verify(&unit_arena, jwks, &jws, NJWT_ALG_RS256)
              != NULL;
}


static const char  named[] = "{\"alg\":\"RS256\",\"kid\":\"whatever\"}";
static const char  nameless[] = "{\"alg\":\"RS256\"}";


static void
the_only_key_of_a_set_fits_any_kid_if_it_has_none(void **state)
{
    njwt_jwks_t  *jwks;

    (void) state;

    jwks = taken(unit_jwk(0, ""));
    assert_true(verifies(jwks, 0, named));
    assert_true(verifies(jwks, 0, nameless));
    assert_true(verifies(jwks, 0, "{\"alg\":\"RS256\",\"kid\":\"\"}"));
    assert_false(verifies(jwks, 1, named));
    njwt_jwks_free(jwks);

    jwks = taken(unit_jwk(0, ",\"kid\":\"k0\""));
    assert_false(verifies(jwks, 0, named));
    assert_true(verifies(jwks, 0, nameless));
    njwt_jwks_free(jwks);
}


/* Those that were skipped are keys of the set, too. */

static void
in_a_larger_set_it_fits_tokens_without_one_only(void **state)
{
    size_t        i;
    njwt_jwks_t  *jwks, *again;

    static const char  *const  others[] = {
        "{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}", "{}", "null",
        "{\"kty\":\"RSA\",\"kid\":\"whatever\"}"
    };

    (void) state;

    jwks = taken(unit_format("%s,%s", unit_jwk(0, ""),
                             unit_jwk(1, ",\"kid\":\"k1\",\"alg\":"
                                         "\"RS512\"")));
    assert_false(verifies(jwks, 0, named));
    assert_true(verifies(jwks, 0, nameless));
    assert_memory_equal(njwt_jwks_text(jwks).data
                        + njwt_jwks_text(jwks).len - 3, "}]}", 3);
    njwt_jwks_free(jwks);

    for (i = 0; i < unit_count(others); i++) {
        jwks = taken(unit_format("%s,%s", others[i], unit_jwk(0, "")));
        assert_false(verifies(jwks, 0, named));
        assert_true(verifies(jwks, 0, nameless));

        /* nor is that forgotten on the way through the zone */

        again = njwt_jwks_new(njwt_jwks_text(jwks), &report);
        assert_non_null(again);
        assert_int_equal(njwt_jwks_count(again), 1);
        assert_false(verifies(again, 0, named));
        assert_true(verifies(again, 0, nameless));
        assert_true(njwt_slice_equal(njwt_jwks_text(jwks),
                                     njwt_jwks_text(again)));
        njwt_jwks_free(again);
        njwt_jwks_free(jwks);
    }
}


static void
a_secret_fits_any_kid(void **state)
{
    njwt_jws_t    jws;
    njwt_jwks_t  *jwks;

    (void) state;

    jwks = njwt_jwks_of_secret(unit_text("a secret that is long enough, is "
                                         "it"));
    assert_non_null(jwks);
    assert_true(njwt_jws_parse(&unit_arena,
                               unit_token(0, "{\"alg\":\"HS256\",\"kid\":"
                                             "\"x\"}", "{}"), &jws));
    assert_true(njwt_jwks_knows(jwks, &jws, NJWT_ALG_HS256));
    assert_false(njwt_jwks_knows(jwks, &jws, NJWT_ALG_RS256));
    njwt_jwks_free(jwks);
}


/* A cached token is verified anew when its key fits other tokens. */

static bool
finds(njwt_jwks_t *jwks, uint8_t *fingerprint)
{
    bool                 is;
    uint16_t             index = 0;
    njwt_jws_t           jws;
    const njwt_proof_t  *proof;

    assert_true(njwt_jwks_bind(jwks, unit_text("c")));
    is = njwt_jwks_has_fingerprint(jwks, fingerprint, &index);

    assert_true(njwt_jws_parse(&unit_arena, unit_token(0, nameless, "{}"),
                               &jws));
    proof = njwt_jwks_verify(&unit_arena, jwks, &jws, NJWT_ALG_RS256);
    assert_non_null(proof);
    assert_true(njwt_jwks_fingerprint(jwks, proof, fingerprint, &index));
    njwt_jwks_free(jwks);

    return is;
}


static const char *pem(EVP_PKEY *pkey);


static void
a_key_that_fits_other_tokens_than_before_vouches_for_none(void **state)
{
    uint8_t       fingerprint[NJWT_DIGEST] = { 0 };
    njwt_jwks_t  *jwks;

    (void) state;

    assert_false(finds(taken(unit_jwk(0, "")), fingerprint));
    assert_true(finds(taken(unit_jwk(0, ",\"use\":\"sig\"")), fingerprint));
    assert_false(finds(taken(unit_format("%s,{}", unit_jwk(0, ""))),
                         fingerprint));
    assert_false(finds(taken(unit_jwk(0, "")), fingerprint));

    jwks = njwt_jwks_of_file(unit_text(pem(unit_private(0))), &report);
    assert_non_null(jwks);
    assert_false(finds(jwks, fingerprint));
    assert_false(finds(taken(unit_jwk(0, "")), fingerprint));

    assert_false(finds(taken(unit_jwk(0, ",\"kid\":\"k\"")), fingerprint));
    assert_true(finds(taken(unit_format("%s,{}",
                                          unit_jwk(0, ",\"kid\":\"k\""))),
                        fingerprint));
    assert_false(finds(taken(unit_jwk(0, ",\"kid\":\"K\"")), fingerprint));
}


/* PEM */

static const char *
block(const char *label, njwt_slice_t der)
{
    size_t       i, len;
    const char  *text, *lines;

    text = in_plain(der);
    lines = "";

    for (i = 0; i < strlen(text); i += 64) {
        len = strlen(text + i);
        lines = unit_format("%s%.*s\n", lines, (int) (len < 64 ? len : 64),
                            text + i);
    }

    return unit_format("-----BEGIN %s-----\n%s-----END %s-----\n", label,
                       lines, label);
}


static const char *
pem(EVP_PKEY *pkey)
{
    int           len;
    uint8_t      *der;
    const char   *text;

    der = NULL;
    len = i2d_PUBKEY(pkey, &der);
    assert_true(len > 0);
    text = block("PUBLIC KEY", unit_bytes(der, (size_t) len));
    OPENSSL_free(der);

    return text;
}


static const char *
pem_pkcs1(EVP_PKEY *pkey)
{
    int           len;
    uint8_t      *der;
    const char   *text;

    der = NULL;
    len = i2d_PublicKey(pkey, &der);
    assert_true(len > 0);
    text = block("RSA PUBLIC KEY", unit_bytes(der, (size_t) len));
    OPENSSL_free(der);

    return text;
}


static njwt_jwks_t *
file(const char *text)
{
    njwt_jwks_t  *jwks;

    jwks = njwt_jwks_of_file(unit_text(text), &report);
    assert_int_equal(jwks == NULL, report.error != NULL);
    assert_false(report.no_memory);

    return jwks;
}


static void
a_file_may_be_pem_with_keys_that_fit_any_kid(void **state)
{
    njwt_jwks_t  *jwks;

    (void) state;

    jwks = file(unit_format("%s%s%s", pem(unit_private(0)),
                            block("CERTIFICATE", certificate(unit_private(1))),
                            pem_pkcs1(unit_private(2))));
    assert_non_null(jwks);
    assert_int_equal(report.usable, 3);
    assert_int_equal(report.skipped, 0);
    assert_int_equal(njwt_jwks_text(jwks).len, 0);

    assert_true(verifies(jwks, 0, named));
    assert_true(verifies(jwks, 1, named));
    assert_true(verifies(jwks, 2, named));
    assert_true(verifies(jwks, 0, nameless));
    assert_true(verifies(jwks, 2, nameless));
    assert_true(njwt_jwks_sole(jwks, NJWT_ALG_RS512));
    assert_false(njwt_jwks_sole(jwks, NJWT_ALG_ES256));
    njwt_jwks_free(jwks);

    jwks = file(pem(unit_private(0)));
    assert_non_null(jwks);
    assert_false(verifies(jwks, 1, named));
    njwt_jwks_free(jwks);

    /* but what is fetched is a set */

    assert_null(njwt_jwks_new(unit_text(pem(unit_private(0))), &report));
}


static void
a_file_may_as_well_be_a_set(void **state)
{
    njwt_jwks_t  *jwks;

    (void) state;

    jwks = file(unit_format("\xef\xbb\xbf{\"keys\":[%s,%s],\"x\":"
                            "\"-----BEGIN PUBLIC KEY-----\"}",
                            unit_jwk(0, ""), unit_jwk(1, "")));
    assert_non_null(jwks);
    assert_false(verifies(jwks, 0, named));
    njwt_jwks_free(jwks);

    assert_null(file("hello"));
    assert_string_equal(report.error, "neither a JSON object nor PEM");
    assert_null(file(""));
    assert_null(njwt_jwks_new(unit_text("hello"), &report));
    assert_string_equal(report.error, "not a JSON object");
}


static void
pem_has_text_between_blocks_and_lines_of_any_kind(void **state)
{
    char         *p, *text;
    size_t        n;
    const char   *key;
    njwt_jwks_t  *jwks;

    (void) state;

    key = pem(unit_private(0));

    jwks = file(unit_format("\xef\xbb\xbf%s", key));
    assert_non_null(jwks);
    assert_int_equal(report.spelling, NJWT_SPELLING_MARK);
    njwt_jwks_free(jwks);

    jwks = file(unit_format("subject=CN = a\n  -----BEGIN X-----\n\n%s\nend",
                            key));
    assert_non_null(jwks);
    assert_int_equal(report.skipped, 0);
    njwt_jwks_free(jwks);

    /* CR LF, and no end of the last line */

    text = njwt_arena_alloc(&unit_arena, 2 * strlen(key) + 1);

    for (n = 0, p = text; key[n] != '\0'; n++) {
        if (key[n] == '\n') {
            *p++ = '\r';
        }

        *p++ = key[n];
    }

    njwt_jwks_free(file(text));
    assert_null(report.error);
    njwt_jwks_free(file(unit_format("%.*s", (int) strlen(key) - 1, key)));
    assert_null(report.error);
}


static void
what_is_no_use_in_pem_is_passed_over_and_told(void **state)
{
    int           len;
    size_t        i;
    EVP_PKEY     *weak, *k256;
    const char   *good, *bad[12];
    uint8_t      *der;
    njwt_jwks_t  *jwks;

    (void) state;

    good = pem(unit_private(0));
    weak = EVP_RSA_gen(1024);
    k256 = key_of("EC", "secp256k1");

    bad[0] = pem(weak);
    bad[1] = pem(k256);
    bad[2] = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    bad[3] = "-----BEGIN PUBLIC KEY-----\n~~~~\n-----END PUBLIC KEY-----\n";
    bad[4] = "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n";
    bad[5] = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END CERTIFICATE-----\n";
    bad[6] = "-----BEGIN PUBLIC KEY-----\nAAAA\n";
    bad[7] = "-----BEGIN -----\n-----END -----\n";
    bad[8] = block("PUBLIC KEY", certificate(unit_private(0)));

    /* a byte behind it */

    der = NULL;
    len = i2d_PUBKEY(unit_private(0), &der);
    assert_true(len > 0);
    der = OPENSSL_realloc(der, (size_t) len + 1);
    assert_non_null(der);
    der[len] = 0;
    bad[11] = block("PUBLIC KEY", unit_bytes(der, (size_t) len + 1));
    OPENSSL_free(der);

    /* a good key but for its end */

    bad[9] = unit_format("%.*s-----END CERTIFICATE-----\n",
                         (int) (strstr(good, "-----END") - good), good);
    bad[10] = unit_format("%.*s", (int) (strstr(good, "-----END") - good),
                          good);

    for (i = 0; i < unit_count(bad); i++) {
        jwks = file(unit_format("%s%s", bad[i], good));
        assert_for(jwks != NULL, bad[i]);
        assert_int_equal(report.usable, 1);
        assert_int_equal(report.skipped, 1);
        assert_non_null(report.skipped_why);
        njwt_jwks_free(jwks);

        assert_null(file(bad[i]));
        assert_string_equal(report.error, "no usable key in it");
        assert_int_equal(report.skipped, 1);
    }

    EVP_PKEY_free(weak);
    EVP_PKEY_free(k256);
}


static void
a_private_key_in_pem_refuses_the_file(void **state)
{
    size_t       i;
    const char  *good;

    static const char  *const  labels[] = {
        "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY"
    };

    (void) state;

    good = pem(unit_private(0));

    for (i = 0; i < unit_count(labels); i++) {
        assert_null(file(unit_format("%s-----BEGIN %s-----\nAAAA\n"
                                     "-----END %s-----\n", good, labels[i],
                                     labels[i])));
        assert_non_null(strstr(report.error, "private key"));
        assert_non_null(strstr(report.error, "openssl pkey"));
        assert_null(file(unit_format("%s-----BEGIN %s-----\nAAAA\n", good,
                                     labels[i])));
        assert_non_null(strstr(report.error, "private key"));
    }
}


static void
eight_blocks_are_read_and_one_more_is_an_error(void **state)
{
    size_t        i;
    const char   *key, *all;
    njwt_jwks_t  *jwks;

    (void) state;

    key = pem(unit_private(0));
    all = "";

    for (i = 0; i < 8; i++) {
        all = unit_format("%s%s", all, key);
    }

    jwks = file(all);
    assert_non_null(jwks);
    assert_int_equal(report.usable, 8);
    njwt_jwks_free(jwks);

    assert_null(file(unit_format("%s%s", all, key)));
    assert_non_null(strstr(report.error, "more than 8"));
    assert_null(file(unit_format("%s-----BEGIN X-----\n", all)));
    assert_non_null(strstr(report.error, "more than 8"));
}


/* Whatever is broken in it, it is refused or read, not overrun. */

static void
damaged_pem_is_refused_or_read_but_never_overrun(void **state)
{
    char         *text;
    size_t        i, len;
    uint64_t      seed = 7468;
    njwt_jwks_t  *jwks;
    const char   *source;

    (void) state;

    source = unit_format("%s%s", pem(unit_private(0)),
                         block("CERTIFICATE", certificate(unit_private(1))));
    len = strlen(source);
    text = malloc(len);

    for (i = 0; i < 2000; i++) {
        memcpy(text, source, len);
        text[unit_random(&seed) % len] = source[unit_random(&seed) % len];
        text[unit_random(&seed) % len] = "\n-= A"[unit_random(&seed) % 5];
        jwks = njwt_jwks_of_file((njwt_slice_t) { (uint8_t *) text,
                                                  len - i % 7 }, &report);
        assert_int_equal(jwks == NULL, report.error != NULL);
        njwt_jwks_free(jwks);
    }

    free(text);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(private_members_are_told_of),
        unit_case(zero_bytes_in_front_mean_the_same_number),
        unit_case(an_equals_sign_at_the_end_means_nothing),
        unit_case(the_other_alphabet_means_the_same_number),
        unit_case(the_spelling_of_a_key_that_is_no_use_is_not_told),
        unit_case(a_byte_order_mark_before_the_set_is_passed_over),
        unit_case(each_spelling_has_its_words),
        unit_case(a_key_that_is_only_in_its_certificate_is_read_from_there),
        unit_case(a_certificate_beside_a_coordinate_counts_for_nothing),
        unit_case(a_key_that_came_with_a_token_is_in_no_certificate),
        unit_case(bytes_behind_a_certificate_are_refused),
        unit_case(a_certificates_key_is_one_that_the_gate_verifies),
        unit_case(the_only_key_of_a_set_fits_any_kid_if_it_has_none),
        unit_case(in_a_larger_set_it_fits_tokens_without_one_only),
        unit_case(a_secret_fits_any_kid),
        unit_case(a_key_that_fits_other_tokens_than_before_vouches_for_none),
        unit_case(a_file_may_be_pem_with_keys_that_fit_any_kid),
        unit_case(a_file_may_as_well_be_a_set),
        unit_case(pem_has_text_between_blocks_and_lines_of_any_kind),
        unit_case(what_is_no_use_in_pem_is_passed_over_and_told),
        unit_case(a_private_key_in_pem_refuses_the_file),
        unit_case(eight_blocks_are_read_and_one_more_is_an_error),
        unit_case(damaged_pem_is_refused_or_read_but_never_overrun)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
