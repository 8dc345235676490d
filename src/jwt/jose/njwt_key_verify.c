/*
 * The verification of each kind of signature.
 */

#include "njwt_key_verify.h"
#include "njwt_hash.h"

#include <errno.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>


/* bytes of two P-521 integers and of the DER around them */
#define NJWT_ECDSA_DER_MAX  160


static bool
njwt_verifier_padding(EVP_PKEY_CTX *ctx, const njwt_alg_info_t *info)
{
    if (info->family == NJWT_FAMILY_PKCS1) {
        return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
    }

    /* RFC 7518, section 3.5: the salt is as long as the hash */

    return info->family != NJWT_FAMILY_PSS
           || (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1
               && EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST)
                  == 1);
}


bool
njwt_verifier_prepare(njwt_verifier_t *verifier, const njwt_alg_info_t *info,
    EVP_PKEY *pkey)
{
    verifier->info = info;

    if (info->family == NJWT_FAMILY_EDDSA) {
        return true;
    }

    verifier->md = EVP_MD_fetch(NULL, info->hash, NULL);

    if (verifier->md == NULL || info->family == NJWT_FAMILY_HMAC) {
        return verifier->md != NULL;
    }

    verifier->ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    verifier->hash = EVP_MD_CTX_new();

    return verifier->ctx != NULL
           && verifier->hash != NULL
           && EVP_DigestInit_ex(verifier->hash, verifier->md, NULL) == 1
           && EVP_PKEY_verify_init(verifier->ctx) == 1
           && njwt_verifier_padding(verifier->ctx, info)
           && EVP_PKEY_CTX_set_signature_md(verifier->ctx, verifier->md) == 1;
}


void
njwt_verifier_release(njwt_verifier_t *verifier)
{
    EVP_PKEY_CTX_free(verifier->ctx);
    EVP_MD_CTX_free(verifier->hash);
    EVP_MD_free(verifier->md);

    verifier->info = NULL;
    verifier->hash = NULL;
    verifier->ctx = NULL;
    verifier->md = NULL;
}


/*
 * Writes a positive integer as DER: without leading zeros, except the one that
 * is needed before a first bit of 1.  Returns the position behind it.
 */

static uint8_t *
njwt_verifier_der_integer(const uint8_t *bytes, size_t len, uint8_t *der)
{
    while (len > 1 && *bytes == 0) {
        bytes++;
        len--;
    }

    *der++ = V_ASN1_INTEGER;
    *der++ = (uint8_t) (len + (*bytes >> 7));

    if (*bytes >> 7) {
        *der++ = 0;
    }

    memcpy(der, bytes, len);

    return der + len;
}


/*
 * Converts r and s, side by side and each of exactly the curve's size (RFC
 * 7518, section 3.4), to the DER that OpenSSL reads.  Returns its length, or 0
 * if the signature has another length.
 */

static size_t
njwt_verifier_der(const njwt_alg_info_t *info, njwt_slice_t signature,
    uint8_t *der)
{
    size_t   len;
    uint8_t  integers[NJWT_ECDSA_DER_MAX], *p;

    if (signature.len != 2 * info->half) {
        return 0;
    }

    p = njwt_verifier_der_integer(signature.data, info->half, integers);
    p = njwt_verifier_der_integer(signature.data + info->half, info->half, p);
    len = (size_t) (p - integers);
    p = der;

    *p++ = V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED;

    if (len >= 0x80) {
        *p++ = 0x81;      /* the length follows in the next byte: P-521 */
    }

    *p++ = (uint8_t) len;
    memcpy(p, integers, len);

    return (size_t) (p - der) + len;
}


static int
njwt_verifier_digest(njwt_verifier_t *verifier, njwt_slice_t input,
    njwt_slice_t signature)
{
    uint8_t   hash[EVP_MAX_MD_SIZE], der[NJWT_ECDSA_DER_MAX];
    unsigned  len;

    /*
     * with a NULL digest OpenSSL keeps the one that was set, without a look-up
     */

    if (EVP_DigestInit_ex(verifier->hash, NULL, NULL) != 1
        || EVP_DigestUpdate(verifier->hash, input.data, input.len) != 1
        || EVP_DigestFinal_ex(verifier->hash, hash, &len) != 1)
    {
        errno = ENOMEM;
        return 0;
    }

    if (verifier->info->family == NJWT_FAMILY_ECDSA) {
        signature.len = njwt_verifier_der(verifier->info, signature, der);
        signature.data = der;

        if (signature.len == 0) {
            return 0;
        }
    }

    return EVP_PKEY_verify(verifier->ctx, signature.data, signature.len,
                           hash, len);
}


/* Ed25519 hashes the message itself (RFC 8037, section 3.1). */

static int
njwt_verifier_eddsa(EVP_PKEY *pkey, njwt_slice_t input,
    njwt_slice_t signature)
{
    int          verified;
    EVP_MD_CTX  *ctx;

    verified = 0;
    ctx = EVP_MD_CTX_new();

    if (ctx == NULL
        || EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) != 1)
    {
        errno = ENOMEM;

    } else {
        verified = EVP_DigestVerify(ctx, signature.data, signature.len,
                                    input.data, input.len);
    }

    EVP_MD_CTX_free(ctx);

    return verified;
}


static njwt_signature_t
njwt_verifier_result(int verified)
{
    if (verified == 1) {
        return NJWT_SIGNATURE_GOOD;
    }

    return (errno == ENOMEM) ? NJWT_SIGNATURE_BROKEN : NJWT_SIGNATURE_BAD;
}


njwt_signature_t
njwt_verifier_check(njwt_verifier_t *verifier, EVP_PKEY *pkey,
    njwt_slice_t input, njwt_slice_t signature)
{
    int  verified;

    /* errors of a bad signature would show up in nginx's own TLS messages */

    (void) ERR_set_mark();
    errno = 0;

    if (verifier->info->family == NJWT_FAMILY_EDDSA) {
        verified = njwt_verifier_eddsa(pkey, input, signature);

    } else {
        verified = njwt_verifier_digest(verifier, input, signature);
    }

    (void) ERR_pop_to_mark();

    return njwt_verifier_result(verified);
}


njwt_signature_t
njwt_verifier_check_mac(njwt_verifier_t *verifier, njwt_slice_t secret,
    njwt_slice_t input, njwt_slice_t signature)
{
    bool      made;
    uint8_t   mac[EVP_MAX_MD_SIZE];
    unsigned  len;

    len = 0;

    (void) ERR_set_mark();

    made = HMAC(verifier->md, secret.data, (int) secret.len, input.data,
                input.len, mac, &len)
           != NULL;

    (void) ERR_pop_to_mark();

    if (!made) {
        return NJWT_SIGNATURE_BROKEN;
    }

    /* the length is public; how much of the MAC is right is not */

    if (signature.len != len
        || !njwt_equal_secret(mac, signature.data, len))
    {
        return NJWT_SIGNATURE_BAD;
    }

    return NJWT_SIGNATURE_GOOD;
}
