/*
 * How is it told what the gate said, and which location it judges by?
 */

#include "explain_gate.h"


#define EXPLAIN_SKEW  2      /* seconds that clocks may differ unmentioned */


static void
explain_put_list(njwt_value_t list)
{
    size_t  i;

    for (i = 0; i < njwt_json_length(list); i++) {
        printf("%s", i > 0 ? " " : "");
        explain_put(njwt_json_string(njwt_json_element(list, i)));
    }
}


static njwt_value_t
explain_list(const explain_t *e, const char *name)
{
    return explain_gate_need(e->asked->location, name, NJWT_JSON_ARRAY);
}


/* Does the request go on whatever the verdict is? */

static bool
explain_goes_on(const explain_t *e)
{
    njwt_value_t  location;

    location = e->asked->location;

    return explain_gate_is(location, "mode", "report")
           || (explain_gate_is(location, "mode", "optional")
               && e->verdict == NJWT_NO_TOKEN);
}


static void
explain_told_server(const explain_t *e)
{
    njwt_value_t  server;

    server = e->asked->server;

    printf("  server    \"");
    explain_put_list(explain_gate_need(server, "names", NJWT_JSON_ARRAY));
    printf("\" on ");
    explain_put_list(explain_gate_need(server, "listen", NJWT_JSON_ARRAY));
    printf("\n  location  \"");
    explain_put(explain_gate_text(e->asked->location, "location"));
    printf("\" (%s)\n  issuers   ", e->asked->chosen);
    explain_put_list(explain_list(e, "issuers"));
    printf("\n");

    if (e->asked->others > 0) {
        explain_wrap(explain_slice("Other servers serve this path without "
                                   "a gate."), 2);
    }
}


/* What is asked besides, and can't be judged from here. */

static void
explain_told_more(const explain_t *e)
{
    njwt_value_t  variables, location;

    location = e->asked->location;
    variables = explain_list(e, "variables");

    printf("  mode      ");
    explain_put(explain_gate_text(location, "mode"));
    printf("%s\n", explain_goes_on(e)
                   ? ": the request goes on, whatever is said below" : "");

    printf("  token in  ");
    explain_put_list(explain_list(e, "token"));
    printf("\n");

    if (njwt_json_length(variables) > 0) {
        printf("  requires  ");
        explain_put_list(variables);
        printf("  (not checked here)\n");
    }

    if (explain_gate_flag(location, "preflight")) {
        explain_wrap(explain_slice("A CORS preflight is not judged there."),
                     2);
    }
}


static void
explain_told_clock(const explain_t *e)
{
    int64_t  ahead;

    ahead = e->asked->ahead;

    if (ahead > EXPLAIN_SKEW || ahead < -EXPLAIN_SKEW) {
        printf("  clock     %lld s %s this machine's: judged by the gate's\n",
               (long long) (ahead > 0 ? ahead : -ahead),
               ahead > 0 ? "ahead of" : "behind");
    }
}


void
explain_gate_report(explain_t *e)
{
    explain_colour(e, EXPLAIN_BOLD);
    printf("Gate");
    explain_colour(e, NULL);
    printf(" at ");
    explain_put(explain_slice(e->gate));
    printf("\n");

    explain_told_server(e);
    explain_told_more(e);
    explain_told_clock(e);
    printf("\n");
}


void
explain_gate_machine(explain_t *e)
{
    njwt_value_t  location;

    location = e->asked->location;

    printf(",\"gate\":{\"server\":");
    explain_put_string(explain_gate_text(location, "server"));
    printf(",\"server_number\":%zu",
           explain_gate_number(location, "server_number"));
    printf(",\"location\":");
    explain_put_string(explain_gate_text(location, "location"));
    printf(",\"chosen\":");
    explain_put_string(explain_slice(e->asked->chosen));
    printf(",\"issuer\":");

    if (e->asked->block != NULL) {
        explain_put_string(e->asked->block->trust.name);

    } else {
        printf("null");
    }

    printf(",\"mode\":");
    explain_put_string(explain_gate_text(location, "mode"));
    printf(",\"goes_on\":%s",
           e->verdict == NJWT_OK || explain_goes_on(e) ? "true" : "false");
    printf(",\"clock_ahead\":%lld,\"not_checked\":",
           (long long) e->asked->ahead);
    explain_compact(explain_list(e, "variables"));
    printf("}");
}
