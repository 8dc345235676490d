/*
 * The syntax of a location's rules, jwt_require_scope, jwt_require_claim and
 * jwt_binding, in the configuration and on jwt-explain's command line; and the
 * values of an issuer that contradict each other.
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
 * Was something else meant by a scope, one with a comma in it, or one that is
 * the name of a method?  For a warning.
 */
bool njwt_scope_rule_doubt(const njwt_scope_rule_t *rule,
    njwt_fault_t *warning);

/*
 * Reads CLAIM VALUE ..., as many values as words; the caller compiles those
 * for which njwt_rule_value_regex() is true.  False: *fault says what is
 * wrong.
 */
bool njwt_claim_rule_read(njwt_slice_t claim, njwt_rule_value_t *values,
    const njwt_slice_t *words, size_t count, njwt_fault_t *fault);

/* Are there two bounds, either of which suffices, where a range is meant? */
bool njwt_claim_rule_range(const njwt_claim_rule_t *rule);

#define NJWT_BINDING_WORDS  3

/* Sets what the word stands for.  False: it is none, or was there before. */
bool njwt_binding_read(njwt_binding_t *binding, njwt_slice_t word);

/* The words of what is set; returns how many. */
size_t njwt_binding_words(const njwt_binding_t *binding,
    njwt_slice_t words[NJWT_BINDING_WORDS]);

/*
 * Is it an "iss" or "aud" that a token may have?  What another product's
 * configuration or a tenant's documentation writes for a part that varies
 * never matches: issuers are compared byte for byte.
 */
bool njwt_issuer_exact(njwt_slice_t value);
bool njwt_audience_exact(njwt_slice_t value);

#define NJWT_ISSUER_INEXACT                                                  \
    "holds a \"$\", \"*\", \"{\", \"}\" or blank: there are no patterns "    \
    "and no variables, write the exact \"iss\" of the tokens"
#define NJWT_AUDIENCE_INEXACT                                                \
    "holds a \"$\": there are no variables, write the exact \"aud\" of the "  \
    "tokens"

/* Are there public keys beside shared secrets? */
bool njwt_algorithms_mixed(njwt_alg_t algorithms);

#define NJWT_ALGORITHMS_MIXED                                                \
    "mixes shared secrets (HS*) with public keys: a public key could be "    \
    "taken for the secret, write one kind"

/* Does a text begin like one with a variable in it? */
bool njwt_has_variable(njwt_slice_t text);


#endif /* NJWT_POLICY_WORDS_H */
