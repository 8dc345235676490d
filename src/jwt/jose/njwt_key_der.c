/*
 * Public keys in DER structures.
 *
 * A certificate is merely an envelope here: its dates, its issuer and its
 * purpose don't count.  The key in it is trusted because of who sent it.
 */

#include "njwt_jwk.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>


static EVP_PKEY *
njwt_der_certificate(njwt_slice_t der)
{
    X509           *certificate;
    EVP_PKEY       *pkey;
    const uint8_t  *p;

    p = der.data;
    certificate = d2i_X509(NULL, &p, (long) der.len);

    if (certificate == NULL) {
        return NULL;
    }

    pkey = (p == der.data + der.len) ? X509_get_pubkey(certificate) : NULL;
    X509_free(certificate);

    return pkey;
}


static EVP_PKEY *
njwt_der_read(njwt_der_t form, njwt_slice_t der)
{
    EVP_PKEY       *pkey;
    const uint8_t  *p;

    if (form == NJWT_DER_CERTIFICATE) {
        return njwt_der_certificate(der);
    }

    p = der.data;
    pkey = (form == NJWT_DER_RSA)
           ? d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, (long) der.len)
           : d2i_PUBKEY(NULL, &p, (long) der.len);

    if (pkey != NULL && p != der.data + der.len) {
        EVP_PKEY_free(pkey);
        return NULL;
    }

    return pkey;
}


static EVP_PKEY *
njwt_der_rsa(EVP_PKEY *read, const char **why)
{
    BIGNUM    *n, *e;
    EVP_PKEY  *pkey;

    n = NULL;
    e = NULL;
    pkey = NULL;
    *why = "OpenSSL refuses it";

    if (EVP_PKEY_get_bn_param(read, OSSL_PKEY_PARAM_RSA_N, &n) == 1
        && EVP_PKEY_get_bn_param(read, OSSL_PKEY_PARAM_RSA_E, &e) == 1)
    {
        pkey = njwt_public_rsa(n, e, why);
    }

    BN_free(n);
    BN_free(e);

    return pkey;
}


static EVP_PKEY *
njwt_der_ec(EVP_PKEY *read, const njwt_jwk_curve_t *curve, const char **why)
{
    uint8_t  x[NJWT_EC_MAX_BYTES], y[NJWT_EC_MAX_BYTES];

    *why = "OpenSSL refuses it";

    return njwt_public_point(read, curve, x, y)
           ? njwt_public_ec(curve, x, y, why) : NULL;
}


static EVP_PKEY *
njwt_der_okp(EVP_PKEY *read, const njwt_jwk_curve_t *curve, const char **why)
{
    size_t   len;
    uint8_t  x[NJWT_EC_MAX_BYTES];

    len = sizeof(x);
    *why = "OpenSSL refuses it";

    return EVP_PKEY_get_raw_public_key(read, x, &len) == 1
           && len == curve->bytes
           ? njwt_public_okp(curve, x, why) : NULL;
}


/* The kind of the key; OTHER if it isn't supported. */

static njwt_jwk_kind_t
njwt_der_kind(EVP_PKEY *read, const njwt_jwk_curve_t **curve)
{
    char    group[64];
    size_t  len;

    *curve = NULL;

    switch (EVP_PKEY_get_base_id(read)) {

    case EVP_PKEY_RSA:
        return NJWT_JWK_RSA;

    case EVP_PKEY_ED25519:
        *curve = njwt_jwk_curve(SN_ED25519);
        break;

    case EVP_PKEY_EC:
        if (EVP_PKEY_get_group_name(read, group, sizeof(group), &len) == 1) {
            *curve = njwt_jwk_curve(group);
        }

        break;
    }

    return (*curve != NULL) ? njwt_jwk_curve_kind(*curve) : NJWT_JWK_OTHER;
}


bool
njwt_der_public(njwt_der_t form, njwt_slice_t der, njwt_public_t *key,
    const char **why)
{
    EVP_PKEY  *read;

    key->pkey = NULL;
    *why = (form == NJWT_DER_CERTIFICATE)
           ? "its certificate can't be read"
           : "it can't be read as a public key";

    read = njwt_der_read(form, der);

    if (read == NULL) {
        return false;
    }

    key->kind = njwt_der_kind(read, &key->curve);

    switch (key->kind) {

    case NJWT_JWK_RSA:
        key->pkey = njwt_der_rsa(read, why);
        break;

    case NJWT_JWK_EC:
        key->pkey = njwt_der_ec(read, key->curve, why);
        break;

    case NJWT_JWK_OKP:
        key->pkey = njwt_der_okp(read, key->curve, why);
        break;

    default:
        *why = "a kind of key that the gate doesn't verify with";
    }

    EVP_PKEY_free(read);

    return key->pkey != NULL;
}
