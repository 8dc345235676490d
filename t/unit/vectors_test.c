/*
 * Each vector gets its verdict.  The cases are those of t/vectors, whose tokens
 * were signed by another implementation: see t/vectors/README.md.
 */

#define _POSIX_C_SOURCE  200809L

#include "unit_vectors.h"
#include "njwt_htu.h"
#include "njwt_path.h"
#include "njwt_hint.h"
#include "njwt_revocation.h"
#include "njwt_verdict.h"

#include <dirent.h>
#include <regex.h>


#define MAX_CASES  4096


/* one jwt_issuer, jwt_require_scope or location as C, from JSON */

typedef struct {
    njwt_slice_t        issuers[MAX_LIST];
    njwt_slice_t        audiences[MAX_LIST];
    njwt_slice_t        scope_claims[MAX_LIST];
    njwt_slice_t        revocation[MAX_LIST];
    njwt_issuer_t       issuer;
} vector_issuer_t;

typedef struct {
    njwt_slice_t        scopes[MAX_LIST];
    njwt_slice_t        others[MAX_LIST];
} vector_rule_t;

typedef struct {
    njwt_rule_value_t   values[MAX_LIST];
} vector_claim_t;

typedef struct {
    vector_issuer_t     issuers[MAX_LIST];
    njwt_issuer_t      *trusted[MAX_LIST];
    vector_rule_t       rules[MAX_LIST];
    njwt_scope_rule_t   scope_rules[MAX_LIST];
    vector_claim_t      claims[MAX_LIST];
    njwt_claim_rule_t   claim_rules[MAX_LIST];
    njwt_slice_t        audiences[MAX_LIST];
    vector_claim_t      audience_values;
    njwt_claim_rule_t   audience;
    njwt_policy_t       policy;
    njwt_slice_t        origins[MAX_LIST];
    njwt_binding_t      binding;
    njwt_slice_t        nonce_keys[MAX_LIST];
    uint8_t             certificate[NJWT_DIGEST];
    njwt_binding_request_t  proved;
    njwt_revocation_t   asked;
    njwt_revocation_entries_t  revoked;
    uint64_t            generation;
    size_t              lookups;
    njwt_request_t      judged;
} vector_location_t;


typedef struct {
    const char         *id;
    const char         *verdict;
    const char         *twin;
} vector_seen_t;


static vector_seen_t  seen[MAX_CASES];
static size_t         seen_count;
static size_t         of_verdict[NJWT_VERDICT_COUNT];

/* the keys of all vectors' clients whose proofs were good so far */
static njwt_dpop_keys_t  *all_keys;


/* A member that nobody reads would be a typing error: known ones only. */

static void
only_members(json_t *object, const char *const *names)
{
    size_t       i;
    json_t      *value;
    const char  *name;

    assert_true(json_is_object(object));

    json_object_foreach(object, name, value) {
        for (i = 0; names[i] != NULL && strcmp(names[i], name) != 0; i++) {
            /* void */
        }

        if (names[i] == NULL) {
            fail_msg("unknown member \"%s\"", name);
        }
    }
}


/* What an issuer may say besides. */

static void
read_expected(json_t *from, vector_issuer_t *to)
{
    json_t           *member;
    njwt_expected_t  *expected;

    expected = &to->issuer.expected;
    member = json_object_get(from, "max_age");

    if (member != NULL) {
        expected->has_max_age = true;
        expected->max_age = json_number_value(member);
    }

    member = json_object_get(from, "profile");

    if (member != NULL) {
        assert_string_equal(json_string_value(member), "rfc9068");
        expected->profile = NJWT_PROFILE_RFC9068;
    }

    member = json_object_get(from, "scope_claims");

    if (member != NULL) {
        expected->scope_claims = to->scope_claims;
        expected->scope_claim_count = strings(member, to->scope_claims);
    }
}


