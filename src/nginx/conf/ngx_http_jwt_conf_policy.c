/*
 * The policy of a location, made from its directives, with its mode and log
 * level, and the predicates that the cache has answers to.
 */

#include "ngx_http_jwt_binding.h"
#include "ngx_http_jwt_directives.h"
#include "njwt_defaults.h"


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

    ngx_http_jwt_conf_pos(cf, &jlcf->names_pos);

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        return NGX_CONF_OK;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strcmp(value[i].data, "off") == 0) {
            return "takes either \"off\" or names of jwt_issuer blocks";
        }

        for (k = 1; k < i; k++) {
            if (ngx_http_jwt_same(&value[k], &value[i])) {
                return "names a jwt_issuer block twice: write it once";
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


/*
 * Do two issuers accept the same "iss"?  Then a token's issuer is ambiguous.
 */

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
ngx_http_jwt_policy_unknown(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *conf,
    ngx_http_jwt_main_conf_t *jmcf, ngx_str_t *name)
{
    u_char                  *p, *last, names[NGX_MAX_CONF_ERRSTR / 2];
    ngx_uint_t               i;
    ngx_http_jwt_issuer_t  **issuer;

    p = names;
    last = names + sizeof(names);
    issuer = jmcf->issuers.elts;

    for (i = 0; i < jmcf->issuers.nelts; i++) {
        p = ngx_slprintf(p, last, "%s\"%V\"",
                         i ? ", " : ", or the name of one that there is: ",
                         &issuer[i]->name);
    }

    return ngx_http_jwt_conf_error(cf, &conf->names_pos,
               "\"jwt\" names \"%V\", but there is no such jwt_issuer block: "
               "write one in \"http\"%*s", name, (size_t) (p - names), names);
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

        if (issuer == NULL
            && name[i].len > 4
            && ngx_strncmp(name[i].data, "jwt_", 4) == 0)
        {
            return ngx_http_jwt_conf_error(cf, &conf->names_pos,
                       "\"jwt\" names \"%V\", which looks like a directive: "
                       "write \";\" before it", &name[i]);
        }

        if (issuer == NULL) {
            return ngx_http_jwt_policy_unknown(cf, conf, jmcf, &name[i]);
        }

        for (k = 0; k < i; k++) {
            if (ngx_http_jwt_policy_overlap(policy->issuers[k],
                                            &issuer->trust))
            {
                return ngx_http_jwt_conf_error(cf, &conf->names_pos,
                           "\"jwt\" names \"%V\" and \"%V\", which accept the "
                           "same \"issuer\": name one of them",
                           &name[k], &name[i]);
            }
        }

        policy->issuers[i] = &issuer->trust;
        policy->issuer_count++;
    }

    return NGX_CONF_OK;
}


/*
 * Makes the rule of jwt_audience; it is the policy's own, as it gets a number.
 */

static ngx_int_t
ngx_http_jwt_policy_audience(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *conf,
    njwt_policy_t *policy)
{
    njwt_rule_value_t  *values;

    if (conf->audiences == NULL) {
        return NGX_OK;
    }

    policy->audience = ngx_palloc(cf->pool, sizeof(njwt_claim_rule_t));
    values = ngx_palloc(cf->pool, conf->audiences->nelts
                                  * sizeof(njwt_rule_value_t));
    if (policy->audience == NULL || values == NULL) {
        return NGX_ERROR;
    }

    njwt_policy_audience_rule(policy->audience, values, conf->audiences->elts,
                              conf->audiences->nelts);

    return NGX_OK;
}


static njwt_predicates_t *
ngx_http_jwt_policy_predicates(ngx_conf_t *cf, ngx_array_t *sets)
{
    njwt_predicates_t  *predicates, **set;

    predicates = ngx_pcalloc(cf->pool, sizeof(njwt_predicates_t));
    if (predicates == NULL) {
        return NULL;
    }

    set = ngx_array_push(sets);
    if (set == NULL) {
        return NULL;
    }

    predicates->set = sets->nelts - 1;
    *set = predicates;

    return predicates;
}


/* A copy of a policy's rules; NULL: no memory. */

static void *
ngx_http_jwt_policy_copy(ngx_conf_t *cf, const void *rules, size_t size)
{
    void  *copy;

    copy = ngx_palloc(cf->pool, size);

    if (copy != NULL && size > 0) {
        ngx_memcpy(copy, rules, size);
    }

    return copy;
}


/*
 * A cache entry has answers to one set of predicates, and a location must use
 * only those of one set: what doesn't fit into the last set begins another
 * one.  The rules are this policy's own copy: others that inherit them may be
 * in another set.
 */

static ngx_int_t
ngx_http_jwt_policy_number(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf,
    njwt_policy_t *policy)
{
    njwt_predicates_t  *predicates, **set;
    njwt_claim_rule_t  *claim_rules;
    njwt_scope_rule_t  *rules;

    rules = ngx_http_jwt_policy_copy(cf, policy->scope_rules,
                                     policy->scope_rule_count
                                     * sizeof(njwt_scope_rule_t));
    claim_rules = ngx_http_jwt_policy_copy(cf, policy->claim_rules,
                                           policy->claim_rule_count
                                           * sizeof(njwt_claim_rule_t));
    if (rules == NULL || claim_rules == NULL) {
        return NGX_ERROR;
    }

    policy->scope_rules = rules;
    policy->claim_rules = claim_rules;

    if (jmcf->predicates.nelts > 0) {
        set = jmcf->predicates.elts;

        njwt_policy_index(policy, rules, claim_rules,
                          set[jmcf->predicates.nelts - 1]);

        if (policy->indexed) {
            return NGX_OK;
        }
    }

    predicates = ngx_http_jwt_policy_predicates(cf, &jmcf->predicates);
    if (predicates == NULL) {
        return NGX_ERROR;
    }

    njwt_policy_index(policy, rules, claim_rules, predicates);

    return NGX_OK;
}


_Static_assert(njwt_size_is(njwt_policy_t, 88)
               && njwt_size_is(njwt_scope_rule_t, 80)
               && njwt_size_is(njwt_binding_t, 64),
               "what a location asks changes: the new member is set below, "
               "judged in njwt_judge() and, where it decides whether a token "
               "is worth a fetch, in njwt_verdict_wants_keys(), written by "
               "njwt_policy_write() and ngx_http_jwt_html_rules(), read by "
               "njwt_policy_read() and t/unit/vectors_test.c; a rule that "
               "asks something stands in ngx_http_jwt_policy_off(), too");


static char *
ngx_http_jwt_policy_compile(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *conf)
{
    njwt_policy_t             *policy;
    ngx_http_jwt_main_conf_t  *jmcf;

    policy = ngx_pcalloc(cf->pool, sizeof(njwt_policy_t));
    if (policy == NULL) {
        return NGX_CONF_ERROR;
    }

    policy->max_token_size = conf->max_token_size;

    if (conf->rules != NULL) {
        policy->scope_rules = conf->rules->elts;
        policy->scope_rule_count = conf->rules->nelts;
    }

    if (conf->claim_rules != NULL) {
        policy->claim_rules = conf->claim_rules->elts;
        policy->claim_rule_count = conf->claim_rules->nelts;
    }

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_scope_module);

    if (ngx_http_jwt_policy_issuers(cf, conf, policy) != NGX_CONF_OK
        || ngx_http_jwt_policy_audience(cf, conf, policy) != NGX_OK
        || ngx_http_jwt_binding_compile(cf, conf, policy) != NGX_CONF_OK
        || ngx_http_jwt_policy_number(cf, jmcf, policy) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    conf->policy = policy;

    return NGX_CONF_OK;
}


/* A rule of this level's own, if jwt is off. */

static char *
ngx_http_jwt_policy_off(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *conf)
{
    const char               *name;
    ngx_http_jwt_conf_pos_t  *pos;

    if (conf->rules != NULL) {
        name = "jwt_require_scope";
        pos = &conf->rules_pos;

    } else if (conf->audiences != NULL) {
        name = "jwt_audience";
        pos = &conf->audiences_pos;

    } else if (conf->claim_rules != NULL) {
        name = "jwt_require_claim";
        pos = &conf->claim_rules_pos;

    } else if (conf->conditions != NULL) {
        name = "jwt_require";
        pos = &conf->conditions_pos;

    } else {
        return NGX_CONF_OK;
    }

    return ngx_http_jwt_conf_error(cf, pos,
               "\"%s\" where \"jwt\" is off protects nothing: write \"jwt "
               "NAME;\" with the name of a jwt_issuer block beside it", name);
}


/* If a token is optional, rules apply only to those who send one. */

static void
ngx_http_jwt_policy_warn_optional(ngx_conf_t *cf,
    ngx_http_jwt_loc_conf_t *conf, ngx_uint_t own)
{
    if (!own
        || conf->mode != NGX_HTTP_JWT_OPTIONAL
        || (conf->rules == NULL && conf->claim_rules == NULL
            && conf->conditions == NULL))
    {
        return;
    }

    ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                  "\"jwt_mode optional\" lets requests without a token "
                  "through: the jwt_require rules bind only requests with one "
                  "in %V:%ui", &conf->mode_pos.file, conf->mode_pos.line);
}


