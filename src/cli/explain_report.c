/*
 * The report: for people the token, each check in its order, the verdict and
 * the gate's settings; for programs one JSON object.
 */

#include "explain_gate.h"

#include <string.h>


#define EXPLAIN_SKEW  2      /* s of clock difference not worth mentioning */


/* What each check asks, in the order of the verdicts; NULL: nothing. */

static const char  *const  explain_asks[NJWT_VERDICT_COUNT] = {
    [NJWT_NO_TOKEN] = "there is a token",
    [NJWT_MULTIPLE_TOKENS] = "there is no more than one",
    [NJWT_TOKEN_TOO_LARGE] = "it is within the size limit",
    [NJWT_MALFORMED_REQUEST] = "it has the characters that a token may have",
    [NJWT_OPAQUE_TOKEN] = "it has three parts",
    [NJWT_ENCRYPTED_TOKEN] = "it is not encrypted",
    [NJWT_MALFORMED_TOKEN] = "its parts are strict base64url and JSON",
    [NJWT_CRIT_UNSUPPORTED] = "it needs no critical extension",
    [NJWT_ISSUER_MISMATCH] = "\"iss\" is one of the issuers",
    [NJWT_ALG_NOT_ALLOWED] = "\"alg\" is allowed",
    [NJWT_TYP_NOT_ALLOWED] = "\"typ\" is an access token's",
    [NJWT_KEYS_UNAVAILABLE] = "there are keys",
    [NJWT_KEY_NOT_FOUND] = "the key set has the token's key",
    [NJWT_BAD_SIGNATURE] = "the signature is that key's",
    [NJWT_EXPIRED] = "\"exp\" is in the future",
    [NJWT_NOT_YET_VALID] = "\"nbf\" is not in the future",
    [NJWT_ISSUED_IN_FUTURE] = "\"iat\" is not in the future",
    [NJWT_TOO_OLD] = "\"iat\" is within max_age",
    [NJWT_AUDIENCE_MISMATCH] = "\"aud\" contains one of the audiences",
    [NJWT_CLAIM_MISSING] = "it has the claims that profile and max_age need",
    [NJWT_REVOKED] = "it isn't revoked",
    [NJWT_SENDER_CONSTRAINED] = "its binding is checked here",
    [NJWT_UNBOUND_TOKEN] = "it is bound if it must be",
    [NJWT_CERTIFICATE_MISSING] = "there is a client certificate",
    [NJWT_CERTIFICATE_MISMATCH] = "the token is bound to it",
    [NJWT_DPOP_PROOF_MISSING] = "there is a proof",
    [NJWT_DPOP_PROOF_INVALID] = "the proof is good for this request",
    [NJWT_DPOP_KEY_MISMATCH] = "the token is bound to the proof's key",
    [NJWT_DPOP_NONCE_NEEDED] = "it has a nonce if it must have one",
    [NJWT_DPOP_PROOF_EXPIRED] = "the proof's time is right",
    [NJWT_DPOP_MEMORY_FULL] = "there is room to remember it",
    [NJWT_DPOP_PROOF_REPLAYED] = "it wasn't used before",
    [NJWT_METHOD_NOT_ALLOWED] = "a rule names the method",
    [NJWT_INSUFFICIENT_SCOPE] = "the required scopes are granted",
    [NJWT_CLAIM_MISMATCH] = "the claims satisfy the rules"
};


