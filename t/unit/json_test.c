/*
 * A JSON text is read in one way only, and returned unchanged.
 */

#include "unit_json.h"
#include "njwt_json.h"

#include <jansson.h>


static njwt_value_t
parse(const char *text)
{
    return njwt_json_object(&unit_arena, unit_text(text));
}


/* what isn't taken is absent, and not a value of another type */

static bool
taken_bytes(const void *data, size_t len)
{
    njwt_json_type_t  type;

    type = njwt_json_type(njwt_json_object(&unit_arena,
                                           unit_bytes(data, len)));
    assert_true(type == NJWT_JSON_OBJECT || type == NJWT_JSON_ABSENT);

    return type == NJWT_JSON_OBJECT;
}


static bool
taken(const char *text)
{
    return taken_bytes(text, strlen(text));
}


#define taken_literal(text)  taken_bytes(text, sizeof(text) - 1)


/* "a" of a text, as njwt_json_text() gives it */

static njwt_slice_t
text_of(const char *text)
{
    njwt_slice_t  out = { (const uint8_t *) "(none)", 6 };

    (void) njwt_json_text(&unit_arena, unit_member(parse(text), "a"), &out);

    return out;
}


static void
an_object_is_taken_and_nothing_else(void **state)
{
    size_t  i;

    static const char  *const  refused[] = {
        "", " ", "[]", "[{}]", "\"a\"", "1", "null", "true", "nul", "{", "}",
        "{]", "{}{}", "{},", "{\"a\"}", "{\"a\":}", "{a:1}", "{'a':1}",
        "{\"a\":1,}", "{,}", "{\"a\":1 \"b\":2}", "{\"a\":[1,]}",
        "{\"a\":[,1]}", "{\"a\"=1}", "{1:2}", "{\"a\":1}}", "{\"a\":1}]",
        "/**/{}", "{}//", "{\"a\":undefined}", "{\"a\":NaN}",
        "{\"a\":Infinity}", "{\"a\":-Infinity}", "{\"a\":True}",
        "{\"a\":nulll}", "{\"a\":truefalse}", "{\"a\":tru}", "{\"a\":\"b}",
        "{\"a\":1/2}", "{\"a\":1:2}", "{\"a\" 1}", "{\"a\"1}",
        "{\"a\":trux}", "{\"a\":nULL}", "{\"a\":fals0}", "{\"a\":t   }",
        "{\"a\":\"\\\"}", "{null:1}"
    };

    (void) state;

    assert_true(taken("{}"));
    assert_true(taken("{\"a\":1}"));
    assert_true(taken(" {\t\"a\" : [ 1 , 2 ] ,\r\n \"b\" : { } } \n"));
    assert_true(taken("{\"a\":[true,false,null,\"\",0,{},[]]}"));

    for (i = 0; i < unit_count(refused); i++) {
        assert_for(!taken(refused[i]), refused[i]);
    }

    assert_false(unit_arena.failed);
}


static void
what_stands_behind_the_object_is_refused(void **state)
{
    (void) state;

    assert_true(taken_literal("{}"));
    assert_true(taken_literal("{} "));
    assert_false(taken_literal("{}\0"));
    assert_false(taken_literal("{}x"));
    assert_false(taken_literal("{} \0 "));
    assert_false(taken_literal("\0{}"));
    assert_false(taken_literal("{\0}"));
    assert_false(taken_literal("{}\v"));
    assert_false(taken_literal("{}\f"));
    assert_false(taken_literal("{}\xc2\xa0"));
}


static void
a_byte_order_mark_is_refused(void **state)
{
    (void) state;

    assert_true(taken("{\"a\":\"\xef\xbb\xbf\"}"));
    assert_false(taken("\xef\xbb\xbf{}"));
    assert_false(taken_literal("\xff\xfe{\0}\0"));
    assert_false(taken_literal("\xfe\xff\0{\0}"));
}


static void
duplicate_members_are_refused_at_any_depth(void **state)
{
    (void) state;

    assert_true(taken("{\"a\":1,\"b\":1}"));
    assert_false(taken("{\"a\":1,\"a\":1}"));
    assert_false(taken("{\"a\":1,\"b\":2,\"a\":3}"));
    assert_true(taken("{\"a\":{\"a\":{\"a\":1}}}"));
    assert_false(taken("{\"x\":{\"a\":1,\"a\":1}}"));
    assert_true(taken("{\"x\":[{\"a\":1},{\"a\":1}]}"));
    assert_false(taken("{\"x\":[{\"a\":1,\"a\":2}]}"));
    assert_false(taken("{\"x\":[[[[{\"a\":{\"b\":0,\"b\":0}}]]]]}"));
    assert_false(taken("{\"\":1,\"\":2}"));
}


