/*
 * The reader of JSON: what it does with memory, with many of a thing, and at
 * the edges of eight bytes.  What it takes and refuses is json_test's.
 */

#define _DEFAULT_SOURCE

#include "unit_json.h"
#include "njwt_json.h"
#include "njwt_number.h"

#include <sys/mman.h>
#include <unistd.h>


/* of exactly these bytes, so that a read past the end is noticed */

static njwt_value_t
read_bytes(const char *text, size_t len, njwt_json_error_t *error)
{
    uint8_t       *copy;
    njwt_slice_t   slice;

    copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    slice = unit_bytes(copy, len);
    free(copy);

    return njwt_json_read(&unit_arena, slice, error);
}


static njwt_json_error_t
fault(const char *text)
{
    njwt_value_t       value;
    njwt_json_error_t  error;

    value = read_bytes(text, strlen(text), &error);
    assert_int_equal(value.node != NULL, error == NJWT_JSON_GOOD);
    assert_int_equal(unit_arena.failed, error == NJWT_JSON_NO_MEMORY);

    return error;
}


static njwt_value_t
parse(const char *text)
{
    njwt_value_t       value;
    njwt_json_error_t  error;

    value = read_bytes(text, strlen(text), &error);
    assert_for(error == NJWT_JSON_GOOD, text);

    return value;
}


static void
each_refusal_has_its_reason(void **state)
{
    size_t  i;

    static const struct {
        const char        *text;
        njwt_json_error_t   error;
    } cases[] = {
        { "{}", NJWT_JSON_GOOD },
        { "", NJWT_JSON_SYNTAX },
        { "[]", NJWT_JSON_SYNTAX },
        { "{\"a\":\"\xff\"}", NJWT_JSON_SYNTAX },
        { "{\"a\":1,\"a\":2}", NJWT_JSON_DUPLICATE },
        { "{\"a\":1,\"a\":2,}", NJWT_JSON_SYNTAX },
        { "{\"a\":1,\"a\":2}x", NJWT_JSON_DUPLICATE },
        { "{\"\\u0000\":1}", NJWT_JSON_NUL },
        { "{\"\\u0000\\u0041\":1}", NJWT_JSON_NUL },
        { "{\"\\u0041\\u0000\":1}", NJWT_JSON_NUL },
        { "{\"a\":\"\\u0000\",\"b\":1}", NJWT_JSON_GOOD },
        { "{\"a\":\"\\u0000\"}", NJWT_JSON_GOOD },
        { "{\"a\":1e308}", NJWT_JSON_GOOD },
        { "{\"a\":1e309}", NJWT_JSON_BEYOND_DOUBLE },
        { "{\"a\":-1e309}", NJWT_JSON_BEYOND_DOUBLE },
        { "{\"a\":-17976931348623157e292}", NJWT_JSON_GOOD },
        { "{\"a\":17976931348623159e292}", NJWT_JSON_BEYOND_DOUBLE },
        { "{\"a\":0e999999999999999999999}", NJWT_JSON_GOOD },
        { "{\"a\":1e-999999999999999999999}", NJWT_JSON_GOOD },
        { "{\"a\":1e999999999999999999999}", NJWT_JSON_BEYOND_DOUBLE },
        { "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
          "]]]}", NJWT_JSON_GOOD },
        { "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]]]]]]]]]]"
          "]]]]]]}", NJWT_JSON_TOO_DEEP }
    };

    (void) state;

    for (i = 0; i < unit_count(cases); i++) {
        assert_for(fault(cases[i].text) == cases[i].error, cases[i].text);
    }
}


/*
 * Wherever a text ends too early it is refused, and not read on: behind it is
 * memory that nobody may read.
 */

static void
no_beginning_of_a_text_is_taken(void **state)
{
    size_t              len, page;
    uint8_t            *room;
    njwt_slice_t        slice;
    njwt_json_error_t   error;

    static const char  text[] =
        "{\"a b c d e f g h\":[-1.5e+3,\"\\ud83d\\ude00\\n\xf0\x9f\x98\x80"
        "\xe2\x82\xac\xc3\xa9\",true,false,null,{},[]],\"b\":{\"c\":\"d\"}}";

    (void) state;

    page = (size_t) sysconf(_SC_PAGESIZE);
    room = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(room != MAP_FAILED);
    assert_int_equal(mprotect(room + page, page, PROT_NONE), 0);

    for (len = 0; len < sizeof(text) - 1; len++) {
        slice.data = room + page - len;
        slice.len = len;
        memcpy(room + page - len, text, len);
        assert_null(njwt_json_read(&unit_arena, slice, &error).node);
        assert_int_equal(error, NJWT_JSON_SYNTAX);
    }

    assert_non_null(read_bytes(text, len, &error).node);
    assert_false(unit_arena.failed);
    munmap(room, 2 * page);
}


