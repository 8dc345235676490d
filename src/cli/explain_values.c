/*
 * The values of options.
 */

#define _GNU_SOURCE

#include "explain.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>


/*
 * Takes one word off the front as nginx's configuration would: in quotes of
 * either kind, or up to white space; \" \' and \\ are the character itself.
 * The word is assembled in place.
 */

static njwt_slice_t
explain_word(char **rest, const char *option)
{
    char          quote, *from, *to;
    njwt_slice_t  word;

    from = *rest;
    to = from;
    word.data = (const uint8_t *) to;
    quote = (*from == '"' || *from == '\'') ? *from++ : '\0';

    while (*from != '\0') {
        if (quote ? *from == quote : isspace((unsigned char) *from) != 0) {
            break;
        }

        if (*from == '\\' && from[1] != '\0'
            && strchr("\"'\\", from[1]) != NULL)
        {
            from++;
        }

        *to++ = *from++;
    }

    if (quote && *from == '\0') {
        explain_die("a quote in the value of \"%s\" is not closed", option);
    }

    *rest = (*from == '\0') ? from : from + 1;
    word.len = (size_t) (to - (char *) word.data);

    return word;
}


size_t
explain_words(explain_t *e, const char *text, njwt_slice_t **words,
    const char *option)
{
    char          *rest;
    size_t         n, size;
    njwt_slice_t  *list;

    size = strlen(text);
    rest = explain_alloc(e, size + 1);
    memcpy(rest, text, size + 1);
    list = explain_alloc(e, (size / 2 + 1) * sizeof(njwt_slice_t));
    n = 0;

    for ( ;; ) {
        rest += strspn(rest, " \t\r\n");

        if (*rest == '\0') {
            break;
        }

        list[n++] = explain_word(&rest, option);
    }

    if (n == 0) {
        explain_die("the value of \"%s\" is empty", option);
    }

    *words = list;

    return n;
}


double
explain_duration(const char *text, const char *option)
{
    char    *end;
    double   seconds;

    static const char  units[] = "smhd";
    static const int   factors[] = { 1, 60, 3600, 86400 };

    errno = 0;
    seconds = strtod(text, &end);

    if (end == text || errno != 0 || !isdigit((unsigned char) text[0])
        || strchr(text, 'x') != NULL || seconds > NJWT_MAX_DATE)
    {
        end = (char *) "?";
    }

    if (*end != '\0' && end[1] == '\0' && strchr(units, *end) != NULL) {
        seconds *= factors[strchr(units, *end) - units];
        end++;
    }

    if (*end != '\0') {
        explain_die("invalid value \"%s\" of \"%s\": write seconds, or a "
                    "time as in 90s, 5m, 24h, 7d", text, option);
    }

    return seconds;
}


int64_t
explain_time(const char *text)
{
    char        *end;
    long long    seconds;
    struct tm    tm;
    const char  *rest;

    errno = 0;
    seconds = strtoll(text, &end, 10);

    if (end != text && *end == '\0' && errno == 0
        && seconds > -NJWT_MAX_DATE && seconds < NJWT_MAX_DATE)
    {
        return (int64_t) seconds;
    }

    memset(&tm, 0, sizeof(tm));
    rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

    if (rest == NULL || strcmp(rest, "Z") != 0) {
        explain_die("invalid value \"%s\" of \"--at\": write seconds since "
                    "1970, or a time in UTC as in 2017-05-24T19:15:00Z",
                    text);
    }

    return (int64_t) timegm(&tm);
}


njwt_alg_t
explain_algorithms(const char *text)
{
    njwt_alg_t    alg, set;
    njwt_slice_t  name;

    set = 0;

    for ( ;; ) {
        name.data = (const uint8_t *) text;
        name.len = strcspn(text, ", ");
        alg = njwt_alg(name);

        if (alg == NJWT_ALG_UNKNOWN) {
            explain_die("invalid algorithm \"%.*s\" in \"--algorithms\": "
                        "write " NJWT_ALG_NAMES ", whichever the API signs "
                        "with, with commas between several",
                        (int) name.len, text);
        }

        set |= alg;
        text += name.len;

        if (*text == '\0') {
            return set;
        }

        text++;
    }
}


njwt_method_t
explain_method(const char *text)
{
    njwt_method_t  method;

    method = njwt_method_of(explain_slice(text));

    if (!njwt_method_valid(method.name)) {
        explain_die("invalid method \"%s\": write it in upper case, as in "
                    "--method POST", text);
    }

    return method;
}
