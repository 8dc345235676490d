/*
 * Sender-constrained tokens: does the token belong to this client?
 */

#include "njwt_binding.h"
#include "njwt_thumbprint.h"

#include <string.h>


/* Without memory there is no verdict: what looks like a reason may be none. */

#define REFUSE(verdict, condition)                                           \
    if (condition) {                                                         \
        return arena->failed ? NJWT_UNDECIDED : NJWT_##verdict;              \
    }


/* A token without "cnf" may be used by anybody. */

static njwt_verdict_t
njwt_binding_none(njwt_arena_t *arena, const njwt_binding_context_t *c)
{
    REFUSE(UNBOUND_TOKEN, c->by_dpop);
    REFUSE(UNBOUND_TOKEN, c->binding != NULL && c->binding->required);

    return NJWT_BOUND;
}


static njwt_verdict_t
njwt_binding_certificate(njwt_arena_t *arena, const njwt_binding_context_t *c,
    const uint8_t *x5t)
{
    const uint8_t  *certificate = c->request->certificate;

    REFUSE(CERTIFICATE_MISSING, certificate == NULL);
    REFUSE(CERTIFICATE_MISMATCH, memcmp(certificate, x5t, NJWT_DIGEST) != 0);

    return NJWT_BOUND;
}


static njwt_verdict_t
njwt_binding_proof(njwt_arena_t *arena, const njwt_binding_context_t *c,
    const uint8_t *jkt, njwt_binding_result_t *found)
{
    found->judged = true;

    switch (njwt_dpop_judge(arena, &c->binding->proofs, &c->request->dpop,
                            c->token, jkt, c->leeway, c->now, &found->proof))
    {
    case NJWT_PROOF_MISSING:
        return NJWT_DPOP_PROOF_MISSING;

    case NJWT_PROOF_INVALID:
        return NJWT_DPOP_PROOF_INVALID;

    case NJWT_PROOF_KEY_MISMATCH:
        return NJWT_DPOP_KEY_MISMATCH;

    case NJWT_PROOF_NONCE_NEEDED:
        return NJWT_DPOP_NONCE_NEEDED;

    case NJWT_PROOF_EXPIRED:
        return NJWT_DPOP_PROOF_EXPIRED;

    case NJWT_PROOF_GOOD:
        found->proved = true;
        return NJWT_BOUND;

    default:
        return NJWT_UNDECIDED;
    }
}


/* Reads "cnf".  False: one of its two members is no digest, or no memory. */

static bool
njwt_binding_read(njwt_arena_t *arena, njwt_value_t value, njwt_cnf_t *cnf)
{
    njwt_value_t    jkt, x5t;
    const uint8_t  *thumbprint, *certificate;

    static const njwt_slice_t  jkt_name = njwt_literal("jkt");
    static const njwt_slice_t  x5t_name = njwt_literal("x5t#S256");

    jkt = njwt_json_member(value, jkt_name);
    x5t = njwt_json_member(value, x5t_name);

    cnf->has_jkt = njwt_json_type(jkt) != NJWT_JSON_ABSENT;
    cnf->has_x5t = njwt_json_type(x5t) != NJWT_JSON_ABSENT;

    if (cnf->has_jkt) {
        if (!njwt_thumbprint_read(arena, jkt, &thumbprint)) {
            return false;
        }

        memcpy(cnf->jkt, thumbprint, NJWT_DIGEST);
    }

    if (cnf->has_x5t) {
        if (!njwt_thumbprint_read(arena, x5t, &certificate)) {
            return false;
        }

        memcpy(cnf->x5t, certificate, NJWT_DIGEST);
    }

    return true;
}


njwt_verdict_t
njwt_binding_judge(njwt_arena_t *arena, const njwt_binding_context_t *c,
    njwt_binding_result_t *found)
{
    njwt_cnf_t      *cnf = &found->cnf;
    njwt_verdict_t   verdict;

    memset(found, 0, sizeof(njwt_binding_result_t));

    if (!c->has_cnf) {
        return njwt_binding_none(arena, c);
    }

    if (c->request->cnf != NULL) {
        *cnf = *c->request->cnf;
        found->read = true;

    } else {
        found->read = njwt_binding_read(arena, c->cnf, cnf);
    }

    REFUSE(SENDER_CONSTRAINED, !found->read);
    REFUSE(SENDER_CONSTRAINED, c->binding == NULL);
    REFUSE(SENDER_CONSTRAINED, !cnf->has_jkt && !cnf->has_x5t);
    REFUSE(SENDER_CONSTRAINED, cnf->has_jkt && !c->binding->dpop);
    REFUSE(SENDER_CONSTRAINED, cnf->has_x5t && !c->binding->mtls);
    REFUSE(SENDER_CONSTRAINED, cnf->has_jkt && !c->by_dpop);

    if (cnf->has_x5t) {
        verdict = njwt_binding_certificate(arena, c, cnf->x5t);

        if (verdict != NJWT_BOUND) {
            return verdict;
        }

        found->mtls = true;
    }

    return cnf->has_jkt ? njwt_binding_proof(arena, c, cnf->jkt, found)
                        : NJWT_BOUND;
}
