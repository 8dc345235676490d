/*
 * The locations on the status page: what each requires, and its requests.
 */

#include "ngx_http_jwt_status_html.h"


/* so many locations are not folded */
#define NGX_HTTP_JWT_HTML_FINE  16


static void
ngx_http_jwt_html_scopes(ngx_http_jwt_status_t *status,
    const njwt_scope_rule_t *rule)
{
    njwt_slice_t         methods = njwt_literal("every method");
    ngx_http_jwt_out_t  *out;

    out = &status->out;

    if (!rule->every_method
        && !njwt_scope_rule_allow(&status->arena, rule, &methods))
    {
        return;
    }

    ngx_http_jwt_status_printf(out, "<li>%e: %w", methods,
                               rule->any ? "one of " : "");
    ngx_http_jwt_html_list(out, rule->scopes, rule->scope_count);
    ngx_http_jwt_out_literal(out, "</li>");
}


static void
ngx_http_jwt_html_claim(ngx_http_jwt_out_t *out,
    const njwt_claim_rule_t *rule)
{
    size_t  i;

    ngx_http_jwt_status_printf(out, "<li>claim %c%w", rule->claim,
                               rule->value_count ? ": " : " is present");

    for (i = 0; i < rule->value_count; i++) {
        ngx_http_jwt_status_printf(out, "%w<code>%e<bdi>%e</bdi></code>",
                                   i > 0 ? ", " : "",
                                   njwt_rule_prefix(&rule->values[i]),
                                   rule->values[i].text);
    }

    ngx_http_jwt_out_literal(out, "</li>");
}


static void
ngx_http_jwt_html_variables(ngx_http_jwt_status_t *status,
    ngx_array_t *conditions)
{
    ngx_int_t                 *index;
    ngx_uint_t                 i, k;
    ngx_http_jwt_out_t        *out;
    ngx_http_jwt_condition_t  *condition;

    out = &status->out;

    for (i = 0; conditions != NULL && i < conditions->nelts; i++) {
        condition = (ngx_http_jwt_condition_t *) conditions->elts + i;
        index = condition->variables.elts;

        ngx_http_jwt_out_literal(out, "<li>true:");

        for (k = 0; k < condition->variables.nelts; k++) {
            ngx_http_jwt_status_printf(out, " <code>$%e</code>",
                              ngx_http_jwt_status_variable(status, index[k]));
        }

        ngx_http_jwt_out_literal(out, "</li>");
    }
}


static void
ngx_http_jwt_html_audience(ngx_http_jwt_out_t *out,
    const njwt_claim_rule_t *rule)
{
    size_t  i;

    for (i = 0; rule != NULL && i < rule->value_count; i++) {
        ngx_http_jwt_status_printf(out, "%w<code>%e</code>%w",
                                   i > 0 ? " or " : "<li>audience ",
                                   rule->values[i].text,
                                   i + 1 == rule->value_count ? "</li>" : "");
    }
}


static void
ngx_http_jwt_html_binding(ngx_http_jwt_out_t *out,
    const njwt_binding_t *binding)
{
    if (binding == NULL) {
        return;
    }

    ngx_http_jwt_status_printf(out, "<li>bound by %w%w%w%w</li>",
                               binding->dpop ? "<code>dpop</code>" : "",
                               binding->dpop && binding->mtls ? " or " : "",
                               binding->mtls ? "<code>mtls</code>" : "",
                               binding->required ? "" : ", or not bound");
}


