/*
 * Warnings of nginx -t about the configuration as a whole.
 *
 * None of them stops nginx.  Each function names every location that it
 * concerns once, with the file and the line where it begins; NGX_ERROR is a
 * lack of memory.
 */

#ifndef NGX_HTTP_JWT_WARNINGS_H
#define NGX_HTTP_JWT_WARNINGS_H


#include "ngx_http_jwt.h"


/*
 * ngx_http_jwt_warn_unguarded.c: locations without jwt that pass requests on
 */

ngx_int_t ngx_http_jwt_warn_unguarded(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);

/* One of nginx's own HTTP modules by its name, or NULL. */
ngx_module_t *ngx_http_jwt_warnings_module(ngx_conf_t *cf, const char *name);

/* Does the server have a location with jwt? */
ngx_uint_t ngx_http_jwt_warnings_protects(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_core_srv_conf_t *server);


/* ngx_http_jwt_warn_regex.c: a regex that overtakes a guarded prefix */

/*
 * Notes in location->wins_over the guarded prefix that it takes requests from,
 * if it is a regex without a word of jwt that does.
 */
void ngx_http_jwt_warnings_wins_over(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_location_t *regex);

void ngx_http_jwt_warn_regex(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf);


/* ngx_http_jwt_warn_bypass.c: answers beside jwt; any "Upgrade" passed on */

void ngx_http_jwt_warn_return(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf);
void ngx_http_jwt_warn_upgrade(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf);


/* ngx_http_jwt_warn_subrequests.c: jwt for subrequests only */

void ngx_http_jwt_warn_subrequests(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);


#endif /* NGX_HTTP_JWT_WARNINGS_H */
