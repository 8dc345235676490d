/*
 * How deep is a JSON text, and where does each of its numbers lie?
 */

#ifndef NJWT_JSON_SCAN_H
#define NJWT_JSON_SCAN_H


#include "njwt.h"


typedef struct {
    njwt_slice_t   text;
    double         value;       /* for the one who reads it */
} njwt_json_number_t;


/*
 * Counts the numbers of a text, and notes where they are when a table is
 * given that has room for all.  Returns false on more than NJWT_MAX_DEPTH
 * levels.  Whether the text is JSON at all is another's to say: only of JSON
 * must the count and the places be right.
 */
bool njwt_json_scan(njwt_slice_t text, njwt_json_number_t *numbers,
    size_t *count);


#endif /* NJWT_JSON_SCAN_H */
