/*
 * Warnings about "jwt" in locations that only subrequests reach, where it
 * guards nothing.
 *
 * nginx runs no access module for a subrequest.  The targets of auth_request
 * and mirror are looked up as nginx looks a location up.
 */

#include "ngx_http_jwt_warnings.h"
#include "ngx_http_jwt_locations.h"


typedef struct {
    ngx_conf_t                *cf;
    ngx_http_jwt_main_conf_t  *jmcf;
    ngx_module_t              *auth_request;     /* NULL: not built in */
    ngx_module_t              *mirror;
} ngx_http_jwt_subrequests_t;


static ngx_uint_t
ngx_http_jwt_subrequest_prefix(ngx_http_jwt_location_t *location,
    ngx_str_t *uri)
{
    ngx_http_core_loc_conf_t  *core;

    core = location->core;

    return !ngx_http_jwt_location_is_regex(location)
           && !core->named
           && core->name.len <= uri->len
           && ngx_strncmp(core->name.data, uri->data, core->name.len) == 0
           && (!core->exact_match || core->name.len == uri->len);
}


/*
 * The longest prefix; an exact one takes precedence over another of its
 * length.
 */

static ngx_http_jwt_location_t *
ngx_http_jwt_subrequest_static(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_location_t *outer, ngx_str_t *uri)
{
    ngx_uint_t                i;
    ngx_http_jwt_location_t  *best, *location;

    best = NULL;

    for (i = 0; (location = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {
        if (location->outer != outer
            || !ngx_http_jwt_subrequest_prefix(location, uri))
        {
            continue;
        }

        if (best == NULL
            || location->core->name.len > best->core->name.len
            || location->core->exact_match)
        {
            best = location;
        }
    }

    return best;
}


static ngx_http_jwt_location_t *
ngx_http_jwt_subrequest_regex(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_location_t *outer, ngx_str_t *uri)
{
#if (NGX_PCRE)
    ngx_uint_t                 i;
    ngx_http_jwt_location_t  *location;

    for (i = 0; (location = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {
        if (location->outer == outer
            && ngx_http_jwt_location_is_regex(location)
            && ngx_regex_exec(location->core->regex->regex, uri, NULL, 0) >= 0)
        {
            return location;
        }
    }
#endif

    return NULL;
}


static ngx_http_jwt_location_t *
ngx_http_jwt_subrequest_find(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_location_t *outer, ngx_str_t *uri)
{
    ngx_uint_t                noregex;
    ngx_http_jwt_location_t  *inner, *location, *found;

    found = outer;
    noregex = 0;

    location = ngx_http_jwt_subrequest_static(jmcf, outer, uri);

    if (location != NULL) {

        if (location->core->exact_match) {
            return location;
        }

        noregex = location->core->noregex;
        found = ngx_http_jwt_subrequest_find(jmcf, location, uri);

        /* exact, or by a regex: there the search ends */

        if (found->core->exact_match
            || ngx_http_jwt_location_is_regex(found))
        {
            return found;
        }
    }

    if (noregex) {
        return found;
    }

    inner = ngx_http_jwt_subrequest_regex(jmcf, outer, uri);

    return inner != NULL ? ngx_http_jwt_subrequest_find(jmcf, inner, uri)
                         : found;
}


static void
ngx_http_jwt_subrequest_target(ngx_http_jwt_subrequests_t *sub,
    ngx_http_jwt_location_t *location, ngx_str_t *uri, const char *directive)
{
    ngx_http_jwt_location_t  *target;

    if (uri->len == 0 || ngx_strlchr(uri->data, uri->data + uri->len, '$')) {
        return;
    }

    while (location->outer != NULL) {
        location = location->outer;
    }

    target = ngx_http_jwt_subrequest_find(sub->jmcf, location, uri);

    if (target->conf->policy == NULL || target->warned) {
        return;
    }

    target->warned = 1;

    ngx_log_error(NGX_LOG_WARN, sub->cf->log, 0,
                  "\"jwt\" in location \"%V\" guards nothing as the target of "
                  "\"%s %V\", because a subrequest is not judged: write "
                  "\"jwt\" where \"%s\" applies, and \"jwt off;\" in the "
                  "target in %V:%ui",
                  &target->name, directive, uri, directive,
                  &target->conf->pos.file, target->conf->pos.line);
}


/* The configuration of each of these modules begins with its targets. */

static void
ngx_http_jwt_subrequest_level(ngx_http_jwt_subrequests_t *sub,
    ngx_http_jwt_location_t *location)
{
    ngx_str_t    *uri;
    ngx_uint_t    i;
    ngx_array_t  *targets;

    if (sub->auth_request != NULL) {
        uri = ngx_http_jwt_location_conf(location, sub->auth_request);
        ngx_http_jwt_subrequest_target(sub, location, uri, "auth_request");
    }

    if (sub->mirror == NULL) {
        return;
    }

    targets = *(ngx_array_t **) ngx_http_jwt_location_conf(location,
                                                           sub->mirror);
    if (targets == NULL) {
        return;
    }

    uri = targets->elts;

    for (i = 0; i < targets->nelts; i++) {
        ngx_http_jwt_subrequest_target(sub, location, &uri[i], "mirror");
    }
}


void
ngx_http_jwt_warn_subrequests(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                  i;
    ngx_http_jwt_location_t    *location;
    ngx_http_jwt_subrequests_t  sub;

    sub.cf = cf;
    sub.jmcf = jmcf;
    sub.auth_request = ngx_http_jwt_warnings_module(cf,
                                               "ngx_http_auth_request_module");
    sub.mirror = ngx_http_jwt_warnings_module(cf, "ngx_http_mirror_module");

    for (i = 0; (location = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {
        ngx_http_jwt_subrequest_level(&sub, location);
    }
}
