/*
 * Policies and issuers as JSON: the writer and the reader of each member.
 *
 * If a member can't be read, the reader goes on, and reports the first one.
 */

#include "njwt_policy_json.h"


/* what has to be added to both, or to neither, with a new member */
_Static_assert(njwt_size_is(njwt_issuer_t, 136)
               && njwt_size_is(njwt_expected_t, 72)
               && njwt_size_is(njwt_policy_t, 88)
               && njwt_size_is(njwt_scope_rule_t, 80)
               && njwt_size_is(njwt_claim_rule_t, 56)
               && njwt_size_is(njwt_rule_value_t, 32),
               "write and read the new member, and compare it in "
               "t/unit/policy_json_test.c");


static void
njwt_unread(njwt_reader_t *r, njwt_unread_t why,
    njwt_slice_t member)
{
    if (r->why == NJWT_UNREAD_NOTHING) {
        r->why = why;
        r->member = member;
    }
}


/* A member that must be there, of that type. */

static njwt_value_t
njwt_read_member(njwt_reader_t *r, njwt_value_t object,
    njwt_slice_t name, njwt_json_type_t type)
{
    njwt_value_t  value;

    value = njwt_json_member(object, name);

    if (njwt_json_type(value) != type) {
        njwt_unread(r, NJWT_UNREAD_MEMBER, name);
    }

    return value;
}


/* The strings of a list; none of what is no list. */

static njwt_slice_t *
njwt_read_list(njwt_reader_t *r, njwt_value_t list, size_t *count)
{
    njwt_slice_t  *texts;
    njwt_value_t   element = { NULL };

    *count = 0;
    texts = njwt_arena_alloc(r->arena, (njwt_json_length(list) + 1)
                                       * sizeof(njwt_slice_t));

    while (texts != NULL && njwt_json_each(list, &element)) {
        texts[(*count)++] = njwt_json_string(element);
    }

    return texts;
}


static njwt_slice_t *
njwt_read_strings(njwt_reader_t *r, njwt_value_t object,
    njwt_slice_t name, size_t *count)
{
    return njwt_read_list(r, njwt_read_member(r, object, name,
                                              NJWT_JSON_ARRAY), count);
}


static njwt_slice_t
njwt_read_string(njwt_reader_t *r, njwt_value_t object,
    njwt_slice_t name)
{
    return njwt_json_string(njwt_read_member(r, object, name,
                                             NJWT_JSON_STRING));
}


/* Is it this one? */

static bool
njwt_read_word(njwt_reader_t *r, njwt_value_t object, njwt_slice_t name,
    njwt_slice_t word)
{
    return njwt_slice_equal(njwt_read_string(r, object, name), word);
}


static double
njwt_read_number(njwt_reader_t *r, njwt_value_t object,
    njwt_slice_t name)
{
    return njwt_json_number(njwt_read_member(r, object, name,
                                             NJWT_JSON_NUMBER));
}


static void
njwt_write_algorithms(njwt_out_t *out, njwt_alg_t algorithms)
{
    njwt_alg_t  bit;

    njwt_out_open(out, "algorithms", '[');

    for (bit = 1; bit < 1u << NJWT_ALG_COUNT; bit <<= 1) {
        if (algorithms & bit) {
            njwt_out_string(out, NULL, njwt_alg_info(bit)->name);
        }
    }

    njwt_out_close(out, ']');
}


static njwt_alg_t
njwt_read_algorithms(njwt_reader_t *r, njwt_value_t object)
{
    size_t         i, count;
    njwt_alg_t     alg, algorithms;
    njwt_slice_t  *names;

    algorithms = 0;
    names = njwt_read_strings(r, object, njwt_slice("algorithms"), &count);

    for (i = 0; i < count; i++) {
        alg = njwt_alg(names[i]);
        algorithms |= alg;

        if (alg == NJWT_ALG_UNKNOWN) {
            njwt_unread(r, NJWT_UNREAD_ALGORITHM, names[i]);
        }
    }

    return algorithms;
}


/* "audience off" is null; a missing member allows nothing. */

void
njwt_issuer_write(njwt_out_t *out, const njwt_issuer_t *issuer)
{
    const njwt_expected_t  *expected = &issuer->expected;

    static const njwt_slice_t  scope = njwt_literal("scope");

    njwt_out_string(out, "name", issuer->name);
    njwt_out_list(out, "issuer", issuer->issuers, issuer->issuer_count);

    if (expected->any_audience) {
        njwt_out_null(out, "audience");

    } else {
        njwt_out_list(out, "audience", expected->audiences,
                      expected->audience_count);
    }

    njwt_write_algorithms(out, issuer->algorithms);
    njwt_out_seconds(out, "leeway", expected->leeway);

    if (expected->has_max_age) {
        njwt_out_seconds(out, "max_age", expected->max_age);

    } else {
        njwt_out_null(out, "max_age");
    }

    njwt_out_word(out, "profile", expected->profile == NJWT_PROFILE_RFC9068
                                  ? "rfc9068" : "any");

    if (expected->scope_claim_count > 0) {
        njwt_out_list(out, "scope_claims", expected->scope_claims,
                      expected->scope_claim_count);

    } else {
        njwt_out_list(out, "scope_claims", &scope, 1);
    }
}


