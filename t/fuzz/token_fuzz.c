/*
 * Each token gets the verdict that a second reader gives it.
 *
 * The first byte of an input sets the location up.  With its lowest bit the
 * rest is a token as it came; else a header up to the line feed, and a
 * payload, which are signed here, so that what lies behind the signature is
 * reached.  Nobody but this file holds the keys: an input can't sign.
 */

#include "fuzz.h"
#include "njwt_hint.h"
#include "njwt_verdict.h"

#include <math.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>


#define NOW      1000000
#define LEEWAY   5
#define MAX_AGE  600
#define ROOM     8192

#define POST     0x8u

#define RAW      0x01
#define EDDSA    0x02
#define RFC9068  0x04
#define AGED     0x08
#define CLAIMS   0x10        /* scopes elsewhere than in "scope" */
#define SCOPES   0x20
#define RULES    0x40
#define POSTED   0x80


static const char     hidden[] = "what no input of a fuzzer can come by";
static const uint8_t  seed[32] = { 7, 5, 4 };

static njwt_jwks_t   *secrets, *keys;
static EVP_PKEY      *pkey;


static void
prepare(void)
{
    char                 text[256];
    size_t               len = 32;
    uint8_t              point[32];
    njwt_jwks_report_t   report;

    if (keys != NULL) {
        return;
    }

    pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
    must(pkey != NULL);
    must(EVP_PKEY_get_raw_public_key(pkey, point, &len) == 1);

    snprintf(text, sizeof(text), "{\"keys\":[{\"kty\":\"OKP\",\"kid\":\"k0\","
             "\"crv\":\"Ed25519\",\"x\":\"%s\"}]}", ref_encode(point, len));
    keys = njwt_jwks_new(fuzz_text(text), &report);
    secrets = njwt_jwks_of_secret(fuzz_text(hidden));
    must(keys != NULL && secrets != NULL);
    must(njwt_jwks_bind(keys, fuzz_text("keys")));
    must(njwt_jwks_bind(secrets, fuzz_text("secrets")));
}


/* The only signature that there is for these bytes. */

static size_t
sign(bool eddsa, const void *data, size_t len, uint8_t *out)
{
    size_t       size = 64;
    unsigned     mac = 0;
    EVP_MD_CTX  *ctx;

    if (!eddsa) {
        must(HMAC(EVP_sha256(), hidden, sizeof(hidden) - 1, data, len, out,
                  &mac) != NULL);
        return mac;
    }

    ctx = EVP_MD_CTX_new();
    must(EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1);
    must(EVP_DigestSign(ctx, out, &size, data, len) == 1);
    EVP_MD_CTX_free(ctx);

    return size;
}


static const char *
token_of(bool eddsa, const uint8_t *data, size_t size)
{
    char           *token;
    size_t          header;
    uint8_t         signature[64];
    const uint8_t  *end;

    end = size > 0 ? memchr(data, '\n', size) : NULL;
    header = end != NULL ? (size_t) (end - data) : size;
    token = ref_alloc(size * 2 + 256);

    strcpy(token, ref_encode(data, header));
    strcat(token, ".");

    if (end != NULL) {
        strcat(token, ref_encode(end + 1, size - header - 1));
    }

    header = sign(eddsa, token, strlen(token), signature);
    strcat(token, ".");
    strcat(token, ref_encode(signature, header));

    return token;
}


/* The model: each check of the README's table, in its order. */

typedef struct {
    unsigned        flags;
    njwt_slice_t    token;
    ref_t          *header;
    ref_t          *payload;
} model_t;


static bool
b64token(njwt_slice_t token)
{
    size_t  i, padding = 0;

    for (i = 0; i < token.len; i++) {
        uint8_t  c = token.data[i];

        if (c == '=') {
            padding++;

        } else if (c == 0 || padding > 0
                   || strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "abcdefghijklmnopqrstuvwxyz"
                             "0123456789-._~+/", c) == NULL)
        {
            return false;
        }
    }

    return token.len > padding;
}


