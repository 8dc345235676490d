/*
 * What are the metrics of keys and of locations?
 */

#include "ngx_http_jwt_metric.h"
#include "ngx_http_jwt_status.h"


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


void
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


ngx_int_t
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
