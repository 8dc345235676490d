/*
 * Sender-constrained tokens: does the token belong to this client?  DPoP (RFC
 * 9449, section 6) and mTLS (RFC 8705, section 3).
 *
 * "cnf" says what a token is bound to: "jkt" is the thumbprint of the key of
 * the client's proofs, "x5t#S256" the digest of its certificate.  Each of the
 * two must be one that the location checks, and must match; other members
 * don't count.
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
    bool             required;         /* tokens must be bound */
    njwt_dpop_t      proofs;           /* used if dpop is set */
} njwt_binding_t;


/* the contents of a token's "cnf"; equal bytes mean equal contents */
typedef struct {
    bool     has_jkt;
    bool     has_x5t;
    uint8_t  jkt[NJWT_DIGEST];
    uint8_t  x5t[NJWT_DIGEST];
} njwt_cnf_t;


/* what the client proves its possession by; zeroed: nothing */
typedef struct {
    njwt_dpop_request_t   dpop;

    /* read from the same token before; NULL: the token is read */
    const njwt_cnf_t     *cnf;

    /* SHA-256 of the client certificate's DER; NULL: no certificate */
    const uint8_t        *certificate;
} njwt_binding_request_t;


typedef struct {
    const njwt_binding_t          *binding;    /* NULL: off */
    const njwt_binding_request_t  *request;
    njwt_slice_t                   token;
    bool                           by_dpop;    /* by "Authorization: DPoP" */
    bool                           has_cnf;    /* does the token have "cnf"? */
    njwt_value_t                   cnf;        /* unless request->cnf is set */
    double                         leeway;     /* seconds */
    int64_t                        now;        /* since the epoch */
} njwt_binding_context_t;


/*
 * What was checked and matched, and the result of a proof.  proved: the proof
 * is good unless it was used before, which njwt_verdict_after_replay()
 * decides.
 */
typedef struct {
    bool                  read;        /* was cnf read? */
    njwt_cnf_t            cnf;
    bool                  mtls;
    bool                  proved;
    bool                  judged;      /* was a proof checked? */
    njwt_dpop_details_t   proof;       /* filled in if judged is set */
} njwt_binding_result_t;


/* the answer of the memory of proofs; zeroed is no permission */
typedef enum {
    NJWT_REPLAY_BROKEN = 0,
    NJWT_REPLAY_SEEN,
    NJWT_REPLAY_FULL,
    NJWT_REPLAY_FORGOTTEN,             /* what was used before it was judged */
    NJWT_REPLAY_NEW                    /* new, and remembered from now on */
} njwt_replay_t;


/* not a verdict: code that takes it for one refuses */
#define NJWT_BOUND  ((njwt_verdict_t) NJWT_VERDICT_COUNT)

/*
 * Does the token belong to the client, or may it be used by anybody?  Returns
 * NJWT_BOUND, or the verdict that refuses; *found is always filled.
 */
njwt_verdict_t njwt_binding_judge(njwt_arena_t *arena,
    const njwt_binding_context_t *c, njwt_binding_result_t *found);


#endif /* NJWT_BINDING_H */
