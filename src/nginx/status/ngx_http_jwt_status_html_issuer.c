/*
 * How does an issuer look on the page, with its fetches and its keys?
 */

#include "ngx_http_jwt_html.h"
#include "ngx_http_jwt_status.h"


/* The last fetches, the newest on the right: a bad one is low, and red. */

static void
ngx_http_jwt_status_html_line(ngx_http_jwt_status_t *status,
    ngx_http_jwt_history_t *history)
{
    ngx_uint_t               i, n, bad;
    ngx_http_jwt_page_t     *page;
    ngx_http_jwt_attempt_t  *attempt;

    n = 0;
    bad = 0;
    page = &status->page;

    for (i = 0; i < NGX_HTTP_JWT_ATTEMPTS; i++) {
        n += history->attempts[i].time != 0;
        bad += history->attempts[i].time != 0 && !history->attempts[i].good;
    }

    ngx_http_jwt_page_print(page, "<svg class=\"line\" viewBox=\"0 0 320 30\" "
                            "preserveAspectRatio=\"xMinYMid meet\" "
                            "role=\"img\" aria-label=\"%ui fetches, %ui of "
                            "them failed\">", n, bad);

    for (i = 0, n = 0; i < NGX_HTTP_JWT_ATTEMPTS; i++) {
        attempt = &history->attempts[(history->next + i)
                                     % NGX_HTTP_JWT_ATTEMPTS];

        if (attempt->time == 0) {
            continue;
        }

        ngx_http_jwt_page_print(page, "<rect class=\"%s\" x=\"%ui\" "
                                "y=\"%ui\" width=\"8\" height=\"%ui\" "
                                "rx=\"2\"><title>",
                                attempt->good ? "g" : "r", 10 * n++,
                                (ngx_uint_t) (attempt->good ? 0 : 18),
                                (ngx_uint_t) (attempt->good ? 30 : 12));
        ngx_http_jwt_page_print(page, "%s, status %ui, ",
                                attempt->good ? "good" : "failed",
                                (ngx_uint_t) attempt->status);
        ngx_http_jwt_html_span(page, status->now - (time_t) attempt->time);
        ngx_http_jwt_page_say(page, " ago</title></rect>");
    }

    ngx_http_jwt_page_say(page, "</svg>");
}


static void
ngx_http_jwt_status_html_error(ngx_http_jwt_status_t *status,
    ngx_http_jwt_history_t *history)
{
    njwt_slice_t          error;
    ngx_http_jwt_page_t  *page;

    page = &status->page;

    if (history->error_len == 0) {
        ngx_http_jwt_page_say(page, "none");
        return;
    }

    error.data = history->error;
    error.len = history->error_len;

    ngx_http_jwt_html_ago(page, status->now, history->error_time);
    ngx_http_jwt_page_say(page, ": ");
    ngx_http_jwt_page_text(page, error);
}


static void
ngx_http_jwt_status_html_fetches(ngx_http_jwt_status_t *status,
    ngx_http_jwt_source_t *source)
{
    ngx_http_jwt_page_t     *page;
    ngx_http_jwt_history_t  *history;

    page = &status->page;
    history = &source->history;

    ngx_http_jwt_html_fact(page, "Keys fetched");
    ngx_http_jwt_html_ago(page, status->now, source->fetched);
    ngx_http_jwt_html_fact_end(page);

    ngx_http_jwt_html_fact(page, "Next fetch");

    if (source->in_flight) {
        ngx_http_jwt_page_say(page, "under way");

    } else {
        ngx_http_jwt_html_ago(page, status->now,
                              status->now + source->next / 1000 + 1);
    }

    ngx_http_jwt_html_fact_end(page);

    ngx_http_jwt_html_fact(page, "Last error");
    ngx_http_jwt_status_html_error(status, history);
    ngx_http_jwt_html_fact_end(page);

    ngx_http_jwt_html_fact(page, "Fetches");
    ngx_http_jwt_page_print(page, "%ui good, %ui failed", history->good,
                            history->bad);
    ngx_http_jwt_status_html_line(status, history);
    ngx_http_jwt_html_fact_end(page);
}


static void
ngx_http_jwt_status_html_key(ngx_http_jwt_status_t *status,
    ngx_http_jwt_record_t *record)
{
    njwt_slice_t             kid;
    ngx_http_jwt_page_t     *page;
    const njwt_alg_info_t   *alg;

    page = &status->page;
    alg = njwt_alg_info(record->algs);

    kid.data = record->kid;
    kid.len = record->kid_len;

    ngx_http_jwt_page_say(page, "<tr><th scope=\"row\">");

    if (record->has_kid) {
        ngx_http_jwt_html_code(page, kid);

    } else {
        ngx_http_jwt_page_say(page, "without kid");
    }

    ngx_http_jwt_page_say(page, "</th>");

    ngx_http_jwt_html_cell(page, "Type");
    ngx_http_jwt_page_say(page, ngx_http_jwt_status_kty(record->algs));

    if (alg != NULL) {
        ngx_http_jwt_page_say(page, " ");
        ngx_http_jwt_page_text(page, alg->name);
    }

    ngx_http_jwt_page_say(page, "</td>");

    ngx_http_jwt_html_cell(page, "State");
    ngx_http_jwt_page_say(page, "<span>");

    if (record->gone == 0) {
        ngx_http_jwt_html_badge(page, "ok", "serving");

    } else {
        ngx_http_jwt_html_badge(page, "plain", "gone");
        ngx_http_jwt_page_say(page, " ");
        ngx_http_jwt_html_ago(page, status->now, record->gone);
    }

    ngx_http_jwt_page_say(page, "</span></td>");

    ngx_http_jwt_html_cell(page, "First seen");
    ngx_http_jwt_html_ago(page, status->now, record->seen);
    ngx_http_jwt_page_say(page, "</td>");

    ngx_http_jwt_html_cell(page, "Last used");
    ngx_http_jwt_html_ago(page, status->now, (time_t) record->used);
    ngx_http_jwt_page_say(page, "</td></tr>\n");
}


