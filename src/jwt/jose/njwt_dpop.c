/*
 * DPoP proofs: does the client have the key that its token is bound to?
 *
 * njwt_dpop_checks() runs straight down, one reason per line, in the
 * documented order.  Removing a line must make a test fail.
 */

#include "njwt_dpop.h"
#include "njwt_b64.h"
#include "njwt_htu.h"
#include "njwt_json.h"
#include "njwt_jws.h"
#include "njwt_nonce.h"
#include "njwt_thumbprint.h"

#include <string.h>


/* a proof, and what has been read of it so far */
typedef struct {
    const uint8_t           *jkt;         /* the token's thumbprint */
    njwt_slice_t             header;      /* as it was sent */
    njwt_jws_t               jws;         /* its header is parsed late */
    njwt_value_t             payload;

    const njwt_dpop_key_t   *key;
    njwt_dpop_key_t          made;        /* unless the key was kept */
    njwt_slice_t             text;        /* of its thumbprint */
    njwt_slice_t             known;       /* the token's; empty: not kept */

    bool                     nonce_ok;    /* a nonce of ours, and valid */
    bool                     iat_number;  /* is "iat" a number? */
    int64_t                  nonce_made;
} njwt_dpop_proof_t;


/* Without memory there is no verdict: what looks like a reason may be none. */

#define REFUSE(result, why, condition)                                       \
    if (condition) {                                                         \
        found->check = NJWT_DPOP_CHECK_##why;                                \
        return arena->failed ? NJWT_PROOF_UNDECIDED                          \
                             : NJWT_PROOF_##result;                          \
    }


static njwt_value_t
njwt_dpop_member(const njwt_dpop_proof_t *proof, const char *name,
    size_t len)
{
    njwt_slice_t  slice;

    slice.data = (const uint8_t *) name;
    slice.len = len;

    return njwt_json_member(proof->payload, slice);
}

#define njwt_dpop_get(proof, name)                                           \
    njwt_dpop_member(proof, name, sizeof(name) - 1)


/* A date of the payload; an absent one is no number either. */

static bool
njwt_dpop_date(njwt_value_t value, double *date)
{
    double  number;

    number = njwt_json_number(value);

    if (njwt_json_type(value) != NJWT_JSON_NUMBER
        || !(number > -NJWT_MAX_DATE && number < NJWT_MAX_DATE))
    {
        return false;
    }

    *date = number;

    return true;
}


/*
 * Splits and decodes the proof.  A header whose key is kept was checked
 * before, byte for byte.
 */

static bool
njwt_dpop_parse(njwt_arena_t *arena, const njwt_dpop_request_t *request,
    njwt_dpop_proof_t *proof)
{
    njwt_slice_t    text = request->proof, payload, signature;
    const uint8_t  *dot;

    dot = (text.len > 0) ? memchr(text.data, '.', text.len) : NULL;

    if (dot == NULL) {
        return false;
    }

    proof->header.data = text.data;
    proof->header.len = (size_t) (dot - text.data);

    if (request->keys != NULL) {
        proof->key = njwt_dpop_keys_find(request->keys, proof->jkt,
                                         proof->header, &proof->known);
    }

    if (proof->key == NULL) {
        if (!njwt_jws_parse(arena, text, &proof->jws)) {
            return false;
        }

    } else {
        payload.data = dot + 1;
        payload.len = text.len - proof->header.len - 1;
        dot = memchr(payload.data, '.', payload.len);

        if (dot == NULL) {
            return false;
        }

        signature.data = dot + 1;
        signature.len = text.len - (size_t) (signature.data - text.data);
        payload.len = (size_t) (dot - payload.data);

        if (signature.len == 0
            || !njwt_b64_decode(arena, payload, &proof->jws.payload)
            || !njwt_b64_decode(arena, signature, &proof->jws.signature))
        {
            return false;
        }

        proof->jws.signing_input.data = text.data;
        proof->jws.signing_input.len = proof->header.len + 1 + payload.len;
    }

    proof->payload = njwt_json_object(arena, proof->jws.payload);

    return njwt_json_type(proof->payload) == NJWT_JSON_OBJECT;
}


static njwt_value_t
njwt_dpop_jwk(const njwt_dpop_proof_t *proof)
{
    static const njwt_slice_t  name = njwt_literal("jwk");

    return njwt_json_member(proof->jws.header, name);
}


static bool
njwt_dpop_typ(const njwt_jws_t *jws)
{
    njwt_slice_t  typ;

    static const njwt_slice_t  name = njwt_literal("typ");
    static const njwt_slice_t  dpop = njwt_literal("dpop+jwt");

    return njwt_jws_string(jws, name, &typ) && njwt_slice_equal(typ, dpop);
}


