/*
 * The source of the keys, and its documents.
 *
 * They are fetched under the gate's own restrictions: TLS verified, plain http
 * from the loopback only, no redirects, limited size and time.  No other file
 * of the tool includes libcurl's header.
 */

#include "explain.h"
#include "njwt_discovery.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>


typedef struct {
    uint8_t  *data;
    size_t    len;
    size_t    most;
    bool      too_large;
} explain_body_t;


static const char *
explain_well_known(explain_t *e)
{
    size_t         len;
    uint8_t       *url;
    njwt_slice_t   first;

    first = e->issuers.values[0];
    url = explain_alloc(e, first.len + NJWT_DISCOVERY_ROOM);
    len = njwt_discovery_url(first, false, url);

    if (len == 0) {
        explain_die("no source of keys can be made of the first \"--issuer\" "
                    "\"%s\": write --jwks FILE or --jwks URL",
                    (const char *) first.data);
    }

    url[len] = '\0';

    return (const char *) url;
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

    if (secret.len < njwt_alg_secret_min(e->issuer->algorithms)) {
        return "the secret is shorter than its hash (32, 48 or 64 bytes)";
    }

    e->issuer->keys = njwt_jwks_of_secret(secret);

    return e->issuer->keys != NULL ? NULL : "out of memory";
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
        return (e->keys_report.skipped_why == NULL)
               ? e->keys_report.error
               : explain_printf(e, "%s, the first one because of %s",
                                e->keys_report.error,
                                e->keys_report.skipped_why);
    }

    /* refuses what a gate has no room for */

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

    /* a gate may have reported that there are none */

    if (e->keys_error == NULL) {
        e->keys_error = (e->secret != NULL) ? explain_keys_secret(e)
                                            : explain_keys_set(e);
    }

    return e->keys_error == NULL;
}


static size_t
explain_write(char *data, size_t size, size_t nmemb, void *user)
{
    explain_body_t  *body = user;

    size *= nmemb;

    /* after decoding: libcurl's own limit counts what comes over the wire */

    if (size > body->most - body->len) {
        body->too_large = true;
        return 0;
    }

    memcpy(body->data + body->len, data, size);
    body->len += size;

    return size;
}


#define explain_fails(option, value)                                         \
    (curl_easy_setopt(easy, option, value) != CURLE_OK)


static bool
explain_setup(explain_t *e, CURL *easy, const char *url,
    explain_body_t *body, char *error)
{
    const char  *protocol;

    protocol = strncasecmp(url, "https:", 6) == 0 ? "https" : "http";

    /* an empty proxy: like the gate, ignores the environment's */

    return !explain_fails(CURLOPT_URL, url)
           && !explain_fails(CURLOPT_PROTOCOLS_STR, protocol)
           && !explain_fails(CURLOPT_FOLLOWLOCATION, 0L)
           && !explain_fails(CURLOPT_PROXY, "")
           && !explain_fails(CURLOPT_USERAGENT, "nginx-jwt-scope")
           && !explain_fails(CURLOPT_ACCEPT_ENCODING, "")
           && !explain_fails(CURLOPT_SSL_VERIFYPEER, 1L)
           && !explain_fails(CURLOPT_SSL_VERIFYHOST, 2L)
           && (e->ca_file == NULL
               || !explain_fails(CURLOPT_CAINFO, e->ca_file))
           && !explain_fails(CURLOPT_TIMEOUT_MS, EXPLAIN_TIMEOUT)
           && !explain_fails(CURLOPT_CONNECTTIMEOUT_MS, EXPLAIN_TIMEOUT)
           && !explain_fails(CURLOPT_MAXFILESIZE, (long) body->most)
           && !explain_fails(CURLOPT_NOSIGNAL, 1L)
           && !explain_fails(CURLOPT_QUICK_EXIT, 1L)
           && !explain_fails(CURLOPT_ERRORBUFFER, error)
           && !explain_fails(CURLOPT_WRITEFUNCTION, explain_write)
           && !explain_fails(CURLOPT_WRITEDATA, body);
}


/* Writes what is reported about a failed fetch; the texts live on. */

static const char *
explain_fetch_error(explain_t *e, CURLcode rc, long status,
    const explain_body_t *body, const char *error)
{
    if (body->too_large || rc == CURLE_FILESIZE_EXCEEDED) {
        return explain_printf(e, "the answer is larger than %zuk",
                              body->most / 1024);
    }

    if (rc != CURLE_OK) {
        return explain_printf(e, "%s", error[0] != '\0'
                                       ? error : curl_easy_strerror(rc));
    }

    if (status == 429) {
        return "HTTP status 429: the tenant's rate limit, try again later";
    }

    return explain_printf(e, "HTTP status %ld%s", status, status / 100 == 3
                          ? " (redirects are not followed)" : "");
}


bool
explain_fetch(explain_t *e, const char *url, size_t most,
    njwt_slice_t *body, const char **error)
{
    long             status;
    CURL            *easy;
    char             message[CURL_ERROR_SIZE] = "";
    CURLcode         rc;
    explain_body_t   got = { NULL, 0, most, false };

    got.data = explain_alloc(e, most);
    easy = curl_easy_init();

    if (easy == NULL || !explain_setup(e, easy, url, &got, message)) {
        explain_die("libcurl can't be used");
    }

    status = 0;
    rc = curl_easy_perform(easy);
    (void) curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(easy);

    if (rc != CURLE_OK || status != 200) {
        *error = explain_fetch_error(e, rc, status, &got, message);
        return false;
    }

    body->data = got.data;
    body->len = got.len;

    return true;
}