static bool
absent_or(const ref_t *object, const char *name, ref_type_t type)
{
    ref_t  *value = ref_member(object, name);

    return value == NULL || value->type == type;
}


static bool
absent_or_array(const ref_t *object, const char *name)
{
    ref_t  *value = ref_member(object, name);

    return value == NULL || (value->type == REF_ARRAY && ref_strings(value));
}


static bool
header_ok(const ref_t *header)
{
    size_t  i;

    static const char  *const  strings[] = {
        "jku", "kid", "x5u", "x5t", "x5t#S256", "typ", "cty"
    };

    for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        if (!absent_or(header, strings[i], REF_STRING)) {
            return false;
        }
    }

    return header != NULL
           && absent_or(header, "jwk", REF_OBJECT)
           && absent_or_array(header, "x5c")
           && absent_or_array(header, "crit");
}


/* At most 2^53, of a number that rounds to it: digit by digit. */

static bool
at_most_2_to_the_53(const char *text)
{
    char    digit;
    size_t  n = 0;
    int     order = 0;

    static const char  last[] = "9007199254740992";

    for (text += *text == '-'; *text != '\0'; text++) {
        if (*text == 'e' || *text == 'E') {
            break;
        }

        if (*text == '.' || (*text == '0' && n == 0)) {
            continue;
        }

        digit = n < sizeof(last) - 1 ? last[n] : '0';
        order = order ? order : *text - digit;
        n++;
    }

    /* digits that aren't there are zeros */

    if (n < sizeof(last) - 1 && order == 0) {
        order = -1;
    }

    return order <= 0;
}


static bool
date_ok(const ref_t *payload, const char *name)
{
    double   date;
    ref_t   *value = ref_member(payload, name);

    if (value == NULL || value->type != REF_NUMBER) {
        return value == NULL;
    }

    date = fabs(strtod((char *) value->text, NULL));

    return date < 9007199254740992.0
           || (date == 9007199254740992.0
               && at_most_2_to_the_53((char *) value->text));
}


static bool
payload_ok(const ref_t *payload)
{
    return payload != NULL
           && absent_or(payload, "iss", REF_STRING)
           && absent_or(payload, "sub", REF_STRING)
           && absent_or(payload, "jti", REF_STRING)
           && (ref_member(payload, "aud") == NULL
               || ref_strings(ref_member(payload, "aud")))
           && date_ok(payload, "exp")
           && date_ok(payload, "nbf")
           && date_ok(payload, "iat");
}


static bool
typ_ok(const model_t *m)
{
    char    text[32], *rest;
    size_t  i;
    ref_t  *typ = ref_member(m->header, "typ");

    if (typ == NULL) {
        return (m->flags & RFC9068) == 0;
    }

    if (typ->len >= sizeof(text) || memchr(typ->text, 0, typ->len) != NULL) {
        return false;
    }

    for (i = 0; i < typ->len; i++) {
        text[i] = (char) (typ->text[i] >= 'A' && typ->text[i] <= 'Z'
                          ? typ->text[i] + 32 : typ->text[i]);
    }

    text[i] = '\0';
    rest = strncmp(text, "application/", 12) == 0 ? text + 12 : text;

    return strcmp(rest, "at+jwt") == 0
           || ((m->flags & RFC9068) == 0 && strcmp(rest, "jwt") == 0);
}


static double
date(const model_t *m, const char *name)
{
    ref_t  *value = ref_member(m->payload, name);

    return value == NULL ? -HUGE_VAL : strtod((char *) value->text, NULL);
}