static void
ngx_http_jwt_html_rules(ngx_http_jwt_status_t *status,
    ngx_http_jwt_location_t *location)
{
    off_t                 size;
    size_t                i;
    ngx_http_jwt_out_t   *out;
    const njwt_policy_t  *policy;

    out = &status->out;
    policy = location->conf->policy;

    ngx_http_jwt_out_literal(out, "<ul class=\"r\">");
    size = out->size;

    ngx_http_jwt_html_audience(out, policy->audience);
    ngx_http_jwt_html_binding(out, policy->binding);

    for (i = 0; i < policy->scope_rule_count; i++) {
        ngx_http_jwt_html_scopes(status, &policy->scope_rules[i]);
    }

    for (i = 0; i < policy->claim_rule_count; i++) {
        ngx_http_jwt_html_claim(out, &policy->claim_rules[i]);
    }

    ngx_http_jwt_html_variables(status, location->conf->conditions);

    /* only where nothing else is said, whatever rules there will be */

    if (out->size == size) {
        ngx_http_jwt_out_literal(out, "<li>a valid token, every method</li>");
    }

    ngx_http_jwt_out_literal(out, "</ul>");
}


/*
 * The verdicts of a location, the most frequent first; ok is shown elsewhere.
 */

static void
ngx_http_jwt_html_others(ngx_http_jwt_out_t *out,
    ngx_http_jwt_location_counts_t *counts)
{
    uint64_t    best;
    ngx_uint_t  i, n, which, seen[NGX_HTTP_JWT_COUNTED];

    ngx_memzero(seen, sizeof(seen));

    for (n = 0; n < NGX_HTTP_JWT_COUNTED; n++) {

        for (i = 0, best = 0, which = 0; i < NGX_HTTP_JWT_COUNTED; i++) {
            if (i != NJWT_OK && !seen[i] && counts->totals[i] > best) {
                best = counts->totals[i];
                which = i;
            }
        }

        if (best == 0) {
            break;
        }

        seen[which] = 1;
        ngx_http_jwt_status_printf(out, "%w<code>%e</code>&nbsp;%n", n ? ", "
                                   : "<br><span class=\"soft\">",
                                   ngx_http_jwt_counted_name(which), best);
    }

    ngx_http_jwt_out_literal(out, n ? "</span>" : "");
}


static void
ngx_http_jwt_html_guard(ngx_http_jwt_out_t *out,
    ngx_http_jwt_status_location_t *row)
{
    ngx_http_jwt_loc_conf_t  *conf = row->location->conf;

    static const char  *const words[NGX_HTTP_JWT_GUARDS][2] = {
        { "plain", "no jwt" },
        { "warn", "not guarded, passes requests on" },
        { "plain", "jwt off" },
        { "plain", "token optional" },
        { "warn", "report only" },
        { "ok", "guarded" }
    };

    ngx_http_jwt_out_literal(out, "<td data-l=\"Guard\"><span>");

    if (ngx_http_jwt_html_is_bypassed(row)) {
        ngx_http_jwt_html_badge(out, "warn",
                                ngx_http_jwt_html_is_rewritten(row)
                                ? "bypassed by rewrite"
                                : "bypassed by return");

    } else if (ngx_http_jwt_html_wins_over(row)) {
        ngx_http_jwt_html_badge(out, "warn", "not guarded, wins over a "
                                "guarded one");

    } else {
        ngx_http_jwt_html_badge(out, words[row->guard][0],
                                words[row->guard][1]);
    }

    if (conf->policy != NULL && row->location->bypassed_if) {
        ngx_http_jwt_status_printf(out, ", except for a <code>%w</code> in "
                                   "an <code>if</code>",
                                   row->location->bypassed_by);
    }

    if (conf->policy != NULL && conf->preflight == 1) {
        ngx_http_jwt_out_literal(out, " (preflights pass)");
    }

    ngx_http_jwt_out_literal(out, "</span></td>");
}


