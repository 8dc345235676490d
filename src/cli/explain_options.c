/*
 * What was asked for on the command line, and is it free of contradictions?
 */

#include "explain.h"

#include <string.h>


/* One option, with its value in the same argument or in the next. */

static int
explain_option(explain_t *e, int i, int argc, char **argv)
{
    size_t                   len;
    const char              *name, *value;
    const explain_option_t  *option;

    name = argv[i] + 2;
    len = strcspn(name, "=");
    option = explain_find(name, len);
    value = (name[len] == '=') ? name + len + 1 : NULL;

    if (option == NULL) {
        explain_die("unknown option \"--%.*s\", see jwt-explain --help",
                    (int) len, name);
    }

    if (option->argument == NULL) {
        if (value != NULL) {
            explain_die("\"--%s\" takes no value", option->name);
        }

    } else if (value == NULL) {
        if (i + 1 >= argc) {
            explain_die("\"--%s\" needs a value, write --%s %s",
                        option->name, option->name, option->argument);
        }

        value = argv[++i];
    }

    if (option->told && e->told == NULL) {
        e->told = option->name;
    }

    option->set(e, value);

    return i;
}


/* What a gate tells isn't said beside it, and the reverse. */

static void
explain_consistent_gate(explain_t *e)
{
    if (e->gate == NULL) {
        explain_die("\"--%s\" is of a gate, write --gate URL, with the URL "
                    "of its \"jwt_status json\"", e->location != NULL
                                                  ? "location" : "server");
    }

    if (e->told != NULL) {
        explain_die("\"--%s\" stands beside \"--gate\", which tells that "
                    "itself, write one or the other", e->told);
    }

    if (e->location == NULL) {
        explain_die("\"--gate\" needs a location, write --location PATH");
    }

    if (e->secret != NULL && e->jwks != NULL) {
        explain_die("\"--jwks\" and \"--secret\" are both there, write one "
                    "of them");
    }
}


/* An issuer that is no URL names no source of keys: another must be there. */

static void
explain_issuers(explain_t *e)
{
    size_t  i;

    if (e->jwks != NULL || e->secret != NULL) {
        return;
    }

    for (i = 0; i < e->issuers.count; i++) {
        if (!njwt_url_is_web(e->issuers.values[i])) {
            explain_die("\"--issuer\" \"%s\" is no URL, write it as in "
                        "https://TENANT.eu.auth0.com/, or where the keys are: "
                        "--jwks or --secret",
                        (const char *) e->issuers.values[i].data);
        }
    }
}


/* The same contradictions that nginx -t refuses. */

static void
explain_consistent(explain_t *e)
{
    njwt_alg_t  algorithms;

    if (e->issuer->algorithms == 0) {
        e->issuer->algorithms = NJWT_ALG_RS256;
    }

    algorithms = e->issuer->algorithms;

    if (e->issuers.count == 0) {
        explain_die("no \"--issuer\", write the exact \"iss\" of the tokens, "
                    "as in --issuer https://TENANT.eu.auth0.com/ (see "
                    "jwt-explain --help)");
    }

    explain_issuers(e);

    if (e->audiences.count == 0 && !e->issuer->expected.any_audience) {
        explain_die("no \"--audience\", write the identifier of the API, or "
                    "--audience off to accept tokens for any");
    }

    if (e->audiences.count > 0 && e->issuer->expected.any_audience) {
        explain_die("\"--audience off\" stands beside values, write one or "
                    "the other");
    }

    if ((algorithms & NJWT_ALGS_HMAC) && (algorithms & ~NJWT_ALGS_HMAC)) {
        explain_die("\"--algorithms\" mixes shared secrets (HS*) with public "
                    "keys: a public key could be taken for the secret, write "
                    "one kind");
    }

    if (e->secret != NULL && e->jwks != NULL) {
        explain_die("\"--jwks\" and \"--secret\" are both there, write one "
                    "of them");
    }

    if (e->secret != NULL && !(algorithms & NJWT_ALGS_HMAC)) {
        explain_die("\"--secret\" is for HS* only, write --algorithms HS256");
    }

    if (e->secret == NULL && (algorithms & NJWT_ALGS_HMAC)) {
        explain_die("\"--algorithms HS*\" needs a secret, write --secret "
                    "FILE");
    }
}


void
explain_options(explain_t *e, int argc, char **argv)
{
    int   i;
    bool  options;

    options = true;

    for (i = 1; i < argc; i++) {

        if (options && strcmp(argv[i], "--") == 0) {
            options = false;
            continue;
        }

        if (options && strcmp(argv[i], "-h") == 0) {
            explain_help(e, NULL);
        }

        if (options && strncmp(argv[i], "--", 2) == 0) {
            i = explain_option(e, i, argc, argv);
            continue;
        }

        if (options && argv[i][0] == '-' && argv[i][1] != '\0') {
            explain_die("unknown option \"%.2s\", see jwt-explain --help",
                        argv[i]);
        }

        if (e->token != NULL) {
            explain_die("more than one token, write one, in quotes if there "
                        "is \"Bearer\" in front of it");
        }

        e->token = argv[i];
    }

    if (e->token != NULL && strcmp(e->token, "-") == 0) {
        e->token = NULL;
    }

    if (e->gate != NULL || e->location != NULL || e->servers.count > 0) {
        explain_consistent_gate(e);
        return;
    }

    explain_consistent(e);
}
