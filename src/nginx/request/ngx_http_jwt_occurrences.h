/*
 * Occurrences of a cookie, an argument or a header in a request.
 */

#ifndef NGX_HTTP_JWT_OCCURRENCES_H
#define NGX_HTTP_JWT_OCCURRENCES_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


typedef struct {
    ngx_uint_t  count;
    ngx_uint_t  filled;    /* how many have a value */
} ngx_http_jwt_occurrences_t;


/*
 * Each adds the occurrences of a name in the whole request to *found.  The
 * name is as in nginx's variables: in lower case, with "_" for all but letters
 * and digits.
 */

void ngx_http_jwt_occurrences_cookie(ngx_http_request_t *r, ngx_str_t *name,
    ngx_http_jwt_occurrences_t *found);
void ngx_http_jwt_occurrences_argument(ngx_http_request_t *r, ngx_str_t *name,
    ngx_http_jwt_occurrences_t *found);
void ngx_http_jwt_occurrences_header(ngx_http_request_t *r, ngx_str_t *name,
    ngx_http_jwt_occurrences_t *found);

/*
 * The cookie of that name that begins at or after *p in the text of a Cookie
 * header: *p becomes its start, *end the position behind its value.  0: none.
 */
ngx_uint_t ngx_http_jwt_cookie_next(u_char **p, u_char *last, ngx_str_t *name,
    u_char **end);


#endif /* NGX_HTTP_JWT_OCCURRENCES_H */
