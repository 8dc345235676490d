/*
 * Hints about the token itself: why it can't be parsed, who issued it, whom it
 * is for, and which key signed it.
 *
 * For a text that can't be parsed the hint gives the position and kind of the
 * error, not its characters: they may be a secret.
 */

#include "njwt_b64.h"
#include "njwt_bearer.h"
#include "njwt_dates.h"
#include "njwt_hint_parts.h"

#include <string.h>


/* claims that Auth0 adds to ID tokens, but not to access tokens */

static const njwt_slice_t  njwt_hint_id_claims[] = {
    njwt_literal("nonce"),
    njwt_literal("at_hash"),
    njwt_literal("c_hash"),
    njwt_literal("s_hash"),
    njwt_literal("sid"),
    njwt_literal("auth_time"),
    njwt_literal("email"),
    njwt_literal("email_verified"),
    njwt_literal("nickname"),
    njwt_literal("picture")
};

#define NJWT_HINT_ID_CLAIMS                                                  \
    (sizeof(njwt_hint_id_claims) / sizeof(njwt_hint_id_claims[0]))


/* The first byte that no b64token may have, or the length. */

static size_t
njwt_hint_stray(njwt_slice_t token)
{
    size_t        i;
    njwt_slice_t  byte;

    byte.len = 1;

    for (i = 0; i < token.len; i++) {
        byte.data = token.data + i;

        if (token.data[i] != '=' && !njwt_bearer_valid(byte)) {
            break;
        }
    }

    return i;
}


void
njwt_hint_malformed_request(njwt_hint_t *hint)
{
    size_t        at;
    njwt_slice_t  token;

    token = hint->c->credentials.token;

    if (token.len == 0) {
        njwt_hint_add(hint, "there is no token after \"Bearer\": is the "
                            "variable that should hold it empty?");
        return;
    }

    at = njwt_hint_stray(token);

    if (at == token.len) {
        njwt_hint_add(hint, "a \"=\" stands where a token can't have one");
        return;
    }

    if (strchr(" \t\r\n", token.data[at]) != NULL && token.data[at] != 0) {
        njwt_hint_add(hint, "there is white space");

    } else if (strchr("\"'<>{}", token.data[at]) != NULL
               && token.data[at] != 0)
    {
        njwt_hint_add(hint, "there is a quote or bracket");

    } else {
        njwt_hint_add(hint, "there is a character that no token has");
    }

    njwt_hint_add(hint, " at byte ");
    njwt_hint_number(hint, (double) at + 1);
    njwt_hint_add(hint, ": send \"Bearer\", one space, and the token on one "
                        "line, without quotes");
}


static void
njwt_hint_ask_audience(njwt_hint_t *hint)
{
    const njwt_issuer_t  *issuer;

    issuer = hint->issuer;
    njwt_hint_add(hint, "request it with audience=");

    if (issuer != NULL && issuer->expected.audience_count > 0) {
        njwt_hint_escape(hint, issuer->expected.audiences[0]);
        return;
    }

    njwt_hint_add(hint, "the API's identifier");
}


void
njwt_hint_opaque(njwt_hint_t *hint)
{
    size_t  parts;

    parts = njwt_jws_parts(hint->c->credentials.token);

    njwt_hint_add(hint, "this is an opaque token (");
    njwt_hint_number(hint, (double) parts);

    if (parts == 1) {
        njwt_hint_add(hint, " part, but a JWT has 3): ");
    } else {
        njwt_hint_add(hint, " parts, but a JWT has 3): ");
    }

    njwt_hint_ask_audience(hint);
}


void
njwt_hint_encrypted(njwt_hint_t *hint)
{
    if (njwt_jws_direct(hint->arena, hint->c->credentials.token)) {
        njwt_hint_add(hint, "this is Auth0's opaque token (a JWE with "
                            "\"alg\":\"dir\"), which it issues when no "
                            "audience is requested: ");
        njwt_hint_ask_audience(hint);
        return;
    }

    njwt_hint_add(hint, "turn off token encryption for this API (Auth0: "
                        "Applications, APIs, the API, Settings)");
}


/* Why is this no base64url? */

