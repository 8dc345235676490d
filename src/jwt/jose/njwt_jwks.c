/*
 * Key sets and their usable keys.
 */

#include "njwt_jansson.h"
#include "njwt_jwks.h"
#include "njwt_pem.h"
#include "njwt_thumbprint.h"

#include <stdlib.h>
#include <string.h>


struct njwt_jwks_s {
    njwt_arena_t    arena;
    uint8_t        *data;       /* the text of the usable keys */
    size_t          size;
    size_t          used;
    size_t          count;
    bool            any_kid;    /* keys fit tokens with any "kid" */
    bool            lone;       /* the set had one key only */
    njwt_key_t     *keys[NJWT_MAX_KEYS];

    /* what identifies each key: its text, or a digest of the secret */
    njwt_slice_t    texts[NJWT_MAX_KEYS];
    uint8_t         secret[NJWT_DIGEST];

    /* NJWT_DIGEST bytes for each key, or NULL */
    uint8_t        *fingerprints;
};


static const char  njwt_jwks_no_memory[] = "out of memory";
static const char  njwt_jwks_no_object[] = "not a JSON object";

static const njwt_slice_t  njwt_jwks_opening = njwt_literal("{\"keys\":[");
static const njwt_slice_t  njwt_jwks_closing = njwt_literal("]}");


static void
njwt_jwks_append(njwt_jwks_t *jwks, njwt_slice_t piece)
{
    memcpy(jwks->data + jwks->used, piece.data, piece.len);
    jwks->used += piece.len;
}


static bool
njwt_jwks_add(njwt_jwks_t *jwks, njwt_key_t *key, njwt_arena_t *arena)
{
    jwks->keys[jwks->count] = key;
    jwks->count++;

    return njwt_key_text(key, arena, &jwks->texts[jwks->count - 1]);
}


static void
njwt_jwks_pass_over(njwt_jwks_report_t *report, const char *why)
{
    if (report->skipped == 0) {
        report->skipped_why = why;
    }

    report->skipped++;
}


/* Joins the texts of the keys; each then points into the set's text. */

static bool
njwt_jwks_join(njwt_jwks_t *jwks)
{
    size_t        i, size;
    bool          others;
    njwt_slice_t  kid;

    static const njwt_slice_t  comma = njwt_literal(",");
    static const njwt_slice_t  null = njwt_literal(",null");

    size = njwt_jwks_opening.len + null.len + njwt_jwks_closing.len;

    for (i = 0; i < jwks->count; i++) {
        size += jwks->texts[i].len + comma.len;
    }

    jwks->data = njwt_arena_alloc(&jwks->arena, size);

    if (jwks->data == NULL) {
        return false;
    }

    njwt_jwks_append(jwks, njwt_jwks_opening);

    for (i = 0; i < jwks->count; i++) {
        if (i > 0) {
            njwt_jwks_append(jwks, comma);
        }

        njwt_jwks_append(jwks, jwks->texts[i]);
        jwks->texts[i].data = jwks->data + jwks->used - jwks->texts[i].len;
    }

    /* one usable key of several doesn't make a set of one key */

    others = jwks->count == 1 && !jwks->lone;

    if (others && !njwt_key_kid(jwks->keys[0], &kid)) {
        njwt_jwks_append(jwks, null);
    }

    njwt_jwks_append(jwks, njwt_jwks_closing);

    return true;
}


/* Reads each key; returns NULL, or what is wrong with the set. */

static const char *
njwt_jwks_read_keys(njwt_jwks_t *jwks, njwt_arena_t *scratch,
    njwt_value_t keys, njwt_jwks_report_t *report)
{
    njwt_key_t    *key;
    const char    *why;
    njwt_value_t   jwk = { NULL };

    jwks->lone = njwt_json_length(keys) == 1;

    while (njwt_json_each(keys, &jwk)) {
        report->private_members |= njwt_jwk_has_private(jwk);
        key = njwt_key_of_set(scratch, jwk, &report->spelling, &why);

        if (key == NULL) {
            njwt_jwks_pass_over(report, why);
            continue;
        }

        if (!njwt_jwks_add(jwks, key, scratch)) {
            return njwt_jwks_no_memory;
        }
    }

    if (scratch->failed) {
        return njwt_jwks_no_memory;
    }

    if (jwks->count == 0) {
        return "no usable key in it";
    }

    return njwt_jwks_join(jwks) ? NULL : njwt_jwks_no_memory;
}


/* What is wrong with an object without "keys", and what to write instead. */

