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

/* what a reader of the text must come to, if it lost nothing */
typedef struct {
    size_t         numbers;
    size_t         bytes;       /* of all strings and names, decoded */

    /*
     * bytes of the longest number or word, or of a string up to a control
     * character
     */
    size_t         longest;
} njwt_json_measure_t;


/*
 * Measures a text, and notes where its numbers are, the first so many as the
 * table has room for.  Returns false on more than NJWT_MAX_DEPTH levels.
 * Whether the text is JSON at all is another's to say: only of JSON must the
 * measure and the places be right.
 */
bool njwt_json_scan(njwt_slice_t text, njwt_json_number_t *numbers,
    size_t room, njwt_json_measure_t *measure);

/*
 * The same with a table of all its numbers, which the arena owns.  Also false
 * of a text with a NUL in it, and when arena->failed.
 */
bool njwt_json_survey(njwt_arena_t *arena, njwt_slice_t text,
    njwt_json_number_t **numbers, njwt_json_measure_t *measure);

/*
 * Is this the value of the number, but for rounding?  False where a digit or
 * a sign was lost on the way.
 */
bool njwt_json_number_is(njwt_slice_t text, double value);


#endif /* NJWT_JSON_SCAN_H */