static void
njwt_hint_encoding(njwt_hint_t *hint, njwt_slice_t part)
{
    if (memchr(part.data, '=', part.len) != NULL) {
        njwt_hint_add(hint, "has padding (\"=\"), which base64url in a JWT "
                            "doesn't have");

    } else if (memchr(part.data, '+', part.len) != NULL
               || memchr(part.data, '/', part.len) != NULL)
    {
        njwt_hint_add(hint, "is plain base64 (\"+\", \"/\"), not base64url");

    } else if (memchr(part.data, '~', part.len) != NULL) {
        njwt_hint_add(hint, "has a \"~\", which base64url doesn't have");

    } else if (part.len % 4 == 1) {
        njwt_hint_add(hint, "has a length that no base64url has: was the "
                            "token cut off?");

    } else {
        njwt_hint_add(hint, "has unused bits that are not zero: was it cut "
                            "off or changed?");
    }
}


static void
njwt_hint_no_object(njwt_hint_t *hint, njwt_json_error_t error)
{
    if (error == NJWT_JSON_TOO_DEEP) {
        njwt_hint_add(hint, "is nested too deeply");
        return;
    }

    njwt_hint_add(hint, "isn't a JSON object that can be read in only one "
                        "way (syntax, UTF-8, a duplicate member, a number out "
                        "of range)");
}


/* Header and payload are objects, so a member has a wrong type. */

static void
njwt_hint_types(njwt_hint_t *hint, bool is_header, njwt_value_t object)
{
    njwt_value_t  aud;
    njwt_dates_t  dates;

    if (is_header) {
        njwt_hint_add(hint, "has a member of a type that RFC 7515 doesn't "
                            "give it");
        return;
    }

    aud = njwt_json_member(object, njwt_slice("aud"));

    if (!njwt_dates_take(object, &dates)) {
        njwt_hint_add(hint, "has an \"exp\", \"nbf\" or \"iat\" that isn't a "
                            "number of seconds");

    } else if (njwt_json_type(aud) != NJWT_JSON_ABSENT
               && !njwt_json_strings(aud))
    {
        njwt_hint_add(hint, "has an \"aud\" that is neither a string nor an "
                            "array of strings");

    } else {
        njwt_hint_add(hint, "has an \"iss\", \"sub\" or \"jti\" that isn't a "
                            "string");
    }
}


/* Decodes a part; false if it can't be, after saying what is wrong. */

static bool
njwt_hint_decode(njwt_hint_t *hint, njwt_slice_t part, njwt_slice_t *text)
{
    if (part.len == 0) {
        njwt_hint_add(hint, "is empty");
        return false;
    }

    if (!njwt_b64_decode(hint->arena, part, text)) {
        njwt_hint_encoding(hint, part);
        return false;
    }

    return true;
}


/*
 * Says why a part isn't the object that it must be; false: nothing is wrong.
 */

static bool
njwt_hint_object(njwt_hint_t *hint, njwt_slice_t text, bool is_header)
{
    njwt_value_t       object;
    njwt_json_error_t  error;

    object = njwt_json_read(hint->arena, text, &error);

    if (error != NJWT_JSON_GOOD) {
        njwt_hint_no_object(hint, error);
        return true;
    }

    /* the parser got beyond a valid header */

    if (is_header && hint->found->jws.header.node != NULL) {
        return false;
    }

    njwt_hint_types(hint, is_header, object);

    return true;
}


void
njwt_hint_malformed_token(njwt_hint_t *hint)
{
    size_t        i, used;
    njwt_slice_t  rest, text[3];

    static const njwt_slice_t  names[] = {
        njwt_literal("the header "),
        njwt_literal("the payload "),
        njwt_literal("the signature ")
    };

    used = hint->used;
    rest = hint->c->credentials.token;

    for (i = 0; i < 3; i++) {
        njwt_hint_write(hint, names[i]);

        if (!njwt_hint_decode(hint, njwt_slice_until(&rest, '.'), &text[i])) {
            return;
        }

        hint->used = used;
    }

    for (i = 0; i < 2; i++) {
        njwt_hint_write(hint, names[i]);

        if (njwt_hint_object(hint, text[i], i == 0)) {
            return;
        }

        hint->used = used;
    }
}


static void
njwt_hint_issuer_of(njwt_hint_t *hint, const njwt_issuer_t *issuer,
    njwt_slice_t iss)
{
    size_t  i;

    static const njwt_slice_t  directive = njwt_literal("issuer");

    for (i = 0; i < issuer->issuer_count; i++) {
        if (njwt_hint_write_near(hint, directive, issuer->issuers[i], iss)) {
            return;
        }
    }
}


