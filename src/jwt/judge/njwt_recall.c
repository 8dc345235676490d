/*
 * What may be remembered of a token whose signature was verified?
 */

#include "njwt_recall.h"
#include "njwt_b64.h"

#include <string.h>


bool
njwt_record_make(njwt_arena_t *arena, const njwt_policy_t *policy,
    const njwt_issuer_t *issuer, const njwt_jws_t *jws,
    const njwt_proof_t *proof, const njwt_claims_t *claims,
    const njwt_answers_t *answers, uint64_t unrevoked, njwt_record_t *record)
{
    njwt_slice_t   kid;
    njwt_record_t  made;

    memset(&made, 0, sizeof(njwt_record_t));

    if (policy->facts == NULL
        || !njwt_jwks_voucher(issuer->keys, proof, made.voucher, &made.place)
        || !njwt_claims_grant(arena, claims, &issuer->expected,
                              policy->facts, &made.grant))
    {
        return false;
    }

    njwt_answers_merge(&made.grant.answers, policy->facts, answers);
    made.unrevoked = unrevoked;
    made.sole = njwt_jws_kid(jws, &kid) ? 0 : njwt_jws_alg(jws);

    memcpy(made.facts, policy->facts->digest, NJWT_FACTS_DIGEST);
    *record = made;

    return true;
}


/* Are the record's answers to the questions of this policy's facts? */

static bool
njwt_record_answers(const njwt_record_t *record, const njwt_policy_t *policy)
{
    /* bits of another configuration would be answers to other questions */

    return policy->facts != NULL
           && memcmp(policy->facts->digest, record->facts, NJWT_FACTS_DIGEST)
              == 0;
}


bool
njwt_record_renew(njwt_arena_t *arena, const njwt_policy_t *policy,
    const njwt_issuer_t *issuer, const njwt_record_t *old,
    const njwt_claims_t *claims, const njwt_answers_t *answers,
    uint64_t unrevoked, njwt_record_t *record)
{
    bool           news;
    njwt_record_t  made;

    made = *old;
    made.unrevoked = unrevoked;
    news = unrevoked != old->unrevoked;

    if (njwt_record_answers(old, policy)) {
        njwt_answers_merge(&made.grant.answers, policy->facts, answers);
        news = news || memcmp(&made.grant.answers, &old->grant.answers,
                              sizeof(njwt_answers_t))
                       != 0;

    } else if (policy->facts != NULL
               && claims != NULL
               && njwt_json_type(njwt_claims_root(claims)) != NJWT_JSON_ABSENT
               && njwt_claims_grant(arena, claims, &issuer->expected,
                                    policy->facts, &made.grant))
    {
        memcpy(made.facts, policy->facts->digest, NJWT_FACTS_DIGEST);
        njwt_answers_merge(&made.grant.answers, policy->facts, answers);
        news = true;
    }

    if (!news || arena->failed) {
        return false;
    }

    *record = made;

    return true;
}


/* Without "kid" a token means the one key that fits: of two it means none. */

static bool
njwt_recall_vouched(const njwt_jwks_t *keys, njwt_record_t *record)
{
    return (record->sole == 0 || njwt_jwks_sole(keys, record->sole))
           && njwt_jwks_vouches(keys, record->voucher, &record->place);
}


njwt_issuer_t *
njwt_recall_issuer(const njwt_policy_t *policy, njwt_record_t *record)
{
    size_t          i;
    njwt_issuer_t  *issuer;

    for (i = 0; i < policy->issuer_count; i++) {
        issuer = policy->issuers[i];

        if (issuer->keys != NULL && njwt_recall_vouched(issuer->keys, record))
        {
            return issuer;
        }
    }

    return NULL;
}


const njwt_claims_t *
njwt_recall_claims(njwt_arena_t *arena, const njwt_policy_t *policy,
    const njwt_record_t *record, njwt_answers_t *answers)
{
    memset(answers, 0, sizeof(njwt_answers_t));

    if (!njwt_record_answers(record, policy)) {
        return njwt_claims_recalled(arena, &record->grant, NULL);
    }

    *answers = record->grant.answers;

    return njwt_claims_recalled(arena, &record->grant,
                                &record->grant.answers.set);
}


const njwt_claims_t *
njwt_recall_read(njwt_arena_t *arena, njwt_slice_t token, njwt_jws_t *jws,
    const njwt_payload_t **payload)
{
    njwt_jws_t             parsed;
    const njwt_proof_t    *proof;
    const njwt_claims_t   *claims;
    const njwt_payload_t  *read;

    if (!njwt_jws_parse(arena, token, &parsed)) {
        return NULL;
    }

    read = njwt_payload_parse(arena, &parsed);
    proof = njwt_proof_recalled(arena, parsed.signing_input);

    if (read == NULL || proof == NULL) {
        return NULL;
    }

    claims = njwt_claims_open(arena, read, proof);

    if (claims != NULL) {
        *jws = parsed;
        *payload = read;
    }

    return claims;
}


bool
njwt_recall_payload(njwt_arena_t *arena, njwt_slice_t token,
    njwt_slice_t *text)
{
    njwt_slice_t    part;
    const uint8_t  *dot;

    dot = memchr(token.data, '.', token.len);

    if (dot == NULL) {
        return false;
    }

    part.data = dot + 1;
    part.len = token.len - (size_t) (part.data - token.data);
    dot = memchr(part.data, '.', part.len);

    if (dot == NULL) {
        return false;
    }

    part.len = (size_t) (dot - part.data);

    return njwt_b64_decode(arena, part, text);
}
