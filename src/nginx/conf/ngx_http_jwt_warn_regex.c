/*
 * Warnings about regex locations without "jwt" that take requests away from a
 * prefix location that has it.
 *
 * nginx tries regexes after it has found the longest prefix, and the first
 * that matches wins, unless the prefix has "^~".  Only the beginning of a
 * regex is examined: one that is anchored to another path than the prefix
 * can't match there. Any other may.
 */

#include "ngx_http_jwt_warnings.h"
#include "ngx_http_jwt_locations.h"


/* The end of this alternative. */

static u_char *
ngx_http_jwt_regex_alternative(u_char *p, u_char *last)
{
    ngx_uint_t  depth, class;

    depth = 0;
    class = 0;

    for ( /* void */ ; p < last; p++) {

        if (*p == '\\') {
            p++;

        } else if (class) {
            class = (*p != ']');

        } else if (*p == '[') {
            class = 1;

        } else if (*p == '(') {
            depth++;

        } else if (*p == ')') {
            depth--;

        } else if (*p == '|' && depth == 0) {
            break;
        }
    }

    return ngx_min(p, last);
}


/*
 * Can the alternative match a URI that begins with this?  Compares the plain
 * text behind "^"; what is beyond it may match anything.
 */

static ngx_uint_t
ngx_http_jwt_regex_reaches(u_char *p, u_char *last, ngx_str_t *prefix,
    ngx_uint_t caseless)
{
    size_t  i;

    if (p == last || *p != '^') {
        return 1;
    }

    for (i = 0, p++; i < prefix->len && p < last; i++, p++) {

        if (*p == '$') {
            return p + 1 != last;
        }

        if (*p == '\\') {

            if (++p == last || ngx_http_jwt_is_alnum(*p)) {
                return 1;
            }

        } else if (ngx_strchr("^.[]()|+}*?{", *p)) {
            return 1;
        }

        /* a character that may be there or not */

        if (p + 1 < last && ngx_strchr("*?{", p[1])) {
            return 1;
        }

        if (caseless ? ngx_tolower(*p) != ngx_tolower(prefix->data[i])
                     : *p != prefix->data[i])
        {
            return 0;
        }
    }

    return 1;
}


/* Can the regex match a URI that begins with this? */

static ngx_uint_t
ngx_http_jwt_regex_may_match(ngx_http_jwt_location_t *regex, ngx_str_t *prefix)
{
    u_char  *p, *end, *last;

    p = regex->core->name.data;
    last = p + regex->core->name.len;

    /* in quotes and comments a parenthesis has no meaning */

    if (ngx_strlcasestrn(p, last, (u_char *) "\\Q", 2 - 1) != NULL
        || ngx_strlcasestrn(p, last, (u_char *) "(?#", 3 - 1) != NULL)
    {
        return 1;
    }

    for ( ;; ) {
        end = ngx_http_jwt_regex_alternative(p, last);

        if (ngx_http_jwt_regex_reaches(p, end, prefix, regex->conf->caseless))
        {
            return 1;
        }

        if (end == last) {
            return 0;
        }

        p = end + 1;
    }
}


/*
 * Is the regex tried for requests to this location?  It must be a sibling of
 * the location, or of one around it, and that one must not have "^~".
 */

static ngx_uint_t
ngx_http_jwt_regex_is_tried(ngx_http_jwt_location_t *regex,
    ngx_http_jwt_location_t *location)
{
    for ( /* void */ ; location->outer != NULL; location = location->outer) {

        if (ngx_http_jwt_location_is_regex(location)
            || location->core->exact_match
            || location->core->named)
        {
            return 0;
        }

        if (location->outer == regex->outer) {
            return !location->core->noregex;
        }
    }

    return 0;
}


void
ngx_http_jwt_warnings_wins_over(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_location_t *regex)
{
    ngx_uint_t                i;
    ngx_http_jwt_location_t  *location;

    /* names, but none of them: an explicit "jwt off" */

    if (!ngx_http_jwt_location_is_regex(regex) || regex->conf->names != NULL) {
        return;
    }

    for (i = 0; (location = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {

        if (location->server == regex->server
            && location->conf->policy != NULL
            && ngx_http_jwt_regex_is_tried(regex, location)
            && ngx_http_jwt_regex_may_match(regex, &location->core->name))
        {
            regex->wins_over = location;
            return;
        }
    }
}


void
ngx_http_jwt_warn_regex(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                i;
    ngx_http_jwt_location_t  *prefix, *location;

    for (i = 0; (location = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {
        ngx_http_jwt_warnings_wins_over(jmcf, location);

        prefix = location->wins_over;

        if (prefix == NULL) {
            continue;
        }

        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "location \"%V\" %s \"%V\", which has it, where both "
                      "match: write \"jwt NAME;\" there, \"jwt off;\" if it "
                      "is public, or \"location ^~ %V\" in %V:%ui",
                      &location->name,
                      location->passes
                      ? "passes requests on without \"jwt\" in a server that "
                        "protects others, and wins over"
                      : "is without \"jwt\" and wins over",
                      &prefix->name, &prefix->core->name,
                      &location->conf->pos.file, location->conf->pos.line);
    }
}
