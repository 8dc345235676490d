/*
 * The status for Prometheus: its text format, version 0.0.4.
 *
 * A family is written as a whole, and no two samples of one have the same
 * labels: keys with the same "kid" are combined.
 */

#include "ngx_http_jwt_status.h"


#define NGX_HTTP_JWT_METRIC  "jwt_scope_"

#define NGX_HTTP_JWT_SHOWN_LEN  (NGX_HTTP_JWT_SHOWN_KID * 6)


/* Names are constants, without the prefix that they all have. */

static void
ngx_http_jwt_metric_family(ngx_http_jwt_out_t *out, const char *name,
    const char *help)
{
    size_t  len;

    static const size_t  total = sizeof("_total") - 1;

    len = ngx_strlen(name);

    ngx_http_jwt_status_printf(out, "# HELP " NGX_HTTP_JWT_METRIC "%w %w\n"
                               "# TYPE " NGX_HTTP_JWT_METRIC "%w %w\n",
                               name, help, name,
                               (len > total
                                && ngx_strcmp(name + len - total, "_total")
                                   == 0) ? "counter" : "gauge");
}


/* Writes each number of a list as a family of one sample without labels. */

static void
ngx_http_jwt_metric_numbers(ngx_http_jwt_status_t *status,
    const ngx_http_jwt_number_t *number)
{
    ngx_http_jwt_out_t   *out;

    out = &status->out;

    for ( /* void */ ; number->name != NULL; number++) {

        if (number->metric == NULL) {
            continue;
        }

        ngx_http_jwt_metric_family(out, number->metric, number->help);
        ngx_http_jwt_status_printf(out, NGX_HTTP_JWT_METRIC "%w %i\n",
                                   number->metric,
                                   ngx_http_jwt_number(number, status));
    }
}


/*
 * Writes each number of the issuers' list as a family with a sample for each.
 */

static void
ngx_http_jwt_metric_issuers(ngx_http_jwt_status_t *status)
{
    int64_t                        value;
    ngx_uint_t                     i;
    ngx_http_jwt_out_t            *out;
    ngx_http_jwt_status_issuer_t  *row;
    const ngx_http_jwt_number_t   *number;

    out = &status->out;

    for (number = ngx_http_jwt_issuer_numbers; number->name; number++) {

        if (number->metric == NULL) {
            continue;
        }

        ngx_http_jwt_metric_family(out, number->metric, number->help);

        for (i = 0; i < status->nissuers; i++) {
            row = &status->issuers[i];
            value = ngx_http_jwt_number(number, row);

            if (value == NGX_HTTP_JWT_NO_NUMBER) {
                continue;
            }

            ngx_http_jwt_status_printf(out, NGX_HTTP_JWT_METRIC
                                       "%w{issuer=\"%e\"} %i\n",
                                       number->metric,
                                       ngx_http_jwt_slice(&row->issuer->name),
                                       value);
        }
    }
}


static void
ngx_http_jwt_metric_revoked(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                     i, k;
    ngx_http_jwt_out_t            *out;
    const njwt_issuer_t           *trust;
    ngx_http_jwt_status_issuer_t  *row;

    out = &status->out;

    ngx_http_jwt_metric_family(out, "revocation_claim_entries",
                               "Revocation entries, by claim.");

    for (i = 0; i < status->nissuers; i++) {
        row = &status->issuers[i];
        trust = &row->issuer->trust;

        if (row->entries == NGX_HTTP_JWT_NO_NUMBER) {
            continue;
        }

        for (k = 0; k < trust->revocation_count; k++) {
            ngx_http_jwt_status_printf(out, NGX_HTTP_JWT_METRIC
                                       "revocation_claim_entries"
                                       "{issuer=\"%e\",claim=\"%e\"} %i\n",
                                       ngx_http_jwt_slice(&row->issuer->name),
                                       trust->revocation[k],
                                       (int64_t) row->revoked.entries[k]);
        }
    }
}


/* The durations: each bucket includes those before it. */

