/*
 * Each logout token that is accepted is one to a second reader, too, and no
 * access token, and without memory no other is.  A form is read in one way.
 *
 * The first byte says which allocation fails, counted from 1.  Without its
 * highest bit a header up to the line feed, and a payload, follow, which are
 * signed here; with it a token as it came, which nobody signed.
 */

#include "fault.h"
#include "njwt_form.h"
#include "njwt_logout.h"
#include "njwt_verdict.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>


#define NOW     1000000
#define LEEWAY  5

#define RAW     0x80

#define EVENT   "http://schemas.openid.net/event/backchannel-logout"


static const char    hidden[] = "what no input of a fuzzer can come by";

static njwt_jwks_t  *secrets;


static njwt_slice_t
token_of(const uint8_t *data, size_t size)
{
    char           *token;
    size_t          header;
    unsigned        len = 0;
    uint8_t         mac[64];
    const uint8_t  *end;

    end = size > 0 ? memchr(data, '\n', size) : NULL;
    header = end != NULL ? (size_t) (end - data) : size;
    token = ref_alloc(size * 2 + 256);

    strcpy(token, ref_encode(data, header));
    strcat(token, ".");

    if (end != NULL) {
        strcat(token, ref_encode(end + 1, size - header - 1));
    }

    must(HMAC(EVP_sha256(), hidden, sizeof(hidden) - 1, (uint8_t *) token,
              strlen(token), mac, &len) != NULL);
    strcat(token, ".");
    strcat(token, ref_encode(mac, len));

    return fuzz_text(token);
}


static double
number(const ref_t *value)
{
    must(value != NULL && value->type == REF_NUMBER);

    return strtod((char *) value->text, NULL);
}


static bool
typ_ok(const ref_t *typ)
{
    char    text[32];
    size_t  i;

    if (typ == NULL) {
        return true;
    }

    if (typ->type != REF_STRING || typ->len >= sizeof(text)) {
        return false;
    }

    for (i = 0; i < typ->len; i++) {
        text[i] = (char) (typ->text[i] >= 'A' && typ->text[i] <= 'Z'
                          ? typ->text[i] + 32 : typ->text[i]);
    }

    text[i] = '\0';

    return strlen(text) == typ->len
           && (strcmp(text, "logout+jwt") == 0 || strcmp(text, "jwt") == 0
               || strcmp(text, "application/logout+jwt") == 0
               || strcmp(text, "application/jwt") == 0);
}


/* A text that was found is the claim's, and none is found where it isn't. */

static void
is_claim(njwt_slice_t found, const ref_t *claim, bool needed)
{
    must(!needed || claim != NULL);

    if (claim == NULL) {
        must(found.len == 0);
        return;
    }

    must(claim->type == REF_STRING && claim->len > 0 && claim->len <= 1024);
    must(found.len == claim->len
         && memcmp(found.data, claim->text, found.len) == 0);
}


/* All that a good one has, read again. */

static void
is_good(njwt_slice_t token, const njwt_logout_t *found)
{
    ref_t          *header, *payload, *event;
    size_t          len;
    uint8_t        *bytes;
    const uint8_t  *dot, *second;

    dot = memchr(token.data, '.', token.len);
    must(dot != NULL);
    second = memchr(dot + 1, '.', (size_t) (token.data + token.len - dot - 1));
    must(second != NULL && token.len <= 8192);

    bytes = ref_base64url(token.data, (size_t) (dot - token.data), &len);
    must(bytes != NULL);
    header = ref_json(bytes, len);
    bytes = ref_base64url(dot + 1, (size_t) (second - dot - 1), &len);
    must(bytes != NULL);
    payload = ref_json(bytes, len);
    must(header != NULL && payload != NULL);

    must(ref_is(ref_member(header, "alg"), "HS256"));
    must(typ_ok(ref_member(header, "typ")));
    must(ref_member(header, "crit") == NULL);
    must(ref_member(header, "b64") == NULL);

    must(ref_is(ref_member(payload, "iss"), "https://t/")
         || ref_is(ref_member(payload, "iss"), "https://custom/"));
    must(ref_holds(ref_member(payload, "aud"),
                   found->client == 0 ? "app" : "spa"));
    must(number(ref_member(payload, "iat")) <= NOW + LEEWAY);
    must(number(ref_member(payload, "exp")) + LEEWAY > NOW);
    must(number(ref_member(payload, "exp")) == found->exp);
    must(ref_member(payload, "nbf") == NULL
         || number(ref_member(payload, "nbf")) <= NOW + LEEWAY);

    event = ref_member(payload, "events");
    must(event != NULL && event->type == REF_OBJECT);
    event = ref_member(event, EVENT);
    must(event != NULL && event->type == REF_OBJECT);

    must(ref_member(payload, "nonce") == NULL);
    must(ref_member(payload, "sub") != NULL
         || ref_member(payload, "sid") != NULL);
    is_claim(found->sub, ref_member(payload, "sub"), false);
    is_claim(found->sid, ref_member(payload, "sid"), false);
    is_claim(found->jti, ref_member(payload, "jti"), true);
}


/* No location takes it, whatever its audience is. */

