/*
 * What may a configuration read of the judgement?  Claims only of a token that
 * was verified; the verdict of every request that was judged.
 */

#include "ngx_http_jwt.h"
#include "ngx_http_jwt_early.h"
#include "njwt_path.h"


static ngx_int_t ngx_http_jwt_variable_judged(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_jwt_variable_verified(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_jwt_variable_cache(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_jwt_variable_claim(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_jwt_variable_header(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


/*
 * None is cacheable: an internal redirect judges again.  A handler's data is
 * the row itself, which has the name.
 */

static ngx_http_variable_t  ngx_http_jwt_variables[] = {

    { ngx_string("jwt_verdict"), NULL, ngx_http_jwt_variable_judged,
      offsetof(njwt_verdict_info_t, name), NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_error"), NULL, ngx_http_jwt_variable_judged,
      offsetof(njwt_verdict_info_t, error), NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_payload"), NULL, ngx_http_jwt_variable_verified,
      (uintptr_t) ngx_http_jwt_value_payload, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_scope"), NULL, ngx_http_jwt_variable_verified,
      (uintptr_t) ngx_http_jwt_value_scope, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_issuer"), NULL, ngx_http_jwt_variable_verified,
      (uintptr_t) ngx_http_jwt_value_issuer, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_client_id"), NULL, ngx_http_jwt_variable_verified,
      (uintptr_t) ngx_http_jwt_value_client_id, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_kid"), NULL, ngx_http_jwt_variable_verified,
      (uintptr_t) ngx_http_jwt_value_kid, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_binding"), NULL, ngx_http_jwt_variable_verified,
      (uintptr_t) ngx_http_jwt_value_binding, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_dpop_jkt"), NULL, ngx_http_jwt_variable_verified,
      (uintptr_t) ngx_http_jwt_value_dpop_jkt, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_cache"), NULL, ngx_http_jwt_variable_cache, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_claim_"), NULL, ngx_http_jwt_variable_claim, 0,
      NGX_HTTP_VAR_NOCACHEABLE|NGX_HTTP_VAR_PREFIX, 0 },

    { ngx_string("jwt_header_"), NULL, ngx_http_jwt_variable_header, 0,
      NGX_HTTP_VAR_NOCACHEABLE|NGX_HTTP_VAR_PREFIX, 0 },

      ngx_http_null_variable
};


/*
 * There is no such value; or no memory, which whoever asks (a map, with its
 * default) takes for the same: the judgement must not stand then.
 */

static ngx_int_t
ngx_http_jwt_variable_absent(ngx_http_request_t *r,
    ngx_http_variable_value_t *v)
{
    ngx_http_jwt_ctx_t  *ctx;

    ctx = ngx_http_jwt_find_ctx(r);
    v->not_found = 1;

    return (ctx != NULL && ctx->arena.failed) ? NGX_ERROR : NGX_OK;
}


/*
 * A value is copied: other variables (a map's) keep pointers to it for the
 * whole request, and the judgement may change.
 */

static ngx_int_t
ngx_http_jwt_variable_set(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    njwt_slice_t value)
{
    ngx_http_jwt_ctx_t  *ctx;

    v->data = ngx_pnalloc(r->pool, value.len);

    if (v->data == NULL) {
        ctx = ngx_http_jwt_find_ctx(r);
        ctx->arena.failed = 1;

        return NGX_ERROR;
    }

    ngx_memcpy(v->data, value.data, value.len);

    v->len = value.len;
    v->valid = 1;
    v->no_cacheable = 1;
    v->not_found = 0;

    return NGX_OK;
}


/* The value of a verified token's; a control character makes it empty. */

static ngx_int_t
ngx_http_jwt_variable_give(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, const ngx_str_t *name, njwt_slice_t value)
{
    if (!njwt_slice_clean(value)) {
        ngx_http_jwt_log_warn(r, "$%V is given as empty: what the token has "
                              "for it holds a control character", name);
        v->not_found = 1;
        return NGX_OK;
    }

    return ngx_http_jwt_variable_set(r, v, value);
}


/* The verdict's row in the table: of every request that was judged. */

static ngx_int_t
ngx_http_jwt_variable_judged(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_variable_t  *row = (ngx_http_variable_t *) data;

    u_char              *info;
    ngx_http_jwt_ctx_t  *ctx;

    ngx_http_jwt_early_read(r, &row->name);

    ctx = ngx_http_jwt_find_ctx(r);

    if (ctx == NULL || !ctx->judged) {
        v->not_found = 1;
        return NGX_OK;
    }

    /* a preflight goes on, though the core said nothing */

    info = ctx->preflight ? (u_char *) njwt_verdict_info(NJWT_OK)
                          : (u_char *) njwt_verdict_info(ctx->verdict);

    info += row->data;

    return ngx_http_jwt_variable_set(r, v, *(njwt_slice_t *) info);
}


/* The judgement, if it is on a token that was verified throughout. */

static ngx_http_jwt_ctx_t *
ngx_http_jwt_variable_ctx(ngx_http_request_t *r)
{
    ngx_http_jwt_ctx_t  *ctx;

    ctx = ngx_http_jwt_find_ctx(r);

    if (ctx == NULL || ctx->found.claims == NULL) {
        return NULL;
    }

    /* a token that was remembered is read when somebody asks */

    return njwt_finding_read(&ctx->arena, &ctx->presented, &ctx->found)
           ? ctx : NULL;
}


static ngx_int_t
ngx_http_jwt_variable_verified(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_variable_t  *row = (ngx_http_variable_t *) data;

    njwt_slice_t            value;
    ngx_http_jwt_ctx_t     *ctx;
    ngx_http_jwt_value_pt   read;

    ngx_http_jwt_early_read(r, &row->name);

    read = (ngx_http_jwt_value_pt) row->data;
    ctx = ngx_http_jwt_variable_ctx(r);

    if (ctx == NULL || read(ctx, &value) != NGX_OK) {
        return ngx_http_jwt_variable_absent(r, v);
    }

    return ngx_http_jwt_variable_give(r, v, &row->name, value);
}


/* Was the token verified now, or before? */

static ngx_int_t
ngx_http_jwt_variable_cache(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_variable_t  *row = (ngx_http_variable_t *) data;

    ngx_http_jwt_ctx_t  *ctx;

    static const njwt_slice_t  hit = njwt_literal("HIT");
    static const njwt_slice_t  miss = njwt_literal("MISS");

    ngx_http_jwt_early_read(r, &row->name);

    ctx = ngx_http_jwt_find_ctx(r);

    if (ctx == NULL || ctx->found.claims == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    return ngx_http_jwt_variable_set(r, v, ctx->found.recalled ? hit : miss);
}


/* $jwt_claim_NAME, and with a path of its own what jwt_claim_set made. */

ngx_int_t
ngx_http_jwt_variable_named(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, ngx_str_t *name, njwt_slice_t path)
{
    njwt_slice_t         value;
    njwt_value_t         claim;
    ngx_http_jwt_ctx_t  *ctx;

    ngx_http_jwt_early_read(r, name);

    ctx = ngx_http_jwt_variable_ctx(r);

    if (ctx == NULL) {
        return ngx_http_jwt_variable_absent(r, v);
    }

    claim = njwt_path_find(&ctx->arena, njwt_claims_root(ctx->found.claims),
                           path);

    if (!njwt_json_text(&ctx->arena, claim, &value)) {
        return ngx_http_jwt_variable_absent(r, v);
    }

    return ngx_http_jwt_variable_give(r, v, name, value);
}


static ngx_int_t
ngx_http_jwt_variable_claim(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t  *name = (ngx_str_t *) data;

    njwt_slice_t  path;

    path.data = name->data + sizeof("jwt_claim_") - 1;
    path.len = name->len - (sizeof("jwt_claim_") - 1);

    return ngx_http_jwt_variable_named(r, v, name, path);
}


static ngx_int_t
ngx_http_jwt_variable_header(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t  *name = (ngx_str_t *) data;

    njwt_slice_t         member, value;
    ngx_http_jwt_ctx_t  *ctx;

    ngx_http_jwt_early_read(r, name);

    ctx = ngx_http_jwt_variable_ctx(r);

    member.data = name->data + sizeof("jwt_header_") - 1;
    member.len = name->len - (sizeof("jwt_header_") - 1);

    if (ctx == NULL
        || !njwt_json_text(&ctx->arena,
                           njwt_json_member(ctx->found.jws.header, member),
                           &value))
    {
        return ngx_http_jwt_variable_absent(r, v);
    }

    return ngx_http_jwt_variable_give(r, v, name, value);
}


ngx_int_t
ngx_http_jwt_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_http_jwt_variables; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = (uintptr_t) v;
    }

    return NGX_OK;
}
