/*
 * When keys are fetched.  Simulated time, in milliseconds.
 */

#include "unit.h"
#include "njwt_refresh.h"


static const njwt_refresh_conf_t  conf = {
    .refresh = 600000, .cooldown = 30000, .timeout = 5000
};

/* beyond its timeout a fetch gets this long before it is taken for dead */
#define GRACE  1000

#define START  1000000


static void
a_fetch_is_due_at_once_after_a_start(void **state)
{
    njwt_refresh_t  fetch = { 0 };

    (void) state;

    assert_true(njwt_refresh_due(&conf, &fetch, false, 0));
    assert_true(njwt_refresh_due(&conf, &fetch, false, START));
    assert_int_equal(njwt_refresh_delay(&conf, &fetch, false, START), 0);
    assert_false(njwt_refresh_in_flight(&conf, &fetch, START));
}


static void
none_begins_while_one_is_in_flight(void **state)
{
    njwt_refresh_t  fetch = { 0 };

    (void) state;

    njwt_refresh_begin(&conf, &fetch, START);
    assert_true(njwt_refresh_in_flight(&conf, &fetch, START));
    assert_false(njwt_refresh_due(&conf, &fetch, false, START));
    assert_false(njwt_refresh_due(&conf, &fetch, true, START));
    assert_false(njwt_refresh_due(&conf, &fetch, true, START + 5000));
    assert_int_equal(njwt_refresh_delay(&conf, &fetch, true, START + 1), 0);
}


static void
a_fetch_that_ran_too_long_is_dead(void **state)
{
    uint64_t        end;
    njwt_refresh_t  fetch = { 0 };

    (void) state;

    njwt_refresh_begin(&conf, &fetch, START);
    end = START + conf.timeout + GRACE;

    assert_true(njwt_refresh_in_flight(&conf, &fetch, end - 1));
    assert_false(njwt_refresh_due(&conf, &fetch, true, end - 1));
    assert_false(njwt_refresh_in_flight(&conf, &fetch, end));
    assert_true(njwt_refresh_due(&conf, &fetch, false, end));
}


static uint64_t
after_success(njwt_refresh_t *fetch, double chance)
{
    njwt_refresh_begin(&conf, fetch, START);
    njwt_refresh_succeeded(&conf, fetch, chance, START);

    return fetch->due - START;
}


static void
the_first_good_one_is_followed_after_10_to_100_per_cent(void **state)
{
    uint64_t        wait;
    uint64_t        seed = 5;
    njwt_refresh_t  fetch;
    size_t          i;

    (void) state;

    fetch = (njwt_refresh_t) { 0 };
    assert_within(after_success(&fetch, 0), 59999, 60000);
    fetch = (njwt_refresh_t) { 0 };
    assert_within(after_success(&fetch, 1), 599999, 600000);
    fetch = (njwt_refresh_t) { 0 };
    assert_within(after_success(&fetch, 0.5), 329999, 330000);

    for (i = 0; i < 1000; i++) {
        fetch = (njwt_refresh_t) { 0 };
        wait = after_success(&fetch, unit_chance(&seed));
        assert_within(wait, 59999, 600000);
        assert_false(njwt_refresh_due(&conf, &fetch, false,
                                      START + wait - 1));
        assert_true(njwt_refresh_due(&conf, &fetch, false, START + wait));
        assert_int_equal(njwt_refresh_delay(&conf, &fetch, false, START),
                         wait);
    }
}


static void
later_ones_follow_after_90_to_110_per_cent(void **state)
{
    size_t          i;
    uint64_t        wait, seed = 6;
    njwt_refresh_t  fetch = { 0 };

    (void) state;

    (void) after_success(&fetch, 0.5);
    assert_within(after_success(&fetch, 0), 539999, 540000);
    assert_within(after_success(&fetch, 1), 659999, 660000);
    assert_within(after_success(&fetch, 0.5), 599999, 600001);

    for (i = 0; i < 1000; i++) {
        wait = after_success(&fetch, unit_chance(&seed));
        assert_within(wait, 539999, 660000);
    }
}


static void
failures_before_the_first_good_one_do_not_take_its_jitter(void **state)
{
    njwt_refresh_t  fetch = { 0 };

    (void) state;

    njwt_refresh_begin(&conf, &fetch, START);
    njwt_refresh_failed(&conf, &fetch, false, START);
    assert_within(after_success(&fetch, 0), 59999, 60000);
    assert_within(after_success(&fetch, 0), 539999, 540000);
}