/* Is it a token from an issuer that other locations trust?  Says which. */

static bool
njwt_hint_other_issuer(njwt_hint_t *hint, njwt_slice_t iss)
{
    size_t                i, k;
    const njwt_issuer_t  *issuer;

    for (i = 0; i < hint->c->other_count; i++) {
        issuer = hint->c->others[i];

        for (k = 0; k < issuer->issuer_count; k++) {
            if (!njwt_slice_equal(issuer->issuers[k], iss)) {
                continue;
            }

            njwt_hint_add(hint, "this is a token of jwt_issuer ");
            njwt_hint_quote(hint, issuer->name);
            njwt_hint_add(hint, ", which this location doesn't name: add "
                                "it to \"jwt\" here, or send the token to a "
                                "location that does");
            return true;
        }
    }

    return false;
}


void
njwt_hint_issuer(njwt_hint_t *hint)
{
    size_t                i, used;
    njwt_value_t          iss;
    njwt_slice_t          text;
    const njwt_policy_t  *policy;

    policy = hint->c->policy;
    used = hint->used;
    iss = njwt_hint_member(hint, "iss");

    if (njwt_json_type(iss) != NJWT_JSON_STRING) {
        njwt_hint_add(hint, "the token has no \"iss\": it is not from Auth0");
        return;
    }

    text = njwt_json_string(iss);

    if (njwt_hint_other_issuer(hint, text)) {
        return;
    }

    for (i = 0; i < policy->issuer_count && hint->used == used; i++) {
        njwt_hint_issuer_of(hint, policy->issuers[i], text);
    }

    if (hint->used != used) {
        return;
    }

    for (i = 0; i < policy->issuer_count; i++) {
        njwt_hint_literal(hint, i > 0 ? " or " : "configured ");
        njwt_hint_list(hint, policy->issuers[i]->issuers,
                       policy->issuers[i]->issuer_count);
    }

    njwt_hint_received(hint, text);
    njwt_hint_add(hint, ": another tenant's token; if this is the same "
                        "tenant's other domain (custom domain), add it to "
                        "\"issuer\"");
}


bool
njwt_hint_id_token(njwt_hint_t *hint)
{
    size_t  i, seen;

    if (njwt_json_type(njwt_hint_member(hint, "scope")) != NJWT_JSON_ABSENT) {
        return false;
    }

    seen = 0;

    for (i = 0; i < NJWT_HINT_ID_CLAIMS; i++) {
        if (njwt_json_type(njwt_json_member(hint->payload,
                                            njwt_hint_id_claims[i]))
            == NJWT_JSON_ABSENT)
        {
            continue;
        }

        if (seen == 0) {
            njwt_hint_add(hint, "this is an ID token: send the access token "
                                "(seen: no \"scope\", but");
        }

        njwt_hint_add(hint, " ");
        njwt_hint_quote(hint, njwt_hint_id_claims[i]);
        seen++;
    }

    if (seen > 0) {
        njwt_hint_add(hint, ")");
    }

    return seen > 0;
}


bool
njwt_hint_logout(njwt_hint_t *hint)
{
    return njwt_json_type(njwt_payload_logout(hint->payload))
           != NJWT_JSON_ABSENT;
}


/* Says so if it is one. */

static bool
njwt_hint_logout_token(njwt_hint_t *hint)
{
    if (!njwt_hint_logout(hint)) {
        return false;
    }

    njwt_hint_add(hint, "this is a logout token, which the authorization "
                        "server posts to a \"jwt_logout_handler\": send the "
                        "access token");

    return true;
}


/* Iterates over the audiences: a string, or the elements of an array. */

static bool
njwt_hint_next_audience(njwt_value_t aud, njwt_value_t *at)
{
    if (njwt_json_type(aud) == NJWT_JSON_ARRAY) {
        return njwt_json_each(aud, at);
    }

    if (at->node != NULL) {
        return false;
    }

    *at = aud;

    return aud.node != NULL;
}


/* Are all audiences Auth0's own APIs? */

