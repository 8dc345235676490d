/*
 * What is a URL, and may keys be fetched from it?  (RFC 3986)
 *
 * Read more narrowly than who fetches it reads it: of a text that passes
 * there is one reading, so that no other host is asked than was looked at.
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
    bool                user;      /* there is a user part */
    njwt_slice_t        userinfo;  /* that part, without its "@" */
    unsigned            port;      /* 0: none is written */
    njwt_slice_t        rest;      /* path, query and fragment */
} njwt_url_t;


/*
 * Reads SCHEME://[USER@]HOST[:PORT] and whatever follows.  False, *url
 * untouched, of any other text, of one with a blank or a control character,
 * and of one that is longer than NJWT_MAX_URL.
 */
bool njwt_url_parse(njwt_slice_t text, njwt_url_t *url);

/* The same of a text of any length. */
bool njwt_url_split(njwt_slice_t text, njwt_url_t *url);

/* Is this an http or https URL? */
bool njwt_url_is_web(njwt_slice_t text);

/*
 * Is this the URL of a proxy, http://[USER[:PASSWORD]@]HOST[:PORT]?  The user
 * part consists of RFC 3986's characters: all others are percent-coded.
 */
bool njwt_url_is_proxy(njwt_slice_t text);

/*
 * What of a URL may be shown?  Its query may hold what lets us ask, and is cut
 * off; of one with a user part, or that can't be read and may have one,
 * nothing is left.
 */
njwt_slice_t njwt_url_shown(njwt_slice_t text);

/*
 * Why may keys not be fetched from there?  NULL: they may, over https, or
 * http from 127.0.0.0/8, [::1] and localhost.  Otherwise a constant text to
 * go on with after the URL.
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
