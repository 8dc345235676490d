/*
 * What does a JSON text say?  One reading only (RFC 8259).
 *
 * The only door to the JSON library.  Values are borrowed from a document
 * and live as long as the arena that it was parsed into.
 */

#ifndef NJWT_JSON_H
#define NJWT_JSON_H


#include "njwt.h"


/* a value, passed by value; node NULL is "not there" */
typedef struct {
    const void         *node;
    const njwt_json_t  *document;
} njwt_value_t;

typedef enum {
    NJWT_JSON_ABSENT = 0,
    NJWT_JSON_NULL,
    NJWT_JSON_BOOLEAN,
    NJWT_JSON_NUMBER,
    NJWT_JSON_STRING,
    NJWT_JSON_ARRAY,
    NJWT_JSON_OBJECT
} njwt_json_type_t;


/*
 * Parses a text whose outermost value must be an object.  The text must live
 * as long as the arena.  Returns an absent value on anything that RFC 8259
 * doesn't allow, on invalid UTF-8, duplicate members at any depth, NUL in a
 * member's name, more than NJWT_MAX_DEPTH levels, or a number beyond a
 * double; and when arena->failed.
 */
njwt_value_t njwt_json_object(njwt_arena_t *arena, njwt_slice_t text);

/* Frees a list of documents; only njwt_arena_free() calls it. */
void njwt_json_release(njwt_json_t *documents);

/* The type of a value. */
njwt_json_type_t njwt_json_type(njwt_value_t value);

/* The member of that name; absent where there is none, or value no object. */
njwt_value_t njwt_json_member(njwt_value_t value, njwt_slice_t name);

/* The number of elements of an array; 0 of anything else. */
size_t njwt_json_length(njwt_value_t value);

/* The element of an array; absent where there is none. */
njwt_value_t njwt_json_element(njwt_value_t value, size_t i);

/* The bytes of a string (they may hold NUL); the empty slice of others. */
njwt_slice_t njwt_json_string(njwt_value_t value);

/* The value of a number; 0 of others. */
double njwt_json_number(njwt_value_t value);

/* Is this a string, or an array with nothing but strings in it? */
bool njwt_json_strings(njwt_value_t value);

/* Is this that string, or an array of which one element is that string? */
bool njwt_json_holds(njwt_value_t value, njwt_slice_t string);

/*
 * The text of a string, number or boolean: a string's own bytes, a number as
 * it stands in the document.  Returns false, *out untouched, for others.
 */
bool njwt_json_scalar(njwt_value_t value, njwt_slice_t *out);

/*
 * Goes over an object's members in their order: *at is NULL before the first.
 * Returns false at the end; *name and *value are borrowed from the document.
 */
bool njwt_json_next(njwt_value_t object, void **at, njwt_slice_t *name,
    njwt_value_t *value);

/* The length in bytes of the text that a value, not absent, came from. */
size_t njwt_json_document_length(njwt_value_t value);

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

/*
 * Writes an object as JSON with only the members named, in the order of the
 * names; absent ones are left out.  Takes room for size bytes at data.
 * Returns false, *len untouched, where that is too little; the text is never
 * longer than the one that the object came from.
 */
bool njwt_json_members(njwt_value_t object, const njwt_slice_t *names,
    size_t count, uint8_t *data, size_t size, size_t *len);


#endif /* NJWT_JSON_H */