static void
read_issuer(json_t *from, vector_issuer_t *to)
{
    size_t          i;
    json_t         *algorithms, *audiences, *secret;
    njwt_issuer_t  *issuer;

    static const char  *const  members[] = {
        "name", "iss", "audiences", "algorithms", "leeway", "jwks", "secret",
        "max_age", "profile", "scope_claims", "revocation", NULL
    };

    only_members(from, members);

    issuer = &to->issuer;
    issuer->name = string(json_object_get(from, "name"));
    issuer->issuers = to->issuers;
    issuer->issuer_count = strings(json_object_get(from, "iss"),
                                   to->issuers);
    algorithms = json_object_get(from, "algorithms");

    for (i = 0; i < json_array_size(algorithms); i++) {
        assert_int_not_equal(njwt_alg(string(json_array_get(algorithms, i))),
                             0);
        issuer->algorithms |= njwt_alg(string(json_array_get(algorithms, i)));
    }

    audiences = json_object_get(from, "audiences");
    issuer->expected.leeway = json_number_value(json_object_get(from,
                                                                "leeway"));
    issuer->expected.audiences = to->audiences;

    if (json_is_string(audiences)) {
        assert_string_equal(json_string_value(audiences), "off");
        issuer->expected.any_audience = true;

    } else {
        issuer->expected.audience_count = strings(audiences, to->audiences);
    }

    read_expected(from, to);

    if (json_object_get(from, "revocation") != NULL) {
        issuer->revocation = to->revocation;
        issuer->revocation_count = strings(json_object_get(from,
                                                           "revocation"),
                                           to->revocation);
    }

    secret = json_object_get(from, "secret");
    assert_true((secret == NULL) != (json_object_get(from, "jwks") == NULL));
    issuer->keys = secret != NULL
                   ? key_set(secret, true)
                   : key_set(json_object_get(from, "jwks"), false);
}


static void
read_rule(json_t *from, vector_rule_t *to, njwt_scope_rule_t *rule)
{
    size_t         i, count;
    json_t        *match, *methods;
    njwt_slice_t   names[MAX_LIST];

    static const char  *const  members[] = {
        "scopes", "match", "methods", NULL
    };

    only_members(from, members);

    rule->scopes = to->scopes;
    rule->scope_count = strings(json_object_get(from, "scopes"), to->scopes);

    match = json_object_get(from, "match");

    if (match != NULL) {
        assert_string_equal(json_string_value(match), "any");
        rule->any = true;
    }

    methods = json_object_get(from, "methods");

    if (methods == NULL) {
        rule->every_method = true;
        return;
    }

    count = strings(methods, names);
    rule->others = to->others;

    for (i = 0; i < count; i++) {
        assert_true(njwt_method_valid(names[i]));
        rule->methods |= njwt_method(names[i]);

        if (njwt_method(names[i]) == 0) {
            to->others[rule->other_count++] = names[i];
        }
    }
}


/* An expression, by the system's library: vectors hold simple ones only. */

static njwt_regex_result_t
match(void *regex, njwt_slice_t text)
{
    char  copy[4096];

    assert_true(text.len < sizeof(copy));

    if (text.len > 0) {
        memcpy(copy, text.data, text.len);
    }

    copy[text.len] = '\0';

    return regexec(regex, copy, 0, NULL, 0) == 0 ? NJWT_REGEX_FOUND
                                                 : NJWT_REGEX_NOT_FOUND;
}


static void *
compile(const njwt_rule_value_t *value)
{
    char     text[256];
    size_t   i;

    /* compiled once for the run: the same few come again and again */

    static size_t   count;
    static regex_t  compiled[MAX_CASES];
    static char     known[MAX_CASES][256];

    snprintf(text, sizeof(text), "%d%.*s", value->caseless,
             (int) value->text.len, (const char *) value->text.data);

    for (i = 0; i < count; i++) {
        if (strcmp(known[i], text) == 0) {
            return &compiled[i];
        }
    }

    assert_true(count < MAX_CASES);
    assert_int_equal(regcomp(&compiled[count], text + 1,
                             REG_EXTENDED | REG_NOSUB
                             | (value->caseless ? REG_ICASE : 0)), 0);
    strcpy(known[count], text);

    return &compiled[count++];
}


static void
read_claim(json_t *from, vector_claim_t *to, njwt_claim_rule_t *rule)
{
    size_t         i;
    njwt_slice_t   values[MAX_LIST];

    static const char  *const  members[] = { "claim", "values", NULL };

    only_members(from, members);

    rule->claim = string(json_object_get(from, "claim"));
    assert_true(njwt_path_valid(rule->claim));
    rule->values = to->values;
    rule->match = match;

    if (json_object_get(from, "values") != NULL) {
        rule->value_count = strings(json_object_get(from, "values"), values);
    }

    for (i = 0; i < rule->value_count; i++) {
        to->values[i] = njwt_rule_value(values[i]);

        if (njwt_rule_value_regex(&to->values[i])) {
            to->values[i].regex = compile(&to->values[i]);
        }
    }
}


