/*
 * The comparison of a DPoP proof's URL ("htu") with a request's.
 */

#include "njwt_htu.h"
#include "njwt_url.h"

#include <string.h>



/* The URL without query and fragment. */

static njwt_slice_t
njwt_htu_path(njwt_slice_t rest)
{
    size_t  i;

    for (i = 0; i < rest.len; i++) {
        if (rest.data[i] == '?' || rest.data[i] == '#') {
            break;
        }
    }

    rest.len = i;

    return rest;
}


/* RFC 3986, section 2.3 */

static bool
njwt_htu_unreserved(unsigned c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
           || c == '-' || c == '.' || c == '_' || c == '~';
}


/*
 * Writes a path with each character in its normal spelling (sections 6.2.2.1
 * and 6.2.2.2), which is never longer.  False: the path is malformed.
 */

static bool
njwt_htu_decode(njwt_slice_t path, uint8_t *text, size_t *len)
{
    int       coded;
    size_t    i, n;
    unsigned  c;

    static const char  digits[] = "0123456789ABCDEF";

    n = 0;

    for (i = 0; i < path.len; i++) {
        c = path.data[i];

        if (c <= 0x20 || c >= 0x7f) {
            return false;
        }

        if (c != '%') {
            text[n++] = (uint8_t) c;
            continue;
        }

        coded = njwt_url_byte(path, i);

        if (coded < 0) {
            return false;
        }

        i += 2;
        c = (unsigned) coded;

        if (njwt_htu_unreserved(c)) {
            text[n++] = (uint8_t) c;
            continue;
        }

        text[n++] = '%';
        text[n++] = (uint8_t) digits[c >> 4];
        text[n++] = (uint8_t) digits[c & 0xf];
    }

    *len = n;

    return true;
}


/*
 * Removes "." and ".." from a path that begins with "/" (section 5.2.4), in
 * place.  Returns the new length.
 */

static size_t
njwt_htu_remove_dots(uint8_t *text, size_t len)
{
    bool    last;
    size_t  i, n, end, dots;

    n = 0;

    for (i = 0; i < len; i = end) {

        /* a segment is a slash and what follows, up to the next slash */

        end = i + 1;

        while (end < len && text[end] != '/') {
            end++;
        }

        last = end == len;
        dots = 0;

        if (end - i == 2 && text[i + 1] == '.') {
            dots = 1;
        }

        if (end - i == 3 && text[i + 1] == '.' && text[i + 2] == '.') {
            dots = 2;
        }

        if (dots == 0) {
            memmove(text + n, text + i, end - i);
            n += end - i;
            continue;
        }

        while (dots == 2 && n > 0) {
            if (text[--n] == '/') {
                break;
            }
        }

        if (last) {
            text[n++] = '/';
        }
    }

    return n;
}


/* The normal form of a path; false: it is malformed, or there is no memory. */

static bool
njwt_htu_normal(njwt_arena_t *arena, njwt_slice_t rest, njwt_slice_t *out)
{
    size_t         len;
    uint8_t       *text;
    njwt_slice_t   path;

    path = njwt_htu_path(rest);

    if (path.len == 0) {
        *out = njwt_slice("/");
        return true;
    }

    if (path.data[0] != '/') {
        return false;
    }

    text = njwt_arena_alloc(arena, path.len);

    if (text == NULL || !njwt_htu_decode(path, text, &len)) {
        return false;
    }

    out->data = text;
    out->len = njwt_htu_remove_dots(text, len);

    return true;
}


static unsigned
njwt_htu_port(const njwt_url_t *url)
{
    if (url->port != 0) {
        return url->port;
    }

    return (url->scheme == NJWT_URL_HTTPS) ? 443 : 80;
}


/*
 * Hosts are compared in any case, but must be ASCII: others have many
 * spellings.
 */

static bool
njwt_htu_same_host(njwt_slice_t a, njwt_slice_t b)
{
    size_t  i;

    for (i = 0; i < a.len; i++) {
        if (a.data[i] >= 0x80) {
            return false;
        }
    }

    return njwt_slice_same_nocase(a, b);
}


/* The origin's own path, which precedes that of each request. */

static bool
njwt_htu_prefix(njwt_arena_t *arena, const njwt_url_t *origin,
    njwt_slice_t *prefix)
{
    if (!njwt_htu_normal(arena, origin->rest, prefix)) {
        return false;
    }

    if (prefix->data[prefix->len - 1] == '/') {
        prefix->len--;
    }

    return true;
}


