/*
 * The gate's location for a path, and its server.
 *
 * The search is nginx's: an exact location, else the longest prefix, unless a
 * regular expression matches first; then the same among the locations inside
 * it.
 */

#include "explain_gate.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>


#define EXPLAIN_NONE  ((size_t) -1)

/* a level: the locations from begin to end with this depth */
typedef struct {
    size_t         begin;
    size_t         end;
    size_t         depth;
} explain_level_t;

typedef struct {
    njwt_value_t    *all;         /* the gate's locations */
    njwt_slice_t     path;
    size_t           at;
    const char      *chosen;
} explain_search_t;


#define EXPLAIN_NEAR  6      /* locations that are suggested */
#define EXPLAIN_OPEN  3      /* servers without a gate that are named */


static bool
explain_in_level(const explain_search_t *search,
    const explain_level_t *level, size_t i)
{
    return explain_gate_number(search->all[i], "depth") == level->depth;
}


/* The locations inside a location follow it directly. */

static explain_level_t
explain_inside(const explain_search_t *search, const explain_level_t *level,
    size_t i)
{
    explain_level_t  inside;

    inside.depth = level->depth + 1;
    inside.begin = i + 1;
    inside.end = inside.begin;

    while (inside.end < level->end
           && explain_gate_number(search->all[inside.end], "depth")
              > level->depth)
    {
        inside.end++;
    }

    return inside;
}


static bool
explain_is_prefix(njwt_slice_t prefix, njwt_slice_t path)
{
    return prefix.len <= path.len
           && (prefix.len == 0
               || memcmp(prefix.data, path.data, prefix.len) == 0);
}


/* An exact location, or the longest prefix; EXPLAIN_NONE: neither. */

static size_t
explain_static(const explain_search_t *search, const explain_level_t *level,
    bool *exact)
{
    size_t        i, best, longest;
    njwt_value_t  location;
    njwt_slice_t  path;

    best = EXPLAIN_NONE;
    longest = 0;
    *exact = false;

    for (i = level->begin; i < level->end; i++) {
        location = search->all[i];

        if (!explain_in_level(search, level, i)) {
            continue;
        }

        path = explain_gate_text(location, "path");

        if (explain_gate_is(location, "match", "exact")) {
            if (njwt_slice_equal(path, search->path)) {
                *exact = true;
                return i;
            }

            continue;
        }

        if ((explain_gate_is(location, "match", "prefix")
             || explain_gate_is(location, "match", "prefix_first"))
            && explain_is_prefix(path, search->path)
            && (best == EXPLAIN_NONE || path.len > longest))
        {
            best = i;
            longest = path.len;
        }
    }

    return best;
}


/* The first regular expression of the level that matches the path. */

static size_t
explain_regexes(const explain_search_t *search, const explain_level_t *level)
{
    bool          caseless;
    size_t        i;
    njwt_value_t  location;

    for (i = level->begin; i < level->end; i++) {
        location = search->all[i];

        if (!explain_in_level(search, level, i)) {
            continue;
        }

        caseless = explain_gate_is(location, "match", "regex_caseless");

        if ((caseless || explain_gate_is(location, "match", "regex"))
            && explain_regex_found(explain_gate_text(location, "path"),
                                   caseless, search->path))
        {
            return i;
        }
    }

    return EXPLAIN_NONE;
}


/* Continues in nested locations; true: no outer level decides any more. */

static bool
explain_search(explain_search_t *search, const explain_level_t *level)
{
    bool             exact, first;
    size_t           i;
    explain_level_t  inside;

    first = false;
    i = explain_static(search, level, &exact);

    if (i != EXPLAIN_NONE) {
        first = explain_gate_is(search->all[i], "match",
                                "prefix_first");
        search->at = i;
        search->chosen = exact ? "exactly this path"
                         : first ? "the longest prefix, before regular "
                                   "expressions"
                         : "the longest prefix, as no regular expression "
                           "matches";

        if (exact) {
            return true;
        }

        inside = explain_inside(search, level, i);

        if (explain_search(search, &inside)) {
            return true;
        }
    }

    i = first ? EXPLAIN_NONE : explain_regexes(search, level);

    if (i == EXPLAIN_NONE) {
        return false;
    }

    search->at = i;
    search->chosen = "the first regular expression that matches";
    inside = explain_inside(search, level, i);
    (void) explain_search(search, &inside);

    return true;
}


/* By the name as configured and shown: "= /x", "~ \.php$", "@name". */

