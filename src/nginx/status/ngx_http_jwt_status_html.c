/*
 * What is the status, for somebody who looks at it?
 *
 * What needs a person's attention comes first; then the issuers, the
 * requests, and what each location asks.  Colours say nothing that a word
 * doesn't.
 */

#include "ngx_http_jwt_status.h"


static void
ngx_http_jwt_html_span(ngx_http_jwt_page_t *page, time_t seconds)
{
    ngx_uint_t  i;

    static const struct {
        time_t       from;
        time_t       unit;
        const char  *name;
    } spans[] = {
        { 2 * 86400, 86400, "d" },
        { 2 * 3600, 3600, "h" },
        { 2 * 60, 60, "min" },
        { 0, 1, "s" }
    };

    seconds = ngx_max(seconds, 0);

    for (i = 0; seconds < spans[i].from; i++) {
        /* void */
    }

    ngx_http_jwt_page_print(page, "%T %s", seconds / spans[i].unit,
                            spans[i].name);
}


static void
ngx_http_jwt_html_ago(ngx_http_jwt_page_t *page, time_t now, time_t when)
{
    ngx_tm_t  tm;

    if (when == 0) {
        ngx_http_jwt_page_say(page, "never");
        return;
    }

    ngx_gmtime(when, &tm);

    ngx_http_jwt_page_print(page,
                            "<time datetime=\"%4d-%02d-%02dT%02d:%02d:%02dZ\" "
                            "title=\"%4d-%02d-%02d %02d:%02d:%02d UTC\">",
                            tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                            tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec,
                            tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                            tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec);

    if (when > now) {
        ngx_http_jwt_page_say(page, "in ");
        ngx_http_jwt_html_span(page, when - now);

    } else {
        ngx_http_jwt_html_span(page, now - when);
        ngx_http_jwt_page_say(page, " ago");
    }

    ngx_http_jwt_page_say(page, "</time>");
}


static void
ngx_http_jwt_html_bytes(ngx_http_jwt_page_t *page, uint64_t size)
{
    if (size >= 10 * 1024 * 1024) {
        ngx_http_jwt_page_print(page, "%uL MB", size / 1024 / 1024);
        return;
    }

    ngx_http_jwt_page_print(page, "%uL KB", size / 1024);
}


static void
ngx_http_jwt_html_badge(ngx_http_jwt_page_t *page, const char *kind,
    const char *word)
{
    ngx_http_jwt_page_print(page, "<span class=\"b %s\">%s</span>", kind,
                            word);
}


static void
ngx_http_jwt_html_code(ngx_http_jwt_page_t *page, njwt_slice_t text)
{
    ngx_http_jwt_page_say(page, "<code><bdi>");
    ngx_http_jwt_page_text(page, text);
    ngx_http_jwt_page_say(page, "</bdi></code>");
}


static void
ngx_http_jwt_html_list(ngx_http_jwt_page_t *page, const njwt_slice_t *texts,
    size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        ngx_http_jwt_page_say(page, i > 0 ? ", " : "");
        ngx_http_jwt_html_code(page, texts[i]);
    }
}


static void
ngx_http_jwt_html_cell(ngx_http_jwt_page_t *page, const char *label)
{
    ngx_http_jwt_page_print(page, "<td data-l=\"%s\">", label);
}


static void
ngx_http_jwt_html_bar(ngx_http_jwt_page_t *page, const char *label,
    uint64_t number, uint64_t most, const char *kind)
{
    ngx_uint_t  width;

    /* a few can be seen beside many: a square would hide nobody else */

    width = (most > 0) ? (ngx_uint_t) (200 * number / most) : 0;
    width = (number > 0) ? ngx_max(width, 2) : 0;

    ngx_http_jwt_html_cell(page, label);
    ngx_http_jwt_page_print(page, "<div><span class=\"n\">%uL</span>", number);
    ngx_http_jwt_page_print(page,
                            "<svg class=\"bar %s\" viewBox=\"0 0 200 8\" "
                            "preserveAspectRatio=\"none\" "
                            "aria-hidden=\"true\"><rect width=\"%ui\" "
                            "height=\"8\"/></svg></div></td>", kind, width);
}


static void
ngx_http_jwt_html_fact(ngx_http_jwt_page_t *page, const char *name)
{
    ngx_http_jwt_page_print(page, "<div><dt>%s</dt><dd>", name);
}


