/*
 * Without memory there may be no answer, but never a wrong one: the n-th
 * allocation fails, for every n, be it ours, jansson's or OpenSSL's.
 *
 * This program's own malloc, calloc and realloc come before the C library's
 * (or AddressSanitizer's) for all of them, and pass on to it.
 */

#include "unit_judge.h"
#include "njwt_b64.h"
#include "njwt_dpop.h"
#include "njwt_jansson.h"
#include "njwt_hash.h"
#include "njwt_logout.h"
#include "njwt_path.h"
#include "njwt_revocation.h"
#include "njwt_thumbprint.h"

#include <errno.h>

#include <jansson.h>

#include <openssl/err.h>


#if defined(__SANITIZE_ADDRESS__) && !defined(UNIT_PLAIN)

#define real_malloc   __interceptor_malloc
#define real_calloc   __interceptor_calloc
#define real_realloc  __interceptor_realloc

#else

#define real_malloc   __libc_malloc
#define real_calloc   __libc_calloc
#define real_realloc  __libc_realloc

#endif

extern void *real_malloc(size_t size);
extern void *real_calloc(size_t n, size_t size);
extern void *real_realloc(void *old, size_t size);


/* which allocation fails, counted from 1; 0: none */
static size_t  failing;

/* and all after it? */
static bool    failing_on;

static size_t  allocations;

/* did jansson get a refusal? */
static bool    refused_jansson;


static bool
fails(void)
{
    if (failing == 0) {
        return false;
    }

    allocations++;

    if (allocations == failing || (failing_on && allocations > failing)) {
        errno = ENOMEM;
        return true;
    }

    return false;
}


void *
malloc(size_t size)
{
    return fails() ? NULL : real_malloc(size);
}


void *
calloc(size_t n, size_t size)
{
    return fails() ? NULL : real_calloc(n, size);
}


void *
realloc(void *old, size_t size)
{
    return fails() ? NULL : real_realloc(old, size);
}


static void
begin_failing(size_t n, bool on)
{
    allocations = 0;
    refused_jansson = false;
    failing_on = on;
    failing = n;
}


/*
 * jansson goes on without memory, reads beyond its buffer, and writes as much
 * to a copy of it.  The core sees to it that there is memory when that could
 * happen, but here even that is refused; then there must be none for the copy.
 */

static void *
jansson_take(size_t size)
{
    void  *data;

    data = refused_jansson ? NULL : malloc(size);

    if (data == NULL) {
        refused_jansson = true;
        errno = ENOMEM;
    }

    return data;
}


/* Did an allocation fail, or were there fewer than that? */

static bool
end_failing(void)
{
    bool  reached;

    reached = allocations >= failing;
    failing = 0;

    return reached;
}


static void
every_library_gets_its_memory_here(void **state)
{
    size_t                n;
    njwt_jwks_t          *jwks;
    njwt_jwks_report_t    report;

    (void) state;

    begin_failing(SIZE_MAX, false);
    n = allocations;
    free(BN_new());
    assert_true(allocations > n);

    n = allocations;
    jwks = njwt_jwks_new(unit_text("{}"), &report);
    assert_null(jwks);
    assert_true(allocations > n + 5);
    (void) end_failing();
}


static void
prepare(const char *keys, njwt_slice_t token)
{
    unit_prepare(keys, "https://api.example.com/a/long/audience", token);
}


/* How often each verdict came, over all n. */

static size_t  seen[NJWT_VERDICT_COUNT];
static size_t  tried;


static void
judge_with_each_allocation_failing(njwt_verdict_t expected, bool on)
{
    size_t           n;
    bool             failed;
    njwt_arena_t     arena;
    njwt_result_t    found;
    njwt_verdict_t   verdict;

    memset(seen, 0, sizeof(seen));

    for (n = 1; ; n++) {
        njwt_arena_init(&arena);

        begin_failing(n, on);
        verdict = njwt_judge(&arena, &judged, &found);
        failed = end_failing();

        assert_int_equal(found.claims != NULL && expected != NJWT_OK
                         && expected < NJWT_METHOD_NOT_ALLOWED, 0);
        njwt_arena_free(&arena);

        if (!failed) {
            assert_int_equal(verdict, expected);
            break;
        }

        seen[verdict]++;

        if (verdict != expected && verdict != NJWT_UNDECIDED) {
            fail_msg("%s when allocation %zu fails",
                     njwt_verdict_info(verdict)->name.data, n);
        }

        if (on && verdict == NJWT_OK) {
            fail_msg("ok when all from allocation %zu on fail", n);
        }
    }

    tried = n - 1;
    assert_true(tried > 0);
    assert_true(seen[NJWT_UNDECIDED] > 0);
}


#define CLAIMS  "\"iss\":\"https://t/\",\"x\":[1,2.5,{\"x\":null}],"           \
                "\"aud\":[\"https://api.example.com/a/long/audience\"],"   \
                "\"scope\":\"a\""


static njwt_slice_t
good_token(void)
{
    return unit_token(0, UNIT_HEADER, "{" CLAIMS ",\"exp\":2000}");
}


static const char *
good_keys(void)
{
    return unit_jwk(0, ",\"kid\":\"k0\"");
}


static void
a_good_token_passes_or_is_undecided(void **state)
{
    (void) state;

    prepare(good_keys(), good_token());
    judge_with_each_allocation_failing(NJWT_OK, false);
    print_message("a good token: %zu allocations, each failing once: "
                  "%zu undecided, %zu ok\n", tried, seen[NJWT_UNDECIDED],
                  seen[NJWT_OK]);

    /* a key whose first use was without memory */

    njwt_jwks_free(issuer.keys);
    prepare(good_keys(), good_token());
    judge_with_each_allocation_failing(NJWT_OK, true);
    assert_int_equal(seen[NJWT_UNDECIDED], tried);
    njwt_jwks_free(issuer.keys);
}


