/*
 * Which signature algorithms are there?  (RFC 7518, section 3.1; RFC 8037;
 * RFC 9864)
 */

#ifndef NJWT_ALG_H
#define NJWT_ALG_H


#include "njwt.h"


/* one bit each, so that a set of them is a number; 0 is no algorithm */
typedef uint32_t  njwt_alg_t;

#define NJWT_ALG_UNKNOWN  0u

#define NJWT_ALG_RS256    (1u << 0)
#define NJWT_ALG_RS384    (1u << 1)
#define NJWT_ALG_RS512    (1u << 2)
#define NJWT_ALG_PS256    (1u << 3)
#define NJWT_ALG_PS384    (1u << 4)
#define NJWT_ALG_PS512    (1u << 5)
#define NJWT_ALG_ES256    (1u << 6)
#define NJWT_ALG_ES384    (1u << 7)
#define NJWT_ALG_ES512    (1u << 8)
#define NJWT_ALG_EDDSA    (1u << 9)
#define NJWT_ALG_HS256    (1u << 10)
#define NJWT_ALG_HS384    (1u << 11)
#define NJWT_ALG_HS512    (1u << 12)

#define NJWT_ALG_COUNT    13

/* for messages */
#define NJWT_ALG_NAMES                                                       \
    "RS256, or of RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA "    \
    "(or Ed25519) HS256 HS384 HS512"

/* what an RSA key can be for, and what a shared secret */
#define NJWT_ALGS_RSA     0x003fu
#define NJWT_ALGS_HMAC    0x1c00u


typedef enum {
    NJWT_FAMILY_PKCS1,
    NJWT_FAMILY_PSS,
    NJWT_FAMILY_ECDSA,
    NJWT_FAMILY_EDDSA,
    NJWT_FAMILY_HMAC
} njwt_family_t;

typedef struct {
    njwt_slice_t    name;
    njwt_alg_t      alg;
    njwt_family_t   family;
    const char     *hash;        /* OpenSSL's name; NULL: the scheme's own */
    size_t          hash_len;    /* bytes */
    size_t          half;        /* bytes of r and of s in an ES signature */
} njwt_alg_info_t;


/*
 * The algorithm of that name, in exactly that case; NJWT_ALG_UNKNOWN of
 * "none" and of every other text.  "Ed25519" (RFC 9864, section 2.2) is
 * another name of "EdDSA", whose only curve here is that one.
 */
njwt_alg_t njwt_alg(njwt_slice_t name);

/* All about one algorithm; NULL of NJWT_ALG_UNKNOWN and of several. */
const njwt_alg_info_t *njwt_alg_info(njwt_alg_t alg);

/* The bytes of a secret: as many as the longest hash has (RFC 7518, 3.2). */
size_t njwt_alg_secret_min(njwt_alg_t algorithms);

/* The place of one algorithm's bit, below NJWT_ALG_COUNT. */
size_t njwt_alg_index(const njwt_alg_info_t *info);


#endif /* NJWT_ALG_H */