/* Eight bytes are looked at in one step: each byte, at each position. */

static void
a_byte_counts_wherever_it_stands(void **state)
{
    bool      good;
    char      text[64];
    size_t    at, len;
    unsigned  c;

    (void) state;

    for (at = 0; at < 20; at++) {
        for (c = 0; c < 256; c++) {
            if (c == '"' || c == '\\') {
                continue;
            }

            len = (size_t) sprintf(text, "{\"a\":\"xxxxxxxxxxxxxxxxxxxx\"}");
            text[6 + at] = (char) c;
            good = c >= 0x20 && c < 0x80;

            assert_int_equal(njwt_json_object(&unit_arena,
                                             unit_bytes(text, len)).node
                             != NULL, good);
        }

        sprintf(text, "{\"a\":\"%.*s\",\"b\":\"xxxxxxxxxxxx\"}", (int) at,
                "xxxxxxxxxxxxxxxxxxxx");
        assert_int_equal(njwt_json_string(unit_member(parse(text), "a")).len,
                         at);

        sprintf(text, "{\"a\":\"%.*s\\\"\xc3\xa9xxxxxxxx\"}", (int) at,
                "xxxxxxxxxxxxxxxxxxxx");
        assert_int_equal(njwt_json_string(unit_member(parse(text), "a")).len,
                         at + 11);
    }
}


static void
escapes_are_written_out_each_into_room_of_its_own(void **state)
{
    njwt_slice_t      name;
    njwt_value_t  root, value = { NULL };

    (void) state;

    root = parse("{\"\\u0061b\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"c\":\"d\","
                 "\"e\\u00E9\":[\"\\u20ac\",\"\\uD83D\\udE00!\",\"\\u0041\"],"
                 "\"\\u007f\\u0080\\u07ff\\u0800\\uffff\":\"x\\ty\"}");

    assert_true(njwt_json_next(root, &name, &value));
    assert_slice(name, "ab");
    assert_slice(njwt_json_string(value), "\"\\/\b\f\n\r\t");
    assert_true(njwt_json_next(root, &name, &value));
    assert_slice(name, "c");
    assert_slice(njwt_json_string(value), "d");
    assert_true(njwt_json_next(root, &name, &value));
    assert_slice(name, "e\xc3\xa9");
    assert_slice(njwt_json_string(njwt_json_element(value, 0)),
                 "\xe2\x82\xac");
    assert_slice(njwt_json_string(njwt_json_element(value, 1)),
                 "\xf0\x9f\x98\x80!");
    assert_slice(njwt_json_string(njwt_json_element(value, 2)), "A");
    assert_true(njwt_json_next(root, &name, &value));
    assert_slice(name, "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf");
    assert_slice(njwt_json_string(value), "x\ty");
    assert_false(njwt_json_next(root, &name, &value));
    assert_slice(name, "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf");
}


/*
 * n members whose names are in no order, then one more, which is the k-th
 * again (k < n), or another of the k-th's length.
 */

static const char *
members(char *text, size_t n, size_t k, bool again)
{
    size_t  i, len;

    len = (size_t) sprintf(text, "{");

    for (i = 0; i < n; i++) {
        len += (size_t) sprintf(text + len, "\"%zu\":%zu,", i * 7919 % 10007,
                                i);
    }

    sprintf(text + len, "\"%s%zu\":[]}", again ? "" : "x",
            again ? k * 7919 % 10007 : k);

    return text;
}


static void
a_duplicate_is_found_among_few_and_among_many(void **state)
{
    char    text[65536];
    size_t  n, k;

    (void) state;

    for (n = 1; n < 70; n++) {
        for (k = 0; k < n; k++) {
            assert_int_equal(fault(members(text, n, k, true)),
                             NJWT_JSON_DUPLICATE);
        }

        assert_int_equal(fault(members(text, n, 0, false)), NJWT_JSON_GOOD);
    }

    for (k = 0; k < 3000; k += 101) {
        assert_int_equal(fault(members(text, 3000, k, true)),
                         NJWT_JSON_DUPLICATE);
    }

    assert_int_equal(fault(members(text, 3000, 0, false)), NJWT_JSON_GOOD);
}


/* Also behind containers, whose own members are other ones. */