static void
explain_key_source(const explain_t *e)
{
    size_t        i;
    unsigned      bit;
    const char   *how;
    njwt_slice_t  kid;

    explain_title(e, "Keys");
    printf(" of ");
    explain_out(explain_slice(e->source));
    printf("\n");

    if (e->issuer->keys == NULL) {
        printf("  ");
        explain_out(explain_slice(e->tried ? e->keys_error
                                           : "(not needed, not fetched)"));
        printf("\n\n");
        return;
    }

    if (e->secret != NULL) {
        printf("  a shared secret\n\n");
        return;
    }

    for (i = 0; i < njwt_jwks_count(e->issuer->keys); i++) {
        if (njwt_key_kid(njwt_jwks_key(e->issuer->keys, i), &kid)) {
            printf("  kid       ");
            explain_out_string(kid);
            printf("\n");

        } else {
            printf("  a key without kid\n");
        }
    }

    if (e->keys_report.skipped > 0) {
        printf("  %zu skipped, the first one because of ",
               e->keys_report.skipped);
        explain_out(explain_slice(e->keys_report.skipped_why));
        printf("\n");
    }

    for (bit = 1; (how = njwt_jwks_spelling(bit)) != NULL; bit <<= 1) {
        if (e->keys_report.spelling & bit) {
            printf("  they are read although %s\n", how);
        }
    }

    if (e->keys_report.private_members) {
        printf("  they have private or secret members: whoever reads them can "
               "sign tokens\n");
    }

    printf("\n");
}


static const char *
explain_result(const explain_t *e, explain_result_t result)
{
    switch (result) {

    case EXPLAIN_PASS:
        explain_colour(e, EXPLAIN_GREEN);
        return "pass";

    case EXPLAIN_FAIL:
        explain_colour(e, EXPLAIN_RED);
        return "FAIL";

    case EXPLAIN_WOULD_PASS:
        explain_colour(e, EXPLAIN_DIM);
        return "(pass)";

    case EXPLAIN_WOULD_FAIL:
        explain_colour(e, EXPLAIN_RED);
        return "(FAIL)";

    default:
        explain_colour(e, EXPLAIN_DIM);
        return "-";
    }
}


/* Checks of a binding are shown only if there is one. */

static bool
explain_is_shown(const explain_t *e, njwt_verdict_t verdict)
{
    return e->policy.binding != NULL
           || !njwt_verdict_is_bound(verdict)
           || verdict == e->verdict;
}


/* Returns true for a check that wasn't reached, but whose result is known. */

static bool
explain_line(explain_t *e, njwt_verdict_t verdict)
{
    njwt_slice_t      hint, name;
    explain_result_t  result;

    result = explain_check(e, verdict, &hint);
    name = njwt_verdict_info(verdict)->name;

    printf("  %-6s", explain_result(e, result));
    explain_colour(e, NULL);
    printf("  %-20.*s  %s\n", (int) name.len, (const char *) name.data,
           explain_asks[verdict] != NULL ? explain_asks[verdict] : "");

    explain_wrap(hint, 10);

    return result == EXPLAIN_WOULD_PASS || result == EXPLAIN_WOULD_FAIL;
}


/*
 * What answers there before the gate is asked: "return" or "rewrite", "if" for
 * one of these in an "if".  An earlier version doesn't say.
 */

static njwt_slice_t
explain_bypassed_by(const explain_t *e)
{
    return njwt_json_string(njwt_json_member(e->asked->location,
                                             explain_slice("bypassed_by")));
}


/* Does something answer every request before the gate is asked? */

static bool
explain_is_bypassed(const explain_t *e)
{
    njwt_slice_t  by;

    by = explain_bypassed_by(e);

    return by.len > 0 && !njwt_slice_equal(by, explain_slice("if"));
}


/* Does the verdict not stop the request? */

static bool
explain_goes_on(const explain_t *e)
{
    njwt_value_t  location;

    location = e->asked->location;

    return explain_is_bypassed(e)
           || explain_gate_is(location, "mode", "report")
           || (explain_gate_is(location, "mode", "optional")
               && e->verdict == NJWT_NO_TOKEN);
}


/* A verdict counts for nothing where it stops nothing. */

