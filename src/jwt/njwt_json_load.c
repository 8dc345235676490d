/*
 * What does the JSON library read, when memory may run out on the way?
 */

#include "njwt_json_load.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include <jansson.h>


#define NJWT_JSON_FLAGS                                                      \
    (JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL)

/* bytes of a number that the library's first buffer may be too small for */
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
 * The same where a number is long: over a digit of that which it had no memory
 * for the library ends the process, unless it gets memory for the next one.
 * So only nothing smaller may be had than what was refused, as the copy's
 * memory is; errno keeps how much that was, negative: there is no other place.
 */

static void *
njwt_json_take_more(size_t size)
{
    void  *data;

    if (errno < 0 && size < (size_t) -errno) {
        return NULL;
    }

    data = malloc(size);

    if (data == NULL) {
        errno = (size < INT_MAX) ? -(int) size : -INT_MAX;
    }

    return data;
}


static json_malloc_t
njwt_json_taker(const njwt_json_number_t *numbers, size_t count)
{
    size_t  i;

    for (i = 0; i < count; i++) {
        if (numbers[i].text.len >= NJWT_JSON_LONG) {
            return njwt_json_take_more;
        }
    }

    return njwt_json_take;
}


/* Functions that somebody else has set stay: they free what they gave. */

void *
njwt_json_load(njwt_slice_t text, const njwt_json_number_t *numbers,
    size_t count)
{
    json_t         *root;
    json_free_t     give;
    json_malloc_t   take;

    json_get_alloc_funcs(&take, &give);
    if (take == malloc && give == free) {
        json_set_alloc_funcs(njwt_json_taker(numbers, count), free);
    }

    errno = 0;
    root = json_loadb((const char *) text.data, text.len, NJWT_JSON_FLAGS,
                      NULL);
    errno = (errno < 0) ? ENOMEM : errno;
    json_set_alloc_funcs(take, give);

    return root;
}