static bool
complete(const model_t *m)
{
    size_t  i;
    ref_t  *client = ref_member(m->payload, "client_id");

    static const char  *const  names[] = {
        "iss", "exp", "aud", "sub", "iat", "jti"
    };

    if ((m->flags & AGED) != 0 && ref_member(m->payload, "iat") == NULL) {
        return false;
    }

    if ((m->flags & RFC9068) == 0) {
        return true;
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (ref_member(m->payload, names[i]) == NULL) {
            return false;
        }
    }

    return client != NULL && client->type == REF_STRING;
}


static const ref_t *
element(const ref_t *array, size_t i)
{
    const ref_t  *value;

    if (array == NULL || array->type != REF_ARRAY) {
        return NULL;
    }

    for (value = array->first; value != NULL && i > 0; i--) {
        value = value->next;
    }

    return value;
}


static const ref_t *
scopes(const model_t *m)
{
    const ref_t  *value, *nested;

    value = ref_member(m->payload, "scope");

    if ((m->flags & CLAIMS) == 0) {
        return value;
    }

    /* "/x~1y/0", "permissions", "scope" */

    nested = ref_member(m->payload, "x/y");
    nested = nested != NULL && nested->type == REF_OBJECT
             ? ref_member(nested, "0") : element(nested, 0);

    if (nested != NULL) {
        return nested;
    }

    nested = ref_member(m->payload, "permissions");

    return nested != NULL ? nested : value;
}


static bool
grants(const ref_t *scopes, const char *scope)
{
    char    *text, *word;
    size_t   i;

    if (scopes == NULL) {
        return false;
    }

    if (scopes->type == REF_ARRAY) {
        return ref_strings(scopes) && ref_holds(scopes, scope);
    }

    if (scopes->type != REF_STRING) {
        return false;
    }

    /* NUL is no part of a scope that is asked for, and no separator */

    text = ref_alloc(scopes->len + 1);

    for (i = 0; i < scopes->len; i++) {
        text[i] = (char) (scopes->text[i] ? scopes->text[i] : 1);
    }

    for (word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) {
        if (strcmp(word, scope) == 0) {
            return true;
        }
    }

    return false;
}


/* jwt_require_claim r x y; jwt_require_claim /o/n !~e */

static bool
rules_hold(const model_t *m)
{
    ref_t  *r = ref_member(m->payload, "r");
    ref_t  *n = ref_member(ref_member(m->payload, "o"), "n");

    if (!ref_holds(r, "x") && !ref_holds(r, "y")) {
        return false;
    }

    if (n == NULL || n->type == REF_NULL || n->type == REF_OBJECT) {
        return false;
    }

    if (n->type != REF_ARRAY) {
        return memchr(n->text, 'e', n->len) == NULL;
    }

    for (n = n->first; n != NULL; n = n->next) {
        if (n->type == REF_NULL || n->type == REF_OBJECT
            || n->type == REF_ARRAY || memchr(n->text, 'e', n->len) != NULL)
        {
            return false;
        }
    }

    return true;
}


static bool
signature_ok(const model_t *m, size_t input, const uint8_t *got, size_t len)
{
    uint8_t  signature[64];

    return len == sign((m->flags & EDDSA) != 0, m->token.data, input,
                       signature)
           && memcmp(got, signature, len) == 0;
}


/* What lies before the signature, then the rest. */

