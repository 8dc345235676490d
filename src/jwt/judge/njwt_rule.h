/*
 * Is a claim what a rule asks?  The values of jwt_require_claim.
 */

#ifndef NJWT_RULE_H
#define NJWT_RULE_H


#include "njwt.h"
#include "njwt_json.h"


/*
 * Whoever compiles an expression writes this before it: PCRE then gives up
 * after so many steps from one byte of the text, interpreted or compiled.
 */
#define NJWT_REGEX_LIMIT  "(*LIMIT_MATCH=10000)"

/* so many texts are looked at by expressions for one rule: elements of an
 * array, once for each expression */
#define NJWT_RULE_MATCHES  1000


typedef enum {
    NJWT_RULE_EQUAL = 0,     /* the text is this one */
    NJWT_RULE_GREATER,       /* >N: a number above this one */
    NJWT_RULE_NOT_LESS,      /* >=N */
    NJWT_RULE_LESS,          /* <N */
    NJWT_RULE_NOT_GREATER,   /* <=N */
    NJWT_RULE_REGEX,         /* ~ and ~*: the expression is found in it */
    NJWT_RULE_NOT_REGEX      /* !~ and !~*: it isn't */
} njwt_rule_kind_t;

/* what looking for an expression came to */
typedef enum {
    NJWT_REGEX_BROKEN = 0,   /* neither: a limit of the library */
    NJWT_REGEX_FOUND,
    NJWT_REGEX_NOT_FOUND
} njwt_regex_result_t;

typedef enum {
    NJWT_RULE_FAILS = 0,
    NJWT_RULE_HOLDS,
    NJWT_RULE_GAVE_UP        /* it can't be told: the rule doesn't hold */
} njwt_rule_result_t;

/*
 * Looks for a compiled expression in a text.  The core has no library for
 * that: who makes a rule brings one.
 */
typedef njwt_regex_result_t (*njwt_regex_pt)(void *regex, njwt_slice_t text);

/* one VALUE of a rule */
typedef struct {
    njwt_rule_kind_t      kind;
    bool                  caseless;
    njwt_slice_t          text;      /* behind the prefix */
    void                 *regex;     /* compiled, by who makes the rule */
} njwt_rule_value_t;

/* one jwt_require_claim; all of it outlives the requests */
typedef struct {
    njwt_slice_t              claim;     /* a path, see njwt_path.h */
    const njwt_rule_value_t  *values;
    size_t                    value_count;   /* 0: the claim is to be there */
    njwt_regex_pt             match;

    /* njwt_policy_index(): the question's number, if it has one */
    bool                      indexed;
    size_t                    number;
} njwt_claim_rule_t;


/* Reads a VALUE as the configuration has it: its prefix tells its kind. */
njwt_rule_value_t njwt_rule_value(njwt_slice_t text);

/* Is there a regular expression to be compiled? */
bool njwt_rule_value_regex(const njwt_rule_value_t *value);

/*
 * What is wrong with what stands behind the prefix?  It must be a number, or
 * an expression without a limit of its own.  False: nothing is; otherwise
 * *instead is what to write, a constant text.
 */
bool njwt_rule_value_fault(const njwt_rule_value_t *value,
    njwt_slice_t *instead);

/* How a VALUE of this kind begins: constant, may be empty. */
njwt_slice_t njwt_rule_prefix(const njwt_rule_value_t *value);

/*
 * Is this word an operator in the rules of other modules?  Then it is no value
 * in front of others.  *instead is what to write, a constant text.
 */
bool njwt_rule_operator(njwt_slice_t word, njwt_slice_t *instead);

/*
 * Does a payload's claim satisfy the rule?  It must be there and not null.
 * With values, one of those that aren't negated, if there are any, must match
 * it, or an element of it if it is an array; and no negated one may match it,
 * or an element.  What is compared is the text of a string, number or
 * boolean, or the value of a number; an object or a nested array matches no
 * value, negated or not.  Expressions are tried last, and only where the other
 * values leave it open; the first that gives up ends it, and so do more than
 * NJWT_RULE_MATCHES texts.
 */
njwt_rule_result_t njwt_rule_check(njwt_arena_t *arena,
    const njwt_claim_rule_t *rule, njwt_value_t root);


#endif /* NJWT_RULE_H */