static void
ngx_http_jwt_html_fact_end(ngx_http_jwt_page_t *page)
{
    ngx_http_jwt_page_say(page, "</dd></div>\n");
}


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


static void
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


/* The longest bar of each column. */

static void
ngx_http_jwt_status_html_most(ngx_http_jwt_status_t *status,
    uint64_t most[3])
{
    ngx_uint_t  i;

    ngx_memzero(most, 3 * sizeof(uint64_t));

    for (i = 0; i < status->main->counters->nseries; i++) {
        most[0] = ngx_max(most[0], status->counted.minute[i]);
        most[1] = ngx_max(most[1], status->counted.hour[i]);
        most[2] = ngx_max(most[2], status->counted.total[i]);
    }
}


/* Rows of what there was; the issuer stands in the first. */

static void
ngx_http_jwt_status_html_counted(ngx_http_jwt_status_t *status,
    ngx_http_jwt_issuer_t *issuer, uint64_t most[3])
{
    ngx_uint_t            i, at;
    const char           *kind;
    ngx_http_jwt_page_t  *page;

    page = &status->page;

    for (i = 0; i < NGX_HTTP_JWT_COUNTED; i++) {

        at = ngx_http_jwt_series(issuer, i);

        if (!ngx_http_jwt_series_has(issuer, i)
            || status->counted.total[at] == 0)
        {
            continue;
        }

        kind = (i == NJWT_OK || i == NGX_HTTP_JWT_PREFLIGHT) ? "" : "no";

        ngx_http_jwt_page_say(page, "<tr><th scope=\"row\"><code>");
        ngx_http_jwt_page_text(page, ngx_http_jwt_counted_name(i));
        ngx_http_jwt_page_say(page, "</code></th>");

        ngx_http_jwt_html_cell(page, "Issuer");

        if (issuer == NULL) {
            ngx_http_jwt_page_say(page, "<span class=\"soft\">not "
                                  "known</span>");
        } else {
            ngx_http_jwt_html_code(page, ngx_http_jwt_slice(&issuer->name));
        }

        ngx_http_jwt_page_say(page, "</td>");

        ngx_http_jwt_html_bar(page, "Last minute", status->counted.minute[at],
                              most[0], kind);
        ngx_http_jwt_html_bar(page, "Last hour", status->counted.hour[at],
                              most[1], kind);
        ngx_http_jwt_html_bar(page, "Total", status->counted.total[at],
                              most[2], kind);
        ngx_http_jwt_page_say(page, "</tr>\n");
    }
}


static void
ngx_http_jwt_status_html_requests(ngx_http_jwt_status_t *status)
{
    uint64_t                 most[3];
    ngx_uint_t               i;
    ngx_http_jwt_page_t     *page;
    ngx_http_jwt_issuer_t  **issuers;

    page = &status->page;
    issuers = status->main->issuers.elts;

    ngx_http_jwt_status_html_most(status, most);

    ngx_http_jwt_page_say(page,
        "<section class=\"card\"><table><caption>By verdict and issuer; each "
        "column has its own scale.</caption><thead><tr>"
        "<th scope=\"col\">Verdict</th><th scope=\"col\">Issuer</th>"
        "<th scope=\"col\">Last minute</th><th scope=\"col\">Last hour</th>"
        "<th scope=\"col\">Total</th></tr></thead>\n<tbody>\n");

    for (i = 0; i < status->main->issuers.nelts; i++) {
        ngx_http_jwt_status_html_counted(status, issuers[i], most);
    }

    ngx_http_jwt_status_html_counted(status, NULL, most);

    if (most[2] == 0) {
        ngx_http_jwt_page_say(page, "<tr><td colspan=\"5\">none yet"
                              "</td></tr>\n");
    }

    ngx_http_jwt_page_say(page, "</tbody></table></section>\n");
}


static void
ngx_http_jwt_status_html_methods(ngx_http_jwt_status_t *status,
    const njwt_scope_rule_t *rule)
{
    njwt_slice_t  names;

    if (rule->every_method) {
        ngx_http_jwt_page_say(&status->page, "every method");
        return;
    }

    if (njwt_scope_rule_allow(&status->arena, rule, &names)) {
        ngx_http_jwt_page_text(&status->page, names);
    }
}


