/*
 * What a second reader reads.  See reference.h.
 */

#include "reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


typedef struct {
    const uint8_t  *at;
    const uint8_t  *end;
} ref_reader_t;


static void  **pieces;
static size_t  piece_count, piece_room;


void *
ref_alloc(size_t size)
{
    if (piece_count == piece_room) {
        piece_room = piece_room * 2 + 64;
        pieces = realloc(pieces, piece_room * sizeof(void *));

        if (pieces == NULL) {
            abort();
        }
    }

    pieces[piece_count] = calloc(1, size + 1);

    if (pieces[piece_count] == NULL) {
        abort();
    }

    return pieces[piece_count++];
}


void
ref_forget(void)
{
    while (piece_count > 0) {
        free(pieces[--piece_count]);
    }

    free(pieces);
    pieces = NULL;
    piece_room = 0;
}


static const char  alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";


char *
ref_encode(const uint8_t *data, size_t len)
{
    char    *out;
    size_t   bit, n;

    out = ref_alloc(len * 2 + 4);
    n = 0;

    for (bit = 0; bit < len * 8; bit += 6) {
        unsigned  value = 0, i;

        for (i = bit; i < bit + 6; i++) {
            value = value * 2
                    + (i < len * 8 ? data[i / 8] >> (7 - i % 8) & 1u : 0u);
        }

        out[n++] = alphabet[value];
    }

    return out;
}


/* What decodes to these bytes and is encoded from them is the one spelling. */

uint8_t *
ref_base64url(const uint8_t *text, size_t len, size_t *out)
{
    size_t    i, bits;
    char     *again;
    uint8_t  *data;

    data = ref_alloc(len + 1);
    bits = 0;

    for (i = 0; i < len; i++) {
        const char  *found = text[i] ? strchr(alphabet, text[i]) : NULL;
        unsigned     value, k;

        if (found == NULL) {
            return NULL;
        }

        value = (unsigned) (found - alphabet);

        for (k = 0; k < 6; k++, bits++) {
            data[bits / 8] |= (uint8_t) ((value >> (5 - k) & 1u)
                                         << (7 - bits % 8));
        }
    }

    *out = bits / 8;
    again = ref_encode(data, *out);

    return strlen(again) == len && memcmp(again, text, len) == 0 ? data
                                                                 : NULL;
}


static ref_t *ref_value(ref_reader_t *in, unsigned depth);


static void
ref_blanks(ref_reader_t *in)
{
    while (in->at < in->end
           && (*in->at == ' ' || *in->at == '\t' || *in->at == '\n'
               || *in->at == '\r'))
    {
        in->at++;
    }
}


static bool
ref_take(ref_reader_t *in, uint8_t c)
{
    if (in->at == in->end || *in->at != c) {
        return false;
    }

    in->at++;

    return true;
}


static bool
ref_hex4(ref_reader_t *in, unsigned *unit)
{
    int  i;

    *unit = 0;

    for (i = 0; i < 4; i++, in->at++) {
        static const char  digits[] = "0123456789abcdefABCDEF";
        const char        *found;

        if (in->at == in->end || *in->at == 0
            || (found = strchr(digits, *in->at)) == NULL)
        {
            return false;
        }

        *unit = *unit * 16
                + (unsigned) (found - digits < 16 ? found - digits
                                                  : found - digits - 6);
    }

    return true;
}


static size_t
ref_utf8(uint8_t *out, unsigned c)
{
    if (c < 0x80) {
        out[0] = (uint8_t) c;
        return 1;
    }

    if (c < 0x800) {
        out[0] = (uint8_t) (0xc0 | c >> 6);
        out[1] = (uint8_t) (0x80 | (c & 0x3f));
        return 2;
    }

    if (c < 0x10000) {
        out[0] = (uint8_t) (0xe0 | c >> 12);
        out[1] = (uint8_t) (0x80 | (c >> 6 & 0x3f));
        out[2] = (uint8_t) (0x80 | (c & 0x3f));
        return 3;
    }

    out[0] = (uint8_t) (0xf0 | c >> 18);
    out[1] = (uint8_t) (0x80 | (c >> 12 & 0x3f));
    out[2] = (uint8_t) (0x80 | (c >> 6 & 0x3f));
    out[3] = (uint8_t) (0x80 | (c & 0x3f));

    return 4;
}


