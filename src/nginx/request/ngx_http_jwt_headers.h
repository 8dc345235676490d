/*
 * Removing and adding a request's headers, so that every later module sees the
 * same.
 */

#ifndef NGX_HTTP_JWT_HEADERS_H
#define NGX_HTTP_JWT_HEADERS_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* a choice of a request's headers */
typedef struct {
    const ngx_str_t  *names;   /* in any spelling */
    ngx_uint_t        nnames;
    const ngx_str_t  *except;  /* a key that is one of these stays, if */
    ngx_uint_t        nexcept; /* it has the same address */
} ngx_http_jwt_headers_which_t;


/*
 * Writes a name in the form in which names are compared: lower case, and "-"
 * for everything but letters and digits.  CGI turns "-" into "_", and PHP "."
 * as well; others may do so with more characters.
 */
void ngx_http_jwt_headers_normal(u_char *to, ngx_str_t *name);

/* Are these the same name, in that form? */
ngx_uint_t ngx_http_jwt_headers_alike(const ngx_str_t *a, const ngx_str_t *b);

/*
 * Removes headers from a request: from its list, nginx's own pointers, and
 * what nginx has parsed.  If removed isn't NULL, copies (ngx_table_elt_t) are
 * added to it.  NGX_ERROR: no memory, and nothing was changed.
 */
ngx_int_t ngx_http_jwt_headers_remove(ngx_http_request_t *r,
    ngx_http_jwt_headers_which_t *which, ngx_array_t *removed);

/* Does the request have one of them? */
ngx_uint_t ngx_http_jwt_headers_any(ngx_http_request_t *r,
    ngx_http_jwt_headers_which_t *which);

/*
 * Gives the request a list of its own to add to: a subrequest that is still
 * running shares the end of the old one.
 */
ngx_int_t ngx_http_jwt_headers_own(ngx_http_request_t *r);

/*
 * Adds a header to a request's own list.  The element's key, value, hash and
 * lowcase_key are used; the value must be followed by a NUL, which nginx's
 * parsers look for.
 */
ngx_int_t ngx_http_jwt_headers_add(ngx_http_request_t *r,
    ngx_table_elt_t *header);

/* Resets what nginx parsed from a removed header and those of its name. */
void ngx_http_jwt_parsed_forget(ngx_http_request_t *r, ngx_table_elt_t *h);

/*
 * Adds to a response's headers or trailers; both texts are constant.  NULL: no
 * memory.
 */
ngx_table_elt_t *ngx_http_jwt_headers_push(ngx_list_t *list, const char *name,
    const char *value);

#define ngx_http_jwt_headers_answer(r, name, value)                          \
    (ngx_http_jwt_headers_push(&(r)->headers_out.headers, name, value)       \
     != NULL ? NGX_OK : NGX_ERROR)


#endif /* NGX_HTTP_JWT_HEADERS_H */