static bool
njwt_htu_at_origin(njwt_arena_t *arena, const njwt_url_t *url,
    njwt_slice_t path, njwt_slice_t text, njwt_slice_t wanted)
{
    njwt_url_t    origin;
    njwt_slice_t  prefix;

    if (!njwt_url_split(text, &origin)
        || origin.user
        || origin.scheme != url->scheme
        || origin.scheme == NJWT_URL_OTHER
        || njwt_htu_port(&origin) != njwt_htu_port(url)
        || !njwt_htu_same_host(origin.host, url->host)
        || !njwt_htu_prefix(arena, &origin, &prefix))
    {
        return false;
    }

    /* ".." in the request's path can't lead out of the origin's path */

    return path.len == prefix.len + wanted.len
           && memcmp(path.data, prefix.data, prefix.len) == 0
           && memcmp(path.data + prefix.len, wanted.data, wanted.len) == 0;
}


/*
 * The common case: the client spells the URL as the request line and the
 * configured origin do.  False: it has to be parsed to be compared.  A path is
 * in its normal form when none of its characters has another spelling and no
 * segment begins with a dot.
 */

static bool
njwt_htu_as_asked(njwt_slice_t htu, njwt_slice_t origin, njwt_slice_t path)
{
    size_t   i;
    uint8_t  c;

    if (path.len == 0
        || path.data[0] != '/'
        || origin.data[origin.len - 1] == '/'
        || htu.len != origin.len + path.len
        || memcmp(htu.data, origin.data, origin.len) != 0
        || memcmp(htu.data + origin.len, path.data, path.len) != 0)
    {
        return false;
    }

    for (i = 1; i < path.len; i++) {
        c = path.data[i];

        if (c != '/'
            && (!njwt_htu_unreserved(c)
                || (c == '.' && path.data[i - 1] == '/')))
        {
            return false;
        }
    }

    return true;
}


bool
njwt_htu_matches(njwt_arena_t *arena, njwt_slice_t htu,
    const njwt_slice_t *origins, size_t count, njwt_slice_t target)
{
    size_t        i;
    njwt_url_t    url;
    njwt_slice_t  path, wanted;

    wanted = njwt_htu_path(target);

    for (i = 0; i < count; i++) {
        if (njwt_htu_as_asked(htu, origins[i], wanted)) {
            return true;
        }
    }

    if (!njwt_url_split(htu, &url)
        || url.user
        || !njwt_htu_normal(arena, url.rest, &path)
        || !njwt_htu_normal(arena, target, &wanted))
    {
        return false;
    }

    for (i = 0; i < count; i++) {
        if (njwt_htu_at_origin(arena, &url, path, origins[i], wanted)) {
            return true;
        }
    }

    return false;
}


const char *
njwt_htu_origin_fault(njwt_slice_t origin)
{
    size_t      i;
    njwt_url_t  url;

    if (!njwt_url_parse(origin, &url)) {
        return "is no URL, write it as in https://HOST or https://HOST/PATH";
    }

    if (url.user) {
        return "has a user part, write it without one";
    }

    if (url.scheme == NJWT_URL_OTHER) {
        return "is of another scheme, write http or https";
    }

    if (njwt_htu_path(url.rest).len != url.rest.len) {
        return "has a query or a fragment, write it without one";
    }

    for (i = 0; i < origin.len; i++) {
        if (origin.data[i] >= 0x80) {
            return "has a character that is not ASCII, write the host in "
                   "Punycode and the path percent-coded";
        }

        if (origin.data[i] == '%' && njwt_url_byte(origin, i) < 0) {
            return "has a \"%\" without two hexadecimal digits behind it";
        }
    }

    return NULL;
}


bool
njwt_htu_expected(njwt_arena_t *arena, njwt_slice_t origin,
    njwt_slice_t target, njwt_slice_t *out)
{
    uint8_t       *text;
    njwt_url_t     url;
    njwt_slice_t   path, prefix, before;

    if (!njwt_url_split(origin, &url)
        || !njwt_htu_prefix(arena, &url, &prefix)
        || !njwt_htu_normal(arena, target, &path))
    {
        return false;
    }

    before.data = origin.data;
    before.len = origin.len - url.rest.len;

    text = njwt_arena_alloc(arena, before.len + prefix.len + path.len);

    if (text == NULL) {
        return false;
    }

    memcpy(text, before.data, before.len);
    memcpy(text + before.len, prefix.data, prefix.len);
    memcpy(text + before.len + prefix.len, path.data, path.len);

    out->data = text;
    out->len = before.len + prefix.len + path.len;

    return true;
}