static void
a_duplicate_is_found_behind_an_escape(void **state)
{
    (void) state;

    assert_true(taken("{\"a\":1,\"\\u0062\":2}"));
    assert_false(taken("{\"a\":1,\"\\u0061\":2}"));
    assert_false(taken("{\"/\":1,\"\\/\":2}"));
    assert_false(taken("{\"\xc3\xa9\":1,\"\\u00E9\":2}"));
    assert_false(taken("{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\uDE00\":2}"));
    assert_true(taken("{\"a\":1,\"A\":2}"));

    /* e with an accent in two forms: other bytes, another name */

    assert_true(taken("{\"\xc3\xa9\":1,\"e\xcc\x81\":2}"));
}


/* {"a":[[…]]} with that many levels, the object counted */

static const char *
nested(char *text, size_t levels, const char *open, const char *close)
{
    size_t  i;

    strcpy(text, "{\"a\":");

    for (i = 1; i < levels; i++) {
        strcat(text, open);
    }

    strcat(text, "0");

    for (i = 1; i < levels; i++) {
        strcat(text, close);
    }

    return strcat(text, "}");
}


static void
thirty_two_levels_are_taken_and_thirty_three_are_not(void **state)
{
    char  text[8192];

    (void) state;

    assert_true(taken(nested(text, 32, "[", "]")));
    assert_false(taken(nested(text, 33, "[", "]")));
    assert_true(taken(nested(text, 32, "{\"a\":", "}")));
    assert_false(taken(nested(text, 33, "{\"a\":", "}")));
    assert_false(taken(nested(text, 1000, "[", "]")));
    assert_false(taken(nested(text, 3000, "[", "")));
}


static void
levels_that_were_left_and_brackets_in_strings_do_not_count(void **state)
{
    char    text[4096];
    size_t  i;

    (void) state;

    strcpy(text, "{\"a\":[0");

    for (i = 0; i < 200; i++) {
        strcat(text, ",[[]],{}");
    }

    strcat(text, "]}");
    assert_true(taken(text));

    assert_true(taken("{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
                      "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{\"}"));
    assert_true(taken("{\"a\":\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
                      "\\\\\"}"));
    assert_true(taken("{\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\":1}"));

    /* closing brackets in a string don't lower the count either */

    nested(text, 33, "[", "]");
    memmove(text + 6 + 5, text + 5, strlen(text + 5) + 1);
    memcpy(text + 5, "[\"]\",[", 6);
    assert_false(taken(text));
}


static void
nul_is_taken_in_a_string_but_not_in_a_name(void **state)
{
    njwt_slice_t  out;

    (void) state;

    out = njwt_json_string(unit_member(parse("{\"a\":\"x\\u0000y\"}"), "a"));
    assert_int_equal(out.len, 3);
    assert_memory_equal(out.data, "x\0y", 3);

    assert_true(taken("{\"a\\u0001b\":1}"));
    assert_false(taken("{\"a\\u0000b\":1}"));
    assert_false(taken("{\"\\u0000\":1}"));
    assert_false(taken("{\"x\":[{\"a\\u0000\":1}]}"));
    assert_false(taken_literal("{\"a\0\":1}"));
    assert_false(taken_literal("{\"a\":\"\0\"}"));
}


static void
a_raw_nul_is_refused_wherever_it_stands(void **state)
{
    char    text[128];
    size_t  i, len;

    static const char  source[] =
        "{\"a\":1,\"b\":[null,true,false,-1.5e3],\"c\":{\"d\":\"e\"}} ";

    (void) state;

    len = sizeof(source) - 1;
    assert_true(taken(source));

    for (i = 0; i <= len; i++) {
        memcpy(text, source, i);
        text[i] = '\0';
        memcpy(text + i + 1, source + i, len - i);

        if (njwt_json_type(njwt_json_object(&unit_arena,
                                            unit_bytes(text, len + 1)))
            != NJWT_JSON_ABSENT)
        {
            fail_msg("taken with a NUL at %zu", i);
        }
    }

    assert_false(unit_arena.failed);
}


static void
control_characters_must_be_escaped(void **state)
{
    unsigned  c;
    char      text[] = "{\"a\":\"?\"}";

    (void) state;

    for (c = 0; c < 0x80; c++) {
        text[6] = (char) c;

        if (c == '"' || c == '\\') {
            continue;
        }

        assert_int_equal(taken_bytes(text, sizeof(text) - 1), c >= 0x20);
    }
}


