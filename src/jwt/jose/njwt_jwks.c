/*
 * Which keys of a key set can be used?
 */

#include "njwt_jwks_set.h"

#include <stdlib.h>
#include <string.h>


/* what a key needs to be read again; "use" and "key_ops" were looked at */

static const char  njwt_jwks_no_memory[] = "out of memory";

static const njwt_slice_t  njwt_jwks_members[] = {
    njwt_literal("kty"),
    njwt_literal("kid"),
    njwt_literal("alg"),
    njwt_literal("crv"),
    njwt_literal("n"),
    njwt_literal("e"),
    njwt_literal("x"),
    njwt_literal("y")
};

static const njwt_slice_t  njwt_jwks_opening = njwt_literal("{\"keys\":[");
static const njwt_slice_t  njwt_jwks_closing = njwt_literal("]}");


static void
njwt_jwks_put(njwt_jwks_t *jwks, njwt_slice_t piece)
{
    memcpy(jwks->data + jwks->used, piece.data, piece.len);
    jwks->used += piece.len;
}


/* Adds one usable key and its text; false when the text has no room. */

static bool
njwt_jwks_add(njwt_jwks_t *jwks, njwt_key_t *key, njwt_value_t jwk)
{
    size_t  len;

    static const njwt_slice_t  comma = njwt_literal(",");

    jwks->keys[jwks->count] = key;
    jwks->count++;

    if (jwks->count > 1) {
        njwt_jwks_put(jwks, comma);
    }

    if (!njwt_json_members(jwk, njwt_jwks_members,
                           sizeof(njwt_jwks_members)
                           / sizeof(njwt_jwks_members[0]),
                           jwks->data + jwks->used,
                           jwks->size - jwks->used - njwt_jwks_closing.len,
                           &len))
    {
        return false;
    }

    jwks->texts[jwks->count - 1].data = jwks->data + jwks->used;
    jwks->texts[jwks->count - 1].len = len;
    jwks->used += len;

    return true;
}


/* Reads each key; returns NULL or what is wrong with the whole. */

static const char *
njwt_jwks_read_keys(njwt_jwks_t *jwks, njwt_arena_t *scratch,
    njwt_value_t keys, njwt_jwks_report_t *report)
{
    size_t        i;
    njwt_key_t   *key;
    const char   *why;
    njwt_value_t  jwk;

    for (i = 0; i < njwt_json_length(keys); i++) {
        jwk = njwt_json_element(keys, i);
        key = njwt_key_new(scratch, jwk, &why);

        if (key == NULL) {
            if (report->passed_over == 0) {
                report->passed_why = why;
            }

            report->passed_over++;
            continue;
        }

        if (!njwt_jwks_add(jwks, key, jwk)) {
            return "its keys can't be written down";
        }
    }

    if (scratch->failed) {
        return njwt_jwks_no_memory;
    }

    return (jwks->count == 0) ? "no usable key in it" : NULL;
}


static const char *
njwt_jwks_read(njwt_jwks_t *jwks, njwt_arena_t *scratch, njwt_slice_t text,
    njwt_jwks_report_t *report)
{
    njwt_value_t   root, keys;
    const char    *error;

    static const njwt_slice_t  name = njwt_literal("keys");

    if (text.len > NJWT_MAX_JWKS_SIZE) {
        return "too large";
    }

    root = njwt_json_object(scratch, text);

    if (njwt_json_type(root) == NJWT_JSON_ABSENT) {
        return scratch->failed ? njwt_jwks_no_memory : "not a JSON object";
    }

    keys = njwt_json_member(root, name);

    if (njwt_json_type(keys) != NJWT_JSON_ARRAY) {
        return "no array \"keys\" in it";
    }

    if (njwt_json_length(keys) > NJWT_MAX_KEYS) {
        return "more than 256 keys in it";
    }

    /*
     * What the keys need of the text is never longer than the text; a comma
     * more than it had can't be there.
     */

    jwks->size = njwt_jwks_opening.len + text.len + njwt_jwks_closing.len;
    jwks->data = njwt_arena_alloc(&jwks->arena, jwks->size);

    if (jwks->data == NULL) {
        return njwt_jwks_no_memory;
    }

    njwt_jwks_put(jwks, njwt_jwks_opening);
    error = njwt_jwks_read_keys(jwks, scratch, keys, report);
    njwt_jwks_put(jwks, njwt_jwks_closing);

    return error;
}


njwt_jwks_t *
njwt_jwks_new(njwt_slice_t text, njwt_jwks_report_t *report)
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

    report->error = njwt_jwks_read(jwks, &scratch, text, report);

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


/* May this key have signed the token?  kid NULL: the token names none. */

static bool
njwt_jwks_matches(const njwt_key_t *key, const njwt_slice_t *kid,
    njwt_alg_t alg)
{
    njwt_slice_t  own;

    if (!njwt_key_fits(key, alg)) {
        return false;
    }

    return kid == NULL
           || (njwt_key_kid(key, &own) && njwt_slice_equal(own, *kid));
}


static size_t
njwt_jwks_fitting(const njwt_jwks_t *jwks, const njwt_slice_t *kid,
    njwt_alg_t alg)
{
    size_t  i, fitting;

    fitting = 0;

    for (i = 0; i < jwks->count; i++) {
        if (njwt_jwks_matches(jwks->keys[i], kid, alg)) {
            fitting++;
        }
    }

    return fitting;
}


bool
njwt_jwks_sole(const njwt_jwks_t *jwks, njwt_alg_t alg)
{
    return njwt_jwks_fitting(jwks, NULL, alg) == 1;
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
        if (njwt_jwks_matches(jwks->keys[i], kid, alg)) {
            proof = njwt_key_verify(arena, jwks->keys[i], alg,
                                    jws->signing_input, jws->signature);
        }
    }

    return proof;
}
