/*
 * What of an earlier schedule holds under another configuration, and how
 * Retry-After is obeyed.
 */

#include "unit.h"
#include "njwt_refresh.h"


static const njwt_refresh_conf_t  conf = { 1000, 300, 50 };


static void
a_schedule_of_longer_intervals_is_shortened(void **state)
{
    njwt_refresh_t  refresh = { .due = 900000, .cool = 800000 };

    (void) state;

    njwt_refresh_recover(&conf, &refresh, 5000);

    assert_int_equal(refresh.due, 6100);
    assert_int_equal(refresh.cool, 5300);
}


static void
a_schedule_within_them_stays(void **state)
{
    njwt_refresh_t  refresh = { .due = 5500, .cool = 5100, .failures = 2 };

    (void) state;

    njwt_refresh_recover(&conf, &refresh, 5000);

    assert_int_equal(refresh.due, 5500);
    assert_int_equal(refresh.cool, 5100);
    assert_int_equal(refresh.failures, 2);
}


static void
retry_after_is_honoured(void **state)
{
    njwt_refresh_t  refresh = { .due = 5010 };

    (void) state;

    njwt_refresh_postpone(&conf, &refresh, true, 700, 5000);
    assert_int_equal(refresh.due, 5700);
}


static void
up_to_the_refresh_interval(void **state)
{
    njwt_refresh_t  refresh = { .due = 5010 };

    (void) state;

    njwt_refresh_postpone(&conf, &refresh, true, 86400000, 5000);
    assert_int_equal(refresh.due, 6000);
}


static void
or_to_the_cooldown_while_no_key_is_held(void **state)
{
    njwt_refresh_t  refresh = { .due = 5010 };

    (void) state;

    njwt_refresh_postpone(&conf, &refresh, false, 86400000, 5000);
    assert_int_equal(refresh.due, 5300);
    njwt_refresh_postpone(&conf, &refresh, false, 90, 5290);
    assert_int_equal(refresh.due, 5380);
}


static void
and_never_makes_a_fetch_come_sooner(void **state)
{
    njwt_refresh_t  refresh = { .due = 5900 };

    (void) state;

    njwt_refresh_postpone(&conf, &refresh, true, 0, 5000);
    assert_int_equal(refresh.due, 5900);
    njwt_refresh_postpone(&conf, &refresh, true, 200, 5000);
    assert_int_equal(refresh.due, 5900);
}


/* A date in the past is none: it must not wrap to the longest wait. */

static void
a_retry_after_in_the_past_is_none(void **state)
{
    njwt_refresh_t  refresh = { .due = 5010 };

    (void) state;

    assert_int_equal(njwt_refresh_retry_after(0), 0);
    assert_int_equal(njwt_refresh_retry_after(-1), 0);
    assert_int_equal(njwt_refresh_retry_after(INT64_MIN), 0);
    assert_int_equal(njwt_refresh_retry_after(1), 1000);
    assert_int_equal(njwt_refresh_retry_after(86400), 86400000);
    assert_int_equal(njwt_refresh_retry_after(INT64_MAX), 86400000);

    njwt_refresh_postpone(&conf, &refresh, true,
                          njwt_refresh_retry_after(-3600), 5000);
    assert_int_equal(refresh.due, 5010);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_schedule_of_longer_intervals_is_shortened),
        cmocka_unit_test(a_schedule_within_them_stays),
        cmocka_unit_test(retry_after_is_honoured),
        cmocka_unit_test(up_to_the_refresh_interval),
        cmocka_unit_test(or_to_the_cooldown_while_no_key_is_held),
        cmocka_unit_test(and_never_makes_a_fetch_come_sooner),
        cmocka_unit_test(a_retry_after_in_the_past_is_none)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