static bool
njwt_hint_auth0s_own(njwt_value_t aud)
{
    njwt_slice_t  text;
    njwt_value_t  at = { NULL };

    while (njwt_hint_next_audience(aud, &at)) {
        text = njwt_json_string(at);

        if (!njwt_slice_ends(text, njwt_slice("/userinfo"))
            && !njwt_slice_ends(text, njwt_slice("/api/v2/")))
        {
            return false;
        }
    }

    return at.node != NULL;
}


bool
njwt_hint_audience_ok(const njwt_hint_t *hint)
{
    const njwt_expected_t  *expected = &hint->issuer->expected;

    return expected->any_audience
           || njwt_json_held(njwt_hint_member(hint, "aud"),
                             expected->audiences, expected->audience_count)
              < expected->audience_count;
}


/* the audiences that the token should be for, and their directive */
typedef struct {
    const njwt_slice_t  *list;
    size_t               count;
    njwt_slice_t         directive;
} njwt_hint_audiences_t;


/* The issuer's audiences, or the location's own if the token fails those. */

static void
njwt_hint_wanted(njwt_hint_t *hint, njwt_hint_audiences_t *wanted)
{
    size_t                    i;
    njwt_slice_t             *list;
    const njwt_expected_t    *expected;
    const njwt_claim_rule_t  *rule;

    expected = &hint->issuer->expected;
    rule = hint->c->policy->audience;

    wanted->list = expected->audiences;
    wanted->count = expected->audience_count;
    wanted->directive = njwt_slice("audience");

    if (rule == NULL || !njwt_hint_audience_ok(hint)) {
        return;
    }

    list = njwt_arena_alloc(hint->arena,
                            rule->value_count * sizeof(njwt_slice_t));
    if (list == NULL) {
        return;
    }

    for (i = 0; i < rule->value_count; i++) {
        list[i] = rule->values[i].text;
    }

    wanted->list = list;
    wanted->count = rule->value_count;
    wanted->directive = njwt_slice("jwt_audience");
}


static bool
njwt_hint_audience_near(njwt_hint_t *hint,
    const njwt_hint_audiences_t *wanted, njwt_value_t aud)
{
    size_t        k;
    njwt_slice_t  text;
    njwt_value_t  at = { NULL };

    while (njwt_hint_next_audience(aud, &at)) {
        text = njwt_json_string(at);

        for (k = 0; k < wanted->count; k++) {
            if (njwt_hint_write_near(hint, wanted->directive, wanted->list[k],
                                     text))
            {
                return true;
            }
        }
    }

    return false;
}


void
njwt_hint_audience(njwt_hint_t *hint)
{
    bool                   received;
    njwt_value_t           aud;
    njwt_slice_t           text;
    njwt_hint_audiences_t  wanted;

    if (hint->issuer == NULL) {
        return;
    }

    aud = njwt_hint_member(hint, "aud");
    njwt_hint_wanted(hint, &wanted);

    if (njwt_hint_logout_token(hint)
        || njwt_hint_id_token(hint)
        || njwt_hint_audience_near(hint, &wanted, aud))
    {
        return;
    }

    received = njwt_json_text(hint->arena, aud, &text);

    if (!received) {
        njwt_hint_add(hint, "the token has no \"aud\"; ");
    }

    if (wanted.list != hint->issuer->expected.audiences) {
        njwt_hint_add(hint, "jwt_audience of this location: ");
    }

    njwt_hint_configured(hint, wanted.list, wanted.count,
                         received ? &text : NULL);

    if (njwt_hint_auth0s_own(aud)) {
        njwt_hint_add(hint, ": this token is for Auth0's own API, not for "
                            "yours");
    }

    njwt_hint_add(hint, ": request the token with the API's identifier as "
                        "audience");

    if (!njwt_hint_auth0s_own(aud)) {
        njwt_hint_add(hint, ", or correct ");
        njwt_hint_quote(hint, wanted.directive);
    }
}


static void
njwt_hint_algorithms(njwt_hint_t *hint, njwt_alg_t algorithms)
{
    size_t                  i, listed;
    const njwt_alg_info_t  *info;

    listed = 0;

    for (i = 0; i < NJWT_ALG_COUNT; i++) {
        info = njwt_alg_info(algorithms & (1u << i));

        if (info == NULL) {
            continue;
        }

        if (listed++ > 0) {
            njwt_hint_add(hint, " or ");
        }

        njwt_hint_write(hint, info->name);
    }
}


