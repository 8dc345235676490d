/*
 * The meaning of each verdict: the one table that refusals, variables, logs,
 * the README and the tests depend on.
 */

#include "njwt_verdict_info.h"


#define NJWT_INVALID_REQUEST     "invalid_request"
#define NJWT_INVALID_TOKEN       "invalid_token"
#define NJWT_INVALID_PROOF       "invalid_dpop_proof"
#define NJWT_SCOPE_ERROR         "insufficient_scope"

#define njwt_verdict_entry(verdict, name, status, error, description)        \
    [verdict] = {                                                            \
        njwt_literal(name), status, njwt_literal(error),                     \
        njwt_literal(description)                                            \
    }


static const njwt_verdict_info_t  njwt_verdicts[NJWT_VERDICT_COUNT] = {

    njwt_verdict_entry(NJWT_UNDECIDED,
        "undecided", 500, "",
        "The gate could not decide"),

    njwt_verdict_entry(NJWT_NO_TOKEN,
        "no_token", 401, "",
        "An access token is required"),

    njwt_verdict_entry(NJWT_MULTIPLE_TOKENS,
        "multiple_tokens", 400, NJWT_INVALID_REQUEST,
        "More than one access token was sent"),

    njwt_verdict_entry(NJWT_TOKEN_TOO_LARGE,
        "token_too_large", 401, NJWT_INVALID_TOKEN,
        "The access token is too long"),

    njwt_verdict_entry(NJWT_MALFORMED_REQUEST,
        "malformed_request", 400, NJWT_INVALID_REQUEST,
        "The Authorization header holds no well-formed Bearer token"),

    njwt_verdict_entry(NJWT_OPAQUE_TOKEN,
        "opaque_token", 401, NJWT_INVALID_TOKEN,
        "The access token is opaque; request one with an audience"),

    njwt_verdict_entry(NJWT_ENCRYPTED_TOKEN,
        "encrypted_token", 401, NJWT_INVALID_TOKEN,
        "The access token is encrypted; a signed one is required"),

    njwt_verdict_entry(NJWT_MALFORMED_TOKEN,
        "malformed_token", 401, NJWT_INVALID_TOKEN,
        "The access token is malformed"),

    njwt_verdict_entry(NJWT_CRIT_UNSUPPORTED,
        "crit_unsupported", 401, NJWT_INVALID_TOKEN,
        "The access token asks for an extension that is not supported"),

    njwt_verdict_entry(NJWT_ISSUER_MISMATCH,
        "issuer_mismatch", 401, NJWT_INVALID_TOKEN,
        "The access token is of another issuer"),

    njwt_verdict_entry(NJWT_ALG_NOT_ALLOWED,
        "alg_not_allowed", 401, NJWT_INVALID_TOKEN,
        "The access token is signed with an algorithm that is not allowed"),

    njwt_verdict_entry(NJWT_TYP_NOT_ALLOWED,
        "typ_not_allowed", 401, NJWT_INVALID_TOKEN,
        "The token is of a type that is no access token"),

    njwt_verdict_entry(NJWT_KEYS_UNAVAILABLE,
        "keys_unavailable", 503, "",
        "The keys to verify the access token are not available"),

    njwt_verdict_entry(NJWT_KEY_NOT_FOUND,
        "key_not_found", 401, NJWT_INVALID_TOKEN,
        "The access token is signed with an unknown key"),

    njwt_verdict_entry(NJWT_BAD_SIGNATURE,
        "bad_signature", 401, NJWT_INVALID_TOKEN,
        "The signature of the access token is not valid"),

    njwt_verdict_entry(NJWT_EXPIRED,
        "expired", 401, NJWT_INVALID_TOKEN,
        "The access token is expired"),

    njwt_verdict_entry(NJWT_NOT_YET_VALID,
        "not_yet_valid", 401, NJWT_INVALID_TOKEN,
        "The access token is not valid yet"),

    njwt_verdict_entry(NJWT_ISSUED_IN_FUTURE,
        "issued_in_future", 401, NJWT_INVALID_TOKEN,
        "The access token is issued in the future"),

    njwt_verdict_entry(NJWT_TOO_OLD,
        "too_old", 401, NJWT_INVALID_TOKEN,
        "The access token was issued too long ago"),

    njwt_verdict_entry(NJWT_AUDIENCE_MISMATCH,
        "audience_mismatch", 401, NJWT_INVALID_TOKEN,
        "The access token is for another audience"),

    njwt_verdict_entry(NJWT_CLAIM_MISSING,
        "claim_missing", 401, NJWT_INVALID_TOKEN,
        "The access token lacks a claim that is required"),

    njwt_verdict_entry(NJWT_REVOKED,
        "revoked", 401, NJWT_INVALID_TOKEN,
        "The access token was revoked"),

    njwt_verdict_entry(NJWT_SENDER_CONSTRAINED,
        "sender_constrained", 401, NJWT_INVALID_TOKEN,
        "The access token is bound to a key, and came without a proof that "
        "is checked here"),

    njwt_verdict_entry(NJWT_UNBOUND_TOKEN,
        "unbound_token", 401, NJWT_INVALID_TOKEN,
        "The access token is not bound to a key"),

    njwt_verdict_entry(NJWT_CERTIFICATE_MISSING,
        "certificate_missing", 401, NJWT_INVALID_TOKEN,
        "The access token is bound to a client certificate, none was sent"),

    njwt_verdict_entry(NJWT_CERTIFICATE_MISMATCH,
        "certificate_mismatch", 401, NJWT_INVALID_TOKEN,
        "The access token is bound to another client certificate"),

    njwt_verdict_entry(NJWT_DPOP_PROOF_MISSING,
        "dpop_proof_missing", 401, NJWT_INVALID_PROOF,
        "The access token is bound to a key, a DPoP proof is required"),

    njwt_verdict_entry(NJWT_DPOP_PROOF_INVALID,
        "dpop_proof_invalid", 401, NJWT_INVALID_PROOF,
        "The DPoP proof is not valid for this request"),

    njwt_verdict_entry(NJWT_DPOP_KEY_MISMATCH,
        "dpop_key_mismatch", 401, NJWT_INVALID_TOKEN,
        "Invalid DPoP key binding"),

    njwt_verdict_entry(NJWT_DPOP_NONCE_NEEDED,
        "dpop_nonce_needed", 401, "use_dpop_nonce",
        "The DPoP proof must hold the nonce of this answer"),

    njwt_verdict_entry(NJWT_DPOP_PROOF_EXPIRED,
        "dpop_proof_expired", 401, NJWT_INVALID_PROOF,
        "The DPoP proof was made too long ago, or in the future"),

    njwt_verdict_entry(NJWT_DPOP_MEMORY_FULL,
        "dpop_memory_full", 503, "",
        "There is no room to remember the DPoP proof"),

    njwt_verdict_entry(NJWT_DPOP_PROOF_REPLAYED,
        "dpop_proof_replayed", 401, NJWT_INVALID_PROOF,
        "The DPoP proof was used before"),

    njwt_verdict_entry(NJWT_METHOD_NOT_ALLOWED,
        "method_not_allowed", 405, "",
        "The method is not allowed here"),

    njwt_verdict_entry(NJWT_INSUFFICIENT_SCOPE,
        "insufficient_scope", 403, NJWT_SCOPE_ERROR,
        "The access token lacks a scope that is required"),

    njwt_verdict_entry(NJWT_CLAIM_MISMATCH,
        "claim_mismatch", 403, NJWT_SCOPE_ERROR,
        "The access token does not satisfy a rule of this resource"),

    njwt_verdict_entry(NJWT_CLAIM_MISMATCH_401,
        "claim_mismatch", 401, NJWT_INVALID_TOKEN,
        "The access token does not satisfy a rule of this resource"),

    njwt_verdict_entry(NJWT_OK,
        "ok", 0, "",
        "The request may pass")
};