static njwt_verdict_t
model_claims(const model_t *m)
{
    double  exp = date(m, "exp"), iat = date(m, "iat");
    ref_t  *aud = ref_member(m->payload, "aud");

    if (!(exp + LEEWAY > NOW)) {
        return NJWT_EXPIRED;
    }

    if (date(m, "nbf") > NOW + LEEWAY) {
        return NJWT_NOT_YET_VALID;
    }

    if (iat > NOW + LEEWAY) {
        return NJWT_ISSUED_IN_FUTURE;
    }

    if ((m->flags & AGED) != 0 && ref_member(m->payload, "iat") != NULL
        && iat + MAX_AGE + LEEWAY <= NOW)
    {
        return NJWT_TOO_OLD;
    }

    if (!ref_holds(aud, "us") && !ref_holds(aud, "https://api/")) {
        return NJWT_AUDIENCE_MISMATCH;
    }

    /* a logout token is for nobody here */

    if (ref_member(ref_member(m->payload, "events"),
                   "http://schemas.openid.net/event/backchannel-logout")
        != NULL)
    {
        return NJWT_AUDIENCE_MISMATCH;
    }

    if (!complete(m)) {
        return NJWT_CLAIM_MISSING;
    }

    if (ref_member(m->payload, "cnf") != NULL) {
        return NJWT_SENDER_CONSTRAINED;
    }

    /* jwt_require_scope a b methods=GET */

    if ((m->flags & SCOPES) != 0) {
        if ((m->flags & POSTED) != 0) {
            return NJWT_METHOD_NOT_ALLOWED;
        }

        if (!grants(scopes(m), "a") || !grants(scopes(m), "b")) {
            return NJWT_INSUFFICIENT_SCOPE;
        }
    }

    return (m->flags & RULES) != 0 && !rules_hold(m) ? NJWT_CLAIM_MISMATCH
                                                     : NJWT_OK;
}


static njwt_verdict_t
model(model_t *m)
{
    bool            eddsa = (m->flags & EDDSA) != 0;
    ref_t          *kid;
    size_t          i, dots, at[4], header_len, payload_len, len;
    uint8_t        *header, *payload, *signature;
    njwt_slice_t    token = m->token;

    if (token.len > ROOM) {
        return NJWT_TOKEN_TOO_LARGE;
    }

    if (!b64token(token)) {
        return NJWT_MALFORMED_REQUEST;
    }

    for (i = 0, dots = 0; i < token.len; i++) {
        if (token.data[i] == '.') {
            if (dots < 4) {
                at[dots] = i;
            }

            dots++;
        }
    }

    if (dots != 2) {
        return dots == 4 ? NJWT_ENCRYPTED_TOKEN : NJWT_OPAQUE_TOKEN;
    }

    header = ref_base64url(token.data, at[0], &header_len);
    payload = ref_base64url(token.data + at[0] + 1, at[1] - at[0] - 1,
                            &payload_len);
    signature = ref_base64url(token.data + at[1] + 1, token.len - at[1] - 1,
                              &len);

    if (header == NULL || payload == NULL || signature == NULL
        || header_len == 0 || payload_len == 0 || len == 0)
    {
        return NJWT_MALFORMED_TOKEN;
    }

    m->header = ref_json(header, header_len);
    m->payload = ref_json(payload, payload_len);

    if (!header_ok(m->header) || !payload_ok(m->payload)) {
        return NJWT_MALFORMED_TOKEN;
    }

    if (ref_member(m->header, "crit") != NULL
        || ref_member(m->header, "b64") != NULL)
    {
        return NJWT_CRIT_UNSUPPORTED;
    }

    if (!ref_is(ref_member(m->payload, "iss"), "https://t/")
        && !ref_is(ref_member(m->payload, "iss"), "https://custom/"))
    {
        return NJWT_ISSUER_MISMATCH;
    }

    if (!ref_is(ref_member(m->header, "alg"), eddsa ? "EdDSA" : "HS256")
        && !(eddsa && ref_is(ref_member(m->header, "alg"), "Ed25519")))
    {
        return NJWT_ALG_NOT_ALLOWED;
    }

    if (!typ_ok(m)) {
        return NJWT_TYP_NOT_ALLOWED;
    }

    kid = ref_member(m->header, "kid");

    if (kid != NULL && eddsa && !ref_is(kid, "k0")) {
        return NJWT_KEY_NOT_FOUND;
    }

    return signature_ok(m, at[1], signature, len) ? model_claims(m)
                                                  : NJWT_BAD_SIGNATURE;
}


static njwt_regex_result_t
find_e(void *regex, njwt_slice_t text)
{
    (void) regex;

    return text.len > 0 && memchr(text.data, 'e', text.len) != NULL
           ? NJWT_REGEX_FOUND : NJWT_REGEX_NOT_FOUND;
}


