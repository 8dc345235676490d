/*
 * Which questions does a configuration ask of a token's claims?
 */

#include "njwt_facts.h"
#include "njwt_hash.h"

#include <string.h>


/* Before, the same, or behind: by bytes, then by length. */

static int
njwt_facts_compare(njwt_slice_t a, njwt_slice_t b)
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
 * Looks for a scope among those in order.  Returns its place, or with *there
 * false the one where it belongs.
 */

static size_t
njwt_facts_place(const njwt_facts_t *facts, njwt_slice_t scope, bool *there)
{
    int     order;
    size_t  low, high, middle;

    low = 0;
    high = facts->scope_count;
    *there = false;

    while (low < high) {
        middle = low + (high - low) / 2;
        order = njwt_facts_compare(scope,
                                   facts->list[facts->scopes[middle]].scope);

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
njwt_facts_add_scope(njwt_facts_t *facts, njwt_slice_t scope, size_t *number)
{
    bool    there;
    size_t  place;

    place = njwt_facts_place(facts, scope, &there);

    if (there) {
        *number = facts->scopes[place];
        return true;
    }

    if (facts->count == NJWT_FACT_COUNT) {
        return false;
    }

    memmove(&facts->scopes[place + 1], &facts->scopes[place],
            (facts->scope_count - place) * sizeof(facts->scopes[0]));

    facts->scopes[place] = (uint16_t) facts->count;
    facts->scope_count++;

    facts->list[facts->count].scope = scope;
    *number = facts->count++;

    return true;
}


_Static_assert(njwt_size_is(njwt_claim_rule_t, 56)
               && njwt_size_is(njwt_rule_value_t, 32),
               "a rule's members change: is it another question with the new "
               "one?  Then the two functions below must look at it");


static bool
njwt_facts_same_rule(const njwt_claim_rule_t *a, const njwt_claim_rule_t *b)
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
njwt_facts_add_rule(njwt_facts_t *facts, const njwt_claim_rule_t *rule,
    size_t *number)
{
    size_t  i;

    for (i = 0; i < facts->count; i++) {
        if (facts->list[i].rule != NULL
            && njwt_facts_same_rule(facts->list[i].rule, rule))
        {
            *number = i;
            return true;
        }
    }

    if (facts->count + 2 > NJWT_FACT_COUNT) {
        return false;
    }

    facts->list[facts->count].rule = rule;
    *number = facts->count;

    njwt_fact_set_add(&facts->rules, facts->count++);
    njwt_fact_set_add(&facts->rules, facts->count++);

    return true;
}


static void
njwt_facts_write(const njwt_facts_t *facts, njwt_digest_t *digest)
{
    size_t                    i, k;
    uint8_t                   kind;
    njwt_slice_t              text;
    const njwt_claim_rule_t  *rule;

    for (i = 0; i < facts->count; i++) {
        rule = facts->list[i].rule;
        kind = (rule == NULL) ? 's' : 'c';
        text = (rule == NULL) ? facts->list[i].scope : rule->claim;
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
njwt_facts_seal(njwt_facts_t *facts)
{
    uint8_t        whole[NJWT_DIGEST];
    njwt_digest_t  digest;

    njwt_digest_begin(&digest);
    njwt_facts_write(facts, &digest);

    if (!njwt_digest_end(&digest, whole)) {
        return false;
    }

    memcpy(facts->digest, whole, NJWT_FACTS_DIGEST);

    return true;
}


static void
njwt_facts_answer_scope(const njwt_facts_t *facts, njwt_slice_t scope,
    njwt_fact_set_t *set)
{
    bool    there;
    size_t  place;

    place = njwt_facts_place(facts, scope, &there);

    if (there) {
        njwt_fact_set_add(set, facts->scopes[place]);
    }
}


void
njwt_facts_scopes(const njwt_facts_t *facts, njwt_value_t granted,
    njwt_fact_set_t *set)
{
    njwt_slice_t  rest, word;
    njwt_value_t  element = { NULL };

    memset(set, 0, sizeof(njwt_fact_set_t));

    rest = njwt_json_string(granted);

    while (njwt_slice_word(&rest, &word)) {
        njwt_facts_answer_scope(facts, word, set);
    }

    if (!njwt_json_strings(granted)) {
        return;
    }

    while (njwt_json_each(granted, &element)) {
        njwt_facts_answer_scope(facts, njwt_json_string(element), set);
    }
}


void
njwt_answers_add(njwt_answers_t *answers, size_t number, bool yes)
{
    njwt_fact_set_add(&answers->set, yes ? number : number + 1);
}


bool
njwt_answers_known(const njwt_answers_t *answers, size_t number)
{
    return njwt_fact_set_has(&answers->set, number)
           || njwt_fact_set_has(&answers->set, number + 1);
}


bool
njwt_answers_yes(const njwt_answers_t *answers, size_t number)
{
    return njwt_fact_set_has(&answers->set, number)
           && !njwt_fact_set_has(&answers->set, number + 1);
}


void
njwt_answers_merge(njwt_answers_t *answers, const njwt_facts_t *facts,
    const njwt_answers_t *others)
{
    size_t  i;

    for (i = 0; i < NJWT_FACT_WORDS; i++) {
        answers->set.words[i] |= others->set.words[i] & facts->rules.words[i];
    }
}


void
njwt_fact_set_add(njwt_fact_set_t *set, size_t number)
{
    set->words[number / 64] |= (uint64_t) 1 << number % 64;
}


bool
njwt_fact_set_has(const njwt_fact_set_t *set, size_t number)
{
    return (set->words[number / 64] >> number % 64 & 1) != 0;
}


bool
njwt_fact_set_any(const njwt_fact_set_t *set, const njwt_fact_set_t *wanted)
{
    size_t  i;

    for (i = 0; i < NJWT_FACT_WORDS; i++) {
        if ((set->words[i] & wanted->words[i]) != 0) {
            return true;
        }
    }

    return false;
}


bool
njwt_fact_set_all(const njwt_fact_set_t *set, const njwt_fact_set_t *wanted)
{
    size_t  i;

    for (i = 0; i < NJWT_FACT_WORDS; i++) {
        if ((set->words[i] & wanted->words[i]) != wanted->words[i]) {
            return false;
        }
    }

    return true;
}
