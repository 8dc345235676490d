/*
 * The status as JSON, which jwt-explain reads, too; docs/operations.md
 * describes each member.
 */

#include "ngx_http_jwt_request.h"
#include "ngx_http_jwt_status.h"
#include "njwt_policy_json.h"


/*
 * The numbers of a list that belong to one group: members of the open object.
 * A number without a value is null.
 */

static void
ngx_http_jwt_status_json_group(njwt_out_t *out,
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
            njwt_out_null(out, number->name);

        } else if (number->type == NGX_HTTP_JWT_FLAG) {
            njwt_out_flag(out, number->name, value != 0);

        } else {
            njwt_out_number(out, number->name, value);
        }
    }
}


static void
ngx_http_jwt_status_json_object(njwt_out_t *out,
    const ngx_http_jwt_number_t *numbers, const void *base, const char *group)
{
    njwt_out_open(out, group, '{');
    ngx_http_jwt_status_json_group(out, numbers, base, group);
    njwt_out_close(out, '}');
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
ngx_http_jwt_status_json_token(ngx_http_jwt_status_t *status,
    ngx_http_jwt_loc_conf_t *conf)
{
    ngx_uint_t                    i;
    njwt_out_t                   *out;
    ngx_http_jwt_token_source_t  *source;

    static const njwt_slice_t  bearer = njwt_literal("bearer");

    out = &status->json;

    if (conf->tokens == NULL) {
        njwt_out_list(out, "token", &bearer, 1);
        return;
    }

    njwt_out_open(out, "token", '[');

    source = conf->tokens->elts;

    for (i = 0; i < conf->tokens->nelts; i++) {

        if (source[i].index == NGX_ERROR) {
            njwt_out_string(out, NULL, bearer);

        } else {
            njwt_out_prefixed(out, "$",
                              ngx_http_jwt_status_variable(status,
                                                           source[i].index));
        }
    }

    njwt_out_close(out, ']');
}


static void
ngx_http_jwt_status_json_names(njwt_out_t *out,
    ngx_http_jwt_server_t *server)
{
    const char              *prefix;
    ngx_uint_t               i;
    ngx_http_server_name_t  *name;

    name = server->names.elts;
    njwt_out_open(out, "names", '[');

    for (i = 0; i < server->names.nelts; i++) {

#if (NGX_PCRE)
        prefix = (name[i].regex != NULL) ? "~" : "";
#else
        prefix = "";
#endif

        njwt_out_prefixed(out, prefix, ngx_http_jwt_slice(&name[i].name));
    }

    njwt_out_close(out, ']');
}


static void
ngx_http_jwt_status_json_servers(ngx_http_jwt_status_t *status)
{
    ngx_str_t              *listen;
    ngx_uint_t              i, k;
    njwt_out_t             *out;
    ngx_http_jwt_server_t  *server;

    out = &status->json;
    server = status->main->servers.elts;
    njwt_out_open(out, "servers", '[');

    for (i = 0; i < status->main->servers.nelts; i++) {
        njwt_out_open(out, NULL, '{');
        njwt_out_number(out, "number", i + 1);
        ngx_http_jwt_status_json_names(out, &server[i]);

        njwt_out_open(out, "listen", '[');
        listen = server[i].listen.elts;

        for (k = 0; k < server[i].listen.nelts; k++) {
            njwt_out_string(out, NULL, ngx_http_jwt_slice(&listen[k]));
        }

        njwt_out_close(out, ']');
        njwt_out_close(out, '}');
    }

    njwt_out_close(out, ']');
}


static void
ngx_http_jwt_status_json_required(ngx_http_jwt_status_t *status,
    ngx_array_t *conditions)
{
    ngx_int_t                 *index;
    ngx_uint_t                 i, k;
    njwt_out_t                *out;
    ngx_http_jwt_condition_t  *condition;

    out = &status->json;
    njwt_out_open(out, "variables", '[');

    for (i = 0; conditions != NULL && i < conditions->nelts; i++) {
        condition = (ngx_http_jwt_condition_t *) conditions->elts + i;
        index = condition->variables.elts;

        for (k = 0; k < condition->variables.nelts; k++) {
            njwt_out_prefixed(out, "$",
                              ngx_http_jwt_status_variable(status, index[k]));
        }
    }

    njwt_out_close(out, ']');
}


static void
ngx_http_jwt_status_json_asked(ngx_http_jwt_status_t *status,
    ngx_http_jwt_status_location_t *row)
{
    njwt_out_t               *out = &status->json;
    ngx_http_jwt_loc_conf_t  *conf = row->location->conf;

    static const char  *const modes[NGX_HTTP_JWT_GUARDS] = {
        [NGX_HTTP_JWT_GUARD_OPTIONAL] = "optional",
        [NGX_HTTP_JWT_GUARD_REPORT] = "report",
        [NGX_HTTP_JWT_GUARD_ENFORCE] = "enforce"
    };

    njwt_policy_write(&status->arena, out, conf->policy);
    njwt_out_word(out, "mode", modes[row->guard]);

    if (row->location->bypassed_by == NULL) {
        njwt_out_null(out, "bypassed_by");

    } else {
        njwt_out_word(out, "bypassed_by", row->location->bypassed_if
                                          ? "if" : row->location->bypassed_by);
    }

    njwt_out_flag(out, "preflight", conf->preflight == 1);
    njwt_out_flag(out, "pass_token", conf->pass_token != 0);
    ngx_http_jwt_status_json_required(status, conf->conditions);
    ngx_http_jwt_status_json_token(status, conf);
}


/*
 * The verdicts that occurred; NULL: the location has no counters of its own.
 */

static void
ngx_http_jwt_status_json_counts(njwt_out_t *out,
    ngx_http_jwt_location_counts_t *counts)
{
    ngx_uint_t  i;

    if (counts == NULL) {
        njwt_out_null(out, "requests");
        return;
    }

    njwt_out_open(out, "requests", '{');

    for (i = 0; i < NGX_HTTP_JWT_COUNTED; i++) {

        if (counts->totals[i] != 0) {
            njwt_out_number(out, (const char *)
                            ngx_http_jwt_counted_name(i).data,
                            counts->totals[i]);
        }
    }

    njwt_out_close(out, '}');
}


static void
ngx_http_jwt_status_json_location(ngx_http_jwt_status_t *status,
    ngx_http_jwt_status_location_t *row)
{
    ngx_uint_t                guarded;
    njwt_out_t               *out;
    ngx_http_jwt_location_t  *location;

    out = &status->json;
    location = row->location;
    guarded = location->conf->policy != NULL;

    njwt_out_open(out, NULL, '{');
    njwt_out_string(out, "server",
                    ngx_http_jwt_slice(&location->server->server_name));
    njwt_out_string(out, "location", ngx_http_jwt_slice(&location->name));
    njwt_out_number(out, "server_number", location->number);
    njwt_out_word(out, "match", ngx_http_jwt_status_match(location));
    njwt_out_string(out, "path", ngx_http_jwt_slice(&location->core->name));
    njwt_out_number(out, "depth", ngx_http_jwt_location_depth(location));
    njwt_out_flag(out, "protected", guarded
                                    && (location->bypassed_by == NULL
                                        || location->bypassed_if));
    njwt_out_flag(out, "passed_on", location->passes);
    njwt_out_flag(out, "off", row->guard == NGX_HTTP_JWT_GUARD_OFF);

    if (guarded) {
        ngx_http_jwt_status_json_asked(status, row);
        ngx_http_jwt_status_json_counts(out, row->counts);
    }

    njwt_out_close(out, '}');
}


static void
ngx_http_jwt_status_json_policy(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                       i;
    njwt_out_t                      *out;
    ngx_http_jwt_status_location_t  *row;

    out = &status->json;
    row = status->locations.elts;

    njwt_out_open(out, "locations", '[');

    for (i = 0; i < status->locations.nelts; i++) {
        if (row[i].reached) {
            ngx_http_jwt_status_json_location(status, &row[i]);
        }
    }

    njwt_out_close(out, ']');

    if (status->counting) {
        njwt_out_open(out, "other_locations", '{');
        ngx_http_jwt_status_json_counts(out,
                                        &status->main->counters->other);
        njwt_out_close(out, '}');
    }
}


static void
ngx_http_jwt_status_json_requests(njwt_out_t *out, ngx_array_t *verdicts)
{
    ngx_uint_t                      i;
    ngx_http_jwt_status_verdict_t  *row;

    row = verdicts->elts;
    njwt_out_open(out, "requests", '{');

    for (i = 0; i < verdicts->nelts; i++) {
        njwt_out_open(out, (const char *)
                      ngx_http_jwt_counted_name(row[i].counted).data, '{');
        njwt_out_number(out, "total", row[i].total);
        njwt_out_number(out, "last_hour", row[i].hour);
        njwt_out_number(out, "last_minute", row[i].minute);
        njwt_out_close(out, '}');
    }

    njwt_out_close(out, '}');
}


static void
ngx_http_jwt_status_json_keys(njwt_out_t *out, ngx_array_t *keys)
{
    ngx_uint_t                  i;
    ngx_http_jwt_status_key_t  *key;

    key = keys->elts;
    njwt_out_open(out, "keys", '[');

    for (i = 0; i < keys->nelts; i++) {
        njwt_out_open(out, NULL, '{');
        njwt_out_optional(out, "kid", key[i].stat->has_kid ? &key[i].kid
                                                           : NULL);
        njwt_out_word(out, "kty", njwt_alg_kty(key[i].stat->algs));
        njwt_out_optional(out, "alg", key[i].alg ? &key[i].alg->name : NULL);
        njwt_out_word(out, "state", key[i].serving ? "serving" : "gone");
        ngx_http_jwt_status_json_group(out, ngx_http_jwt_key_numbers, &key[i],
                                       NULL);
        njwt_out_close(out, '}');
    }

    njwt_out_close(out, ']');
}


static void
ngx_http_jwt_status_json_attempts(njwt_out_t *out,
    ngx_http_jwt_history_t *history)
{
    ngx_uint_t               i;
    ngx_http_jwt_attempt_t  *attempt;

    njwt_out_open(out, "history", '[');

    /* the oldest one first */

    for (i = 0; i < NGX_HTTP_JWT_ATTEMPTS; i++) {
        attempt = &history->attempts[(history->next + i)
                                     % NGX_HTTP_JWT_ATTEMPTS];

        if (attempt->time == 0) {
            continue;
        }

        njwt_out_open(out, NULL, '{');
        njwt_out_number(out, "time", attempt->time);
        njwt_out_flag(out, "ok", attempt->good);
        njwt_out_number(out, "status", attempt->status);
        njwt_out_close(out, '}');
    }

    njwt_out_close(out, ']');
}


static void
ngx_http_jwt_status_json_fetches(njwt_out_t *out,
    ngx_http_jwt_status_issuer_t *row)
{
    const char              *text;
    njwt_slice_t             error, advice;
    ngx_http_jwt_history_t  *history;

    if (!row->source.known) {
        njwt_out_null(out, "fetches");
        return;
    }

    history = &row->source.history;

    njwt_out_open(out, "fetches", '{');
    ngx_http_jwt_status_json_group(out, ngx_http_jwt_issuer_numbers, row,
                                   "fetches");

    if (history->error_len == 0) {
        njwt_out_null(out, "last_error");

    } else {
        error.data = history->error;
        error.len = history->error_len;

        njwt_out_open(out, "last_error", '{');
        ngx_http_jwt_status_json_group(out, ngx_http_jwt_issuer_numbers, row,
                                       "last_error");
        njwt_out_string(out, "text", error);

        text = ngx_http_jwt_fetch_advice(history->error_advice);
        advice.data = (const uint8_t *) text;
        advice.len = (text != NULL) ? ngx_strlen(text) : 0;

        njwt_out_optional(out, "advice", (text != NULL) ? &advice : NULL);
        njwt_out_close(out, '}');
    }

    ngx_http_jwt_status_json_attempts(out, history);
    njwt_out_close(out, '}');
}


/* null: no "revocation". */

static void
ngx_http_jwt_status_json_revoked(njwt_out_t *out,
    ngx_http_jwt_status_issuer_t *row)
{
    ngx_uint_t            i;
    const njwt_issuer_t  *trust = &row->issuer->trust;

    if (trust->revocation_count == 0) {
        njwt_out_null(out, "revocation");
        return;
    }

    njwt_out_open(out, "revocation", '{');
    ngx_http_jwt_status_json_group(out, ngx_http_jwt_issuer_numbers, row,
                                   "revocation");
    njwt_out_number(out, "keep", row->issuer->revocation.keep / 1000);
    njwt_out_flag(out, "file", row->issuer->revocation.file.data != NULL);
    njwt_out_open(out, "claims", '[');

    for (i = 0; i < trust->revocation_count; i++) {
        njwt_out_open(out, NULL, '{');
        njwt_out_string(out, "claim", trust->revocation[i]);
        njwt_out_number(out, "entries", row->revoked.entries[i]);
        njwt_out_close(out, '}');
    }

    njwt_out_close(out, ']');
    njwt_out_close(out, '}');
}


static void
ngx_http_jwt_status_json_issuer(njwt_out_t *out,
    ngx_http_jwt_status_issuer_t *row)
{
    ngx_http_jwt_issuer_t  *issuer = row->issuer;

    njwt_out_open(out, NULL, '{');
    njwt_issuer_write(out, &issuer->trust);
    njwt_out_string(out, "source", ngx_http_jwt_status_source(issuer));
    njwt_out_flag(out, "discovery", issuer->discovery == 1);
    njwt_out_flag(out, "source_has_query",
                  ngx_http_jwt_status_source_cut(issuer));
    njwt_out_flag(out, "own_authorities",
                  issuer->ssl_trusted_certificate.len > 0);
    njwt_out_flag(out, "proxied", issuer->jwks_proxy.len > 0);

    ngx_http_jwt_status_json_group(out, ngx_http_jwt_issuer_numbers, row,
                                   NULL);
    ngx_http_jwt_status_json_fetches(out, row);
    ngx_http_jwt_status_json_revoked(out, row);
    ngx_http_jwt_status_json_keys(out, &row->keys);
    ngx_http_jwt_status_json_requests(out, &row->verdicts);

    njwt_out_close(out, '}');
}


static void
ngx_http_jwt_status_json_counted(ngx_http_jwt_status_t *status)
{
    ngx_uint_t   i;
    njwt_out_t  *out = &status->json;

    njwt_out_open(out, "issuers", '[');

    for (i = 0; i < status->nissuers; i++) {
        ngx_http_jwt_status_json_issuer(out, &status->issuers[i]);
    }

    njwt_out_close(out, ']');

    if (!status->counting) {
        return;
    }

    njwt_out_open(out, "no_issuer", '{');
    njwt_out_word(out, "name", "-");
    ngx_http_jwt_status_json_requests(out, &status->no_issuer);
    njwt_out_close(out, '}');

    ngx_http_jwt_status_json_object(out, ngx_http_jwt_gate_numbers, status,
                                    "cache");
    ngx_http_jwt_status_json_object(out, ngx_http_jwt_gate_numbers, status,
                                    "proofs");
    ngx_http_jwt_status_json_object(out, ngx_http_jwt_gate_numbers, status,
                                    "logouts");
    ngx_http_jwt_status_json_object(out, ngx_http_jwt_gate_numbers, status,
                                    "revoked");
}


void
ngx_http_jwt_status_json(ngx_http_jwt_status_t *status)
{
    njwt_out_t           *out;

    out = &status->json;

    njwt_out_open(out, NULL, '{');
    njwt_out_number(out, "version", 1);
    njwt_out_word(out, "module", NJWT_VERSION);
    njwt_out_word(out, "nginx", NGINX_VERSION);
    njwt_out_string(out, "host",
                    ngx_http_jwt_slice((ngx_str_t *) &ngx_cycle->hostname));
    njwt_out_number(out, "time", status->now);

    ngx_http_jwt_status_json_group(out, ngx_http_jwt_gate_numbers, status,
                                   NULL);
    ngx_http_jwt_status_json_counted(status);
    ngx_http_jwt_status_json_servers(status);
    ngx_http_jwt_status_json_object(out, ngx_http_jwt_policy_numbers, status,
                                    "guards");

    ngx_http_jwt_status_json_policy(status);

    njwt_out_close(out, '}');
    ngx_http_jwt_out_literal(&status->out, "\n");
}