static void
an_expired_token_is_expired_or_undecided(void **state)
{
    (void) state;

    prepare(good_keys(), unit_token(0, UNIT_HEADER,
                                    "{" CLAIMS ",\"exp\":5}"));
    judge_with_each_allocation_failing(NJWT_EXPIRED, false);
    judge_with_each_allocation_failing(NJWT_EXPIRED, true);
    assert_int_equal(seen[NJWT_UNDECIDED], tried);
    njwt_jwks_free(issuer.keys);
}


static void
a_token_for_others_is_a_mismatch_or_undecided(void **state)
{
    (void) state;

    prepare(good_keys(), good_token());
    audiences[0] = unit_text("them");
    judge_with_each_allocation_failing(NJWT_AUDIENCE_MISMATCH, false);
    judge_with_each_allocation_failing(NJWT_AUDIENCE_MISMATCH, true);
    njwt_jwks_free(issuer.keys);
}


/* The token of another audience, whose name has one character more. */

static void
a_character_lost_makes_no_audience_ours(void **state)
{
    int          i;
    const char  *ours = "https://api.example.com/a/long/audience";

    (void) state;

    for (i = 1; i < 39; i++) {
        prepare(good_keys(),
                unit_token(0, UNIT_HEADER,
                           unit_format("{\"iss\":\"https://t/\",\"aud\":"
                                       "\"%.*sX%s\",\"scope\":\"a\","
                                       "\"exp\":2000}", i, ours,
                                       ours + i)));
        judge_with_each_allocation_failing(NJWT_AUDIENCE_MISMATCH, false);
        njwt_jwks_free(issuer.keys);
    }
}


static void
a_token_without_the_scope_is_refused_or_undecided(void **state)
{
    (void) state;

    prepare(good_keys(), good_token());
    scopes[0] = unit_text("b");
    judge_with_each_allocation_failing(NJWT_INSUFFICIENT_SCOPE, false);
    judge_with_each_allocation_failing(NJWT_INSUFFICIENT_SCOPE, true);
    njwt_jwks_free(issuer.keys);
}


/*
 * A claim behind an escaped name costs memory to find.  Not found for lack of
 * it, it must not count as absent: the claim behind it would be asked, or a
 * rule about it pass.
 */

static void
a_claim_that_was_not_looked_at_grants_nothing(void **state)
{
    njwt_slice_t  names[2];

    (void) state;

    prepare(good_keys(),
            unit_token(0, UNIT_HEADER,
                       "{" CLAIMS ",\"exp\":2000,\"x/y\":\"b\"}"));
    names[0] = unit_text("/x~1y");
    names[1] = unit_text("scope");
    issuer.expected.scope_claims = names;
    issuer.expected.scope_claim_count = 2;
    judge_with_each_allocation_failing(NJWT_INSUFFICIENT_SCOPE, false);
    judge_with_each_allocation_failing(NJWT_INSUFFICIENT_SCOPE, true);

    /* its twin: the scope that the first claim does hold */

    scopes[0] = unit_text("b");
    judge_with_each_allocation_failing(NJWT_OK, false);
    judge_with_each_allocation_failing(NJWT_OK, true);
    njwt_jwks_free(issuer.keys);
}


static njwt_regex_result_t
is_found(void *regex, njwt_slice_t text)
{
    (void) regex;

    return (text.len > 0 && text.data[0] == 'e') ? NJWT_REGEX_FOUND
                                                 : NJWT_REGEX_NOT_FOUND;
}


static void
a_rule_about_a_claim_that_was_not_looked_at_fails(void **state)
{
    size_t             i;
    njwt_rule_value_t  value;
    njwt_claim_rule_t  claim_rule;

    /* what the token has there, with a negated, a plain and no value */

    static const struct {
        const char      *value;
        const char      *claim;
        njwt_verdict_t   verdict;
    } rules[] = {
        { "!~e", "/x~1y", NJWT_CLAIM_MISMATCH },
        { "!~e", "/w~0",  NJWT_OK },
        { "!~e", "/~0",   NJWT_CLAIM_MISMATCH },
        { "eve", "/x~1y", NJWT_OK },
        { "bob", "/x~1y", NJWT_CLAIM_MISMATCH },
        { NULL,  "/x~1y", NJWT_OK },
        { NULL,  "/~0",   NJWT_CLAIM_MISMATCH }
    };

    (void) state;

    for (i = 0; i < unit_count(rules); i++) {
        prepare(good_keys(),
                unit_token(0, UNIT_HEADER,
                           "{" CLAIMS ",\"exp\":2000,\"x/y\":\"eve\","
                           "\"x~1y\":\"bob\",\"w~\":\"bob\"}"));
        memset(&claim_rule, 0, sizeof(claim_rule));
        claim_rule.claim = unit_text(rules[i].claim);
        claim_rule.match = is_found;

        if (rules[i].value != NULL) {
            value = njwt_rule_value(unit_text(rules[i].value));
            claim_rule.values = &value;
            claim_rule.value_count = 1;
        }

        policy.claim_rules = &claim_rule;
        policy.claim_rule_count = 1;
        judge_with_each_allocation_failing(rules[i].verdict, false);
        judge_with_each_allocation_failing(rules[i].verdict, true);
        njwt_jwks_free(issuer.keys);
    }
}


static void
scopes_are_text_or_the_arena_has_failed(void **state)
{
    bool           written, failed;
    size_t         n, i;
    njwt_arena_t   arena;
    njwt_slice_t   out;
    njwt_value_t   granted;

    static const char  *const  payloads[] = {
        "{\"scope\":\"a  b\"}", "{\"scope\":[\"a\",\"b\"]}"
    };

    (void) state;

    for (i = 0; i < unit_count(payloads); i++) {
        granted = njwt_scopes_find(&unit_arena,
                                   njwt_json_object(&unit_arena,
                                                    unit_text(payloads[i])),
                                   NULL, 0);

        for (n = 1; ; n++) {
            njwt_arena_init(&arena);
            out = unit_text("kept");

            begin_failing(n, false);
            written = njwt_scopes_text(&arena, granted, &out);
            failed = end_failing();

            assert_int_equal(written, !failed);
            assert_int_equal(arena.failed, failed);
            assert_slice(out, written ? "a b" : "");
            njwt_arena_free(&arena);

            if (!failed) {
                break;
            }
        }

        assert_true(n > 1);
    }
}


