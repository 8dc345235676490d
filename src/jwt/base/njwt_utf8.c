/*
 * UTF-8 (RFC 3629), and the safe display of text from others.
 */

#include "njwt_utf8.h"


/*
 * Characters that aren't shown as they are: controls, those that reorder or
 * hide the text around them (bidirectional and zero-width ones, tags), and
 * those without a meaning of their own.
 */

static const struct {
    uint32_t  first;
    uint32_t  last;
} njwt_utf8_hidden[] = {
    { 0x0000, 0x001f },
    { 0x007f, 0x009f },
    { 0x00ad, 0x00ad },
    { 0x034f, 0x034f },
    { 0x061c, 0x061c },
    { 0x115f, 0x1160 },
    { 0x17b4, 0x17b5 },
    { 0x180b, 0x180f },
    { 0x200b, 0x200f },
    { 0x2028, 0x202e },
    { 0x2060, 0x206f },
    { 0x3164, 0x3164 },
    { 0xd800, 0xf8ff },          /* surrogates, private use */
    { 0xfe00, 0xfe0f },
    { 0xfeff, 0xfeff },
    { 0xffa0, 0xffa0 },
    { 0xfff0, 0xffff },
    { 0x1d173, 0x1d17a },
    { 0xe0000, 0x10ffff }
};

#define NJWT_UTF8_HIDDEN                                                      \
    (sizeof(njwt_utf8_hidden) / sizeof(njwt_utf8_hidden[0]))


/* The character at the front, and its length; 0: invalid UTF-8. */

static size_t
njwt_utf8_decode(njwt_slice_t text, uint32_t *character)
{
    size_t    i, n;
    uint8_t   c;
    uint32_t  value;

    static const uint32_t  least[] = { 0, 0, 0x80, 0x800, 0x10000 };

    c = text.data[0];

    if (c < 0x80) {
        *character = c;
        return 1;
    }

    n = (c >= 0xc2 && c <= 0xdf) ? 2
        : (c >= 0xe0 && c <= 0xef) ? 3
        : (c >= 0xf0 && c <= 0xf4) ? 4 : 0;

    if (n == 0 || text.len < n) {
        return 0;
    }

    value = c & (0x7fu >> n);

    for (i = 1; i < n; i++) {
        if ((text.data[i] & 0xc0) != 0x80) {
            return 0;
        }

        value = value << 6 | (text.data[i] & 0x3f);
    }

    if (value < least[n] || value > 0x10ffff
        || (value >= 0xd800 && value <= 0xdfff))
    {
        return 0;
    }

    *character = value;

    return n;
}


static bool
njwt_utf8_is_hidden(uint32_t character)
{
    size_t  i;

    for (i = 0; i < NJWT_UTF8_HIDDEN; i++) {
        if (character >= njwt_utf8_hidden[i].first
            && character <= njwt_utf8_hidden[i].last)
        {
            return true;
        }
    }

    return false;
}


/* A backslash, a letter, and so many hexadecimal digits. */

static size_t
njwt_utf8_escape(uint8_t *p, uint8_t letter, uint32_t value, size_t digits)
{
    size_t  i;

    static const uint8_t  hex[] = "0123456789abcdef";

    p[0] = '\\';
    p[1] = letter;

    for (i = 0; i < digits; i++) {
        p[2 + i] = hex[(value >> (4 * (digits - 1 - i))) & 0xf];
    }

    return 2 + digits;
}


njwt_slice_t
njwt_utf8_shown(njwt_slice_t *text, uint8_t escape[NJWT_UTF8_ESCAPE])
{
    size_t        n;
    uint32_t      character;
    njwt_slice_t  shown;

    shown = *text;
    character = 0;
    n = njwt_utf8_decode(*text, &character);

    shown.len = n;

    if (n == 0) {
        n = 1;
        shown.data = escape;
        shown.len = njwt_utf8_escape(escape, 'x', text->data[0], 2);

    } else if (character > 0xffff && njwt_utf8_is_hidden(character)) {
        character -= 0x10000;
        shown.data = escape;
        shown.len = njwt_utf8_escape(escape, 'u', 0xd800 + (character >> 10),
                                     4);
        shown.len += njwt_utf8_escape(escape + shown.len, 'u',
                                      0xdc00 + (character & 0x3ff), 4);

    } else if (njwt_utf8_is_hidden(character)) {
        shown.data = escape;
        shown.len = njwt_utf8_escape(escape, 'u', character, 4);
    }

    text->data += n;
    text->len -= n;

    return shown;
}