static void
explain_named(explain_search_t *search, const explain_level_t *all)
{
    size_t  i;

    for (i = all->begin; i < all->end; i++) {
        if (njwt_slice_equal(explain_gate_text(search->all[i],
                                               "location"), search->path))
        {
            search->at = i;
            search->chosen = "by its name";
            return;
        }
    }
}


/* The location of one server, whose locations are listed from begin to end. */

static njwt_value_t
explain_in_server(explain_search_t *search, size_t begin, size_t end)
{
    njwt_value_t     none = { NULL };
    explain_level_t  level;

    level.begin = begin;
    level.end = end;
    level.depth = 1;
    search->at = EXPLAIN_NONE;

    if (search->path.len == 0 || search->path.data[0] != '/') {
        explain_named(search, &level);

    } else {
        if (explain_gate_number(search->all[begin], "depth") == 0) {
            search->at = begin;
            search->chosen = "the server's own level, as no location "
                             "matches";
        }

        (void) explain_search(search, &level);
    }

    return search->at == EXPLAIN_NONE ? none : search->all[search->at];
}


/* nginx looks a path up without its query. */

static njwt_slice_t
explain_path(const char *text)
{
    njwt_slice_t  path;

    path = explain_slice(text);

    if (text[0] == '/') {
        path.len = strcspn(text, "?#");
    }

    return path;
}


/*
 * Does it have "jwt"?  One that a "return" bypasses isn't protected, but has
 * a mode.
 */

static bool
explain_gate_guarded(njwt_value_t location)
{
    njwt_value_t  mode;

    mode = njwt_json_member(location, explain_slice("mode"));

    return explain_gate_flag(location, "protected")
           || njwt_json_type(mode) == NJWT_JSON_STRING;
}


/* Records a server's location: a guarded one, or any. */

static void
explain_note(explain_gate_t *gate, const explain_search_t *search,
    njwt_value_t location, njwt_value_t *guarded, size_t *count)
{
    if (njwt_json_type(location) != NJWT_JSON_OBJECT) {
        return;
    }

    if (!explain_gate_guarded(location)) {
        gate->open[gate->open_count++] = location;
        return;
    }

    gate->location = location;
    gate->chosen = search->chosen;
    guarded[(*count)++] = location;
}


/* The gate's locations as an array, for access in any order. */

static njwt_value_t *
explain_locations(explain_t *e, const explain_gate_t *gate)
{
    size_t         i;
    njwt_value_t  *all, location = { NULL };

    all = explain_alloc(e, (njwt_json_length(gate->locations) + 1)
                           * sizeof(njwt_value_t));

    for (i = 0; njwt_json_each(gate->locations, &location); i++) {
        all[i] = location;
    }

    return all;
}


static bool
explain_holds(njwt_value_t list, njwt_slice_t wanted)
{
    njwt_slice_t  text;
    njwt_value_t  element = { NULL };

    while (njwt_json_each(list, &element)) {
        text = njwt_json_string(element);

        if (text.len == wanted.len
            && strncasecmp((const char *) text.data,
                           (const char *) wanted.data, wanted.len) == 0)
        {
            return true;
        }
    }

    return false;
}


/* Is this one of the requested servers? */

static bool
explain_gate_required(const explain_t *e, njwt_value_t server)
{
    size_t  i;

    for (i = 0; i < e->servers.count; i++) {
        if (!explain_holds(explain_gate_need(server, "names",
                                             NJWT_JSON_ARRAY),
                           e->servers.values[i])
            && !explain_holds(explain_gate_need(server, "listen",
                                                NJWT_JSON_ARRAY),
                              e->servers.values[i]))
        {
            return false;
        }
    }

    return true;
}


/* The server of a location. */

static njwt_value_t
explain_gate_server(const explain_gate_t *gate, njwt_value_t location)
{
    size_t        number;
    njwt_value_t  servers, server = { NULL };

    servers = explain_gate_need(gate->root, "servers", NJWT_JSON_ARRAY);
    number = explain_gate_number(location, "server_number");

    while (njwt_json_each(servers, &server)) {
        if (explain_gate_number(server, "number") == number) {
            return server;
        }
    }

    explain_die("the gate's status has a location of a server that it "
                "doesn't list");
}


/* Is it an address, and not a name for one? */

static bool
explain_is_address(njwt_slice_t host)
{
    size_t  i;

    for (i = 0; i < host.len; i++) {
        if (host.data[i] != '.'
            && (host.data[i] < '0' || host.data[i] > '9'))
        {
            return host.data[0] == '[';
        }
    }

    return true;
}


