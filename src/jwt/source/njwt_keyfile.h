/*
 * The file that keeps keys over a restart:
 *
 *   nginx-jwt-scope keys 1
 *   sha256 (64 hexadecimal digits)    of all that follows
 *   source (64 hexadecimal digits)    of what decides which keys are trusted
 *   fetched (seconds, decimal)        when, by the wall clock
 *   (the key set)
 *
 * The digest detects accidents, not attacks: whoever can write the file
 * chooses the keys.
 */

#ifndef NJWT_KEYFILE_H
#define NJWT_KEYFILE_H


#include "njwt.h"


#define NJWT_KEYFILE_DIGEST  32

/* the lines before the key set are never longer */
#define NJWT_KEYFILE_MAX_HEAD  256


typedef struct {
    const uint8_t  *source;      /* NJWT_KEYFILE_DIGEST bytes */
    uint64_t        fetched;
    njwt_slice_t    keys;
} njwt_keyfile_t;


/*
 * Reads such a text, of any length.  Returns NULL with keys and fetched set
 * (the keys are a part of the text) if it is whole, of this source, no more
 * than a minute ahead of now, and no older than stale seconds; otherwise a
 * constant text for the log that says what is wrong, with both untouched.  The
 * key set itself is not checked: it must be read like one that was fetched.
 */
const char *njwt_keyfile_read(njwt_slice_t text, const uint8_t *source,
    uint64_t now, uint64_t stale, njwt_slice_t *keys, uint64_t *fetched);

/*
 * Writes the text into size bytes at data.  Returns its length, at most
 * NJWT_KEYFILE_MAX_HEAD more than that of the keys; 0 if there is too little
 * room, the time has more than twelve digits, or there is no digest.
 */
size_t njwt_keyfile_write(const njwt_keyfile_t *keyfile, uint8_t *data,
    size_t size);


#endif /* NJWT_KEYFILE_H */