static void
only_the_escapes_of_rfc_8259_are_taken(void **state)
{
    unsigned  c;
    char      text[] = "{\"a\":\"\\?\"}";

    (void) state;

    for (c = 1; c < 0x100; c++) {
        text[7] = (char) c;
        assert_int_equal(taken(text), strchr("\"\\/bfnrt", (int) c) != NULL);
    }

    assert_true(taken("{\"a\":\"\\u00aF\"}"));
    assert_false(taken("{\"a\":\"\\u00a\"}"));
    assert_false(taken("{\"a\":\"\\u00ag\"}"));
    assert_false(taken("{\"a\":\"\\U00af\"}"));
    assert_false(taken("{\"a\":\"\\u+0af\"}"));
    assert_false(taken("{\"a\":\"\\x41\"}"));
}


static void
utf_8_must_be_valid(void **state)
{
    size_t  i;
    char    text[32];

    static const char  *const  good[] = {
        "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
        "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf"
    };

    static const char  *const  bad[] = {
        "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41",
        "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe1\x80", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80",
        "\xfe", "\xff", "\xe2\x82", "\xf0\x9f\x98"
    };

    (void) state;

    for (i = 0; i < unit_count(good); i++) {
        sprintf(text, "{\"a\":\"%s\"}", good[i]);
        assert_for(taken(text), text);
        sprintf(text, "{\"%s\":1}", good[i]);
        assert_for(taken(text), text);
    }

    for (i = 0; i < unit_count(bad); i++) {
        sprintf(text, "{\"a\":\"%s\"}", bad[i]);
        assert_for(!taken(text), text);
        sprintf(text, "{\"%s\":1}", bad[i]);
        assert_for(!taken(text), text);
    }
}


static void
lone_surrogates_are_refused(void **state)
{
    (void) state;

    assert_true(taken("{\"a\":\"\\ud83d\\ude00\"}"));
    assert_false(taken("{\"a\":\"\\ud83d\"}"));
    assert_false(taken("{\"a\":\"\\ude00\"}"));
    assert_false(taken("{\"a\":\"\\ud83d\\u0041\"}"));
    assert_false(taken("{\"a\":\"\\ud83dx\"}"));
    assert_false(taken("{\"a\":\"\\ude00\\ud83d\"}"));
    assert_false(taken("{\"a\":\"\\ud83d\\ud83d\"}"));
    assert_false(taken("{\"\\ud800\":1}"));

    /* the first and the last of each half, and what is next to them */

    assert_true(taken("{\"a\":\"\\ud800\\udc00\\udbff\\udfff\"}"));
    assert_true(taken("{\"a\":\"\\ud7ff\\ue000\"}"));
    assert_false(taken("{\"a\":\"\\udfff\"}"));
    assert_false(taken("{\"a\":\"\\udc00\\udc00\"}"));
    assert_false(taken("{\"a\":\"\\udc00\"}"));
    assert_false(taken("{\"a\":\"\\ud800\\ue000\"}"));
    assert_false(taken("{\"a\":\"\\ud800\\udbff\"}"));
    assert_false(taken("{\"a\":\"\\ud800/udc00\"}"));
    assert_false(taken("{\"a\":\"\\ud800\\ndc00\"}"));
}


static void
a_number_is_given_as_it_stands(void **state)
{
    size_t        i;
    char          text[600];
    njwt_slice_t  out;
    njwt_value_t  value;

    static const char  *const  numbers[] = {
        "0", "-0", "1", "-1", "12345678901234567890", "0.1", "1e3", "1E3",
        "1e+3", "1e-3", "0.10000000000000000555", "-0.0", "0e0", "1.50",
        "9007199254740993", "-9223372036854775809", "18446744073709551616",
        "1e308", "1.7976931348623157e308", "5e-324", "1e-400",
        "123456789012345678901234567890123456789012345678901234567890"
    };

    (void) state;

    for (i = 0; i < unit_count(numbers); i++) {
        sprintf(text, "{\"a\":%s}", numbers[i]);
        value = unit_member(parse(text), "a");
        assert_for(njwt_json_type(value) == NJWT_JSON_NUMBER, numbers[i]);
        assert_true(njwt_json_scalar(value, &out));
        assert_slice(out, numbers[i]);
        assert_slice(text_of(text), numbers[i]);
        assert_true(njwt_json_number(value) == strtod(numbers[i], NULL));
    }
}


