/*
 * How is a long text put together, with foreign words in it?
 *
 * A location's regex, a key's "kid", an error of a library: none of them was
 * written for a page, and one of them is a tenant's word.
 */

#include "ngx_http_jwt_out.h"


#define NGX_HTTP_JWT_PAGE_BUFFER      16384

#define NGX_HTTP_JWT_PAGE_UNREADABLE  0xfffd


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


/* May this stand on a page?  Not what turns the direction of the text. */

static ngx_uint_t
ngx_http_jwt_page_is_text(uint32_t c)
{
    return c >= 0x20
           && !(c >= 0x7f && c <= 0x9f)
           && c != 0x200e && c != 0x200f
           && !(c >= 0x202a && c <= 0x202e)
           && !(c >= 0x2066 && c <= 0x2069)
           && !(c >= 0xd800 && c <= 0xdfff)
           && c <= 0x10ffff;
}


/* What a character must be written as; NULL: as itself. */

static const char *
ngx_http_jwt_page_escape(ngx_http_jwt_format_t format, uint32_t c)
{
    if (format == NGX_HTTP_JWT_HTML) {

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

    switch (c) {

    case '"':
        return "\\\"";

    case '\\':
        return "\\\\";

    default:
        return NULL;
    }
}


/* The next character as it is shown. */

static uint32_t
ngx_http_jwt_page_next(u_char **p, u_char *end)
{
    u_char    *from;
    uint32_t   c;

    from = *p;
    c = *from;

    if (c < 0x80) {
        (*p)++;

    } else {
        c = ngx_utf8_decode(p, end - from);
    }

    if (ngx_http_jwt_page_is_text(c)) {
        return c;
    }

    /* what can't be read is passed over byte by byte */

    *p = (c > 0x10ffff) ? from + 1 : *p;

    return NGX_HTTP_JWT_PAGE_UNREADABLE;
}


void
ngx_http_jwt_page_text(ngx_http_jwt_page_t *page, njwt_slice_t text)
{
    u_char      *p, *end, *from;
    uint32_t     c;
    const char  *escaped;

    p = (u_char *) text.data;
    end = p + text.len;

    while (p < end) {
        from = p;
        c = ngx_http_jwt_page_next(&p, end);

        escaped = (c == NGX_HTTP_JWT_PAGE_UNREADABLE)
                  ? "\xef\xbf\xbd"
                  : ngx_http_jwt_page_escape(page->format, c);

        if (escaped != NULL) {
            ngx_http_jwt_page_say(page, escaped);
            continue;
        }

        ngx_http_jwt_page_put(page, from, p - from);
    }
}


ngx_uint_t
ngx_http_jwt_page_same(njwt_slice_t one, njwt_slice_t other)
{
    u_char  *a, *b, *a_end, *b_end;

    a = (u_char *) one.data;
    b = (u_char *) other.data;
    a_end = a + one.len;
    b_end = b + other.len;

    while (a < a_end && b < b_end) {

        if (ngx_http_jwt_page_next(&a, a_end)
            != ngx_http_jwt_page_next(&b, b_end))
        {
            return 0;
        }
    }

    return a == a_end && b == b_end;
}