static void
only_members_of_one_object_are_compared(void **state)
{
    char    text[8192];
    size_t  i, n, len;

    (void) state;

    for (n = 1; n < 40; n++) {
        len = (size_t) sprintf(text, "{");

        for (i = 0; i < n; i++) {
            len += (size_t) sprintf(text + len,
                                    "\"%zu\":{\"a\":[{\"1\":0}],\"1\":\"\"},",
                                    i);
        }

        sprintf(text + len, "\"a\":0}");
        assert_int_equal(fault(text), NJWT_JSON_GOOD);
        sprintf(text + len, "\"%zu\":0}", n - 1);
        assert_int_equal(fault(text), NJWT_JSON_DUPLICATE);
    }
}


/* Nodes move to larger memory when they are many: what was read stays. */

static void
many_nodes_keep_their_order_and_their_children(void **state)
{
    char              text[65536], want[16];
    size_t            i, k, n, len;
    njwt_slice_t      out;
    njwt_value_t  list, element, one;

    (void) state;

    for (n = 0; n < 2000; n = n * 3 / 2 + 1) {
        len = (size_t) sprintf(text, "{\"list\":[");

        for (i = 0; i < n; i++) {
            len += (size_t) sprintf(text + len, "%s[%zu,{\"%zu\":[]}]",
                                    i == 0 ? "" : ",", i, i);
        }

        sprintf(text + len, "],\"last\":true}");
        list = unit_member(parse(text), "list");
        assert_int_equal(njwt_json_length(list), n);
        element.node = NULL;

        for (i = 0; njwt_json_each(list, &element); i++) {
            sprintf(want, "%zu", i);
            assert_int_equal(njwt_json_length(element), 2);
            one.node = NULL;
            assert_true(njwt_json_each(element, &one));
            assert_true(njwt_json_scalar(one, &out));
            assert_slice(out, want);
            assert_true(njwt_json_each(element, &one));
            assert_int_equal(njwt_json_type(unit_member(one, want)),
                             NJWT_JSON_ARRAY);
            assert_false(njwt_json_each(element, &one));
        }

        assert_int_equal(i, n);

        for (k = 0; k < n; k = k * 2 + 1) {
            assert_int_equal(njwt_json_number(njwt_json_element(
                                 njwt_json_element(list, k), 0)), k);
        }

        assert_null(njwt_json_element(list, n).node);
    }
}


static void
a_number_is_the_double_next_to_it(void **state)
{
    size_t            i, len;
    char              text[4096];
    uint64_t          seed = 4711;
    njwt_value_t  value;

    static const char  *const  numbers[] = {
        "0", "-0", "1", "-1", "999999999999999999", "1000000000000000001",
        "9007199254740993", "9007199254740992.9", "0.1", "1.5", "-1.50",
        "0.000000000000000000000001", "100e-2", "1E+2", "5e-324", "2e-324",
        "2.5e-324", "1e-400", "0.0e5", "0e-5", "123456789012345678e-17",
        "1.7976931348623157e308", "1797693134862315.7e293",
        "2.2250738585072011e-308", "0.00001e313", "1e00000000000000000000001"
    };

    (void) state;

    for (i = 0; i < unit_count(numbers); i++) {
        sprintf(text, "{\"a\":%s}", numbers[i]);
        value = unit_member(parse(text), "a");
        assert_for(njwt_json_number(value) == strtod(numbers[i], NULL), text);
    }

    for (i = 0; i < 20000; i++) {
        sprintf(text, "{\"a\":%s%.*g}", (i & 1) != 0 ? "-" : "",
                (int) (unit_random(&seed) % 25) + 1,
                unit_chance(&seed) * strtod(
                    (i & 2) != 0 ? "1e280" : (i & 4) != 0 ? "1e-290" : "1e9",
                    NULL));
        value = unit_member(parse(text), "a");
        assert_for(njwt_json_number(value) == strtod(text + 5, NULL), text);
    }

    /* of 2^53 and the next, the middle: what stands far behind decides */

    for (len = 700; len < 900; len++) {
        sprintf(text, "{\"a\":9007199254740993.%0*d1}", (int) len, 0);
        assert_true(njwt_json_number(unit_member(parse(text), "a"))
                    == 9007199254740994.0);
        sprintf(text, "{\"a\":9007199254740993.%0*d10}", (int) len, 0);
        assert_true(njwt_json_number(unit_member(parse(text), "a"))
                    == 9007199254740994.0);
        sprintf(text, "{\"a\":9007199254740993.%0*d0}", (int) len, 0);
        assert_true(njwt_json_number(unit_member(parse(text), "a"))
                    == 9007199254740992.0);
        sprintf(text, "{\"a\":9007199254740993%0*d1e-%zu}", (int) len, 0,
                len + 1);
        assert_true(njwt_json_number(unit_member(parse(text), "a"))
                    == 9007199254740994.0);
        sprintf(text, "{\"a\":0.%0*d7e%zu}", (int) len, 0, len + 3);
        assert_true(njwt_json_number(unit_member(parse(text), "a")) == 700);
    }

    assert_true(njwt_json_number(unit_member(parse("{\"a\":\"7\"}"), "a"))
                == 0);

    /* what is no number at all is none either where it is all digits */

    assert_true(njwt_number_double(unit_text("7")) == 7);
    assert_true(njwt_number_double(unit_text("07")) == 0);
    assert_true(njwt_number_double(unit_text("7:")) == 0);
    assert_true(njwt_number_double(unit_text("7/")) == 0);
    assert_true(njwt_number_double(unit_text("")) == 0);
}


