/*
 * What jwt_status shows of a policy is what jwt-explain judges by.
 */

#include "unit.h"
#include "njwt_jansson.h"
#include "njwt_policy_json.h"


static char    text[8192];
static size_t  used;


static void
taken(void *data, const void *bytes, size_t len)
{
    (void) data;

    assert_true(used + len <= sizeof(text));
    memcpy(text + used, bytes, len);
    used += len;
}


static njwt_out_t
begin(void)
{
    njwt_out_t  out = { taken, NULL, 0 };

    used = 0;
    njwt_out_open(&out, NULL, '{');

    return out;
}


static njwt_value_t
object_of(njwt_out_t *out)
{
    njwt_slice_t  whole;
    njwt_value_t  object;

    njwt_out_close(out, '}');
    whole = unit_bytes(text, used);
    object = njwt_jansson_object(&unit_arena, whole);
    assert_for(njwt_json_type(object) == NJWT_JSON_OBJECT,
               (const char *) unit_bytes(text, used + 1).data);

    return object;
}


static void
same_lists(const njwt_slice_t *a, size_t na, const njwt_slice_t *b, size_t nb)
{
    size_t  i;

    assert_int_equal(na, nb);

    for (i = 0; i < na; i++) {
        assert_true(njwt_slice_equal(a[i], b[i]));
    }
}


static void
same_claim_rules(const njwt_claim_rule_t *a, const njwt_claim_rule_t *b)
{
    size_t  i;

    assert_true(njwt_slice_equal(a->claim, b->claim));
    assert_int_equal(a->value_count, b->value_count);

    for (i = 0; i < a->value_count; i++) {
        assert_int_equal(a->values[i].kind, b->values[i].kind);
        assert_int_equal(a->values[i].caseless, b->values[i].caseless);
        assert_true(njwt_slice_equal(a->values[i].text, b->values[i].text));
    }
}


static void
same_issuers(const njwt_issuer_t *a, const njwt_issuer_t *b)
{
    const njwt_expected_t  *x = &a->expected, *y = &b->expected;

    assert_true(njwt_slice_equal(a->name, b->name));
    same_lists(a->issuers, a->issuer_count, b->issuers, b->issuer_count);
    assert_int_equal(a->algorithms, b->algorithms);

    assert_int_equal(x->any_audience, y->any_audience);
    same_lists(x->audiences, x->audience_count, y->audiences,
               y->audience_count);
    assert_true(x->leeway == y->leeway);
    assert_int_equal(x->has_max_age, y->has_max_age);
    assert_true(x->max_age == y->max_age);
    assert_int_equal(x->profile, y->profile);
    same_lists(x->scope_claims, x->scope_claim_count, y->scope_claims,
               y->scope_claim_count);
}


/* But for how proofs are judged. */

static void
same_policies(const njwt_policy_t *a, const njwt_policy_t *b)
{
    size_t                    i;
    const njwt_scope_rule_t  *x, *y;

    assert_int_equal(a->issuer_count, b->issuer_count);

    for (i = 0; i < a->issuer_count; i++) {
        assert_ptr_equal(a->issuers[i], b->issuers[i]);
    }

    assert_int_equal(a->scope_rule_count, b->scope_rule_count);

    for (i = 0; i < a->scope_rule_count; i++) {
        x = &a->scope_rules[i];
        y = &b->scope_rules[i];

        same_lists(x->scopes, x->scope_count, y->scopes, y->scope_count);
        same_lists(x->others, x->other_count, y->others, y->other_count);
        assert_int_equal(x->any, y->any);
        assert_int_equal(x->every_method, y->every_method);
        assert_int_equal(x->methods, y->methods);
    }

    assert_int_equal(a->claim_rule_count, b->claim_rule_count);

    for (i = 0; i < a->claim_rule_count; i++) {
        same_claim_rules(&a->claim_rules[i], &b->claim_rules[i]);
    }

    assert_int_equal(a->audience != NULL, b->audience != NULL);

    if (a->audience != NULL) {
        same_claim_rules(a->audience, b->audience);
    }

    assert_int_equal(a->binding != NULL, b->binding != NULL);

    if (a->binding != NULL) {
        assert_int_equal(a->binding->dpop, b->binding->dpop);
        assert_int_equal(a->binding->mtls, b->binding->mtls);
        assert_int_equal(a->binding->required, b->binding->required);
        assert_int_equal(a->binding->proofs.algorithms,
                         b->binding->proofs.algorithms);
        assert_true(a->binding->proofs.lifetime == b->binding->proofs.lifetime
                    && a->binding->proofs.ahead == b->binding->proofs.ahead);
        same_lists(a->binding->proofs.origins, a->binding->proofs.origin_count,
                   b->binding->proofs.origins,
                   b->binding->proofs.origin_count);
    }

    assert_int_equal(a->max_token_size, b->max_token_size);
}


static njwt_issuer_t  plain = {
    .name = njwt_literal("plain"),
    .algorithms = NJWT_ALG_RS256,
    .expected = { .any_audience = true, .leeway = 5 }
};


