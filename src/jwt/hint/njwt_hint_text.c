/*
 * The text of a hint, and small differences between what was received and what
 * was configured: a slash, a letter's case, the scheme, which are easily
 * overlooked.
 */

#include "njwt_dates.h"
#include "njwt_hint_parts.h"

#include <string.h>


/* the limit for each text from others to the holder of the token */
#define NJWT_HINT_BYTES  256


/* how two similar texts differ */
typedef enum {
    NJWT_HINT_OTHER = 0,
    NJWT_HINT_SLASH_MISSING,     /* received with an extra slash */
    NJWT_HINT_SLASH_EXTRA,       /* received without the slash */
    NJWT_HINT_CASE,
    NJWT_HINT_SCHEME
} njwt_hint_near_t;


void
njwt_hint_write(njwt_hint_t *hint, njwt_slice_t text)
{
    size_t  len;

    len = hint->size - hint->used;

    if (text.len < len) {
        len = text.len;
    }

    if (len > 0) {
        memcpy(hint->data + hint->used, text.data, len);
        hint->used += len;
    }
}


static void
njwt_hint_write_byte(njwt_hint_t *hint, uint8_t c)
{
    njwt_slice_t  byte;
    uint8_t       escape[4] = "\\x";

    static const char  hex[] = "0123456789ABCDEF";

    byte.data = &c;
    byte.len = 1;

    if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
        escape[2] = (uint8_t) hex[c >> 4];
        escape[3] = (uint8_t) hex[c & 0xf];
        byte.data = escape;
        byte.len = sizeof(escape);
    }

    njwt_hint_write(hint, byte);
}


void
njwt_hint_escape(njwt_hint_t *hint, njwt_slice_t text)
{
    size_t  i, most;

    most = hint->log ? NJWT_HINT_LOG_BYTES : NJWT_HINT_BYTES;

    for (i = 0; i < text.len && i < most; i++) {
        njwt_hint_write_byte(hint, text.data[i]);
    }

    if (text.len > most) {
        njwt_hint_add(hint, "...");
    }
}


void
njwt_hint_quote(njwt_hint_t *hint, njwt_slice_t text)
{
    njwt_hint_add(hint, "\"");
    njwt_hint_escape(hint, text);
    njwt_hint_add(hint, "\"");
}


/* Appends texts in quotes, separated by blanks. */

void
njwt_hint_list(njwt_hint_t *hint, const njwt_slice_t *texts, size_t count)
{
    size_t  i, most;

    most = hint->log ? 2 : 16;

    for (i = 0; i < count && i < most; i++) {
        if (i > 0) {
            njwt_hint_add(hint, " ");
        }

        njwt_hint_quote(hint, texts[i]);
    }

    if (count > most) {
        njwt_hint_add(hint, " ...");
    }
}


