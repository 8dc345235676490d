/*
 * How is a metric written, as Prometheus reads it?
 */

#ifndef NGX_HTTP_JWT_METRIC_H
#define NGX_HTTP_JWT_METRIC_H


#include "ngx_http_jwt_page.h"


/* Names are constants, without the prefix that all of ours have. */
void ngx_http_jwt_metric_family(ngx_http_jwt_page_t *page, const char *name,
    const char *type, const char *help);

/* A sample: it begins, has labels, and ends with its number. */
void ngx_http_jwt_metric_begin(ngx_http_jwt_page_t *page, const char *name);
void ngx_http_jwt_metric_label(ngx_http_jwt_page_t *page, const char *label,
    njwt_slice_t text);
void ngx_http_jwt_metric_end(ngx_http_jwt_page_t *page, uint64_t number);

/* A family of one sample without labels. */
void ngx_http_jwt_metric_plain(ngx_http_jwt_page_t *page, const char *name,
    const char *type, const char *help, uint64_t number);


#endif /* NGX_HTTP_JWT_METRIC_H */