static void
ngx_http_jwt_status_html_scopes(ngx_http_jwt_status_t *status,
    const njwt_scope_rule_t *rule)
{
    ngx_http_jwt_page_t  *page;

    page = &status->page;

    ngx_http_jwt_page_say(page, "<li>");
    ngx_http_jwt_status_html_methods(status, rule);
    ngx_http_jwt_page_say(page, rule->any ? ": one of " : ": ");
    ngx_http_jwt_html_list(page, rule->scopes, rule->scope_count);
    ngx_http_jwt_page_say(page, "</li>");
}


static void
ngx_http_jwt_status_html_claim(ngx_http_jwt_page_t *page,
    const njwt_claim_rule_t *rule)
{
    size_t  i;

    ngx_http_jwt_page_say(page, "<li>claim ");
    ngx_http_jwt_html_code(page, rule->claim);
    ngx_http_jwt_page_say(page, rule->value_count ? ": " : " is there");

    for (i = 0; i < rule->value_count; i++) {
        ngx_http_jwt_page_say(page, i > 0 ? ", <code>" : "<code>");
        ngx_http_jwt_page_text(page, njwt_rule_prefix(&rule->values[i]));
        ngx_http_jwt_page_say(page, "<bdi>");
        ngx_http_jwt_page_text(page, rule->values[i].text);
        ngx_http_jwt_page_say(page, "</bdi></code>");
    }

    ngx_http_jwt_page_say(page, "</li>");
}


static void
ngx_http_jwt_status_html_variables(ngx_http_jwt_status_t *status,
    ngx_array_t *conditions)
{
    ngx_int_t                 *index;
    ngx_uint_t                 i, k;
    ngx_http_jwt_page_t       *page;
    ngx_http_jwt_condition_t  *condition;

    page = &status->page;

    for (i = 0; conditions != NULL && i < conditions->nelts; i++) {
        condition = (ngx_http_jwt_condition_t *) conditions->elts + i;
        index = condition->variables.elts;

        ngx_http_jwt_page_say(page, "<li>true:");

        for (k = 0; k < condition->variables.nelts; k++) {
            ngx_http_jwt_page_say(page, " <code>$");
            ngx_http_jwt_page_text(page,
                              ngx_http_jwt_status_variable(status, index[k]));
            ngx_http_jwt_page_say(page, "</code>");
        }

        ngx_http_jwt_page_say(page, "</li>");
    }
}


static void
ngx_http_jwt_status_html_audience(ngx_http_jwt_page_t *page,
    const njwt_claim_rule_t *rule)
{
    size_t  i;

    if (rule == NULL) {
        return;
    }

    ngx_http_jwt_page_say(page, "<li>audience ");

    for (i = 0; i < rule->value_count; i++) {
        ngx_http_jwt_page_say(page, (i > 0) ? " or <code>" : "<code>");
        ngx_http_jwt_page_text(page, rule->values[i].text);
        ngx_http_jwt_page_say(page, "</code>");
    }

    ngx_http_jwt_page_say(page, "</li>");
}


static void
ngx_http_jwt_status_html_rules(ngx_http_jwt_status_t *status,
    ngx_http_jwt_location_t *location)
{
    size_t                i;
    ngx_http_jwt_page_t  *page;
    const njwt_policy_t  *policy;

    page = &status->page;
    policy = location->conf->policy;

    ngx_http_jwt_page_say(page, "<ul class=\"r\">");

    ngx_http_jwt_status_html_audience(page, policy->audience);

    for (i = 0; i < policy->scope_rule_count; i++) {
        ngx_http_jwt_status_html_scopes(status, &policy->scope_rules[i]);
    }

    for (i = 0; i < policy->claim_rule_count; i++) {
        ngx_http_jwt_status_html_claim(page, &policy->claim_rules[i]);
    }

    ngx_http_jwt_status_html_variables(status, location->conf->conditions);

    if (policy->scope_rule_count + policy->claim_rule_count == 0
        && location->conf->conditions == NULL)
    {
        ngx_http_jwt_page_say(page, "<li>a valid token, every method</li>");
    }

    ngx_http_jwt_page_say(page, "</ul>");
}


