/*
 * Occurrences of a cookie, an argument or a header in a request.
 *
 * nginx's variables give the first of several with one name, and backends the
 * last, or the first, or all: two values under one name are one to the gate
 * and another to the backend.  So all are counted, and a name is read as the
 * most lenient backend reads it: in any case; percent-encoded (RFC 3986,
 * section 2.1, and the %uXXXX of ASP); with a blank, "." or "[" where PHP
 * turns these into "_"; up to "[" or a NUL, where an array begins or a C
 * string ends; with blanks around it.  Cookies are separated by ";", by ","
 * (RFC 2109) and by blanks (Python), arguments by "&" and by ";" (HTML 4).
 */

#include "ngx_http_jwt_headers.h"
#include "ngx_http_jwt_occurrences.h"


/* the characters around names in a text */
typedef struct {
    const char  *separators;   /* each begins the next name */
    const char  *ends;         /* of a name: these, "=" or the end */
    ngx_uint_t   blanks;       /* separate names, too */
} ngx_http_jwt_syntax_t;


static const ngx_http_jwt_syntax_t  ngx_http_jwt_cookie_syntax = {
    ";,", ";,=", 1
};

/* "#": a fragment is no part of $args, but it is passed on */

static const ngx_http_jwt_syntax_t  ngx_http_jwt_argument_syntax = {
    "&;#", "&;#=", 0
};


static ngx_uint_t
ngx_http_jwt_among(u_char c, const char *set)
{
    for ( /* void */ ; *set != '\0'; set++) {
        if (c == (u_char) *set) {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_http_jwt_blank(u_char c)
{
    return c == '+' || (c <= ' ' && c != '\0') || c == 0x7f;
}


/* The next character of a name, decoded. */

static u_char
ngx_http_jwt_decoded(u_char **p, u_char *last)
{
    u_char     *s;
    ngx_int_t   c;

    s = *p;
    *p = s + 1;

    if (*s != '%') {
        return *s;
    }

    c = (last - s > 2) ? ngx_hextoi(s + 1, 2) : NGX_ERROR;

    if (c != NGX_ERROR) {
        *p = s + 3;
        return (u_char) c;
    }

    if (last - s > 5 && (s[1] == 'u' || s[1] == 'U')) {
        c = ngx_hextoi(s + 2, 4);

        if (c != NGX_ERROR && c <= 0xff) {
            *p = s + 6;
            return (u_char) c;
        }
    }

    return '%';
}


/* Is the text from p to last the name, as some backend reads it? */

static ngx_uint_t
ngx_http_jwt_name_is(u_char *p, u_char *last, ngx_str_t *name)
{
    size_t   i;
    u_char   c, *next;

    for (next = p; next < last; p = next) {
        if (!ngx_http_jwt_blank(ngx_http_jwt_decoded(&next, last))) {
            break;
        }
    }

    for (i = 0; i < name->len; i++) {

        if (p == last) {
            return 0;
        }

        c = ngx_http_jwt_decoded(&p, last);

        if (ngx_tolower(c) == name->data[i]) {
            continue;
        }

        if (name->data[i] != '_'
            || (!ngx_http_jwt_blank(c) && c != '.' && c != '['))
        {
            return 0;
        }
    }

    while (p < last) {
        c = ngx_http_jwt_decoded(&p, last);

        if (c == '[' || c == '\0') {
            return 1;
        }

        if (!ngx_http_jwt_blank(c)) {
            return 0;
        }
    }

    return 1;
}


/* The start of the next name at or after p, or last. */

static u_char *
ngx_http_jwt_name_begin(u_char *p, u_char *last,
    const ngx_http_jwt_syntax_t *syntax)
{
    while (p < last
           && (ngx_http_jwt_among(*p, syntax->separators)
               || *p == ' ' || *p == '\t'))
    {
        p++;
    }

    return p;
}


static u_char *
ngx_http_jwt_name_end(u_char *p, u_char *last,
    const ngx_http_jwt_syntax_t *syntax)
{
    while (p < last && !ngx_http_jwt_among(*p, syntax->ends)) {
        p++;
    }

    return p;
}


/* Moves from any position to the separator of the next name. */

static u_char *
ngx_http_jwt_name_skip(u_char *p, u_char *last,
    const ngx_http_jwt_syntax_t *syntax)
{
    while (p < last
           && !ngx_http_jwt_among(*p, syntax->separators)
           && !(syntax->blanks && (*p == ' ' || *p == '\t')))
    {
        p++;
    }

    return p;
}


/* Finds the name at or after *p; *end is where it ends. */

static ngx_uint_t
ngx_http_jwt_name_next(u_char **p, u_char *last, ngx_str_t *name,
    const ngx_http_jwt_syntax_t *syntax, u_char **end)
{
    u_char  *begin;

    for (begin = ngx_http_jwt_name_begin(*p, last, syntax);
         begin < last;
         begin = ngx_http_jwt_name_begin(begin, last, syntax))
    {
        /* most names differ in the first letter; the rest is decoded */

        if (ngx_tolower(*begin) == name->data[0]
            || !((*begin >= 'a' && *begin <= 'z')
                 || (*begin >= 'A' && *begin <= 'Z')))
        {
            *end = ngx_http_jwt_name_end(begin, last, syntax);

            if (ngx_http_jwt_name_is(begin, *end, name)) {
                *p = begin;
                return 1;
            }
        }

        begin = ngx_http_jwt_name_skip(begin, last, syntax);
    }

    return 0;
}


/* Is there a value behind the end of a name? */

static ngx_uint_t
ngx_http_jwt_name_filled(u_char *p, u_char *last,
    const ngx_http_jwt_syntax_t *syntax)
{
    if (p == last || *p != '=') {
        return 0;
    }

    for (p++; p < last && (*p == ' ' || *p == '\t'); p++) {
        /* void */
    }

    return p < last && !ngx_http_jwt_among(*p, syntax->separators);
}


static void
ngx_http_jwt_occurrences_in(u_char *p, u_char *last, ngx_str_t *name,
    const ngx_http_jwt_syntax_t *syntax, ngx_http_jwt_occurrences_t *found)
{
    u_char  *end;

    while (ngx_http_jwt_name_next(&p, last, name, syntax, &end)) {
        found->count++;
        found->filled += ngx_http_jwt_name_filled(end, last, syntax);

        p = ngx_http_jwt_name_skip(end, last, syntax);
    }
}


ngx_uint_t
ngx_http_jwt_cookie_next(u_char **p, u_char *last, ngx_str_t *name,
    u_char **end)
{
    if (!ngx_http_jwt_name_next(p, last, name, &ngx_http_jwt_cookie_syntax,
                                end))
    {
        return 0;
    }

    /* to nginx, a value ends at ";" alone */

    if (*end < last && **end == '=') {
        *end = ngx_strlchr(*end, last, ';');

        if (*end == NULL) {
            *end = last;
        }
    }

    return 1;
}


/* Is this one of the request's Cookie headers? */

static ngx_uint_t
ngx_http_jwt_is_cookie(ngx_table_elt_t *h)
{
    return h->key.len == sizeof("Cookie") - 1
           && ngx_strncasecmp(h->key.data, (u_char *) "cookie",
                              sizeof("Cookie") - 1)
              == 0;
}


/* The list has every header that came, whatever nginx made of it. */

void
ngx_http_jwt_occurrences_cookie(ngx_http_request_t *r, ngx_str_t *name,
    ngx_http_jwt_occurrences_t *found)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_http_jwt_is_cookie(&h[i])) {
                ngx_http_jwt_occurrences_in(h[i].value.data,
                                    h[i].value.data + h[i].value.len, name,
                                    &ngx_http_jwt_cookie_syntax, found);
            }
        }
    }
}


