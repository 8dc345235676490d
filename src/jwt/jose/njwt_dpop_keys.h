/*
 * Parsed keys of DPoP proofs, kept by their thumbprint and the header that
 * they came in.
 *
 * A client's header is byte for byte the same in each of its proofs, and
 * parsing the key costs a third of a verification.  This is a table of fixed
 * size, keyed by the thumbprint that the token names and the encoded header,
 * all of which is compared; the least recently used entry is replaced.
 * Nothing of a proof is kept before its signature was verified.
 *
 * The text that the thumbprint is the digest of is kept as well: whether
 * another header's key is that key shows without its digest.
 */

#ifndef NJWT_DPOP_KEYS_H
#define NJWT_DPOP_KEYS_H


#include "njwt.h"
#include "njwt_alg.h"
#include "njwt_key.h"


/* a longer header is not kept; those of 8192-bit RSA keys fit */
#define NJWT_DPOP_KEYS_HEADER  2560


/* not thread-safe: each worker has its own */
typedef struct njwt_dpop_keys_s  njwt_dpop_keys_t;

/* the result of parsing a proof's header, once it was found good */
typedef struct {
    njwt_key_t  *key;
    njwt_alg_t   alg;
    uint8_t      thumbprint[NJWT_DIGEST];
} njwt_dpop_key_t;


/*
 * A table for that many keys, or a few more; each takes about 100 bytes, the
 * header, the text and the parsed key.  NULL: no memory.  The caller frees it.
 */
njwt_dpop_keys_t *njwt_dpop_keys_new(size_t count);

/* Frees it and its keys; NULL is fine. */
void njwt_dpop_keys_free(njwt_dpop_keys_t *keys);

/*
 * The key with this thumbprint, NJWT_DIGEST bytes, of this header; NULL: not
 * kept.  *text is set to the text that the thumbprint is the digest of if the
 * key is kept of any header, otherwise it is left as it is; it is valid until
 * a key is added.
 */
const njwt_dpop_key_t *njwt_dpop_keys_find(njwt_dpop_keys_t *keys,
    const uint8_t *thumbprint, njwt_slice_t header, njwt_slice_t *text);

/*
 * Keeps a key, and the text that its thumbprint is the digest of.  The table
 * owns the key from now on, and frees it at once if the header is too long or
 * there is no memory.
 */
void njwt_dpop_keys_add(njwt_dpop_keys_t *keys, njwt_slice_t header,
    njwt_slice_t text, const njwt_dpop_key_t *key);


#endif /* NJWT_DPOP_KEYS_H */