static void
explain_no_refusal(const explain_t *e)
{
    if (e->gate == NULL) {
        return;
    }

    if (!explain_is_bypassed(e) && explain_bypassed_by(e).len > 0) {
        explain_wrap(explain_slice("But where an \"if\" holds, nginx answers "
                                   "the request before the gate is asked."),
                     0);
    }

    if (!explain_is_bypassed(e) && e->verdict != NJWT_OK
        && explain_goes_on(e))
    {
        explain_wrap(explain_slice(
                     explain_gate_is(e->asked->location, "mode", "report")
                     ? "Report mode: the request is passed on anyway."
                     : "The request is passed on anyway."), 0);
    }
}


static void
explain_verdict(explain_t *e)
{
    const njwt_verdict_info_t  *info;

    info = njwt_verdict_info(e->verdict);

    printf("\n");
    explain_out(explain_description(e));
    printf(".\n");
    explain_no_refusal(e);
    printf("Verdict: ");
    explain_colour(e, e->verdict == NJWT_OK ? EXPLAIN_GREEN : EXPLAIN_RED);
    explain_out(info->name);
    explain_colour(e, NULL);

    if (info->status != 0) {
        printf(" (status %u%s%.*s)", info->status,
               info->error.len > 0 ? ", " : "", (int) info->error.len,
               (const char *) info->error.data);
    }

    printf("\n");

    if (e->gate != NULL && explain_is_bypassed(e)) {
        explain_wrap(explain_slice("But nginx answers the request before the "
                                   "gate is asked, whatever the token is."),
                     0);
    }

    if (e->gate != NULL) {
        explain_out_open(stdout, e, 0);
    }
}


void
explain_out_list(FILE *file, njwt_value_t list)
{
    const char    *before;
    njwt_value_t   element = { NULL };

    for (before = ""; njwt_json_each(list, &element); before = " ") {
        fputs(before, file);
        explain_out_to(file, njwt_json_string(element));
    }
}


void
explain_out_server(FILE *file, njwt_value_t server)
{
    fputs("\"", file);
    explain_out_list(file, explain_gate_need(server, "names",
                                             NJWT_JSON_ARRAY));
    fputs("\" on ", file);
    explain_out_list(file, explain_gate_need(server, "listen",
                                             NJWT_JSON_ARRAY));
}


static njwt_value_t
explain_list(const explain_t *e, const char *name)
{
    return explain_gate_need(e->asked->location, name, NJWT_JSON_ARRAY);
}


static void
explain_report_server(const explain_t *e)
{
    printf("  server    ");
    explain_out_server(stdout, e->asked->server);
    printf("\n  location  \"");
    explain_out(explain_gate_text(e->asked->location, "location"));
    printf("\" (%s)\n  issuers   ", e->asked->chosen);
    explain_out_list(stdout, explain_list(e, "issuers"));
    printf("\n");
}


static void
explain_report_bypass(const explain_t *e)
{
    njwt_slice_t  by;

    by = explain_bypassed_by(e);

    if (by.len == 0) {
        return;
    }

    printf("  bypassed  by ");

    if (njwt_slice_equal(by, explain_slice("if"))) {
        printf("\"return\" or \"rewrite\" where an \"if\" holds: such a "
               "request isn't judged\n");
        return;
    }

    printf("\"");
    explain_out(by);
    printf("\": it answers every request, and no token is looked at\n");
}


/* What stands before the path in a proof's URL, where it is configured. */

static void
explain_report_origins(const explain_t *e)
{
    njwt_value_t  dpop;

    dpop = njwt_json_member(e->asked->location, explain_slice("dpop"));
    dpop = njwt_json_member(dpop, explain_slice("origins"));

    if (njwt_json_length(dpop) > 0) {
        printf("  proofs    for ");
        explain_out_list(stdout, dpop);
        printf("\n");
    }
}


/* What else is required, but can't be judged from here. */

