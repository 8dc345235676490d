/*
 * The values of a JSON text: types, members, elements, scalars.
 */

#include "njwt_json_node.h"
#include "njwt_number.h"


njwt_json_type_t
njwt_json_type(njwt_value_t value)
{
    return (value.node != NULL) ? value.node->type : NJWT_JSON_ABSENT;
}


/* Goes on to the next child of a container, or to the first one. */

static bool
njwt_json_child(njwt_value_t container, njwt_json_type_t type,
    njwt_value_t *value)
{
    const njwt_json_node_t  *child = value->node;

    if (njwt_json_type(container) != type) {
        return false;
    }

    child = (child == NULL) ? container.node + 1 : child + child->span;

    if (child >= container.node + container.node->span) {
        return false;
    }

    value->node = child;

    return true;
}


bool
njwt_json_each(njwt_value_t array, njwt_value_t *element)
{
    return njwt_json_child(array, NJWT_JSON_ARRAY, element);
}


bool
njwt_json_next(njwt_value_t object, njwt_slice_t *name,
    njwt_value_t *value)
{
    if (!njwt_json_child(object, NJWT_JSON_OBJECT, value)) {
        return false;
    }

    *name = value->node->name;

    return true;
}


njwt_value_t
njwt_json_member(njwt_value_t value, njwt_slice_t name)
{
    njwt_value_t             member = { NULL };
    const njwt_json_node_t  *child, *end;

    if (njwt_json_type(value) != NJWT_JSON_OBJECT) {
        return member;
    }

    end = value.node + value.node->span;

    for (child = value.node + 1; child < end; child += child->span) {
        if (njwt_slice_equal(child->name, name)) {
            member.node = child;
            break;
        }
    }

    return member;
}


size_t
njwt_json_length(njwt_value_t value)
{
    return (njwt_json_type(value) == NJWT_JSON_ARRAY) ? value.node->count : 0;
}


njwt_value_t
njwt_json_element(njwt_value_t value, size_t i)
{
    njwt_value_t  element = { NULL };

    if (i >= njwt_json_length(value)) {
        return element;
    }

    do {
        (void) njwt_json_each(value, &element);
    } while (i-- > 0);

    return element;
}


njwt_slice_t
njwt_json_string(njwt_value_t value)
{
    njwt_slice_t  none = { NULL, 0 };

    return (njwt_json_type(value) == NJWT_JSON_STRING) ? value.node->text
                                                     : none;
}


double
njwt_json_number(njwt_value_t value)
{
    return (njwt_json_type(value) == NJWT_JSON_NUMBER)
           ? njwt_number_double(value.node->text) : 0;
}


bool
njwt_json_scalar(njwt_value_t value, njwt_slice_t *out)
{
    switch (njwt_json_type(value)) {

    case NJWT_JSON_STRING:
    case NJWT_JSON_NUMBER:
    case NJWT_JSON_BOOLEAN:
        *out = value.node->text;
        return true;

    default:
        return false;
    }
}


bool
njwt_json_strings(njwt_value_t value)
{
    njwt_value_t  element = { NULL };

    if (njwt_json_type(value) != NJWT_JSON_ARRAY) {
        return njwt_json_type(value) == NJWT_JSON_STRING;
    }

    while (njwt_json_each(value, &element)) {
        if (njwt_json_type(element) != NJWT_JSON_STRING) {
            return false;
        }
    }

    return true;
}


bool
njwt_json_holds(njwt_value_t value, njwt_slice_t string)
{
    njwt_value_t  element = { NULL };

    if (njwt_json_type(value) == NJWT_JSON_STRING) {
        return njwt_slice_equal(njwt_json_string(value), string);
    }

    while (njwt_json_each(value, &element)) {
        if (njwt_json_type(element) == NJWT_JSON_STRING
            && njwt_slice_equal(njwt_json_string(element), string))
        {
            return true;
        }
    }

    return false;
}


size_t
njwt_json_held(njwt_value_t value, const njwt_slice_t *strings, size_t count)
{
    size_t  i;

    for (i = 0; i < count; i++) {
        if (njwt_json_holds(value, strings[i])) {
            break;
        }
    }

    return i;
}
