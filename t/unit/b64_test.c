/*
 * base64url has one spelling for one value.
 */

#include "unit_token.h"
#include "njwt_b64.h"


static const char  alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789-_";


static bool
decodes(const char *text)
{
    njwt_slice_t  out;

    return njwt_b64_decode(&unit_arena, unit_text(text), &out);
}


static void
the_vectors_of_rfc_4648_are_decoded(void **state)
{
    size_t        i;
    njwt_slice_t  out;

    static const char  *const vectors[][2] = {
        { "", "" }, { "Zg", "f" }, { "Zm8", "fo" }, { "Zm9v", "foo" },
        { "Zm9vYg", "foob" }, { "Zm9vYmE", "fooba" }, { "Zm9vYmFy", "foobar" }
    };

    (void) state;

    for (i = 0; i < unit_count(vectors); i++) {
        assert_true(njwt_b64_decode(&unit_arena, unit_text(vectors[i][0]),
                                    &out));
        assert_slice(out, vectors[i][1]);
    }
}


static void
dash_and_underscore_are_taken_but_plus_and_slash_are_not(void **state)
{
    njwt_slice_t  out;

    (void) state;

    assert_true(njwt_b64_decode(&unit_arena, unit_text("-_-_"), &out));
    assert_int_equal(out.len, 3);
    assert_memory_equal(out.data, "\xfb\xff\xbf", 3);

    assert_false(decodes("+_-_"));
    assert_false(decodes("-/-_"));
}


static void
padding_is_refused(void **state)
{
    (void) state;

    assert_true(decodes("Zg"));
    assert_false(decodes("Zg="));
    assert_false(decodes("Zg=="));
    assert_true(decodes("Zm8"));
    assert_false(decodes("Zm8="));
    assert_true(decodes("Zm9v"));
    assert_false(decodes("Zm9v="));
    assert_false(decodes("Zm9v===="));
    assert_false(decodes("===="));
    assert_false(decodes("Zg==Zg"));
}


static void
white_space_is_refused_wherever_it_stands(void **state)
{
    (void) state;

    assert_true(decodes("Zm9vYmFy"));
    assert_false(decodes(" Zm9vYmF"));
    assert_false(decodes("Zm9v YmF"));
    assert_false(decodes("Zm9vYmFy\n"));
    assert_false(decodes("Zm9vYmF\n"));
    assert_false(decodes("Zm9\tYmFy"));
    assert_false(decodes("Zm9\r\nmFy"));
    assert_false(decodes("Zm9v\x0bmFy"));
}


/* It is read four at a time, and what is left over apart. */

static void
a_character_of_no_alphabet_is_refused_in_every_place(void **state)
{
    int           c;
    char          text[12];
    size_t        len, i;
    njwt_slice_t  in, out;

    (void) state;

    for (len = 2; len <= sizeof(text); len++) {
        if (len % 4 == 1) {
            continue;
        }

        for (i = 0; i < len; i++) {
            for (c = 0; c < 256; c++) {
                memset(text, 'A', sizeof(text));
                text[i] = (char) c;
                in.data = (const uint8_t *) text;
                in.len = len;

                if (c != 0 && strchr(alphabet, c) != NULL) {
                    continue;
                }

                assert_false(njwt_b64_decode(&unit_arena, in, &out));
            }
        }
    }
}


static void
a_length_that_no_encoder_makes_is_refused(void **state)
{
    (void) state;

    assert_false(decodes("Z"));
    assert_true(decodes("Zg"));
    assert_false(decodes("Zm9vY"));
    assert_true(decodes("Zm9vYg"));
    assert_false(decodes("AAAAAAAAA"));
    assert_true(decodes("AAAAAAAAAA"));
}


static void
unused_bits_must_be_zero(void **state)
{
    size_t  i, two, three;
    char    text[4];

    (void) state;

    assert_true(decodes("Zg"));
    assert_false(decodes("Zh"));
    assert_true(decodes("Zm8"));
    assert_false(decodes("Zm9"));

    two = 0;
    three = 0;

    for (i = 0; i < 64; i++) {
        text[0] = 'Q';
        text[1] = alphabet[i];
        text[2] = '\0';
        two += decodes(text);

        text[1] = 'Q';
        text[2] = alphabet[i];
        text[3] = '\0';
        three += decodes(text);
    }

    assert_int_equal(two, 4);
    assert_int_equal(three, 16);
}


static void
no_byte_but_the_64_is_taken_at_any_place(void **state)
{
    size_t        at, taken;
    unsigned      c;
    uint8_t       text[4];
    njwt_slice_t  out;

    (void) state;

    for (at = 0; at < 4; at++) {
        taken = 0;

        for (c = 0; c < 256; c++) {
            memcpy(text, "QUJD", 4);
            text[at] = (uint8_t) c;
            taken += njwt_b64_decode(&unit_arena, unit_bytes(text, 4), &out);
        }

        assert_int_equal(taken, 64);
    }
}


