/*
 * A strict one-pass reader of JSON, for tokens (RFC 8259).
 *
 * The text becomes an array of nodes in the order of the text, each container
 * before its contents; span leads from a node to the one behind all of that.
 * There is no recursion: the open containers are a list of at most
 * NJWT_MAX_DEPTH.  No step costs more than n log n of the text's length,
 * whether it consists of duplicates, escapes, digits or brackets.
 */

#include "njwt_json_node.h"
#include "njwt_number.h"

#include <string.h>


/* a document of so few nodes needs no allocation but its own */
#define NJWT_JSON_FEW  32

/* up to so many members are compared pairwise; more are sorted */
#define NJWT_JSON_PAIRWISE  16

/* a number of so few bytes, without an exponent, always fits a double */
#define NJWT_JSON_SURE  300


typedef struct {
    njwt_arena_t      *arena;
    const uint8_t     *at;
    const uint8_t     *end;
    uint8_t           *decoded;   /* where the next decoded string goes */
    njwt_json_node_t  *nodes;
    size_t             count;
    size_t             room;
    size_t             open[NJWT_MAX_DEPTH];
    size_t             depth;
    bool               nul;       /* was there an escape that means NUL? */
    njwt_json_error_t  error;
} njwt_json_reader_t;


static bool
njwt_json_refuse(njwt_json_reader_t *reader, njwt_json_error_t error)
{
    reader->error = error;

    return false;
}


static bool
njwt_json_is(const njwt_json_reader_t *reader, uint8_t c)
{
    return reader->at < reader->end && *reader->at == c;
}


static bool
njwt_json_take(njwt_json_reader_t *reader, uint8_t c)
{
    if (!njwt_json_is(reader, c)) {
        return false;
    }

    reader->at++;

    return true;
}


static void
njwt_json_blanks(njwt_json_reader_t *reader)
{
    while (reader->at < reader->end
           && (*reader->at == ' ' || *reader->at == '\n'
               || *reader->at == '\r' || *reader->at == '\t'))
    {
        reader->at++;
    }
}


/*
 * The length of a character of two to four bytes (RFC 3629, section 4): no
 * overlong one, no surrogate, none beyond U+10FFFF.  0: invalid.
 */

static size_t
njwt_json_utf8(const uint8_t *at, const uint8_t *end)
{
    size_t   i, len;
    uint8_t  low, high;

    if (*at < 0xc2 || *at > 0xf4) {
        return 0;
    }

    len = (*at < 0xe0) ? 2 : (*at < 0xf0) ? 3 : 4;

    if ((size_t) (end - at) < len) {
        return 0;
    }

    low = (*at == 0xe0) ? 0xa0 : (*at == 0xf0) ? 0x90 : 0x80;
    high = (*at == 0xed) ? 0x9f : (*at == 0xf4) ? 0x8f : 0xbf;

    for (i = 1; i < len; i++) {
        if (at[i] < low || at[i] > high) {
            return 0;
        }

        low = 0x80;
        high = 0xbf;
    }

    return len;
}


/*
 * The highest bits of those of eight bytes that are '"', '\\', below 0x20 or
 * above 0x7f.  All eight are tested at once; bits above the first one mean
 * nothing.  A byte above 0x7f keeps its highest bit in at least one of the
 * three terms.
 */

static uint64_t
njwt_json_special(uint64_t bytes)
{
    const uint64_t  ones = 0x0101010101010101;

    return ((bytes - ones * 0x20) | ((bytes ^ ones * '"') - ones)
            | ((bytes ^ ones * '\\') - ones)) & ones * 0x80;
}


/* Eight bytes, the first one lowest: one instruction where that is so. */

static uint64_t
njwt_json_eight(const uint8_t *at)
{
    return at[0]
           | (uint64_t) at[1] << 8 * 1 | (uint64_t) at[2] << 8 * 2
           | (uint64_t) at[3] << 8 * 3 | (uint64_t) at[4] << 8 * 4
           | (uint64_t) at[5] << 8 * 5 | (uint64_t) at[6] << 8 * 6
           | (uint64_t) at[7] << 8 * 7;
}


/*
 * Skips ASCII that stands for itself.  Below the first special byte there is a
 * 1 for each byte, and their product with as many has the sum at its top: to
 * look at each byte costs a wrong guess of the processor's in most strings.
 */