static void
ngx_http_jwt_status_html_guard(ngx_http_jwt_page_t *page,
    ngx_http_jwt_location_t *location)
{
    ngx_http_jwt_page_say(page, "<span>");

    if (location->conf->policy == NULL) {

        if (location->passes) {
            ngx_http_jwt_html_badge(page, "warn", "unprotected, passed on");

        } else {
            ngx_http_jwt_html_badge(page, "plain", "unprotected");
        }

    } else {
        ngx_http_jwt_html_badge(page,
                                location->conf->mode == NGX_HTTP_JWT_ENFORCE
                                ? "ok" : "warn",
                                ngx_http_jwt_status_mode(location));
    }

    if (location->conf->policy != NULL && location->conf->preflight == 1) {
        ngx_http_jwt_page_say(page, " preflights go on");
    }

    ngx_http_jwt_page_say(page, "</span></td>");
}


static void
ngx_http_jwt_status_html_counts(ngx_http_jwt_page_t *page,
    ngx_http_jwt_location_counts_t *counts)
{
    uint64_t    refused;
    ngx_uint_t  i;

    if (counts == NULL) {
        ngx_http_jwt_page_say(page, "not counted by itself");
        return;
    }

    for (i = 0, refused = 0; i < NGX_HTTP_JWT_COUNTED; i++) {
        refused += counts->totals[i];
    }

    refused -= counts->totals[NJWT_OK]
               + counts->totals[NGX_HTTP_JWT_PREFLIGHT]
               + counts->totals[NGX_HTTP_JWT_UNJUDGED];

    ngx_http_jwt_page_print(page, "<span class=\"n\">%uL ok, %uL others"
                            "</span>", (uint64_t) counts->totals[NJWT_OK],
                            refused);

    if (counts->totals[NGX_HTTP_JWT_UNJUDGED] != 0) {
        ngx_http_jwt_page_print(page, "<br><span class=\"bad\">%uL unjudged"
                                "</span>", (uint64_t)
                                counts->totals[NGX_HTTP_JWT_UNJUDGED]);
    }
}


static void
ngx_http_jwt_status_html_asked(ngx_http_jwt_status_t *status,
    ngx_http_jwt_location_t *location)
{
    size_t                i;
    ngx_http_jwt_page_t  *page;
    const njwt_policy_t  *policy;

    page = &status->page;
    policy = location->conf->policy;

    ngx_http_jwt_html_cell(page, "Issuers");
    ngx_http_jwt_page_say(page, "<span>");

    for (i = 0; i < policy->issuer_count; i++) {
        ngx_http_jwt_page_say(page, i > 0 ? ", " : "");
        ngx_http_jwt_html_code(page, policy->issuers[i]->name);
    }

    ngx_http_jwt_page_say(page, "</span></td>");
    ngx_http_jwt_html_cell(page, "Asks for");
    ngx_http_jwt_status_html_rules(status, location);
    ngx_http_jwt_page_say(page, "</td>");

    ngx_http_jwt_html_cell(page, "Requests");
    ngx_http_jwt_status_html_counts(page,
                                    ngx_http_jwt_status_counts(location));
    ngx_http_jwt_page_say(page, "</td>");
}


/* Several may have one name, or none: their numbers tell them apart. */

static void
ngx_http_jwt_status_html_server(ngx_http_jwt_status_t *status,
    ngx_http_jwt_location_t *location)
{
    ngx_str_t            *name;
    ngx_uint_t            several;
    ngx_http_jwt_page_t  *page;

    page = &status->page;
    name = &location->server->server_name;
    several = status->main->servers.nelts > 1;

    if (name->len == 0 && !several) {
        return;
    }

    ngx_http_jwt_page_say(page, "<br><span class=\"soft\">");
    ngx_http_jwt_page_text(page, ngx_http_jwt_slice(name));

    if (several) {
        ngx_http_jwt_page_print(page, "%sserver %ui", name->len ? ", " : "",
                                location->number);
    }

    ngx_http_jwt_page_say(page, "</span>");
}