static const char *
njwt_jwks_no_keys(njwt_value_t root)
{
    njwt_slice_t  name, text;
    njwt_value_t  value = { NULL };

    static const njwt_slice_t  pem = njwt_literal("-----BEGIN ");

    if (njwt_json_type(njwt_json_member(root, njwt_slice("kty")))
        == NJWT_JSON_STRING)
    {
        return "no array \"keys\" in it, but a single key: write "
               "{\"keys\":[KEY]}";
    }

    if (njwt_json_type(njwt_json_member(root, njwt_slice("jwks_uri")))
        == NJWT_JSON_STRING)
    {
        return "no array \"keys\" in it, but a \"jwks_uri\", as in a "
               "discovery document: write \"discovery on;\", or \"jwks_uri\" "
               "with the URL from it";
    }

    while (njwt_json_next(root, &name, &value)) {
        text = njwt_json_string(value);

        if (text.len > pem.len && memcmp(text.data, pem.data, pem.len) == 0) {
            return "no array \"keys\" in it, but names with PEM texts "
                   "(\"keyval\" of another module): write a JWK set, or the "
                   "PEM texts without the names";
        }
    }

    return "no array \"keys\" in it";
}


static const char *
njwt_jwks_read(njwt_jwks_t *jwks, njwt_arena_t *scratch, njwt_slice_t text,
    njwt_jwks_report_t *report)
{
    njwt_value_t  root, keys;

    root = njwt_jansson_object(scratch, text);

    if (njwt_json_type(root) == NJWT_JSON_ABSENT) {
        return scratch->failed ? njwt_jwks_no_memory : njwt_jwks_no_object;
    }

    keys = njwt_json_member(root, njwt_slice("keys"));

    if (njwt_json_type(keys) != NJWT_JSON_ARRAY) {
        return njwt_jwks_no_keys(root);
    }

    if (njwt_json_length(keys) > NJWT_MAX_KEYS) {
        return "more than 256 keys in it, which are the most that are read";
    }

    return njwt_jwks_read_keys(jwks, scratch, keys, report);
}


static const char *
njwt_jwks_read_block(njwt_jwks_t *jwks, njwt_arena_t *scratch,
    const njwt_pem_t *block, njwt_jwks_report_t *report)
{
    size_t         i;
    njwt_key_t    *key;
    const char    *why;
    njwt_slice_t   der;

    static const struct {
        njwt_slice_t  label;
        njwt_der_t    form;
    } forms[] = {
        { njwt_literal("PUBLIC KEY"), NJWT_DER_PUBLIC },
        { njwt_literal("RSA PUBLIC KEY"), NJWT_DER_RSA },
        { njwt_literal("CERTIFICATE"), NJWT_DER_CERTIFICATE }
    };

    if (njwt_pem_is_private(block)) {
        return "a private key is in it, which has no business here: write its "
               "public key, as \"openssl pkey -in KEY -pubout\" gives it";
    }

    for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (njwt_slice_equal(forms[i].label, block->label)) {
            break;
        }
    }

    if (i == sizeof(forms) / sizeof(forms[0])) {
        njwt_jwks_pass_over(report, "a PEM block that is neither a public key "
                                    "nor a certificate");
        return NULL;
    }

    if (!njwt_pem_decode(scratch, block, &der)) {
        njwt_jwks_pass_over(report, "a PEM block without an end, or with "
                                    "what is no base64");
        return NULL;
    }

    key = njwt_key_of_der(scratch, forms[i].form, der, &why);

    if (key == NULL) {
        njwt_jwks_pass_over(report, why);
        return NULL;
    }

    return njwt_jwks_add(jwks, key, &jwks->arena) ? NULL
                                                  : njwt_jwks_no_memory;
}


static const char *
njwt_jwks_read_pem(njwt_jwks_t *jwks, njwt_arena_t *scratch,
    njwt_slice_t text, njwt_jwks_report_t *report)
{
    size_t       blocks;
    njwt_pem_t   block;
    const char  *error;

    jwks->any_kid = true;

    for (blocks = 1; njwt_pem_next(&text, &block); blocks++) {
        if (blocks > NJWT_MAX_PEM) {
            return "more than 8 keys and certificates in it: each may be "
                   "tried for each token, leave the ones that sign";
        }

        error = njwt_jwks_read_block(jwks, scratch, &block, report);

        if (error != NULL) {
            return error;
        }
    }

    if (scratch->failed) {
        return njwt_jwks_no_memory;
    }

    return (jwks->count == 0) ? "no usable key in it" : NULL;
}