static const uint8_t *
njwt_json_ascii(const uint8_t *at, const uint8_t *end)
{
    uint64_t  special;

    const uint64_t  ones = 0x0101010101010101;

    while (end - at >= 8) {
        special = njwt_json_special(njwt_json_eight(at));

        if (special != 0) {
            special >>= 7;
            return at + ((((special & (0 - special)) - 1) & ones) * ones
                         >> 56);
        }

        at += 8;
    }

    while (at < end && *at >= 0x20 && *at < 0x80 && *at != '"'
           && *at != '\\')
    {
        at++;
    }

    return at;
}


/* Skips characters of a string that stand for themselves. */

static void
njwt_json_literal(njwt_json_reader_t *reader)
{
    size_t          len;
    const uint8_t  *at;

    at = reader->at;

    for ( ;; ) {
        at = njwt_json_ascii(at, reader->end);

        len = (at < reader->end && *at >= 0x80)
              ? njwt_json_utf8(at, reader->end) : 0;

        if (len == 0) {
            reader->at = at;
            return;
        }

        at += len;
    }
}


/* The code unit that four hexadecimal digits give. */

static bool
njwt_json_code_unit(njwt_json_reader_t *reader, uint32_t *unit)
{
    size_t    i;
    uint8_t   c;
    uint32_t  value;

    if (reader->end - reader->at < 4) {
        return false;
    }

    value = 0;

    for (i = 0; i < 4; i++) {
        c = reader->at[i];

        if (c >= '0' && c <= '9') {
            value = value * 16 + (c - '0');
            continue;
        }

        c |= 0x20;

        if (c < 'a' || c > 'f') {
            return false;
        }

        value = value * 16 + (c - 'a') + 10;
    }

    reader->at += 4;
    *unit = value;

    return true;
}


/* The character of the digits behind "\u": one unit, or a surrogate pair. */

static bool
njwt_json_code_point(njwt_json_reader_t *reader, uint32_t *point)
{
    uint32_t  unit, low;

    if (!njwt_json_code_unit(reader, &unit)) {
        return false;
    }

    if (unit < 0xd800 || unit > 0xdfff) {
        *point = unit;
        return true;
    }

    if (unit > 0xdbff || !njwt_json_take(reader, '\\')
        || !njwt_json_take(reader, 'u') || !njwt_json_code_unit(reader, &low)
        || low < 0xdc00 || low > 0xdfff)
    {
        return false;
    }

    *point = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);

    return true;
}


/* Writes a character in UTF-8; returns the position behind it. */

static uint8_t *
njwt_json_put(uint8_t *out, uint32_t point)
{
    if (point < 0x80) {
        *out++ = (uint8_t) point;
        return out;
    }

    if (point < 0x800) {
        *out++ = (uint8_t) (0xc0 | point >> 6);

    } else if (point < 0x10000) {
        *out++ = (uint8_t) (0xe0 | point >> 12);
        *out++ = (uint8_t) (0x80 | (point >> 6 & 0x3f));

    } else {
        *out++ = (uint8_t) (0xf0 | point >> 18);
        *out++ = (uint8_t) (0x80 | (point >> 12 & 0x3f));
        *out++ = (uint8_t) (0x80 | (point >> 6 & 0x3f));
    }

    *out++ = (uint8_t) (0x80 | (point & 0x3f));

    return out;
}


/* Decodes what follows a backslash. */

static bool
njwt_json_escape(njwt_json_reader_t *reader, uint32_t *point)
{
    const char  *letter;

    static const char  letters[] = "\"\\/bfnrt";
    static const char  meant[] = "\"\\/\b\f\n\r\t";

    if (njwt_json_take(reader, 'u')) {
        return njwt_json_code_point(reader, point);
    }

    if (reader->at == reader->end) {
        return false;
    }

    letter = memchr(letters, *reader->at, sizeof(letters) - 1);

    if (letter == NULL) {
        return false;
    }

    reader->at++;
    *point = (uint8_t) meant[letter - letters];

    return true;
}


/*
 * Decodes a string that has an escape; the reader is at the first one.  No
 * escape is shorter than what it stands for, so the rest of the text, from the
 * first escape on, is room enough for all such strings.
 */

