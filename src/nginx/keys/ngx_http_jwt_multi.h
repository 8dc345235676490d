/*
 * libcurl's transfers on nginx's event loop.
 */

#ifndef NGX_HTTP_JWT_MULTI_H
#define NGX_HTTP_JWT_MULTI_H


#include "ngx_http_jwt.h"

#include <curl/curl.h>


/* a transfer has ended; the callee owns its handle */
typedef void (*ngx_http_jwt_multi_done_pt)(CURL *easy, CURLcode rc);

typedef struct {
    CURLM                       *multi;
    ngx_event_t                  timer;
    ngx_connection_t             dummy;    /* timers must have one */
    ngx_http_jwt_multi_done_pt   done;
    ngx_log_t                   *log;
} ngx_http_jwt_multi_t;


/* Makes a multi handle that this worker's event loop drives. */
ngx_int_t ngx_http_jwt_multi_init(ngx_http_jwt_multi_t *multi,
    ngx_http_jwt_multi_done_pt done, ngx_log_t *log);

/* Frees it; its transfers must have been removed. */
void ngx_http_jwt_multi_cleanup(ngx_http_jwt_multi_t *multi);


#endif /* NGX_HTTP_JWT_MULTI_H */
