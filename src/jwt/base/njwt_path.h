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
 * Is it written like a path of jq or JSONPath, ".org.id", "$.org.id" or
 * "roles[0]"?  It names a claim all the same: one that is called so.
 */
bool njwt_path_is_dotted(njwt_slice_t name);

/*
 * Writes the pointer that such a path, or one like "org.id", would be into
 * 2 * name.len + 1 bytes; returns its length.
 */
size_t njwt_path_pointer(njwt_slice_t name, uint8_t *out);

/*
 * The value that a valid path refers to, borrowed from the document; absent if
 * there is none, and when arena->failed (an escaped name is decoded there).
 */
njwt_value_t njwt_path_find(njwt_arena_t *arena, njwt_value_t root,
    njwt_slice_t path);


#endif /* NJWT_PATH_H */
