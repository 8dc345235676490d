/*
 * How deep is a JSON text, and where does each of its numbers lie?
 */

#include "njwt_json_scan.h"

#include <string.h>


/* tokens have three numbers or so */
#define NJWT_JSON_FEW  16


/* The code unit of the four digits behind \\u; any value where they aren't. */

static unsigned
njwt_json_code_unit(njwt_slice_t text, size_t i)
{
    size_t    k;
    uint8_t   c;
    unsigned  unit;

    unit = 0;

    for (k = i; k < i + 4 && k < text.len; k++) {
        c = text.data[k];
        unit = unit << 4 | ((c <= '9') ? c & 0xfu : (c & 0xfu) + 9u);
    }

    return unit;
}


/*
 * The bytes of UTF-8 that an escape stands for; i is behind the backslash.  Of
 * a surrogate pair the first half counts for both.
 */

static size_t
njwt_json_escape_bytes(njwt_slice_t text, size_t i)
{
    unsigned  unit;

    if (i >= text.len || text.data[i] != 'u') {
        return 1;
    }

    unit = njwt_json_code_unit(text, i + 1);

    if (unit < 0x80) {
        return 1;
    }

    if (unit < 0x800) {
        return 2;
    }

    if (unit >= 0xd800 && unit < 0xdc00) {
        return 4;
    }

    return (unit >= 0xdc00 && unit < 0xe000) ? 0 : 3;
}


static void
njwt_json_longest(njwt_json_measure_t *measure, size_t len)
{
    if (measure->longest < len) {
        measure->longest = len;
    }
}


/* The text's first byte behind the string that begins at i, measured. */

static size_t
njwt_json_skip_string(njwt_slice_t text, size_t i,
    njwt_json_measure_t *measure)
{
    size_t  begin = i;

    for (i++; i < text.len && text.data[i] != '"'; i++) {

        if (text.data[i] != '\\') {
            measure->bytes++;

            if (text.data[i] < 0x20) {
                njwt_json_longest(measure, i + 1 - begin);
            }

            continue;
        }

        i++;
        measure->bytes += njwt_json_escape_bytes(text, i);

        if (i < text.len && text.data[i] == 'u') {
            i += 4;
        }
    }

    return i + 1;
}


static bool
njwt_json_in_word(uint8_t c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.'
           || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}


/* The text's first byte behind the number or word that begins at i. */

static size_t
njwt_json_skip_word(njwt_slice_t text, size_t i, njwt_json_measure_t *measure)
{
    size_t  begin = i;

    while (i < text.len && njwt_json_in_word(text.data[i])) {
        i++;
    }

    njwt_json_longest(measure, i - begin);

    return i;
}


bool
njwt_json_scan(njwt_slice_t text, njwt_json_number_t *numbers, size_t room,
    njwt_json_measure_t *measure)
{
    size_t    i, end, n;
    uint8_t   c;
    unsigned  depth;

    depth = 0;
    n = 0;
    measure->bytes = 0;
    measure->longest = 0;

    for (i = 0; i < text.len; i = end) {
        c = text.data[i];
        end = i + 1;

        if (c == '"') {
            end = njwt_json_skip_string(text, i, measure);

        } else if (c == '{' || c == '[') {
            if (++depth > NJWT_MAX_DEPTH) {
                return false;
            }

        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;

        } else if (c == '-' || (c >= '0' && c <= '9')) {
            end = njwt_json_skip_word(text, i, measure);

            if (n < room) {
                numbers[n].text.data = text.data + i;
                numbers[n].text.len = end - i;
            }

            n++;

        } else if (njwt_json_in_word(c)) {
            end = njwt_json_skip_word(text, i, measure);
        }
    }

    measure->numbers = n;

    return true;
}


bool
njwt_json_survey(njwt_arena_t *arena, njwt_slice_t text,
    njwt_json_number_t **numbers, njwt_json_measure_t *measure)
{
    size_t              size;
    njwt_json_number_t  few[NJWT_JSON_FEW];

    /* behind a number or null the library reads a NUL as nothing at all */

    if (text.len > 0 && memchr(text.data, 0, text.len) != NULL) {
        return false;
    }

    /* in one pass, if they are few */

    if (!njwt_json_scan(text, few, NJWT_JSON_FEW, measure)) {
        return false;
    }

    size = measure->numbers * sizeof(njwt_json_number_t);
    *numbers = njwt_arena_alloc(arena, size);

    if (*numbers == NULL) {
        return false;
    }

    if (measure->numbers > NJWT_JSON_FEW) {
        return njwt_json_scan(text, *numbers, measure->numbers, measure);
    }

    memcpy(*numbers, few, size);

    return true;
}


/* The power of ten behind "e"; kept where no double is near its end. */

static int
njwt_json_exponent(njwt_slice_t text, size_t i)
{
    int   exponent;
    bool  negative;

    exponent = 0;
    negative = i < text.len && text.data[i] == '-';

    if (i < text.len && (text.data[i] == '-' || text.data[i] == '+')) {
        i++;
    }

    for ( /* void */ ; i < text.len && exponent < 100000; i++) {
        exponent = exponent * 10 + (text.data[i] - '0');
    }

    return negative ? -exponent : exponent;
}


/*
 * In as few steps as the exponent has bits: a token full of 1e-300 must not
 * cost more than it does to refuse it.
 */

static long double
njwt_json_power_of_ten(unsigned exponent)
{
    long double  power, square;

    power = 1;

    for (square = 10; exponent != 0; exponent >>= 1) {
        if ((exponent & 1) != 0) {
            power *= square;
        }

        square *= square;
    }

    return power;
}


bool
njwt_json_number_is(njwt_slice_t text, double value)
{
    int          scale;
    bool         fraction, negative;
    size_t       i;
    long double  sum, error;

    sum = 0;
    scale = 0;
    fraction = false;
    negative = text.len > 0 && text.data[0] == '-';

    for (i = negative ? 1 : 0; i < text.len; i++) {

        if (text.data[i] == '.') {
            fraction = true;
            continue;
        }

        if ((text.data[i] | 0x20) == 'e') {
            scale += njwt_json_exponent(text, i + 1);
            break;
        }

        /* the digits that no double holds only count as places */

        if (sum < 1e18L) {
            sum = sum * 10 + (text.data[i] - '0');
            scale -= fraction ? 1 : 0;

        } else {
            scale += fraction ? 0 : 1;
        }
    }

    if (scale > 0 && sum != 0) {
        sum *= njwt_json_power_of_ten((unsigned) scale);

    } else if (scale < 0) {
        sum /= njwt_json_power_of_ten((unsigned) -scale);
    }

    error = (negative ? -sum : sum) - (long double) value;

    return (error < 0 ? -error : error) <= sum * 1e-12L + 1e-300L;
}