/* Every member is another than of a zeroed one. */

static njwt_issuer_t
rich_issuer(void)
{
    njwt_issuer_t  issuer = {
        .name = njwt_literal("a \"b\" \\ \xe2\x80\xae"),
        .algorithms = NJWT_ALG_RS256 | NJWT_ALG_EDDSA | NJWT_ALG_HS512,
        .expected = { .leeway = 1.234, .has_max_age = true, .max_age = 600,
                      .profile = NJWT_PROFILE_RFC9068 }
    };

    static const njwt_slice_t  urls[] = {
        njwt_literal("https://a/"), njwt_literal("urn:b")
    };
    static const njwt_slice_t  claims[] = {
        njwt_literal("permissions"), njwt_literal("/a~1b/c")
    };

    issuer.issuers = urls;
    issuer.issuer_count = 2;
    issuer.expected.audiences = urls + 1;
    issuer.expected.audience_count = 1;
    issuer.expected.scope_claims = claims;
    issuer.expected.scope_claim_count = 2;

    return issuer;
}


static void
an_issuer_is_read_as_it_was_written(void **state)
{
    njwt_out_t     out;
    njwt_issuer_t  issuer, found;
    njwt_reader_t  reader = { .arena = &unit_arena };

    (void) state;

    issuer = rich_issuer();
    out = begin();
    njwt_issuer_write(&out, &issuer);
    assert_true(njwt_issuer_read(&reader, object_of(&out), &found));
    same_issuers(&issuer, &found);

    /* the default is shown */

    out = begin();
    njwt_issuer_write(&out, &plain);
    assert_true(njwt_issuer_read(&reader, object_of(&out), &found));
    assert_int_equal(found.expected.scope_claim_count, 1);
    assert_slice(found.expected.scope_claims[0], "scope");

    found.expected.scope_claim_count = 0;
    same_issuers(&plain, &found);
}


static void
a_policy_is_read_as_it_was_written(void **state)
{
    njwt_out_t         out;
    njwt_issuer_t      rich = rich_issuer();
    njwt_issuer_t     *all[] = { &plain, &rich }, *named[] = { &rich };
    njwt_reader_t      reader = { .arena = &unit_arena };
    njwt_policy_t      policy, found;
    njwt_binding_t     binding, other;
    njwt_claim_rule_t  audience;
    njwt_rule_value_t  values[6], audiences[2];

    static const njwt_slice_t  words[] = {
        njwt_literal("a"), njwt_literal("~b\\"), njwt_literal("!~*c"),
        njwt_literal(">=3"), njwt_literal("<4"), njwt_literal("~*d")
    };
    static const njwt_slice_t  methods[] = {
        njwt_literal("GET"), njwt_literal("POST"), njwt_literal("REPORT"),
        njwt_literal("PURGE")
    };
    njwt_scope_rule_t  scope_rules[] = {
        { words, 2, false, true, 0, NULL, 0, false, { { 0 } } },
        { words + 2, 1, true, false, 0, methods + 2, 2, false, { { 0 } } },
    };
    njwt_claim_rule_t  claim_rules[] = {
        { njwt_literal("/a/b"), NULL, 0, NULL, false, 0 },
        { njwt_literal("sub"), values, 6, NULL, false, 0 },
    };
    njwt_fault_t       fault;

    (void) state;

    assert_true(njwt_claim_rule_read(claim_rules[1].claim, values, words, 6,
                                     &fault));
    njwt_policy_audience_rule(&audience, audiences, words, 2);
    scope_rules[1].methods = njwt_method(methods[0])
                             | njwt_method(methods[1]);

    memset(&policy, 0, sizeof(policy));
    memset(&found, 0, sizeof(found));
    memset(&binding, 0, sizeof(binding));
    binding.dpop = true;
    binding.required = true;
    binding.proofs.algorithms = NJWT_ALG_ES256 | NJWT_ALG_EDDSA;
    binding.proofs.origins = words + 4;
    binding.proofs.origin_count = 2;
    binding.proofs.lifetime = 61;
    binding.proofs.ahead = 7;

    policy.issuers = named;
    policy.issuer_count = 1;
    policy.scope_rules = scope_rules;
    policy.scope_rule_count = 2;
    policy.claim_rules = claim_rules;
    policy.claim_rule_count = 2;
    policy.audience = &audience;
    policy.binding = &binding;
    policy.max_token_size = 1234567;

    out = begin();
    njwt_policy_write(&unit_arena, &out, &policy);
    assert_true(njwt_policy_read(&reader, object_of(&out), all, 2, &found,
                                 &other));
    same_policies(&policy, &found);

    /* one that leaves the origins to the server, and one that takes none */

    binding.proofs.origin_count = 0;
    memset(&found, 0, sizeof(found));
    out = begin();
    njwt_policy_write(&unit_arena, &out, &policy);
    assert_true(njwt_policy_read(&reader, object_of(&out), all, 2, &found,
                                 &other));
    same_policies(&policy, &found);

    memset(&binding, 0, sizeof(binding));
    memset(&found, 0, sizeof(found));
    binding.mtls = true;
    out = begin();
    njwt_policy_write(&unit_arena, &out, &policy);
    assert_true(njwt_policy_read(&reader, object_of(&out), all, 2, &found,
                                 &other));
    same_policies(&policy, &found);

    /* and one that asks nothing */

    memset(&policy, 0, sizeof(policy));
    memset(&found, 0, sizeof(found));
    policy.issuers = all;
    policy.issuer_count = 2;

    out = begin();
    njwt_policy_write(&unit_arena, &out, &policy);
    assert_true(njwt_policy_read(&reader, object_of(&out), all, 2, &found,
                                 &other));
    same_policies(&policy, &found);
}


