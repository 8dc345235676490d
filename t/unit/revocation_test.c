/*
 * The revocation entries that are accepted, and what they mean.
 */

#include "unit.h"
#include "njwt_revocation.h"


#define NOW   1764000000.0
#define KEEP  3600.0


static const njwt_slice_t  claims[] = {
    njwt_literal("sub"),
    njwt_literal("azp"),
    njwt_literal("/https:~1~1example.com~1sid")
};


static bool
read_as(bool file, njwt_slice_t text, njwt_revocation_entries_t *out)
{
    njwt_revocation_terms_t  terms;

    terms.claims = claims;
    terms.claim_count = 3;
    terms.file = file;
    terms.now = NOW;
    terms.keep = KEEP;

    return njwt_revocation_read(&unit_arena, &terms, text, out);
}


static const njwt_revocation_entry_t *
one(bool file, const char *text)
{
    njwt_revocation_entries_t  out;

    if (!read_as(file, unit_text(text), &out)) {
        fail_msg("%s: %s", text, out.fault);
    }

    assert_int_equal(out.count, 1);
    assert_null(out.fault);

    return &out.list[0];
}


static void
wrong(bool file, const char *text, const char *fault, size_t entry,
    size_t line)
{
    njwt_revocation_entries_t  out;

    if (read_as(file, unit_text(text), &out)) {
        fail_msg("%s: taken", text);
    }

    if (strstr(out.fault, fault) == NULL) {
        fail_msg("%s: \"%s\" instead of \"%s\"", text, out.fault, fault);
    }

    assert_int_equal(out.entry, entry);
    assert_int_equal(out.line, line);
    assert_false(unit_arena.failed);
}


static void
an_entry_says_what_it_says(void **state)
{
    const njwt_revocation_entry_t  *entry;

    (void) state;

    entry = one(true, "[{\"until\":1764086400.5,\"before\":1.764e9,"
                      "\"value\":\"auth0|1\",\"claim\":\"azp\"}]");

    assert_ptr_equal(entry->claim.data, claims[1].data);
    assert_slice(entry->value, "auth0|1");
    assert_true(entry->before == 1764000000.0);
    assert_true(entry->until == 1764086400.5);
}


static void
a_request_may_leave_out_the_times(void **state)
{
    const njwt_revocation_entry_t  *entry;

    (void) state;

    entry = one(false, "{\"claim\":\"sub\",\"value\":\"a\"}");
    assert_true(entry->before == NOW);
    assert_true(entry->until == NOW + KEEP);

    entry = one(false, "[{\"claim\":\"sub\",\"value\":\"a\",\"before\":5}]");
    assert_true(entry->before == 5);
    assert_true(entry->until == 5 + KEEP);

    entry = one(false, "{\"claim\":\"sub\",\"value\":\"a\",\"until\":7}");
    assert_true(entry->before == NOW);
    assert_true(entry->until == 7);
}


static void
a_file_may_leave_out_until_alone(void **state)
{
    const njwt_revocation_entry_t  *entry;

    (void) state;

    entry = one(true, "[{\"claim\":\"sub\",\"value\":\"a\",\"before\":5}]");
    assert_true(entry->until == 5 + KEEP);

    wrong(true, "[{\"claim\":\"sub\",\"value\":\"a\"}]", "has no \"before\"",
          1, 1);
    wrong(true, "{\"claim\":\"sub\",\"value\":\"a\",\"before\":5}",
          "is no array", 0, 0);
}


static void
an_empty_array_has_no_entries(void **state)
{
    njwt_revocation_entries_t  out;

    (void) state;

    assert_true(read_as(true, unit_text(" [ ]\n"), &out));
    assert_int_equal(out.count, 0);
    assert_true(read_as(false, unit_text("[]"), &out));
    assert_int_equal(out.count, 0);
}


static void
values_are_any_strings(void **state)
{
    const njwt_revocation_entry_t  *entry;

    (void) state;

    entry = one(false, "{\"claim\":\"sub\",\"value\":\"\"}");
    assert_int_equal(entry->value.len, 0);

    entry = one(false, "{\"claim\":\"sub\",\"value\":\"a\\u0000b\\u00e4\"}");
    assert_int_equal(entry->value.len, 5);
    assert_memory_equal(entry->value.data, "a\0b\xc3\xa4", 5);

    entry = one(false, "{\"claim\":\"/https:~1~1example.com~1sid\","
                       "\"value\":\"s\"}");
    assert_ptr_equal(entry->claim.data, claims[2].data);
}


static void
entries_keep_their_order(void **state)
{
    njwt_revocation_entries_t  out;

    (void) state;

    assert_true(read_as(false,
                        unit_text("[{\"claim\":\"sub\",\"value\":\"a\"},"
                                  "{\"claim\":\"azp\",\"value\":\"a\"},"
                                  "{\"claim\":\"sub\",\"value\":\"a\"}]"),
                        &out));
    assert_int_equal(out.count, 3);
    assert_slice(out.list[1].claim, "azp");
    assert_slice(out.list[2].claim, "sub");
}


/* each of these but for one thing is {"claim":"sub","value":"a"} */

