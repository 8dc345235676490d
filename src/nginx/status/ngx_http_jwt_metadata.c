/*
 * Where does a client find out whom to ask for a token?  (RFC 9728)
 *
 * jwt_resource_metadata_handler.  The document says what the configuration
 * says, so it is written with it.  It has no "jwks_uri": that would be keys
 * of the resource's own, and there are none.
 */

#include "ngx_http_jwt_fetch.h"
#include "ngx_http_jwt_locations.h"
#include "ngx_http_jwt_metadata.h"


static ngx_int_t ngx_http_jwt_metadata_handler(ngx_http_request_t *r);


static char *
ngx_http_jwt_metadata_resource(ngx_conf_t *cf, ngx_http_jwt_metadata_t *md,
    ngx_str_t *value)
{
    const char  *fault;

    if (ngx_strncmp(value->data, "resource=", 9) != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" in "
                           "\"jwt_resource_metadata_handler\", write "
                           "resource=https://HOST/PATH", value);
        return NGX_CONF_ERROR;
    }

    md->resource.data = value->data + 9;
    md->resource.len = value->len - 9;

    fault = ngx_http_jwt_told_url_fault(&md->resource);

    /* RFC 9728, section 1.2: not even for the loopback is it http */

    if (fault == NULL && !ngx_http_jwt_fetch_is_https(&md->resource)) {
        fault = "is of another scheme, write https";
    }

    if (fault != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" in \"jwt_resource_metadata_handler\" %s",
                           value, fault);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_resource_metadata_handler(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    ngx_str_t                 *value;
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
    ngx_http_jwt_conf_place(cf, &md->place);

    jlcf->metadata = md;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_jwt_metadata_handler;

    return ngx_http_jwt_metadata_resource(cf, md, &value[2]);
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

    /* an "if" has a configuration of its own, of the same location */

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_scope_module);

    ngx_memzero(&cv, sizeof(ngx_http_complex_value_t));
    cv.value = jlcf->location->conf->metadata->body;

    return ngx_http_send_response(r, NGX_HTTP_OK, &type, &cv);
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
ngx_http_jwt_metadata_add_scope(ngx_array_t *scopes, njwt_slice_t scope)
{
    ngx_uint_t     i;
    njwt_slice_t  *known;

    known = scopes->elts;

    for (i = 0; i < scopes->nelts; i++) {
        if (njwt_slice_equal(known[i], scope)) {
            return NGX_OK;
        }
    }

    known = ngx_array_push(scopes);
    if (known == NULL) {
        return NGX_ERROR;
    }

    *known = scope;

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_metadata_rules(ngx_array_t *scopes, njwt_policy_t *policy)
{
    size_t                    i, k;
    const njwt_scope_rule_t  *rule;

    for (i = 0; i < policy->scope_rule_count; i++) {
        rule = &policy->scope_rules[i];

        for (k = 0; k < rule->scope_count; k++) {
            if (ngx_http_jwt_metadata_add_scope(scopes, rule->scopes[k])
                != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}


/*
 * The scopes that this server's locations ask of this issuer's tokens, also
 * where others' are taken too.
 */

static ngx_int_t
ngx_http_jwt_metadata_scopes(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_core_srv_conf_t *server, njwt_issuer_t *issuer,
    ngx_array_t *scopes)
{
    ngx_uint_t                 i;
    njwt_policy_t             *policy;
    ngx_http_jwt_location_t  **all;

    all = jmcf->locations.elts;

    for (i = 0; i < jmcf->locations.nelts; i++) {
        policy = all[i]->conf->policy;

        if (all[i]->server == server
            && ngx_http_jwt_metadata_names(policy, issuer)
            && ngx_http_jwt_location_reached(all[i])
            && ngx_http_jwt_metadata_rules(scopes, policy) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* "name":["…","…"] */

static u_char *
ngx_http_jwt_metadata_list(u_char *p, const char *name, njwt_slice_t *text,
    size_t count)
{
    size_t  i;

    p = ngx_sprintf(p, ",\"%s\":[", name);

    for (i = 0; i < count; i++) {
        if (i > 0) {
            *p++ = ',';
        }

        *p++ = '"';
        p = (u_char *) ngx_escape_json(p, (u_char *) text[i].data,
                                       text[i].len);
        *p++ = '"';
    }

    *p++ = ']';

    return p;
}


/* The room that a list takes: escaped, a character may become six. */

static size_t
ngx_http_jwt_metadata_room(njwt_slice_t *text, size_t count)
{
    size_t  i, size;

    size = sizeof(",\"authorization_servers\":[]");

    for (i = 0; i < count; i++) {
        size += 6 * text[i].len + sizeof("\"\",");
    }

    return size;
}


static ngx_int_t
ngx_http_jwt_metadata_write(ngx_conf_t *cf, ngx_http_jwt_metadata_t *md,
    ngx_array_t *issuers, ngx_array_t *scopes)
{
    u_char  *p;

    p = ngx_pnalloc(cf->pool,
                    sizeof("{\"resource\":\"\"") + md->resource.len
                    + ngx_http_jwt_metadata_room(issuers->elts, issuers->nelts)
                    + ngx_http_jwt_metadata_room(scopes->elts, scopes->nelts)
                    + sizeof(",\"bearer_methods_supported\":[\"header\"]}"));
    if (p == NULL) {
        return NGX_ERROR;
    }

    md->body.data = p;

    p = ngx_sprintf(p, "{\"resource\":\"%V\"", &md->resource);
    p = ngx_http_jwt_metadata_list(p, "authorization_servers", issuers->elts,
                                   issuers->nelts);

    /* RFC 9728, section 3.2: a list without elements is left out */

    if (scopes->nelts > 0) {
        p = ngx_http_jwt_metadata_list(p, "scopes_supported", scopes->elts,
                                       scopes->nelts);
    }

    p = ngx_sprintf(p, ",\"bearer_methods_supported\":[\"header\"]}");

    md->body.len = p - md->body.data;

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_metadata_document(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_location_t *location)
{
    ngx_str_t                 name;
    ngx_array_t               scopes;
    ngx_http_jwt_issuer_t    *issuer;
    ngx_http_jwt_metadata_t  *md;

    md = location->conf->metadata;
    issuer = ngx_http_jwt_policy_find(jmcf, &md->issuer);

    if (issuer == NULL) {
        (void) ngx_http_jwt_conf_error(cf, &md->place,
                   "\"jwt_resource_metadata_handler\" names \"%V\", and there "
                   "is no such jwt_issuer block, write one in \"http\"",
                   &md->issuer);
        return NGX_ERROR;
    }

    if (location->conf->policy != NULL) {

        if (ngx_http_jwt_location_name(cf->temp_pool, location, &name)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "\"jwt_resource_metadata_handler\" in location \"%V\", "
                      "which \"jwt\" guards: clients ask for it before they "
                      "have a token, write \"jwt off;\" there in %V:%ui",
                      &name, &md->place.file, md->place.line);
    }

    if (ngx_array_init(&scopes, cf->temp_pool, 8, sizeof(njwt_slice_t))
        != NGX_OK
        || ngx_http_jwt_metadata_scopes(jmcf, location->server,
                                        &issuer->trust, &scopes)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_jwt_metadata_write(cf, md, issuer->issuers, &scopes);
}


ngx_int_t
ngx_http_jwt_metadata_init(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                 i;
    ngx_http_jwt_location_t  **all;

    all = jmcf->locations.elts;

    for (i = 0; i < jmcf->locations.nelts; i++) {
        if (all[i]->conf->metadata != NULL
            && ngx_http_jwt_metadata_document(cf, jmcf, all[i]) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
