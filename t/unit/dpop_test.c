/*
 * A DPoP proof is remembered for as long as it could be used, and what helps
 * to judge it is right: nonces, thumbprints, URLs, cached keys.
 *
 * The checks themselves are in the vectors (t/vectors).
 */

#include "unit_token.h"
#include "unit_json.h"
#include "njwt_b64.h"
#include "njwt_certificate.h"
#include "njwt_dpop.h"
#include "njwt_htu.h"
#include "njwt_nonce.h"
#include "njwt_thumbprint.h"


/* RFC 9449, section 7.1: its figures 13 and 14 */

#define RFC_HEADER                                                           \
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6Ik"         \
    "VDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldW"         \
    "QVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWcl"         \
    "UwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19"
#define RFC_PAYLOAD                                                          \
    "eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaH"         \
    "R0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIs"         \
    "ImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMH"         \
    "hXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9"
#define RFC_SIGNATURE_END                                                    \
    "oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmc"          \
    "w6Fy1dqd-jfxSYoMxhAJpLjA"
#define RFC_SIGNATURE  "2" RFC_SIGNATURE_END
#define NO_SIGNATURE   "3" RFC_SIGNATURE_END
#define RFC_TOKEN  "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
#define RFC_JKT    "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
#define RFC_ATH    "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
#define RFC_IAT    1562262618


static njwt_slice_t          origin;
static njwt_dpop_t           dpop;
static njwt_dpop_request_t   request;
static njwt_dpop_details_t   found;
static const uint8_t        *jkt;


static int
begin(void **state)
{
    unit_begin(state);

    memset(&dpop, 0, sizeof(dpop));
    memset(&request, 0, sizeof(request));

    origin = unit_text("https://resource.example.org");

    dpop.algorithms = NJWT_ALG_ES256;
    dpop.origins = &origin;
    dpop.origin_count = 1;
    dpop.lifetime = 300;
    dpop.ahead = 30;
    dpop.nonce_lifetime = 300;

    request.headers = 1;
    request.proof = unit_text(RFC_HEADER "." RFC_PAYLOAD "." RFC_SIGNATURE);
    request.method = unit_text("GET");
    request.target = unit_text("/protectedresource");

    return 0;
}


static const uint8_t *
digest_of(const char *text)
{
    njwt_slice_t  bytes;

    assert_true(njwt_b64_decode(&unit_arena, unit_text(text), &bytes));
    assert_int_equal(bytes.len, NJWT_DIGEST);

    return bytes.data;
}


static njwt_dpop_result_t
judge(int64_t now)
{
    jkt = digest_of(RFC_JKT);

    return njwt_dpop_judge(&unit_arena, &dpop, &request, unit_text(RFC_TOKEN),
                           jkt, 0, now, &found);
}


static void
the_proof_of_the_rfc_is_good(void **state)
{
    (void) state;

    assert_int_equal(judge(RFC_IAT), NJWT_PROOF_GOOD);
    assert_int_equal(found.check, NJWT_DPOP_CHECK_NONE);
    assert_memory_equal(found.thumbprint, jkt, NJWT_DIGEST);
    assert_false(found.renew);

    /* whoever wants the token's digest after it needn't compute it again */

    assert_true(found.hashed);
    assert_memory_equal(found.ath, digest_of(RFC_ATH), NJWT_DIGEST);

    request.method = unit_text("POST");
    assert_int_equal(judge(RFC_IAT), NJWT_PROOF_INVALID);
    assert_int_equal(found.check, NJWT_DPOP_CHECK_HTM);
}


/* There must be no second in which it is good and not remembered. */

static void
a_proof_is_remembered_while_it_is_good(void **state)
{
    int64_t  now, until;

    (void) state;

    assert_int_equal(judge(RFC_IAT), NJWT_PROOF_GOOD);
    until = found.until;
    assert_int_equal(until, RFC_IAT + 330);

    for (now = RFC_IAT - 40; now < RFC_IAT + 400; now++) {
        if (judge(now) == NJWT_PROOF_GOOD) {
            assert_true(now <= until);
            assert_int_equal(found.until, until);
        }
    }

    dpop.lifetime = 300.5;
    assert_int_equal(judge(RFC_IAT), NJWT_PROOF_GOOD);
    assert_int_equal(found.until, RFC_IAT + 331);
}


/* Keys of no thumbprint, but of headers of their own. */

static void
keep(njwt_dpop_keys_t *keys, njwt_slice_t header, const njwt_dpop_key_t *key)
{
    static const njwt_slice_t  text = njwt_literal("a key's text");

    njwt_dpop_keys_add(keys, header, text, key);
}


static const njwt_dpop_key_t *
kept(njwt_dpop_keys_t *keys, njwt_slice_t header)
{
    njwt_slice_t  text;

    static const uint8_t  none[NJWT_DIGEST];

    return njwt_dpop_keys_find(keys, none, header, &text);
}