/*
 * Computes the thumbprint of the key.  If the token's own key is kept, their
 * texts are compared instead: the key of somebody else costs no digest, and
 * its thumbprint remains zeros, which are no text's digest.
 */

static bool
njwt_dpop_thumbprint(njwt_arena_t *arena, njwt_hasher_t *hasher,
    njwt_dpop_proof_t *proof, njwt_value_t jwk)
{
    if (!njwt_thumbprint_text(arena, jwk, &proof->text)) {
        return false;
    }

    if (proof->known.len > 0) {
        if (njwt_slice_equal(proof->text, proof->known)) {
            memcpy(proof->made.thumbprint, proof->jkt, NJWT_DIGEST);
        }

        return true;
    }

    if (!njwt_hasher_sha256(hasher, proof->text, proof->made.thumbprint)) {
        arena->failed = true;
        return false;
    }

    return true;
}


/*
 * Checks the key and computes its thumbprint from the JWK's text alone.  The
 * key itself is expensive to make: that happens only if the thumbprint is the
 * token's, when the signature is about to be verified.
 */

static bool
njwt_dpop_read_key(njwt_arena_t *arena, const njwt_dpop_memory_t *memory,
    njwt_dpop_proof_t *proof, njwt_value_t jwk, const char **why)
{
    proof->key = &proof->made;

    return njwt_key_usable(arena, memory->curves, jwk, proof->made.alg, why)
           && njwt_dpop_thumbprint(arena, memory->hasher, proof, jwk);
}


static bool
njwt_dpop_make_key(njwt_arena_t *arena, njwt_dpop_proof_t *proof,
    const char **why)
{
    if (proof->key->key != NULL) {
        return true;      /* it was kept */
    }

    proof->made.key = njwt_key_new(arena, njwt_dpop_jwk(proof), why);

    return proof->made.key != NULL;
}


/* The checks of the header; all of them passed before if its key is kept. */

static njwt_dpop_result_t
njwt_dpop_header(njwt_arena_t *arena, const njwt_dpop_t *dpop,
    const njwt_dpop_memory_t *memory, njwt_dpop_proof_t *proof,
    njwt_dpop_details_t *found)
{
    njwt_jws_t    *jws = &proof->jws;
    njwt_value_t   jwk;

    if (proof->key != NULL) {
        REFUSE(INVALID, ALG, (proof->key->alg & dpop->algorithms) == 0);
        return NJWT_PROOF_GOOD;
    }

    jwk = njwt_dpop_jwk(proof);
    proof->made.alg = njwt_jws_alg(jws);

    REFUSE(INVALID, TYP, !njwt_dpop_typ(jws));
    REFUSE(INVALID, CRITICAL, njwt_jws_critical(jws));
    REFUSE(INVALID, ALG, (proof->made.alg & dpop->algorithms
                          & ~NJWT_ALGS_HMAC) == 0);
    REFUSE(INVALID, PRIVATE, njwt_jwk_has_private(jwk));
    REFUSE(INVALID, JWK, !njwt_dpop_read_key(arena, memory, proof, jwk,
                                             &found->why));

    return NJWT_PROOF_GOOD;
}


/* Is "ath" the token's digest?  The digest is computed in any case. */

static bool
njwt_dpop_ath(njwt_arena_t *arena, const njwt_dpop_request_t *request,
    const njwt_dpop_proof_t *proof, njwt_slice_t token,
    njwt_dpop_details_t *found)
{
    const uint8_t  *ath;

    if (request->token_digest != NULL) {
        memcpy(found->ath, request->token_digest, NJWT_DIGEST);

    } else if (!njwt_hasher_sha256(request->memory.hasher, token,
                                   found->ath))
    {
        arena->failed = true;
        return false;
    }

    found->hashed = true;

    return njwt_thumbprint_read(arena, njwt_dpop_get(proof, "ath"), &ath)
           && memcmp(ath, found->ath, NJWT_DIGEST) == 0;
}


/*
 * The time that a new nonce gets: later than the memory began, so that a
 * client that retries in the second of the start gets through with it.
 */

static int64_t
njwt_dpop_nonce_now(const njwt_dpop_memory_t *memory, int64_t now)
{
    return (now > memory->since) ? now : memory->since + 1;
}


/*
 * Is the nonce valid: ours, made since the memory began, not too old?  One
 * made by a host whose clock is ahead may be as far ahead as a proof.
 */

static bool
njwt_dpop_nonce_good(njwt_arena_t *arena, const njwt_dpop_t *dpop,
    const njwt_dpop_memory_t *memory, njwt_slice_t nonce, int64_t now,
    int64_t *made)
{
    return njwt_nonce_check(arena, memory->hasher, memory->nonce_keys,
                            memory->nonce_key_count, nonce, made)
           && *made > memory->since
           && (double) *made <= (double) njwt_dpop_nonce_now(memory, now)
                                + dpop->ahead
           && (double) now - (double) *made <= dpop->nonce_lifetime;
}


