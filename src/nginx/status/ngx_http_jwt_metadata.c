/*
 * Protected resource metadata (RFC 9728): jwt_resource_metadata_handler.
 *
 * The document depends only on the configuration, so it is written with it.
 * It has no "jwks_uri": that would be for keys of the resource's own, and
 * there are none.
 */

#include "ngx_http_jwt_directives.h"
#include "ngx_http_jwt_fetch.h"
#include "ngx_http_jwt_locations.h"
#include "ngx_http_jwt_metadata.h"
#include "ngx_http_jwt_out.h"


/* The path of a valid URL: what follows the host, decoded. */

static ngx_int_t
ngx_http_jwt_metadata_path(ngx_conf_t *cf, ngx_http_jwt_metadata_t *md)
{
    u_char  *p, *last, *end, *src, *dst;

    last = md->resource.data + md->resource.len;

    p = md->resource.data + sizeof("https://") - 1;
    p = ngx_strlchr(p, last, '/');

    if (p == NULL) {
        return NGX_OK;
    }

    end = ngx_strlchr(p, last, '?');
    end = (end != NULL) ? end : last;

    dst = ngx_pnalloc(cf->pool, end - p);
    if (dst == NULL) {
        return NGX_ERROR;
    }

    md->path.data = dst;
    src = p;

    ngx_unescape_uri(&dst, &src, end - p, 0);

    md->path.len = dst - md->path.data;

    /* "/mcp/" stands for what lies at "/mcp", too */

    while (md->path.len > 0 && md->path.data[md->path.len - 1] == '/') {
        md->path.len--;
    }

    return NGX_OK;
}


static const char *
ngx_http_jwt_metadata_resource(ngx_conf_t *cf, ngx_http_jwt_metadata_t *md,
    ngx_str_t *value)
{
    const char  *fault;

    fault = ngx_http_jwt_doc_url_fault(value);

    if (fault != NULL) {
        return fault;
    }

    /* RFC 9728, section 1.2: http isn't allowed even for the loopback */

    if (!ngx_http_jwt_fetch_is_https(value)) {
        return "is of another scheme, write https";
    }

    md->resource = *value;

    return (ngx_http_jwt_metadata_path(cf, md) == NGX_OK) ? NULL
                                                          : "has no memory";
}


static const char *
ngx_http_jwt_metadata_words(ngx_conf_t *cf, ngx_http_jwt_metadata_t *md,
    ngx_str_t *value)
{
    njwt_slice_t  rest, word, *scope;

    md->scopes = ngx_array_create(cf->pool, 4, sizeof(njwt_slice_t));
    if (md->scopes == NULL) {
        return "has no memory";
    }

    rest = ngx_http_jwt_slice(value);

    while (njwt_slice_word(&rest, &word)) {
        if (!njwt_scope_valid(word)) {
            return "has a scope with characters that no scope may have, write "
                   "\"scopes=read:a write:a\"";
        }

        scope = ngx_array_push(md->scopes);
        if (scope == NULL) {
            return "has no memory";
        }

        *scope = word;
    }

    return (md->scopes->nelts > 0) ? NULL
           : "names no scope, write \"scopes=read:a write:a\", or leave it "
             "out to have them collected from the locations";
}


/* Reads a parameter; NULL, or what is wrong with it. */

