/*
 * An issuer's keys: those in force, and the worker that fetches them.
 */

#ifndef NGX_HTTP_JWT_KEYS_H
#define NGX_HTTP_JWT_KEYS_H


#include "ngx_http_jwt.h"


/* ngx_http_jwt_keys.c */

/* Sets trust.keys of an issuer to the keys now in force, or NULL. */
void ngx_http_jwt_keys_renew(ngx_http_jwt_issuer_t *issuer, ngx_log_t *log);

/* Logs which keys of a set were skipped, or spelled as they shouldn't be. */
void ngx_http_jwt_keys_report(ngx_http_jwt_issuer_t *issuer,
    ngx_str_t *source, njwt_jwks_report_t *report, ngx_log_t *log);

/* Binds keys to their issuer's settings, so that tokens can be cached. */
void ngx_http_jwt_cache_bind(ngx_http_jwt_issuer_t *issuer, njwt_jwks_t *jwks);


/* ngx_http_jwt_refresh.c: which worker fetches, and when */

ngx_int_t ngx_http_jwt_refresh_start(ngx_cycle_t *cycle,
    ngx_http_jwt_main_conf_t *jmcf);
void ngx_http_jwt_refresh_stop(ngx_http_jwt_main_conf_t *jmcf);

/* A fetch may be due: checks soon, if this is the worker that fetches. */
void ngx_http_jwt_refresh_now(ngx_http_jwt_main_conf_t *jmcf);


#endif /* NGX_HTTP_JWT_KEYS_H */
