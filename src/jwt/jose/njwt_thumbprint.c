/*
 * The thumbprint of a JWK.
 */

#include "njwt_thumbprint.h"
#include "njwt_b64.h"

#include <string.h>


#define NJWT_THUMBPRINT_MEMBERS  4


/* the required members of a kind, in lexicographic order */
typedef struct {
    njwt_slice_t  kty;
    njwt_slice_t  names[NJWT_THUMBPRINT_MEMBERS];
} njwt_thumbprint_kind_t;


static const njwt_thumbprint_kind_t  njwt_thumbprint_kinds[] = {
    { njwt_literal("EC"),
      { njwt_literal("crv"), njwt_literal("kty"), njwt_literal("x"),
        njwt_literal("y") } },
    { njwt_literal("RSA"),
      { njwt_literal("e"), njwt_literal("kty"), njwt_literal("n") } },
    { njwt_literal("OKP"),
      { njwt_literal("crv"), njwt_literal("kty"), njwt_literal("x") } }
};


/* Does JSON hold this text without escapes? */

static bool
njwt_thumbprint_plain(njwt_slice_t text)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {
        if (text.data[i] <= 0x20 || text.data[i] >= 0x7f
            || text.data[i] == '"' || text.data[i] == '\\')
        {
            return false;
        }
    }

    return text.len > 0;
}


static void
njwt_thumbprint_add(njwt_slice_t text, uint8_t **at)
{
    memcpy(*at, text.data, text.len);
    *at += text.len;
}


static bool
njwt_thumbprint_of(njwt_arena_t *arena, njwt_hasher_t *hasher,
    njwt_value_t jwk, const njwt_slice_t *names, uint8_t *out)
{
    size_t         i, n, len;
    uint8_t       *text, *at;
    njwt_slice_t   values[NJWT_THUMBPRINT_MEMBERS], whole;

    static const njwt_slice_t  begin = njwt_literal("{\"");
    static const njwt_slice_t  next = njwt_literal(",\"");
    static const njwt_slice_t  colon = njwt_literal("\":\"");
    static const njwt_slice_t  quote = njwt_literal("\"");
    static const njwt_slice_t  end = njwt_literal("}");

    len = end.len;

    for (n = 0; n < NJWT_THUMBPRINT_MEMBERS && names[n].len > 0; n++) {
        values[n] = njwt_json_string(njwt_json_member(jwk, names[n]));

        if (!njwt_thumbprint_plain(values[n])) {
            return false;
        }

        len += begin.len + names[n].len + colon.len + values[n].len
               + quote.len;
    }

    text = njwt_arena_alloc(arena, len);

    if (text == NULL) {
        return false;
    }

    at = text;

    for (i = 0; i < n; i++) {
        njwt_thumbprint_add((i == 0) ? begin : next, &at);
        njwt_thumbprint_add(names[i], &at);
        njwt_thumbprint_add(colon, &at);
        njwt_thumbprint_add(values[i], &at);
        njwt_thumbprint_add(quote, &at);
    }

    njwt_thumbprint_add(end, &at);

    whole.data = text;
    whole.len = (size_t) (at - text);

    if (!njwt_hasher_sha256(hasher, whole, out)) {
        arena->failed = true;
        return false;
    }

    return true;
}


bool
njwt_thumbprint(njwt_arena_t *arena, njwt_hasher_t *hasher, njwt_value_t jwk,
    uint8_t *out)
{
    size_t        i;
    njwt_slice_t  kty;

    static const njwt_slice_t  name = njwt_literal("kty");

    kty = njwt_json_string(njwt_json_member(jwk, name));

    for (i = 0; i < sizeof(njwt_thumbprint_kinds)
                    / sizeof(njwt_thumbprint_kinds[0]); i++)
    {
        if (njwt_slice_equal(kty, njwt_thumbprint_kinds[i].kty)) {
            return njwt_thumbprint_of(arena, hasher, jwk,
                                      njwt_thumbprint_kinds[i].names, out);
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
