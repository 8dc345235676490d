/*
 * What is the page of jwt_status made of?
 */

#ifndef NGX_HTTP_JWT_HTML_H
#define NGX_HTTP_JWT_HTML_H


#include "ngx_http_jwt_page.h"


/* ngx_http_jwt_html_look.c */

void ngx_http_jwt_html_head(ngx_http_jwt_page_t *page);
void ngx_http_jwt_html_foot(ngx_http_jwt_page_t *page);

/* The Content-Security-Policy of the page, from the pool, with a final 0. */
ngx_int_t ngx_http_jwt_html_policy(ngx_pool_t *pool, ngx_str_t *policy);


/* ngx_http_jwt_html.c */

/* "5 min"; of at least so many seconds the larger unit. */
void ngx_http_jwt_html_span(ngx_http_jwt_page_t *page, time_t seconds);

/* "5 min ago" or "in 5 min", with the time itself for machines. */
void ngx_http_jwt_html_ago(ngx_http_jwt_page_t *page, time_t now,
    time_t when);

/* "16 MB" */
void ngx_http_jwt_html_bytes(ngx_http_jwt_page_t *page, uint64_t size);

/* A word that stands out; kind is a class of the style. */
void ngx_http_jwt_html_badge(ngx_http_jwt_page_t *page, const char *kind,
    const char *word);

/* Foreign words, each as code, with ", " between. */
void ngx_http_jwt_html_list(ngx_http_jwt_page_t *page,
    const njwt_slice_t *texts, size_t n);
void ngx_http_jwt_html_code(ngx_http_jwt_page_t *page, njwt_slice_t text);

/* A number and its bar; kind is a class of the bar, or "". */
void ngx_http_jwt_html_bar(ngx_http_jwt_page_t *page, const char *label,
    uint64_t number, uint64_t most, const char *kind);

/* The beginning of a fact, and its end. */
void ngx_http_jwt_html_fact(ngx_http_jwt_page_t *page, const char *name);
void ngx_http_jwt_html_fact_end(ngx_http_jwt_page_t *page);

/* The beginning of a cell with its label, for narrow screens. */
void ngx_http_jwt_html_cell(ngx_http_jwt_page_t *page, const char *label);


#endif /* NGX_HTTP_JWT_HTML_H */
