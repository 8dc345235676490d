/*
 * A location of any configuration judges the same however it is asked.
 *
 * A token that was verified is judged by its record as it was without one;
 * what people are shown is plain text; a claim that is looked at is the claim
 * that is read; and where memory runs out, nobody passes who didn't before.
 *
 * Four bytes set the location up: flags, which allocation fails, more flags,
 * the clock.  Then lines: header, payload (signed here, with a secret), "iss"
 * and "aud" expected, scopes, a claim and its values, claims with scopes, a
 * name; what is left is a key set, for a token that came whole as the header.
 */

#include "fault.h"
#include "njwt_hint.h"
#include "njwt_hash.h"
#include "njwt_verdict.h"

#include <openssl/hmac.h>


#define NOW      1000000
#define WORDS    4
#define LINES    9

/* data[0] */
#define RFC9068  0x01
#define AGED     0x02
#define ANY      0x04
#define METHODS  0x08
#define NUMBERS  0x10
#define NO_KEYS  0x20
#define WHOLE    0x40        /* a token, and a key set for it */
#define OFF      0x80        /* audience off */

/* data[2] */
#define ALL_FAIL   0x01
#define POSTED     0x02
#define SMALL      0x04
#define TWO_RULES  0x08
#define TOKENS     0x30      /* 0: one, 1: none, 2: two, 3: none, optional */
#define OF_NOW     0x40      /* the clock of the vectors */
#define NO_ISSUER  0x80      /* two issuers, neither assumed */


static const char  hidden[] = "what no input of a fuzzer can come by";

/* a configuration that an input describes */
typedef struct {
    njwt_slice_t        line[LINES];
    njwt_slice_t        word[LINES][WORDS];
    size_t              words[LINES];
    njwt_slice_t        rest;         /* a key set, for a whole token */
    const uint8_t      *flags;
    njwt_rule_value_t   values[WORDS];
    njwt_claim_rule_t   rule[2];
    njwt_scope_rule_t   scopes[2];
    njwt_issuer_t       issuer, other;
    njwt_issuer_t      *trusted[2];
    njwt_predicates_t   predicates;
    njwt_policy_t       policy;
    njwt_request_t      judged;
    char               *token;
} place_t;


static njwt_regex_result_t
find(void *regex, njwt_slice_t text)
{
    size_t               i;
    const njwt_slice_t  *wanted = regex;

    if (wanted->len > 0 && wanted->data[0] == '(') {
        return NJWT_REGEX_BROKEN;
    }

    for (i = 0; i + wanted->len <= text.len; i++) {
        if (wanted->len == 0
            || memcmp(text.data + i, wanted->data, wanted->len) == 0)
        {
            return NJWT_REGEX_FOUND;
        }
    }

    return NJWT_REGEX_NOT_FOUND;
}


static void
split(place_t *p, size_t n)
{
    size_t        i, from = 0;
    njwt_slice_t  line = p->line[n];

    for (i = 0; i <= line.len && p->words[n] < WORDS; i++) {
        if (i == line.len || line.data[i] == ' ') {
            if (i > from) {
                p->word[n][p->words[n]++] = fuzz_slice(line.data + from,
                                                       i - from);
            }

            from = i + 1;
        }
    }
}


static void
sign(place_t *p)
{
    unsigned  len = 0;
    uint8_t   mac[64];

    p->token = ref_alloc(2 * (p->line[0].len + p->line[1].len) + 256);
    strcpy(p->token, ref_encode(p->line[0].data, p->line[0].len));
    strcat(p->token, ".");
    strcat(p->token, ref_encode(p->line[1].data, p->line[1].len));
    must(HMAC(EVP_sha256(), hidden, sizeof(hidden) - 1,
              (uint8_t *) p->token, strlen(p->token), mac, &len) != NULL);
    strcat(p->token, ".");
    strcat(p->token, ref_encode(mac, len));
}


/* The keys, or those of a stranger; each time they are new ones. */

