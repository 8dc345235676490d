/*
 * Where does the token come from?  An argument or standard input: bare, with
 * "Bearer" in front, or as a whole header line.
 */

#include "explain.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>


/* more than the longest token with whatever stands before it */
#define EXPLAIN_MAX_INPUT  (1024 * 1024 + 256)


/* Reads up to one byte more than the most; NULL where that fails. */

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

    /* one that is cut is too long in any case */

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


/* A header line is judged as it came, but for its end. */

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
 * Is the text the value of a header: a scheme of the registry (RFC 9110,
 * section 16.4.1) or of old habit, and then the rest?  Any other word is the
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
            /* "Bearer" alone: somebody's variable was empty */

            return len < text.len || strcmp(schemes[i], "Bearer") == 0;
        }
    }

    return false;
}


/* What came along when the token was copied. */

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
    if (e->policy.binding != NULL) {
        njwt_bearer_or_dpop_header(value, &e->judged.presented);
        return;
    }

    njwt_bearer_header(value, &e->judged.presented);
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

    njwt_bearer_bare(text, &e->judged.presented);

    /* a proof comes with a token of its scheme */

    e->judged.presented.dpop = e->proved.dpop.headers > 0;
}
