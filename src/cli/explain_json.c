/*
 * How is a JSON value written?  On one line where it is short, else a member
 * a line.
 */

#include "explain.h"


#define EXPLAIN_SHORT  56      /* bytes of an array that stays on its line */


static void
explain_scalar(njwt_value_t value)
{
    njwt_slice_t  text;

    if (njwt_json_type(value) == NJWT_JSON_STRING) {
        explain_put_string(njwt_json_string(value));
        return;
    }

    if (njwt_json_scalar(value, &text)) {
        explain_put(text);
        return;
    }

    printf("null");
}


static void
explain_break(size_t column)
{
    if (column == 0) {
        return;
    }

    printf("\n%*s", (int) column, "");
}


/* column 0: on one line */

static void
explain_object(njwt_value_t object, size_t column)
{
    bool          first;
    size_t        inner;
    njwt_slice_t  name;
    njwt_value_t  value = { NULL };

    first = true;
    inner = (column > 0) ? column + 4 : 0;
    putchar('{');

    while (njwt_json_next(object, &name, &value)) {
        if (!first) {
            putchar(',');
        }

        first = false;
        explain_break(inner);
        explain_put_string(name);
        putchar(':');

        if (inner > 0) {
            putchar(' ');
            explain_pretty(value, inner);

        } else {
            explain_compact(value);
        }
    }

    if (!first) {
        explain_break(column);
    }

    putchar('}');
}


static void
explain_array(njwt_value_t array, size_t column)
{
    bool          first;
    size_t        inner;
    njwt_value_t  element = { NULL };

    first = true;
    inner = (column > 0) ? column + 4 : 0;
    putchar('[');

    while (njwt_json_each(array, &element)) {
        if (!first) {
            putchar(',');
        }

        first = false;
        explain_break(inner);

        if (inner > 0) {
            explain_pretty(element, inner);

        } else {
            explain_compact(element);
        }
    }

    if (!first) {
        explain_break(column);
    }

    putchar(']');
}


void
explain_compact(njwt_value_t value)
{
    switch (njwt_json_type(value)) {

    case NJWT_JSON_OBJECT:
        explain_object(value, 0);
        break;

    case NJWT_JSON_ARRAY:
        explain_array(value, 0);
        break;

    default:
        explain_scalar(value);
        break;
    }
}


/* Would all of this array's elements stand on one line? */

static bool
explain_is_short(njwt_value_t array)
{
    size_t        len;
    njwt_slice_t  text;
    njwt_value_t  element = { NULL };

    len = 0;

    while (njwt_json_each(array, &element)) {
        if (!njwt_json_scalar(element, &text)) {
            return false;
        }

        len += text.len + 3;
    }

    return len <= EXPLAIN_SHORT;
}


void
explain_pretty(njwt_value_t value, size_t column)
{
    switch (njwt_json_type(value)) {

    case NJWT_JSON_OBJECT:
        explain_object(value, column);
        break;

    case NJWT_JSON_ARRAY:
        explain_array(value, explain_is_short(value) ? 0 : column);
        break;

    default:
        explain_scalar(value);
        break;
    }
}
