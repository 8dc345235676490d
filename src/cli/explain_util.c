/*
 * Memory, errors and input of jwt-explain.
 *
 * The token is an argument or comes from standard input: bare, with "Bearer"
 * in front, or as a whole header line.
 */

#include "explain.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>


/* a longer message is truncated */
#define EXPLAIN_MAX_MESSAGE  8192

/* enough for the longest token and whatever precedes it */
#define EXPLAIN_MAX_INPUT  (1024 * 1024 + 256)


/*
 * Removes what a terminal obeys: a message may contain text from a gate or a
 * server.  In UTF-8, C1 controls are 0xc2 and a byte below 0xa0.
 */

static void
explain_defuse(char *text)
{
    unsigned char  c, next;

    for ( /* void */ ; *text != '\0'; text++) {
        c = (unsigned char) text[0];
        next = (unsigned char) text[1];

        if ((c < 0x20 && c != '\n') || c == 0x7f
            || (c == 0xc2 && next >= 0x80 && next < 0xa0))
        {
            *text = '?';
        }
    }
}


void
explain_die(const char *format, ...)
{
    char     text[EXPLAIN_MAX_MESSAGE];
    va_list  args;

    va_start(args, format);
    (void) vsnprintf(text, sizeof(text), format, args);
    va_end(args);

    explain_defuse(text);
    fprintf(stderr, "jwt-explain: %s\n", text);

    exit(EXPLAIN_TROUBLE);
}


void *
explain_alloc(explain_t *e, size_t size)
{
    void  *p;

    p = njwt_arena_alloc(&e->arena, size);

    if (p == NULL) {
        explain_die("out of memory");
    }

    return p;
}


char *
explain_printf(explain_t *e, const char *format, ...)
{
    int      len;
    char    *text;
    va_list  args;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);

    text = explain_alloc(e, (size_t) len + 1);

    va_start(args, format);
    (void) vsnprintf(text, (size_t) len + 1, format, args);
    va_end(args);

    return text;
}


njwt_slice_t
explain_slice(const char *text)
{
    njwt_slice_t  slice;

    slice.data = (const uint8_t *) text;
    slice.len = strlen(text);

    return slice;
}


/* Reads at most one byte more than allowed; NULL on failure. */

static uint8_t *
explain_read_all(explain_t *e, FILE *in, size_t most, size_t *len)
{
    uint8_t  *data;

    data = explain_alloc(e, most + 1);
    errno = 0;
    *len = fread(data, 1, most + 1, in);

    return ferror(in) ? NULL : data;
}


uint8_t *
explain_read(explain_t *e, const char *path, size_t most, size_t *len,
    const char **error)
{
    FILE     *in;
    uint8_t  *data;

    in = fopen(path, "rb");

    if (in == NULL) {
        *error = strerror(errno);
        return NULL;
    }

    data = explain_read_all(e, in, most, len);
    *error = strerror(errno);
    (void) fclose(in);

    if (data != NULL && *len > most) {
        *error = "too large";
        return NULL;
    }

    return data;
}


static njwt_slice_t
explain_stdin(explain_t *e)
{
    njwt_slice_t  text;

    if (isatty(STDIN_FILENO)) {
        fprintf(stderr, "jwt-explain: paste the token, then press Enter and "
                        "Ctrl-D\n");
    }

    /* a truncated one is too long in any case */

    text.data = explain_read_all(e, stdin, EXPLAIN_MAX_INPUT, &text.len);

    if (text.data == NULL) {
        explain_die("standard input can't be read: %s", strerror(errno));
    }

    return text;
}


static bool
explain_is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}


/* A header line is judged as it is, without its line end. */

static njwt_slice_t
explain_without_newline(njwt_slice_t text)
{
    if (text.len > 0 && text.data[text.len - 1] == '\n') {
        text.len--;
    }

    if (text.len > 0 && text.data[text.len - 1] == '\r') {
        text.len--;
    }

    return text;
}


/*
 * Is the text the value of a header: a registered scheme (RFC 9110, section
 * 16.4.1) or a customary one, and then the rest?  Any other word is the
 * beginning of a token with a blank in it.
 */

static bool
explain_has_scheme(njwt_slice_t text)
{
    size_t  i, len;

    static const char *const  schemes[] = {
        "Basic", "Bearer", "Concealed", "Digest", "DPoP", "GNAP", "HOBA",
        "Mutual", "Negotiate", "OAuth", "PrivateToken", "vapid",
        "ApiKey", "NTLM", "Token"
    };

    for (len = 0; len < text.len && text.data[len] != ' '; len++) {
        /* void */
    }

    for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (strlen(schemes[i]) == len
            && strncasecmp((const char *) text.data, schemes[i], len) == 0)
        {
            /* "Bearer" alone: a variable may have been empty */

            return len < text.len || strcmp(schemes[i], "Bearer") == 0;
        }
    }

    return false;
}


/* Removes what was copied together with the token. */

static njwt_slice_t
explain_trim(njwt_slice_t text)
{
    while (text.len > 0 && explain_is_blank(text.data[0])) {
        text.data++;
        text.len--;
    }

    while (text.len > 0 && explain_is_blank(text.data[text.len - 1])) {
        text.len--;
    }

    return text;
}


static void
explain_header(explain_t *e, njwt_slice_t value)
{
    njwt_bearer_header(value, e->policy.binding != NULL,
                       &e->judged.credentials);
}


void
explain_token(explain_t *e)
{
    size_t        i;
    njwt_slice_t  text;

    static const char  header[] = "authorization:";

    text = (e->token != NULL) ? explain_slice(e->token) : explain_stdin(e);

    i = sizeof(header) - 1;

    if (text.len >= i
        && strncasecmp((const char *) text.data, header, i) == 0)
    {
        while (i < text.len && text.data[i] == ' ') {
            i++;
        }

        text.data += i;
        text.len -= i;
        e->header = true;
        explain_header(e, explain_without_newline(text));
        return;
    }

    text = explain_trim(text);

    if (explain_has_scheme(text)) {
        explain_header(e, text);
        return;
    }

    njwt_bearer_bare(text, &e->judged.credentials);

    /* a proof comes with a token of the DPoP scheme */

    e->judged.credentials.dpop = e->proved.dpop.headers > 0;
}
