/*
 * What is the backend told of who is calling?  jwt_identity_header.
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

/* of a server: what its clients can't send */
typedef struct {
    ngx_array_t                spellings;   /* ngx_str_t: each NAME's text */
    ngx_array_t                names;       /* ngx_str_t: normalized, once */
} ngx_http_jwt_srv_conf_t;


/* ngx_http_jwt_conf_identity.c */

void *ngx_http_jwt_create_srv_conf(ngx_conf_t *cf);
char *ngx_http_jwt_merge_srv_conf(ngx_conf_t *cf, void *parent, void *child);

char *ngx_http_jwt_identity_header(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* A level that has none of its own takes the outer level's. */
void ngx_http_jwt_identity_merge(ngx_http_jwt_loc_conf_t *prev,
    ngx_http_jwt_loc_conf_t *conf);


/* ngx_http_jwt_identity.c */

/*
 * Before a judgement, and where there is none: takes away the server's names,
 * the client's and in a main request what an earlier judgement set.
 */
ngx_int_t ngx_http_jwt_identity_clear(ngx_http_request_t *r);

/* Takes away the client's only: what a judgement set stays. */
ngx_int_t ngx_http_jwt_identity_clear_clients(ngx_http_request_t *r);

/* After a judgement, and where there is none: sets the location's headers. */
ngx_int_t ngx_http_jwt_identity_set(ngx_http_request_t *r,
    ngx_http_jwt_loc_conf_t *jlcf);


#endif /* NGX_HTTP_JWT_IDENTITY_H */