static void
what_is_no_entry_is_told(void **state)
{
    (void) state;

    wrong(false, "", "is no JSON", 0, 1);
    wrong(false, "x", "is no JSON", 0, 1);
    wrong(false, "1", "is no JSON", 0, 0);
    wrong(false, "null", "is no JSON", 0, 0);
    wrong(false, "\"a\"", "is no JSON", 0, 0);
    wrong(false, "{\"claim\":\"sub\",\"value\":\"a\"", "is no JSON", 0, 1);
    wrong(false, "{\"claim\":\"sub\",\"value\":\"a\"}]", "is no JSON", 0, 1);
    wrong(false, "{\"claim\":\"sub\",\"value\":\"a\"},{}", "is no JSON", 0,
          0);
    wrong(false, "[1]", "is no object", 1, 1);
    wrong(false, "[[{\"claim\":\"sub\",\"value\":\"a\"}]]", "is no object", 1,
          1);
    wrong(false, "{}", "has no \"claim\"", 1, 0);
    wrong(false, "{\"value\":\"a\"}", "has no \"claim\"", 1, 0);
    wrong(false, "{\"claim\":\"sub\"}", "has no \"value\"", 1, 0);
    wrong(false, "{\"claim\":\"iss\",\"value\":\"a\"}",
          "\"revocation\" doesn't name", 1, 0);
    wrong(false, "{\"claim\":\"Sub\",\"value\":\"a\"}",
          "\"revocation\" doesn't name", 1, 0);
    wrong(false, "{\"claim\":\"/sub\",\"value\":\"a\"}",
          "\"revocation\" doesn't name", 1, 0);
    wrong(false, "{\"claim\":\"sub\\u0000\",\"value\":\"a\"}",
          "\"revocation\" doesn't name", 1, 0);
    wrong(false, "{\"claim\":[\"sub\"],\"value\":\"a\"}",
          "\"revocation\" doesn't name", 1, 0);
    wrong(false, "{\"claim\":\"sub\",\"value\":1}", "\"value\" that is no", 1,
          0);
    wrong(false, "{\"claim\":\"sub\",\"value\":null}", "\"value\" that is no",
          1, 0);
    wrong(false, "{\"claim\":\"sub\",\"value\":[\"a\"]}",
          "\"value\" that is no", 1, 0);
    wrong(false, "{\"claim\":\"sub\",\"value\":\"a\",\"x\":1}",
          "has a member that is none", 1, 0);
    wrong(false, "{\"claim\":\"sub\",\"value\":\"a\",\"BEFORE\":1}",
          "has a member that is none", 1, 0);
    wrong(false, "{\"claim\":\"sub\",\"value\":\"a\",\"untill\":1}",
          "has a member that is none", 1, 0);
}


static void
a_member_that_stands_twice_is_an_error(void **state)
{
    (void) state;

    wrong(false, "{\"claim\":\"sub\",\"value\":\"a\",\"value\":\"a\"}",
          "a member twice", 0, 1);
    wrong(false, "{\"claim\":\"sub\",\"claim\":\"azp\",\"value\":\"a\"}",
          "a member twice", 0, 1);
    wrong(true, "[{\"claim\":\"sub\",\"value\":\"a\",\"before\":1},\n"
                "{\"claim\":\"sub\",\"value\":\"a\",\"before\":1,"
                "\"before\":1}]", "a member twice", 0, 2);
}


static void
times_are_numbers_within_range(void **state)
{
    size_t  i;
    char    text[128];

    static const char  *const  bad[] = {
        "\"1\"", "null", "true", "[1]", "-1", "-0.5"
    };

    static const char  *const  large[] = {
        "100000000001", "1764000000000", "9007199254740994", "1e300"
    };

    static const char  *const  good[] = {
        "0", "0.5", "-0", "4102444800", "100000000000", "1e9"
    };

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        (void) snprintf(text, sizeof(text), "{\"claim\":\"sub\",\"value\":"
                        "\"a\",\"before\":%s}", bad[i]);
        wrong(false, text, "\"before\" that is no time", 1, 0);

        (void) snprintf(text, sizeof(text), "{\"claim\":\"sub\",\"value\":"
                        "\"a\",\"until\":%s}", bad[i]);
        wrong(false, text, "\"until\" that is no time", 1, 0);
    }

    for (i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
        (void) snprintf(text, sizeof(text), "{\"claim\":\"sub\",\"value\":"
                        "\"a\",\"before\":%s}", large[i]);
        wrong(false, text, "\"before\" in milliseconds, not in seconds", 1,
              0);

        (void) snprintf(text, sizeof(text), "{\"claim\":\"sub\",\"value\":"
                        "\"a\",\"until\":%s}", large[i]);
        wrong(false, text, "\"until\" in milliseconds, not in seconds", 1,
              0);
    }

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        (void) snprintf(text, sizeof(text), "{\"claim\":\"sub\",\"value\":"
                        "\"a\",\"before\":%s,\"until\":%s}", good[i],
                        good[i]);
        (void) one(false, text);
    }
}


