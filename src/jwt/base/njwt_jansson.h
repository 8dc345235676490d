/*
 * JSON of the tenant and of the operator, as jansson reads it: key sets, the
 * issuer's metadata, a gate's status.  Not for what a client sends.
 *
 * The only door to jansson.
 */

#ifndef NJWT_JANSSON_H
#define NJWT_JANSSON_H


#include "njwt_json.h"


/*
 * Reads a text as njwt_json_object() does, by the same rules, but that it is
 * jansson which reads, and the values are all the arena's: the text may go.  A
 * number has no text but that of the double next to it.
 */
njwt_value_t njwt_jansson_object(njwt_arena_t *arena, njwt_slice_t text);

/*
 * The same, of an object or an array.  Where it is absent *line is the line
 * on which jansson stopped, the first being 1; 0: not known.
 */
njwt_value_t njwt_jansson_read(njwt_arena_t *arena, njwt_slice_t text,
    size_t *line);


#endif /* NJWT_JANSSON_H */
