/*
 * How does the configuration want a client to be refused?  jwt_realm,
 * jwt_error_format and jwt_resource_metadata.
 */

#include "ngx_http_jwt_fetch.h"


char *
ngx_http_jwt_realm(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    size_t      i;
    ngx_str_t  *value;

    if (jlcf->refusal.realm.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 0; i < value[1].len; i++) {
        if (value[1].data[i] < 0x20 || value[1].data[i] > 0x7e) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid realm \"%V\" in \"jwt_realm\", write "
                               "it in printable ASCII", &value[1]);
            return NGX_CONF_ERROR;
        }
    }

    if (ngx_http_script_variables_count(&value[1])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"jwt_realm\" takes no variables, write the text "
                           "itself, without \"$\", instead of \"%V\"",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    jlcf->refusal.realm = value[1];

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_error_format(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    ngx_str_t  *value;

    if (jlcf->refusal.format != 0) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "problem") == 0) {
        jlcf->refusal.format = NGX_HTTP_JWT_FORMAT_PROBLEM;
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(value[1].data, "nginx") == 0) {
        jlcf->refusal.format = NGX_HTTP_JWT_FORMAT_NGINX;
        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid value \"%V\" in \"jwt_error_format\", write "
                       "\"problem\" or \"nginx\"", &value[1]);
    return NGX_CONF_ERROR;
}


const char *
ngx_http_jwt_told_url_fault(ngx_str_t *url)
{
    u_char  c;
    size_t  i;

    for (i = 0; i < url->len; i++) {
        c = url->data[i];

        /* it becomes part of a quoted-string and of JSON */

        if (c <= 0x20 || c > 0x7e || c == '"' || c == '\\') {
            return "has a character that no URL has, write it "
                   "percent-encoded";
        }

        if (c == '#') {
            return "has a fragment, write it without";
        }
    }

    return njwt_url_fault(ngx_http_jwt_slice(url));
}


char *
ngx_http_jwt_resource_metadata(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    ngx_str_t   *value;
    const char  *fault;

    if (jlcf->refusal.metadata.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;
    fault = ngx_http_jwt_told_url_fault(&value[1]);

    if (fault != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"jwt_resource_metadata\" \"%V\" %s", &value[1],
                           fault);
        return NGX_CONF_ERROR;
    }

    jlcf->refusal.metadata = value[1];

    return NGX_CONF_OK;
}


/* What the outer level says, where this one says nothing. */

static ngx_uint_t
ngx_http_jwt_refusal_inherit(ngx_http_jwt_refusal_conf_t *prev,
    ngx_http_jwt_refusal_conf_t *conf)
{
    ngx_uint_t  own;

    own = conf->realm.data != NULL || conf->metadata.data != NULL;

    if (conf->realm.data == NULL) {
        conf->realm = prev->realm;
    }

    if (conf->metadata.data == NULL) {
        conf->metadata = prev->metadata;
    }

    if (conf->format == 0) {
        conf->format = prev->format ? prev->format
                                    : NGX_HTTP_JWT_FORMAT_PROBLEM;
    }

    return own;
}


char *
ngx_http_jwt_refusal_merge(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *prev,
    ngx_http_jwt_loc_conf_t *conf)
{
    ngx_str_t                 *realm;
    ngx_uint_t                 own;
    ngx_http_jwt_schemes_t     schemes;
    ngx_http_jwt_main_conf_t  *jmcf;

    own = ngx_http_jwt_refusal_inherit(&prev->refusal, &conf->refusal);

    if (conf->policy == NULL) {
        return NGX_CONF_OK;
    }

    if (!own && conf->policy == prev->policy) {
        conf->refusal.texts = prev->refusal.texts;
        return NGX_CONF_OK;
    }

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_scope_module);

    ngx_memzero(&schemes, sizeof(ngx_http_jwt_schemes_t));

    if (conf->binding.dpop) {
        schemes.algs = conf->binding.algs;
        schemes.alone = conf->binding.required && !conf->binding.mtls;
    }

    realm = conf->refusal.realm.data != NULL ? &conf->refusal.realm
                                             : conf->names->elts;

    conf->refusal.texts = ngx_http_jwt_texts_create(cf, &jmcf->texts,
                                                    conf->policy, realm,
                                                    &conf->refusal.metadata,
                                                    &schemes);

    return conf->refusal.texts != NULL ? NGX_CONF_OK : NGX_CONF_ERROR;
}
