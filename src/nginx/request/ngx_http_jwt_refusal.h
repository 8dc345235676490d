/*
 * What of a refusal is known before anybody is refused?
 *
 * A refusal may not cost more than a page of nginx's own, or refusing would
 * be how to keep a worker busy.  So all texts are made with the
 * configuration: challenges once for each realm, bodies once for all, and
 * for each policy what its rules say.
 */

#ifndef NGX_HTTP_JWT_REFUSAL_H
#define NGX_HTTP_JWT_REFUSAL_H


#include "ngx_http_jwt.h"


#define NGX_HTTP_JWT_FORMAT_PROBLEM  1
#define NGX_HTTP_JWT_FORMAT_NGINX    2


/* the schemes of a challenge: DPoP where algorithms are named */
typedef struct {
    ngx_str_t                    algs;        /* of proofs; empty: no DPoP */
    ngx_uint_t                   alone;       /* and no Bearer */
} ngx_http_jwt_schemes_t;


/*
 * the challenges of a realm, a resource_metadata and schemes, by verdict, of a
 * client that used Bearer or no scheme, and of one that used DPoP
 */
typedef struct {
    ngx_str_t                    realm;
    ngx_str_t                    metadata;
    ngx_http_jwt_schemes_t       schemes;
    ngx_str_t                    values[2][NJWT_VERDICT_COUNT];
} ngx_http_jwt_challenges_t;


/* what all locations share, by verdict */
struct ngx_http_jwt_common_texts_s {
    ngx_array_t                  challenges;  /* ...challenges_t * */
    ngx_str_t                    bodies[NJWT_VERDICT_COUNT];
    ngx_str_t                    messages[NJWT_VERDICT_COUNT];    /* gRPC */
};


/* a 403 for scopes: which those are depends on the method */
typedef struct {
    njwt_methods_t               methods;
    ngx_array_t                  others;      /* njwt_slice_t */
    ngx_str_t                    scopes;
    ngx_str_t                    challenge[2];
    ngx_str_t                    body;

    /*
     * of each verdict with a 401, with these scopes: two, of a client that
     * used Bearer and one that used DPoP; NULL: without scopes
     */
    ngx_str_t                   *unauthorized;
} ngx_http_jwt_scopes_text_t;


/* the refusals of a policy; levels that take the outer one's share it */
struct ngx_http_jwt_texts_s {
    ngx_http_jwt_common_texts_t *common;
    ngx_http_jwt_challenges_t   *challenges;
    ngx_str_t                    allow;
    ngx_array_t                  scopes;      /* ...scopes_text_t */
};


/* Is this a request of gRPC, whose client reads the answer as gRPC's? */
ngx_uint_t ngx_http_jwt_grpc(ngx_http_request_t *r);

/* Makes a refusal's headers those of a gRPC status without messages. */
ngx_int_t ngx_http_jwt_grpc_status(ngx_http_request_t *r, ngx_str_t *message);


#endif /* NGX_HTTP_JWT_REFUSAL_H */
