/*
 * Exact comparison of JSON numbers, and their nearest doubles.
 */

#include "njwt_number.h"

#include <math.h>
#include <stdlib.h>


/* no token is long enough for its digits to move an exponent this far */
#define NJWT_NUMBER_EXPONENT  100000000000000000


/*
 * more digits never decide how a number is rounded: the midpoint of two
 * doubles has at most 768
 */
#define NJWT_NUMBER_DIGITS  800

/* any integer of so many digits fits into 64 bits */
#define NJWT_NUMBER_INTEGER  18

/* a number whose first digit has at most this power of ten fits a double */
#define NJWT_NUMBER_SURE  307


/* a number as digits, the first of them not zero, times a power of ten */
typedef struct {
    bool            negative;
    const uint8_t  *digits;      /* may include a "." */
    const uint8_t  *end;         /* digits == end: the number is zero */
    int64_t         exponent;    /* of the first digit */
} njwt_number_t;


static bool
njwt_number_digit(const uint8_t *p, const uint8_t *end)
{
    return p < end && *p >= '0' && *p <= '9';
}


/* Skips digits; NULL: there are none. */

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


/* Reads what follows "e"; NULL: it is no exponent. */

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


/* Skips leading zeros: the exponent becomes that of the first digit left. */

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

    /* no leading zero before another digit */

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


/* The next digit of a number; zeros follow its last one. */

static int
njwt_number_next(njwt_number_t *number)
{
    if (number->digits < number->end && *number->digits == '.') {
        number->digits++;
    }

    return (number->digits < number->end) ? *number->digits++ - '0' : 0;
}


/* Compares two numbers by magnitude, not zeros: they have any exponent. */

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
        /* of two zeros the sign is 0, and so is the product */

        *order = sign * njwt_number_magnitude(x, y);
    }

    return true;
}


/*
 * Copies the digits that can decide; the rest is replaced by one digit that
 * says whether they were all 0.
 */

static size_t
njwt_number_deciding(njwt_number_t number, char *digits)
{
    bool    more;
    size_t  n;

    n = 0;
    more = false;

    while (number.digits < number.end) {
        if (n < NJWT_NUMBER_DIGITS) {
            digits[n++] = (char) ('0' + njwt_number_next(&number));

        } else {
            more = njwt_number_next(&number) != 0 || more;
        }
    }

    if (more) {
        digits[n++] = '1';
    }

    return n;
}


/* The common case: few digits that form an integer, as a token's dates do. */

static double
njwt_number_integer(const uint8_t *digits, size_t n)
{
    size_t   i;
    int64_t  sum;

    sum = 0;

    for (i = 0; i < n; i++) {
        sum = sum * 10 + (digits[i] - '0');
    }

    return (double) sum;
}


/*
 * Lets the C library read digits, the last of which has that power of ten.  No
 * decimal point is written: which character that is depends on the locale.
 */

static double
njwt_number_scaled(char *digits, size_t n, int64_t power)
{
    int64_t  divisor;

    power = (power > 99999) ? 99999 : (power < -99999) ? -99999 : power;
    digits[n++] = 'e';

    if (power < 0) {
        digits[n++] = '-';
        power = -power;
    }

    for (divisor = 10000; divisor > 0; divisor /= 10) {
        digits[n++] = (char) ('0' + power / divisor % 10);
    }

    digits[n] = '\0';

    return strtod(digits, NULL);
}


static double
njwt_number_decimal(njwt_slice_t text)
{
    char           digits[NJWT_NUMBER_DIGITS + sizeof("1e-99999")];
    size_t         n;
    double         value;
    int64_t        power;
    njwt_number_t  number;

    if (!njwt_number_read(text, &number)) {
        return 0;
    }

    n = njwt_number_deciding(number, digits);
    power = (n > 0) ? number.exponent + 1 - (int64_t) n : 0;

    value = (power == 0 && n <= NJWT_NUMBER_INTEGER)
            ? njwt_number_integer((const uint8_t *) digits, n)
            : njwt_number_scaled(digits, n, power);

    return number.negative ? -value : value;
}


/* Does it consist of digits alone, few enough for 64 bits?  Dates do. */

static bool
njwt_number_plain(njwt_slice_t text)
{
    size_t  i;

    if (text.len == 0 || text.len > NJWT_NUMBER_INTEGER
        || (text.data[0] == '0' && text.len > 1))
    {
        return false;
    }

    for (i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }

    return true;
}


double
njwt_number_double(njwt_slice_t text)
{
    return njwt_number_plain(text) ? njwt_number_integer(text.data, text.len)
                                   : njwt_number_decimal(text);
}


bool
njwt_number_finite(njwt_slice_t text)
{
    njwt_number_t  number;

    return njwt_number_read(text, &number)
           && (number.exponent <= NJWT_NUMBER_SURE
               || fabs(njwt_number_double(text)) != HUGE_VAL);
}
