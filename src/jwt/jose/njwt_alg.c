/*
 * The signature algorithms.
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


_Static_assert((NJWT_ALGS_RSA | NJWT_ALGS_EC | NJWT_ALGS_OKP
                | NJWT_ALGS_HMAC)
               == (1u << NJWT_ALG_COUNT) - 1,
               "an algorithm is of no kind, or not counted: look at the sets "
               "and at the names for messages in njwt_alg.h, and at "
               "njwt_alg_kty() below");


njwt_alg_t
njwt_alg(njwt_slice_t name)
{
    size_t  i;

    if (njwt_slice_equal(name, njwt_slice("Ed25519"))) {
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
njwt_alg_secret_min(njwt_alg_t algs)
{
    size_t  i, most;

    most = 0;

    for (i = 0; i < NJWT_ALG_COUNT; i++) {
        if ((njwt_algs[i].alg & algs & NJWT_ALGS_HMAC)
            && njwt_algs[i].hash_len > most)
        {
            most = njwt_algs[i].hash_len;
        }
    }

    return most;
}


const char *
njwt_alg_kty(njwt_alg_t algs)
{
    if (algs & NJWT_ALGS_RSA) {
        return "RSA";
    }

    if (algs & NJWT_ALGS_EC) {
        return "EC";
    }

    if (algs & NJWT_ALGS_OKP) {
        return "OKP";
    }

    return (algs & NJWT_ALGS_HMAC) ? "oct" : "";
}


size_t
njwt_alg_index(const njwt_alg_info_t *info)
{
    return (size_t) (info - njwt_algs);
}
