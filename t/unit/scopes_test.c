/*
 * The scopes are those of the first claim that is present, and no others.
 */

#include "unit_json.h"
#include "njwt_scopes.h"


/* in the claims of these names, which spaces separate; "": the default */

static njwt_value_t
granted_in(const char *names, const char *json)
{
    size_t         count;
    njwt_slice_t   rest, word, list[4];

    count = 0;
    rest = unit_text(names);

    while (njwt_slice_word(&rest, &word)) {
        assert_true(count < unit_count(list));
        list[count++] = word;
    }

    return njwt_scopes_find(&unit_arena, unit_object(json), list, count);
}


static bool
grants(const char *names, const char *json, const char *scope)
{
    return njwt_scopes_grant(granted_in(names, json), unit_text(scope));
}


static njwt_slice_t
text_of(const char *json)
{
    njwt_slice_t  out = { NULL, 77 };

    assert_true(njwt_scopes_text(&unit_arena, granted_in("", json), &out));
    assert_false(unit_arena.failed);

    return out;
}


static void
without_names_it_is_scope(void **state)
{
    (void) state;

    assert_true(grants("", "{\"scope\":\"a b\"}", "b"));
    assert_false(grants("", "{\"scp\":\"a\",\"permissions\":[\"a\"]}", "a"));
    assert_false(grants("", "{}", "a"));

    /* names given, "scope" is none of them unless it is named */

    assert_false(grants("scp", "{\"scope\":\"a\"}", "a"));
    assert_true(grants("scp scope", "{\"scope\":\"a\"}", "a"));
}


static void
the_first_claim_that_is_there_decides_alone(void **state)
{
    (void) state;

    assert_true(grants("scp scope", "{\"scp\":\"a\",\"scope\":\"b\"}", "a"));
    assert_false(grants("scp scope", "{\"scp\":\"a\",\"scope\":\"b\"}", "b"));
    assert_true(grants("scope scp", "{\"scp\":\"a\",\"scope\":\"b\"}", "b"));
    assert_false(grants("scope scp", "{\"scp\":\"a\",\"scope\":\"b\"}", "a"));

    /* be it empty, or of a type that grants nothing */

    assert_false(grants("scp scope", "{\"scp\":\"\",\"scope\":\"b\"}", "b"));
    assert_false(grants("scp scope", "{\"scp\":[],\"scope\":\"b\"}", "b"));
    assert_false(grants("scp scope", "{\"scp\":null,\"scope\":\"b\"}", "b"));
    assert_false(grants("scp scope", "{\"scp\":{},\"scope\":\"b\"}", "b"));
    assert_false(grants("scp scope", "{\"scp\":1,\"scope\":\"b\"}", "b"));
    assert_false(grants("scp scope", "{\"scp\":[1],\"scope\":\"b\"}", "b"));
    assert_true(grants("x scp scope", "{\"scope\":\"b\"}", "b"));
}


static void
a_name_may_be_a_pointer(void **state)
{
    (void) state;

    assert_true(grants("/auth/0/scope",
                       "{\"auth\":[{\"scope\":\"a\"}]}", "a"));
    assert_true(grants("/x~1y", "{\"x/y\":[\"a\"]}", "a"));
    assert_true(grants("https://x/scope", "{\"https://x/scope\":\"a\"}",
                       "a"));
    assert_false(grants("/auth/1/scope",
                        "{\"auth\":[{\"scope\":\"a\"}]}", "a"));
    assert_true(grants("/auth/1/scope scope",
                       "{\"auth\":[{\"scope\":\"a\"}],\"scope\":\"b\"}",
                       "b"));
}