static void
what_is_no_number_of_rfc_8259_is_refused(void **state)
{
    size_t  i;
    char    text[64];

    static const char  *const  bad[] = {
        "01", "-01", "00", "+1", "1.", ".1", "-.1", "-", "--1", "1e", "1e+",
        "1.e3", "e3", "0x10", "1_000", "1,000", "1.2.3", "1-2", "1e2e3",
        "1e2.5", "0b1", "1f", "\xd9\xa1", "- 1", "1 2", "0-1", "1e5-",
        "-Infinity", "1e--3"
    };

    (void) state;

    for (i = 0; i < unit_count(bad); i++) {
        sprintf(text, "{\"a\":%s}", bad[i]);
        assert_for(!taken(text), text);
        sprintf(text, "{\"a\":[%s]}", bad[i]);

        if (strcmp(bad[i], "1,000") != 0) {
            assert_for(!taken(text), text);
        }
    }
}


static void
a_number_beyond_a_double_is_refused(void **state)
{
    char  text[1024];

    (void) state;

    assert_true(taken("{\"a\":1e308}"));
    assert_false(taken("{\"a\":1e309}"));
    assert_false(taken("{\"a\":-1e309}"));
    assert_false(taken("{\"x\":[[{\"a\":1e999999999999}]]}"));

    /* 400 digits, and the same as a small number */

    memset(text, '9', 500);
    memcpy(text, "{\"a\":", 5);
    strcpy(text + 405, "}");
    assert_false(taken(text));
    text[5] = '0';
    text[6] = '.';
    assert_true(taken(text));
}


static void
each_of_many_numbers_keeps_its_own_text(void **state)
{
    char          text[65536], want[32], name[32];
    size_t        i, len;
    uint64_t      seed = 99;
    njwt_slice_t  out;
    njwt_value_t  root, list;

    (void) state;

    /* strings and names that look like numbers stand between them */

    len = (size_t) sprintf(text, "{\"-1\":\"2,3\",\"list\":[");

    for (i = 0; i < 1000; i++) {
        len += (size_t) sprintf(text + len, "%s\"%zu\\\"5\",%zu.%zu0",
                                i == 0 ? "" : ",", i, i, i);
    }

    len += (size_t) sprintf(text + len, "]");

    for (i = 0; i < 500; i++) {
        len += (size_t) sprintf(text + len, ",\"%zu\":%zue0", i, i);
    }

    sprintf(text + len, "}");

    root = parse(text);
    list = unit_member(root, "list");
    assert_int_equal(njwt_json_length(list), 2000);

    for (i = 0; i < 2000; i++) {
        size_t  k = unit_random(&seed) % 1000;

        sprintf(want, "%zu.%zu0", k, k);
        assert_true(njwt_json_scalar(njwt_json_element(list, 2 * k + 1),
                                     &out));
        assert_slice(out, want);
        assert_true(njwt_json_number(njwt_json_element(list, 2 * k + 1))
                    == strtod(want, NULL));

        k %= 500;
        sprintf(name, "%zu", k);
        sprintf(want, "%zue0", k);
        assert_true(njwt_json_scalar(unit_member(root, name), &out));
        assert_slice(out, want);
    }

    assert_slice(njwt_json_string(unit_member(root, "-1")), "2,3");
}


