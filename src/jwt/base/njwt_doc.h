/*
 * A strict one-pass reader of JSON, for tokens (RFC 8259).
 *
 * Strings, names and numbers are slices of the text; only a string that has
 * escapes is written out.  All memory is the arena's: values live as long as
 * the arena and the text.
 */

#ifndef NJWT_DOC_H
#define NJWT_DOC_H


#include "njwt.h"


typedef enum {
    NJWT_DOC_ABSENT = 0,
    NJWT_DOC_NULL,
    NJWT_DOC_BOOLEAN,
    NJWT_DOC_NUMBER,
    NJWT_DOC_STRING,
    NJWT_DOC_ARRAY,
    NJWT_DOC_OBJECT
} njwt_doc_type_t;

/* why a text is no object that can be read in one way only */
typedef enum {
    NJWT_DOC_GOOD = 0,
    NJWT_DOC_SYNTAX,             /* UTF-8, or what stands behind it, too */
    NJWT_DOC_TOO_DEEP,
    NJWT_DOC_DUPLICATE,          /* two members of one name */
    NJWT_DOC_NUL,                /* in a member's name */
    NJWT_DOC_BEYOND_DOUBLE,
    NJWT_DOC_NO_MEMORY
} njwt_doc_error_t;

typedef struct njwt_doc_node_s  njwt_doc_node_t;

/* a value, passed by value; node NULL is "not there" */
typedef struct {
    const njwt_doc_node_t  *node;
} njwt_doc_value_t;


/*
 * Reads a text whose outermost value must be an object.  The text must live
 * as long as the arena.  Returns an absent value on anything that RFC 8259
 * doesn't allow, on invalid UTF-8, duplicate members at any depth, NUL in a
 * member's name, more than NJWT_MAX_DEPTH levels, or a number beyond a
 * double; and when arena->failed.
 */
njwt_doc_value_t njwt_doc_object(njwt_arena_t *arena, njwt_slice_t text);

/* The same; *error says why the value is absent, the first in the text. */
njwt_doc_value_t njwt_doc_read(njwt_arena_t *arena, njwt_slice_t text,
    njwt_doc_error_t *error);

/* The type of a value. */
njwt_doc_type_t njwt_doc_type(njwt_doc_value_t value);

/*
 * The member of that name; absent where there is none, or value no object.
 * Looks at one member after the other.
 */
njwt_doc_value_t njwt_doc_member(njwt_doc_value_t value, njwt_slice_t name);

/* The number of elements of an array; 0 of anything else. */
size_t njwt_doc_length(njwt_doc_value_t value);

/*
 * The element of an array; absent where there is none.  Goes over those
 * before it: a loop over all is njwt_doc_each().
 */
njwt_doc_value_t njwt_doc_element(njwt_doc_value_t value, size_t i);

/* The bytes of a string (they may hold NUL); the empty slice of others. */
njwt_slice_t njwt_doc_string(njwt_doc_value_t value);

/* The value of a number, the double next to it; 0 of others. */
double njwt_doc_number(njwt_doc_value_t value);

/*
 * The text of a string, number or boolean: a string's own bytes, a number as
 * it stands in the document.  Returns false, *out untouched, for others.
 */
bool njwt_doc_scalar(njwt_doc_value_t value, njwt_slice_t *out);

/*
 * Goes over an array's elements in their order: *element is absent before the
 * first.  Returns false at the end, and for what is no array.
 */
bool njwt_doc_each(njwt_doc_value_t array, njwt_doc_value_t *element);

/*
 * Goes over an object's members in their order: *value is absent before the
 * first.  Returns false at the end, and for what is no object.
 */
bool njwt_doc_next(njwt_doc_value_t object, njwt_slice_t *name,
    njwt_doc_value_t *value);

/*
 * The length in bytes that an array, object, number or boolean has in the
 * text; of a string what njwt_doc_string() has.
 */
size_t njwt_doc_text_length(njwt_doc_value_t value);


#endif /* NJWT_DOC_H */
