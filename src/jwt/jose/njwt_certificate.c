/*
 * A client's certificate, as the text that a server or a proxy passes on.
 */

#include "njwt_certificate.h"
#include "njwt_b64.h"
#include "njwt_pem.h"

#include <string.h>


static int
njwt_certificate_hex(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : -1;
}


/* Decodes %XX; "+" stands for itself.  False: broken coding, or no memory. */

static bool
njwt_certificate_unescape(njwt_arena_t *arena, njwt_slice_t *text)
{
    int       high, low;
    size_t    i, n;
    uint8_t  *data;

    data = njwt_arena_alloc(arena, text->len);
    if (data == NULL) {
        return false;
    }

    n = 0;

    for (i = 0; i < text->len; i++) {

        if (text->data[i] != '%') {
            data[n++] = text->data[i];
            continue;
        }

        if (text->len - i < 3) {
            return false;
        }

        high = njwt_certificate_hex(text->data[i + 1]);
        low = njwt_certificate_hex(text->data[i + 2]);

        if (high < 0 || low < 0) {
            return false;
        }

        data[n++] = (uint8_t) (high << 4 | low);
        i += 2;
    }

    text->data = data;
    text->len = n;

    return true;
}


/* RFC 9440, section 2.1: a byte sequence of RFC 8941. */

static bool
njwt_certificate_sequence(njwt_arena_t *arena, njwt_slice_t text,
    njwt_slice_t *der)
{
    if (text.len < 2 || text.data[text.len - 1] != ':') {
        return false;
    }

    text.data++;
    text.len -= 2;

    return njwt_b64_decode_any(arena, text, der, NULL, NULL);
}


static bool
njwt_certificate_pem(njwt_arena_t *arena, njwt_slice_t text,
    njwt_slice_t *der)
{
    njwt_pem_t  block;

    static const njwt_slice_t  label = njwt_literal("CERTIFICATE");

    if (memchr(text.data, '%', text.len) != NULL
        && !njwt_certificate_unescape(arena, &text))
    {
        return false;
    }

    return njwt_pem_next(&text, &block)
           && njwt_slice_equal(block.label, label)
           && njwt_pem_decode(arena, &block, der);
}


bool
njwt_certificate_digest(njwt_arena_t *arena, njwt_slice_t text,
    uint8_t *digest)
{
    bool          read;
    njwt_slice_t  der;

    if (text.len == 0 || text.len > NJWT_MAX_CERTIFICATE) {
        return false;
    }

    read = (text.data[0] == ':') ? njwt_certificate_sequence(arena, text, &der)
                                 : njwt_certificate_pem(arena, text, &der);

    return read && der.len > 0 && njwt_sha256(der, digest);
}