static bool
ref_escape(ref_reader_t *in, uint8_t *out, size_t *n)
{
    unsigned     unit, low;
    const char  *found;

    static const char  from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";

    if (in->at == in->end) {
        return false;
    }

    if (*in->at != 'u') {
        found = *in->at ? strchr(from, *in->at) : NULL;

        if (found == NULL) {
            return false;
        }

        in->at++;
        out[(*n)++] = (uint8_t) to[found - from];

        return true;
    }

    in->at++;

    if (!ref_hex4(in, &unit) || (unit >= 0xdc00 && unit <= 0xdfff)) {
        return false;
    }

    if (unit >= 0xd800 && unit <= 0xdbff) {
        if (!ref_take(in, '\\') || !ref_take(in, 'u') || !ref_hex4(in, &low)
            || low < 0xdc00 || low > 0xdfff)
        {
            return false;
        }

        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }

    *n += ref_utf8(out + *n, unit);

    return true;
}


/* One character of UTF-8: decoded, encoded again, and compared. */

static bool
ref_character(ref_reader_t *in, uint8_t *out, size_t *n)
{
    size_t    len, i;
    uint8_t   again[4], c;
    unsigned  value;

    c = *in->at;
    len = c < 0x80 ? 1 : c < 0xc0 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3
          : c < 0xf8 ? 4 : 0;

    if (len == 0 || c < 0x20 || (size_t) (in->end - in->at) < len) {
        return false;
    }

    value = len == 1 ? c : c & (0x7fu >> len);

    for (i = 1; i < len; i++) {
        if ((in->at[i] & 0xc0) != 0x80) {
            return false;
        }

        value = value << 6 | (in->at[i] & 0x3fu);
    }

    if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)
        || ref_utf8(again, value) != len || memcmp(again, in->at, len) != 0)
    {
        return false;
    }

    memcpy(out + *n, in->at, len);
    *n += len;
    in->at += len;

    return true;
}


static bool
ref_string(ref_reader_t *in, uint8_t **text, size_t *len)
{
    size_t  n;

    if (!ref_take(in, '"')) {
        return false;
    }

    *text = ref_alloc((size_t) (in->end - in->at) + 4);
    n = 0;

    while (!ref_take(in, '"')) {
        if (in->at == in->end) {
            return false;
        }

        if (ref_take(in, '\\') ? !ref_escape(in, *text, &n)
                               : !ref_character(in, *text, &n))
        {
            return false;
        }
    }

    *len = n;

    return true;
}


static size_t
ref_digits(ref_reader_t *in)
{
    size_t  n;

    for (n = 0; in->at < in->end && *in->at >= '0' && *in->at <= '9'; n++) {
        in->at++;
    }

    return n;
}


static bool
ref_number(ref_reader_t *in, ref_t *value)
{
    const uint8_t  *begin = in->at;

    (void) ref_take(in, '-');

    if (!ref_take(in, '0') && ref_digits(in) == 0) {
        return false;
    }

    if (ref_take(in, '.') && ref_digits(in) == 0) {
        return false;
    }

    if (ref_take(in, 'e') || ref_take(in, 'E')) {
        if (!ref_take(in, '+')) {
            (void) ref_take(in, '-');
        }

        if (ref_digits(in) == 0) {
            return false;
        }
    }

    value->type = REF_NUMBER;
    value->len = (size_t) (in->at - begin);
    value->text = ref_alloc(value->len);
    memcpy(value->text, begin, value->len);

    return !isinf(strtod((char *) value->text, NULL));
}


static bool
ref_literal(ref_reader_t *in, ref_t *value, const char *word, ref_type_t type)
{
    size_t  len = strlen(word);

    if ((size_t) (in->end - in->at) < len || memcmp(in->at, word, len) != 0) {
        return false;
    }

    in->at += len;
    value->type = type;
    value->text = ref_alloc(len);
    memcpy(value->text, word, len);
    value->len = len;

    return true;
}


