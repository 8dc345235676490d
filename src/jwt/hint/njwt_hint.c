/*
 * Hints about a refusal: which hint belongs to which verdict.
 */

#include "njwt_hint_parts.h"
#include "njwt_dates.h"


/* room for a hint to the holder of the token */
#define NJWT_HINT_MAX  4096


void
njwt_hint_begin(njwt_hint_t *hint, njwt_arena_t *arena,
    const njwt_request_t *c, const njwt_result_t *found)
{
    *hint = (njwt_hint_t) { 0 };

    hint->arena = arena;
    hint->c = c;
    hint->found = found;
    hint->issuer = found->issuer;

    if (hint->issuer == NULL && c->policy->issuer_count == 1) {
        hint->issuer = c->policy->issuers[0];
    }

    /*
     * Parsed again: the payload that njwt_judge() parsed can't be read by code
     * without a proof of the signature.
     */

    if (found->payload != NULL) {
        hint->payload = njwt_json_object(arena, found->jws.payload);
    }
}


static void
njwt_hint_no_token(njwt_hint_t *hint)
{
    njwt_hint_literal(hint, hint->c->credentials.unread
        ? "the token came as \"Authorization: DPoP\", which counts as none "
          "here: write \"jwt_binding dpop;\" to check its proof"
        : "send the header \"Authorization: Bearer TOKEN\"; any scheme other "
          "than Bearer counts as no token");
}


static void
njwt_hint_too_large(njwt_hint_t *hint)
{
    njwt_hint_add(hint, "the token has ");
    njwt_hint_number(hint, (double) hint->c->credentials.token.len);
    njwt_hint_add(hint, " bytes, but \"jwt_max_token_size\" is ");
    njwt_hint_number(hint, (double) hint->c->policy->max_token_size);
    njwt_hint_add(hint, ": put fewer permissions and custom claims into it, "
                        "or raise the limit (and "
                        "\"large_client_header_buffers\")");
}


/* Revocation is final: only a new token helps. */

static void
njwt_hint_revoked(njwt_hint_t *hint)
{
    const njwt_slice_t  *claim = hint->found->revoked_by;

    if (claim == NULL) {
        njwt_hint_add(hint, "all tokens of this issuer that were issued then "
                            "are revoked: \"jwt_revocation_zone\" was full, "
                            "or its entries were lost; get a new token");
        return;
    }

    njwt_hint_add(hint, "a revocation entry names the token's ");
    njwt_hint_quote(hint, *claim);
    njwt_hint_add(hint, " and a time that isn't before its \"iat\": get a new "
                        "token");
}


/* a text, or what writes one; no row: there is nothing to say */

