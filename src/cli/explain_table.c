/*
 * Which options are there, and what does each set?
 */

#include "explain.h"
#include "njwt_path.h"

#include <stdlib.h>
#include <string.h>


static void
explain_add(explain_list_t *list, const char *value, const char *option)
{
    if (value[0] == '\0') {
        explain_die("the value of \"%s\" is empty", option);
    }

    list->values[list->count++] = explain_slice(value);
}


static void
explain_set_issuer(explain_t *e, const char *value)
{
    if (value[strcspn(value, "$*{} \t\r\n")] != '\0') {
        explain_die("\"--issuer\" \"%s\" holds a \"$\", \"*\", \"{\", "
                    "\"}\" or blank: there are no patterns and no "
                    "variables, write the exact \"iss\" of the tokens, an "
                    "--issuer for each value of several", value);
    }

    explain_add(&e->issuers, value, "--issuer");
}


static void
explain_set_audience(explain_t *e, const char *value)
{
    if (strcmp(value, "off") == 0) {
        e->issuer->expected.any_audience = true;
        return;
    }

    if (strchr(value, '$') != NULL) {
        explain_die("\"--audience\" \"%s\" holds a \"$\": there are no "
                    "variables, write the exact \"aud\" of the tokens, an "
                    "--audience for each value of several", value);
    }

    explain_add(&e->audiences, value, "--audience");
}


static void
explain_set_jwks(explain_t *e, const char *value)
{
    if (e->jwks != NULL) {
        explain_die("\"--jwks\" is there twice, write one");
    }

    e->jwks = value;
}


static void
explain_set_secret(explain_t *e, const char *value)
{
    if (e->secret != NULL) {
        explain_die("\"--secret\" is there twice, write one");
    }

    e->secret = value;
}


static void
explain_set_authorities(explain_t *e, const char *value)
{
    e->authorities = value;
}


static void
explain_set_algorithms(explain_t *e, const char *value)
{
    e->issuer->algorithms |= explain_algorithms(value);
}


static void
explain_set_method(explain_t *e, const char *value)
{
    e->judged.method = explain_method(value);
    e->method = value;
}


static void
explain_set_scope_claim(explain_t *e, const char *value)
{
    if (!njwt_path_valid(explain_slice(value))) {
        explain_die("invalid claim \"%s\" in \"--scope-claim\", write its "
                    "name, or a JSON Pointer as in /realm/roles", value);
    }

    explain_add(&e->scope_claims, value, "--scope-claim");
}


static void
explain_set_leeway(explain_t *e, const char *value)
{
    e->issuer->expected.leeway = explain_duration(value, "--leeway");
}


static void
explain_set_max_age(explain_t *e, const char *value)
{
    e->issuer->expected.has_max_age = true;
    e->issuer->expected.max_age = explain_duration(value, "--max-age");
}


static void
explain_set_max_token_size(explain_t *e, const char *value)
{
    char           *end;
    unsigned long   size;

    size = strtoul(value, &end, 10);

    if (*end == 'k' || *end == 'K') {
        size *= 1024;
        end++;
    }

    if (value[0] < '0' || value[0] > '9' || *end != '\0' || size == 0
        || size > 1024 * 1024)
    {
        explain_die("invalid value \"%s\" of \"--max-token-size\", write "
                    "bytes, or a size as in 16k, up to 1024k", value);
    }

    e->policy.max_token_size = size;
}


static void
explain_set_profile(explain_t *e, const char *value)
{
    if (strcmp(value, "rfc9068") == 0) {
        e->issuer->expected.profile = NJWT_PROFILE_RFC9068;
        return;
    }

    if (strcmp(value, "any") != 0) {
        explain_die("invalid profile \"%s\", write any or rfc9068", value);
    }

    e->issuer->expected.profile = NJWT_PROFILE_ANY;
}


static void
explain_set_at(explain_t *e, const char *value)
{
    e->judged.now = explain_time(value);
    e->at = true;
}


static void
explain_set_gate(explain_t *e, const char *value)
{
    if (e->gate != NULL) {
        explain_die("\"--gate\" is there twice, write one");
    }

    e->gate = value;
}


static void
explain_set_location(explain_t *e, const char *value)
{
    if (e->location != NULL) {
        explain_die("\"--location\" is there twice, write one");
    }

    e->location = value;
}


static void
explain_set_server(explain_t *e, const char *value)
{
    explain_add(&e->servers, value, "--server");
}


static void
explain_set_json(explain_t *e, const char *value)
{
    (void) value;

    e->json = true;
}


static void explain_version(explain_t *e, const char *value);


static void
explain_set_audience_here(explain_t *e, const char *value)
{
    explain_add(&e->audiences_here, value, "--audience-here");
}


