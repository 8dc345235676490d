/*
 * Which signature algorithms are there?
 */

#include "njwt_alg.h"


#define njwt_alg_entry(name, family, hash, hash_len, half)                   \
    { njwt_literal(#name), NJWT_ALG_##name, NJWT_FAMILY_##family, hash,      \
      hash_len, half }


/* in the order of the bits */

static const njwt_alg_info_t  njwt_algs[NJWT_ALG_COUNT] = {
    njwt_alg_entry(RS256, PKCS1, "SHA256", 32, 0),
    njwt_alg_entry(RS384, PKCS1, "SHA384", 48, 0),
    njwt_alg_entry(RS512, PKCS1, "SHA512", 64, 0),
    njwt_alg_entry(PS256, PSS, "SHA256", 32, 0),
    njwt_alg_entry(PS384, PSS, "SHA384", 48, 0),
    njwt_alg_entry(PS512, PSS, "SHA512", 64, 0),
    njwt_alg_entry(ES256, ECDSA, "SHA256", 32, 32),
    njwt_alg_entry(ES384, ECDSA, "SHA384", 48, 48),
    njwt_alg_entry(ES512, ECDSA, "SHA512", 64, 66),
    { njwt_literal("EdDSA"), NJWT_ALG_EDDSA, NJWT_FAMILY_EDDSA, NULL, 0, 0 },
    njwt_alg_entry(HS256, HMAC, "SHA256", 32, 0),
    njwt_alg_entry(HS384, HMAC, "SHA384", 48, 0),
    njwt_alg_entry(HS512, HMAC, "SHA512", 64, 0)
};


njwt_alg_t
njwt_alg(njwt_slice_t name)
{
    size_t  i;

    static const njwt_slice_t  ed25519 = njwt_literal("Ed25519");

    if (njwt_slice_equal(name, ed25519)) {
        return NJWT_ALG_EDDSA;
    }

    for (i = 0; i < NJWT_ALG_COUNT; i++) {
        if (njwt_slice_equal(njwt_algs[i].name, name)) {
            return njwt_algs[i].alg;
        }
    }

    return NJWT_ALG_UNKNOWN;
}


const njwt_alg_info_t *
njwt_alg_info(njwt_alg_t alg)
{
    size_t  i;

    for (i = 0; i < NJWT_ALG_COUNT; i++) {
        if (njwt_algs[i].alg == alg) {
            return &njwt_algs[i];
        }
    }

    return NULL;
}


size_t
njwt_alg_secret_min(njwt_alg_t algorithms)
{
    if (algorithms & NJWT_ALG_HS512) {
        return 64;
    }

    return (algorithms & NJWT_ALG_HS384) ? 48 : 32;
}


size_t
njwt_alg_index(const njwt_alg_info_t *info)
{
    return (size_t) (info - njwt_algs);
}
