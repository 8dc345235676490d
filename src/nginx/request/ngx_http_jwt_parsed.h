/*
 * What does nginx keep of a header beside its line?
 */

#ifndef NGX_HTTP_JWT_PARSED_H
#define NGX_HTTP_JWT_PARSED_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* Forgets what is kept of a header that was taken out, and its namesakes. */
void ngx_http_jwt_parsed_forget(ngx_http_request_t *r, ngx_table_elt_t *h);

/* Notes a header that was added, as nginx's parser would. */
ngx_int_t ngx_http_jwt_parsed_note(ngx_http_request_t *r,
    ngx_table_elt_t *h);


#endif /* NGX_HTTP_JWT_PARSED_H */
