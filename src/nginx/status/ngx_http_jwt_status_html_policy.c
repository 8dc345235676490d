/*
 * How does the policy look on the page?
 */

#include "ngx_http_jwt_html.h"
#include "ngx_http_jwt_status.h"


static void
ngx_http_jwt_status_html_methods(ngx_http_jwt_status_t *status,
    const njwt_scope_rule_t *rule)
{
    njwt_slice_t  names;

    if (rule->every_method) {
        ngx_http_jwt_page_say(&status->page, "every method");
        return;
    }

    if (njwt_scope_rule_allow(&status->arena, rule, &names)) {
        ngx_http_jwt_page_text(&status->page, names);
    }
}


static void
ngx_http_jwt_status_html_scopes(ngx_http_jwt_status_t *status,
    const njwt_scope_rule_t *rule)
{
    ngx_http_jwt_page_t  *page;

    page = &status->page;

    ngx_http_jwt_page_say(page, "<li>");
    ngx_http_jwt_status_html_methods(status, rule);
    ngx_http_jwt_page_say(page, rule->any ? ": one of " : ": ");
    ngx_http_jwt_html_list(page, rule->scopes, rule->scope_count);
    ngx_http_jwt_page_say(page, "</li>");
}


static void
ngx_http_jwt_status_html_claim(ngx_http_jwt_page_t *page,
    const njwt_claim_rule_t *rule)
{
    size_t  i;

    ngx_http_jwt_page_say(page, "<li>claim ");
    ngx_http_jwt_html_code(page, rule->claim);
    ngx_http_jwt_page_say(page, rule->value_count ? ": " : " is there");

    for (i = 0; i < rule->value_count; i++) {
        ngx_http_jwt_page_say(page, i > 0 ? ", <code>" : "<code>");
        ngx_http_jwt_page_text(page, njwt_rule_prefix(&rule->values[i]));
        ngx_http_jwt_page_say(page, "<bdi>");
        ngx_http_jwt_page_text(page, rule->values[i].text);
        ngx_http_jwt_page_say(page, "</bdi></code>");
    }

    ngx_http_jwt_page_say(page, "</li>");
}


static void
ngx_http_jwt_status_html_variables(ngx_http_jwt_status_t *status,
    ngx_array_t *conditions)
{
    ngx_int_t                 *index;
    ngx_uint_t                 i, k;
    ngx_http_jwt_page_t       *page;
    ngx_http_jwt_condition_t  *condition;

    page = &status->page;

    for (i = 0; conditions != NULL && i < conditions->nelts; i++) {
        condition = (ngx_http_jwt_condition_t *) conditions->elts + i;
        index = condition->variables.elts;

        ngx_http_jwt_page_say(page, "<li>true:");

        for (k = 0; k < condition->variables.nelts; k++) {
            ngx_http_jwt_page_say(page, " <code>$");
            ngx_http_jwt_page_text(page,
                              ngx_http_jwt_status_variable(status, index[k]));
            ngx_http_jwt_page_say(page, "</code>");
        }

        ngx_http_jwt_page_say(page, "</li>");
    }
}


static void
ngx_http_jwt_status_html_audience(ngx_http_jwt_page_t *page,
    const njwt_claim_rule_t *rule)
{
    size_t  i;

    if (rule == NULL) {
        return;
    }

    ngx_http_jwt_page_say(page, "<li>audience ");

    for (i = 0; i < rule->value_count; i++) {
        ngx_http_jwt_page_say(page, (i > 0) ? " or <code>" : "<code>");
        ngx_http_jwt_page_text(page, rule->values[i].text);
        ngx_http_jwt_page_say(page, "</code>");
    }

    ngx_http_jwt_page_say(page, "</li>");
}


static void
ngx_http_jwt_status_html_rules(ngx_http_jwt_status_t *status,
    ngx_http_jwt_location_t *location)
{
    size_t                i;
    ngx_http_jwt_page_t  *page;
    const njwt_policy_t  *policy;

    page = &status->page;
    policy = location->conf->policy;

    ngx_http_jwt_page_say(page, "<ul class=\"r\">");

    ngx_http_jwt_status_html_audience(page, policy->audience);

    for (i = 0; i < policy->scope_rule_count; i++) {
        ngx_http_jwt_status_html_scopes(status, &policy->scope_rules[i]);
    }

    for (i = 0; i < policy->claim_rule_count; i++) {
        ngx_http_jwt_status_html_claim(page, &policy->claim_rules[i]);
    }

    ngx_http_jwt_status_html_variables(status, location->conf->conditions);

    if (policy->scope_rule_count + policy->claim_rule_count == 0
        && location->conf->conditions == NULL)
    {
        ngx_http_jwt_page_say(page, "<li>a valid token, every method</li>");
    }

    ngx_http_jwt_page_say(page, "</ul>");
}


static void
ngx_http_jwt_status_html_guard(ngx_http_jwt_page_t *page,
    ngx_http_jwt_location_t *location)
{
    ngx_http_jwt_page_say(page, "<span>");

    if (location->conf->policy == NULL) {

        if (location->passes) {
            ngx_http_jwt_html_badge(page, "warn", "unprotected, passed on");

        } else {
            ngx_http_jwt_html_badge(page, "plain", "unprotected");
        }

    } else {
        ngx_http_jwt_html_badge(page,
                                location->conf->mode == NGX_HTTP_JWT_ENFORCE
                                ? "ok" : "warn",
                                ngx_http_jwt_status_mode(location));
    }

    if (location->conf->policy != NULL && location->conf->preflight == 1) {
        ngx_http_jwt_page_say(page, " preflights go on");
    }

    ngx_http_jwt_page_say(page, "</span></td>");
}


