/*
 * What is the operator told of a refusal?  One line: the verdict, the issuer's
 * block, and of the token what helps to see what is wrong, cut and escaped.
 */

#include "ngx_http_jwt.h"


#define NGX_HTTP_JWT_LOG_BYTES  64    /* of each text of the client's */


/* Everything but printable ASCII, and what would end the quotes, escaped. */

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


void
ngx_http_jwt_log_refusal(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    u_char                     *p;
    u_char                      text[5 * (NGX_HTTP_JWT_LOG_BYTES * 4 + 16)];
    ngx_str_t                   none = ngx_string("-");
    ngx_str_t                  *issuer;
    ngx_uint_t                  level;
    const njwt_verdict_info_t  *info;

    if (ctx->logged) {
        return;
    }

    ctx->logged = 1;

    info = njwt_verdict_info(ctx->verdict);
    p = ngx_http_jwt_log_token(text, ctx);

    issuer = (ctx->found.issuer != NULL)
             ? &((ngx_http_jwt_issuer_t *) ctx->found.issuer)->name
             : &none;

    level = NGX_LOG_INFO;

    if (ctx->verdict == NJWT_KEYS_UNAVAILABLE) {
        level = NGX_LOG_WARN;
    }

    if (ctx->verdict == NJWT_UNDECIDED) {
        level = NGX_LOG_ERR;
    }

    ngx_log_error(level, r->connection->log, 0,
                  "jwt refused: %*s, issuer \"%V\"%*s",
                  info->name.len, info->name.data, issuer,
                  (size_t) (p - text), text);
}
