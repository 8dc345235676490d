/*
 * What is the status, for Prometheus?  Its text format, version 0.0.4.
 *
 * A family is written as a whole, and no two samples of one have the same
 * labels: keys of one "kid" are one there.
 */

#include "ngx_http_jwt_status.h"


#define NGX_HTTP_JWT_METRIC  "jwt_scope_"


static void
ngx_http_jwt_metric_family(ngx_http_jwt_page_t *page, const char *name,
    const char *type, const char *help)
{
    ngx_http_jwt_page_print(page, "# HELP " NGX_HTTP_JWT_METRIC "%s %s\n",
                            name, help);
    ngx_http_jwt_page_print(page, "# TYPE " NGX_HTTP_JWT_METRIC "%s %s\n",
                            name, type);
}


static void
ngx_http_jwt_metric_begin(ngx_http_jwt_page_t *page, const char *name)
{
    ngx_http_jwt_page_print(page, NGX_HTTP_JWT_METRIC "%s{", name);
}


static void
ngx_http_jwt_metric_label(ngx_http_jwt_page_t *page, const char *label,
    njwt_slice_t text)
{
    if (ngx_http_jwt_page_last(page) == '"') {
        ngx_http_jwt_page_say(page, ",");
    }

    ngx_http_jwt_page_print(page, "%s=\"", label);
    ngx_http_jwt_page_text(page, text);
    ngx_http_jwt_page_say(page, "\"");
}


static void
ngx_http_jwt_metric_end(ngx_http_jwt_page_t *page, uint64_t number)
{
    ngx_http_jwt_page_print(page, "} %uL\n", number);
}


static void
ngx_http_jwt_metric_plain(ngx_http_jwt_page_t *page, const char *name,
    const char *type, const char *help, uint64_t number)
{
    ngx_http_jwt_metric_family(page, name, type, help);
    ngx_http_jwt_page_print(page, NGX_HTTP_JWT_METRIC "%s %uL\n", name,
                            number);
}


/* As a label shows it: Prometheus wants no two samples with the same. */

static ngx_uint_t
ngx_http_jwt_metric_same_key(ngx_http_jwt_record_t *a,
    ngx_http_jwt_record_t *b)
{
    njwt_slice_t  one, other;

    one.data = a->kid;
    one.len = a->kid_len;
    other.data = b->kid;
    other.len = b->kid_len;

    return ngx_http_jwt_page_same(one, other);
}


/*
 * All keys of one name in one: it serves if one does, was used when one was,
 * and is as old as the oldest.  Returns 0 for a name that came before.
 */

static ngx_uint_t
ngx_http_jwt_metric_join_keys(ngx_http_jwt_status_t *status,
    ngx_http_jwt_issuer_t *issuer, ngx_uint_t at,
    ngx_http_jwt_record_t *joined)
{
    ngx_uint_t              i;
    ngx_http_jwt_record_t  *record;

    *joined = status->records[at];

    for (i = 0; i < status->nrecords; i++) {
        record = &status->records[i];

        if (!ngx_http_jwt_ledger_shown(record, issuer)
            || !ngx_http_jwt_metric_same_key(record, joined))
        {
            continue;
        }

        if (i < at) {
            return 0;
        }

        joined->used = ngx_max(joined->used, record->used);
        joined->seen = ngx_min(joined->seen, record->seen);
        joined->gone = record->gone ? joined->gone : 0;
    }

    return 1;
}


static uint64_t
ngx_http_jwt_metric_key_number(ngx_http_jwt_record_t *record,
    ngx_uint_t which)
{
    switch (which) {

    case 0:
        return record->gone == 0;

    case 1:
        return record->seen;

    default:
        return record->used;
    }
}


