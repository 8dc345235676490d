/*
 * What is to be done about a refusal?  The operator's side of a verdict: what
 * was configured against what was received, and where to change it.
 *
 * All of it is a guess from the token's unverified word: for people, and never
 * for a decision.
 */

#ifndef NJWT_HINT_H
#define NJWT_HINT_H


#include "njwt.h"
#include "njwt_verdict.h"


/* who reads it */
typedef enum {
    NJWT_HINT_HOLDER = 0,    /* who has the token: any claim may be shown */
    NJWT_HINT_LOG            /* of the token nothing: the line has "kid",
                                "alg", "typ", "iss" and "aud" already */
} njwt_hint_reader_t;

/* what a check comes to where the decision didn't get to it */
typedef enum {
    NJWT_HINT_UNKNOWN = 0,
    NJWT_HINT_PASS,
    NJWT_HINT_FAIL
} njwt_hint_result_t;


/* for the log: a hint is never longer */
#define NJWT_HINT_LOG_MAX  512


/*
 * The hint for a check that fails, by njwt_judge()'s own finding: the verdict
 * is the one that was given, or another whose check njwt_hint_check() says
 * fails as well.  It is printable ASCII, one line, may be empty, and belongs
 * to the arena.  False, *out untouched, when arena->failed.
 */
bool njwt_hint(njwt_arena_t *arena, const njwt_request_t *c,
    njwt_verdict_t verdict, const njwt_result_t *found,
    njwt_hint_reader_t reader, njwt_slice_t *out);

/*
 * Would the check of this verdict fail too, by what the token says?  Asked of
 * the checks that the decision didn't reach; where the issuer is unknown, the
 * policy's only one is assumed.
 */
njwt_hint_result_t njwt_hint_check(njwt_arena_t *arena,
    const njwt_request_t *c, njwt_verdict_t verdict,
    const njwt_result_t *found);


/*
 * What is odd about a check that passes, as njwt_hint() has it; empty where
 * there is nothing to say.  For the holder of the token.
 */
bool njwt_hint_passed(njwt_arena_t *arena, const njwt_request_t *c,
    njwt_verdict_t verdict, const njwt_result_t *found, njwt_slice_t *out);


#endif /* NJWT_HINT_H */
