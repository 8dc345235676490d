/*
 * Logout tokens, by which the authorization server ends a session (OpenID
 * Connect Back-Channel Logout 1.0, sections 2.4 and 2.6).
 *
 * They are signed with the same keys as access tokens, and where "typ" doesn't
 * tell them apart, only the checks here do: "aud" is a client, "events" has
 * the logout event, and there is no "nonce", which an ID token may have.
 */

#ifndef NJWT_LOGOUT_H
#define NJWT_LOGOUT_H


#include "njwt.h"
#include "njwt_policy.h"


/* bytes of a logout token, and of its "sub", "sid" and "jti" */
#define NJWT_LOGOUT_MAX_SIZE  8192
#define NJWT_LOGOUT_MAX_ID    1024


/* everything that is judged; the issuer's audiences and max_age don't apply */
typedef struct {
    const njwt_issuer_t  *issuer;
    const njwt_slice_t   *clients;        /* one of them must be in "aud" */
    size_t                client_count;
    njwt_slice_t          token;
    int64_t               now;            /* seconds since the epoch */
} njwt_logout_request_t;


/*
 * The results, in the order of the checks.  Zeroed is a refusal; UNDECIDED is
 * an error of ours, such as no memory.
 */
typedef enum {
    NJWT_LOGOUT_UNDECIDED = 0,
    NJWT_LOGOUT_TOO_LARGE,
    NJWT_LOGOUT_ENCRYPTED,
    NJWT_LOGOUT_MALFORMED,
    NJWT_LOGOUT_CRITICAL,
    NJWT_LOGOUT_ISSUER,
    NJWT_LOGOUT_ALG,
    NJWT_LOGOUT_TYP,
    NJWT_LOGOUT_NO_KEYS,
    NJWT_LOGOUT_KEY,
    NJWT_LOGOUT_SIGNATURE,
    NJWT_LOGOUT_AUDIENCE,
    NJWT_LOGOUT_IAT,
    NJWT_LOGOUT_FUTURE,
    NJWT_LOGOUT_EXPIRED,
    NJWT_LOGOUT_EARLY,
    NJWT_LOGOUT_EVENTS,
    NJWT_LOGOUT_NONCE,
    NJWT_LOGOUT_SUB,
    NJWT_LOGOUT_SID,
    NJWT_LOGOUT_NOBODY,
    NJWT_LOGOUT_JTI,
    NJWT_LOGOUT_GOOD,                     /* unless it was used before */
    NJWT_LOGOUT_COUNT
} njwt_logout_result_t;


/*
 * What the token says.  The texts are set only if the token is good: an empty
 * "sub" or "sid" counts as absent, and at least one of them is present.
 */
typedef struct {
    njwt_slice_t   sub;
    njwt_slice_t   sid;
    njwt_slice_t   jti;
    double         exp;             /* seconds since the epoch */
    size_t         client;          /* the index of its client */

    /*
     * Might a key with that "kid", which isn't in the set, verify it?  Then
     * keys may be fetched; the kid is unverified.
     */
    bool           wants_keys;
    njwt_slice_t   kid;
} njwt_logout_t;


/*
 * Judges a logout token.  Pure: no clock, no I/O; what it allocates belongs to
 * the arena, and so does what the texts point to.  *found is always filled.
 */
njwt_logout_result_t njwt_logout_judge(njwt_arena_t *arena,
    const njwt_logout_request_t *c, njwt_logout_t *found);

/*
 * What is wrong with it, as a constant text that may stand in JSON and in
 * RFC 6749's "error_description" (section 5.2).
 */
njwt_slice_t njwt_logout_text(njwt_logout_result_t result);


#endif /* NJWT_LOGOUT_H */
