/*
 * How is a stranger's text shown?  Without anything that a terminal obeys,
 * or that makes it look other than it is.
 */

#include "explain.h"

#include <string.h>


/*
 * Characters that aren't shown as they are: controls, what turns or hides the
 * text around it (bidirectional and zero-width ones, tags), and what has no
 * meaning of its own.
 */

static const struct {
    uint32_t  first;
    uint32_t  last;
} explain_hidden[] = {
    { 0x0000, 0x001f },
    { 0x007f, 0x009f },
    { 0x00ad, 0x00ad },
    { 0x034f, 0x034f },
    { 0x061c, 0x061c },
    { 0x115f, 0x1160 },
    { 0x17b4, 0x17b5 },
    { 0x180b, 0x180f },
    { 0x200b, 0x200f },
    { 0x2028, 0x202e },
    { 0x2060, 0x206f },
    { 0x3164, 0x3164 },
    { 0xd800, 0xf8ff },          /* surrogates, private use */
    { 0xfe00, 0xfe0f },
    { 0xfeff, 0xfeff },
    { 0xffa0, 0xffa0 },
    { 0xfff0, 0xffff },
    { 0x1d173, 0x1d17a },
    { 0xe0000, 0x10ffff }
};

#define EXPLAIN_HIDDEN  (sizeof(explain_hidden) / sizeof(explain_hidden[0]))


/* The character at the front, and its length; 0: no UTF-8 (RFC 3629). */

static size_t
explain_decode(njwt_slice_t text, uint32_t *character)
{
    size_t    i, n;
    uint8_t   c;
    uint32_t  value;

    static const uint32_t  least[] = { 0, 0, 0x80, 0x800, 0x10000 };

    c = text.data[0];

    if (c < 0x80) {
        *character = c;
        return 1;
    }

    n = (c >= 0xc2 && c <= 0xdf) ? 2
        : (c >= 0xe0 && c <= 0xef) ? 3
        : (c >= 0xf0 && c <= 0xf4) ? 4 : 0;

    if (n == 0 || text.len < n) {
        return 0;
    }

    value = c & (0x7fu >> n);

    for (i = 1; i < n; i++) {
        if ((text.data[i] & 0xc0) != 0x80) {
            return 0;
        }

        value = value << 6 | (text.data[i] & 0x3f);
    }

    if (value < least[n] || value > 0x10ffff
        || (value >= 0xd800 && value <= 0xdfff))
    {
        return 0;
    }

    *character = value;

    return n;
}


static bool
explain_shown(uint32_t character)
{
    size_t  i;

    for (i = 0; i < EXPLAIN_HIDDEN; i++) {
        if (character >= explain_hidden[i].first
            && character <= explain_hidden[i].last)
        {
            return false;
        }
    }

    return true;
}


/* As in JSON, where a character beyond the first plane is a pair. */

static void
explain_put_hidden(uint32_t character)
{
    if (character > 0xffff) {
        character -= 0x10000;
        printf("\\u%04x\\u%04x", 0xd800 + (character >> 10),
               0xdc00 + (character & 0x3ff));
        return;
    }

    printf("\\u%04x", character);
}


static void
explain_put_all(njwt_slice_t text, bool quoted)
{
    size_t    n;
    uint32_t  character;

    while (text.len > 0) {
        n = explain_decode(text, &character);

        if (n == 0) {
            /* JSON has no escape for what is no character */

            if (quoted) {
                printf("\\ufffd");

            } else {
                printf("\\x%02x", text.data[0]);
            }

            n = 1;

        } else if (!explain_shown(character)) {
            explain_put_hidden(character);

        } else {
            if (quoted && (character == '"' || character == '\\')) {
                putchar('\\');
            }

            (void) fwrite(text.data, 1, n, stdout);
        }

        text.data += n;
        text.len -= n;
    }
}


void
explain_put(njwt_slice_t text)
{
    explain_put_all(text, false);
}


void
explain_put_string(njwt_slice_t text)
{
    putchar('"');
    explain_put_all(text, true);
    putchar('"');
}


void
explain_colour(const explain_t *e, const char *code)
{
    if (e->colour) {
        printf("\033[%sm", code != NULL ? code : "0");
    }
}


void
explain_wrap(njwt_slice_t text, size_t column)
{
    size_t        at;
    njwt_slice_t  word;

    at = 0;

    while (njwt_slice_word(&text, &word)) {
        if (at > 0 && at + 1 + word.len > 79) {
            putchar('\n');
            at = 0;
        }

        if (at == 0) {
            printf("%*s", (int) column, "");
            at = column;

        } else {
            putchar(' ');
            at++;
        }

        explain_put(word);
        at += word.len;
    }

    if (at > 0) {
        putchar('\n');
    }
}
