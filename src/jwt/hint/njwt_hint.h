/*
 * Hints about a refusal, for the operator: what was configured, what was
 * received and where to change it.
 *
 * All of it is derived from an unverified token: it is for people, and never
 * for a decision.
 */

#ifndef NJWT_HINT_H
#define NJWT_HINT_H


#include "njwt.h"
#include "njwt_verdict.h"


/* who reads the hint */
typedef enum {
    NJWT_HINT_HOLDER = 0,    /* who has the token: any claim may be shown */
    NJWT_HINT_LOG            /* of the token nothing: the line has "kid",
                                "alg", "typ", "iss" and "aud" already */
} njwt_hint_reader_t;

/* the result of a check that the decision didn't reach */
typedef enum {
    NJWT_HINT_UNKNOWN = 0,
    NJWT_HINT_PASS,
    NJWT_HINT_FAIL
} njwt_hint_result_t;


/* for the log: a hint is never longer */
#define NJWT_HINT_LOG_MAX  512


/*
 * The hint for a check that fails, from the result of njwt_judge(): the
 * verdict is the one that was given, or another one whose check fails as well,
 * by njwt_hint_check().  The hint is one line of printable ASCII, may be
 * empty, and belongs to the arena.  False, *out untouched, when arena->failed.
 */
bool njwt_hint(njwt_arena_t *arena, const njwt_request_t *c,
    njwt_verdict_t verdict, const njwt_result_t *found,
    njwt_hint_reader_t reader, njwt_slice_t *out);

/*
 * Would the check of this verdict fail too, judging by the unverified token?
 * For the checks that the decision didn't reach; if the issuer is unknown and
 * the policy has only one, that one is assumed.
 */
njwt_hint_result_t njwt_hint_check(njwt_arena_t *arena,
    const njwt_request_t *c, njwt_verdict_t verdict,
    const njwt_result_t *found);


/*
 * What is odd about a check that passes, as njwt_hint(); empty if there is
 * nothing to say.  For the holder of the token.
 */
bool njwt_hint_passed(njwt_arena_t *arena, const njwt_request_t *c,
    njwt_verdict_t verdict, const njwt_result_t *found, njwt_slice_t *out);


#endif /* NJWT_HINT_H */