void
njwt_hint_alg(njwt_hint_t *hint)
{
    bool          unsigned_token;
    njwt_slice_t  alg;

    if (hint->issuer == NULL) {
        return;
    }

    if (!njwt_jws_string(&hint->found->jws, njwt_slice("alg"), &alg)) {
        njwt_hint_add(hint, "the header has no \"alg\"; ");
        njwt_hint_algorithms(hint, hint->issuer->algorithms);
        njwt_hint_add(hint, " is required");
        return;
    }

    unsigned_token = njwt_slice_same_nocase(alg, njwt_slice("none"));

    if (unsigned_token) {
        njwt_hint_add(hint, "the token is not signed at all: Auth0 issues no "
                            "such tokens; ");

    } else if (hint->log) {
        njwt_hint_add(hint, "the API signs with another algorithm; ");

    } else {
        njwt_hint_add(hint, "the API signs with ");
        njwt_hint_escape(hint, alg);
        njwt_hint_add(hint, "; ");
    }

    njwt_hint_algorithms(hint, hint->issuer->algorithms);
    njwt_hint_add(hint, " is required");

    if (unsigned_token) {
        return;
    }

    njwt_hint_add(hint, ": in Auth0 an API's algorithm can't be changed, "
                        "so create a new API");

    if (njwt_jws_alg(&hint->found->jws) & ~NJWT_ALGS_HMAC) {
        njwt_hint_add(hint, ", or add the token's to \"algorithms\"");
    }
}


void
njwt_hint_typ(njwt_hint_t *hint)
{
    njwt_slice_t  typ;

    if (njwt_hint_logout_token(hint)) {
        return;
    }

    if (!njwt_jws_string(&hint->found->jws, njwt_slice("typ"), &typ)) {
        njwt_hint_add(hint, "the header has no \"typ\"");

    } else if (hint->log) {
        njwt_hint_add(hint, "\"typ\" is another one");

    } else {
        njwt_hint_add(hint, "\"typ\" is ");
        njwt_hint_quote(hint, typ);
    }

    if (hint->issuer != NULL
        && hint->issuer->expected.profile == NJWT_PROFILE_RFC9068
        && njwt_jws_typ_allowed(&hint->found->jws, NJWT_PROFILE_ANY))
    {
        njwt_hint_add(hint, ", but \"profile rfc9068\" wants \"at+jwt\": set "
                            "the API's token profile to RFC 9068 in Auth0, or "
                            "write \"profile any\"");
        return;
    }

    njwt_hint_add(hint, ", but an access token's is \"JWT\" or \"at+jwt\": "
                        "send the access token");
}


/* The kids in the key set; the log may show them, since they are public. */

static void
njwt_hint_kids(njwt_hint_t *hint, const njwt_jwks_t *keys)
{
    size_t        i, count, most;
    njwt_slice_t  kid;

    count = njwt_jwks_count(keys);
    most = hint->log ? 4 : 32;

    njwt_hint_add(hint, "the key set has ");

    for (i = 0; i < count && i < most; i++) {
        if (i > 0) {
            njwt_hint_add(hint, " ");
        }

        if (njwt_key_kid(njwt_jwks_key(keys, i), &kid)) {
            njwt_hint_quote(hint, kid);

        } else {
            njwt_hint_add(hint, "(one without kid)");
        }
    }

    if (count > most) {
        njwt_hint_add(hint, " ...");
    }
}


/* Is there a key of that "kid", or, NULL, one without? */

static bool
njwt_hint_has_key(const njwt_jwks_t *keys, const njwt_slice_t *kid)
{
    bool          named;
    size_t        i;
    njwt_slice_t  own;

    for (i = 0; i < njwt_jwks_count(keys); i++) {
        named = njwt_key_kid(njwt_jwks_key(keys, i), &own);

        if (kid != NULL ? named && njwt_slice_equal(own, *kid) : !named) {
            return true;
        }
    }

    return false;
}


