/*
 * Which signature algorithms are there?  (RFC 7518, section 3.1)
 */

#ifndef NJWT_ALG_H
#define NJWT_ALG_H


#include "njwt.h"


/* one bit each, so that a set of them is a number; 0 is no algorithm */
typedef uint32_t  njwt_alg_t;

#define NJWT_ALG_UNKNOWN  0u
#define NJWT_ALG_RS256    (1u << 0)


/*
 * The algorithm of that name, in exactly that case; NJWT_ALG_UNKNOWN of
 * "none" and of every other text.
 */
njwt_alg_t njwt_alg(njwt_slice_t name);


#endif /* NJWT_ALG_H */
