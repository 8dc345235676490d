/*
 * The status as JSON, which jwt-explain reads, too; docs/operations.md has
 * each member.
 */

#include "ngx_http_jwt_json.h"
#include "ngx_http_jwt_request.h"
#include "ngx_http_jwt_status.h"


/*
 * Numbers of a list, of one group: members of the object that is open.  JSON
 * has null for what isn't there.
 */

static void
ngx_http_jwt_status_json_group(ngx_http_jwt_out_t *out,
    const ngx_http_jwt_number_t *number, const void *base, const char *group)
{
    int64_t  value;

    for ( /* void */ ; number->name != NULL; number++) {

        if (number->group != group
            && (group == NULL || number->group == NULL
                || ngx_strcmp(number->group, group) != 0))
        {
            continue;
        }

        value = ngx_http_jwt_number(number, base);

        if (value == NGX_HTTP_JWT_NO_NUMBER
            || (value == 0 && number->type == NGX_HTTP_JWT_TIME))
        {
            ngx_http_jwt_json_null(out, number->name);

        } else if (number->type == NGX_HTTP_JWT_FLAG) {
            ngx_http_jwt_json_flag(out, number->name, value != 0);

        } else {
            ngx_http_jwt_json_number(out, number->name, value);
        }
    }
}


static void
ngx_http_jwt_status_json_object(ngx_http_jwt_out_t *out,
    const ngx_http_jwt_number_t *numbers, const void *base, const char *group)
{
    ngx_http_jwt_json_open(out, group, "{");
    ngx_http_jwt_status_json_group(out, numbers, base, group);
    ngx_http_jwt_out_literal(out, "}");
}


static void
ngx_http_jwt_status_json_settings(ngx_http_jwt_out_t *out,
    ngx_http_jwt_issuer_t *issuer)
{
    const njwt_expected_t  *expected;

    static const njwt_slice_t  scope = njwt_literal("scope");

    expected = &issuer->trust.expected;

    ngx_http_jwt_json_seconds(out, "leeway", issuer->leeway);

    if (expected->has_max_age) {
        ngx_http_jwt_json_seconds(out, "max_age", issuer->max_age);

    } else {
        ngx_http_jwt_json_null(out, "max_age");
    }

    ngx_http_jwt_json_word(out, "profile",
                           expected->profile == NJWT_PROFILE_RFC9068
                           ? "rfc9068" : "any");

    if (expected->scope_claim_count == 0) {
        ngx_http_jwt_json_list(out, "scope_claims", &scope, 1);
        return;
    }

    ngx_http_jwt_json_list(out, "scope_claims", expected->scope_claims,
                           expected->scope_claim_count);
}


static const char *
ngx_http_jwt_status_match(ngx_http_jwt_location_t *location)
{
    if (location->outer == NULL) {
        return "server";
    }

    if (location->core->named) {
        return "named";
    }

    if (ngx_http_jwt_location_is_regex(location)) {
        return location->conf->caseless ? "regex_caseless" : "regex";
    }

    if (location->core->exact_match) {
        return "exact";
    }

    return location->core->noregex ? "prefix_first" : "prefix";
}


static void
ngx_http_jwt_status_json_match(ngx_http_jwt_out_t *out,
    ngx_http_jwt_location_t *location)
{
    ngx_http_jwt_json_number(out, "server_number", location->number);
    ngx_http_jwt_json_word(out, "match",
                           ngx_http_jwt_status_match(location));
    ngx_http_jwt_json_text(out, "path",
                           ngx_http_jwt_slice(&location->core->name));
    ngx_http_jwt_json_number(out, "depth",
                             ngx_http_jwt_location_depth(location));
}


