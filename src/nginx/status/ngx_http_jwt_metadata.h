/*
 * Protected resource metadata (RFC 9728): jwt_resource_metadata_handler.
 */

#ifndef NGX_HTTP_JWT_METADATA_H
#define NGX_HTTP_JWT_METADATA_H


#include "ngx_http_jwt.h"


/* one jwt_resource_metadata_handler */
struct ngx_http_jwt_metadata_s {
    ngx_str_t                  issuer;       /* the block's name */
    ngx_str_t                  resource;
    ngx_str_t                  path;         /* of resource, decoded */
    ngx_str_t                  name;         /* data NULL: not given */
    ngx_str_t                  documentation;
    ngx_array_t               *scopes;       /* njwt_slice_t; NULL: unset */
    ngx_http_jwt_conf_pos_t    pos;
    ngx_str_t                  body;
};


char *ngx_http_jwt_resource_metadata_handler(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);

/* Writes all documents, when every location's policy is known. */
ngx_int_t ngx_http_jwt_metadata_init(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);


#endif /* NGX_HTTP_JWT_METADATA_H */