static void
ngx_http_jwt_metric_took(ngx_http_jwt_out_t *out,
    ngx_http_jwt_status_issuer_t *row)
{
    u_char                   bound[32];
    int64_t                  n;
    ngx_uint_t               i;
    njwt_slice_t             name, le;
    ngx_http_jwt_history_t  *history;

    static const ngx_msec_t  bounds[] = NGX_HTTP_JWT_TOOK;

    n = 0;
    history = &row->source.history;
    name = ngx_http_jwt_slice(&row->issuer->name);
    le.data = bound;

    for (i = 0; i <= NGX_HTTP_JWT_TOOKS; i++) {
        n += history->took[i];

        le.len = (i < NGX_HTTP_JWT_TOOKS)
                 ? ngx_sprintf(bound, "%M.%03M", bounds[i] / 1000,
                               bounds[i] % 1000) - bound
                 : ngx_sprintf(bound, "+Inf") - bound;

        ngx_http_jwt_status_printf(out, NGX_HTTP_JWT_METRIC
                                   "fetch_duration_seconds_bucket"
                                   "{issuer=\"%e\",le=\"%e\"} %i\n",
                                   name, le, n);
    }

    le.len = ngx_sprintf(bound, "%uL.%03uL", history->took_ms / 1000,
                         history->took_ms % 1000) - bound;

    ngx_http_jwt_status_printf(out, NGX_HTTP_JWT_METRIC
                               "fetch_duration_seconds_sum"
                               "{issuer=\"%e\"} %e\n" NGX_HTTP_JWT_METRIC
                               "fetch_duration_seconds_count"
                               "{issuer=\"%e\"} %i\n", name, le, name, n);
}


static void
ngx_http_jwt_metric_fetches(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                     i;
    njwt_slice_t                   name;
    ngx_http_jwt_out_t            *out;
    ngx_http_jwt_status_issuer_t  *row;

    out = &status->out;
    ngx_http_jwt_metric_family(out, "fetches_total",
                               "Fetches of keys, by outcome.");

    for (i = 0; i < status->nissuers; i++) {
        row = &status->issuers[i];

        if (!row->source.known) {
            continue;
        }

        name = ngx_http_jwt_slice(&row->issuer->name);
        ngx_http_jwt_status_printf(out, NGX_HTTP_JWT_METRIC "fetches_total"
                                   "{issuer=\"%e\",outcome=\"bad\"} %i\n"
                                   NGX_HTTP_JWT_METRIC "fetches_total"
                                   "{issuer=\"%e\",outcome=\"good\"} %i\n",
                                   name, row->bad, name, row->good);
    }

    ngx_http_jwt_out_literal(out, "# HELP " NGX_HTTP_JWT_METRIC
                             "fetch_duration_seconds How long fetches took.\n"
                             "# TYPE " NGX_HTTP_JWT_METRIC
                             "fetch_duration_seconds histogram\n");

    for (i = 0; i < status->nissuers; i++) {
        if (status->issuers[i].source.known) {
            ngx_http_jwt_metric_took(out, &status->issuers[i]);
        }
    }
}


/* A kid as a label shows it. */

static size_t
ngx_http_jwt_metric_kid(njwt_slice_t kid,
    u_char shown[NGX_HTTP_JWT_SHOWN_LEN])
{
    u_char        *p, escape[NJWT_UTF8_ESCAPE];
    njwt_slice_t   next;

    p = shown;

    while (kid.len > 0) {
        next = njwt_utf8_shown(&kid, escape);
        p = ngx_cpymem(p, next.data, next.len);
    }

    return p - shown;
}


/* Prometheus allows no two samples with the same labels. */

static ngx_uint_t
ngx_http_jwt_metric_same_key(njwt_slice_t a, njwt_slice_t b)
{
    u_char  one[NGX_HTTP_JWT_SHOWN_LEN], other[NGX_HTTP_JWT_SHOWN_LEN];
    size_t  len;

    len = ngx_http_jwt_metric_kid(a, one);

    return len == ngx_http_jwt_metric_kid(b, other)
           && ngx_memcmp(one, other, len) == 0;
}


/*
 * Combines all keys with one name: they serve if one does, were used when one
 * was, and are as old as the oldest.  Returns 0 for a name that came before.
 */

static ngx_uint_t
ngx_http_jwt_metric_join_keys(ngx_array_t *keys, ngx_uint_t at,
    ngx_http_jwt_status_key_t *joined)
{
    ngx_uint_t                  i;
    ngx_http_jwt_status_key_t  *key;

    key = keys->elts;
    *joined = key[at];

    for (i = 0; i < keys->nelts; i++) {

        if (!ngx_http_jwt_metric_same_key(key[i].kid, joined->kid)) {
            continue;
        }

        if (i < at) {
            return 0;
        }

        joined->last_used = ngx_max(joined->last_used, key[i].last_used);
        joined->first_seen = ngx_min(joined->first_seen, key[i].first_seen);
        joined->serving = ngx_max(joined->serving, key[i].serving);
    }

    return 1;
}


