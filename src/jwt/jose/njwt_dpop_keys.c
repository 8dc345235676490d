/*
 * Parsed keys of DPoP proofs, kept by the header that they came in.
 */

#include "njwt_dpop_keys.h"

#include <stdlib.h>
#include <string.h>


/* the hash of a header selects the set that its key may be in */
#define NJWT_DPOP_KEYS_SET  8


typedef struct {
    uint64_t         hash;       /* of the header */
    njwt_slice_t     header;
    uint64_t         used;       /* 0: empty */
    njwt_dpop_key_t  key;
} njwt_dpop_entry_t;

struct njwt_dpop_keys_s {
    size_t             sets;
    uint64_t           uses;
    njwt_dpop_entry_t  entries[];
};


njwt_dpop_keys_t *
njwt_dpop_keys_new(size_t count)
{
    size_t             sets;
    njwt_dpop_keys_t  *keys;

    sets = count / NJWT_DPOP_KEYS_SET + 1;
    keys = calloc(1, sizeof(njwt_dpop_keys_t)
                     + sets * NJWT_DPOP_KEYS_SET * sizeof(njwt_dpop_entry_t));

    if (keys != NULL) {
        keys->sets = sets;
    }

    return keys;
}


static void
njwt_dpop_keys_drop(njwt_dpop_entry_t *entry)
{
    njwt_key_free(entry->key.key);
    free((uint8_t *) entry->header.data);
}


void
njwt_dpop_keys_free(njwt_dpop_keys_t *keys)
{
    size_t  i;

    if (keys == NULL) {
        return;
    }

    for (i = 0; i < keys->sets * NJWT_DPOP_KEYS_SET; i++) {
        njwt_dpop_keys_drop(&keys->entries[i]);
    }

    free(keys);
}


static uint64_t
njwt_dpop_keys_mix(uint64_t hash, uint64_t bytes)
{
    hash = (hash ^ bytes) * 0x9e3779b97f4a7c15;

    return hash ^ hash >> 32;
}


/*
 * Eight bytes at a time, and once more without any: only then do the last ones
 * count in the lowest bits, too, which choose the set.  It needs no secret:
 * whoever finds headers with the same hash can only displace other keys, which
 * are then parsed again, and that only by proofs that are good.
 */

static uint64_t
njwt_dpop_keys_hash(njwt_slice_t header)
{
    size_t    i;
    uint64_t  hash, bytes;

    hash = header.len;

    for (i = 0; header.len - i >= sizeof(bytes); i += sizeof(bytes)) {
        memcpy(&bytes, header.data + i, sizeof(bytes));
        hash = njwt_dpop_keys_mix(hash, bytes);
    }

    bytes = 0;

    if (header.len > i) {
        memcpy(&bytes, header.data + i, header.len - i);
    }

    return njwt_dpop_keys_mix(njwt_dpop_keys_mix(hash, bytes), 0);
}


static njwt_dpop_entry_t *
njwt_dpop_keys_set(njwt_dpop_keys_t *keys, uint64_t hash)
{
    return keys->entries + hash % keys->sets * NJWT_DPOP_KEYS_SET;
}


const njwt_dpop_key_t *
njwt_dpop_keys_find(njwt_dpop_keys_t *keys, njwt_slice_t header)
{
    size_t              i;
    uint64_t            hash;
    njwt_dpop_entry_t  *set;

    hash = njwt_dpop_keys_hash(header);
    set = njwt_dpop_keys_set(keys, hash);

    for (i = 0; i < NJWT_DPOP_KEYS_SET; i++) {
        if (set[i].used != 0
            && set[i].hash == hash
            && njwt_slice_equal(set[i].header, header))
        {
            set[i].used = ++keys->uses;
            return &set[i].key;
        }
    }

    return NULL;
}


void
njwt_dpop_keys_add(njwt_dpop_keys_t *keys, njwt_slice_t header,
    const njwt_dpop_key_t *key)
{
    size_t              i;
    uint8_t            *copy;
    njwt_dpop_entry_t   made, *set, *oldest;

    copy = (header.len <= NJWT_DPOP_KEYS_HEADER) ? malloc(header.len) : NULL;

    if (copy == NULL) {
        njwt_key_free(key->key);
        return;
    }

    memcpy(copy, header.data, header.len);

    made.hash = njwt_dpop_keys_hash(header);
    set = njwt_dpop_keys_set(keys, made.hash);
    oldest = set;

    for (i = 1; i < NJWT_DPOP_KEYS_SET; i++) {
        if (set[i].used < oldest->used) {
            oldest = &set[i];
        }
    }

    njwt_dpop_keys_drop(oldest);

    made.header.data = copy;
    made.header.len = header.len;
    made.key = *key;
    made.used = ++keys->uses;

    memcpy(oldest, &made, sizeof(njwt_dpop_entry_t));
}
