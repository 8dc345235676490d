/*
 * The log line of a refusal: the verdict, the issuer's block, and what helps
 * of the token, truncated and escaped.
 */

#include "ngx_http_jwt_binding.h"
#include "ngx_http_jwt_counters.h"
#include "ngx_http_jwt_request.h"
#include "ngx_http_jwt_keyset.h"
#include "njwt_hint.h"


#define NGX_HTTP_JWT_LOG_BYTES  64    /* of each text from the client */

/* why there are no keys */
#define NGX_HTTP_JWT_LOG_REASON                                              \
    (sizeof(": the first fetch has been under way for 86400 s: \"\"")         \
     + NGX_HTTP_JWT_ERROR_LEN)

/* the verdict and the block's name; then seven texts, each byte escaped */
#define NGX_HTTP_JWT_LOG_HEAD   256
#define NGX_HTTP_JWT_LOG_LINE                                                \
    (NGX_HTTP_JWT_LOG_HEAD + 7 * (NGX_HTTP_JWT_LOG_BYTES * 4 + 16)            \
     + sizeof(": ") + NJWT_HINT_LOG_MAX                                      \
     + NGX_HTTP_JWT_LOG_REASON)


/* Escapes everything but printable ASCII, and what would end the quotes. */

static u_char *
ngx_http_jwt_log_escape(u_char *p, njwt_slice_t text)
{
    u_char  c;
    size_t  i;

    for (i = 0; i < text.len && i < NGX_HTTP_JWT_LOG_BYTES; i++) {
        c = text.data[i];

        if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
            p = ngx_sprintf(p, "\\x%02Xd", (ngx_int_t) c);
            continue;
        }

        *p++ = c;
    }

    return p;
}


static u_char *
ngx_http_jwt_log_field(u_char *p, const char *name, njwt_slice_t text)
{
    if (text.len == 0) {
        return p;
    }

    p = ngx_sprintf(p, ", %s \"", name);
    p = ngx_http_jwt_log_escape(p, text);
    *p++ = '"';

    return p;
}


static u_char *
ngx_http_jwt_log_header(u_char *p, ngx_http_jwt_ctx_t *ctx, const char *name)
{
    njwt_slice_t  key, text;

    key.data = (const uint8_t *) name;
    key.len = ngx_strlen(name);

    if (!njwt_jws_string(&ctx->found.jws, key, &text)) {
        return p;
    }

    return ngx_http_jwt_log_field(p, name, text);
}


static u_char *
ngx_http_jwt_log_token(u_char *p, ngx_http_jwt_ctx_t *ctx)
{
    njwt_slice_t  iss, aud;

    if (ctx->found.payload == NULL) {
        return p;
    }

    njwt_payload_excerpt(&ctx->arena, ctx->found.payload, &iss, &aud);

    p = ngx_http_jwt_log_header(p, ctx, "kid");
    p = ngx_http_jwt_log_header(p, ctx, "alg");
    p = ngx_http_jwt_log_header(p, ctx, "typ");
    p = ngx_http_jwt_log_field(p, "iss", iss);

    return ngx_http_jwt_log_field(p, "aud", aud);
}


/*
 * Adds what only hints need: the other issuers, the issuer's clock and the
 * origin that was made for this request.
 */

static void
ngx_http_jwt_log_context(ngx_http_jwt_ctx_t *ctx, njwt_request_t *c)
{
    ngx_uint_t               i;
    ngx_http_jwt_issuer_t   *issuer, **issuers;
    ngx_http_jwt_main_conf_t  *jmcf;

    issuer = (ngx_http_jwt_issuer_t *) ctx->found.issuer;

    switch (ctx->verdict) {

    case NJWT_EXPIRED:
    case NJWT_NOT_YET_VALID:
    case NJWT_ISSUED_IN_FUTURE:
    case NJWT_TOO_OLD:
        c->ahead = (issuer != NULL) ? ngx_http_jwt_history_ahead(issuer) : 0;
        return;

    case NJWT_DPOP_PROOF_INVALID:
        c->origin = ctx->origin;
        return;

    case NJWT_ISSUER_MISMATCH:
        break;

    default:
        return;
    }

    jmcf = ((ngx_http_jwt_issuer_t *) ctx->policy->issuers[0])->main;
    issuers = jmcf->issuers.elts;

    c->others = njwt_arena_alloc(&ctx->arena, jmcf->issuers.nelts
                                              * sizeof(njwt_issuer_t *));
    if (c->others == NULL) {
        return;
    }

    for (i = 0; i < jmcf->issuers.nelts; i++) {
        c->others[i] = &issuers[i]->trust;
    }

    c->other_count = jmcf->issuers.nelts;
}


