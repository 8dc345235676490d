/*
 * How are the challenge and the body of a refusal written?  (RFC 6750,
 * section 3; RFC 9457; RFC 9728, section 5.1)
 */

#include "ngx_http_jwt_refusal.h"


typedef struct {
    ngx_uint_t   status;
    ngx_str_t    title;
} ngx_http_jwt_title_t;


static const ngx_http_jwt_title_t  ngx_http_jwt_titles[] = {
    { 400, ngx_string("Bad Request") },
    { 401, ngx_string("Unauthorized") },
    { 403, ngx_string("Forbidden") },
    { 405, ngx_string("Method Not Allowed") },
    { 500, ngx_string("Internal Server Error") },
    { 503, ngx_string("Service Unavailable") },
    { 0, ngx_null_string }
};


static const ngx_str_t *
ngx_http_jwt_title(ngx_uint_t status)
{
    const ngx_http_jwt_title_t  *title;

    for (title = ngx_http_jwt_titles; title->status; title++) {
        if (title->status == status) {
            break;
        }
    }

    return &title->title;
}


/* The text of a quoted-string (RFC 9110, section 5.6.4). */

static u_char *
ngx_http_jwt_quoted(u_char *p, ngx_str_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        if (text->data[i] == '"' || text->data[i] == '\\') {
            *p++ = '\\';
        }

        *p++ = text->data[i];
    }

    return p;
}


/* What was wrong, and what to do: in the part of the client's scheme. */

static u_char *
ngx_http_jwt_challenge_details(u_char *p, u_char *last,
    ngx_http_jwt_challenges_t *of, const njwt_verdict_info_t *info,
    ngx_str_t *scopes)
{
    if (info->error.len) {
        p = ngx_slprintf(p, last, ", error=\"%*s\", error_description=\"%*s\"",
                         info->error.len, info->error.data,
                         info->description.len, info->description.data);
    }

    if (scopes->len) {
        p = ngx_slprintf(p, last, ", scope=\"%V\"", scopes);
    }

    if (of->metadata.len) {
        p = ngx_slprintf(p, last, ", resource_metadata=\"%V\"",
                         &of->metadata);
    }

    return p;
}


static u_char *
ngx_http_jwt_challenge_realm(u_char *p, u_char *last, const char *scheme,
    ngx_http_jwt_challenges_t *of)
{
    p = ngx_slprintf(p, last, "%s realm=\"", scheme);
    p = ngx_http_jwt_quoted(p, &of->realm);
    *p++ = '"';

    return p;
}


ngx_int_t
ngx_http_jwt_challenge_text(ngx_pool_t *pool, ngx_http_jwt_challenges_t *of,
    njwt_verdict_t verdict, ngx_uint_t dpop, ngx_str_t *scopes,
    ngx_str_t *text)
{
    u_char                     *p, *last;
    size_t                      size;
    ngx_http_jwt_schemes_t     *schemes;
    const njwt_verdict_info_t  *info;

    info = njwt_verdict_info(verdict);
    schemes = &of->schemes;

    size = sizeof("Bearer realm=\"\", error=\"\", error_description=\"\", "
                  "scope=\"\", resource_metadata=\"\", DPoP algs=\"\"") - 1
           + 2 * of->realm.len + info->error.len + info->description.len
           + scopes->len + of->metadata.len + schemes->algs.len;

    p = ngx_pnalloc(pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;
    last = p + size;

    /* a client of MCP reads nothing of a challenge that begins with DPoP */

    if (schemes->alone) {
        p = ngx_http_jwt_challenge_realm(p, last, "DPoP", of);
        p = ngx_slprintf(p, last, ", algs=\"%V\"", &schemes->algs);
        p = ngx_http_jwt_challenge_details(p, last, of, info, scopes);

        text->len = p - text->data;

        return NGX_OK;
    }

    dpop = dpop && schemes->algs.len > 0;
    p = ngx_http_jwt_challenge_realm(p, last, "Bearer", of);

    if (!dpop) {
        p = ngx_http_jwt_challenge_details(p, last, of, info, scopes);
    }

    if (schemes->algs.len > 0) {
        p = ngx_slprintf(p, last, ", DPoP algs=\"%V\"", &schemes->algs);
    }

    if (dpop) {
        p = ngx_http_jwt_challenge_details(p, last, of, info, scopes);
    }

    text->len = p - text->data;

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_problem_text(ngx_pool_t *pool, njwt_verdict_t verdict,
    ngx_str_t *scopes, ngx_str_t *text)
{
    u_char                     *p, *last;
    size_t                      size;
    const ngx_str_t            *title;
    const njwt_verdict_info_t  *info;

    info = njwt_verdict_info(verdict);
    title = ngx_http_jwt_title(info->status);

    size = sizeof("{\"type\":\"about:blank\",\"title\":\"\",\"status\":,"
                  "\"error\":\"\",\"error_description\":\"\","
                  "\"scope\":\"\"}") - 1 + NGX_INT_T_LEN
           + title->len + info->error.len + info->description.len
           + scopes->len;

    p = ngx_pnalloc(pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;
    last = p + size;

    p = ngx_slprintf(p, last,
                     "{\"type\":\"about:blank\",\"title\":\"%V\","
                     "\"status\":%ui", title, (ngx_uint_t) info->status);

    if (info->error.len) {
        p = ngx_slprintf(p, last,
                         ",\"error\":\"%*s\",\"error_description\":\"%*s\"",
                         info->error.len, info->error.data,
                         info->description.len, info->description.data);
    }

    if (scopes->len) {
        p = ngx_slprintf(p, last, ",\"scope\":\"%V\"", scopes);
    }

    *p++ = '}';

    text->len = p - text->data;

    return NGX_OK;
}


/*
 * Percent-encoding as gRPC wants it: of printable ASCII the percent sign only
 * (gRPC over HTTP/2, "Responses").
 */

ngx_int_t
ngx_http_jwt_message_text(ngx_pool_t *pool, njwt_verdict_t verdict,
    ngx_str_t *text)
{
    u_char        *p, c;
    size_t         i;
    njwt_slice_t   description;

    description = njwt_verdict_info(verdict)->description;

    p = ngx_pnalloc(pool, 3 * description.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;

    for (i = 0; i < description.len; i++) {
        c = description.data[i];

        if (c < 0x20 || c > 0x7e || c == '%') {
            p = ngx_sprintf(p, "%%%02Xd", (ngx_int_t) c);
            continue;
        }

        *p++ = c;
    }

    text->len = p - text->data;

    return NGX_OK;
}