/* May a request for that URL come to this address? */

static bool
explain_listens(njwt_slice_t listen, const njwt_url_t *url)
{
    unsigned      wanted;
    njwt_slice_t  port;

    wanted = (url->port != 0) ? url->port
             : (url->scheme == NJWT_URL_HTTPS) ? 443 : 80;
    port = explain_listen_port(listen);

    if (port.len == 0 || strtoul((const char *) port.data, NULL, 10) != wanted)
    {
        return false;
    }

    listen.len -= port.len + 1;

    return !explain_is_address(url->host)
           || njwt_slice_equal(listen, url->host)
           || njwt_slice_equal(listen, explain_slice("0.0.0.0"))
           || njwt_slice_equal(listen, explain_slice("[::]"));
}


/* Is this the server that has the gate's status?  2: by its name, too. */

static size_t
explain_is_asked(const explain_t *e, njwt_value_t server)
{
    njwt_url_t    url;
    njwt_value_t  listen, names, element = { NULL };

    if (strstr(e->gate, "://") == NULL
        || !njwt_url_parse(explain_slice(e->gate), &url))
    {
        return 0;
    }

    names = explain_gate_need(server, "names", NJWT_JSON_ARRAY);
    listen = explain_gate_need(server, "listen", NJWT_JSON_ARRAY);

    while (njwt_json_each(listen, &element)) {
        if (explain_listens(njwt_json_string(element), &url)) {
            return explain_holds(names, url.host) ? 2 : 1;
        }
    }

    return 0;
}


/* Does it guard anything? */

static bool
explain_guards(const explain_gate_t *gate, size_t number)
{
    njwt_value_t  location = { NULL };

    while (njwt_json_each(gate->locations, &location)) {
        if (explain_gate_number(location, "server_number") == number
            && explain_gate_guarded(location))
        {
            return true;
        }
    }

    return false;
}


/*
 * Of servers that serve the path without a gate, the one that is meant comes
 * first: one that guards something, then the one whose status was asked for,
 * then one with a location for the path.
 */

static void
explain_meant(const explain_t *e)
{
    size_t           i, rank, best;
    njwt_value_t     location;
    explain_gate_t  *gate = e->asked;

    best = 0;

    for (i = 0; i < gate->open_count; i++) {
        location = gate->open[i];

        rank = 1 + (explain_gate_number(location, "depth") > 0)
               + 2 * explain_is_asked(e, explain_gate_server(gate, location))
               + 6 * explain_guards(gate,
                                    explain_gate_number(location,
                                                        "server_number"));
        if (rank > best) {
            best = rank;
            gate->open[i] = gate->open[0];
            gate->open[0] = location;
        }
    }
}


/* On standard error: a line of an error. */

static void
explain_server_line(const char *before, njwt_value_t server)
{
    fputs(before, stderr);
    explain_out_server(stderr, server);
    fputs("\n", stderr);
}


void
explain_out_open(FILE *file, const explain_t *e, size_t from)
{
    size_t                 i, n;
    const explain_gate_t  *gate = e->asked;

    if (from >= gate->open_count) {
        return;
    }

    n = gate->open_count - from;
    fprintf(file, "%s this path without a gate:\n",
            n == 1 ? "Another server serves" : "Other servers serve");

    /* "and 1 other" would need as much room as its name */

    n = (n == EXPLAIN_OPEN + 1) ? n : EXPLAIN_OPEN;

    for (i = from; i < gate->open_count && i < from + n; i++) {
        fputs("    ", file);
        explain_out_server(file, explain_gate_server(gate, gate->open[i]));
        fputs("\n", file);
    }

    if (i < gate->open_count) {
        fprintf(file, "    and %zu others\n", gate->open_count - i);
    }
}


/* Exits, naming the servers to choose from. */

static void
explain_gate_ambiguous(const explain_t *e, const njwt_value_t *found,
    size_t count)
{
    size_t  i;

    fprintf(stderr, "jwt-explain: %zu servers of the gate guard \"%s\": "
                    "write --server with a name or an address of one, or "
                    "--server twice, with both:\n", count, e->location);

    for (i = 0; i < count; i++) {
        explain_server_line("    ", explain_gate_server(e->asked, found[i]));
    }

    exit(EXPLAIN_TROUBLE);
}


/* The length of the common beginning of a path and a location's. */

static size_t
explain_common(njwt_value_t location, njwt_slice_t path)
{
    size_t        i;
    njwt_slice_t  text;

    text = explain_gate_text(location, "path");

    for (i = 0; i < text.len && i < path.len; i++) {
        if (text.data[i] != path.data[i]) {
            break;
        }
    }

    return i;
}


