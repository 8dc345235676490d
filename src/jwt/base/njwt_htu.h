/*
 * Is this the URL that a DPoP proof is for (RFC 9449, section 4.2: htu)?
 *
 * Compared in RFC 3986's normal form (section 6.2.2) with the URLs by which
 * this request may have been made: an origin of the operator's, and the path
 * of the request line as it came.  What the client says of the origin, Host,
 * has no say.
 */

#ifndef NJWT_HTU_H
#define NJWT_HTU_H


#include "njwt.h"


/*
 * Why can't this be an origin: http or https, a host, perhaps a port and a
 * path that a proxy before us takes away?  NULL: it can.  Otherwise a constant
 * text to go on with after the URL.
 */
const char *njwt_htu_origin_fault(njwt_slice_t origin);

/*
 * Is this the URL of the request at one of the origins?  The target is that
 * of the request line, as it came, its path and what follows; an empty path is
 * "/".  Query and fragment are ignored in both; a user part, a byte that no
 * URL has, and broken percent-coding are refused.  Also false when
 * arena->failed.
 */
bool njwt_htu_matches(njwt_arena_t *arena, njwt_slice_t htu,
    const njwt_slice_t *origins, size_t count, njwt_slice_t target);

/*
 * The URL that a proof for this target would have to be for, at an origin: for
 * the log.  False, *out untouched: the target is none, or no memory.
 */
bool njwt_htu_expected(njwt_arena_t *arena, njwt_slice_t origin,
    njwt_slice_t target, njwt_slice_t *out);


#endif /* NJWT_HTU_H */
