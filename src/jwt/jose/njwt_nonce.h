/*
 * Is this a nonce of ours, without remembering it? (RFC 9449, section 8)
 *
 * A nonce is the time that it was made and an HMAC-SHA256 of it.  Who has one
 * of the keys made it; whether it is still good is the caller's to say.
 */

#ifndef NJWT_NONCE_H
#define NJWT_NONCE_H


#include "njwt.h"
#include "njwt_hash.h"


/* characters of a nonce: 8 bytes of time and 32 of MAC as base64url */
#define NJWT_NONCE_LEN  54


/*
 * Writes the nonce of a moment, NJWT_NONCE_LEN characters at text.  False, the
 * text undefined: OpenSSL can't.  The hasher may be NULL, as below.
 */
bool njwt_nonce_make(njwt_hasher_t *hasher, njwt_slice_t key, int64_t made,
    uint8_t *text);

/*
 * When does this text say that it was made, whoever made it?  False, *made
 * untouched: it isn't of the form of a nonce, or arena->failed.
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
