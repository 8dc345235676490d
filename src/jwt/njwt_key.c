/*
 * Does this key vouch for these bytes?
 */

#include "njwt_key.h"
#include "njwt_key_jwk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/rsa.h>


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

    key->pkey = njwt_jwk_rsa(scratch, jwk, why);

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
