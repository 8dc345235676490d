/*
 * Which keys were good before the restart?  The text that says so.
 *
 *   nginx-jwt-scope keys 1
 *   sha256 (64 hexadecimal digits)    of all that follows
 *   source (64 hexadecimal digits)    of what decides which keys are trusted
 *   fetched (seconds, decimal)        when, by the wall clock
 *
 *   (the key set)
 *
 * The digest tells an accident, not an enemy: who can write the file chooses
 * the keys.
 */

#ifndef NJWT_KEYFILE_H
#define NJWT_KEYFILE_H


#include "njwt.h"


#define NJWT_KEYFILE_DIGEST  32

/* what comes before the key set is never longer */
#define NJWT_KEYFILE_MAX_HEAD  256


typedef struct {
    const uint8_t  *source;      /* NJWT_KEYFILE_DIGEST bytes */
    uint64_t        fetched;
    njwt_slice_t    keys;
} njwt_keyfile_t;


/*
 * Reads such a text, any length.  Returns NULL, keys and fetched set, the keys
 * a part of the text, when it is whole, of this source, no more than a minute
 * ahead of now, and no older than stale seconds; otherwise what is wrong with
 * it, a constant text for the log, with both untouched.  The key set itself is
 * not looked at: it must be read as one that was fetched.
 */
const char *njwt_keyfile_read(njwt_slice_t text, const uint8_t *source,
    uint64_t now, uint64_t stale, njwt_slice_t *keys, uint64_t *fetched);

/*
 * Writes the text into size bytes at data.  Returns its length, at most
 * NJWT_KEYFILE_MAX_HEAD more than that of the keys; 0 where that is too little
 * room, on a time of more than twelve digits, or without a digest.
 */
size_t njwt_keyfile_write(const njwt_keyfile_t *keyfile, uint8_t *data,
    size_t size);


#endif /* NJWT_KEYFILE_H */