static void
ngx_http_jwt_status_json_token(ngx_http_jwt_status_t *status,
    ngx_http_jwt_loc_conf_t *conf)
{
    ngx_int_t             index;
    ngx_uint_t            i;
    ngx_http_jwt_out_t   *out;

    static const njwt_slice_t  bearer = njwt_literal("bearer");

    out = &status->out;

    ngx_http_jwt_json_number(out, "max_token_size",
                             conf->policy->max_token_size);

    if (conf->tokens == NULL) {
        ngx_http_jwt_json_list(out, "token", &bearer, 1);
        return;
    }

    ngx_http_jwt_json_open(out, "token", "[");

    for (i = 0; i < conf->tokens->nelts; i++) {
        index = ngx_http_jwt_token_index(conf->tokens, i);

        if (index == NGX_ERROR) {
            ngx_http_jwt_json_element(out, "", bearer);

        } else {
            ngx_http_jwt_json_element(out, "$",
                                ngx_http_jwt_status_variable(status, index));
        }
    }

    ngx_http_jwt_out_literal(out, "]");
}


static void
ngx_http_jwt_status_json_names(ngx_http_jwt_out_t *out,
    ngx_http_jwt_server_t *server)
{
    const char              *prefix;
    ngx_uint_t               i;
    ngx_http_server_name_t  *name;

    name = server->names.elts;
    ngx_http_jwt_json_open(out, "names", "[");

    for (i = 0; i < server->names.nelts; i++) {

#if (NGX_PCRE)
        prefix = (name[i].regex != NULL) ? "~" : "";
#else
        prefix = "";
#endif

        ngx_http_jwt_json_element(out, prefix,
                                  ngx_http_jwt_slice(&name[i].name));
    }

    ngx_http_jwt_out_literal(out, "]");
}


static void
ngx_http_jwt_status_json_servers(ngx_http_jwt_status_t *status)
{
    ngx_str_t              *listen;
    ngx_uint_t              i, k;
    ngx_http_jwt_out_t     *out;
    ngx_http_jwt_server_t  *server;

    out = &status->out;
    server = status->main->servers.elts;
    ngx_http_jwt_json_open(out, "servers", "[");

    for (i = 0; i < status->main->servers.nelts; i++) {
        ngx_http_jwt_json_open(out, NULL, "{");
        ngx_http_jwt_json_number(out, "number", i + 1);
        ngx_http_jwt_status_json_names(out, &server[i]);

        ngx_http_jwt_json_open(out, "listen", "[");
        listen = server[i].listen.elts;

        for (k = 0; k < server[i].listen.nelts; k++) {
            ngx_http_jwt_json_element(out, "",
                                      ngx_http_jwt_slice(&listen[k]));
        }

        ngx_http_jwt_out_literal(out, "]}");
    }

    ngx_http_jwt_out_literal(out, "]");
}


/* Names with ", " between; none: every method. */

static void
ngx_http_jwt_status_json_methods(ngx_http_jwt_out_t *out,
    njwt_slice_t names)
{
    njwt_slice_t  method;

    if (names.len == 0) {
        ngx_http_jwt_json_null(out, "methods");
        return;
    }

    ngx_http_jwt_json_open(out, "methods", "[");

    while (njwt_slice_word(&names, &method)) {
        method.len -= method.data[method.len - 1] == ',';
        ngx_http_jwt_json_element(out, "", method);
    }

    ngx_http_jwt_out_literal(out, "]");
}


static void
ngx_http_jwt_status_json_scopes(ngx_http_jwt_status_t *status,
    const njwt_policy_t *policy)
{
    size_t                    i;
    njwt_slice_t              names;
    ngx_http_jwt_out_t       *out;
    const njwt_scope_rule_t  *rule;

    out = &status->out;
    ngx_http_jwt_json_open(out, "scopes", "[");

    for (i = 0; i < policy->scope_rule_count; i++) {
        rule = &policy->scope_rules[i];

        ngx_http_jwt_json_open(out, NULL, "{");
        ngx_http_jwt_json_list(out, "scopes", rule->scopes,
                               rule->scope_count);
        ngx_http_jwt_json_word(out, "match", rule->any ? "any" : "all");
        names.len = 0;
        (void) njwt_scope_rule_allow(&status->arena, rule, &names);
        ngx_http_jwt_status_json_methods(out, names);
        ngx_http_jwt_out_literal(out, "}");
    }

    ngx_http_jwt_out_literal(out, "]");
}