static njwt_jwks_t *
make_keys(const place_t *p, const char *context)
{
    njwt_jwks_t         *keys;
    njwt_jwks_report_t   report;

    keys = (p->flags[0] & WHOLE)
           ? njwt_jwks_new(p->rest, &report)
           : njwt_jwks_of_secret(fuzz_text(hidden));

    if (keys != NULL && context != NULL) {
        must(njwt_jwks_bind(keys, fuzz_text(context)));
    }

    return keys;
}


static void
set_issuer(place_t *p, const uint8_t *flags)
{
    njwt_issuer_t  *i = &p->issuer;

    i->name = fuzz_text("one");
    i->issuers = p->word[2];
    i->issuer_count = p->words[2];
    i->algorithms = (flags[0] & WHOLE) ? NJWT_ALG_HS256 - 1 : NJWT_ALG_HS256;
    i->expected.audiences = p->word[3];
    i->expected.audience_count = p->words[3];
    i->expected.any_audience = (flags[0] & OFF) != 0;
    i->expected.leeway = 5;
    i->expected.has_max_age = (flags[0] & AGED) != 0;
    i->expected.max_age = 600;
    i->expected.profile = (flags[0] & RFC9068) ? NJWT_PROFILE_RFC9068
                                               : NJWT_PROFILE_ANY;
    i->expected.scope_claims = p->word[7];
    i->expected.scope_claim_count = p->words[7];

    p->other = *i;
    p->other.name = fuzz_text("two");
    p->other.issuer_count = 0;
    p->trusted[0] = &p->other;
    p->trusted[1] = i;

    if ((flags[0] & NO_KEYS) == 0) {
        i->keys = make_keys(p, "context");
        p->other.keys = njwt_jwks_of_secret(fuzz_text("another"));
        must(p->other.keys != NULL);
        must(njwt_jwks_bind(p->other.keys, fuzz_text("other")));
    }
}


static void
set_rules(place_t *p, const uint8_t *flags)
{
    size_t  i;

    for (i = 0; i < p->words[6]; i++) {
        p->values[i] = njwt_rule_value(p->word[6][i]);
        p->values[i].regex = &p->values[i].text;
    }

    for (i = 0; i < 2; i++) {
        p->rule[i].claim = p->line[5];
        p->rule[i].values = p->values;
        p->rule[i].value_count = p->words[6];
        p->rule[i].match = find;

        p->scopes[i].scopes = p->word[4];
        p->scopes[i].scope_count = p->words[4];
        p->scopes[i].any = (flags[0] & ANY) != 0;
        p->scopes[i].every_method = (flags[0] & METHODS) == 0;
        p->scopes[i].methods = NJWT_METHOD_GET;
    }

    if (njwt_method(p->line[8]) != 0) {
        p->scopes[1].methods = njwt_method(p->line[8]);
    }

    /* one more, of which the fields differ a little */

    p->rule[1].value_count -= p->words[6] > 1;
    p->scopes[1].any = !p->scopes[1].any;
}


static void
set_policy(place_t *p, const uint8_t *flags)
{
    size_t          many = (flags[2] & TWO_RULES) ? 2 : 1;
    njwt_policy_t  *policy = &p->policy;

    policy->issuers = p->trusted + !(flags[2] & NO_ISSUER);
    policy->issuer_count = (flags[2] & NO_ISSUER) ? 2 : 1;
    policy->scope_rules = p->scopes;
    policy->scope_rule_count = p->line[4].len > 0 ? many : 0;
    policy->claim_rules = p->rule;
    policy->claim_rule_count = p->line[5].len > 0 ? many : 0;
    policy->max_token_size = (flags[2] & SMALL) ? 256 : 8192;

    if (flags[0] & NUMBERS) {
        /* a scope "*" is one of more than have numbers */

        if (njwt_slice_equal(p->word[4][0], fuzz_text("*"))) {
            p->predicates.count = NJWT_PREDICATE_COUNT;
        }

        njwt_policy_index(policy, p->scopes, p->rule, &p->predicates);
        must(njwt_predicates_seal(&p->predicates));
    }

    p->judged.policy = policy;
    p->judged.method.bit = (flags[2] & POSTED) ? 0x8 : NJWT_METHOD_GET;
    p->judged.now = ((flags[2] & OF_NOW) ? 1750000000 : NOW)
                    + (int8_t) flags[3] * 16;
    p->judged.credentials.token = (flags[0] & WHOLE) ? p->line[0]
                                                   : fuzz_text(p->token);

    switch (flags[2] & TOKENS) {

    case 0:
        p->judged.credentials.found = 1;
        break;

    case 0x20:
        p->judged.credentials.found = 2;
        break;

    default:
        break;
    }
}


