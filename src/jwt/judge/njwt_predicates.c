/*
 * Predicates: the questions that a configuration asks about a token's claims.
 */

#include "njwt_predicates.h"
#include "njwt_hash.h"

#include <string.h>


/* Compares by bytes, then by length. */

static int
njwt_predicates_compare(njwt_slice_t a, njwt_slice_t b)
{
    int     order;
    size_t  len;

    len = (a.len < b.len) ? a.len : b.len;
    order = (len > 0) ? memcmp(a.data, b.data, len) : 0;

    if (order != 0) {
        return order;
    }

    return (a.len > b.len) - (a.len < b.len);
}


/*
 * Looks for a scope in the sorted list.  Returns its index, or, with *there
 * false, the index where it would have to be inserted.
 */

static size_t
njwt_predicates_index(const njwt_predicates_t *predicates, njwt_slice_t scope,
    bool *there)
{
    int     order;
    size_t  low, high, middle;

    low = 0;
    high = predicates->scope_count;
    *there = false;

    while (low < high) {
        middle = low + (high - low) / 2;
        order = njwt_predicates_compare(
            scope, predicates->list[predicates->scopes[middle]].scope);

        if (order == 0) {
            *there = true;
            return middle;
        }

        if (order < 0) {
            high = middle;

        } else {
            low = middle + 1;
        }
    }

    return low;
}


bool
njwt_predicates_add_scope(njwt_predicates_t *predicates, njwt_slice_t scope,
    size_t *number)
{
    bool    there;
    size_t  index;

    index = njwt_predicates_index(predicates, scope, &there);

    if (there) {
        *number = predicates->scopes[index];
        return true;
    }

    if (predicates->count == NJWT_PREDICATE_COUNT) {
        return false;
    }

    memmove(&predicates->scopes[index + 1], &predicates->scopes[index],
            (predicates->scope_count - index) * sizeof(predicates->scopes[0]));

    predicates->scopes[index] = (uint16_t) predicates->count;
    predicates->scope_count++;

    predicates->list[predicates->count].scope = scope;
    *number = predicates->count++;

    return true;
}


_Static_assert(njwt_size_is(njwt_claim_rule_t, 56)
               && njwt_size_is(njwt_rule_value_t, 32),
               "a rule's members change: is it another question with the new "
               "one?  Then the two functions below must look at it");


static bool
njwt_predicates_same_rule(const njwt_claim_rule_t *a,
    const njwt_claim_rule_t *b)
{
    size_t  i;

    if (!njwt_slice_equal(a->claim, b->claim)
        || a->value_count != b->value_count)
    {
        return false;
    }

    for (i = 0; i < a->value_count; i++) {
        if (a->values[i].kind != b->values[i].kind
            || a->values[i].caseless != b->values[i].caseless
            || !njwt_slice_equal(a->values[i].text, b->values[i].text))
        {
            return false;
        }
    }

    return true;
}


bool
njwt_predicates_add_rule(njwt_predicates_t *predicates,
    const njwt_claim_rule_t *rule, size_t *number)
{
    size_t  i;

    for (i = 0; i < predicates->count; i++) {
        if (predicates->list[i].rule != NULL
            && njwt_predicates_same_rule(predicates->list[i].rule, rule))
        {
            *number = i;
            return true;
        }
    }

    if (predicates->count + 2 > NJWT_PREDICATE_COUNT) {
        return false;
    }

    predicates->list[predicates->count].rule = rule;
    *number = predicates->count;

    njwt_predicate_set_add(&predicates->rules, predicates->count++);
    njwt_predicate_set_add(&predicates->rules, predicates->count++);

    return true;
}


