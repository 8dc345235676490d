/*
 * Each logout token gets its answer.  The cases are those of t/vectors/logout,
 * whose tokens were signed by another implementation: see t/vectors/README.md.
 */

#define _POSIX_C_SOURCE  200809L

#include "unit_vectors.h"
#include "njwt_logout.h"

#include <glob.h>


#define LOGOUT  "t/vectors/logout/tokens.json"

static const char *const  results[] = {
    "undecided", "too_large", "encrypted", "malformed", "critical", "issuer",
    "alg", "typ", "no_keys", "key", "signature", "audience", "iat", "future",
    "expired", "early", "events", "nonce", "sub", "sid", "nobody", "jti",
    "good"
};

_Static_assert(unit_count(results) == NJWT_LOGOUT_COUNT, "each has a name");

static njwt_slice_t           issuers[MAX_LIST];
static njwt_slice_t           clients[MAX_LIST];
static njwt_issuer_t          issuer;
static njwt_logout_request_t  judged;


/* A case, its members over those of the defaults, as C. */

static void
read_case(json_t *c)
{
    size_t   i;
    json_t  *algorithms;

    memset(&issuer, 0, sizeof(issuer));
    memset(&judged, 0, sizeof(judged));

    issuer.issuers = issuers;
    issuer.issuer_count = strings(json_object_get(c, "issuers"), issuers);
    issuer.keys = key_set(json_object_get(c, "jwks"), false);
    issuer.expected.leeway = json_number_value(json_object_get(c, "leeway"));

    algorithms = json_object_get(c, "algorithms");

    for (i = 0; i < json_array_size(algorithms); i++) {
        issuer.algorithms |= njwt_alg(string(json_array_get(algorithms, i)));
    }

    if (json_object_get(c, "max_age") != NULL) {
        issuer.expected.has_max_age = true;
        issuer.expected.max_age =
            json_number_value(json_object_get(c, "max_age"));
    }

    judged.issuer = &issuer;
    judged.clients = clients;
    judged.client_count = strings(json_object_get(c, "clients"), clients);
    judged.token = string(json_object_get(c, "token"));
    judged.token = unit_bytes(judged.token.data, judged.token.len);
    judged.now = json_integer_value(json_object_get(c, "now"));
}


static void
is_text(const char *id, njwt_slice_t got, json_t *want)
{
    assert_for(json_is_string(want)
               && njwt_slice_equal(got, string(want)), id);
}


static void
check(json_t *c)
{
    const char            *id, *want;
    njwt_logout_t          found;
    njwt_logout_result_t   result;

    static const njwt_logout_t  nothing;

    id = json_string_value(json_object_get(c, "id"));
    want = json_string_value(json_object_get(c, "result"));
    assert_non_null(id);
    assert_for(want != NULL, id);

    read_case(c);
    memset(&found, 0x5a, sizeof(found));
    result = njwt_logout_judge(&unit_arena, &judged, &found);

    if (strcmp(results[result], want) != 0) {
        fail_msg("%s: %s instead of %s", id, results[result], want);
    }

    assert_for(found.wants_keys
               == json_is_true(json_object_get(c, "wants_keys")), id);

    assert_for(!found.wants_keys || found.kid.len > 0, id);

    if (result != NJWT_LOGOUT_GOOD) {
        found.wants_keys = false;
        memset(&found.kid, 0, sizeof(found.kid));
        assert_memory_equal(&found, &nothing, sizeof(found));
        return;
    }

    is_text(id, found.sub, json_object_get(c, "sub"));
    is_text(id, found.sid, json_object_get(c, "sid"));
    is_text(id, found.jti, json_object_get(c, "jti"));
    assert_for(found.exp == json_number_value(json_object_get(c, "exp")), id);
    assert_int_equal(found.client,
                     json_integer_value(json_object_get(c, "client")));
}