static void
ngx_http_jwt_status_html_counts(ngx_http_jwt_page_t *page,
    ngx_http_jwt_location_counts_t *counts)
{
    uint64_t    refused;
    ngx_uint_t  i;

    if (counts == NULL) {
        ngx_http_jwt_page_say(page, "not counted by itself");
        return;
    }

    for (i = 0, refused = 0; i < NGX_HTTP_JWT_COUNTED; i++) {
        refused += counts->totals[i];
    }

    refused -= counts->totals[NJWT_OK]
               + counts->totals[NGX_HTTP_JWT_PREFLIGHT]
               + counts->totals[NGX_HTTP_JWT_UNJUDGED];

    ngx_http_jwt_page_print(page, "<span class=\"n\">%uL ok, %uL others"
                            "</span>", (uint64_t) counts->totals[NJWT_OK],
                            refused);

    if (counts->totals[NGX_HTTP_JWT_UNJUDGED] != 0) {
        ngx_http_jwt_page_print(page, "<br><span class=\"bad\">%uL unjudged"
                                "</span>", (uint64_t)
                                counts->totals[NGX_HTTP_JWT_UNJUDGED]);
    }
}


static void
ngx_http_jwt_status_html_asked(ngx_http_jwt_status_t *status,
    ngx_http_jwt_location_t *location)
{
    size_t                i;
    ngx_http_jwt_page_t  *page;
    const njwt_policy_t  *policy;

    page = &status->page;
    policy = location->conf->policy;

    ngx_http_jwt_html_cell(page, "Issuers");
    ngx_http_jwt_page_say(page, "<span>");

    for (i = 0; i < policy->issuer_count; i++) {
        ngx_http_jwt_page_say(page, i > 0 ? ", " : "");
        ngx_http_jwt_html_code(page, policy->issuers[i]->name);
    }

    ngx_http_jwt_page_say(page, "</span></td>");
    ngx_http_jwt_html_cell(page, "Asks for");
    ngx_http_jwt_status_html_rules(status, location);
    ngx_http_jwt_page_say(page, "</td>");

    ngx_http_jwt_html_cell(page, "Requests");
    ngx_http_jwt_status_html_counts(page,
                                    ngx_http_jwt_status_counts(location));
    ngx_http_jwt_page_say(page, "</td>");
}


/* Several may have one name, or none: their numbers tell them apart. */

static void
ngx_http_jwt_status_html_server(ngx_http_jwt_status_t *status,
    ngx_http_jwt_location_t *location)
{
    ngx_str_t            *name;
    ngx_uint_t            several;
    ngx_http_jwt_page_t  *page;

    page = &status->page;
    name = &location->server->server_name;
    several = status->main->servers.nelts > 1;

    if (name->len == 0 && !several) {
        return;
    }

    ngx_http_jwt_page_say(page, "<br><span class=\"soft\">");
    ngx_http_jwt_page_text(page, ngx_http_jwt_slice(name));

    if (several) {
        ngx_http_jwt_page_print(page, "%sserver %ui", name->len ? ", " : "",
                                location->number);
    }

    ngx_http_jwt_page_say(page, "</span>");
}


static ngx_int_t
ngx_http_jwt_status_html_location(ngx_http_jwt_status_t *status,
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

    ngx_http_jwt_page_say(page, location->passes && !guarded
                                ? "<tr class=\"open\">" : "<tr>");
    ngx_http_jwt_page_say(page, "<th scope=\"row\">");

    if (name.len > 0) {
        ngx_http_jwt_html_code(page, ngx_http_jwt_slice(&name));

    } else {
        ngx_http_jwt_page_say(page, "all else of the server");
    }

    ngx_http_jwt_status_html_server(status, location);
    ngx_http_jwt_page_say(page, "</th>");
    ngx_http_jwt_html_cell(page, "Gate");
    ngx_http_jwt_status_html_guard(page, location);

    if (guarded) {
        ngx_http_jwt_status_html_asked(status, location);

    } else {
        ngx_http_jwt_page_say(page, "<td></td><td></td><td></td>");
    }

    ngx_http_jwt_page_say(page, "</tr>\n");

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_status_html_policy(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                 i;
    ngx_http_jwt_page_t       *page;
    ngx_http_jwt_location_t  **all;

    page = &status->page;
    all = status->main->locations.elts;

    ngx_http_jwt_page_say(page,
        "<h2>Locations and what they ask</h2>\n<section class=\"card\">"
        "<table><caption>As they are configured.</caption><thead><tr>"
        "<th scope=\"col\">Location</th><th scope=\"col\">Gate</th>"
        "<th scope=\"col\">Issuers</th><th scope=\"col\">Asks for</th>"
        "<th scope=\"col\">Requests</th></tr></thead>\n<tbody>\n");

    for (i = 0; i < status->main->locations.nelts; i++) {

        if (ngx_http_jwt_location_reached(all[i])
            && ngx_http_jwt_status_html_location(status, all[i]) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    ngx_http_jwt_page_say(page, "</tbody></table></section>\n");

    return NGX_OK;
}