static void
the_line_of_a_wrong_entry_is_told(void **state)
{
    (void) state;

    wrong(true, "[\n"
                "  {\"claim\":\"sub\",\"value\":\"}\\\"{\\n\",\"before\":1},\n"
                "\n"
                "  {\"claim\":\"sub\",\"value\":\"b\",\"before\":1},"
                " {\"claim\":\"sub\",\"value\":\"c\",\"before\":1},\n"
                "  {\"claim\":\"sub\",\"value\":\"c\",\n"
                "   \"before\":\"1\"}\n"
                "]", "\"before\" that is no time", 4, 5);

    wrong(true, "[\n{},\n]", "is no JSON array", 0, 3);

    /* of a value's own brackets and commas nothing is counted */

    wrong(true, "[{\"claim\":\"sub\",\"value\":\"}],\",\"before\":1},\n"
                " {\"claim\":\"sub\",\"value\":\"{{[\",\"before\":1},\n"
                " {\"claim\":\"sub\",\"value\":\",,\",\"before\":1},\n"
                "\n{}]", "no \"claim\"", 4, 5);

    /* also of one that is no object */

    wrong(true, "\n[\n {\"claim\":\"sub\",\"value\":\",\",\"before\":1},"
                "\n\n \"{,\", 1]", "is no object", 2, 5);
    wrong(true, "[\n[]]", "is no object", 1, 2);
}


static void
a_byte_order_mark_is_passed_over(void **state)
{
    (void) state;

    (void) one(true, "\xef\xbb\xbf[{\"claim\":\"sub\",\"value\":\"a\","
                     "\"before\":1}]");
    (void) one(false, "\xef\xbb\xbf{\"claim\":\"sub\",\"value\":\"a\"}");

    /* the lines are counted behind it; one is enough */

    wrong(true, "\xef\xbb\xbf[\n{\"claim\":\"sub\"}]", "no \"value\"", 1,
          2);
    wrong(true, "\xef\xbb\xbf\xef\xbb\xbf[]", "is no JSON array", 0, 1);
    wrong(true, "\xef\xbb[]", "is no JSON array", 0, 1);
}


static void
no_memory_is_told(void **state)
{
    njwt_revocation_entries_t  out;

    (void) state;

    unit_arena.failed = true;
    assert_false(read_as(true, unit_text("[]"), &out));
    assert_non_null(strstr(out.fault, "memory"));
}


static void
a_logout_ends_the_session_or_the_subject(void **state)
{
    static const njwt_slice_t  all[] = {
        njwt_literal("sub"), njwt_literal("azp"), njwt_literal("sid")
    };
    static const njwt_slice_t  path[] = {
        njwt_literal("/sub"), njwt_literal("/https:~1~1example.com~1sid"),
        njwt_literal("sid")
    };
    static const njwt_slice_t  name[] = {
        njwt_literal("https://example.com/sid")
    };
    static const njwt_slice_t  nested[] = { njwt_literal("/session/sid") };
    static const njwt_slice_t  none[] = {
        njwt_literal("xsid"), njwt_literal("/sid/x"), njwt_literal("/a~1xsid"),
        njwt_literal("sid2"), njwt_literal("/x~0sid"), njwt_literal("subject"),
        njwt_literal("/a/sub"), njwt_literal("Sub"), njwt_literal("/a1sid"),
        njwt_literal("a~1sid"), njwt_literal("a/b~1sid"), njwt_literal("sid/"),
        njwt_literal(""), njwt_literal("/"), njwt_literal("id")
    };
    static const njwt_slice_t  slash[] = { njwt_literal("/~1sid") };

    (void) state;

    assert_int_equal(njwt_revocation_session(all, 3), 2);
    assert_int_equal(njwt_revocation_session(all, 2), 2);
    assert_int_equal(njwt_revocation_session(path, 3), 1);
    assert_int_equal(njwt_revocation_session(name, 1), 0);
    assert_int_equal(njwt_revocation_session(nested, 1), 0);
    assert_int_equal(njwt_revocation_session(slash, 1), 0);
    assert_int_equal(njwt_revocation_session(none, unit_count(none)),
                     unit_count(none));
    assert_int_equal(njwt_revocation_session(NULL, 0), 0);

    assert_int_equal(njwt_revocation_subject(all, 3), 0);
    assert_int_equal(njwt_revocation_subject(path, 3), 0);
    assert_int_equal(njwt_revocation_subject(none, unit_count(none)),
                     unit_count(none));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(an_entry_says_what_it_says),
        unit_case(a_request_may_leave_out_the_times),
        unit_case(a_file_may_leave_out_until_alone),
        unit_case(an_empty_array_has_no_entries),
        unit_case(values_are_any_strings),
        unit_case(entries_keep_their_order),
        unit_case(what_is_no_entry_is_told),
        unit_case(a_member_that_stands_twice_is_an_error),
        unit_case(times_are_numbers_within_range),
        unit_case(the_line_of_a_wrong_entry_is_told),
        unit_case(a_byte_order_mark_is_passed_over),
        unit_case(no_memory_is_told),
        unit_case(a_logout_ends_the_session_or_the_subject)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
