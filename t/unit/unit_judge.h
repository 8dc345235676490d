/*
 * The request that a unit test judges: a location of one issuer, with key 0
 * and one rule.
 */

#ifndef UNIT_JUDGE_H
#define UNIT_JUDGE_H


#include "unit_token.h"
#include "njwt_verdict.h"


static njwt_slice_t       issuers[1], audiences[1], scopes[1];
static njwt_issuer_t      issuer;
static njwt_issuer_t     *trusted[1] = { &issuer };
static njwt_scope_rule_t  rule;
static njwt_policy_t      policy;
static njwt_request_t     judged;


static inline void
unit_prepare(const char *keys, const char *audience, njwt_slice_t token)
{
    njwt_jwks_report_t  report;

    memset(&issuer, 0, sizeof(issuer));
    memset(&policy, 0, sizeof(policy));
    memset(&judged, 0, sizeof(judged));

    issuers[0] = unit_text("https://t/");
    audiences[0] = unit_text(audience);
    scopes[0] = unit_text("a");

    issuer.issuers = issuers;
    issuer.issuer_count = 1;
    issuer.algorithms = NJWT_ALG_RS256;
    issuer.expected.audiences = audiences;
    issuer.expected.audience_count = 1;
    issuer.keys = unit_jwks(keys, &report);
    assert_non_null(issuer.keys);

    rule.scopes = scopes;
    rule.scope_count = 1;
    rule.every_method = true;

    policy.issuers = trusted;
    policy.issuer_count = 1;
    policy.scope_rules = &rule;
    policy.scope_rule_count = 1;
    policy.max_token_size = 8192;

    judged.policy = &policy;
    judged.method.bit = NJWT_METHOD_GET;
    judged.now = 1000;
    judged.credentials.found = 1;
    judged.credentials.token = token;
}


#endif /* UNIT_JUDGE_H */