static bool
njwt_json_written_out(njwt_json_reader_t *reader, const uint8_t *begin,
    njwt_slice_t *string)
{
    size_t     len;
    uint8_t   *out;
    uint32_t   point;

    if (reader->decoded == NULL) {
        reader->decoded = njwt_arena_alloc(reader->arena, (size_t)
                                           (reader->end - begin));
        if (reader->decoded == NULL) {
            return njwt_json_refuse(reader, NJWT_JSON_NO_MEMORY);
        }
    }

    out = reader->decoded;

    for ( ;; ) {
        len = (size_t) (reader->at - begin);
        memcpy(out, begin, len);
        out += len;

        if (!njwt_json_take(reader, '\\')) {
            break;
        }

        if (!njwt_json_escape(reader, &point)) {
            return njwt_json_refuse(reader, NJWT_JSON_SYNTAX);
        }

        reader->nul = reader->nul || point == 0;
        out = njwt_json_put(out, point);
        begin = reader->at;
        njwt_json_literal(reader);
    }

    if (!njwt_json_take(reader, '"')) {
        return njwt_json_refuse(reader, NJWT_JSON_SYNTAX);
    }

    string->data = reader->decoded;
    string->len = (size_t) (out - reader->decoded);
    reader->decoded = out;

    return true;
}


static bool
njwt_json_take_string(njwt_json_reader_t *reader, njwt_slice_t *string)
{
    const uint8_t  *begin;

    if (!njwt_json_take(reader, '"')) {
        return njwt_json_refuse(reader, NJWT_JSON_SYNTAX);
    }

    begin = reader->at;
    njwt_json_literal(reader);

    if (njwt_json_is(reader, '\\')) {
        return njwt_json_written_out(reader, begin, string);
    }

    string->data = begin;
    string->len = (size_t) (reader->at - begin);

    return njwt_json_take(reader, '"')
           || njwt_json_refuse(reader, NJWT_JSON_SYNTAX);
}


static bool
njwt_json_take_word(njwt_json_reader_t *reader, njwt_slice_t word,
    njwt_slice_t *text)
{
    if ((size_t) (reader->end - reader->at) < word.len
        || memcmp(reader->at, word.data, word.len) != 0)
    {
        return njwt_json_refuse(reader, NJWT_JSON_SYNTAX);
    }

    text->data = reader->at;
    text->len = word.len;
    reader->at += word.len;

    return true;
}


/* Skips digits.  False: there are none. */

static bool
njwt_json_digits(njwt_json_reader_t *reader)
{
    const uint8_t  *begin;

    begin = reader->at;

    while (reader->at < reader->end && *reader->at >= '0'
           && *reader->at <= '9')
    {
        reader->at++;
    }

    return reader->at > begin;
}


/* Reads a number; only one near the limits of a double is computed. */

static bool
njwt_json_take_number(njwt_json_reader_t *reader, njwt_slice_t *text)
{
    bool  exponent;

    text->data = reader->at;
    (void) njwt_json_take(reader, '-');

    if ((!njwt_json_take(reader, '0') && !njwt_json_digits(reader))
        || (njwt_json_take(reader, '.') && !njwt_json_digits(reader)))
    {
        return njwt_json_refuse(reader, NJWT_JSON_SYNTAX);
    }

    exponent = njwt_json_take(reader, 'e') || njwt_json_take(reader, 'E');

    if (exponent) {

        if (!njwt_json_take(reader, '-')) {
            (void) njwt_json_take(reader, '+');
        }

        if (!njwt_json_digits(reader)) {
            return njwt_json_refuse(reader, NJWT_JSON_SYNTAX);
        }
    }

    text->len = (size_t) (reader->at - text->data);

    if ((exponent || text->len > NJWT_JSON_SURE)
        && !njwt_number_finite(*text))
    {
        return njwt_json_refuse(reader, NJWT_JSON_BEYOND_DOUBLE);
    }

    return true;
}


/* Adds a node to the innermost open container; NULL: no memory. */

static njwt_json_node_t *
njwt_json_add(njwt_json_reader_t *reader)
{
    size_t            size;
    njwt_json_node_t  *node, *larger;

    if (reader->count == reader->room) {
        size = reader->room * sizeof(njwt_json_node_t);
        larger = (size > SIZE_MAX / 2)
                 ? NULL : njwt_arena_alloc(reader->arena, size * 2);

        if (larger == NULL) {
            reader->arena->failed = true;
            reader->error = NJWT_JSON_NO_MEMORY;
            return NULL;
        }

        memcpy(larger, reader->nodes, size);
        reader->nodes = larger;
        reader->room *= 2;
    }

    if (reader->depth > 0) {
        reader->nodes[reader->open[reader->depth - 1]].count++;
    }

    node = &reader->nodes[reader->count++];
    node->name.data = NULL;
    node->name.len = 0;
    node->span = 1;
    node->count = 0;

    return node;
}