static uint64_t
after_failure(njwt_refresh_t *fetch, bool keys_held, uint64_t now)
{
    njwt_refresh_begin(&conf, fetch, now);
    njwt_refresh_failed(&conf, fetch, keys_held, now);

    return fetch->due - now;
}


static void
failures_double_the_wait_up_to_the_refresh_interval(void **state)
{
    size_t          i;
    njwt_refresh_t  fetch = { 0 };

    static const uint64_t  waits[] = {
        1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000, 256000, 512000,
        600000, 600000
    };

    (void) state;

    for (i = 0; i < unit_count(waits); i++) {
        assert_int_equal(after_failure(&fetch, true, START), waits[i]);
        assert_int_equal(fetch.failures, i + 1);
        assert_false(njwt_refresh_in_flight(&conf, &fetch, START));
    }

    for (i = 0; i < 10000; i++) {
        assert_int_equal(after_failure(&fetch, true, START), 600000);
    }
}


static void
without_a_key_the_wait_grows_up_to_the_cooldown_only(void **state)
{
    size_t          i;
    njwt_refresh_t  fetch = { 0 };

    static const uint64_t  waits[] = {
        1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000
    };

    (void) state;

    for (i = 0; i < unit_count(waits); i++) {
        assert_int_equal(after_failure(&fetch, false, START), waits[i]);
    }

    /* the wait never overflows, however many there were */

    fetch.failures = UINT32_MAX - 1;
    assert_int_equal(after_failure(&fetch, false, START), 30000);
    assert_true(after_failure(&fetch, false, START) > 0);
}


static void
a_good_one_ends_the_back_off(void **state)
{
    size_t          i;
    njwt_refresh_t  fetch = { 0 };

    (void) state;

    for (i = 0; i < 5; i++) {
        (void) after_failure(&fetch, true, START);
    }

    (void) after_success(&fetch, 0.5);
    assert_int_equal(fetch.failures, 0);
    assert_int_equal(after_failure(&fetch, true, START), 1000);
}


/* A cooldown of nothing must not become a fetch at every look. */

static void
the_back_off_is_never_shorter_than_a_second(void **state)
{
    njwt_refresh_t             fetch = { 0 };
    const njwt_refresh_conf_t  hasty = { 600000, 0, 5000 };

    (void) state;

    njwt_refresh_begin(&hasty, &fetch, START);
    njwt_refresh_failed(&hasty, &fetch, false, START);
    assert_false(njwt_refresh_due(&hasty, &fetch, false, START + 100));
    assert_true(njwt_refresh_due(&hasty, &fetch, false, START + 1000));
}


static void
only_a_fetch_that_was_not_scheduled_uses_the_cooldown_up(void **state)
{
    uint64_t        due;
    njwt_refresh_t  fetch = { 0 };

    (void) state;

    /* the first one was due anyway */

    (void) after_success(&fetch, 1);
    assert_true(njwt_refresh_due(&conf, &fetch, true, START + 1));
    assert_false(njwt_refresh_due(&conf, &fetch, false, START + 1));
    assert_int_equal(njwt_refresh_delay(&conf, &fetch, true, START + 1), 0);

    /* an unknown kid */

    njwt_refresh_begin(&conf, &fetch, START + 1);
    njwt_refresh_succeeded(&conf, &fetch, 0.5, START + 10);
    assert_false(njwt_refresh_due(&conf, &fetch, true, START + 10));
    assert_false(njwt_refresh_due(&conf, &fetch, true, START + 30000));
    assert_true(njwt_refresh_due(&conf, &fetch, true, START + 30001));
    assert_int_equal(njwt_refresh_delay(&conf, &fetch, true, START + 10),
                     29991);

    /* one that is due doesn't wait for the cooldown, nor does it renew it */

    due = fetch.due;
    njwt_refresh_begin(&conf, &fetch, due);
    njwt_refresh_succeeded(&conf, &fetch, 0.5, due);
    assert_true(njwt_refresh_due(&conf, &fetch, true, due));
}


