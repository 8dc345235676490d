/*
 * The rules of a location as they are written: jwt_require_scope,
 * jwt_require_claim and jwt_binding, in the configuration and on jwt-explain's
 * command line; and the values of an issuer, which contradict each other
 * there as here.
 */

#ifndef NJWT_POLICY_WORDS_H
#define NJWT_POLICY_WORDS_H


#include "njwt_policy.h"


/*
 * What is wrong, and what to write instead: what "word"how in "where"rest, and
 * then instead.  Without what it is of the whole rule: the rest alone says it.
 */
typedef struct {
    const char   *what;
    njwt_slice_t  word;
    const char   *how;
    njwt_slice_t  where;      /* empty: the directive or option */
    const char   *rest;
    njwt_slice_t  instead;
} njwt_fault_t;


/* How many slices the reader of these words writes, at most. */
size_t njwt_scope_rule_room(const njwt_slice_t *words, size_t count);

/*
 * Reads SCOPE ... [match=any] [methods=GET,POST]; the rule is made of the
 * words, and of the room.  False: *fault says why not.
 */
bool njwt_scope_rule_read(njwt_scope_rule_t *rule, const njwt_slice_t *words,
    size_t count, njwt_slice_t *room, njwt_fault_t *fault);

/* Adds a method; there is room for it in the list of others. */
void njwt_scope_rule_add(njwt_scope_rule_t *rule, njwt_slice_t *others,
    njwt_slice_t name);

/* Is a scope one that people take for two?  A warning, not a fault. */
bool njwt_scope_rule_comma(const njwt_scope_rule_t *rule,
    njwt_fault_t *warning);

/*
 * Reads CLAIM VALUE ..., as many values as words; what njwt_rule_value_regex()
 * finds among them is for the caller to compile.  False: *fault says why not.
 */
bool njwt_claim_rule_read(njwt_slice_t claim, njwt_rule_value_t *values,
    const njwt_slice_t *words, size_t count, njwt_fault_t *fault);

/* Are there two bounds, of which one is enough, where a range is meant? */
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

/* Does a text begin as one with a variable in it would? */
bool njwt_has_variable(njwt_slice_t text);


#endif /* NJWT_POLICY_WORDS_H */
