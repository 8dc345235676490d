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


/* the beginning of a regex, as far as it is plain text */
typedef struct {
    u_char      *data;
    size_t       len;
    ngx_uint_t   whole;       /* is the text all that it matches? */
} ngx_http_jwt_regex_start_t;


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


/* Reads the text behind "^" into data, which has room for all of it. */

static void
ngx_http_jwt_regex_read(ngx_http_jwt_regex_start_t *start, u_char *p,
    u_char *last)
{
    start->len = 0;
    start->whole = 0;

    if (p == last || *p != '^') {
        return;
    }

    for (p++; p < last; p++) {

        if (*p == '$') {
            start->whole = (p + 1 == last);
            return;
        }

        /* the character before may be optional */

        if (*p == '*' || *p == '?' || *p == '{') {
            start->len -= (start->len > 0);
            return;
        }

        if (*p == '\\') {

            if (++p == last || ngx_http_jwt_is_alnum(*p)) {
                return;
            }

        } else if (ngx_strchr("^.[]()|+}", *p)) {
            return;
        }

        start->data[start->len++] = *p;
    }
}


static ngx_uint_t
ngx_http_jwt_regex_reaches(ngx_http_jwt_regex_start_t *start,
    ngx_str_t *prefix, ngx_uint_t caseless)
{
    size_t  len;

    len = ngx_min(start->len, prefix->len);

    if (start->whole && start->len < prefix->len) {
        return 0;
    }

    return caseless
           ? ngx_strncasecmp(start->data, prefix->data, len) == 0
           : ngx_memcmp(start->data, prefix->data, len) == 0;
}


/* Can the regex match a URI that begins with this? */

static ngx_int_t
ngx_http_jwt_regex_may_match(ngx_conf_t *cf, ngx_http_jwt_location_t *regex,
    ngx_str_t *prefix)
{
    u_char                      *p, *end, *last;
    ngx_http_jwt_regex_start_t   start;

    start.data = ngx_pnalloc(cf->temp_pool, regex->core->name.len + 1);
    if (start.data == NULL) {
        return NGX_ERROR;
    }

    p = regex->core->name.data;
    last = p + regex->core->name.len;

    /* in quotes and comments a parenthesis has no meaning */

    if (ngx_strlcasestrn(p, last, (u_char *) "\\Q", 2 - 1) != NULL
        || ngx_strlcasestrn(p, last, (u_char *) "(?#", 3 - 1) != NULL)
    {
        return NGX_OK;
    }

    for ( ;; ) {
        end = ngx_http_jwt_regex_alternative(p, last);
        ngx_http_jwt_regex_read(&start, p, end);

        if (ngx_http_jwt_regex_reaches(&start, prefix,
                                       regex->conf->caseless))
        {
            return NGX_OK;
        }

        if (end == last) {
            return NGX_DECLINED;
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


/* A guarded prefix that the regex takes requests from; NULL: none. */

static ngx_int_t
ngx_http_jwt_regex_find(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_location_t *regex, ngx_http_jwt_location_t **found)
{
    ngx_int_t                  rc;
    ngx_uint_t                 i;
    ngx_http_jwt_location_t  **all;

    all = jmcf->locations.elts;

    for (i = 0; i < jmcf->locations.nelts; i++) {

        if (all[i]->server != regex->server
            || all[i]->conf->policy == NULL
            || !ngx_http_jwt_regex_is_tried(regex, all[i]))
        {
            continue;
        }

        rc = ngx_http_jwt_regex_may_match(cf, regex, &all[i]->core->name);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (rc == NGX_OK) {
            *found = all[i];
            return NGX_OK;
        }
    }

    *found = NULL;

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_warnings_wins_over(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf, ngx_http_jwt_location_t *location)
{
    /* names, but none of them: an explicit "jwt off" */

    if (!ngx_http_jwt_location_is_regex(location)
        || location->conf->names != NULL)
    {
        return NGX_OK;
    }

    return ngx_http_jwt_regex_find(cf, jmcf, location, &location->wins_over);
}


ngx_int_t
ngx_http_jwt_warn_regex(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                 i;
    ngx_http_jwt_location_t   *prefix, **all;

    all = jmcf->locations.elts;

    for (i = 0; i < jmcf->locations.nelts; i++) {

        if (ngx_http_jwt_warnings_wins_over(cf, jmcf, all[i]) != NGX_OK) {
            return NGX_ERROR;
        }

        prefix = all[i]->wins_over;

        if (prefix == NULL) {
            continue;
        }

        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "location \"%V\" %s \"%V\", which has it, where both "
                      "match: write \"jwt NAME;\" there, \"jwt off;\" if it "
                      "is public, or \"location ^~ %V\" in %V:%ui",
                      &all[i]->name,
                      all[i]->passes
                      ? "passes requests on without \"jwt\" in a server that "
                        "protects others, and wins over"
                      : "is without \"jwt\" and wins over",
                      &prefix->name, &prefix->core->name,
                      &all[i]->conf->pos.file, all[i]->conf->pos.line);
    }

    return NGX_OK;
}
