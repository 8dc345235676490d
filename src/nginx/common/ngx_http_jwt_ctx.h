/*
 * A request's context: its judgement and the results.
 */

#ifndef NGX_HTTP_JWT_CTX_H
#define NGX_HTTP_JWT_CTX_H


#include "ngx_http_jwt.h"


/* the text of one refusal */
typedef struct {
    ngx_str_t                   *challenge;
    ngx_str_t                   *body;
    ngx_str_t                   *message;
} ngx_http_jwt_text_t;


/*
 * The judgement of a request.  It lives in the request's pool and is found
 * through its cleanup; r->ctx points to it only until an internal redirect,
 * which shows whether the answer being sent is ours.
 */
struct ngx_http_jwt_ctx_s {
    njwt_arena_t               arena;
    njwt_verdict_t             verdict;
    njwt_credentials_t         credentials;
    njwt_result_t              found;
    ngx_http_jwt_loc_conf_t   *conf;         /* that judged it */
    ngx_http_request_t        *request;

    const njwt_policy_t       *policy;       /* the conf's, with origins */
    njwt_binding_request_t     binding;      /* the proof of possession */
    u_char                     certificate[NGX_HTTP_JWT_DIGEST_LEN];
    u_char                     proof[NGX_HTTP_JWT_DIGEST_LEN];
    njwt_slice_t               nonce_key;
    njwt_slice_t               origin;       /* one that proofs may name */
    time_t                     proofs_retry; /* if the memory is full */

    u_char                     digest[NGX_HTTP_JWT_DIGEST_LEN];
    uint32_t                   tag;          /* of the token */
    njwt_cached_t              cached;       /* the token's cache entry */

    ngx_queue_t                queue;        /* of suspended requests */
    ngx_http_jwt_issuer_t     *awaited;
    ngx_atomic_uint_t          attempts;
    ngx_msec_t                 deadline;

    ngx_http_jwt_text_t        text;         /* of a refusal */
    ngx_table_elt_t           *headers[6];   /* added by a refusal */
    ngx_uint_t                 nheaders;

    ngx_queue_t                close;        /* in jmcf->closable */

    unsigned                   judged:1;
    unsigned                   closable:1;   /* ends with its token */
    unsigned                   preflight:1;  /* continues unjudged */
    unsigned                   suspended:1;
    unsigned                   proof_used:1; /* ctx->proof was used */
    unsigned                   waited:1;
    unsigned                   refused:1;
    unsigned                   logged:1;
    unsigned                   counted:1;
    unsigned                   body_sent:1;
    unsigned                   from_url:1;   /* the token came in the URL */
    unsigned                   cacheable:1;  /* is its tag computed? */
    unsigned                   digested:1;   /* is its digest computed? */
    unsigned                   same:1;       /* as the connection's last */
};


#endif /* NGX_HTTP_JWT_CTX_H */
