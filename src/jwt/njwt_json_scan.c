/*
 * How deep is a JSON text, and where does each of its numbers lie?
 */

#include "njwt_json_scan.h"


/* The text's first byte behind the string that begins at i. */

static size_t
njwt_json_skip_string(njwt_slice_t text, size_t i)
{
    for (i++; i < text.len && text.data[i] != '"'; i++) {
        if (text.data[i] == '\\') {
            i++;
        }
    }

    return i + 1;
}


static bool
njwt_json_in_number(uint8_t c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.'
           || c == 'e' || c == 'E';
}


/* The text's first byte behind the number that begins at i. */

static size_t
njwt_json_skip_number(njwt_slice_t text, size_t i)
{
    while (i < text.len && njwt_json_in_number(text.data[i])) {
        i++;
    }

    return i;
}


bool
njwt_json_scan(njwt_slice_t text, njwt_json_number_t *numbers, size_t *count)
{
    size_t   i, end, n;
    uint8_t  c;
    unsigned depth;

    depth = 0;
    n = 0;

    for (i = 0; i < text.len; i = end) {
        c = text.data[i];
        end = i + 1;

        if (c == '"') {
            end = njwt_json_skip_string(text, i);

        } else if (c == '{' || c == '[') {
            if (++depth > NJWT_MAX_DEPTH) {
                return false;
            }

        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;

        } else if (c == '-' || (c >= '0' && c <= '9')) {
            end = njwt_json_skip_number(text, i);

            if (numbers != NULL) {
                numbers[n].text.data = text.data + i;
                numbers[n].text.len = end - i;
            }

            n++;
        }
    }

    *count = n;

    return true;
}
