/*
 * The proof of possession for a bound token: a DPoP proof, or the certificate
 * of the TLS connection (RFC 9449, RFC 8705).
 *
 * The client's own request line counts, as it was sent: error_page turns it
 * into a GET, and rewrites change $uri.  The core judges; the step that may
 * happen only once, marking a proof as used, follows the judgement.
 */

#include "ngx_http_jwt_binding.h"
#include "ngx_http_jwt_cache.h"
#include "ngx_http_jwt_ctx.h"
#include "ngx_http_jwt_headers.h"
#include "ngx_http_jwt_proofs.h"
#include "njwt_certificate.h"
#include "njwt_htu.h"
#include "njwt_hash.h"
#include "njwt_nonce.h"


/* clients whose keys each worker keeps */
#define NGX_HTTP_JWT_DPOP_KEYS  1024


ngx_int_t
ngx_http_jwt_binding_start(ngx_http_jwt_main_conf_t *jmcf, ngx_log_t *log)
{
    ngx_http_jwt_dpop_conf_t  *dpop;

    if (jmcf->proofs == NULL) {
        return NGX_OK;
    }

    dpop = &jmcf->dpop;

    ngx_http_jwt_proofs_attach(jmcf, dpop->lifetime + dpop->ahead,
                               dpop->nonce ? dpop->nonce : dpop->lifetime);

    jmcf->dpop_keys = njwt_dpop_keys_new(NGX_HTTP_JWT_DPOP_KEYS);
    jmcf->dpop_curves = njwt_curves_new();
    jmcf->proofs_hasher = njwt_hasher_new();

    if (jmcf->dpop_keys == NULL
        || jmcf->dpop_curves == NULL
        || jmcf->proofs_hasher == NULL)
    {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "no memory for the keys of DPoP proofs");
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_http_jwt_binding_stop(ngx_http_jwt_main_conf_t *jmcf)
{
    njwt_dpop_keys_free(jmcf->dpop_keys);
    njwt_curves_free(jmcf->dpop_curves);
    njwt_hasher_free(jmcf->proofs_hasher);

    jmcf->dpop_keys = NULL;
    jmcf->dpop_curves = NULL;
    jmcf->proofs_hasher = NULL;
}


/* The method of the request line; r->method may have changed since. */

static njwt_slice_t
ngx_http_jwt_binding_method(ngx_http_request_t *r)
{
    size_t        i;
    njwt_slice_t  method;

    for (i = 0; i < r->request_line.len; i++) {
        if (r->request_line.data[i] == ' ') {
            break;
        }
    }

    method.data = r->request_line.data;
    method.len = i;

    return method;
}


/*
 * The number of headers with this name, in any spelling that a backend takes
 * for it, and the value of the last one.
 */

static ngx_uint_t
ngx_http_jwt_binding_headers(ngx_http_request_t *r, ngx_str_t *name,
    njwt_slice_t *value)
{
    ngx_uint_t        n;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    n = 0;
    part = &r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (ngx_http_jwt_headers_alike(&h[i].key, name)) {
            *value = ngx_http_jwt_slice(&h[i].value);
            n++;
        }
    }

    return n;
}


/* The keys of nonces, and the time since which used proofs are known. */

static void
ngx_http_jwt_binding_memory(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_ctx_t *ctx, njwt_dpop_memory_t *memory)
{
    memory->since = ngx_http_jwt_proofs_start(jmcf);
    memory->hasher = jmcf->proofs_hasher;
    memory->curves = jmcf->dpop_curves;

    if (jmcf->dpop.keys != NULL) {
        memory->nonce_keys = jmcf->dpop.keys->elts;
        memory->nonce_key_count = jmcf->dpop.keys->nelts;
        return;
    }

    ctx->nonce_key.data = ngx_http_jwt_proofs_key(jmcf);
    ctx->nonce_key.len = NGX_HTTP_JWT_NONCE_KEY_LEN;

    memory->nonce_keys = &ctx->nonce_key;
    memory->nonce_key_count = 1;
}


/*
 * Without jwt_dpop_origin the client's URLs begin with this connection's
 * scheme, an exact name of the server, and the port.  The Host header isn't
 * used.
 */

