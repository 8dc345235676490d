/*
 * Names of claims, and the values that they refer to (RFC 6901).
 *
 * A name that begins with "/" is a JSON Pointer into the payload, any other is
 * the name of a member: "https://example.com/roles" needs no escapes.
 */

#ifndef NJWT_PATH_H
#define NJWT_PATH_H


#include "njwt.h"
#include "njwt_json.h"


/*
 * Can this name a claim?  It must not be empty, and in a pointer 0 or 1 must
 * follow each "~" (section 3).
 */
bool njwt_path_valid(njwt_slice_t path);

/*
 * The value that a valid path refers to, borrowed from the document; absent if
 * there is none, and when arena->failed (an escaped name is decoded there).
 */
njwt_value_t njwt_path_find(njwt_arena_t *arena, njwt_value_t root,
    njwt_slice_t path);


#endif /* NJWT_PATH_H */