/*
 * A backend gets either the client's request line or the modified one: the one
 * with more occurrences counts.
 */

void
ngx_http_jwt_occurrences_argument(ngx_http_request_t *r, ngx_str_t *name,
    ngx_http_jwt_occurrences_t *found)
{
    u_char                      *p, *last;
    ngx_http_jwt_occurrences_t   args, line;

    ngx_memzero(&args, sizeof(ngx_http_jwt_occurrences_t));
    ngx_memzero(&line, sizeof(ngx_http_jwt_occurrences_t));

    for (p = r->args.data, last = p + r->args.len;
         p < last && *p == '?';
         p++)
    {
        /* void */
    }

    ngx_http_jwt_occurrences_in(p, last, name, &ngx_http_jwt_argument_syntax,
                                &args);

    last = r->unparsed_uri.data + r->unparsed_uri.len;
    p = ngx_strlchr(r->unparsed_uri.data, last, '?');

    if (p != NULL) {
        while (p < last && *p == '?') {
            p++;
        }

        ngx_http_jwt_occurrences_in(p, last, name,
                                    &ngx_http_jwt_argument_syntax, &line);
    }

    found->count += ngx_max(args.count, line.count);
    found->filled += ngx_max(args.filled, line.filled);
}


void
ngx_http_jwt_occurrences_header(ngx_http_request_t *r, ngx_str_t *name,
    ngx_http_jwt_occurrences_t *found)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_http_jwt_headers_alike(&h[i].key, name)) {
                found->count++;
                found->filled += h[i].value.len != 0;
            }
        }
    }
}
