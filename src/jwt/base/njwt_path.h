/*
 * Which value does the name of a claim mean?  (RFC 6901)
 *
 * A name that begins with "/" is a JSON Pointer into the payload, any other
 * is a member's own: "https://example.com/roles" needs no escapes.
 */

#ifndef NJWT_PATH_H
#define NJWT_PATH_H


#include "njwt.h"
#include "njwt_json.h"


/*
 * Can this name a claim?  Not when it is empty, and no pointer with a "~" that
 * neither 0 nor 1 follows (section 3).
 */
bool njwt_path_valid(njwt_slice_t path);

/*
 * The value that a valid path means, borrowed from the document; absent where
 * there is none, and when arena->failed: an escaped name is written out there.
 */
njwt_value_t njwt_path_find(njwt_arena_t *arena, njwt_value_t root,
    njwt_slice_t path);


#endif /* NJWT_PATH_H */
