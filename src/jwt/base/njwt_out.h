/*
 * The JSON writer: values as text, which goes to whoever takes it.
 *
 * A comma is put where one is due.  The name of a member is a constant that
 * needs no escapes; NULL where it is an element of a list.
 */

#ifndef NJWT_OUT_H
#define NJWT_OUT_H


#include "njwt.h"


typedef struct {
    void     (*write)(void *data, const void *text, size_t len);
    void      *data;         /* the caller's */
    uint8_t    last;         /* the last byte written; 0: none yet */
} njwt_out_t;


/* An object or a list, and its end. */
void njwt_out_open(njwt_out_t *out, const char *name, char bracket);
void njwt_out_close(njwt_out_t *out, char bracket);

/* What comes before a value, which the caller writes. */
void njwt_out_name(njwt_out_t *out, const char *name);

/*
 * Somebody else's text: what would hide or turn round the text beside it is
 * escaped, too, and a byte that is no UTF-8 becomes U+FFFD.
 */
void njwt_out_string(njwt_out_t *out, const char *name, njwt_slice_t text);

/* The same, or, NULL, null. */
void njwt_out_optional(njwt_out_t *out, const char *name,
    const njwt_slice_t *text);

/* A string that is a constant, and has nothing that needs to be escaped. */
void njwt_out_word(njwt_out_t *out, const char *name, const char *word);

/* An element that is a constant with somebody else's text behind it. */
void njwt_out_prefixed(njwt_out_t *out, const char *prefix,
    njwt_slice_t text);

void njwt_out_number(njwt_out_t *out, const char *name, int64_t number);

/* Seconds, not negative, to the millisecond. */
void njwt_out_seconds(njwt_out_t *out, const char *name, double seconds);

void njwt_out_flag(njwt_out_t *out, const char *name, bool flag);
void njwt_out_null(njwt_out_t *out, const char *name);

/* A list of strings. */
void njwt_out_list(njwt_out_t *out, const char *name,
    const njwt_slice_t *texts, size_t count);


#endif /* NJWT_OUT_H */
