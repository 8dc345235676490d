/*
 * How do the counters look on the page?
 */

#include "ngx_http_jwt_html.h"
#include "ngx_http_jwt_status.h"


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


void
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