static bool
ref_array(ref_reader_t *in, ref_t *value, unsigned depth)
{
    ref_t  **last = &value->first;

    value->type = REF_ARRAY;
    ref_blanks(in);

    if (ref_take(in, ']')) {
        return true;
    }

    do {
        *last = ref_value(in, depth);

        if (*last == NULL) {
            return false;
        }

        last = &(*last)->next;
        ref_blanks(in);
    } while (ref_take(in, ','));

    return ref_take(in, ']');
}


static bool
ref_object(ref_reader_t *in, ref_t *value, unsigned depth)
{
    ref_t   **last = &value->first;
    size_t    len;
    uint8_t  *name;

    value->type = REF_OBJECT;
    ref_blanks(in);

    if (ref_take(in, '}')) {
        return true;
    }

    do {
        ref_blanks(in);

        if (!ref_string(in, &name, &len)
            || memchr(name, 0, len) != NULL
            || ref_member_n(value, name, len) != NULL)
        {
            return false;
        }

        ref_blanks(in);

        if (!ref_take(in, ':') || (*last = ref_value(in, depth)) == NULL) {
            return false;
        }

        (*last)->name = name;
        (*last)->name_len = len;
        last = &(*last)->next;
        ref_blanks(in);
    } while (ref_take(in, ','));

    return ref_take(in, '}');
}


static ref_t *
ref_value(ref_reader_t *in, unsigned depth)
{
    bool    good;
    ref_t  *value = ref_alloc(sizeof(ref_t));

    ref_blanks(in);

    if (in->at == in->end) {
        return NULL;
    }

    switch (*in->at) {

    case '{':
    case '[':
        good = depth < 32;

        if (good) {
            good = *in->at++ == '{' ? ref_object(in, value, depth + 1)
                                    : ref_array(in, value, depth + 1);
        }

        break;

    case '"':
        value->type = REF_STRING;
        good = ref_string(in, &value->text, &value->len);
        break;

    case 't':
        good = ref_literal(in, value, "true", REF_TRUE);
        break;

    case 'f':
        good = ref_literal(in, value, "false", REF_FALSE);
        break;

    case 'n':
        good = ref_literal(in, value, "null", REF_NULL);
        break;

    default:
        good = ref_number(in, value);
    }

    return good ? value : NULL;
}


ref_t *
ref_json(const uint8_t *text, size_t len)
{
    ref_t         *value;
    ref_reader_t   in;

    in.at = text;
    in.end = text + len;
    value = ref_value(&in, 0);
    ref_blanks(&in);

    return value != NULL && in.at == in.end && value->type == REF_OBJECT
           ? value : NULL;
}


ref_t *
ref_member_n(const ref_t *object, const uint8_t *name, size_t len)
{
    ref_t  *member;

    if (object == NULL || object->type != REF_OBJECT) {
        return NULL;
    }

    for (member = object->first; member != NULL; member = member->next) {
        if (member->name_len == len && memcmp(member->name, name, len) == 0) {
            return member;
        }
    }

    return NULL;
}


ref_t *
ref_member(const ref_t *object, const char *name)
{
    return ref_member_n(object, (const uint8_t *) name, strlen(name));
}


bool
ref_is(const ref_t *value, const char *string)
{
    return value != NULL && value->type == REF_STRING
           && value->len == strlen(string)
           && memcmp(value->text, string, value->len) == 0;
}


bool
ref_strings(const ref_t *value)
{
    const ref_t  *element;

    if (value == NULL || value->type != REF_ARRAY) {
        return value != NULL && value->type == REF_STRING;
    }

    for (element = value->first; element != NULL; element = element->next) {
        if (element->type != REF_STRING) {
            return false;
        }
    }

    return true;
}


bool
ref_holds(const ref_t *value, const char *string)
{
    const ref_t  *element;

    if (value == NULL || value->type != REF_ARRAY) {
        return ref_is(value, string);
    }

    for (element = value->first; element != NULL; element = element->next) {
        if (ref_is(element, string)) {
            return true;
        }
    }

    return false;
}
