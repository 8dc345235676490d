/*
 * The arena gives what was asked for, or says that it can't.
 */

#include "unit.h"


/* a request that is too large shall be NULL here, not the end */
const char *__asan_default_options(void);


const char *
__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}


static void
pieces_are_zeroed_and_aligned_for_any_type(void **state)
{
    size_t    size, i;
    uint8_t  *piece;

    (void) state;

    for (size = 0; size < 300; size++) {
        piece = njwt_arena_alloc(&unit_arena, size);

        assert_non_null(piece);
        assert_int_equal((uintptr_t) piece % _Alignof(max_align_t), 0);

        for (i = 0; i < size; i++) {
            assert_int_equal(piece[i], 0);
        }

        memset(piece, 0xff, size);
    }
}


static void
pieces_do_not_overlap(void **state)
{
    size_t    i, k, size;
    uint8_t  *pieces[400];
    uint64_t  seed = 7;
    size_t    sizes[400];

    (void) state;

    for (i = 0; i < 400; i++) {
        size = unit_random(&seed) % 5000;
        pieces[i] = njwt_arena_alloc(&unit_arena, size);
        sizes[i] = size;
        assert_non_null(pieces[i]);
        memset(pieces[i], (int) (i & 0xff), size);
    }

    for (i = 0; i < 400; i++) {
        for (k = 0; k < sizes[i]; k++) {
            assert_int_equal(pieces[i][k], i & 0xff);
        }
    }
}


static void
pieces_larger_than_a_block_are_given(void **state)
{
    size_t    i;
    uint8_t  *piece;

    static const size_t  sizes[] = { 4063, 4064, 4065, 4095, 4096, 4097,
                                     65536, 17 * 1024 * 1024 };

    (void) state;

    for (i = 0; i < unit_count(sizes); i++) {
        piece = njwt_arena_alloc(&unit_arena, sizes[i]);
        assert_non_null(piece);
        assert_int_equal(piece[sizes[i] - 1], 0);
        memset(piece, 1, sizes[i]);
    }

    assert_false(unit_arena.failed);
}


static void
a_size_that_overflows_is_no_memory(void **state)
{
    size_t  i;

    (void) state;

    assert_non_null(njwt_arena_alloc(&unit_arena, 1));
    assert_false(unit_arena.failed);

    for (i = 0; i < 200; i++) {
        assert_null(njwt_arena_alloc(&unit_arena, SIZE_MAX - i));
        assert_true(unit_arena.failed);
        unit_arena.failed = false;
    }

    assert_null(njwt_arena_alloc(&unit_arena, SIZE_MAX / 2 + 1));
    assert_true(unit_arena.failed);
}


static void
an_arena_that_failed_can_still_give_and_says_that_it_failed(void **state)
{
    (void) state;

    assert_null(njwt_arena_alloc(&unit_arena, SIZE_MAX));
    assert_non_null(njwt_arena_alloc(&unit_arena, 10));
    assert_true(unit_arena.failed);
}


static void
an_arena_can_be_freed_twice_and_used_again(void **state)
{
    (void) state;

    assert_non_null(njwt_arena_alloc(&unit_arena, 100));
    unit_arena.failed = true;

    njwt_arena_free(&unit_arena);
    njwt_arena_free(&unit_arena);
    assert_false(unit_arena.failed);

    assert_non_null(njwt_arena_alloc(&unit_arena, 100));
    njwt_arena_free(&unit_arena);
}


static void
an_arena_that_was_never_used_can_be_freed(void **state)
{
    njwt_arena_t  arena;

    (void) state;

    njwt_arena_init(&arena);
    njwt_arena_free(&arena);
}


static void
slices_are_equal_byte_for_byte(void **state)
{
    njwt_slice_t  nothing = { NULL, 0 };

    (void) state;

    assert_true(njwt_slice_equal(unit_text("abc"), unit_text("abc")));
    assert_false(njwt_slice_equal(unit_text("abc"), unit_text("abC")));
    assert_false(njwt_slice_equal(unit_text("abc"), unit_text("abcd")));
    assert_false(njwt_slice_equal(unit_text("abc"), unit_text("")));
    assert_false(njwt_slice_equal(unit_literal("a\0b"),
                                  unit_literal("a\0c")));
    assert_true(njwt_slice_equal(nothing, unit_text("")));
    assert_true(njwt_slice_equal(nothing, nothing));
    assert_false(njwt_slice_equal(nothing, unit_text("a")));
}


