/*
 * URLs, and from which ones keys may be fetched (RFC 3986).
 *
 * They are read more narrowly than libcurl reads them: a text that passes has
 * one reading only, so that no host is asked but the one that was checked.
 */

#ifndef NJWT_URL_H
#define NJWT_URL_H


#include "njwt.h"


#define NJWT_MAX_URL  2047


typedef enum {
    NJWT_URL_OTHER = 0,
    NJWT_URL_HTTP,
    NJWT_URL_HTTPS
} njwt_url_scheme_t;

typedef struct {
    njwt_url_scheme_t   scheme;
    njwt_slice_t        host;      /* an IPv6 address in its brackets */
    bool                user;      /* is there a user part? */
    njwt_slice_t        userinfo;  /* the user part without its "@" */
    unsigned            port;      /* 0: not given */
    njwt_slice_t        rest;      /* path, query and fragment */
} njwt_url_t;


/*
 * Reads SCHEME://[USER@]HOST[:PORT] and whatever follows.  False, *url
 * untouched, for any other text, for one with a blank or a control character,
 * and for one that is longer than NJWT_MAX_URL.
 */
bool njwt_url_parse(njwt_slice_t text, njwt_url_t *url);

/* The same for a text of any length. */
bool njwt_url_split(njwt_slice_t text, njwt_url_t *url);

/* Is this an http or https URL? */
bool njwt_url_is_web(njwt_slice_t text);

/*
 * Is this the URL of a proxy, http://[USER[:PASSWORD]@]HOST[:PORT]?  In the
 * user part all but RFC 3986's characters must be percent-coded.
 */
bool njwt_url_is_proxy(njwt_slice_t text);

/*
 * The part of a URL that may be shown.  The query is cut off, since it may
 * hold credentials; nothing is left of a URL with a user part, or of one that
 * can't be parsed and may have one.
 */
njwt_slice_t njwt_url_shown(njwt_slice_t text);

/*
 * Why may keys not be fetched from this URL?  Returns NULL if they may: over
 * https, or over http from 127.0.0.0/8, [::1] and localhost.  Otherwise the
 * constant rest of a sentence that begins with the URL.
 */
const char *njwt_url_fault(njwt_slice_t text);

/*
 * The byte that the "%XX" at that place of a text stands for; -1: no two
 * hexadecimal digits are there.
 */
int njwt_url_byte(njwt_slice_t text, size_t at);

/*
 * Writes out what is percent-coded, and a blank for "+" where that means one.
 * False: a "%" without two digits, or arena->failed.
 */
bool njwt_url_decode(njwt_arena_t *arena, njwt_slice_t text, bool plus,
    njwt_slice_t *out);


#endif /* NJWT_URL_H */
