/*
 * A location's policy: what it requires of a token.
 */

#ifndef NJWT_POLICY_H
#define NJWT_POLICY_H


#include "njwt.h"
#include "njwt_alg.h"
#include "njwt_binding.h"
#include "njwt_claims.h"
#include "njwt_predicates.h"
#include "njwt_jwks.h"
#include "njwt_method.h"
#include "njwt_rule.h"
#include "njwt_scopes.h"


/* a trusted authorization server: a jwt_issuer block */
typedef struct {
    njwt_slice_t         name;            /* of the block */
    const njwt_slice_t  *issuers;         /* exact values of "iss" */
    size_t               issuer_count;
    njwt_alg_t           algorithms;
    njwt_expected_t      expected;

    /* claims by which tokens may be revoked; none: revocation is off */
    const njwt_slice_t  *revocation;
    size_t               revocation_count;

    /* the keys in force, owned by the caller; NULL: none, or too old */
    njwt_jwks_t         *keys;
} njwt_issuer_t;


/* one jwt_require_scope */
typedef struct {
    const njwt_slice_t   *scopes;
    size_t                scope_count;
    bool                  any;            /* match=any: one of them suffices */
    bool                  every_method;   /* applies to every method */
    njwt_methods_t        methods;        /* otherwise: only to these */
    const njwt_slice_t   *others;         /* names that nginx has no bit for */
    size_t                other_count;

    /* set by njwt_policy_index(): every scope of the rule has an index */
    bool                  indexed;
    njwt_predicate_set_t  required;
} njwt_scope_rule_t;


/* what one location requires; it outlives the requests */
typedef struct {
    njwt_issuer_t           **issuers;
    size_t                    issuer_count;
    const njwt_scope_rule_t  *scope_rules;
    size_t                    scope_rule_count;
    const njwt_claim_rule_t  *claim_rules;
    size_t                    claim_rule_count;

    /*
     * jwt_audience, as a rule for "aud"; NULL: the issuer's audiences suffice
     */
    njwt_claim_rule_t        *audience;

    /* set by njwt_policy_index() if predicates can answer every rule */
    const njwt_predicates_t  *predicates;
    bool                      indexed;
    size_t                    max_token_size;    /* bytes */
    const njwt_binding_t     *binding;           /* NULL: off */
} njwt_policy_t;


/* Is this a scope-token (RFC 6749, section 3.3), at least one character? */
bool njwt_scope_valid(njwt_slice_t scope);

/*
 * Gives each rule of a policy its indexes in the predicates of the
 * configuration; the rules are the policy's own and are written to.  A rule
 * for which no index is left is checked against the token each time.
 */
void njwt_policy_index(njwt_policy_t *policy, njwt_scope_rule_t *rules,
    njwt_claim_rule_t *claim_rules, njwt_predicates_t *predicates);

/* The issuer of the policy that the payload's "iss" names; NULL: none. */
njwt_issuer_t *njwt_policy_issuer(const njwt_policy_t *policy,
    const njwt_payload_t *payload);

/* The methods with a bit of nginx's that the rules name, HEAD with GET. */
njwt_methods_t njwt_policy_methods(const njwt_policy_t *policy);

/*
 * The names of all methods that the policy's rules name, HEAD with GET, once
 * each, separated by ", ", for Allow (RFC 9110, section 10.2.1).  False, *out
 * untouched, when arena->failed.
 */
bool njwt_policy_allow(njwt_arena_t *arena, const njwt_policy_t *policy,
    njwt_slice_t *out);

/* The same for one rule; empty: it applies to every method. */
bool njwt_scope_rule_allow(njwt_arena_t *arena, const njwt_scope_rule_t *rule,
    njwt_slice_t *out);

/*
 * May this method be used at all?  Once a rule has methods=, only the methods
 * that such a rule names.
 */
bool njwt_policy_method_allowed(const njwt_policy_t *policy,
    njwt_method_t method);

/*
 * Do the predicates of these claims answer every rule that applies to the
 * method?  Otherwise njwt_policy_granted() needs claims that have a root.
 */
bool njwt_policy_scopes_answered(const njwt_policy_t *policy,
    njwt_method_t method, const njwt_claims_t *claims);

/*
 * Do the scopes that the token grants (see njwt_scopes.h) cover every rule
 * that applies to the method?  False also when arena->failed.
 */
bool njwt_policy_granted(njwt_arena_t *arena, const njwt_policy_t *policy,
    const njwt_expected_t *expected, njwt_method_t method,
    const njwt_claims_t *claims);

/*
 * Makes a rule of audiences: "aud" must have one of them, byte for byte.
 * There must be as many values as audiences; they are written to.
 */
void njwt_policy_audience_rule(njwt_claim_rule_t *rule,
    njwt_rule_value_t *values, const njwt_slice_t *audiences, size_t count);

/*
 * Do the answers say whether the token is for the policy's own audiences?
 * Otherwise njwt_policy_audience() needs claims that have a root.
 */
bool njwt_policy_audience_answered(const njwt_policy_t *policy,
    const njwt_answers_t *answers);

/*
 * Does "aud" have one of the policy's own audiences, if there are any?  An
 * answer that wasn't known is added.  False also when arena->failed.
 */
bool njwt_policy_audience(njwt_arena_t *arena, const njwt_policy_t *policy,
    const njwt_claims_t *claims, njwt_answers_t *answers);

/*
 * Do the answers say whether every claim rule holds?  Otherwise
 * njwt_policy_claims() needs claims that have a root.
 */
bool njwt_policy_claims_answered(const njwt_policy_t *policy,
    const njwt_answers_t *answers);

/*
 * Do the claims satisfy every claim rule?  The rules are checked in their
 * order, up to the first one that fails, *broken, or NULL if all hold.  A rule
 * without an answer is checked against the claims, and its answer is added.
 * The result isn't NJWT_RULE_HOLDS when arena->failed.
 */
njwt_rule_result_t njwt_policy_claims(njwt_arena_t *arena,
    const njwt_policy_t *policy, const njwt_claims_t *claims,
    njwt_answers_t *answers, const njwt_claim_rule_t **broken);

/*
 * The scopes of all rules that apply to the method, once each, in their
 * order, separated by spaces: what a 403 names.  False, *out untouched, when
 * arena->failed.
 */
bool njwt_policy_scopes_needed(njwt_arena_t *arena,
    const njwt_policy_t *policy, njwt_method_t method, njwt_slice_t *out);


#endif /* NJWT_POLICY_H */