bool
njwt_issuer_read(njwt_reader_t *r, njwt_value_t object, njwt_issuer_t *issuer)
{
    njwt_value_t      value;
    njwt_expected_t  *expected = &issuer->expected;

    memset(issuer, 0, sizeof(njwt_issuer_t));

    issuer->name = njwt_read_string(r, object, njwt_slice("name"));
    issuer->issuers = njwt_read_strings(r, object, njwt_slice("issuer"),
                                        &issuer->issuer_count);

    value = njwt_json_member(object, njwt_slice("audience"));
    expected->any_audience = njwt_json_type(value) == NJWT_JSON_NULL;
    expected->audiences = njwt_read_list(r, value, &expected->audience_count);

    issuer->algorithms = njwt_read_algorithms(r, object);
    expected->leeway = njwt_read_number(r, object, njwt_slice("leeway"));

    value = njwt_json_member(object, njwt_slice("max_age"));
    expected->has_max_age = njwt_json_type(value) != NJWT_JSON_NULL;

    if (expected->has_max_age) {
        expected->max_age = njwt_read_number(r, object, njwt_slice("max_age"));
    }

    expected->profile = njwt_read_word(r, object, njwt_slice("profile"),
                                       njwt_slice("rfc9068"))
                        ? NJWT_PROFILE_RFC9068 : NJWT_PROFILE_ANY;
    expected->scope_claims = njwt_read_strings(r, object,
                                               njwt_slice("scope_claims"),
                                               &expected->scope_claim_count);

    return r->why == NJWT_UNREAD_NOTHING && !r->arena->failed;
}


/* Names with ", " between; none: every method. */

static void
njwt_write_methods(njwt_out_t *out, njwt_slice_t names)
{
    njwt_slice_t  method;

    if (names.len == 0) {
        njwt_out_null(out, "methods");
        return;
    }

    njwt_out_open(out, "methods", '[');

    while (njwt_slice_word(&names, &method)) {
        method.len -= method.data[method.len - 1] == ',';
        njwt_out_string(out, NULL, method);
    }

    njwt_out_close(out, ']');
}


static void
njwt_read_methods(njwt_reader_t *r, njwt_value_t object,
    njwt_scope_rule_t *rule)
{
    size_t         i, count;
    njwt_value_t   methods;
    njwt_slice_t  *names, *others;

    methods = njwt_json_member(object, njwt_slice("methods"));
    rule->every_method = njwt_json_type(methods) == NJWT_JSON_NULL;
    names = njwt_read_list(r, methods, &count);
    others = njwt_read_list(r, methods, &count);

    for (i = 0; names != NULL && others != NULL && i < count; i++) {
        njwt_scope_rule_add(rule, others, names[i]);
    }
}


static void
njwt_write_scope_rules(njwt_arena_t *arena, njwt_out_t *out,
    const njwt_policy_t *policy)
{
    size_t                    i;
    njwt_slice_t              names;
    const njwt_scope_rule_t  *rule;

    njwt_out_open(out, "scopes", '[');

    for (i = 0; i < policy->scope_rule_count; i++) {
        rule = &policy->scope_rules[i];
        names.len = 0;
        (void) njwt_scope_rule_allow(arena, rule, &names);

        njwt_out_open(out, NULL, '{');
        njwt_out_list(out, "scopes", rule->scopes,
                      rule->scope_count);
        njwt_out_word(out, "match", rule->any ? "any" : "all");
        njwt_write_methods(out, names);
        njwt_out_close(out, '}');
    }

    njwt_out_close(out, ']');
}


static void
njwt_read_scope_rules(njwt_reader_t *r, njwt_value_t object,
    njwt_policy_t *policy)
{
    njwt_value_t        rules, element = { NULL };
    njwt_scope_rule_t  *made, *rule;

    rules = njwt_read_member(r, object, njwt_slice("scopes"), NJWT_JSON_ARRAY);
    made = njwt_arena_alloc(r->arena, (njwt_json_length(rules) + 1)
                                      * sizeof(njwt_scope_rule_t));
    policy->scope_rules = made;

    while (made != NULL && njwt_json_each(rules, &element)) {
        rule = &made[policy->scope_rule_count++];
        rule->scopes = njwt_read_strings(r, element, njwt_slice("scopes"),
                                         &rule->scope_count);
        rule->any = njwt_read_word(r, element, njwt_slice("match"),
                                   njwt_slice("any"));
        njwt_read_methods(r, element, rule);
    }
}


