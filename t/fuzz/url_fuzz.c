/*
 * Each URL is read as it is written, and keys are fetched from no other host
 * than a trusted one.
 */

#include "fuzz.h"
#include "njwt_url.h"

#include <ctype.h>
#include <strings.h>


/* Is the slice a part of the text, behind "://"? */

static void
within(const uint8_t *data, size_t size, njwt_slice_t part)
{
    must(part.len > 0 && part.data > data + 3);
    must(part.data + part.len <= data + size);
    must(part.data[-1] == '/' || part.data[-1] == '@');
}


static bool
loopback(njwt_slice_t host)
{
    int       end = 0;
    char      text[64];
    unsigned  part[4];

    if (host.len >= sizeof(text)) {
        return false;
    }

    memcpy(text, host.data, host.len);
    text[host.len] = '\0';

    if (strcasecmp(text, "localhost") == 0 || strcmp(text, "[::1]") == 0) {
        return true;
    }

    return sscanf(text, "%3u.%3u.%3u.%3u%n", &part[0], &part[1], &part[2],
                  &part[3], &end) == 4
           && (size_t) end == host.len && part[0] == 127 && part[1] < 256
           && part[2] < 256 && part[3] < 256;
}


/* RFC 3986, section 3.2.1, and no byte 0 in disguise */

static bool
userinfo(njwt_slice_t user)
{
    char    text[4097];
    char   *c;

    must(user.len < sizeof(text));

    memcpy(text, user.data, user.len);
    text[user.len] = '\0';

    for (c = text; *c != '\0'; c++) {

        if (*c == '%') {

            if (!isxdigit((unsigned char) c[1])
                || !isxdigit((unsigned char) c[2])
                || (c[1] == '0' && c[2] == '0'))
            {
                return false;
            }

            c += 2;

        } else if (!isalnum((unsigned char) *c)
                   && strchr("-._~" "!$&'()*+,;=" ":", *c) == NULL)
        {
            return false;
        }
    }

    return user.len > 0;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool          good;
    size_t        i;
    njwt_url_t    url = { NJWT_URL_OTHER, { NULL, 4711 }, false };
    const char   *fault;
    njwt_slice_t  text;

    if (size > 4096) {
        return 0;
    }

    text = fuzz_slice(data, size);
    good = njwt_url_parse(text, &url);
    fault = njwt_url_fault(text);

    if (!good) {
        must(url.host.data == NULL && url.host.len == 4711);
        must(fault != NULL && !njwt_url_is_web(text));
        must(!njwt_url_is_proxy(text));
        return 0;
    }

    must(size <= NJWT_MAX_URL);

    for (i = 0; i < size; i++) {
        must(data[i] > 0x20 && data[i] != 0x7f);
    }

    within(data, size, url.host);
    must(memchr(url.host.data, '@', url.host.len) == NULL);
    must(memchr(url.host.data, '/', url.host.len) == NULL);
    must(memchr(url.host.data, '%', url.host.len) == NULL);

    must(njwt_url_is_web(text) == (url.scheme != NJWT_URL_OTHER));
    must(njwt_url_is_proxy(text)
         == (url.scheme == NJWT_URL_HTTP
             && (!url.user || userinfo(url.userinfo))));
    must((url.scheme == NJWT_URL_HTTPS)
         == (size > 6 && strncasecmp((const char *) data, "https:", 6) == 0));

    if (fault == NULL) {
        must(!url.user);
        must(url.scheme == NJWT_URL_HTTPS
             || (url.scheme == NJWT_URL_HTTP && loopback(url.host)));
    }

    return 0;
}
