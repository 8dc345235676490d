/*
 * UTF-8 (RFC 3629), and the safe display of text from others: without anything
 * that a terminal obeys, or that makes the text look like another.
 */

#ifndef NJWT_UTF8_H
#define NJWT_UTF8_H


#include "njwt.h"


#define NJWT_UTF8_ESCAPE  12


/*
 * Takes the first character off *text, which isn't empty, and returns how it
 * is shown: as it is, a slice of the text; or, written to escape, as JSON's
 * escape ("\u202e", two of them beyond the first plane).  A byte that is no
 * UTF-8 becomes "\xff", as JSON has no escape for it.
 */
njwt_slice_t njwt_utf8_shown(njwt_slice_t *text,
    uint8_t escape[NJWT_UTF8_ESCAPE]);


#endif /* NJWT_UTF8_H */
