/*
 * Which questions of a location can the cache answer?
 */

#include "ngx_http_jwt.h"


static njwt_facts_t *
ngx_http_jwt_policy_facts(ngx_conf_t *cf, ngx_array_t *sets)
{
    njwt_facts_t  *facts, **set;

    facts = ngx_pcalloc(cf->pool, sizeof(njwt_facts_t));
    if (facts == NULL) {
        return NULL;
    }

    set = ngx_array_push(sets);
    if (set == NULL) {
        return NULL;
    }

    facts->set = sets->nelts - 1;
    *set = facts;

    return facts;
}


/*
 * A record answers so many questions, and each location must ask only those
 * of one set: what doesn't fit in the last set begins another.  The rules
 * are this policy's own copy: others that inherit them may be in another set.
 */

ngx_int_t
ngx_http_jwt_policy_number(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf,
    njwt_policy_t *policy)
{
    size_t              size;
    njwt_facts_t       *facts, **set;
    njwt_scope_rule_t  *rules;

    size = policy->scope_rule_count * sizeof(njwt_scope_rule_t);

    rules = ngx_palloc(cf->pool, size);
    if (rules == NULL) {
        return NGX_ERROR;
    }

    if (size > 0) {
        ngx_memcpy(rules, policy->scope_rules, size);
    }

    policy->scope_rules = rules;

    if (jmcf->facts.nelts > 0) {
        set = jmcf->facts.elts;

        njwt_policy_number(policy, rules, set[jmcf->facts.nelts - 1]);

        if (policy->numbered) {
            return NGX_OK;
        }
    }

    facts = ngx_http_jwt_policy_facts(cf, &jmcf->facts);
    if (facts == NULL) {
        return NGX_ERROR;
    }

    njwt_policy_number(policy, rules, facts);

    return NGX_OK;
}