static void
a_bad_signature_is_bad_or_undecided(void **state)
{
    (void) state;

    prepare(good_keys(), unit_token(1, UNIT_HEADER,
                                    "{" CLAIMS ",\"exp\":2000}"));
    judge_with_each_allocation_failing(NJWT_BAD_SIGNATURE, false);
    judge_with_each_allocation_failing(NJWT_BAD_SIGNATURE, true);
    njwt_jwks_free(issuer.keys);
}


static void
the_second_of_two_keys_is_tried_or_it_is_undecided(void **state)
{
    (void) state;

    prepare(unit_format("%s,%s", unit_jwk(1, ",\"kid\":\"k0\""),
                        unit_jwk(0, ",\"kid\":\"k0\"")), good_token());
    judge_with_each_allocation_failing(NJWT_OK, false);
    judge_with_each_allocation_failing(NJWT_OK, true);
    njwt_jwks_free(issuer.keys);
}


static void
a_malformed_payload_is_malformed_or_undecided(void **state)
{
    (void) state;

    prepare(good_keys(), unit_token(0, UNIT_HEADER,
                                    "{" CLAIMS ",\"exp\":2000,\"exp\":1}"));
    judge_with_each_allocation_failing(NJWT_MALFORMED_TOKEN, false);
    judge_with_each_allocation_failing(NJWT_MALFORMED_TOKEN, true);
    njwt_jwks_free(issuer.keys);
}


static void
a_key_that_failed_for_lack_of_memory_verifies_later(void **state)
{
    size_t           n;
    njwt_arena_t     arena;
    njwt_result_t    found;

    (void) state;

    prepare(good_keys(), good_token());

    for (n = 1; n < 200; n++) {
        njwt_arena_init(&arena);
        begin_failing(n, n % 2 == 0);
        (void) njwt_judge(&arena, &judged, &found);
        (void) end_failing();
        njwt_arena_free(&arena);

        njwt_arena_init(&arena);
        assert_int_equal(njwt_judge(&arena, &judged, &found), NJWT_OK);
        njwt_arena_free(&arena);
    }

    njwt_jwks_free(issuer.keys);
}


/* RFC 7515, appendix A.3, and RFC 8037, appendix A.4 */

static const struct {
    njwt_alg_t   alg;
    const char  *jwk;
    const char  *input;
    const char  *signature;
} examples[] = {
    { NJWT_ALG_ES256,
      "{\"kty\":\"EC\",\"crv\":\"P-256\","
      "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
      "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog"
      "Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxf"
      "KTUJqPP3-Kg6NU1Q" },
    { NJWT_ALG_EDDSA,
      "{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
      "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9"
      "g7sVvpAr_MuM0KAg" }
};


/* The first signature of a key prepares it: that may lack memory, too. */

static void
a_good_signature_of_any_kind_is_good_or_undecided(void **state)
{
    bool                 failed;
    size_t               i, n, ok;
    njwt_jwks_t         *jwks;
    njwt_arena_t         arena;
    njwt_slice_t         input, signature;
    njwt_jwks_report_t   report;
    const njwt_proof_t  *proof;

    (void) state;

    for (i = 0; i < unit_count(examples); i++) {
        input = unit_text(examples[i].input);
        assert_true(njwt_b64_decode(&unit_arena,
                                    unit_text(examples[i].signature),
                                    &signature));
        ok = 0;

        for (n = 1; ; n++) {
            jwks = unit_jwks(examples[i].jwk, &report);
            njwt_arena_init(&arena);

            begin_failing(n, false);
            proof = njwt_key_verify(&arena,
                                    (njwt_key_t *) njwt_jwks_key(jwks, 0),
                                    examples[i].alg, input, signature);
            failed = end_failing();

            if (proof == NULL && !arena.failed) {
                fail_msg("no proof when allocation %zu fails", n);
            }

            ok += proof != NULL;
            njwt_arena_free(&arena);

            /* and the key has taken no harm */

            njwt_arena_init(&arena);
            assert_non_null(njwt_key_verify(&arena,
                                (njwt_key_t *) njwt_jwks_key(jwks, 0),
                                examples[i].alg, input, signature));
            njwt_arena_free(&arena);
            njwt_jwks_free(jwks);

            if (!failed) {
                break;
            }
        }

        print_message("%zu allocations, %zu of them done without\n", n - 1,
                      ok - 1);
    }
}


/* A set that lacks a key only because memory did must not become the set. */

static void
a_key_set_is_read_whole_or_not_at_all(void **state)
{
    size_t                n, nothing;
    bool                  failed, on;
    njwt_slice_t          text;
    njwt_jwks_t          *jwks;
    njwt_jwks_report_t    report;

    (void) state;

    text = unit_text(unit_format("{\"keys\":[%s,%s,{\"kty\":\"oct\"},%s]}",
                                 unit_jwk(0, ",\"kid\":\"k0\""),
                                 examples[0].jwk, examples[1].jwk));

    for (on = false; ; on = true) {
        nothing = 0;

        for (n = 1; ; n++) {
            begin_failing(n, on);
            jwks = njwt_jwks_new(text, &report);
            failed = end_failing();

            if (jwks != NULL) {
                if (njwt_jwks_count(jwks) != 3) {
                    fail_msg("%zu of 3 keys when allocation %zu fails (%s)",
                             njwt_jwks_count(jwks), n, report.skipped_why);
                }

                assert_int_equal(report.skipped, 1);

            } else {
                if (strcmp(report.error, "out of memory") != 0) {
                    fail_msg("\"%s\" when allocation %zu fails",
                             report.error, n);
                }

                assert_true(report.no_memory);

                nothing++;
            }

            njwt_jwks_free(jwks);

            if (!failed) {
                assert_non_null(jwks);
                break;
            }
        }

        print_message("a key set: %zu allocations, no set with %zu of them\n",
                      n - 1, nothing);

        if (on) {
            break;
        }
    }
}


