/*
 * Forms: application/x-www-form-urlencoded.
 */

#include "njwt_form.h"
#include "njwt_url.h"


bool
njwt_media_type(njwt_slice_t type, njwt_slice_t wanted)
{
    size_t  i = wanted.len;

    if (!njwt_slice_starts_nocase(type, wanted)) {
        return false;
    }

    while (i < type.len && (type.data[i] == ' ' || type.data[i] == '\t')) {
        i++;
    }

    return i == type.len || type.data[i] == ';';
}


bool
njwt_form_type(njwt_slice_t type)
{
    static const njwt_slice_t  form = njwt_literal(
        "application/x-www-form-urlencoded");

    return njwt_media_type(type, form);
}


njwt_form_t
njwt_form_value(njwt_arena_t *arena, njwt_slice_t body, njwt_slice_t name,
    njwt_slice_t *value)
{
    njwt_form_t   found;
    njwt_slice_t  rest, pair, decoded, first = { NULL, 0 };

    rest = body;
    found = NJWT_FORM_NONE;

    while (rest.len > 0) {
        pair = njwt_slice_until(&rest, '&');

        if (!njwt_url_decode(arena, njwt_slice_until(&pair, '='), true,
                             &decoded))
        {
            return NJWT_FORM_MALFORMED;
        }

        if (!njwt_slice_equal(decoded, name)) {
            continue;
        }

        if (!njwt_url_decode(arena, pair, true, &decoded)) {
            return NJWT_FORM_MALFORMED;
        }

        found = (found == NJWT_FORM_NONE) ? NJWT_FORM_ONE : NJWT_FORM_MANY;
        first = decoded;
    }

    if (found == NJWT_FORM_ONE) {
        *value = first;
    }

    return found;
}