/* Appends the hint: from the configuration, with nothing of the token. */

static u_char *
ngx_http_jwt_log_hint(u_char *p, ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx)
{
    njwt_request_t  c;
    njwt_slice_t    hint;

    ngx_memzero(&c, sizeof(njwt_request_t));

    c.policy = ctx->policy;
    c.binding = (ctx->policy->binding != NULL) ? &ctx->binding : NULL;
    c.credentials = ctx->credentials;
    c.method = ngx_http_jwt_method(r);
    c.now = (int64_t) ngx_time();
    ngx_http_jwt_log_context(ctx, &c);

    if (!njwt_hint(&ctx->arena, &c, ctx->verdict, &ctx->found, NJWT_HINT_LOG,
                   &hint)
        || hint.len == 0
        || hint.len > NJWT_HINT_LOG_MAX)
    {
        return p;
    }

    *p++ = ':';
    *p++ = ' ';

    return ngx_cpymem(p, hint.data, hint.len);
}


/* The source that is being asked for the first time, without its query. */

static u_char *
ngx_http_jwt_log_pending(u_char *p, ngx_http_jwt_issuer_t *issuer,
    time_t under_way)
{
    njwt_slice_t  url;

    if (under_way < 0) {
        return p;
    }

    url = njwt_url_shown(ngx_http_jwt_slice(&issuer->jwks_uri));

    return ngx_slprintf(p, p + NGX_HTTP_JWT_LOG_REASON, ": the %s fetch has "
                        "been under way for %T s: \"%*s\"",
                        issuer->keyset->fetched ? "next" : "first",
                        under_way,
                        ngx_min(url.len, NGX_HTTP_JWT_ERROR_LEN), url.data);
}


/* Appends why there are no keys, whichever worker's fetch failed. */

static u_char *
ngx_http_jwt_log_reason(u_char *p, ngx_http_jwt_ctx_t *ctx)
{
    size_t                  len;
    time_t                  under_way;
    u_char                  text[NGX_HTTP_JWT_ERROR_LEN];
    ngx_http_jwt_issuer_t  *issuer;

    issuer = (ngx_http_jwt_issuer_t *) ctx->found.issuer;

    if (ctx->verdict != NJWT_KEYS_UNAVAILABLE || issuer == NULL) {
        return p;
    }

    len = ngx_http_jwt_history_reason(issuer, text, &under_way);

    if (len == 0) {
        return ngx_http_jwt_log_pending(p, issuer, under_way);
    }

    p = ngx_cpymem(p, ": the last fetch failed: ",
                   sizeof(": the last fetch failed: ") - 1);

    return ngx_cpymem(p, text, len);
}


static ngx_uint_t
ngx_http_jwt_log_level_of(ngx_http_jwt_ctx_t *ctx)
{
    ngx_uint_t  level;

    if (ctx->verdict == NJWT_UNDECIDED) {
        return NGX_LOG_ERR;
    }

    level = ctx->conf->log_level;

    /* the lower the level, the more severe */

    if (ctx->verdict == NJWT_KEYS_UNAVAILABLE
        || ctx->conf->mode == NGX_HTTP_JWT_REPORT)
    {
        return ngx_min(level, NGX_LOG_WARN);
    }

    return level;
}


