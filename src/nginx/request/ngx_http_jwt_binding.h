/*
 * Tokens that are bound to a client's key: jwt_binding and jwt_dpop_*
 * (RFC 9449, RFC 8705).
 */

#ifndef NGX_HTTP_JWT_BINDING_H
#define NGX_HTTP_JWT_BINDING_H


#include "ngx_http_jwt.h"


/* conf/ngx_http_jwt_conf_binding.c */

char *ngx_http_jwt_dpop_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_jwt_binding(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_jwt_dpop_origin(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_jwt_dpop_lifetime(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_jwt_dpop_algorithms(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_jwt_dpop_nonce(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Sets the defaults of the http level. */
void ngx_http_jwt_dpop_init(ngx_http_jwt_main_conf_t *jmcf);

/* Inherits from the outer level what this one doesn't set. */
void ngx_http_jwt_binding_merge(ngx_http_jwt_loc_conf_t *prev,
    ngx_http_jwt_loc_conf_t *conf);

/*
 * If jwt is on: makes what the core judges by; or an error with its position.
 */
char *ngx_http_jwt_binding_compile(ngx_conf_t *cf,
    ngx_http_jwt_loc_conf_t *conf, njwt_policy_t *policy);


/* request/ngx_http_jwt_binding.c */

/* In a worker, at its start and its end. */
ngx_int_t ngx_http_jwt_binding_start(ngx_http_jwt_main_conf_t *jmcf,
    ngx_log_t *log);
void ngx_http_jwt_binding_stop(ngx_http_jwt_main_conf_t *jmcf);

/*
 * Adds the request's proof of possession to what is judged.  NGX_ERROR: no
 * memory.
 */
ngx_int_t ngx_http_jwt_binding_prepare(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx, njwt_request_t *c);

/*
 * Before and after the judgement: uses what the connection keeps of a token
 * that it repeats, and stores it there.
 */
void ngx_http_jwt_binding_cached(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx);
void ngx_http_jwt_binding_remember(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx);

/*
 * Marks the proof as used if the verdict requires it to be new: once per
 * request, however often the request is judged.
 */
void ngx_http_jwt_binding_commit(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx);

/* Makes a new nonce if the answer needs one; NGX_ERROR: it can't be made. */
ngx_int_t ngx_http_jwt_binding_nonce(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx, ngx_str_t *nonce);

/* Logs the URL that was expected and the one that came if they differ. */
u_char *ngx_http_jwt_binding_log(u_char *p, ngx_http_jwt_ctx_t *ctx,
    u_char *(*field)(u_char *p, const char *name, njwt_slice_t text));


#endif /* NGX_HTTP_JWT_BINDING_H */