static void
a_kept_key_spares_no_check(void **state)
{
    size_t             i;
    njwt_dpop_keys_t  *keys;

    static const char  *const  malformed[] = {
        RFC_HEADER "." RFC_PAYLOAD,
        RFC_HEADER "." RFC_PAYLOAD ".",
        RFC_HEADER ".." RFC_SIGNATURE,
        RFC_HEADER "." RFC_PAYLOAD "." RFC_SIGNATURE ".",
        RFC_HEADER "." RFC_PAYLOAD "." RFC_SIGNATURE "=="
    };

    (void) state;

    keys = njwt_dpop_keys_new(8);
    assert_non_null(keys);
    request.keys = keys;

    assert_int_equal(judge(RFC_IAT), NJWT_PROOF_GOOD);
    assert_int_equal(judge(RFC_IAT), NJWT_PROOF_GOOD);
    assert_int_equal(judge(RFC_IAT + 301), NJWT_PROOF_EXPIRED);

    dpop.algorithms = NJWT_ALG_ES384;
    assert_int_equal(judge(RFC_IAT), NJWT_PROOF_INVALID);
    assert_int_equal(found.check, NJWT_DPOP_CHECK_ALG);
    dpop.algorithms = NJWT_ALG_ES256;

    request.proof = unit_text(RFC_HEADER "." RFC_PAYLOAD "."
                              "AoW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6"
                              "pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA");
    assert_int_equal(judge(RFC_IAT), NJWT_PROOF_INVALID);
    assert_int_equal(found.check, NJWT_DPOP_CHECK_SIGNATURE);

    for (i = 0; i < unit_count(malformed); i++) {
        request.proof = unit_text(malformed[i]);
        assert_int_equal(judge(RFC_IAT), NJWT_PROOF_INVALID);
        assert_int_equal(found.check, NJWT_DPOP_CHECK_FORM);
    }

    request.keys = NULL;
    njwt_dpop_keys_free(keys);
    njwt_dpop_keys_free(NULL);
}


/* A client that comes again and again pushes no other's key out. */

static void
a_kept_key_is_kept_once(void **state)
{
    size_t             i;
    uint8_t            text[] = "the header of another client, 0";
    njwt_slice_t       header = { text, sizeof(text) - 1 };
    njwt_dpop_key_t    key;
    njwt_dpop_keys_t  *keys;

    (void) state;

    memset(&key, 0, sizeof(key));

    keys = njwt_dpop_keys_new(7);
    assert_non_null(keys);

    for (i = 0; i < 7; i++) {
        text[header.len - 1] = (uint8_t) i;
        keep(keys, header, &key);
    }

    request.keys = keys;

    for (i = 0; i < 8; i++) {
        assert_int_equal(judge(RFC_IAT), NJWT_PROOF_GOOD);
    }

    for (i = 0; i < 7; i++) {
        text[header.len - 1] = (uint8_t) i;
        assert_non_null(kept(keys, header));
    }

    request.keys = NULL;
    njwt_dpop_keys_free(keys);
}


/* Nobody computes it twice: it is what the token's digest is said to be. */

static void
the_digest_of_the_token_is_taken_as_it_is_known(void **state)
{
    static const uint8_t  other[NJWT_DIGEST] = { 1 };

    (void) state;

    request.token_digest = digest_of(RFC_ATH);
    assert_int_equal(judge(RFC_IAT), NJWT_PROOF_GOOD);

    request.token_digest = other;
    assert_int_equal(judge(RFC_IAT), NJWT_PROOF_INVALID);
    assert_int_equal(found.check, NJWT_DPOP_CHECK_ATH);
    assert_memory_equal(found.ath, other, NJWT_DIGEST);
}


/* Where there is no method, as of a line without one, no "htm" is it. */

static void
a_method_that_isnt_there_is_nobodys(void **state)
{
    size_t        i;
    njwt_slice_t  payload;
    const char   *text;

    static const char  *const  members[] = {
        "", "\"htm\":1,", "\"htm\":null,", "\"htm\":[],"
    };

    (void) state;

    request.method = unit_literal("");

    for (i = 0; i < unit_count(members); i++) {
        text = unit_format("{%s\"ath\":\"" RFC_ATH "\"}", members[i]);
        payload = unit_text(text);

        request.proof = unit_text(unit_format(RFC_HEADER ".%s." RFC_SIGNATURE,
                                              unit_b64(payload.data,
                                                       payload.len)));

        assert_int_equal(judge(RFC_IAT), NJWT_PROOF_INVALID);
        assert_int_equal(found.check, NJWT_DPOP_CHECK_HTM);
    }
}


/* A set has room for eight; one set is all that there is here. */

