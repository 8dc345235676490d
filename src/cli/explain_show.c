/*
 * How are a token's header and payload shown?
 */

#define _GNU_SOURCE

#include "explain.h"

#include <ctype.h>
#include <string.h>
#include <time.h>


static void
explain_span(double seconds)
{
    if (seconds < 120) {
        printf("%.0f s", seconds);

    } else if (seconds < 7200) {
        printf("%.0f min", seconds / 60);

    } else if (seconds < 2 * 86400.0) {
        printf("%.1f h", seconds / 3600);

    } else {
        printf("%.0f days", seconds / 86400);
    }
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

    /* years of more than four digits are nobody's */

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


/* Claims' names are plain, or URLs; others in quotes, lest they look alike. */

static size_t
explain_name(njwt_slice_t name)
{
    size_t  i;

    for (i = 0; i < name.len; i++) {
        if (!isalnum(name.data[i])
            && (name.data[i] == 0
                || strchr("_-./:#@", name.data[i]) == NULL))
        {
            explain_put_string(name);
            return name.len + 2;
        }
    }

    explain_put(name);

    return name.len;
}


void
explain_members(const explain_t *e, const char *title, njwt_value_t object)
{
    size_t        width;
    njwt_slice_t  name;
    njwt_value_t  value = { NULL };

    explain_colour(e, EXPLAIN_BOLD);
    printf("%s", title);
    explain_colour(e, NULL);
    printf("\n");

    if (njwt_json_type(object) != NJWT_JSON_OBJECT) {
        printf("  (can't be read)\n\n");
        return;
    }

    while (njwt_json_next(object, &name, &value)) {
        printf("  ");
        width = explain_name(name);
        printf("%*s", (width < 10) ? (int) (11 - width) : 1, "");
        explain_pretty(value, 2);

        if (explain_is_date(name, value)) {
            explain_date(e, njwt_json_number(value));
        }

        printf("\n");
    }

    printf("\n");
}
