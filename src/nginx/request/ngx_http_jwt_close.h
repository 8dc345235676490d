/*
 * Requests that end with their token: jwt_close_expired.
 */

#ifndef NGX_HTTP_JWT_CLOSE_H
#define NGX_HTTP_JWT_CLOSE_H


#include "ngx_http_jwt.h"


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


#endif /* NGX_HTTP_JWT_CLOSE_H */
