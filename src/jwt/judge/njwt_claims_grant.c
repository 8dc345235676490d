/*
 * What is left to know of claims, and how are they had from that?
 */

#include "njwt_claims_parts.h"
#include "njwt_scopes.h"

#include <string.h>


const njwt_claims_t *
njwt_claims_recalled(njwt_arena_t *arena, const njwt_grant_t *grant,
    const njwt_fact_set_t *facts)
{
    njwt_claims_t  *claims;

    claims = njwt_arena_alloc(arena, sizeof(njwt_claims_t));

    if (claims != NULL) {
        claims->dates = grant->dates;
        claims->grant = grant;
        claims->facts = facts;
    }

    return claims;
}


bool
njwt_claims_grant(njwt_arena_t *arena, const njwt_claims_t *claims,
    const njwt_expected_t *expected, const njwt_facts_t *facts,
    njwt_grant_t *grant)
{
    njwt_value_t  granted;

    granted = njwt_scopes_find(arena, claims->root, expected->scope_claims,
                               expected->scope_claim_count);

    memset(grant, 0, sizeof(njwt_grant_t));

    grant->dates = claims->dates;
    grant->for_us = njwt_claims_for_us(claims, expected);
    grant->complete = njwt_claims_complete(claims, expected);
    grant->bound = njwt_claims_bound(claims);

    njwt_facts_scopes(facts, granted, &grant->answers.yes);

    return !arena->failed;
}


const njwt_fact_set_t *
njwt_claims_facts(const njwt_claims_t *claims)
{
    return claims->facts;
}