static njwt_unread_t
unread(const char *json)
{
    njwt_issuer_t   issuer, *all[] = { &plain };
    njwt_policy_t   policy;
    njwt_value_t    object;
    njwt_reader_t   reader = { .arena = &unit_arena };
    njwt_binding_t  binding;

    memset(&policy, 0, sizeof(policy));
    object = njwt_jansson_object(&unit_arena, unit_text(json));

    if (njwt_json_type(njwt_json_member(object, unit_text("issuer")))
        != NJWT_JSON_ABSENT)
    {
        assert_false(njwt_issuer_read(&reader, object, &issuer));

    } else {
        assert_false(njwt_policy_read(&reader, object, all, 1, &policy,
                                      &binding));
    }

    return reader.why;
}


static void
what_cannot_be_read_is_told(void **state)
{
    (void) state;

    assert_int_equal(unread("{}"), NJWT_UNREAD_MEMBER);
    assert_int_equal(unread("{\"issuer\":[],\"name\":1}"),
                     NJWT_UNREAD_MEMBER);
    assert_int_equal(unread("{\"issuer\":[],\"name\":\"a\","
                            "\"algorithms\":[\"none\"]}"),
                     NJWT_UNREAD_ALGORITHM);
    assert_int_equal(unread("{\"issuers\":[]}"), NJWT_UNREAD_ISSUERS);
    assert_int_equal(unread("{\"issuers\":[\"x\"]}"), NJWT_UNREAD_ISSUER);
    assert_int_equal(unread("{\"issuers\":[\"plain\"],"
                            "\"binding\":[\"dpop\"],\"dpop\":{}}"),
                     NJWT_UNREAD_MEMBER);
    assert_int_equal(unread("{\"issuers\":[\"plain\"],"
                            "\"binding\":[\"dpop\",\"x\"]}"),
                     NJWT_UNREAD_BINDING);
    assert_int_equal(unread("{\"issuers\":[\"plain\"],\"binding\":[],"
                            "\"scopes\":[],\"claims\":[{\"claim\":\"a\","
                            "\"values\":[\">x\"]}]}"),
                     NJWT_UNREAD_RULE);
    assert_int_equal(unread("{\"issuers\":[\"plain\"],\"binding\":[],"
                            "\"scopes\":[],\"claims\":[]}"),
                     NJWT_UNREAD_MEMBER);
}


static void
an_audience_that_is_not_told_allows_nothing(void **state)
{
    njwt_issuer_t  found;
    njwt_reader_t  reader = { .arena = &unit_arena };

    (void) state;

    assert_true(njwt_issuer_read(&reader, njwt_jansson_object(&unit_arena,
        unit_text("{\"name\":\"a\",\"issuer\":[\"b\"],\"algorithms\":[],"
                  "\"leeway\":0,\"max_age\":null,\"profile\":\"any\","
                  "\"scope_claims\":[]}")), &found));
    assert_false(found.expected.any_audience);
    assert_int_equal(found.expected.audience_count, 0);
}


static void
numbers_are_written_as_json_has_them(void **state)
{
    njwt_out_t  out = { taken, NULL, 0 };

    (void) state;

    used = 0;
    njwt_out_open(&out, NULL, '[');
    njwt_out_number(&out, NULL, 0);
    njwt_out_number(&out, NULL, INT64_MIN);
    njwt_out_number(&out, NULL, INT64_MAX);
    njwt_out_seconds(&out, NULL, 0);
    njwt_out_seconds(&out, NULL, 0.05);
    njwt_out_seconds(&out, NULL, 86400.999);
    njwt_out_flag(&out, NULL, true);
    njwt_out_null(&out, NULL);
    njwt_out_word(&out, NULL, "w");
    njwt_out_prefixed(&out, "$", unit_literal("\"\n\xff\xe2\x80\x8b"));
    njwt_out_close(&out, ']');

    assert_slice(unit_bytes(text, used),
                 "[0,-9223372036854775808,9223372036854775807,0,0.050,"
                 "86400.999,true,null,\"w\",\"$\\\"\\u000a\\ufffd\\u200b\"]");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(an_issuer_is_read_as_it_was_written),
        unit_case(a_policy_is_read_as_it_was_written),
        unit_case(what_cannot_be_read_is_told),
        unit_case(an_audience_that_is_not_told_allows_nothing),
        unit_case(numbers_are_written_as_json_has_them)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
