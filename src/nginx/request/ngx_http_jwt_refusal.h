/*
 * The texts of refusals, which are made with the configuration.
 *
 * A refusal may not cost more than one of nginx's own pages, or refusals would
 * be a way to keep a worker busy.  So all texts are made with the
 * configuration: challenges once for each realm, bodies once for all, and for
 * each policy what depends on its rules.
 */

#ifndef NGX_HTTP_JWT_REFUSAL_H
#define NGX_HTTP_JWT_REFUSAL_H


#include "ngx_http_jwt.h"


#define NGX_HTTP_JWT_FORMAT_PROBLEM  1
#define NGX_HTTP_JWT_FORMAT_NGINX    2


/* the schemes of a challenge: includes DPoP if there are algorithms */
typedef struct {
    ngx_str_t                    algs;        /* of proofs; empty: no DPoP */
    ngx_uint_t                   alone;       /* DPoP without Bearer */
} ngx_http_jwt_schemes_t;


/*
 * the challenges of a realm, a resource_metadata and schemes, by verdict, for
 * a client that used Bearer or no scheme, and for one that used DPoP
 */
typedef struct {
    ngx_str_t                    realm;
    ngx_str_t                    metadata;
    ngx_http_jwt_schemes_t       schemes;
    ngx_str_t                    values[2][NJWT_VERDICT_COUNT];
} ngx_http_jwt_challenges_t;


/* shared by all locations, by verdict */
struct ngx_http_jwt_common_texts_s {
    ngx_array_t                  challenges;  /* ...challenges_t * */
    ngx_str_t                    bodies[NJWT_VERDICT_COUNT];
    ngx_str_t                    messages[NJWT_VERDICT_COUNT];    /* gRPC */
};


/* a 403 for scopes, which depend on the method */
typedef struct {
    njwt_methods_t               methods;
    ngx_array_t                  others;      /* njwt_slice_t */
    ngx_str_t                    scopes;
    ngx_str_t                    challenge[2];
    ngx_str_t                    body;

    /*
     * for each verdict with a 401, with these scopes: two, for a client that
     * used Bearer and for one that used DPoP; NULL: without scopes
     */
    ngx_str_t                   *unauthorized;
} ngx_http_jwt_scopes_text_t;


/* the refusals of a policy; levels that inherit the policy share them */
struct ngx_http_jwt_texts_s {
    ngx_http_jwt_common_texts_t *common;
    ngx_http_jwt_challenges_t   *challenges;
    ngx_str_t                    allow;
    ngx_array_t                  scopes;      /* ...scopes_text_t */
};


/* Is this a gRPC request, whose client expects a gRPC response? */
ngx_uint_t ngx_http_jwt_grpc(ngx_http_request_t *r);

/* Turns a refusal's headers into a gRPC status without messages. */
ngx_int_t ngx_http_jwt_grpc_status(ngx_http_request_t *r, ngx_str_t *message);


#endif /* NGX_HTTP_JWT_REFUSAL_H */
