/*
 * A form is read as RFC 6749, appendix B, says, and a name is found only once.
 */

#include "unit.h"
#include "njwt_form.h"


static void
types_of_forms_are_known(void **state)
{
    size_t  i;

    static const char *const  good[] = {
        "application/x-www-form-urlencoded",
        "Application/X-WWW-Form-URLencoded",
        "application/x-www-form-urlencoded;charset=UTF-8",
        "application/x-www-form-urlencoded ; charset=UTF-8",
        "application/x-www-form-urlencoded\t",
    };

    static const char *const  bad[] = {
        "", "application/json", "application/x-www-form-urlencode",
        "application/x-www-form-urlencodedx", "multipart/form-data",
        " application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded x",
        "application/x-www-form-urlencoded, a/b",
        "text/x-www-form-urlencoded",
    };

    (void) state;

    for (i = 0; i < unit_count(good); i++) {
        assert_for(njwt_form_type(unit_text(good[i])), good[i]);
    }

    for (i = 0; i < unit_count(bad); i++) {
        assert_for(!njwt_form_type(unit_text(bad[i])), bad[i]);
    }
}


static void
a_name_is_found_once_or_not(void **state)
{
    size_t        i;
    njwt_form_t   found;
    njwt_slice_t  value;

    static const struct {
        const char   *body;
        njwt_form_t   found;
        const char   *value;
    } forms[] = {
        { "t=a.b-_c", NJWT_FORM_ONE, "a.b-_c" },
        { "x=y&t=a", NJWT_FORM_ONE, "a" },
        { "t=a&x=y&", NJWT_FORM_ONE, "a" },
        { "&&t=a&&", NJWT_FORM_ONE, "a" },
        { "t", NJWT_FORM_ONE, "" },
        { "t=", NJWT_FORM_ONE, "" },
        { "t=a=b", NJWT_FORM_ONE, "a=b" },
        { "%74=a", NJWT_FORM_ONE, "a" },
        { "t=%61%2E%2e+%2B", NJWT_FORM_ONE, "a.. +" },
        { "t=a+b", NJWT_FORM_ONE, "a b" },
        { "t=%7E%7f", NJWT_FORM_ONE, "~\x7f" },
        { "t=a&x=%zz", NJWT_FORM_ONE, "a" },
        { "t=a;t=b", NJWT_FORM_ONE, "a;t=b" },
        { "T=a&t =b&t%00=c&t+=d", NJWT_FORM_NONE, NULL },
        { "", NJWT_FORM_NONE, NULL },
        { "=a", NJWT_FORM_NONE, NULL },
        { "a=t", NJWT_FORM_NONE, NULL },
        { "{\"t\":\"a\"}", NJWT_FORM_NONE, NULL },
        { "t=a&t=a", NJWT_FORM_MANY, NULL },
        { "t=a&t", NJWT_FORM_MANY, NULL },
        { "t=&%74=a", NJWT_FORM_MANY, NULL },
        { "t=a&t=b&t=c", NJWT_FORM_MANY, NULL },
        { "t=%", NJWT_FORM_MALFORMED, NULL },
        { "t=%6", NJWT_FORM_MALFORMED, NULL },
        { "t=%6g", NJWT_FORM_MALFORMED, NULL },
        { "t=%g6", NJWT_FORM_MALFORMED, NULL },
        { "t=%/0&x", NJWT_FORM_MALFORMED, NULL },
        { "t=%0:", NJWT_FORM_MALFORMED, NULL },
        { "t=%`0", NJWT_FORM_MALFORMED, NULL },
        { "t=a&x%=b", NJWT_FORM_MALFORMED, NULL },
        { "t=a&t=%", NJWT_FORM_MALFORMED, NULL },
    };

    (void) state;

    for (i = 0; i < unit_count(forms); i++) {
        value = unit_text("untouched");
        found = njwt_form_value(&unit_arena, unit_text(forms[i].body),
                                unit_text("t"), &value);

        assert_for(found == forms[i].found, forms[i].body);
        assert_slice(value, found == NJWT_FORM_ONE ? forms[i].value
                                                   : "untouched");
    }
}


/* What stands behind the body is none of it. */

static void
an_escape_ends_with_the_body(void **state)
{
    njwt_slice_t  body = njwt_literal("t=%61"), value;

    (void) state;

    assert_int_equal(njwt_form_value(&unit_arena, body, unit_text("t"),
                                     &value), NJWT_FORM_ONE);
    body.len--;
    assert_int_equal(njwt_form_value(&unit_arena, body, unit_text("t"),
                                     &value), NJWT_FORM_MALFORMED);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(types_of_forms_are_known),
        unit_case(a_name_is_found_once_or_not),
        unit_case(an_escape_ends_with_the_body)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
