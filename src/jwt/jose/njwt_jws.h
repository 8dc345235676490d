/*
 * The parts of a token: the compact serialization of RFC 7515.
 */

#ifndef NJWT_JWS_H
#define NJWT_JWS_H


#include "njwt.h"
#include "njwt_alg.h"
#include "njwt_json.h"


/* which kind of access token is expected */
typedef enum {
    NJWT_PROFILE_ANY = 0,
    NJWT_PROFILE_RFC9068
} njwt_profile_t;

typedef struct {
    njwt_slice_t  signing_input;   /* "header.payload" as it came */
    njwt_slice_t  payload;         /* decoded, unverified */
    njwt_slice_t  signature;       /* decoded */
    njwt_value_t  header;          /* an object, unverified */
} njwt_jws_t;


/* The number of parts, separated by dots; 1 if there is no dot. */
size_t njwt_jws_parts(njwt_slice_t token);

/*
 * Splits and decodes a token of three parts (RFC 7515, section 5.2, steps 1 to
 * 4).  Returns false, *jws untouched, when a part is empty or not strict
 * base64url, or the header is no JSON object or has a member of a type that
 * section 4.1 doesn't give it ("alg" excepted: that is its own verdict), and
 * when arena->failed.
 */
bool njwt_jws_parse(njwt_arena_t *arena, njwt_slice_t token,
    njwt_jws_t *jws);

/*
 * Is the protected header of this five-part text JSON with "alg":"dir"? Auth0
 * issues such a token when no audience was requested.  Only for the
 * description of a refusal.
 */
bool njwt_jws_direct(njwt_arena_t *arena, njwt_slice_t token);

/*
 * Does the header demand a critical extension: "crit" (section 4.1.11) or
 * "b64" (RFC 7797), of any value?
 */
bool njwt_jws_critical(const njwt_jws_t *jws);

/*
 * May an access token have this "typ" (section 4.1.9; RFC 9068, section 4)?
 * Absent, JWT or at+jwt, in any case, with or without "application/"; by the
 * profile of RFC 9068 only at+jwt.
 */
bool njwt_jws_typ_allowed(const njwt_jws_t *jws, njwt_profile_t profile);

/*
 * May a logout token have this "typ" (OpenID Connect Back-Channel Logout 1.0,
 * section 2.4)?  Absent, JWT or logout+jwt, spelled as above.
 */
bool njwt_jws_typ_logout(const njwt_jws_t *jws);

/*
 * The header's "alg"; NJWT_ALG_UNKNOWN if it is missing, no string, "none" or
 * any other that the core doesn't verify.
 */
njwt_alg_t njwt_jws_alg(const njwt_jws_t *jws);

/* The header's "kid"; false, *out untouched, if it has none. */
bool njwt_jws_kid(const njwt_jws_t *jws, njwt_slice_t *out);

/* A header member that is a string; false, *out untouched, otherwise. */
bool njwt_jws_string(const njwt_jws_t *jws, njwt_slice_t name,
    njwt_slice_t *out);


#endif /* NJWT_JWS_H */