/*
 * nginx adds the request line and the referrer to each line; if the token was
 * in the URL, that would log it.  Then only the client and the server are
 * added.
 */

static void
ngx_http_jwt_log_write(ngx_http_request_t *r, ngx_uint_t bare,
    ngx_uint_t level, ngx_str_t *line)
{
    ngx_log_t                 *log;
    ngx_log_handler_pt         handler;
    ngx_http_core_srv_conf_t  *cscf;

    log = r->connection->log;

    if (!bare) {
        ngx_log_error(level, log, 0, "%V", line);
        return;
    }

    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    handler = log->handler;
    log->handler = NULL;

    ngx_log_error(level, log, 0, "%V, client: %V, server: %V", line,
                  &r->connection->addr_text, &cscf->server_name);

    log->handler = handler;
}


static void
ngx_http_jwt_log_format(ngx_http_request_t *r, ngx_uint_t bare,
    ngx_uint_t level, const char *fmt, va_list args)
{
    u_char     text[NGX_MAX_CONF_ERRSTR];
    ngx_str_t  line;

    line.len = ngx_vslprintf(text, text + sizeof(text), fmt, args) - text;
    line.data = text;

    ngx_http_jwt_log_write(r, bare, level, &line);
}


void
ngx_http_jwt_log(ngx_http_request_t *r, ngx_uint_t level, const char *fmt,
    ...)
{
    va_list  args;

    va_start(args, fmt);
    ngx_http_jwt_log_format(r, ngx_http_jwt_find_ctx(r)->from_url, level, fmt,
                            args);
    va_end(args);
}


void
ngx_http_jwt_log_bare(ngx_http_request_t *r, const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    ngx_http_jwt_log_format(r, 1, NGX_LOG_WARN, fmt, args);
    va_end(args);
}


void
ngx_http_jwt_log_refusal(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    u_char                     *p;
    u_char                      text[NGX_HTTP_JWT_LOG_LINE];
    ngx_str_t                   line;
    ngx_uint_t                  level;
    const ngx_str_t            *issuer;
    const njwt_verdict_info_t  *info;

    static const ngx_str_t      none = ngx_string("-");

    if (ctx->logged) {
        return;
    }

    ctx->logged = 1;

    level = ngx_http_jwt_log_level_of(ctx);

    if (r->connection->log->log_level < level) {
        return;
    }

    (void) njwt_result_read(&ctx->arena, &ctx->credentials, &ctx->found);

    info = njwt_verdict_info(ctx->verdict);

    issuer = (ctx->found.issuer != NULL)
             ? &((ngx_http_jwt_issuer_t *) ctx->found.issuer)->name
             : &none;

    p = ngx_slprintf(text, text + NGX_HTTP_JWT_LOG_HEAD,
                     "jwt %s: %*s, issuer \"%V\"",
                     (ctx->conf->mode == NGX_HTTP_JWT_REPORT)
                     ? "would be refused" : "refused",
                     info->name.len, info->name.data, issuer);

    line.data = text;
    p = ngx_http_jwt_log_token(p, ctx);
    p = ngx_http_jwt_binding_log(p, ctx, ngx_http_jwt_log_field);
    p = ngx_http_jwt_log_hint(p, r, ctx);
    line.len = ngx_http_jwt_log_reason(p, ctx) - text;

    ngx_http_jwt_log_write(r, ctx->from_url, level, &line);
}


void
ngx_http_jwt_log_milliseconds(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    ngx_http_jwt_issuer_t  *issuer;

    issuer = (ngx_http_jwt_issuer_t *) ctx->found.issuer;

    if (issuer->milliseconds
        || !njwt_claims_milliseconds(ctx->found.claims))
    {
        return;
    }

    issuer->milliseconds = 1;

    ngx_http_jwt_log(r, NGX_LOG_WARN,
                     "jwt: a token of issuer \"%V\" expires in some ten "
                     "thousand years: its \"exp\" looks like milliseconds and "
                     "must be in seconds",
                     &issuer->name);
}