static void
types_are_told_apart_and_what_is_not_there_is_absent(void **state)
{
    njwt_value_t  root;

    (void) state;

    root = parse("{\"n\":null,\"t\":true,\"f\":false,\"0\":0,\"s\":\"\","
                 "\"a\":[],\"o\":{},\"\":5}");

    assert_int_equal(njwt_json_type(root), NJWT_JSON_OBJECT);
    assert_int_equal(njwt_json_type(unit_member(root, "n")), NJWT_JSON_NULL);
    assert_int_equal(njwt_json_type(unit_member(root, "t")),
                     NJWT_JSON_BOOLEAN);
    assert_int_equal(njwt_json_type(unit_member(root, "f")),
                     NJWT_JSON_BOOLEAN);
    assert_int_equal(njwt_json_type(unit_member(root, "0")), NJWT_JSON_NUMBER);
    assert_int_equal(njwt_json_type(unit_member(root, "s")), NJWT_JSON_STRING);
    assert_int_equal(njwt_json_type(unit_member(root, "a")), NJWT_JSON_ARRAY);
    assert_int_equal(njwt_json_type(unit_member(root, "o")), NJWT_JSON_OBJECT);
    assert_int_equal(njwt_json_type(unit_member(root, "")), NJWT_JSON_NUMBER);

    assert_int_equal(njwt_json_type(unit_member(root, "N")), NJWT_JSON_ABSENT);
    assert_int_equal(njwt_json_type(njwt_json_member(root,
                                                     unit_literal("n\0"))),
                     NJWT_JSON_ABSENT);
    assert_int_equal(njwt_json_type(unit_member(unit_member(root, "a"), "x")),
                     NJWT_JSON_ABSENT);
    assert_int_equal(njwt_json_type(unit_member(unit_member(root, "s"), "x")),
                     NJWT_JSON_ABSENT);
    assert_int_equal(njwt_json_type(unit_member(unit_member(root, "?"), "x")),
                     NJWT_JSON_ABSENT);
    assert_int_equal(njwt_json_type(njwt_json_element(unit_member(root, "a"),
                                                      0)),
                     NJWT_JSON_ABSENT);
    assert_int_equal(njwt_json_type(njwt_json_element(root, 0)),
                     NJWT_JSON_ABSENT);
    assert_int_equal(njwt_json_length(root), 0);
    assert_int_equal(njwt_json_length(unit_member(root, "?")), 0);
    assert_int_equal(njwt_json_string(unit_member(root, "0")).len, 0);
    assert_true(njwt_json_number(unit_member(root, "s")) == 0);
}


static void
strings_means_a_string_or_an_array_of_nothing_else(void **state)
{
    njwt_value_t  root;

    (void) state;

    root = parse("{\"s\":\"a\",\"l\":[\"a\",\"b\"],\"e\":[],\"m\":[\"a\",1],"
                 "\"k\":[\"a\",null],\"i\":[[\"a\"]],\"n\":null,\"1\":1,"
                 "\"o\":{\"a\":\"a\"}}");

    assert_true(njwt_json_strings(unit_member(root, "s")));
    assert_true(njwt_json_strings(unit_member(root, "l")));
    assert_true(njwt_json_strings(unit_member(root, "e")));
    assert_false(njwt_json_strings(unit_member(root, "m")));
    assert_false(njwt_json_strings(unit_member(root, "k")));
    assert_false(njwt_json_strings(unit_member(root, "i")));
    assert_false(njwt_json_strings(unit_member(root, "n")));
    assert_false(njwt_json_strings(unit_member(root, "1")));
    assert_false(njwt_json_strings(unit_member(root, "o")));
    assert_false(njwt_json_strings(unit_member(root, "?")));

    assert_true(njwt_json_holds(unit_member(root, "s"), unit_text("a")));
    assert_false(njwt_json_holds(unit_member(root, "s"), unit_text("A")));
    assert_false(njwt_json_holds(unit_member(root, "s"), unit_text("")));
    assert_true(njwt_json_holds(unit_member(root, "l"), unit_text("b")));
    assert_false(njwt_json_holds(unit_member(root, "l"), unit_text("c")));
    assert_false(njwt_json_holds(unit_member(root, "e"), unit_text("")));
    assert_false(njwt_json_holds(unit_member(root, "o"), unit_text("a")));
    assert_false(njwt_json_holds(unit_member(root, "i"), unit_text("a")));
    assert_false(njwt_json_holds(unit_member(root, "k"), unit_text("")));
    assert_false(njwt_json_holds(unit_member(root, "?"), unit_text("")));
    assert_false(njwt_json_holds(unit_member(root, "n"), unit_text("")));
    assert_false(njwt_json_holds(unit_member(root, "1"), unit_text("")));
}


static void
a_value_reads_as_the_contract_says(void **state)
{
    (void) state;

    assert_slice(text_of("{\"a\":\"x \\\"y\\\"\"}"), "x \"y\"");
    assert_slice(text_of("{\"a\":\"\"}"), "");
    assert_slice(text_of("{\"a\":1.0}"), "1.0");
    assert_slice(text_of("{\"a\":true}"), "true");
    assert_slice(text_of("{\"a\":false}"), "false");
    assert_slice(text_of("{\"a\":null}"), "(none)");
    assert_slice(text_of("{\"b\":1}"), "(none)");
    assert_slice(text_of("{\"a\": { \"x\" : [ 1 , null ] } }"),
                 "{\"x\":[1,null]}");
    assert_slice(text_of("{\"a\":{ }}"), "{}");
}


