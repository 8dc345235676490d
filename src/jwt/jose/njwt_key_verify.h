/*
 * The verification of each kind of signature.
 *
 * For njwt_key alone: this header shows OpenSSL's types.
 */

#ifndef NJWT_KEY_VERIFY_H
#define NJWT_KEY_VERIFY_H


#include "njwt.h"
#include "njwt_alg.h"

#include <openssl/evp.h>


/*
 * What one key needs for one algorithm, prepared, because OpenSSL would
 * otherwise look up and lock at each use.  Zeroed: not prepared yet.
 */
typedef struct {
    const njwt_alg_info_t  *info;
    EVP_PKEY_CTX           *ctx;       /* RSA and EC */
    EVP_MD                 *md;        /* all but EdDSA */
    EVP_MD_CTX             *hash;      /* RSA and EC */
} njwt_verifier_t;

typedef enum {
    NJWT_SIGNATURE_BAD = 0,
    NJWT_SIGNATURE_GOOD,
    NJWT_SIGNATURE_BROKEN              /* no memory: neither good nor bad */
} njwt_signature_t;


/* Prepares a key for an algorithm; pkey is NULL for HMAC.  False: error. */
bool njwt_verifier_prepare(njwt_verifier_t *verifier,
    const njwt_alg_info_t *info, EVP_PKEY *pkey);

/* Frees what was prepared; a zeroed verifier is allowed. */
void njwt_verifier_release(njwt_verifier_t *verifier);

/* Verifies a signature over input with a public key. */
njwt_signature_t njwt_verifier_check(njwt_verifier_t *verifier,
    EVP_PKEY *pkey, njwt_slice_t input, njwt_slice_t signature);

/* The same with a shared secret (RFC 7518, 3.2), in constant time. */
njwt_signature_t njwt_verifier_check_mac(njwt_verifier_t *verifier,
    njwt_slice_t secret, njwt_slice_t input, njwt_slice_t signature);


#endif /* NJWT_KEY_VERIFY_H */