static njwt_slice_t
file_of(const char *path)
{
    FILE     *in;
    size_t    len;

    static uint8_t  data[16384];

    in = fopen(path, "rb");
    assert_for(in != NULL, path);
    len = fread(data, 1, sizeof(data), in);
    fclose(in);

    return unit_bytes(data, len);
}


/*
 * Certificates and PEM: a key that can't be read because there is no memory
 * isn't one that can't be used.
 */

static void
a_file_of_keys_is_read_whole_or_not_at_all(void **state)
{
    bool                  failed, on;
    size_t                i, n, step, usable, passed;
    njwt_slice_t          text;
    njwt_jwks_t          *jwks;
    njwt_jwks_report_t    report;

    static const char  *const  files[] = {
        "t/vectors/keys/several.pem", "t/vectors/keys/x5c-of-every-kind.json"
    };

    (void) state;

    for (i = 0; i < 2 * unit_count(files); i++) {
        on = (i & 1) != 0;
        text = file_of(files[i / 2]);

        /* OpenSSL fetches its decoders once */

        jwks = njwt_jwks_of_file(text, &report);
        assert_non_null(jwks);
        usable = report.usable;
        passed = report.skipped;
        njwt_jwks_free(jwks);

        step = 1;

        for (n = 1; ; n += step) {
            begin_failing(n, on);
            jwks = njwt_jwks_of_file(text, &report);
            failed = end_failing();

            if (jwks == NULL) {
                assert_true(report.no_memory);

            } else if (report.usable != usable
                       || report.skipped != passed)
            {
                fail_msg("%s: %zu keys when allocation %zu fails (%s)",
                         files[i / 2], report.usable, n, report.skipped_why);
            }

            njwt_jwks_free(jwks);

            if (!failed) {
                assert_non_null(jwks);
                break;
            }

            /* there are thousands, most of them in OpenSSL's decoders */

            step = (n < 100) ? 1 : 61;
        }

        print_message("%s: some %zu allocations\n", files[i / 2], n);
    }
}


static void
texts_are_whole_or_refused(void **state)
{
    static const njwt_method_t  get = { NJWT_METHOD_GET, { NULL, 0 } };

    bool           needed, named, failed, reached;
    size_t         n;
    njwt_arena_t   arena;
    njwt_slice_t   scope, allow;

    (void) state;

    prepare(good_keys(), good_token());

    for (n = 1; ; n++) {
        njwt_arena_init(&arena);
        scope = unit_text("kept");
        allow = scope;

        begin_failing(n, false);
        needed = njwt_policy_scopes_needed(&arena, &policy,
                                           get,
                                           &scope);
        failed = arena.failed;
        arena.failed = false;
        named = njwt_method_names(&arena, NJWT_METHOD_GET, &allow);
        failed = failed || arena.failed;
        reached = end_failing();

        assert_slice(scope, needed ? "a" : "kept");
        assert_slice(allow, named ? "GET" : "kept");
        assert_int_equal(failed, !needed || !named);
        njwt_arena_free(&arena);

        if (!reached) {
            break;
        }
    }

    assert_true(n > 1);
    njwt_jwks_free(issuer.keys);
}


/* What holds a claim isn't the claim. */

static void
a_path_that_finds_no_memory_finds_nothing(void **state)
{
    njwt_arena_t  arena;
    njwt_slice_t  path = unit_text("/a~1b");
    njwt_value_t  root, found;

    (void) state;

    njwt_arena_init(&arena);

    /* the claim called like the path's escapes is another one */

    root = njwt_json_object(&arena, unit_text("{\"a/b\":{\"c~d\":true},"
                                              "\"a~1b\":7}"));
    assert_int_equal(njwt_json_type(root), NJWT_JSON_OBJECT);

    found = njwt_path_find(&arena, root, unit_text("/a~1b/c~0d"));
    assert_int_equal(njwt_json_type(found), NJWT_JSON_BOOLEAN);

    begin_failing(1, true);
    found = njwt_path_find(&arena, root, path);
    assert_true(end_failing());
    assert_int_equal(njwt_json_type(found), NJWT_JSON_ABSENT);
    assert_true(arena.failed);

    njwt_arena_free(&arena);
}


/* An arena without memory says so, and nothing passes as refused by it. */

static void
an_array_is_text_or_the_arena_has_failed(void **state)
{
    bool           failed, written;
    size_t         n;
    njwt_arena_t   arena;
    njwt_slice_t   out, source;
    njwt_value_t   root;

    static const njwt_slice_t  name = njwt_literal("a");

    (void) state;

    source = unit_text("{\"a\":[1,\"x,y\",{\"b\":[null]}]}");

    for (n = 1; ; n++) {
        njwt_arena_init(&arena);
        out = unit_text("kept");

        begin_failing(n, false);
        root = njwt_json_object(&arena, source);
        written = njwt_json_text(&arena, njwt_json_member(root, name), &out);
        failed = end_failing();

        if (!written) {
            assert_slice(out, "kept");
        }

        if (!written && !arena.failed) {
            fail_msg("not failed when allocation %zu was refused", n);
        }

        if (!failed) {
            assert_slice(out, "[1,\"x,y\",{\"b\":[null]}]");
            njwt_arena_free(&arena);
            break;
        }

        njwt_arena_free(&arena);
    }
}