static const explain_option_t  explain_table[] = {

    { "issuer", "URL",
      "the exact \"iss\" accepted; again for another domain of the tenant",
      explain_set_issuer, true },

    { "audience", "VALUE",
      "the API's identifier; again for another; \"off\" to do without",
      explain_set_audience, true },

    { "audience-here", "VALUE",
      "one of the location's own audiences, as in jwt_audience; again for "
      "another",
      explain_set_audience_here, true },

    { "jwks", "FILE|URL",
      "the keys (default: the first issuer's .well-known/jwks.json)",
      explain_set_jwks, false },

    { "secret", "FILE",
      "the shared secret instead, for --algorithms HS256, HS384, HS512",
      explain_set_secret, false },

    { "algorithms", "A,B",
      "what the API may sign with (default: RS256)",
      explain_set_algorithms, true },

    { "scope", "SCOPE",
      "needed; also a rule: \"SCOPE ... [match=any] [methods=GET,POST]\"",
      explain_scope_rule, true },

    { "method", "METHOD",
      "of the request (default: GET)",
      explain_set_method, false },

    { "claim", "RULE",
      "needed: \"CLAIM [VALUE ...]\", as jwt_require_claim has it",
      explain_claim_rule, true },

    { "scope-claim", "CLAIM",
      "where the scopes are (default: scope); again for the next to ask",
      explain_set_scope_claim, true },

    { "leeway", "TIME",
      "clock skew allowed (default: 5s)",
      explain_set_leeway, true },

    { "max-age", "TIME",
      "refuse tokens that were issued longer ago",
      explain_set_max_age, true },

    { "profile", "PROFILE",
      "any (default) or rfc9068",
      explain_set_profile, true },

    { "max-token-size", "SIZE",
      "refuse longer tokens (default: 8k)",
      explain_set_max_token_size, true },

    { "binding", "dpop,mtls,required",
      "what a token may or must be bound to, as jwt_binding has it",
      explain_set_binding, true },

    { "proof", "PROOF",
      "the DPoP header of the request; the token came by DPoP, then",
      explain_set_proof, false },

    { "url", "URL",
      "of the request, for the proof",
      explain_set_url, false },

    { "certificate", "FILE",
      "the client's certificate, PEM",
      explain_set_certificate, false },

    { "gate", "URL|FILE",
      "\"jwt_status json\" of a gate: tells what its directives say",
      explain_set_gate, false },

    { "location", "PATH",
      "judge as the location of that gate which this path is served by",
      explain_set_location, false },

    { "server", "NAME",
      "in this server: a name or an address of its",
      explain_set_server, false },

    { "at", "TIME",
      "judge as of then: seconds since 1970, or 2017-05-24T19:15:00Z",
      explain_set_at, false },

    { "trusted-certificate", "FILE",
      "CA certificates for the fetch (default: the system's)",
      explain_set_authorities, false },

    { "json", NULL,
      "write JSON, for machines",
      explain_set_json, false },

    { "help", NULL, "print this", explain_help, false },

    { "version", NULL, "print the version", explain_version, false }
};

#define EXPLAIN_OPTIONS  (sizeof(explain_table) / sizeof(explain_table[0]))


void
explain_help(explain_t *e, const char *value)
{
    char                     left[40];
    size_t                   i;
    const explain_option_t  *option;

    (void) e;
    (void) value;

    printf("Usage: jwt-explain --issuer URL --audience VALUE [OPTION]... "
           "[TOKEN|-]\n"
           "       jwt-explain --gate URL --location PATH [OPTION]... "
           "[TOKEN|-]\n\n"
           "Says what the gate would make of an access token, and why.  "
           "Without TOKEN, or\nwith -, it is read from standard input: an "
           "argument shows in the process list.\n\n");

    for (i = 0; i < EXPLAIN_OPTIONS; i++) {
        option = &explain_table[i];
        (void) snprintf(left, sizeof(left), "--%s %s", option->name,
                        option->argument != NULL ? option->argument : "");
        printf("  %-28s %s\n", left, option->help);
    }

    printf("\nExits 0 when the token is good, 1 when it is refused, 2 when "
           "the command line is\nwrong or the keys can't be had.\n");
    exit(EXPLAIN_OK);
}


static void
explain_version(explain_t *e, const char *value)
{
    (void) e;
    (void) value;

    printf("jwt-explain " NJWT_VERSION " of nginx-jwt-scope\n");
    exit(EXPLAIN_OK);
}


const explain_option_t *
explain_find(const char *name, size_t len)
{
    size_t  i;

    for (i = 0; i < EXPLAIN_OPTIONS; i++) {
        if (strlen(explain_table[i].name) == len
            && memcmp(explain_table[i].name, name, len) == 0)
        {
            return &explain_table[i];
        }
    }

    return NULL;
}
