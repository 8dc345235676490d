/*
 * What is the status, for somebody who looks at it?
 *
 * What needs a person's attention comes first; then the issuers, the
 * requests, and what each location asks.  Colours say nothing that a word
 * doesn't.
 */

#include "ngx_http_jwt_html.h"
#include "ngx_http_jwt_status.h"


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
