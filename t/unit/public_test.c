/*
 * The vectors that others published get the answer that they should.  See
 * t/vectors/public/README.md.
 */

#include "unit.h"
#include "njwt_b64.h"
#include "njwt_verdict.h"

#include <jansson.h>


#define PUBLIC  "t/vectors/public/"


/* where we don't answer as published, and why */
static json_t  *differs;

static size_t   accepted, refused, different, skipped, wrong;


static json_t *
load(const char *file)
{
    json_t        *root;
    json_error_t   error;

    root = json_load_file(file, JSON_REJECT_DUPLICATES, &error);

    if (root == NULL) {
        fail_msg("%s:%d: %s", file, error.line, error.text);
    }

    return root;
}


static const char *
text(json_t *object, const char *name)
{
    const char  *value;

    value = json_string_value(json_object_get(object, name));
    assert_for(value != NULL, name);

    return value;
}


/* The keys of a group; a single shared secret is one, as the gate has it. */

static njwt_jwks_t *
keys_of(json_t *group, njwt_alg_t *algorithms)
{
    char                *set, *whole;
    json_t              *keys, *key;
    njwt_slice_t         hidden;
    njwt_jwks_report_t   report;

    keys = json_object_get(group, "keys");
    key = json_array_get(keys, 0);

    if (json_array_size(keys) == 1
        && strcmp(text(key, "kty"), "oct") == 0)
    {
        *algorithms = NJWT_ALGS_HMAC;
        assert_true(njwt_b64_decode(&unit_arena,
                                    unit_text(text(key, "k")), &hidden));
        return njwt_jwks_of_secret(hidden);
    }

    *algorithms = ~NJWT_ALGS_HMAC;
    set = json_dumps(keys, JSON_COMPACT);
    assert_non_null(set);
    whole = njwt_arena_alloc(&unit_arena, strlen(set) + 16);
    assert_non_null(whole);
    sprintf(whole, "{\"keys\":%s}", set);
    free(set);

    return njwt_jwks_new(unit_text(whole), &report);
}


/* As the judge does it, but for what the payload says. */

static bool
accepts(njwt_jwks_t *jwks, njwt_alg_t algorithms, const char *token)
{
    njwt_jws_t  jws;
    njwt_alg_t  alg;

    if (njwt_jws_parts(unit_text(token)) != 3
        || !njwt_bearer_valid(unit_text(token))
        || !njwt_jws_parse(&unit_arena, unit_text(token), &jws)
        || njwt_jws_critical(&jws))
    {
        return false;
    }

    alg = njwt_jws_alg(&jws);

    if ((alg & algorithms) == 0 || jwks == NULL) {
        return false;
    }

    /* a shared secret has no "kid" with us, as published it has */

    if (algorithms == NJWT_ALGS_HMAC) {
        return njwt_key_verify(&unit_arena,
                               (njwt_key_t *) njwt_jwks_key(jwks, 0), alg,
                               jws.signing_input, jws.signature) != NULL;
    }

    return njwt_jwks_knows(jwks, &jws, alg)
           && njwt_jwks_verify(&unit_arena, jwks, &jws, alg) != NULL;
}


static void
check(const char *id, const char *comment, bool valid, bool answer)
{
    bool     expected;
    json_t  *other;

    expected = valid;
    other = json_object_get(differs, id);

    if (other != NULL) {
        expected = strcmp(text(other, "ours"), "accepted") == 0;

        /* an exception that is none is a word too many */

        if (expected == valid) {
            fail_msg("%s (%s) doesn't differ", id, comment);
        }

        different++;
    }

    if (answer != expected) {
        print_message("%s (%s) is %s\n", id, comment,
                      answer ? "accepted" : "refused");
        wrong++;
    }

    accepted += answer;
    refused += !answer;
    assert_false(unit_arena.failed);
}


static bool
is_skipped(const char *id)
{
    json_t  *other;

    other = json_object_get(differs, id);

    if (other == NULL || strcmp(text(other, "ours"), "not run") != 0) {
        return false;
    }

    skipped++;

    return true;
}


