/*
 * Is one member of an object found where it plainly is, and only there?
 */

#include "unit.h"
#include "njwt_json_peek.h"


static njwt_peek_t
peek(const char *text, njwt_slice_t *value)
{
    value->data = (const uint8_t *) "untouched";
    value->len = 9;

    return njwt_json_peek(unit_text(text), unit_text("sub"), value);
}


static void
a_plain_member_is_found(void **state)
{
    njwt_slice_t  value;

    (void) state;

    assert_int_equal(peek("{\"sub\":\"x\"}", &value), NJWT_PEEK_FOUND);
    assert_slice(value, "x");
    assert_int_equal(peek(" { \"a\" : 1 , \"sub\" : 1.50 } ", &value),
                     NJWT_PEEK_FOUND);
    assert_slice(value, "1.50");
    assert_int_equal(peek("{\"a\":{\"sub\":\"}\"},\"sub\":true}", &value),
                     NJWT_PEEK_FOUND);
    assert_slice(value, "true");

    /* a quote with an escape doesn't end what stands before */

    assert_int_equal(peek("{\"a\":\"x\\\"y\",\"sub\":\"z\"}", &value),
                     NJWT_PEEK_FOUND);
    assert_slice(value, "z");
}


static void
what_is_not_plain_is_for_others_to_read(void **state)
{
    size_t        i;
    njwt_slice_t  value;

    static const char  *const  texts[] = {
        "{\"sub\":null}", "{\"sub\":{\"a\":1}}", "{\"sub\":[1]}",
        "{\"sub\":\"a\\nb\"}", "{\"s\\u0075b\":\"x\"}",
        "{\"s\\u0075b\":\"x\",\"sub\":\"y\"}", "{\"sub\"", "{\"sub\":\"x", "",
        "[]"
    };

    (void) state;

    for (i = 0; i < unit_count(texts); i++) {
        assert_for(peek(texts[i], &value) == NJWT_PEEK_UNSURE, texts[i]);
        assert_slice(value, "untouched");
    }
}


static void
what_is_not_there_is_absent(void **state)
{
    njwt_slice_t  value;

    (void) state;

    assert_int_equal(peek("{}", &value), NJWT_PEEK_ABSENT);
    assert_int_equal(peek("{\"a\":\"sub\",\"b\":{\"sub\":1}}", &value),
                     NJWT_PEEK_ABSENT);
    assert_slice(value, "untouched");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(a_plain_member_is_found),
        unit_case(what_is_not_plain_is_for_others_to_read),
        unit_case(what_is_not_there_is_absent)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
