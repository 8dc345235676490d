/*
 * Digests, HMACs, random bytes, and comparison in constant time.
 *
 * A hasher is for what is hashed in each request: it is prepared once, where
 * OpenSSL would otherwise look up the algorithm, and lock, at each use.
 */

#ifndef NJWT_HASH_H
#define NJWT_HASH_H


#include "njwt.h"


/* bytes of a SHA-256 digest */
#define NJWT_DIGEST  32


/* a hasher is not thread-safe */
typedef struct njwt_hasher_s  njwt_hasher_t;


/* Prepares SHA-256; NULL: no memory.  The caller frees it. */
njwt_hasher_t *njwt_hasher_new(void);

/* Frees it; NULL is fine. */
void njwt_hasher_free(njwt_hasher_t *hasher);

/*
 * The SHA-256 of the bytes of salt and text, 32 bytes at out.  False, the
 * bytes at out undefined, when OpenSSL can't.
 */
bool njwt_hasher_sum(njwt_hasher_t *hasher, njwt_slice_t salt,
    njwt_slice_t text, uint8_t *out);

/*
 * As njwt_sha256() and njwt_hmac_sha256(), which are used if hasher is NULL.
 */
bool njwt_hasher_sha256(njwt_hasher_t *hasher, njwt_slice_t data,
    uint8_t *out);
bool njwt_hasher_hmac(njwt_hasher_t *hasher, njwt_slice_t key,
    njwt_slice_t data, uint8_t *out);

/*
 * The HMAC-SHA256 of some bytes (RFC 2104), 32 bytes at out.  False, the bytes
 * at out undefined, when OpenSSL can't.
 */
bool njwt_hmac_sha256(njwt_slice_t key, njwt_slice_t data, uint8_t *out);

/*
 * Are these the same bytes?  In a time that doesn't depend on what they are.
 */
bool njwt_equal_secret(const uint8_t *a, const uint8_t *b, size_t len);

/*
 * The SHA-256 of some bytes into 32 bytes at out.  Returns false, the bytes
 * at out undefined, when OpenSSL can't.
 */
bool njwt_sha256(njwt_slice_t data, uint8_t *out);

/*
 * The SHA-256 of a list of pieces, each with its length, so that two different
 * lists never give the same input.  A failure is reported by
 * njwt_digest_end(), which must always be called: it frees the digest.
 */
typedef struct {
    void  *ctx;                  /* belongs to OpenSSL */
    bool   failed;
} njwt_digest_t;

void njwt_digest_begin(njwt_digest_t *digest);
void njwt_digest_add(njwt_digest_t *digest, const void *data, size_t len);

/* 32 bytes at out; false, the bytes at out undefined, when OpenSSL can't. */
bool njwt_digest_end(njwt_digest_t *digest, uint8_t *out);

/* Fills out with len random bytes; false when there are none. */
bool njwt_random(uint8_t *out, size_t len);


#endif /* NJWT_HASH_H */
