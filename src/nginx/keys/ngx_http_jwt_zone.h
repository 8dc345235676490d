/*
 * The zone of keys, which the workers share.
 */

#ifndef NGX_HTTP_JWT_ZONE_H
#define NGX_HTTP_JWT_ZONE_H


#include "ngx_http_jwt.h"


/*
 * Adds the zone to the configuration if there is an issuer.  Fails if it is
 * too small for the issuers, naming the size that is needed.
 */
ngx_int_t ngx_http_jwt_zone_add(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);

/*
 * Numbers a configuration that is about to be used; in the master, after it
 * was found good.
 */
void ngx_http_jwt_zone_number(ngx_http_jwt_main_conf_t *jmcf);

/*
 * Finds or makes this configuration's keysets and frees those of others.  In
 * each worker, before its first request.  A late worker, when a newer
 * configuration already has its keysets, only finds them.
 */
void ngx_http_jwt_zone_attach(ngx_http_jwt_main_conf_t *jmcf, ngx_log_t *log);


#endif /* NGX_HTTP_JWT_ZONE_H */