/*
 * The digits of n * 2^-1075 behind "0." and 307 zeros, which are those of
 * n * 5^1075: 768 of them where n is almost 2^54, and none has more.
 */

static void
long_digits(uint64_t n, char *digits)
{
    int       i, k;
    unsigned  product;

    sprintf(digits, "%0768llu", (unsigned long long) n);

    for (i = 0; i < 1075; i++) {
        product = 0;

        for (k = 767; k >= 0; k--) {
            product = product / 10 + (unsigned) (digits[k] - '0') * 5;
            digits[k] = (char) ('0' + product % 10);
        }
    }
}


/* No number between two doubles that is as far from both is longer. */

static void
between_two_doubles_the_last_of_768_digits_decides(void **state)
{
    char      text[1024], digits[769];
    double    low, high;
    uint64_t  n, below;

    (void) state;

    for (n = ((uint64_t) 1 << 54) - 1; n > ((uint64_t) 1 << 54) - 21; n -= 2) {
        below = n / 2;
        low = (double) below * 0x1p-1074;
        high = (double) (below + 1) * 0x1p-1074;
        long_digits(n, digits);
        assert_int_not_equal(digits[0], '0');
        assert_int_equal(digits[767], '5');

        sprintf(text, "{\"a\":0.%se-307}", digits);
        assert_true(njwt_json_number(unit_member(parse(text), "a"))
                    == (below % 2 == 0 ? low : high));
        sprintf(text, "{\"a\":0.%s1e-307}", digits);
        assert_true(njwt_json_number(unit_member(parse(text), "a")) == high);
        digits[767] = '4';
        sprintf(text, "{\"a\":0.%s9e-307}", digits);
        assert_true(njwt_json_number(unit_member(parse(text), "a")) == low);
    }
}


static void
what_is_no_container_has_nothing_in_it(void **state)
{
    size_t            i;
    njwt_slice_t      name = { NULL, 4711 };
    njwt_value_t  root, value, at = { NULL };

    static const char  *const  names[] = { "s", "n", "b", "0", "e", "o" };

    (void) state;

    root = parse("{\"s\":\"\",\"n\":1,\"b\":true,\"0\":null,\"e\":[],"
                 "\"o\":{},\"x\":[1],\"y\":{\"z\":1}}");

    for (i = 0; i < unit_count(names); i++) {
        value = unit_member(root, names[i]);
        assert_non_null(value.node);
        assert_false(njwt_json_each(value, &at));
        assert_false(njwt_json_next(value, &name, &at));
        assert_null(njwt_json_member(value, unit_text("s")).node);
        assert_null(njwt_json_element(value, 0).node);
        assert_int_equal(njwt_json_length(value), 0);
    }

    /* what has no name isn't a member with the empty name */

    assert_null(njwt_json_member(unit_member(root, "x"), unit_text("")).node);

    assert_false(njwt_json_next(unit_member(root, "x"), &name, &at));
    assert_false(njwt_json_each(unit_member(root, "y"), &at));
    assert_int_equal(njwt_json_length(unit_member(root, "y")), 0);
    assert_false(njwt_json_each(at, &at));
    assert_false(njwt_json_next(at, &name, &at));
    assert_int_equal(njwt_json_type(at), NJWT_JSON_ABSENT);
    assert_null(at.node);
    assert_int_equal(name.len, 4711);
    assert_false(njwt_json_scalar(unit_member(root, "0"), &name));
    assert_false(njwt_json_scalar(unit_member(root, "x"), &name));
    assert_int_equal(name.len, 4711);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(each_refusal_has_its_reason),
        unit_case(no_beginning_of_a_text_is_taken),
        unit_case(a_byte_counts_wherever_it_stands),
        unit_case(escapes_are_written_out_each_into_room_of_its_own),
        unit_case(a_duplicate_is_found_among_few_and_among_many),
        unit_case(only_members_of_one_object_are_compared),
        unit_case(many_nodes_keep_their_order_and_their_children),
        unit_case(a_number_is_the_double_next_to_it),
        unit_case(between_two_doubles_the_last_of_768_digits_decides),
        unit_case(what_is_no_container_has_nothing_in_it)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
