/*
 * Which key of the set verified a token that was seen before?
 *
 * By what the key is made of, never by its "kid" or place: a key that takes
 * the place and the name of another one vouches for none of its tokens.
 */

#include "njwt_jwks_set.h"

#include <string.h>


/*
 * Which tokens a key fits depends on its set, where it has no "kid": once that
 * changes, what it verified before must be verified anew.
 */

static uint8_t
njwt_jwks_reach(const njwt_jwks_t *jwks, size_t i)
{
    njwt_slice_t  kid;

    if (jwks->any_kid) {
        return 'a';
    }

    if (njwt_key_kid(jwks->keys[i], &kid)) {
        return 'k';
    }

    return jwks->lone ? 'l' : 'n';
}


static bool
njwt_jwks_bind_key(njwt_jwks_t *jwks, size_t i, njwt_slice_t context,
    uint8_t *room)
{
    njwt_slice_t  whole;

    memcpy(room, context.data, context.len);
    room[context.len] = njwt_jwks_reach(jwks, i);
    memcpy(room + context.len + 1, jwks->texts[i].data, jwks->texts[i].len);

    whole.data = room;
    whole.len = context.len + 1 + jwks->texts[i].len;

    return njwt_sha256(whole, jwks->vouchers + i * NJWT_DIGEST);
}


bool
njwt_jwks_bind(njwt_jwks_t *jwks, njwt_slice_t context)
{
    bool           bound;
    size_t         i, longest;
    uint8_t       *room;
    njwt_arena_t   scratch;

    longest = 0;

    for (i = 0; i < jwks->count; i++) {
        longest = (jwks->texts[i].len > longest) ? jwks->texts[i].len
                                                 : longest;
    }

    njwt_arena_init(&scratch);

    room = njwt_arena_alloc(&scratch, context.len + 1 + longest);
    jwks->vouchers = njwt_arena_alloc(&jwks->arena,
                                      jwks->count * NJWT_DIGEST);
    bound = room != NULL && jwks->vouchers != NULL;

    for (i = 0; bound && i < jwks->count; i++) {
        bound = njwt_jwks_bind_key(jwks, i, context, room);
    }

    if (!bound) {
        jwks->vouchers = NULL;
    }

    njwt_arena_free(&scratch);

    return bound;
}


static bool
njwt_jwks_is_voucher(const njwt_jwks_t *jwks, size_t i,
    const uint8_t *voucher)
{
    return memcmp(jwks->vouchers + i * NJWT_DIGEST, voucher, NJWT_DIGEST)
           == 0;
}


bool
njwt_jwks_vouches(const njwt_jwks_t *jwks, const uint8_t *voucher,
    uint16_t *place)
{
    size_t  i;

    if (jwks->vouchers == NULL) {
        return false;
    }

    if (*place < jwks->count && njwt_jwks_is_voucher(jwks, *place, voucher)) {
        return true;
    }

    for (i = 0; i < jwks->count; i++) {
        if (njwt_jwks_is_voucher(jwks, i, voucher)) {
            *place = (uint16_t) i;
            return true;
        }
    }

    return false;
}


bool
njwt_jwks_voucher(const njwt_jwks_t *jwks, const njwt_proof_t *proof,
    uint8_t *voucher, uint16_t *place)
{
    size_t  i;

    if (jwks->vouchers == NULL) {
        return false;
    }

    for (i = 0; i < jwks->count; i++) {
        if (jwks->keys[i] == njwt_proof_key(proof)) {
            memcpy(voucher, jwks->vouchers + i * NJWT_DIGEST, NJWT_DIGEST);
            *place = (uint16_t) i;
            return true;
        }
    }

    return false;
}