static void
read_binding(json_t *from, vector_location_t *to)
{
    size_t           i;
    json_t          *algorithms;
    njwt_binding_t  *binding = &to->binding;

    static const char  *const  members[] = {
        "dpop", "mtls", "required", "algorithms", "origins", "lifetime",
        "ahead", "nonce", "nonce_lifetime", NULL
    };

    only_members(from, members);

    binding->dpop = json_is_true(json_object_get(from, "dpop"));
    binding->mtls = json_is_true(json_object_get(from, "mtls"));
    binding->required = json_is_true(json_object_get(from, "required"));
    binding->proofs.nonce = json_is_true(json_object_get(from, "nonce"));
    binding->proofs.lifetime =
        json_number_value(json_object_get(from, "lifetime"));
    binding->proofs.ahead = json_number_value(json_object_get(from, "ahead"));
    binding->proofs.nonce_lifetime =
        json_number_value(json_object_get(from, "nonce_lifetime"));
    binding->proofs.origins = to->origins;
    binding->proofs.origin_count = strings(json_object_get(from, "origins"),
                                           to->origins);

    for (i = 0; i < binding->proofs.origin_count; i++) {
        assert_null(njwt_htu_origin_fault(to->origins[i]));
    }

    algorithms = json_object_get(from, "algorithms");

    for (i = 0; i < json_array_size(algorithms); i++) {
        binding->proofs.algorithms |=
            njwt_alg(string(json_array_get(algorithms, i)));
    }

    to->policy.binding = binding;
}


/* A SHA-256, from hex. */

static void
read_digest(json_t *from, uint8_t *to)
{
    size_t    i;
    unsigned  byte;

    assert_int_equal(json_string_length(from), 2 * NJWT_DIGEST);

    for (i = 0; i < NJWT_DIGEST; i++) {
        assert_int_equal(sscanf(json_string_value(from) + 2 * i, "%2x", &byte),
                         1);
        to[i] = (uint8_t) byte;
    }
}


/* What the client has sent besides the token. */

static void
read_proof(json_t *from, vector_location_t *to)
{
    json_t                  *proofs, *target, *certificate, *keys;
    njwt_binding_request_t  *proved = &to->proved;

    proofs = json_object_get(from, "dpop");
    target = json_object_get(from, "target");
    certificate = json_object_get(from, "certificate");
    keys = json_object_get(from, "nonce_keys");

    proved->dpop.headers = json_array_size(proofs);

    if (proved->dpop.headers > 0) {
        proved->dpop.proof = unit_bytes(
            json_string_value(json_array_get(proofs, 0)),
            json_string_length(json_array_get(proofs, 0)));
    }

    if (target != NULL) {
        proved->dpop.target = unit_bytes(json_string_value(target),
                                         json_string_length(target));
    }

    proved->dpop.method = string(json_object_get(from, "method"));
    proved->dpop.memory.since =
        json_integer_value(json_object_get(from, "since"));
    proved->dpop.memory.nonce_keys = to->nonce_keys;
    proved->dpop.memory.nonce_key_count =
        (keys != NULL) ? strings(keys, to->nonce_keys) : 0;

    if (certificate != NULL) {
        read_digest(certificate, to->certificate);
        proved->certificate = to->certificate;
    }

    to->judged.binding = proved;
}


/* The location's own audiences, where it has any. */

static void
read_audience(json_t *from, vector_location_t *to)
{
    size_t  count;

    if (from == NULL) {
        return;
    }

    count = strings(from, to->audiences);
    assert_true(count > 0);
    njwt_policy_audience_rule(&to->audience, to->audience_values.values,
                              to->audiences, count);
    to->policy.audience = &to->audience;
}


