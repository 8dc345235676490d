/*
 * What do the variables of a verified token say?  Only called where there are
 * claims; NGX_DECLINED is a value that isn't there.
 */

#include "ngx_http_jwt.h"
#include "njwt_b64.h"


ngx_int_t
ngx_http_jwt_value_payload(ngx_http_jwt_ctx_t *ctx, njwt_slice_t *value)
{
    return njwt_json_text(&ctx->arena, njwt_claims_root(ctx->found.claims),
                          value) ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_http_jwt_value_scope(ngx_http_jwt_ctx_t *ctx, njwt_slice_t *value)
{
    const njwt_expected_t  *expected;

    expected = &ctx->found.issuer->expected;

    return njwt_scopes_text(&ctx->arena,
               njwt_scopes_find(&ctx->arena,
                                njwt_claims_root(ctx->found.claims),
                                expected->scope_claims,
                                expected->scope_claim_count),
               value) ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_http_jwt_value_issuer(ngx_http_jwt_ctx_t *ctx, njwt_slice_t *value)
{
    *value = ctx->found.issuer->name;

    return NGX_OK;
}


/* Auth0's own profile has "azp", RFC 9068 "client_id" */

ngx_int_t
ngx_http_jwt_value_client_id(ngx_http_jwt_ctx_t *ctx, njwt_slice_t *value)
{
    njwt_value_t  claim;

    static const njwt_slice_t  azp = njwt_literal("azp");
    static const njwt_slice_t  client_id = njwt_literal("client_id");

    claim = njwt_claims_get(ctx->found.claims, azp);

    if (njwt_json_type(claim) == NJWT_JSON_ABSENT) {
        claim = njwt_claims_get(ctx->found.claims, client_id);
    }

    return njwt_json_text(&ctx->arena, claim, value) ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_http_jwt_value_kid(ngx_http_jwt_ctx_t *ctx, njwt_slice_t *value)
{
    return njwt_jws_kid(&ctx->found.jws, value) ? NGX_OK : NGX_DECLINED;
}


/* What was checked: a proof, the certificate, or both. */

ngx_int_t
ngx_http_jwt_value_binding(ngx_http_jwt_ctx_t *ctx, njwt_slice_t *value)
{
    static const njwt_slice_t  names[] = {
        njwt_literal("none"),
        njwt_literal("dpop"),
        njwt_literal("mtls"),
        njwt_literal("dpop,mtls")
    };

    *value = names[(ctx->found.binding.proved ? 1 : 0)
                   + (ctx->found.binding.mtls ? 2 : 0)];

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_value_dpop_jkt(ngx_http_jwt_ctx_t *ctx, njwt_slice_t *value)
{
    u_char        *text;
    njwt_slice_t   thumbprint;

    if (!ctx->found.binding.proved) {
        return NGX_DECLINED;
    }

    thumbprint.data = ctx->found.binding.proof.thumbprint;
    thumbprint.len = NJWT_DIGEST;

    text = njwt_arena_alloc(&ctx->arena, njwt_b64_length(NJWT_DIGEST));
    if (text == NULL) {
        return NGX_DECLINED;
    }

    njwt_b64_encode(thumbprint, text);

    value->data = text;
    value->len = njwt_b64_length(NJWT_DIGEST);

    return NGX_OK;
}