static void
ngx_http_jwt_status_html_keys(ngx_http_jwt_status_t *status,
    ngx_http_jwt_issuer_t *issuer)
{
    ngx_uint_t            i, n, gone;
    ngx_http_jwt_page_t  *page;

    page = &status->page;

    ngx_http_jwt_page_say(page,
        "<h4>Keys</h4>\n<table><caption>A key is safe to revoke once it has "
        "long been out of use.</caption><thead><tr>"
        "<th scope=\"col\">Key</th><th scope=\"col\">Type</th>"
        "<th scope=\"col\">State</th><th scope=\"col\">First seen</th>"
        "<th scope=\"col\">Last used</th></tr></thead>\n<tbody>\n");

    for (gone = 0, n = 0; gone < 2; gone++) {
        for (i = 0; i < status->nrecords; i++) {

            if ((status->records[i].gone != 0) == gone
                && ngx_http_jwt_ledger_shown(&status->records[i], issuer))
            {
                ngx_http_jwt_status_html_key(status, &status->records[i]);
                n++;
            }
        }
    }

    if (n == 0) {
        ngx_http_jwt_page_say(page, "<tr><td colspan=\"5\">none yet"
                              "</td></tr>\n");
    }

    ngx_http_jwt_page_say(page, "</tbody></table>\n");
}


static void
ngx_http_jwt_status_html_settings(ngx_http_jwt_status_t *status,
    ngx_http_jwt_issuer_t *issuer)
{
    ngx_uint_t            i;
    njwt_slice_t          alg;
    ngx_http_jwt_page_t  *page;

    page = &status->page;

    ngx_http_jwt_html_fact(page, "Issuer");
    ngx_http_jwt_html_list(page, issuer->issuers->elts,
                           issuer->issuers->nelts);
    ngx_http_jwt_html_fact_end(page);

    ngx_http_jwt_html_fact(page, "Audience");

    if (issuer->trust.expected.any_audience) {
        ngx_http_jwt_html_badge(page, "warn", "any");

    } else {
        ngx_http_jwt_html_list(page, issuer->audiences->elts,
                               issuer->audiences->nelts);
    }

    ngx_http_jwt_html_fact_end(page);

    ngx_http_jwt_html_fact(page, "Algorithms");

    for (i = 0; i < NJWT_ALG_COUNT; i++) {
        alg = ngx_http_jwt_status_alg(issuer->algorithms, i);

        ngx_http_jwt_page_text(page, alg);
        ngx_http_jwt_page_say(page, alg.len ? " " : "");
    }

    ngx_http_jwt_html_fact_end(page);

    ngx_http_jwt_html_fact(page, issuer->discovery == 1
                                 ? "Source, by discovery" : "Source");
    ngx_http_jwt_html_code(page, ngx_http_jwt_status_source(issuer));
    ngx_http_jwt_html_fact_end(page);
}


void
ngx_http_jwt_status_html_issuer(ngx_http_jwt_status_t *status,
    ngx_http_jwt_issuer_t *issuer, ngx_http_jwt_source_t *source)
{
    ngx_http_jwt_page_t  *page;

    page = &status->page;

    ngx_http_jwt_page_say(page, "<section class=\"card\"><div class=\"top\">"
                          "<h3>");
    ngx_http_jwt_page_text(page, ngx_http_jwt_slice(&issuer->name));
    ngx_http_jwt_page_say(page, "</h3>");

    if (!ngx_http_jwt_status_serves(issuer, source)) {
        ngx_http_jwt_html_badge(page, "bad", "no keys");

    } else if (source->failures > 0) {
        ngx_http_jwt_html_badge(page, "warn", "fetches fail");

    } else {
        ngx_http_jwt_html_badge(page, "ok", "keys serve");
    }

    ngx_http_jwt_page_say(page, "</div>\n<dl class=\"facts\">\n");
    ngx_http_jwt_status_html_settings(status, issuer);

    if (source->known) {
        ngx_http_jwt_status_html_fetches(status, source);
    }

    ngx_http_jwt_page_say(page, "</dl>\n");
    ngx_http_jwt_status_html_keys(status, issuer);
    ngx_http_jwt_page_say(page, "</section>\n");
}