const njwt_verdict_info_t *
njwt_verdict_info(njwt_verdict_t verdict)
{
    if ((unsigned) verdict >= NJWT_VERDICT_COUNT) {
        return &njwt_verdicts[NJWT_UNDECIDED];
    }

    return &njwt_verdicts[verdict];
}


_Static_assert(NJWT_VERDICT_COUNT == 38,
               "the verdicts change, and their order with them: before you "
               "write another number here, look at each predicate below, at "
               "their table in t/unit/verdict_test.c, at njwt_hint(), at "
               "njwt_hint_check(), and at EXPLAIN_LAST and explain_asks in "
               "src/cli; CONTRIBUTING.md, \"A verdict\", has the rest");


bool
njwt_verdict_is_before(njwt_verdict_t verdict, njwt_verdict_t other)
{
    return verdict < other;
}


bool
njwt_verdict_is_of_form(njwt_verdict_t verdict)
{
    return verdict <= NJWT_CRIT_UNSUPPORTED;
}


bool
njwt_verdict_knows_issuer(njwt_verdict_t verdict)
{
    return verdict >= NJWT_VERDICT_ISSUER_FIRST
           && verdict < NJWT_VERDICT_COUNT;
}


bool
njwt_verdict_is_replay(njwt_verdict_t verdict)
{
    return verdict == NJWT_DPOP_MEMORY_FULL
           || verdict == NJWT_DPOP_PROOF_REPLAYED;
}


bool
njwt_verdict_is_verified(njwt_verdict_t verdict)
{
    return verdict > NJWT_DPOP_PROOF_REPLAYED
           && verdict < NJWT_VERDICT_COUNT;
}


bool
njwt_verdict_is_bound(njwt_verdict_t verdict)
{
    return verdict >= NJWT_UNBOUND_TOKEN
           && verdict <= NJWT_DPOP_PROOF_REPLAYED;
}
