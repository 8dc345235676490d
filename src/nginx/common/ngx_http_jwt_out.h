/*
 * How is a long text put together, with foreign words in it?
 */

#ifndef NGX_HTTP_JWT_OUT_H
#define NGX_HTTP_JWT_OUT_H


#include "ngx_http_jwt.h"


typedef enum {
    NGX_HTTP_JWT_JSON = 1,
    NGX_HTTP_JWT_PROMETHEUS,
    NGX_HTTP_JWT_HTML
} ngx_http_jwt_format_t;


/* a chain of buffers that grows; what fails is told at the end */
typedef struct {
    ngx_pool_t             *pool;
    ngx_http_jwt_format_t   format;
    ngx_chain_t            *out;
    ngx_chain_t           **next;
    ngx_buf_t              *buf;       /* the last one */
    off_t                   size;
    ngx_uint_t              failed;    /* no memory */
} ngx_http_jwt_page_t;


void ngx_http_jwt_page_init(ngx_http_jwt_page_t *page, ngx_pool_t *pool,
    ngx_http_jwt_format_t format);

/* Ours: as it is. */
void ngx_http_jwt_page_put(ngx_http_jwt_page_t *page, const void *data,
    size_t len);
void ngx_http_jwt_page_say(ngx_http_jwt_page_t *page, const char *text);

/* Ours, with numbers and short constants: at most 256 bytes. */
void ngx_http_jwt_page_print(ngx_http_jwt_page_t *page, const char *fmt, ...);

/*
 * Others' words: escaped for the format, and what would hide or turn round
 * the text beside it is shown as njwt_utf8_shown() has it.
 */
void ngx_http_jwt_page_text(ngx_http_jwt_page_t *page, njwt_slice_t text);

/* The last byte; 0 of an empty page. */
u_char ngx_http_jwt_page_last(ngx_http_jwt_page_t *page);


#endif /* NGX_HTTP_JWT_OUT_H */
