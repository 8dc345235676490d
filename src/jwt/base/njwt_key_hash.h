/*
 * What is the digest of a text, salted, as fast as it can be had?
 *
 * For what is hashed in each request: OpenSSL fetches and locks on each use of
 * what isn't prepared.
 */

#ifndef NJWT_KEY_HASH_H
#define NJWT_KEY_HASH_H


#include "njwt.h"


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


#endif /* NJWT_KEY_HASH_H */
