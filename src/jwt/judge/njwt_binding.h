/*
 * Is the token the client's own?  By DPoP and mTLS (RFC 9449, section 6;
 * RFC 8705, section 3).
 *
 * "cnf" says to what: "jkt", the thumbprint of the key of its proofs, or
 * "x5t#S256", the digest of the client's certificate.  Each of these two must
 * be one that the location checks, and hold; other members don't count.
 */

#ifndef NJWT_BINDING_H
#define NJWT_BINDING_H


#include "njwt.h"
#include "njwt_dpop.h"
#include "njwt_json.h"
#include "njwt_verdict_info.h"


/* what a location checks: one jwt_binding; it outlives the requests */
typedef struct {
    bool             dpop;
    bool             mtls;
    bool             required;         /* a token must be bound */
    njwt_dpop_t      proofs;           /* where dpop is set */
} njwt_binding_t;


/* what the "cnf" of a token says; the same bytes say the same */
typedef struct {
    bool     has_jkt;
    bool     has_x5t;
    uint8_t  jkt[NJWT_DIGEST];
    uint8_t  x5t[NJWT_DIGEST];
} njwt_cnf_t;


/* what a request has to prove it by; zeroed: nothing */
typedef struct {
    njwt_dpop_request_t   dpop;

    /* what was read of these very bytes before; NULL: the token is read */
    const njwt_cnf_t     *cnf;

    /* SHA-256 of the client certificate's DER; NULL: there is none */
    const uint8_t        *certificate;
} njwt_binding_request_t;


typedef struct {
    const njwt_binding_t          *binding;    /* NULL: off */
    const njwt_binding_request_t  *request;
    njwt_slice_t                   token;
    bool                           by_dpop;    /* "Authorization: DPoP" */
    bool                           has_cnf;    /* the token has "cnf" */
    njwt_value_t                   cnf;        /* unless request->cnf is set */
    double                         leeway;     /* seconds */
    int64_t                        now;        /* of the epoch */
} njwt_binding_context_t;


/*
 * What was checked and held, and what a proof came to.  proved: it is good if
 * it wasn't seen before, which njwt_verdict_after_replay() needs to know.
 */
typedef struct {
    bool                  read;        /* cnf is */
    njwt_cnf_t            cnf;
    bool                  mtls;
    bool                  proved;
    bool                  judged;      /* a proof was looked at */
    njwt_dpop_details_t   proof;       /* filled where judged is set */
} njwt_binding_result_t;


/* what the memory of proofs has answered; zeroed is no good */
typedef enum {
    NJWT_REPLAY_BROKEN = 0,
    NJWT_REPLAY_SEEN,
    NJWT_REPLAY_FULL,
    NJWT_REPLAY_FORGOTTEN,             /* what was used before the judgement */
    NJWT_REPLAY_NEW                    /* and from now on it is known */
} njwt_replay_t;


/* no verdict: whoever takes it for one refuses */
#define NJWT_BOUND  ((njwt_verdict_t) NJWT_VERDICT_COUNT)

/*
 * Is the token the client's own, or bound to nobody where that is enough?
 * NJWT_BOUND, or the verdict that refuses; *found is always filled.
 */
njwt_verdict_t njwt_binding_judge(njwt_arena_t *arena,
    const njwt_binding_context_t *c, njwt_binding_result_t *found);


#endif /* NJWT_BINDING_H */
