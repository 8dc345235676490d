/*
 * How is a metric written, as Prometheus reads it?
 */

#include "ngx_http_jwt_metric.h"


#define NGX_HTTP_JWT_METRIC  "jwt_scope_"


void
ngx_http_jwt_metric_family(ngx_http_jwt_page_t *page, const char *name,
    const char *type, const char *help)
{
    ngx_http_jwt_page_print(page, "# HELP " NGX_HTTP_JWT_METRIC "%s %s\n",
                            name, help);
    ngx_http_jwt_page_print(page, "# TYPE " NGX_HTTP_JWT_METRIC "%s %s\n",
                            name, type);
}


void
ngx_http_jwt_metric_begin(ngx_http_jwt_page_t *page, const char *name)
{
    ngx_http_jwt_page_print(page, NGX_HTTP_JWT_METRIC "%s{", name);
}


void
ngx_http_jwt_metric_label(ngx_http_jwt_page_t *page, const char *label,
    njwt_slice_t text)
{
    if (ngx_http_jwt_page_last(page) == '"') {
        ngx_http_jwt_page_say(page, ",");
    }

    ngx_http_jwt_page_print(page, "%s=\"", label);
    ngx_http_jwt_page_text(page, text);
    ngx_http_jwt_page_say(page, "\"");
}


void
ngx_http_jwt_metric_end(ngx_http_jwt_page_t *page, uint64_t number)
{
    ngx_http_jwt_page_print(page, "} %uL\n", number);
}


void
ngx_http_jwt_metric_plain(ngx_http_jwt_page_t *page, const char *name,
    const char *type, const char *help, uint64_t number)
{
    ngx_http_jwt_metric_family(page, name, type, help);
    ngx_http_jwt_page_print(page, NGX_HTTP_JWT_METRIC "%s %uL\n", name,
                            number);
}
