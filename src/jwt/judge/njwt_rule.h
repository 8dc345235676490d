/*
 * Is a claim what a rule asks?  The values of jwt_require_claim.
 */

#ifndef NJWT_RULE_H
#define NJWT_RULE_H


#include "njwt.h"
#include "njwt_json.h"


typedef enum {
    NJWT_RULE_EQUAL = 0,     /* the text is this one */
    NJWT_RULE_REGEX,         /* ~ and ~*: the expression is found in it */
    NJWT_RULE_NOT_REGEX      /* !~ and !~*: it isn't */
} njwt_rule_kind_t;

/* what looking for an expression came to */
typedef enum {
    NJWT_REGEX_BROKEN = 0,   /* neither: a limit of the library */
    NJWT_REGEX_FOUND,
    NJWT_REGEX_NOT_FOUND
} njwt_regex_result_t;

/*
 * Looks for a compiled expression in a text.  The core has no library for
 * that: who makes a rule brings one.
 */
typedef njwt_regex_result_t (*njwt_regex_pt)(void *regex, njwt_slice_t text);

/* one VALUE of a rule */
typedef struct {
    njwt_rule_kind_t      kind;
    bool                  caseless;
    njwt_slice_t          text;      /* to be equal to, or the expression */
    void                 *regex;     /* compiled, by who makes the rule */
} njwt_rule_value_t;

/* one jwt_require_claim; all of it outlives the requests */
typedef struct {
    njwt_slice_t              claim;     /* a path, see njwt_path.h */
    const njwt_rule_value_t  *values;
    size_t                    value_count;   /* 0: the claim is to be there */
    njwt_regex_pt             match;
} njwt_claim_rule_t;


/* Reads a VALUE as the configuration has it: its prefix tells its kind. */
njwt_rule_value_t njwt_rule_value(njwt_slice_t text);

/*
 * Does a payload's claim satisfy the rule?  It must be there and not null.
 * With values, one of those that aren't negated, if there are any, must match
 * it, or an element of it if it is an array; and no negated one may match it,
 * or an element.  What is compared is the text of a string, number or
 * boolean; an object or a nested array matches no value, negated or not.
 */
bool njwt_rule_holds(njwt_arena_t *arena, const njwt_claim_rule_t *rule,
    njwt_value_t root);


#endif /* NJWT_RULE_H */
