/*
 * Output on a terminal: texts from others without anything that a terminal
 * obeys or that makes them look like other texts, JSON values, and a token's
 * header and payload.
 */

#define _GNU_SOURCE

#include "explain.h"
#include "njwt_dates.h"
#include "njwt_utf8.h"

#include <ctype.h>
#include <string.h>
#include <time.h>


#define EXPLAIN_SHORT  56      /* bytes of an array that fits on a line */


static void
explain_write(void *data, const void *text, size_t len)
{
    (void) data;
    (void) fwrite(text, 1, len, stdout);
}


njwt_out_t
explain_json(void)
{
    njwt_out_t  out = { explain_write, NULL, 0 };

    return out;
}


void
explain_out_to(FILE *file, njwt_slice_t text)
{
    uint8_t       escape[NJWT_UTF8_ESCAPE];
    njwt_slice_t  shown;

    while (text.len > 0) {
        shown = njwt_utf8_shown(&text, escape);
        (void) fwrite(shown.data, 1, shown.len, file);
    }
}


void
explain_out(njwt_slice_t text)
{
    explain_out_to(stdout, text);
}


void
explain_out_string(njwt_slice_t text)
{
    njwt_out_t  out = explain_json();

    njwt_out_string(&out, NULL, text);
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

        explain_out(word);
        at += word.len;
    }

    if (at > 0) {
        putchar('\n');
    }
}


static void
explain_scalar(njwt_value_t value)
{
    njwt_slice_t  text;

    if (njwt_json_type(value) == NJWT_JSON_STRING) {
        explain_out_string(njwt_json_string(value));
        return;
    }

    if (njwt_json_scalar(value, &text)) {
        explain_out(text);
        return;
    }

    printf("null");
}


static void
explain_break(size_t column)
{
    if (column > 0) {
        printf("\n%*s", (int) column, "");
    }
}


/* An object or an array; column 0: on one line. */

static void
explain_structure(njwt_value_t structure, size_t column)
{
    bool          object, first;
    size_t        inner;
    njwt_slice_t  name;
    njwt_value_t  value = { NULL };

    first = true;
    inner = (column > 0) ? column + 4 : 0;
    object = njwt_json_type(structure) == NJWT_JSON_OBJECT;
    putchar(object ? '{' : '[');

    while (object ? njwt_json_next(structure, &name, &value)
                  : njwt_json_each(structure, &value))
    {
        if (!first) {
            putchar(',');
        }

        first = false;
        explain_break(inner);

        if (object) {
            explain_out_string(name);
            fputs(inner > 0 ? ": " : ":", stdout);
        }

        explain_value(value, inner);
    }

    if (!first) {
        explain_break(column);
    }

    putchar(object ? '}' : ']');
}


/* Does this array fit on one line? */

static bool
explain_is_short(njwt_value_t array)
{
    size_t        len;
    njwt_slice_t  text;
    njwt_value_t  element = { NULL };

    len = 0;

    while (njwt_json_each(array, &element)) {
        if (!njwt_json_scalar(element, &text)) {
            return false;
        }

        len += text.len + 3;
    }

    return len <= EXPLAIN_SHORT;
}


void
explain_value(njwt_value_t value, size_t column)
{
    switch (njwt_json_type(value)) {

    case NJWT_JSON_OBJECT:
        explain_structure(value, column);
        break;

    case NJWT_JSON_ARRAY:
        explain_structure(value, explain_is_short(value) ? 0 : column);
        break;

    default:
        explain_scalar(value);
        break;
    }
}


static void
explain_span(double seconds)
{
    double        unit;
    njwt_slice_t  name;

    unit = njwt_dates_unit(seconds, &name);
    printf("%.*f %.*s", unit == 3600 ? 1 : 0, seconds / unit, (int) name.len,
           (const char *) name.data);
}


/* Is this a member that holds a time? */

static bool
explain_is_date(njwt_slice_t name, njwt_value_t value)
{
    size_t  i;

    static const char  *const  dates[] = {
        "exp", "nbf", "iat", "auth_time"
    };

    if (njwt_json_type(value) != NJWT_JSON_NUMBER) {
        return false;
    }

    for (i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        if (njwt_slice_equal(name, explain_slice(dates[i]))) {
            return true;
        }
    }

    return false;
}


static void
explain_date(const explain_t *e, double date)
{
    char       text[64];
    double     ahead;
    time_t     seconds;
    struct tm  tm;

    /* a year with more than four digits isn't meant */

    if (!(date > -62e9 && date < 253e9)) {
        return;
    }

    seconds = (time_t) date;

    if (gmtime_r(&seconds, &tm) == NULL
        || strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
    {
        return;
    }

    ahead = date - (double) e->judged.now;
    explain_colour(e, EXPLAIN_DIM);
    printf("   %s, ", text);

    if (ahead > 0) {
        printf("in ");
        explain_span(ahead);

    } else {
        explain_span(ahead < 0 ? -ahead : 0);
        printf(" ago");
    }

    explain_colour(e, NULL);
}


/*
 * Ordinary claim names are plain, or URLs; others are quoted to look
 * different.
 */

static size_t
explain_name(njwt_slice_t name)
{
    size_t  i;

    for (i = 0; i < name.len; i++) {
        if (!isalnum(name.data[i])
            && (name.data[i] == 0
                || strchr("_-./:#@", name.data[i]) == NULL))
        {
            explain_out_string(name);
            return name.len + 2;
        }
    }

    explain_out(name);

    return name.len;
}


void
explain_title(const explain_t *e, const char *title)
{
    explain_colour(e, EXPLAIN_BOLD);
    printf("%s", title);
    explain_colour(e, NULL);
}


void
explain_members(const explain_t *e, const char *title, njwt_value_t object)
{
    size_t        width;
    njwt_slice_t  name;
    njwt_value_t  value = { NULL };

    explain_title(e, title);
    printf("\n");

    if (njwt_json_type(object) != NJWT_JSON_OBJECT) {
        printf("  (can't be read)\n\n");
        return;
    }

    while (njwt_json_next(object, &name, &value)) {
        printf("  ");
        width = explain_name(name);
        printf("%*s", (width < 10) ? (int) (11 - width) : 1, "");
        explain_value(value, 2);

        if (explain_is_date(name, value)) {
            explain_date(e, njwt_json_number(value));
        }

        printf("\n");
    }

    printf("\n");
}