static void
the_cooldown_counts_from_the_beginning_of_the_fetch(void **state)
{
    njwt_refresh_t  fetch = { 0 };

    (void) state;

    (void) after_success(&fetch, 1);
    njwt_refresh_begin(&conf, &fetch, START + 1000);
    njwt_refresh_failed(&conf, &fetch, true, START + 6000);

    /* a failed one has its back-off as well, which is due first */

    assert_true(njwt_refresh_due(&conf, &fetch, false, START + 7000));
    assert_true(njwt_refresh_due(&conf, &fetch, true, START + 7000));
}


/*
 * A day of a token with an unknown kid at every look, the source good or bad:
 * at most one fetch in a cooldown is not one of the schedule's.
 */

static void
simulate(bool good, size_t *scheduled, size_t *wanted)
{
    uint64_t        now, seed = 30;
    njwt_refresh_t  fetch = { 0 };
    uint64_t        last = 0;

    *scheduled = 0;
    *wanted = 0;

    for (now = START; now < START + 86400000; now += 100) {
        if (!njwt_refresh_due(&conf, &fetch, true, now)) {
            continue;
        }

        if (now >= fetch.due) {
            (*scheduled)++;

        } else {
            assert_true(*wanted == 0 || now - last >= conf.cooldown);
            last = now;
            (*wanted)++;
        }

        njwt_refresh_begin(&conf, &fetch, now);

        if (good) {
            njwt_refresh_succeeded(&conf, &fetch, unit_chance(&seed),
                                   now + 50);

        } else {
            njwt_refresh_failed(&conf, &fetch, true, now + 50);
        }
    }
}


static void
constant_demand_causes_at_most_one_fetch_in_a_cooldown(void **state)
{
    size_t  scheduled, wanted;

    (void) state;

    simulate(true, &scheduled, &wanted);
    print_message("a good day: %zu scheduled, %zu wanted\n", scheduled,
                  wanted);
    assert_true(wanted <= 86400000 / conf.cooldown);
    assert_true(wanted > 2800);

    simulate(false, &scheduled, &wanted);
    print_message("a bad day: %zu scheduled, %zu wanted\n", scheduled,
                  wanted);
    assert_true(wanted <= 86400000 / conf.cooldown);
}


static void
a_quiet_day_has_a_fetch_in_each_interval(void **state)
{
    size_t          n;
    uint64_t        now, last, seed = 144;
    njwt_refresh_t  fetch = { 0 };

    (void) state;

    n = 0;
    last = START;

    for (now = START; now < START + 86400000; now += 100) {
        if (njwt_refresh_due(&conf, &fetch, false, now)) {
            assert_true(n < 2 || now - last >= 540000);
            assert_true(now - last <= 660100);
            last = now;
            n++;
            njwt_refresh_begin(&conf, &fetch, now);
            njwt_refresh_succeeded(&conf, &fetch, unit_chance(&seed), now);
        }
    }

    assert_within(n, 140, 150);
}


static void
a_fetch_given_up_lets_the_next_worker_begin_at_once(void **state)
{
    njwt_refresh_t  fetch = { 0 };

    (void) state;

    (void) after_success(&fetch, 1);
    njwt_refresh_begin(&conf, &fetch, START + 100);
    njwt_refresh_abandoned(&fetch, START + 200);

    assert_false(njwt_refresh_in_flight(&conf, &fetch, START + 200));
    assert_true(njwt_refresh_due(&conf, &fetch, false, START + 200));
    assert_int_equal(fetch.failures, 0);
}


/*
 * During a reload two workers are the first, each with its own idea of now: a
 * fetch that begins "in a moment" is in flight.
 */

static void
a_fetch_begun_by_a_clock_that_is_ahead_is_in_flight(void **state)
{
    njwt_refresh_t  fetch = { 0 };

    (void) state;

    njwt_refresh_begin(&conf, &fetch, START + 3);
    assert_true(njwt_refresh_in_flight(&conf, &fetch, START));
    assert_false(njwt_refresh_due(&conf, &fetch, true, START));

    /* by more than a fetch may take: this worker's turn was a long one */

    njwt_refresh_begin(&conf, &fetch, START + 20000);
    assert_true(njwt_refresh_in_flight(&conf, &fetch, START));
    assert_false(njwt_refresh_due(&conf, &fetch, true, START));
}


/* but one that begins far ahead is of a clock that was set back */

static void
a_fetch_begun_in_the_far_future_blocks_nothing(void **state)
{
    njwt_refresh_t  fetch = { 0 };

    (void) state;

    njwt_refresh_begin(&conf, &fetch, START + 86400000);
    assert_false(njwt_refresh_in_flight(&conf, &fetch, START));
}


