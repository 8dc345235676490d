/*
 * Which signature algorithms are there?
 */

#include "njwt_alg.h"


typedef struct {
    njwt_slice_t  name;
    njwt_alg_t    alg;
} njwt_alg_name_t;


static const njwt_alg_name_t  njwt_algs[] = {
    { njwt_literal("RS256"), NJWT_ALG_RS256 }
};


njwt_alg_t
njwt_alg(njwt_slice_t name)
{
    size_t  i;

    for (i = 0; i < sizeof(njwt_algs) / sizeof(njwt_algs[0]); i++) {
        if (njwt_slice_equal(njwt_algs[i].name, name)) {
            return njwt_algs[i].alg;
        }
    }

    return NJWT_ALG_UNKNOWN;
}
