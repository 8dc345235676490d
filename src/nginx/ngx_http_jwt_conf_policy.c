/*
 * Which policy do a location's directives come to?
 */

#include "ngx_http_jwt.h"


char *
ngx_http_jwt_names(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    ngx_str_t   *value, *name;
    ngx_uint_t   i, k;

    if (jlcf->names != NULL) {
        return "is duplicate";
    }

    jlcf->names = ngx_array_create(cf->pool, 1, sizeof(ngx_str_t));
    if (jlcf->names == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_http_jwt_conf_place(cf, &jlcf->names_place);

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        return NGX_CONF_OK;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strcmp(value[i].data, "off") == 0) {
            return "takes either \"off\" or names of jwt_issuer blocks";
        }

        for (k = 1; k < i; k++) {
            if (value[k].len == value[i].len
                && ngx_strcmp(value[k].data, value[i].data) == 0)
            {
                return "names a jwt_issuer block twice";
            }
        }

        name = ngx_array_push(jlcf->names);
        if (name == NULL) {
            return NGX_CONF_ERROR;
        }

        *name = value[i];
    }

    return NGX_CONF_OK;
}


ngx_http_jwt_issuer_t *
ngx_http_jwt_policy_find(ngx_http_jwt_main_conf_t *jmcf, ngx_str_t *name)
{
    ngx_uint_t               i;
    ngx_http_jwt_issuer_t  **issuers;

    issuers = jmcf->issuers.elts;

    for (i = 0; i < jmcf->issuers.nelts; i++) {
        if (issuers[i]->name.len == name->len
            && ngx_strncmp(issuers[i]->name.data, name->data, name->len) == 0)
        {
            return issuers[i];
        }
    }

    return NULL;
}


/* Do two issuers accept the same "iss"?  Then it couldn't pick one. */

static ngx_uint_t
ngx_http_jwt_policy_overlap(njwt_issuer_t *a, njwt_issuer_t *b)
{
    size_t  i, k;

    for (i = 0; i < a->issuer_count; i++) {
        for (k = 0; k < b->issuer_count; k++) {
            if (njwt_slice_equal(a->issuers[i], b->issuers[k])) {
                return 1;
            }
        }
    }

    return 0;
}


static char *
ngx_http_jwt_policy_issuers(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *conf,
    njwt_policy_t *policy)
{
    ngx_str_t                 *name;
    ngx_uint_t                 i, k;
    ngx_http_jwt_issuer_t     *issuer;
    ngx_http_jwt_main_conf_t  *jmcf;

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_scope_module);

    name = conf->names->elts;

    policy->issuers = ngx_pcalloc(cf->pool, conf->names->nelts
                                            * sizeof(njwt_issuer_t *));
    if (policy->issuers == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 0; i < conf->names->nelts; i++) {
        issuer = ngx_http_jwt_policy_find(jmcf, &name[i]);

        if (issuer == NULL) {
            return ngx_http_jwt_conf_error(cf, &conf->names_place,
                       "\"jwt\" names \"%V\", and there is no such jwt_issuer "
                       "block, write one in \"http\"", &name[i]);
        }

        for (k = 0; k < i; k++) {
            if (ngx_http_jwt_policy_overlap(policy->issuers[k],
                                            &issuer->trust))
            {
                return ngx_http_jwt_conf_error(cf, &conf->names_place,
                           "\"jwt\" names \"%V\" and \"%V\", which accept the "
                           "same \"issuer\", name one of them",
                           &name[k], &name[i]);
            }
        }

        policy->issuers[i] = &issuer->trust;
        policy->issuer_count++;
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_policy_compile(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *conf)
{
    njwt_policy_t  *policy;

    policy = ngx_pcalloc(cf->pool, sizeof(njwt_policy_t));
    if (policy == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_http_jwt_policy_issuers(cf, conf, policy) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    if (conf->rules != NULL) {
        policy->scope_rules = conf->rules->elts;
        policy->scope_rule_count = conf->rules->nelts;
    }

    policy->max_token_size = 8192;

    conf->policy = policy;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_policy_off(ngx_conf_t *cf, ngx_http_jwt_place_t *place)
{
    return ngx_http_jwt_conf_error(cf, place,
               "\"jwt_require_scope\" where \"jwt\" is off protects "
               "nothing, write \"jwt NAME;\" with the name of a jwt_issuer "
               "block beside it");
}


char *
ngx_http_jwt_policy_check_http(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *conf)
{
    if (conf->rules != NULL
        && (conf->names == NULL || conf->names->nelts == 0))
    {
        return ngx_http_jwt_policy_off(cf, &conf->rules_place);
    }

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_policy_merge(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *prev,
    ngx_http_jwt_loc_conf_t *conf)
{
    ngx_uint_t  own;

    own = conf->rules != NULL || conf->names != NULL;

    if (conf->names == NULL) {
        conf->names = prev->names;
        conf->names_place = prev->names_place;
    }

    if (conf->names == NULL || conf->names->nelts == 0) {
        if (conf->rules != NULL) {
            return ngx_http_jwt_policy_off(cf, &conf->rules_place);
        }

        /* kept for the levels inside, which may turn it on */
        conf->rules = prev->rules;
        return NGX_CONF_OK;
    }

    if (conf->rules == NULL) {
        conf->rules = prev->rules;
    }

    if (!own && prev->policy != NULL) {
        conf->policy = prev->policy;
        return NGX_CONF_OK;
    }

    return ngx_http_jwt_policy_compile(cf, conf);
}
