/*
 * Logout tokens, by which the authorization server ends a session.
 *
 * njwt_logout_judge() runs straight down, one reason per line; removing a
 * line must make a test fail.  What the token claims counts only behind its
 * signature: claims are available only with the proof of it.
 */

#include "njwt_logout.h"
#include "njwt_claims.h"
#include "njwt_json.h"
#include "njwt_jwks.h"
#include "njwt_jws.h"

#include <string.h>


static const njwt_slice_t  njwt_logout_texts[] = {
    njwt_literal("the logout token can't be judged now"),
    njwt_literal("the logout token is too long"),
    njwt_literal("the logout token is encrypted"),
    njwt_literal("the logout token is malformed"),
    njwt_literal("the logout token has crit or b64"),
    njwt_literal("the logout token is of another issuer"),
    njwt_literal("the alg of the logout token is not allowed"),
    njwt_literal("the typ of the logout token is not that of one"),
    njwt_literal("the keys of the issuer are not there"),
    njwt_literal("the key of the logout token is not known"),
    njwt_literal("the signature of the logout token is wrong"),
    njwt_literal("the aud of the logout token has no client of ours"),
    njwt_literal("the logout token has no iat"),
    njwt_literal("the iat of the logout token is in the future"),
    njwt_literal("the logout token has no exp, or it is over"),
    njwt_literal("the nbf of the logout token is in the future"),
    njwt_literal("the events of the logout token have no logout"),
    njwt_literal("the logout token has a nonce"),
    njwt_literal("the sub of the logout token is empty or too long"),
    njwt_literal("the sid of the logout token is no text, empty or too long"),
    njwt_literal("the logout token has neither sub nor sid"),
    njwt_literal("the logout token has no jti, or it is empty or too long"),
    njwt_literal("the logout token is good")
};

_Static_assert(sizeof(njwt_logout_texts) / sizeof(njwt_logout_texts[0])
               == NJWT_LOGOUT_COUNT, "each result needs its text");


/* Without memory there is no verdict: what looks like a reason may be none. */

#define REFUSE(result, condition)                                            \
    if (condition) {                                                         \
        return arena->failed ? NJWT_LOGOUT_UNDECIDED                         \
                             : NJWT_LOGOUT_##result;                         \
    }


static bool
njwt_logout_has(const njwt_claims_t *claims, njwt_slice_t name)
{
    return njwt_json_type(njwt_claims_get(claims, name)) != NJWT_JSON_ABSENT;
}


/* A claim that is a string, of a length that may be stored. */

static bool
njwt_logout_id(const njwt_claims_t *claims, njwt_slice_t name,
    njwt_slice_t *id)
{
    njwt_slice_t  text;

    text = njwt_json_string(njwt_claims_get(claims, name));

    if (text.len == 0 || text.len > NJWT_LOGOUT_MAX_ID) {
        return false;
    }

    *id = text;

    return true;
}


/* Is it for one of our clients, and which? */

static bool
njwt_logout_client(const njwt_claims_t *claims, const njwt_logout_request_t *c,
    size_t *client)
{
    static const njwt_slice_t  aud = njwt_literal("aud");

    *client = njwt_json_held(njwt_claims_get(claims, aud), c->clients,
                             c->client_count);

    return *client < c->client_count;
}


/* May it cause a fetch, like a plausible access token? */

static bool
njwt_logout_wants_keys(const njwt_jws_t *jws, const njwt_payload_t *payload,
    const njwt_expected_t *expected, int64_t now, njwt_slice_t *kid)
{
    return njwt_jws_kid(jws, kid)
           && kid->len <= NJWT_MAX_KID
           && njwt_payload_plausible(payload, expected, now);
}


/* Did the issuer sign it?  Sets *claims if so. */

