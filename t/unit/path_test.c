/*
 * The name of a claim means the value that RFC 6901 says, and no other.
 */

#include "unit_json.h"
#include "njwt_path.h"


/* the value as text; "-" where there is none */

static const char *
found(njwt_value_t root, const char *path)
{
    char          *text;
    njwt_slice_t   out;
    njwt_value_t   value;

    value = njwt_path_find(&unit_arena, root, unit_text(path));
    assert_false(unit_arena.failed);

    if (njwt_json_type(value) == NJWT_JSON_ABSENT) {
        return "-";
    }

    if (njwt_json_type(value) == NJWT_JSON_NULL) {
        return "null";
    }

    assert_true(njwt_json_text(&unit_arena, value, &out));
    text = njwt_arena_alloc(&unit_arena, out.len + 1);
    memcpy(text, out.data, out.len);

    return text;
}


static void
each_example_of_rfc_6901_means_its_value(void **state)
{
    size_t        i;
    njwt_value_t  root;

    /* section 5; the whole document, "", names no claim */

    static const char  *const  examples[][2] = {
        { "/foo",   "bar,baz" },
        { "/foo/0", "bar" },
        { "/",      "0" },
        { "/a~1b",  "1" },
        { "/c%d",   "2" },
        { "/e^f",   "3" },
        { "/g|h",   "4" },
        { "/i\\j",  "5" },
        { "/k\"l",  "6" },
        { "/ ",     "7" },
        { "/m~0n",  "8" }
    };

    (void) state;

    root = unit_object("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,"
                   "\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,"
                   "\"m~n\":8}");

    for (i = 0; i < unit_count(examples); i++) {
        assert_true(njwt_path_valid(unit_text(examples[i][0])));
        assert_string_equal(found(root, examples[i][0]), examples[i][1]);
    }

    assert_false(njwt_path_valid(unit_text("")));
    assert_string_equal(found(root, ""), "0");
}


static void
a_name_without_a_slash_is_a_members_own(void **state)
{
    njwt_value_t  root;

    (void) state;

    root = unit_object("{\"https://example.com/roles\":\"own\","
                       "\"a\":{\"b\":1},\"a/b\":2,\"m~1n\":3,\"m/n\":4}");

    assert_string_equal(found(root, "https://example.com/roles"), "own");
    assert_string_equal(found(root, "a/b"), "2");
    assert_string_equal(found(root, "/a/b"), "1");
    assert_string_equal(found(root, "/a~1b"), "2");

    /* and has no escapes */

    assert_string_equal(found(root, "m~1n"), "3");
    assert_string_equal(found(root, "/m~1n"), "4");
    assert_string_equal(found(root, "/m~01n"), "3");
    assert_string_equal(found(root, "m~01n"), "-");
}


static void
escapes_are_read_once_from_the_left(void **state)
{
    njwt_value_t  root;

    (void) state;

    root = unit_object("{\"~1\":1,\"/\":2,\"~~\":3,\"//\":4,\"x~y/z\":5,"
                   "\"~0\":6}");

    assert_string_equal(found(root, "/~01"), "1");
    assert_string_equal(found(root, "/~1"), "2");
    assert_string_equal(found(root, "/~0~0"), "3");
    assert_string_equal(found(root, "/~1~1"), "4");
    assert_string_equal(found(root, "/x~0y~1z"), "5");
    assert_string_equal(found(root, "/~00"), "6");
}


static void
a_step_without_a_value_ends_the_way(void **state)
{
    njwt_value_t  root;

    (void) state;

    root = unit_object("{\"a\":{\"b\":{\"c\":1},\"n\":null,\"s\":\"text\","
                   "\"0\":2},\"\":{\"\":3}}");

    assert_string_equal(found(root, "/a/b/c"), "1");
    assert_string_equal(found(root, "/a/b"), "{\"c\":1}");
    assert_string_equal(found(root, "/a/n"), "null");
    assert_string_equal(found(root, "/a/0"), "2");
    assert_string_equal(found(root, "//"), "3");

    assert_string_equal(found(root, "/a/x"), "-");
    assert_string_equal(found(root, "/a/x/c"), "-");
    assert_string_equal(found(root, "/a/b/c/d"), "-");
    assert_string_equal(found(root, "/a/b/"), "-");
    assert_string_equal(found(root, "/a/n/x"), "-");
    assert_string_equal(found(root, "/a/s/0"), "-");
    assert_string_equal(found(root, "/a/B"), "-");
    assert_string_equal(found(root, "/A"), "-");
    assert_string_equal(found(root, "///"), "-");
    assert_string_equal(found(root, "/a/b/c/"), "-");
}


