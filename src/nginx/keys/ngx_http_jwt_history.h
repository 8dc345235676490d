/*
 * How did the fetches of an issuer's keys go?
 */

#ifndef NGX_HTTP_JWT_HISTORY_H
#define NGX_HTTP_JWT_HISTORY_H


#include "ngx_http_jwt_fetch.h"
#include "ngx_http_jwt_slot.h"


/* an issuer's source as it is now, a copy */
typedef struct {
    ngx_uint_t               known;        /* 0: there is no slot */
    time_t                   fetched;      /* 0: no keys yet */
    ngx_uint_t               in_flight;
    ngx_uint_t               failures;     /* in a row */
    ngx_msec_t               next;         /* ms until the next fetch */
    ngx_http_jwt_history_t   history;
} ngx_http_jwt_source_t;


/* Notes a good fetch, of so many usable keys. */
void ngx_http_jwt_history_good(ngx_http_jwt_issuer_t *issuer,
    ngx_uint_t keys);

/* Notes a bad one, and what was wrong. */
void ngx_http_jwt_history_bad(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_answer_t *answer);

void ngx_http_jwt_history_read(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_source_t *source);


#endif /* NGX_HTTP_JWT_HISTORY_H */
