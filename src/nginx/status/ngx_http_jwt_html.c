/*
 * What is the page of jwt_status made of?
 */

#include "ngx_http_jwt_html.h"


void
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


void
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


void
ngx_http_jwt_html_bytes(ngx_http_jwt_page_t *page, uint64_t size)
{
    if (size >= 10 * 1024 * 1024) {
        ngx_http_jwt_page_print(page, "%uL MB", size / 1024 / 1024);
        return;
    }

    ngx_http_jwt_page_print(page, "%uL KB", size / 1024);
}


void
ngx_http_jwt_html_badge(ngx_http_jwt_page_t *page, const char *kind,
    const char *word)
{
    ngx_http_jwt_page_print(page, "<span class=\"b %s\">%s</span>", kind,
                            word);
}


void
ngx_http_jwt_html_code(ngx_http_jwt_page_t *page, njwt_slice_t text)
{
    ngx_http_jwt_page_say(page, "<code><bdi>");
    ngx_http_jwt_page_text(page, text);
    ngx_http_jwt_page_say(page, "</bdi></code>");
}


void
ngx_http_jwt_html_list(ngx_http_jwt_page_t *page, const njwt_slice_t *texts,
    size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        ngx_http_jwt_page_say(page, i > 0 ? ", " : "");
        ngx_http_jwt_html_code(page, texts[i]);
    }
}


void
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


void
ngx_http_jwt_html_fact(ngx_http_jwt_page_t *page, const char *name)
{
    ngx_http_jwt_page_print(page, "<div><dt>%s</dt><dd>", name);
}


void
ngx_http_jwt_html_fact_end(ngx_http_jwt_page_t *page)
{
    ngx_http_jwt_page_say(page, "</dd></div>\n");
}


void
ngx_http_jwt_html_cell(ngx_http_jwt_page_t *page, const char *label)
{
    ngx_http_jwt_page_print(page, "<td data-l=\"%s\">", label);
}
