/*
 * The state files whose keys are used after a restart.
 */

#include "unit.h"
#include "njwt_key.h"
#include "njwt_keyfile.h"


#define KEYS   "{\"keys\":[1,2,3]}"
#define NOW    1800000000u
#define STALE  86400u

static const uint8_t  ours[NJWT_KEYFILE_DIGEST] =
    "0123456789abcdef0123456789abcde";


static njwt_slice_t
written(const uint8_t *source, uint64_t fetched, const char *keys)
{
    size_t          len;
    uint8_t         data[1024];
    njwt_keyfile_t  keyfile;

    keyfile.source = source;
    keyfile.fetched = fetched;
    keyfile.keys = unit_text(keys);

    len = njwt_keyfile_write(&keyfile, data, sizeof(data));
    assert_true(len > 0);

    return unit_bytes(data, len);
}


/* A text with a digest that is right, whatever else is in it. */

static njwt_slice_t
sealed(const char *rest)
{
    size_t   i, n;
    uint8_t  data[1024], digest[NJWT_KEYFILE_DIGEST];

    n = (size_t) snprintf((char *) data, sizeof(data),
                          "nginx-jwt-scope keys 1\nsha256 ");
    assert_true(njwt_sha256(unit_text(rest), digest));

    for (i = 0; i < sizeof(digest); i++) {
        n += (size_t) snprintf((char *) data + n, sizeof(data) - n, "%02x",
                               digest[i]);
    }

    n += (size_t) snprintf((char *) data + n, sizeof(data) - n, "\n%s", rest);

    return unit_bytes(data, n);
}


static const char *
fault_at(njwt_slice_t text, uint64_t now)
{
    uint64_t      fetched = 7;
    const char   *fault;
    njwt_slice_t  keys = njwt_literal("untouched");

    fault = njwt_keyfile_read(text, ours, now, STALE, &keys, &fetched);

    if (fault != NULL) {
        assert_slice(keys, "untouched");
        assert_int_equal(fetched, 7);
    }

    return fault;
}


static const char *
fault_of(njwt_slice_t text)
{
    return fault_at(text, NOW);
}


static void
what_was_written_is_read(void **state)
{
    size_t        i;
    uint64_t      fetched;
    njwt_slice_t  keys, text;

    static const uint64_t  times[] = { 0, 9, 10, NOW, 999999999999u };

    (void) state;

    for (i = 0; i < unit_count(times); i++) {
        text = written(ours, times[i], KEYS);
        assert_null(njwt_keyfile_read(text, ours, times[i], 0, &keys,
                                      &fetched));
        assert_slice(keys, KEYS);
        assert_int_equal(fetched, times[i]);
    }

    assert_null(fault_of(written(ours, NOW, "")));
}


static void
it_is_the_text_that_the_header_shows(void **state)
{
    (void) state;

    assert_null(fault_of(sealed(
        "source 30313233343536373839616263646566"
        "30313233343536373839616263646500\n"
        "fetched 1800000000\n\n" KEYS)));
}


static void
each_byte_counts(void **state)
{
    size_t        i, bit;
    uint8_t       data[1024];
    njwt_slice_t  text;

    (void) state;

    text = written(ours, NOW, KEYS);
    memcpy(data, text.data, text.len);

    for (i = 0; i < text.len; i++) {
        for (bit = 0; bit < 8; bit++) {
            data[i] ^= (uint8_t) (1u << bit);
            assert_non_null(fault_of(unit_bytes(data, text.len)));
            data[i] ^= (uint8_t) (1u << bit);
        }
    }

    assert_null(fault_of(unit_bytes(data, text.len)));
}


static void
a_text_that_was_cut_off_or_grew_is_none(void **state)
{
    size_t        i;
    uint8_t       data[1024] = { 0 };
    njwt_slice_t  text;

    (void) state;

    text = written(ours, NOW, KEYS);
    memcpy(data, text.data, text.len);

    for (i = 0; i < text.len; i++) {
        assert_non_null(fault_of(unit_bytes(data, i)));
    }

    assert_null(fault_of(unit_bytes(data, i)));
    assert_non_null(fault_of(unit_bytes(data, i + 1)));
}


static void
another_version_is_not_understood(void **state)
{
    uint8_t       data[1024];
    njwt_slice_t  text;

    (void) state;

    text = written(ours, NOW, KEYS);
    memcpy(data, text.data, text.len);
    data[21] = '2';

    assert_non_null(strstr(fault_of(unit_bytes(data, text.len)), "version"));
    assert_non_null(strstr(fault_of(unit_text("{\"keys\":[]}")), "version"));
    assert_non_null(strstr(fault_of(unit_text("")), "version"));
}


