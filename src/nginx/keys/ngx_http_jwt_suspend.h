/*
 * Suspended requests, which wait for keys.
 */

#ifndef NGX_HTTP_JWT_SUSPEND_H
#define NGX_HTTP_JWT_SUSPEND_H


#include "ngx_http_jwt.h"


void ngx_http_jwt_suspend_init(ngx_http_jwt_main_conf_t *jmcf, ngx_log_t *log);

/*
 * Asks for keys.  Returns NGX_AGAIN: the request is suspended, and its phases
 * run again when the fetch has ended; NGX_DECLINED: no fetch will help, or the
 * location only reports and does not wait for one.
 */
ngx_int_t ngx_http_jwt_suspend(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx);

/* The request waited, and its key is still missing: stores the kid. */
void ngx_http_jwt_still_missing(ngx_http_jwt_ctx_t *ctx);

/* Whole seconds until a fetch may bring keys, at least 1. */
ngx_uint_t ngx_http_jwt_suspend_seconds(ngx_http_jwt_ctx_t *ctx);

/* Removes a suspended request. */
void ngx_http_jwt_suspend_cancel(ngx_http_jwt_ctx_t *ctx);

/* Checks the suspended requests soon: a fetch has ended. */
void ngx_http_jwt_resume(ngx_http_jwt_main_conf_t *jmcf);


#endif /* NGX_HTTP_JWT_SUSPEND_H */
