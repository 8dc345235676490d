/*
 * The dates of a token.
 */

#include "njwt_dates.h"
#include "njwt_number.h"

#include <math.h>


static const njwt_slice_t  njwt_exp = njwt_literal("exp");
static const njwt_slice_t  njwt_nbf = njwt_literal("nbf");
static const njwt_slice_t  njwt_iat = njwt_literal("iat");


/* Is this number within 2^53, by its digits?  2^53 + 1 reads as 2^53. */

static bool
njwt_dates_within(njwt_value_t value)
{
    int           order;
    njwt_slice_t  text;

    static const njwt_slice_t  last = njwt_literal("9007199254740992");

    if (!njwt_json_scalar(value, &text)) {
        return false;
    }

    if (text.len > 0 && text.data[0] == '-') {
        text.data++;
        text.len--;
    }

    return njwt_number_compare(text, last, &order) && order <= 0;
}


/* Reads one date; false if it is none within 2^53. */

static bool
njwt_dates_one(njwt_value_t payload, njwt_slice_t name, double *date)
{
    njwt_value_t  value;

    *date = -HUGE_VAL;
    value = njwt_json_member(payload, name);

    if (njwt_json_type(value) == NJWT_JSON_ABSENT) {
        return true;
    }

    if (njwt_json_type(value) != NJWT_JSON_NUMBER) {
        return false;
    }

    *date = njwt_json_number(value);

    return (*date > -NJWT_MAX_DATE && *date < NJWT_MAX_DATE)
           || njwt_dates_within(value);
}


bool
njwt_dates_take(njwt_value_t payload, njwt_dates_t *dates)
{
    bool  exp, nbf, iat;

    exp = njwt_dates_one(payload, njwt_exp, &dates->exp);
    nbf = njwt_dates_one(payload, njwt_nbf, &dates->nbf);
    iat = njwt_dates_one(payload, njwt_iat, &dates->iat);

    return exp && nbf && iat;
}


njwt_dates_t
njwt_dates_read(njwt_value_t payload)
{
    njwt_dates_t  dates;

    (void) njwt_dates_take(payload, &dates);

    return dates;
}


bool
njwt_dates_expired(const njwt_dates_t *dates, double leeway, int64_t now)
{
    /* not "<=": what can't be compared counts as expired */

    return !(dates->exp + leeway > (double) now);
}


bool
njwt_dates_not_yet_valid(const njwt_dates_t *dates, double leeway,
    int64_t now)
{
    return !(dates->nbf <= (double) now + leeway);
}


bool
njwt_dates_from_future(const njwt_dates_t *dates, double leeway, int64_t now)
{
    return !(dates->iat <= (double) now + leeway);
}


bool
njwt_dates_too_old(const njwt_dates_t *dates, double max_age, double leeway,
    int64_t now)
{
    return njwt_dates_issued(dates)
           && !(dates->iat + max_age + leeway > (double) now);
}


bool
njwt_dates_issued_until(const njwt_dates_t *dates, double time)
{
    return !njwt_dates_issued(dates) || dates->iat <= time;
}


bool
njwt_dates_issued(const njwt_dates_t *dates)
{
    return dates->iat != -HUGE_VAL;
}


bool
njwt_dates_milliseconds(double date)
{
    return date >= 1e11;
}


double
njwt_dates_unit(double seconds, njwt_slice_t *name)
{
    size_t  i;

    static const struct {
        double        seconds;
        njwt_slice_t  name;
    } units[] = {
        { 86400, njwt_literal("days") },
        { 3600, njwt_literal("h") },
        { 60, njwt_literal("min") },
        { 1, njwt_literal("s") }
    };

    for (i = 0; i < 3 && seconds < 2 * units[i].seconds; i++) {
        /* void */
    }

    *name = units[i].name;

    return units[i].seconds;
}
