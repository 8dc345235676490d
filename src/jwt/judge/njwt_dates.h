/*
 * Is a token in force at this moment?  (RFC 7519, sections 4.1.4 to 4.1.6)
 */

#ifndef NJWT_DATES_H
#define NJWT_DATES_H


#include "njwt.h"
#include "njwt_json.h"


/* seconds since the epoch; a date that isn't there is earlier than any */
typedef struct {
    double  exp;
    double  nbf;
    double  iat;
} njwt_dates_t;


/*
 * Reads the dates of a payload.  Is each of "exp", "nbf" and "iat" absent, or
 * a number within 2^53?
 */
bool njwt_dates_take(njwt_value_t payload, njwt_dates_t *dates);

/* The same question alone. */
bool njwt_dates_ok(njwt_value_t payload);

/* The dates of a payload of which njwt_dates_ok(). */
njwt_dates_t njwt_dates_read(njwt_value_t payload);

/* "exp" is missing, or it and the leeway, in seconds, are over. */
bool njwt_dates_expired(const njwt_dates_t *dates, double leeway,
    int64_t now);

/* "nbf" is later than now and the leeway. */
bool njwt_dates_not_yet_valid(const njwt_dates_t *dates, double leeway,
    int64_t now);

/* "iat" is later than now and the leeway. */
bool njwt_dates_from_future(const njwt_dates_t *dates, double leeway,
    int64_t now);

/*
 * "iat" is there, and it, max_age seconds and the leeway are over.  False of a
 * token without "iat", of which nobody knows how old it is: where there is a
 * max_age, njwt_claims_has_required() must refuse it.
 */
bool njwt_dates_too_old(const njwt_dates_t *dates, double max_age,
    double leeway, int64_t now);

/*
 * Is this date rather one in milliseconds?  As seconds it is in a year beyond
 * 5000, as milliseconds in one since 1973.
 */
bool njwt_dates_milliseconds(double date);

/*
 * In which unit are so many seconds best told?  The seconds that it has, and
 * its name: of at least two the largest.
 */
double njwt_dates_unit(double seconds, njwt_slice_t *name);

/* "iat" is missing, or no later than that time: no leeway. */
bool njwt_dates_issued_until(const njwt_dates_t *dates, double time);

/* Is "iat" there? */
bool njwt_dates_issued(const njwt_dates_t *dates);


#endif /* NJWT_DATES_H */
