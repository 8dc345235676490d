/*
 * The handling of a request, from its token to its response: what this folder
 * offers to others, and what its files offer to each other.
 */

#ifndef NGX_HTTP_JWT_REQUEST_H
#define NGX_HTTP_JWT_REQUEST_H


#include "ngx_http_jwt_ctx.h"


/* ngx_http_jwt_require.c */

char *ngx_http_jwt_require(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* An allowed request stays allowed only if every variable holds. */
void ngx_http_jwt_require_check(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx);


/* ngx_http_jwt_token.c */

char *ngx_http_jwt_token(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* The variable of the i-th source; NGX_ERROR: the Authorization header. */
ngx_int_t ngx_http_jwt_token_index(ngx_array_t *tokens, ngx_uint_t i);


/* ngx_http_jwt_access.c */

ngx_int_t ngx_http_jwt_preaccess_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_jwt_access_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_jwt_precontent_handler(ngx_http_request_t *r);


/* ngx_http_jwt_ctx.c */

/* The judgement of the main request, or NULL; survives redirects. */
ngx_http_jwt_ctx_t *ngx_http_jwt_find_ctx(ngx_http_request_t *r);

/* Makes one for a main request; NULL: no memory. */
ngx_http_jwt_ctx_t *ngx_http_jwt_create_ctx(ngx_http_request_t *r);


/* ngx_http_jwt_refusal.c */

/* Prepares the response; returns what the access phase must return. */
ngx_int_t ngx_http_jwt_refuse(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx);

/*
 * Adds a new nonce to the response to a request that continues, if its own is
 * past half its time; NGX_ERROR: it can't be made.
 */
ngx_int_t ngx_http_jwt_renew_nonce(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx);

/* Removes the headers that an earlier judgement added. */
void ngx_http_jwt_refusal_withdraw(ngx_http_jwt_ctx_t *ctx);

ngx_int_t ngx_http_jwt_filter_init(ngx_conf_t *cf);


/* ngx_http_jwt_log.c */

/* Logs a refusal, once per request. */
void ngx_http_jwt_log_refusal(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx);

/* Logs what a request that was judged had, without a token in its URL. */
void ngx_http_jwt_log(ngx_http_request_t *r, ngx_uint_t level,
    const char *fmt, ...);

/* Warns without the request line and referrer, which may have a token. */
void ngx_http_jwt_log_bare(ngx_http_request_t *r, const char *fmt, ...);

/* Warns, once for an issuer, about a token with "exp" in milliseconds. */
void ngx_http_jwt_log_milliseconds(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx);


/* ngx_http_jwt_variables.c */

ngx_int_t ngx_http_jwt_add_variables(ngx_conf_t *cf);
char *ngx_http_jwt_claim_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


#endif /* NGX_HTTP_JWT_REQUEST_H */
