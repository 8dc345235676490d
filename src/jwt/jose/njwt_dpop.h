/*
 * DPoP proofs (RFC 9449): does the client have the key that its token is bound
 * to?
 *
 * A proof is judged by a pure function, the cheap checks before the expensive
 * ones, so that only the holder of a good bound token can make us verify a
 * signature.  Whether the proof was used before is for the caller to find out;
 * the result has what that takes.
 */

#ifndef NJWT_DPOP_H
#define NJWT_DPOP_H


#include "njwt.h"
#include "njwt_alg.h"
#include "njwt_dpop_keys.h"
#include "njwt_hash.h"
#include "njwt_key.h"


/* bytes of a proof, and of its "jti" */
#define NJWT_DPOP_MAX_SIZE  8192
#define NJWT_DPOP_MAX_JTI   256


/* what the configuration requires of proofs; it outlives the requests */
typedef struct {
    njwt_alg_t           algorithms;
    const njwt_slice_t  *origins;       /* valid, and any of them may be */
    size_t               origin_count;  /* the origin of a request */
    double               lifetime;      /* seconds after "iat" */
    double               ahead;         /* and before it */
    bool                 nonce;         /* required in each proof */

    /*
     * seconds for which a nonce is valid: jwt_dpop_nonce, or the lifetime if
     * only proofs from around a start need one
     */
    double               nonce_lifetime;
} njwt_dpop_t;


/*
 * What is the same for all workers, and for all requests of one second.  A
 * proof whose "iat" is earlier than since + ahead may have been used before
 * the memory of proofs began, and needs a nonce that was made later than
 * since, in seconds since the epoch.
 */
typedef struct {
    const njwt_slice_t  *nonce_keys;    /* the first one makes nonces */
    size_t               nonce_key_count;
    int64_t              since;
    njwt_hasher_t       *hasher;        /* the worker's, or NULL */
    njwt_curves_t       *curves;        /* the worker's, or NULL */
} njwt_dpop_memory_t;


/* a request's proof, and what it is compared with; zeroed: no DPoP header */
typedef struct {
    size_t               headers;       /* DPoP header lines, not values */
    njwt_slice_t         proof;         /* the value of the only one */
    njwt_slice_t         method;        /* the client's own, by name */

    /* of the client's request line, as it came: path, "?" and query */
    njwt_slice_t         target;

    /* SHA-256 of the token; NULL: not computed yet */
    const uint8_t       *token_digest;

    njwt_dpop_memory_t   memory;
    njwt_dpop_keys_t    *keys;          /* the worker's; NULL: none kept */
} njwt_dpop_request_t;


/* zeroed is a refusal; UNDECIDED: an error of ours, such as no memory */
typedef enum {
    NJWT_PROOF_UNDECIDED = 0,
    NJWT_PROOF_MISSING,
    NJWT_PROOF_INVALID,
    NJWT_PROOF_KEY_MISMATCH,
    NJWT_PROOF_NONCE_NEEDED,
    NJWT_PROOF_EXPIRED,
    NJWT_PROOF_GOOD                      /* unless it was used before */
} njwt_dpop_result_t;


/* the checks, in their order */
typedef enum {
    NJWT_DPOP_CHECK_HEADERS = 0,        /* exactly one */
    NJWT_DPOP_CHECK_SIZE,
    NJWT_DPOP_CHECK_FORM,               /* base64url, JSON, their types */
    NJWT_DPOP_CHECK_TYP,
    NJWT_DPOP_CHECK_CRITICAL,
    NJWT_DPOP_CHECK_ALG,
    NJWT_DPOP_CHECK_PRIVATE,            /* no private member */
    NJWT_DPOP_CHECK_JWK,
    NJWT_DPOP_CHECK_THUMBPRINT,
    NJWT_DPOP_CHECK_ATH,
    NJWT_DPOP_CHECK_HTM,
    NJWT_DPOP_CHECK_HTU,
    NJWT_DPOP_CHECK_NONCE,
    NJWT_DPOP_CHECK_IAT,
    NJWT_DPOP_CHECK_EXP,
    NJWT_DPOP_CHECK_NBF,
    NJWT_DPOP_CHECK_SIGNATURE,
    NJWT_DPOP_CHECK_JTI,
    NJWT_DPOP_CHECK_NONE                /* all passed */
} njwt_dpop_check_t;


/*
 * The result.  The texts are unverified, for the log, and empty if they
 * weren't read; replay, until and nonce_made are set only if the proof is
 * good, renew also if nothing but its nonce is.  The thumbprint isn't computed
 * if the token's key is kept and the proof's is another.
 */
typedef struct {
    njwt_dpop_check_t    check;         /* the one that failed */
    const char          *why;           /* for a key; or NULL */
    njwt_slice_t         htm;
    njwt_slice_t         htu;
    bool                 issued;        /* is iat known? */
    double               iat;
    uint8_t              thumbprint[NJWT_DIGEST];  /* or zeros, see above */
    bool                 hashed;        /* is ath the token's SHA-256? */
    uint8_t              ath[NJWT_DIGEST];

    uint8_t              replay[NJWT_DIGEST];  /* of the key and "jti" */
    int64_t              until;         /* remember it up to this second */
    int64_t              nonce_made;    /* 0: it has no nonce of ours */
    bool                 renew;         /* is the nonce past half its time? */
} njwt_dpop_details_t;


/*
 * Judges a proof for a token that is bound to the thumbprint jkt, NJWT_DIGEST
 * bytes.  leeway, in seconds, applies to its "exp" and "nbf"; now is in
 * seconds since the epoch.  Pure but for the keys kept; *found is always
 * filled.
 */
njwt_dpop_result_t njwt_dpop_judge(njwt_arena_t *arena,
    const njwt_dpop_t *dpop, const njwt_dpop_request_t *request,
    njwt_slice_t token, const uint8_t *jkt, double leeway, int64_t now,
    njwt_dpop_details_t *found);

/*
 * Writes a nonce for the proofs of this memory, NJWT_NONCE_LEN characters at
 * text.  False, the text undefined: there is no key, or OpenSSL can't.
 */
bool njwt_dpop_nonce(const njwt_dpop_memory_t *memory, int64_t now,
    uint8_t *text);


#endif /* NJWT_DPOP_H */
