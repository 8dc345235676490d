/*
 * What does an operator want to know of the gate?  jwt_status.
 */

#ifndef NGX_HTTP_JWT_STATUS_H
#define NGX_HTTP_JWT_STATUS_H


#include "ngx_http_jwt_cache.h"
#include "ngx_http_jwt_proofs.h"
#include "ngx_http_jwt_counters.h"
#include "ngx_http_jwt_slot.h"
#include "ngx_http_jwt_keylog.h"
#include "ngx_http_jwt_locations.h"
#include "ngx_http_jwt_out.h"
#include "ngx_http_jwt_require.h"


/* what is told: copies, but for the configuration */
typedef struct {
    ngx_http_request_t        *request;
    ngx_http_jwt_main_conf_t  *main;
    ngx_http_jwt_page_t        page;
    njwt_arena_t               arena;

    time_t                     now;
    time_t                     since;      /* when counting began */
    ngx_uint_t                 counting;   /* 0: there is no issuer */
    ngx_http_jwt_counted_t     counted;
    uint64_t                   hits;       /* of the token cache */
    uint64_t                   misses;
    uint64_t                   evictions;
    uint64_t                   closed;
    ngx_http_jwt_proofs_state_t  proofs;
    ngx_http_jwt_cache_state_t cache;
    ngx_http_jwt_record_t     *records;
    ngx_uint_t                 nrecords;
    ngx_http_jwt_source_t     *sources;    /* of each issuer */
} ngx_http_jwt_status_t;


/* ngx_http_jwt_status.c */

char *ngx_http_jwt_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Warns where everybody may read it. */
ngx_int_t ngx_http_jwt_status_init(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);

/* Where the keys come from: a URL without its query, or "file". */
njwt_slice_t ngx_http_jwt_status_source(ngx_http_jwt_issuer_t *issuer);

/* Has that URL a query, which isn't told? */
ngx_uint_t ngx_http_jwt_status_source_cut(ngx_http_jwt_issuer_t *issuer);

/* Are there keys, young enough to serve? */
ngx_uint_t ngx_http_jwt_status_serves(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_source_t *source);

/* The "kty" of a key for these algorithms. */
const char *ngx_http_jwt_status_kty(uint32_t algs);

/* The i-th algorithm of a set, by its bit; empty: it isn't in it. */
njwt_slice_t ngx_http_jwt_status_alg(uint32_t algs, ngx_uint_t i);

const char *ngx_http_jwt_status_mode(ngx_http_jwt_location_t *location);

/* The name of a variable that is required, without its "$". */
njwt_slice_t ngx_http_jwt_status_variable(ngx_http_jwt_status_t *status,
    ngx_int_t index);


/* The counters of a location; NULL: it has none of its own. */
ngx_http_jwt_location_counts_t *ngx_http_jwt_status_counts(
    ngx_http_jwt_location_t *location);


/* Each writes the whole of it into status->page. */
ngx_int_t ngx_http_jwt_status_json(ngx_http_jwt_status_t *status);
ngx_int_t ngx_http_jwt_status_prometheus(ngx_http_jwt_status_t *status);
ngx_int_t ngx_http_jwt_status_html(ngx_http_jwt_status_t *status);


/* ngx_http_jwt_status_html_assets.c */

void ngx_http_jwt_html_head(ngx_http_jwt_page_t *page);
void ngx_http_jwt_html_foot(ngx_http_jwt_page_t *page);

/* The Content-Security-Policy of the page, from the pool, with a final 0. */
ngx_int_t ngx_http_jwt_html_policy(ngx_pool_t *pool, ngx_str_t *policy);


#endif /* NGX_HTTP_JWT_STATUS_H */
