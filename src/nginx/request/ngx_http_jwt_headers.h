/*
 * How are headers of a request taken away and added, so that every module
 * that comes later agrees?
 */

#ifndef NGX_HTTP_JWT_HEADERS_H
#define NGX_HTTP_JWT_HEADERS_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* which headers, of a request's, are meant */
typedef struct {
    const ngx_str_t  *names;   /* in any spelling */
    ngx_uint_t        nnames;
    const ngx_str_t  *except;  /* a key that is one of these texts stays: */
    ngx_uint_t        nexcept; /* by its address, which no client can give */
} ngx_http_jwt_headers_which_t;


/*
 * Writes a name in the form in which names are compared: lower case, and "-"
 * for all but letters and digits.  CGI makes "_" of "-", and PHP of "." too;
 * others may do so with more.
 */
void ngx_http_jwt_headers_normal(u_char *to, ngx_str_t *name);

/* Are these the same name, in that form? */
ngx_uint_t ngx_http_jwt_headers_alike(const ngx_str_t *a, const ngx_str_t *b);

/*
 * Takes headers out of a request: its list, nginx's own pointers, and what
 * nginx knows by them.  Where removed isn't NULL, copies (ngx_table_elt_t) go
 * there.  NGX_ERROR: no memory, and nothing was changed.
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
 * Adds a header to a request's own list.  Of the element key, value, hash and
 * lowcase_key are taken; the value must end in a NUL that isn't counted, as
 * nginx's parsers look for it.
 */
ngx_int_t ngx_http_jwt_headers_add(ngx_http_request_t *r,
    ngx_table_elt_t *header);

/* Forgets what is kept of a header that was taken out, and its namesakes. */
void ngx_http_jwt_parsed_forget(ngx_http_request_t *r, ngx_table_elt_t *h);

/* Adds a header to the answer; name and value are constant texts. */
ngx_int_t ngx_http_jwt_headers_answer(ngx_http_request_t *r,
    const char *name, const char *value);


#endif /* NGX_HTTP_JWT_HEADERS_H */