static void
read_policy(json_t *from, vector_location_t *to)
{
    size_t   i;
    json_t  *issuers, *rules, *claims;

    static const char  *const  members[] = {
        "issuers", "audience", "rules", "claims", "max_token_size",
        "binding", NULL
    };

    only_members(from, members);

    issuers = json_object_get(from, "issuers");
    rules = json_object_get(from, "rules");
    claims = json_object_get(from, "claims");
    assert_true(json_array_size(issuers) <= MAX_LIST);
    assert_true(json_array_size(rules) <= MAX_LIST);
    assert_true(json_array_size(claims) <= MAX_LIST);

    for (i = 0; i < json_array_size(issuers); i++) {
        read_issuer(json_array_get(issuers, i), &to->issuers[i]);
        to->trusted[i] = &to->issuers[i].issuer;
    }

    to->policy.issuers = to->trusted;
    to->policy.issuer_count = i;

    for (i = 0; i < json_array_size(rules); i++) {
        read_rule(json_array_get(rules, i), &to->rules[i],
                  &to->scope_rules[i]);
    }

    to->policy.scope_rules = to->scope_rules;
    to->policy.scope_rule_count = i;

    for (i = 0; i < json_array_size(claims); i++) {
        read_claim(json_array_get(claims, i), &to->claims[i],
                   &to->claim_rules[i]);
    }

    to->policy.claim_rules = to->claim_rules;
    to->policy.claim_rule_count = i;
    to->policy.max_token_size =
        (size_t) json_integer_value(json_object_get(from, "max_token_size"));

    read_audience(json_object_get(from, "audience"), to);

    if (json_object_get(from, "binding") != NULL) {
        read_binding(json_object_get(from, "binding"), to);
    }
}


static void
read_credentials(json_t *from, bool dpop, njwt_credentials_t *to)
{
    size_t   i;
    json_t  *headers, *bare;

    headers = json_object_get(from, "authorization");
    bare = json_object_get(from, "bare");

    if (json_is_string(headers)) {
        njwt_bearer_header(unit_bytes(json_string_value(headers),
                                      json_string_length(headers)), dpop, to);
    }

    for (i = 0; i < json_array_size(headers); i++) {
        njwt_bearer_header(string(json_array_get(headers, i)), dpop, to);
    }

    for (i = 0; i < json_array_size(bare); i++) {
        njwt_bearer_bare(string(json_array_get(bare, i)), to);
    }
}


/* The entries of a case, as a revocation_file would have them. */

static uint64_t
generation(void *data, const njwt_issuer_t *issuer)
{
    (void) issuer;

    return ((vector_location_t *) data)->revoked.count > 0
           ? ((vector_location_t *) data)->generation : 0;
}


static bool
revoked_before(void *data, const njwt_issuer_t *issuer,
    const njwt_slice_t *claim, njwt_slice_t value, int64_t now,
    double *before)
{
    bool                      found = false;
    size_t                    i;
    vector_location_t        *location = data;
    njwt_revocation_entry_t  *entry;

    (void) issuer;

    location->lookups++;

    for (i = 0; i < location->revoked.count; i++) {
        entry = &location->revoked.list[i];

        if (claim != NULL && njwt_slice_equal(entry->claim, *claim)
            && njwt_slice_equal(entry->value, value)
            && entry->until >= (double) now
            && (!found || entry->before > *before))
        {
            *before = entry->before;
            found = true;
        }
    }

    return found;
}


static void
read_revoked(json_t *c, vector_location_t *location)
{
    char                     *text;
    njwt_slice_t              slice;
    njwt_issuer_t            *issuer;
    njwt_revocation_terms_t   terms;

    if (json_object_get(c, "revoked") == NULL) {
        return;
    }

    issuer = location->policy.issuers[0];

    terms.claims = issuer->revocation;
    terms.claim_count = issuer->revocation_count;
    terms.file = true;
    terms.now = (double) location->judged.now;
    terms.keep = 86400;

    text = json_dumps(json_object_get(c, "revoked"), 0);
    slice.data = (const uint8_t *) text;
    slice.len = strlen(text);

    assert_true(njwt_revocation_read(&unit_arena, &terms, slice,
                                     &location->revoked));
    free(text);

    location->generation = 7;
    location->asked.data = location;
    location->asked.generation = generation;
    location->asked.before = revoked_before;
    location->judged.revocation = &location->asked;
}


static njwt_method_t
read_method(json_t *name)
{
    njwt_method_t  method;

    method = njwt_method_of(string(name));

    /* nginx's bit for a method that it doesn't know */

    method.bit |= method.bit == 0;

    return method;
}


/* A case over the defaults of its file, the policy member by member. */

static json_t *
complete(json_t *defaults, json_t *c)
{
    json_t  *whole, *policy;

    whole = json_deep_copy(defaults);
    policy = json_object_get(whole, "policy");
    json_object_update(policy, json_object_get(c, "policy"));
    json_incref(policy);
    json_object_update(whole, c);
    json_object_set_new(whole, "policy", policy);

    return whole;
}


/* What it comes to besides, where the case has a word on it. */