static void
opens_nothing(njwt_arena_t *arena, njwt_issuer_t *issuer, njwt_slice_t token)
{
    njwt_request_t   judged;
    njwt_policy_t    policy;
    njwt_issuer_t   *trusted[1] = { issuer };
    njwt_result_t    found;
    njwt_verdict_t   verdict;

    memset(&policy, 0, sizeof(policy));
    memset(&judged, 0, sizeof(judged));

    issuer->expected.any_audience = true;
    policy.issuers = trusted;
    policy.issuer_count = 1;
    policy.max_token_size = 8192;
    judged.policy = &policy;
    judged.method.bit = NJWT_METHOD_GET;
    judged.now = NOW;
    judged.credentials.found = 1;
    judged.credentials.token = token;

    verdict = njwt_judge(arena, &judged, &found);
    must(verdict == NJWT_TYP_NOT_ALLOWED || verdict == NJWT_AUDIENCE_MISMATCH);
    must(found.claims == NULL);
}


/*
 * A form is read in one way: what is found in a text is found in one that has
 * it alone, as often as it is there.
 */

static void
forms(njwt_arena_t *arena, njwt_slice_t text)
{
    char          *twice;
    size_t         i, len;
    njwt_form_t    found, again;
    njwt_slice_t   name = fuzz_text("t"), value, other;

    (void) njwt_form_type(text);

    found = njwt_form_value(arena, text, name, &value);
    must(!arena->failed);

    /* the same behind an escape for each byte */

    twice = ref_alloc(text.len * 8 + 8);
    strcpy(twice, "t=");
    len = 2;

    for (i = 0; i < text.len; i++) {
        len += (size_t) sprintf(twice + len, "%%%02x", text.data[i]);
    }

    must(njwt_form_value(arena, fuzz_slice(twice, len), name, &other)
         == NJWT_FORM_ONE);
    must(njwt_slice_equal(other, text));

    /* and once more makes it many, unless it is malformed */

    memcpy(twice, text.data, text.len);
    memcpy(twice + text.len, "&t", 2);

    again = njwt_form_value(arena, fuzz_slice(twice, text.len + 2), name,
                            &other);
    must(again == (found == NJWT_FORM_NONE ? NJWT_FORM_ONE
                   : found == NJWT_FORM_ONE ? NJWT_FORM_MANY : found));
    must(found != NJWT_FORM_ONE || value.len <= text.len);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool                   failed;
    njwt_arena_t           arena;
    njwt_issuer_t          issuer;
    njwt_logout_t          found, other;
    njwt_slice_t           issuers[2] = { fuzz_text("https://t/"),
                                          fuzz_text("https://custom/") };
    njwt_slice_t           clients[2] = { fuzz_text("app"),
                                          fuzz_text("spa") };
    njwt_logout_request_t  judged;
    njwt_logout_result_t   result, again;

    if (size == 0 || size > 16384) {
        return 0;
    }

    if (secrets == NULL) {
        secrets = njwt_jwks_of_secret(fuzz_text(hidden));
        must(secrets != NULL);
    }

    memset(&issuer, 0, sizeof(issuer));
    memset(&judged, 0, sizeof(judged));

    issuer.issuers = issuers;
    issuer.issuer_count = 2;
    issuer.algorithms = NJWT_ALG_HS256;
    issuer.expected.leeway = LEEWAY;
    issuer.keys = secrets;

    judged.issuer = &issuer;
    judged.clients = clients;
    judged.client_count = 2;
    judged.now = NOW;
    judged.token = (data[0] & RAW) ? fuzz_slice(data + 1, size - 1)
                                   : token_of(data + 1, size - 1);

    njwt_arena_init(&arena);

    result = njwt_logout_judge(&arena, &judged, &found);
    must(result != NJWT_LOGOUT_UNDECIDED && result < NJWT_LOGOUT_COUNT);
    must((data[0] & RAW) == 0 || result != NJWT_LOGOUT_GOOD);
    must(!found.wants_keys);

    if (result == NJWT_LOGOUT_GOOD) {
        is_good(judged.token, &found);
        opens_nothing(&arena, &issuer, judged.token);
    }

    /* with an allocation that fails it is the same, or nothing */

    fault_begin(data[0] & ~RAW, false);
    again = njwt_logout_judge(&arena, &judged, &other);
    failed = fault_end();

    must(again == result || (failed && again == NJWT_LOGOUT_UNDECIDED));
    must(again == NJWT_LOGOUT_GOOD || other.jti.len == 0);

    /* without keys nothing is good, and who might be is worth a fetch */

    njwt_arena_free(&arena);
    issuer.keys = NULL;
    again = njwt_logout_judge(&arena, &judged, &other);
    must(again == result
         ? result < NJWT_LOGOUT_NO_KEYS
         : again == NJWT_LOGOUT_NO_KEYS && result > NJWT_LOGOUT_NO_KEYS);
    must(again == NJWT_LOGOUT_NO_KEYS || !other.wants_keys);

    forms(&arena, fuzz_slice(data + 1, size - 1));

    njwt_arena_free(&arena);
    ref_forget();

    return 0;
}
