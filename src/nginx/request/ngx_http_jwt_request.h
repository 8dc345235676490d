/*
 * A request, from its token to its answer: what this folder does for others,
 * and what its files do for each other.
 */

#ifndef NGX_HTTP_JWT_REQUEST_H
#define NGX_HTTP_JWT_REQUEST_H


#include "ngx_http_jwt_ctx.h"


/* ngx_http_jwt_require.c */

char *ngx_http_jwt_require(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* An allowance stands only if every variable holds. */
void ngx_http_jwt_require_check(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx);


/* ngx_http_jwt_token.c */

char *ngx_http_jwt_token(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* The variable of the i-th place; NGX_ERROR: the Authorization header. */
ngx_int_t ngx_http_jwt_token_index(ngx_array_t *tokens, ngx_uint_t i);


/* ngx_http_jwt_access.c */

ngx_int_t ngx_http_jwt_preaccess_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_jwt_access_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_jwt_precontent_handler(ngx_http_request_t *r);


/* ngx_http_jwt_ctx.c */

/* The judgement on the main request, or NULL; survives redirects. */
ngx_http_jwt_ctx_t *ngx_http_jwt_find_ctx(ngx_http_request_t *r);

/* Makes one for a main request; NULL: no memory. */
ngx_http_jwt_ctx_t *ngx_http_jwt_create_ctx(ngx_http_request_t *r);


/* ngx_http_jwt_refusal.c */

/* Prepares the answer; returns what the access phase is to return. */
ngx_int_t ngx_http_jwt_refuse(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx);

/*
 * Adds a new nonce to the answer to a request that goes on, where its own is
 * past half its time; NGX_ERROR: can't.
 */
ngx_int_t ngx_http_jwt_renew_nonce(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx);

/* Takes back the headers that an earlier judgement added. */
void ngx_http_jwt_refusal_withdraw(ngx_http_jwt_ctx_t *ctx);

ngx_int_t ngx_http_jwt_filter_init(ngx_conf_t *cf);


/* ngx_http_jwt_log.c */

/* Logs a refusal, once a request. */
void ngx_http_jwt_log_refusal(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx);

/* Warns about a request that was judged, without a token of its URL. */
void ngx_http_jwt_log_warn(ngx_http_request_t *r, const char *fmt, ...);

/* The same, at "info". */
void ngx_http_jwt_log_info(ngx_http_request_t *r, const char *fmt, ...);

/* Warns without a word of the request, whose URL may hold a token. */
void ngx_http_jwt_log_bare(ngx_http_request_t *r, const char *fmt, ...);

/* Warns, once for an issuer, of a token with "exp" in milliseconds. */
void ngx_http_jwt_log_milliseconds(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx);


/* ngx_http_jwt_variables.c */

ngx_int_t ngx_http_jwt_add_variables(ngx_conf_t *cf);
char *ngx_http_jwt_claim_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


#endif /* NGX_HTTP_JWT_REQUEST_H */
