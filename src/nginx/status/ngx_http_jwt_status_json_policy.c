/*
 * What does each location ask, for programs?
 */

#include "ngx_http_jwt_json.h"
#include "ngx_http_jwt_status.h"


/* Names with ", " between; none: every method. */

static void
ngx_http_jwt_status_json_methods(ngx_http_jwt_page_t *page,
    njwt_slice_t names)
{
    njwt_slice_t  method;

    if (names.len == 0) {
        ngx_http_jwt_json_null(page, "methods");
        return;
    }

    ngx_http_jwt_json_open(page, "methods", "[");

    while (njwt_slice_word(&names, &method)) {
        method.len -= method.data[method.len - 1] == ',';
        ngx_http_jwt_json_element(page, "", method);
    }

    ngx_http_jwt_page_say(page, "]");
}


static void
ngx_http_jwt_status_json_scopes(ngx_http_jwt_status_t *status,
    const njwt_policy_t *policy)
{
    size_t                    i;
    njwt_slice_t              names;
    ngx_http_jwt_page_t      *page;
    const njwt_scope_rule_t  *rule;

    page = &status->page;
    ngx_http_jwt_json_open(page, "scopes", "[");

    for (i = 0; i < policy->scope_rule_count; i++) {
        rule = &policy->scope_rules[i];

        ngx_http_jwt_json_open(page, NULL, "{");
        ngx_http_jwt_json_list(page, "scopes", rule->scopes,
                               rule->scope_count);
        ngx_http_jwt_json_word(page, "match", rule->any ? "any" : "all");
        names.len = 0;
        (void) njwt_scope_rule_allow(&status->arena, rule, &names);
        ngx_http_jwt_status_json_methods(page, names);
        ngx_http_jwt_page_say(page, "}");
    }

    ngx_http_jwt_page_say(page, "]");
}


static void
ngx_http_jwt_status_json_claims(ngx_http_jwt_page_t *page,
    const njwt_policy_t *policy)
{
    size_t                    i, k;
    njwt_slice_t              prefix;
    const njwt_claim_rule_t  *rule;

    ngx_http_jwt_json_open(page, "claims", "[");

    for (i = 0; i < policy->claim_rule_count; i++) {
        rule = &policy->claim_rules[i];

        ngx_http_jwt_json_open(page, NULL, "{");
        ngx_http_jwt_json_text(page, "claim", rule->claim);
        ngx_http_jwt_json_open(page, "values", "[");

        for (k = 0; k < rule->value_count; k++) {
            /* constant, and so a C string */
            prefix = njwt_rule_prefix(&rule->values[k]);

            ngx_http_jwt_json_element(page, (const char *) prefix.data,
                                      rule->values[k].text);
        }

        ngx_http_jwt_page_say(page, "]}");
    }

    ngx_http_jwt_page_say(page, "]");
}


static void
ngx_http_jwt_status_json_required(ngx_http_jwt_status_t *status,
    ngx_array_t *conditions)
{
    ngx_int_t                 *index;
    ngx_uint_t                 i, k;
    ngx_http_jwt_page_t       *page;
    ngx_http_jwt_condition_t  *condition;

    page = &status->page;
    ngx_http_jwt_json_open(page, "variables", "[");

    for (i = 0; conditions != NULL && i < conditions->nelts; i++) {
        condition = (ngx_http_jwt_condition_t *) conditions->elts + i;
        index = condition->variables.elts;

        for (k = 0; k < condition->variables.nelts; k++) {
            ngx_http_jwt_json_element(page, "$",
                              ngx_http_jwt_status_variable(status, index[k]));
        }
    }

    ngx_http_jwt_page_say(page, "]");
}


/* null: the issuers' audiences do */

static void
ngx_http_jwt_status_json_audience(ngx_http_jwt_page_t *page,
    const njwt_claim_rule_t *rule)
{
    size_t  i;

    if (rule == NULL) {
        ngx_http_jwt_json_null(page, "audience");
        return;
    }

    ngx_http_jwt_json_open(page, "audience", "[");

    for (i = 0; i < rule->value_count; i++) {
        ngx_http_jwt_json_element(page, "", rule->values[i].text);
    }

    ngx_http_jwt_page_say(page, "]");
}


static void
ngx_http_jwt_status_json_binding(ngx_http_jwt_page_t *page,
    ngx_http_jwt_binding_conf_t *binding)
{
    static const njwt_slice_t  dpop = njwt_literal("dpop");
    static const njwt_slice_t  mtls = njwt_literal("mtls");
    static const njwt_slice_t  required = njwt_literal("required");

    ngx_http_jwt_json_open(page, "binding", "[");

    if (binding->dpop) {
        ngx_http_jwt_json_element(page, "", dpop);
    }

    if (binding->mtls) {
        ngx_http_jwt_json_element(page, "", mtls);
    }

    if (binding->required) {
        ngx_http_jwt_json_element(page, "", required);
    }

    ngx_http_jwt_page_say(page, "]");
}


