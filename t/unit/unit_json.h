/*
 * How does a unit test come by JSON values?
 */

#ifndef UNIT_JSON_H
#define UNIT_JSON_H


#include "unit.h"
#include "njwt_json.h"


/* An object, which the text must be. */

static inline njwt_value_t
unit_object(const char *json)
{
    njwt_value_t  object;

    object = njwt_json_object(&unit_arena, unit_text(json));
    assert_for(njwt_json_type(object) == NJWT_JSON_OBJECT, json);

    return object;
}


static inline njwt_value_t
unit_member(njwt_value_t object, const char *name)
{
    return njwt_json_member(object, unit_text(name));
}


#endif /* UNIT_JSON_H */