static const char *
ngx_http_jwt_metadata_parameter(ngx_conf_t *cf, ngx_http_jwt_metadata_t *md,
    ngx_str_t *arg)
{
    u_char     *p;
    ngx_str_t   value;

    p = ngx_strlchr(arg->data, arg->data + arg->len, '=');

    if (p == NULL) {
        return "is unknown, write \"resource=https://HOST/PATH\"";
    }

    value.data = p + 1;
    value.len = arg->data + arg->len - value.data;

    if (ngx_strncmp(arg->data, "resource=", 9) == 0
        && md->resource.data == NULL)
    {
        return ngx_http_jwt_metadata_resource(cf, md, &value);
    }

    if (ngx_strncmp(arg->data, "name=", 5) == 0 && md->name.data == NULL) {
        md->name = value;
        return (value.len > 0) ? NULL : "is empty, write a text or leave it "
                                        "out";
    }

    if (ngx_strncmp(arg->data, "documentation=", 14) == 0
        && md->documentation.data == NULL)
    {
        md->documentation = value;
        return ngx_http_jwt_doc_url_fault(&value);
    }

    if (ngx_strncmp(arg->data, "scopes=", 7) == 0 && md->scopes == NULL) {
        return ngx_http_jwt_metadata_words(cf, md, &value);
    }

    return "is unknown or duplicate, write resource=https://HOST/PATH, and "
           "once each, of \"name=TEXT\", documentation=URL and "
           "\"scopes=A B\", what clients are to know";
}


static ngx_int_t
ngx_http_jwt_metadata_handler(ngx_http_request_t *r)
{
    ngx_str_t                  type = ngx_string("application/json");
    ngx_http_complex_value_t   cv;
    ngx_http_jwt_loc_conf_t   *jlcf;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    /* an "if" has a configuration of its own, for the same location */

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_scope_module);

    ngx_memzero(&cv, sizeof(ngx_http_complex_value_t));
    cv.value = jlcf->location->conf->metadata->body;

    return ngx_http_send_response(r, NGX_HTTP_OK, &type, &cv);
}


char *
ngx_http_jwt_resource_metadata_handler(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    ngx_str_t                 *value;
    ngx_uint_t                 i;
    const char                *fault;
    ngx_http_jwt_metadata_t   *md;
    ngx_http_core_loc_conf_t  *clcf;

    if (jlcf->metadata != NULL) {
        return "is duplicate";
    }

    md = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_metadata_t));
    if (md == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    md->issuer = value[1];
    ngx_http_jwt_conf_pos(cf, &md->pos);

    for (i = 2; i < cf->args->nelts; i++) {
        fault = ngx_http_jwt_metadata_parameter(cf, md, &value[i]);

        if (fault != NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\" in "
                               "\"jwt_resource_metadata_handler\" %s",
                               &value[i], fault);
            return NGX_CONF_ERROR;
        }
    }

    if (md->resource.data == NULL) {
        return "has no \"resource\", write resource=https://HOST/PATH";
    }

    jlcf->metadata = md;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_jwt_metadata_handler;

    return NGX_CONF_OK;
}


