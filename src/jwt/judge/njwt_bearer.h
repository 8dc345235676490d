/*
 * Which token does a request present?  (RFC 6750, section 2.1)
 */

#ifndef NJWT_BEARER_H
#define NJWT_BEARER_H


#include "njwt.h"


/* what was found in the places where a token may be; zeroed: nothing yet */
typedef struct {
    size_t        found;      /* places that held a token */
    njwt_slice_t  token;      /* the last one, its characters unchecked */
    bool          dpop;       /* it came as "Authorization: DPoP TOKEN" */
} njwt_credentials_t;


/*
 * Reads the value of one Authorization header and adds what it holds to
 * *credentials.  Another scheme than Bearer (in any case) adds nothing; Bearer
 * with nothing behind it adds an empty token, which is not a valid one.
 */
void njwt_bearer_header(njwt_slice_t value, njwt_credentials_t *credentials);

/*
 * The same where tokens may be bound to a key: DPoP (RFC 9449, section 7.1)
 * is a scheme like Bearer there.
 */
void njwt_bearer_or_dpop_header(njwt_slice_t value,
    njwt_credentials_t *credentials);

/* Adds a bare token (a cookie, a variable); an empty one is none. */
void njwt_bearer_bare(njwt_slice_t value, njwt_credentials_t *credentials);

/* Is this text a b64token, at least one character and then any "="? */
bool njwt_bearer_valid(njwt_slice_t token);


#endif /* NJWT_BEARER_H */