char *
ngx_http_jwt_policy_check_http(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *conf)
{
    if (conf->names == NULL || conf->names->nelts == 0) {
        return ngx_http_jwt_policy_off(cf, conf);
    }

    ngx_http_jwt_policy_warn_optional(cf, conf, 1);

    return NGX_CONF_OK;
}


/* Inherits from the outer level what this one doesn't set. */

static void
ngx_http_jwt_policy_inherit(ngx_http_jwt_loc_conf_t *prev,
    ngx_http_jwt_loc_conf_t *conf)
{
    if (conf->names == NULL) {
        conf->names = prev->names;
        conf->names_pos = prev->names_pos;
    }

    ngx_http_jwt_conf_merge_list(conf->rules, prev->rules);
    ngx_http_jwt_conf_merge_list(conf->audiences, prev->audiences);
    ngx_http_jwt_conf_merge_list(conf->claim_rules, prev->claim_rules);
    ngx_http_jwt_conf_merge_list(conf->conditions, prev->conditions);

    if (conf->mode == NGX_CONF_UNSET_UINT) {
        conf->mode = prev->mode;
        conf->mode_pos = prev->mode_pos;
    }

    ngx_conf_merge_uint_value(conf->mode, prev->mode, NGX_HTTP_JWT_ENFORCE);
    ngx_conf_merge_uint_value(conf->log_level, prev->log_level, NGX_LOG_INFO);
    ngx_conf_merge_size_value(conf->max_token_size, prev->max_token_size,
                              NJWT_DEFAULT_MAX_TOKEN_SIZE);
}