static void
a_number_is_whole_or_the_arena_has_failed(void **state)
{
    bool           failed;
    double         number;
    size_t         n;
    njwt_arena_t   arena;
    njwt_slice_t   source;
    njwt_value_t   root;

    static const njwt_slice_t  name = njwt_literal("exp");

    (void) state;

    source = unit_text("{\"exp\":1234567890123456789012345678901234567890}");

    for (n = 1; ; n++) {
        njwt_arena_init(&arena);

        begin_failing(n, false);
        root = njwt_json_object(&arena, source);
        number = njwt_json_number(njwt_json_member(root, name));
        failed = end_failing();

        if (!arena.failed && number != 1.234567890123456789012345678901e39)
        {
            fail_msg("%g when allocation %zu fails", number, n);
        }

        njwt_arena_free(&arena);

        if (!failed) {
            break;
        }
    }
}


static bool
digest_is_made(njwt_slice_t text, uint8_t *out)
{
    njwt_digest_t  digest;

    njwt_digest_begin(&digest);
    njwt_digest_add(&digest, text.data, text.len);

    return njwt_digest_end(&digest, out);
}


/*
 * OpenSSL's queue of errors is the whole worker's: what is left there nginx
 * logs as [alert] of somebody else's connection.
 */

static void
a_digest_that_fails_leaves_no_error_behind(void **state)
{
    size_t            n;
    bool              all, failed;
    uint8_t           digest[NJWT_DIGEST];
    njwt_jwks_t      *jwks;
    njwt_slice_t      text;
    njwt_hasher_t    *hasher;
    njwt_jwks_report_t  report;

    (void) state;

    text = unit_text("a text");
    hasher = njwt_hasher_new();
    assert_non_null(hasher);

    jwks = njwt_jwks_new(unit_text(unit_format("{\"keys\":[%s]}",
                                               good_keys())), &report);
    assert_non_null(jwks);

    for (n = 1; ; n++) {
        ERR_clear_error();
        begin_failing(n, true);

        all = njwt_hasher_sum(hasher, text, text, digest);
        all = njwt_sha256(text, digest) && all;
        all = digest_is_made(text, digest) && all;
        all = njwt_random(digest, sizeof(digest)) && all;

        /* OpenSSL 3.0 may never make this one again: see njwt_key.h */

        (void) njwt_key_digest(njwt_jwks_key(jwks, 0), digest);

        failed = end_failing();

        if (ERR_peek_error() != 0) {
            fail_msg("an error is left when allocation %zu fails", n);
        }

        if (!failed) {
            assert_true(all);
            break;
        }
    }

    assert_true(n > 3);

    njwt_jwks_free(jwks);
    njwt_hasher_free(hasher);
}


/* The two readers of JSON. */

typedef njwt_value_t (*reader_t)(njwt_arena_t *arena, njwt_slice_t text);

static const reader_t  readers[] = { njwt_json_object, njwt_jansson_object };


/*
 * Each allocation fails once: the member is whole then, or nothing was read.
 * How often was it nothing?
 */

static size_t
read_whole(reader_t reader, njwt_slice_t text, const char *name,
    njwt_slice_t whole)
{
    bool           failed;
    size_t         n, refused;
    njwt_arena_t   arena;
    njwt_value_t   root;

    refused = 0;

    for (n = 1, failed = true; failed; n++) {
        njwt_arena_init(&arena);
        begin_failing(n, false);
        root = reader(&arena, text);
        failed = end_failing();

        if (njwt_json_type(root) == NJWT_JSON_OBJECT) {
            assert_true(njwt_slice_equal(
                njwt_json_string(njwt_json_member(root, unit_text(name))),
                whole));
            assert_false(arena.failed);

        } else {
            assert_true(failed && arena.failed);
            refused++;
        }

        njwt_arena_free(&arena);
    }

    return refused;
}


/*
 * For each length, as the end is what is lost only where jansson's buffer is
 * full.  Of a string without an end it would read, and write, on and on.
 */

static void
a_string_is_read_whole_or_not_at_all(void **state)
{
    char          filler[151] = "";
    size_t        i, len, refused;
    njwt_slice_t  text;

    (void) state;

    for (i = 0; i < unit_count(readers); i++) {
        refused = 0;
        memset(filler, 0, sizeof(filler));

        for (len = 0; len < sizeof(filler) - 1; len++) {
            text = unit_text(unit_format("{\"n\":12345678901234,"
                                         "\"a\":\"%s\"}", filler));
            refused += read_whole(readers[i], text, "a", unit_text(filler));
            filler[len] = 'x';
        }

        assert_true(refused > 100);
    }
}


/*
 * A digit that is lost from an escape may leave another escape, and as many
 * bytes: "\\u00e9a" as "\\u0e9a" is U+0E9A, of three bytes as well.
 */

static void
an_escape_is_read_whole_or_not_at_all(void **state)
{
    char          filler[71] = "", long_tail[201] = "";
    size_t        i, len, refused;
    njwt_slice_t  text, whole;

    (void) state;

    memset(long_tail, 'y', sizeof(long_tail) - 1);

    for (i = 0; i < unit_count(readers); i++) {
        refused = 0;
        memset(filler, 0, sizeof(filler));

        for (len = 0; len < sizeof(filler) - 1; len++) {
            whole = unit_text(unit_format("%s\xc3\xa9""a\n\xf0\x9f\x98\x80/%s",
                                          filler, long_tail));
            text = unit_text(unit_format("{\"%s\\u00e9a\":\"%s\\u00e9a\\n"
                                         "\\ud83d\\ude00\\/%s\"}", filler,
                                         filler, long_tail));
            refused += read_whole(readers[i], text,
                                  unit_format("%s\xc3\xa9""a", filler),
                                  whole);
            filler[len] = 'x';
        }

        assert_true(refused > 100);
    }
}


/* A text that there was no memory to read is no text that is malformed. */

