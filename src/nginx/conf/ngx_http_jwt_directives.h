/*
 * The directives that are read in this folder, and what is made of them when
 * the configuration is complete.
 */

#ifndef NGX_HTTP_JWT_DIRECTIVES_H
#define NGX_HTTP_JWT_DIRECTIVES_H


#include "ngx_http_jwt.h"


/* ngx_http_jwt_conf_issuer.c */

char *ngx_http_jwt_issuer_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* Is this a directive of the block? */
ngx_uint_t ngx_http_jwt_issuer_knows(const ngx_str_t *name);


/* ngx_http_jwt_conf_issuer_check.c */

/* Checks an issuer, sets its defaults and adds it to the others. */
char *ngx_http_jwt_issuer_finish(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf, ngx_http_jwt_issuer_t *issuer);


/* ngx_http_jwt_conf_revocation.c */

/* Checks an issuer's settings of revocation, and reads its file. */
char *ngx_http_jwt_issuer_revocation(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf, ngx_http_jwt_issuer_t *issuer);


/* ngx_http_jwt_conf_rules.c */

char *ngx_http_jwt_require_scope(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

char *ngx_http_jwt_require_claim(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_jwt_audience(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


/* ngx_http_jwt_conf_policy.c */

char *ngx_http_jwt_names(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* A rule at the http level if jwt is off there is an error, as elsewhere. */
char *ngx_http_jwt_policy_check_http(ngx_conf_t *cf,
    ngx_http_jwt_loc_conf_t *conf);

char *ngx_http_jwt_policy_merge(ngx_conf_t *cf,
    ngx_http_jwt_loc_conf_t *prev, ngx_http_jwt_loc_conf_t *conf);

char *ngx_http_jwt_mode(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_jwt_max_token_size(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/* ngx_http_jwt_conf_refusal.c */

/* After the policy of the level: makes the texts of its refusals. */
char *ngx_http_jwt_refusal_merge(ngx_conf_t *cf,
    ngx_http_jwt_loc_conf_t *prev, ngx_http_jwt_loc_conf_t *conf);

char *ngx_http_jwt_realm(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_jwt_resource_metadata(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/*
 * What is wrong with a URL that clients will get?  NULL, or the fault and what
 * to write.
 */
const char *ngx_http_jwt_doc_url_fault(ngx_str_t *url);


/* ngx_http_jwt_conf_stray.c */

/* While "http" is read: gives advice about directives in a wrong context. */
ngx_int_t ngx_http_jwt_stray_begin(ngx_conf_t *cf);
void ngx_http_jwt_stray_end(ngx_conf_t *cf);


#endif /* NGX_HTTP_JWT_DIRECTIVES_H */
