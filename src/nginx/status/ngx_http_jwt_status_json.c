/*
 * What is the status, for programs?  The README documents each member.
 */

#include "ngx_http_jwt_json.h"
#include "ngx_http_jwt_status.h"


static void
ngx_http_jwt_status_json_algs(ngx_http_jwt_page_t *page, uint32_t algs)
{
    ngx_uint_t    i;
    njwt_slice_t  alg;

    ngx_http_jwt_json_open(page, "algorithms", "[");

    for (i = 0; i < NJWT_ALG_COUNT; i++) {
        alg = ngx_http_jwt_status_alg(algs, i);

        if (alg.len > 0) {
            ngx_http_jwt_json_element(page, "", alg);
        }
    }

    ngx_http_jwt_page_say(page, "]");
}


/* The numbers of an issuer, or, NULL, of those without one. */

static void
ngx_http_jwt_status_json_requests(ngx_http_jwt_status_t *status,
    ngx_http_jwt_issuer_t *issuer)
{
    u_char                name[64];
    ngx_uint_t            i, at;
    njwt_slice_t          verdict;
    ngx_http_jwt_page_t  *page;

    page = &status->page;
    ngx_http_jwt_json_open(page, "requests", "{");

    for (i = 0; i < NGX_HTTP_JWT_COUNTED; i++) {

        if (!ngx_http_jwt_series_has(issuer, i)) {
            continue;
        }

        at = ngx_http_jwt_series(issuer, i);
        verdict = ngx_http_jwt_counted_name(i);
        *ngx_snprintf(name, sizeof(name) - 1, "%*s", verdict.len,
                      verdict.data) = '\0';

        ngx_http_jwt_json_open(page, (const char *) name, "{");
        ngx_http_jwt_json_number(page, "total", status->counted.total[at]);
        ngx_http_jwt_json_number(page, "last_hour", status->counted.hour[at]);
        ngx_http_jwt_json_number(page, "last_minute",
                                 status->counted.minute[at]);
        ngx_http_jwt_page_say(page, "}");
    }

    ngx_http_jwt_page_say(page, "}");
}


static void
ngx_http_jwt_status_json_key(ngx_http_jwt_status_t *status,
    ngx_http_jwt_record_t *record)
{
    njwt_slice_t          kid;
    ngx_http_jwt_page_t  *page;

    page = &status->page;
    ngx_http_jwt_json_open(page, NULL, "{");

    if (record->has_kid) {
        kid.data = record->kid;
        kid.len = record->kid_len;
        ngx_http_jwt_json_text(page, "kid", kid);

    } else {
        ngx_http_jwt_json_null(page, "kid");
    }

    ngx_http_jwt_json_word(page, "kty", ngx_http_jwt_status_kty(record->algs));

    /* one that says what it is for has one */

    if (njwt_alg_info(record->algs) != NULL) {
        ngx_http_jwt_json_text(page, "alg",
                               njwt_alg_info(record->algs)->name);
    } else {
        ngx_http_jwt_json_null(page, "alg");
    }

    ngx_http_jwt_json_word(page, "state", record->gone ? "gone" : "serving");
    ngx_http_jwt_json_time(page, "first_seen", record->seen);
    ngx_http_jwt_json_number(page, "age",
                             ngx_max(status->now - record->seen, 0));
    ngx_http_jwt_json_time(page, "last_used", (time_t) record->used);
    ngx_http_jwt_json_time(page, "gone_since", record->gone);

    ngx_http_jwt_page_say(page, "}");
}


static void
ngx_http_jwt_status_json_keys(ngx_http_jwt_status_t *status,
    ngx_http_jwt_issuer_t *issuer)
{
    ngx_uint_t  i, gone;

    ngx_http_jwt_json_open(&status->page, "keys", "[");

    for (gone = 0; gone < 2; gone++) {
        for (i = 0; i < status->nrecords; i++) {

            if ((status->records[i].gone != 0) == gone
                && ngx_http_jwt_ledger_shown(&status->records[i], issuer))
            {
                ngx_http_jwt_status_json_key(status, &status->records[i]);
            }
        }
    }

    ngx_http_jwt_page_say(&status->page, "]");
}


static void
ngx_http_jwt_status_json_attempts(ngx_http_jwt_page_t *page,
    ngx_http_jwt_history_t *history)
{
    ngx_uint_t               i;
    ngx_http_jwt_attempt_t  *attempt;

    ngx_http_jwt_json_open(page, "history", "[");

    /* the oldest one first */

    for (i = 0; i < NGX_HTTP_JWT_ATTEMPTS; i++) {
        attempt = &history->attempts[(history->next + i)
                                     % NGX_HTTP_JWT_ATTEMPTS];

        if (attempt->time == 0) {
            continue;
        }

        ngx_http_jwt_json_open(page, NULL, "{");
        ngx_http_jwt_json_number(page, "time", attempt->time);
        ngx_http_jwt_json_flag(page, "ok", attempt->good);
        ngx_http_jwt_json_number(page, "status", attempt->status);
        ngx_http_jwt_page_say(page, "}");
    }

    ngx_http_jwt_page_say(page, "]");
}


