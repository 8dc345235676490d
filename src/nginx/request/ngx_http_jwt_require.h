/*
 * The variables of a jwt_require.
 */

#ifndef NGX_HTTP_JWT_REQUIRE_H
#define NGX_HTTP_JWT_REQUIRE_H


#include "ngx_http_jwt.h"


typedef struct {
    ngx_array_t   variables;      /* ngx_int_t: their indexes */
    ngx_uint_t    unauthorized;   /* error=401 */
} ngx_http_jwt_condition_t;


#endif /* NGX_HTTP_JWT_REQUIRE_H */
