/*
 * A token is looked up among the revocation entries when it must be, and only
 * then.
 */

#include "unit.h"
#include "njwt_cached.h"
#include "njwt_verdict.h"


/* what the memory says, and how often it was asked */
typedef struct {
    uint64_t     generation;
    double       before;        /* of "sub"; 0: no entry names it */
    bool         fails;         /* memory, while it is asked */
    size_t       asked;
} memory_t;


/* {"sub":"a","iat":100} */
#define TOKEN  "e30.eyJzdWIiOiJhIiwiaWF0IjoxMDB9.AA"

static const njwt_slice_t  claims[] = {
    njwt_literal("azp"), njwt_literal("sub")
};


static uint64_t
memory_generation(void *data, const njwt_issuer_t *issuer)
{
    const memory_t  *memory = data;

    (void) issuer;

    return memory->generation;
}


static bool
memory_before(void *data, const njwt_issuer_t *issuer,
    const njwt_slice_t *claim, njwt_slice_t value, int64_t now, double *before)
{
    memory_t  *memory = data;

    (void) now;

    memory->asked++;

    if (memory->fails) {
        unit_arena.failed = true;
    }

    if (claim != &issuer->revocation[1] || memory->before == 0) {
        return false;
    }

    assert_slice(value, "a");
    *before = memory->before;

    return true;
}


static bool
revoked(memory_t *memory, const char *token, njwt_result_t *found)
{
    njwt_claims_summary_t    summary;
    njwt_issuer_t            issuer;
    njwt_predicate_set_t     predicates;
    njwt_credentials_t       credentials;
    const njwt_revocation_t  revocation = {
        memory, memory_generation, memory_before
    };

    memset(&summary, 0, sizeof(summary));
    memset(&predicates, 0, sizeof(predicates));
    memset(&issuer, 0, sizeof(issuer));
    memset(&credentials, 0, sizeof(credentials));

    issuer.revocation = claims;
    issuer.revocation_count = unit_count(claims);
    credentials.token = unit_text(token);

    found->issuer = &issuer;
    found->verified_claims = njwt_claims_cached(&unit_arena, &summary,
                                                &predicates);

    memory->asked = 0;

    return njwt_result_revoked(&unit_arena, &credentials, &revocation, 200,
                               found);
}


static void
a_generation_is_looked_up_once(void **state)
{
    memory_t        memory = { 7, 0, false, 0 };
    njwt_result_t   found;

    (void) state;

    memset(&found, 0, sizeof(found));

    assert_false(revoked(&memory, TOKEN, &found));
    assert_int_equal(memory.asked, 2);
    assert_int_equal(found.unrevoked, 7);

    assert_false(revoked(&memory, TOKEN, &found));
    assert_int_equal(memory.asked, 0);

    memory.generation = 8;
    assert_false(revoked(&memory, TOKEN, &found));
    assert_int_equal(memory.asked, 2);
    assert_int_equal(found.unrevoked, 8);
}


static void
where_nothing_is_revoked_nothing_is_asked(void **state)
{
    memory_t        memory = { 0, 100, false, 0 };
    njwt_result_t   found;

    (void) state;

    memset(&found, 0, sizeof(found));

    assert_false(revoked(&memory, TOKEN, &found));
    assert_int_equal(memory.asked, 0);
}


static void
an_entry_revokes_up_to_its_time(void **state)
{
    memory_t        memory = { 7, 100, false, 0 };
    njwt_result_t   found;

    (void) state;

    memset(&found, 0, sizeof(found));
    found.unrevoked = 6;

    assert_true(revoked(&memory, TOKEN, &found));
    assert_ptr_equal(found.revoked_by, &claims[1]);
    assert_int_equal(found.unrevoked, 0);

    memory.before = 99;
    assert_false(revoked(&memory, TOKEN, &found));
    assert_int_equal(found.unrevoked, 7);
}


static void
what_cannot_be_looked_up_is_revoked(void **state)
{
    memory_t        memory = { 7, 0, false, 0 };
    njwt_result_t   found;

    (void) state;

    memset(&found, 0, sizeof(found));

    assert_true(revoked(&memory, "no token", &found));
    assert_int_equal(found.unrevoked, 0);

    memory.fails = true;
    assert_true(revoked(&memory, TOKEN, &found));
    assert_int_equal(found.unrevoked, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(a_generation_is_looked_up_once),
        unit_case(where_nothing_is_revoked_nothing_is_asked),
        unit_case(an_entry_revokes_up_to_its_time),
        unit_case(what_cannot_be_looked_up_is_revoked)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
