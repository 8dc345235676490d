/*
 * The credentials of a request (RFC 6750, section 2.1).
 */

#ifndef NJWT_BEARER_H
#define NJWT_BEARER_H


#include "njwt.h"


/* the tokens found where a token may be sent; zeroed: none yet */
typedef struct {
    size_t        found;      /* the number of tokens */
    njwt_slice_t  token;      /* the last one, unchecked */
    bool          dpop;       /* sent as "Authorization: DPoP TOKEN" */
    bool          unread;     /* sent so, where that counts as no token */
} njwt_credentials_t;


/*
 * Reads the value of an Authorization header and adds its token, if any, to
 * *credentials.  A scheme other than Bearer (in any case) adds nothing; Bearer
 * with nothing behind it adds an empty token, which is not a valid one.  Where
 * tokens may be bound to a key, dpop_too, DPoP (RFC 9449, section 7.1) is a
 * scheme like Bearer.
 */
void njwt_bearer_header(njwt_slice_t value, bool dpop_too,
    njwt_credentials_t *credentials);

/* Adds a bare token (a cookie, a variable); an empty value adds nothing. */
void njwt_bearer_bare(njwt_slice_t value, njwt_credentials_t *credentials);

/* Is this text a b64token: at least one character, then any number of "="? */
bool njwt_bearer_valid(njwt_slice_t token);


#endif /* NJWT_BEARER_H */
