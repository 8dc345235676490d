/*
 * What does the JSON library read, when memory may run out on the way?
 *
 * Only njwt_json.c asks.
 */

#ifndef NJWT_JSON_LOAD_H
#define NJWT_JSON_LOAD_H


#include "njwt.h"
#include "njwt_json_scan.h"


/*
 * Reads a text that was measured, by the library's rules: its root node, a
 * json_t that the caller owns, or NULL.  Then, if there was no memory, errno
 * is ENOMEM or the arena has failed.  The arena is for a copy of a text that
 * has long numbers or words; the node has nothing of it.
 */
void *njwt_json_load(njwt_arena_t *arena, njwt_slice_t text,
    const njwt_json_measure_t *measure);


#endif /* NJWT_JSON_LOAD_H */
