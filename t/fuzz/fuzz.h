/*
 * What do the fuzzers share?  An input is taken apart at its line feeds; what
 * must hold is checked with must(), which ends the run.
 */

#ifndef FUZZ_H
#define FUZZ_H


#include "njwt.h"
#include "njwt_json.h"
#include "reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define must(condition)                                                      \
    do {                                                                     \
        if (!(condition)) {                                                  \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__,       \
                    #condition);                                             \
            abort();                                                         \
        }                                                                    \
    } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static inline njwt_slice_t
fuzz_slice(const void *data, size_t len)
{
    njwt_slice_t  slice;

    slice.data = data;
    slice.len = len;

    return slice;
}


static inline njwt_slice_t
fuzz_text(const char *text)
{
    return fuzz_slice(text, strlen(text));
}


/*
 * Takes the part up to the next line feed, in memory of its own, so that a
 * read past its end is noticed.
 */

static inline njwt_slice_t
fuzz_line(const uint8_t **data, size_t *size)
{
    uint8_t        *copy;
    size_t          len;
    const uint8_t  *end;

    end = *size > 0 ? memchr(*data, '\n', *size) : NULL;
    len = end != NULL ? (size_t) (end - *data) : *size;

    /* not of ref_alloc(), which has one byte more */
    copy = malloc(len);
    must(copy != NULL || len == 0);

    if (len > 0) {
        memcpy(copy, *data, len);
    }

    *data += len + (end != NULL);
    *size -= len + (end != NULL);

    return fuzz_slice(copy, len);
}


static inline void
fuzz_free(njwt_slice_t slice)
{
    free((void *) slice.data);
}


/* Do both readings of a text agree, in every value? */

static inline void
fuzz_same(njwt_value_t got, const ref_t *want)
{
    size_t         i = 0;
    ref_t         *child;
    njwt_slice_t   name, scalar;
    njwt_value_t   value = { NULL };

    if (want == NULL) {
        must(njwt_json_type(got) == NJWT_JSON_ABSENT);
        return;
    }

    switch (njwt_json_type(got)) {

    case NJWT_JSON_OBJECT:
        must(want->type == REF_OBJECT);

        for (child = want->first; child != NULL; child = child->next) {
            must(njwt_json_next(got, &name, &value));
            must(name.len == child->name_len
                 && (name.len == 0
                     || memcmp(name.data, child->name, name.len) == 0));
            fuzz_same(value, child);
            fuzz_same(njwt_json_member(got, name), child);
        }

        must(!njwt_json_next(got, &name, &value));
        return;

    case NJWT_JSON_ARRAY:
        must(want->type == REF_ARRAY);

        for (child = want->first; child != NULL; child = child->next) {
            must(njwt_json_each(got, &value));
            must(i > 8 || njwt_json_element(got, i).node == value.node);
            fuzz_same(value, child);
            i++;
        }

        must(!njwt_json_each(got, &value));

        must(njwt_json_length(got) == i);
        return;

    case NJWT_JSON_NULL:
        must(want->type == REF_NULL);
        return;

    default:
        must(njwt_json_number(got)
             == (want->type == REF_NUMBER ? strtod((char *) want->text, NULL)
                                          : 0));
        must(njwt_json_scalar(got, &scalar));
        must(want->type != REF_NULL && want->type != REF_ARRAY
             && want->type != REF_OBJECT);
        must((njwt_json_type(got) == NJWT_JSON_STRING)
             == (want->type == REF_STRING));
        must((njwt_json_type(got) == NJWT_JSON_NUMBER)
             == (want->type == REF_NUMBER));
        must(scalar.len == want->len
             && (scalar.len == 0
                 || memcmp(scalar.data, want->text, scalar.len) == 0));
    }
}


#endif /* FUZZ_H */