static void
the_key_unused_for_longest_goes(void **state)
{
    size_t             i;
    uint8_t            text[] = "a header of so many bytes, 0";
    njwt_slice_t       header = { text, sizeof(text) - 1 };
    njwt_dpop_key_t    key;
    njwt_dpop_keys_t  *keys;

    (void) state;

    memset(&key, 0, sizeof(key));

    keys = njwt_dpop_keys_new(1);
    assert_non_null(keys);
    assert_null(kept(keys, header));

    for (i = 0; i < 8; i++) {
        text[header.len - 1] = (uint8_t) i;
        key.alg = (njwt_alg_t) i + 1;
        keep(keys, header, &key);
    }

    text[header.len - 1] = 0;
    assert_non_null(kept(keys, header));
    assert_int_equal(kept(keys, header)->alg, 1);

    text[header.len - 1] = 8;
    keep(keys, header, &key);

    text[header.len - 1] = 1;
    assert_null(kept(keys, header));

    text[header.len - 1] = 0;
    assert_non_null(kept(keys, header));

    /* neither with another beginning nor without its end is it the same */

    text[0] = 'b';
    assert_null(kept(keys, header));
    text[0] = 'a';
    header.len--;
    assert_null(kept(keys, header));

    njwt_dpop_keys_free(keys);
}


/* Each use counts, whatever the order of the entries is. */

static void
the_key_used_first_goes_first(void **state)
{
    size_t             i, round;
    uint8_t            text[] = "a header of so many bytes, 0";
    njwt_slice_t       header = { text, sizeof(text) - 1 };
    njwt_dpop_key_t    key;
    njwt_dpop_keys_t  *keys;

    (void) state;

    memset(&key, 0, sizeof(key));

    keys = njwt_dpop_keys_new(0);
    assert_non_null(keys);

    for (i = 0; i < 8; i++) {
        text[header.len - 1] = (uint8_t) i;
        keep(keys, header, &key);
    }

    for (round = 0; round < 3; round++) {
        for (i = 8; i > 0; i--) {
            text[header.len - 1] = (uint8_t) (i - 1);
            assert_non_null(kept(keys, header));
        }
    }

    /* a new one is the last that was used */

    for (i = 8; i < 10; i++) {
        text[header.len - 1] = (uint8_t) i;
        keep(keys, header, &key);
    }

    for (i = 0; i < 10; i++) {
        text[header.len - 1] = (uint8_t) i;
        assert_int_equal(kept(keys, header) != NULL,
                         i != 6 && i != 7);
    }

    njwt_dpop_keys_free(keys);
}


/*
 * Of a client whose key is kept: the same key in another header, somebody
 * else's, and none at all.  Whether it is the text that was compared, and no
 * digest, shows in the thumbprint that isn't known.
 */

#define SAME_KEY                                                             \
    "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"crv\":\"P-256\","     \
    "\"kty\":\"EC\",\"x\":\"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs\","   \
    "\"y\":\"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA\"}}"
#define OTHER_KEY                                                            \
    "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"crv\":\"P-256\","     \
    "\"kty\":\"EC\",\"x\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\","   \
    "\"y\":\"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU\"}}"
#define NO_KEY                                                               \
    "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"crv\":\"P-256\","     \
    "\"kty\":\"EC\",\"x\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\","   \
    "\"y\":\"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA\"}}"


static njwt_dpop_result_t
judge_header(const char *json)
{
    njwt_slice_t  header;

    header = unit_text(json);
    request.proof = unit_text(unit_format("%s." RFC_PAYLOAD "." RFC_SIGNATURE,
                                          unit_b64(header.data, header.len)));

    return judge(RFC_IAT);
}


static void
a_key_is_told_from_the_kept_one_by_its_text(void **state)
{
    size_t             i;
    njwt_dpop_keys_t  *keys;

    static const uint8_t  none[NJWT_DIGEST];

    (void) state;

    keys = njwt_dpop_keys_new(8);
    assert_non_null(keys);

    for (i = 0; i < 2; i++) {
        assert_int_equal(judge_header(SAME_KEY), NJWT_PROOF_INVALID);
        assert_int_equal(found.check, NJWT_DPOP_CHECK_SIGNATURE);
        assert_memory_equal(found.thumbprint, jkt, NJWT_DIGEST);

        assert_int_equal(judge_header(OTHER_KEY), NJWT_PROOF_KEY_MISMATCH);
        assert_int_equal(found.check, NJWT_DPOP_CHECK_THUMBPRINT);
        assert_int_equal(memcmp(found.thumbprint, none, NJWT_DIGEST) == 0,
                         i == 1);

        assert_int_equal(judge_header(NO_KEY), NJWT_PROOF_INVALID);
        assert_int_equal(found.check, NJWT_DPOP_CHECK_JWK);

        request.keys = keys;
        request.proof = unit_text(RFC_HEADER "." RFC_PAYLOAD "."
                                  RFC_SIGNATURE);
        assert_int_equal(judge(RFC_IAT), NJWT_PROOF_GOOD);
    }

    request.keys = NULL;
    njwt_dpop_keys_free(keys);
}


/* Neither the header alone nor the thumbprint alone finds a key. */