static void
ngx_http_jwt_status_json_claims(ngx_http_jwt_out_t *out,
    const njwt_policy_t *policy)
{
    size_t                    i, k;
    njwt_slice_t              prefix;
    const njwt_claim_rule_t  *rule;

    ngx_http_jwt_json_open(out, "claims", "[");

    for (i = 0; i < policy->claim_rule_count; i++) {
        rule = &policy->claim_rules[i];

        ngx_http_jwt_json_open(out, NULL, "{");
        ngx_http_jwt_json_text(out, "claim", rule->claim);
        ngx_http_jwt_json_open(out, "values", "[");

        for (k = 0; k < rule->value_count; k++) {
            /* constant, and so a C string */
            prefix = njwt_rule_prefix(&rule->values[k]);

            ngx_http_jwt_json_element(out, (const char *) prefix.data,
                                      rule->values[k].text);
        }

        ngx_http_jwt_out_literal(out, "]}");
    }

    ngx_http_jwt_out_literal(out, "]");
}


static void
ngx_http_jwt_status_json_required(ngx_http_jwt_status_t *status,
    ngx_array_t *conditions)
{
    ngx_int_t                 *index;
    ngx_uint_t                 i, k;
    ngx_http_jwt_out_t        *out;
    ngx_http_jwt_condition_t  *condition;

    out = &status->out;
    ngx_http_jwt_json_open(out, "variables", "[");

    for (i = 0; conditions != NULL && i < conditions->nelts; i++) {
        condition = (ngx_http_jwt_condition_t *) conditions->elts + i;
        index = condition->variables.elts;

        for (k = 0; k < condition->variables.nelts; k++) {
            ngx_http_jwt_json_element(out, "$",
                              ngx_http_jwt_status_variable(status, index[k]));
        }
    }

    ngx_http_jwt_out_literal(out, "]");
}


/* null: the issuers' audiences do */

static void
ngx_http_jwt_status_json_audience(ngx_http_jwt_out_t *out,
    const njwt_claim_rule_t *rule)
{
    size_t  i;

    if (rule == NULL) {
        ngx_http_jwt_json_null(out, "audience");
        return;
    }

    ngx_http_jwt_json_open(out, "audience", "[");

    for (i = 0; i < rule->value_count; i++) {
        ngx_http_jwt_json_element(out, "", rule->values[i].text);
    }

    ngx_http_jwt_out_literal(out, "]");
}


static void
ngx_http_jwt_status_json_binding(ngx_http_jwt_out_t *out,
    ngx_http_jwt_binding_conf_t *binding)
{
    static const njwt_slice_t  dpop = njwt_literal("dpop");
    static const njwt_slice_t  mtls = njwt_literal("mtls");
    static const njwt_slice_t  required = njwt_literal("required");

    ngx_http_jwt_json_open(out, "binding", "[");

    if (binding->dpop) {
        ngx_http_jwt_json_element(out, "", dpop);
    }

    if (binding->mtls) {
        ngx_http_jwt_json_element(out, "", mtls);
    }

    if (binding->required) {
        ngx_http_jwt_json_element(out, "", required);
    }

    ngx_http_jwt_out_literal(out, "]");
}