static void
ngx_http_jwt_status_json_asked(ngx_http_jwt_status_t *status,
    ngx_http_jwt_location_t *location)
{
    size_t                i;
    njwt_slice_t          names;
    ngx_http_jwt_page_t  *page;
    const njwt_policy_t  *policy;

    page = &status->page;
    policy = location->conf->policy;

    ngx_http_jwt_json_open(page, "issuers", "[");

    for (i = 0; i < policy->issuer_count; i++) {
        ngx_http_jwt_json_element(page, "", policy->issuers[i]->name);
    }

    ngx_http_jwt_page_say(page, "]");

    ngx_http_jwt_status_json_audience(page, policy->audience);
    ngx_http_jwt_status_json_binding(page, &location->conf->binding);
    ngx_http_jwt_json_word(page, "mode", ngx_http_jwt_status_mode(location));
    ngx_http_jwt_json_flag(page, "preflight",
                           location->conf->preflight == 1);

    names.len = 0;
    (void) njwt_policy_allow(&status->arena, policy, &names);
    ngx_http_jwt_status_json_methods(page, names);

    ngx_http_jwt_json_flag(page, "pass_token",
                           location->conf->pass_token != 0);
    ngx_http_jwt_status_json_scopes(status, policy);
    ngx_http_jwt_status_json_claims(page, policy);
    ngx_http_jwt_status_json_required(status, location->conf->conditions);
    ngx_http_jwt_status_json_token(status, location->conf);
}


/* Those that there were; NULL: the location is counted with others. */

static void
ngx_http_jwt_status_json_counts(ngx_http_jwt_page_t *page,
    ngx_http_jwt_location_counts_t *counts)
{
    u_char        name[64];
    ngx_uint_t    i;
    njwt_slice_t  verdict;

    if (counts == NULL) {
        ngx_http_jwt_json_null(page, "requests");
        return;
    }

    ngx_http_jwt_json_open(page, "requests", "{");

    for (i = 0; i < NGX_HTTP_JWT_COUNTED; i++) {

        if (counts->totals[i] == 0) {
            continue;
        }

        verdict = ngx_http_jwt_counted_name(i);
        *ngx_snprintf(name, sizeof(name) - 1, "%*s", verdict.len,
                      verdict.data) = '\0';

        ngx_http_jwt_json_number(page, (const char *) name,
                                 counts->totals[i]);
    }

    ngx_http_jwt_page_say(page, "}");
}


static ngx_int_t
ngx_http_jwt_status_json_location(ngx_http_jwt_status_t *status,
    ngx_http_jwt_location_t *location)
{
    ngx_str_t             name;
    ngx_uint_t            guarded;
    ngx_http_jwt_page_t  *page;

    page = &status->page;
    guarded = location->conf->policy != NULL;

    if (ngx_http_jwt_location_name(status->request->pool, location, &name)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_jwt_json_open(page, NULL, "{");
    ngx_http_jwt_json_text(page, "server",
                    ngx_http_jwt_slice(&location->server->server_name));
    ngx_http_jwt_json_text(page, "location", ngx_http_jwt_slice(&name));
    ngx_http_jwt_status_json_place(page, location);
    ngx_http_jwt_json_flag(page, "protected", guarded);
    ngx_http_jwt_json_flag(page, "passed_on", location->passes);

    if (guarded) {
        ngx_http_jwt_status_json_asked(status, location);
        ngx_http_jwt_status_json_counts(page,
                                        ngx_http_jwt_status_counts(location));
    }

    ngx_http_jwt_page_say(page, "}");

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_status_json_policy(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                 i;
    ngx_http_jwt_page_t       *page;
    ngx_http_jwt_location_t  **all;

    page = &status->page;
    all = status->main->locations.elts;

    ngx_http_jwt_json_open(page, "locations", "[");

    for (i = 0; i < status->main->locations.nelts; i++) {

        if (ngx_http_jwt_location_reached(all[i])
            && ngx_http_jwt_status_json_location(status, all[i]) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    ngx_http_jwt_page_say(page, "]");

    if (status->counting) {
        ngx_http_jwt_json_open(page, "other_locations", "{");
        ngx_http_jwt_status_json_counts(page,
                                        &status->main->counters->other);
        ngx_http_jwt_page_say(page, "}");
    }

    return NGX_OK;
}