static njwt_jwks_t *
njwt_jwks_of(njwt_slice_t text, bool file, njwt_jwks_report_t *report)
{
    njwt_jwks_t   *jwks;
    njwt_arena_t   scratch;

    memset(report, 0, sizeof(njwt_jwks_report_t));

    jwks = calloc(1, sizeof(njwt_jwks_t));

    if (jwks == NULL) {
        report->error = njwt_jwks_no_memory;
        report->no_memory = true;
        return NULL;
    }

    njwt_arena_init(&jwks->arena);
    njwt_arena_init(&scratch);

    if (text.len > NJWT_MAX_JWKS_SIZE) {
        report->error = "too large";

    } else {
        report->spelling |= njwt_slice_unmark(&text) ? NJWT_SPELLING_MARK : 0;

        report->error = (file && njwt_pem_is(text))
                        ? njwt_jwks_read_pem(jwks, &scratch, text, report)
                        : njwt_jwks_read(jwks, &scratch, text, report);
    }

    if (file && report->error == njwt_jwks_no_object) {
        report->error = "neither a JSON object nor PEM";
    }

    njwt_arena_free(&scratch);

    if (report->error != NULL) {
        report->no_memory = report->error == njwt_jwks_no_memory;
        njwt_jwks_free(jwks);
        return NULL;
    }

    report->usable = jwks->count;

    return jwks;
}


njwt_jwks_t *
njwt_jwks_new(njwt_slice_t text, njwt_jwks_report_t *report)
{
    return njwt_jwks_of(text, false, report);
}


njwt_jwks_t *
njwt_jwks_of_file(njwt_slice_t text, njwt_jwks_report_t *report)
{
    return njwt_jwks_of(text, true, report);
}


const char *
njwt_jwks_spelling(unsigned bit)
{
    switch (bit) {

    case NJWT_SPELLING_ZERO:
        return "an \"n\" or \"e\" has a zero byte in front";

    case NJWT_SPELLING_PADDED:
        return "an \"n\" or \"e\" has \"=\" at its end";

    case NJWT_SPELLING_PLAIN:
        return "an \"n\" or \"e\" is base64 with \"+\" or \"/\", not "
               "base64url";

    case NJWT_SPELLING_MARK:
        return "a byte order mark stands before them";

    default:
        return NULL;
    }
}


njwt_jwks_t *
njwt_jwks_of_secret(njwt_slice_t secret)
{
    njwt_jwks_t  *jwks;

    jwks = calloc(1, sizeof(njwt_jwks_t));

    if (jwks == NULL) {
        return NULL;
    }

    njwt_arena_init(&jwks->arena);

    jwks->keys[0] = njwt_key_secret(secret);

    if (jwks->keys[0] == NULL || !njwt_sha256(secret, jwks->secret)) {
        njwt_key_free(jwks->keys[0]);
        free(jwks);
        return NULL;
    }

    jwks->count = 1;
    jwks->any_kid = true;
    jwks->texts[0].data = jwks->secret;
    jwks->texts[0].len = NJWT_DIGEST;

    return jwks;
}


void
njwt_jwks_free(njwt_jwks_t *jwks)
{
    size_t  i;

    if (jwks == NULL) {
        return;
    }

    for (i = 0; i < jwks->count; i++) {
        njwt_key_free(jwks->keys[i]);
    }

    njwt_arena_free(&jwks->arena);
    free(jwks);
}


size_t
njwt_jwks_count(const njwt_jwks_t *jwks)
{
    return jwks->count;
}


const njwt_key_t *
njwt_jwks_key(const njwt_jwks_t *jwks, size_t i)
{
    return jwks->keys[i];
}


njwt_slice_t
njwt_jwks_text(const njwt_jwks_t *jwks)
{
    njwt_slice_t  text;

    text.data = jwks->data;
    text.len = jwks->used;

    return text;
}


/* May this key have signed the token?  kid NULL: the token has none. */

static bool
njwt_jwks_matches(const njwt_jwks_t *jwks, const njwt_key_t *key,
    const njwt_slice_t *kid, njwt_alg_t alg)
{
    njwt_slice_t  own;

    if (!njwt_key_fits(key, alg)) {
        return false;
    }

    if (kid == NULL || jwks->any_kid) {
        return true;
    }

    return njwt_key_kid(key, &own) ? njwt_slice_equal(own, *kid) : jwks->lone;
}


static size_t
njwt_jwks_fitting(const njwt_jwks_t *jwks, const njwt_slice_t *kid,
    njwt_alg_t alg)
{
    size_t  i, fitting;

    fitting = 0;

    for (i = 0; i < jwks->count; i++) {
        if (njwt_jwks_matches(jwks, jwks->keys[i], kid, alg)) {
            fitting++;
        }
    }

    return fitting;
}