static void
ngx_http_jwt_status_json_asked(ngx_http_jwt_status_t *status,
    ngx_http_jwt_location_t *location)
{
    size_t                i;
    njwt_slice_t          names;
    ngx_http_jwt_out_t   *out;
    const njwt_policy_t  *policy;

    static const char  *const modes[NGX_HTTP_JWT_GUARDS] = {
        [NGX_HTTP_JWT_GUARD_OPTIONAL] = "optional",
        [NGX_HTTP_JWT_GUARD_REPORT] = "report",
        [NGX_HTTP_JWT_GUARD_ENFORCE] = "enforce"
    };

    out = &status->out;
    policy = location->conf->policy;

    ngx_http_jwt_json_open(out, "issuers", "[");

    for (i = 0; i < policy->issuer_count; i++) {
        ngx_http_jwt_json_element(out, "", policy->issuers[i]->name);
    }

    ngx_http_jwt_out_literal(out, "]");

    ngx_http_jwt_status_json_audience(out, policy->audience);
    ngx_http_jwt_status_json_binding(out, &location->conf->binding);
    ngx_http_jwt_json_word(out, "mode",
                           modes[ngx_http_jwt_status_guard(location)]);
    ngx_http_jwt_json_flag(out, "preflight",
                           location->conf->preflight == 1);

    names.len = 0;
    (void) njwt_policy_allow(&status->arena, policy, &names);
    ngx_http_jwt_status_json_methods(out, names);

    ngx_http_jwt_json_flag(out, "pass_token",
                           location->conf->pass_token != 0);
    ngx_http_jwt_status_json_scopes(status, policy);
    ngx_http_jwt_status_json_claims(out, policy);
    ngx_http_jwt_status_json_required(status, location->conf->conditions);
    ngx_http_jwt_status_json_token(status, location->conf);
}


/* Those that there were; NULL: the location is counted with others. */

static void
ngx_http_jwt_status_json_counts(ngx_http_jwt_out_t *out,
    ngx_http_jwt_location_counts_t *counts)
{
    u_char        name[64];
    ngx_uint_t    i;
    njwt_slice_t  verdict;

    if (counts == NULL) {
        ngx_http_jwt_json_null(out, "requests");
        return;
    }

    ngx_http_jwt_json_open(out, "requests", "{");

    for (i = 0; i < NGX_HTTP_JWT_COUNTED; i++) {

        if (counts->totals[i] == 0) {
            continue;
        }

        verdict = ngx_http_jwt_counted_name(i);
        *ngx_snprintf(name, sizeof(name) - 1, "%*s", verdict.len,
                      verdict.data) = '\0';

        ngx_http_jwt_json_number(out, (const char *) name,
                                 counts->totals[i]);
    }

    ngx_http_jwt_out_literal(out, "}");
}


static void
ngx_http_jwt_status_json_location(ngx_http_jwt_status_t *status,
    ngx_http_jwt_location_t *location)
{
    ngx_uint_t            guarded;
    ngx_http_jwt_out_t   *out;

    out = &status->out;
    guarded = location->conf->policy != NULL;

    ngx_http_jwt_json_open(out, NULL, "{");
    ngx_http_jwt_json_text(out, "server",
                    ngx_http_jwt_slice(&location->server->server_name));
    ngx_http_jwt_json_text(out, "location", ngx_http_jwt_slice(&location->name));
    ngx_http_jwt_status_json_match(out, location);
    ngx_http_jwt_json_flag(out, "protected", guarded);
    ngx_http_jwt_json_flag(out, "passed_on", location->passes);
    ngx_http_jwt_json_flag(out, "off", ngx_http_jwt_status_guard(location)
                                        == NGX_HTTP_JWT_GUARD_OFF);

    if (guarded) {
        ngx_http_jwt_status_json_asked(status, location);
        ngx_http_jwt_status_json_counts(out,
                                        ngx_http_jwt_status_counts(location));
    }

    ngx_http_jwt_out_literal(out, "}");
}


static void
ngx_http_jwt_status_json_policy(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                 i;
    ngx_http_jwt_out_t        *out;
    ngx_http_jwt_location_t  **all;

    out = &status->out;
    all = status->main->locations.elts;

    ngx_http_jwt_json_open(out, "locations", "[");

    for (i = 0; i < status->main->locations.nelts; i++) {

        if (ngx_http_jwt_location_reached(all[i])) {
            ngx_http_jwt_status_json_location(status, all[i]);
        }
    }

    ngx_http_jwt_out_literal(out, "]");

    if (status->counting) {
        ngx_http_jwt_json_open(out, "other_locations", "{");
        ngx_http_jwt_status_json_counts(out,
                                        &status->main->counters->other);
        ngx_http_jwt_out_literal(out, "}");
    }
}


