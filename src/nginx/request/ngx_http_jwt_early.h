/*
 * What happens in a request before the gate is asked.
 *
 * The rewrite phases come before the judgement: "if", "set", "rewrite" and
 * "return" read variables that are still empty there, and may answer.  Each
 * case is logged once.
 */

#ifndef NGX_HTTP_JWT_EARLY_H
#define NGX_HTTP_JWT_EARLY_H


#include "ngx_http_jwt.h"


/* Called when one of our variables is read: warns if it is too early. */
void ngx_http_jwt_early_read(ngx_http_request_t *r, const ngx_str_t *name);

/* In the log phase: was the request answered without a judgement? */
ngx_int_t ngx_http_jwt_early_log_handler(ngx_http_request_t *r);


#endif /* NGX_HTTP_JWT_EARLY_H */
