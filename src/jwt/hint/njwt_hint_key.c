/*
 * Which key signed it, and how, where that isn't what we want?
 */

#include "njwt_hint_parts.h"


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
            njwt_hint_say(hint, " or ");
        }

        njwt_hint_put(hint, info->name);
    }
}


void
njwt_hint_alg(njwt_hint_t *hint)
{
    bool          unsigned_token;
    njwt_slice_t  alg;

    static const njwt_slice_t  name = njwt_literal("alg");
    static const njwt_slice_t  none = njwt_literal("none");

    if (hint->issuer == NULL) {
        return;
    }

    if (!njwt_jws_string(&hint->found->jws, name, &alg)) {
        njwt_hint_say(hint, "the header has no \"alg\"; ");
        njwt_hint_algorithms(hint, hint->issuer->algorithms);
        njwt_hint_say(hint, " is required");
        return;
    }

    unsigned_token = njwt_hint_same_nocase(alg, none);

    if (unsigned_token) {
        njwt_hint_say(hint, "the token is not signed at all: Auth0 doesn't "
                            "make such; ");

    } else if (hint->log) {
        njwt_hint_say(hint, "the API signs with another algorithm; ");

    } else {
        njwt_hint_say(hint, "the API signs with ");
        njwt_hint_escape(hint, alg);
        njwt_hint_say(hint, "; ");
    }

    njwt_hint_algorithms(hint, hint->issuer->algorithms);
    njwt_hint_say(hint, " is required");

    if (unsigned_token) {
        return;
    }

    njwt_hint_say(hint, ": in Auth0 an API's algorithm can't be changed, "
                        "create it anew");

    if (njwt_jws_alg(&hint->found->jws) & ~NJWT_ALGS_HMAC) {
        njwt_hint_say(hint, ", or add it to \"algorithms\"");
    }
}


void
njwt_hint_typ(njwt_hint_t *hint)
{
    njwt_slice_t  typ;

    static const njwt_slice_t  name = njwt_literal("typ");

    if (njwt_hint_logout_token(hint)) {
        return;
    }

    if (!njwt_jws_string(&hint->found->jws, name, &typ)) {
        njwt_hint_say(hint, "the header has no \"typ\"");

    } else if (hint->log) {
        njwt_hint_say(hint, "\"typ\" is another");

    } else {
        njwt_hint_say(hint, "\"typ\" is ");
        njwt_hint_quote(hint, typ);
    }

    if (hint->issuer != NULL
        && hint->issuer->expected.profile == NJWT_PROFILE_RFC9068
        && njwt_jws_typ_allowed(&hint->found->jws, NJWT_PROFILE_ANY))
    {
        njwt_hint_say(hint, ", \"profile rfc9068\" wants \"at+jwt\": set the "
                            "API's token profile to RFC 9068 in Auth0, or "
                            "write \"profile any\"");
        return;
    }

    njwt_hint_say(hint, ", an access token's is \"JWT\" or \"at+jwt\": send "
                        "the access token");
}


/* The kids that the key set has; the log shows them: they are public. */

static void
njwt_hint_kids(njwt_hint_t *hint, const njwt_jwks_t *keys)
{
    size_t        i, count, most;
    njwt_slice_t  kid;

    count = njwt_jwks_count(keys);
    most = hint->log ? 4 : 32;

    njwt_hint_say(hint, "the key set has ");

    for (i = 0; i < count && i < most; i++) {
        if (i > 0) {
            njwt_hint_say(hint, " ");
        }

        if (njwt_key_kid(njwt_jwks_key(keys, i), &kid)) {
            njwt_hint_quote(hint, kid);

        } else {
            njwt_hint_say(hint, "(one without kid)");
        }
    }

    if (count > most) {
        njwt_hint_say(hint, " ...");
    }
}


static bool
njwt_hint_has_kid(const njwt_jwks_t *keys, njwt_slice_t kid)
{
    size_t        i;
    njwt_slice_t  own;

    for (i = 0; i < njwt_jwks_count(keys); i++) {
        if (njwt_key_kid(njwt_jwks_key(keys, i), &own)
            && njwt_slice_equal(own, kid))
        {
            return true;
        }
    }

    return false;
}


static bool
njwt_hint_has_nameless(const njwt_jwks_t *keys)
{
    size_t        i;
    njwt_slice_t  own;

    for (i = 0; i < njwt_jwks_count(keys); i++) {
        if (!njwt_key_kid(njwt_jwks_key(keys, i), &own)) {
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
        njwt_hint_say(hint, "the token names no \"kid\", and not exactly one "
                            "key fits: ");
        njwt_hint_kids(hint, keys);
        return;
    }

    if (njwt_hint_has_kid(keys, kid)) {
        njwt_hint_say(hint, "the key of that \"kid\" is not for this "
                            "\"alg\"");
        return;
    }

    if (!hint->log) {
        njwt_hint_say(hint, "\"kid\" ");
        njwt_hint_quote(hint, kid);
        njwt_hint_say(hint, " is unknown, ");
    }

    njwt_hint_kids(hint, keys);
    njwt_hint_say(hint, ": another tenant's token, or a revoked key's");

    if (njwt_hint_has_nameless(keys)) {
        njwt_hint_say(hint, "; a key without kid fits a token with one only "
                            "where the set has no other");
    }
}


void
njwt_hint_signature(njwt_hint_t *hint)
{
    njwt_slice_t        kid;
    const njwt_jwks_t  *keys;

    if (njwt_jws_alg(&hint->found->jws) & NJWT_ALGS_HMAC) {
        njwt_hint_say(hint, "the token was signed with another secret, or "
                            "changed since: compare the API's signing secret "
                            "with \"secret_file\"");
        return;
    }

    keys = (hint->issuer != NULL) ? hint->issuer->keys : NULL;

    if (keys != NULL && njwt_jws_kid(&hint->found->jws, &kid)
        && !njwt_hint_has_kid(keys, kid))
    {
        njwt_hint_say(hint, "no key signed this, they have no \"kid\" and "
                            "each that fits the \"alg\" was tried");

    } else {
        njwt_hint_say(hint, "the key of that \"kid\" didn't sign this");
    }

    njwt_hint_say(hint, ": the token was changed or cut off on its way, or "
                        "forged");
}


void
njwt_hint_bound(njwt_hint_t *hint)
{
    njwt_value_t  cnf;

    static const njwt_slice_t  name = njwt_literal("cnf");
    static const njwt_slice_t  dpop = njwt_literal("jkt");
    static const njwt_slice_t  mtls = njwt_literal("x5t#S256");

    cnf = njwt_json_member(hint->payload, name);

    if (njwt_json_type(njwt_json_member(cnf, dpop)) != NJWT_JSON_ABSENT) {
        njwt_hint_say(hint, "the token is bound to the client's key by DPoP");

    } else if (njwt_json_type(njwt_json_member(cnf, mtls))
               != NJWT_JSON_ABSENT)
    {
        njwt_hint_say(hint, "the token is bound to the client's certificate "
                            "(mTLS)");

    } else {
        njwt_hint_say(hint, "the token is bound to a key (\"cnf\")");
    }

    if (hint->c->policy->binding != NULL) {
        njwt_hint_say(hint, ", which this location doesn't check, or not of a "
                            "token that is sent so: see \"jwt_binding\"; a "
                            "token that DPoP binds is sent as "
                            "\"Authorization: DPoP\"");
        return;
    }

    njwt_hint_say(hint, ", which is not checked here: turn token sender-"
                        "constraining off for this API in Auth0");
}
