/*
 * How is JSON written?
 */

#include "ngx_http_jwt_json.h"


/* A comma, where one is due: what stands before tells. */

static void
ngx_http_jwt_json_next(ngx_http_jwt_page_t *page)
{
    switch (ngx_http_jwt_page_last(page)) {

    case '\0':
    case '{':
    case '[':
    case ':':
        return;

    default:
        ngx_http_jwt_page_say(page, ",");
    }
}


static void
ngx_http_jwt_json_name(ngx_http_jwt_page_t *page, const char *name)
{
    ngx_http_jwt_json_next(page);
    ngx_http_jwt_page_print(page, "\"%s\":", name);
}


void
ngx_http_jwt_json_open(ngx_http_jwt_page_t *page, const char *name,
    const char *bracket)
{
    ngx_http_jwt_json_next(page);

    if (name != NULL) {
        ngx_http_jwt_page_print(page, "\"%s\":", name);
    }

    ngx_http_jwt_page_say(page, bracket);
}


void
ngx_http_jwt_json_element(ngx_http_jwt_page_t *page, const char *prefix,
    njwt_slice_t text)
{
    ngx_http_jwt_json_next(page);
    ngx_http_jwt_page_print(page, "\"%s", prefix);
    ngx_http_jwt_page_text(page, text);
    ngx_http_jwt_page_say(page, "\"");
}


void
ngx_http_jwt_json_text(ngx_http_jwt_page_t *page, const char *name,
    njwt_slice_t text)
{
    ngx_http_jwt_json_name(page, name);
    ngx_http_jwt_json_element(page, "", text);
}


void
ngx_http_jwt_json_word(ngx_http_jwt_page_t *page, const char *name,
    const char *word)
{
    ngx_http_jwt_json_name(page, name);
    ngx_http_jwt_page_print(page, "\"%s\"", word);
}


void
ngx_http_jwt_json_number(ngx_http_jwt_page_t *page, const char *name,
    int64_t number)
{
    ngx_http_jwt_json_name(page, name);
    ngx_http_jwt_page_print(page, "%L", number);
}


void
ngx_http_jwt_json_seconds(ngx_http_jwt_page_t *page, const char *name,
    ngx_msec_t time)
{
    ngx_http_jwt_json_number(page, name, time / 1000);

    if (time % 1000 != 0) {
        ngx_http_jwt_page_print(page, ".%03M", time % 1000);
    }
}


void
ngx_http_jwt_json_flag(ngx_http_jwt_page_t *page, const char *name,
    ngx_uint_t flag)
{
    ngx_http_jwt_json_name(page, name);
    ngx_http_jwt_page_say(page, flag ? "true" : "false");
}


void
ngx_http_jwt_json_null(ngx_http_jwt_page_t *page, const char *name)
{
    ngx_http_jwt_json_name(page, name);
    ngx_http_jwt_page_say(page, "null");
}


void
ngx_http_jwt_json_time(ngx_http_jwt_page_t *page, const char *name,
    time_t when)
{
    if (when == 0) {
        ngx_http_jwt_json_null(page, name);
        return;
    }

    ngx_http_jwt_json_name(page, name);
    ngx_http_jwt_page_print(page, "%T", when);
}


void
ngx_http_jwt_json_list(ngx_http_jwt_page_t *page, const char *name,
    const njwt_slice_t *texts, size_t n)
{
    size_t  i;

    ngx_http_jwt_json_open(page, name, "[");

    for (i = 0; i < n; i++) {
        ngx_http_jwt_json_element(page, "", texts[i]);
    }

    ngx_http_jwt_page_say(page, "]");
}