static void
plain(njwt_slice_t text)
{
    size_t  i;

    must(njwt_slice_clean(text));

    for (i = 0; i < text.len; i++) {
        must(text.data[i] >= 0x20 && text.data[i] < 0x7f);
    }
}


/* Everything that is done with a request; false: there was no memory. */

static bool
tell(njwt_arena_t *arena, const njwt_request_t *c, njwt_verdict_t verdict,
    const njwt_result_t *found, bool every)
{
    size_t                      i;
    njwt_verdict_t              reported;
    njwt_slice_t                text = { NULL, 0 };
    const njwt_verdict_info_t  *info;

    for (i = 0; i < NJWT_VERDICT_COUNT; i++) {
        if (njwt_hint_check(arena, c, (njwt_verdict_t) i, found)
                == NJWT_HINT_FAIL
            || i == verdict || every)
        {
            if (!njwt_hint(arena, c, (njwt_verdict_t) i, found,
                           NJWT_HINT_LOG, &text))
            {
                return false;
            }

            plain(text);
            must(text.len <= NJWT_HINT_LOG_MAX);

            if (!njwt_hint(arena, c, (njwt_verdict_t) i, found,
                           NJWT_HINT_HOLDER, &text))
            {
                return false;
            }

            plain(text);
        }
    }

    reported = njwt_verdict_reported(arena, verdict, &c->credentials);
    info = njwt_verdict_info(reported);
    must((info->status == 0) == (verdict == NJWT_OK));
    must(njwt_verdict_optional(verdict, c) != NJWT_OK || verdict <= 1
         || verdict == NJWT_OK);
    (void) njwt_verdict_wants_keys(verdict, c, found);

    return njwt_policy_scopes_needed(arena, c->policy, c->method, &text)
           && njwt_policy_allow(arena, c->policy, &text)
           && !arena->failed;
}


/* A token that was remembered, read. */

static bool
look(njwt_arena_t *arena, const place_t *p, njwt_result_t *found)
{
    njwt_value_t               signed_claims;
    njwt_slice_t               text = { NULL, 0 }, other = { NULL, 0 };
    const njwt_credentials_t  *credentials = &p->judged.credentials;

    if (!njwt_result_read(arena, credentials, found)) {
        return false;
    }

    must(njwt_result_read(arena, credentials, found));

    if (found->claims == NULL || arena->failed) {
        return !arena->failed;
    }

    (void) njwt_claims_get(found->claims, p->line[8]);
    signed_claims = njwt_json_object(arena, found->jws.payload);

    if (!njwt_json_text(arena, njwt_claims_root(found->claims), &text)
        || !njwt_json_text(arena, signed_claims, &other))
    {
        return false;
    }

    must(njwt_slice_equal(text, other));

    return true;
}


static njwt_verdict_t
ask(place_t *p, njwt_cached_t *cached, bool *made, bool *whole)
{
    njwt_request_t   c = p->judged;
    njwt_arena_t     arena;
    njwt_cached_t    next;
    njwt_verdict_t   verdict;
    njwt_result_t    found;

    /* of an earlier request */
    c.cached = *made ? cached : NULL;
    njwt_arena_init(&arena);
    verdict = njwt_judge(&arena, &c, &found);

    must(verdict != NJWT_OK || found.claims != NULL);
    *made = njwt_result_cached(&arena, &c, &found, &next);

    if (*made) {
        *cached = next;
    }


    if (p->flags[1] & 1) {
        *whole = look(&arena, p, &found)
                 && tell(&arena, &c, verdict, &found, false);

    } else {
        *whole = tell(&arena, &c, verdict, &found, p->flags[1] == 0)
                 && look(&arena, p, &found);
    }

    njwt_arena_free(&arena);

    return verdict;
}


