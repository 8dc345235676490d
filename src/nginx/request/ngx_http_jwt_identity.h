/*
 * Identity headers, which tell the backend who is calling:
 * jwt_identity_header.
 */

#ifndef NGX_HTTP_JWT_IDENTITY_H
#define NGX_HTTP_JWT_IDENTITY_H


#include "ngx_http_jwt.h"


/* one jwt_identity_header */
typedef struct {
    ngx_str_t                  name;
    ngx_str_t                  lowcase;
    ngx_uint_t                 hash;
    ngx_http_complex_value_t   value;
} ngx_http_jwt_identity_t;

/* of a server: the headers that its clients can't send */
typedef struct {
    ngx_array_t                spellings;   /* ngx_str_t: as written */
    ngx_array_t                names;       /* ngx_str_t: normalized */
} ngx_http_jwt_srv_conf_t;


/* ngx_http_jwt_conf_identity.c */

void *ngx_http_jwt_create_srv_conf(ngx_conf_t *cf);
char *ngx_http_jwt_merge_srv_conf(ngx_conf_t *cf, void *parent, void *child);

char *ngx_http_jwt_identity_header(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/* ngx_http_jwt_identity.c */

/*
 * Before a judgement, and without one: removes the server's identity headers,
 * or the client's only: then those that an earlier judgement set stay.
 */
ngx_int_t ngx_http_jwt_identity_clear(ngx_http_request_t *r,
    ngx_uint_t clients_only);

/* After a judgement, and without one: sets the location's headers. */
ngx_int_t ngx_http_jwt_identity_set(ngx_http_request_t *r,
    ngx_http_jwt_loc_conf_t *jlcf);


#endif /* NGX_HTTP_JWT_IDENTITY_H */
