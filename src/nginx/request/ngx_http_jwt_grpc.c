/*
 * How is a client of gRPC refused?  It reads no HTTP status but 200: its
 * answer is a status of gRPC's in headers that end the stream ("Trailers-
 * Only", gRPC over HTTP/2).  The log still has the real one, which nginx
 * keeps in r->err_status.
 */

#include "ngx_http_jwt_refusal.h"


ngx_uint_t
ngx_http_jwt_grpc(ngx_http_request_t *r)
{
    u_char     *after;
    size_t      len;
    ngx_str_t  *type;

    /* HTTP/1 has no such headers: nobody speaks gRPC over it */

    if (r->http_version < NGX_HTTP_VERSION_20
        || r->headers_in.content_type == NULL)
    {
        return 0;
    }

    type = &r->headers_in.content_type->value;
    len = sizeof("application/grpc") - 1;

    if (type->len < len
        || ngx_strncasecmp(type->data, (u_char *) "application/grpc", len)
           != 0)
    {
        return 0;
    }

    /* "application/grpc-web" is spoken by browsers, which read statuses */

    after = type->data + len;

    return type->len == len || *after == '+' || *after == ';';
}


static ngx_uint_t
ngx_http_jwt_grpc_code(ngx_uint_t status)
{
    switch (status) {

    case NGX_HTTP_FORBIDDEN:
        return 7;     /* PERMISSION_DENIED */

    case NGX_HTTP_NOT_ALLOWED:
        return 12;    /* UNIMPLEMENTED */

    case NGX_HTTP_SERVICE_UNAVAILABLE:
        return 14;    /* UNAVAILABLE */

    default:
        return 16;    /* UNAUTHENTICATED */
    }
}


static ngx_table_elt_t *
ngx_http_jwt_grpc_header(ngx_http_request_t *r, const char *name)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NULL;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);

    return h;
}


ngx_int_t
ngx_http_jwt_grpc_status(ngx_http_request_t *r, ngx_str_t *message)
{
    ngx_table_elt_t  *h;

    h = ngx_http_jwt_grpc_header(r, "grpc-status");
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->value.data = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
    if (h->value.data == NULL) {
        return NGX_ERROR;
    }

    h->value.len = ngx_sprintf(h->value.data, "%ui",
                          ngx_http_jwt_grpc_code(r->headers_out.status))
                   - h->value.data;

    h = ngx_http_jwt_grpc_header(r, "grpc-message");
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->value = *message;

    ngx_str_set(&r->headers_out.content_type, "application/grpc");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    ngx_str_null(&r->headers_out.charset);

    ngx_http_clear_content_length(r);

    /* no body, so that the headers end the stream */

    r->headers_out.status = NGX_HTTP_OK;
    r->header_only = 1;

    /* an If-Match of the client's would make a 412 of a 200 */

    r->disable_not_modified = 1;

    return NGX_OK;
}