/*
 * Is a nonce required, but missing?  A nonce that may have been made before
 * the memory began may have allowed a time far ahead, so the proof may have
 * been used whatever its "iat" says.
 */

static bool
njwt_dpop_nonce_lacks(njwt_arena_t *arena, const njwt_dpop_t *dpop,
    const njwt_dpop_memory_t *memory, njwt_dpop_proof_t *proof, double iat,
    int64_t now)
{
    bool          old;
    int64_t       made;
    njwt_slice_t  nonce;

    nonce = njwt_json_string(njwt_dpop_get(proof, "nonce"));

    proof->nonce_ok = njwt_dpop_nonce_good(arena, dpop, memory, nonce, now,
                                           &proof->nonce_made);

    if (proof->nonce_ok || arena->failed) {
        return arena->failed;
    }

    old = njwt_nonce_time(arena, nonce, &made) && made <= memory->since;

    return old || arena->failed || dpop->nonce
           || (proof->iat_number
               && iat < (double) memory->since + dpop->ahead);
}


static bool
njwt_dpop_nonce_typed(const njwt_dpop_proof_t *proof)
{
    njwt_json_type_t  type;

    type = njwt_json_type(njwt_dpop_get(proof, "nonce"));

    return type == NJWT_JSON_ABSENT || type == NJWT_JSON_STRING;
}


/* Is this optional date there, but no number? */

static bool
njwt_dpop_date_broken(njwt_value_t value)
{
    double  date;

    return njwt_json_type(value) != NJWT_JSON_ABSENT
           && !njwt_dpop_date(value, &date);
}


static njwt_dpop_result_t
njwt_dpop_times(njwt_arena_t *arena, const njwt_dpop_t *dpop,
    const njwt_dpop_memory_t *memory, njwt_dpop_proof_t *proof, double leeway,
    int64_t now, njwt_dpop_details_t *found)
{
    double        t = (double) now, date;
    njwt_value_t  exp, nbf;

    exp = njwt_dpop_get(proof, "exp");
    nbf = njwt_dpop_get(proof, "nbf");

    found->issued = njwt_dpop_date(njwt_dpop_get(proof, "iat"), &found->iat);
    proof->iat_number = found->issued;

    REFUSE(INVALID, NONCE, !njwt_dpop_nonce_typed(proof));
    REFUSE(NONCE_NEEDED, NONCE, njwt_dpop_nonce_lacks(arena, dpop, memory,
                                                      proof, found->iat, now));

    /* a new one goes out with the answer, whatever that is */

    found->renew = proof->nonce_ok && dpop->nonce
                   && (double) (now - proof->nonce_made) * 2
                      > dpop->nonce_lifetime;

    REFUSE(INVALID, IAT, !found->issued);
    REFUSE(EXPIRED, IAT, !proof->nonce_ok
                         && !(t - found->iat <= dpop->lifetime
                              && found->iat - t <= dpop->ahead));
    REFUSE(INVALID, EXP, njwt_dpop_date_broken(exp));
    REFUSE(EXPIRED, EXP, njwt_dpop_date(exp, &date) && !(date + leeway > t));
    REFUSE(INVALID, NBF, njwt_dpop_date_broken(nbf));
    REFUSE(EXPIRED, NBF, njwt_dpop_date(nbf, &date) && !(date <= t + leeway));

    return NJWT_PROOF_GOOD;
}


/*
 * What the proof is remembered by: it includes the key, so that nobody can use
 * up another client's "jti".
 */

static bool
njwt_dpop_replay(njwt_arena_t *arena, njwt_hasher_t *hasher,
    const njwt_dpop_proof_t *proof, njwt_dpop_details_t *found)
{
    uint8_t       text[NJWT_DIGEST + NJWT_DPOP_MAX_JTI];
    njwt_slice_t  jti, whole;

    jti = njwt_json_string(njwt_dpop_get(proof, "jti"));

    if (jti.len == 0 || jti.len > NJWT_DPOP_MAX_JTI) {
        return false;
    }

    memcpy(text, proof->key->thumbprint, NJWT_DIGEST);
    memcpy(text + NJWT_DIGEST, jti.data, jti.len);

    whole.data = text;
    whole.len = NJWT_DIGEST + jti.len;

    if (!njwt_hasher_sha256(hasher, whole, found->replay)) {
        arena->failed = true;
        return false;
    }

    return true;
}


/*
 * Remember it until "iat" or the nonce is no longer valid, whichever is later.
 */

