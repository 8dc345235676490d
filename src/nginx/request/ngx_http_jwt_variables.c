/*
 * Variables: $jwt_verdict and others, the claims of a verified token, and
 * those of jwt_claim_set.
 */

#include "ngx_http_jwt_cache.h"
#include "ngx_http_jwt_request.h"
#include "njwt_b64.h"
#include "njwt_path.h"
#include "njwt_policy_words.h"


typedef ngx_int_t (*ngx_http_jwt_value_pt)(ngx_http_jwt_ctx_t *ctx,
    njwt_slice_t *value);


/* one jwt_claim_set */
typedef struct {
    ngx_str_t      name;
    njwt_slice_t   path;
} ngx_http_jwt_claim_variable_t;


/*
 * The value is absent; or there was no memory, which the reader (a map, with
 * its default) can't tell apart: then the judgement must not stand.
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


/* The value from a verified token; a control character makes it empty. */

static ngx_int_t
ngx_http_jwt_variable_give(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, const ngx_str_t *name, njwt_slice_t value)
{
    if (!njwt_slice_clean(value)) {
        ngx_http_jwt_log(r, NGX_LOG_WARN,
                         "$%V is left empty: its value in the token contains "
                         "a control character",
                         name);
        v->not_found = 1;
        return NGX_OK;
    }

    return ngx_http_jwt_variable_set(r, v, value);
}


/* The verdict's row in the table, for any request that was judged. */

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

    /* a preflight continues, though the core wasn't asked */

    info = ctx->preflight ? (u_char *) njwt_verdict_info(NJWT_OK)
                          : (u_char *) njwt_verdict_info(ctx->verdict);

    info += row->data;

    return ngx_http_jwt_variable_set(r, v, *(njwt_slice_t *) info);
}


/* The judgement, if its token was verified in full. */

static ngx_http_jwt_ctx_t *
ngx_http_jwt_variable_ctx(ngx_http_request_t *r)
{
    ngx_http_jwt_ctx_t  *ctx;

    ctx = ngx_http_jwt_find_ctx(r);

    if (ctx == NULL || ctx->found.claims == NULL) {
        return NULL;
    }

    /* a token from the cache is parsed when a value is needed */

    return njwt_result_read(&ctx->arena, &ctx->credentials, &ctx->found)
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


/* Was the token verified now, or earlier? */

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

    return ngx_http_jwt_variable_set(r, v, ctx->found.from_cache ? hit : miss);
}


/* Auth0's own profile has "azp", RFC 9068 "client_id" */

static njwt_value_t
ngx_http_jwt_variable_client(ngx_http_jwt_ctx_t *ctx)
{
    njwt_value_t  claim;

    static const njwt_slice_t  azp = njwt_literal("azp");
    static const njwt_slice_t  client_id = njwt_literal("client_id");

    claim = njwt_claims_get(ctx->found.claims, azp);

    return (njwt_json_type(claim) != NJWT_JSON_ABSENT)
           ? claim : njwt_claims_get(ctx->found.claims, client_id);
}


/* Reads a value from the token.  False: it has none, or no memory. */

static bool
ngx_http_jwt_variable_read(ngx_http_jwt_ctx_t *ctx, ngx_http_jwt_part_t part,
    njwt_slice_t name, njwt_slice_t *value)
{
    njwt_value_t  found;

    switch (part) {

    case NGX_HTTP_JWT_PART_CLAIM:
        found = njwt_path_find(&ctx->arena,
                               njwt_claims_root(ctx->found.claims), name);
        break;

    case NGX_HTTP_JWT_PART_HEADER:
        found = njwt_json_member(ctx->found.jws.header, name);
        break;

    default: /* NGX_HTTP_JWT_PART_CLIENT */
        found = ngx_http_jwt_variable_client(ctx);
    }

    return njwt_json_text(&ctx->arena, found, value);
}


/*
 * A variable whose value depends only on the token's bytes: that of a token
 * which the connection repeats is read once.
 */

static ngx_int_t
ngx_http_jwt_variable_part(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, const ngx_str_t *variable,
    ngx_http_jwt_part_t part, njwt_slice_t name)
{
    bool                 has;
    njwt_slice_t         value;
    ngx_http_jwt_ctx_t  *ctx;

    ngx_http_jwt_early_read(r, variable);

    ctx = ngx_http_jwt_find_ctx(r);

    if (ctx != NULL
        && ctx->found.claims != NULL
        && ctx->same
        && ngx_http_jwt_connection_value(r, ctx->digest, part, name, &value)
           == NGX_OK)
    {
        return (value.data != NULL) ? ngx_http_jwt_variable_set(r, v, value)
                                    : ngx_http_jwt_variable_absent(r, v);
    }

    ctx = ngx_http_jwt_variable_ctx(r);

    if (ctx == NULL) {
        return ngx_http_jwt_variable_absent(r, v);
    }

    has = ngx_http_jwt_variable_read(ctx, part, name, &value);

    /* one that is left empty is read and logged each time */

    if (ctx->same
        && !ctx->arena.failed
        && (!has || njwt_slice_clean(value)))
    {
        ngx_http_jwt_connection_keep(r, ctx->digest, part, name,
                                     has ? &value : NULL);
    }

    return has ? ngx_http_jwt_variable_give(r, v, variable, value)
               : ngx_http_jwt_variable_absent(r, v);
}


