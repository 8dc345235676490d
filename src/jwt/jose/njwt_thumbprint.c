/*
 * The thumbprint of a JWK.
 */

#include "njwt_thumbprint.h"
#include "njwt_b64.h"

#include <string.h>


#define NJWT_THUMBPRINT_MEMBERS  3


/* a member whose value is part of the text, and what stands before that */
typedef struct {
    njwt_slice_t  name;
    njwt_slice_t  before;
} njwt_thumbprint_member_t;

/* the text of a kind: its required members in lexicographic order */
typedef struct {
    njwt_slice_t              kty;
    size_t                    count;
    njwt_thumbprint_member_t  members[NJWT_THUMBPRINT_MEMBERS];
} njwt_thumbprint_kind_t;


static const njwt_thumbprint_kind_t  njwt_thumbprint_kinds[] = {
    { njwt_literal("EC"), 3,
      { { njwt_literal("crv"), njwt_literal("{\"crv\":\"") },
        { njwt_literal("x"), njwt_literal("\",\"kty\":\"EC\",\"x\":\"") },
        { njwt_literal("y"), njwt_literal("\",\"y\":\"") } } },
    { njwt_literal("RSA"), 2,
      { { njwt_literal("e"), njwt_literal("{\"e\":\"") },
        { njwt_literal("n"),
          njwt_literal("\",\"kty\":\"RSA\",\"n\":\"") } } },
    { njwt_literal("OKP"), 2,
      { { njwt_literal("crv"), njwt_literal("{\"crv\":\"") },
        { njwt_literal("x"),
          njwt_literal("\",\"kty\":\"OKP\",\"x\":\"") } } }
};


/*
 * Is one of eight bytes below 0x21, above 0x7e, '"' or '\\'?  All eight are
 * tested at once; a byte above 0x7f keeps its highest bit in one of the terms,
 * and what a term borrows comes from a byte that is found already.
 */

static bool
njwt_thumbprint_special(uint64_t bytes)
{
    const uint64_t  ones = 0x0101010101010101;

    return (((bytes - ones * 0x21) | (bytes + ones)
             | ((bytes ^ ones * '"') - ones)
             | ((bytes ^ ones * '\\') - ones)) & ones * 0x80) != 0;
}


/* Does JSON hold this text without escapes? */

static bool
njwt_thumbprint_plain(njwt_slice_t text)
{
    size_t    i;
    uint64_t  bytes;

    for (i = 0; text.len - i >= sizeof(bytes); i += sizeof(bytes)) {
        memcpy(&bytes, text.data + i, sizeof(bytes));

        if (njwt_thumbprint_special(bytes)) {
            return false;
        }
    }

    /* the rest, behind characters that are plain */

    memset(&bytes, 'A', sizeof(bytes));

    if (text.len > i) {
        memcpy(&bytes, text.data + i, text.len - i);
    }

    return text.len > 0 && !njwt_thumbprint_special(bytes);
}


static uint8_t *
njwt_thumbprint_add(njwt_slice_t text, uint8_t *at)
{
    memcpy(at, text.data, text.len);

    return at + text.len;
}


static bool
njwt_thumbprint_of(njwt_arena_t *arena, njwt_value_t jwk,
    const njwt_thumbprint_kind_t *kind, njwt_slice_t *out)
{
    size_t         i, len, count;
    uint8_t       *text, *at;
    njwt_slice_t   values[NJWT_THUMBPRINT_MEMBERS];

    static const njwt_slice_t  end = njwt_literal("\"}");

    len = end.len;
    count = kind->count;

    for (i = 0; i < count; i++) {
        values[i] = njwt_json_string(njwt_json_member(jwk,
                                                      kind->members[i].name));

        if (!njwt_thumbprint_plain(values[i])) {
            return false;
        }

        len += kind->members[i].before.len + values[i].len;
    }

    text = njwt_arena_alloc(arena, len);

    if (text == NULL) {
        return false;
    }

    at = text;

    for (i = 0; i < count; i++) {
        at = njwt_thumbprint_add(kind->members[i].before, at);
        at = njwt_thumbprint_add(values[i], at);
    }

    (void) njwt_thumbprint_add(end, at);

    out->data = text;
    out->len = len;

    return true;
}


bool
njwt_thumbprint_text(njwt_arena_t *arena, njwt_value_t jwk, njwt_slice_t *out)
{
    size_t        i;
    njwt_slice_t  kty;

    static const njwt_slice_t  name = njwt_literal("kty");

    kty = njwt_json_string(njwt_json_member(jwk, name));

    for (i = 0; i < sizeof(njwt_thumbprint_kinds)
                    / sizeof(njwt_thumbprint_kinds[0]); i++)
    {
        if (njwt_slice_equal(kty, njwt_thumbprint_kinds[i].kty)) {
            return njwt_thumbprint_of(arena, jwk, &njwt_thumbprint_kinds[i],
                                      out);
        }
    }

    return false;
}


bool
njwt_jwk_has_private(njwt_value_t jwk)
{
    size_t        i;
    njwt_slice_t  name;
    njwt_value_t  value = { NULL };

    static const njwt_slice_t  names[] = {
        njwt_literal("d"), njwt_literal("p"), njwt_literal("q"),
        njwt_literal("dp"), njwt_literal("dq"), njwt_literal("qi"),
        njwt_literal("oth"), njwt_literal("k"), njwt_literal("priv")
    };

    /* a JWK has four members, fewer than there are names to look up */

    while (njwt_json_next(jwk, &name, &value)) {
        for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            if (njwt_slice_equal(name, names[i])) {
                return true;
            }
        }
    }

    return false;
}


bool
njwt_thumbprint_read(njwt_arena_t *arena, njwt_value_t value,
    const uint8_t **out)
{
    njwt_slice_t  text, bytes;

    text = njwt_json_string(value);

    if (text.len != njwt_b64_length(NJWT_DIGEST)
        || !njwt_b64_decode(arena, text, &bytes))
    {
        return false;
    }

    *out = bytes.data;

    return true;
}
