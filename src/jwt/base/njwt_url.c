/*
 * URLs, and from which ones keys may be fetched.
 */

#include "njwt_url.h"

#include <string.h>


#define NJWT_MAX_ADDRESS  45     /* characters of an IPv6 address */


static bool
njwt_url_alpha(uint8_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}


static bool
njwt_url_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}


/* The text up to the first such character, or to its end. */

static njwt_slice_t
njwt_url_until(njwt_slice_t text, uint8_t end)
{
    const uint8_t  *found;

    found = (text.len > 0) ? memchr(text.data, end, text.len) : NULL;

    if (found != NULL) {
        text.len = (size_t) (found - text.data);
    }

    return text;
}


/* The text up to the end of the authority (RFC 3986, section 3.2). */

static njwt_slice_t
njwt_url_authority(njwt_slice_t text)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {
        if (text.data[i] == '/' || text.data[i] == '?'
            || text.data[i] == '#')
        {
            break;
        }
    }

    text.len = i;

    return text;
}


/* Is there no blank and no byte that would end the text for another reader? */

static bool
njwt_url_plain(njwt_slice_t text)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {
        if (text.data[i] <= 0x20 || text.data[i] == 0x7f) {
            return false;
        }
    }

    return true;
}


static bool
njwt_url_scheme(njwt_slice_t name, njwt_url_scheme_t *scheme)
{
    size_t   i;
    uint8_t  c;

    static const njwt_slice_t  http = njwt_literal("http");
    static const njwt_slice_t  https = njwt_literal("https");

    if (name.len == 0 || !njwt_url_alpha(name.data[0])) {
        return false;
    }

    for (i = 1; i < name.len; i++) {
        c = name.data[i];

        if (!njwt_url_alpha(c) && !njwt_url_digit(c) && c != '+' && c != '-'
            && c != '.')
        {
            return false;
        }
    }

    /* in any case, as hosts (RFC 3986, section 6.2.2.1) */

    *scheme = njwt_slice_same_nocase(name, https) ? NJWT_URL_HTTPS
              : njwt_slice_same_nocase(name, http) ? NJWT_URL_HTTP
              : NJWT_URL_OTHER;

    return true;
}


/*
 * Letters, digits and the characters that join them; non-ASCII ones too, as
 * libcurl may know such names.  A percent sign would allow another spelling.
 */

static bool
njwt_url_name(njwt_slice_t host)
{
    size_t   i;
    uint8_t  c;

    for (i = 0; i < host.len; i++) {
        c = host.data[i];

        if (!njwt_url_alpha(c) && !njwt_url_digit(c) && c < 0x80
            && c != '-' && c != '.' && c != '_')
        {
            return false;
        }
    }

    return host.len > 0;
}


/*
 * Does it look like an IPv6 "[ADDRESS]"?  Connecting shows whether it is one.
 */

static bool
njwt_url_address(njwt_slice_t host)
{
    size_t   i, colons;
    uint8_t  c;

    colons = 0;

    for (i = 1; i + 1 < host.len; i++) {
        c = host.data[i];

        if (c == ':') {
            colons++;
            continue;
        }

        if (!njwt_url_digit(c) && c != '.'
            && !((c | 0x20) >= 'a' && (c | 0x20) <= 'f'))
        {
            return false;
        }
    }

    return colons >= 2 && host.len <= NJWT_MAX_ADDRESS + 2
           && host.data[host.len - 1] == ']';
}


/* Reads a decimal number of one to five digits. */

static bool
njwt_url_number(njwt_slice_t text, unsigned *number)
{
    size_t  i;

    *number = 0;

    for (i = 0; i < text.len; i++) {
        if (!njwt_url_digit(text.data[i])) {
            return false;
        }

        *number = *number * 10 + (unsigned) (text.data[i] - '0');
    }

    return text.len >= 1 && text.len <= 5;
}


static bool
njwt_url_port(njwt_slice_t text, unsigned *port)
{
    *port = 0;

    return text.len == 0
           || (text.data[0] == ':'
               && njwt_url_number(njwt_slice_behind(text, 1), port)
               && *port > 0 && *port <= 65535);
}


/* HOST[:PORT] */

static bool
njwt_url_host(njwt_slice_t text, njwt_slice_t *host, unsigned *port)
{
    if (text.len > 0 && text.data[0] == '[') {
        *host = njwt_url_until(text, ']');
        host->len += (host->len < text.len);

        return njwt_url_address(*host)
               && njwt_url_port(njwt_slice_behind(text, host->len), port);
    }

    *host = njwt_url_until(text, ':');

    return njwt_url_name(*host)
           && njwt_url_port(njwt_slice_behind(text, host->len), port);
}


