/*
 * The handling of a request, from its token to its response: what this folder
 * offers to others, and what its files offer to each other.
 */

#ifndef NGX_HTTP_JWT_REQUEST_H
#define NGX_HTTP_JWT_REQUEST_H


#include "ngx_http_jwt_ctx.h"


/* ngx_http_jwt_require.c */

/* the variables of a jwt_require */
typedef struct {
    ngx_array_t   variables;      /* ngx_int_t: their indexes */
    ngx_uint_t    unauthorized;   /* error=401 */
} ngx_http_jwt_condition_t;


char *ngx_http_jwt_require(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* An allowed request stays allowed only if every variable holds. */
void ngx_http_jwt_require_check(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx);


/* ngx_http_jwt_token.c */

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


char *ngx_http_jwt_token(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Looks for the token as ctx->conf says; NGX_ERROR: no memory. */
ngx_int_t ngx_http_jwt_token_find(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx);


/* ngx_http_jwt_early.c */

/* Called when one of our variables is read: warns if it is too early. */
void ngx_http_jwt_early_read(ngx_http_request_t *r, const ngx_str_t *name);

/* In the log phase: was the request answered without a judgement? */
ngx_int_t ngx_http_jwt_early_log_handler(ngx_http_request_t *r);


/* ngx_http_jwt_close.c */

/* In a worker, at its start and at its exit. */
void ngx_http_jwt_close_init(ngx_http_jwt_main_conf_t *jmcf, ngx_log_t *log);
void ngx_http_jwt_close_stop(ngx_http_jwt_main_conf_t *jmcf);

/*
 * From here on a request that was just allowed ends within two seconds of its
 * token's end, if its location has jwt_close_expired.
 */
void ngx_http_jwt_close_watch(ngx_http_jwt_ctx_t *ctx);

/* The request has ended: removes it from the list. */
void ngx_http_jwt_close_cancel(ngx_http_jwt_ctx_t *ctx);


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

/*
 * Reads a variable again, whose old value nginx may keep.  NGX_DECLINED: that
 * one is right, or the only one; NGX_ERROR: it can't be read.
 */
ngx_int_t ngx_http_jwt_variable_again(ngx_http_request_t *r, ngx_uint_t index,
    ngx_http_variable_value_t *value);


#endif /* NGX_HTTP_JWT_REQUEST_H */
