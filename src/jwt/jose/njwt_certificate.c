/*
 * A client's certificate, as the text that a server or a proxy passes on.
 */

#include "njwt_certificate.h"
#include "njwt_b64.h"
#include "njwt_pem.h"
#include "njwt_url.h"

#include <string.h>


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


/* Each line but the first of nginx's $ssl_client_cert begins with a tab. */

static bool
njwt_certificate_untab(njwt_arena_t *arena, njwt_slice_t *text)
{
    size_t    i, len;
    uint8_t  *data;

    data = njwt_arena_alloc(arena, text->len);

    if (data == NULL) {
        return false;
    }

    len = 0;

    for (i = 0; i < text->len; i++) {
        if (text->data[i] != '\t') {
            data[len++] = text->data[i];
        }
    }

    text->data = data;
    text->len = len;

    return true;
}


static bool
njwt_certificate_pem(njwt_arena_t *arena, njwt_slice_t text,
    njwt_slice_t *der)
{
    njwt_pem_t  block;

    if (memchr(text.data, '%', text.len) != NULL
        && !njwt_url_decode(arena, text, false, &text))
    {
        return false;
    }

    if (memchr(text.data, '\t', text.len) != NULL
        && !njwt_certificate_untab(arena, &text))
    {
        return false;
    }

    return njwt_pem_next(&text, &block)
           && njwt_slice_equal(block.label, njwt_slice("CERTIFICATE"))
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
