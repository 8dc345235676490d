/*
 * JSON: the reader for tokens, and the values of what was read (RFC 8259).
 *
 * One pass, one reading.  Strings, names and numbers are slices of the text;
 * only a string that has escapes is written out.  All memory is the arena's:
 * values live as long as the arena and the text.
 */

#ifndef NJWT_JSON_H
#define NJWT_JSON_H


#include "njwt.h"


typedef enum {
    NJWT_JSON_ABSENT = 0,
    NJWT_JSON_NULL,
    NJWT_JSON_BOOLEAN,
    NJWT_JSON_NUMBER,
    NJWT_JSON_STRING,
    NJWT_JSON_ARRAY,
    NJWT_JSON_OBJECT
} njwt_json_type_t;

/* why a text is no object that can be read in one way only */
typedef enum {
    NJWT_JSON_GOOD = 0,
    NJWT_JSON_SYNTAX,             /* UTF-8, or what stands behind it, too */
    NJWT_JSON_TOO_DEEP,
    NJWT_JSON_DUPLICATE,          /* two members of one name */
    NJWT_JSON_NUL,                /* in a member's name */
    NJWT_JSON_BEYOND_DOUBLE,
    NJWT_JSON_NO_MEMORY
} njwt_json_error_t;

typedef struct njwt_json_node_s  njwt_json_node_t;

/* a value, passed by value; node NULL is "not there" */
typedef struct {
    const njwt_json_node_t  *node;
} njwt_value_t;


/*
 * Reads a text whose outermost value must be an object.  The text must live
 * as long as the arena.  Returns an absent value on anything that RFC 8259
 * doesn't allow, on invalid UTF-8, duplicate members at any depth, NUL in a
 * member's name, more than NJWT_MAX_DEPTH levels, or a number beyond a
 * double; and when arena->failed.
 */
njwt_value_t njwt_json_object(njwt_arena_t *arena, njwt_slice_t text);

/* The same; *error says why the value is absent, the first in the text. */
njwt_value_t njwt_json_read(njwt_arena_t *arena, njwt_slice_t text,
    njwt_json_error_t *error);

/* The type of a value. */
njwt_json_type_t njwt_json_type(njwt_value_t value);

/*
 * The member of that name; absent where there is none, or value no object.
 * Looks at one member after the other.
 */
njwt_value_t njwt_json_member(njwt_value_t value, njwt_slice_t name);

/* The number of elements of an array; 0 of anything else. */
size_t njwt_json_length(njwt_value_t value);

/*
 * The element of an array; absent where there is none.  Goes over those
 * before it: a loop over all is njwt_json_each().
 */
njwt_value_t njwt_json_element(njwt_value_t value, size_t i);

/* The bytes of a string (they may hold NUL); the empty slice of others. */
njwt_slice_t njwt_json_string(njwt_value_t value);

/* The value of a number, the double next to it; 0 of others. */
double njwt_json_number(njwt_value_t value);

/*
 * The text of a string, number or boolean: a string's own bytes, a number as
 * it stands in the document.  Returns false, *out untouched, for others.
 */
bool njwt_json_scalar(njwt_value_t value, njwt_slice_t *out);

/*
 * Goes over an array's elements in their order: *element is absent before the
 * first.  Returns false at the end, and for what is no array.
 */
bool njwt_json_each(njwt_value_t array, njwt_value_t *element);

/*
 * Goes over an object's members in their order: *value is absent before the
 * first.  Returns false at the end, and for what is no object.
 */
bool njwt_json_next(njwt_value_t object, njwt_slice_t *name,
    njwt_value_t *value);

/* Is this a string, or an array with nothing but strings in it? */
bool njwt_json_strings(njwt_value_t value);

/* Is this that string, or an array of which one element is that string? */
bool njwt_json_holds(njwt_value_t value, njwt_slice_t string);

/*
 * A value as text: a string's own bytes, a number as it stands in the text,
 * true or false, an object as JSON without white space, an array of strings,
 * numbers and booleans joined by commas; an array with another element, or
 * with a comma in one, as JSON.  The bytes belong to the arena or the
 * document.  Returns false, *out untouched, for null, for an absent value,
 * and when arena->failed.
 */
bool njwt_json_text(njwt_arena_t *arena, njwt_value_t value,
    njwt_slice_t *out);


#endif /* NJWT_JSON_H */