static void
the_reader_says_that_it_had_no_memory(void **state)
{
    bool                reached;
    size_t              i, n;
    njwt_slice_t        text;
    njwt_value_t        value;
    njwt_json_error_t   error;

    static const char *const  texts[] = {
        "{}", "{\"a\":\"\\n\"}",
        "{\"a\":[0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,"
        "0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2]}"
    };

    (void) state;

    for (i = 0; i < unit_count(texts); i++) {
        text = unit_text(texts[i]);
        reached = true;

        for (n = 1; reached; n++) {
            begin_failing(n, false);
            value = njwt_json_read(&unit_arena, text, &error);
            reached = end_failing();

            assert_int_equal(value.node == NULL, reached);
            assert_int_equal(error, reached ? NJWT_JSON_NO_MEMORY
                                            : NJWT_JSON_GOOD);
            unit_arena.failed = false;
        }

        assert_true(n > 2);
    }
}


/* One piece of memory for all of a text's escapes, and not one for each. */

static void
many_escapes_take_no_more_pieces_than_one(void **state)
{
    size_t        i, taken[2];
    njwt_slice_t  texts[2];

    (void) state;

    texts[0] = unit_text("{\"a\":\"\\n\",\"b\":\"x\",\"c\":[\"x\",\"x\"]}");
    texts[1] = unit_text("{\"a\":\"\\n\",\"b\":\"\\n\",\"c\":[\"\\n\",\"\\n\"]}");

    for (i = 0; i < 2; i++) {
        begin_failing(SIZE_MAX, false);
        assert_int_equal(njwt_json_type(njwt_json_object(&unit_arena,
                                                         texts[i])),
                         NJWT_JSON_OBJECT);
        taken[i] = allocations;
        (void) end_failing();
    }

    assert_true(taken[0] > 0);
    assert_int_equal(taken[0], taken[1]);
}


/* More nodes and members than fit without an allocation. */

static void
many_members_are_read_whole_or_not_at_all(void **state)
{
    char    text[4096];
    size_t  i, k, len;

    (void) state;

    len = (size_t) sprintf(text, "{\"a\":\"b\"");

    for (i = 0; i < 100; i++) {
        len += (size_t) sprintf(text + len, ",\"%zu\":[{}]", i);
    }

    sprintf(text + len, "}");

    for (k = 0; k < unit_count(readers); k++) {
        assert_true(read_whole(readers[k], unit_text(text), "a",
                               unit_text("b")) > 3);
    }
}


/*
 * What jansson takes back, a byte behind a number or a word, or one that no
 * string may have, it must have had memory for, or it ends the process.
 */

static void
what_is_taken_back_does_not_end_the_process(void **state)
{
    bool           failed, number;
    char           digits[71] = "", letters[71] = "";
    size_t         i, n, len;
    njwt_arena_t   arena;
    njwt_slice_t   text;
    njwt_value_t   root;

    static const char  *forms[] = {
        "{\"a\":1%s}", "{\"a\":-1%s.5}", "{\"a\":true,\"b\":1.5%se1}",
        "{\"a\":x%s}", "{\"a\":truex%s}", "{\"a\":1e1eeeeeeee%s}",
        "{\"a\":\"%s\n\"}", "{\"%s\x01\":1}", "{\"a\":\"\\\"%s\x1f\"}"
    };

    (void) state;

    for (len = 0; len < sizeof(digits) - 1; len++) {
        for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
            number = i < 3;
            text = unit_text(unit_format(forms[i],
                                         number ? digits : letters));

            for (n = 2, failed = true; failed; n++) {
                njwt_arena_init(&arena);
                begin_failing(n / 2, (n & 1) != 0);
                root = njwt_jansson_object(&arena, text);
                failed = end_failing();

                assert_int_equal(arena.failed, failed);
                assert_int_equal(njwt_json_type(root),
                                 (number && !failed) ? NJWT_JSON_OBJECT
                                                     : NJWT_JSON_ABSENT);
                njwt_arena_free(&arena);
            }
        }

        digits[len] = '2';
        letters[len] = 'x';
    }
}


/*
 * As jansson is by itself: one allocation is refused and the next is not.  Of
 * each length, as its buffer may be full of any.
 */

static void
a_byte_that_jansson_had_no_memory_for_is_missed(void **state)
{
    char    filler[301] = "";
    size_t  len, refused = 0;

    (void) state;

    json_set_alloc_funcs(malloc, free);

    for (len = 0; len < sizeof(filler) - 1; len++) {
        refused += read_whole(njwt_jansson_object,
                              unit_text(unit_format("{\"a\":\"%s\"}",
                                                    filler)),
                              "a", unit_text(filler));
        filler[len] = 'x';
    }

    json_set_alloc_funcs(jansson_take, free);

    assert_true(refused > 1000);
}


/*
 * Memory comes and goes while jansson's buffer doubles: for a dozen bytes it
 * can't grow to 128, later, for one, not to 256.  Without that dozen the string
 * before the text has needed no 256, which the text then does, in its middle.
 */

static size_t  no_128, no_256;


static void *
jansson_take_by_turns(size_t size)
{
    size_t  *refusals;

    refusals = (size == 128) ? &no_128 : (size == 256) ? &no_256 : NULL;

    if (refusals != NULL && *refusals > 0) {
        (*refusals)--;
        errno = ENOMEM;
        return NULL;
    }

    return malloc(size);
}


static void
a_text_is_read_whole_or_not_at_all_while_memory_comes_and_goes(void **state)
{
    char           filler[129] = "";
    njwt_arena_t   arena;
    njwt_slice_t   text;
    njwt_value_t   root;

    (void) state;

    memset(filler, 'x', sizeof(filler) - 1);
    text = unit_text(unit_format("{\"a\":\"%s\"}", filler));
    njwt_arena_init(&arena);
    no_128 = 12;
    no_256 = 1;
    json_set_alloc_funcs(jansson_take_by_turns, free);
    root = njwt_jansson_object(&arena, text);
    json_set_alloc_funcs(jansson_take, free);

    if (njwt_json_type(root) == NJWT_JSON_OBJECT) {
        assert_slice(njwt_json_string(njwt_json_member(root, unit_text("a"))),
                     filler);

    } else {
        assert_true(arena.failed);
    }

    assert_int_equal(no_128, 0);
    assert_int_equal(no_256, 0);
    njwt_arena_free(&arena);
}


