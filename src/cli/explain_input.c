/*
 * Where does the token come from?  An argument or standard input: bare, with
 * "Bearer" in front, or as a whole header line.
 */

#include "explain.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>


#define EXPLAIN_MAX_INPUT  (1024 * 1024)


static uint8_t *
explain_read_all(explain_t *e, FILE *in, size_t most, size_t *len,
    const char **error)
{
    uint8_t  *data;

    data = explain_alloc(e, most + 1);
    errno = 0;
    *len = fread(data, 1, most + 1, in);

    if (ferror(in)) {
        *error = strerror(errno);
        return NULL;
    }

    if (*len > most) {
        *error = "too large";
        return NULL;
    }

    return data;
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

    data = explain_read_all(e, in, most, len, error);
    (void) fclose(in);

    return data;
}


static njwt_slice_t
explain_stdin(explain_t *e)
{
    const char    *error;
    njwt_slice_t   text = { NULL, 0 };

    if (isatty(STDIN_FILENO)) {
        fprintf(stderr, "jwt-explain: paste the token, then press Enter and "
                        "Ctrl-D\n");
    }

    error = NULL;
    text.data = explain_read_all(e, stdin, EXPLAIN_MAX_INPUT, &text.len,
                                 &error);
    if (text.data == NULL) {
        explain_die("standard input can't be read: %s", error);
    }

    return text;
}


/* Is the text the value of a header, a scheme's name and then the rest? */

static bool
explain_has_scheme(njwt_slice_t text)
{
    size_t  i;

    for (i = 0; i < text.len && text.data[i] != ' '; i++) {
        if (text.data[i] == '.' || text.data[i] < 0x20) {
            return false;
        }
    }

    /* "Bearer" alone: somebody's variable was empty */

    return i < text.len
           || (i == 6 && strncasecmp((const char *) text.data, "bearer", 6)
                         == 0);
}


void
explain_token(explain_t *e)
{
    size_t        i;
    njwt_slice_t  text;

    static const char  header[] = "authorization:";

    text = (e->token != NULL) ? explain_slice(e->token) : explain_stdin(e);

    while (text.len > 0 && strchr("\r\n", text.data[text.len - 1]) != NULL
           && text.data[text.len - 1] != '\0')
    {
        text.len--;
    }

    i = sizeof(header) - 1;

    if (text.len >= i
        && strncasecmp((const char *) text.data, header, i) == 0)
    {
        while (i < text.len && text.data[i] == ' ') {
            i++;
        }

        text.data += i;
        text.len -= i;
        njwt_bearer_header(text, &e->judged.presented);
        return;
    }

    if (explain_has_scheme(text)) {
        njwt_bearer_header(text, &e->judged.presented);
        return;
    }

    njwt_bearer_bare(text, &e->judged.presented);
}
