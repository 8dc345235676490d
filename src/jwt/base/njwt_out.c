/*
 * The JSON writer.
 */

#include "njwt_out.h"
#include "njwt_utf8.h"


static void
njwt_out_bytes(njwt_out_t *out, const void *bytes, size_t len)
{
    if (len > 0) {
        out->write(out->data, bytes, len);
        out->last = ((const uint8_t *) bytes)[len - 1];
    }
}


/* A constant. */

static void
njwt_out_constant(njwt_out_t *out, const char *text)
{
    size_t  len;

    for (len = 0; text[len] != '\0'; len++) { /* void */ }

    njwt_out_bytes(out, text, len);
}


static void
njwt_out_escaped(njwt_out_t *out, njwt_slice_t text)
{
    uint8_t       escape[NJWT_UTF8_ESCAPE];
    njwt_slice_t  shown;

    while (text.len > 0) {
        shown = njwt_utf8_shown(&text, escape);

        /* JSON has no escape for what is no UTF-8 */

        if (shown.data == escape && escape[1] == 'x') {
            njwt_out_constant(out, "\\ufffd");
            continue;
        }

        if (shown.data != escape
            && (shown.data[0] == '"' || shown.data[0] == '\\'))
        {
            njwt_out_constant(out, "\\");
        }

        njwt_out_bytes(out, shown.data, shown.len);
    }
}


/* A comma, where one is due: what stands before tells. */

void
njwt_out_name(njwt_out_t *out, const char *name)
{
    if (out->last != '\0' && out->last != '{' && out->last != '[') {
        njwt_out_constant(out, ",");
    }

    if (name != NULL) {
        njwt_out_constant(out, "\"");
        njwt_out_constant(out, name);
        njwt_out_constant(out, "\":");
    }
}


void
njwt_out_open(njwt_out_t *out, const char *name, char bracket)
{
    njwt_out_name(out, name);
    njwt_out_bytes(out, &bracket, 1);
}


void
njwt_out_close(njwt_out_t *out, char bracket)
{
    njwt_out_bytes(out, &bracket, 1);
}


static void
njwt_out_quoted(njwt_out_t *out, const char *name, const char *prefix,
    njwt_slice_t text)
{
    njwt_out_name(out, name);
    njwt_out_constant(out, "\"");
    njwt_out_constant(out, prefix);
    njwt_out_escaped(out, text);
    njwt_out_constant(out, "\"");
}


void
njwt_out_string(njwt_out_t *out, const char *name, njwt_slice_t text)
{
    njwt_out_quoted(out, name, "", text);
}


void
njwt_out_word(njwt_out_t *out, const char *name, const char *word)
{
    njwt_out_quoted(out, name, word, njwt_slice(""));
}


void
njwt_out_prefixed(njwt_out_t *out, const char *prefix, njwt_slice_t text)
{
    njwt_out_quoted(out, NULL, prefix, text);
}


/* So many digits at least. */

static void
njwt_out_digits(njwt_out_t *out, uint64_t number, size_t digits)
{
    uint8_t  text[20];
    size_t   n;

    n = 0;

    do {
        text[sizeof(text) - ++n] = (uint8_t) ('0' + number % 10);
        number /= 10;
    } while (number > 0 || n < digits);

    njwt_out_bytes(out, text + sizeof(text) - n, n);
}


void
njwt_out_number(njwt_out_t *out, const char *name, int64_t number)
{
    njwt_out_name(out, name);

    if (number < 0) {
        njwt_out_constant(out, "-");
    }

    njwt_out_digits(out, (number < 0) ? 0 - (uint64_t) number
                                      : (uint64_t) number, 1);
}


void
njwt_out_seconds(njwt_out_t *out, const char *name, double seconds)
{
    uint64_t  ms;

    ms = (uint64_t) (seconds * 1000 + 0.5);

    njwt_out_name(out, name);
    njwt_out_digits(out, ms / 1000, 1);

    if (ms % 1000 != 0) {
        njwt_out_constant(out, ".");
        njwt_out_digits(out, ms % 1000, 3);
    }
}


void
njwt_out_flag(njwt_out_t *out, const char *name, bool flag)
{
    njwt_out_name(out, name);
    njwt_out_constant(out, flag ? "true" : "false");
}


void
njwt_out_null(njwt_out_t *out, const char *name)
{
    njwt_out_name(out, name);
    njwt_out_constant(out, "null");
}


void
njwt_out_optional(njwt_out_t *out, const char *name, const njwt_slice_t *text)
{
    if (text == NULL) {
        njwt_out_null(out, name);

    } else {
        njwt_out_string(out, name, *text);
    }
}


void
njwt_out_list(njwt_out_t *out, const char *name, const njwt_slice_t *texts,
    size_t count)
{
    size_t  i;

    njwt_out_open(out, name, '[');

    for (i = 0; i < count; i++) {
        njwt_out_string(out, NULL, texts[i]);
    }

    njwt_out_close(out, ']');
}
