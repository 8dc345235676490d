/*
 * How is base64url read?  In one spelling for one value.
 */

#include "njwt_b64.h"


#define NJWT_B64_NONE  0xff


/* the alphabet of RFC 4648, section 5: A-Z a-z 0-9 - _ */

static uint8_t
njwt_b64_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }

    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }

    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }

    if (c == '-') {
        return 62;
    }

    return (c == '_') ? 63 : NJWT_B64_NONE;
}


bool
njwt_b64_decode(njwt_arena_t *arena, njwt_slice_t text, njwt_slice_t *out)
{
    size_t     i, n;
    uint8_t    value, *data;
    uint32_t   bits;
    unsigned   held;

    /* one character left over holds 6 bits, which is no byte */

    if (text.len % 4 == 1) {
        return false;
    }

    data = njwt_arena_alloc(arena, text.len / 4 * 3 + text.len % 4);
    if (data == NULL) {
        return false;
    }

    bits = 0;
    held = 0;
    n = 0;

    for (i = 0; i < text.len; i++) {
        value = njwt_b64_value(text.data[i]);

        if (value == NJWT_B64_NONE) {
            return false;
        }

        bits = (bits << 6 | value) & 0xffff;
        held += 6;

        if (held >= 8) {
            held -= 8;
            data[n++] = (uint8_t) (bits >> held);
        }
    }

    /* the bits of the last character that belong to no byte */

    if ((bits & ((1u << held) - 1)) != 0) {
        return false;
    }

    out->data = data;
    out->len = n;

    return true;
}
