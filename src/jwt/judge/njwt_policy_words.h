/*
 * The syntax of a location's rules: jwt_require_scope and jwt_require_claim,
 * in the configuration and on jwt-explain's command line.
 */

#ifndef NJWT_POLICY_WORDS_H
#define NJWT_POLICY_WORDS_H


#include "njwt_policy.h"


/*
 * What is wrong, and what to write instead, as the parts of a sentence: what
 * "word"how in "where"rest, then instead.  If what is empty, the whole rule is
 * wrong, and rest alone is the sentence.
 */
typedef struct {
    const char   *what;
    njwt_slice_t  word;
    const char   *how;
    njwt_slice_t  where;      /* empty: in the directive or option */
    const char   *rest;
    njwt_slice_t  instead;
} njwt_fault_t;


/* The largest number of slices that reading these words writes. */
size_t njwt_scope_rule_room(const njwt_slice_t *words, size_t count);

/*
 * Reads SCOPE ... [match=any] [methods=GET,POST]; the rule points to the words
 * and to the room.  False: *fault says what is wrong.
 */
bool njwt_scope_rule_read(njwt_scope_rule_t *rule, const njwt_slice_t *words,
    size_t count, njwt_slice_t *room, njwt_fault_t *fault);

/* Adds a method; the list of others has room for it. */
void njwt_scope_rule_add(njwt_scope_rule_t *rule, njwt_slice_t *others,
    njwt_slice_t name);

/*
 * Does a scope have a comma, so that two may have been meant?  For a warning.
 */
bool njwt_scope_rule_comma(const njwt_scope_rule_t *rule,
    njwt_fault_t *warning);

/*
 * Reads VALUE ..., as many values as words; the caller compiles those for
 * which njwt_rule_value_regex() is true.  False: *fault says what is wrong.
 */
bool njwt_claim_rule_read(njwt_rule_value_t *values,
    const njwt_slice_t *words, size_t count, njwt_fault_t *fault);

/* Are there two bounds, either of which suffices, where a range is meant? */
bool njwt_claim_rule_range(const njwt_claim_rule_t *rule);

/* Does a text begin like one with a variable in it? */
bool njwt_has_variable(njwt_slice_t text);


#endif /* NJWT_POLICY_WORDS_H */