/* The guarded locations with the most similar paths first. */

static void
explain_out_near(const explain_t *e)
{
    size_t        k, left, like;
    njwt_value_t  all, location;
    njwt_slice_t  path;

    all = e->asked->locations;
    path = explain_slice(e->location);
    left = EXPLAIN_NEAR;

    for (k = path.len + 1; k-- > 0 && left > 0; ) {
        location.node = NULL;

        while (left > 0 && njwt_json_each(all, &location)) {
            like = explain_common(location, path);

            if (like != k || !explain_gate_guarded(location)
                || !explain_gate_required(e, explain_gate_server(e->asked,
                                                                 location)))
            {
                continue;
            }

            fputs(left == EXPLAIN_NEAR
                  ? "Guarded locations, the most similar first:\n" : "",
                  stderr);
            fputs("    \"", stderr);
            explain_out_to(stderr, explain_gate_text(location, "location"));
            explain_server_line("\" of server ",
                                explain_gate_server(e->asked, location));
            left--;
        }
    }

    if (left == EXPLAIN_NEAR) {
        fputs("No location is guarded there.\n", stderr);
    }
}


/* Does a requested server exist at all? */

static bool
explain_any_required(const explain_t *e)
{
    njwt_value_t  servers, server = { NULL };

    servers = explain_gate_need(e->asked->root, "servers", NJWT_JSON_ARRAY);

    while (njwt_json_each(servers, &server)) {
        if (explain_gate_required(e, server)) {
            return true;
        }
    }

    fprintf(stderr, "jwt-explain: the gate has no such server: write "
                    "--server with a name or an address of one of these:\n");

    server.node = NULL;

    while (njwt_json_each(servers, &server)) {
        explain_server_line("    ", server);
    }

    return false;
}


/* Exits, because no location can be used; names similar ones. */

static void
explain_gate_none(const explain_t *e)
{
    njwt_value_t           open;
    const explain_gate_t  *gate = e->asked;

    if (!explain_any_required(e)) {
        exit(EXPLAIN_TROUBLE);
    }

    if (gate->open_count == 0) {
        fprintf(stderr, "jwt-explain: the gate has no location \"%s\".\n",
                e->location);
        explain_out_near(e);
        exit(EXPLAIN_TROUBLE);
    }

    explain_meant(e);
    open = gate->open[0];

    if (explain_gate_number(open, "depth") == 0) {
        fprintf(stderr, "jwt-explain: no location of server ");
        explain_out_server(stderr, explain_gate_server(gate, open));
        fprintf(stderr, " matches \"%s\", and its own level", e->location);

    } else {
        fprintf(stderr, "jwt-explain: \"%s\" is served by location \"",
                e->location);
        explain_out_to(stderr, explain_gate_text(open, "location"));
        fprintf(stderr, "\" of server ");
        explain_out_server(stderr, explain_gate_server(gate, open));
        fprintf(stderr, ", which");
    }

    fprintf(stderr, " is not guarded: requests pass without a token.\n");
    explain_out_open(stderr, e, 1);
    explain_out_near(e);
    exit(EXPLAIN_TROUBLE);
}


void
explain_gate_find(explain_t *e)
{
    size_t             i, end, n, count, number;
    njwt_value_t      *guarded, location;
    explain_gate_t    *gate;
    explain_search_t   search;

    gate = e->asked;
    n = njwt_json_length(gate->locations);
    guarded = explain_alloc(e, (n + 1) * sizeof(njwt_value_t));
    gate->open = explain_alloc(e, (n + 1) * sizeof(njwt_value_t));
    search.all = explain_locations(e, gate);
    search.path = explain_path(e->location);
    search.chosen = NULL;
    count = 0;

    for (i = 0; i < n; i = end) {
        location = search.all[i];
        number = explain_gate_number(location, "server_number");

        for (end = i + 1; end < n; end++) {
            if (explain_gate_number(search.all[end],
                                    "server_number") != number)
            {
                break;
            }
        }

        if (explain_gate_required(e, explain_gate_server(gate, location))) {
            explain_note(gate, &search, explain_in_server(&search, i, end),
                         guarded, &count);
        }
    }

    if (count == 0) {
        explain_gate_none(e);
    }

    if (count > 1) {
        explain_gate_ambiguous(e, guarded, count);
    }

    gate->server = explain_gate_server(gate, gate->location);
    explain_meant(e);
}
