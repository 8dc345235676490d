/*
 * What may a configuration read of the judgement?  Claims only of a token that
 * was verified; the verdict of every request that was judged.
 */

#include "ngx_http_jwt.h"


static ngx_int_t ngx_http_jwt_variable_verdict(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_jwt_variable_claim(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


/* none is cacheable: an internal redirect judges again */

static ngx_http_variable_t  ngx_http_jwt_variables[] = {

    { ngx_string("jwt_verdict"), NULL, ngx_http_jwt_variable_verdict, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_claim_"), NULL, ngx_http_jwt_variable_claim, 0,
      NGX_HTTP_VAR_NOCACHEABLE|NGX_HTTP_VAR_PREFIX, 0 },

      ngx_http_null_variable
};


/*
 * A value is copied: other variables (a map's) keep pointers to it for the
 * whole request, and the judgement may change.
 */

static ngx_int_t
ngx_http_jwt_variable_set(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    njwt_slice_t value)
{
    v->data = ngx_pnalloc(r->pool, value.len);
    if (v->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(v->data, value.data, value.len);

    v->len = value.len;
    v->valid = 1;
    v->no_cacheable = 1;
    v->not_found = 0;

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_variable_verdict(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_jwt_ctx_t         *ctx;
    const njwt_verdict_info_t  *info;

    ctx = ngx_http_jwt_find_ctx(r);

    if (ctx == NULL || !ctx->judged) {
        v->not_found = 1;
        return NGX_OK;
    }

    /* a preflight goes on, though the core said nothing */

    info = ctx->preflight ? njwt_verdict_info(NJWT_OK)
                          : njwt_verdict_info(ctx->verdict);

    return ngx_http_jwt_variable_set(r, v, info->name);
}


/* A byte that would split a header makes the value empty. */

static ngx_uint_t
ngx_http_jwt_variable_safe(njwt_slice_t value)
{
    size_t  i;

    for (i = 0; i < value.len; i++) {
        if (value.data[i] < 0x20 || value.data[i] == 0x7f) {
            return 0;
        }
    }

    return 1;
}


static ngx_int_t
ngx_http_jwt_variable_claim(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t  *name = (ngx_str_t *) data;

    njwt_slice_t         claim, value;
    ngx_http_jwt_ctx_t  *ctx;

    v->not_found = 1;

    ctx = ngx_http_jwt_find_ctx(r);

    if (ctx == NULL || ctx->found.claims == NULL) {
        return NGX_OK;
    }

    claim.data = name->data + sizeof("jwt_claim_") - 1;
    claim.len = name->len - (sizeof("jwt_claim_") - 1);

    if (!njwt_json_text(&ctx->arena,
                        njwt_claims_get(ctx->found.claims, claim), &value))
    {
        return NGX_OK;
    }

    if (!ngx_http_jwt_variable_safe(value)) {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "$%V is given as empty: the claim holds a control "
                      "character", name);
        return NGX_OK;
    }

    return ngx_http_jwt_variable_set(r, v, value);
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
        var->data = v->data;
    }

    return NGX_OK;
}
