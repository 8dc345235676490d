/*
 * Hints about the token's binding and its proof.
 */

#include "njwt_hint_parts.h"
#include "njwt_htu.h"
#include "njwt_url.h"

#include <math.h>


/* in the order of njwt_dpop_check_t; NULL: a longer hint is made */

static const char  *const  njwt_hint_proofs[NJWT_DPOP_CHECK_NONE] = {
    [NJWT_DPOP_CHECK_HEADERS] = "there is more than one DPoP header",
    [NJWT_DPOP_CHECK_SIZE] = "the proof is longer than 8192 bytes",
    [NJWT_DPOP_CHECK_FORM] = "the proof isn't a JWT: three parts of base64url "
                             "without padding, with JSON in the first two",
    [NJWT_DPOP_CHECK_TYP] = "the proof's \"typ\" isn't dpop+jwt",
    [NJWT_DPOP_CHECK_CRITICAL] = "the proof has \"crit\" or \"b64\"",
    [NJWT_DPOP_CHECK_ALG] = "the proof's \"alg\" is not allowed here",
    [NJWT_DPOP_CHECK_PRIVATE] = "the proof's \"jwk\" holds a private key: the "
                                "client gives its key away",
    [NJWT_DPOP_CHECK_ATH] = "the proof's \"ath\" isn't the SHA-256 of this "
                            "token: it was made for another, or for none",
    [NJWT_DPOP_CHECK_SIGNATURE] = "the signature isn't that of the proof's "
                                  "own key",
    [NJWT_DPOP_CHECK_JTI] = "the proof's \"jti\" isn't a string of 1 to "
                            "256 bytes",
    [NJWT_DPOP_CHECK_NONCE] = "the proof's \"nonce\" isn't a string",
    [NJWT_DPOP_CHECK_IAT] = "the proof's \"iat\" isn't a number",
    [NJWT_DPOP_CHECK_EXP] = "the proof's \"exp\" isn't a number",
    [NJWT_DPOP_CHECK_NBF] = "the proof's \"nbf\" isn't a number"
};


/*
 * The origin to configure, if the proof's differs from ours by its scheme or
 * port only, as behind a proxy that ends TLS.  A proof is not trusted: one for
 * another host is what a forged site that passes the client's requests on
 * would send, and one for plain http what was sent in the clear, so that
 * neither is suggested.
 */

static bool
njwt_hint_origin(njwt_hint_t *hint, njwt_slice_t htu, njwt_slice_t origin,
    njwt_slice_t *theirs)
{
    njwt_url_t  url, ours;

    if (!njwt_url_split(htu, &url)
        || !njwt_url_split(origin, &ours)
        || url.user
        || (url.scheme != NJWT_URL_HTTPS && url.scheme != ours.scheme)
        || !njwt_slice_same_nocase(url.host, ours.host))
    {
        return false;
    }

    theirs->data = htu.data;
    theirs->len = htu.len - url.rest.len;

    return theirs->len <= NJWT_HINT_LOG_BYTES
           && njwt_htu_matches(hint->arena, htu, theirs, 1,
                               hint->c->binding->dpop.target);
}


/* The URL that was received, and the one that was expected. */

static void
njwt_hint_htu(njwt_hint_t *hint, const njwt_dpop_details_t *proof)
{
    njwt_slice_t        origin, wanted, theirs;
    const njwt_dpop_t  *dpop = &hint->c->policy->binding->proofs;

    origin = hint->c->origin;

    if (origin.len == 0 && dpop->origin_count > 0) {
        origin = dpop->origins[0];
    }

    njwt_hint_add(hint, "the proof is for another URL than the request's");

    /* the log has both as members of its own */

    if (!hint->log) {
        njwt_hint_add(hint, ", for ");
        njwt_hint_quote(hint, proof->htu);

        if (njwt_htu_expected(hint->arena, origin,
                              hint->c->binding->dpop.target, &wanted))
        {
            njwt_hint_add(hint, ", not for ");
            njwt_hint_quote(hint, wanted);
        }
    }

    if (njwt_hint_origin(hint, proof->htu, origin, &theirs)) {
        njwt_hint_add(hint, ": if clients do reach this server there, write "
                            "\"jwt_dpop_origin ");
        njwt_hint_escape(hint, theirs);
        njwt_hint_add(hint, ";\", or add that URL to the directive");
        return;
    }

    njwt_hint_add(hint, ": if a proxy in front of nginx changes it, write in "
                        "\"jwt_dpop_origin\" what stands before the path in "
                        "the clients' URLs");
}


void
njwt_hint_proof(njwt_hint_t *hint)
{
    const njwt_dpop_details_t  *proof = &hint->found->binding.proof;

    switch (proof->check) {

    case NJWT_DPOP_CHECK_HTM:
        njwt_hint_add(hint, "the proof is for the method ");
        njwt_hint_quote(hint, proof->htm);
        njwt_hint_add(hint, ", but the request's is ");
        njwt_hint_quote(hint, hint->c->binding->dpop.method);
        return;

    case NJWT_DPOP_CHECK_HTU:
        njwt_hint_htu(hint, proof);
        return;

    case NJWT_DPOP_CHECK_JWK:
        njwt_hint_add(hint, "the proof's \"jwk\" can't be used");

        if (proof->why != NULL) {
            njwt_hint_add(hint, ": ");
            njwt_hint_literal(hint, proof->why);
        }

        return;

    default:
        if (proof->check < NJWT_DPOP_CHECK_NONE
            && njwt_hint_proofs[proof->check] != NULL)
        {
            njwt_hint_literal(hint, njwt_hint_proofs[proof->check]);
        }
    }
}


void
njwt_hint_proof_time(njwt_hint_t *hint)
{
    double                      age;
    const njwt_dpop_details_t  *proof = &hint->found->binding.proof;

    if (proof->check != NJWT_DPOP_CHECK_IAT) {
        njwt_hint_add(hint, "the proof's \"exp\" has passed, or its \"nbf\" "
                            "hasn't come yet");
        return;
    }

    age = (double) hint->c->now - proof->iat;

    njwt_hint_add(hint, "the proof was issued ");
    njwt_hint_seconds(hint, fabs(age));

    if (age < 0) {
        njwt_hint_add(hint, " in the future");

    } else {
        njwt_hint_add(hint, " ago");
    }

    njwt_hint_add(hint, ": check the client's clock (NTP), or let it make a "
                        "new proof for each request");
}
