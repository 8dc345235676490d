/*
 * UTF-8 (RFC 3629), and how a stranger's text is shown: without anything that
 * a terminal obeys, or that makes it look other than it is.
 */

#ifndef NJWT_UTF8_H
#define NJWT_UTF8_H


#include "njwt.h"


#define NJWT_UTF8_ESCAPE  12


/*
 * Takes the first character off *text, which isn't empty, and returns it as
 * it is shown: itself, a slice of the text; or, in escape, the escape that
 * JSON has for it ("\u202e", and two of them beyond the first plane).  A byte
 * that is no UTF-8 becomes "\xff": JSON has no escape for such.
 */
njwt_slice_t njwt_utf8_shown(njwt_slice_t *text,
    uint8_t escape[NJWT_UTF8_ESCAPE]);


#endif /* NJWT_UTF8_H */