static void
ngx_http_jwt_metric_keys(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                     i, k;
    ngx_http_jwt_out_t            *out;
    ngx_http_jwt_status_key_t      joined;
    ngx_http_jwt_status_issuer_t  *row;
    const ngx_http_jwt_number_t   *number;

    out = &status->out;

    for (number = ngx_http_jwt_key_numbers; number->name; number++) {

        if (number->metric == NULL) {
            continue;
        }

        ngx_http_jwt_metric_family(out, number->metric, number->help);

        for (i = 0; i < status->nissuers; i++) {
            row = &status->issuers[i];

            for (k = 0; k < row->keys.nelts; k++) {

                if (!ngx_http_jwt_metric_join_keys(&row->keys, k, &joined)) {
                    continue;
                }

                ngx_http_jwt_status_printf(out, NGX_HTTP_JWT_METRIC
                                    "%w{issuer=\"%e\",kid=\"%e\"} %i\n",
                                    number->metric,
                                    ngx_http_jwt_slice(&row->issuer->name),
                                    joined.kid,
                                    ngx_http_jwt_number(number, &joined));
            }
        }
    }
}


static void
ngx_http_jwt_metric_requests(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                      i;
    ngx_http_jwt_out_t             *out;
    ngx_http_jwt_status_verdict_t  *row;

    static const njwt_slice_t  none = njwt_literal("-");

    out = &status->out;
    row = status->verdicts.elts;

    ngx_http_jwt_metric_family(out, "requests_total",
                               "Requests that were judged, by issuer (-: "
                               "before it was known) and verdict.");

    for (i = 0; i < status->verdicts.nelts; i++) {
        ngx_http_jwt_status_printf(out, NGX_HTTP_JWT_METRIC "requests_total"
                                   "{issuer=\"%e\",verdict=\"%e\"} %i\n",
                                   row[i].issuer
                                   ? ngx_http_jwt_slice(&row[i].issuer->name)
                                   : none,
                                   ngx_http_jwt_counted_name(row[i].counted),
                                   (int64_t) row[i].total);
    }
}


/* The counters of a location; NULL: of those without counters. */

static void
ngx_http_jwt_metric_location(ngx_http_jwt_status_t *status,
    ngx_http_jwt_location_t *location, ngx_http_jwt_location_counts_t *counts)
{
    u_char         number[sizeof("," "twin" "=\"\"") + NGX_INT_T_LEN];
    ngx_uint_t     i;
    njwt_slice_t   server, name;

    static const njwt_slice_t  none = njwt_literal("-");

    number[0] = '\0';
    server = location ? ngx_http_jwt_slice(&location->server->server_name)
                      : none;
    name = location ? ngx_http_jwt_slice(&location->name) : none;

    /* of servers with the same name */

    if (location != NULL && location->duplicate_no > 0) {
        (void) ngx_sprintf(number, ",%s=\"%ui\"%Z", "twin",
                           location->duplicate_no);
    }

    for (i = 0; i < NGX_HTTP_JWT_COUNTED; i++) {

        if (counts->totals[i] != 0) {
            ngx_http_jwt_status_printf(&status->out, NGX_HTTP_JWT_METRIC
                                       "location_requests_total{server=\"%e\","
                                       "location=\"%e\"%w,verdict=\"%e\"} "
                                       "%i\n", server, name, number,
                                       ngx_http_jwt_counted_name(i),
                                       (int64_t) counts->totals[i]);
        }
    }
}


static void
ngx_http_jwt_metric_locations(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                       i;
    ngx_http_jwt_status_location_t  *row;

    row = status->locations.elts;

    ngx_http_jwt_metric_family(&status->out, "location_requests_total",
                               "Requests that were judged, by location (-: "
                               "those without counters of their own) and "
                               "verdict.");

    for (i = 0; i < status->locations.nelts; i++) {
        if (row[i].counts != NULL) {
            ngx_http_jwt_metric_location(status, row[i].location,
                                         row[i].counts);
        }
    }

    if (status->counting) {
        ngx_http_jwt_metric_location(status, NULL,
                                     &status->main->counters->other);
    }
}


void
ngx_http_jwt_status_prometheus(ngx_http_jwt_status_t *status)
{
    ngx_http_jwt_out_t   *out;

    out = &status->out;

    ngx_http_jwt_metric_family(out, "build_info", "Versions; always 1.");
    ngx_http_jwt_out_literal(out, NGX_HTTP_JWT_METRIC "build_info{version=\""
                             NJWT_VERSION "\",nginx=\"" NGINX_VERSION
                             "\"} 1\n");

    ngx_http_jwt_metric_numbers(status, ngx_http_jwt_policy_numbers);

    if (status->counting) {
        ngx_http_jwt_metric_requests(status);
        ngx_http_jwt_metric_numbers(status, ngx_http_jwt_gate_numbers);
        ngx_http_jwt_metric_issuers(status);
        ngx_http_jwt_metric_revoked(status);
        ngx_http_jwt_metric_fetches(status);
        ngx_http_jwt_metric_keys(status);
    }

    ngx_http_jwt_metric_locations(status);
}