static void
a_refusal_leaves_the_output_alone(void **state)
{
    njwt_slice_t  out = { (const uint8_t *) "kept", 4 };

    (void) state;

    assert_false(njwt_b64_decode(&unit_arena, unit_text("Zg=="), &out));
    assert_false(njwt_b64_decode(&unit_arena, unit_text("Zh"), &out));
    assert_false(njwt_b64_decode(&unit_arena, unit_text("Z"), &out));
    assert_slice(out, "kept");
    assert_false(unit_arena.failed);
}


/* Every text of three and two characters comes back, or is refused. */

static void
one_value_has_one_spelling(void **state)
{
    size_t        i, k, m, taken;
    char          text[4];
    njwt_slice_t  out;

    (void) state;

    taken = 0;

    for (i = 0; i < 64; i++) {
        for (k = 0; k < 64; k++) {
            for (m = 0; m < 65; m++) {
                text[0] = alphabet[i];
                text[1] = alphabet[k];
                text[2] = alphabet[m];
                text[3] = '\0';

                if (njwt_b64_decode(&unit_arena, unit_text(text), &out)) {
                    assert_string_equal(unit_b64(out.data, out.len), text);
                    taken++;
                }
            }
        }

        njwt_arena_free(&unit_arena);
    }

    assert_int_equal(taken, 65536 + 256);
}


static void
any_bytes_come_back_from_openssls_encoding(void **state)
{
    size_t        i, k, len;
    uint8_t       bytes[600];
    uint64_t      seed = 4648;
    njwt_slice_t  out;

    (void) state;

    for (i = 0; i < 2000; i++) {
        len = unit_random(&seed) % sizeof(bytes);

        for (k = 0; k < len; k++) {
            bytes[k] = (uint8_t) unit_random(&seed);
        }

        assert_true(njwt_b64_decode(&unit_arena,
                                    unit_text(unit_b64(bytes, len)), &out));
        assert_int_equal(out.len, len);
        assert_memory_equal(out.data, bytes, len);
        njwt_arena_free(&unit_arena);
    }
}


/*
 * OpenSSL decodes plain base64 in blocks of four, and ignores unused bits:
 * what we take it must read the same, what we refuse must differ in those.
 */

static bool
agrees_with_openssl(const char *text, size_t len)
{
    int           n;
    bool          taken;
    char          plain[68];
    size_t        i, pad;
    uint8_t       bytes[51];
    njwt_slice_t  out;

    for (i = 0; i < len; i++) {
        plain[i] = (text[i] == '-') ? '+' : (text[i] == '_') ? '/' : text[i];
    }

    pad = (4 - len % 4) % 4;
    memset(plain + len, '=', pad);
    plain[len + pad] = '\0';

    n = EVP_DecodeBlock(bytes, (const uint8_t *) plain, (int) (len + pad));
    taken = njwt_b64_decode(&unit_arena, unit_bytes(text, len), &out);

    if (pad == 3) {
        return !taken;
    }

    assert_int_equal(n, (len + pad) / 4 * 3);

    if (!taken) {
        return strcmp(unit_b64(bytes, (size_t) n - pad), text) != 0;
    }

    return out.len == (size_t) n - pad
           && memcmp(out.data, bytes, out.len) == 0;
}


static void
any_text_of_the_alphabet_is_read_as_openssl_reads_it(void **state)
{
    char      text[65];
    size_t    i, k, len;
    uint64_t  seed = 20260101;

    (void) state;

    for (i = 0; i < 20000; i++) {
        len = 1 + unit_random(&seed) % (sizeof(text) - 1);

        for (k = 0; k < len; k++) {
            text[k] = alphabet[unit_random(&seed) % 64];
        }

        text[len] = '\0';
        assert_for(agrees_with_openssl(text, len), text);
        njwt_arena_free(&unit_arena);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(the_vectors_of_rfc_4648_are_decoded),
        unit_case(dash_and_underscore_are_taken_but_plus_and_slash_are_not),
        unit_case(padding_is_refused),
        unit_case(white_space_is_refused_wherever_it_stands),
        unit_case(a_character_of_no_alphabet_is_refused_in_every_place),
        unit_case(a_length_that_no_encoder_makes_is_refused),
        unit_case(unused_bits_must_be_zero),
        unit_case(no_byte_but_the_64_is_taken_at_any_place),
        unit_case(a_refusal_leaves_the_output_alone),
        unit_case(one_value_has_one_spelling),
        unit_case(any_bytes_come_back_from_openssls_encoding),
        unit_case(any_text_of_the_alphabet_is_read_as_openssl_reads_it)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