static void
an_array_is_joined_by_commas_unless_that_would_mislead(void **state)
{
    (void) state;

    assert_slice(text_of("{\"a\":[ \"x\" , 1.50, true ]}"), "x,1.50,true");
    assert_slice(text_of("{\"a\":[]}"), "");
    assert_slice(text_of("{\"a\":[\"x\"]}"), "x");
    assert_slice(text_of("{\"a\":[\"\",\"\"]}"), ",");
    assert_slice(text_of("{\"a\":[\"x,y\", \"z\"]}"), "[\"x,y\",\"z\"]");
    assert_slice(text_of("{\"a\":[\"x\", null]}"), "[\"x\",null]");
    assert_slice(text_of("{\"a\":[\"x\", [1]]}"), "[\"x\",[1]]");
    assert_slice(text_of("{\"a\":[\"x\", {}]}"), "[\"x\",{}]");
    assert_slice(text_of("{\"a\":[\"\\\"\"]}"), "\"");
}


static void
json_is_written_with_the_shortest_escapes(void **state)
{
    (void) state;

    assert_slice(text_of("{\"a\":[\"\\u0022\\u005c\\/\\b\\f\\n\\r\\t\\u0008"
                         "\\u001f\\u007f\\u00e9\\u0000\",null]}"),
                 "[\"\\\"\\\\/\\b\\f\\n\\r\\t\\b\\u001f\x7f\xc3\xa9\\u0000\","
                 "null]");
    assert_slice(text_of("{\"a\":{\"\\u0022\\u000a\":\"\\ud83d\\ude00\"}}"),
                 "{\"\\\"\\n\":\"\xf0\x9f\x98\x80\"}");
}


static void
members_are_gone_over_in_the_order_of_the_text(void **state)
{
    size_t        i;
    njwt_slice_t  name;
    njwt_value_t  root, value = { NULL };

    static const char  *const  names[] = { "z", "a", "M", "", "9", "b" };

    (void) state;

    root = parse("{\"z\":0,\"a\":1,\"M\":2,\"\":3,\"9\":4,\"b\":5}");

    for (i = 0; i < unit_count(names); i++) {
        assert_true(njwt_json_next(root, &name, &value));
        assert_slice(name, names[i]);
        assert_true(njwt_json_number(value) == (double) i);
    }

    assert_false(njwt_json_next(root, &name, &value));

    value.node = NULL;
    assert_false(njwt_json_next(parse("{}"), &name, &value));
}


/* Random JSON, as odd as it may be. */

static char    document[65536];
static size_t  document_len;


static void
put(const char *text)
{
    strcpy(document + document_len, text);
    document_len += strlen(text);
}


static void
put_space(uint64_t *seed)
{
    static const char  *const  spaces[] = { "", "", " ", "\n", "\t\r ", "" };

    put(spaces[unit_random(seed) % unit_count(spaces)]);
}


static void
put_string(uint64_t *seed, const char *prefix)
{
    size_t  i, n;

    static const char  *const  pieces[] = {
        "a", "\\u0041", "\\n", "\\u000a", "\\\"", "\\\\", "/", "\\/", "12",
        "-3.5e1", "{", "]", ",", ":", "\xc3\xa9", "\\ud83d\\ude00", "\\u001f",
        "\x7f", " "
    };

    put("\"");
    put(prefix);
    n = unit_random(seed) % 5;

    for (i = 0; i < n; i++) {
        put(pieces[unit_random(seed) % unit_count(pieces)]);
    }

    put("\"");
}


static void
put_value(uint64_t *seed, unsigned depth)
{
    char      prefix[16];
    size_t    i, n;
    unsigned  kind;

    static const char  *const  scalars[] = {
        "null", "true", "false", "0", "-0", "1", "12345678901234567890",
        "0.1", "1e3", "-2.50E-2", "7"
    };

    kind = unit_random(seed) % 4;
    put_space(seed);

    if (depth == 0 || kind == 0) {
        put(scalars[unit_random(seed) % unit_count(scalars)]);

    } else if (kind == 1) {
        put_string(seed, "");

    } else {
        put(kind == 2 ? "{" : "[");
        n = unit_random(seed) % 5;
        put_space(seed);

        for (i = 0; i < n; i++) {
            put(i == 0 ? "" : ",");
            put_space(seed);

            if (kind == 2) {
                sprintf(prefix, "%zu", i);
                put_string(seed, prefix);
                put_space(seed);
                put(":");
            }

            put_value(seed, depth - 1);
        }

        put(kind == 2 ? "}" : "]");
    }

    put_space(seed);
}


