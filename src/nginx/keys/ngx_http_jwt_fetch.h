/*
 * How is a document fetched without blocking the worker?
 */

#ifndef NGX_HTTP_JWT_FETCH_H
#define NGX_HTTP_JWT_FETCH_H


#include "ngx_http_jwt.h"


typedef struct {
    ngx_uint_t       status;      /* of the answer; 0: there was none */
    njwt_slice_t     body;        /* until the handler returns */
    ngx_msec_t       retry_after; /* that it asks for; 0: nothing */
    time_t           begun;       /* the fetch, by our clock */
    ngx_msec_t       took;        /* from then to the end of the answer */
    time_t           date;        /* by the server's clock; 0: it says none */
    time_t           age;         /* in a cache since, in seconds */
    const char      *error;       /* NULL: the body is whole */
    const char      *advice;      /* on the error; or NULL */
    const char      *first;       /* why its first key is no use; or NULL */
} ngx_http_jwt_answer_t;

typedef void (*ngx_http_jwt_fetch_pt)(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_answer_t *answer);


/* Is this URL of the https scheme? */
ngx_uint_t ngx_http_jwt_fetch_is_https(ngx_str_t *url);

/*
 * Loads, at configuration, the authorities that the fetch of an issuer's keys
 * trusts: its own bundle, else the system's.
 */
ngx_int_t ngx_http_jwt_fetch_trust(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf, ngx_http_jwt_issuer_t *issuer);

/* Makes what fetches; NULL, logged, where libcurl won't do. */
ngx_http_jwt_fetcher_t *ngx_http_jwt_fetch_create(ngx_log_t *log);

/* Gives up every fetch without a word and frees all. */
void ngx_http_jwt_fetch_destroy(ngx_http_jwt_fetcher_t *fetcher);

/*
 * Begins to fetch a document of an issuer's from a URL that
 * njwt_url_fault() finds nothing wrong with, for at most timeout ms.
 * The handler is called once, from the event loop, unless the fetcher is
 * destroyed before.
 */
ngx_int_t ngx_http_jwt_fetch(ngx_http_jwt_fetcher_t *fetcher,
    ngx_http_jwt_issuer_t *issuer, ngx_str_t *url, ngx_msec_t timeout,
    ngx_http_jwt_fetch_pt handler);


#endif /* NGX_HTTP_JWT_FETCH_H */
