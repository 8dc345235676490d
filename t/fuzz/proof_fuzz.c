/*
 * No unsigned proof is accepted, each reading of a URL gives the same, and a
 * cached key changes nothing.
 *
 * The first line is the URL of a proof, the second the request's target, the
 * third the proof; the fourth a nonce.
 */

#include "fuzz.h"
#include "njwt_dpop.h"
#include "njwt_htu.h"
#include "njwt_jws.h"
#include "njwt_nonce.h"
#include "njwt_thumbprint.h"


#define NOW  1750000000


/* A URL that is wanted is the one that matches, in its normal form too. */

static void
urls(njwt_arena_t *arena, njwt_slice_t htu, njwt_slice_t target)
{
    bool          matches;
    njwt_slice_t  wanted, again, rest;
    njwt_slice_t  origins[2] = { fuzz_text("https://api.exampleco.com"),
                                 fuzz_text("http://[::1]:8080/v1/") };

    matches = njwt_htu_matches(arena, htu, origins, 2, target);

    if (!njwt_htu_expected(arena, origins[0], target, &wanted)) {
        must(!matches);
        return;
    }

    must(njwt_htu_matches(arena, wanted, origins, 1, target));

    rest = fuzz_slice(wanted.data + origins[0].len,
                      wanted.len - origins[0].len);
    must(rest.len > 0 && rest.data[0] == '/');
    must(njwt_htu_expected(arena, origins[0], rest, &again));
    must(njwt_slice_equal(wanted, again));
    must(!njwt_htu_matches(arena, htu, origins, 0, target));

    /* an origin's fault is what keeps it from being one */

    if (njwt_htu_origin_fault(htu) == NULL) {
        must(njwt_htu_expected(arena, htu, target, &wanted));
        must(njwt_htu_matches(arena, wanted, &htu, 1, target));
    }
}


static void
proofs(njwt_arena_t *arena, njwt_slice_t proof, njwt_slice_t target)
{
    uint8_t               jkt[NJWT_DIGEST] = { 0 };
    size_t                i;
    njwt_jws_t            jws;
    njwt_dpop_t           dpop;
    njwt_slice_t          origin = fuzz_text("https://api.exampleco.com");
    njwt_dpop_result_t    first, result;
    njwt_dpop_details_t   found, other;
    const uint8_t        *ath;
    njwt_dpop_request_t   request;

    static njwt_curves_t  *curves;

    memset(&dpop, 0, sizeof(dpop));
    memset(&request, 0, sizeof(request));

    dpop.algorithms = NJWT_ALGS_RSA | NJWT_ALG_ES256 | NJWT_ALG_EDDSA;
    dpop.origins = &origin;
    dpop.origin_count = 1;
    dpop.lifetime = 300;
    dpop.ahead = 30;

    request.headers = 1;
    request.proof = proof;
    request.method = fuzz_text("GET");
    request.target = target;

    first = njwt_dpop_judge(arena, &dpop, &request, fuzz_text("token"), jkt, 5,
                            NOW, &found);

    must(!arena->failed && first != NJWT_PROOF_UNDECIDED);

    /* nobody has a key of this thumbprint */

    must(first == NJWT_PROOF_INVALID || first == NJWT_PROOF_KEY_MISMATCH);
    must(found.until == 0 && !found.renew);

    /* by the thumbprint and for the token that it has it goes further */

    memcpy(jkt, found.thumbprint, NJWT_DIGEST);

    if (njwt_jws_parse(arena, proof, &jws)
        && njwt_thumbprint_read(arena,
               njwt_json_member(njwt_json_object(arena, jws.payload),
                                fuzz_text("ath")), &ath))
    {
        request.token_digest = ath;
    }

    /* curves that were prepared say the same of a point */

    if (curves == NULL) {
        curves = njwt_curves_new();
        must(curves != NULL);
    }

    request.memory.curves = curves;
    request.keys = njwt_dpop_keys_new(8);
    must(request.keys != NULL);

    for (i = 0; i < 2; i++) {
        result = njwt_dpop_judge(arena, &dpop, &request, fuzz_text("token"),
                                 jkt, 5, NOW, &other);

        must(result == NJWT_PROOF_GOOD || result == NJWT_PROOF_INVALID
             || result == NJWT_PROOF_NONCE_NEEDED
             || result == NJWT_PROOF_EXPIRED);
        must(first == NJWT_PROOF_KEY_MISMATCH || result == first);
        must((result == NJWT_PROOF_GOOD)
             == (other.check == NJWT_DPOP_CHECK_NONE));
        must(memcmp(other.thumbprint, found.thumbprint, NJWT_DIGEST) == 0);
    }

    njwt_dpop_keys_free(request.keys);
}


static void
nonces(njwt_arena_t *arena, njwt_slice_t text)
{
    uint8_t       made[NJWT_NONCE_LEN];
    int64_t       at, when;
    njwt_slice_t  key = fuzz_text("a key for nonces that is long enough");

    if (!njwt_nonce_time(arena, text, &at)) {
        must(!njwt_nonce_check(arena, NULL, &key, 1, text, &when));
        return;
    }

    /* of the time that it says there is one nonce, and this is it or isn't */

    must(njwt_nonce_make(NULL, key, at, made));
    must(njwt_nonce_check(arena, NULL, &key, 1, text, &when)
         == njwt_slice_equal(text, fuzz_slice(made, sizeof(made))));
    must(njwt_nonce_check(arena, NULL, &key, 1, fuzz_slice(made, sizeof(made)),
                          &when) && when == at);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t        i;
    njwt_arena_t  arena;
    njwt_slice_t  lines[4];

    if (size > 16384) {
        return 0;
    }

    for (i = 0; i < 4; i++) {
        lines[i] = fuzz_line(&data, &size);
    }

    njwt_arena_init(&arena);

    urls(&arena, lines[0], lines[1]);
    proofs(&arena, lines[2], lines[1]);
    nonces(&arena, lines[3]);

    njwt_arena_free(&arena);

    for (i = 0; i < 4; i++) {
        fuzz_free(lines[i]);
    }

    return 0;
}