/* Others in this process may use jansson, with functions of their own. */

static void
jansson_keeps_the_functions_that_it_has(void **state)
{
    json_free_t     give;
    json_malloc_t   take;
    njwt_arena_t    arena;

    (void) state;

    njwt_arena_init(&arena);
    assert_int_equal(njwt_json_type(njwt_jansson_object(&arena,
                                                        unit_text("{}"))),
                     NJWT_JSON_OBJECT);
    json_get_alloc_funcs(&take, &give);
    assert_true(take == jansson_take && give == free);
    njwt_arena_free(&arena);
}


/* It is right, or there is none. */

static void
a_thumbprint_is_not_made_up_for_want_of_memory(void **state)
{
    bool             made, failed;
    size_t           n;
    njwt_value_t     jwk;
    njwt_arena_t     arena;
    njwt_slice_t     right, text;

    (void) state;

    jwk = njwt_json_object(&unit_arena, unit_text(
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyW"
        "QHOg7hcvPapiMlrwIaaPcHURo\"}"));
    assert_true(njwt_thumbprint_text(&unit_arena, jwk, &right));

    for (n = 1; ; n++) {
        njwt_arena_init(&arena);
        begin_failing(n, true);
        made = njwt_thumbprint_text(&arena, jwk, &text);
        failed = end_failing();

        assert_int_equal(made, !failed);
        assert_int_equal(arena.failed, failed);

        if (made) {
            assert_true(njwt_slice_equal(text, right));
            njwt_arena_free(&arena);
            break;
        }

        njwt_arena_free(&arena);
    }

    assert_true(n > 1);
}


/* RFC 9449's own proof: good, or nobody knows. */

static void
a_proof_is_not_refused_for_want_of_memory(void **state)
{
    int                    kept;
    bool                   failed;
    size_t                 n, broken;
    njwt_dpop_t            dpop;
    njwt_arena_t           arena;
    njwt_slice_t           origin, jkt, token;
    njwt_dpop_result_t     result;
    njwt_dpop_details_t    found, again;
    njwt_dpop_request_t    request;

    (void) state;

    memset(&dpop, 0, sizeof(dpop));
    memset(&request, 0, sizeof(request));

    origin = unit_text("https://resource.example.org");
    token = unit_text("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU");
    assert_true(njwt_b64_decode(&unit_arena, unit_text(
        "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"), &jkt));

    dpop.algorithms = NJWT_ALG_ES256;
    dpop.origins = &origin;
    dpop.origin_count = 1;
    dpop.lifetime = 300;

    request.headers = 1;
    request.method = unit_text("GET");
    request.target = unit_text("/protectedresource");
    request.proof = unit_text(
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6Ik"
        "VDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldW"
        "QVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWcl"
        "UwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19"
        ".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaH"
        "R0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIs"
        "ImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMH"
        "hXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9"
        ".2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmc"
        "w6Fy1dqd-jfxSYoMxhAJpLjA");

    for (kept = 0; kept < 2; kept++) {
        broken = 0;

        for (n = 0; ; n++) {
            request.keys = kept ? njwt_dpop_keys_new(1) : NULL;
            request.memory.hasher = kept ? njwt_hasher_new() : NULL;
            request.memory.curves = kept ? njwt_curves_new() : NULL;
            njwt_arena_init(&arena);

            /* the first time OpenSSL looks up what it will use */

            begin_failing(n, false);
            result = njwt_dpop_judge(&arena, &dpop, &request, token, jkt.data,
                                     0, 1562262618, &found);
            failed = end_failing();

            njwt_arena_free(&arena);

            /* what was being prepared meanwhile is of use to the next one */

            assert_int_equal(njwt_dpop_judge(&arena, &dpop, &request, token,
                                             jkt.data, 0, 1562262618, &again),
                             NJWT_PROOF_GOOD);

            njwt_arena_free(&arena);
            njwt_dpop_keys_free(request.keys);
            njwt_hasher_free(request.memory.hasher);
            njwt_curves_free(request.memory.curves);

            if (n > 0 && !failed) {
                break;
            }

            if (result != NJWT_PROOF_GOOD && result != NJWT_PROOF_UNDECIDED) {
                fail_msg("check %d fails with allocation %zu",
                         (int) found.check, n);
            }

            broken += result == NJWT_PROOF_UNDECIDED;
        }

        assert_int_equal(result, NJWT_PROOF_GOOD);
        assert_true(broken > 0);
    }
}


static void
judge_logout_with_each_allocation_failing(const njwt_logout_request_t *logout,
    njwt_logout_result_t expected)
{
    size_t                n;
    bool                  failed;
    njwt_arena_t          arena;
    njwt_logout_t         found;
    njwt_logout_result_t  result;

    for (n = 1; ; n++) {
        njwt_arena_init(&arena);

        begin_failing(n, false);
        result = njwt_logout_judge(&arena, logout, &found);
        failed = end_failing();

        assert_true(result == NJWT_LOGOUT_GOOD || found.jti.len == 0);
        njwt_arena_free(&arena);

        if (!failed) {
            break;
        }

        if (result != expected && result != NJWT_LOGOUT_UNDECIDED) {
            fail_msg("result %d when allocation %zu fails", (int) result, n);
        }
    }

    assert_int_equal(result, expected);
    assert_true(n > 1);
}


/* A logout token is the same, or undecided; none that is refused is good. */