void
njwt_hint_key(njwt_hint_t *hint)
{
    njwt_slice_t         kid;
    const njwt_jwks_t   *keys;

    keys = (hint->issuer != NULL) ? hint->issuer->keys : NULL;

    if (keys == NULL) {
        return;
    }

    if (!njwt_jws_kid(&hint->found->jws, &kid)) {
        njwt_hint_add(hint, "the token names no \"kid\", and not exactly one "
                            "key fits: ");
        njwt_hint_kids(hint, keys);
        return;
    }

    if (njwt_hint_has_key(keys, &kid)) {
        njwt_hint_add(hint, "the key of that \"kid\" is not for this "
                            "\"alg\"");
        return;
    }

    if (!hint->log) {
        njwt_hint_add(hint, "\"kid\" ");
        njwt_hint_quote(hint, kid);
        njwt_hint_add(hint, " is unknown; ");
    }

    njwt_hint_kids(hint, keys);
    njwt_hint_add(hint, ": the token is another tenant's, or was signed "
                        "with a revoked key");

    if (njwt_hint_has_key(keys, NULL)) {
        njwt_hint_add(hint, "; a key without kid fits a token with one only "
                            "if it is the only key");
    }
}


void
njwt_hint_signature(njwt_hint_t *hint)
{
    njwt_slice_t        kid;
    const njwt_jwks_t  *keys;

    if (njwt_jws_alg(&hint->found->jws) & NJWT_ALGS_HMAC) {
        njwt_hint_add(hint, "the token was signed with another secret, or "
                            "changed since: compare the API's signing secret "
                            "with \"secret_file\"");
        return;
    }

    keys = (hint->issuer != NULL) ? hint->issuer->keys : NULL;

    if (keys != NULL && njwt_jws_kid(&hint->found->jws, &kid)
        && !njwt_hint_has_key(keys, &kid))
    {
        njwt_hint_add(hint, "none of the keys signed this: they have no "
                            "\"kid\", and each that fits the \"alg\" was "
                            "tried");

    } else {
        njwt_hint_add(hint, "the key of that \"kid\" didn't sign this");
    }

    njwt_hint_add(hint, ": the token was changed or cut off on its way, or "
                        "forged");
}


/* What the location must say, so that it checks that kind of proof. */

static void
njwt_hint_unchecked(njwt_hint_t *hint, const char *word)
{
    bool  some = hint->c->policy->binding != NULL;

    njwt_hint_add(hint, ", which is not checked here: ");
    njwt_hint_literal(hint, some ? "add \"" : "write \"jwt_binding ");
    njwt_hint_literal(hint, word);
    njwt_hint_literal(hint, some ? "\" to \"jwt_binding\"" : ";\"");
    njwt_hint_add(hint, ", or turn token sender-constraining off for this API "
                        "in Auth0");
}


void
njwt_hint_bound(njwt_hint_t *hint)
{
    bool                   jkt, x5t;
    njwt_value_t           cnf;
    const njwt_binding_t  *binding = hint->c->policy->binding;

    static const njwt_slice_t  dpop = njwt_literal("jkt");
    static const njwt_slice_t  mtls = njwt_literal("x5t#S256");

    cnf = njwt_hint_member(hint, "cnf");
    jkt = njwt_json_type(njwt_json_member(cnf, dpop)) != NJWT_JSON_ABSENT;
    x5t = njwt_json_type(njwt_json_member(cnf, mtls)) != NJWT_JSON_ABSENT;

    if (jkt && (binding == NULL || !binding->dpop)) {
        njwt_hint_add(hint, "the token is bound to the client's key by DPoP");
        njwt_hint_unchecked(hint, "dpop");

    } else if (x5t && (binding == NULL || !binding->mtls)) {
        njwt_hint_add(hint, "the token is bound to the client's certificate "
                            "(mTLS)");
        njwt_hint_unchecked(hint, "mtls");

    } else if (jkt && !hint->c->credentials.dpop) {
        njwt_hint_add(hint, "the token is bound to the client's key by DPoP, "
                            "but came as a Bearer token or in a cookie: send "
                            "it as \"Authorization: DPoP TOKEN\", with a "
                            "proof in the header \"DPoP\"");

    } else if (jkt || x5t) {
        njwt_hint_add(hint, "what \"cnf\" holds is not the base64url of a "
                            "SHA-256");

    } else {
        njwt_hint_add(hint, "the token is bound to a key (\"cnf\") in a way "
                            "that can't be checked: only \"jkt\" (DPoP) and "
                            "\"x5t#S256\" (mTLS) can");
    }
}
