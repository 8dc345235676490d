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
    time_t                   age;          /* of these, never below zero */
    ngx_uint_t               in_flight;
    ngx_uint_t               failures;     /* in a row */
    ngx_msec_t               next;         /* ms until the next fetch */
    ngx_http_jwt_history_t   history;
} ngx_http_jwt_source_t;


/* Notes a good fetch, of so many usable keys. */
void ngx_http_jwt_history_good(ngx_http_jwt_issuer_t *issuer,
    ngx_uint_t keys);

/*
 * Writes what was wrong with an answer into NGX_HTTP_JWT_ERROR_LEN bytes, cut
 * to them: printable ASCII, everything else escaped.  Returns its length.
 */
size_t ngx_http_jwt_history_text(ngx_http_jwt_answer_t *answer, u_char *text);

/* Notes a bad one, and what was wrong. */
void ngx_http_jwt_history_bad(ngx_http_jwt_issuer_t *issuer,
    ngx_uint_t status, ngx_str_t *reason);

/*
 * Why did the last fetch fail, if it did?  Copies the reason, at most
 * NGX_HTTP_JWT_ERROR_LEN bytes; returns its length, 0: it didn't.
 */
size_t ngx_http_jwt_history_reason(ngx_http_jwt_issuer_t *issuer,
    u_char *text);

/*
 * Notes by how many seconds the tenant's clock is ahead of ours.  Returns
 * NGX_AGAIN when that has become too much, NGX_OK when it no longer is, and
 * NGX_DECLINED where nothing has changed.
 */
ngx_int_t ngx_http_jwt_history_clock(ngx_http_jwt_issuer_t *issuer,
    int64_t skew, ngx_uint_t off);

void ngx_http_jwt_history_read(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_source_t *source);


#endif /* NGX_HTTP_JWT_HISTORY_H */