static void
each_logout_token_gets_its_answer(void **state)
{
    size_t       i, k;
    size_t       seen[NJWT_LOGOUT_COUNT] = { 0 };
    json_t      *root, *c, *whole, *member;
    const char  *name;

    static const char  *const  members[] = {
        "id", "title", "result", "twin", "token", "sub", "sid", "jti", "exp",
        "client", "now", "jwks", "issuers", "algorithms", "clients", "leeway",
        "wants_keys", "max_age"
    };

    (void) state;

    root = load(LOGOUT);

    json_array_foreach(json_object_get(root, "cases"), i, c) {

        json_object_foreach(c, name, member) {
            for (k = 0; k < unit_count(members); k++) {
                if (strcmp(members[k], name) == 0) {
                    break;
                }
            }

            assert_for(k < unit_count(members), name);
        }

        whole = json_copy(json_object_get(root, "defaults"));
        assert_int_equal(json_object_update(whole, c), 0);
        check(whole);
        json_decref(whole);
        njwt_arena_free(&unit_arena);

        for (k = 0; k < NJWT_LOGOUT_COUNT; k++) {
            seen[k] += strcmp(results[k],
                              json_string_value(json_object_get(c, "result")))
                       == 0;
        }
    }

    print_message("%zu logout tokens\n", i);

    for (k = NJWT_LOGOUT_UNDECIDED + 1; k < NJWT_LOGOUT_COUNT; k++) {
        assert_for(seen[k] > 0, results[k]);
    }

    json_decref(root);
}


/*
 * Whatever is an access token is no logout token, not even for the client that
 * "aud" may be.
 */

static void
no_access_token_is_a_logout_token(void **state)
{
    glob_t                 files;
    size_t                 i, k, good = 0;
    json_t                *own, *root, *defaults, *cases, *c, *sent;
    const char            *token, *verdict;
    njwt_logout_t          found;
    njwt_logout_result_t   result;

    (void) state;

    own = load(LOGOUT);
    defaults = json_object_get(own, "defaults");
    assert_int_equal(glob("t/vectors/*/cases.json", 0, NULL, &files), 0);

    for (i = 0; i < files.gl_pathc; i++) {
        root = load(files.gl_pathv[i]);
        cases = json_object_get(root, "cases");

        json_array_foreach(cases, k, c) {
            sent = json_object_get(c, "authorization");
            token = json_is_string(sent) ? strchr(json_string_value(sent), ' ')
                                         : NULL;
            if (token == NULL) {
                continue;
            }

            json_object_set_new(defaults, "token", json_string(token + 1));
            read_case(defaults);
            clients[0] = unit_text("https://api.exampleco.com/timesheets");

            result = njwt_logout_judge(&unit_arena, &judged, &found);
            good += result == NJWT_LOGOUT_EVENTS;

            verdict = json_string_value(json_object_get(c, "verdict"));
            assert_for(result != NJWT_LOGOUT_GOOD
                       || strcmp(verdict, "ok") != 0,
                       json_string_value(json_object_get(c, "id")));
            njwt_arena_free(&unit_arena);
        }

        json_decref(root);
    }

    /* and most would be one but for their "events" */

    assert_true(good > 100);
    json_decref(own);
    globfree(&files);
}


/* Any of the issuer's names may stand in "iss". */

static void
an_issuer_may_have_several_names(void **state)
{
    json_t         *root, *whole;
    njwt_slice_t    other = njwt_literal("https://other.example/");
    njwt_logout_t   found;

    (void) state;

    root = load(LOGOUT);
    whole = json_copy(json_object_get(root, "defaults"));
    assert_int_equal(json_object_update(whole, json_array_get(
        json_object_get(root, "cases"), 0)), 0);
    read_case(whole);

    assert_int_equal(njwt_logout_judge(&unit_arena, &judged, &found),
                     NJWT_LOGOUT_GOOD);

    issuers[issuer.issuer_count] = issuers[0];
    issuers[0] = other;
    assert_int_equal(njwt_logout_judge(&unit_arena, &judged, &found),
                     NJWT_LOGOUT_ISSUER);

    issuer.issuer_count++;
    assert_int_equal(njwt_logout_judge(&unit_arena, &judged, &found),
                     NJWT_LOGOUT_GOOD);

    json_decref(whole);
    json_decref(root);
}


static void
texts_may_stand_in_json(void **state)
{
    size_t        i, k;
    njwt_slice_t  text;

    (void) state;

    for (i = 0; i < NJWT_LOGOUT_COUNT; i++) {
        text = njwt_logout_text((njwt_logout_result_t) i);
        assert_for(text.len > 0, results[i]);

        /* each says something else */

        for (k = 0; k < i; k++) {
            assert_for(!njwt_slice_equal(text, njwt_logout_text(
                           (njwt_logout_result_t) k)), results[i]);
        }

        for (k = 0; k < text.len; k++) {
            assert_for(text.data[k] >= 0x20 && text.data[k] < 0x7f
                       && text.data[k] != '"' && text.data[k] != '\\',
                       results[i]);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(each_logout_token_gets_its_answer),
        unit_case(no_access_token_is_a_logout_token),
        unit_case(an_issuer_may_have_several_names),
        unit_case(texts_may_stand_in_json)
    };

    return cmocka_run_group_tests(tests, NULL, forget);
}
