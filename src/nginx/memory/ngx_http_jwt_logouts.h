/*
 * The memory of used logout tokens, by "jti"
 * (OpenID Connect Back-Channel Logout 1.0, section 2.6).
 */

#ifndef NGX_HTTP_JWT_LOGOUTS_H
#define NGX_HTTP_JWT_LOGOUTS_H


#include "ngx_http_jwt.h"


/* a salted digest: no "jti" lies in the memory */
#define NGX_HTTP_JWT_LOGOUT_KEY  16

/* what there is to be seen of the memory */
typedef struct {
    int64_t            taken;       /* logout tokens since it began */
    int64_t            refused;     /* requests with none that was good */
    int64_t            remembered;  /* tokens that aren't over */
} ngx_http_jwt_logouts_state_t;


/* Adds the zone to the configuration; only where there is a handler. */
ngx_int_t ngx_http_jwt_logouts_add(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);

/* The key of an issuer's "jti"; NGX_ERROR: OpenSSL can't. */
ngx_int_t ngx_http_jwt_logouts_key(ngx_http_jwt_issuer_t *issuer,
    njwt_slice_t jti, u_char *key);

/* Was it used? */
ngx_uint_t ngx_http_jwt_logouts_used(ngx_http_jwt_main_conf_t *jmcf,
    const u_char *key);

/*
 * Uses it up, until that second, in one step for all workers.  NGX_DECLINED:
 * it was used before.
 */
ngx_int_t ngx_http_jwt_logouts_use(ngx_http_jwt_main_conf_t *jmcf,
    const u_char *key, double until);

/* Counts a request whose token was taken, or wasn't. */
void ngx_http_jwt_logouts_count(ngx_http_jwt_main_conf_t *jmcf,
    ngx_uint_t taken);

/* What there is to be seen; zeroed where there is no such memory. */
void ngx_http_jwt_logouts_look(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_logouts_state_t *state);


#endif /* NGX_HTTP_JWT_LOGOUTS_H */
