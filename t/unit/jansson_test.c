/*
 * jansson's door: what it reads is what the core's own reader reads.
 */

#include "unit_json.h"
#include "njwt_jansson.h"


static njwt_value_t
parse(const char *text)
{
    return njwt_jansson_object(&unit_arena, unit_text(text));
}


/* Are these the same?  Numbers by their double, others by their text. */

static bool
same(njwt_value_t a, njwt_value_t b)
{
    njwt_slice_t  name, other;
    njwt_value_t  x = { NULL }, y = { NULL };

    if (njwt_json_type(a) != njwt_json_type(b)
        || njwt_json_length(a) != njwt_json_length(b)
        || njwt_json_number(a) != njwt_json_number(b))
    {
        return false;
    }

    while (njwt_json_each(a, &x)) {
        if (!njwt_json_each(b, &y) || !same(x, y)) {
            return false;
        }
    }

    while (njwt_json_next(a, &name, &x)) {
        if (!njwt_json_next(b, &other, &y) || !njwt_slice_equal(name, other)
            || !same(x, y))
        {
            return false;
        }
    }

    return njwt_json_type(a) == NJWT_JSON_NUMBER
           || njwt_json_scalar(a, &name) == (njwt_json_scalar(b, &other)
                                             && njwt_slice_equal(name,
                                                                 other));
}


static void
both_readers_take_and_refuse_the_same(void **state)
{
    size_t        i;
    njwt_value_t  theirs, ours;

    static const char  *const  texts[] = {
        "{}", " {\t} \r\n", "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"x\"},{}]}",
        "{\"a\":{\"b\":[[],{},null,true,false,\"\",\"\\u00e9\\n\\u0000\"]},"
        "\"\\u0062\":\"\",\"\":[[[0]]]}",
        "{\"a\":[0,-0,1,-1.5,1e3,12345678901234567890,0.1,1e-300,5e-324,"
        "1.7976931348623157e308,-1.0000000000000002e-300,100000000000000000]}",
        "{\"a\":1e309}", "{\"a\":1,\"a\":2}",
        "{\"b\":{\"a\":1,\"\\u0061\":2}}",
        "{\"\\u0000\":1}", "{\"a\":\"\xff\"}", "[]", "[{}]", "1", "\"a\"", "",
        "null", "{", "}", "{}}", "{}{}", "{},{}", "{}],[{}", "1],[{}", "],[{}",
        "{\"a\":1}]", "\"],[\"", "{\"a\":1}\"", "{\"a\":1},", ",{\"a\":1}",
        "{\"a\":01}", "{\"a\":+1}", "{\"a\":\"\\ud800\"}", "{'a':1}", "//\n{}"
    };

    (void) state;

    for (i = 0; i < unit_count(texts); i++) {
        theirs = parse(texts[i]);
        ours = njwt_json_object(&unit_arena, unit_text(texts[i]));
        assert_for(same(theirs, ours), texts[i]);
        assert_for((theirs.node != NULL) == (i < 5), texts[i]);
    }

    assert_false(unit_arena.failed);
}


static void
a_nul_is_refused_wherever_it_stands(void **state)
{
    char    text[64];
    size_t  i, len;

    static const char  source[] = "{\"a\":1,\"b\":[null,true]} ";

    (void) state;

    len = sizeof(source) - 1;
    assert_non_null(parse(source).node);

    for (i = 0; i <= len; i++) {
        memcpy(text, source, i);
        text[i] = '\0';
        memcpy(text + i + 1, source + i, len - i);
        assert_null(njwt_jansson_object(&unit_arena,
                                        unit_bytes(text, len + 1)).node);
    }

    assert_false(unit_arena.failed);
}


/* Of arrays, of objects, and of both by turns. */

static void
thirty_two_levels_are_taken_and_thirty_three_are_not(void **state)
{
    char    text[8192];
    size_t  i, k, levels, len;

    static const char  *const  opening[][2] = {
        { "[", "[" }, { "{\"a\":", "{\"a\":" }, { "{\"a\":", "[" }
    };
    static const char  *const  closing[][2] = {
        { "]", "]" }, { "}", "}" }, { "}", "]" }
    };

    (void) state;

    for (k = 0; k < unit_count(opening); k++) {
        for (levels = 1; levels < 1000; levels += levels < 40 ? 1 : 300) {
            len = (size_t) sprintf(text, "{\"a\":");

            for (i = 1; i < levels; i++) {
                len += (size_t) sprintf(text + len, "%s", opening[k][i % 2]);
            }

            len += (size_t) sprintf(text + len, "0");

            while (--i > 0) {
                len += (size_t) sprintf(text + len, "%s", closing[k][i % 2]);
            }

            sprintf(text + len, "}");
            assert_int_equal(parse(text).node != NULL, levels <= 32);
        }
    }

    assert_false(unit_arena.failed);
}


/* Long ones are read in pieces, and every length of the string before. */

static void
a_text_of_any_length_is_read(void **state)
{
    char    *text;
    size_t   len;

    (void) state;

    text = malloc(100000);

    for (len = 0; len < 50000; len += len < 1200 ? 1 : len) {
        sprintf(text, "{\"a\":\"%0*d\",\"b\":%0*d}", (int) len, 0, 1, 7);
        assert_int_equal(njwt_json_string(unit_member(parse(text), "a")).len,
                         len == 0 ? 1 : len);
        assert_true(njwt_json_number(unit_member(parse(text), "b")) == 7);
    }

    free(text);
    assert_false(unit_arena.failed);
}


/* What was read is the arena's: the text may be overwritten. */

static void
values_stay_when_the_text_goes(void **state)
{
    char          *text;
    size_t         len;
    njwt_value_t   root;
    njwt_slice_t   scalar, slice;

    static const char  source[] =
        "{\"issuer\":\"https://t/\",\"flag\":true,\"version\":1}";

    (void) state;

    len = sizeof(source) - 1;
    text = malloc(len);
    memcpy(text, source, len);
    slice.data = (const uint8_t *) text;
    slice.len = len;
    root = njwt_jansson_object(&unit_arena, slice);
    memset(text, 'x', len);
    free(text);

    assert_slice(njwt_json_string(unit_member(root, "issuer")), "https://t/");
    assert_true(njwt_json_scalar(unit_member(root, "flag"), &scalar));
    assert_slice(scalar, "true");
    assert_true(njwt_json_number(unit_member(root, "version")) == 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(both_readers_take_and_refuse_the_same),
        unit_case(a_nul_is_refused_wherever_it_stands),
        unit_case(thirty_two_levels_are_taken_and_thirty_three_are_not),
        unit_case(a_text_of_any_length_is_read),
        unit_case(values_stay_when_the_text_goes)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