static void
njwt_write_claim_rules(njwt_out_t *out, const njwt_policy_t *policy)
{
    size_t                    i, k;
    njwt_slice_t              prefix;
    const njwt_claim_rule_t  *rule;

    njwt_out_open(out, "claims", '[');

    for (i = 0; i < policy->claim_rule_count; i++) {
        rule = &policy->claim_rules[i];

        njwt_out_open(out, NULL, '{');
        njwt_out_string(out, "claim", rule->claim);
        njwt_out_open(out, "values", '[');

        for (k = 0; k < rule->value_count; k++) {
            /* constant, and so a C string */
            prefix = njwt_rule_prefix(&rule->values[k]);

            njwt_out_prefixed(out, (const char *) prefix.data,
                              rule->values[k].text);
        }

        njwt_out_close(out, ']');
        njwt_out_close(out, '}');
    }

    njwt_out_close(out, ']');
}


static void
njwt_read_claim_rule(njwt_reader_t *r, njwt_value_t object,
    njwt_claim_rule_t *rule)
{
    size_t              count;
    njwt_slice_t       *words;
    njwt_rule_value_t  *values;

    rule->claim = njwt_read_string(r, object, njwt_slice("claim"));
    words = njwt_read_strings(r, object, njwt_slice("values"), &count);
    values = njwt_arena_alloc(r->arena, (count + 1)
                                        * sizeof(njwt_rule_value_t));
    rule->values = values;

    if (r->why != NJWT_UNREAD_NOTHING || r->arena->failed) {
        return;
    }

    rule->value_count = count;

    if (!njwt_claim_rule_read(rule->claim, values, words, count, &r->fault)) {
        r->why = NJWT_UNREAD_RULE;
    }
}


static void
njwt_read_claim_rules(njwt_reader_t *r, njwt_value_t object,
    njwt_policy_t *policy)
{
    njwt_value_t        rules, element = { NULL };
    njwt_claim_rule_t  *made;

    rules = njwt_read_member(r, object, njwt_slice("claims"), NJWT_JSON_ARRAY);
    made = njwt_arena_alloc(r->arena, (njwt_json_length(rules) + 1)
                                      * sizeof(njwt_claim_rule_t));
    policy->claim_rules = made;

    while (made != NULL && njwt_json_each(rules, &element)) {
        njwt_read_claim_rule(r, element,
                             &made[policy->claim_rule_count++]);
    }
}


/* Null: the issuers' audiences suffice. */

static void
njwt_write_audience(njwt_out_t *out, const njwt_claim_rule_t *rule)
{
    size_t  i;

    if (rule == NULL) {
        njwt_out_null(out, "audience");
        return;
    }

    njwt_out_open(out, "audience", '[');

    for (i = 0; i < rule->value_count; i++) {
        njwt_out_string(out, NULL, rule->values[i].text);
    }

    njwt_out_close(out, ']');
}


static void
njwt_read_audience(njwt_reader_t *r, njwt_value_t object,
    njwt_policy_t *policy)
{
    size_t              count;
    njwt_slice_t       *texts;
    njwt_value_t        audience;
    njwt_rule_value_t  *values;

    audience = njwt_json_member(object, njwt_slice("audience"));
    texts = njwt_read_list(r, audience, &count);

    if (count == 0) {
        return;
    }

    policy->audience = njwt_arena_alloc(r->arena, sizeof(njwt_claim_rule_t));
    values = njwt_arena_alloc(r->arena, count * sizeof(njwt_rule_value_t));

    if (policy->audience != NULL && values != NULL) {
        njwt_policy_audience_rule(policy->audience, values, texts, count);
    }
}


static void
njwt_write_issuers(njwt_out_t *out, const njwt_policy_t *policy)
{
    size_t  i;

    njwt_out_open(out, "issuers", '[');

    for (i = 0; i < policy->issuer_count; i++) {
        njwt_out_string(out, NULL, policy->issuers[i]->name);
    }

    njwt_out_close(out, ']');
}


