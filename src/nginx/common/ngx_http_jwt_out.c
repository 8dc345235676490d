/*
 * Output of long texts with words from others.
 *
 * A location's regex, a key's "kid", an error of a library: none of them was
 * written for a page, and some are chosen by strangers.
 */

#include "ngx_http_jwt_out.h"
#include "njwt_utf8.h"


#define NGX_HTTP_JWT_OUT_BUFFER   16384


void
ngx_http_jwt_out_init(ngx_http_jwt_out_t *out, ngx_pool_t *pool,
    ngx_http_jwt_format_t format)
{
    ngx_memzero(out, sizeof(ngx_http_jwt_out_t));

    out->pool = pool;
    out->format = format;
    out->next = &out->chain;
}


static ngx_int_t
ngx_http_jwt_out_grow(ngx_http_jwt_out_t *out)
{
    ngx_chain_t  *cl;

    cl = ngx_alloc_chain_link(out->pool);
    if (cl == NULL) {
        return NGX_ERROR;
    }

    cl->buf = ngx_create_temp_buf(out->pool, NGX_HTTP_JWT_OUT_BUFFER);
    if (cl->buf == NULL) {
        return NGX_ERROR;
    }

    cl->next = NULL;

    out->buf = cl->buf;
    *out->next = cl;
    out->next = &cl->next;

    return NGX_OK;
}


void
ngx_http_jwt_out_write(ngx_http_jwt_out_t *out, const void *data, size_t len)
{
    size_t         n;
    const u_char  *p = data;

    out->size += len;

    while (len > 0) {

        if ((out->buf == NULL || out->buf->last == out->buf->end)
            && ngx_http_jwt_out_grow(out) != NGX_OK)
        {
            out->failed = 1;
            return;
        }

        n = ngx_min(len, (size_t) (out->buf->end - out->buf->last));

        out->buf->last = ngx_cpymem(out->buf->last, p, n);
        p += n;
        len -= n;
    }
}


static void
ngx_http_jwt_out_json_write(void *data, const void *text, size_t len)
{
    ngx_http_jwt_out_write(data, text, len);
}


void
ngx_http_jwt_out_json(ngx_http_jwt_out_t *out, njwt_out_t *json)
{
    json->write = ngx_http_jwt_out_json_write;
    json->data = out;
    json->last = '\0';
}


void
ngx_http_jwt_out_literal(ngx_http_jwt_out_t *out, const char *text)
{
    ngx_http_jwt_out_write(out, text, ngx_strlen(text));
}


void
ngx_http_jwt_out_printf(ngx_http_jwt_out_t *out, const char *fmt, ...)
{
    u_char   *p, text[256];
    va_list   args;

    va_start(args, fmt);
    p = ngx_vslprintf(text, text + sizeof(text), fmt, args);
    va_end(args);

    ngx_http_jwt_out_write(out, text, p - text);
}


ngx_int_t
ngx_http_jwt_out_text(ngx_http_jwt_out_t *out, ngx_pool_t *pool,
    ngx_str_t *text)
{
    u_char       *p;
    ngx_chain_t  *cl;

    p = out->failed ? NULL : ngx_pnalloc(pool, out->size);

    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;
    text->len = out->size;

    for (cl = out->chain; cl != NULL; cl = cl->next) {
        p = ngx_cpymem(p, cl->buf->pos, cl->buf->last - cl->buf->pos);
    }

    return NGX_OK;
}


/* The escape of a character; NULL: it is written as it is. */

static const char *
ngx_http_jwt_out_escape(ngx_http_jwt_format_t format, u_char c)
{
    if (format != NGX_HTTP_JWT_HTML) {
        return (c == '"') ? "\\\"" : (c == '\\') ? "\\\\" : NULL;
    }

    switch (c) {

    case '&':
        return "&amp;";

    case '<':
        return "&lt;";

    case '>':
        return "&gt;";

    case '"':
        return "&quot;";

    case '\'':
        return "&#39;";

    default:
        return NULL;
    }
}


void
ngx_http_jwt_out_escaped(ngx_http_jwt_out_t *out, njwt_slice_t text)
{
    u_char         escape[NJWT_UTF8_ESCAPE];
    const char    *escaped;
    njwt_slice_t   shown;

    while (text.len > 0) {
        shown = njwt_utf8_shown(&text, escape);
        escaped = ngx_http_jwt_out_escape(out->format, shown.data[0]);

        if (escaped != NULL) {
            ngx_http_jwt_out_literal(out, escaped);
            shown.data++;
            shown.len--;
        }

        ngx_http_jwt_out_write(out, shown.data, shown.len);
    }
}