/* Reads a member's name and the colon.  Only an escape can mean NUL. */

static bool
njwt_json_take_name(njwt_json_reader_t *reader, njwt_slice_t *name)
{
    reader->nul = false;

    if (!njwt_json_take_string(reader, name)) {
        return false;
    }

    if (reader->nul) {
        return njwt_json_refuse(reader, NJWT_JSON_NUL);
    }

    njwt_json_blanks(reader);

    if (!njwt_json_take(reader, ':')) {
        return njwt_json_refuse(reader, NJWT_JSON_SYNTAX);
    }

    njwt_json_blanks(reader);

    return true;
}


static bool
njwt_json_open(njwt_json_reader_t *reader, njwt_slice_t *text)
{
    if (reader->depth == NJWT_MAX_DEPTH) {
        return njwt_json_refuse(reader, NJWT_JSON_TOO_DEEP);
    }

    reader->open[reader->depth++] = reader->count - 1;
    text->data = reader->at++;

    return true;
}


static bool
njwt_json_take_value(njwt_json_reader_t *reader, njwt_json_node_t *node)
{
    if (reader->at == reader->end) {
        return njwt_json_refuse(reader, NJWT_JSON_SYNTAX);
    }

    switch (*reader->at) {

    case '{':
        node->type = NJWT_JSON_OBJECT;
        return njwt_json_open(reader, &node->text);

    case '[':
        node->type = NJWT_JSON_ARRAY;
        return njwt_json_open(reader, &node->text);

    case '"':
        node->type = NJWT_JSON_STRING;
        return njwt_json_take_string(reader, &node->text);

    case 't':
        node->type = NJWT_JSON_BOOLEAN;
        return njwt_json_take_word(reader, njwt_slice("true"), &node->text);

    case 'f':
        node->type = NJWT_JSON_BOOLEAN;
        return njwt_json_take_word(reader, njwt_slice("false"), &node->text);

    case 'n':
        node->type = NJWT_JSON_NULL;
        return njwt_json_take_word(reader, njwt_slice("null"), &node->text);

    default:
        node->type = NJWT_JSON_NUMBER;
        return njwt_json_take_number(reader, &node->text);
    }
}


/* Reads an element or a member; of a container only its opening bracket. */

static bool
njwt_json_take_one(njwt_json_reader_t *reader)
{
    njwt_json_node_t  *node;

    njwt_json_blanks(reader);
    node = njwt_json_add(reader);

    if (node == NULL) {
        return false;
    }

    if (reader->depth > 0
        && reader->nodes[reader->open[reader->depth - 1]].type
           == NJWT_JSON_OBJECT
        && !njwt_json_take_name(reader, &node->name))
    {
        return false;
    }

    return njwt_json_take_value(reader, node);
}


/* Orders names by length, then bytes: equal ones become neighbours. */

static int
njwt_json_compare(const njwt_slice_t *a, const njwt_slice_t *b)
{
    if (a->len != b->len) {
        return (a->len < b->len) ? -1 : 1;
    }

    return memcmp(a->data, b->data, a->len);
}


/* Sifts the name at i down until no name below it in the heap is greater. */

static void
njwt_json_sink(const njwt_slice_t **names, size_t i, size_t n)
{
    size_t               child;
    const njwt_slice_t  *name;

    name = names[i];

    for (child = 2 * i + 1; child < n; child = 2 * i + 1) {
        if (child + 1 < n
            && njwt_json_compare(names[child], names[child + 1]) < 0)
        {
            child++;
        }

        if (njwt_json_compare(name, names[child]) >= 0) {
            break;
        }

        names[i] = names[child];
        i = child;
    }

    names[i] = name;
}


/* Heapsort: no recursion, no allocation, and n log n for any input. */

static void
njwt_json_sort(const njwt_slice_t **names, size_t n)
{
    size_t               i;
    const njwt_slice_t  *greatest;

    for (i = n / 2; i > 0; i--) {
        njwt_json_sink(names, i - 1, n);
    }

    for (i = n - 1; i > 0; i--) {
        greatest = names[0];
        names[0] = names[i];
        names[i] = greatest;
        njwt_json_sink(names, 0, i);
    }
}


/* Are the names of this object's members all different? */