static ngx_int_t
ngx_http_jwt_status_html_location(ngx_http_jwt_status_t *status,
    ngx_http_jwt_location_t *location)
{
    ngx_str_t             name;
    ngx_uint_t            guarded;
    ngx_http_jwt_page_t  *page;

    page = &status->page;
    guarded = location->conf->policy != NULL;

    if (ngx_http_jwt_location_name(status->request->pool, location, &name)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_jwt_page_say(page, location->passes && !guarded
                                ? "<tr class=\"open\">" : "<tr>");
    ngx_http_jwt_page_say(page, "<th scope=\"row\">");

    if (name.len > 0) {
        ngx_http_jwt_html_code(page, ngx_http_jwt_slice(&name));

    } else {
        ngx_http_jwt_page_say(page, "all else of the server");
    }

    ngx_http_jwt_status_html_server(status, location);
    ngx_http_jwt_page_say(page, "</th>");
    ngx_http_jwt_html_cell(page, "Gate");
    ngx_http_jwt_status_html_guard(page, location);

    if (guarded) {
        ngx_http_jwt_status_html_asked(status, location);

    } else {
        ngx_http_jwt_page_say(page, "<td></td><td></td><td></td>");
    }

    ngx_http_jwt_page_say(page, "</tr>\n");

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_status_html_policy(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                 i;
    ngx_http_jwt_page_t       *page;
    ngx_http_jwt_location_t  **all;

    page = &status->page;
    all = status->main->locations.elts;

    ngx_http_jwt_page_say(page,
        "<h2>Locations and what they ask</h2>\n<section class=\"card\">"
        "<table><caption>As they are configured.</caption><thead><tr>"
        "<th scope=\"col\">Location</th><th scope=\"col\">Gate</th>"
        "<th scope=\"col\">Issuers</th><th scope=\"col\">Asks for</th>"
        "<th scope=\"col\">Requests</th></tr></thead>\n<tbody>\n");

    for (i = 0; i < status->main->locations.nelts; i++) {

        if (ngx_http_jwt_location_reached(all[i])
            && ngx_http_jwt_status_html_location(status, all[i]) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    ngx_http_jwt_page_say(page, "</tbody></table></section>\n");

    return NGX_OK;
}


static void
ngx_http_jwt_status_html_alert(ngx_http_jwt_page_t *page, const char *kind,
    njwt_slice_t name, const char *text)
{
    ngx_http_jwt_page_print(page, "<li class=\"%s\"><strong>", kind);
    ngx_http_jwt_html_code(page, name);
    ngx_http_jwt_page_say(page, "</strong> ");
    ngx_http_jwt_page_say(page, text);
    ngx_http_jwt_page_say(page, "</li>\n");
}


static ngx_uint_t
ngx_http_jwt_status_html_issuer_alerts(ngx_http_jwt_status_t *status)
{
    ngx_uint_t               i, n;
    njwt_slice_t             name;
    ngx_http_jwt_source_t   *source;
    ngx_http_jwt_issuer_t  **issuers;

    n = 0;
    issuers = status->main->issuers.elts;

    for (i = 0; status->counting && i < status->main->issuers.nelts; i++) {
        source = &status->sources[i];
        name = ngx_http_jwt_slice(&issuers[i]->name);

        if (!ngx_http_jwt_status_serves(issuers[i], source)) {
            ngx_http_jwt_status_html_alert(&status->page, "bad", name,
                     "has no keys: its requests are answered 503.");
            n++;

        } else if (source->failures > 0) {
            ngx_http_jwt_status_html_alert(&status->page, "warn", name,
                     "can't fetch its keys; those that it has go on serving "
                     "for a while.");
            n++;
        }
    }

    return n;
}


static ngx_int_t
ngx_http_jwt_status_html_open(ngx_http_jwt_status_t *status,
    ngx_http_jwt_location_t *location, ngx_uint_t *n)
{
    ngx_str_t  name;

    if (!location->passes
        || location->conf->policy != NULL
        || !ngx_http_jwt_location_reached(location))
    {
        return NGX_OK;
    }

    /* the policy shows them all */

    if (++*n > 10) {
        return NGX_OK;
    }

    if (ngx_http_jwt_location_name(status->request->pool, location, &name)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_jwt_status_html_alert(&status->page, "warn",
                                   name.len ? ngx_http_jwt_slice(&name)
                                            : ngx_http_jwt_slice(
                                              &location->server->server_name),
                                   "passes requests on without a gate.");

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_status_html_alerts(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                 i, n, open;
    ngx_http_jwt_location_t  **all;

    open = 0;
    all = status->main->locations.elts;

    ngx_http_jwt_page_say(&status->page, "<ul class=\"alerts\">\n");

    n = ngx_http_jwt_status_html_issuer_alerts(status);

    for (i = 0; i < status->main->locations.nelts; i++) {
        if (ngx_http_jwt_status_html_open(status, all[i], &open) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (open > 10) {
        ngx_http_jwt_page_print(&status->page, "<li class=\"warn\">and %ui "
                                "more locations do: see below.</li>\n",
                                open - 10);
    }

    if (n + open == 0) {
        ngx_http_jwt_page_say(&status->page, "<li class=\"ok\"><strong>All is "
                              "well</strong>: keys are there, and every "
                              "location that passes requests on is "
                              "guarded.</li>\n");
    }

    ngx_http_jwt_page_say(&status->page, "</ul>\n");

    return NGX_OK;
}


static void
ngx_http_jwt_status_html_cache(ngx_http_jwt_status_t *status)
{
    uint64_t              looked;
    ngx_http_jwt_page_t  *page;

    page = &status->page;

    ngx_http_jwt_page_say(page, "<section class=\"card\" aria-labelledby="
                          "\"cache\"><h3 id=\"cache\">Verified tokens that "
                          "are remembered</h3>\n<dl class=\"facts\">");

    ngx_http_jwt_html_fact(page, "Cache");

    if (status->cache.size == 0) {
        ngx_http_jwt_page_say(page, "off");

    } else {
        ngx_http_jwt_html_bytes(page, status->cache.size);
        ngx_http_jwt_page_print(page, ", %ui of %ui entries used",
                                status->cache.used, status->cache.entries);
    }

    ngx_http_jwt_html_fact_end(page);

    looked = status->hits + status->misses;

    ngx_http_jwt_html_fact(page, "Found again");
    ngx_http_jwt_page_print(page, "%uL of %uL (%uL %%)", status->hits, looked,
                            looked ? 100 * status->hits / looked : 0);
    ngx_http_jwt_html_fact_end(page);

    ngx_http_jwt_html_fact(page, "Had to go for others");
    ngx_http_jwt_page_print(page, "%uL", status->evictions);
    ngx_http_jwt_html_fact_end(page);

    ngx_http_jwt_page_say(page, "</dl></section>\n");
}


static void
ngx_http_jwt_status_html_since(ngx_http_jwt_status_t *status)
{
    ngx_http_jwt_page_t  *page;

    page = &status->page;

    ngx_http_jwt_page_say(page, "<p class=\"soft\">As of ");
    ngx_http_jwt_page_put(page, ngx_cached_http_time.data,
                          ngx_cached_http_time.len);

    if (status->counting) {
        ngx_http_jwt_page_say(page, ", counting for ");
        ngx_http_jwt_html_span(page, status->now - status->since);
    }

    ngx_http_jwt_page_say(page, ".</p>\n");
}


static void
ngx_http_jwt_status_html_issuers(ngx_http_jwt_status_t *status)
{
    ngx_uint_t               i;
    ngx_http_jwt_issuer_t  **issuers;

    issuers = status->main->issuers.elts;

    ngx_http_jwt_page_say(&status->page, "<h2>Issuers and their keys</h2>\n");

    if (!status->counting) {
        ngx_http_jwt_page_say(&status->page, "<p>There is no "
                              "<code>jwt_issuer</code>.</p>\n");
        return;
    }

    for (i = 0; i < status->main->issuers.nelts; i++) {
        ngx_http_jwt_status_html_issuer(status, issuers[i],
                                        &status->sources[i]);
    }

    ngx_http_jwt_page_say(&status->page, "<h2>Requests</h2>\n");
    ngx_http_jwt_status_html_requests(status);
    ngx_http_jwt_status_html_cache(status);
}


ngx_int_t
ngx_http_jwt_status_html(ngx_http_jwt_status_t *status)
{
    ngx_http_jwt_page_t  *page;

    page = &status->page;

    ngx_http_jwt_html_head(page);
    ngx_http_jwt_page_say(page, "<header><h1>nginx-jwt-scope</h1>"
                          "<p id=\"live\" role=\"status\">Reload to update"
                          "</p></header>\n<main>\n");

    ngx_http_jwt_status_html_since(status);

    if (ngx_http_jwt_status_html_alerts(status) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_jwt_status_html_issuers(status);

    if (ngx_http_jwt_status_html_policy(status) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_jwt_page_say(page, "</main>\n<footer>The same for programs: "
                          "<code>jwt_status json</code> and <code>jwt_status "
                          "prometheus</code>.</footer>\n");
    ngx_http_jwt_html_foot(page);

    return NGX_OK;
}