static void
an_array_has_indices_without_leading_zeros(void **state)
{
    njwt_value_t  root;

    (void) state;

    root = unit_object("{\"a\":[\"x\",[\"y\"],{\"0\":\"z\"},3,4,5,6,7,8,9,"
                   "\"ten\"]}");

    assert_string_equal(found(root, "/a/0"), "x");
    assert_string_equal(found(root, "/a/1/0"), "y");
    assert_string_equal(found(root, "/a/2/0"), "z");
    assert_string_equal(found(root, "/a/9"), "9");
    assert_string_equal(found(root, "/a/10"), "ten");

    assert_string_equal(found(root, "/a/11"), "-");
    assert_string_equal(found(root, "/a/-"), "-");
    assert_string_equal(found(root, "/a/-1"), "-");
    assert_string_equal(found(root, "/a/+1"), "-");
    assert_string_equal(found(root, "/a/00"), "-");
    assert_string_equal(found(root, "/a/01"), "-");
    assert_string_equal(found(root, "/a/ 1"), "-");
    assert_string_equal(found(root, "/a/1 "), "-");
    assert_string_equal(found(root, "/a/1x"), "-");

    /* no character counts as a digit of less than 0 */

    assert_string_equal(found(root, "/a/2 "), "-");
    assert_string_equal(found(root, "/a/1-"), "-");
    assert_string_equal(found(root, "/a/1e0"), "-");
    assert_string_equal(found(root, "/a/:"), "-");
    assert_string_equal(found(root, "/a//"), "-");
    assert_string_equal(found(root, "/a/"), "-");
    assert_string_equal(found(root, "/a/x"), "-");
    assert_string_equal(found(root, "/a/0/0"), "-");
}


/* 2^32, 2^64, and their like with one more: no index comes round to 0 or 1 */

static void
an_index_that_is_too_large_means_nothing(void **state)
{
    size_t        i;
    njwt_value_t  root;

    static const char  *const  paths[] = {
        "/a/999999999", "/a/1000000000", "/a/4294967296", "/a/4294967297",
        "/a/18446744073709551616", "/a/18446744073709551617",
        "/a/100000000000000000000000000000000000000000000000000000000000000"
    };

    (void) state;

    root = unit_object("{\"a\":[\"x\",\"y\"]}");

    for (i = 0; i < unit_count(paths); i++) {
        assert_string_equal(found(root, paths[i]), "-");
    }
}


static void
a_pointer_is_valid_when_each_tilde_is_an_escape(void **state)
{
    size_t  i;

    static const char  *const  valid[] = {
        "a", "~", "a~", "~2", "a/b~", " ", "/", "//", "/a", "/~0", "/~1",
        "/a~0b~1c", "/~01", "/a/~0"
    };

    static const char  *const  invalid[] = {
        "", "/~", "/a~", "/~2", "/~a", "/~~", "/~~0", "/a/b~/c", "/~/0",
        "/~0~"
    };

    (void) state;

    for (i = 0; i < unit_count(valid); i++) {
        assert_for(njwt_path_valid(unit_text(valid[i])), valid[i]);
    }

    for (i = 0; i < unit_count(invalid); i++) {
        assert_for(!njwt_path_valid(unit_text(invalid[i])), invalid[i]);
    }
}


static void
a_path_of_another_notation_has_a_pointer(void **state)
{
    size_t   i, len;
    uint8_t  out[64];

    static const struct {
        const char  *name;
        const char  *pointer;
        bool         dotted;
    } paths[] = {
        { ".address.city", "/address/city", true },
        { "$.address.city", "/address/city", true },
        { ".roles[0]", "/roles/0", true },
        { "roles[0]", "/roles/0", true },
        { "roles['a/b~c'].d", "/roles/a~1b~0c/d", false },
        { "[\"a\"]", "/a", true },
        { "$['a'][0]", "/a/0", true },

        /* a claim may be called so */

        { "realm_access.roles", "/realm_access/roles", false },
        { "https://example.com/roles", "/https:~1~1example/com~1roles",
          false },
        { "/a[0]", "/~1a/0", false },
        { "a]", "/a", false },
        { ".", "/", false },
        { "$a", "/$a", false },
        { "", "/", false }
    };

    (void) state;

    for (i = 0; i < unit_count(paths); i++) {
        assert_for(njwt_path_is_dotted(unit_text(paths[i].name))
                   == paths[i].dotted, paths[i].name);

        len = njwt_path_pointer(unit_text(paths[i].name), out);
        out[len] = '\0';
        assert_string_equal((char *) out, paths[i].pointer);
    }
}


static void
nul_and_any_byte_are_characters_as_others(void **state)
{
    njwt_value_t  root, value;

    (void) state;

    root = unit_object("{\"caf\xc3\xa9\":1,\"a\":{\"b\":2}}");

    assert_string_equal(found(root, "/caf\xc3\xa9"), "1");

    value = njwt_path_find(&unit_arena, root, unit_literal("/a\0/b"));
    assert_int_equal(njwt_json_type(value), NJWT_JSON_ABSENT);
    value = njwt_path_find(&unit_arena, root, unit_literal("/a/b\0"));
    assert_int_equal(njwt_json_type(value), NJWT_JSON_ABSENT);
    value = njwt_path_find(&unit_arena, root, unit_literal("/a/b"));
    assert_true(njwt_json_number(value) == 2);
}


static void
nothing_is_found_in_what_is_not_there(void **state)
{
    njwt_value_t  none = { NULL };

    (void) state;

    assert_string_equal(found(none, "a"), "-");
    assert_string_equal(found(none, "/a"), "-");
    assert_string_equal(found(none, "/~0/0"), "-");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(each_example_of_rfc_6901_means_its_value),
        unit_case(a_name_without_a_slash_is_a_members_own),
        unit_case(escapes_are_read_once_from_the_left),
        unit_case(a_step_without_a_value_ends_the_way),
        unit_case(an_array_has_indices_without_leading_zeros),
        unit_case(an_index_that_is_too_large_means_nothing),
        unit_case(a_pointer_is_valid_when_each_tilde_is_an_escape),
        unit_case(a_path_of_another_notation_has_a_pointer),
        unit_case(nul_and_any_byte_are_characters_as_others),
        unit_case(nothing_is_found_in_what_is_not_there)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