static void
njwt_dpop_remember(const njwt_dpop_t *dpop, const njwt_dpop_proof_t *proof,
    njwt_dpop_details_t *found)
{
    double  end, nonce_end;

    end = found->iat + dpop->lifetime + dpop->ahead;

    if (proof->nonce_ok) {
        found->nonce_made = proof->nonce_made;
        nonce_end = (double) proof->nonce_made + dpop->nonce_lifetime;

        if (end < nonce_end) {
            end = nonce_end;
        }
    }

    found->until = (int64_t) end;
    found->until += (double) found->until < end;
}


static bool
njwt_dpop_text_is(njwt_value_t value, njwt_slice_t wanted, njwt_slice_t *text)
{
    *text = njwt_json_string(value);

    return njwt_json_type(value) == NJWT_JSON_STRING
           && njwt_slice_equal(*text, wanted);
}


static njwt_dpop_result_t
njwt_dpop_checks(njwt_arena_t *arena, const njwt_dpop_t *dpop,
    const njwt_dpop_request_t *request, njwt_slice_t token, double leeway,
    int64_t now, njwt_dpop_proof_t *proof, njwt_dpop_details_t *found)
{
    njwt_value_t        htm, htu;
    njwt_hasher_t      *hasher = request->memory.hasher;
    njwt_dpop_result_t  result;

    REFUSE(MISSING, HEADERS, request->headers == 0);
    REFUSE(INVALID, HEADERS, request->headers > 1);
    REFUSE(INVALID, SIZE, request->proof.len > NJWT_DPOP_MAX_SIZE);
    REFUSE(INVALID, FORM, !njwt_dpop_parse(arena, request, proof));

    result = njwt_dpop_header(arena, dpop, &request->memory, proof, found);

    if (result != NJWT_PROOF_GOOD) {
        return result;
    }

    memcpy(found->thumbprint, proof->key->thumbprint, NJWT_DIGEST);

    REFUSE(KEY_MISMATCH, THUMBPRINT, memcmp(found->thumbprint, proof->jkt,
                                            NJWT_DIGEST) != 0);

    htm = njwt_dpop_get(proof, "htm");
    htu = njwt_dpop_get(proof, "htu");

    REFUSE(INVALID, ATH, !njwt_dpop_ath(arena, request, proof, token,
                                        found));
    REFUSE(INVALID, HTM, !njwt_dpop_text_is(htm, request->method,
                                            &found->htm));

    found->htu = njwt_json_string(htu);

    REFUSE(INVALID, HTU, !njwt_htu_matches(arena, found->htu, dpop->origins,
                                           dpop->origin_count,
                                           request->target));

    result = njwt_dpop_times(arena, dpop, &request->memory, proof, leeway, now,
                             found);

    if (result != NJWT_PROOF_GOOD) {
        return result;
    }

    REFUSE(INVALID, JWK, !njwt_dpop_make_key(arena, proof, &found->why));
    REFUSE(INVALID, SIGNATURE, njwt_key_verify(arena, proof->key->key,
                                               proof->key->alg,
                                               proof->jws.signing_input,
                                               proof->jws.signature)
                               == NULL);
    REFUSE(INVALID, JTI, !njwt_dpop_replay(arena, hasher, proof, found));

    found->check = NJWT_DPOP_CHECK_NONE;
    njwt_dpop_remember(dpop, proof, found);

    return NJWT_PROOF_GOOD;
}


njwt_dpop_result_t
njwt_dpop_judge(njwt_arena_t *arena, const njwt_dpop_t *dpop,
    const njwt_dpop_request_t *request, njwt_slice_t token,
    const uint8_t *jkt, double leeway, int64_t now, njwt_dpop_details_t *found)
{
    njwt_dpop_proof_t   proof;
    njwt_dpop_result_t  result;

    memset(&proof, 0, sizeof(njwt_dpop_proof_t));
    memset(found, 0, sizeof(njwt_dpop_details_t));

    proof.jkt = jkt;
    result = njwt_dpop_checks(arena, dpop, request, token, leeway, now, &proof,
                              found);

    /* only the key of a client whose proof was good is kept */

    if (request->keys != NULL
        && proof.key == &proof.made
        && result == NJWT_PROOF_GOOD)
    {
        njwt_dpop_keys_add(request->keys, proof.header, proof.text,
                           &proof.made);

    } else {
        njwt_key_free(proof.made.key);
    }

    return result;
}


bool
njwt_dpop_nonce(const njwt_dpop_memory_t *memory, int64_t now, uint8_t *text)
{
    return memory->nonce_key_count > 0
           && njwt_nonce_make(memory->hasher, memory->nonce_keys[0],
                              njwt_dpop_nonce_now(memory, now), text);
}
