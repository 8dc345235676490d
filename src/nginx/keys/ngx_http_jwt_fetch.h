/*
 * Fetching a document without blocking the worker.
 */

#ifndef NGX_HTTP_JWT_FETCH_H
#define NGX_HTTP_JWT_FETCH_H


#include "ngx_http_jwt.h"


/*
 * What an operator can do about a failed fetch.  It is kept in shared memory:
 * a new one goes to the end.
 */
typedef enum {
    NGX_HTTP_JWT_ADVICE_NONE = 0,
    NGX_HTTP_JWT_ADVICE_REDIRECT,
    NGX_HTTP_JWT_ADVICE_PROXY_USER,
    NGX_HTTP_JWT_ADVICE_RATE,
    NGX_HTTP_JWT_ADVICE_OPERATOR,
    NGX_HTTP_JWT_ADVICE_URL,
    NGX_HTTP_JWT_ADVICE_SOURCE,
    NGX_HTTP_JWT_ADVICE_NAME,
    NGX_HTTP_JWT_ADVICE_CONNECT,
    NGX_HTTP_JWT_ADVICE_TIMEOUT,
    NGX_HTTP_JWT_ADVICE_CERTIFICATE,
    NGX_HTTP_JWT_ADVICE_TLS,
    NGX_HTTP_JWT_ADVICE_SIZE,
    NGX_HTTP_JWT_ADVICE_KEY_SET,
    NGX_HTTP_JWT_ADVICE_KEYS,
    NGX_HTTP_JWT_ADVICE_ZONE,
    NGX_HTTP_JWT_ADVICE_DOCUMENT,
    NGX_HTTP_JWT_ADVICE_CONNECTIONS,
    NGX_HTTP_JWT_ADVICE_COUNT
} ngx_http_jwt_advice_t;

typedef struct {
    ngx_uint_t       status;      /* of the answer; 0: there was none */
    njwt_slice_t     body;        /* valid until the handler returns */
    ngx_msec_t       retry_after; /* requested wait; 0: none */
    time_t           begun;       /* start of the fetch, by our clock */
    ngx_msec_t       took;        /* from then to the end of the answer */
    time_t           date;        /* by the server's clock; 0: unknown */
    time_t           age;         /* seconds in a cache since then */
    const char      *error;       /* NULL: the body is whole */
    ngx_http_jwt_advice_t  advice;  /* on the error */
    const char      *first;       /* why the first key is unusable */
} ngx_http_jwt_answer_t;

typedef void (*ngx_http_jwt_fetch_pt)(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_answer_t *answer);


/* The text of an advice, which may come from shared memory; NULL: none. */
const char *ngx_http_jwt_fetch_advice(ngx_uint_t advice);

/* Does this URL have the scheme https? */
ngx_uint_t ngx_http_jwt_fetch_is_https(ngx_str_t *url);

/*
 * Loads, at configuration, the authorities that the fetch of an issuer's keys
 * trusts: its own bundle, otherwise the system's.
 */
ngx_int_t ngx_http_jwt_fetch_trust(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf, ngx_http_jwt_issuer_t *issuer);

/* Creates a fetcher; NULL, after logging, if libcurl can't be used. */
ngx_http_jwt_fetcher_t *ngx_http_jwt_fetch_create(ngx_log_t *log);

/* Aborts all fetches without calling their handlers, and frees everything. */
void ngx_http_jwt_fetch_destroy(ngx_http_jwt_fetcher_t *fetcher);

/*
 * Begins to fetch a document for an issuer, for at most timeout ms.  The URL
 * must have passed njwt_url_fault().  The handler is called once, from the
 * event loop, unless the fetcher is destroyed before.
 */
ngx_int_t ngx_http_jwt_fetch(ngx_http_jwt_fetcher_t *fetcher,
    ngx_http_jwt_issuer_t *issuer, ngx_str_t *url, ngx_msec_t timeout,
    ngx_http_jwt_fetch_pt handler);


#endif /* NGX_HTTP_JWT_FETCH_H */