static void
an_age_below_zero_is_zero(void **state)
{
    (void) state;

    assert_int_equal(njwt_refresh_age(0, 0), 0);
    assert_int_equal(njwt_refresh_age(5, 5), 5);
    assert_int_equal(njwt_refresh_age(-1, 0), 0);
    assert_int_equal(njwt_refresh_age(-1, -1), 0);
    assert_int_equal(njwt_refresh_age(INT64_MIN, INT64_MIN), 0);

    /* the clock was set back, or the machine slept: the longer one counts */

    assert_int_equal(njwt_refresh_age(-108000, 7), 7);
    assert_int_equal(njwt_refresh_age(108000, 7), 108000);
    assert_int_equal(njwt_refresh_age(INT64_MAX, 7), INT64_MAX);
}


static void
the_tenants_clock_is_compared_with_the_time_of_the_fetch(void **state)
{
    (void) state;

    assert_int_equal(njwt_refresh_skew(1000, 0, 1000, 1000), 0);
    assert_int_equal(njwt_refresh_skew(1003, 0, 1000, 1005), 0);
    assert_int_equal(njwt_refresh_skew(1006, 0, 1000, 1005), 1);
    assert_int_equal(njwt_refresh_skew(999, 0, 1000, 1005), -1);
    assert_int_equal(njwt_refresh_skew(400, 0, 1000, 1005), -600);
    assert_int_equal(njwt_refresh_skew(1600, 0, 1000, 1000), 600);

    /* what a cache has kept for ten minutes is no old clock */

    assert_int_equal(njwt_refresh_skew(400, 600, 1000, 1005), 0);
}


static void
a_clock_near_zero_is_a_clock(void **state)
{
    njwt_refresh_t  fetch = { 0 };

    (void) state;

    assert_true(njwt_refresh_due(&conf, &fetch, false, 0));
    njwt_refresh_begin(&conf, &fetch, 0);
    assert_true(njwt_refresh_in_flight(&conf, &fetch, 0));
    assert_true(njwt_refresh_in_flight(&conf, &fetch, 5999));
    assert_false(njwt_refresh_in_flight(&conf, &fetch, 6000));
    njwt_refresh_failed(&conf, &fetch, false, 10);
    assert_false(njwt_refresh_due(&conf, &fetch, false, 1009));
    assert_true(njwt_refresh_due(&conf, &fetch, false, 1010));
}


/*
 * At the end of 64 bits (584 million years of milliseconds) the next time
 * wraps: a fetch is due at once, rather than never.  No clock gets there; one
 * of 32 bits, which nginx has on such machines, wraps after 49 days and then
 * leaves "due" 49 days ahead.
 */

static void
at_the_end_of_time_fetches_come_too_often_rather_than_never(void **state)
{
    njwt_refresh_t  fetch = { 0 };

    (void) state;

    njwt_refresh_begin(&conf, &fetch, UINT64_MAX - 10);
    assert_true(njwt_refresh_in_flight(&conf, &fetch, UINT64_MAX));
    njwt_refresh_succeeded(&conf, &fetch, 0.5, UINT64_MAX - 5);
    assert_true(njwt_refresh_due(&conf, &fetch, false, UINT64_MAX - 5));
    assert_int_equal(njwt_refresh_delay(&conf, &fetch, false,
                                        UINT64_MAX - 5), 0);
}


static void
the_delay_is_how_long_until_due(void **state)
{
    size_t          i;
    uint64_t        now, delay, seed = 3;
    njwt_refresh_t  fetch;

    (void) state;

    for (i = 0; i < 20000; i++) {
        bool  wanted = unit_random(&seed) % 2;

        fetch = (njwt_refresh_t) { 0 };
        now = START + unit_random(&seed) % 100000;
        fetch.due = START + unit_random(&seed) % 100000;
        fetch.cool = START + unit_random(&seed) % 100000;
        fetch.begun = START + unit_random(&seed) % 100000;
        fetch.in_flight = unit_random(&seed) % 3 == 0;
        delay = njwt_refresh_delay(&conf, &fetch, wanted, now);

        if (njwt_refresh_in_flight(&conf, &fetch, now)) {
            assert_int_equal(delay, 0);
            continue;
        }

        assert_int_equal(delay == 0, njwt_refresh_due(&conf, &fetch, wanted,
                                                      now));
        fetch.in_flight = false;
        assert_true(njwt_refresh_due(&conf, &fetch, wanted, now + delay));
        assert_true(delay == 0
                    || !njwt_refresh_due(&conf, &fetch, wanted,
                                         now + delay - 1));
    }
}