static bool
njwt_json_unique_sorted(njwt_json_reader_t *reader,
    const njwt_json_node_t *node)
{
    size_t                    i, n;
    const njwt_slice_t      **names;
    const njwt_json_node_t   *member;

    n = node->count;
    names = njwt_arena_alloc(reader->arena, n * sizeof(njwt_slice_t *));

    if (names == NULL) {
        return njwt_json_refuse(reader, NJWT_JSON_NO_MEMORY);
    }

    for (i = 0, member = node + 1; i < n; i++, member += member->span) {
        names[i] = &member->name;
    }

    njwt_json_sort(names, n);

    for (i = 1; i < n; i++) {
        if (njwt_json_compare(names[i - 1], names[i]) == 0) {
            return njwt_json_refuse(reader, NJWT_JSON_DUPLICATE);
        }
    }

    return true;
}


static bool
njwt_json_unique(njwt_json_reader_t *reader, const njwt_json_node_t *node)
{
    const njwt_json_node_t  *a, *b, *end;

    if (node->count > NJWT_JSON_PAIRWISE) {
        return njwt_json_unique_sorted(reader, node);
    }

    end = node + node->span;

    for (a = node + 1; a < end; a += a->span) {
        for (b = a + a->span; b < end; b += b->span) {
            if (njwt_slice_equal(a->name, b->name)) {
                return njwt_json_refuse(reader, NJWT_JSON_DUPLICATE);
            }
        }
    }

    return true;
}


/* Closes the innermost container, whose end the reader has passed. */

static bool
njwt_json_close(njwt_json_reader_t *reader)
{
    njwt_json_node_t  *node;

    node = &reader->nodes[reader->open[--reader->depth]];
    node->span = (size_t) (&reader->nodes[reader->count] - node);
    node->text.len = (size_t) (reader->at - node->text.data);

    return node->type == NJWT_JSON_ARRAY || njwt_json_unique(reader, node);
}


/* Skips what follows a value, up to the next one.  Is there a next one? */

static bool
njwt_json_more(njwt_json_reader_t *reader)
{
    const njwt_json_node_t  *node;

    while (reader->depth > 0) {
        njwt_json_blanks(reader);
        node = &reader->nodes[reader->open[reader->depth - 1]];

        if (njwt_json_take(reader, (node->type == NJWT_JSON_OBJECT) ? '}'
                                                                  : ']'))
        {
            if (!njwt_json_close(reader)) {
                return false;
            }

            continue;
        }

        return node->count == 0 || njwt_json_take(reader, ',')
               || njwt_json_refuse(reader, NJWT_JSON_SYNTAX);
    }

    return false;
}


static void
njwt_json_take_object(njwt_json_reader_t *reader)
{
    njwt_json_blanks(reader);

    if (!njwt_json_is(reader, '{')) {
        reader->error = NJWT_JSON_SYNTAX;
        return;
    }

    do {
        if (!njwt_json_take_one(reader)) {
            return;
        }
    } while (njwt_json_more(reader));

    if (reader->error == NJWT_JSON_GOOD) {
        njwt_json_blanks(reader);

        if (reader->at != reader->end) {
            reader->error = NJWT_JSON_SYNTAX;
        }
    }
}


njwt_value_t
njwt_json_read(njwt_arena_t *arena, njwt_slice_t text,
    njwt_json_error_t *error)
{
    size_t               size;
    njwt_value_t         value = { NULL };
    njwt_json_node_t     few[NJWT_JSON_FEW], *nodes;
    njwt_json_reader_t   reader;

    static const uint8_t  nothing[1];

    reader.arena = arena;
    reader.at = (text.len > 0) ? text.data : nothing;
    reader.end = reader.at + text.len;
    reader.decoded = NULL;
    reader.nodes = few;
    reader.count = 0;
    reader.room = NJWT_JSON_FEW;
    reader.depth = 0;
    reader.nul = false;
    reader.error = NJWT_JSON_GOOD;

    njwt_json_take_object(&reader);
    *error = reader.error;

    if (reader.error != NJWT_JSON_GOOD) {
        return value;
    }

    nodes = reader.nodes;

    if (nodes == few) {
        size = reader.count * sizeof(njwt_json_node_t);
        nodes = njwt_arena_alloc(arena, size);

        if (nodes == NULL) {
            *error = NJWT_JSON_NO_MEMORY;
            return value;
        }

        memcpy(nodes, few, size);
    }

    value.node = nodes;

    return value;
}


njwt_value_t
njwt_json_object(njwt_arena_t *arena, njwt_slice_t text)
{
    njwt_json_error_t  error;

    return njwt_json_read(arena, text, &error);
}
