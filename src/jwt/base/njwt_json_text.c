/*
 * JSON values as text, for variables and key sets.
 */

#include "njwt_json_node.h"

#include <string.h>


/* text under construction; it never outgrows the value's own text */
typedef struct {
    uint8_t  *data;
    size_t    size;
    size_t    used;
} njwt_json_buffer_t;


static bool njwt_json_write(njwt_json_buffer_t *out, njwt_value_t value);


static bool
njwt_json_put(njwt_json_buffer_t *out, const void *data, size_t len)
{
    if (len > out->size - out->used) {
        return false;
    }

    if (len > 0) {
        memcpy(out->data + out->used, data, len);
        out->used += len;
    }

    return true;
}


/*
 * Writes the shortest escapes: the text that the string came from can't have
 * been shorter, so the buffer suffices.
 */

static bool
njwt_json_put_escaped(njwt_json_buffer_t *out, uint8_t c)
{
    uint8_t      escape[6] = "\\u00";
    const char  *letter;

    static const char  hex[] = "0123456789abcdef";
    static const char  named[] = "\"\\\b\f\n\r\t";
    static const char  letters[] = "\"\\bfnrt";

    letter = (c != 0) ? strchr(named, c) : NULL;

    if (letter != NULL) {
        escape[1] = (uint8_t) letters[letter - named];
        return njwt_json_put(out, escape, 2);
    }

    if (c >= 0x20) {
        return njwt_json_put(out, &c, 1);
    }

    escape[4] = (uint8_t) hex[c >> 4];
    escape[5] = (uint8_t) hex[c & 0xf];

    return njwt_json_put(out, escape, 6);
}


static bool
njwt_json_write_string(njwt_json_buffer_t *out, njwt_slice_t string)
{
    size_t  i;

    if (!njwt_json_put(out, "\"", 1)) {
        return false;
    }

    for (i = 0; i < string.len; i++) {
        if (!njwt_json_put_escaped(out, string.data[i])) {
            return false;
        }
    }

    return njwt_json_put(out, "\"", 1);
}


/* Writes "name":value, after a comma unless it is the first. */

static bool
njwt_json_write_member(njwt_json_buffer_t *out, njwt_slice_t name,
    njwt_value_t value, bool *first)
{
    if (!*first && !njwt_json_put(out, ",", 1)) {
        return false;
    }

    *first = false;

    return njwt_json_write_string(out, name)
           && njwt_json_put(out, ":", 1)
           && njwt_json_write(out, value);
}


static bool
njwt_json_write_object(njwt_json_buffer_t *out, njwt_value_t object)
{
    bool          first;
    njwt_slice_t  name;
    njwt_value_t  value = { NULL };

    first = true;

    if (!njwt_json_put(out, "{", 1)) {
        return false;
    }

    while (njwt_json_next(object, &name, &value)) {
        if (!njwt_json_write_member(out, name, value, &first)) {
            return false;
        }
    }

    return njwt_json_put(out, "}", 1);
}


static bool
njwt_json_write_array(njwt_json_buffer_t *out, njwt_value_t array)
{
    bool          first;
    njwt_value_t  element = { NULL };

    first = true;

    if (!njwt_json_put(out, "[", 1)) {
        return false;
    }

    while (njwt_json_each(array, &element)) {
        if (!first && !njwt_json_put(out, ",", 1)) {
            return false;
        }

        first = false;

        if (!njwt_json_write(out, element)) {
            return false;
        }
    }

    return njwt_json_put(out, "]", 1);
}


static bool
njwt_json_write(njwt_json_buffer_t *out, njwt_value_t value)
{
    njwt_slice_t  scalar;

    switch (njwt_json_type(value)) {

    case NJWT_JSON_OBJECT:
        return njwt_json_write_object(out, value);

    case NJWT_JSON_ARRAY:
        return njwt_json_write_array(out, value);

    case NJWT_JSON_STRING:
        return njwt_json_write_string(out, njwt_json_string(value));

    default:
        if (njwt_json_scalar(value, &scalar)) {
            return njwt_json_put(out, scalar.data, scalar.len);
        }

        return njwt_json_put(out, "null", 4);
    }
}


/* Joins the elements' texts with commas; false if the result is ambiguous. */

static bool
njwt_json_join(njwt_json_buffer_t *out, njwt_value_t array)
{
    bool          first;
    njwt_slice_t  scalar;
    njwt_value_t  element = { NULL };

    first = true;

    while (njwt_json_each(array, &element)) {
        if ((!first && !njwt_json_put(out, ",", 1))
            || !njwt_json_scalar(element, &scalar)
            || (scalar.len != 0 && memchr(scalar.data, ',', scalar.len))
            || !njwt_json_put(out, scalar.data, scalar.len))
        {
            return false;
        }

        first = false;
    }

    return true;
}


/* Nothing that is written is longer than the value is in its document. */

static bool
njwt_json_buffer(njwt_arena_t *arena, njwt_value_t value,
    njwt_json_buffer_t *buffer)
{
    buffer->used = 0;
    buffer->size = value.node->text.len;
    buffer->data = njwt_arena_alloc(arena, buffer->size);

    return buffer->data != NULL;
}


/* Returns what was written; if it didn't fit, the bound was wrong: broken. */

static bool
njwt_json_finish(njwt_arena_t *arena, const njwt_json_buffer_t *buffer,
    bool written, njwt_slice_t *out)
{
    if (!written) {
        arena->failed = true;
        return false;
    }

    out->data = buffer->data;
    out->len = buffer->used;

    return true;
}


bool
njwt_json_text(njwt_arena_t *arena, njwt_value_t value, njwt_slice_t *out)
{
    bool                written;
    njwt_json_buffer_t  buffer;

    switch (njwt_json_type(value)) {

    case NJWT_JSON_ARRAY:
        if (!njwt_json_buffer(arena, value, &buffer)) {
            return false;
        }

        written = njwt_json_join(&buffer, value);

        if (!written) {
            buffer.used = 0;
            written = njwt_json_write_array(&buffer, value);
        }

        break;

    case NJWT_JSON_OBJECT:
        if (!njwt_json_buffer(arena, value, &buffer)) {
            return false;
        }

        written = njwt_json_write_object(&buffer, value);
        break;

    default:
        return njwt_json_scalar(value, out);
    }

    return njwt_json_finish(arena, &buffer, written, out);
}
