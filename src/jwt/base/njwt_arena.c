/*
 * The core's memory: blocks that belong to the caller's arena and are freed
 * together.
 */

#include "njwt.h"

#include <stdlib.h>
#include <string.h>


/* with its header no more than what malloc keeps at hand without a search */
#define NJWT_ARENA_BLOCK  992


/*
 * Under AddressSanitizer each piece is a block of its own: in a shared block a
 * read past a piece's end would go unnoticed.  gcc and clang announce the
 * sanitizer in different ways.
 */

#if defined(__SANITIZE_ADDRESS__)
#define NJWT_ARENA_APART  1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NJWT_ARENA_APART  1
#endif
#endif


struct njwt_arena_block_s {
    njwt_arena_block_t  *next;
    size_t               size;
    size_t               used;
    _Alignas(max_align_t) uint8_t  data[];
};


void
njwt_arena_init(njwt_arena_t *arena)
{
    arena->blocks = NULL;
    arena->failed = false;
}


static njwt_arena_block_t *
njwt_arena_block(njwt_arena_t *arena, size_t size)
{
    njwt_arena_block_t  *block;

#if !defined(NJWT_ARENA_APART)
    if (size < NJWT_ARENA_BLOCK) {
        size = NJWT_ARENA_BLOCK;
    }
#endif

    if (size > SIZE_MAX - sizeof(njwt_arena_block_t)) {
        return NULL;
    }

    block = malloc(sizeof(njwt_arena_block_t) + size);
    if (block == NULL) {
        return NULL;
    }

    block->size = size;
    block->used = 0;
    block->next = arena->blocks;
    arena->blocks = block;

    return block;
}


void *
njwt_arena_alloc(njwt_arena_t *arena, size_t size)
{
    size_t               rounded;
    uint8_t             *piece;
    njwt_arena_block_t  *block;

    rounded = size + (sizeof(max_align_t) - 1);

    if (rounded < size) {
        arena->failed = true;
        return NULL;
    }

#if defined(NJWT_ARENA_APART)
    rounded = (size == 0) ? 1 : size;
    block = NULL;
#else
    rounded -= rounded % sizeof(max_align_t);
    block = arena->blocks;
#endif

    if (block == NULL || block->size - block->used < rounded) {
        block = njwt_arena_block(arena, rounded);
    }

    if (block == NULL) {
        arena->failed = true;
        return NULL;
    }

    piece = block->data + block->used;
    block->used += rounded;

    return memset(piece, 0, rounded);
}


void
njwt_arena_free(njwt_arena_t *arena)
{
    njwt_arena_block_t  *block, *next;

    for (block = arena->blocks; block != NULL; block = next) {
        next = block->next;
        free(block);
    }

    njwt_arena_init(arena);
}


static uint8_t
njwt_lower(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') ? (uint8_t) (c | 0x20) : c;
}


bool
njwt_slice_starts_nocase(njwt_slice_t text, njwt_slice_t start)
{
    size_t  i;

    if (text.len < start.len) {
        return false;
    }

    for (i = 0; i < start.len; i++) {
        if (njwt_lower(text.data[i]) != njwt_lower(start.data[i])) {
            return false;
        }
    }

    return true;
}


bool
njwt_slice_same_nocase(njwt_slice_t a, njwt_slice_t b)
{
    return a.len == b.len && njwt_slice_starts_nocase(a, b);
}


bool
njwt_slice_starts(njwt_slice_t text, njwt_slice_t start)
{
    return text.len >= start.len
           && (start.len == 0
               || memcmp(text.data, start.data, start.len) == 0);
}


bool
njwt_slice_ends(njwt_slice_t text, njwt_slice_t end)
{
    return text.len >= end.len
           && njwt_slice_equal(njwt_slice_behind(text, text.len - end.len),
                               end);
}


njwt_slice_t
njwt_slice_behind(njwt_slice_t text, size_t n)
{
    /* an empty text may have no address to which something could be added */

    if (n > 0) {
        text.data += n;
        text.len -= n;
    }

    return text;
}


bool
njwt_slice_clean(njwt_slice_t text)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {
        if (text.data[i] < 0x20 || text.data[i] == 0x7f) {
            return false;
        }
    }

    return true;
}


bool
njwt_slice_unmark(njwt_slice_t *text)
{
    static const njwt_slice_t  mark = njwt_literal("\xef\xbb\xbf");

    if (!njwt_slice_starts(*text, mark)) {
        return false;
    }

    *text = njwt_slice_behind(*text, mark.len);

    return true;
}


njwt_slice_t
njwt_slice_until(njwt_slice_t *rest, uint8_t end)
{
    njwt_slice_t    part;
    const uint8_t  *found;

    part = *rest;
    found = (rest->len > 0) ? memchr(rest->data, end, rest->len) : NULL;

    if (found == NULL) {
        rest->len = 0;
        return part;
    }

    part.len = (size_t) (found - part.data);

    rest->data += part.len + 1;
    rest->len -= part.len + 1;

    return part;
}


bool
njwt_slice_word(njwt_slice_t *rest, njwt_slice_t *word)
{
    size_t  begin, end;

    begin = 0;

    while (begin < rest->len && rest->data[begin] == ' ') {
        begin++;
    }

    end = begin;

    while (end < rest->len && rest->data[end] != ' ') {
        end++;
    }

    if (begin == end) {
        return false;
    }

    word->data = rest->data + begin;
    word->len = end - begin;

    rest->data += end;
    rest->len -= end;

    return true;
}