static void
words_are_what_spaces_separate(void **state)
{
    njwt_slice_t  rest, word;

    (void) state;

    rest = unit_text("  a bc   def\tg ");

    assert_true(njwt_slice_word(&rest, &word));
    assert_slice(word, "a");
    assert_true(njwt_slice_word(&rest, &word));
    assert_slice(word, "bc");
    assert_true(njwt_slice_word(&rest, &word));
    assert_slice(word, "def\tg");
    assert_false(njwt_slice_word(&rest, &word));
    assert_slice(word, "def\tg");

    rest = unit_text(" \ta\n \nb");
    assert_true(njwt_slice_word(&rest, &word));
    assert_slice(word, "\ta\n");
    assert_true(njwt_slice_word(&rest, &word));
    assert_slice(word, "\nb");
}


static void
there_is_no_word_in_nothing_but_spaces(void **state)
{
    njwt_slice_t  rest, word = { NULL, 0 };

    (void) state;

    rest = unit_text("");
    assert_false(njwt_slice_word(&rest, &word));
    rest = unit_text("   ");
    assert_false(njwt_slice_word(&rest, &word));
    rest = word;
    assert_false(njwt_slice_word(&rest, &word));
    assert_null(word.data);
}


static void
a_byte_order_mark_is_three_bytes_in_front(void **state)
{
    njwt_slice_t  text;

    (void) state;

    text = unit_text("\xef\xbb\xbf" "a\xef\xbb\xbf");
    assert_true(njwt_slice_unmark(&text));
    assert_slice(text, "a\xef\xbb\xbf");
    assert_false(njwt_slice_unmark(&text));
    assert_slice(text, "a\xef\xbb\xbf");

    /* what lies behind the end is none of it */

    text = unit_text("\xef\xbb\xbf");
    text.len = 2;
    assert_false(njwt_slice_unmark(&text));
    assert_int_equal(text.len, 2);
    text.len = 3;
    assert_true(njwt_slice_unmark(&text));
    assert_int_equal(text.len, 0);
    assert_false(njwt_slice_unmark(&text));
}


static void
a_clean_slice_can_be_the_value_of_a_header(void **state)
{
    (void) state;

    assert_true(njwt_slice_clean(unit_text("")));
    assert_true(njwt_slice_clean(unit_text("a ~\x80\xff")));
    assert_false(njwt_slice_clean(unit_text("\x1f" "a")));
    assert_false(njwt_slice_clean(unit_text("a\r\n")));
    assert_false(njwt_slice_clean(unit_text("a\x7f")));
}


static void
letters_are_the_same_in_any_case_and_nothing_else_is(void **state)
{
    (void) state;

    assert_true(njwt_slice_same_nocase(unit_text("aZ-@[`{"),
                                       unit_text("Az-@[`{")));
    assert_true(njwt_slice_same_nocase(unit_text(""), unit_text("")));
    assert_false(njwt_slice_same_nocase(unit_text("@"), unit_text("`")));
    assert_false(njwt_slice_same_nocase(unit_text("["), unit_text("{")));
    assert_false(njwt_slice_same_nocase(unit_text("^"), unit_text("~")));
    assert_false(njwt_slice_same_nocase(unit_text("a"), unit_text("ab")));
    assert_false(njwt_slice_same_nocase(unit_text("ab"), unit_text("a")));

    assert_true(njwt_slice_starts_nocase(unit_text("aBc"), unit_text("Ab")));
    assert_true(njwt_slice_starts_nocase(unit_text("aB"), unit_text("Ab")));
    assert_false(njwt_slice_starts_nocase(unit_text("a"), unit_text("ab")));
    assert_false(njwt_slice_starts_nocase(unit_text("ac"), unit_text("ab")));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(letters_are_the_same_in_any_case_and_nothing_else_is),
        unit_case(pieces_are_zeroed_and_aligned_for_any_type),
        unit_case(pieces_do_not_overlap),
        unit_case(pieces_larger_than_a_block_are_given),
        unit_case(a_size_that_overflows_is_no_memory),
        unit_case(an_arena_that_failed_can_still_give_and_says_that_it_failed),
        unit_case(an_arena_can_be_freed_twice_and_used_again),
        unit_case(an_arena_that_was_never_used_can_be_freed),
        unit_case(slices_are_equal_byte_for_byte),
        unit_case(words_are_what_spaces_separate),
        unit_case(there_is_no_word_in_nothing_but_spaces),
        unit_case(a_byte_order_mark_is_three_bytes_in_front),
        unit_case(a_clean_slice_can_be_the_value_of_a_header)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