static void
a_key_is_found_by_its_thumbprint_and_its_header(void **state)
{
    njwt_slice_t       text, header, alike, its;
    njwt_dpop_key_t    key;
    njwt_dpop_keys_t  *keys;

    (void) state;

    memset(&key, 0, sizeof(key));
    memset(&text, 0, sizeof(text));

    header = unit_text("a header");
    alike = unit_text("a Header");
    its = unit_text("its text");

    keys = njwt_dpop_keys_new(1);
    assert_non_null(keys);
    assert_null(kept(keys, unit_literal("")));

    key.alg = NJWT_ALG_ES256;
    key.thumbprint[NJWT_DIGEST - 1] = 1;
    njwt_dpop_keys_add(keys, header, its, &key);

    key.alg = NJWT_ALG_ES384;
    key.thumbprint[NJWT_DIGEST - 1] = 2;
    assert_null(njwt_dpop_keys_find(keys, key.thumbprint, header, &text));
    assert_int_equal(text.len, 0);

    njwt_dpop_keys_add(keys, header, unit_text("another"), &key);
    assert_int_equal(njwt_dpop_keys_find(keys, key.thumbprint, header,
                                         &text)->alg, NJWT_ALG_ES384);
    assert_true(njwt_slice_equal(text, unit_literal("another")));

    key.thumbprint[NJWT_DIGEST - 1] = 1;
    assert_int_equal(njwt_dpop_keys_find(keys, key.thumbprint, header,
                                         &text)->alg, NJWT_ALG_ES256);
    assert_true(njwt_slice_equal(text, its));

    text.len = 0;
    assert_null(njwt_dpop_keys_find(keys, key.thumbprint, alike, &text));
    assert_true(njwt_slice_equal(text, its));

    njwt_dpop_keys_free(keys);
}


/* Thumbprints are digests: they differ in their first bytes. */

static void
keys_dont_displace_each_other_while_there_is_room(void **state)
{
    size_t             i, found_keys;
    uint8_t            bytes[sizeof(i)];
    njwt_slice_t       header, text, number = { bytes, sizeof(bytes) };
    njwt_dpop_key_t    key;
    njwt_dpop_keys_t  *keys;

    (void) state;

    memset(&key, 0, sizeof(key));
    header = unit_text("a header");

    keys = njwt_dpop_keys_new(1023);
    assert_non_null(keys);

    for (i = 0; i < 128; i++) {
        memcpy(bytes, &i, sizeof(i));
        assert_true(njwt_sha256(number, key.thumbprint));
        njwt_dpop_keys_add(keys, header, header, &key);
    }

    for (i = 0, found_keys = 0; i < 128; i++) {
        memcpy(bytes, &i, sizeof(i));
        assert_true(njwt_sha256(number, key.thumbprint));
        found_keys += njwt_dpop_keys_find(keys, key.thumbprint, header, &text)
                      != NULL;
    }

    assert_int_equal(found_keys, 128);
    njwt_dpop_keys_free(keys);
}


static void
nothing_is_kept_of_a_proof_before_its_signature_held(void **state)
{
    size_t             i;
    uint8_t            other[NJWT_DIGEST] = { 1 };
    njwt_slice_t       header, text, token;
    njwt_dpop_keys_t  *keys;

    static const njwt_slice_t  whole = njwt_literal(RFC_HEADER "." RFC_PAYLOAD
                                                    "." RFC_SIGNATURE);
    static const njwt_slice_t  forged = njwt_literal(RFC_HEADER "." RFC_PAYLOAD
                                                     "." NO_SIGNATURE);
    static const njwt_slice_t  name = njwt_literal(RFC_HEADER);
    static const njwt_slice_t  rfc_token = njwt_literal(RFC_TOKEN);
    static const njwt_slice_t  get = njwt_literal("GET");
    static const njwt_slice_t  here = njwt_literal("/protectedresource");
    static const njwt_slice_t  server =
        njwt_literal("https://resource.example.org");

    (void) state;

    header = name;
    token = rfc_token;
    origin = server;
    request.proof = whole;
    request.method = get;
    request.target = here;
    keys = njwt_dpop_keys_new(8);
    assert_non_null(keys);
    request.keys = keys;

    for (i = 0; i < 2; i++) {
        assert_int_equal(njwt_dpop_judge(&unit_arena, &dpop, &request,
                                         token, other, 0,
                                         RFC_IAT, &found),
                         NJWT_PROOF_KEY_MISMATCH);
        assert_int_equal(found.check, NJWT_DPOP_CHECK_THUMBPRINT);
        assert_null(njwt_dpop_keys_find(keys, digest_of(RFC_JKT), header,
                                        &text));
    }

    assert_int_equal(judge(RFC_IAT + 301), NJWT_PROOF_EXPIRED);
    assert_null(njwt_dpop_keys_find(keys, digest_of(RFC_JKT), header,
                                        &text));

    request.proof = forged;
    assert_int_equal(judge(RFC_IAT), NJWT_PROOF_INVALID);
    assert_int_equal(found.check, NJWT_DPOP_CHECK_SIGNATURE);
    assert_null(njwt_dpop_keys_find(keys, digest_of(RFC_JKT), header,
                                        &text));
    request.proof = whole;

    for (i = 0; i < 2; i++) {
        assert_int_equal(judge(RFC_IAT), NJWT_PROOF_GOOD);
        assert_non_null(njwt_dpop_keys_find(keys, digest_of(RFC_JKT), header,
                                        &text)->key);
    }

    assert_int_equal(njwt_dpop_judge(&unit_arena, &dpop, &request,
                                     token, other, 0,
                                     RFC_IAT, &found),
                     NJWT_PROOF_KEY_MISMATCH);

    request.keys = NULL;
    njwt_dpop_keys_free(keys);
}