static void
what_is_written_says_what_was_read_and_is_no_longer(void **state)
{
    size_t         i;
    json_t        *before, *after;
    uint64_t       seed = 8259;
    njwt_slice_t   out, again;
    njwt_value_t   root;

    static const size_t  flags = JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL;

    (void) state;

    for (i = 0; i < 3000; i++) {
        document_len = 0;
        put("{\"v\":");
        put_value(&seed, 6);
        put("}");

        before = json_loadb(document, document_len, flags, NULL);
        assert_for(before != NULL, document);

        root = parse(document);
        assert_for(njwt_json_type(root) == NJWT_JSON_OBJECT, document);
        assert_true(njwt_json_text(&unit_arena, root, &out));
        assert_true(out.len <= document_len);

        after = json_loadb((const char *) out.data, out.len, flags, NULL);
        assert_for(json_equal(before, after), document);

        /* and once more: nothing is left to be left out */

        root = njwt_json_object(&unit_arena, out);
        assert_true(njwt_json_text(&unit_arena, root, &again));
        assert_true(njwt_slice_equal(out, again));
        assert_false(unit_arena.failed);

        json_decref(before);
        json_decref(after);
        njwt_arena_free(&unit_arena);
    }
}


/* Digits, a point and an exponent, of any length. */

static size_t
put_number(char *text, uint64_t *seed)
{
    size_t  i, n, len;

    len = (size_t) sprintf(text, "%s", unit_random(seed) % 2 ? "-" : "");

    n = unit_random(seed) % 3 ? unit_random(seed) % 4
                              : unit_random(seed) % 330;
    text[len++] = n == 0 ? '0' : (char) ('1' + unit_random(seed) % 9);

    for (i = 1; i < n; i++) {
        text[len++] = unit_random(seed) % 3 ? '0'
                      : (char) ('0' + unit_random(seed) % 10);
    }

    if (unit_random(seed) % 2) {
        n = 1 + (unit_random(seed) % 3 ? unit_random(seed) % 20
                                       : unit_random(seed) % 400);
        text[len++] = '.';

        for (i = 0; i < n; i++) {
            text[len++] = unit_random(seed) % 3 ? '0'
                          : (char) ('0' + unit_random(seed) % 10);
        }
    }

    if (unit_random(seed) % 2) {
        len += (size_t) sprintf(text + len, "%c%s%llu",
            unit_random(seed) % 2 ? 'e' : 'E',
            &"+\0-\0\0"[2 * (unit_random(seed) % 3)],
            (unsigned long long) (unit_random(seed) % 8
                                  ? unit_random(seed) % 340
                                  : unit_random(seed) % 100000000));
    }

    text[len] = '\0';

    return len;
}


static void
every_number_that_a_double_holds_is_taken(void **state)
{
    char          text[2048], number[1024];
    size_t        i, refused;
    double        want;
    uint64_t      seed = 754;
    njwt_value_t  value;

    (void) state;

    refused = 0;

    for (i = 0; i < 100000; i++) {
        (void) put_number(number, &seed);
        sprintf(text, "{\"a\":%s}", number);
        want = strtod(number, NULL);

        value = unit_member(parse(text), "a");
        assert_for(!unit_arena.failed, number);

        if (want > 1.7976931348623157e308 || want < -1.7976931348623157e308) {
            assert_for(njwt_json_type(value) == NJWT_JSON_ABSENT, number);
            refused++;

        } else {
            assert_for(njwt_json_type(value) == NJWT_JSON_NUMBER, number);
            assert_for(njwt_json_number(value) == want, number);
        }

        njwt_arena_free(&unit_arena);
    }

    assert_within(refused, 1000, 50000);
}


static void
numbers_of_absurd_length_are_taken_too(void **state)
{
    char    *text;
    size_t   i;

    (void) state;

    /* 1 and 5,000 zeros, and then as many places back */

    text = malloc(30000);

    for (i = 1; i < 5000; i = i * 3 / 2 + 1) {
        sprintf(text, "{\"a\":1%0*de-%zu}", (int) i, 0, i);
        assert_for(taken(text), text);
        sprintf(text, "{\"a\":0.%0*d1e%zu}", (int) i, 0, i);
        assert_for(taken(text), text);
        sprintf(text, "{\"a\":%zu.%0*d}", i, (int) i, 7);
        assert_for(taken(text), text);
        assert_false(unit_arena.failed);
    }

    assert_true(taken("{\"a\":0e99999999999999999999}"));
    assert_true(taken("{\"a\":1e-99999999999999999999}"));
    assert_true(taken("{\"a\":0.000e-99999999999999999999}"));
    assert_false(taken("{\"a\":1e99999999999999999999}"));
    assert_false(unit_arena.failed);
    free(text);
}


