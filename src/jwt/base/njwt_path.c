/*
 * Names of claims, and the values that they refer to.
 */

#include "njwt_path.h"

#include <string.h>


bool
njwt_path_valid(njwt_slice_t path)
{
    size_t  i;

    if (path.len == 0 || path.data[0] != '/') {
        return path.len > 0;
    }

    for (i = 0; i < path.len; i++) {
        if (path.data[i] == '~'
            && (i + 1 == path.len
                || (path.data[i + 1] != '0' && path.data[i + 1] != '1')))
        {
            return false;
        }
    }

    return true;
}


bool
njwt_path_is_dotted(njwt_slice_t name)
{
    if (name.len < 2) {
        return false;
    }

    return name.data[0] == '.'
           || (name.data[0] == '$' && name.data[1] == '.')
           || (name.data[0] != '/' && name.data[name.len - 1] == ']'
               && memchr(name.data, '[', name.len) != NULL);
}


size_t
njwt_path_pointer(njwt_slice_t name, uint8_t *out)
{
    size_t    i;
    uint8_t  *p;

    i = (name.len > 1 && name.data[0] == '$'
         && (name.data[1] == '.' || name.data[1] == '[')) ? 1 : 0;
    i += (i < name.len && (name.data[i] == '.' || name.data[i] == '['));

    p = out;
    *p++ = '/';

    for ( /* void */ ; i < name.len; i++) {

        switch (name.data[i]) {

        case '.':
        case '[':
            *p++ = '/';
            break;

        case ']':
        case '"':
        case '\'':
            break;

        case '~':
        case '/':
            *p++ = '~';
            *p++ = (name.data[i] == '~') ? '0' : '1';
            break;

        default:
            *p++ = name.data[i];
        }
    }

    return (size_t) (p - out);
}


/* Takes "/" and the name behind it off the front of *rest, still escaped. */

static njwt_slice_t
njwt_path_step(njwt_slice_t *rest)
{
    size_t        i;
    njwt_slice_t  step;

    for (i = 1; i < rest->len && rest->data[i] != '/'; i++) {
        /* void */
    }

    step.data = rest->data + 1;
    step.len = i - 1;

    rest->data += i;
    rest->len -= i;

    return step;
}


/* "~1" is "/", "~0" is "~"; false when there is no memory. */

static bool
njwt_path_unescape(njwt_arena_t *arena, njwt_slice_t *step)
{
    size_t    i, len;
    uint8_t  *data;

    if (step->len == 0 || memchr(step->data, '~', step->len) == NULL) {
        return true;
    }

    data = njwt_arena_alloc(arena, step->len);

    if (data == NULL) {
        return false;
    }

    len = 0;

    for (i = 0; i < step->len; i++) {
        if (step->data[i] == '~' && i + 1 < step->len) {
            i++;
            data[len++] = (step->data[i] == '1') ? '/' : '~';
            continue;
        }

        data[len++] = step->data[i];
    }

    step->data = data;
    step->len = len;

    return true;
}


/*
 * An array index has no leading zeros (section 4); anything else finds
 * nothing.
 */

static njwt_value_t
njwt_path_element(njwt_value_t array, njwt_slice_t step)
{
    size_t        i, index;
    njwt_value_t  none = { NULL };

    if (step.len == 0 || step.len > 9
        || (step.data[0] == '0' && step.len > 1))
    {
        return none;
    }

    index = 0;

    for (i = 0; i < step.len; i++) {
        if (step.data[i] < '0' || step.data[i] > '9') {
            return none;
        }

        index = index * 10 + (size_t) (step.data[i] - '0');
    }

    return njwt_json_element(array, index);
}


njwt_value_t
njwt_path_find(njwt_arena_t *arena, njwt_value_t root, njwt_slice_t path)
{
    njwt_slice_t  step;
    njwt_value_t  value, none = { NULL };

    if (path.len == 0 || path.data[0] != '/') {
        return njwt_json_member(root, path);
    }

    value = root;

    while (path.len > 0 && value.node != NULL) {
        step = njwt_path_step(&path);

        if (!njwt_path_unescape(arena, &step)) {
            return none;
        }

        value = (njwt_json_type(value) == NJWT_JSON_ARRAY)
                ? njwt_path_element(value, step)
                : njwt_json_member(value, step);
    }

    return value;
}