static void
ngx_http_jwt_status_json_fetches(ngx_http_jwt_status_t *status,
    ngx_http_jwt_source_t *source)
{
    njwt_slice_t             error;
    ngx_http_jwt_page_t     *page;
    ngx_http_jwt_history_t  *history;

    page = &status->page;
    history = &source->history;

    ngx_http_jwt_json_open(page, "fetches", "{");
    ngx_http_jwt_json_number(page, "good", history->good);
    ngx_http_jwt_json_number(page, "bad", history->bad);
    ngx_http_jwt_json_number(page, "failures_in_a_row", source->failures);
    ngx_http_jwt_json_flag(page, "in_flight", source->in_flight);
    ngx_http_jwt_json_time(page, "next",
                           status->now + (time_t) (source->next / 1000));

    if (history->error_len == 0) {
        ngx_http_jwt_json_null(page, "last_error");

    } else {
        error.data = history->error;
        error.len = history->error_len;

        ngx_http_jwt_json_open(page, "last_error", "{");
        ngx_http_jwt_json_time(page, "time", history->error_time);
        ngx_http_jwt_json_text(page, "text", error);
        ngx_http_jwt_page_say(page, "}");
    }

    ngx_http_jwt_status_json_attempts(page, history);
    ngx_http_jwt_page_say(page, "}");
}


/* A set from a file is fetched by nobody and has no age. */

static void
ngx_http_jwt_status_json_set(ngx_http_jwt_status_t *status,
    ngx_http_jwt_issuer_t *issuer, ngx_http_jwt_source_t *source)
{
    ngx_http_jwt_page_t  *page;

    page = &status->page;

    ngx_http_jwt_json_flag(page, "keys_available",
                           ngx_http_jwt_status_serves(issuer, source));
    ngx_http_jwt_json_time(page, "fetched", source->fetched);

    if (source->fetched == 0) {
        ngx_http_jwt_json_null(page, "age");

    } else {
        ngx_http_jwt_json_number(page, "age",
                                 ngx_max(status->now - source->fetched, 0));
    }

    if (!source->known) {
        ngx_http_jwt_json_null(page, "fetches");
        return;
    }

    ngx_http_jwt_status_json_fetches(status, source);
}


static void
ngx_http_jwt_status_json_issuer(ngx_http_jwt_status_t *status,
    ngx_http_jwt_issuer_t *issuer, ngx_http_jwt_source_t *source)
{
    ngx_http_jwt_page_t  *page;

    page = &status->page;

    ngx_http_jwt_json_open(page, NULL, "{");
    ngx_http_jwt_json_text(page, "name", ngx_http_jwt_slice(&issuer->name));
    ngx_http_jwt_json_list(page, "issuer", issuer->issuers->elts,
                           issuer->issuers->nelts);

    /* null: "audience off" */

    if (issuer->trust.expected.any_audience) {
        ngx_http_jwt_json_null(page, "audience");

    } else {
        ngx_http_jwt_json_list(page, "audience", issuer->audiences->elts,
                               issuer->audiences->nelts);
    }

    ngx_http_jwt_status_json_algs(page, issuer->algorithms);
    ngx_http_jwt_json_text(page, "source",
                           ngx_http_jwt_status_source(issuer));
    ngx_http_jwt_json_flag(page, "discovery", issuer->discovery == 1);
    ngx_http_jwt_json_flag(page, "source_has_query",
                           ngx_http_jwt_status_source_cut(issuer));
    ngx_http_jwt_status_json_settings(page, issuer);

    ngx_http_jwt_status_json_set(status, issuer, source);
    ngx_http_jwt_status_json_keys(status, issuer);
    ngx_http_jwt_status_json_requests(status, issuer);

    ngx_http_jwt_page_say(page, "}");
}


static void
ngx_http_jwt_status_json_counted(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                i;
    ngx_http_jwt_page_t      *page;
    ngx_http_jwt_issuer_t   **issuers;

    page = &status->page;
    issuers = status->main->issuers.elts;

    ngx_http_jwt_json_open(page, "issuers", "[");

    for (i = 0; i < status->main->issuers.nelts; i++) {
        ngx_http_jwt_status_json_issuer(status, issuers[i],
                                        &status->sources[i]);
    }

    ngx_http_jwt_page_say(page, "]");

    ngx_http_jwt_json_open(page, "no_issuer", "{");
    ngx_http_jwt_json_word(page, "name", "-");
    ngx_http_jwt_status_json_requests(status, NULL);
    ngx_http_jwt_page_say(page, "}");

    ngx_http_jwt_json_open(page, "cache", "{");
    ngx_http_jwt_json_number(page, "size", status->cache.size);
    ngx_http_jwt_json_number(page, "entries", status->cache.used);
    ngx_http_jwt_json_number(page, "capacity", status->cache.entries);
    ngx_http_jwt_json_number(page, "hits", status->hits);
    ngx_http_jwt_json_number(page, "misses", status->misses);
    ngx_http_jwt_json_number(page, "evictions", status->evictions);
    ngx_http_jwt_page_say(page, "}");

    ngx_http_jwt_json_open(page, "proofs", "{");
    ngx_http_jwt_json_number(page, "size", status->proofs.size);
    ngx_http_jwt_json_number(page, "entries", status->proofs.used);
    ngx_http_jwt_json_number(page, "capacity", status->proofs.entries);
    ngx_http_jwt_json_time(page, "since", status->proofs.start);
    ngx_http_jwt_page_say(page, "}");

    ngx_http_jwt_json_number(page, "closed", status->closed);
}


ngx_int_t
ngx_http_jwt_status_json(ngx_http_jwt_status_t *status)
{
    ngx_http_jwt_page_t  *page;

    page = &status->page;

    ngx_http_jwt_json_open(page, NULL, "{");
    ngx_http_jwt_json_number(page, "version", 1);
    ngx_http_jwt_json_time(page, "time", status->now);
    ngx_http_jwt_json_time(page, "counting_since", status->since);

    if (status->counting) {
        ngx_http_jwt_status_json_counted(status);

    } else {
        ngx_http_jwt_json_list(page, "issuers", NULL, 0);
    }

    ngx_http_jwt_status_json_servers(status);

    if (ngx_http_jwt_status_json_policy(status) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_jwt_page_say(page, "}\n");

    return NGX_OK;
}
