/*
 * The cache of verified tokens, as a request uses it.
 */

#include "ngx_http_jwt_cache.h"
#include "ngx_http_jwt_counters.h"
#include "ngx_http_jwt_ctx.h"
#include "ngx_http_jwt_keys.h"
#include "njwt_hash.h"


ngx_int_t
ngx_http_jwt_cache_start(ngx_http_jwt_main_conf_t *jmcf, ngx_log_t *log)
{
    ngx_uint_t              i;
    ngx_http_jwt_issuer_t  *issuer;

    if (jmcf->cache == NULL) {
        return NGX_OK;
    }

    jmcf->hasher = njwt_hasher_new();

    if (jmcf->hasher == NULL) {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "no memory to make digests of tokens");
        return NGX_ERROR;
    }

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (issuer->static_jwks != NULL) {
            ngx_http_jwt_cache_bind(issuer, issuer->static_jwks);
        }
    }

    return NGX_OK;
}


void
ngx_http_jwt_cache_stop(ngx_http_jwt_main_conf_t *jmcf)
{
    njwt_hasher_free(jmcf->hasher);
    jmcf->hasher = NULL;
}


static void
ngx_http_jwt_cache_add_list(njwt_digest_t *digest, const njwt_slice_t *list,
    size_t count)
{
    size_t  i;

    njwt_digest_add(digest, &count, sizeof(size_t));

    for (i = 0; i < count; i++) {
        njwt_digest_add(digest, list[i].data, list[i].len);
    }
}


/* without a new setting here, old tokens would pass after a reload */

_Static_assert(njwt_size_is(njwt_issuer_t, 136)
               && njwt_size_is(njwt_expected_t, 72),
               "an issuer's members change: does a verified token depend on "
               "the new one?  Then it belongs into the digest below; and into "
               "t/static_guards.t");