/* A variable whose name is a prefix and what is looked for. */

static ngx_int_t
ngx_http_jwt_variable_named(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, const ngx_str_t *variable,
    ngx_http_jwt_part_t part, size_t prefix)
{
    njwt_slice_t  name;

    name.data = variable->data + prefix;
    name.len = variable->len - prefix;

    return ngx_http_jwt_variable_part(r, v, variable, part, name);
}


static ngx_int_t
ngx_http_jwt_variable_claim(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    return ngx_http_jwt_variable_named(r, v, (ngx_str_t *) data,
                                       NGX_HTTP_JWT_PART_CLAIM,
                                       sizeof("jwt_claim_") - 1);
}


static ngx_int_t
ngx_http_jwt_variable_header(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    return ngx_http_jwt_variable_named(r, v, (ngx_str_t *) data,
                                       NGX_HTTP_JWT_PART_HEADER,
                                       sizeof("jwt_header_") - 1);
}


static ngx_int_t
ngx_http_jwt_variable_client_id(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_variable_t  *row = (ngx_http_variable_t *) data;

    static const njwt_slice_t  nothing = njwt_literal("");

    return ngx_http_jwt_variable_part(r, v, &row->name,
                                      NGX_HTTP_JWT_PART_CLIENT, nothing);
}


static ngx_int_t
ngx_http_jwt_value_payload(ngx_http_jwt_ctx_t *ctx, njwt_slice_t *value)
{
    return njwt_json_text(&ctx->arena, njwt_claims_root(ctx->found.claims),
                          value) ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
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


static ngx_int_t
ngx_http_jwt_value_issuer(ngx_http_jwt_ctx_t *ctx, njwt_slice_t *value)
{
    *value = ctx->found.issuer->name;

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_value_kid(ngx_http_jwt_ctx_t *ctx, njwt_slice_t *value)
{
    return njwt_jws_kid(&ctx->found.jws, value) ? NGX_OK : NGX_DECLINED;
}


/* What was checked: a proof, the certificate, or both. */

static ngx_int_t
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


static ngx_int_t
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


/*
 * None is cacheable, since an internal redirect is judged again.  A handler's
 * data is the row itself, which has the name.
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

    { ngx_string("jwt_client_id"), NULL, ngx_http_jwt_variable_client_id, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

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


static ngx_int_t
ngx_http_jwt_variable_path(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_jwt_claim_variable_t  *named;

    named = (ngx_http_jwt_claim_variable_t *) data;

    return ngx_http_jwt_variable_part(r, v, &named->name,
                                      NGX_HTTP_JWT_PART_CLAIM, named->path);
}


ngx_int_t
ngx_http_jwt_variable_again(ngx_http_request_t *r, ngx_uint_t index,
    ngx_http_variable_value_t *value)
{
    ngx_http_variable_t        *v;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_core_module);
    v = (ngx_http_variable_t *) cmcf->variables.elts + index;

    ngx_memzero(value, sizeof(ngx_http_variable_value_t));

    /* the values of "set" and of captures are nowhere else */

    if ((v->flags & (NGX_HTTP_VAR_NOCACHEABLE|NGX_HTTP_VAR_WEAK))
        || v->get_handler == NULL)
    {
        return NGX_DECLINED;
    }

    if (v->get_handler(r, value, v->data) != NGX_OK) {
        return NGX_ERROR;
    }

    return value->valid ? NGX_OK : NGX_DECLINED;
}


char *
ngx_http_jwt_claim_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                           *rv;
    ngx_str_t                      *value;
    ngx_http_variable_t            *var;
    ngx_http_jwt_claim_variable_t  *named;

    value = cf->args->elts;

    if (value[1].len < 2 || value[1].data[0] != '$') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid variable name \"%V\" in "
                           "\"jwt_claim_set\", write \"$name\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    value[1].len--;
    value[1].data++;

    named = ngx_palloc(cf->pool, sizeof(ngx_http_jwt_claim_variable_t));
    if (named == NULL) {
        return NGX_CONF_ERROR;
    }

    named->name = value[1];
    rv = ngx_http_jwt_conf_claim(cf, &value[2], &named->path);

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    var = ngx_http_add_variable(cf, &value[1], NGX_HTTP_VAR_NOCACHEABLE);
    if (var == NULL) {
        return NGX_CONF_ERROR;
    }

    if (var->get_handler != NULL) {
        return "names a variable that is there already";
    }

    var->get_handler = ngx_http_jwt_variable_path;
    var->data = (uintptr_t) named;

    return NGX_CONF_OK;
}