static void
ngx_http_jwt_html_asked(ngx_http_jwt_status_t *status,
    ngx_http_jwt_status_location_t *row, ngx_http_jwt_share_t *share)
{
    size_t                i;
    ngx_http_jwt_out_t   *out;
    const njwt_policy_t  *policy;

    out = &status->out;
    policy = row->location->conf->policy;

    ngx_http_jwt_out_literal(out, "<td data-l=\"Requests\"><span>");

    if (row->counts == NULL) {
        ngx_http_jwt_out_literal(out, "not counted separately");

    } else {
        ngx_http_jwt_html_share(out, share);
        ngx_http_jwt_html_others(out, row->counts);
    }

    ngx_http_jwt_out_literal(out, "</span></td><td data-l=\"Issuers\"><span>");

    for (i = 0; i < policy->issuer_count; i++) {
        ngx_http_jwt_status_printf(out, i > 0 ? ", %c" : "%c",
                                   policy->issuers[i]->name);
    }

    ngx_http_jwt_out_literal(out, "</span></td><td data-l=\"Requires\">");
    ngx_http_jwt_html_rules(status, row->location);
    ngx_http_jwt_out_literal(out, "</td>");
}


/* Does it need attention? */

static ngx_uint_t
ngx_http_jwt_html_stands_out(ngx_http_jwt_status_location_t *row,
    ngx_http_jwt_share_t *share)
{
    ngx_http_jwt_share_location(row, share);

    return ngx_http_jwt_html_is_open(row)
           || ngx_http_jwt_html_wins_over(row)
           || ngx_http_jwt_html_is_bypassed(row)
           || ngx_http_jwt_html_is_report(row)
           || ngx_http_jwt_html_is_unjudged(row)
           || (share->refused >= 10 && share->refused >= share->ok);
}


/* The handler of ours that answers there; allow and deny may restrict it. */

static const char *
ngx_http_jwt_html_handler(ngx_http_jwt_loc_conf_t *conf)
{
    return (conf->status != NULL) ? "<code>jwt_status</code>"
           : (conf->revoke.data != NULL) ? "<code>jwt_revoke_handler</code>"
             : (conf->logout != NULL) ? "<code>jwt_logout_handler</code>" : "";
}


static void
ngx_http_jwt_html_location(ngx_http_jwt_status_t *status,
    ngx_http_jwt_status_location_t *row, ngx_http_jwt_share_t *share)
{
    ngx_http_jwt_out_t       *out;
    ngx_http_jwt_location_t  *location;

    out = &status->out;
    location = row->location;

    ngx_http_jwt_status_printf(out, "<tr class=\"f%w\" data-n=\"%i\" "
                               "data-r=\"%i\"><th scope=\"row\">",
                               ngx_http_jwt_html_is_open(row)
                               || ngx_http_jwt_html_wins_over(row)
                               ? " open" : "",
                               ngx_http_jwt_share_all(share), share->refused);
    ngx_http_jwt_status_printf(out, location->name.len > 0 ? "%c</th>"
                               : "everything else on this server</th>",
                               ngx_http_jwt_slice(&location->name));
    ngx_http_jwt_html_guard(out, row);

    if (location->conf->policy != NULL) {
        ngx_http_jwt_html_asked(status, row, share);

    } else {
        ngx_http_jwt_status_printf(out, "<td></td><td></td><td>%w</td>",
                                   ngx_http_jwt_html_handler(location->conf));
    }

    ngx_http_jwt_out_literal(out, "</tr>\n");
}


/*
 * The locations of a server that stand out, or the others; returns how many.
 * Without a table they are only counted.
 */

static ngx_uint_t
ngx_http_jwt_html_locations(ngx_http_jwt_status_t *status, ngx_uint_t number,
    ngx_uint_t standing_out, ngx_uint_t write)
{
    ngx_uint_t                       i, n;
    ngx_http_jwt_share_t             share;
    ngx_http_jwt_status_location_t  *row;

    static const char  *const  columns[] = {
        "Location", "Guard", "Requests", "Issuers", "Requires", NULL
    };

    n = 0;
    row = status->locations.elts;

    for (i = 0; i < status->locations.nelts; i++) {

        if (row[i].location->number != number
            || !row[i].reached
            || ngx_http_jwt_html_stands_out(&row[i], &share) != standing_out)
        {
            continue;
        }

        if (n++ == 0 && write) {
            ngx_http_jwt_html_table(&status->out, standing_out
                                    ? "Locations that need attention"
                                    : "Locations",
                                    columns);
        }

        if (write) {
            ngx_http_jwt_html_location(status, &row[i], &share);
        }
    }

    if (n > 0 && write) {
        ngx_http_jwt_html_table_end(&status->out);
    }

    return n;
}


