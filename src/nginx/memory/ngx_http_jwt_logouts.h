/*
 * The memory of used logout tokens, by "jti"
 * (OpenID Connect Back-Channel Logout 1.0, section 2.6).
 */

#ifndef NGX_HTTP_JWT_LOGOUTS_H
#define NGX_HTTP_JWT_LOGOUTS_H


#include "ngx_http_jwt.h"


/* a salted digest: the memory holds no "jti" itself */
#define NGX_HTTP_JWT_LOGOUT_KEY  16

/* the state of the memory, for the status */
typedef struct {
    int64_t            taken;       /* since it was created */
    int64_t            refused;     /* requests without a good one */
    int64_t            remembered;  /* those not yet expired */
} ngx_http_jwt_logouts_state_t;


/* Adds the zone to the configuration if there is a handler. */
ngx_int_t ngx_http_jwt_logouts_add(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);

/* The key of an issuer's "jti"; NGX_ERROR: OpenSSL can't. */
ngx_int_t ngx_http_jwt_logouts_key(ngx_http_jwt_issuer_t *issuer,
    njwt_slice_t jti, u_char *key);

/* Was the token used? */
ngx_uint_t ngx_http_jwt_logouts_used(ngx_http_jwt_main_conf_t *jmcf,
    const u_char *key);

/*
 * Marks the token as used until that second, in one step for all workers.
 * NGX_DECLINED: it was used before.
 */
ngx_int_t ngx_http_jwt_logouts_use(ngx_http_jwt_main_conf_t *jmcf,
    const u_char *key, double until);

/* Counts a request by whether its token was accepted. */
void ngx_http_jwt_logouts_count(ngx_http_jwt_main_conf_t *jmcf,
    ngx_uint_t taken);

/* Copies the state of the memory; zeros if there is none. */
void ngx_http_jwt_logouts_look(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_logouts_state_t *state);


#endif /* NGX_HTTP_JWT_LOGOUTS_H */