static void
a_header_beyond_the_limit_isnt_kept(void **state)
{
    uint8_t            text[NJWT_DPOP_KEYS_HEADER + 1] = { 1 };
    njwt_slice_t       header = { text, sizeof(text) };
    njwt_dpop_key_t    key;
    njwt_dpop_keys_t  *keys;

    (void) state;

    memset(&key, 0, sizeof(key));
    key.alg = NJWT_ALG_ES256;

    keys = njwt_dpop_keys_new(1);
    assert_non_null(keys);

    keep(keys, header, &key);
    assert_null(kept(keys, header));

    header.len = NJWT_DPOP_KEYS_HEADER;
    keep(keys, header, &key);
    assert_non_null(kept(keys, header));

    njwt_dpop_keys_free(keys);
}


static void
a_nonce_tells_when_it_was_made_and_by_whom(void **state)
{
    uint8_t        text[NJWT_NONCE_LEN];
    int64_t        made;
    njwt_slice_t   keys[2], nonce;

    (void) state;

    keys[0] = unit_text("the first of two keys for nonces");
    keys[1] = unit_text("the second of two keys for nonces");

    assert_true(njwt_nonce_make(NULL, keys[1], RFC_IAT, text));
    nonce = unit_bytes(text, sizeof(text));

    made = 0;
    assert_true(njwt_nonce_check(&unit_arena, NULL, keys, 2, nonce, &made));
    assert_int_equal(made, RFC_IAT);

    made = -1;
    assert_false(njwt_nonce_check(&unit_arena, NULL, keys, 1, nonce, &made));
    assert_false(njwt_nonce_check(&unit_arena, NULL, keys, 0, nonce, &made));
    assert_int_equal(made, -1);

    assert_true(njwt_nonce_time(&unit_arena, nonce, &made));
    assert_int_equal(made, RFC_IAT);

    assert_false(njwt_nonce_time(&unit_arena, unit_text("x"), &made));
    assert_false(njwt_nonce_time(&unit_arena, unit_literal(""), &made));

    /* a time beyond 2^53 */

    text[0] = '_';
    assert_false(njwt_nonce_time(&unit_arena, unit_bytes(text, sizeof(text)),
                                 &made));
    assert_false(unit_arena.failed);
}


/* A client that is told to use a nonce must get through with it at once. */

static void
a_nonce_of_the_second_of_the_start_is_good(void **state)
{
    uint8_t              text[NJWT_NONCE_LEN];
    int64_t              made;
    njwt_slice_t         key;
    njwt_dpop_memory_t   memory;

    (void) state;

    key = unit_text("a key for nonces");
    memset(&memory, 0, sizeof(memory));
    assert_false(njwt_dpop_nonce(&memory, RFC_IAT, text));

    memory.nonce_keys = &key;
    memory.nonce_key_count = 1;
    memory.since = RFC_IAT;

    assert_true(njwt_dpop_nonce(&memory, RFC_IAT, text));
    assert_true(njwt_nonce_check(&unit_arena, NULL, &key, 1,
                                 unit_bytes(text, sizeof(text)), &made));
    assert_int_equal(made, RFC_IAT + 1);

    assert_true(njwt_dpop_nonce(&memory, RFC_IAT + 7, text));
    assert_true(njwt_nonce_check(&unit_arena, NULL, &key, 1,
                                 unit_bytes(text, sizeof(text)), &made));
    assert_int_equal(made, RFC_IAT + 7);
}


/* A proof with this nonce, that nobody signed. */

static void
with_nonce(const uint8_t *nonce)
{
    njwt_slice_t  payload;

    payload = unit_text(unit_format(
        "{\"htm\":\"GET\",\"htu\":\"https://resource.example.org"
        "/protectedresource\",\"iat\":%lld,\"ath\":\"" RFC_ATH "\","
        "\"nonce\":\"%.*s\"}", (long long) RFC_IAT, NJWT_NONCE_LEN,
        (const char *) nonce));

    request.proof = unit_text(unit_format(RFC_HEADER ".%s." RFC_SIGNATURE,
                                          unit_b64(payload.data,
                                                   payload.len)));
}


/* However few seconds a proof may lie ahead, as several starts at once do. */