static void
check_details(json_t *c, const njwt_request_t *judged, njwt_verdict_t verdict,
    const njwt_result_t *found)
{
    json_t        *expected;
    uint8_t        digest[NJWT_DIGEST];
    njwt_slice_t   text;

    expected = json_object_get(c, "wants_keys");

    if (expected != NULL) {
        assert_int_equal(njwt_verdict_wants_keys(verdict, judged, found),
                         json_is_true(expected));
    }

    expected = json_object_get(c, "allow");

    if (expected != NULL) {
        assert_true(njwt_policy_allow(&unit_arena, judged->policy, &text));
        assert_slice(text, json_string_value(expected));
    }

    expected = json_object_get(c, "scopes_needed");

    if (expected != NULL) {
        assert_true(njwt_policy_scopes_needed(&unit_arena, judged->policy,
                                              judged->method, &text));
        assert_slice(text, json_string_value(expected));
    }

    expected = json_object_get(c, "remembered_until");

    if (expected != NULL) {
        assert_int_equal(found->binding.proof.until,
                         json_integer_value(expected));
    }

    expected = json_object_get(c, "nonce_made");

    if (expected != NULL) {
        assert_int_equal(found->binding.proof.nonce_made,
                         json_integer_value(expected));
    }

    expected = json_object_get(c, "remembered_as");

    if (expected != NULL) {
        read_digest(expected, digest);
        assert_memory_equal(found->binding.proof.replay, digest, NJWT_DIGEST);
    }
}


/*
 * What the hints say of the checks that were reached must be what the decision
 * made of them; and a hint is one line of printable ASCII.
 */

static void
check_hints(const char *id, const njwt_request_t *judged,
    njwt_verdict_t verdict, const njwt_result_t *found)
{
    int                 i, reader;
    size_t              k;
    njwt_slice_t        hint = { NULL, 0 };
    njwt_hint_result_t  result;

    for (i = NJWT_ISSUER_MISMATCH;
         i <= (int) verdict && i <= NJWT_CLAIM_MISMATCH;
         i++)
    {
        result = njwt_hint_check(&unit_arena, judged, (njwt_verdict_t) i,
                                 found);

        assert_for(result != (i == (int) verdict ? NJWT_HINT_PASS
                                                 : NJWT_HINT_FAIL), id);

        /* a policy of two issuers can't be guessed at before one is known */

        assert_for(result != NJWT_HINT_UNKNOWN || found->issuer == NULL
                   || i == NJWT_KEYS_UNAVAILABLE
                   || (i >= NJWT_DPOP_PROOF_MISSING
                       && i <= NJWT_DPOP_PROOF_REPLAYED), id);
    }

    for (reader = NJWT_HINT_HOLDER; reader <= NJWT_HINT_LOG; reader++) {
        assert_true(njwt_hint(&unit_arena, judged, verdict, found,
                              (njwt_hint_reader_t) reader, &hint));
        assert_for((hint.len > 0) == (verdict != NJWT_OK
                                      && verdict != NJWT_KEYS_UNAVAILABLE),
                   id);
        assert_for(reader != NJWT_HINT_LOG || hint.len <= NJWT_HINT_LOG_MAX,
                   id);

        for (k = 0; k < hint.len; k++) {
            assert_for(hint.data[k] >= 0x20 && hint.data[k] < 0x7f, id);
        }
    }
}


/*
 * A token that was verified once gets the same verdict by its record: at the
 * same moment, and by one of another configuration's predicates.
 */

static void
check_recalled(const char *id, vector_location_t *location,
    const njwt_result_t *fresh, njwt_verdict_t verdict,
    njwt_predicates_t *predicates)
{
    size_t            i;
    njwt_slice_t      text, other;
    njwt_cached_t     cached;
    njwt_result_t     found;

    if (fresh->proof == NULL) {
        assert_false(njwt_result_cached(&unit_arena, &location->judged,
                                        fresh, &cached));
        return;
    }

    assert_true(njwt_result_cached(&unit_arena, &location->judged, fresh,
                                   &cached));
    location->judged.cached = &cached;

    for (i = 0; i < 2; i++) {
        memset(&found, 0x5a, sizeof(found));

        if (njwt_judge(&unit_arena, &location->judged, &found) != verdict) {
            fail_msg("%s: another verdict by its record", id);
        }

        assert_true(found.from_cache);
        assert_null(found.proof);
        assert_ptr_equal(found.issuer, fresh->issuer);
        assert_int_equal(found.claims != NULL, fresh->claims != NULL);

        /* bits that answer need no payload */

        assert_for(i > 0 || found.payload == NULL, id);

        /* and read, it has what it had */

        assert_true(njwt_result_read(&unit_arena,
                                     &location->judged.credentials, &found));
        assert_non_null(found.payload);
        assert_int_equal(found.alg, fresh->alg);

        if (found.claims != NULL) {
            assert_true(njwt_json_text(&unit_arena,
                                       njwt_claims_root(found.claims),
                                       &text));
            assert_true(njwt_json_text(&unit_arena,
                                       njwt_claims_root(fresh->claims),
                                       &other));
            assert_true(njwt_slice_equal(text, other));
        }

        /* the second time its bits are answers to other questions */

        memset(&cached.summary.answers, 0xff * (verdict != NJWT_OK),
               sizeof(cached.summary.answers));
        predicates->digest[0] ^= 1;
    }

    location->judged.cached = NULL;
}


