/*
 * The scopes of a token.
 */

#include "njwt_scopes.h"
#include "njwt_path.h"

#include <string.h>


njwt_value_t
njwt_scopes_find(njwt_arena_t *arena, njwt_value_t root,
    const njwt_slice_t *names, size_t count)
{
    size_t        i;
    njwt_value_t  value = { NULL };

    if (count == 0) {
        return njwt_json_member(root, njwt_slice("scope"));
    }

    for (i = 0; i < count && value.node == NULL; i++) {
        value = njwt_path_find(arena, root, names[i]);
    }

    return value;
}


bool
njwt_scopes_grant(njwt_value_t granted, njwt_slice_t scope)
{
    njwt_slice_t  rest, word;

    if (njwt_json_type(granted) == NJWT_JSON_ARRAY) {
        return njwt_json_strings(granted) && njwt_json_holds(granted, scope);
    }

    rest = njwt_json_string(granted);

    while (njwt_slice_word(&rest, &word)) {
        if (njwt_slice_equal(word, scope)) {
            return true;
        }
    }

    return false;
}


/* Appends the words of a text, with a space before each but the first. */

static size_t
njwt_scopes_put(uint8_t *data, size_t len, njwt_slice_t text)
{
    njwt_slice_t  word;

    while (njwt_slice_word(&text, &word)) {
        if (len > 0) {
            data[len++] = ' ';
        }

        memcpy(data + len, word.data, word.len);
        len += word.len;
    }

    return len;
}


bool
njwt_scopes_text(njwt_arena_t *arena, njwt_value_t granted,
    njwt_slice_t *out)
{
    size_t        len, room;
    uint8_t      *data;
    njwt_slice_t  one;
    njwt_value_t  element = { NULL };

    out->len = 0;

    if (!njwt_json_strings(granted)) {
        return true;
    }

    one = njwt_json_string(granted);
    room = one.len;

    while (njwt_json_each(granted, &element)) {
        room += njwt_json_string(element).len + 1;
    }

    data = njwt_arena_alloc(arena, room);

    if (data == NULL) {
        return false;
    }

    len = njwt_scopes_put(data, 0, one);

    element.node = NULL;

    while (njwt_json_each(granted, &element)) {
        one = njwt_json_string(element);

        /* a space in it would turn it into scopes that nobody granted */

        if (one.len > 0 && memchr(one.data, ' ', one.len) == NULL) {
            len = njwt_scopes_put(data, len, one);
        }
    }

    out->data = data;
    out->len = len;

    return true;
}