static void
a_scope_is_a_whole_word_or_a_whole_element(void **state)
{
    (void) state;

    assert_true(grants("", "{\"scope\":\" a  b \"}", "a"));
    assert_true(grants("", "{\"scope\":\" a  b \"}", "b"));
    assert_false(grants("", "{\"scope\":\"a b\"}", "a b"));
    assert_false(grants("", "{\"scope\":\"ab\"}", "a"));
    assert_false(grants("", "{\"scope\":\"a\\tb\"}", "a"));
    assert_false(grants("", "{\"scope\":\"A\"}", "a"));

    assert_true(grants("", "{\"scope\":[\"x\",\"a\"]}", "a"));
    assert_false(grants("", "{\"scope\":[\"a b\"]}", "a"));
    assert_false(grants("", "{\"scope\":[\"a\",1]}", "a"));
    assert_false(grants("", "{\"scope\":[\"a\",null]}", "a"));
    assert_false(grants("", "{\"scope\":[\"a\",[\"a\"]]}", "a"));
    assert_false(grants("", "{\"scope\":[[\"a\"]]}", "a"));
    assert_false(grants("", "{\"scope\":{\"a\":\"a\"}}", "a"));
    assert_false(grants("", "{\"scope\":true}", "true"));
    assert_false(grants("", "{\"scope\":1}", "1"));
    assert_false(grants("", "{\"scope\":null}", "null"));
}


/* A rule with an empty scope is refused when read; were it not, it is no. */

static void
the_empty_scope_is_in_no_text(void **state)
{
    (void) state;

    assert_false(grants("", "{\"scope\":\"\"}", ""));
    assert_false(grants("", "{\"scope\":\"a  b\"}", ""));
    assert_false(grants("", "{\"scope\":[]}", ""));
    assert_false(grants("", "{}", ""));
}


static void
the_text_has_single_spaces_between(void **state)
{
    (void) state;

    assert_slice(text_of("{\"scope\":\"a b\"}"), "a b");
    assert_slice(text_of("{\"scope\":\"  a   b  \"}"), "a b");
    assert_slice(text_of("{\"scope\":\"a\"}"), "a");
    assert_slice(text_of("{\"scope\":[\"a\",\"b\"]}"), "a b");
    assert_slice(text_of("{\"scope\":[\"a\"]}"), "a");
    assert_slice(text_of("{\"scope\":[\"\",\"a\",\"\"]}"), "a");
    assert_slice(text_of("{\"scope\":[\"read:x\",\"y\",\"read:x\"]}"),
                 "read:x y read:x");
}


static void
the_text_is_empty_where_nothing_is_granted(void **state)
{
    size_t  i;

    static const char  *const  payloads[] = {
        "{}", "{\"scope\":\"\"}", "{\"scope\":\"   \"}", "{\"scope\":[]}",
        "{\"scope\":[\"a\",1]}", "{\"scope\":[null]}", "{\"scope\":[[]]}",
        "{\"scope\":null}", "{\"scope\":1}", "{\"scope\":true}",
        "{\"scope\":{\"a\":\"b\"}}", "{\"scope\":[\"\"]}"
    };

    (void) state;

    for (i = 0; i < unit_count(payloads); i++) {
        assert_for(text_of(payloads[i]).len == 0, payloads[i]);
    }
}


/*
 * An element with a space in it is no scope that could be asked for: written
 * out it would read as two that were never granted.
 */

static void
the_text_holds_no_scope_that_was_not_granted(void **state)
{
    njwt_slice_t  text, word;
    njwt_value_t  granted;

    static const char  json[] = "{\"scope\":[\"a\",\"read admin\",\" b\","
                                "\"c \",\" \",\"d\"]}";

    (void) state;

    text = text_of(json);
    assert_slice(text, "a d");
    granted = granted_in("", json);

    while (njwt_slice_word(&text, &word)) {
        assert_true(njwt_scopes_grant(granted, word));
    }

    assert_slice(text_of("{\"scope\":[\"read admin\"]}"), "");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(without_names_it_is_scope),
        unit_case(the_first_claim_that_is_there_decides_alone),
        unit_case(a_name_may_be_a_pointer),
        unit_case(a_scope_is_a_whole_word_or_a_whole_element),
        unit_case(the_empty_scope_is_in_no_text),
        unit_case(the_text_has_single_spaces_between),
        unit_case(the_text_is_empty_where_nothing_is_granted),
        unit_case(the_text_holds_no_scope_that_was_not_granted)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