static void
ngx_http_jwt_status_json_algs(ngx_http_jwt_out_t *out, uint32_t algs)
{
    ngx_uint_t    i;
    njwt_slice_t  alg;

    ngx_http_jwt_json_open(out, "algorithms", "[");

    for (i = 0; i < NJWT_ALG_COUNT; i++) {
        alg = ngx_http_jwt_status_alg(algs, i);

        if (alg.len > 0) {
            ngx_http_jwt_json_element(out, "", alg);
        }
    }

    ngx_http_jwt_out_literal(out, "]");
}


/* The numbers of an issuer, or, NULL, of those without one. */

static void
ngx_http_jwt_status_json_requests(ngx_http_jwt_status_t *status,
    ngx_http_jwt_issuer_t *issuer)
{
    u_char                name[64];
    ngx_uint_t            i, at;
    njwt_slice_t          verdict;
    ngx_http_jwt_out_t   *out;

    out = &status->out;
    ngx_http_jwt_json_open(out, "requests", "{");

    for (i = 0; i < NGX_HTTP_JWT_COUNTED; i++) {

        if (!ngx_http_jwt_series_has(issuer, i)) {
            continue;
        }

        at = ngx_http_jwt_series(issuer, i);
        verdict = ngx_http_jwt_counted_name(i);
        *ngx_snprintf(name, sizeof(name) - 1, "%*s", verdict.len,
                      verdict.data) = '\0';

        ngx_http_jwt_json_open(out, (const char *) name, "{");
        ngx_http_jwt_json_number(out, "total", status->counted.total[at]);
        ngx_http_jwt_json_number(out, "last_hour", status->counted.hour[at]);
        ngx_http_jwt_json_number(out, "last_minute",
                                 status->counted.minute[at]);
        ngx_http_jwt_out_literal(out, "}");
    }

    ngx_http_jwt_out_literal(out, "}");
}


static void
ngx_http_jwt_status_json_key(ngx_http_jwt_status_t *status,
    ngx_http_jwt_keystat_t *keystat)
{
    njwt_slice_t          kid;
    ngx_http_jwt_out_t   *out;

    out = &status->out;
    ngx_http_jwt_json_open(out, NULL, "{");

    if (keystat->has_kid) {
        kid.data = keystat->kid;
        kid.len = keystat->kid_len;
        ngx_http_jwt_json_text(out, "kid", kid);

    } else {
        ngx_http_jwt_json_null(out, "kid");
    }

    ngx_http_jwt_json_word(out, "kty", ngx_http_jwt_status_kty(keystat->algs));

    /* one that says what it is for has one */

    if (njwt_alg_info(keystat->algs) != NULL) {
        ngx_http_jwt_json_text(out, "alg",
                               njwt_alg_info(keystat->algs)->name);
    } else {
        ngx_http_jwt_json_null(out, "alg");
    }

    ngx_http_jwt_json_word(out, "state", keystat->removed ? "gone"
                           : "serving");
    ngx_http_jwt_json_time(out, "first_seen", keystat->first_seen);
    ngx_http_jwt_json_number(out, "age",
                             ngx_max(status->now - keystat->first_seen, 0));
    ngx_http_jwt_json_time(out, "last_used", (time_t) keystat->last_used);
    ngx_http_jwt_json_time(out, "gone_since", keystat->removed);

    ngx_http_jwt_out_literal(out, "}");
}


static void
ngx_http_jwt_status_json_keys(ngx_http_jwt_status_t *status,
    ngx_http_jwt_issuer_t *issuer)
{
    ngx_uint_t  i, gone;

    ngx_http_jwt_json_open(&status->out, "keys", "[");

    for (gone = 0; gone < 2; gone++) {
        for (i = 0; i < status->nkeystats; i++) {

            if ((status->keystats[i].removed != 0) == gone
                && ngx_http_jwt_keystat_shown(&status->keystats[i], issuer))
            {
                ngx_http_jwt_status_json_key(status, &status->keystats[i]);
            }
        }
    }

    ngx_http_jwt_out_literal(&status->out, "]");
}


