/*
 * How do two of JSON's numbers compare, exactly?
 */

#include "njwt_number.h"


/* no token is long enough for digits to move an exponent this far */
#define NJWT_NUMBER_EXPONENT  100000000000000000


/* a number as digits, of which the first isn't zero, times a power of ten */
typedef struct {
    bool            negative;
    const uint8_t  *digits;      /* with a "." among them, perhaps */
    const uint8_t  *end;         /* digits == end: zero */
    int64_t         exponent;    /* of the first digit */
} njwt_number_t;


static bool
njwt_number_digit(const uint8_t *p, const uint8_t *end)
{
    return p < end && *p >= '0' && *p <= '9';
}


/* Goes over digits; NULL: there are none. */

static const uint8_t *
njwt_number_digits(const uint8_t *p, const uint8_t *end)
{
    const uint8_t  *start;

    start = p;

    while (njwt_number_digit(p, end)) {
        p++;
    }

    return (p > start) ? p : NULL;
}


/* Reads what follows "e"; NULL: no exponent. */

static const uint8_t *
njwt_number_exponent(const uint8_t *p, const uint8_t *end, int64_t *exponent)
{
    bool     negative;
    int64_t  value;

    negative = p < end && *p == '-';

    if (p < end && (*p == '-' || *p == '+')) {
        p++;
    }

    if (!njwt_number_digit(p, end)) {
        return NULL;
    }

    for (value = 0; njwt_number_digit(p, end); p++) {
        if (value < NJWT_NUMBER_EXPONENT) {
            value = value * 10 + (*p - '0');
        }
    }

    if (value > NJWT_NUMBER_EXPONENT) {
        value = NJWT_NUMBER_EXPONENT;
    }

    *exponent = negative ? -value : value;

    return p;
}


/* Takes zeros off the front: the exponent is that of the first digit left. */

static void
njwt_number_significant(njwt_number_t *number, const uint8_t *point)
{
    const uint8_t  *p;

    for (p = number->digits; p < number->end; p++) {
        if (*p != '0' && *p != '.') {
            break;
        }
    }

    number->digits = p;
    number->exponent += (p < point) ? point - p - 1 : point - p;
}


static bool
njwt_number_read(njwt_slice_t text, njwt_number_t *number)
{
    const uint8_t  *p, *end, *point;

    if (text.len == 0) {
        return false;
    }

    p = text.data;
    end = p + text.len;

    number->exponent = 0;
    number->negative = *p == '-';

    if (number->negative) {
        p++;
    }

    number->digits = p;

    /* no zero in front of another digit */

    if (p < end && *p == '0') {
        p++;

    } else if ((p = njwt_number_digits(p, end)) == NULL) {
        return false;
    }

    point = p;

    if (p < end && *p == '.' && (p = njwt_number_digits(p + 1, end)) == NULL)
    {
        return false;
    }

    number->end = p;

    if (p < end && (*p == 'e' || *p == 'E')
        && (p = njwt_number_exponent(p + 1, end, &number->exponent)) == NULL)
    {
        return false;
    }

    njwt_number_significant(number, point);

    return p == end;
}


/* The next digit of a number; zeros behind its last one. */

static int
njwt_number_next(njwt_number_t *number)
{
    if (number->digits < number->end && *number->digits == '.') {
        number->digits++;
    }

    return (number->digits < number->end) ? *number->digits++ - '0' : 0;
}


/* Compares two numbers, neither of which is zero, without their signs. */

static int
njwt_number_magnitude(njwt_number_t a, njwt_number_t b)
{
    int  x, y;

    if (a.exponent != b.exponent) {
        return (a.exponent > b.exponent) ? 1 : -1;
    }

    while (a.digits < a.end || b.digits < b.end) {
        x = njwt_number_next(&a);
        y = njwt_number_next(&b);

        if (x != y) {
            return x - y;
        }
    }

    return 0;
}


static int
njwt_number_sign(const njwt_number_t *number)
{
    if (number->digits == number->end) {
        return 0;
    }

    return number->negative ? -1 : 1;
}


bool
njwt_number_valid(njwt_slice_t text)
{
    njwt_number_t  number;

    return njwt_number_read(text, &number);
}


bool
njwt_number_compare(njwt_slice_t a, njwt_slice_t b, int *order)
{
    int            sign;
    njwt_number_t  x, y;

    if (!njwt_number_read(a, &x) || !njwt_number_read(b, &y)) {
        return false;
    }

    sign = njwt_number_sign(&x);

    if (sign != njwt_number_sign(&y)) {
        *order = sign - njwt_number_sign(&y);

    } else {
        *order = (sign == 0) ? 0 : sign * njwt_number_magnitude(x, y);
    }

    return true;
}
