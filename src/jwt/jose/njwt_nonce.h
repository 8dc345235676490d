/*
 * DPoP nonces that needn't be remembered (RFC 9449, section 8).
 *
 * A nonce is the time at which it was made and an HMAC-SHA256 of that time.
 * Who made it had one of the keys; whether it is still valid is the caller's
 * decision.
 */

#ifndef NJWT_NONCE_H
#define NJWT_NONCE_H


#include "njwt.h"
#include "njwt_hash.h"


/* characters of a nonce: base64url of 8 bytes of time and 32 of MAC */
#define NJWT_NONCE_LEN  54


/*
 * Writes the nonce of a moment, NJWT_NONCE_LEN characters at text.  False, the
 * text undefined: OpenSSL can't.  The hasher may be NULL, as below.
 */
bool njwt_nonce_make(njwt_hasher_t *hasher, njwt_slice_t key, int64_t made,
    uint8_t *text);

/*
 * The time at which a nonce was made by its own, unverified account.  False,
 * *made untouched: it doesn't have the form of a nonce, or arena->failed.
 */
bool njwt_nonce_time(njwt_arena_t *arena, njwt_slice_t text, int64_t *made);

/*
 * Was it made with one of these keys, and when?  False, *made untouched: with
 * none of them, or arena->failed.
 */
bool njwt_nonce_check(njwt_arena_t *arena, njwt_hasher_t *hasher,
    const njwt_slice_t *keys, size_t count, njwt_slice_t text,
    int64_t *made);


#endif /* NJWT_NONCE_H */
