/*
 * Claim rules: the values of jwt_require_claim.
 */

#ifndef NJWT_RULE_H
#define NJWT_RULE_H


#include "njwt.h"
#include "njwt_json.h"


/*
 * Whoever compiles an expression puts this before it: PCRE then gives up after
 * so many steps from one start, interpreted or compiled.
 */
#define NJWT_REGEX_LIMIT  "(*LIMIT_MATCH=10000)"

/*
 * for one rule, expressions are tried on at most so many texts: elements of an
 * array, counted once for each expression
 */
#define NJWT_RULE_MATCHES  1000


typedef enum {
    NJWT_RULE_EQUAL = 0,     /* the text equals this one */
    NJWT_RULE_GREATER,       /* >N: a greater number */
    NJWT_RULE_NOT_LESS,      /* >=N */
    NJWT_RULE_LESS,          /* <N */
    NJWT_RULE_NOT_GREATER,   /* <=N */
    NJWT_RULE_REGEX,         /* ~ and ~*: the expression matches */
    NJWT_RULE_NOT_REGEX      /* !~ and !~*: it doesn't match */
} njwt_rule_kind_t;

/* the result of matching an expression */
typedef enum {
    NJWT_REGEX_BROKEN = 0,   /* neither: PCRE's limit was reached */
    NJWT_REGEX_FOUND,
    NJWT_REGEX_NOT_FOUND
} njwt_regex_result_t;

typedef enum {
    NJWT_RULE_FAILS = 0,
    NJWT_RULE_HOLDS,
    NJWT_RULE_GAVE_UP        /* undecided: the rule doesn't hold */
} njwt_rule_result_t;

/*
 * Matches a compiled expression against a text.  The core has no library for
 * that; whoever makes a rule provides this function.
 */
typedef njwt_regex_result_t (*njwt_regex_pt)(void *regex, njwt_slice_t text);

/* one VALUE of a rule */
typedef struct {
    njwt_rule_kind_t      kind;
    bool                  caseless;
    njwt_slice_t          text;      /* behind the prefix */
    void                 *regex;     /* compiled by whoever makes the rule */
} njwt_rule_value_t;

/* one jwt_require_claim; it outlives the requests */
typedef struct {
    njwt_slice_t              claim;     /* a path, see njwt_path.h */
    const njwt_rule_value_t  *values;
    size_t                    value_count;   /* 0: the claim must be present */
    njwt_regex_pt             match;

    /* set by njwt_policy_index(): the question's number, if it has one */
    bool                      indexed;
    size_t                    number;
} njwt_claim_rule_t;


/*
 * Reads a VALUE as the configuration has it: the prefix determines its kind.
 */
njwt_rule_value_t njwt_rule_value(njwt_slice_t text);

/* Is it a regular expression, which must be compiled? */
bool njwt_rule_value_regex(const njwt_rule_value_t *value);

/*
 * What is wrong with the text behind the prefix?  It must be a number, or an
 * expression without a limit of its own.  Returns false if nothing is wrong;
 * otherwise *instead is what to write, a constant text.
 */
bool njwt_rule_value_fault(const njwt_rule_value_t *value,
    njwt_slice_t *instead);

/* The prefix of values of this kind: constant, may be empty. */
njwt_slice_t njwt_rule_prefix(const njwt_rule_value_t *value);

/*
 * Is this word an operator in the rules of other modules?  If so, it is no
 * value when others follow.  *instead is what to write, a constant text.
 */
bool njwt_rule_operator(njwt_slice_t word, njwt_slice_t *instead);

/*
 * Does a payload's claim satisfy the rule?  It must be present and not null.
 * If there are values that aren't negated, the claim, or an element of it if
 * it is an array, must match one of them; and neither the claim nor an element
 * may match a negated one.  A string, number or boolean is compared as text,
 * and a number also by value; an object or a nested array matches no value,
 * negated or not. Expressions are tried last, and only if the other values
 * haven't decided; the first one that gives up ends the check, and so do more
 * than NJWT_RULE_MATCHES texts.
 */
njwt_rule_result_t njwt_rule_check(njwt_arena_t *arena,
    const njwt_claim_rule_t *rule, njwt_value_t root);


#endif /* NJWT_RULE_H */