/* What is made of a token for people, headers and logs. */

static void
tell(njwt_arena_t *arena, const njwt_request_t *c, njwt_verdict_t verdict,
    const njwt_result_t *found)
{
    size_t          i;
    njwt_slice_t    text, aud;
    njwt_value_t    root;

    must(njwt_hint(arena, c, verdict, found, NJWT_HINT_LOG, &text));
    must(text.len <= NJWT_HINT_LOG_MAX);

    for (i = 0; i < text.len; i++) {
        must(text.data[i] >= 0x20 && text.data[i] < 0x7f);
    }

    must(njwt_hint(arena, c, verdict, found, NJWT_HINT_HOLDER, &text));

    for (i = 0; i < text.len; i++) {
        must(text.data[i] >= 0x20 && text.data[i] < 0x7f);
    }

    for (i = verdict + 1; i < NJWT_VERDICT_COUNT; i++) {
        (void) njwt_hint_check(arena, c, (njwt_verdict_t) i, found);
    }

    (void) njwt_verdict_wants_keys(verdict, c, found);

    if (found->payload != NULL) {
        njwt_payload_excerpt(arena, found->payload, &text, &aud);
    }

    if (found->claims == NULL) {
        return;
    }

    root = njwt_claims_root(found->claims);
    must(njwt_json_text(arena, root, &text));
    fuzz_same(njwt_json_object(arena, text), ref_json(text.data, text.len));
    must(njwt_scopes_text(arena,
                          njwt_scopes_find(arena, root,
                              found->issuer->expected.scope_claims,
                              found->issuer->expected.scope_claim_count),
                          &text));
}


/*
 * By its record a token gets the verdict that it gets without one: now, with
 * another method, and at other times.
 */