static void
explain_report_more(const explain_t *e)
{
    njwt_value_t  binding, variables, location;

    location = e->asked->location;
    binding = njwt_json_member(location, explain_slice("binding"));
    variables = explain_list(e, "variables");

    printf("  mode      ");
    explain_out(explain_gate_text(location, "mode"));
    printf("%s\n", explain_goes_on(e) && !explain_is_bypassed(e)
                   ? ": the request goes on, whatever the verdict" : "");

    explain_report_bypass(e);

    printf("  token in  ");
    explain_out_list(stdout, explain_list(e, "token"));
    printf("\n");

    if (njwt_json_length(binding) > 0) {
        printf("  binding   ");
        explain_out_list(stdout, binding);
        printf("\n");
        explain_report_origins(e);
    }

    if (njwt_json_length(variables) > 0) {
        printf("  requires  ");
        explain_out_list(stdout, variables);
        printf("  (not checked here)\n");
    }

    if (explain_gate_flag(location, "preflight")) {
        explain_wrap(explain_slice("A CORS preflight is not judged there."),
                     2);
    }
}


/* By how much the gate's clock differs, where that is worth mentioning. */

static void
explain_report_clock(int64_t ahead, const char *whose)
{
    if (ahead > EXPLAIN_SKEW || ahead < -EXPLAIN_SKEW) {
        printf("  clock     the gate's is %lld s %s %s\n",
               (long long) (ahead > 0 ? ahead : -ahead),
               ahead > 0 ? "ahead of" : "behind", whose);
    }
}


static void
explain_gate_report(explain_t *e)
{
    explain_title(e, "Gate");
    printf(" at ");
    explain_out(explain_slice(e->gate));
    printf("\n");

    explain_report_server(e);
    explain_report_more(e);
    explain_report_clock(e->asked->ahead, "this machine's, and decides");
    explain_report_clock(e->judged.ahead, "the issuer's");
    printf("\n");
}


void
explain_report(explain_t *e)
{
    int   i;
    bool  reported;

    reported = false;

    if (e->judged.credentials.found > 0) {
        explain_members(e, "Header", e->head);
        explain_members(e, e->found.proof != NULL
                           ? "Payload (signature verified)"
                           : "Payload (NOT verified: anybody could have "
                             "written this)", e->payload);
    }

    if (e->gate != NULL) {
        explain_gate_report(e);
    }

    if (e->source != NULL) {
        explain_key_source(e);
    }

    explain_title(e, "Checks");
    printf(" of %s %s request\n",
           strchr("AEIOU", e->method[0]) != NULL ? "an" : "a", e->method);

    for (i = NJWT_UNDECIDED + 1; i <= EXPLAIN_LAST; i++) {
        if (explain_is_shown(e, (njwt_verdict_t) i)) {
            reported |= explain_line(e, (njwt_verdict_t) i);
        }
    }

    if (reported) {
        printf("\n");
        explain_wrap(explain_slice(e->found.proof != NULL
            ? "Checks in parentheses come after the one that decided."
            : "Checks in parentheses come after the one that decided, and "
              "depend on what the token claims, which is not verified."), 2);
    }

    explain_verdict(e);
}


static void
explain_text(njwt_out_t *out, const char *name, const char *text)
{
    if (text == NULL) {
        njwt_out_null(out, name);

    } else {
        njwt_out_string(out, name, explain_slice(text));
    }
}


static void
explain_gate_machine(explain_t *e, njwt_out_t *out)
{
    njwt_slice_t            by = explain_bypassed_by(e);
    njwt_value_t            location = e->asked->location;
    const explain_block_t  *block = e->asked->block;

    njwt_out_open(out, "gate", '{');
    njwt_out_string(out, "server", explain_gate_text(location, "server"));
    njwt_out_number(out, "server_number",
                    (int64_t) explain_gate_number(location, "server_number"));
    njwt_out_string(out, "location", explain_gate_text(location, "location"));
    njwt_out_word(out, "chosen", e->asked->chosen);
    njwt_out_optional(out, "issuer",
                      block != NULL ? &block->trust.name : NULL);
    njwt_out_string(out, "mode", explain_gate_text(location, "mode"));
    njwt_out_optional(out, "bypassed_by", by.len > 0 ? &by : NULL);
    njwt_out_flag(out, "goes_on",
                  e->verdict == NJWT_OK || explain_goes_on(e));
    njwt_out_number(out, "clock_ahead", e->asked->ahead);
    njwt_out_name(out, "not_checked");
    explain_value(explain_list(e, "variables"), 0);
    njwt_out_close(out, '}');
}