/* jansson is handed a text inside of another: see njwt_jansson.c. */

static void
a_text_with_a_long_number_is_one_object_too(void **state)
{
    size_t  i;

    static const char  *const  refused[] = {
        "123456789012", "[{\"a\":123456789012}]", "{\"a\":123456789012},{}",
        "{\"a\":123456789012},1", "{\"a\":123456789012},",
        "{\"a\":123456789012}]", "{\"a\":123456789012}],[",
        "{\"a\":123456789012}],[{}", "123456789012],[{}", "],[123456789012",
        "{\"a\":123456789012", "{\"a\":[123456789012}",
        "{\"a\":[123456789012", "\"x\",{\"a\":123456789012}",
        ",{\"a\":123456789012}", "{\"a\":123456789012}\"",
        "{\"a\":123456789012}/", "{\"a\":123456789012,\"a\":1}",
        "{\"a\":123456789012,\"b\":\"c}"
    };

    (void) state;

    assert_true(taken("{\"a\":123456789012}"));
    assert_true(taken(" { \"a\" : [ 123456789012 ] , \"b\" : \"]\" } \n"));

    for (i = 0; i < unit_count(refused); i++) {
        assert_for(!taken(refused[i]), refused[i]);
    }

    assert_false(unit_arena.failed);
}


/* Whatever a byte is changed to, nothing is read beyond the text. */

static void
damaged_text_is_refused_or_read_but_never_overrun(void **state)
{
    char          text[256];
    size_t        i, len;
    uint64_t      seed = 17;
    njwt_slice_t  out;
    njwt_value_t  root;

    static const char  source[] =
        "{\"a\":[1,-2.5e3,\"\\u00e9\\\"x\",{\"b\":null}],\"c\":\"\xc3\xa9\","
        "\"d\":{\"e\":[[],{}]},\"f\":12345678901234567890}";

    (void) state;

    for (i = 0; i < 50000; i++) {
        memcpy(text, source, sizeof(source));
        text[unit_random(&seed) % (sizeof(source) - 1)] =
            source[unit_random(&seed) % sizeof(source)];
        len = unit_random(&seed) % 4 ? sizeof(source) - 1
                                     : unit_random(&seed) % sizeof(source);

        root = njwt_json_object(&unit_arena, unit_bytes(text, len));

        if (njwt_json_type(root) == NJWT_JSON_OBJECT) {
            assert_true(njwt_json_text(&unit_arena, root, &out));
        }

        assert_false(unit_arena.failed);
        njwt_arena_free(&unit_arena);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(an_object_is_taken_and_nothing_else),
        unit_case(what_stands_behind_the_object_is_refused),
        unit_case(a_byte_order_mark_is_refused),
        unit_case(duplicate_members_are_refused_at_any_depth),
        unit_case(a_duplicate_is_found_behind_an_escape),
        unit_case(thirty_two_levels_are_taken_and_thirty_three_are_not),
        unit_case(levels_that_were_left_and_brackets_in_strings_do_not_count),
        unit_case(nul_is_taken_in_a_string_but_not_in_a_name),
        unit_case(a_raw_nul_is_refused_wherever_it_stands),
        unit_case(control_characters_must_be_escaped),
        unit_case(only_the_escapes_of_rfc_8259_are_taken),
        unit_case(utf_8_must_be_valid),
        unit_case(lone_surrogates_are_refused),
        unit_case(a_number_is_given_as_it_stands),
        unit_case(what_is_no_number_of_rfc_8259_is_refused),
        unit_case(a_number_beyond_a_double_is_refused),
        unit_case(each_of_many_numbers_keeps_its_own_text),
        unit_case(types_are_told_apart_and_what_is_not_there_is_absent),
        unit_case(strings_means_a_string_or_an_array_of_nothing_else),
        unit_case(a_value_reads_as_the_contract_says),
        unit_case(an_array_is_joined_by_commas_unless_that_would_mislead),
        unit_case(json_is_written_with_the_shortest_escapes),
        unit_case(members_are_gone_over_in_the_order_of_the_text),
        unit_case(what_is_written_says_what_was_read_and_is_no_longer),
        unit_case(every_number_that_a_double_holds_is_taken),
        unit_case(numbers_of_absurd_length_are_taken_too),
        unit_case(a_text_with_a_long_number_is_one_object_too),
        unit_case(damaged_text_is_refused_or_read_but_never_overrun)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
