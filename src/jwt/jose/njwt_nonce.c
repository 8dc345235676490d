/*
 * DPoP nonces that needn't be remembered.
 */

#include "njwt_nonce.h"
#include "njwt_b64.h"

#include <string.h>


#define NJWT_NONCE_TIME   8
#define NJWT_NONCE_BYTES  (NJWT_NONCE_TIME + NJWT_DIGEST)

_Static_assert(njwt_b64_length(NJWT_NONCE_BYTES) == NJWT_NONCE_LEN,
               "NJWT_NONCE_LEN is the length of NJWT_NONCE_BYTES");


static bool
njwt_nonce_mac(njwt_hasher_t *hasher, njwt_slice_t key, const uint8_t *made,
    uint8_t *mac)
{
    njwt_slice_t  data;

    data.data = made;
    data.len = NJWT_NONCE_TIME;

    return njwt_hasher_hmac(hasher, key, data, mac);
}


bool
njwt_nonce_make(njwt_hasher_t *hasher, njwt_slice_t key, int64_t made,
    uint8_t *text)
{
    size_t        i;
    uint8_t       bytes[NJWT_NONCE_BYTES];
    njwt_slice_t  whole;

    for (i = 0; i < NJWT_NONCE_TIME; i++) {
        bytes[i] = (uint8_t) ((uint64_t) made >> (56 - 8 * i));
    }

    if (!njwt_nonce_mac(hasher, key, bytes, bytes + NJWT_NONCE_TIME)) {
        return false;
    }

    whole.data = bytes;
    whole.len = NJWT_NONCE_BYTES;

    njwt_b64_encode(whole, text);

    return true;
}


static bool
njwt_nonce_read(njwt_arena_t *arena, njwt_slice_t text, njwt_slice_t *bytes,
    int64_t *made)
{
    size_t    i;
    uint64_t  time;

    if (text.len != NJWT_NONCE_LEN || !njwt_b64_decode(arena, text, bytes)) {
        return false;
    }

    time = 0;

    for (i = 0; i < NJWT_NONCE_TIME; i++) {
        time = time << 8 | bytes->data[i];
    }

    /* a time that is out of range would overflow what is computed from it */

    if (time >= (uint64_t) NJWT_MAX_DATE) {
        return false;
    }

    *made = (int64_t) time;

    return true;
}


bool
njwt_nonce_time(njwt_arena_t *arena, njwt_slice_t text, int64_t *made)
{
    njwt_slice_t  bytes;

    return njwt_nonce_read(arena, text, &bytes, made);
}


bool
njwt_nonce_check(njwt_arena_t *arena, njwt_hasher_t *hasher,
    const njwt_slice_t *keys, size_t count, njwt_slice_t text, int64_t *made)
{
    size_t        i;
    int64_t       time;
    uint8_t       mac[NJWT_DIGEST];
    njwt_slice_t  bytes;

    if (!njwt_nonce_read(arena, text, &bytes, &time)) {
        return false;
    }

    for (i = 0; i < count; i++) {
        if (!njwt_nonce_mac(hasher, keys[i], bytes.data, mac)) {
            arena->failed = true;
            return false;
        }

        if (njwt_equal_secret(mac, bytes.data + NJWT_NONCE_TIME,
                              NJWT_DIGEST))
        {
            *made = time;
            return true;
        }
    }

    return false;
}