static void
njwt_predicates_write(const njwt_predicates_t *predicates,
    njwt_digest_t *digest)
{
    size_t                    i, k;
    uint8_t                   kind;
    njwt_slice_t              text;
    const njwt_claim_rule_t  *rule;

    for (i = 0; i < predicates->count; i++) {
        rule = predicates->list[i].rule;
        kind = (rule == NULL) ? 's' : 'c';
        text = (rule == NULL) ? predicates->list[i].scope : rule->claim;
        njwt_digest_add(digest, &kind, 1);
        njwt_digest_add(digest, text.data, text.len);

        for (k = 0; rule != NULL && k < rule->value_count; k++) {
            kind = (uint8_t) ('0' + 2 * rule->values[k].kind
                              + (rule->values[k].caseless ? 1 : 0));
            text = rule->values[k].text;
            njwt_digest_add(digest, &kind, 1);
            njwt_digest_add(digest, text.data, text.len);
        }
    }
}


bool
njwt_predicates_seal(njwt_predicates_t *predicates)
{
    uint8_t        whole[NJWT_DIGEST];
    njwt_digest_t  digest;

    njwt_digest_begin(&digest);
    njwt_predicates_write(predicates, &digest);

    if (!njwt_digest_end(&digest, whole)) {
        return false;
    }

    memcpy(predicates->digest, whole, NJWT_PREDICATES_DIGEST);

    return true;
}


static void
njwt_predicates_answer_scope(const njwt_predicates_t *predicates,
    njwt_slice_t scope, njwt_predicate_set_t *set)
{
    bool    there;
    size_t  index;

    index = njwt_predicates_index(predicates, scope, &there);

    if (there) {
        njwt_predicate_set_add(set, predicates->scopes[index]);
    }
}


void
njwt_predicates_scopes(const njwt_predicates_t *predicates,
    njwt_value_t granted, njwt_predicate_set_t *set)
{
    njwt_slice_t  rest, word;
    njwt_value_t  element = { NULL };

    memset(set, 0, sizeof(njwt_predicate_set_t));

    rest = njwt_json_string(granted);

    while (njwt_slice_word(&rest, &word)) {
        njwt_predicates_answer_scope(predicates, word, set);
    }

    if (!njwt_json_strings(granted)) {
        return;
    }

    while (njwt_json_each(granted, &element)) {
        njwt_predicates_answer_scope(predicates, njwt_json_string(element),
                                     set);
    }
}


void
njwt_answers_add(njwt_answers_t *answers, size_t number, bool yes)
{
    njwt_predicate_set_add(&answers->set, yes ? number : number + 1);
}


bool
njwt_answers_known(const njwt_answers_t *answers, size_t number)
{
    return njwt_predicate_set_has(&answers->set, number)
           || njwt_predicate_set_has(&answers->set, number + 1);
}


bool
njwt_answers_yes(const njwt_answers_t *answers, size_t number)
{
    return njwt_predicate_set_has(&answers->set, number)
           && !njwt_predicate_set_has(&answers->set, number + 1);
}


void
njwt_answers_merge(njwt_answers_t *answers,
    const njwt_predicates_t *predicates, const njwt_answers_t *others)
{
    size_t  i;

    for (i = 0; i < NJWT_PREDICATE_WORDS; i++) {
        answers->set.words[i] |= others->set.words[i]
            & predicates->rules.words[i];
    }
}


void
njwt_predicate_set_add(njwt_predicate_set_t *set, size_t number)
{
    set->words[number / 64] |= (uint64_t) 1 << number % 64;
}


bool
njwt_predicate_set_has(const njwt_predicate_set_t *set, size_t number)
{
    return (set->words[number / 64] >> number % 64 & 1) != 0;
}


bool
njwt_predicate_set_any(const njwt_predicate_set_t *set,
    const njwt_predicate_set_t *required)
{
    size_t  i;

    for (i = 0; i < NJWT_PREDICATE_WORDS; i++) {
        if ((set->words[i] & required->words[i]) != 0) {
            return true;
        }
    }

    return false;
}


bool
njwt_predicate_set_all(const njwt_predicate_set_t *set,
    const njwt_predicate_set_t *required)
{
    size_t  i;

    for (i = 0; i < NJWT_PREDICATE_WORDS; i++) {
        if ((set->words[i] & required->words[i]) != required->words[i]) {
            return false;
        }
    }

    return true;
}
