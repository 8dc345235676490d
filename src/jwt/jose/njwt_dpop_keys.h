/*
 * Which key did the same header of a DPoP proof come to before?
 *
 * A client's header is byte for byte the same in each of its proofs, and to
 * make a key of it costs a third of a verification.  A table of a fixed size,
 * by the encoded header, all of which is compared; what wasn't used for
 * longest goes.  Nothing is kept of a proof before its signature held.
 */

#ifndef NJWT_DPOP_KEYS_H
#define NJWT_DPOP_KEYS_H


#include "njwt.h"
#include "njwt_alg.h"
#include "njwt_key.h"


/* bytes of a header that is kept: RSA keys of 8192 bits have no more */
#define NJWT_DPOP_KEYS_HEADER  2560


/* not for two threads at once: each worker has its own */
typedef struct njwt_dpop_keys_s  njwt_dpop_keys_t;

/* all that a proof's header comes to, once it was found good */
typedef struct {
    njwt_key_t  *key;
    njwt_alg_t   alg;
    uint8_t      thumbprint[NJWT_DIGEST];
} njwt_dpop_key_t;


/*
 * A table for so many keys, or a few more; about 100 bytes, the header and one
 * parsed key each.  NULL: no memory.  The caller owns it and frees it.
 */
njwt_dpop_keys_t *njwt_dpop_keys_new(size_t count);

/* Frees it and its keys; NULL is fine. */
void njwt_dpop_keys_free(njwt_dpop_keys_t *keys);

/* The key of this header; NULL: it isn't kept. */
const njwt_dpop_key_t *njwt_dpop_keys_find(njwt_dpop_keys_t *keys,
    njwt_slice_t header);

/*
 * Keeps a key, which is the table's to free from now on: at once where its
 * header is too long, or without memory.
 */
void njwt_dpop_keys_add(njwt_dpop_keys_t *keys, njwt_slice_t header,
    const njwt_dpop_key_t *key);


#endif /* NJWT_DPOP_KEYS_H */
