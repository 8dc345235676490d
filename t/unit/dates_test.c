/*
 * A token is valid at each second that it should be, and at no other.
 */

#include "unit_json.h"
#include "njwt_dates.h"


static njwt_dates_t
dates_of(const char *json)
{
    njwt_dates_t  dates;

    assert_for(njwt_dates_take(unit_object(json), &dates), json);

    return dates;
}


static bool
ok(const char *name, const char *value)
{
    char          json[128];
    njwt_dates_t  dates;

    snprintf(json, sizeof(json), "{\"%s\":%s}", name, value);

    return njwt_dates_take(unit_object(json), &dates);
}


static void
each_date_is_absent_or_a_number_within_2_to_the_53(void **state)
{
    size_t  i, k;

    static const char  *const  names[] = { "exp", "nbf", "iat" };

    static const char  *const  good[] = {
        "0", "-0", "1", "1.5", "1e3", "-1", "9007199254740991.25",
        "9007199254740992", "9007199254740992.0",
        "9007199254740992.000", "-9007199254740992", "-9007199254740992.0"
    };

    static const char  *const  bad[] = {
        "9007199254740993", "9007199254740994", "90071992547409920",
        "9007199254740992.5", "9007199254740992.01", "9.007199254740993e15",
        "-9007199254740993", "1e16", "-1e16", "1e300", "null", "true",
        "\"1\"", "\"\"", "[]", "[1]", "{}"
    };

    (void) state;

    assert_true(njwt_dates_read(unit_object("{}")).exp < 0);

    for (i = 0; i < unit_count(names); i++) {
        for (k = 0; k < unit_count(good); k++) {
            assert_for(ok(names[i], good[k]), good[k]);
        }

        for (k = 0; k < unit_count(bad); k++) {
            assert_for(!ok(names[i], bad[k]), bad[k]);
        }
    }

    assert_true(ok("Exp", "null"));
    assert_true(ok("x", "1e300"));
}


static void
a_date_that_is_not_there_is_earlier_than_any(void **state)
{
    njwt_dates_t  dates;

    (void) state;

    dates = dates_of("{}");

    assert_true(njwt_dates_expired(&dates, 0, 0));
    assert_true(njwt_dates_expired(&dates, 1e15, -1000000000000));
    assert_false(njwt_dates_not_yet_valid(&dates, 0, 0));
    assert_false(njwt_dates_from_future(&dates, 0, 0));
    assert_false(njwt_dates_too_old(&dates, 0, 0, 1000));
    assert_false(njwt_dates_issued(&dates));

    dates = dates_of("{\"iat\":-9007199254740992}");
    assert_true(njwt_dates_issued(&dates));
}


static void
each_date_is_its_own(void **state)
{
    njwt_dates_t  dates;

    (void) state;

    dates = dates_of("{\"exp\":30,\"nbf\":20,\"iat\":10.5}");

    assert_true(dates.exp == 30);
    assert_true(dates.nbf == 20);
    assert_true(dates.iat == 10.5);
}


static void
a_token_is_too_old_at_the_very_second(void **state)
{
    njwt_dates_t  dates;

    (void) state;

    dates = dates_of("{\"iat\":1000}");

    assert_false(njwt_dates_too_old(&dates, 60, 0, 1059));
    assert_true(njwt_dates_too_old(&dates, 60, 0, 1060));
    assert_false(njwt_dates_too_old(&dates, 60, 5, 1064));
    assert_true(njwt_dates_too_old(&dates, 60, 5, 1065));
    assert_true(njwt_dates_too_old(&dates, 60, 5, INT64_MAX));
    assert_true(njwt_dates_too_old(&dates, 0, 0, 1000));
    assert_false(njwt_dates_too_old(&dates, 0, 0, 999));

    dates = dates_of("{\"iat\":1000.5}");

    assert_false(njwt_dates_too_old(&dates, 60, 0, 1060));
    assert_true(njwt_dates_too_old(&dates, 60, 0, 1061));

    dates = dates_of("{\"iat\":0}");

    assert_true(njwt_dates_too_old(&dates, 60, 5, 65));
    assert_false(njwt_dates_too_old(&dates, 60, 5, 64));
}


/* A sum that no double holds, or no number at all, allows nothing. */

static void
what_cannot_be_compared_is_refused(void **state)
{
    njwt_dates_t     dates;
    volatile double  zero = 0;

    (void) state;

    dates.exp = zero / zero;
    dates.nbf = zero / zero;
    dates.iat = zero / zero;

    assert_true(njwt_dates_expired(&dates, 5, 1000));
    assert_true(njwt_dates_not_yet_valid(&dates, 5, 1000));
    assert_true(njwt_dates_from_future(&dates, 5, 1000));
    assert_true(njwt_dates_too_old(&dates, 60, 5, 1000));
}


static void
seconds_are_told_in_the_largest_unit_that_they_have_twice(void **state)
{
    size_t        i;
    double        unit;
    njwt_slice_t  name;

    static const struct {
        double       seconds;
        double       unit;
        const char  *name;
    } spans[] = {
        { -200000, 1, "s" },
        { 0, 1, "s" },
        { 119, 1, "s" },
        { 120, 60, "min" },
        { 7199, 60, "min" },
        { 7200, 3600, "h" },
        { 172799, 3600, "h" },
        { 172800, 86400, "days" }
    };

    (void) state;

    for (i = 0; i < unit_count(spans); i++) {
        unit = njwt_dates_unit(spans[i].seconds, &name);

        assert_true(unit == spans[i].unit);
        assert_true(njwt_slice_equal(name, unit_text(spans[i].name)));
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(each_date_is_absent_or_a_number_within_2_to_the_53),
        unit_case(a_date_that_is_not_there_is_earlier_than_any),
        unit_case(each_date_is_its_own),
        unit_case(a_token_is_too_old_at_the_very_second),
        unit_case(what_cannot_be_compared_is_refused),
        unit_case(seconds_are_told_in_the_largest_unit_that_they_have_twice)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
