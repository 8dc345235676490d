/*
 * The claims of a token (RFC 7519, section 4.1).
 *
 * An unverified payload answers three questions and no more: is it well
 * formed, who is its issuer, and may it cause a fetch of keys?  Its claims can
 * be read only with the proof that its signature was verified.
 */

#ifndef NJWT_CLAIMS_H
#define NJWT_CLAIMS_H


#include "njwt.h"
#include "njwt_dates.h"
#include "njwt_predicates.h"
#include "njwt_json.h"
#include "njwt_jws.h"
#include "njwt_key.h"


typedef struct njwt_payload_s  njwt_payload_t;   /* opaque, unverified */
typedef struct njwt_claims_s   njwt_claims_t;    /* opaque, verified */

/* what the configuration expects of a token; it outlives the call */
typedef struct {
    const njwt_slice_t  *audiences;       /* none: no token will do */
    size_t               audience_count;
    bool                 any_audience;    /* "audience off" is set */
    double               leeway;          /* seconds */
    bool                 has_max_age;
    double               max_age;         /* seconds since "iat" */
    njwt_profile_t       profile;

    /* the claims that hold the scopes, see njwt_scopes.h; none: "scope" */
    const njwt_slice_t  *scope_claims;
    size_t               scope_claim_count;
} njwt_expected_t;


/*
 * What is kept of a verified token: enough to judge it again without its
 * payload. The answers are to the questions of one njwt_predicates_t, the rest
 * is valid for one issuer.
 */
typedef struct {
    njwt_dates_t         dates;
    njwt_answers_t       answers;
    uint8_t              audience_ok;
    uint8_t              has_required;
    uint8_t              has_cnf;
    uint8_t              unused[5];
} njwt_claims_summary_t;


/*
 * Reads a JWS's payload.  Returns NULL when it is no JSON object, when "iss",
 * "sub" or "jti" is no string, "aud" neither a string nor an array of them,
 * "exp", "nbf" or "iat" no number within 2^53; and when arena->failed.
 */
const njwt_payload_t *njwt_payload_parse(njwt_arena_t *arena,
    const njwt_jws_t *jws);

/* Is the payload's "iss" one of these values, byte for byte? */
bool njwt_payload_issued_by(const njwt_payload_t *payload,
    const njwt_slice_t *issuers, size_t count);

/*
 * Would the payload's times and audience pass if its signature were good? Only
 * then may it cause a fetch.  now is in seconds since the epoch.
 */
bool njwt_payload_plausible(const njwt_payload_t *payload,
    const njwt_expected_t *expected, int64_t now);

/* The same for a rule: is one of its values in the unverified "aud"? */
bool njwt_payload_for(const njwt_payload_t *payload,
    const njwt_claim_rule_t *rule);

/*
 * The next claim that RFC 9068, section 2.2, requires and that is absent from
 * a payload that njwt_payload_parse() accepted, or, "client_id", no string: no
 * other may be of another type there.  Begin with *i 0; false at the end.
 */
bool njwt_payload_lacks(njwt_value_t payload, size_t *i, njwt_slice_t *name);

/*
 * The logout event of a payload, verified or not, or absent.  Only a logout
 * token has one (OpenID Connect Back-Channel Logout 1.0, section 2.4).
 */
njwt_value_t njwt_payload_logout(njwt_value_t payload);

/*
 * The texts of "iss" and "aud" as the client sent them: for the log alone,
 * which truncates and escapes them.  Empty if they are absent.
 */
void njwt_payload_excerpt(njwt_arena_t *arena, const njwt_payload_t *payload,
    njwt_slice_t *iss, njwt_slice_t *aud);


/*
 * The claims of a payload whose signature was verified.  Returns NULL when the
 * proof is about other bytes than those that the payload came from, and when
 * arena->failed.
 */
const njwt_claims_t *njwt_claims_open(njwt_arena_t *arena,
    const njwt_payload_t *payload, const njwt_proof_t *proof);

/*
 * The claims of a token from its cache entry.  They have no root; their
 * predicates are the scopes granted, or NULL if those aren't known.  For
 * njwt_cached.c alone.  NULL: no memory.
 */
const njwt_claims_t *njwt_claims_cached(njwt_arena_t *arena,
    const njwt_claims_summary_t *summary,
    const njwt_predicate_set_t *predicates);

/*
 * What is kept of the claims; no rule has an answer yet.  False when
 * arena->failed.
 */
bool njwt_claims_summary(njwt_arena_t *arena, const njwt_claims_t *claims,
    const njwt_expected_t *expected, const njwt_predicates_t *predicates,
    njwt_claims_summary_t *summary);

/* The predicates of claims from the cache; NULL: not known, or not cached. */
const njwt_predicate_set_t *njwt_claims_predicates(
    const njwt_claims_t *claims);

/* When they are valid: see njwt_dates.h. */
const njwt_dates_t *njwt_claims_dates(const njwt_claims_t *claims);

/*
 * "iat" is longer ago than max_age and the leeway, where there is one.  False
 * of a token without "iat", which njwt_claims_has_required() refuses then.
 */
bool njwt_claims_too_old(const njwt_claims_t *claims,
    const njwt_expected_t *expected, int64_t now);

/*
 * "aud" has one of the expected audiences (section 4.1.3), and the token is no
 * logout token: whatever its audience, such a token is not for an API.
 */
bool njwt_claims_audience_ok(const njwt_claims_t *claims,
    const njwt_expected_t *expected);

/*
 * Does the token have each claim that the profile (RFC 9068, section 2.2: all
 * of "iss", "exp", "aud", "sub", "client_id", "iat" and "jti") or max_age
 * needs?
 */
bool njwt_claims_has_required(const njwt_claims_t *claims,
    const njwt_expected_t *expected);

/* "cnf" is present, with any value: bound to a key (RFC 7800, section 3.1). */
bool njwt_claims_has_cnf(const njwt_claims_t *claims);

/* Any claim, by its name; absent if there is none, or no root. */
njwt_value_t njwt_claims_get(const njwt_claims_t *claims, njwt_slice_t name);

/* The object of all claims; absent if they are from the cache. */
njwt_value_t njwt_claims_root(const njwt_claims_t *claims);


/*
 * Does "exp" look like milliseconds?  Only for messages: it decides nothing.
 */
bool njwt_claims_milliseconds(const njwt_claims_t *claims);


#endif /* NJWT_CLAIMS_H */