static const struct {
    const char  *text;
    void       (*write)(njwt_hint_t *hint);
} njwt_hints[NJWT_VERDICT_COUNT] = {
    [NJWT_NO_TOKEN] = { NULL, njwt_hint_no_token },
    [NJWT_MULTIPLE_TOKENS] = { "send the token once, in one place", NULL },
    [NJWT_TOKEN_TOO_LARGE] = { NULL, njwt_hint_too_large },
    [NJWT_MALFORMED_REQUEST] = { NULL, njwt_hint_malformed_request },
    [NJWT_OPAQUE_TOKEN] = { NULL, njwt_hint_opaque },
    [NJWT_ENCRYPTED_TOKEN] = { NULL, njwt_hint_encrypted },
    [NJWT_MALFORMED_TOKEN] = { NULL, njwt_hint_malformed_token },
    [NJWT_CRIT_UNSUPPORTED] = { "the header has \"crit\" or \"b64\", which "
                                "Auth0's access tokens don't have", NULL },
    [NJWT_ISSUER_MISMATCH] = { NULL, njwt_hint_issuer },
    [NJWT_ALG_NOT_ALLOWED] = { NULL, njwt_hint_alg },
    [NJWT_TYP_NOT_ALLOWED] = { NULL, njwt_hint_typ },
    [NJWT_KEY_NOT_FOUND] = { NULL, njwt_hint_key },
    [NJWT_BAD_SIGNATURE] = { NULL, njwt_hint_signature },
    [NJWT_EXPIRED] = { NULL, njwt_hint_date },
    [NJWT_NOT_YET_VALID] = { NULL, njwt_hint_date },
    [NJWT_ISSUED_IN_FUTURE] = { NULL, njwt_hint_date },
    [NJWT_TOO_OLD] = { NULL, njwt_hint_date },
    [NJWT_AUDIENCE_MISMATCH] = { NULL, njwt_hint_audience },
    [NJWT_CLAIM_MISSING] = { NULL, njwt_hint_claim_missing },
    [NJWT_REVOKED] = { NULL, njwt_hint_revoked },
    [NJWT_SENDER_CONSTRAINED] = { NULL, njwt_hint_bound },
    [NJWT_UNBOUND_TOKEN] = { "the token has no \"cnf\": turn token sender-"
                             "constraining on for this API in Auth0, or send "
                             "it as a Bearer token where that is allowed",
                             NULL },
    [NJWT_CERTIFICATE_MISSING] = { "the client sent no certificate, or a "
                                   "proxy in front of nginx didn't pass it "
                                   "on", NULL },
    [NJWT_CERTIFICATE_MISMATCH] = { "the certificate isn't the one that the "
                                    "token was issued for: get a new token "
                                    "with it", NULL },
    [NJWT_DPOP_PROOF_MISSING] = { "the request has no DPoP header", NULL },
    [NJWT_DPOP_PROOF_INVALID] = { NULL, njwt_hint_proof },
    [NJWT_DPOP_KEY_MISMATCH] = { "the client has made a new key since it got "
                                 "the token: it must get a new token", NULL },
    [NJWT_DPOP_NONCE_NEEDED] = { "the client must put the nonce of "
                                 "\"DPoP-Nonce\" into a new proof", NULL },
    [NJWT_DPOP_PROOF_EXPIRED] = { NULL, njwt_hint_proof_time },
    [NJWT_DPOP_MEMORY_FULL] = { "make \"jwt_dpop_zone\" larger", NULL },
    [NJWT_DPOP_PROOF_REPLAYED] = { "each request needs a proof of its own, "
                                   "even a retry", NULL },
    [NJWT_METHOD_NOT_ALLOWED] = { NULL, njwt_hint_method },
    [NJWT_INSUFFICIENT_SCOPE] = { NULL, njwt_hint_scope },
    [NJWT_CLAIM_MISMATCH] = { NULL, njwt_hint_claim },
    [NJWT_CLAIM_MISMATCH_401] = { NULL, njwt_hint_claim }
};


/* Can it be said without the payload? */

static bool
njwt_hint_needs_no_payload(njwt_verdict_t verdict)
{
    return njwt_verdict_is_of_form(verdict) || njwt_verdict_is_bound(verdict)
           || verdict == NJWT_REVOKED;
}


bool
njwt_hint(njwt_arena_t *arena, const njwt_request_t *c, njwt_verdict_t verdict,
    const njwt_result_t *found, njwt_hint_reader_t reader,
    njwt_slice_t *out)
{
    njwt_hint_t  hint;

    njwt_hint_begin(&hint, arena, c, found);

    hint.verdict = verdict;
    hint.log = reader == NJWT_HINT_LOG;
    hint.size = hint.log ? NJWT_HINT_LOG_MAX : NJWT_HINT_MAX;
    hint.data = njwt_arena_alloc(arena, hint.size);

    if (hint.data == NULL) {
        return false;
    }

    if (found->payload != NULL || njwt_hint_needs_no_payload(verdict)) {

        if (njwt_hints[verdict].write != NULL) {
            njwt_hints[verdict].write(&hint);

        } else if (njwt_hints[verdict].text != NULL) {
            njwt_hint_literal(&hint, njwt_hints[verdict].text);
        }
    }

    if (arena->failed) {
        return false;
    }

    out->data = hint.data;
    out->len = hint.used;

    return true;
}


bool
njwt_hint_passed(njwt_arena_t *arena, const njwt_request_t *c,
    njwt_verdict_t verdict, const njwt_result_t *found, njwt_slice_t *out)
{
    njwt_hint_t   hint;
    njwt_dates_t  dates;

    static const njwt_slice_t  milliseconds =
        njwt_literal("\"exp\" looks like milliseconds, and must be in "
                     "seconds: as it is, this token is good for thousands of "
                     "years");

    out->len = 0;

    if (verdict != NJWT_EXPIRED || found->payload == NULL) {
        return true;
    }

    njwt_hint_begin(&hint, arena, c, found);

    if (arena->failed) {
        return false;
    }

    dates = njwt_dates_read(hint.payload);

    if (njwt_dates_milliseconds(dates.exp)) {
        *out = milliseconds;
    }

    return true;
}
