/*
 * Where are the keys, and can they be had?
 */

#include "explain.h"

#include <string.h>


/* The first issuer, a slash if it ends without one, and a path. */

static const char *
explain_well_known(explain_t *e)
{
    char          *url;
    size_t         size;
    njwt_slice_t   first;

    static const char  path[] = ".well-known/jwks.json";

    first = e->issuers.values[0];

    if (memchr(first.data, '?', first.len) || memchr(first.data, '#',
                                                     first.len))
    {
        explain_die("no source of keys can be made of the first \"--issuer\" "
                    "\"%s\", write --jwks FILE or --jwks URL",
                    (const char *) first.data);
    }

    size = first.len + sizeof(path) + 1;
    url = explain_alloc(e, size);
    (void) snprintf(url, size, "%s%s%s", (const char *) first.data,
                    first.data[first.len - 1] == '/' ? "" : "/", path);

    return url;
}


void
explain_source(explain_t *e)
{
    const char  *fault;

    if (e->secret != NULL) {
        e->source = e->secret;
        return;
    }

    e->source = e->jwks;

    if (e->jwks != NULL && strstr(e->jwks, "://") == NULL) {
        return;
    }

    if (e->jwks == NULL) {
        e->source = explain_well_known(e);
    }

    e->remote = true;
    fault = njwt_url_fault(explain_slice(e->source));

    if (fault != NULL) {
        explain_die("the key source \"%s\"%s %s", e->source,
                    e->jwks == NULL ? ", made of the first \"--issuer\"," : "",
                    fault);
    }
}


/* A secret as long as the longest hash that it is used with (RFC 7518, 3.2) */

static size_t
explain_secret_min(const explain_t *e)
{
    if (e->issuer->algorithms & NJWT_ALG_HS512) {
        return 64;
    }

    return (e->issuer->algorithms & NJWT_ALG_HS384) ? 48 : 32;
}


static const char *
explain_keys_secret(explain_t *e)
{
    const char    *error;
    njwt_slice_t   secret;

    secret.data = explain_read(e, e->secret, NJWT_MAX_SECRET, &secret.len,
                               &error);
    if (secret.data == NULL) {
        return error;
    }

    if (secret.len > 0 && secret.data[secret.len - 1] == '\n') {
        secret.len--;
    }

    if (secret.len < explain_secret_min(e)) {
        return "the secret is shorter than its hash (32, 48 or 64 bytes)";
    }

    e->issuer->keys = njwt_jwks_of_secret(secret);

    return e->issuer->keys != NULL ? NULL : "out of memory";
}


static const char *
explain_keys_error(explain_t *e, const char *error)
{
    char    *text;
    size_t   size;

    if (e->keys_report.passed_why == NULL) {
        return error;
    }

    size = strlen(error) + strlen(e->keys_report.passed_why) + 64;
    text = explain_alloc(e, size);
    (void) snprintf(text, size, "%s, the first one because of %s", error,
                    e->keys_report.passed_why);

    return text;
}


static const char *
explain_keys_set(explain_t *e)
{
    const char    *error;
    njwt_slice_t   text;

    if (e->remote) {
        if (!explain_fetch(e, e->source, EXPLAIN_MAX_JWKS, &text, &error)) {
            return error;
        }

    } else {
        text.data = explain_read(e, e->source, EXPLAIN_MAX_JWKS, &text.len,
                                 &error);
        if (text.data == NULL) {
            return error;
        }
    }

    e->issuer->keys = e->remote ? njwt_jwks_new(text, &e->keys_report)
                                : njwt_jwks_of_file(text, &e->keys_report);

    if (e->issuer->keys == NULL) {
        return explain_keys_error(e, e->keys_report.error);
    }

    /* what a gate can't hold, it refuses */

    if (e->remote
        && njwt_jwks_text(e->issuer->keys).len > NJWT_MAX_JWKS_TEXT)
    {
        njwt_jwks_free(e->issuer->keys);
        e->issuer->keys = NULL;

        return "its usable keys need more than 64 KB";
    }

    return NULL;
}


bool
explain_keys(explain_t *e)
{
    e->tried = true;

    /* a gate may have told already that there are none */

    if (e->keys_error == NULL) {
        e->keys_error = (e->secret != NULL) ? explain_keys_secret(e)
                                            : explain_keys_set(e);
    }

    return e->keys_error == NULL;
}
