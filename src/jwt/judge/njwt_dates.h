/*
 * The dates of a token (RFC 7519, sections 4.1.4 to 4.1.6).
 */

#ifndef NJWT_DATES_H
#define NJWT_DATES_H


#include "njwt.h"
#include "njwt_json.h"


/* seconds since the epoch; an absent date is earlier than any other */
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

/* The dates of a payload that has passed njwt_dates_take(). */
njwt_dates_t njwt_dates_read(njwt_value_t payload);

/* "exp" is missing, or exp + leeway (seconds) is not later than now. */
bool njwt_dates_expired(const njwt_dates_t *dates, double leeway,
    int64_t now);

/* "nbf" is later than now + leeway. */
bool njwt_dates_not_yet_valid(const njwt_dates_t *dates, double leeway,
    int64_t now);

/* "iat" is later than now + leeway. */
bool njwt_dates_from_future(const njwt_dates_t *dates, double leeway,
    int64_t now);

/*
 * "iat" is present, and iat + max_age + leeway is not later than now.  False
 * for a token without "iat", whose age nobody knows: if there is a max_age,
 * njwt_claims_has_required() must refuse it.
 */
bool njwt_dates_too_old(const njwt_dates_t *dates, double max_age,
    double leeway, int64_t now);

/*
 * Is this date probably in milliseconds?  Read as seconds it is beyond the
 * year 5000, read as milliseconds it is after 1973.
 */
bool njwt_dates_milliseconds(double date);

/*
 * The unit in which a duration is shown: the largest one of which it has at
 * least two.  Returns the seconds of that unit, and its name.
 */
double njwt_dates_unit(double seconds, njwt_slice_t *name);

/* "iat" is missing, or not later than that time; no leeway. */
bool njwt_dates_issued_until(const njwt_dates_t *dates, double time);

/* Is "iat" present? */
bool njwt_dates_issued(const njwt_dates_t *dates);


#endif /* NJWT_DATES_H */
