/*
 * Output of long texts with words from others.
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


/* a growing chain of buffers; a failure is reported at the end */
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

/* Writes a text of our own, as it is. */
void ngx_http_jwt_out_write(ngx_http_jwt_out_t *out, const void *data,
    size_t len);
void ngx_http_jwt_out_literal(ngx_http_jwt_out_t *out, const char *text);

/*
 * Writes a text of our own with numbers and short constants: at most 256
 * bytes.
 */
void ngx_http_jwt_out_printf(ngx_http_jwt_out_t *out, const char *fmt, ...);

/* The whole of it in one piece; NGX_ERROR: something failed. */
ngx_int_t ngx_http_jwt_out_text(ngx_http_jwt_out_t *out, ngx_pool_t *pool,
    ngx_str_t *text);

/*
 * Writes a text from others: escaped for the format, and with anything that
 * would hide or reverse the text beside it shown as by njwt_utf8_shown().
 */
void ngx_http_jwt_out_escaped(ngx_http_jwt_out_t *out, njwt_slice_t text);


#endif /* NGX_HTTP_JWT_OUT_H */
