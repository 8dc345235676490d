/*
 * Revoking tokens by request: jwt_revoke_handler.
 */

#ifndef NGX_HTTP_JWT_REVOKE_H
#define NGX_HTTP_JWT_REVOKE_H


#include "ngx_http_jwt.h"


/* jwt_revoke_handler */
char *ngx_http_jwt_revoke_handler(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/* ngx_http_jwt_conf_revocation.c */

/* Finds the handlers' issuers, and warns about handlers open to everybody. */
ngx_int_t ngx_http_jwt_revoke_init(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);

/* NGX_OK for a POST; what to answer to another method. */
ngx_int_t ngx_http_jwt_post_only(ngx_http_request_t *r);

/*
 * The body that was read, in one piece.  NGX_DECLINED: it is longer than most;
 * NGX_ERROR: no memory, or it can't be read.
 */
ngx_int_t ngx_http_jwt_post_body(ngx_http_request_t *r, size_t most,
    njwt_slice_t *body);


#endif /* NGX_HTTP_JWT_REVOKE_H */
