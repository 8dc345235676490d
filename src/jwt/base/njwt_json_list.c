/*
 * Which strings does a JSON value hold, alone or in an array?
 */

#include "njwt_json.h"


bool
njwt_json_strings(njwt_value_t value)
{
    size_t  i;

    if (njwt_json_type(value) != NJWT_JSON_ARRAY) {
        return njwt_json_type(value) == NJWT_JSON_STRING;
    }

    for (i = 0; i < njwt_json_length(value); i++) {
        if (njwt_json_type(njwt_json_element(value, i)) != NJWT_JSON_STRING) {
            return false;
        }
    }

    return true;
}


bool
njwt_json_holds(njwt_value_t value, njwt_slice_t string)
{
    size_t        i;
    njwt_value_t  element;

    if (njwt_json_type(value) == NJWT_JSON_STRING) {
        return njwt_slice_equal(njwt_json_string(value), string);
    }

    for (i = 0; i < njwt_json_length(value); i++) {
        element = njwt_json_element(value, i);

        if (njwt_json_type(element) == NJWT_JSON_STRING
            && njwt_slice_equal(njwt_json_string(element), string))
        {
            return true;
        }
    }

    return false;
}
