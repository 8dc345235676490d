/*
 * Which public key does a JWK describe, and what is it for?  (RFC 7517)
 *
 * For njwt_key alone: it shows the crypto library's types.
 */

#ifndef NJWT_KEY_JWK_H
#define NJWT_KEY_JWK_H


#include "njwt.h"
#include "njwt_alg.h"
#include "njwt_json.h"

#include <openssl/evp.h>


/* Is the key for verifying signatures, as far as it says (4.2, 4.3)? */
bool njwt_jwk_for_signatures(njwt_value_t jwk);

/* The algorithms that "kty" and the key's own "alg" leave; 0: none. */
njwt_alg_t njwt_jwk_algs(njwt_value_t jwk);

/*
 * The RSA key of "n" and "e" (RFC 7518, section 6.3.1), which the caller
 * frees.  Returns NULL and a constant text of what is wrong.
 */
EVP_PKEY *njwt_jwk_rsa(njwt_arena_t *scratch, njwt_value_t jwk,
    const char **why);


#endif /* NJWT_KEY_JWK_H */
