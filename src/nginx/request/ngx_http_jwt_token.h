/*
 * Finding the token in a request: jwt_token.
 */

#ifndef NGX_HTTP_JWT_TOKEN_H
#define NGX_HTTP_JWT_TOKEN_H


#include "ngx_http_jwt.h"


typedef enum {
    NGX_HTTP_JWT_TOKEN_BEARER = 0,     /* the Authorization header */
    NGX_HTTP_JWT_TOKEN_COOKIE,         /* $cookie_NAME */
    NGX_HTTP_JWT_TOKEN_ARGUMENT,       /* $arg_NAME */
    NGX_HTTP_JWT_TOKEN_HEADER,         /* $http_NAME */
    NGX_HTTP_JWT_TOKEN_VARIABLE        /* any other */
} ngx_http_jwt_token_kind_e;


/* one source that jwt_token names */
typedef struct {
    ngx_http_jwt_token_kind_e   kind;
    ngx_str_t                   name;    /* without the prefix */
    ngx_int_t                   index;   /* NGX_ERROR: Authorization */
} ngx_http_jwt_token_source_t;


/* Looks for the token as ctx->conf says; NGX_ERROR: no memory. */
ngx_int_t ngx_http_jwt_token_find(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx);


#endif /* NGX_HTTP_JWT_TOKEN_H */