static void
another_source_is_not_ours(void **state)
{
    size_t   i;
    uint8_t  other[NJWT_KEYFILE_DIGEST];

    (void) state;

    for (i = 0; i < sizeof(other); i++) {
        memcpy(other, ours, sizeof(other));
        other[i] ^= 1;
        assert_non_null(strstr(fault_of(written(other, NOW, KEYS)),
                               "another source"));
    }

    assert_null(fault_of(written(ours, NOW, KEYS)));
}


static void
its_age_counts(void **state)
{
    (void) state;

    assert_null(fault_of(written(ours, NOW - STALE, KEYS)));
    assert_non_null(strstr(fault_of(written(ours, NOW - STALE - 1, KEYS)),
                           "jwks_stale"));
    assert_non_null(strstr(fault_of(written(ours, 0, KEYS)), "jwks_stale"));
}


static void
a_clock_set_back_by_a_minute_keeps_them(void **state)
{
    (void) state;

    assert_null(fault_of(written(ours, NOW, KEYS)));
    assert_null(fault_of(written(ours, NOW + 1, KEYS)));
    assert_null(fault_of(written(ours, NOW + 60, KEYS)));
    assert_non_null(strstr(fault_of(written(ours, NOW + 61, KEYS)),
                           "future"));
    assert_non_null(strstr(fault_at(written(ours, 61, KEYS), 0), "future"));
    assert_null(fault_at(written(ours, 60, KEYS), 0));
}


#define SOURCE                                                               \
    "source 30313233343536373839616263646566"                                \
    "30313233343536373839616263646500\n"


static void
a_digest_that_is_right_makes_no_line_right(void **state)
{
    size_t  i;

    static const char  *texts[] = {
        "",
        "\n",
        "source ",
        SOURCE,
        SOURCE "fetched ",
        SOURCE "fetched 1",
        SOURCE "fetched 1\n",
        SOURCE "fetched 1\n" KEYS,
        SOURCE "fetched 1 \n\n" KEYS,
        SOURCE "fetched  1\n\n" KEYS,
        SOURCE "fetched -1\n\n" KEYS,
        SOURCE "fetched +1\n\n" KEYS,
        SOURCE "fetched 1.5\n\n" KEYS,
        SOURCE "fetched 0x1\n\n" KEYS,
        SOURCE "fetched \n\n" KEYS,
        SOURCE "fetched 1800000000000\n\n" KEYS,
        SOURCE "fetched 36893488147419103232\n\n" KEYS,
        SOURCE "\nfetched 1800000000\n\n" KEYS,
        "fetched 1800000000\n" SOURCE "\n" KEYS,
        "Source 00\nfetched 1800000000\n\n" KEYS
    };

    (void) state;

    assert_null(fault_of(sealed(SOURCE "fetched 1800000000\n\n" KEYS)));

    for (i = 0; i < unit_count(texts); i++) {
        assert_for(fault_of(sealed(texts[i])) != NULL, texts[i]);
        assert_for(strstr(fault_of(sealed(texts[i])), "missing") != NULL,
                   texts[i]);
    }
}


static void
too_little_room_is_no_text(void **state)
{
    size_t          size, len;
    uint8_t        *data;
    njwt_keyfile_t  expected;

    (void) state;

    expected.source = ours;
    expected.fetched = 999999999999u;
    expected.keys = unit_text(KEYS);

    for (size = 0; size < NJWT_KEYFILE_MAX_HEAD + sizeof(KEYS) - 1; size++) {
        assert_int_equal(njwt_keyfile_write(&expected, NULL, size), 0);
    }

    data = njwt_arena_alloc(&unit_arena, size);
    len = njwt_keyfile_write(&expected, data, size);
    assert_within(len, sizeof(KEYS), size);

    /* nor is there one of a time that couldn't be read */

    expected.fetched++;
    assert_int_equal(njwt_keyfile_write(&expected, data, size), 0);
    expected.fetched = NOW;
    assert_true(njwt_keyfile_write(&expected, data, size) > 0);

    /* nor of keys whose length is beyond all numbers */

    expected.keys.len = SIZE_MAX;
    assert_int_equal(njwt_keyfile_write(&expected, data, size), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(what_was_written_is_read),
        unit_case(it_is_the_text_that_the_header_shows),
        unit_case(each_byte_counts),
        unit_case(a_text_that_was_cut_off_or_grew_is_none),
        unit_case(another_version_is_not_understood),
        unit_case(another_source_is_not_ours),
        unit_case(its_age_counts),
        unit_case(a_clock_set_back_by_a_minute_keeps_them),
        unit_case(a_digest_that_is_right_makes_no_line_right),
        unit_case(too_little_room_is_no_text)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
