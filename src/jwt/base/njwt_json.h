/*
 * JSON (RFC 8259): the reader for tokens, and the values that it returns.
 *
 * It reads in one pass and accepts what has one meaning only.  Strings, names
 * and numbers are slices of the text; only a string with escapes is copied.
 * All memory is the arena's: values live as long as the arena and the text.
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

/* why a text was refused */
typedef enum {
    NJWT_JSON_GOOD = 0,
    NJWT_JSON_SYNTAX,             /* or UTF-8, or text behind the value */
    NJWT_JSON_TOO_DEEP,
    NJWT_JSON_DUPLICATE,          /* two members of the same name */
    NJWT_JSON_NUL,                /* in a member's name */
    NJWT_JSON_BEYOND_DOUBLE,
    NJWT_JSON_NO_MEMORY
} njwt_json_error_t;

typedef struct njwt_json_node_s  njwt_json_node_t;

/* a value, passed by value; absent if node is NULL */
typedef struct {
    const njwt_json_node_t  *node;
} njwt_value_t;


/*
 * Reads a text whose outermost value must be an object.  The text must live as
 * long as the arena.  Returns an absent value on anything that RFC 8259
 * doesn't allow, on invalid UTF-8, duplicate members at any depth, NUL in a
 * member's name, more than NJWT_MAX_DEPTH levels, or a number beyond a double;
 * and when arena->failed.
 */
njwt_value_t njwt_json_object(njwt_arena_t *arena, njwt_slice_t text);

/* The same; *error is the first reason for which the value is absent. */
njwt_value_t njwt_json_read(njwt_arena_t *arena, njwt_slice_t text,
    njwt_json_error_t *error);

/* The type of a value. */
njwt_json_type_t njwt_json_type(njwt_value_t value);

/*
 * The member of that name; absent if there is none, or value is no object.
 * Looks at one member after the other.
 */
njwt_value_t njwt_json_member(njwt_value_t value, njwt_slice_t name);

/* The number of elements of an array; 0 for any other type. */
size_t njwt_json_length(njwt_value_t value);

/*
 * The i-th element of an array; absent if there is none.  Walks over those
 * before it; to visit all of them use njwt_json_each().
 */
njwt_value_t njwt_json_element(njwt_value_t value, size_t i);

/* The bytes of a string (they may hold NUL); empty for other types. */
njwt_slice_t njwt_json_string(njwt_value_t value);

/* The value of a number, as the nearest double; 0 for other types. */
double njwt_json_number(njwt_value_t value);

/*
 * The text of a string, number or boolean: a string's own bytes, a number as
 * it is written in the document.  Returns false, *out untouched, for others.
 */
bool njwt_json_scalar(njwt_value_t value, njwt_slice_t *out);

/*
 * Iterates over an array's elements in their order; begin with an absent
 * *element.  Returns false at the end, and if array is no array.
 */
bool njwt_json_each(njwt_value_t array, njwt_value_t *element);

/*
 * Iterates over an object's members in their order; begin with an absent
 * *value.  Returns false at the end, and if object is no object.
 */
bool njwt_json_next(njwt_value_t object, njwt_slice_t *name,
    njwt_value_t *value);

/* Is this a string, or an array of strings only? */
bool njwt_json_strings(njwt_value_t value);

/* Is this that string, or an array that has it as an element? */
bool njwt_json_holds(njwt_value_t value, njwt_slice_t string);

/* The index of the first of these strings that it holds; count: none. */
size_t njwt_json_held(njwt_value_t value, const njwt_slice_t *strings,
    size_t count);

/*
 * A value as text: a string's own bytes, a number as it is written in the
 * document, true or false, an object as JSON without white space, an array of
 * strings, numbers and booleans joined by commas; an array with another
 * element, or with a comma in one, as JSON.  The bytes belong to the arena or
 * the document.  Returns false, *out untouched, for null, for an absent value,
 * and when arena->failed.
 */
bool njwt_json_text(njwt_arena_t *arena, njwt_value_t value,
    njwt_slice_t *out);


#endif /* NJWT_JSON_H */
