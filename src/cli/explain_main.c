/*
 * jwt-explain: the reason why a token is refused, by the gate's own decision.
 */

#include "explain.h"
#include "njwt_b64.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>


static void
explain_begin(explain_t *e, int argc)
{
    const char  *no_colour, *term;

    memset(e, 0, sizeof(explain_t));
    njwt_arena_init(&e->arena);

    e->most = (size_t) argc + 1;
    e->issuers.values = explain_alloc(e, e->most * sizeof(njwt_slice_t));
    e->audiences.values = explain_alloc(e, e->most * sizeof(njwt_slice_t));
    e->audiences_here.values = explain_alloc(e, e->most
                                                * sizeof(njwt_slice_t));
    e->scope_claims.values = explain_alloc(e, e->most * sizeof(njwt_slice_t));
    e->scope_rules = explain_alloc(e, e->most * sizeof(njwt_scope_rule_t));
    e->claim_rules = explain_alloc(e, e->most * sizeof(njwt_claim_rule_t));

    e->revocation.values = explain_alloc(e, NJWT_MAX_REVOCATION
                                            * sizeof(njwt_slice_t));
    e->servers.values = explain_alloc(e, e->most * sizeof(njwt_slice_t));

    e->issuer = &e->own;
    e->own.expected.leeway = NJWT_DEFAULT_LEEWAY;
    e->policy.max_token_size = NJWT_DEFAULT_MAX_TOKEN_SIZE;
    e->method = "GET";
    e->judged.method = explain_method(e->method);

    no_colour = getenv("NO_COLOR");
    term = getenv("TERM");
    e->colour = isatty(STDOUT_FILENO)
                && (no_colour == NULL || no_colour[0] == '\0')
                && term != NULL && strcmp(term, "dumb") != 0;
}


/* Sets what is judged, as the core needs it. */

static void
explain_policy(explain_t *e)
{
    explain_list_t     *here = &e->audiences_here;
    njwt_rule_value_t  *values;

    e->issuer->issuers = e->issuers.values;
    e->issuer->issuer_count = e->issuers.count;
    e->issuer->expected.audiences = e->audiences.values;
    e->issuer->expected.audience_count = e->audiences.count;
    e->issuer->expected.scope_claims = e->scope_claims.values;
    e->issuer->expected.scope_claim_count = e->scope_claims.count;

    e->trusted = explain_alloc(e, sizeof(njwt_issuer_t *));
    e->trusted[0] = &e->own;
    e->policy.issuers = e->trusted;
    e->policy.issuer_count = 1;
    e->policy.scope_rules = e->scope_rules;
    e->policy.claim_rules = e->claim_rules;

    if (here->count > 0) {
        e->policy.audience = explain_alloc(e, sizeof(njwt_claim_rule_t));
        values = explain_alloc(e, here->count * sizeof(njwt_rule_value_t));
        njwt_policy_audience_rule(e->policy.audience, values, here->values,
                                  here->count);
    }
}


static void
explain_prepare(explain_t *e)
{
    e->judged.policy = &e->policy;

    if (!e->at) {
        e->judged.now = (int64_t) time(NULL);
    }

    if (e->gate != NULL) {
        explain_gate(e);
        return;
    }

    explain_source(e);
    explain_policy(e);
    explain_revoked(e);
}


static void
explain_file_keys(explain_t *e)
{
    if (!explain_keys(e)) {
        explain_die("\"%s\" gives no keys: %s", e->source, e->keys_error);
    }
}


/* Checks the required options; a gate's issuer depends on the token. */

static bool
explain_late_keys(explain_t *e)
{
    if (e->remote) {
        if (explain_keys(e)) {
            return true;
        }

        if (e->gate != NULL) {
            explain_gate_unlike(e);
        }

        return false;
    }

    explain_file_keys(e);

    return true;
}


/*
 * Keys from a file are read whatever the token is, so that a wrong name is
 * noticed at once.  They are fetched from a URL only for a token that needs
 * them.
 */

static void
explain_judge(explain_t *e)
{
    if (e->gate == NULL && !e->remote) {
        explain_file_keys(e);
    }

    e->verdict = njwt_judge(&e->arena, &e->judged, &e->found);

    if (e->gate != NULL) {
        explain_gate_issuer(e);
    }

    if (e->verdict == NJWT_KEYS_UNAVAILABLE && explain_late_keys(e)) {
        e->verdict = njwt_judge(&e->arena, &e->judged, &e->found);
    }

    if (e->gate != NULL) {
        explain_gate_mode(e);
    }

    if (e->verdict == NJWT_UNDECIDED) {
        explain_die("out of memory");
    }
}


/* Decodes header and payload for display, even of a malformed token. */

static njwt_value_t
explain_part(explain_t *e, size_t n)
{
    njwt_value_t  none = { NULL };
    njwt_slice_t  part, rest, text;

    rest = e->judged.credentials.token;

    do {
        part = njwt_slice_until(&rest, '.');
    } while (n-- > 0);

    return njwt_b64_decode(&e->arena, part, &text)
           ? njwt_json_object(&e->arena, text) : none;
}


static int
explain_status(const explain_t *e)
{
    if (e->verdict == NJWT_OK) {
        return EXPLAIN_OK;
    }

    return e->verdict == NJWT_KEYS_UNAVAILABLE ? EXPLAIN_TROUBLE
                                               : EXPLAIN_REFUSED;
}


int
main(int argc, char **argv)
{
    explain_t  e;

    explain_begin(&e, argc);
    explain_options(&e, argc, argv);
    explain_prepare(&e);
    explain_token(&e);
    explain_binding(&e);

    if (e.gate != NULL) {
        explain_gate_token(&e);
    }

    explain_judge(&e);

    if (njwt_jws_parts(e.judged.credentials.token) > 1
        && e.judged.credentials.token.len <= e.policy.max_token_size)
    {
        e.head = explain_part(&e, 0);
        e.payload = explain_part(&e, 1);
    }

    if (e.json) {
        explain_machine(&e);

    } else {
        explain_report(&e);
    }

    if (fflush(stdout) != 0 || ferror(stdout)) {
        explain_die("standard output can't be written to");
    }

    explain_rules_free(&e);
    njwt_jwks_free(e.issuer->keys);
    njwt_arena_free(&e.arena);

    return explain_status(&e);
}