/*
 * A record knows by which generation of entries its token isn't revoked: of
 * the same nothing is looked up, of another all is.
 */

static void
check_generation(const char *id, vector_location_t *location,
    const njwt_result_t *fresh, njwt_verdict_t verdict)
{
    size_t          lookups;
    njwt_cached_t   cached, renewed;
    njwt_result_t   found;

    if (fresh->proof == NULL || location->judged.revocation == NULL) {
        return;
    }

    assert_true(njwt_result_cached(&unit_arena, &location->judged, fresh,
                                   &cached));
    assert_for(cached.unrevoked == (verdict == NJWT_OK
                                    && location->revoked.count > 0 ? 7 : 0),
               id);

    location->judged.cached = &cached;
    lookups = location->lookups;
    assert_int_equal(njwt_judge(&unit_arena, &location->judged, &found),
                     verdict);
    assert_for((location->lookups > lookups) == (verdict == NJWT_REVOKED),
               id);
    assert_false(njwt_result_cached(&unit_arena, &location->judged, &found,
                                    &renewed));

    location->generation = 8;
    lookups = location->lookups;
    assert_int_equal(njwt_judge(&unit_arena, &location->judged, &found),
                     verdict);
    assert_for((location->lookups > lookups)
               == (location->revoked.count > 0
                   && (verdict == NJWT_OK || verdict == NJWT_REVOKED)), id);

    if (verdict == NJWT_OK && location->revoked.count > 0) {
        assert_true(njwt_result_cached(&unit_arena, &location->judged,
                                       &found, &renewed));
        assert_int_equal(renewed.unrevoked, 8);
        assert_memory_equal(renewed.fingerprint, cached.fingerprint,
                            NJWT_DIGEST);
    }

    location->generation = 7;
    location->judged.cached = NULL;
}


/*
 * With its key kept a proof gets the same verdict, the first time and the
 * second, where what its token says was remembered, and where the key was kept
 * of another proof of its client; and none is good that was seen before, or
 * can't be remembered.
 */

