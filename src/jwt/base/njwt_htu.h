/*
 * The URL that a DPoP proof is for (RFC 9449, section 4.2: htu).
 *
 * It is compared, in RFC 3986's normal form (section 6.2.2), with the URLs by
 * which this request may have been made: a configured origin and the path of
 * the request line as it came.  The Host header doesn't count, since the
 * client chooses it.
 */

#ifndef NJWT_HTU_H
#define NJWT_HTU_H


#include "njwt.h"


/*
 * Why can't this URL be an origin?  One has the scheme http or https, a host,
 * and perhaps a port and a path that a proxy before us removes.  Returns NULL
 * if it can be one, otherwise the constant rest of a sentence that begins with
 * the URL.
 */
const char *njwt_htu_origin_fault(njwt_slice_t origin);

/*
 * Is htu the URL of the request at one of the origins?  The target is that of
 * the request line as it came, path and query; an empty path is "/".  Query
 * and fragment are ignored in both; a user part, a byte that no URL may hold
 * and broken percent-coding are refused.  Also false when arena->failed.
 */
bool njwt_htu_matches(njwt_arena_t *arena, njwt_slice_t htu,
    const njwt_slice_t *origins, size_t count, njwt_slice_t target);

/*
 * The URL that a proof for this target must name at this origin, for the log.
 * False, *out untouched: the target has no path, or there is no memory.
 */
bool njwt_htu_expected(njwt_arena_t *arena, njwt_slice_t origin,
    njwt_slice_t target, njwt_slice_t *out);


#endif /* NJWT_HTU_H */
