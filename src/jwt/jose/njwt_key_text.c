/*
 * A key as the text of a JWK, in one spelling (RFC 7517, section 4).
 *
 * Whatever it was read from, the same key gives the same text: in the zone, in
 * the file of state_path, and in the digest that the token cache depends on.
 */

#include "njwt_jwk.h"
#include "njwt_b64.h"

#include <string.h>

#include <openssl/core_names.h>


/* bytes of the longest number: an RSA modulus of 8192 bits */
#define NJWT_KEY_NUMBER  1024


typedef struct {
    uint8_t  *start;
    uint8_t  *end;
    bool      broken;            /* did OpenSSL fail to give a number? */
} njwt_key_text_t;


static void
njwt_key_put(njwt_key_text_t *text, njwt_slice_t piece)
{
    memcpy(text->end, piece.data, piece.len);
    text->end += piece.len;
}


/* Writes a member's name, which needs no escapes, and text before it. */

static void
njwt_key_put_name(njwt_key_text_t *text, const char *name, size_t len)
{
    njwt_slice_t  piece;

    static const njwt_slice_t  open = njwt_literal("{\"");
    static const njwt_slice_t  next = njwt_literal(",\"");
    static const njwt_slice_t  colon = njwt_literal("\":\"");

    piece.data = (const uint8_t *) name;
    piece.len = len;

    njwt_key_put(text, (text->end == text->start) ? open : next);
    njwt_key_put(text, piece);
    njwt_key_put(text, colon);
}


#define njwt_key_name(text, name)                                            \
    njwt_key_put_name(text, name, sizeof(name) - 1)


static void
njwt_key_quote(njwt_key_text_t *text)
{
    *text->end++ = '"';
}


/* Writes a string with the escapes that JSON needs (RFC 8259, section 7). */

static void
njwt_key_put_string(njwt_key_text_t *text, njwt_slice_t string)
{
    size_t   i;
    uint8_t  c;

    static const char          hex[] = "0123456789abcdef";
    static const njwt_slice_t  control = njwt_literal("\\u00");

    for (i = 0; i < string.len; i++) {
        c = string.data[i];

        if (c < 0x20) {
            njwt_key_put(text, control);
            *text->end++ = (uint8_t) hex[c >> 4];
            *text->end++ = (uint8_t) hex[c & 0xf];
            continue;
        }

        if (c == '"' || c == '\\') {
            *text->end++ = '\\';
        }

        *text->end++ = c;
    }

    njwt_key_quote(text);
}


static void
njwt_key_put_bytes(njwt_key_text_t *text, const uint8_t *bytes, size_t len)
{
    njwt_slice_t  slice;

    slice.data = bytes;
    slice.len = len;

    njwt_b64_encode(slice, text->end);
    text->end += njwt_b64_length(len);

    njwt_key_quote(text);
}


/* Writes an integer in the fewest octets (RFC 7518, section 2). */

static void
njwt_key_put_number(njwt_key_text_t *text, EVP_PKEY *pkey, const char *name)
{
    int      len;
    BIGNUM  *number;
    uint8_t  bytes[NJWT_KEY_NUMBER];

    number = NULL;

    if (EVP_PKEY_get_bn_param(pkey, name, &number) != 1
        || BN_num_bytes(number) > NJWT_KEY_NUMBER)
    {
        text->broken = true;

    } else {
        len = BN_bn2bin(number, bytes);
        njwt_key_put_bytes(text, bytes, (size_t) len);
    }

    BN_free(number);
}


bool
njwt_public_point(EVP_PKEY *pkey, const njwt_jwk_curve_t *curve, uint8_t *x,
    uint8_t *y)
{
    int      bytes;
    bool     got;
    BIGNUM  *a, *b;

    a = NULL;
    b = NULL;
    bytes = (int) curve->bytes;

    got = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_X, &a) == 1
          && EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &b) == 1
          && BN_bn2binpad(a, x, bytes) == bytes
          && BN_bn2binpad(b, y, bytes) == bytes;

    BN_free(a);
    BN_free(b);

    return got;
}


static void
njwt_key_put_curve(njwt_key_text_t *text, const njwt_public_t *key)
{
    size_t   len;
    uint8_t  x[NJWT_EC_MAX_BYTES], y[NJWT_EC_MAX_BYTES];

    njwt_key_name(text, "crv");
    njwt_key_put_string(text, key->curve->crv);

    len = sizeof(x);

    if (key->kind == NJWT_JWK_EC
        ? !njwt_public_point(key->pkey, key->curve, x, y)
        : EVP_PKEY_get_raw_public_key(key->pkey, x, &len) != 1)
    {
        text->broken = true;
        return;
    }

    njwt_key_name(text, "x");
    njwt_key_put_bytes(text, x, key->curve->bytes);

    if (key->kind == NJWT_JWK_EC) {
        njwt_key_name(text, "y");
        njwt_key_put_bytes(text, y, key->curve->bytes);
    }
}


static void
njwt_key_put_rsa(njwt_key_text_t *text, const njwt_public_t *key)
{
    njwt_key_name(text, "n");
    njwt_key_put_number(text, key->pkey, OSSL_PKEY_PARAM_RSA_N);

    njwt_key_name(text, "e");
    njwt_key_put_number(text, key->pkey, OSSL_PKEY_PARAM_RSA_E);
}


size_t
njwt_public_text(const njwt_public_t *key, const njwt_slice_t *kid,
    const njwt_slice_t *alg, uint8_t *data)
{
    njwt_key_text_t  text;

    static const njwt_slice_t  rsa = njwt_literal("RSA");

    text.start = data;
    text.end = data;
    text.broken = false;

    njwt_key_name(&text, "kty");
    njwt_key_put_string(&text, (key->curve != NULL) ? key->curve->kty : rsa);

    if (kid != NULL) {
        njwt_key_name(&text, "kid");
        njwt_key_put_string(&text, *kid);
    }

    if (alg != NULL) {
        njwt_key_name(&text, "alg");
        njwt_key_put_string(&text, *alg);
    }

    if (key->curve != NULL) {
        njwt_key_put_curve(&text, key);

    } else {
        njwt_key_put_rsa(&text, key);
    }

    *text.end++ = '}';

    return text.broken ? 0 : (size_t) (text.end - text.start);
}