static void
explain_part(njwt_out_t *out, const char *name, njwt_value_t value)
{
    if (njwt_json_type(value) != NJWT_JSON_OBJECT) {
        njwt_out_null(out, name);
        return;
    }

    njwt_out_name(out, name);
    explain_value(value, 0);
}


static void
explain_machine_keys(const explain_t *e, njwt_out_t *out)
{
    size_t        i, count;
    njwt_slice_t  kid;

    count = e->issuer->keys != NULL ? njwt_jwks_count(e->issuer->keys) : 0;

    njwt_out_open(out, "keys", '{');
    explain_text(out, "source", e->source);
    njwt_out_number(out, "usable", (int64_t) count);
    njwt_out_number(out, "passed_over", (int64_t) e->keys_report.skipped);
    explain_text(out, "error", e->keys_error);
    njwt_out_open(out, "kids", '[');

    for (i = 0; i < count; i++) {
        if (njwt_key_kid(njwt_jwks_key(e->issuer->keys, i), &kid)) {
            njwt_out_string(out, NULL, kid);
        }
    }

    njwt_out_close(out, ']');
    njwt_out_close(out, '}');
}


static void
explain_machine_check(explain_t *e, njwt_out_t *out, njwt_verdict_t verdict)
{
    njwt_slice_t      hint;
    explain_result_t  result;

    static const char  *const results[][2] = {
        [EXPLAIN_PASS] = { "pass", NULL },
        [EXPLAIN_FAIL] = { "fail", NULL },
        [EXPLAIN_WOULD_PASS] = { "not_reached", "pass" },
        [EXPLAIN_WOULD_FAIL] = { "not_reached", "fail" },
        [EXPLAIN_NOT_REACHED] = { "not_reached", NULL }
    };

    result = explain_check(e, verdict, &hint);

    njwt_out_open(out, NULL, '{');
    njwt_out_string(out, "check", njwt_verdict_info(verdict)->name);
    njwt_out_word(out, "result", results[result][0]);
    explain_text(out, "would", results[result][1]);
    njwt_out_optional(out, "hint", hint.len > 0 ? &hint : NULL);
    njwt_out_close(out, '}');
}


void
explain_machine(explain_t *e)
{
    int                         i;
    njwt_out_t                  out = explain_json();
    const njwt_verdict_info_t  *info = njwt_verdict_info(e->verdict);

    njwt_out_open(&out, NULL, '{');
    explain_part(&out, "header", e->head);
    explain_part(&out, "payload", e->payload);
    njwt_out_flag(&out, "signature_verified", e->found.proof != NULL);
    njwt_out_number(&out, "at", e->judged.now);
    explain_text(&out, "method", e->method);

    if (e->gate != NULL) {
        explain_gate_machine(e, &out);
    }

    explain_machine_keys(e, &out);
    njwt_out_open(&out, "checks", '[');

    for (i = NJWT_UNDECIDED + 1; i <= EXPLAIN_LAST; i++) {
        explain_machine_check(e, &out, (njwt_verdict_t) i);
    }

    njwt_out_close(&out, ']');
    njwt_out_number(&out, "status", info->status);
    njwt_out_string(&out, "error", info->error);
    njwt_out_string(&out, "description", explain_description(e));
    njwt_out_string(&out, "verdict", info->name);
    njwt_out_close(&out, '}');
    printf("\n");
}