static void
check_kept(const char *id, vector_location_t *location,
    const njwt_result_t *fresh, njwt_verdict_t verdict)
{
    size_t              i;
    uint8_t             ath[NJWT_DIGEST];
    njwt_cnf_t          cnf;
    njwt_result_t       found;
    njwt_curves_t      *curves;
    njwt_hasher_t      *hasher;
    njwt_dpop_keys_t   *keys;

    if (!fresh->binding.judged) {
        return;
    }

    if (all_keys == NULL) {
        all_keys = njwt_dpop_keys_new(256);
        assert_non_null(all_keys);
    }

    keys = njwt_dpop_keys_new(1);
    curves = njwt_curves_new();
    hasher = njwt_hasher_new();
    assert_non_null(keys);
    assert_non_null(curves);
    assert_non_null(hasher);
    location->proved.dpop.keys = keys;
    location->proved.dpop.memory.curves = curves;
    location->proved.dpop.memory.hasher = hasher;

    assert_true(fresh->binding.read);
    cnf = fresh->binding.cnf;
    assert_true(njwt_sha256(location->judged.credentials.token, ath));
    assert_true(!fresh->binding.proof.hashed
                || memcmp(fresh->binding.proof.ath, ath, NJWT_DIGEST) == 0);

    for (i = 0; i < 4; i++) {
        if (i == 2) {
            location->proved.cnf = &cnf;
            location->proved.dpop.token_digest = ath;

        } else if (i == 3) {
            location->proved.dpop.keys = all_keys;
        }

        assert_for(njwt_judge(&unit_arena, &location->judged, &found)
                   == verdict, id);
        assert_for(found.binding.proved == fresh->binding.proved, id);
        assert_for(found.binding.proof.check == fresh->binding.proof.check,
                   id);
        assert_memory_equal(found.binding.proof.replay,
                            fresh->binding.proof.replay, NJWT_DIGEST);
        assert_int_equal(found.binding.proof.until,
                         fresh->binding.proof.until);
    }

    location->proved.cnf = NULL;
    location->proved.dpop.token_digest = NULL;
    location->proved.dpop.keys = NULL;
    location->proved.dpop.memory.curves = NULL;
    location->proved.dpop.memory.hasher = NULL;
    njwt_dpop_keys_free(keys);
    njwt_curves_free(curves);
    njwt_hasher_free(hasher);

    assert_int_equal(njwt_verdict_after_replay(verdict, NJWT_REPLAY_NEW,
                                               &found), verdict);

    if (njwt_verdict_is_verified(verdict)) {
        assert_non_null(found.claims);
        assert_int_equal(njwt_verdict_after_replay(verdict, NJWT_REPLAY_SEEN,
                                                   &found),
                         NJWT_DPOP_PROOF_REPLAYED);
        assert_null(found.claims);
        of_verdict[NJWT_DPOP_PROOF_REPLAYED]++;

        assert_int_equal(njwt_verdict_after_replay(verdict, NJWT_REPLAY_FULL,
                                                   &found),
                         NJWT_DPOP_MEMORY_FULL);
        of_verdict[NJWT_DPOP_MEMORY_FULL]++;

        assert_int_equal(njwt_verdict_after_replay(verdict,
                                                   NJWT_REPLAY_FORGOTTEN,
                                                   &found),
                         NJWT_DPOP_NONCE_NEEDED);

        assert_int_equal(njwt_verdict_after_replay(verdict,
                                                   NJWT_REPLAY_BROKEN, &found),
                         NJWT_UNDECIDED);

    } else {
        assert_int_equal(njwt_verdict_after_replay(verdict, NJWT_REPLAY_SEEN,
                                                   &found), verdict);
    }
}


static void
run_case(const char *file, json_t *c)
{
    const char                 *id, *want;
    njwt_predicates_t          *predicates;
    njwt_result_t               found;
    njwt_verdict_t              verdict;
    vector_location_t          *location;
    const njwt_verdict_info_t  *info;

    static const char  *const  members[] = {
        "id", "title", "verdict", "twin", "authorization", "bare", "now",
        "method", "policy", "wants_keys", "allow", "scopes_needed", "dpop",
        "target", "certificate", "nonce_keys", "since", "revoked",
        "remembered_until", "remembered_as", "nonce_made", NULL
    };

    only_members(c, members);
    id = json_string_value(json_object_get(c, "id"));
    want = json_string_value(json_object_get(c, "verdict"));
    assert_for(id != NULL && want != NULL, file);
    assert_for(json_is_string(json_object_get(c, "title")), id);

    location = njwt_arena_alloc(&unit_arena, sizeof(vector_location_t));
    assert_non_null(location);

    read_policy(json_object_get(c, "policy"), location);
    read_credentials(c, location->policy.binding != NULL,
                   &location->judged.credentials);
    read_proof(c, location);
    predicates = njwt_arena_alloc(&unit_arena, sizeof(njwt_predicates_t));
    assert_non_null(predicates);
    njwt_policy_index(&location->policy, location->scope_rules,
                      location->claim_rules, predicates);
    assert_true(njwt_predicates_seal(predicates));
    assert_true(location->policy.indexed);

    location->judged.policy = &location->policy;
    location->judged.method = read_method(json_object_get(c, "method"));
    location->judged.now = json_integer_value(json_object_get(c, "now"));
    read_revoked(c, location);

    memset(&found, 0x5a, sizeof(found));
    verdict = njwt_judge(&unit_arena, &location->judged, &found);
    info = njwt_verdict_info(verdict);

    if (!njwt_slice_equal(info->name, unit_text(want))) {
        fail_msg("%s, %s: %.*s instead of %s", file, id,
                 (int) info->name.len, (const char *) info->name.data, want);
    }

    /* who passed was bound as the token says */

    if (njwt_verdict_is_verified(verdict)) {
        assert_for(found.binding.mtls
                   == (found.binding.read && found.binding.cnf.has_x5t), id);
        assert_for(found.binding.proved
                   == (found.binding.read && found.binding.cnf.has_jkt), id);
    }

    if ((found.claims != NULL) != (njwt_verdict_is_verified(verdict))) {
        fail_msg("%s, %s: %s claims with %s", file, id,
                 found.claims ? "has" : "has no", want);
    }

    check_details(c, &location->judged, verdict, &found);
    check_generation(id, location, &found, verdict);
    check_recalled(id, location, &found, verdict, predicates);
    check_kept(id, location, &found, verdict);
    check_hints(id, &location->judged, verdict, &found);

    assert_true(seen_count < MAX_CASES);
    seen[seen_count].id = strdup(id);
    seen[seen_count].verdict = strdup(want);
    seen[seen_count].twin = json_is_string(json_object_get(c, "twin"))
        ? strdup(json_string_value(json_object_get(c, "twin"))) : NULL;
    seen_count++;
    of_verdict[verdict]++;
}


