/*
 * What is one member of an object, without reading the rest of it?
 */

#include "njwt_json_peek.h"

#include <string.h>


static bool
njwt_peek_is(njwt_slice_t rest, uint8_t c)
{
    return rest.len > 0 && rest.data[0] == c;
}


static void
njwt_peek_skip(njwt_slice_t *rest, size_t n)
{
    rest->data += n;
    rest->len -= n;
}


static void
njwt_peek_blanks(njwt_slice_t *rest)
{
    while (rest->len > 0
           && (rest->data[0] == ' ' || rest->data[0] == '\t'
               || rest->data[0] == '\n' || rest->data[0] == '\r'))
    {
        njwt_peek_skip(rest, 1);
    }
}


/* Takes a string off the front; *plain: it has no escapes. */

static bool
njwt_peek_string(njwt_slice_t *rest, njwt_slice_t *string, bool *plain)
{
    size_t  i;

    if (!njwt_peek_is(*rest, '"')) {
        return false;
    }

    *plain = true;

    for (i = 1; i < rest->len && rest->data[i] != '"'; i++) {
        if (rest->data[i] == '\\') {
            *plain = false;
            i++;
        }
    }

    if (i >= rest->len) {
        return false;
    }

    string->data = rest->data + 1;
    string->len = i - 1;
    njwt_peek_skip(rest, i + 1);

    return true;
}


/* Takes a number, true, false or null off the front. */

static njwt_slice_t
njwt_peek_word(njwt_slice_t *rest)
{
    size_t             i;
    njwt_slice_t       word;
    static const char  ends[] = ",}] \t\r\n";

    for (i = 0; i < rest->len; i++) {
        if (memchr(ends, rest->data[i], sizeof(ends) - 1) != NULL) {
            break;
        }
    }

    word.data = rest->data;
    word.len = i;
    njwt_peek_skip(rest, i);

    return word;
}


/* Takes an object or array off the front. */

static bool
njwt_peek_nested(njwt_slice_t *rest)
{
    bool          plain;
    size_t        depth;
    njwt_slice_t  string;

    depth = 0;

    while (rest->len > 0) {

        if (njwt_peek_is(*rest, '"')) {
            if (!njwt_peek_string(rest, &string, &plain)) {
                return false;
            }

            continue;
        }

        if (njwt_peek_is(*rest, '{') || njwt_peek_is(*rest, '[')) {
            depth++;

        } else if (njwt_peek_is(*rest, '}') || njwt_peek_is(*rest, ']')) {
            depth--;
        }

        njwt_peek_skip(rest, 1);

        if (depth == 0) {
            return true;
        }
    }

    return false;
}


/* Takes a value off the front: FOUND one that can be given, or UNSURE. */

static njwt_peek_t
njwt_peek_value(njwt_slice_t *rest, njwt_slice_t *value, bool *over)
{
    bool  plain;

    *over = false;

    if (njwt_peek_is(*rest, '"')) {
        *over = !njwt_peek_string(rest, value, &plain);

        return (!*over && plain) ? NJWT_PEEK_FOUND : NJWT_PEEK_UNSURE;
    }

    if (njwt_peek_is(*rest, '{') || njwt_peek_is(*rest, '[')) {
        *over = !njwt_peek_nested(rest);

        return NJWT_PEEK_UNSURE;
    }

    *value = njwt_peek_word(rest);

    /* null is for who knows what it means */

    return (value->len > 0 && value->data[0] != 'n') ? NJWT_PEEK_FOUND
                                                     : NJWT_PEEK_UNSURE;
}


njwt_peek_t
njwt_json_peek(njwt_slice_t text, njwt_slice_t name, njwt_slice_t *value)
{
    bool          plain, over;
    njwt_peek_t   peek;
    njwt_slice_t  rest, key, seen;

    rest = text;
    njwt_peek_blanks(&rest);

    if (!njwt_peek_is(rest, '{')) {
        return NJWT_PEEK_UNSURE;
    }

    do {
        njwt_peek_skip(&rest, 1);
        njwt_peek_blanks(&rest);

        if (njwt_peek_is(rest, '}')) {
            return NJWT_PEEK_ABSENT;
        }

        /* a name with an escape may be any name */

        if (!njwt_peek_string(&rest, &key, &plain) || !plain) {
            return NJWT_PEEK_UNSURE;
        }

        njwt_peek_blanks(&rest);

        if (!njwt_peek_is(rest, ':')) {
            return NJWT_PEEK_UNSURE;
        }

        njwt_peek_skip(&rest, 1);
        njwt_peek_blanks(&rest);

        peek = njwt_peek_value(&rest, &seen, &over);

        if (over) {
            return NJWT_PEEK_UNSURE;
        }

        if (njwt_slice_equal(key, name)) {
            if (peek == NJWT_PEEK_FOUND) {
                *value = seen;
            }

            return peek;
        }

        njwt_peek_blanks(&rest);

    } while (njwt_peek_is(rest, ','));

    return njwt_peek_is(rest, '}') ? NJWT_PEEK_ABSENT : NJWT_PEEK_UNSURE;
}