static void
ngx_http_jwt_status_json_attempts(ngx_http_jwt_out_t *out,
    ngx_http_jwt_history_t *history)
{
    ngx_uint_t               i;
    ngx_http_jwt_attempt_t  *attempt;

    ngx_http_jwt_json_open(out, "history", "[");

    /* the oldest one first */

    for (i = 0; i < NGX_HTTP_JWT_ATTEMPTS; i++) {
        attempt = &history->attempts[(history->next + i)
                                     % NGX_HTTP_JWT_ATTEMPTS];

        if (attempt->time == 0) {
            continue;
        }

        ngx_http_jwt_json_open(out, NULL, "{");
        ngx_http_jwt_json_number(out, "time", attempt->time);
        ngx_http_jwt_json_flag(out, "ok", attempt->good);
        ngx_http_jwt_json_number(out, "status", attempt->status);
        ngx_http_jwt_out_literal(out, "}");
    }

    ngx_http_jwt_out_literal(out, "]");
}


static void
ngx_http_jwt_status_json_fetches(ngx_http_jwt_out_t *out,
    ngx_http_jwt_status_issuer_t *row)
{
    njwt_slice_t             error;
    ngx_http_jwt_history_t  *history;

    if (!row->source.known) {
        ngx_http_jwt_json_null(out, "fetches");
        return;
    }

    history = &row->source.history;

    ngx_http_jwt_json_open(out, "fetches", "{");
    ngx_http_jwt_status_json_group(out, ngx_http_jwt_issuer_numbers, row,
                                   "fetches");

    if (history->error_len == 0) {
        ngx_http_jwt_json_null(out, "last_error");

    } else {
        error.data = history->error;
        error.len = history->error_len;

        ngx_http_jwt_json_open(out, "last_error", "{");
        ngx_http_jwt_status_json_group(out, ngx_http_jwt_issuer_numbers, row,
                                       "last_error");
        ngx_http_jwt_json_text(out, "text", error);
        ngx_http_jwt_out_literal(out, "}");
    }

    ngx_http_jwt_status_json_attempts(out, history);
    ngx_http_jwt_out_literal(out, "}");
}


/* Null: there is no "revocation". */

static void
ngx_http_jwt_status_json_revoked(ngx_http_jwt_out_t *out,
    ngx_http_jwt_status_issuer_t *row)
{
    ngx_uint_t            i;
    const njwt_issuer_t  *trust = &row->issuer->trust;

    if (trust->revocation_count == 0) {
        ngx_http_jwt_json_null(out, "revocation");
        return;
    }

    ngx_http_jwt_json_open(out, "revocation", "{");
    ngx_http_jwt_status_json_group(out, ngx_http_jwt_issuer_numbers, row,
                                   "revocation");
    ngx_http_jwt_json_number(out, "keep",
                             row->issuer->revocation.keep / 1000);
    ngx_http_jwt_json_flag(out, "file",
                           row->issuer->revocation.file.data != NULL);
    ngx_http_jwt_json_open(out, "claims", "[");

    for (i = 0; i < trust->revocation_count; i++) {
        ngx_http_jwt_json_open(out, NULL, "{");
        ngx_http_jwt_json_text(out, "claim", trust->revocation[i]);
        ngx_http_jwt_json_number(out, "entries", row->revoked.entries[i]);
        ngx_http_jwt_out_literal(out, "}");
    }

    ngx_http_jwt_out_literal(out, "]}");
}


