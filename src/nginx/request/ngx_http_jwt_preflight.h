/*
 * CORS preflights: jwt_preflight.
 */

#ifndef NGX_HTTP_JWT_PREFLIGHT_H
#define NGX_HTTP_JWT_PREFLIGHT_H


#include "ngx_http_jwt.h"


/* Is this a CORS preflight, in a location that lets these through? */
ngx_uint_t ngx_http_jwt_is_preflight(ngx_http_request_t *r,
    ngx_http_jwt_loc_conf_t *jlcf);

/*
 * Instead of a judgement: removes what would make the request more than a
 * question.  NGX_DECLINED, with ctx->preflight set; or a status.
 */
ngx_int_t ngx_http_jwt_preflight(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx);


#endif /* NGX_HTTP_JWT_PREFLIGHT_H */