static ngx_uint_t
ngx_http_jwt_metadata_names(njwt_policy_t *policy, njwt_issuer_t *issuer)
{
    size_t  i;

    for (i = 0; policy != NULL && i < policy->issuer_count; i++) {
        if (policy->issuers[i] == issuer) {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_http_jwt_metadata_add_word(ngx_array_t *words, njwt_slice_t word)
{
    ngx_uint_t     i;
    njwt_slice_t  *known;

    known = words->elts;

    for (i = 0; i < words->nelts; i++) {
        if (njwt_slice_equal(known[i], word)) {
            return NGX_OK;
        }
    }

    known = ngx_array_push(words);
    if (known == NULL) {
        return NGX_ERROR;
    }

    *known = word;

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_metadata_add_scopes(ngx_array_t *scopes, njwt_policy_t *policy)
{
    size_t                    i, k;
    const njwt_scope_rule_t  *rule;

    for (i = 0; i < policy->scope_rule_count; i++) {
        rule = &policy->scope_rules[i];

        for (k = 0; k < rule->scope_count; k++) {
            if (ngx_http_jwt_metadata_add_word(scopes, rule->scopes[k])
                != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}


/* Does its prefix or exact URI lie at or below the resource's path? */

static ngx_uint_t
ngx_http_jwt_metadata_below(ngx_http_jwt_metadata_t *md,
    ngx_http_jwt_location_t *location)
{
    ngx_str_t  *name, *path;

    path = &md->path;

    if (path->len == 0) {
        return 1;
    }

    name = &location->core->name;

    return location->outer != NULL
           && !location->core->named
           && !ngx_http_jwt_location_is_regex(location)
           && name->len >= path->len
           && ngx_strncmp(name->data, path->data, path->len) == 0
           && (name->len == path->len || name->data[path->len] == '/');
}


/* what those locations require */
typedef struct {
    ngx_array_t                scopes;       /* njwt_slice_t */
    ngx_array_t                algs;         /* of proofs; njwt_slice_t */
    ngx_uint_t                 locations;
    ngx_uint_t                 required;     /* require dpop */
    ngx_uint_t                 mtls;
} ngx_http_jwt_metadata_rules_t;


static ngx_int_t
ngx_http_jwt_metadata_add_location(ngx_http_jwt_metadata_rules_t *rules,
    ngx_http_jwt_loc_conf_t *conf)
{
    njwt_slice_t                  rest, word;
    ngx_http_jwt_binding_conf_t  *binding;

    if (ngx_http_jwt_metadata_add_scopes(&rules->scopes, conf->policy)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    binding = &conf->binding;

    rules->locations++;
    rules->required += binding->words.dpop && binding->words.required
                       && !binding->words.mtls;
    rules->mtls += binding->words.mtls;

    rest = ngx_http_jwt_slice(&binding->algs);

    while (binding->words.dpop && njwt_slice_word(&rest, &word)) {
        if (ngx_http_jwt_metadata_add_word(&rules->algs, word) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * Collects what this server's locations below the resource require of this
 * issuer's tokens, also if they accept tokens of other issuers.
 */

static ngx_int_t
ngx_http_jwt_metadata_collect(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_location_t *location, njwt_issuer_t *issuer,
    ngx_http_jwt_metadata_rules_t *rules)
{
    ngx_uint_t                i;
    ngx_http_jwt_location_t  *below;

    ngx_memzero(rules, sizeof(ngx_http_jwt_metadata_rules_t));

    if (ngx_array_init(&rules->scopes, cf->temp_pool, 8, sizeof(njwt_slice_t))
        != NGX_OK
        || ngx_array_init(&rules->algs, cf->temp_pool, 2,
                          sizeof(njwt_slice_t))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; (below = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {

        if (below->server == location->server
            && ngx_http_jwt_metadata_names(below->conf->policy, issuer)
            && ngx_http_jwt_location_reached(below)
            && ngx_http_jwt_metadata_below(location->conf->metadata, below)
            && ngx_http_jwt_metadata_add_location(rules, below->conf)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_metadata_write(ngx_conf_t *cf, ngx_http_jwt_metadata_t *md,
    ngx_array_t *issuers, ngx_http_jwt_metadata_rules_t *rules)
{
    njwt_out_t           json;
    ngx_array_t         *scopes;
    ngx_http_jwt_out_t   out;

    static const njwt_slice_t  header = njwt_literal("header");

    scopes = (md->scopes != NULL) ? md->scopes : &rules->scopes;

    ngx_http_jwt_out_init(&out, cf->temp_pool, NGX_HTTP_JWT_JSON);
    ngx_http_jwt_out_json(&out, &json);

    njwt_out_open(&json, NULL, '{');
    njwt_out_string(&json, "resource", ngx_http_jwt_slice(&md->resource));
    njwt_out_list(&json, "authorization_servers", issuers->elts,
                  issuers->nelts);

    /* RFC 9728, section 3.2: a list without elements is omitted */

    if (scopes->nelts > 0) {
        njwt_out_list(&json, "scopes_supported", scopes->elts, scopes->nelts);
    }

    njwt_out_list(&json, "bearer_methods_supported", &header, 1);

    if (md->name.len > 0) {
        njwt_out_string(&json, "resource_name", ngx_http_jwt_slice(&md->name));
    }

    if (md->documentation.len > 0) {
        njwt_out_string(&json, "resource_documentation",
                        ngx_http_jwt_slice(&md->documentation));
    }

    if (rules->algs.nelts > 0) {
        njwt_out_list(&json, "dpop_signing_alg_values_supported",
                      rules->algs.elts, rules->algs.nelts);
    }

    if (rules->locations > 0 && rules->required == rules->locations) {
        njwt_out_flag(&json, "dpop_bound_access_tokens_required", true);
    }

    if (rules->mtls > 0) {
        njwt_out_flag(&json, "tls_client_certificate_bound_access_tokens",
                      true);
    }

    njwt_out_close(&json, '}');

    return ngx_http_jwt_out_text(&out, cf->pool, &md->body);
}


/*
 * The values of an issuer that a client can use.  By RFC 9728, section 2,
 * authorization_servers are issuer identifiers as in RFC 8414, which are URLs;
 * any other "iss" is useless to a client.
 */

static ngx_int_t
ngx_http_jwt_metadata_servers(ngx_conf_t *cf, ngx_http_jwt_metadata_t *md,
    ngx_http_jwt_issuer_t *issuer, ngx_array_t *servers)
{
    ngx_uint_t           i;
    njwt_slice_t        *server;
    const njwt_slice_t  *value;

    value = issuer->trust.issuers;

    if (ngx_array_init(servers, cf->temp_pool, issuer->trust.issuer_count,
                       sizeof(njwt_slice_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < issuer->trust.issuer_count; i++) {
        if (!njwt_url_is_web(value[i])) {
            continue;
        }

        server = ngx_array_push(servers);
        if (server == NULL) {
            return NGX_ERROR;
        }

        *server = value[i];
    }

    if (servers->nelts > 0) {
        return NGX_OK;
    }

    (void) ngx_http_jwt_conf_error(cf, &md->pos,
               "\"jwt_resource_metadata_handler\" tells clients the URL of "
               "the authorization server, and no \"issuer\" of jwt_issuer "
               "\"%V\" is a URL, add the one that clients know to "
               "\"issuer\", or leave the handler out", &md->issuer);

    return NGX_ERROR;
}


static void
ngx_http_jwt_metadata_warn_guarded(ngx_conf_t *cf,
    ngx_http_jwt_location_t *location)
{
    ngx_http_jwt_metadata_t  *md = location->conf->metadata;

    if (location->conf->policy == NULL) {
        return;
    }

    ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                  "\"jwt_resource_metadata_handler\" in location \"%V\", "
                  "which \"jwt\" guards: clients ask for it before they "
                  "have a token, write \"jwt off;\" there in %V:%ui",
                  &location->name, &md->pos.file, md->pos.line);
}


static ngx_int_t
ngx_http_jwt_metadata_document(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_location_t *location)
{
    ngx_array_t                     servers;
    ngx_http_jwt_issuer_t          *issuer;
    ngx_http_jwt_metadata_t        *md;
    ngx_http_jwt_metadata_rules_t   rules;

    md = location->conf->metadata;
    issuer = ngx_http_jwt_policy_find(jmcf, &md->issuer);

    if (issuer == NULL) {
        (void) ngx_http_jwt_conf_error(cf, &md->pos,
                   "\"jwt_resource_metadata_handler\" names \"%V\", and there "
                   "is no such jwt_issuer block, write one in \"http\"",
                   &md->issuer);
        return NGX_ERROR;
    }

    ngx_http_jwt_metadata_warn_guarded(cf, location);

    if (ngx_http_jwt_metadata_servers(cf, md, issuer, &servers) != NGX_OK
        || ngx_http_jwt_metadata_collect(cf, jmcf, location, &issuer->trust,
                                         &rules)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_jwt_metadata_write(cf, md, &servers, &rules);
}


ngx_int_t
ngx_http_jwt_metadata_init(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                i;
    ngx_http_jwt_location_t  *location;

    for (i = 0; (location = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {
        if (location->conf->metadata != NULL
            && ngx_http_jwt_metadata_document(cf, jmcf, location) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
