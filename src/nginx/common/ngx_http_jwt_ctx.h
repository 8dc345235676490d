/*
 * A request's context: the judgement on it, and what comes of that.
 */

#ifndef NGX_HTTP_JWT_CTX_H
#define NGX_HTTP_JWT_CTX_H


#include "ngx_http_jwt.h"


/* what one refusal says */
typedef struct {
    ngx_str_t                   *challenge;
    ngx_str_t                   *body;
    ngx_str_t                   *message;
} ngx_http_jwt_text_t;


/*
 * The judgement on a request.  It lives in the request's pool and is found by
 * its cleanup; r->ctx points to it only until an internal redirect, so that
 * it tells whether the answer that is being sent is ours.
 */
struct ngx_http_jwt_ctx_s {
    njwt_arena_t               arena;
    njwt_verdict_t             verdict;
    njwt_credentials_t         credentials;
    njwt_result_t              found;
    ngx_http_jwt_loc_conf_t   *conf;         /* by which it was judged */
    ngx_http_request_t        *request;

    const njwt_policy_t       *policy;       /* the conf's, with origins */
    njwt_binding_request_t     binding;      /* what it is proved by */
    u_char                     certificate[NGX_HTTP_JWT_DIGEST_LEN];
    u_char                     proof[NGX_HTTP_JWT_DIGEST_LEN];
    njwt_slice_t               nonce_key;
    njwt_slice_t               origin;       /* one that a proof is for */
    time_t                     proofs_retry; /* of a full memory */

    u_char                     digest[NGX_HTTP_JWT_DIGEST_LEN];
    uint32_t                   tag;          /* of the token */
    njwt_cached_t              cached;       /* of the token, if recalled */

    ngx_queue_t                queue;        /* of held requests */
    ngx_http_jwt_issuer_t     *awaited;
    ngx_atomic_uint_t          attempts;
    ngx_msec_t                 deadline;

    ngx_http_jwt_text_t        text;         /* of a refusal */
    ngx_table_elt_t           *headers[6];   /* that a refusal added */
    ngx_uint_t                 nheaders;

    ngx_queue_t                close;        /* in jmcf->closable */

    unsigned                   judged:1;
    unsigned                   closable:1;   /* ends with its token */
    unsigned                   preflight:1;  /* goes on unjudged */
    unsigned                   suspended:1;
    unsigned                   proof_used:1; /* that of ctx->proof */
    unsigned                   waited:1;
    unsigned                   refused:1;
    unsigned                   logged:1;
    unsigned                   counted:1;
    unsigned                   body_sent:1;
    unsigned                   from_url:1;   /* the token was */
    unsigned                   cacheable:1;  /* its tag is there */
    unsigned                   digested:1;   /* its digest is there */
    unsigned                   same:1;       /* as the connection's last */
};


#endif /* NGX_HTTP_JWT_CTX_H */