static void
njwt_read_issuers(njwt_reader_t *r, njwt_value_t object,
    njwt_issuer_t *const *all, size_t count, njwt_policy_t *policy)
{
    size_t         i, k, named;
    njwt_slice_t  *names;

    names = njwt_read_strings(r, object, njwt_slice("issuers"), &named);
    policy->issuers = njwt_arena_alloc(r->arena, (named + 1)
                                                 * sizeof(njwt_issuer_t *));
    if (named == 0) {
        njwt_unread(r, NJWT_UNREAD_ISSUERS, njwt_slice("issuers"));
    }

    for (i = 0; policy->issuers != NULL && i < named; i++) {

        for (k = 0; k < count; k++) {
            if (njwt_slice_equal(all[k]->name, names[i])) {
                break;
            }
        }

        if (k == count) {
            njwt_unread(r, NJWT_UNREAD_ISSUER, names[i]);
            return;
        }

        policy->issuers[policy->issuer_count++] = all[k];
    }
}


/*
 * How proofs are judged; null: none are.  Without origins these are those of
 * the server's names.
 */

static void
njwt_write_proofs(njwt_out_t *out, const njwt_binding_t *binding)
{
    const njwt_dpop_t  *dpop = &binding->proofs;

    njwt_out_open(out, "dpop", '{');

    if (dpop->origin_count == 0) {
        njwt_out_null(out, "origins");

    } else {
        njwt_out_list(out, "origins", dpop->origins, dpop->origin_count);
    }

    njwt_write_algorithms(out, dpop->algorithms);
    njwt_out_number(out, "lifetime", (int64_t) dpop->lifetime);
    njwt_out_number(out, "ahead", (int64_t) dpop->ahead);
    njwt_out_close(out, '}');
}


/* An earlier gate doesn't say. */

static void
njwt_read_proofs(njwt_reader_t *r, njwt_value_t object, njwt_dpop_t *dpop)
{
    njwt_value_t  proofs, origins;

    proofs = njwt_json_member(object, njwt_slice("dpop"));

    if (njwt_json_type(proofs) != NJWT_JSON_OBJECT) {
        return;
    }

    dpop->algorithms = njwt_read_algorithms(r, proofs);
    dpop->lifetime = njwt_read_number(r, proofs, njwt_slice("lifetime"));
    dpop->ahead = njwt_read_number(r, proofs, njwt_slice("ahead"));

    origins = njwt_json_member(proofs, njwt_slice("origins"));

    if (njwt_json_type(origins) == NJWT_JSON_ARRAY) {
        dpop->origins = njwt_read_list(r, origins, &dpop->origin_count);
    }
}


static void
njwt_read_binding(njwt_reader_t *r, njwt_value_t object,
    njwt_policy_t *policy, njwt_binding_t *binding)
{
    size_t         i, count;
    njwt_slice_t  *words;

    memset(binding, 0, sizeof(njwt_binding_t));
    words = njwt_read_strings(r, object, njwt_slice("binding"), &count);

    for (i = 0; i < count; i++) {
        if (!njwt_binding_read(binding, words[i])) {
            njwt_unread(r, NJWT_UNREAD_BINDING, words[i]);
        }
    }

    njwt_read_proofs(r, object, &binding->proofs);
    policy->binding = (count > 0) ? binding : NULL;
}


void
njwt_policy_write(njwt_arena_t *arena, njwt_out_t *out,
    const njwt_policy_t *policy)
{
    njwt_slice_t  methods = { NULL, 0 }, words[NJWT_BINDING_WORDS];

    (void) njwt_policy_allow(arena, policy, &methods);

    njwt_write_issuers(out, policy);
    njwt_write_audience(out, policy->audience);
    njwt_out_list(out, "binding", words,
                  policy->binding ? njwt_binding_words(policy->binding, words)
                                  : 0);

    if (policy->binding != NULL && policy->binding->dpop) {
        njwt_write_proofs(out, policy->binding);

    } else {
        njwt_out_null(out, "dpop");
    }

    njwt_write_methods(out, methods);
    njwt_write_scope_rules(arena, out, policy);
    njwt_write_claim_rules(out, policy);
    njwt_out_number(out, "max_token_size", (int64_t) policy->max_token_size);
}


bool
njwt_policy_read(njwt_reader_t *r, njwt_value_t object,
    njwt_issuer_t *const *all, size_t count, njwt_policy_t *policy,
    njwt_binding_t *binding)
{
    double  size;

    njwt_read_issuers(r, object, all, count, policy);
    njwt_read_audience(r, object, policy);
    njwt_read_binding(r, object, policy, binding);
    njwt_read_scope_rules(r, object, policy);
    njwt_read_claim_rules(r, object, policy);

    size = njwt_read_number(r, object, njwt_slice("max_token_size"));
    policy->max_token_size = (size >= 0 && size < NJWT_MAX_DATE)
                             ? (size_t) size : 0;

    return r->why == NJWT_UNREAD_NOTHING && !r->arena->failed;
}
