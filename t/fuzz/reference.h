/*
 * What would somebody else have read?  A second opinion on base64url and
 * JSON, for the fuzzers: written from RFC 4648 and RFC 8259 alone, slow and
 * simple, with nothing of the core's or of its libraries'.
 */

#ifndef REFERENCE_H
#define REFERENCE_H


#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>


typedef enum {
    REF_NULL,
    REF_TRUE,
    REF_FALSE,
    REF_NUMBER,
    REF_STRING,
    REF_ARRAY,
    REF_OBJECT
} ref_type_t;

typedef struct ref_s  ref_t;

struct ref_s {
    ref_type_t   type;
    uint8_t     *text;        /* a string's bytes, any other value's source */
    size_t       len;
    uint8_t     *name;        /* of a member */
    size_t       name_len;
    ref_t       *first;
    ref_t       *next;
};


/* Memory until ref_forget(); never fails. */
void *ref_alloc(size_t size);
void ref_forget(void);

/* The decoded bytes, or NULL: RFC 4648, section 5, no padding, strict. */
uint8_t *ref_base64url(const uint8_t *text, size_t len, size_t *out);

/* The encoded text, NUL behind it. */
char *ref_encode(const uint8_t *data, size_t len);

/*
 * The object that a text is, or NULL: RFC 8259, UTF-8, no duplicate names, no
 * NUL in a name, at most 32 levels, no number beyond a double.
 */
ref_t *ref_json(const uint8_t *text, size_t len);

/* The member of that name, or NULL. */
ref_t *ref_member(const ref_t *object, const char *name);
ref_t *ref_member_n(const ref_t *object, const uint8_t *name, size_t len);

/* Is this that string? */
bool ref_is(const ref_t *value, const char *string);

/* A string, or an array of nothing but strings? */
bool ref_strings(const ref_t *value);

/* That string, or an array that holds it? */
bool ref_holds(const ref_t *value, const char *string);


#endif /* REFERENCE_H */
