/*
 * Which of the gate's servers is meant, and what is said where none is?
 */

#include "explain_gate.h"

#include <stdlib.h>
#include <strings.h>


#define EXPLAIN_NEAR  6      /* locations that are named to choose from */


static bool
explain_holds(njwt_value_t list, njwt_slice_t wanted)
{
    size_t        i;
    njwt_slice_t  text;

    for (i = 0; i < njwt_json_length(list); i++) {
        text = njwt_json_string(njwt_json_element(list, i));

        if (text.len == wanted.len
            && strncasecmp((const char *) text.data,
                           (const char *) wanted.data, wanted.len) == 0)
        {
            return true;
        }
    }

    return false;
}


bool
explain_gate_wanted(const explain_t *e, njwt_value_t server)
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


njwt_value_t
explain_gate_server(const explain_gate_t *gate, njwt_value_t location)
{
    size_t        i, number;
    njwt_value_t  servers, server = { NULL };

    servers = explain_gate_need(gate->root, "servers", NJWT_JSON_ARRAY);
    number = explain_gate_number(location, "server_number");

    for (i = 0; i < njwt_json_length(servers); i++) {
        server = njwt_json_element(servers, i);

        if (explain_gate_number(server, "number") == number) {
            return server;
        }
    }

    explain_die("the gate's status has a location of a server that it "
                "doesn't list");
}


/* On standard error, with nothing in it that a terminal obeys. */

static void
explain_say(njwt_slice_t text)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {
        fputc(text.data[i] < 0x20 || text.data[i] == 0x7f ? '?'
              : text.data[i], stderr);
    }
}


static void
explain_say_list(njwt_value_t list)
{
    size_t  i;

    for (i = 0; i < njwt_json_length(list); i++) {
        fputs(i > 0 ? " " : "", stderr);
        explain_say(njwt_json_string(njwt_json_element(list, i)));
    }
}


static void
explain_say_server(njwt_value_t server)
{
    fputs("\"", stderr);
    explain_say_list(explain_gate_need(server, "names", NJWT_JSON_ARRAY));
    fputs("\" on ", stderr);
    explain_say_list(explain_gate_need(server, "listen", NJWT_JSON_ARRAY));
}


void
explain_gate_ambiguous(const explain_t *e, const njwt_value_t *found,
    size_t count)
{
    size_t  i;

    fprintf(stderr, "jwt-explain: %zu servers of the gate guard \"%s\", "
                    "write --server with a name or an address of one, or "
                    "with both in two:\n", count, e->location);

    for (i = 0; i < count; i++) {
        fputs("    ", stderr);
        explain_say_server(explain_gate_server(e->asked, found[i]));
        fputs("\n", stderr);
    }

    exit(EXPLAIN_TROUBLE);
}


/* How many bytes of the path does a location's begin with? */

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


/* The guarded locations that are likest, the likest ones first. */

static void
explain_say_near(const explain_t *e)
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

            if (like != k || !explain_gate_flag(location, "protected")
                || !explain_gate_wanted(e, explain_gate_server(e->asked,
                                                               location)))
            {
                continue;
            }

            fputs(left == EXPLAIN_NEAR ? "Guarded are, the likest first:\n"
                  : "", stderr);
            fputs("    \"", stderr);
            explain_say(explain_gate_text(location, "location"));
            fputs("\" of server ", stderr);
            explain_say_server(explain_gate_server(e->asked, location));
            fputs("\n", stderr);
            left--;
        }
    }

    if (left == EXPLAIN_NEAR) {
        fputs("No location is guarded there.\n", stderr);
    }
}


/* Is there any server that was asked for? */

static bool
explain_any_wanted(const explain_t *e)
{
    size_t        i;
    njwt_value_t  servers;

    servers = explain_gate_need(e->asked->root, "servers", NJWT_JSON_ARRAY);

    for (i = 0; i < njwt_json_length(servers); i++) {
        if (explain_gate_wanted(e, njwt_json_element(servers, i))) {
            return true;
        }
    }

    fprintf(stderr, "jwt-explain: the gate has no such server, write "
                    "--server with a name or an address of one of these:\n");

    for (i = 0; i < njwt_json_length(servers); i++) {
        fputs("    ", stderr);
        explain_say_server(njwt_json_element(servers, i));
        fputs("\n", stderr);
    }

    return false;
}


void
explain_gate_none(const explain_t *e, njwt_value_t open)
{
    if (!explain_any_wanted(e)) {
        exit(EXPLAIN_TROUBLE);
    }

    if (njwt_json_type(open) != NJWT_JSON_OBJECT) {
        fprintf(stderr, "jwt-explain: the gate has no location \"%s\".  ",
                e->location);

    } else if (explain_gate_number(open, "depth") == 0) {
        fprintf(stderr, "jwt-explain: no location of the gate matches "
                        "\"%s\", and its server's own level is not guarded: "
                        "requests pass without a token.  ", e->location);

    } else {
        fprintf(stderr, "jwt-explain: \"%s\" is served by location \"",
                e->location);
        explain_say(explain_gate_text(open, "location"));
        fprintf(stderr, "\", which is not guarded: requests pass without a "
                        "token.  ");
    }

    explain_say_near(e);
    exit(EXPLAIN_TROUBLE);
}