bool
njwt_url_split(njwt_slice_t text, njwt_url_t *url)
{
    njwt_url_t    read;
    size_t        len;
    njwt_slice_t  name, rest, part, authority;

    name = njwt_url_until(text, ':');
    rest = njwt_slice_behind(text, name.len);

    if (!njwt_url_plain(text) || !njwt_url_scheme(name, &read.scheme)
        || rest.len < 3 || memcmp(rest.data, "://", 3) != 0)
    {
        return false;
    }

    rest = njwt_slice_behind(rest, 3);
    authority = njwt_url_authority(rest);
    read.rest = njwt_slice_behind(rest, authority.len);
    read.user = false;
    read.userinfo = rest;
    len = 0;

    /* what lies before the last "@" is no host, whoever reads it */

    for ( ;; ) {
        part = njwt_url_until(authority, '@');

        if (part.len == authority.len) {
            break;
        }

        authority = njwt_slice_behind(authority, part.len + 1);
        len += part.len + read.user;
        read.user = true;
    }

    read.userinfo.len = len;

    if (!njwt_url_host(authority, &read.host, &read.port)) {
        return false;
    }

    *url = read;

    return true;
}


bool
njwt_url_parse(njwt_slice_t text, njwt_url_t *url)
{
    return text.len <= NJWT_MAX_URL && njwt_url_split(text, url);
}


bool
njwt_url_is_web(njwt_slice_t text)
{
    njwt_url_t  url;

    return njwt_url_parse(text, &url) && url.scheme != NJWT_URL_OTHER;
}


/* The value of a hexadecimal digit; -1 of another character. */

static int
njwt_url_hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : -1;
}


int
njwt_url_byte(njwt_slice_t text, size_t at)
{
    int  high, low;

    if (text.len - at < 3) {
        return -1;
    }

    high = njwt_url_hex_value(text.data[at + 1]);
    low = njwt_url_hex_value(text.data[at + 2]);

    return (high < 0 || low < 0) ? -1 : high * 16 + low;
}


/*
 * The userinfo of RFC 3986, section 3.2.1: readers differ about anything else.
 */

static bool
njwt_url_userinfo(njwt_slice_t text)
{
    size_t   i;
    uint8_t  c;

    for (i = 0; i < text.len; i++) {
        c = text.data[i];

        if (c == '%') {
            if (njwt_url_byte(text, i) <= 0) {
                return false;
            }

            continue;
        }

        if (!njwt_url_alpha(c) && !njwt_url_digit(c)
            && (c == '\0' || strchr("-._~!$&'()*+,;=:", c) == NULL))
        {
            return false;
        }
    }

    return text.len > 0;
}


bool
njwt_url_is_proxy(njwt_slice_t text)
{
    njwt_url_t  url;

    return njwt_url_parse(text, &url) && url.scheme == NJWT_URL_HTTP
           && (!url.user || njwt_url_userinfo(url.userinfo));
}


njwt_slice_t
njwt_url_shown(njwt_slice_t text)
{
    bool          user;
    njwt_url_t    url;
    njwt_slice_t  shown;

    shown = njwt_url_until(text, '?');

    user = njwt_url_parse(text, &url)
           ? url.user : njwt_url_until(text, '@').len < text.len;

    if (user) {
        shown.len = 0;
    }

    return shown;
}


/* 127.0.0.0/8 as four decimal numbers, the one common spelling. */

static bool
njwt_url_is_127(njwt_slice_t host)
{
    size_t        n;
    unsigned      value;
    njwt_slice_t  part;

    for (n = 0; n < 4; n++) {
        part = njwt_url_until(host, '.');

        if (!njwt_url_number(part, &value)
            || (part.len > 1 && part.data[0] == '0')
            || value > 255 || (n == 0 && value != 127)
            || (n < 3) != (part.len < host.len))
        {
            return false;
        }

        host = njwt_slice_behind(host, part.len + (n < 3));
    }

    return true;
}


const char *
njwt_url_fault(njwt_slice_t text)
{
    njwt_url_t  url;

    static const njwt_slice_t  name = njwt_literal("localhost");
    static const njwt_slice_t  address = njwt_literal("[::1]");

    if (!njwt_url_parse(text, &url)) {
        return "is no URL, write it as in https://HOST/PATH";
    }

    if (url.user) {
        return "has a user part, write it without one";
    }

    if (url.scheme == NJWT_URL_HTTPS) {
        return NULL;
    }

    if (url.scheme == NJWT_URL_OTHER) {
        return "is of another scheme, write https";
    }

    if (njwt_url_is_127(url.host) || njwt_slice_same_nocase(url.host, name)
        || njwt_slice_same_nocase(url.host, address))
    {
        return NULL;
    }

    return "is http, which is for the loopback only, write https";
}


bool
njwt_url_decode(njwt_arena_t *arena, njwt_slice_t text, bool plus,
    njwt_slice_t *out)
{
    int       byte;
    size_t    i, len;
    uint8_t  *data;

    data = njwt_arena_alloc(arena, text.len);

    if (data == NULL) {
        return false;
    }

    len = 0;

    for (i = 0; i < text.len; i++) {

        if (text.data[i] != '%') {
            data[len++] = (plus && text.data[i] == '+') ? ' ' : text.data[i];
            continue;
        }

        byte = njwt_url_byte(text, i);

        if (byte < 0) {
            return false;
        }

        data[len++] = (uint8_t) byte;
        i += 2;
    }

    out->data = data;
    out->len = len;

    return true;
}
