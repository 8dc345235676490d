/*
 * How is a long text put together, with foreign words in it?
 */

#ifndef NGX_HTTP_JWT_OUT_H
#define NGX_HTTP_JWT_OUT_H


#include "ngx_http_jwt.h"
#include "njwt_out.h"


typedef enum {
    NGX_HTTP_JWT_JSON = 1,
    NGX_HTTP_JWT_PROMETHEUS,
    NGX_HTTP_JWT_HTML
} ngx_http_jwt_format_t;


/* a chain of buffers that grows; what fails is told at the end */
typedef struct {
    ngx_pool_t             *pool;
    ngx_http_jwt_format_t   format;
    ngx_chain_t            *chain;
    ngx_chain_t           **next;
    ngx_buf_t              *buf;       /* the last one */
    off_t                   size;
    ngx_uint_t              failed;    /* no memory */
} ngx_http_jwt_out_t;


void ngx_http_jwt_out_init(ngx_http_jwt_out_t *out, ngx_pool_t *pool,
    ngx_http_jwt_format_t format);

/* The writer of JSON that writes to it. */
void ngx_http_jwt_out_json(ngx_http_jwt_out_t *out, njwt_out_t *json);

/* Ours: as it is. */
void ngx_http_jwt_out_write(ngx_http_jwt_out_t *out, const void *data,
    size_t len);
void ngx_http_jwt_out_literal(ngx_http_jwt_out_t *out, const char *text);

/* Ours, with numbers and short constants: at most 256 bytes. */
void ngx_http_jwt_out_printf(ngx_http_jwt_out_t *out, const char *fmt, ...);

/* The whole of it in one piece; NGX_ERROR: something failed. */
ngx_int_t ngx_http_jwt_out_text(ngx_http_jwt_out_t *out, ngx_pool_t *pool,
    ngx_str_t *text);

/*
 * Others' words: escaped for the format, and what would hide or turn round
 * the text beside it is shown as njwt_utf8_shown() has it.
 */
void ngx_http_jwt_out_escaped(ngx_http_jwt_out_t *out, njwt_slice_t text);

/* The last byte; 0 of an empty page. */
u_char ngx_http_jwt_out_last(ngx_http_jwt_out_t *out);


#endif /* NGX_HTTP_JWT_OUT_H */
