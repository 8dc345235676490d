/*
 * Revoking tokens by request: jwt_revoke_handler.
 */

#ifndef NGX_HTTP_JWT_REVOKE_H
#define NGX_HTTP_JWT_REVOKE_H


#include "ngx_http_jwt.h"


/* what a handler reads of a request's body at most */
#define NGX_HTTP_JWT_POST_BODY  65536


/* jwt_revoke_handler */
char *ngx_http_jwt_revoke_handler(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/* NGX_OK for a POST; what to answer to another method. */
ngx_int_t ngx_http_jwt_post_only(ngx_http_request_t *r);

/*
 * The body that was read, in one piece.  NGX_DECLINED: it is longer than
 * NGX_HTTP_JWT_POST_BODY; NGX_ERROR: no memory, or it can't be read.
 */
ngx_int_t ngx_http_jwt_post_body(ngx_http_request_t *r, njwt_slice_t *body);

/* Answers 400 (RFC 6749, section 5.2); the text may stand in JSON. */
ngx_int_t ngx_http_jwt_post_refuse(ngx_http_request_t *r, njwt_slice_t why);


/* ngx_http_jwt_conf_revocation.c */

/* Finds the handlers' issuers, and warns about handlers open to everybody. */
ngx_int_t ngx_http_jwt_revoke_init(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);


#endif /* NGX_HTTP_JWT_REVOKE_H */
