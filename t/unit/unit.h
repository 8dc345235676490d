/*
 * What do the unit tests share?  Slices of exactly their bytes, and an arena
 * that is there for each test.
 *
 * A text is copied to a piece of its own: a read past its end is then caught
 * by AddressSanitizer, which the NUL behind a literal would hide.
 */

#ifndef UNIT_H
#define UNIT_H


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "njwt.h"


static njwt_arena_t  unit_arena;


static inline int
unit_begin(void **state)
{
    (void) state;

    njwt_arena_init(&unit_arena);

    return 0;
}


static inline int
unit_end(void **state)
{
    (void) state;

    njwt_arena_free(&unit_arena);

    return 0;
}


#define unit_case(function)                                                  \
    cmocka_unit_test_setup_teardown(function, unit_begin, unit_end)


static inline njwt_slice_t
unit_bytes(const void *data, size_t len)
{
    uint8_t       *copy;
    njwt_slice_t   slice;

    copy = njwt_arena_alloc(&unit_arena, len);
    assert_non_null(copy);

    if (len > 0) {
        memcpy(copy, data, len);
    }

    slice.data = copy;
    slice.len = len;

    return slice;
}


static inline njwt_slice_t
unit_text(const char *text)
{
    return unit_bytes(text, strlen(text));
}


/* a literal that may hold NUL */
#define unit_literal(text)  unit_bytes(text, sizeof(text) - 1)


#define assert_slice(got, text)                                              \
    do {                                                                     \
        njwt_slice_t  unit_got = (got);                                      \
        const char   *unit_want = (text);                                    \
                                                                             \
        if (unit_got.len != strlen(unit_want)                                \
            || (unit_got.len > 0                                             \
                && memcmp(unit_got.data, unit_want, unit_got.len) != 0))     \
        {                                                                    \
            fail_msg("\"%.*s\" is not \"%s\"", (int) unit_got.len,           \
                     (const char *) unit_got.data, unit_want);               \
        }                                                                    \
    } while (0)


/* cmocka 2 has one for each kind of number, and deprecates what 1 has */
#ifdef assert_uint_in_range
#define assert_within(value, low, high)  assert_uint_in_range(value, low, high)
#else
#define assert_within(value, low, high)  assert_in_range(value, low, high)
#endif


/* true or not, and if not, for which text */
#define assert_for(condition, text)                                          \
    do {                                                                     \
        if (!(condition)) {                                                  \
            fail_msg("not so for <%s>: " #condition, text);                  \
        }                                                                    \
    } while (0)


/* the same numbers on each run: xorshift64 */
static inline uint64_t
unit_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;

    return *seed;
}


/* from 0 to 1 */
static inline double
unit_chance(uint64_t *seed)
{
    return (double) (unit_random(seed) >> 11) / 9007199254740992.0;
}


#define unit_count(array)  (sizeof(array) / sizeof((array)[0]))


#endif /* UNIT_H */
