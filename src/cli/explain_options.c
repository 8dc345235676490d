/*
 * The command line: the table of options, what each sets, and the check for
 * contradictions between them.
 */

#include "explain.h"
#include "njwt_path.h"

#include <stdlib.h>
#include <string.h>


typedef void (*explain_set_pt)(explain_t *e, const char *value);

typedef struct {
    const char           *name;          /* without the dashes */
    const char           *argument;      /* NULL: it takes none */
    const char           *help;
    explain_set_pt        set;           /* NULL: stores the text, once */
    bool                  supplied;      /* by a gate: not with --gate */
    size_t                offset;        /* of that text */
} explain_option_t;


static void explain_version(explain_t *e, const char *value);
static void explain_help(explain_t *e, const char *value);


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
    if (!njwt_issuer_exact(explain_slice(value))) {
        explain_die("\"--issuer\" \"%s\" " NJWT_ISSUER_INEXACT ", with "
                    "one --issuer for each value", value);
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

    if (!njwt_audience_exact(explain_slice(value))) {
        explain_die("\"--audience\" \"%s\" " NJWT_AUDIENCE_INEXACT ", with "
                    "one --audience for each value", value);
    }

    explain_add(&e->audiences, value, "--audience");
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
    if (njwt_has_variable(explain_slice(value))) {
        explain_die("\"--scope-claim\" names the variable \"%s\" where a "
                    "claim is wanted: write the claim's name", value);
    }

    if (!njwt_path_valid(explain_slice(value))) {
        explain_die("invalid claim \"%s\" in \"--scope-claim\": write its "
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

    if (e->issuer->expected.max_age == 0) {
        explain_die("\"--max-age\" can't be 0, leave it out to accept tokens "
                    "of any age");
    }
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
        explain_die("invalid value \"%s\" of \"--max-token-size\": write "
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
        explain_die("invalid profile \"%s\": write any or rfc9068", value);
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


static void
explain_set_audience_here(explain_t *e, const char *value)
{
    explain_add(&e->audiences_here, value, "--audience-here");
}


static const explain_option_t  explain_table[] = {

    { "issuer", "URL",
      "the exact \"iss\" accepted; again for another domain of the tenant",
      explain_set_issuer, true, 0 },

    { "audience", "VALUE",
      "the API's identifier; again for another; \"off\" to do without",
      explain_set_audience, true, 0 },

    { "audience-here", "VALUE",
      "one of the location's own audiences, as in jwt_audience; again for "
      "another",
      explain_set_audience_here, true, 0 },

    { "jwks", "FILE|URL",
      "the keys (default: the first issuer's .well-known/jwks.json)",
      NULL, false, offsetof(explain_t, jwks) },

    { "secret", "FILE",
      "the shared secret instead, for --algorithms HS256, HS384, HS512",
      NULL, false, offsetof(explain_t, secret) },

    { "algorithms", "A,B",
      "what tokens may be signed with (default: RS256)",
      explain_set_algorithms, true, 0 },

    { "scope", "SCOPE",
      "required; or a rule: \"SCOPE ... [match=any] [methods=GET,POST]\"",
      explain_scope_rule, true, 0 },

    { "method", "METHOD",
      "of the request (default: GET)",
      explain_set_method, false, 0 },

    { "claim", "RULE",
      "required: \"CLAIM [VALUE ...]\", as in jwt_require_claim",
      explain_claim_rule, true, 0 },

    { "scope-claim", "CLAIM",
      "where the scopes are (default: scope); again for the next one",
      explain_set_scope_claim, true, 0 },

    { "leeway", "TIME",
      "clock skew allowed (default: 5s)",
      explain_set_leeway, true, 0 },

    { "max-age", "TIME",
      "refuse tokens that were issued longer ago",
      explain_set_max_age, true, 0 },

    { "profile", "PROFILE",
      "any (default) or rfc9068",
      explain_set_profile, true, 0 },

    { "max-token-size", "SIZE",
      "refuse longer tokens (default: 8k)",
      explain_set_max_token_size, true, 0 },

    { "binding", "dpop,mtls,required",
      "what a token may or must be bound to, as in jwt_binding",
      explain_set_binding, true, 0 },

    { "proof", "PROOF",
      "the DPoP header of the request; then the token came by DPoP",
      explain_set_proof, false, 0 },

    { "url", "URL",
      "of the request, for the proof",
      explain_set_url, false, 0 },

    { "certificate", "FILE",
      "the client's certificate, PEM",
      explain_set_certificate, false, 0 },

    { "revoked", "FILE",
      "the revocation entries, as in revocation_file",
      NULL, false, offsetof(explain_t, revoked) },

    { "revocation", "CLAIM,...",
      "the claims by which tokens are revoked, as in revocation",
      explain_set_revocation, true, 0 },

    { "gate", "URL|FILE",
      "\"jwt_status json\" of a gate: its settings instead of options",
      NULL, false, offsetof(explain_t, gate) },

    { "location", "PATH",
      "judge as the gate's location for this path does",
      NULL, false, offsetof(explain_t, location) },

    { "server", "NAME",
      "on this server, by a name or an address",
      explain_set_server, false, 0 },

    { "at", "TIME",
      "judge as of that time: seconds since 1970, or 2017-05-24T19:15:00Z",
      explain_set_at, false, 0 },

    { "trusted-certificate", "FILE",
      "CA certificates for the fetch (default: the system's)",
      NULL, false, offsetof(explain_t, ca_file) },

    { "json", NULL,
      "write JSON, for machines",
      explain_set_json, false, 0 },

    { "help", NULL, "print this", explain_help, false, 0 },

    { "version", NULL, "print the version", explain_version, false, 0 }
};

#define EXPLAIN_OPTIONS  (sizeof(explain_table) / sizeof(explain_table[0]))


static void
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
           "Explains what the gate would decide about an access token, and "
           "why.\nWithout TOKEN, or with -, the token is read from standard "
           "input: an argument\nshows in the process list.\n\n");

    for (i = 0; i < EXPLAIN_OPTIONS; i++) {
        option = &explain_table[i];
        (void) snprintf(left, sizeof(left), "--%s %s", option->name,
                        option->argument != NULL ? option->argument : "");
        printf("  %-28s %s\n", left, option->help);
    }

    printf("\nExits 0 when the token is good, 1 when it is refused, 2 when "
           "the command line is\nwrong or the keys can't be fetched.\n");
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


/* The option with that name; NULL: there is none. */

static const explain_option_t *
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


/* Stores a text that may be given once. */

static void
explain_keep(explain_t *e, const explain_option_t *option, const char *value)
{
    const char  **text;

    text = (const char **) ((char *) e + option->offset);

    if (*text != NULL) {
        explain_die("\"--%s\" is given twice: write one", option->name);
    }

    *text = value;
}


/* Reads an option, with its value in the same argument or in the next. */

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
        explain_die("unknown option \"--%.*s\": see jwt-explain --help",
                    (int) len, name);
    }

    if (option->argument == NULL) {
        if (value != NULL) {
            explain_die("\"--%s\" takes no value", option->name);
        }

    } else if (value == NULL) {
        if (i + 1 >= argc) {
            explain_die("\"--%s\" needs a value: write --%s %s",
                        option->name, option->name, option->argument);
        }

        value = argv[++i];
    }

    if (option->supplied && e->supplied == NULL) {
        e->supplied = option->name;
    }

    if (option->set == NULL) {
        explain_keep(e, option, value);

    } else {
        option->set(e, value);
    }

    return i;
}


/* Settings of a gate can't be given together with --gate, and the reverse. */

static void
explain_consistent_gate(explain_t *e)
{
    if (e->gate == NULL) {
        explain_die("\"--%s\" needs a gate: write --gate URL, with the URL of "
                    "its \"jwt_status json\"", e->location != NULL
                                                  ? "location" : "server");
    }

    if (e->revoked != NULL) {
        explain_die("\"--revoked\" stands beside \"--gate\", whose claims of "
                    "\"revocation\" aren't known: write --issuer and the "
                    "other options instead");
    }

    if (e->supplied != NULL) {
        explain_die("\"--%s\" stands beside \"--gate\", whose status has that "
                    "setting: write one or the other", e->supplied);
    }

    if (e->location == NULL) {
        explain_die("\"--gate\" needs a location: write --location PATH");
    }
}


/*
 * An issuer that is no URL doesn't lead to keys: their source must be given.
 */

static void
explain_issuers(explain_t *e)
{
    size_t  i;

    if (e->jwks != NULL || e->secret != NULL) {
        return;
    }

    for (i = 0; i < e->issuers.count; i++) {
        if (!njwt_url_is_web(e->issuers.values[i])) {
            explain_die("\"--issuer\" \"%s\" is no URL: write it as in "
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
        explain_die("no \"--issuer\": write the exact \"iss\" of the tokens, "
                    "as in --issuer https://TENANT.eu.auth0.com/ (see "
                    "jwt-explain --help)");
    }

    explain_issuers(e);

    if (e->audiences.count == 0 && !e->issuer->expected.any_audience) {
        explain_die("no \"--audience\": write the identifier of the API, or "
                    "--audience off to accept tokens for any audience");
    }

    if (e->audiences.count > 0 && e->issuer->expected.any_audience) {
        explain_die("\"--audience off\" stands beside values: write one or "
                    "the other");
    }

    if (njwt_algorithms_mixed(algorithms)) {
        explain_die("\"--algorithms\" " NJWT_ALGORITHMS_MIXED);
    }

    if ((e->revoked == NULL) != (e->revocation.count == 0)) {
        explain_die("\"--revoked\" and \"--revocation\" go together: write "
                    "--revoked FILE --revocation CLAIM,...");
    }

    if (e->secret != NULL && !(algorithms & NJWT_ALGS_HMAC)) {
        explain_die("\"--secret\" is for HS* only: write --algorithms HS256");
    }

    if (e->secret == NULL && (algorithms & NJWT_ALGS_HMAC)) {
        explain_die("\"--algorithms HS*\" needs a secret: write --secret "
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
            explain_die("unknown option \"%.2s\": see jwt-explain --help",
                        argv[i]);
        }

        if (e->token != NULL) {
            explain_die("more than one token: write one, in quotes if there "
                        "is \"Bearer\" in front of it");
        }

        e->token = argv[i];
    }

    if (e->token != NULL && strcmp(e->token, "-") == 0) {
        e->token = NULL;
    }

    if (e->secret != NULL && e->jwks != NULL) {
        explain_die("\"--jwks\" and \"--secret\" are both there: write one "
                    "of them");
    }

    if (e->gate != NULL || e->location != NULL || e->servers.count > 0) {
        explain_consistent_gate(e);
        return;
    }

    explain_consistent(e);
}