static void
run(const char *file)
{
    size_t        i, k;
    json_t       *root, *groups, *group, *test;
    njwt_alg_t    algorithms;
    njwt_jwks_t  *jwks;

    root = load(file);
    groups = json_object_get(root, "groups");
    assert_true(json_array_size(groups) > 0);

    json_array_foreach(groups, i, group) {
        jwks = keys_of(group, &algorithms);
        assert_true(json_array_size(json_object_get(group, "tests")) > 0);

        json_array_foreach(json_object_get(group, "tests"), k, test) {
            if (!is_skipped(text(test, "id"))) {
                check(text(test, "id"), text(test, "comment"),
                      json_is_true(json_object_get(test, "valid")),
                      accepts(jwks, algorithms, text(test, "jws")));
            }
        }

        njwt_jwks_free(jwks);
        njwt_arena_free(&unit_arena);
    }

    json_decref(root);
    assert_int_equal(wrong, 0);
}


static void
the_examples_of_the_rfcs_are_verified(void **state)
{
    (void) state;

    run(PUBLIC "rfc.json");
    assert_int_equal(accepted, 5);
    assert_int_equal(refused, 1);
}


static void
wycheproofs_tokens_and_keys_are_told_apart(void **state)
{
    (void) state;

    run(PUBLIC "wycheproof.json");
    print_message("%zu accepted, %zu refused, %zu of these unlike published, "
                  "%zu not run\n", accepted, refused, different, skipped);

    /* each exception was met */

    assert_int_equal(json_object_size(differs), different + skipped);
    assert_true(accepted + refused > 350);
}


/* A bad signature must be one for the judge, too, and for no other reason. */

static void
its_signatures_under_claims_of_ours_get_their_verdict(void **state)
{
    char              *token;
    size_t             i, k, ok, bad;
    json_t            *root, *group, *test;
    njwt_request_t     judged;
    njwt_slice_t       iss, aud;
    njwt_issuer_t      issuer;
    njwt_issuer_t     *trusted[1] = { &issuer };
    njwt_policy_t      policy;
    njwt_verdict_t     verdict;
    njwt_result_t      found;

    (void) state;

    ok = 0;
    bad = 0;
    root = load(PUBLIC "resigned.json");

    json_array_foreach(json_object_get(root, "groups"), i, group) {
        memset(&issuer, 0, sizeof(issuer));
        memset(&policy, 0, sizeof(policy));
        memset(&judged, 0, sizeof(judged));
        iss = unit_text("https://t/");
        aud = unit_text("us");
        issuer.issuers = &iss;
        issuer.issuer_count = 1;
        issuer.keys = keys_of(group, &issuer.algorithms);
        issuer.expected.audiences = &aud;
        issuer.expected.audience_count = 1;
        policy.issuers = trusted;
        policy.issuer_count = 1;
        policy.max_token_size = 8192;
        judged.policy = &policy;
        judged.method.bit = NJWT_METHOD_GET;
        judged.now = 1750000000;
        judged.credentials.found = 1;
        assert_non_null(issuer.keys);

        json_array_foreach(json_object_get(group, "tests"), k, test) {
            token = njwt_arena_alloc(&unit_arena, 8192);
            snprintf(token, 8192, "%s.%s", text(group, "input"),
                     text(test, "signature"));
            judged.credentials.token = unit_text(token);
            verdict = njwt_judge(&unit_arena, &judged, &found);

            if (verdict != (json_is_true(json_object_get(test, "valid"))
                            ? NJWT_OK : NJWT_BAD_SIGNATURE))
            {
                fail_msg("%s (%s) is %s", text(test, "id"),
                         text(test, "comment"),
                         (const char *) njwt_verdict_info(verdict)
                             ->name.data);
            }

            assert_int_equal(found.claims != NULL, verdict == NJWT_OK);
            ok += verdict == NJWT_OK;
            bad += verdict != NJWT_OK;
        }

        njwt_jwks_free(issuer.keys);
        njwt_arena_free(&unit_arena);
    }

    json_decref(root);
    print_message("%zu ok, %zu bad signatures\n", ok, bad);
    assert_int_equal(ok, 7);
    assert_true(bad >= 267);
}


static int
prepare(void **state)
{
    (void) state;

    differs = load(PUBLIC "differs.json");

    return 0;
}


static int
forget(void **state)
{
    (void) state;

    json_decref(differs);

    return 0;
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(the_examples_of_the_rfcs_are_verified),
        unit_case(wycheproofs_tokens_and_keys_are_told_apart),
        unit_case(its_signatures_under_claims_of_ours_get_their_verdict)
    };

    return cmocka_run_group_tests(tests, prepare, forget);
}
