/*
 * Output of JSON.
 */

#include "ngx_http_jwt_json.h"


/* Writes a comma if one is needed, judging by the last byte. */

static void
ngx_http_jwt_json_next(ngx_http_jwt_out_t *out)
{
    switch (ngx_http_jwt_out_last(out)) {

    case '\0':
    case '{':
    case '[':
    case ':':
        return;

    default:
        ngx_http_jwt_out_literal(out, ",");
    }
}


static void
ngx_http_jwt_json_name(ngx_http_jwt_out_t *out, const char *name)
{
    ngx_http_jwt_json_next(out);
    ngx_http_jwt_out_printf(out, "\"%s\":", name);
}


void
ngx_http_jwt_json_open(ngx_http_jwt_out_t *out, const char *name,
    const char *bracket)
{
    ngx_http_jwt_json_next(out);

    if (name != NULL) {
        ngx_http_jwt_out_printf(out, "\"%s\":", name);
    }

    ngx_http_jwt_out_literal(out, bracket);
}


void
ngx_http_jwt_json_element(ngx_http_jwt_out_t *out, const char *prefix,
    njwt_slice_t text)
{
    ngx_http_jwt_json_next(out);
    ngx_http_jwt_out_printf(out, "\"%s", prefix);
    ngx_http_jwt_out_escaped(out, text);
    ngx_http_jwt_out_literal(out, "\"");
}


void
ngx_http_jwt_json_text(ngx_http_jwt_out_t *out, const char *name,
    njwt_slice_t text)
{
    ngx_http_jwt_json_name(out, name);
    ngx_http_jwt_json_element(out, "", text);
}


void
ngx_http_jwt_json_word(ngx_http_jwt_out_t *out, const char *name,
    const char *word)
{
    ngx_http_jwt_json_name(out, name);
    ngx_http_jwt_out_printf(out, "\"%s\"", word);
}


void
ngx_http_jwt_json_number(ngx_http_jwt_out_t *out, const char *name,
    int64_t number)
{
    ngx_http_jwt_json_name(out, name);
    ngx_http_jwt_out_printf(out, "%L", number);
}


void
ngx_http_jwt_json_seconds(ngx_http_jwt_out_t *out, const char *name,
    ngx_msec_t time)
{
    ngx_http_jwt_json_number(out, name, time / 1000);

    if (time % 1000 != 0) {
        ngx_http_jwt_out_printf(out, ".%03M", time % 1000);
    }
}


void
ngx_http_jwt_json_flag(ngx_http_jwt_out_t *out, const char *name,
    ngx_uint_t flag)
{
    ngx_http_jwt_json_name(out, name);
    ngx_http_jwt_out_literal(out, flag ? "true" : "false");
}


void
ngx_http_jwt_json_null(ngx_http_jwt_out_t *out, const char *name)
{
    ngx_http_jwt_json_name(out, name);
    ngx_http_jwt_out_literal(out, "null");
}


void
ngx_http_jwt_json_time(ngx_http_jwt_out_t *out, const char *name,
    time_t when)
{
    if (when == 0) {
        ngx_http_jwt_json_null(out, name);
        return;
    }

    ngx_http_jwt_json_name(out, name);
    ngx_http_jwt_out_printf(out, "%T", when);
}


void
ngx_http_jwt_json_list(ngx_http_jwt_out_t *out, const char *name,
    const njwt_slice_t *texts, size_t n)
{
    size_t  i;

    ngx_http_jwt_json_open(out, name, "[");

    for (i = 0; i < n; i++) {
        ngx_http_jwt_json_element(out, "", texts[i]);
    }

    ngx_http_jwt_out_literal(out, "]");
}
