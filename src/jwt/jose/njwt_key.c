/*
 * Keys, and the proof that one of them signed some bytes.
 */

#include "njwt_key.h"
#include "njwt_b64.h"
#include "njwt_jwk.h"
#include "njwt_key_verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>


struct njwt_key_s {
    uint8_t           kid[NJWT_MAX_KID];
    size_t            kid_len;
    bool              has_kid;
    njwt_alg_t        algs;      /* algorithms it may be used with */
    njwt_public_t     public;    /* pkey NULL: a shared secret */
    uint8_t          *secret;
    size_t            secret_len;

    /* each is prepared by the first token of its algorithm */
    njwt_verifier_t   verifiers[NJWT_ALG_COUNT];
};

struct njwt_proof_s {
    njwt_slice_t       input;
    const njwt_key_t  *key;
};


static bool
njwt_key_read_kid(njwt_key_t *key, njwt_value_t jwk)
{
    njwt_value_t  value;
    njwt_slice_t  kid;

    value = njwt_json_member(jwk, njwt_slice("kid"));

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


/* Is "x5c" the only material of the key (RFC 7517, section 4.7)? */

static bool
njwt_key_in_certificate(njwt_value_t jwk)
{
    size_t  i;

    static const njwt_slice_t  x5c = njwt_literal("x5c");
    static const njwt_slice_t  material[] = {
        njwt_literal("n"), njwt_literal("e"),
        njwt_literal("x"), njwt_literal("y")
    };

    for (i = 0; i < sizeof(material) / sizeof(material[0]); i++) {
        if (njwt_json_type(njwt_json_member(jwk, material[i]))
            != NJWT_JSON_ABSENT)
        {
            return false;
        }
    }

    return njwt_json_type(njwt_json_member(jwk, x5c)) != NJWT_JSON_ABSENT;
}


static bool
njwt_key_read_certificate(njwt_key_t *key, njwt_arena_t *scratch,
    njwt_value_t jwk, const char **why)
{
    njwt_slice_t  text, der;

    static const njwt_slice_t  x5c = njwt_literal("x5c");

    text = njwt_json_string(njwt_json_element(njwt_json_member(jwk, x5c), 0));

    *why = "the first of its \"x5c\" is no certificate";

    if (text.len == 0
        || !njwt_b64_decode_any(scratch, text, &der, NULL, NULL)
        || !njwt_der_public(NJWT_DER_CERTIFICATE, der, &key->public, why))
    {
        return false;
    }

    *why = "its \"kty\" or \"crv\" is another than its certificate's";

    return njwt_jwk_is(jwk, &key->public);
}


/* Reads the key's algorithms and its "kid": all but its numbers. */

static bool
njwt_key_describe(njwt_key_t *key, njwt_value_t jwk, const char **why)
{
    *why = "its \"kty\" or \"alg\" is none that the gate verifies";
    key->algs = njwt_jwk_algs(jwk, &key->public);

    if (key->algs == NJWT_ALG_UNKNOWN) {
        return false;
    }

    *why = "\"kid\" is no string or longer than 255 bytes";

    return njwt_key_read_kid(key, jwk);
}


static bool
njwt_key_for_signatures(njwt_value_t jwk, const char **why)
{
    *why = "not an object";

    if (njwt_json_type(jwk) != NJWT_JSON_OBJECT) {
        return false;
    }

    *why = "\"use\" or \"key_ops\" says that it isn't for signatures";

    return njwt_jwk_for_signatures(jwk);
}


static bool
njwt_key_load(njwt_key_t *key, njwt_arena_t *scratch, njwt_value_t jwk,
    njwt_jwk_reading_t reading, unsigned *spelling, const char **why)
{
    bool  certificate;

    if (!njwt_key_for_signatures(jwk, why)) {
        return false;
    }

    certificate = reading == NJWT_JWK_TRUSTED && njwt_key_in_certificate(jwk);

    if (certificate) {
        if (!njwt_key_read_certificate(key, scratch, jwk, why)) {
            return false;
        }

    } else {
        key->public.kind = njwt_jwk_kind(jwk, &key->public.curve);
    }

    return njwt_key_describe(key, jwk, why)
           && (certificate
               || njwt_jwk_public(scratch, jwk, reading, &key->public,
                                  spelling, why));
}


bool
njwt_key_usable(njwt_arena_t *scratch, njwt_curves_t *curves,
    njwt_value_t jwk, njwt_alg_t alg, const char **why)
{
    njwt_key_t  key;

    /* the rest of it isn't read: each new proof passes through here */

    memset(&key.public, 0, sizeof(njwt_public_t));

    if (!njwt_key_for_signatures(jwk, why)) {
        return false;
    }

    key.public.kind = njwt_jwk_kind(jwk, &key.public.curve);

    if (!njwt_key_describe(&key, jwk, why)) {
        return false;
    }

    if (!njwt_key_fits(&key, alg)) {
        *why = "it is for another \"alg\"";
        return false;
    }

    errno = 0;

    if (njwt_jwk_well_formed(scratch, curves, jwk, &key.public, why)) {
        *why = NULL;
        return true;
    }

    if (errno == ENOMEM) {

        /* only then are there errors; a mark would cost a fifth of a check */

        ERR_clear_error();
        scratch->failed = true;
    }

    return false;
}


/* Begins to make a key.  NULL: no memory, as *why says. */

static njwt_key_t *
njwt_key_begin(njwt_arena_t *scratch, const char **why)
{
    njwt_key_t  *key;

    key = calloc(1, sizeof(njwt_key_t));

    if (key == NULL) {
        *why = "out of memory";
        scratch->failed = true;
        return NULL;
    }

    /* our errors must not stay in the queue that nginx reads */

    (void) ERR_set_mark();
    errno = 0;

    return key;
}


static njwt_key_t *
njwt_key_end(njwt_key_t *key, bool loaded, njwt_arena_t *scratch,
    const char **why)
{
    (void) ERR_pop_to_mark();

    if (!loaded) {
        scratch->failed = scratch->failed || errno == ENOMEM;
        njwt_key_free(key);
        return NULL;
    }

    *why = NULL;

    return key;
}


static njwt_key_t *
njwt_key_of_jwk(njwt_arena_t *scratch, njwt_value_t jwk,
    njwt_jwk_reading_t reading, unsigned *spelling, const char **why)
{
    bool         loaded;
    unsigned     found;
    njwt_key_t  *key;

    found = 0;
    key = njwt_key_begin(scratch, why);

    if (key == NULL) {
        return NULL;
    }

    loaded = njwt_key_load(key, scratch, jwk, reading, &found, why);
    key = njwt_key_end(key, loaded, scratch, why);

    if (key != NULL) {
        *spelling |= found;
    }

    return key;
}


njwt_key_t *
njwt_key_new(njwt_arena_t *scratch, njwt_value_t jwk, const char **why)
{
    unsigned  spelling = 0;

    return njwt_key_of_jwk(scratch, jwk, NJWT_JWK_STRICT, &spelling, why);
}


njwt_key_t *
njwt_key_of_set(njwt_arena_t *scratch, njwt_value_t jwk, unsigned *spelling,
    const char **why)
{
    return njwt_key_of_jwk(scratch, jwk, NJWT_JWK_TRUSTED, spelling, why);
}


njwt_key_t *
njwt_key_of_der(njwt_arena_t *scratch, njwt_der_t form, njwt_slice_t der,
    const char **why)
{
    bool         loaded;
    njwt_key_t  *key;

    key = njwt_key_begin(scratch, why);

    if (key == NULL) {
        return NULL;
    }

    loaded = njwt_der_public(form, der, &key->public, why);

    if (loaded) {
        key->algs = njwt_public_algs(&key->public);
    }

    return njwt_key_end(key, loaded, scratch, why);
}


bool
njwt_key_text(const njwt_key_t *key, njwt_arena_t *arena, njwt_slice_t *text)
{
    size_t                  len;
    uint8_t                 room[NJWT_KEY_TEXT], *data;
    njwt_slice_t            kid;
    const njwt_slice_t     *alg;

    if (key->public.pkey == NULL) {
        return false;
    }

    alg = NULL;

    if (key->algs != njwt_public_algs(&key->public)) {
        alg = &njwt_alg_info(key->algs)->name;
    }

    (void) ERR_set_mark();
    len = njwt_public_text(&key->public,
                           njwt_key_kid(key, &kid) ? &kid : NULL, alg, room);
    (void) ERR_pop_to_mark();

    data = (len > 0) ? njwt_arena_alloc(arena, len) : NULL;

    if (data == NULL) {
        return false;
    }

    memcpy(data, room, len);

    text->data = data;
    text->len = len;

    return true;
}


njwt_key_t *
njwt_key_secret(njwt_slice_t secret)
{
    njwt_key_t  *key;

    if (secret.len == 0 || secret.len > NJWT_MAX_SECRET) {
        return NULL;
    }

    key = calloc(1, sizeof(njwt_key_t));

    if (key == NULL) {
        return NULL;
    }

    key->secret = malloc(secret.len);

    if (key->secret == NULL) {
        free(key);
        return NULL;
    }

    memcpy(key->secret, secret.data, secret.len);

    key->secret_len = secret.len;
    key->algs = NJWT_ALGS_HMAC;

    return key;
}


void
njwt_key_free(njwt_key_t *key)
{
    size_t  i;

    if (key == NULL) {
        return;
    }

    for (i = 0; i < NJWT_ALG_COUNT; i++) {
        njwt_verifier_release(&key->verifiers[i]);
    }

    if (key->secret != NULL) {
        OPENSSL_cleanse(key->secret, key->secret_len);
    }

    EVP_PKEY_free(key->public.pkey);
    free(key->secret);
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
njwt_key_digest(const njwt_key_t *key, uint8_t *out)
{
    return key->public.pkey != NULL && njwt_jwk_digest(key->public.pkey, out);
}


bool
njwt_key_fits(const njwt_key_t *key, njwt_alg_t alg)
{
    return (key->algs & alg) != 0;
}


/* The key's verifier for an algorithm; NULL: it can't be prepared. */

static njwt_verifier_t *
njwt_key_verifier(njwt_key_t *key, njwt_alg_t alg)
{
    njwt_verifier_t        *verifier;
    const njwt_alg_info_t  *info;

    info = njwt_alg_info(alg);

    if (info == NULL) {
        return NULL;
    }

    verifier = &key->verifiers[njwt_alg_index(info)];

    if (verifier->info == NULL
        && !njwt_verifier_prepare(verifier, info, key->public.pkey))
    {
        njwt_verifier_release(verifier);
        return NULL;
    }

    return verifier;
}


static njwt_signature_t
njwt_key_check(njwt_key_t *key, njwt_verifier_t *verifier,
    njwt_slice_t input, njwt_slice_t signature)
{
    njwt_slice_t  secret;

    if (key->public.pkey != NULL) {
        return njwt_verifier_check(verifier, key->public.pkey, input,
                                   signature);
    }

    secret.data = key->secret;
    secret.len = key->secret_len;

    return njwt_verifier_check_mac(verifier, secret, input, signature);
}


const njwt_proof_t *
njwt_key_verify(njwt_arena_t *arena, njwt_key_t *key, njwt_alg_t alg,
    njwt_slice_t input, njwt_slice_t signature)
{
    njwt_proof_t      *proof;
    njwt_verifier_t   *verifier;

    if (!njwt_key_fits(key, alg)) {
        return NULL;
    }

    /* allocated before verifying: without memory there must be no proof */

    proof = njwt_arena_alloc(arena, sizeof(njwt_proof_t));
    verifier = njwt_key_verifier(key, alg);

    if (proof == NULL || verifier == NULL) {
        arena->failed = true;
        return NULL;
    }

    switch (njwt_key_check(key, verifier, input, signature)) {

    case NJWT_SIGNATURE_GOOD:
        proof->input = input;
        proof->key = key;
        return proof;

    case NJWT_SIGNATURE_BROKEN:
        arena->failed = true;
        return NULL;

    default:
        return NULL;
    }
}


njwt_slice_t
njwt_proof_input(const njwt_proof_t *proof)
{
    return proof->input;
}


const njwt_key_t *
njwt_proof_key(const njwt_proof_t *proof)
{
    return proof->key;
}


const njwt_proof_t *
njwt_proof_cached(njwt_arena_t *arena, njwt_slice_t input)
{
    njwt_proof_t  *proof;

    proof = njwt_arena_alloc(arena, sizeof(njwt_proof_t));

    if (proof != NULL) {
        proof->input = input;
    }

    return proof;
}


bool
njwt_random(uint8_t *out, size_t len)
{
    bool  made;

    (void) ERR_set_mark();
    made = RAND_bytes(out, (int) len) == 1;
    (void) ERR_pop_to_mark();

    return made;
}
