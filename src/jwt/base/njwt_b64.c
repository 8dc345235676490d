/*
 * Base64url, read strictly: each value has one spelling.
 */

#include "njwt_b64.h"


/*
 * The alphabet of RFC 4648, section 5: A-Z a-z 0-9 - _.  Any other character
 * has all bits set, so that an invalid one sets bits above the 24 of a group.
 */
static const int8_t  njwt_b64_values[256] = {
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, -1,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1,
    -1,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, 63,
    -1, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1
};

#define NJWT_B64_BITS  24

#define njwt_b64_value(c)  ((uint32_t) njwt_b64_values[c])


/*
 * Decodes four characters at a time and checks for invalid ones once, at the
 * end, because every new token passes through here.
 */

static uint32_t
njwt_b64_groups(const uint8_t *text, size_t groups, uint8_t *data)
{
    uint32_t  seen, bits;

    seen = 0;

    for ( /* void */ ; groups > 0; groups--) {
        bits = njwt_b64_value(text[0]) << 18 | njwt_b64_value(text[1]) << 12
               | njwt_b64_value(text[2]) << 6 | njwt_b64_value(text[3]);

        seen |= bits;

        data[0] = (uint8_t) (bits >> 16);
        data[1] = (uint8_t) (bits >> 8);
        data[2] = (uint8_t) bits;

        text += 4;
        data += 3;
    }

    return seen;
}


/*
 * Decodes the two or three characters behind the last group.  Their bits
 * beyond whole bytes must be 0 (RFC 4648, section 3.5).
 */

static uint32_t
njwt_b64_rest(const uint8_t *text, size_t count, uint8_t *data)
{
    uint32_t  bits, left;

    bits = njwt_b64_value(text[0]) << 18 | njwt_b64_value(text[1]) << 12;
    left = bits & 0xffff;

    data[0] = (uint8_t) (bits >> 16);

    if (count == 3) {
        bits |= njwt_b64_value(text[2]) << 6;
        left = bits & 0xff;

        data[1] = (uint8_t) (bits >> 8);
    }

    return (left != 0) ? UINT32_MAX : bits;
}


bool
njwt_b64_decode(njwt_arena_t *arena, njwt_slice_t text, njwt_slice_t *out)
{
    size_t     groups, rest;
    uint8_t   *data;
    uint32_t   seen;

    groups = text.len / 4;
    rest = text.len % 4;

    /* a single character left over holds 6 bits, which make no byte */

    if (rest == 1) {
        return false;
    }

    data = njwt_arena_alloc(arena, groups * 3 + rest);
    if (data == NULL) {
        return false;
    }

    seen = njwt_b64_groups(text.data, groups, data);

    if (rest > 0) {
        seen |= njwt_b64_rest(text.data + groups * 4, rest,
                              data + groups * 3);
    }

    if (seen >> NJWT_B64_BITS != 0) {
        return false;
    }

    out->data = data;
    out->len = groups * 3 + ((rest > 0) ? rest - 1 : 0);

    return true;
}


bool
njwt_b64_decode_any(njwt_arena_t *arena, njwt_slice_t text,
    njwt_slice_t *out, bool *padded, bool *plain)
{
    bool          has_padding, is_plain;
    size_t        i, end;
    uint8_t      *copy;
    njwt_slice_t  whole;

    is_plain = false;
    end = text.len;

    while (end > 0 && text.len - end < 2 && text.data[end - 1] == '=') {
        end--;
    }

    has_padding = end < text.len;
    copy = njwt_arena_alloc(arena, end);

    if (copy == NULL) {
        return false;
    }

    for (i = 0; i < end; i++) {
        copy[i] = text.data[i];

        if (copy[i] == '+' || copy[i] == '/') {
            copy[i] = (copy[i] == '+') ? '-' : '_';
            is_plain = true;
        }
    }

    whole.data = copy;
    whole.len = end;

    if (!njwt_b64_decode(arena, whole, out)) {
        return false;
    }

    if (padded != NULL) {
        *padded = has_padding;
    }

    if (plain != NULL) {
        *plain = is_plain;
    }

    return true;
}


void
njwt_b64_encode(njwt_slice_t bytes, uint8_t *text)
{
    size_t    i, bits;
    uint32_t  pending;

    static const char  alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    bits = 0;
    pending = 0;

    for (i = 0; i < bytes.len; i++) {
        pending = pending << 8 | bytes.data[i];

        for (bits += 8; bits >= 6; bits -= 6) {
            *text++ = (uint8_t) alphabet[pending >> (bits - 6) & 0x3f];
        }
    }

    if (bits > 0) {
        *text = (uint8_t) alphabet[pending << (6 - bits) & 0x3f];
    }
}