char *
ngx_http_jwt_policy_merge(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *prev,
    ngx_http_jwt_loc_conf_t *conf)
{
    char        *rv;
    ngx_uint_t   off, rules;

    off = (conf->names != NULL) ? conf->names->nelts == 0
                                : prev->names == NULL
                                  || prev->names->nelts == 0;

    if (off) {
        rv = ngx_http_jwt_policy_off(cf, conf);

        /* outer rules are kept for nested levels that turn jwt on */

        ngx_http_jwt_policy_inherit(prev, conf);

        return rv;
    }

    rules = conf->rules != NULL || conf->claim_rules != NULL
            || conf->conditions != NULL || conf->mode != NGX_CONF_UNSET_UINT;

    ngx_http_jwt_policy_inherit(prev, conf);
    ngx_http_jwt_policy_warn_optional(cf, conf, rules);

    if (!conf->own && prev->policy != NULL) {
        conf->policy = prev->policy;
        return NGX_CONF_OK;
    }

    return ngx_http_jwt_policy_compile(cf, conf);
}


char *
ngx_http_jwt_mode(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    ngx_http_jwt_conf_pos(cf, &jlcf->mode_pos);

    return ngx_http_jwt_conf_enum(cf, cmd, conf);
}


char *
ngx_http_jwt_max_token_size(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char       *rv;
    ngx_str_t  *value;

    rv = ngx_conf_set_size_slot(cf, cmd, conf);

    if (rv == NGX_CONF_OK || ngx_strcmp(rv, "invalid value") != 0) {
        return rv;
    }

    value = cf->args->elts;

    return ngx_http_jwt_conf_error(cf, NULL,
               "invalid value \"%V\" in \"%V\" directive: write a size, as in "
               "8k or 16k", &value[1], &value[0]);
}
