/*
 * Which doubts does nginx -t tell of the whole configuration?
 *
 * Nothing of it stops nginx.  Each function names every location that it
 * means, once, with the file and the line where it begins; NGX_ERROR is a
 * lack of memory.
 */

#ifndef NGX_HTTP_JWT_WARNINGS_H
#define NGX_HTTP_JWT_WARNINGS_H


#include "ngx_http_jwt.h"


/* ngx_http_jwt_unguarded.c: what passes requests on, and nobody thought of */
ngx_int_t ngx_http_jwt_warn_unguarded(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);

/* One of nginx's own HTTP modules by its name, or NULL. */
ngx_module_t *ngx_http_jwt_warnings_module(ngx_conf_t *cf, const char *name);


/* ngx_http_jwt_warnings.c: jwt where requests only come as subrequests */
ngx_int_t ngx_http_jwt_warn_subrequests(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);


#endif /* NGX_HTTP_JWT_WARNINGS_H */
