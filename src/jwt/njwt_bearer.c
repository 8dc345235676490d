/*
 * Which token does a request present?
 */

#include "njwt_bearer.h"

#include <string.h>


static bool
njwt_bearer_alnum(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9');
}


/* the characters of a scheme's name: tchar of RFC 9110, section 5.6.2 */

static bool
njwt_bearer_tchar(uint8_t c)
{
    return njwt_bearer_alnum(c)
           || (c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}


static bool
njwt_bearer_scheme(njwt_slice_t scheme)
{
    size_t  i;

    static const char  bearer[] = "bearer";

    if (scheme.len != sizeof(bearer) - 1) {
        return false;
    }

    for (i = 0; i < scheme.len; i++) {
        if ((scheme.data[i] | 0x20) != bearer[i]) {
            return false;
        }
    }

    return true;
}


void
njwt_bearer_header(njwt_slice_t value, njwt_presented_t *presented)
{
    njwt_slice_t  scheme;

    scheme.data = value.data;
    scheme.len = 0;

    while (scheme.len < value.len
           && njwt_bearer_tchar(value.data[scheme.len]))
    {
        scheme.len++;
    }

    if (!njwt_bearer_scheme(scheme)) {
        return;
    }

    value.data += scheme.len;
    value.len -= scheme.len;

    presented->found++;

    /* "Bearer" 1*SP b64token: without the space there is no token at all */

    if (value.len > 0 && value.data[0] != ' ') {
        value.len = 0;
    }

    while (value.len > 0 && value.data[0] == ' ') {
        value.data++;
        value.len--;
    }

    presented->token = value;
}


void
njwt_bearer_bare(njwt_slice_t value, njwt_presented_t *presented)
{
    if (value.len == 0) {
        return;
    }

    presented->found++;
    presented->token = value;
}


bool
njwt_bearer_valid(njwt_slice_t token)
{
    size_t  i;

    for (i = 0; i < token.len; i++) {
        if (!njwt_bearer_alnum(token.data[i])
            && (token.data[i] == 0
                || strchr("-._~+/", token.data[i]) == NULL))
        {
            break;
        }
    }

    if (i == 0) {
        return false;
    }

    while (i < token.len && token.data[i] == '=') {
        i++;
    }

    return i == token.len;
}
