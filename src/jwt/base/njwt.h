/*
 * What does every file of the core share?  Slices, the arena and the limits.
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


/* of the project as a whole: all else that names it is compared with this */
#define NJWT_VERSION          "0.1.0"

/* objects and arrays inside one another, the outermost counted */
#define NJWT_MAX_DEPTH        32

/* a NumericDate beyond this is no date (RFC 7519, section 2): 2^53 */
#define NJWT_MAX_DATE         9007199254740992.0

/* a key set is refused before it is read when it is longer than this */
#define NJWT_MAX_JWKS_SIZE    (16 * 1024 * 1024)

/* keys of one set that are looked at; Auth0 has at most 13 */
#define NJWT_MAX_KEYS         256

/* bytes of a set's text that nginx's workers share: some 150 RSA keys */
#define NJWT_MAX_JWKS_TEXT    65536

/* keys of a PEM file: each may be tried with each token */
#define NJWT_MAX_PEM          8

/* bytes of a shared secret */
#define NJWT_MAX_SECRET       65536

/* a longer kid is not ours: it names no key and enters no memory */
#define NJWT_MAX_KID          255

/* claims by which an issuer's tokens may be revoked */
#define NJWT_MAX_REVOCATION   8


/* bytes that somebody else owns; len 0 with any data is the empty slice */
typedef struct {
    const uint8_t  *data;
    size_t          len;
} njwt_slice_t;


/*
 * For guards of lists of a struct's members: has it the size that it had when
 * the list was made?  On machines of 64 bits, which all tests run on.
 */
#define njwt_size_is(type, size)                                             \
    (sizeof(void *) != 8 || sizeof(type) == (size))


#define njwt_literal(s)  { (const uint8_t *) (s), sizeof(s) - 1 }


/*
 * Memory that lives until njwt_arena_free().  "failed" tells that one
 * allocation could not be had: then a NULL from a function of the core means
 * "broken", not "no", and the verdict is NJWT_UNDECIDED.
 */
typedef struct njwt_arena_block_s  njwt_arena_block_t;

typedef struct {
    njwt_arena_block_t  *blocks;
    bool                 failed;
} njwt_arena_t;


/* Makes an arena empty.  Allocates nothing; can't fail. */
void njwt_arena_init(njwt_arena_t *arena);

/*
 * Returns size bytes, zeroed and aligned for any type, which the arena owns;
 * NULL, with arena->failed set, where there is no memory.
 */
void *njwt_arena_alloc(njwt_arena_t *arena, size_t size);

/*
 * Gives back everything that was taken from the arena, and leaves it empty.
 * May be called twice.
 */
void njwt_arena_free(njwt_arena_t *arena);


/*
 * Are these the same bytes?  Not constant-time: for public values only.  Most
 * names that are compared differ in length or in their first byte.
 */
static inline bool
njwt_slice_equal(njwt_slice_t a, njwt_slice_t b)
{
    return a.len == b.len
           && (a.len == 0
               || (a.data[0] == b.data[0]
                   && memcmp(a.data, b.data, a.len) == 0));
}


/* The same in any case of ASCII's letters; and does a text begin so? */
bool njwt_slice_same_nocase(njwt_slice_t a, njwt_slice_t b);
bool njwt_slice_starts_nocase(njwt_slice_t text, njwt_slice_t start);

/* Is it free of what would split or end a header: below 0x20, and 0x7f? */
bool njwt_slice_clean(njwt_slice_t text);

/*
 * Takes a byte order mark off the front, which a reader of JSON that others
 * write may pass over (RFC 8259, section 8.1).  False: there is none.
 */
bool njwt_slice_unmark(njwt_slice_t *text);

/*
 * Takes the text up to the next such byte, and that byte, off the front of
 * *rest; all of it where there is none.
 */
njwt_slice_t njwt_slice_until(njwt_slice_t *rest, uint8_t end);

/*
 * Takes the next of the words that single spaces (one or more) separate off
 * the front of *rest (RFC 6749, section 3.3: scope).  Returns false, *word
 * untouched, when there is none left.
 */
bool njwt_slice_word(njwt_slice_t *rest, njwt_slice_t *word);


#endif /* NJWT_H */
