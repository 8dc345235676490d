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
 * A record answers so many questions, and each location must ask only those
 * of one set: what doesn't fit in the last set begins another.  The rules
 * are this policy's own copy: others that inherit them may be in another set.
 */

ngx_int_t
ngx_http_jwt_policy_number(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf,
    njwt_policy_t *policy)
{
    njwt_facts_t       *facts, **set;
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

    if (jmcf->facts.nelts > 0) {
        set = jmcf->facts.elts;

        njwt_policy_number(policy, rules, claim_rules,
                           set[jmcf->facts.nelts - 1]);

        if (policy->numbered) {
            return NGX_OK;
        }
    }

    facts = ngx_http_jwt_policy_facts(cf, &jmcf->facts);
    if (facts == NULL) {
        return NGX_ERROR;
    }

    njwt_policy_number(policy, rules, claim_rules, facts);

    return NGX_OK;
}
