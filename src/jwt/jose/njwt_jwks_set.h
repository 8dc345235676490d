/*
 * What is a key set made of?  For njwt_jwks alone.
 */

#ifndef NJWT_JWKS_SET_H
#define NJWT_JWKS_SET_H


#include "njwt_jwks.h"


struct njwt_jwks_s {
    njwt_arena_t    arena;
    uint8_t        *data;       /* the text of the usable keys */
    size_t          size;
    size_t          used;
    size_t          count;
    bool            any_kid;    /* its keys fit whatever a token names */
    bool            lone;       /* the set had this key and no other */
    njwt_key_t     *keys[NJWT_MAX_KEYS];

    /* all that a key is: its text, or a digest of the secret */
    njwt_slice_t    texts[NJWT_MAX_KEYS];
    uint8_t         secret[NJWT_DIGEST];

    uint8_t        *vouchers;   /* NJWT_DIGEST bytes for each key; or NULL */
};


#endif /* NJWT_JWKS_SET_H */