static void
judge_cached(njwt_arena_t *arena, njwt_request_t c, const njwt_result_t *fresh)
{
    size_t           i;
    njwt_cached_t    cached;
    njwt_verdict_t   verdict;
    njwt_result_t    found;

    static const int  times[] = { 0, 0, 5, 6, 99, 104, 105, 700, -6, -105 };

    if (fresh->proof == NULL) {
        must(!njwt_result_cached(arena, &c, fresh, &cached));
        return;
    }

    must(njwt_result_cached(arena, &c, fresh, &cached));

    for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        c.now = NOW + times[i];
        c.method.bit ^= (i == 1) ? POST ^ NJWT_METHOD_GET : 0;
        c.cached = NULL;
        verdict = njwt_judge(arena, &c, &found);

        c.cached = &cached;
        must(njwt_judge(arena, &c, &found) == verdict);
        must(found.from_cache && found.proof == NULL);
        must((found.claims != NULL) == (verdict >= NJWT_METHOD_NOT_ALLOWED));
        must(njwt_result_read(arena, &c.credentials, &found));
        must(found.payload != NULL && found.alg == fresh->alg);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    model_t             m;
    const char         *token;
    njwt_request_t      c = { NULL };
    njwt_arena_t        arena;
    njwt_slice_t        issuers[2], audiences[2], names[3], needed[2];
    njwt_slice_t        copy;
    njwt_issuer_t       issuer = { { NULL, 0 } };
    njwt_issuer_t      *trusted[1] = { &issuer };
    njwt_policy_t       policy = { NULL };
    njwt_verdict_t      verdict, expected;
    njwt_result_t       found;
    njwt_rule_value_t   wanted[2], unwanted;
    njwt_scope_rule_t   scope_rule = { NULL };
    njwt_claim_rule_t   rules[2] = { { { NULL, 0 } } };

    static njwt_predicates_t  predicates;

    if (size == 0 || size > 2 * ROOM) {
        return 0;
    }

    prepare();
    memset(&m, 0, sizeof(m));
    m.flags = data[0];
    data++;
    size--;

    if ((m.flags & RAW) == 0) {
        token = token_of((m.flags & EDDSA) != 0, data, size);
        data = (const uint8_t *) token;
        size = strlen(token);
    }

    /* with nothing behind its end */

    copy = fuzz_slice(malloc(size), size);
    must(copy.data != NULL || size == 0);

    if (size > 0) {
        memcpy((void *) copy.data, data, size);
    }

    m.token = copy;

    issuers[0] = fuzz_text("https://t/");
    issuers[1] = fuzz_text("https://custom/");
    audiences[0] = fuzz_text("us");
    audiences[1] = fuzz_text("https://api/");
    names[0] = fuzz_text("/x~1y/0");
    names[1] = fuzz_text("permissions");
    names[2] = fuzz_text("scope");
    needed[0] = fuzz_text("a");
    needed[1] = fuzz_text("b");

    issuer.issuers = issuers;
    issuer.issuer_count = 2;
    issuer.algorithms = (m.flags & EDDSA) != 0 ? NJWT_ALG_EDDSA
                                               : NJWT_ALG_HS256;
    issuer.keys = (m.flags & EDDSA) != 0 ? keys : secrets;
    issuer.expected.audiences = audiences;
    issuer.expected.audience_count = 2;
    issuer.expected.leeway = LEEWAY;
    issuer.expected.has_max_age = (m.flags & AGED) != 0;
    issuer.expected.max_age = MAX_AGE;
    issuer.expected.profile = (m.flags & RFC9068) != 0 ? NJWT_PROFILE_RFC9068
                                                       : NJWT_PROFILE_ANY;
    issuer.expected.scope_claims = names;
    issuer.expected.scope_claim_count = (m.flags & CLAIMS) != 0 ? 3 : 0;

    scope_rule.scopes = needed;
    scope_rule.scope_count = 2;
    scope_rule.methods = NJWT_METHOD_GET;

    wanted[0] = njwt_rule_value(fuzz_text("x"));
    wanted[1] = njwt_rule_value(fuzz_text("y"));
    unwanted = njwt_rule_value(fuzz_text("!~e"));
    rules[0].claim = fuzz_text("r");
    rules[0].values = wanted;
    rules[0].value_count = 2;
    rules[0].match = find_e;
    rules[1].claim = fuzz_text("/o/n");
    rules[1].values = &unwanted;
    rules[1].value_count = 1;
    rules[1].match = find_e;

    policy.issuers = trusted;
    policy.issuer_count = 1;
    policy.scope_rules = &scope_rule;
    policy.scope_rule_count = (m.flags & SCOPES) != 0;
    policy.claim_rules = rules;
    policy.claim_rule_count = (m.flags & RULES) != 0 ? 2 : 0;
    policy.max_token_size = ROOM;

    memset(&predicates, 0, sizeof(predicates));
    njwt_policy_index(&policy, &scope_rule, rules, &predicates);
    must(njwt_predicates_seal(&predicates));

    c.policy = &policy;
    c.credentials.found = 1;
    c.credentials.token = copy;
    c.method.bit = (m.flags & POSTED) != 0 ? POST : NJWT_METHOD_GET;
    c.now = NOW;

    njwt_arena_init(&arena);
    verdict = njwt_judge(&arena, &c, &found);
    expected = model(&m);

    if (verdict != expected) {
        fprintf(stderr, "%s instead of %s\n",
                (const char *) njwt_verdict_info(verdict)->name.data,
                (const char *) njwt_verdict_info(expected)->name.data);
        abort();
    }

    must((found.claims != NULL) == (verdict >= NJWT_METHOD_NOT_ALLOWED));
    must(!arena.failed);
    judge_cached(&arena, c, &found);
    tell(&arena, &c, verdict, &found);
    must(!arena.failed);

    njwt_arena_free(&arena);
    fuzz_free(copy);
    ref_forget();

    return 0;
}
