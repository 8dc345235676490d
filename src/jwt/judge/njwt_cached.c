/*
 * The cache entry of a token whose signature was verified.
 */

#include "njwt_cached.h"
#include "njwt_b64.h"

#include <string.h>


bool
njwt_cached_make(njwt_arena_t *arena, const njwt_policy_t *policy,
    const njwt_issuer_t *issuer, const njwt_jws_t *jws,
    const njwt_proof_t *proof, const njwt_claims_t *claims,
    const njwt_answers_t *answers, uint64_t unrevoked, njwt_cached_t *cached)
{
    njwt_slice_t   kid;
    njwt_cached_t  made;

    memset(&made, 0, sizeof(njwt_cached_t));

    if (policy->predicates == NULL
        || !njwt_jwks_fingerprint(issuer->keys, proof, made.fingerprint,
                                  &made.index)
        || !njwt_claims_summary(arena, claims, &issuer->expected,
                                policy->predicates, &made.summary))
    {
        return false;
    }

    njwt_answers_merge(&made.summary.answers, policy->predicates, answers);
    made.unrevoked = unrevoked;
    made.sole = njwt_jws_kid(jws, &kid) ? 0 : njwt_jws_alg(jws);

    memcpy(made.predicates, policy->predicates->digest,
           NJWT_PREDICATES_DIGEST);
    *cached = made;

    return true;
}


/* Does the entry have answers to the predicates of this policy? */

static bool
njwt_cached_answers(const njwt_cached_t *cached, const njwt_policy_t *policy)
{
    /* with another configuration the same bits answer other questions */

    return policy->predicates != NULL
           && memcmp(policy->predicates->digest, cached->predicates,
                     NJWT_PREDICATES_DIGEST)
              == 0;
}


bool
njwt_cached_renew(njwt_arena_t *arena, const njwt_policy_t *policy,
    const njwt_issuer_t *issuer, const njwt_cached_t *old,
    const njwt_claims_t *claims, const njwt_answers_t *answers,
    uint64_t unrevoked, njwt_cached_t *cached)
{
    bool           news;
    njwt_cached_t  made;

    made = *old;
    made.unrevoked = unrevoked;
    news = unrevoked != old->unrevoked;

    if (njwt_cached_answers(old, policy)) {
        njwt_answers_merge(&made.summary.answers, policy->predicates, answers);
        news = news || memcmp(&made.summary.answers, &old->summary.answers,
                              sizeof(njwt_answers_t))
                       != 0;

    } else if (policy->predicates != NULL
               && njwt_json_type(njwt_claims_root(claims)) != NJWT_JSON_ABSENT
               && njwt_claims_summary(arena, claims, &issuer->expected,
                                      policy->predicates, &made.summary))
    {
        memcpy(made.predicates, policy->predicates->digest,
               NJWT_PREDICATES_DIGEST);
        njwt_answers_merge(&made.summary.answers, policy->predicates, answers);
        news = true;
    }

    if (!news || arena->failed) {
        return false;
    }

    *cached = made;

    return true;
}


/*
 * A token without "kid" refers to the only key that fits, and to none of two.
 */

static bool
njwt_cached_key_present(const njwt_jwks_t *keys, njwt_cached_t *cached)
{
    return (cached->sole == 0 || njwt_jwks_sole(keys, cached->sole))
           && njwt_jwks_has_fingerprint(keys, cached->fingerprint,
                                        &cached->index);
}


njwt_issuer_t *
njwt_cached_issuer(const njwt_policy_t *policy, njwt_cached_t *cached)
{
    size_t          i;
    njwt_issuer_t  *issuer;

    for (i = 0; i < policy->issuer_count; i++) {
        issuer = policy->issuers[i];

        if (issuer->keys != NULL
            && njwt_cached_key_present(issuer->keys, cached))
        {
            return issuer;
        }
    }

    return NULL;
}


const njwt_claims_t *
njwt_cached_claims(njwt_arena_t *arena, const njwt_policy_t *policy,
    const njwt_cached_t *cached, njwt_answers_t *answers)
{
    memset(answers, 0, sizeof(njwt_answers_t));

    if (!njwt_cached_answers(cached, policy)) {
        return njwt_claims_cached(arena, &cached->summary, NULL);
    }

    *answers = cached->summary.answers;

    return njwt_claims_cached(arena, &cached->summary,
                              &cached->summary.answers.set);
}


const njwt_claims_t *
njwt_cached_read(njwt_arena_t *arena, njwt_slice_t token, njwt_jws_t *jws,
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
    proof = njwt_proof_cached(arena, parsed.signing_input);

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
njwt_cached_payload(njwt_arena_t *arena, njwt_slice_t token,
    njwt_slice_t *text)
{
    njwt_slice_t  rest, payload;

    (void) njwt_slice_until(&token, '.');
    rest = token;
    payload = njwt_slice_until(&rest, '.');

    return payload.len < token.len && njwt_b64_decode(arena, payload, text);
}
