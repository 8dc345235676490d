/*
 * What does the JSON library read, when memory may run out on the way?
 */

#include "njwt_json_load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>


#define NJWT_JSON_FLAGS                                                      \
    (JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL)

/* bytes that the library's first buffer may be too small for */
#define NJWT_JSON_LONG  12


/*
 * The library goes on where it has no memory for a byte of a string.  If that
 * was its closing quote, it looks for one behind its buffer and copies all up
 * to there; if it was a digit of an escape, it reads another escape, or ends
 * the process.  But first it asks for the copy's memory: after one refusal
 * there is none, whatever the next malloc() would give.
 */

static void *
njwt_json_take(size_t size)
{
    int    before = errno;
    void  *data;

    if (before == ENOMEM) {
        return NULL;
    }

    data = malloc(size);
    errno = (data != NULL) ? before : ENOMEM;

    return data;
}


/*
 * It takes back the byte behind a number or a word, and one that no string may
 * have, and ends the process where that isn't the last byte of its buffer: it
 * had no memory for it.  So a text with such that is long is read as the
 * second element of an array, whose first is a longer string: once that was
 * read, the buffer is large enough.  NULL data: no memory.
 */

static njwt_slice_t
njwt_json_with_room(njwt_arena_t *arena, njwt_slice_t text, size_t longest)
{
    uint8_t       *p;
    njwt_slice_t   whole;

    static const njwt_slice_t  open = njwt_literal("[\"");
    static const njwt_slice_t  comma = njwt_literal("\",");

    whole.len = open.len + longest + comma.len + text.len + 1;
    whole.data = p = njwt_arena_alloc(arena, whole.len);

    if (p != NULL) {
        memcpy(p, open.data, open.len);
        p += open.len;

        memset(p, 'x', longest);
        p += longest;

        memcpy(p, comma.data, comma.len);
        p += comma.len;

        memcpy(p, text.data, text.len);
        p[text.len] = ']';
    }

    return whole;
}


/* The text's own node: of "1],[2" the array has more, or an end too early. */

static json_t *
njwt_json_second(json_t *array)
{
    json_t  *node;

    node = (json_array_size(array) == 2) ? json_incref(json_array_get(array,
                                                                      1))
                                         : NULL;
    json_decref(array);

    return node;
}


/* Functions that somebody else has set stay: they free what they gave. */

static json_t *
njwt_json_read(njwt_slice_t text)
{
    json_t         *root;
    json_free_t     give;
    json_malloc_t   take;

    json_get_alloc_funcs(&take, &give);
    if (take == malloc && give == free) {
        json_set_alloc_funcs(njwt_json_take, free);
    }

    errno = 0;
    root = json_loadb((const char *) text.data, text.len, NJWT_JSON_FLAGS,
                      NULL);
    json_set_alloc_funcs(take, give);

    return root;
}


void *
njwt_json_load(njwt_arena_t *arena, njwt_slice_t text,
    const njwt_json_measure_t *measure)
{
    if (measure->longest < NJWT_JSON_LONG) {
        return njwt_json_read(text);
    }

    text = njwt_json_with_room(arena, text, measure->longest);

    return (text.data != NULL) ? njwt_json_second(njwt_json_read(text)) : NULL;
}
