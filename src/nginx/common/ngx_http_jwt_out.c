/*
 * How is a long text put together, with foreign words in it?
 *
 * A location's regex, a key's "kid", an error of a library: none of them was
 * written for a page, and one of them is a tenant's word.
 */

#include "ngx_http_jwt_out.h"
#include "njwt_utf8.h"


#define NGX_HTTP_JWT_PAGE_BUFFER  16384


void
ngx_http_jwt_page_init(ngx_http_jwt_page_t *page, ngx_pool_t *pool,
    ngx_http_jwt_format_t format)
{
    ngx_memzero(page, sizeof(ngx_http_jwt_page_t));

    page->pool = pool;
    page->format = format;
    page->next = &page->out;
}


static ngx_int_t
ngx_http_jwt_page_grow(ngx_http_jwt_page_t *page)
{
    ngx_chain_t  *cl;

    cl = ngx_alloc_chain_link(page->pool);
    if (cl == NULL) {
        return NGX_ERROR;
    }

    cl->buf = ngx_create_temp_buf(page->pool, NGX_HTTP_JWT_PAGE_BUFFER);
    if (cl->buf == NULL) {
        return NGX_ERROR;
    }

    cl->next = NULL;

    page->buf = cl->buf;
    *page->next = cl;
    page->next = &cl->next;

    return NGX_OK;
}


void
ngx_http_jwt_page_put(ngx_http_jwt_page_t *page, const void *data, size_t len)
{
    size_t         n;
    const u_char  *p = data;

    page->size += len;

    while (len > 0) {

        if ((page->buf == NULL || page->buf->last == page->buf->end)
            && ngx_http_jwt_page_grow(page) != NGX_OK)
        {
            page->failed = 1;
            return;
        }

        n = ngx_min(len, (size_t) (page->buf->end - page->buf->last));

        page->buf->last = ngx_cpymem(page->buf->last, p, n);
        p += n;
        len -= n;
    }
}


void
ngx_http_jwt_page_say(ngx_http_jwt_page_t *page, const char *text)
{
    ngx_http_jwt_page_put(page, text, ngx_strlen(text));
}


void
ngx_http_jwt_page_print(ngx_http_jwt_page_t *page, const char *fmt, ...)
{
    u_char   *p, text[256];
    va_list   args;

    va_start(args, fmt);
    p = ngx_vslprintf(text, text + sizeof(text), fmt, args);
    va_end(args);

    ngx_http_jwt_page_put(page, text, p - text);
}


u_char
ngx_http_jwt_page_last(ngx_http_jwt_page_t *page)
{
    return (page->buf != NULL && page->buf->last > page->buf->pos)
           ? page->buf->last[-1] : 0;
}


/* What a character must be written as; NULL: as itself. */

static const char *
ngx_http_jwt_page_escape(ngx_http_jwt_format_t format, u_char c)
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
ngx_http_jwt_page_text(ngx_http_jwt_page_t *page, njwt_slice_t text)
{
    u_char         escape[NJWT_UTF8_ESCAPE];
    const char    *escaped;
    njwt_slice_t   shown;

    while (text.len > 0) {
        shown = njwt_utf8_shown(&text, escape);

        if (shown.data == escape && page->format == NGX_HTTP_JWT_JSON) {
            /* JSON's own escape; it has none for what is no UTF-8 */
            ngx_http_jwt_page_put(page, (escape[1] == 'x') ? "\\ufffd"
                                                           : (char *) escape,
                                  (escape[1] == 'x') ? 6 : shown.len);
            continue;
        }

        escaped = ngx_http_jwt_page_escape(page->format, shown.data[0]);

        if (escaped != NULL) {
            ngx_http_jwt_page_say(page, escaped);
            shown.data++;
            shown.len--;
        }

        ngx_http_jwt_page_put(page, shown.data, shown.len);
    }
}