static void
ngx_http_jwt_metric_keys_of(ngx_http_jwt_status_t *status,
    ngx_http_jwt_issuer_t *issuer, const char *name, ngx_uint_t which)
{
    ngx_uint_t              i;
    njwt_slice_t            kid;
    ngx_http_jwt_page_t    *page;
    ngx_http_jwt_record_t   joined;

    page = &status->page;

    for (i = 0; i < status->nrecords; i++) {

        if (!ngx_http_jwt_ledger_shown(&status->records[i], issuer)
            || !ngx_http_jwt_metric_join_keys(status, issuer, i, &joined))
        {
            continue;
        }

        kid.data = joined.kid;
        kid.len = joined.kid_len;

        ngx_http_jwt_metric_begin(page, name);
        ngx_http_jwt_metric_label(page, "issuer",
                                  ngx_http_jwt_slice(&issuer->name));
        ngx_http_jwt_metric_label(page, "kid", kid);
        ngx_http_jwt_metric_end(page,
                              ngx_http_jwt_metric_key_number(&joined, which));
    }
}


static void
ngx_http_jwt_status_prometheus_keys(ngx_http_jwt_status_t *status)
{
    ngx_uint_t               i, which;
    ngx_http_jwt_issuer_t  **issuers;

    static const char  *const families[][2] = {
        { "key_serving", "Is the key in the set?" },
        { "key_first_seen_timestamp_seconds", "Since when it is known." },
        { "key_last_used_timestamp_seconds",
          "When a token that it signed was last accepted; 0: never." }
    };

    issuers = status->main->issuers.elts;

    for (which = 0; which < 3; which++) {
        ngx_http_jwt_metric_family(&status->page, families[which][0], "gauge",
                                   families[which][1]);

        for (i = 0; i < status->main->issuers.nelts; i++) {
            ngx_http_jwt_metric_keys_of(status, issuers[i],
                                        families[which][0], which);
        }
    }
}


/* What there was of a location; NULL: of those without counters. */

static ngx_int_t
ngx_http_jwt_metric_location(ngx_http_jwt_status_t *status,
    ngx_http_jwt_location_t *location, ngx_http_jwt_location_counts_t *counts)
{
    u_char                twin[NGX_INT_T_LEN];
    ngx_str_t             name, server;
    ngx_uint_t            i;
    njwt_slice_t          number;
    ngx_http_jwt_page_t  *page;

    page = &status->page;
    number.data = twin;
    number.len = 0;

    ngx_str_set(&server, "-");
    ngx_str_set(&name, "-");

    if (location != NULL) {
        server = location->server->server_name;
        number.len = ngx_sprintf(twin, "%ui", location->twin) - twin;

        if (ngx_http_jwt_location_name(status->request->pool, location, &name)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    for (i = 0; i < NGX_HTTP_JWT_COUNTED; i++) {

        if (counts->totals[i] == 0) {
            continue;
        }

        ngx_http_jwt_metric_begin(page, "location_requests_total");
        ngx_http_jwt_metric_label(page, "server",
                                  ngx_http_jwt_slice(&server));
        ngx_http_jwt_metric_label(page, "location",
                                  ngx_http_jwt_slice(&name));

        /* of servers that are called the same */

        if (location != NULL && location->twin > 0) {
            ngx_http_jwt_metric_label(page, "twin", number);
        }

        ngx_http_jwt_metric_label(page, "verdict",
                                  ngx_http_jwt_counted_name(i));
        ngx_http_jwt_metric_end(page, counts->totals[i]);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_status_prometheus_locations(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                        i, open;
    ngx_http_jwt_location_t         **all;
    ngx_http_jwt_location_counts_t   *counts;

    open = 0;
    all = status->main->locations.elts;

    ngx_http_jwt_metric_family(&status->page, "location_requests_total",
                               "counter", "Requests that were judged, by "
                               "location (-: those without counters of "
                               "their own) and verdict.");

    for (i = 0; i < status->main->locations.nelts; i++) {
        open += all[i]->passes && all[i]->conf->policy == NULL
                && ngx_http_jwt_location_reached(all[i]);

        counts = ngx_http_jwt_status_counts(all[i]);

        if (counts != NULL
            && ngx_http_jwt_metric_location(status, all[i], counts) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (status->counting
        && ngx_http_jwt_metric_location(status, NULL,
                                        &status->main->counters->other)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_jwt_metric_plain(&status->page, "unprotected_locations", "gauge",
                              "Locations that pass requests on and that jwt "
                              "doesn't guard.", open);

    return NGX_OK;
}


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