static void
a_nonce_of_now_is_good_where_nothing_may_lie_ahead(void **state)
{
    int64_t        since;
    uint8_t        nonce[NJWT_NONCE_LEN];
    njwt_slice_t   key;

    (void) state;

    key = unit_text("a key for nonces");
    request.memory.nonce_keys = &key;
    request.memory.nonce_key_count = 1;
    dpop.nonce = true;
    dpop.ahead = 0;

    for (since = RFC_IAT - 2; since < RFC_IAT + 3; since++) {
        request.memory.since = since;
        assert_true(njwt_dpop_nonce(&request.memory, RFC_IAT, nonce));
        with_nonce(nonce);

        assert_int_equal(judge(RFC_IAT), NJWT_PROOF_INVALID);
        assert_int_equal(found.check, NJWT_DPOP_CHECK_SIGNATURE);

        /* made a second later, that is ahead */

        assert_true(njwt_nonce_make(NULL, key, (since > RFC_IAT - 1 ? since + 2
                                                : RFC_IAT + 1), nonce));
        with_nonce(nonce);
        assert_int_equal(judge(RFC_IAT), NJWT_PROOF_NONCE_NEEDED);
    }
}


/* Past half its time another is given, whatever else the answer is. */

static void
a_nonce_is_renewed_whatever_the_answer(void **state)
{
    uint8_t        nonce[NJWT_NONCE_LEN];
    njwt_slice_t   key;

    (void) state;

    key = unit_text("a key for nonces");
    request.memory.nonce_keys = &key;
    request.memory.nonce_key_count = 1;
    dpop.nonce = true;
    dpop.nonce_lifetime = 60;

    assert_true(njwt_nonce_make(NULL, key, RFC_IAT, nonce));

    with_nonce(nonce);

    assert_int_equal(judge(RFC_IAT + 30), NJWT_PROOF_INVALID);
    assert_int_equal(found.check, NJWT_DPOP_CHECK_SIGNATURE);
    assert_false(found.renew);

    assert_int_equal(judge(RFC_IAT + 31), NJWT_PROOF_INVALID);
    assert_int_equal(found.check, NJWT_DPOP_CHECK_SIGNATURE);
    assert_true(found.renew);

    /* there is one with this answer anyway */

    assert_int_equal(judge(RFC_IAT + 61), NJWT_PROOF_NONCE_NEEDED);
    assert_false(found.renew);

    /* one that is given after a start alone isn't renewed */

    dpop.nonce = false;
    assert_int_equal(judge(RFC_IAT + 31), NJWT_PROOF_INVALID);
    assert_int_equal(found.check, NJWT_DPOP_CHECK_SIGNATURE);
    assert_false(found.renew);
}


static bool
thumbprint(njwt_value_t jwk, uint8_t *out)
{
    njwt_slice_t  text;

    return njwt_thumbprint_text(&unit_arena, jwk, &text)
           && njwt_sha256(text, out);
}


/* RFC 7638, section 3.1 */