static void
ngx_http_jwt_status_json_issuer(ngx_http_jwt_status_t *status,
    ngx_http_jwt_status_issuer_t *row)
{
    ngx_http_jwt_out_t     *out;
    ngx_http_jwt_issuer_t  *issuer;

    out = &status->out;
    issuer = row->issuer;

    ngx_http_jwt_json_open(out, NULL, "{");
    ngx_http_jwt_json_text(out, "name", ngx_http_jwt_slice(&issuer->name));
    ngx_http_jwt_json_list(out, "issuer", issuer->issuers->elts,
                           issuer->issuers->nelts);

    /* null: "audience off" */

    if (issuer->trust.expected.any_audience) {
        ngx_http_jwt_json_null(out, "audience");

    } else {
        ngx_http_jwt_json_list(out, "audience", issuer->audiences->elts,
                               issuer->audiences->nelts);
    }

    ngx_http_jwt_status_json_algs(out, issuer->algorithms);
    ngx_http_jwt_json_text(out, "source",
                           ngx_http_jwt_status_source(issuer));
    ngx_http_jwt_json_flag(out, "discovery", issuer->discovery == 1);
    ngx_http_jwt_json_flag(out, "source_has_query",
                           ngx_http_jwt_status_source_cut(issuer));
    ngx_http_jwt_json_flag(out, "own_authorities",
                           issuer->ssl_trusted_certificate.len > 0);
    ngx_http_jwt_json_flag(out, "proxied", issuer->jwks_proxy.len > 0);
    ngx_http_jwt_status_json_settings(out, issuer);

    ngx_http_jwt_status_json_group(out, ngx_http_jwt_issuer_numbers, row,
                                   NULL);
    ngx_http_jwt_status_json_fetches(out, row);
    ngx_http_jwt_status_json_revoked(out, row);
    ngx_http_jwt_status_json_keys(status, issuer);
    ngx_http_jwt_status_json_requests(status, issuer);

    ngx_http_jwt_out_literal(out, "}");
}


static void
ngx_http_jwt_status_json_counted(ngx_http_jwt_status_t *status)
{
    ngx_uint_t            i;
    ngx_http_jwt_out_t   *out;

    out = &status->out;

    ngx_http_jwt_json_open(out, "issuers", "[");

    for (i = 0; i < status->nissuers; i++) {
        ngx_http_jwt_status_json_issuer(status, &status->issuers[i]);
    }

    ngx_http_jwt_out_literal(out, "]");

    if (!status->counting) {
        return;
    }

    ngx_http_jwt_json_open(out, "no_issuer", "{");
    ngx_http_jwt_json_word(out, "name", "-");
    ngx_http_jwt_status_json_requests(status, NULL);
    ngx_http_jwt_out_literal(out, "}");

    ngx_http_jwt_status_json_object(out, ngx_http_jwt_gate_numbers, status,
                                    "cache");
    ngx_http_jwt_status_json_object(out, ngx_http_jwt_gate_numbers, status,
                                    "proofs");
    ngx_http_jwt_status_json_object(out, ngx_http_jwt_gate_numbers, status,
                                    "logouts");
    ngx_http_jwt_status_json_object(out, ngx_http_jwt_gate_numbers, status,
                                    "revoked");
}


ngx_int_t
ngx_http_jwt_status_json(ngx_http_jwt_status_t *status)
{
    ngx_http_jwt_out_t   *out;

    out = &status->out;

    ngx_http_jwt_json_open(out, NULL, "{");
    ngx_http_jwt_json_number(out, "version", 1);
    ngx_http_jwt_json_word(out, "module", NJWT_VERSION);
    ngx_http_jwt_json_word(out, "nginx", NGINX_VERSION);
    ngx_http_jwt_json_text(out, "host",
                    ngx_http_jwt_slice((ngx_str_t *) &ngx_cycle->hostname));
    ngx_http_jwt_json_time(out, "time", status->now);

    ngx_http_jwt_status_json_group(out, ngx_http_jwt_gate_numbers, status,
                                   NULL);
    ngx_http_jwt_status_json_counted(status);
    ngx_http_jwt_status_json_servers(status);
    ngx_http_jwt_status_json_object(out, ngx_http_jwt_policy_numbers, status,
                                    "guards");

    ngx_http_jwt_status_json_policy(status);

    ngx_http_jwt_out_literal(out, "}\n");

    return NGX_OK;
}
