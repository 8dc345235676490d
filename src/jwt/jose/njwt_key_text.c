/*
 * A key as the text of a JWK, in one spelling (RFC 7517, section 4).
 *
 * Whatever it was read from, the same key gives the same text: in the zone, in
 * the file of state_path, and in the digest that the token cache depends on.
 */

#include "njwt_jwk.h"
#include "njwt_b64.h"
#include "njwt_out.h"

#include <string.h>

#include <openssl/core_names.h>


/* bytes of the longest number: an RSA modulus of 8192 bits */
#define NJWT_KEY_NUMBER  1024


typedef struct {
    njwt_out_t   json;
    uint8_t     *data;
    size_t       len;
    bool         broken;         /* did OpenSSL fail to give a number? */
} njwt_key_text_t;


static void
njwt_key_write(void *data, const void *bytes, size_t len)
{
    njwt_key_text_t  *text = data;

    if (len > NJWT_KEY_TEXT - text->len) {
        text->broken = true;
        return;
    }

    memcpy(text->data + text->len, bytes, len);
    text->len += len;
}


static void
njwt_key_put_bytes(njwt_key_text_t *text, const char *name,
    const uint8_t *bytes, size_t len)
{
    uint8_t       encoded[njwt_b64_length(NJWT_KEY_NUMBER) + 1];
    njwt_slice_t  slice;

    slice.data = bytes;
    slice.len = len;

    njwt_b64_encode(slice, encoded);
    encoded[njwt_b64_length(len)] = '\0';

    njwt_out_word(&text->json, name, (const char *) encoded);
}


/* Writes an integer in the fewest octets (RFC 7518, section 2). */

static void
njwt_key_put_number(njwt_key_text_t *text, const char *name, EVP_PKEY *pkey,
    const char *parameter)
{
    int      len;
    BIGNUM  *number;
    uint8_t  bytes[NJWT_KEY_NUMBER];

    number = NULL;

    if (EVP_PKEY_get_bn_param(pkey, parameter, &number) != 1
        || BN_num_bytes(number) > NJWT_KEY_NUMBER)
    {
        text->broken = true;

    } else {
        len = BN_bn2bin(number, bytes);
        njwt_key_put_bytes(text, name, bytes, (size_t) len);
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

    njwt_out_string(&text->json, "crv", key->curve->crv);
    len = sizeof(x);

    if (key->kind == NJWT_JWK_EC
        ? !njwt_public_point(key->pkey, key->curve, x, y)
        : EVP_PKEY_get_raw_public_key(key->pkey, x, &len) != 1)
    {
        text->broken = true;
        return;
    }

    njwt_key_put_bytes(text, "x", x, key->curve->bytes);

    if (key->kind == NJWT_JWK_EC) {
        njwt_key_put_bytes(text, "y", y, key->curve->bytes);
    }
}


size_t
njwt_public_text(const njwt_public_t *key, const njwt_slice_t *kid,
    const njwt_slice_t *alg, uint8_t *data)
{
    njwt_key_text_t  text = { { njwt_key_write, &text, 0 }, data, 0, false };

    njwt_out_open(&text.json, NULL, '{');
    njwt_out_string(&text.json, "kty", (key->curve != NULL)
                                       ? key->curve->kty : njwt_slice("RSA"));

    if (kid != NULL) {
        njwt_out_string(&text.json, "kid", *kid);
    }

    if (alg != NULL) {
        njwt_out_string(&text.json, "alg", *alg);
    }

    if (key->curve != NULL) {
        njwt_key_put_curve(&text, key);

    } else {
        njwt_key_put_number(&text, "n", key->pkey, OSSL_PKEY_PARAM_RSA_N);
        njwt_key_put_number(&text, "e", key->pkey, OSSL_PKEY_PARAM_RSA_E);
    }

    njwt_out_close(&text.json, '}');

    return text.broken ? 0 : text.len;
}
