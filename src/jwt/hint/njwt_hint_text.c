/*
 * How is a hint written?  Printable ASCII on one line, in the room there is.
 */

#include "njwt_hint_parts.h"

#include <string.h>


/* of each text of somebody else's */
#define NJWT_HINT_LOG_BYTES   64
#define NJWT_HINT_BYTES       256


void
njwt_hint_put(njwt_hint_t *hint, njwt_slice_t text)
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
njwt_hint_put_byte(njwt_hint_t *hint, uint8_t c)
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

    njwt_hint_put(hint, byte);
}


void
njwt_hint_escape(njwt_hint_t *hint, njwt_slice_t text)
{
    size_t  i, most;

    most = hint->log ? NJWT_HINT_LOG_BYTES : NJWT_HINT_BYTES;

    for (i = 0; i < text.len && i < most; i++) {
        njwt_hint_put_byte(hint, text.data[i]);
    }

    if (text.len > most) {
        njwt_hint_say(hint, "...");
    }
}


void
njwt_hint_quote(njwt_hint_t *hint, njwt_slice_t text)
{
    njwt_hint_say(hint, "\"");
    njwt_hint_escape(hint, text);
    njwt_hint_say(hint, "\"");
}


void
njwt_hint_list(njwt_hint_t *hint, const njwt_slice_t *texts, size_t count)
{
    size_t  i, most;

    most = hint->log ? 2 : 16;

    for (i = 0; i < count && i < most; i++) {
        if (i > 0) {
            njwt_hint_say(hint, " ");
        }

        njwt_hint_quote(hint, texts[i]);
    }

    if (count > most) {
        njwt_hint_say(hint, " ...");
    }
}


void
njwt_hint_number(njwt_hint_t *hint, double number)
{
    uint64_t      rest;
    uint8_t       digits[20];
    njwt_slice_t  text;

    /* dates lie within 2^53, and so do the differences, but for a factor */

    rest = (number > 0 && number < 4 * NJWT_MAX_DATE) ? (uint64_t) number : 0;
    text.data = digits + sizeof(digits);
    text.len = 0;

    do {
        text.len++;
        digits[sizeof(digits) - text.len] = (uint8_t) ('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);

    text.data = digits + sizeof(digits) - text.len;
    njwt_hint_put(hint, text);
}


void
njwt_hint_seconds(njwt_hint_t *hint, double seconds)
{
    njwt_hint_number(hint, seconds);
    njwt_hint_say(hint, " s");

    if (seconds < 120) {
        return;
    }

    njwt_hint_say(hint, " (");

    if (seconds < 7200) {
        njwt_hint_number(hint, seconds / 60);
        njwt_hint_say(hint, " min)");

    } else if (seconds < 2 * 86400) {
        njwt_hint_number(hint, seconds / 3600);
        njwt_hint_say(hint, " h)");

    } else {
        njwt_hint_number(hint, seconds / 86400);
        njwt_hint_say(hint, " days)");
    }
}
