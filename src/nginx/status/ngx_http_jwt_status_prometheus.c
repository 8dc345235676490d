/*
 * What is the status, for Prometheus?  Its text format, version 0.0.4.
 *
 * A family is written as a whole, and no two samples of one have the same
 * labels: keys of one "kid" are one there.
 */

#include "ngx_http_jwt_metric.h"
#include "ngx_http_jwt_status.h"


/* one number of each issuer's; NGX_DECLINED: it has none */
typedef ngx_int_t (*ngx_http_jwt_metric_pt)(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_source_t *source, time_t now, uint64_t *number);

typedef struct {
    const char               *name;
    const char               *help;
    ngx_http_jwt_metric_pt    value;
} ngx_http_jwt_metric_t;


static ngx_int_t
ngx_http_jwt_metric_available(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_source_t *source, time_t now, uint64_t *number)
{
    *number = ngx_http_jwt_status_serves(issuer, source);

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_metric_fetched(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_source_t *source, time_t now, uint64_t *number)
{
    *number = source->fetched;

    return source->known ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_http_jwt_metric_next(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_source_t *source, time_t now, uint64_t *number)
{
    *number = now + source->next / 1000;

    return source->known ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_http_jwt_metric_failures(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_source_t *source, time_t now, uint64_t *number)
{
    *number = source->failures;

    return source->known ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_http_jwt_metric_error(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_source_t *source, time_t now, uint64_t *number)
{
    *number = source->history.error_time;

    return source->known ? NGX_OK : NGX_DECLINED;
}


static const ngx_http_jwt_metric_t  ngx_http_jwt_metrics[] = {

    { "keys_available", "Are there keys, young enough to serve?",
      ngx_http_jwt_metric_available },

    { "keys_fetched_timestamp_seconds", "When keys were last fetched.",
      ngx_http_jwt_metric_fetched },

    { "next_fetch_timestamp_seconds", "When keys will be fetched again.",
      ngx_http_jwt_metric_next },

    { "fetch_failures_in_a_row", "Failed fetches since the last good one.",
      ngx_http_jwt_metric_failures },

    { "fetch_error_timestamp_seconds", "When a fetch last failed.",
      ngx_http_jwt_metric_error },

    { NULL, NULL, NULL }
};


static void
ngx_http_jwt_metric_issuers(ngx_http_jwt_status_t *status,
    const ngx_http_jwt_metric_t *metric)
{
    uint64_t                 number;
    ngx_uint_t               i;
    ngx_http_jwt_page_t     *page;
    ngx_http_jwt_issuer_t  **issuers;

    page = &status->page;
    issuers = status->main->issuers.elts;

    ngx_http_jwt_metric_family(page, metric->name, "gauge", metric->help);

    for (i = 0; i < status->main->issuers.nelts; i++) {

        if (metric->value(issuers[i], &status->sources[i], status->now,
                          &number)
            != NGX_OK)
        {
            continue;
        }

        ngx_http_jwt_metric_begin(page, metric->name);
        ngx_http_jwt_metric_label(page, "issuer",
                                  ngx_http_jwt_slice(&issuers[i]->name));
        ngx_http_jwt_metric_end(page, number);
    }
}


static void
ngx_http_jwt_metric_fetches(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                i, good;
    ngx_http_jwt_page_t      *page;
    ngx_http_jwt_issuer_t   **issuers;
    ngx_http_jwt_history_t   *history;

    static const njwt_slice_t  outcomes[] = { njwt_literal("bad"),
                                              njwt_literal("good") };

    page = &status->page;
    issuers = status->main->issuers.elts;

    ngx_http_jwt_metric_family(page, "fetches_total", "counter",
                               "Fetches of keys, by outcome.");

    for (i = 0; i < status->main->issuers.nelts; i++) {
        history = &status->sources[i].history;

        for (good = 0; status->sources[i].known && good < 2; good++) {
            ngx_http_jwt_metric_begin(page, "fetches_total");
            ngx_http_jwt_metric_label(page, "issuer",
                                      ngx_http_jwt_slice(&issuers[i]->name));
            ngx_http_jwt_metric_label(page, "outcome", outcomes[good]);
            ngx_http_jwt_metric_end(page, good ? history->good
                                               : history->bad);
        }
    }
}


static void
ngx_http_jwt_metric_requests(ngx_http_jwt_status_t *status,
    ngx_http_jwt_issuer_t *issuer)
{
    ngx_uint_t            i;
    ngx_http_jwt_page_t  *page;

    static const njwt_slice_t  none = njwt_literal("-");

    page = &status->page;

    for (i = 0; i < NGX_HTTP_JWT_COUNTED; i++) {

        if (!ngx_http_jwt_series_has(issuer, i)) {
            continue;
        }

        ngx_http_jwt_metric_begin(page, "requests_total");
        ngx_http_jwt_metric_label(page, "issuer",
                                  issuer ? ngx_http_jwt_slice(&issuer->name)
                                         : none);
        ngx_http_jwt_metric_label(page, "verdict",
                                  ngx_http_jwt_counted_name(i));
        ngx_http_jwt_metric_end(page,
                     status->counted.total[ngx_http_jwt_series(issuer, i)]);
    }
}


static void
ngx_http_jwt_metric_counted(ngx_http_jwt_status_t *status)
{
    ngx_uint_t               i;
    ngx_http_jwt_page_t     *page;
    ngx_http_jwt_issuer_t  **issuers;

    page = &status->page;
    issuers = status->main->issuers.elts;

    ngx_http_jwt_metric_plain(page, "counting_since_timestamp_seconds",
                              "gauge", "When the counters were at 0.",
                              status->since);

    ngx_http_jwt_metric_family(page, "requests_total", "counter",
                               "Requests that were judged, by issuer (-: "
                               "before it was known) and verdict.");
    ngx_http_jwt_metric_requests(status, NULL);

    for (i = 0; i < status->main->issuers.nelts; i++) {
        ngx_http_jwt_metric_requests(status, issuers[i]);
    }

    for (i = 0; ngx_http_jwt_metrics[i].name != NULL; i++) {
        ngx_http_jwt_metric_issuers(status, &ngx_http_jwt_metrics[i]);
    }

    ngx_http_jwt_metric_fetches(status);
    ngx_http_jwt_status_prometheus_keys(status);

    ngx_http_jwt_metric_plain(page, "cache_size_bytes", "gauge",
                              "The cache of verified tokens; 0: off.",
                              status->cache.size);
    ngx_http_jwt_metric_plain(page, "cache_entries", "gauge",
                              "Verified tokens that are kept.",
                              status->cache.used);
    ngx_http_jwt_metric_plain(page, "cache_hits_total", "counter",
                              "Verified tokens that were found again.",
                              status->hits);
    ngx_http_jwt_metric_plain(page, "cache_misses_total", "counter",
                              "Tokens that were looked for in vain.",
                              status->misses);
    ngx_http_jwt_metric_plain(page, "cache_evictions_total", "counter",
                              "Tokens that had to go for others.",
                              status->evictions);
    ngx_http_jwt_metric_plain(page, "proofs", "gauge",
                              "DPoP proofs that are remembered.",
                              status->proofs.used);
    ngx_http_jwt_metric_plain(page, "proofs_capacity", "gauge",
                              "DPoP proofs that there is room for.",
                              status->proofs.entries);
    ngx_http_jwt_metric_plain(page, "closed_total", "counter",
                              "Requests that were ended with their token.",
                              status->closed);
}


ngx_int_t
ngx_http_jwt_status_prometheus(ngx_http_jwt_status_t *status)
{
    if (status->counting) {
        ngx_http_jwt_metric_counted(status);
    }

    return ngx_http_jwt_status_prometheus_locations(status);
}
