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


/* Hints that need no payload. */

static void
njwt_hint_request(njwt_hint_t *hint, njwt_verdict_t verdict)
{
    switch (verdict) {

    case NJWT_NO_TOKEN:

        if (hint->c->credentials.unread) {
            njwt_hint_add(hint, "the token came as \"Authorization: DPoP\", "
                                "which counts as none here: write "
                                "\"jwt_binding dpop;\" to check its proof");
            break;
        }

        njwt_hint_add(hint, "send the header \"Authorization: Bearer TOKEN\"; "
                            "any scheme other than Bearer counts as no token");
        break;

    case NJWT_MULTIPLE_TOKENS:
        njwt_hint_add(hint, "send the token once, in one place");
        break;

    case NJWT_TOKEN_TOO_LARGE:
        njwt_hint_add(hint, "the token has ");
        njwt_hint_number(hint, (double) hint->c->credentials.token.len);
        njwt_hint_add(hint, " bytes, but \"jwt_max_token_size\" is ");
        njwt_hint_number(hint, (double) hint->c->policy->max_token_size);
        njwt_hint_add(hint, ": put fewer permissions and custom claims into "
                            "it, or raise the limit (and "
                            "\"large_client_header_buffers\")");
        break;

    case NJWT_MALFORMED_REQUEST:
        njwt_hint_malformed_request(hint);
        break;

    case NJWT_OPAQUE_TOKEN:
        njwt_hint_opaque(hint);
        break;

    case NJWT_ENCRYPTED_TOKEN:
        njwt_hint_encrypted(hint);
        break;

    case NJWT_MALFORMED_TOKEN:
        njwt_hint_malformed_token(hint);
        break;

    case NJWT_CRIT_UNSUPPORTED:
        njwt_hint_add(hint, "the header has \"crit\" or \"b64\", which "
                            "Auth0's access tokens don't have");
        break;

    default:
        break;
    }
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


/* Hints about a token that could be parsed. */

static void
njwt_hint_token(njwt_hint_t *hint, njwt_verdict_t verdict)
{
    switch (verdict) {

    case NJWT_ISSUER_MISMATCH:
        njwt_hint_issuer(hint);
        break;

    case NJWT_ALG_NOT_ALLOWED:
        njwt_hint_alg(hint);
        break;

    case NJWT_TYP_NOT_ALLOWED:
        njwt_hint_typ(hint);
        break;

    case NJWT_KEY_NOT_FOUND:
        njwt_hint_key(hint);
        break;

    case NJWT_BAD_SIGNATURE:
        njwt_hint_signature(hint);
        break;

    case NJWT_EXPIRED:
    case NJWT_NOT_YET_VALID:
    case NJWT_ISSUED_IN_FUTURE:
    case NJWT_TOO_OLD:
        njwt_hint_date(hint, verdict);
        break;

    case NJWT_AUDIENCE_MISMATCH:
        njwt_hint_audience(hint);
        break;

    case NJWT_CLAIM_MISSING:
        njwt_hint_claim_missing(hint);
        break;

    case NJWT_SENDER_CONSTRAINED:
        njwt_hint_bound(hint);
        break;

    case NJWT_METHOD_NOT_ALLOWED:
        njwt_hint_method(hint);
        break;

    case NJWT_INSUFFICIENT_SCOPE:
        njwt_hint_scope(hint);
        break;

    case NJWT_CLAIM_MISMATCH:
    case NJWT_CLAIM_MISMATCH_401:
        njwt_hint_claim(hint);
        break;

    default:
        break;
    }
}


bool
njwt_hint(njwt_arena_t *arena, const njwt_request_t *c, njwt_verdict_t verdict,
    const njwt_result_t *found, njwt_hint_reader_t reader,
    njwt_slice_t *out)
{
    njwt_hint_t  hint;

    njwt_hint_begin(&hint, arena, c, found);

    hint.log = reader == NJWT_HINT_LOG;
    hint.size = hint.log ? NJWT_HINT_LOG_MAX : NJWT_HINT_MAX;
    hint.data = njwt_arena_alloc(arena, hint.size);

    if (hint.data == NULL) {
        return false;
    }

    if (njwt_verdict_is_of_form(verdict)) {
        njwt_hint_request(&hint, verdict);

    } else if (verdict == NJWT_REVOKED) {
        njwt_hint_revoked(&hint);

    } else if (njwt_verdict_is_bound(verdict)) {
        njwt_hint_binding(&hint, verdict);

    } else if (found->payload != NULL) {
        njwt_hint_token(&hint, verdict);
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