static void
a_thumbprint_is_that_of_the_rfc(void **state)
{
    int            i;
    uint8_t        out[NJWT_DIGEST];
    unsigned       c;
    const char    *text;
    njwt_value_t   jwk;

    (void) state;

    jwk = njwt_json_object(&unit_arena, unit_text(
        "{\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbW"
        "hM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3okn"
        "jhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2"
        "QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08"
        "qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF4"
        "4-csFCur-kEgU8awapJzKnqDKgw\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid"
        "\":\"2011-04-29\"}"));

    assert_true(thumbprint(jwk, out));
    assert_memory_equal(out, digest_of(
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"), NJWT_DIGEST);

    jwk = njwt_json_object(&unit_arena,
                           unit_text("{\"kty\":\"oct\",\"k\":\"x\"}"));
    assert_false(thumbprint(jwk, out));

    jwk = njwt_json_object(&unit_arena,
                           unit_text("{\"kty\":\"RSA\",\"n\":\"x\"}"));
    assert_false(thumbprint(jwk, out));

    jwk = njwt_json_object(&unit_arena, unit_text(
        "{\"kty\":\"RSA\",\"n\":\"a\\\"b\",\"e\":\"AQAB\"}"));
    assert_false(thumbprint(jwk, out));

    /* of visible ASCII, but for those two, nothing is ever escaped */

    for (c = 0; c < 0x80; c++) {
        jwk = njwt_json_object(&unit_arena, unit_text(unit_format(
            "{\"kty\":\"RSA\",\"n\":\"a\\u%04xb\",\"e\":\"AQAB\"}", c)));

        assert_int_equal(njwt_json_type(jwk), NJWT_JSON_OBJECT);
        assert_int_equal(thumbprint(jwk, out),
                         c > ' ' && c < 0x7f && c != '"' && c != '\\');
    }

    /* wherever it stands, also behind others that would be escaped */

    for (i = 0; i < 20; i++) {
        text = unit_format("{\"kty\":\"RSA\",\"n\":\"%.*s\\u0020%.*s\","
                           "\"e\":\"AQAB\"}", i, "abcdefghijklmnopqrst",
                           19 - i, "zyxwvutsrqponmlkjihg");
        jwk = njwt_json_object(&unit_arena, unit_text(text));
        assert_int_equal(njwt_json_type(jwk), NJWT_JSON_OBJECT);
        assert_false(thumbprint(jwk, out));
    }

    jwk = njwt_json_object(&unit_arena, unit_text(
        "{\"kty\":\"RSA\",\"n\":\"a\u00e4b\",\"e\":\"AQAB\"}"));
    assert_false(thumbprint(jwk, out));

    jwk = njwt_json_object(&unit_arena, unit_text(
        "{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}"));
    assert_false(thumbprint(jwk, out));

    /* RFC 8037, appendix A.3 */

    jwk = njwt_json_object(&unit_arena, unit_text(
        "{\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\",\"kty\":"
        "\"OKP\",\"crv\":\"Ed25519\"}"));
    assert_true(thumbprint(jwk, out));
    assert_memory_equal(out, digest_of(
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"), NJWT_DIGEST);
}


static void
an_origin_is_a_url_without_what_is_ignored(void **state)
{
    size_t        i;
    njwt_slice_t  out;

    static const char  *const  good[] = {
        "https://api.example.com", "http://localhost:8080",
        "https://[::1]/", "https://api.example.com/v1", "https://h/a%2Fb"
    };
    static const char  *const  bad[] = {
        "", "api.example.com", "ftp://host", "https://", "https://u@host",
        "https://host?x", "https://host/#", "https://host:99999",
        "https://h\xc3\xa4st", "https://host/%2", "https://host/%zz",
        "https://host/a b"
    };

    (void) state;

    for (i = 0; i < unit_count(good); i++) {
        assert_for(njwt_htu_origin_fault(unit_text(good[i])) == NULL, good[i]);
    }

    for (i = 0; i < unit_count(bad); i++) {
        assert_for(njwt_htu_origin_fault(unit_text(bad[i])) != NULL, bad[i]);
    }

    assert_true(njwt_htu_expected(&unit_arena, unit_text("https://H:8443/v1/"),
                                  unit_text("/a/../b?c"), &out));
    assert_slice(out, "https://H:8443/v1/b");
    assert_false(njwt_htu_expected(&unit_arena, unit_text("https://h"),
                                   unit_text("*"), &out));
}


static void
a_url_of_another_origin_or_path_isnt_the_requests(void **state)
{
    size_t              i;
    const njwt_slice_t  here = unit_text("https://a.example/v1");
    const njwt_slice_t  slash = unit_text("https://a.example/");
    const njwt_slice_t  path = unit_text("/t");
    const njwt_slice_t  none = { path.data, 0 };

    static const char *const  bad[] = {
        "https://b.example/v1/t", "http://a.example/v1/t",
        "https://a.example/v2/t", "https://a.example/v1/u",
        "https://a.example/v1/tt", "https://a.example/v1t",
        "https://a.example/v1/", "https://a.example/t", "/t", ""
    };

    (void) state;

    assert_true(njwt_htu_matches(&unit_arena,
                                 unit_text("https://a.example/v1/t"), &here, 1,
                                 path));

    for (i = 0; i < unit_count(bad); i++) {
        assert_for(!njwt_htu_matches(&unit_arena, unit_text(bad[i]), &here, 1,
                                     path), bad[i]);
    }

    assert_true(njwt_htu_matches(&unit_arena, unit_text("https://a.example/t"),
                                 &slash, 1, path));
    assert_false(njwt_htu_matches(&unit_arena,
                                  unit_text("https://a.example//t"), &slash,
                                  1, path));
    assert_false(njwt_htu_matches(&unit_arena,
                                  unit_text("https://a.example/v1*"), &here,
                                  1, unit_text("*")));
    assert_false(njwt_htu_matches(&unit_arena,
                                  unit_text("https://a.example/v1"), &here, 1,
                                  unit_text("*")));

    /* spelled as both are, and yet not below the origin's path */

    assert_true(njwt_htu_matches(&unit_arena,
                                 unit_text("https://a.example/v1/u/../t"),
                                 &here, 1, path));
    assert_false(njwt_htu_matches(&unit_arena,
                                  unit_text("https://a.example/v1/../t"),
                                  &here, 1, unit_text("/../t")));
    assert_false(njwt_htu_matches(&unit_arena,
                                  unit_text("https://a.example/v1"), &here, 1,
                                  none));
}


/* RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1; "priv" is of ML-DSA's keys */

static void
each_private_member_of_a_key_is_known(void **state)
{
    size_t  i;
    char    text[64];

    static const char *const  names[] = {
        "d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"
    };

    (void) state;

    for (i = 0; i < unit_count(names); i++) {
        snprintf(text, sizeof(text), "{\"kty\":\"EC\",\"%s\":null}", names[i]);
        assert_for(njwt_jwk_has_private(unit_object(text)), names[i]);
    }

    assert_false(njwt_jwk_has_private(unit_object(
        "{\"kty\":\"EC\",\"n\":\"d\",\"D\":1,\"x\":{\"d\":1}}")));
}


static bool
digest_is_of(njwt_slice_t text, const char *der, size_t len)
{
    uint8_t       digest[NJWT_DIGEST], wanted[NJWT_DIGEST];
    njwt_slice_t  bytes;

    bytes.data = (const uint8_t *) der;
    bytes.len = len;

    assert_true(njwt_sha256(bytes, wanted));

    return njwt_certificate_digest(&unit_arena, text, digest)
           && memcmp(digest, wanted, NJWT_DIGEST) == 0;
}


static void
a_certificate_is_pem_or_a_byte_sequence(void **state)
{
    size_t        i;
    char         *text;
    uint8_t       digest[NJWT_DIGEST];
    njwt_slice_t  large;
    njwt_slice_t  none = { NULL, 0 };

    /* bytes that base64 has a "+" for: it stands for itself, not for a blank */

    static const char  der[] = "\xfb\xef\xbe";

    static const char *const  good[] = {
        ":++++:",
        "-----BEGIN CERTIFICATE-----\n++++\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n++++\n-----END CERTIFICATE-----\n"
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n\t++\n\t++\n"
        "\t-----END CERTIFICATE-----\n",
        "-----BEGIN%20CERTIFICATE-----%0A++++%0A-----END%20CERTIFICATE-----",
        "-----BEGIN%20CERTIFICATE-----%0a%2B%2b%2B%2B%0a"
        "-----END%20CERTIFICATE-----%0a"
    };

    static const char *const  bad[] = {
        "", ":", "::", ":AAAA", "AAAA:", "++++", ":+%2B++:",
        "-----BEGIN PUBLIC KEY-----\n++++\n-----END PUBLIC KEY-----\n",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN%20CERTIFICATE-----%0A++++%0A-----END%20CERTIFICATE-----%",
        "-----BEGIN%20CERTIFICATE-----%0A++++%0A-----END%20CERTIFICATE-----%g0"
    };

    (void) state;

    for (i = 0; i < unit_count(good); i++) {
        assert_for(digest_is_of(unit_text(good[i]), der, 3), good[i]);
    }

    for (i = 0; i < unit_count(bad); i++) {
        assert_for(!njwt_certificate_digest(&unit_arena, unit_text(bad[i]),
                                            digest), bad[i]);
    }

    assert_false(njwt_certificate_digest(&unit_arena, none, digest));

    /* what is no certificate is not undecided, as for want of memory */

    assert_false(unit_arena.failed);

    /* the longest, and one character more; whole groups of base64 both */

    text = malloc(NJWT_MAX_CERTIFICATE + 2);
    assert_non_null(text);
    memset(text, 'A', NJWT_MAX_CERTIFICATE + 2);
    text[0] = ':';
    text[NJWT_MAX_CERTIFICATE - 1] = ':';
    large.data = (const uint8_t *) text;
    large.len = NJWT_MAX_CERTIFICATE;
    assert_true(njwt_certificate_digest(&unit_arena, large, digest));

    text[NJWT_MAX_CERTIFICATE - 1] = 'A';
    text[NJWT_MAX_CERTIFICATE] = ':';
    large.len++;
    assert_false(njwt_certificate_digest(&unit_arena, large, digest));
    free(text);
}


#define dpop_case(function)                                                  \
    cmocka_unit_test_setup_teardown(function, begin, unit_end)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        dpop_case(the_proof_of_the_rfc_is_good),
        dpop_case(a_proof_is_remembered_while_it_is_good),
        dpop_case(a_kept_key_spares_no_check),
        dpop_case(a_kept_key_is_kept_once),
        dpop_case(the_digest_of_the_token_is_taken_as_it_is_known),
        dpop_case(a_method_that_isnt_there_is_nobodys),
        unit_case(the_key_unused_for_longest_goes),
        unit_case(the_key_used_first_goes_first),
        dpop_case(a_key_is_told_from_the_kept_one_by_its_text),
        unit_case(a_key_is_found_by_its_thumbprint_and_its_header),
        unit_case(keys_dont_displace_each_other_while_there_is_room),
        unit_case(nothing_is_kept_of_a_proof_before_its_signature_held),
        unit_case(a_header_beyond_the_limit_isnt_kept),
        unit_case(a_nonce_tells_when_it_was_made_and_by_whom),
        unit_case(a_nonce_of_the_second_of_the_start_is_good),
        dpop_case(a_nonce_of_now_is_good_where_nothing_may_lie_ahead),
        dpop_case(a_nonce_is_renewed_whatever_the_answer),
        unit_case(a_thumbprint_is_that_of_the_rfc),
        unit_case(an_origin_is_a_url_without_what_is_ignored),
        unit_case(a_url_of_another_origin_or_path_isnt_the_requests),
        unit_case(each_private_member_of_a_key_is_known),
        unit_case(a_certificate_is_pem_or_a_byte_sequence)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
