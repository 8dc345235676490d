/*
 * HTTP request methods and their names.
 */

#include "njwt_method.h"

#include <string.h>


typedef struct {
    njwt_slice_t    name;
    njwt_methods_t  method;
} njwt_method_name_t;


static const njwt_method_name_t  njwt_methods[] = {
    { njwt_literal("GET"),       NJWT_METHOD_GET },
    { njwt_literal("HEAD"),      NJWT_METHOD_HEAD },
    { njwt_literal("POST"),      0x00000008u },
    { njwt_literal("PUT"),       0x00000010u },
    { njwt_literal("DELETE"),    0x00000020u },
    { njwt_literal("MKCOL"),     0x00000040u },
    { njwt_literal("COPY"),      0x00000080u },
    { njwt_literal("MOVE"),      0x00000100u },
    { njwt_literal("OPTIONS"),   0x00000200u },
    { njwt_literal("PROPFIND"),  0x00000400u },
    { njwt_literal("PROPPATCH"), 0x00000800u },
    { njwt_literal("LOCK"),      0x00001000u },
    { njwt_literal("UNLOCK"),    0x00002000u },
    { njwt_literal("PATCH"),     0x00004000u }
};

#define NJWT_METHOD_COUNT  (sizeof(njwt_methods) / sizeof(njwt_methods[0]))


njwt_methods_t
njwt_method(njwt_slice_t name)
{
    size_t  i;

    for (i = 0; i < NJWT_METHOD_COUNT; i++) {
        if (njwt_slice_equal(njwt_methods[i].name, name)) {
            return njwt_methods[i].method;
        }
    }

    return 0;
}


njwt_method_t
njwt_method_of(njwt_slice_t name)
{
    njwt_method_t  method;

    method.bit = njwt_method(name);
    method.name = name;

    return method;
}


bool
njwt_method_valid(njwt_slice_t name)
{
    size_t   i;
    uint8_t  c;

    static const char  others[] = "!#$%&'*+-.^_`|~0123456789";

    if (name.len == 0 || name.data[0] < 'A' || name.data[0] > 'Z') {
        return false;
    }

    for (i = 1; i < name.len; i++) {
        c = name.data[i];

        if ((c < 'A' || c > 'Z')
            && memchr(others, c, sizeof(others) - 1) == NULL)
        {
            return false;
        }
    }

    return true;
}


bool
njwt_method_answered(njwt_slice_t name)
{
    static const njwt_slice_t  trace = njwt_literal("TRACE");
    static const njwt_slice_t  tunnel = njwt_literal("CONNECT");

    return njwt_slice_equal(name, trace) || njwt_slice_equal(name, tunnel);
}


bool
njwt_method_names(njwt_arena_t *arena, njwt_methods_t methods,
    njwt_slice_t *out)
{
    size_t    i, len;
    uint8_t  *data;

    data = njwt_arena_alloc(arena, NJWT_METHOD_COUNT
                                   * (sizeof("PROPPATCH, ") - 1));
    if (data == NULL) {
        return false;
    }

    len = 0;

    for (i = 0; i < NJWT_METHOD_COUNT; i++) {
        if ((methods & njwt_methods[i].method) == 0) {
            continue;
        }

        if (len > 0) {
            data[len++] = ',';
            data[len++] = ' ';
        }

        memcpy(data + len, njwt_methods[i].name.data,
               njwt_methods[i].name.len);
        len += njwt_methods[i].name.len;
    }

    out->data = data;
    out->len = len;

    return true;
}