static void
run_file(const char *file)
{
    size_t   i;
    json_t  *root, *cases, *c, *whole;

    static const char  *const  members[] = {
        "claim", "defaults", "cases", NULL
    };

    root = load(file);
    only_members(root, members);
    cases = json_object_get(root, "cases");
    assert_for(json_array_size(cases) > 0, file);

    json_array_foreach(cases, i, c) {
        whole = complete(json_object_get(root, "defaults"), c);
        run_case(file, whole);
        njwt_arena_free(&unit_arena);
        json_decref(whole);
    }

    json_decref(root);
}


static int
is_claim(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strcmp(entry->d_name, "keys") != 0
           && strcmp(entry->d_name, "public") != 0
           && strcmp(entry->d_name, "logout") != 0
           && strchr(entry->d_name, '.') == NULL;
}


static void
each_vector_gets_its_verdict(void **state)
{
    int              i, n;
    char             file[512];
    struct dirent  **entries;

    (void) state;

    n = scandir(VECTORS, &entries, is_claim, alphasort);
    assert_true(n > 0);

    for (i = 0; i < n; i++) {
        snprintf(file, sizeof(file), VECTORS "%s/cases.json",
                 entries[i]->d_name);
        run_file(file);
        free(entries[i]);
    }

    free(entries);
    print_message("%zu vectors in %d claims\n", seen_count, n);
}


static const vector_seen_t *
find(const char *id)
{
    size_t  i;

    for (i = 0; i < seen_count; i++) {
        if (strcmp(seen[i].id, id) == 0) {
            return &seen[i];
        }
    }

    return NULL;
}


/*
 * A chain of twins ends with one that is allowed; no more than one step on
 * the way is another refusal, whose own twin it then is.
 */

static void
each_refusal_has_a_twin_that_is_allowed(void **state)
{
    size_t                i, steps;
    const vector_seen_t  *twin;

    (void) state;

    for (i = 0; i < seen_count; i++) {
        assert_ptr_equal(find(seen[i].id), &seen[i]);

        if (strcmp(seen[i].verdict, "ok") == 0) {
            assert_for(seen[i].twin == NULL, seen[i].id);
            continue;
        }

        twin = &seen[i];

        for (steps = 0; strcmp(twin->verdict, "ok") != 0; steps++) {
            assert_for(twin->twin != NULL && steps < 2, seen[i].id);
            twin = find(twin->twin);
            assert_for(twin != NULL, seen[i].id);
        }
    }
}


static void
each_verdict_has_a_vector(void **state)
{
    size_t                      i;
    const njwt_verdict_info_t  *info;

    (void) state;

    for (i = NJWT_UNDECIDED + 1; i < NJWT_VERDICT_COUNT; i++) {
        info = njwt_verdict_info((njwt_verdict_t) i);
        print_message("%5zu %.*s\n", of_verdict[i], (int) info->name.len,
                      (const char *) info->name.data);

        /* that one is nginx's to give: by its variables */

        assert_int_equal(of_verdict[i] > 0, i != NJWT_CLAIM_MISMATCH_401);
    }

    assert_int_equal(of_verdict[NJWT_UNDECIDED], 0);
    assert_true(seen_count >= 120);
}


static int
forget_all(void **state)
{
    while (seen_count > 0) {
        seen_count--;
        free((char *) seen[seen_count].id);
        free((char *) seen[seen_count].verdict);
        free((char *) seen[seen_count].twin);
    }

    njwt_dpop_keys_free(all_keys);

    return forget(state);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(each_vector_gets_its_verdict),
        unit_case(each_refusal_has_a_twin_that_is_allowed),
        unit_case(each_verdict_has_a_vector)
    };

    return cmocka_run_group_tests(tests, NULL, forget_all);
}
