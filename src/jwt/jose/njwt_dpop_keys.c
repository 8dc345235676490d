/*
 * Parsed keys of DPoP proofs, kept by their thumbprint and the header that
 * they came in.
 */

#include "njwt_dpop_keys.h"

#include <stdlib.h>
#include <string.h>


/* the thumbprint of a key, a digest, selects the set that it may be in */
#define NJWT_DPOP_KEYS_SET  8


typedef struct {
    njwt_slice_t     header;
    njwt_slice_t     text;       /* of the thumbprint, behind the header */
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


/*
 * It needs no secret: who makes keys whose thumbprints begin alike can only
 * displace others, which are then parsed again, and that only by proofs that
 * are good.
 */

static njwt_dpop_entry_t *
njwt_dpop_keys_set(njwt_dpop_keys_t *keys, const uint8_t *thumbprint)
{
    uint64_t  begin;

    memcpy(&begin, thumbprint, sizeof(begin));

    return keys->entries + begin % keys->sets * NJWT_DPOP_KEYS_SET;
}


const njwt_dpop_key_t *
njwt_dpop_keys_find(njwt_dpop_keys_t *keys, const uint8_t *thumbprint,
    njwt_slice_t header, njwt_slice_t *text)
{
    size_t              i;
    njwt_dpop_entry_t  *set;

    set = njwt_dpop_keys_set(keys, thumbprint);

    for (i = 0; i < NJWT_DPOP_KEYS_SET; i++) {
        if (set[i].used == 0
            || memcmp(set[i].key.thumbprint, thumbprint, NJWT_DIGEST) != 0)
        {
            continue;
        }

        *text = set[i].text;

        if (njwt_slice_equal(set[i].header, header)) {
            set[i].used = ++keys->uses;
            return &set[i].key;
        }
    }

    return NULL;
}


void
njwt_dpop_keys_add(njwt_dpop_keys_t *keys, njwt_slice_t header,
    njwt_slice_t text, const njwt_dpop_key_t *key)
{
    size_t              i;
    uint8_t            *copy;
    njwt_dpop_entry_t   made, *set, *oldest;

    copy = (header.len <= NJWT_DPOP_KEYS_HEADER)
           ? malloc(header.len + text.len) : NULL;

    if (copy == NULL) {
        njwt_key_free(key->key);
        return;
    }

    memcpy(copy, header.data, header.len);
    memcpy(copy + header.len, text.data, text.len);

    set = njwt_dpop_keys_set(keys, key->thumbprint);
    oldest = set;

    for (i = 1; i < NJWT_DPOP_KEYS_SET; i++) {
        if (set[i].used < oldest->used) {
            oldest = &set[i];
        }
    }

    njwt_dpop_keys_drop(oldest);

    made.header.data = copy;
    made.header.len = header.len;
    made.text.data = copy + header.len;
    made.text.len = text.len;
    made.key = *key;
    made.used = ++keys->uses;

    memcpy(oldest, &made, sizeof(njwt_dpop_entry_t));
}
