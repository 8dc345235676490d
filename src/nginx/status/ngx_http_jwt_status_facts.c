/*
 * What is known, and by which names is it called?
 */

#include "ngx_http_jwt_status.h"
#include "ngx_http_jwt_blocks.h"


static ngx_int_t
ngx_http_jwt_status_numbers(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                n;
    ngx_pool_t               *pool;
    ngx_http_jwt_counted_t   *counted;
    ngx_http_jwt_counters_t  *counters;

    pool = status->request->pool;
    counted = &status->counted;
    counters = status->main->counters;
    n = counters->nseries;

    counted->total = ngx_palloc(pool, n * sizeof(uint64_t));
    counted->minute = ngx_palloc(pool, n * sizeof(uint32_t));
    counted->hour = ngx_palloc(pool, n * sizeof(uint32_t));

    if (counted->total == NULL
        || counted->minute == NULL
        || counted->hour == NULL)
    {
        return NGX_ERROR;
    }

    ngx_http_jwt_counters_read(status->main, counted);

    status->counting = 1;
    status->since = status->now
                    - (time_t) njwt_refresh_age(0, (ngx_msec_int_t)
                                                (ngx_current_msec
                                                 - counters->started) / 1000);

    status->hits = counters->cache_hits;
    status->misses = counters->cache_misses;
    status->evictions = counters->cache_evictions;
    status->closed = counters->closed;

    ngx_http_jwt_cache_look(status->main, &status->cache);
    ngx_http_jwt_proofs_look(status->main, &status->proofs);

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_status_read_sources(ngx_http_jwt_status_t *status)
{
    ngx_uint_t               i, n;
    ngx_http_jwt_issuer_t  **issuers;

    n = status->main->issuers.nelts;
    issuers = status->main->issuers.elts;

    status->sources = ngx_palloc(status->request->pool,
                                 n * sizeof(ngx_http_jwt_source_t));
    if (status->sources == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {
        ngx_http_jwt_history_read(issuers[i], &status->sources[i]);
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_status_collect(ngx_http_jwt_status_t *status)
{
    status->now = ngx_time();

    if (status->main->counters == NULL) {
        return NGX_OK;
    }

    status->records = ngx_http_jwt_ledger_read(status->main,
                                               status->request->pool,
                                               &status->nrecords);
    if (status->records == NULL
        || ngx_http_jwt_status_read_sources(status) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_jwt_status_numbers(status);
}


njwt_slice_t
ngx_http_jwt_status_source(ngx_http_jwt_issuer_t *issuer)
{
    u_char        *query;
    njwt_slice_t   source;

    static const njwt_slice_t  file = njwt_literal("file");

    if (issuer->fixed != NULL) {
        return file;
    }

    /* a query may hold what lets us ask */

    source = ngx_http_jwt_slice(&issuer->jwks_uri);
    query = ngx_strlchr(issuer->jwks_uri.data,
                        issuer->jwks_uri.data + issuer->jwks_uri.len, '?');

    if (query != NULL) {
        source.len = query - issuer->jwks_uri.data;
    }

    return source;
}


ngx_uint_t
ngx_http_jwt_status_source_cut(ngx_http_jwt_issuer_t *issuer)
{
    return issuer->fixed == NULL
           && ngx_http_jwt_status_source(issuer).len != issuer->jwks_uri.len;
}


ngx_uint_t
ngx_http_jwt_status_serves(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_source_t *source)
{
    if (issuer->fixed != NULL) {
        return 1;
    }

    return source->fetched != 0
           && source->age <= (time_t) (issuer->jwks_stale / 1000);
}


const char *
ngx_http_jwt_status_kty(uint32_t algs)
{
    if (algs & NJWT_ALGS_RSA) {
        return "RSA";
    }

    if (algs & NJWT_ALGS_HMAC) {
        return "oct";
    }

    return (algs & NJWT_ALG_EDDSA) ? "OKP" : "EC";
}


njwt_slice_t
ngx_http_jwt_status_alg(uint32_t algs, ngx_uint_t i)
{
    njwt_slice_t            none = { NULL, 0 };
    const njwt_alg_info_t  *info;

    info = njwt_alg_info(algs & (1u << i));

    return (info != NULL) ? info->name : none;
}


const char *
ngx_http_jwt_status_mode(ngx_http_jwt_location_t *location)
{
    switch (location->conf->mode) {

    case NGX_HTTP_JWT_OPTIONAL:
        return "optional";

    case NGX_HTTP_JWT_REPORT:
        return "report";

    default:
        return "enforce";
    }
}


njwt_slice_t
ngx_http_jwt_status_variable(ngx_http_jwt_status_t *status, ngx_int_t index)
{
    ngx_http_variable_t        *v;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_get_module_main_conf(status->request,
                                         ngx_http_core_module);
    v = (ngx_http_variable_t *) cmcf->variables.elts + index;

    return ngx_http_jwt_slice(&v->name);
}


ngx_http_jwt_location_counts_t *
ngx_http_jwt_status_counts(ngx_http_jwt_location_t *location)
{
    if (location->counts == NULL
        || location->id == 0
        || location->counts->id != location->id)
    {
        return NULL;
    }

    return location->counts;
}