static void
a_logout_token_is_not_refused_for_want_of_memory(void **state)
{
    size_t                 i;
    njwt_slice_t           client;
    njwt_logout_request_t  logout;

    static const struct {
        const char            *more;
        njwt_logout_result_t   result;
    } tokens[] = {
        { "\"x\":1", NJWT_LOGOUT_GOOD },
        { "\"nonce\":\"x\"", NJWT_LOGOUT_NONCE },
        { "\"nbf\":1006", NJWT_LOGOUT_EARLY },
    };

    (void) state;

    memset(&logout, 0, sizeof(logout));

    client = unit_text("app");
    logout.issuer = &issuer;
    logout.clients = &client;
    logout.client_count = 1;
    logout.now = 1000;

    for (i = 0; i < unit_count(tokens); i++) {
        prepare(good_keys(), good_token());
        logout.token = unit_token(0, UNIT_HEADER, unit_format(
            "{\"iss\":\"https://t/\",\"aud\":\"app\",\"iat\":999,"
            "\"exp\":1120,\"sub\":\"a\\u0041\",\"jti\":\"b\",\"events\":{"
            "\"http://schemas.openid.net/event/backchannel-logout\":{}},%s}",
            tokens[i].more));

        /*
         * The first try to get as far prepares the key, and the next ones make
         * fewer allocations than were counted up to there: what comes behind
         * fails in the second round only.
         */

        judge_logout_with_each_allocation_failing(&logout, tokens[i].result);
        judge_logout_with_each_allocation_failing(&logout, tokens[i].result);
        njwt_jwks_free(issuer.keys);
    }
}


/*
 * Entries are all there, or none; what is wrong with one is no want of room.
 */

static void
entries_are_read_whole_or_not_at_all(void **state)
{
    bool                        read, failed;
    size_t                      i, n;
    njwt_arena_t                arena;
    njwt_slice_t                text, claims[2];
    njwt_revocation_terms_t     terms;
    njwt_revocation_entries_t   found;

    static const struct {
        const char  *text;
        const char  *fault;
    } lists[] = {
        { "[{\"claim\":\"sub\",\"value\":\"auth0|1\",\"before\":1.5},"
          "{\"claim\":\"azp\",\"value\":\"a\\u00e4\",\"before\":2e9,"
          "\"until\":3e9}]", NULL },
        { "[{\"claim\":\"sub\",\"value\":\"auth0|1\",\"before\":1.5},"
          "{\"claim\":\"iss\",\"value\":\"a\",\"before\":2}]",
          "doesn't name" },
        { "[{\"claim\":\"sub\"", "is no JSON" }
    };

    (void) state;

    memset(&terms, 0, sizeof(terms));

    claims[0] = unit_text("sub");
    claims[1] = unit_text("azp");
    terms.claims = claims;
    terms.claim_count = 2;
    terms.file = true;
    terms.keep = 60;

    for (i = 0; i < unit_count(lists); i++) {
        text = unit_text(lists[i].text);

        for (n = 2, failed = true; failed; n++) {
            njwt_arena_init(&arena);
            begin_failing(n / 2, (n & 1) != 0);
            read = njwt_revocation_read(&arena, &terms, text, &found);
            failed = end_failing();

            assert_int_equal(arena.failed, failed);
            assert_int_equal(read, !failed && lists[i].fault == NULL);
            assert_int_equal(read, found.fault == NULL);

            if (read) {
                assert_int_equal(found.count, 2);
                assert_slice(found.list[0].value, "auth0|1");
                assert_slice(found.list[1].value, "a\xc3\xa4");
                assert_true(found.list[0].before == 1.5
                            && found.list[0].until == 61.5
                            && found.list[1].until == 3e9);

            } else {
                assert_null(found.list);
                assert_non_null(strstr(found.fault, failed ? "memory"
                                                    : lists[i].fault));
            }

            njwt_arena_free(&arena);
        }

        assert_true(n > 8);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(every_library_gets_its_memory_here),
        unit_case(a_good_token_passes_or_is_undecided),
        unit_case(an_expired_token_is_expired_or_undecided),
        unit_case(a_token_for_others_is_a_mismatch_or_undecided),
        unit_case(a_character_lost_makes_no_audience_ours),
        unit_case(a_token_without_the_scope_is_refused_or_undecided),
        unit_case(a_claim_that_was_not_looked_at_grants_nothing),
        unit_case(a_rule_about_a_claim_that_was_not_looked_at_fails),
        unit_case(scopes_are_text_or_the_arena_has_failed),
        unit_case(a_bad_signature_is_bad_or_undecided),
        unit_case(the_second_of_two_keys_is_tried_or_it_is_undecided),
        unit_case(a_malformed_payload_is_malformed_or_undecided),
        unit_case(a_key_that_failed_for_lack_of_memory_verifies_later),
        unit_case(a_good_signature_of_any_kind_is_good_or_undecided),
        unit_case(a_key_set_is_read_whole_or_not_at_all),
        unit_case(a_file_of_keys_is_read_whole_or_not_at_all),
        unit_case(texts_are_whole_or_refused),
        unit_case(a_number_is_whole_or_the_arena_has_failed),
        unit_case(a_path_that_finds_no_memory_finds_nothing),
        unit_case(an_array_is_text_or_the_arena_has_failed),
        unit_case(a_string_is_read_whole_or_not_at_all),
        unit_case(an_escape_is_read_whole_or_not_at_all),
        unit_case(the_reader_says_that_it_had_no_memory),
        unit_case(many_escapes_take_no_more_pieces_than_one),
        unit_case(many_members_are_read_whole_or_not_at_all),
        unit_case(what_is_taken_back_does_not_end_the_process),
        unit_case(a_byte_that_jansson_had_no_memory_for_is_missed),
        unit_case(
            a_text_is_read_whole_or_not_at_all_while_memory_comes_and_goes),
        unit_case(jansson_keeps_the_functions_that_it_has),
        unit_case(a_digest_that_fails_leaves_no_error_behind),
        unit_case(a_thumbprint_is_not_made_up_for_want_of_memory),
        unit_case(a_proof_is_not_refused_for_want_of_memory),
        unit_case(a_logout_token_is_not_refused_for_want_of_memory),
        unit_case(entries_are_read_whole_or_not_at_all)
    };

    json_set_alloc_funcs(jansson_take, free);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
