/*
 * Which questions does a configuration ask of a token's claims?
 *
 * Each scope and claim rule of a configuration gets a number, so that their
 * answers for one token are a set of bits, looked at in each of its requests.
 * Those of scopes are had at once, in one pass over what the token grants.  A
 * rule's is had when a location first asks for it of a token that passed all
 * else: an expression that another location asks for costs nobody anything.
 * So a rule takes two numbers: its own, for a yes, and the next, for a no.
 */

#ifndef NJWT_PREDICATES_H
#define NJWT_PREDICATES_H


#include "njwt.h"
#include "njwt_json.h"
#include "njwt_rule.h"


/* what finds no number among these is asked of the token */
#define NJWT_PREDICATE_COUNT  256
#define NJWT_PREDICATE_WORDS  (NJWT_PREDICATE_COUNT / 64)

/* bytes of njwt_predicates_digest() */
#define NJWT_PREDICATES_DIGEST  16


/* a set of numbers */
typedef struct {
    uint64_t                  words[NJWT_PREDICATE_WORDS];
} njwt_predicate_set_t;


/* the answers for one token: scopes that it has, yes and no of rules */
typedef struct {
    njwt_predicate_set_t      set;
} njwt_answers_t;


/* one question: a scope, or a rule, behind which its no has no entry */
typedef struct {
    njwt_slice_t              scope;
    const njwt_claim_rule_t  *rule;        /* NULL: the scope */
} njwt_predicate_t;


/* those of one configuration, or a part of them; zeroed: none */
typedef struct {
    njwt_predicate_t          list[NJWT_PREDICATE_COUNT];
    /* in their order */
    uint16_t                  scopes[NJWT_PREDICATE_COUNT];
    size_t                    count;       /* of numbers */
    size_t                    scope_count;
    njwt_predicate_set_t      rules;       /* the numbers that rules have */
    size_t                    set;      /* which one, where there are more */
    uint8_t                   digest[NJWT_PREDICATES_DIGEST];
} njwt_predicates_t;


/*
 * The number of "is this scope granted?", a new one if it wasn't asked before.
 * The scope's bytes must outlive the facts.  Returns false, *number untouched,
 * when there are no more numbers.
 */
bool njwt_predicates_add_scope(njwt_predicates_t *predicates,
    njwt_slice_t scope, size_t *number);

/* The same for "does this rule hold?", which must outlive the facts. */
bool njwt_predicates_add_rule(njwt_predicates_t *predicates,
    const njwt_claim_rule_t *rule, size_t *number);

/*
 * Call it once all have their numbers: computes facts->digest, which differs
 * where any question or number does.  False: no memory.
 */
bool njwt_predicates_seal(njwt_predicates_t *predicates);

/* Which scopes are granted, by the value that holds them (njwt_scopes.h)? */
void njwt_predicates_scopes(const njwt_predicates_t *predicates,
    njwt_value_t granted, njwt_predicate_set_t *set);

/* Notes the answer to a rule. */
void njwt_answers_add(njwt_answers_t *answers, size_t number, bool yes);

/* Is there an answer to this rule? */
bool njwt_answers_known(const njwt_answers_t *answers, size_t number);

/* Is it yes, and not no as well? */
bool njwt_answers_yes(const njwt_answers_t *answers, size_t number);

/* Notes all answers to rules of these facts that the others have. */
void njwt_answers_merge(njwt_answers_t *answers,
    const njwt_predicates_t *predicates, const njwt_answers_t *others);

/* Puts a number into a set. */
void njwt_predicate_set_add(njwt_predicate_set_t *set, size_t number);

/* Is this number in the set? */
bool njwt_predicate_set_has(const njwt_predicate_set_t *set, size_t number);

/* Is one number of wanted in the set? */
bool njwt_predicate_set_any(const njwt_predicate_set_t *set,
    const njwt_predicate_set_t *required);

/* Is each number of wanted in the set?  True of an empty one. */
bool njwt_predicate_set_all(const njwt_predicate_set_t *set,
    const njwt_predicate_set_t *required);


#endif /* NJWT_PREDICATES_H */
