/*
 * Does this key vouch for these bytes?
 */

#include "njwt_key.h"
#include "njwt_key_jwk.h"
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
    njwt_alg_t        algs;      /* what the key is for */
    EVP_PKEY         *pkey;      /* NULL: a shared secret */
    uint8_t          *secret;
    size_t            secret_len;

    /* prepared with the first token of each algorithm */
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


static bool
njwt_key_load(njwt_key_t *key, njwt_arena_t *scratch, njwt_value_t jwk,
    const char **why)
{
    *why = "not an object";

    if (njwt_json_type(jwk) != NJWT_JSON_OBJECT) {
        return false;
    }

    *why = "\"use\" or \"key_ops\" says that it isn't for signatures";

    if (!njwt_jwk_for_signatures(jwk)) {
        return false;
    }

    *why = "its \"kty\" or \"alg\" is none that the gate verifies";
    key->algs = njwt_jwk_algs(jwk);

    if (key->algs == NJWT_ALG_UNKNOWN) {
        return false;
    }

    *why = "\"kid\" is no string or longer than 255 bytes";

    if (!njwt_key_read_kid(key, jwk)) {
        return false;
    }

    key->pkey = njwt_jwk_public(scratch, jwk, why);

    return key->pkey != NULL;
}


njwt_key_t *
njwt_key_new(njwt_arena_t *scratch, njwt_value_t jwk, const char **why)
{
    bool         loaded;
    njwt_key_t  *key;

    key = calloc(1, sizeof(njwt_key_t));

    if (key == NULL) {
        *why = "out of memory";
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

    EVP_PKEY_free(key->pkey);
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
    return key->pkey != NULL && njwt_jwk_digest(key->pkey, out);
}


bool
njwt_key_fits(const njwt_key_t *key, njwt_alg_t alg)
{
    return (key->algs & alg) != 0;
}


/* The key's verifier for an algorithm; NULL: it can't be had. */

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
        && !njwt_verifier_prepare(verifier, info, key->pkey))
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

    if (key->pkey != NULL) {
        return njwt_verifier_check(verifier, key->pkey, input, signature);
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

    /* the proof is there before it can be given: no memory is no proof */

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
njwt_proof_recalled(njwt_arena_t *arena, njwt_slice_t input)
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