void
njwt_hint_number(njwt_hint_t *hint, double number)
{
    uint64_t      rest;
    uint8_t       digits[20];
    njwt_slice_t  text;

    /* dates lie within 2^53, and so do differences, up to a small factor */

    rest = (number > 0 && number < 4 * NJWT_MAX_DATE) ? (uint64_t) number : 0;
    text.data = digits + sizeof(digits);
    text.len = 0;

    do {
        text.len++;
        digits[sizeof(digits) - text.len] = (uint8_t) ('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);

    text.data = digits + sizeof(digits) - text.len;
    njwt_hint_write(hint, text);
}


void
njwt_hint_seconds(njwt_hint_t *hint, double seconds)
{
    double        unit;
    njwt_slice_t  name;

    njwt_hint_number(hint, seconds);
    njwt_hint_add(hint, " s");

    unit = njwt_dates_unit(seconds, &name);

    if (unit > 1) {
        njwt_hint_add(hint, " (");
        njwt_hint_number(hint, seconds / unit + 0.5);
        njwt_hint_add(hint, " ");
        njwt_hint_write(hint, name);
        njwt_hint_add(hint, ")");
    }
}


void
njwt_hint_block(njwt_hint_t *hint)
{
    if (hint->issuer == NULL || hint->issuer->name.len == 0) {
        njwt_hint_add(hint, "the jwt_issuer block");
        return;
    }

    njwt_hint_add(hint, "jwt_issuer ");
    njwt_hint_quote(hint, hint->issuer->name);
}


static njwt_slice_t
njwt_hint_without_slash(njwt_slice_t text)
{
    if (text.len > 0 && text.data[text.len - 1] == '/') {
        text.len--;
    }

    return text;
}


static njwt_slice_t
njwt_hint_without_scheme(njwt_slice_t text)
{
    size_t  i;

    for (i = 0; i + 2 < text.len; i++) {
        if (text.data[i] == ':' && text.data[i + 1] == '/'
            && text.data[i + 2] == '/')
        {
            text.data += i + 3;
            text.len -= i + 3;
            break;
        }
    }

    return text;
}


static njwt_hint_near_t
njwt_hint_near(njwt_slice_t configured, njwt_slice_t received)
{
    njwt_slice_t  ours, theirs;

    ours = njwt_hint_without_slash(configured);
    theirs = njwt_hint_without_slash(received);

    if (ours.len == 0) {
        return NJWT_HINT_OTHER;
    }

    if (njwt_slice_equal(ours, theirs)) {
        return received.len > configured.len ? NJWT_HINT_SLASH_MISSING
                                             : NJWT_HINT_SLASH_EXTRA;
    }

    if (njwt_slice_same_nocase(ours, theirs)) {
        return NJWT_HINT_CASE;
    }

    if (njwt_slice_same_nocase(njwt_hint_without_scheme(ours),
                              njwt_hint_without_scheme(theirs)))
    {
        return NJWT_HINT_SCHEME;
    }

    return NJWT_HINT_OTHER;
}


void
njwt_hint_literal(njwt_hint_t *hint, const char *text)
{
    njwt_slice_t  slice;

    slice.data = (const uint8_t *) text;
    slice.len = 0;

    while (text[slice.len] != '\0') {
        slice.len++;
    }

    njwt_hint_write(hint, slice);
}


void
njwt_hint_received(njwt_hint_t *hint, njwt_slice_t received)
{
    if (!hint->log) {
        njwt_hint_add(hint, ", received ");
        njwt_hint_quote(hint, received);
    }
}


void
njwt_hint_configured(njwt_hint_t *hint, const njwt_slice_t *configured,
    size_t count, const njwt_slice_t *received)
{
    njwt_hint_add(hint, "configured ");

    if (count == 0) {
        njwt_hint_add(hint, "none");
    }

    njwt_hint_list(hint, configured, count);

    if (received != NULL) {
        njwt_hint_received(hint, *received);
    }
}


static const char  *const  njwt_hint_near_texts[] = {
    [NJWT_HINT_SLASH_MISSING] = ": only the slash at the end differs: add the "
                                "trailing slash to ",
    [NJWT_HINT_SLASH_EXTRA] = ": only the slash at the end differs: take the "
                              "trailing slash away from ",
    [NJWT_HINT_CASE] = ": only upper and lower case (and perhaps the slash at "
                       "the end) differ: copy the token's spelling to ",
    [NJWT_HINT_SCHEME] = ": only the scheme (http, https) differs: if this is "
                         "your tenant, copy the token's spelling to "
};


bool
njwt_hint_write_near(njwt_hint_t *hint, njwt_slice_t directive,
    njwt_slice_t configured, njwt_slice_t received)
{
    njwt_hint_near_t  near;

    near = njwt_hint_near(configured, received);

    if (near == NJWT_HINT_OTHER) {
        return false;
    }

    njwt_hint_configured(hint, &configured, 1, &received);

    njwt_hint_literal(hint, njwt_hint_near_texts[near]);
    njwt_hint_quote(hint, directive);

    return true;
}
