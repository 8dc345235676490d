/*
 * Which key did the same header of a DPoP proof come to before?
 */

#include "njwt_dpop_keys.h"

#include <stdlib.h>
#include <string.h>


/* a digest says in which of the sets its key may be */
#define NJWT_DPOP_KEYS_SET  8


typedef struct {
    uint8_t          digest[NJWT_DIGEST];
    uint64_t         used;       /* 0: nothing here */
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

    sets = (count + NJWT_DPOP_KEYS_SET - 1) / NJWT_DPOP_KEYS_SET;

    if (sets == 0) {
        sets = 1;
    }

    keys = calloc(1, sizeof(njwt_dpop_keys_t)
                     + sets * NJWT_DPOP_KEYS_SET * sizeof(njwt_dpop_entry_t));

    if (keys != NULL) {
        keys->sets = sets;
    }

    return keys;
}


void
njwt_dpop_keys_free(njwt_dpop_keys_t *keys)
{
    size_t  i;

    if (keys == NULL) {
        return;
    }

    for (i = 0; i < keys->sets * NJWT_DPOP_KEYS_SET; i++) {
        njwt_key_free(keys->entries[i].key.key);
    }

    free(keys);
}


static njwt_dpop_entry_t *
njwt_dpop_keys_set(njwt_dpop_keys_t *keys, const uint8_t *digest)
{
    uint32_t  number;

    memcpy(&number, digest, sizeof(uint32_t));

    return keys->entries + number % keys->sets * NJWT_DPOP_KEYS_SET;
}


const njwt_dpop_key_t *
njwt_dpop_keys_find(njwt_dpop_keys_t *keys, const uint8_t *digest)
{
    size_t              i;
    njwt_dpop_entry_t  *set;

    set = njwt_dpop_keys_set(keys, digest);

    for (i = 0; i < NJWT_DPOP_KEYS_SET; i++) {
        if (set[i].used != 0
            && memcmp(set[i].digest, digest, NJWT_DIGEST) == 0)
        {
            set[i].used = ++keys->uses;
            return &set[i].key;
        }
    }

    return NULL;
}


void
njwt_dpop_keys_add(njwt_dpop_keys_t *keys, const uint8_t *digest,
    const njwt_dpop_key_t *key)
{
    size_t              i;
    njwt_dpop_entry_t  *set, *oldest;

    set = njwt_dpop_keys_set(keys, digest);
    oldest = set;

    for (i = 1; i < NJWT_DPOP_KEYS_SET; i++) {
        if (set[i].used < oldest->used) {
            oldest = &set[i];
        }
    }

    njwt_key_free(oldest->key.key);

    memcpy(oldest->digest, digest, NJWT_DIGEST);
    oldest->key = *key;
    oldest->used = ++keys->uses;
}