/* Which allocations fail: a few of them, as an input is to be quick. */

static size_t
first(const uint8_t *flags)
{
    return (flags[1] - 1u) * 8 + 1;
}


/*
 * With these allocations failing, may anybody pass who didn't?  Of keys that
 * verified nothing yet; and with memory the verdict is again what it was.
 */

static void
starve(place_t *p, const uint8_t *flags, njwt_verdict_t verdict, bool known,
    const njwt_cached_t *before)
{
    bool             made, whole, failed = true;
    size_t           n;
    njwt_jwks_t     *keys = p->issuer.keys;
    njwt_cached_t    cached;
    njwt_verdict_t   starved;

    for (n = first(flags); failed && n < first(flags) + 8; n++) {
        made = known;
        cached = *before;
        p->issuer.keys = (keys != NULL) ? make_keys(p, "context") : NULL;
        fault_begin(n, (flags[2] & ALL_FAIL) != 0);
        starved = ask(p, &cached, &made, &whole);
        failed = fault_end();

        must(starved != NJWT_OK || verdict == NJWT_OK);
        must(failed || starved == verdict);
        starved = ask(p, &cached, &made, &whole);
        must(starved == verdict && whole);
        njwt_jwks_free(p->issuer.keys);
    }

    p->issuer.keys = keys;
}


/* The key set again, without memory: then there is none, or it is whole. */

static void
starve_keys(const place_t *p, const uint8_t *flags)
{
    bool                 failed = true, has_cnf;
    size_t               n;
    njwt_jwks_t         *jwks;
    njwt_jwks_report_t   report;

    for (n = first(flags); failed && n < first(flags) + 8; n++) {
        fault_begin(n, (flags[2] & ALL_FAIL) != 0);
        jwks = njwt_jwks_new(p->rest, &report);
        has_cnf = jwks != NULL && njwt_jwks_bind(jwks, fuzz_text("context"));
        failed = fault_end();

        must(jwks != NULL || report.error != NULL);
        must(failed || p->issuer.keys == NULL || has_cnf);
        njwt_jwks_free(jwks);
    }
}


/* What is no record of this token here changes no verdict. */

static void
misremember(place_t *p, njwt_verdict_t verdict, const njwt_cached_t *cached)
{
    bool            made, whole;
    size_t          i;
    njwt_jwks_t    *keys = p->issuer.keys;
    njwt_cached_t   other;

    for (i = 0; i < 4; i++) {
        made = true;
        other = *cached;
        other.fingerprint[7] ^= i == 0;
        other.index = (uint16_t) (other.index + (i == 2));
        other.sole ^= i == 3 ? NJWT_ALG_HS256 : 0;

        if (i == 1) {
            other.predicates[7] ^= 1;
            memset(&other.summary.answers, i + 1,
                   sizeof(other.summary.answers));
        }

        must(ask(p, &other, &made, &whole) == verdict && whole);
        must(!made || memcmp(other.predicates, cached->predicates,
                             sizeof(other.predicates)) == 0);
    }

    /* keys that have verified nothing yet */

    made = true;
    other = *cached;
    p->issuer.keys = make_keys(p, NULL);
    must(ask(p, &other, &made, &whole) == verdict && whole && !made);
    njwt_jwks_free(p->issuer.keys);

    /* none at all */

    p->issuer.keys = NULL;
    made = false;
    verdict = ask(p, &other, &made, &whole);
    made = true;
    other = *cached;
    must(ask(p, &other, &made, &whole) == verdict && verdict != NJWT_OK);
    p->issuer.keys = keys;
}


/* A proof is about these very bytes, and by a key of this set. */

