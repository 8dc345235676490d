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
    bool      failed;      /* it did */
} njwt_json_buffer_t;


static void
njwt_json_put(njwt_json_buffer_t *out, const void *data, size_t len)
{
    if (len > out->size - out->used) {
        out->failed = true;
        return;
    }

    if (len > 0) {
        memcpy(out->data + out->used, data, len);
        out->used += len;
    }
}


/*
 * Writes the shortest escapes: the text that the string came from can't have
 * been shorter, so the buffer suffices.
 */

static void
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
        njwt_json_put(out, escape, 2);
        return;
    }

    if (c >= 0x20) {
        njwt_json_put(out, &c, 1);
        return;
    }

    escape[4] = (uint8_t) hex[c >> 4];
    escape[5] = (uint8_t) hex[c & 0xf];

    njwt_json_put(out, escape, 6);
}


static void
njwt_json_write_string(njwt_json_buffer_t *out, njwt_slice_t string)
{
    size_t  i;

    njwt_json_put(out, "\"", 1);

    for (i = 0; i < string.len; i++) {
        njwt_json_put_escaped(out, string.data[i]);
    }

    njwt_json_put(out, "\"", 1);
}


/*
 * Writes a value as JSON; a container by itself, since no text is nested
 * deeper than NJWT_MAX_DEPTH.
 */

static void
njwt_json_write(njwt_json_buffer_t *out, const njwt_json_node_t *node)
{
    bool                     object;
    const njwt_json_node_t  *child;

    switch (node->type) {

    case NJWT_JSON_STRING:
        njwt_json_write_string(out, node->text);
        return;

    case NJWT_JSON_NULL:
        njwt_json_put(out, "null", 4);
        return;

    case NJWT_JSON_OBJECT:
    case NJWT_JSON_ARRAY:
        break;

    default:
        njwt_json_put(out, node->text.data, node->text.len);
        return;
    }

    object = node->type == NJWT_JSON_OBJECT;
    njwt_json_put(out, object ? "{" : "[", 1);

    for (child = node + 1; child < node + node->span; child += child->span) {
        if (child != node + 1) {
            njwt_json_put(out, ",", 1);
        }

        if (object) {
            njwt_json_write_string(out, child->name);
            njwt_json_put(out, ":", 1);
        }

        njwt_json_write(out, child);
    }

    njwt_json_put(out, object ? "}" : "]", 1);
}


/* Joins the elements' texts with commas; false if the result is ambiguous. */

static bool
njwt_json_join(njwt_json_buffer_t *out, njwt_value_t array)
{
    njwt_slice_t  scalar;
    njwt_value_t  element = { NULL };

    while (njwt_json_each(array, &element)) {
        if (!njwt_json_scalar(element, &scalar)
            || (scalar.len != 0 && memchr(scalar.data, ',', scalar.len)))
        {
            return false;
        }

        if (element.node != array.node + 1) {
            njwt_json_put(out, ",", 1);
        }

        njwt_json_put(out, scalar.data, scalar.len);
    }

    return true;
}


bool
njwt_json_text(njwt_arena_t *arena, njwt_value_t value, njwt_slice_t *out)
{
    njwt_json_type_t    type;
    njwt_json_buffer_t  buffer = { NULL, 0, 0, false };

    type = njwt_json_type(value);

    if (type != NJWT_JSON_ARRAY && type != NJWT_JSON_OBJECT) {
        return njwt_json_scalar(value, out);
    }

    /* nothing that is written is longer than the value is in its document */

    buffer.size = value.node->text.len;
    buffer.data = njwt_arena_alloc(arena, buffer.size);

    if (buffer.data == NULL) {
        return false;
    }

    if (type == NJWT_JSON_OBJECT || !njwt_json_join(&buffer, value)) {
        buffer.used = 0;
        njwt_json_write(&buffer, value.node);
    }

    /* the bound was wrong: broken */

    if (buffer.failed) {
        arena->failed = true;
        return false;
    }

    out->data = buffer.data;
    out->len = buffer.used;

    return true;
}
