/*
 * How a client's text is shown.
 */

#include "unit.h"
#include "njwt_utf8.h"


/* the whole text, as it is shown */

static bool
shown_is(njwt_slice_t text, const char *expected)
{
    char          all[256];
    size_t        len, before;
    uint8_t       escape[NJWT_UTF8_ESCAPE];
    njwt_slice_t  part;

    for (len = 0; text.len > 0; len += part.len) {
        before = text.len;
        part = njwt_utf8_shown(&text, escape);

        assert_true(text.len < before);
        assert_true(len + part.len < sizeof(all));
        memcpy(all + len, part.data, part.len);
    }

    return len == strlen(expected) && memcmp(all, expected, len) == 0;
}


static void
what_can_be_read_is_shown_as_it_is(void **state)
{
    (void) state;

    assert_true(shown_is(unit_text("a~ \\\"<"), "a~ \\\"<"));
    assert_true(shown_is(unit_text("\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x91"),
                         "\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x91"));
    assert_true(shown_is(unit_text("\xe2\x80\x8a\xe2\x80\x90"),
                         "\xe2\x80\x8a\xe2\x80\x90"));
}


static void
what_hides_or_turns_its_surroundings_is_escaped(void **state)
{
    njwt_slice_t  nul = { (const uint8_t *) "a\0b", 3 };

    (void) state;

    assert_true(shown_is(nul, "a\\u0000b"));
    assert_true(shown_is(unit_text("\x1b[2J\n\x7f"), "\\u001b[2J\\u000a\\u007f"));
    assert_true(shown_is(unit_text("\xc2\x9b\xc2\xad"), "\\u009b\\u00ad"));
    assert_true(shown_is(unit_text("\xe2\x80\xae\xe2\x80\x8b\xe2\x81\xa6"),
                         "\\u202e\\u200b\\u2066"));
    assert_true(shown_is(unit_text("\xef\xbb\xbf"), "\\ufeff"));
    assert_true(shown_is(unit_text("\xf3\xa0\x81\x81"), "\\udb40\\udc41"));
}


static void
what_is_no_utf_8_is_shown_byte_by_byte(void **state)
{
    (void) state;

    assert_true(shown_is(unit_text("\xff" "a"), "\\xffa"));
    assert_true(shown_is(unit_text("\xc0\x80"), "\\xc0\\x80"));
    assert_true(shown_is(unit_text("\xe0\x80\xaf"), "\\xe0\\x80\\xaf"));
    assert_true(shown_is(unit_text("\xed\xa0\x80"), "\\xed\\xa0\\x80"));
    assert_true(shown_is(unit_text("\xf4\x90\x80\x80"),
                         "\\xf4\\x90\\x80\\x80"));
    assert_true(shown_is(unit_text("\xe2\x82"), "\\xe2\\x82"));
    assert_true(shown_is(unit_text("\xe2\x82" "a"), "\\xe2\\x82" "a"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_can_be_read_is_shown_as_it_is),
        cmocka_unit_test(what_hides_or_turns_its_surroundings_is_escaped),
        cmocka_unit_test(what_is_no_utf_8_is_shown_byte_by_byte)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
