/*
 * Withheld credentials: jwt_pass_token off, and preflights.
 */

#ifndef NGX_HTTP_JWT_PASS_TOKEN_H
#define NGX_HTTP_JWT_PASS_TOKEN_H


#include "ngx_http_jwt.h"
#include "ngx_http_jwt_headers.h"


char *ngx_http_jwt_pass_token(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* What may hold a token by this jwt_token; NGX_ERROR: no memory. */
ngx_int_t ngx_http_jwt_credentials_create(ngx_conf_t *cf,
    ngx_http_jwt_loc_conf_t *conf);

/* Inherits from the outer level, and checks the result. */
char *ngx_http_jwt_pass_token_merge(ngx_conf_t *cf,
    ngx_http_jwt_loc_conf_t *prev, ngx_http_jwt_loc_conf_t *conf);

/* Only checks: the http level is never merged with an outer one. */
char *ngx_http_jwt_pass_token_check(ngx_conf_t *cf,
    ngx_http_jwt_loc_conf_t *conf, ngx_http_jwt_conf_pos_t *pos);

/*
 * With jwt_pass_token off removes what held a token from the request.
 * NGX_ERROR: no memory.
 */
ngx_int_t ngx_http_jwt_withhold(ngx_http_request_t *r,
    ngx_http_jwt_loc_conf_t *jlcf);

/* Is this a CORS preflight, in a location that lets these through? */
ngx_uint_t ngx_http_jwt_is_preflight(ngx_http_request_t *r,
    ngx_http_jwt_loc_conf_t *jlcf);

/*
 * Instead of a judgement: removes what would make the request more than a
 * question.  NGX_DECLINED, with ctx->preflight set; or a status.
 */
ngx_int_t ngx_http_jwt_preflight(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx);

/* Before a judgement: restores what was removed since the first one. */
ngx_int_t ngx_http_jwt_withheld_restore(ngx_http_request_t *r);


#endif /* NGX_HTTP_JWT_PASS_TOKEN_H */
