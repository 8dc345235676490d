/*
 * The file that keeps keys over a restart.
 */

#include "njwt_hash.h"
#include "njwt_keyfile.h"

#include <string.h>


#define NJWT_KEYFILE_HEX     (2 * NJWT_KEYFILE_DIGEST)

/* the year 33,658, and far from the limits of 64 bits */
#define NJWT_KEYFILE_DIGITS    12
#define NJWT_KEYFILE_MAX_TIME  999999999999u

/*
 * A clock that is corrected after a start may go back by some seconds: keys
 * fetched just before then have age 0.  Beyond that their age is unknown.
 */
#define NJWT_KEYFILE_AHEAD   60


static const njwt_slice_t  njwt_keyfile_magic =
    njwt_literal("nginx-jwt-scope keys 1\nsha256 ");
static const njwt_slice_t  njwt_keyfile_source = njwt_literal("source ");
static const njwt_slice_t  njwt_keyfile_fetched = njwt_literal("fetched ");
static const njwt_slice_t  njwt_keyfile_line = njwt_literal("\n");
static const njwt_slice_t  njwt_keyfile_end = njwt_literal("\n\n");


static void
njwt_keyfile_hex(const uint8_t *digest, uint8_t *hex)
{
    size_t  i;

    static const char  digits[] = "0123456789abcdef";

    for (i = 0; i < NJWT_KEYFILE_DIGEST; i++) {
        hex[2 * i] = (uint8_t) digits[digest[i] >> 4];
        hex[2 * i + 1] = (uint8_t) digits[digest[i] & 0xf];
    }
}


/* Takes exactly these bytes off the front of *rest. */

static bool
njwt_keyfile_take(njwt_slice_t *rest, njwt_slice_t bytes)
{
    if (!njwt_slice_starts(*rest, bytes)) {
        return false;
    }

    *rest = njwt_slice_behind(*rest, bytes.len);

    return true;
}


/* Takes a digest off the front of *rest, equal or not.  Is it this one? */

static bool
njwt_keyfile_take_digest(njwt_slice_t *rest, const uint8_t *digest,
    bool *equal)
{
    uint8_t  hex[NJWT_KEYFILE_HEX];

    if (rest->len < NJWT_KEYFILE_HEX) {
        return false;
    }

    njwt_keyfile_hex(digest, hex);

    *equal = memcmp(rest->data, hex, NJWT_KEYFILE_HEX) == 0;

    *rest = njwt_slice_behind(*rest, NJWT_KEYFILE_HEX);

    return true;
}


static bool
njwt_keyfile_take_number(njwt_slice_t *rest, uint64_t *out)
{
    size_t    i;
    uint64_t  number;

    number = 0;

    for (i = 0; i < rest->len && i < NJWT_KEYFILE_DIGITS; i++) {
        if (rest->data[i] < '0' || rest->data[i] > '9') {
            break;
        }

        number = number * 10 + (rest->data[i] - '0');
    }

    if (i == 0) {
        return false;
    }

    *rest = njwt_slice_behind(*rest, i);
    *out = number;

    return true;
}


/* Is the text whole?  Takes the lines that say so off its front. */

static bool
njwt_keyfile_whole(njwt_slice_t *rest)
{
    bool          equal;
    uint8_t       digest[NJWT_KEYFILE_DIGEST];
    njwt_slice_t  covered;

    if (rest->len < NJWT_KEYFILE_HEX + njwt_keyfile_line.len) {
        return false;
    }

    covered = njwt_slice_behind(*rest, NJWT_KEYFILE_HEX
                                       + njwt_keyfile_line.len);

    return njwt_sha256(covered, digest)
           && njwt_keyfile_take_digest(rest, digest, &equal)
           && equal
           && njwt_keyfile_take(rest, njwt_keyfile_line);
}


const char *
njwt_keyfile_read(njwt_slice_t text, const uint8_t *source, uint64_t now,
    uint64_t stale, njwt_slice_t *keys, uint64_t *fetched)
{
    bool          ours;
    uint64_t      when;
    njwt_slice_t  rest;

    rest = text;

    if (!njwt_keyfile_take(&rest, njwt_keyfile_magic)) {
        return "it is cut off, or nothing that this version wrote";
    }

    if (!njwt_keyfile_whole(&rest)) {
        return "it is corrupt";
    }

    if (!njwt_keyfile_take(&rest, njwt_keyfile_source)
        || !njwt_keyfile_take_digest(&rest, source, &ours)
        || !njwt_keyfile_take(&rest, njwt_keyfile_line)
        || !njwt_keyfile_take(&rest, njwt_keyfile_fetched)
        || !njwt_keyfile_take_number(&rest, &when)
        || !njwt_keyfile_take(&rest, njwt_keyfile_end))
    {
        return "it is corrupt: there are lines missing in it";
    }

    if (!ours) {
        return "it is of another source of keys";
    }

    if (when > now && when - now > NJWT_KEYFILE_AHEAD) {
        return "it is from the future: check the clock";
    }

    if (when < now && now - when > stale) {
        return "it is older than \"jwks_stale\"";
    }

    *keys = rest;
    *fetched = when;

    return NULL;
}


static uint8_t *
njwt_keyfile_put(uint8_t *p, njwt_slice_t bytes)
{
    if (bytes.len > 0) {
        memcpy(p, bytes.data, bytes.len);
    }

    return p + bytes.len;
}


static uint8_t *
njwt_keyfile_put_number(uint8_t *p, uint64_t number)
{
    size_t        i;
    uint8_t       digits[NJWT_KEYFILE_DIGITS];
    njwt_slice_t  text;

    i = NJWT_KEYFILE_DIGITS;

    do {
        digits[--i] = (uint8_t) ('0' + number % 10);
        number /= 10;
    } while (number > 0 && i > 0);

    text.data = digits + i;
    text.len = NJWT_KEYFILE_DIGITS - i;

    return njwt_keyfile_put(p, text);
}


size_t
njwt_keyfile_write(const njwt_keyfile_t *keyfile, uint8_t *data, size_t size)
{
    uint8_t       *p, *sum, digest[NJWT_KEYFILE_DIGEST];
    njwt_slice_t   covered;

    if (size < NJWT_KEYFILE_MAX_HEAD
        || size - NJWT_KEYFILE_MAX_HEAD < keyfile->keys.len
        || keyfile->fetched > NJWT_KEYFILE_MAX_TIME)
    {
        return 0;
    }

    sum = njwt_keyfile_put(data, njwt_keyfile_magic);
    p = njwt_keyfile_put(sum + NJWT_KEYFILE_HEX, njwt_keyfile_line);

    covered.data = p;

    p = njwt_keyfile_put(p, njwt_keyfile_source);
    njwt_keyfile_hex(keyfile->source, p);
    p = njwt_keyfile_put(p + NJWT_KEYFILE_HEX, njwt_keyfile_line);
    p = njwt_keyfile_put(p, njwt_keyfile_fetched);
    p = njwt_keyfile_put_number(p, keyfile->fetched);
    p = njwt_keyfile_put(p, njwt_keyfile_end);
    p = njwt_keyfile_put(p, keyfile->keys);

    covered.len = (size_t) (p - covered.data);

    if (!njwt_sha256(covered, digest)) {
        return 0;
    }

    njwt_keyfile_hex(digest, sum);

    return (size_t) (p - data);
}
