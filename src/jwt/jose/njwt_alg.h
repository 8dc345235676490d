/*
 * The signature algorithms (RFC 7518, section 3.1; RFC 8037; RFC 9864).
 */

#ifndef NJWT_ALG_H
#define NJWT_ALG_H


#include "njwt.h"


/* one bit each, so that a set of them is a number; 0 is none */
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

/* what a key of each kind can be for, and what a shared secret */
#define NJWT_ALGS_RSA                                                        \
    (NJWT_ALG_RS256|NJWT_ALG_RS384|NJWT_ALG_RS512                            \
     |NJWT_ALG_PS256|NJWT_ALG_PS384|NJWT_ALG_PS512)
#define NJWT_ALGS_EC      (NJWT_ALG_ES256|NJWT_ALG_ES384|NJWT_ALG_ES512)
#define NJWT_ALGS_OKP     NJWT_ALG_EDDSA
#define NJWT_ALGS_HMAC    (NJWT_ALG_HS256|NJWT_ALG_HS384|NJWT_ALG_HS512)

/* for messages: those for tokens, and those for the proofs of clients */
#define NJWT_ALG_NAMES                                                       \
    "RS256, or one of " NJWT_ALG_NAMES_RSA " ES256 " NJWT_ALG_NAMES_CURVES   \
    " (or Ed25519) HS256 HS384 HS512"
#define NJWT_ALG_NAMES_PROOF                                                 \
    "ES256, or one of " NJWT_ALG_NAMES_CURVES " RS256 " NJWT_ALG_NAMES_RSA

/* but for the one that each of these lists begins with */
#define NJWT_ALG_NAMES_RSA     "RS384 RS512 PS256 PS384 PS512"
#define NJWT_ALG_NAMES_CURVES  "ES384 ES512 EdDSA"


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
    const char     *hash;        /* OpenSSL's name; NULL: part of the scheme */
    size_t          hash_len;    /* bytes */
    size_t          half;        /* bytes of r and of s in an ES signature */
} njwt_alg_info_t;


/*
 * The algorithm of that name, in exactly that case; NJWT_ALG_UNKNOWN for
 * "none" and for any other text.  "Ed25519" (RFC 9864, section 2.2) is another
 * name of "EdDSA", of which Ed25519 is the only curve supported here.
 */
njwt_alg_t njwt_alg(njwt_slice_t name);

/*
 * The properties of one algorithm; NULL for NJWT_ALG_UNKNOWN and for several.
 */
const njwt_alg_info_t *njwt_alg_info(njwt_alg_t alg);

/*
 * How many bytes a secret has at least that these are used with: as many as
 * the longest of their hashes (RFC 7518, section 3.2).  0: none is an HS*.
 */
size_t njwt_alg_secret_min(njwt_alg_t algs);

/* The "kty" of a key for these (RFC 7518, section 6.1); "": of none. */
const char *njwt_alg_kty(njwt_alg_t algs);

/* The index of an algorithm's bit, below NJWT_ALG_COUNT. */
size_t njwt_alg_index(const njwt_alg_info_t *info);


#endif /* NJWT_ALG_H */