static void
mistake(const place_t *p)
{
    uint8_t                 fingerprint[NJWT_DIGEST];
    uint16_t                index;
    njwt_jws_t              jws;
    njwt_request_t          c = p->judged;
    njwt_arena_t            arena;
    njwt_result_t           found;
    const njwt_payload_t   *payload;

    njwt_arena_init(&arena);
    (void) njwt_judge(&arena, &c, &found);

    if (found.proof != NULL) {
        must(!njwt_jwks_fingerprint(p->other.keys, found.proof, fingerprint,
                                    &index));

        jws = found.jws;
        jws.signing_input.len--;
        payload = njwt_payload_parse(&arena, &jws);
        must(payload != NULL);
        must(njwt_claims_open(&arena, payload, found.proof) == NULL);

        jws = found.jws;
        jws.signing_input.data++;
        payload = njwt_payload_parse(&arena, &jws);
        must(payload != NULL);
        must(njwt_claims_open(&arena, payload, found.proof) == NULL);
    }

    must(!arena.failed);
    njwt_arena_free(&arena);
}


/* Where memory ran out before, nothing is decided. */

static void
broken(const place_t *p, const njwt_cached_t *cached, bool known)
{
    njwt_request_t   c = p->judged;
    njwt_arena_t     arena;
    njwt_cached_t    copy = *cached;
    njwt_result_t    found;

    c.cached = known ? &copy : NULL;
    njwt_arena_init(&arena);
    arena.failed = true;
    must(njwt_judge(&arena, &c, &found) == NJWT_UNDECIDED);
    njwt_arena_free(&arena);
}


/* False: there was no memory. */

static bool
digest(njwt_slice_t text)
{
    bool            whole;
    uint8_t         one[32], two[32], other[32];
    njwt_hasher_t  *hasher = njwt_hasher_new();

    if (hasher == NULL) {
        njwt_hasher_free(hasher);
        return false;
    }

    whole = njwt_hasher_sum(hasher, fuzz_text(hidden), text, one)
            && njwt_hasher_sum(hasher, fuzz_text(hidden), text, two)
            && njwt_hasher_sum(hasher, fuzz_text(""), text, other);

    must(!whole || memcmp(one, two, 32) == 0);
    must(!whole || memcmp(one, other, 32) != 0);
    njwt_hasher_free(hasher);

    return whole;
}


static void
judge(place_t *p, const uint8_t *flags)
{
    bool             made = false, known, whole;
    size_t           n;
    njwt_cached_t    cached, again;
    njwt_verdict_t   verdict;

    memset(&cached, 0, sizeof(cached));
    verdict = ask(p, &cached, &made, &whole);
    must(whole && digest(p->judged.credentials.token));
    must(njwt_method(p->line[8]) != p->judged.method.bit
         || p->line[8].len == 3 + ((p->judged.method.bit & 0x8) != 0));

    known = made;
    again = cached;
    broken(p, &cached, false);

    if (made) {
        must(ask(p, &again, &made, &whole) == verdict && whole);
        broken(p, &cached, true);
        misremember(p, verdict, &cached);
    }

    if (flags[1] == 0) {
        mistake(p);
        return;
    }

    starve(p, flags, verdict, false, &cached);

    if (known) {
        starve(p, flags, verdict, true, &cached);
    }

    for (n = first(flags); n < first(flags) + 8; n++) {
        fault_begin(n, (flags[2] & ALL_FAIL) != 0);
        (void) digest(p->judged.credentials.token);
        (void) fault_end();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t    i;
    place_t   p;

    if (size < 4 || size > 16384) {
        return 0;
    }

    memset(&p, 0, sizeof(p));
    p.flags = data;
    data += 4;
    size -= 4;

    for (i = 0; i < LINES; i++) {
        p.line[i] = fuzz_line(&data, &size);
        split(&p, i);
    }

    p.rest = fuzz_slice(data, size);
    sign(&p);
    set_issuer(&p, p.flags);
    set_rules(&p, p.flags);
    set_policy(&p, p.flags);
    must(njwt_verdict_info((njwt_verdict_t) (NJWT_VERDICT_COUNT + p.flags[3]))
         == njwt_verdict_info(NJWT_UNDECIDED));
    judge(&p, p.flags);

    if (p.flags[1] > 0 && (p.flags[0] & WHOLE)) {
        starve_keys(&p, p.flags);
    }

    njwt_jwks_free(p.issuer.keys);
    njwt_jwks_free(p.other.keys);

    for (i = 0; i < LINES; i++) {
        fuzz_free(p.line[i]);
    }

    ref_forget();

    return 0;
}
