/*
 * Predicates: the questions that a configuration asks about a token's claims.
 *
 * Each scope and claim rule of a configuration gets a number, so that the
 * answers for one token are a set of bits that each request looks up.  Those
 * for scopes are computed together, in one pass over the token's scopes.  A
 * rule's answer is computed when a location first needs it for a token that
 * passed all other checks, so that nobody pays for a regular expression that
 * only another location uses.  Therefore a rule takes two numbers: its own for
 * a yes, the next for a no.
 */

#ifndef NJWT_PREDICATES_H
#define NJWT_PREDICATES_H


#include "njwt.h"
#include "njwt_json.h"
#include "njwt_rule.h"


/* a question beyond these has no number: the token is checked each time */
#define NJWT_PREDICATE_COUNT  256
#define NJWT_PREDICATE_WORDS  (NJWT_PREDICATE_COUNT / 64)

/* bytes of njwt_predicates_digest() */
#define NJWT_PREDICATES_DIGEST  16


/* a set of numbers */
typedef struct {
    uint64_t                  words[NJWT_PREDICATE_WORDS];
} njwt_predicate_set_t;


/* the answers for one token: the scopes it has, yes and no of the rules */
typedef struct {
    njwt_predicate_set_t      set;
} njwt_answers_t;


/* a question: a scope or a rule; the number for a rule's no has no entry */
typedef struct {
    njwt_slice_t              scope;
    const njwt_claim_rule_t  *rule;        /* NULL: a scope */
} njwt_predicate_t;


/* the predicates of a configuration, or a part of them; zeroed: none */
typedef struct {
    njwt_predicate_t          list[NJWT_PREDICATE_COUNT];
    /* sorted */
    uint16_t                  scopes[NJWT_PREDICATE_COUNT];
    size_t                    count;       /* of numbers */
    size_t                    scope_count;
    njwt_predicate_set_t      rules;       /* the numbers of rules */
    size_t                    set;      /* its index, if there are several */
    uint8_t                   digest[NJWT_PREDICATES_DIGEST];
} njwt_predicates_t;


/*
 * The number of the question "is this scope granted?", a new one if it wasn't
 * asked before.  The scope's bytes must outlive the predicates.  Returns
 * false, *number untouched, when there are no more numbers.
 */
bool njwt_predicates_add_scope(njwt_predicates_t *predicates,
    njwt_slice_t scope, size_t *number);

/*
 * The same for "does this rule hold?"; the rule must outlive the predicates.
 */
bool njwt_predicates_add_rule(njwt_predicates_t *predicates,
    const njwt_claim_rule_t *rule, size_t *number);

/*
 * To be called once all questions have numbers: computes the digest, which
 * differs if any question or number does.  False: no memory.
 */
bool njwt_predicates_seal(njwt_predicates_t *predicates);

/* Which scopes does the value grant that holds them (njwt_scopes.h)? */
void njwt_predicates_scopes(const njwt_predicates_t *predicates,
    njwt_value_t granted, njwt_predicate_set_t *set);

/* Adds the answer to a rule. */
void njwt_answers_add(njwt_answers_t *answers, size_t number, bool yes);

/* Is there an answer to this rule? */
bool njwt_answers_known(const njwt_answers_t *answers, size_t number);

/* Is the answer yes, and not no as well? */
bool njwt_answers_yes(const njwt_answers_t *answers, size_t number);

/* Adds all answers to rules that the other set of answers has. */
void njwt_answers_merge(njwt_answers_t *answers,
    const njwt_predicates_t *predicates, const njwt_answers_t *others);

/* Adds a number to a set. */
void njwt_predicate_set_add(njwt_predicate_set_t *set, size_t number);

/* Is this number in the set? */
bool njwt_predicate_set_has(const njwt_predicate_set_t *set, size_t number);

/* Is at least one of the wanted numbers in the set? */
bool njwt_predicate_set_any(const njwt_predicate_set_t *set,
    const njwt_predicate_set_t *required);

/* Are all of the wanted numbers in the set?  True if none is wanted. */
bool njwt_predicate_set_all(const njwt_predicate_set_t *set,
    const njwt_predicate_set_t *required);


#endif /* NJWT_PREDICATES_H */
