/*
 * What every file of the core shares: slices, the arena and the limits.
 *
 * The core is plain C11: no nginx, no clock, no I/O, no log.  It takes
 * pointers and lengths, never NUL-terminated strings, allocates from the
 * caller's arena only, and keeps no state of its own.
 */

#ifndef NJWT_H
#define NJWT_H


#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>


/* the project's version; the build checks every other mention against it */
#define NJWT_VERSION          "0.1.0"

/* nesting of objects and arrays, the outermost one included */
#define NJWT_MAX_DEPTH        32

/* a NumericDate beyond this is no date (RFC 7519, section 2): 2^53 */
#define NJWT_MAX_DATE         9007199254740992.0

/* a longer key set is refused unread */
#define NJWT_MAX_JWKS_SIZE    (16 * 1024 * 1024)

/* at most so many keys of a set are read; Auth0 has at most 13 */
#define NJWT_MAX_KEYS         256

/* text of a set's usable keys, shared by nginx's workers: some 150 RSA keys */
#define NJWT_MAX_JWKS_TEXT    65536

/* keys in a PEM file: each of them may be tried with each token */
#define NJWT_MAX_PEM          8

/* bytes of a shared secret */
#define NJWT_MAX_SECRET       65536

/* a longer kid names no key of ours and is never stored */
#define NJWT_MAX_KID          255

/* claims by which an issuer's tokens may be revoked */
#define NJWT_MAX_REVOCATION   8


/*
 * bytes that somebody else owns; the empty slice has len 0, whatever data is
 */
typedef struct {
    const uint8_t  *data;
    size_t          len;
} njwt_slice_t;


/*
 * For the assertions beside lists of a struct's members: does the struct still
 * have the size that it had when the list was written?  Checked on 64-bit
 * machines only, which is where all tests run.
 */
#define njwt_size_is(type, size)                                             \
    (sizeof(void *) != 8 || sizeof(type) == (size))


#define njwt_literal(s)  { (const uint8_t *) (s), sizeof(s) - 1 }

#define njwt_slice(s)    ((njwt_slice_t) njwt_literal(s))


/*
 * Memory that lives until njwt_arena_free().  "failed" is set when an
 * allocation could not be made: from then on a NULL from a function of the
 * core means "broken", not "no", and the verdict is NJWT_UNDECIDED.
 */
typedef struct njwt_arena_block_s  njwt_arena_block_t;

typedef struct {
    njwt_arena_block_t  *blocks;
    bool                 failed;
} njwt_arena_t;


/* Initializes an empty arena.  Allocates nothing; can't fail. */
void njwt_arena_init(njwt_arena_t *arena);

/*
 * Returns size bytes, zeroed and aligned for any type, which the arena owns;
 * NULL, with arena->failed set, when there is no memory.
 */
void *njwt_arena_alloc(njwt_arena_t *arena, size_t size);

/*
 * Frees everything that was allocated from the arena and leaves it empty. May
 * be called twice.
 */
void njwt_arena_free(njwt_arena_t *arena);


/*
 * Are these the same bytes?  Not constant-time: for public values only.  Most
 * names that are compared differ in length or in their first byte, so both are
 * compared before memcmp() is called.
 */
static inline bool
njwt_slice_equal(njwt_slice_t a, njwt_slice_t b)
{
    return a.len == b.len
           && (a.len == 0
               || (a.data[0] == b.data[0]
                   && memcmp(a.data, b.data, a.len) == 0));
}


/* The same, ignoring the case of ASCII letters. */
bool njwt_slice_same_nocase(njwt_slice_t a, njwt_slice_t b);

/* Does a text begin, or end, so? */
bool njwt_slice_starts_nocase(njwt_slice_t text, njwt_slice_t start);
bool njwt_slice_starts(njwt_slice_t text, njwt_slice_t start);
bool njwt_slice_ends(njwt_slice_t text, njwt_slice_t end);

/* The text behind its first n bytes, of which it has at least as many. */
njwt_slice_t njwt_slice_behind(njwt_slice_t text, size_t n);

/* Does the text hold no byte that would split or end a header? */
bool njwt_slice_clean(njwt_slice_t text);

/*
 * Removes a byte order mark from the front of the text; a reader of JSON may
 * ignore one (RFC 8259, section 8.1).  Returns false when there is none.
 */
bool njwt_slice_unmark(njwt_slice_t *text);

/*
 * Takes the text up to the first such byte, and that byte, off the front of
 * *rest; all of it if there is none.
 */
njwt_slice_t njwt_slice_until(njwt_slice_t *rest, uint8_t end);

/*
 * Takes the next word off the front of *rest; words are separated by one or
 * more spaces (RFC 6749, section 3.3: scope).  Returns false, *word untouched,
 * when there is none left.
 */
bool njwt_slice_word(njwt_slice_t *rest, njwt_slice_t *word);


#endif /* NJWT_H */
