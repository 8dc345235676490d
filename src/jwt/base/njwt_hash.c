/*
 * Digests of bytes, salted and keyed ones, and random bytes.
 */

/* for SHA256_Init() and the like, see njwt_hasher_own_sum() */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "njwt_hash.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>


#define NJWT_HASH_BLOCK  64


struct njwt_hasher_s {
    EVP_MD      *md;
    EVP_MD_CTX  *ctx;
    bool         own;     /* is SHA-256 that of OpenSSL's own provider? */
};


bool
njwt_sha256(njwt_slice_t data, uint8_t *out)
{
    bool  made;

    (void) ERR_set_mark();
    made = EVP_Digest(data.data, data.len, out, NULL, EVP_sha256(), NULL)
           == 1;
    (void) ERR_pop_to_mark();

    return made;
}


void
njwt_digest_begin(njwt_digest_t *digest)
{
    (void) ERR_set_mark();
    digest->ctx = EVP_MD_CTX_new();
    digest->failed = digest->ctx == NULL
                     || EVP_DigestInit_ex(digest->ctx, EVP_sha256(), NULL)
                        != 1;
    (void) ERR_pop_to_mark();
}


void
njwt_digest_add(njwt_digest_t *digest, const void *data, size_t len)
{
    if (digest->failed) {
        return;
    }

    (void) ERR_set_mark();
    digest->failed = EVP_DigestUpdate(digest->ctx, &len, sizeof(len)) != 1
                     || (len > 0
                         && EVP_DigestUpdate(digest->ctx, data, len) != 1);
    (void) ERR_pop_to_mark();
}


bool
njwt_digest_end(njwt_digest_t *digest, uint8_t *out)
{
    bool  made;

    (void) ERR_set_mark();
    made = !digest->failed
           && EVP_DigestFinal_ex(digest->ctx, out, NULL) == 1;
    EVP_MD_CTX_free(digest->ctx);
    (void) ERR_pop_to_mark();

    return made;
}


/*
 * OpenSSL's own provider calls SHA256_Init() and its like.  Another one, such
 * as that of FIPS, has its own SHA-256, which only EVP finds.
 */

static bool
njwt_hasher_is_own(const EVP_MD *md)
{
#ifdef OPENSSL_NO_DEPRECATED_3_0
    (void) md;

    return false;
#else
    bool     own;
    EVP_MD  *known;

    known = EVP_MD_fetch(NULL, "SHA256", "provider=default");
    own = known != NULL
          && EVP_MD_get0_provider(known) == EVP_MD_get0_provider(md);

    EVP_MD_free(known);

    return own;
#endif
}


njwt_hasher_t *
njwt_hasher_new(void)
{
    bool            made;
    njwt_hasher_t  *hasher;

    hasher = calloc(1, sizeof(njwt_hasher_t));

    if (hasher == NULL) {
        return NULL;
    }

    (void) ERR_set_mark();
    hasher->md = EVP_MD_fetch(NULL, "SHA256", NULL);
    hasher->ctx = EVP_MD_CTX_new();
    made = hasher->md != NULL
           && hasher->ctx != NULL
           && EVP_DigestInit_ex(hasher->ctx, hasher->md, NULL) == 1;
    hasher->own = made && njwt_hasher_is_own(hasher->md);
    (void) ERR_pop_to_mark();

    if (!made) {
        njwt_hasher_free(hasher);
        return NULL;
    }

    return hasher;
}


void
njwt_hasher_free(njwt_hasher_t *hasher)
{
    if (hasher == NULL) {
        return;
    }

    EVP_MD_CTX_free(hasher->ctx);
    EVP_MD_free(hasher->md);
    free(hasher);
}


/*
 * The same functions without EVP, which allocates and frees a context for each
 * digest and runs through code that nothing else has loaded: a short text
 * takes twice as long with it.
 */

static bool
njwt_hasher_own_sum(njwt_slice_t salt, njwt_slice_t text, uint8_t *out)
{
#ifdef OPENSSL_NO_DEPRECATED_3_0
    (void) salt;
    (void) text;
    (void) out;

    return false;
#else
    bool        made;
    SHA256_CTX  ctx;

    made = SHA256_Init(&ctx) == 1
           && SHA256_Update(&ctx, salt.data, salt.len) == 1
           && SHA256_Update(&ctx, text.data, text.len) == 1
           && SHA256_Final(out, &ctx) == 1;

    OPENSSL_cleanse(&ctx, sizeof(SHA256_CTX));

    return made;
#endif
}


bool
njwt_hasher_sum(njwt_hasher_t *hasher, njwt_slice_t salt, njwt_slice_t text,
    uint8_t *out)
{
    if (hasher->own) {
        return njwt_hasher_own_sum(salt, text, out);
    }

    /* with a NULL digest OpenSSL keeps the one set, without a look-up */

    if (EVP_DigestInit_ex(hasher->ctx, NULL, NULL) == 1
        && EVP_DigestUpdate(hasher->ctx, salt.data, salt.len) == 1
        && EVP_DigestUpdate(hasher->ctx, text.data, text.len) == 1
        && EVP_DigestFinal_ex(hasher->ctx, out, NULL) == 1)
    {
        return true;
    }

    /* a mark in the queue would cost each token almost as much as its hash */

    ERR_clear_error();

    return false;
}


bool
njwt_hasher_sha256(njwt_hasher_t *hasher, njwt_slice_t data, uint8_t *out)
{
    static const njwt_slice_t  none = { NULL, 0 };

    return (hasher != NULL) ? njwt_hasher_sum(hasher, none, data, out)
                            : njwt_sha256(data, out);
}


/*
 * RFC 2104: a longer key than a block is hashed, a shorter one padded with 0.
 */

bool
njwt_hasher_hmac(njwt_hasher_t *hasher, njwt_slice_t key, njwt_slice_t data,
    uint8_t *out)
{
    bool          made;
    size_t        i;
    uint8_t       inner[NJWT_HASH_BLOCK] = { 0 }, outer[NJWT_HASH_BLOCK];
    njwt_slice_t  block, digest;

    if (hasher == NULL) {
        return njwt_hmac_sha256(key, data, out);
    }

    made = true;

    if (key.len > NJWT_HASH_BLOCK) {
        made = njwt_hasher_sha256(hasher, key, inner);

    } else if (key.len > 0) {
        memcpy(inner, key.data, key.len);
    }

    for (i = 0; i < NJWT_HASH_BLOCK; i++) {
        outer[i] = inner[i] ^ 0x5c;
        inner[i] ^= 0x36;
    }

    block.data = inner;
    block.len = NJWT_HASH_BLOCK;
    digest.data = out;
    digest.len = NJWT_DIGEST;

    made = made && njwt_hasher_sum(hasher, block, data, out);
    block.data = outer;
    made = made && njwt_hasher_sum(hasher, block, digest, out);

    OPENSSL_cleanse(inner, sizeof(inner));
    OPENSSL_cleanse(outer, sizeof(outer));

    return made;
}


bool
njwt_hmac_sha256(njwt_slice_t key, njwt_slice_t data, uint8_t *out)
{
    bool  made;

    (void) ERR_set_mark();
    made = HMAC(EVP_sha256(), key.data, (int) key.len, data.data, data.len,
                out, NULL)
           != NULL;
    (void) ERR_pop_to_mark();

    return made;
}


bool
njwt_equal_secret(const uint8_t *a, const uint8_t *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}
