/*
 * Exact comparison of JSON numbers, and their nearest doubles (RFC 8259,
 * section 6).
 *
 * A double has 53 bits: 9007199254740993 would equal 9007199254740992.  So
 * numbers are compared by their digits, in time that grows with their length.
 */

#ifndef NJWT_NUMBER_H
#define NJWT_NUMBER_H


#include "njwt.h"


/* Is this a JSON number, and nothing else? */
bool njwt_number_valid(njwt_slice_t text);

/*
 * Compares two numbers: *order is below, equal to or above zero as a is below,
 * equal to or above b.  False, *order untouched, if one is no JSON number. An
 * exponent beyond 10^17 counts as 10^17.
 */
bool njwt_number_compare(njwt_slice_t a, njwt_slice_t b, int *order);

/*
 * The nearest double of a number, infinity for one beyond the largest; 0 if
 * the text is no JSON number.  In time that grows with its length.
 */
double njwt_number_double(njwt_slice_t text);

/* Is this a JSON number that fits a double? */
bool njwt_number_finite(njwt_slice_t text);


#endif /* NJWT_NUMBER_H */
