/*
 * The token that RFC 6750 means is found.  Lines are Authorization headers;
 * one that begins with "=" is a bare token.  Each text is read as base64url,
 * too, and where the memory for it fails.
 */

#include "fault.h"
#include "njwt_b64.h"
#include "njwt_bearer.h"
#include "njwt_jws.h"
#include "njwt_cached.h"

#include <strings.h>


static bool
in(uint8_t c, const char *set)
{
    return c != 0 && strchr(set, c) != NULL;
}


#define ALNUM  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


static bool
b64token(const char *text, size_t len)
{
    size_t  n = 0, k;

    while (n < len && in((uint8_t) text[n], ALNUM "-._~+/")) {
        n++;
    }

    for (k = n; k < len && text[k] == '='; k++) {
        /* void */
    }

    return n > 0 && k == len;
}


static bool
same(njwt_slice_t got, const uint8_t *want, size_t len)
{
    return got.len == len && (len == 0 || memcmp(got.data, want, len) == 0);
}


/* What is between the first two dots, if there are two? */

static void
payload(njwt_slice_t token)
{
    size_t          len = 0;
    uint8_t        *want = NULL;
    njwt_arena_t    arena;
    njwt_slice_t    got;
    const uint8_t  *first, *second = NULL;

    njwt_arena_init(&arena);
    first = memchr(token.data, '.', token.len);

    if (first != NULL) {
        len = token.len - (size_t) (++first - token.data);
        second = memchr(first, '.', len);
    }

    if (second != NULL) {
        want = ref_base64url(first, (size_t) (second - first), &len);
    }

    must(njwt_cached_payload(&arena, token, &got) == (want != NULL));
    must(want == NULL || same(got, want, len));
    must(!arena.failed);
    njwt_arena_free(&arena);
}


static void
base64url(njwt_slice_t text)
{
    bool           direct;
    size_t         len, n;
    uint8_t       *want;
    njwt_arena_t   arena;
    njwt_slice_t   got;

    njwt_arena_init(&arena);
    want = ref_base64url(text.data, text.len, &len);

    must(njwt_b64_decode(&arena, text, &got) == (want != NULL));
    must(want == NULL || same(got, want, len));
    direct = njwt_jws_direct(&arena, text);
    must(!arena.failed);
    njwt_arena_free(&arena);

    for (n = 1; n < 5; n++) {
        fault_begin(n, (text.len & 1) != 0);
        must(!njwt_b64_decode(&arena, text, &got)
             || (want != NULL && same(got, want, len)));
        must(!njwt_jws_direct(&arena, text) || direct);
        must(fault_end() || !arena.failed);
        njwt_arena_free(&arena);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t              i, found, lines = 0;
    njwt_slice_t        line[8];
    njwt_slice_t        token = { NULL, 0 }, value;
    njwt_credentials_t  credentials = { 0, { NULL, 0 } };

    if (size > 16384) {
        return 0;
    }

    found = 0;

    while (size > 0 && lines < 8) {
        value = line[lines++] = fuzz_line(&data, &size);
        base64url(value);
        payload(value);

        if (value.len > 0 && value.data[0] == '=') {
            value.data++;
            value.len--;
            njwt_bearer_bare(value, &credentials);

            if (value.len > 0) {
                found++;
                token = value;
            }

            continue;
        }

        njwt_bearer_header(value, false, &credentials);

        /* "Bearer", and then the end or what can't belong to the name */

        if (value.len < 6
            || strncasecmp((const char *) value.data, "bearer", 6) != 0
            || (value.len > 6
                && in(value.data[6], ALNUM "!#$%&'*+-.^_`|~")))
        {
            continue;
        }

        found++;
        token = fuzz_slice(value.data + 6, 0);

        if (value.len > 6 && value.data[6] == ' ') {
            for (i = 6; i < value.len && value.data[i] == ' '; i++) {
                /* void */
            }

            token = fuzz_slice(value.data + i, value.len - i);
        }
    }

    must(credentials.found == found);
    must(credentials.token.len == token.len);
    must(token.len == 0
         || memcmp(credentials.token.data, token.data, token.len) == 0);
    must(njwt_bearer_valid(credentials.token)
         == b64token((const char *) token.data, token.len));

    while (lines > 0) {
        fuzz_free(line[--lines]);
    }

    ref_forget();

    return 0;
}