static njwt_logout_result_t
njwt_logout_authenticate(njwt_arena_t *arena, const njwt_logout_request_t *c,
    const njwt_expected_t *expected, njwt_logout_t *found,
    const njwt_claims_t **claims)
{
    njwt_alg_t             alg;
    njwt_jws_t             jws;
    const njwt_proof_t    *proof;
    const njwt_issuer_t   *issuer = c->issuer;
    const njwt_payload_t  *payload;

    REFUSE(TOO_LARGE, c->token.len > NJWT_LOGOUT_MAX_SIZE);
    REFUSE(ENCRYPTED, njwt_jws_parts(c->token) == 5);
    REFUSE(MALFORMED, !njwt_jws_parse(arena, c->token, &jws));
    payload = njwt_payload_parse(arena, &jws);
    REFUSE(MALFORMED, payload == NULL);
    REFUSE(CRITICAL, njwt_jws_critical(&jws));

    REFUSE(ISSUER, !njwt_payload_issued_by(payload, issuer->issuers,
                                           issuer->issuer_count));
    alg = njwt_jws_alg(&jws);
    REFUSE(ALG, (alg & issuer->algorithms) == 0);
    REFUSE(TYP, !njwt_jws_typ_logout(&jws));

    found->wants_keys = njwt_logout_wants_keys(&jws, payload, expected,
                                               c->now, &found->kid);

    REFUSE(NO_KEYS, issuer->keys == NULL);
    REFUSE(KEY, !njwt_jwks_knows(issuer->keys, &jws, alg));
    found->wants_keys = false;

    proof = njwt_jwks_verify(arena, issuer->keys, &jws, alg);
    REFUSE(SIGNATURE, proof == NULL);
    *claims = njwt_claims_open(arena, payload, proof);
    REFUSE(SIGNATURE, *claims == NULL);

    return NJWT_LOGOUT_GOOD;
}


njwt_logout_result_t
njwt_logout_judge(njwt_arena_t *arena, const njwt_logout_request_t *c,
    njwt_logout_t *found)
{
    int64_t                now = c->now;
    njwt_value_t           event;
    njwt_logout_t          good = { 0 };
    njwt_expected_t        expected = { 0 };
    const njwt_dates_t    *dates;
    const njwt_claims_t   *claims;
    njwt_logout_result_t   first;

    static const njwt_slice_t  jti = njwt_literal("jti");
    static const njwt_slice_t  nonce = njwt_literal("nonce");
    static const njwt_slice_t  sid = njwt_literal("sid");
    static const njwt_slice_t  sub = njwt_literal("sub");

    memset(found, 0, sizeof(njwt_logout_t));

    expected.audiences = c->clients;
    expected.audience_count = c->client_count;
    expected.leeway = c->issuer->expected.leeway;

    first = njwt_logout_authenticate(arena, c, &expected, found, &claims);

    if (first != NJWT_LOGOUT_GOOD) {
        return first;
    }

    dates = njwt_claims_dates(claims);

    /* alone or among others (RFC 8417, section 2.2) */

    event = njwt_payload_logout(njwt_claims_root(claims));

    REFUSE(AUDIENCE, !njwt_logout_client(claims, c, &good.client));
    REFUSE(IAT, !njwt_dates_issued(dates));
    REFUSE(FUTURE, njwt_dates_from_future(dates, expected.leeway, now));
    REFUSE(EXPIRED, njwt_dates_expired(dates, expected.leeway, now));
    REFUSE(EARLY, njwt_dates_not_yet_valid(dates, expected.leeway, now));
    REFUSE(EVENTS, njwt_json_type(event) != NJWT_JSON_OBJECT);
    REFUSE(NONCE, njwt_logout_has(claims, nonce));
    REFUSE(SUB, njwt_logout_has(claims, sub)
                && !njwt_logout_id(claims, sub, &good.sub));
    REFUSE(SID, njwt_logout_has(claims, sid)
                && !njwt_logout_id(claims, sid, &good.sid));
    REFUSE(NOBODY, good.sub.len == 0 && good.sid.len == 0);
    REFUSE(JTI, !njwt_logout_id(claims, jti, &good.jti));

    good.exp = dates->exp;
    *found = good;

    return NJWT_LOGOUT_GOOD;
}


njwt_slice_t
njwt_logout_text(njwt_logout_result_t result)
{
    return njwt_logout_texts[result];
}
