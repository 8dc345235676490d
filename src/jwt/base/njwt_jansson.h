/*
 * JSON from the authorization server and the operator, read by jansson: key
 * sets, metadata, the status of a gate.  Not for what a client sends.
 *
 * Only njwt_jansson.c includes jansson's header.
 */

#ifndef NJWT_JANSSON_H
#define NJWT_JANSSON_H


#include "njwt_json.h"


/*
 * Reads a text by the rules of njwt_json_object(), but with jansson; all
 * values belong to the arena, so that the text may be freed.  The text of a
 * number is that of the nearest double.
 */
njwt_value_t njwt_jansson_object(njwt_arena_t *arena, njwt_slice_t text);

/*
 * The same for an object or an array.  When the result is absent, *line is the
 * line at which jansson stopped, counted from 1, or 0 if it isn't known.
 */
njwt_value_t njwt_jansson_read(njwt_arena_t *arena, njwt_slice_t text,
    size_t *line);


#endif /* NJWT_JANSSON_H */