/* 1,000 hosts that a deployment starts in the same moment */

#define HOSTS    1000
#define SECONDS  700


static void
hosts_that_start_together_part(void **state)
{
    size_t          i, k, sum, peak, third_peak;
    size_t          second[SECONDS] = { 0 }, third[2 * SECONDS] = { 0 };
    uint64_t        seed = 1000, due;
    njwt_refresh_t  fetch;

    (void) state;

    for (i = 0; i < HOSTS; i++) {
        fetch = (njwt_refresh_t) { 0 };
        njwt_refresh_begin(&conf, &fetch, START);
        njwt_refresh_succeeded(&conf, &fetch, unit_chance(&seed), START);
        second[(fetch.due - START) / 1000]++;

        due = fetch.due;
        njwt_refresh_begin(&conf, &fetch, due);
        njwt_refresh_succeeded(&conf, &fetch, unit_chance(&seed), due);
        third[(fetch.due - START) / 1000]++;
    }

    peak = 0;
    third_peak = 0;
    print_message("the second fetch of %d hosts, by 30 s:\n", HOSTS);

    for (i = 0; i < SECONDS; i += 30) {
        sum = 0;

        for (k = i; k < i + 30 && k < SECONDS; k++) {
            sum += second[k];
            peak = (second[k] > peak) ? second[k] : peak;
        }

        print_message("%4zu s %4zu %.*s\n", i, sum, (int) sum,
                      "############################################"
                      "############################################");
        assert_true(sum <= 90);
    }

    for (i = 0; i < 2 * SECONDS; i++) {
        third_peak = (third[i] > third_peak) ? third[i] : third_peak;
    }

    print_message("at most %zu in one second, then %zu\n", peak, third_peak);

    /* 1,000 over 540 s are 1.9 in each; Auth0's free tenant allows 20 */

    assert_true(peak <= 10);
    assert_true(third_peak <= 10);
}


static void
keys_serve_until_they_are_too_old(void **state)
{
    (void) state;

    assert_true(njwt_refresh_serves(0, 0));
    assert_true(njwt_refresh_serves(10, 10000));
    assert_true(njwt_refresh_serves(10, 10999));
    assert_false(njwt_refresh_serves(11, 10999));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(a_fetch_is_due_at_once_after_a_start),
        unit_case(none_begins_while_one_is_in_flight),
        unit_case(a_fetch_that_ran_too_long_is_dead),
        unit_case(the_first_good_one_is_followed_after_10_to_100_per_cent),
        unit_case(later_ones_follow_after_90_to_110_per_cent),
        unit_case(failures_before_the_first_good_one_do_not_take_its_jitter),
        unit_case(failures_double_the_wait_up_to_the_refresh_interval),
        unit_case(without_a_key_the_wait_grows_up_to_the_cooldown_only),
        unit_case(a_good_one_ends_the_back_off),
        unit_case(the_back_off_is_never_shorter_than_a_second),
        unit_case(only_a_fetch_that_was_not_scheduled_uses_the_cooldown_up),
        unit_case(the_cooldown_counts_from_the_beginning_of_the_fetch),
        unit_case(constant_demand_causes_at_most_one_fetch_in_a_cooldown),
        unit_case(a_quiet_day_has_a_fetch_in_each_interval),
        unit_case(a_fetch_given_up_lets_the_next_worker_begin_at_once),
        unit_case(a_fetch_begun_by_a_clock_that_is_ahead_is_in_flight),
        unit_case(a_fetch_begun_in_the_far_future_blocks_nothing),
        unit_case(an_age_below_zero_is_zero),
        unit_case(the_tenants_clock_is_compared_with_the_time_of_the_fetch),
        unit_case(a_clock_near_zero_is_a_clock),
        unit_case(at_the_end_of_time_fetches_come_too_often_rather_than_never),
        unit_case(the_delay_is_how_long_until_due),
        unit_case(hosts_that_start_together_part),
        unit_case(keys_serve_until_they_are_too_old)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
