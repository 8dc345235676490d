/*
 * By which settings is a token judged, and where does a location stand?  All
 * that jwt-explain needs to judge as this nginx does.
 */

#include "ngx_http_jwt_json.h"
#include "ngx_http_jwt_status.h"


void
ngx_http_jwt_status_json_settings(ngx_http_jwt_page_t *page,
    ngx_http_jwt_issuer_t *issuer)
{
    const njwt_expected_t  *expected;

    static const njwt_slice_t  scope = njwt_literal("scope");

    expected = &issuer->trust.expected;

    ngx_http_jwt_json_seconds(page, "leeway", issuer->leeway);

    if (expected->has_max_age) {
        ngx_http_jwt_json_seconds(page, "max_age", issuer->max_age);

    } else {
        ngx_http_jwt_json_null(page, "max_age");
    }

    ngx_http_jwt_json_word(page, "profile",
                           expected->profile == NJWT_PROFILE_RFC9068
                           ? "rfc9068" : "any");

    if (expected->scope_claim_count == 0) {
        ngx_http_jwt_json_list(page, "scope_claims", &scope, 1);
        return;
    }

    ngx_http_jwt_json_list(page, "scope_claims", expected->scope_claims,
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


void
ngx_http_jwt_status_json_place(ngx_http_jwt_page_t *page,
    ngx_http_jwt_location_t *location)
{
    ngx_http_jwt_json_number(page, "server_number", location->number);
    ngx_http_jwt_json_word(page, "match",
                           ngx_http_jwt_status_match(location));
    ngx_http_jwt_json_text(page, "path",
                           ngx_http_jwt_slice(&location->core->name));
    ngx_http_jwt_json_number(page, "depth",
                             ngx_http_jwt_location_depth(location));
}


void
ngx_http_jwt_status_json_token(ngx_http_jwt_status_t *status,
    ngx_http_jwt_loc_conf_t *conf)
{
    ngx_int_t             index;
    ngx_uint_t            i;
    ngx_http_jwt_page_t  *page;

    static const njwt_slice_t  bearer = njwt_literal("bearer");

    page = &status->page;

    ngx_http_jwt_json_number(page, "max_token_size",
                             conf->policy->max_token_size);

    if (conf->tokens == NULL) {
        ngx_http_jwt_json_list(page, "token", &bearer, 1);
        return;
    }

    ngx_http_jwt_json_open(page, "token", "[");

    for (i = 0; i < conf->tokens->nelts; i++) {
        index = ngx_http_jwt_token_index(conf->tokens, i);

        if (index == NGX_ERROR) {
            ngx_http_jwt_json_element(page, "", bearer);

        } else {
            ngx_http_jwt_json_element(page, "$",
                                ngx_http_jwt_status_variable(status, index));
        }
    }

    ngx_http_jwt_page_say(page, "]");
}


static void
ngx_http_jwt_status_json_names(ngx_http_jwt_page_t *page,
    ngx_http_jwt_server_t *server)
{
    const char              *prefix;
    ngx_uint_t               i;
    ngx_http_server_name_t  *name;

    name = server->names.elts;
    ngx_http_jwt_json_open(page, "names", "[");

    for (i = 0; i < server->names.nelts; i++) {

#if (NGX_PCRE)
        prefix = (name[i].regex != NULL) ? "~" : "";
#else
        prefix = "";
#endif

        ngx_http_jwt_json_element(page, prefix,
                                  ngx_http_jwt_slice(&name[i].name));
    }

    ngx_http_jwt_page_say(page, "]");
}


void
ngx_http_jwt_status_json_servers(ngx_http_jwt_status_t *status)
{
    ngx_str_t              *listen;
    ngx_uint_t              i, k;
    ngx_http_jwt_page_t    *page;
    ngx_http_jwt_server_t  *server;

    page = &status->page;
    server = status->main->servers.elts;
    ngx_http_jwt_json_open(page, "servers", "[");

    for (i = 0; i < status->main->servers.nelts; i++) {
        ngx_http_jwt_json_open(page, NULL, "{");
        ngx_http_jwt_json_number(page, "number", i + 1);
        ngx_http_jwt_status_json_names(page, &server[i]);

        ngx_http_jwt_json_open(page, "listen", "[");
        listen = server[i].listen.elts;

        for (k = 0; k < server[i].listen.nelts; k++) {
            ngx_http_jwt_json_element(page, "",
                                      ngx_http_jwt_slice(&listen[k]));
        }

        ngx_http_jwt_page_say(page, "]}");
    }

    ngx_http_jwt_page_say(page, "]");
}