bool
njwt_jwks_sole(const njwt_jwks_t *jwks, njwt_alg_t alg)
{
    size_t  fitting;

    fitting = njwt_jwks_fitting(jwks, NULL, alg);

    return jwks->any_kid ? fitting > 0 : fitting == 1;
}


bool
njwt_jwks_knows(const njwt_jwks_t *jwks, const njwt_jws_t *jws,
    njwt_alg_t alg)
{
    njwt_slice_t  kid;

    if (!njwt_jws_kid(jws, &kid)) {
        return njwt_jwks_sole(jwks, alg);
    }

    return njwt_jwks_fitting(jwks, &kid, alg) > 0;
}


const njwt_proof_t *
njwt_jwks_verify(njwt_arena_t *arena, njwt_jwks_t *jwks,
    const njwt_jws_t *jws, njwt_alg_t alg)
{
    size_t               i;
    njwt_slice_t         text;
    const njwt_slice_t  *kid;
    const njwt_proof_t  *proof;

    proof = NULL;
    kid = njwt_jws_kid(jws, &text) ? &text : NULL;

    for (i = 0; i < jwks->count && proof == NULL; i++) {
        if (njwt_jwks_matches(jwks, jwks->keys[i], kid, alg)) {
            proof = njwt_key_verify(arena, jwks->keys[i], alg,
                                    jws->signing_input, jws->signature);
        }
    }

    return proof;
}


/*
 * For a key without "kid" the set decides which tokens it fits: once that
 * changes, what it verified before must be verified again.
 */

static uint8_t
njwt_jwks_reach(const njwt_jwks_t *jwks, size_t i)
{
    njwt_slice_t  kid;

    if (jwks->any_kid) {
        return 'a';
    }

    if (njwt_key_kid(jwks->keys[i], &kid)) {
        return 'k';
    }

    return jwks->lone ? 'l' : 'n';
}


static bool
njwt_jwks_bind_key(njwt_jwks_t *jwks, size_t i, njwt_slice_t context)
{
    uint8_t        reach;
    njwt_digest_t  digest;

    reach = njwt_jwks_reach(jwks, i);

    njwt_digest_begin(&digest);
    njwt_digest_add(&digest, context.data, context.len);
    njwt_digest_add(&digest, &reach, 1);
    njwt_digest_add(&digest, jwks->texts[i].data, jwks->texts[i].len);

    return njwt_digest_end(&digest, jwks->fingerprints + i * NJWT_DIGEST);
}


bool
njwt_jwks_bind(njwt_jwks_t *jwks, njwt_slice_t context)
{
    size_t  i;

    jwks->fingerprints = njwt_arena_alloc(&jwks->arena,
                                          jwks->count * NJWT_DIGEST);

    for (i = 0; i < jwks->count && jwks->fingerprints != NULL; i++) {
        if (!njwt_jwks_bind_key(jwks, i, context)) {
            jwks->fingerprints = NULL;
        }
    }

    return jwks->fingerprints != NULL;
}


static bool
njwt_jwks_is_fingerprint(const njwt_jwks_t *jwks, size_t i,
    const uint8_t *fingerprint)
{
    return memcmp(jwks->fingerprints + i * NJWT_DIGEST, fingerprint,
                  NJWT_DIGEST)
           == 0;
}


bool
njwt_jwks_has_fingerprint(const njwt_jwks_t *jwks, const uint8_t *fingerprint,
    uint16_t *index)
{
    size_t  i;

    if (jwks->fingerprints == NULL) {
        return false;
    }

    if (*index < jwks->count
        && njwt_jwks_is_fingerprint(jwks, *index, fingerprint)) {
        return true;
    }

    for (i = 0; i < jwks->count; i++) {
        if (njwt_jwks_is_fingerprint(jwks, i, fingerprint)) {
            *index = (uint16_t) i;
            return true;
        }
    }

    return false;
}


bool
njwt_jwks_fingerprint(const njwt_jwks_t *jwks, const njwt_proof_t *proof,
    uint8_t *fingerprint, uint16_t *index)
{
    size_t  i;

    if (jwks->fingerprints == NULL) {
        return false;
    }

    for (i = 0; i < jwks->count; i++) {
        if (jwks->keys[i] == njwt_proof_key(proof)) {
            memcpy(fingerprint, jwks->fingerprints + i * NJWT_DIGEST,
                   NJWT_DIGEST);
            *index = (uint16_t) i;
            return true;
        }
    }

    return false;
}
