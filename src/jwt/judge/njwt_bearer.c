/*
 * The credentials of a request.
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


void
njwt_bearer_header(njwt_slice_t value, bool dpop_too,
    njwt_credentials_t *credentials)
{
    bool          dpop;
    njwt_slice_t  scheme;

    scheme.data = value.data;
    scheme.len = 0;

    while (scheme.len < value.len
           && njwt_bearer_tchar(value.data[scheme.len]))
    {
        scheme.len++;
    }

    dpop = njwt_slice_same_nocase(scheme, njwt_slice("dpop"));

    if (dpop && !dpop_too) {
        credentials->unread = true;
        return;
    }

    if (!dpop && !njwt_slice_same_nocase(scheme, njwt_slice("bearer"))) {
        return;
    }

    value.data += scheme.len;
    value.len -= scheme.len;

    credentials->found++;

    /* "Bearer" 1*SP b64token: without the space there is no token */

    if (value.len > 0 && value.data[0] != ' ') {
        value.len = 0;
    }

    while (value.len > 0 && value.data[0] == ' ') {
        value.data++;
        value.len--;
    }

    credentials->token = value;
    credentials->dpop = dpop;
}


void
njwt_bearer_bare(njwt_slice_t value, njwt_credentials_t *credentials)
{
    if (value.len == 0) {
        return;
    }

    credentials->found++;
    credentials->token = value;
    credentials->dpop = false;
}


/*
 * The characters of a b64token (RFC 6750, section 2.1).  A table, because
 * every character of every new token is looked up.
 */

static const bool  njwt_bearer_b64token[256] = {
    ['-'] = true, ['.'] = true, ['_'] = true, ['~'] = true, ['+'] = true,
    ['/'] = true,
    ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true,
    ['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true,
    ['A'] = true, ['B'] = true, ['C'] = true, ['D'] = true, ['E'] = true,
    ['F'] = true, ['G'] = true, ['H'] = true, ['I'] = true, ['J'] = true,
    ['K'] = true, ['L'] = true, ['M'] = true, ['N'] = true, ['O'] = true,
    ['P'] = true, ['Q'] = true, ['R'] = true, ['S'] = true, ['T'] = true,
    ['U'] = true, ['V'] = true, ['W'] = true, ['X'] = true, ['Y'] = true,
    ['Z'] = true, ['a'] = true, ['b'] = true, ['c'] = true, ['d'] = true,
    ['e'] = true, ['f'] = true, ['g'] = true, ['h'] = true, ['i'] = true,
    ['j'] = true, ['k'] = true, ['l'] = true, ['m'] = true, ['n'] = true,
    ['o'] = true, ['p'] = true, ['q'] = true, ['r'] = true, ['s'] = true,
    ['t'] = true, ['u'] = true, ['v'] = true, ['w'] = true, ['x'] = true,
    ['y'] = true, ['z'] = true
};


static bool
njwt_bearer_four(const uint8_t *text)
{
    return njwt_bearer_b64token[text[0]] & njwt_bearer_b64token[text[1]]
           & njwt_bearer_b64token[text[2]] & njwt_bearer_b64token[text[3]];
}


bool
njwt_bearer_valid(njwt_slice_t token)
{
    size_t  i;

    i = 0;

    while (token.len - i >= 4 && njwt_bearer_four(token.data + i)) {
        i += 4;
    }

    while (i < token.len && njwt_bearer_b64token[token.data[i]]) {
        i++;
    }

    if (i == 0) {
        return false;
    }

    while (i < token.len && token.data[i] == '=') {
        i++;
    }

    return i == token.len;
}