static ngx_int_t
ngx_http_jwt_binding_origins(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx,
    njwt_request_t *c)
{
    u_char            *p;
    ngx_uint_t         i, tls, port;
    ngx_array_t       *names;
    njwt_slice_t      *name, *origin;
    njwt_policy_t     *policy;
    njwt_binding_t    *binding;

    names = ctx->conf->binding.names;

    if (ctx->conf->binding.origins != NULL || names == NULL) {
        return NGX_OK;
    }

    if (ngx_connection_local_sockaddr(r->connection, NULL, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    port = ngx_inet_get_port(r->connection->local_sockaddr);
    tls = r->connection->ssl != NULL;

    policy = ngx_palloc(r->pool, sizeof(njwt_policy_t));
    binding = ngx_palloc(r->pool, sizeof(njwt_binding_t));
    origin = ngx_palloc(r->pool, names->nelts * sizeof(njwt_slice_t));

    if (policy == NULL || binding == NULL || origin == NULL) {
        return NGX_ERROR;
    }

    name = names->elts;

    for (i = 0; i < names->nelts; i++) {
        p = ngx_pnalloc(r->pool, sizeof("https://:65535") + name[i].len);
        if (p == NULL) {
            return NGX_ERROR;
        }

        origin[i].data = p;

        p = ngx_sprintf(p, "http%s://%*s", tls ? "s" : "", name[i].len,
                        name[i].data);

        if (port != (tls ? 443 : 80)) {
            p = ngx_sprintf(p, ":%ui", port);
        }

        origin[i].len = p - origin[i].data;
    }

    *binding = *c->policy->binding;
    binding->proofs.origins = origin;
    binding->proofs.origin_count = names->nelts;

    *policy = *c->policy;
    policy->binding = binding;

    c->policy = policy;

    return NGX_OK;
}


/* The certificate of this TLS connection, or that in the variable. */

static ngx_int_t
ngx_http_jwt_binding_certificate(ngx_http_request_t *r,
    ngx_http_jwt_ctx_t *ctx, njwt_slice_t *text)
{
    ngx_str_t                   pem;
    ngx_http_variable_value_t  *v;

    text->len = 0;

    /* of two headers nobody knows which one the proxy set */

    if (ctx->conf->binding.header.len > 0
        && ngx_http_jwt_binding_headers(r, &ctx->conf->binding.header, text)
           > 1)
    {
        text->len = 0;
        return NGX_OK;
    }

    text->len = 0;

    if (ctx->conf->binding.certificate != NGX_ERROR) {
        v = ngx_http_get_flushed_variable(r, ctx->conf->binding.certificate);
        if (v == NULL) {
            return NGX_ERROR;
        }

        if (v->valid && !v->not_found) {
            text->data = v->data;
            text->len = v->len;
        }

        return NGX_OK;
    }

    ngx_str_null(&pem);

    if (r->connection->ssl != NULL
        && ngx_ssl_get_raw_certificate(r->connection, r->pool, &pem)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    text->data = pem.data;
    text->len = pem.len;

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_binding_prepare(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx,
    njwt_request_t *c)
{
    ngx_str_t                  header = ngx_string("dpop");
    njwt_slice_t               text;
    njwt_dpop_request_t       *dpop;
    njwt_binding_request_t    *request;
    ngx_http_jwt_main_conf_t  *jmcf;

    if (c->policy->binding == NULL) {
        return NGX_OK;
    }

    request = &ctx->binding;
    ngx_memzero(request, sizeof(njwt_binding_request_t));

    c->binding = request;

    if (c->policy->binding->mtls) {
        if (ngx_http_jwt_binding_certificate(r, ctx, &text) != NGX_OK) {
            return NGX_ERROR;
        }

        if (text.len > 0
            && njwt_certificate_digest(&ctx->arena, text, ctx->certificate))
        {
            request->certificate = ctx->certificate;
        }
    }

    if (!c->policy->binding->dpop) {
        return NGX_OK;
    }

    jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_scope_module);
    dpop = &request->dpop;

    dpop->method = ngx_http_jwt_binding_method(r);
    dpop->target = ngx_http_jwt_slice(&r->unparsed_uri);
    dpop->keys = jmcf->dpop_keys;

    dpop->headers = ngx_http_jwt_binding_headers(r, &header, &dpop->proof);
    ngx_http_jwt_binding_memory(jmcf, ctx, &dpop->memory);

    if (ngx_http_jwt_binding_origins(r, ctx, c) != NGX_OK) {
        return NGX_ERROR;
    }

    ctx->origin = c->policy->binding->proofs.origins[0];

    return NGX_OK;
}


void
ngx_http_jwt_binding_cached(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    const ngx_http_jwt_bound_t  *bound;

    if (!ctx->same || ctx->policy->binding == NULL) {
        return;
    }

    bound = ngx_http_jwt_connection_bound(r);

    if (bound != NULL) {
        ctx->binding.cnf = &bound->cnf;
        ctx->binding.dpop.token_digest = bound->hashed ? bound->ath : NULL;
    }
}


/* Only for a verified token, as ctx->found.verified_claims shows. */

void
ngx_http_jwt_binding_remember(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    ngx_uint_t             known, hashed;
    ngx_http_jwt_bound_t   bound;
    njwt_dpop_details_t   *found;

    if (ctx->policy->binding == NULL) {
        return;
    }

    known = ctx->binding.cnf != NULL;
    hashed = ctx->binding.dpop.token_digest != NULL;

    /* they belong to the connection and are valid for this judgement alone */

    ctx->binding.cnf = NULL;
    ctx->binding.dpop.token_digest = NULL;

    if (!ctx->digested
        || ctx->found.verified_claims == NULL
        || !ctx->found.binding.read)
    {
        return;
    }

    found = &ctx->found.binding.proof;

    bound.cnf = ctx->found.binding.cnf;
    bound.hashed = ctx->found.binding.judged && found->hashed;
    ngx_memcpy(bound.ath, found->ath, NJWT_DIGEST);

    if (known && (hashed || !bound.hashed)) {
        return;
    }

    ngx_http_jwt_connection_bind(r, ctx->credentials.token, &bound);
}


static njwt_replay_t
ngx_http_jwt_binding_use(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_ctx_t *ctx)
{
    u_char                owner[NGX_HTTP_JWT_DIGEST_LEN];
    u_char                digest[NGX_HTTP_JWT_DIGEST_LEN];
    njwt_slice_t          salt, key, replay;
    njwt_dpop_details_t  *found;
    ngx_http_jwt_proof_t  proof;

    found = &ctx->found.binding.proof;

    salt.data = ngx_http_jwt_proofs_salt(jmcf);
    salt.len = NGX_HTTP_JWT_SALT_LEN;
    key.data = found->thumbprint;
    key.len = NJWT_DIGEST;
    replay.data = found->replay;
    replay.len = NJWT_DIGEST;

    if (!njwt_hasher_sum(jmcf->proofs_hasher, salt, key, owner)
        || !njwt_hasher_sum(jmcf->proofs_hasher, salt, replay, digest))
    {
        return NJWT_REPLAY_BROKEN;
    }

    proof.owner = owner;
    proof.digest = digest;
    proof.start = (time_t) ctx->binding.dpop.memory.since;
    proof.iat = (time_t) found->iat;
    proof.nonce = (time_t) found->nonce_made;
    proof.until = (time_t) found->until;

    switch (ngx_http_jwt_proofs_use(jmcf, &proof, &ctx->proofs_retry)) {

    case NGX_OK:
        return NJWT_REPLAY_NEW;

    case NGX_DECLINED:
        return NJWT_REPLAY_SEEN;

    case NGX_AGAIN:
        return NJWT_REPLAY_FORGOTTEN;

    default: /* NGX_BUSY */
        return NJWT_REPLAY_FULL;
    }
}


void
ngx_http_jwt_binding_commit(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    njwt_replay_t              replay;
    njwt_dpop_details_t       *found;
    ngx_http_jwt_main_conf_t  *jmcf;

    if (!njwt_verdict_uses_proof(ctx->verdict, &ctx->found)) {
        return;
    }

    found = &ctx->found.binding.proof;

    /* another module may have changed the header since it was used */

    if (ctx->proof_used
        && ngx_memcmp(ctx->proof, found->replay, NJWT_DIGEST) == 0)
    {
        /* used by this request, before an internal redirect */
        replay = NJWT_REPLAY_NEW;

    } else {
        jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_scope_module);
        replay = ngx_http_jwt_binding_use(jmcf, ctx);
    }

    if (replay == NJWT_REPLAY_NEW) {
        ngx_memcpy(ctx->proof, found->replay, NJWT_DIGEST);
        ctx->proof_used = 1;
    }

    ctx->verdict = njwt_verdict_after_replay(ctx->verdict, replay,
                                             &ctx->found);
}


ngx_int_t
ngx_http_jwt_binding_nonce(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx,
    ngx_str_t *nonce)
{
    ngx_http_jwt_main_conf_t  *jmcf;

    jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_scope_module);

    /* the memory may have begun anew since the judgement */

    ngx_http_jwt_binding_memory(jmcf, ctx, &ctx->binding.dpop.memory);

    nonce->data = ngx_pnalloc(r->pool, NJWT_NONCE_LEN);

    if (nonce->data == NULL
        || !njwt_dpop_nonce(&ctx->binding.dpop.memory, (int64_t) ngx_time(),
                            nonce->data))
    {
        return NGX_ERROR;
    }

    nonce->len = NJWT_NONCE_LEN;

    return NGX_OK;
}


u_char *
ngx_http_jwt_binding_log(u_char *p, ngx_http_jwt_ctx_t *ctx,
    u_char *(*field)(u_char *p, const char *name, njwt_slice_t text))
{
    njwt_slice_t          origin, wanted;
    njwt_dpop_details_t  *found;

    found = &ctx->found.binding.proof;

    if (!ctx->found.binding.judged || found->check != NJWT_DPOP_CHECK_HTU) {
        return p;
    }

    p = field(p, "htu", found->htu);

    if (ctx->origin.len > 0) {
        origin = ctx->origin;

        if (njwt_htu_expected(&ctx->arena, origin, ctx->binding.dpop.target,
                              &wanted))
        {
            p = field(p, "wanted", wanted);
        }
    }

    return p;
}