/* Several may have one name, or none: their number tells them apart. */

static void
ngx_http_jwt_html_server_names(ngx_http_jwt_out_t *out,
    ngx_http_jwt_server_t *server, ngx_uint_t number)
{
    ngx_str_t               *listen;
    ngx_uint_t               i;
    ngx_http_server_name_t  *name;

    name = server->names.elts;
    listen = server->listen.elts;

    ngx_http_jwt_status_printf(out, "<h3>Server %u", number);

    for (i = 0; i < server->names.nelts && i < 3; i++) {
        ngx_http_jwt_status_printf(out, " %e",
                                   ngx_http_jwt_slice(&name[i].name));
    }

    ngx_http_jwt_status_printf(out, "%w</h3> <span class=\"soft\">",
                               i < server->names.nelts ? " &hellip;" : "");

    for (i = 0; i < server->listen.nelts && i < 3; i++) {
        ngx_http_jwt_status_printf(out, "%e ", ngx_http_jwt_slice(&listen[i]));
    }

    ngx_http_jwt_out_literal(out, "</span> ");
}


static void
ngx_http_jwt_html_server(ngx_http_jwt_status_t *status, ngx_uint_t number)
{
    ngx_uint_t              look, fine, many, several;
    ngx_http_jwt_out_t     *out;
    ngx_http_jwt_server_t  *server;

    out = &status->out;
    server = status->main->servers.elts;
    several = status->main->servers.nelts > 1;

    look = ngx_http_jwt_html_locations(status, number, 1, 0);
    fine = ngx_http_jwt_html_locations(status, number, 0, 0);

    ngx_http_jwt_html_fold(out, "server", number, "card",
                           look > 0 || !several);
    ngx_http_jwt_html_server_names(out, &server[number - 1], number);
    ngx_http_jwt_status_printf(out, "<span class=\"soft\">%u location%w"
                               "</span> ", look + fine,
                               look + fine == 1 ? "" : "s");

    if (look > 0) {
        ngx_http_jwt_status_printf(out, "<span class=\"b warn\">%u need%w "
                                   "attention</span>", look,
                                   look == 1 ? "s" : "");
    }

    ngx_http_jwt_out_literal(out, "</summary>\n");

    many = look > NGX_HTTP_JWT_HTML_FINE;

    if (many) {
        ngx_http_jwt_html_fold(out, "look", number, "more", 0);
        ngx_http_jwt_status_printf(out, "%u locations need attention"
                                   "</summary>\n", look);
    }

    (void) ngx_http_jwt_html_locations(status, number, 1, 1);

    ngx_http_jwt_out_literal(out, many ? "</details>\n" : "");

    if (fine > 0) {
        ngx_http_jwt_html_fold(out, "others", number, "more",
                               fine <= NGX_HTTP_JWT_HTML_FINE
                               || (several && look == 0));
        ngx_http_jwt_status_printf(out, "%u location%w without problems"
                                   "</summary>\n", fine,
                                   fine == 1 ? "" : "s");
    }

    (void) ngx_http_jwt_html_locations(status, number, 0, 1);

    ngx_http_jwt_out_literal(out, fine > 0 ? "</details></details>\n"
                                            : "</details>\n");
}


void
ngx_http_jwt_html_servers(ngx_http_jwt_status_t *status)
{
    ngx_uint_t            i;
    ngx_http_jwt_out_t   *out;

    out = &status->out;

    ngx_http_jwt_out_literal(out, "<section aria-labelledby=\"locations\">"
                             "<h2 id=\"locations\">Locations and what they "
                             "require</h2>\n");

    for (i = 1; i <= status->main->servers.nelts; i++) {
        ngx_http_jwt_html_server(status, i);
    }

    ngx_http_jwt_out_literal(out, "</section>\n");
}
