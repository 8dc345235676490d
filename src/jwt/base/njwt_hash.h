/*
 * What is the digest of a text, salted, as fast as it can be had?
 *
 * For what is hashed in each request: OpenSSL fetches and locks on each use of
 * what isn't prepared.
 */

#ifndef NJWT_HASH_H
#define NJWT_HASH_H


#include "njwt.h"


/* bytes of a SHA-256 */
#define NJWT_DIGEST  32


/* not for two threads at once */
typedef struct njwt_hasher_s  njwt_hasher_t;


/* Prepares SHA-256; NULL: no memory.  The caller owns it and frees it. */
njwt_hasher_t *njwt_hasher_new(void);

/* Frees it; NULL is fine. */
void njwt_hasher_free(njwt_hasher_t *hasher);

/*
 * The SHA-256 of the bytes of salt and text, 32 bytes at out.  False, the
 * bytes at out undefined, when OpenSSL can't.
 */
bool njwt_hasher_sum(njwt_hasher_t *hasher, njwt_slice_t salt,
    njwt_slice_t text, uint8_t *out);

/* As njwt_sha256() and njwt_hmac_sha256(), which a hasher of NULL means. */
bool njwt_hasher_sha256(njwt_hasher_t *hasher, njwt_slice_t data,
    uint8_t *out);
bool njwt_hasher_hmac(njwt_hasher_t *hasher, njwt_slice_t key,
    njwt_slice_t data, uint8_t *out);

/*
 * The HMAC-SHA256 of some bytes (RFC 2104), 32 bytes at out.  False, the bytes
 * at out undefined, when OpenSSL can't.
 */
bool njwt_hmac_sha256(njwt_slice_t key, njwt_slice_t data, uint8_t *out);

/* Are these the same bytes?  In a time that tells nothing of them. */
bool njwt_equal_secret(const uint8_t *a, const uint8_t *b, size_t len);

/*
 * The SHA-256 of some bytes into 32 bytes at out.  Returns false, the bytes
 * at out undefined, when OpenSSL can't.
 */
bool njwt_sha256(njwt_slice_t data, uint8_t *out);

/*
 * The SHA-256 of a list of pieces, each with its length, so that no two lists
 * read alike when they are joined.  What fails is told at the end, which must
 * come: it frees the digest.
 */
typedef struct {
    void  *ctx;                  /* the crypto library's */
    bool   failed;
} njwt_digest_t;

void njwt_digest_begin(njwt_digest_t *digest);
void njwt_digest_add(njwt_digest_t *digest, const void *data, size_t len);

/* 32 bytes at out; false, the bytes at out undefined, when OpenSSL can't. */
bool njwt_digest_end(njwt_digest_t *digest, uint8_t *out);

/* Fills len bytes at out with random ones; false when there are none. */
bool njwt_random(uint8_t *out, size_t len);


#endif /* NJWT_HASH_H */
