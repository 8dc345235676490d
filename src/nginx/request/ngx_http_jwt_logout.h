/*
 * Back-channel logout: jwt_logout_handler.
 */

#ifndef NGX_HTTP_JWT_LOGOUT_H
#define NGX_HTTP_JWT_LOGOUT_H


#include "ngx_http_jwt.h"


/* a jwt_logout_handler; it outlives the requests */
struct ngx_http_jwt_logout_s {
    ngx_str_t                  name;
    ngx_http_jwt_conf_pos_t    pos;
    ngx_array_t                clients;      /* njwt_slice_t */
    ngx_http_jwt_issuer_t     *issuer;

    /* indexes in trust.revocation for "sid" and "sub"; the count: none */
    size_t                     session;
    size_t                     subject;
};


char *ngx_http_jwt_logout_handler(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/*
 * When the configuration has been read: finds the handlers' issuers.  An
 * issuer without "revocation" is an error at the directive.
 */
ngx_int_t ngx_http_jwt_logout_init(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);


#endif /* NGX_HTTP_JWT_LOGOUT_H */