static ngx_int_t
ngx_http_jwt_cache_verify_id(ngx_http_jwt_issuer_t *issuer)
{
    u_char                  numbers[4];
    njwt_digest_t           digest;
    const njwt_issuer_t    *trust;
    const njwt_expected_t  *expected;

    trust = &issuer->trust;
    expected = &trust->expected;

    numbers[0] = expected->any_audience;
    numbers[1] = expected->has_max_age;
    numbers[2] = (u_char) expected->profile;
    numbers[3] = 0;

    njwt_digest_begin(&digest);
    njwt_digest_add(&digest, trust->name.data, trust->name.len);
    njwt_digest_add(&digest, issuer->source_id, sizeof(issuer->source_id));
    njwt_digest_add(&digest, &trust->algorithms, sizeof(njwt_alg_t));
    njwt_digest_add(&digest, numbers, sizeof(numbers));
    ngx_http_jwt_cache_add_list(&digest, trust->issuers, trust->issuer_count);
    ngx_http_jwt_cache_add_list(&digest, expected->audiences,
                                expected->audience_count);
    ngx_http_jwt_cache_add_list(&digest, expected->scope_claims,
                                expected->scope_claim_count);

    return njwt_digest_end(&digest, issuer->verify_id) ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_http_jwt_cache_add(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t              i;
    njwt_predicates_t     **predicates;
    ngx_http_jwt_issuer_t  *issuer;

    if (jmcf->issuers.nelts == 0 || jmcf->cache_off) {
        return NGX_OK;
    }

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (ngx_http_jwt_cache_verify_id(issuer) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    predicates = jmcf->predicates.elts;

    for (i = 0; i < jmcf->predicates.nelts; i++) {
        if (!njwt_predicates_seal(predicates[i])) {
            return NGX_ERROR;
        }
    }

    /* not the tag of the keys' zone, so that one name for both is an error */

    jmcf->cache = ngx_shared_memory_add(cf, &jmcf->cache_name,
                                        jmcf->cache_size,
                                        ngx_http_jwt_commands);
    if (jmcf->cache == NULL) {
        return NGX_ERROR;
    }

    jmcf->cache->init = ngx_http_jwt_cache_init;

    return NGX_OK;
}


/*
 * Copies a cached token, because parts of it may be parsed later, and must be
 * those that were looked up.  nginx may reuse the memory: after a connection
 * was upgraded, it reads from the client into the buffer that held the header.
 * In HTTP/2 it decodes each stream's headers into memory of the stream's own,
 * which it frees after the request.
 */

static ngx_int_t
ngx_http_jwt_cache_keep(ngx_http_jwt_ctx_t *ctx, njwt_request_t *c)
{
    u_char        *p;
    njwt_slice_t   token;

#if (NGX_HTTP_V2)

    if (ctx->request->stream != NULL && ctx->conf->tokens == NULL) {
        return NGX_OK;
    }

#endif

    token = c->credentials.token;

    p = ngx_pnalloc(ctx->request->pool, token.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, token.data, token.len);

    ctx->credentials.token.data = p;
    c->credentials.token.data = p;

    return NGX_OK;
}


/* A token has an entry for each set of predicates that it was checked with. */

static void
ngx_http_jwt_cache_key(const ngx_http_jwt_ctx_t *ctx, u_char *key)
{
    size_t  set;

    set = ctx->conf->policy->predicates->set;

    ngx_memcpy(key, ctx->digest, NGX_HTTP_JWT_DIGEST_LEN);

    key[0] ^= (u_char) set;
    key[1] ^= (u_char) (set >> 8);
    key[2] ^= (u_char) (set >> 16);
}


/* Computes the digest of the request's token, if that hasn't been done. */

static ngx_int_t
ngx_http_jwt_cache_digest(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_ctx_t *ctx, njwt_request_t *c)
{
    njwt_slice_t  salt;

    salt.data = jmcf->salt;
    salt.len = NGX_HTTP_JWT_SALT_LEN;

    if (!ctx->digested) {
        ctx->digested = njwt_hasher_sum(jmcf->hasher, salt,
                                        c->credentials.token, ctx->digest);
    }

    return ctx->digested ? NGX_OK : NGX_ERROR;
}


/*
 * Of many tokens few are in the processor's caches: a token's place in the
 * table of chains and its entry are waited for one behind the other, unless
 * they are asked for before they are needed.  The token isn't found yet; but
 * most are at the end of this header, and only their end is in the tag.  If it
 * is another one, nothing is lost but what was loaded.
 */

void
ngx_http_jwt_cache_prefetch_begin(ngx_http_request_t *r,
    ngx_http_jwt_loc_conf_t *jlcf, ngx_http_jwt_prefetch_t *prefetch)
{
    ngx_http_jwt_main_conf_t  *jmcf;

    jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_scope_module);
    prefetch->jmcf = NULL;

    if (jmcf->cache == NULL || r->headers_in.authorization == NULL) {
        return;
    }

    prefetch->jmcf = jmcf;
    prefetch->tag = ngx_http_jwt_cache_tag(jmcf,
        ngx_http_jwt_slice(&r->headers_in.authorization->value),
        jlcf->policy->predicates->set);

    ngx_http_jwt_cache_prefetch_chain(jmcf, prefetch->tag);
}


void
ngx_http_jwt_cache_prefetch_next(const ngx_http_jwt_prefetch_t *prefetch)
{
    if (prefetch->jmcf != NULL) {
        ngx_http_jwt_cache_prefetch_first(prefetch->jmcf, prefetch->tag);
    }
}


void
ngx_http_jwt_cache_lookup(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_ctx_t *ctx, njwt_request_t *c)
{
    u_char  key[NGX_HTTP_JWT_DIGEST_LEN];

    ctx->cacheable = 0;
    ctx->digested = 0;
    ctx->same = 0;

    if (jmcf->cache == NULL
        || c->credentials.found != 1
        || c->credentials.token.len == 0
        || c->credentials.token.len > c->policy->max_token_size)
    {
        return;
    }

    ctx->cacheable = 1;
    ctx->tag = ngx_http_jwt_cache_tag(jmcf, c->credentials.token,
                                      ctx->conf->policy->predicates->set);

    if (ngx_http_jwt_cache_expect(jmcf, ctx->tag) != NGX_OK) {
        return;
    }

    ctx->same = ngx_http_jwt_connection_lookup(ctx->request, jmcf->salt,
                                               c->credentials.token,
                                               ctx->digest)
                == NGX_OK;
    ctx->digested = ctx->same;

    if (ngx_http_jwt_cache_digest(jmcf, ctx, c) != NGX_OK) {
        return;
    }

    ngx_http_jwt_cache_key(ctx, key);

    if (ngx_http_jwt_cache_find(jmcf, ctx->tag, key, &ctx->cached) == NGX_OK
        && ngx_http_jwt_cache_keep(ctx, c) == NGX_OK)
    {
        c->cached = &ctx->cached;
    }
}


void
ngx_http_jwt_cache_remember(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_ctx_t *ctx, njwt_request_t *c)
{
    u_char         key[NGX_HTTP_JWT_DIGEST_LEN];
    njwt_cached_t  cached;

    /* for verified tokens only, now or earlier: no others are stored */

    if (!ctx->cacheable
        || ctx->found.verified_claims == NULL
        || ngx_http_jwt_cache_digest(jmcf, ctx, c) != NGX_OK)
    {
        return;
    }

    if (!ctx->same) {
        ngx_http_jwt_connection_remember(ctx->request, jmcf->salt,
                                         c->credentials.token, ctx->digest);
    }

    if (ctx->found.from_cache) {
        ngx_http_jwt_count_hit(jmcf);

    } else {
        ngx_http_jwt_count_miss(jmcf);
    }

    if (njwt_result_cached(&ctx->arena, c, &ctx->found, &cached)) {
        ngx_http_jwt_cache_key(ctx, key);
        ngx_http_jwt_cache_store(jmcf, ctx->tag, key, &cached);
    }
}
