/*
 * The memory of used DPoP proofs, and the key of nonces (RFC 9449, sections 8
 * and 11.1).
 */

#ifndef NGX_HTTP_JWT_PROOFS_H
#define NGX_HTTP_JWT_PROOFS_H


#include "ngx_http_jwt.h"


#define NGX_HTTP_JWT_NONCE_KEY_LEN  32


/* the state of the memory, for the status */
typedef struct {
    int64_t       size;       /* of the zone, in bytes; 0: no zone */
    int64_t       entries;    /* for which there is room */
    int64_t       used;       /* including expired ones not yet freed */
    int64_t       start;      /* proofs used since then are known */
} ngx_http_jwt_proofs_state_t;


/*
 * A proof that was found good, by the start of the memory at that time; times
 * are in seconds since the epoch.  The digests, of 32 bytes, are salted.
 */
typedef struct {
    const u_char  *owner;       /* of the client's key */
    const u_char  *digest;      /* of that key with the proof's jti */
    time_t         start;
    time_t         iat;
    time_t         nonce;       /* when it was made; 0: it has none of ours */
    time_t         until;       /* the last at which it is good, or later */
} ngx_http_jwt_proof_t;


/* Adds the zone to the configuration if a jwt_binding has dpop. */
ngx_int_t ngx_http_jwt_proofs_add(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);

/* In the master: numbers the configuration, to recognize a newer one. */
void ngx_http_jwt_proofs_number(ngx_http_jwt_main_conf_t *jmcf);

/*
 * In a worker, at its start: informs the memory for how many seconds this
 * configuration accepts proofs (lifetime and ahead) and nonces.  If one of
 * them is longer than before, proofs that count again may have been dropped:
 * the memory then begins anew, with a new start.
 */
void ngx_http_jwt_proofs_attach(ngx_http_jwt_main_conf_t *jmcf, time_t window,
    time_t nonce);

/*
 * The time, in seconds since the epoch, since which no used proof was
 * forgotten.
 */
time_t ngx_http_jwt_proofs_start(ngx_http_jwt_main_conf_t *jmcf);

/* The random key of this zone's nonces: NGX_HTTP_JWT_NONCE_KEY_LEN bytes. */
const u_char *ngx_http_jwt_proofs_key(ngx_http_jwt_main_conf_t *jmcf);

/*
 * The salt of this memory's digests, NGX_HTTP_JWT_SALT_LEN bytes: it lives as
 * long as they do, whatever changes in other zones.
 */
const u_char *ngx_http_jwt_proofs_salt(ngx_http_jwt_main_conf_t *jmcf);

/*
 * Marks a proof as used, in one step for all workers.
 *
 * NGX_OK: it was new, and is remembered.  NGX_DECLINED: it was used before.
 * NGX_AGAIN: the memory has begun anew since the judgement: nobody knows.
 * NGX_BUSY: there is no room for it, or its key has an eighth of the room;
 * *retry is then the time, in seconds since the epoch, at which there may be.
 */
ngx_int_t ngx_http_jwt_proofs_use(ngx_http_jwt_main_conf_t *jmcf,
    const ngx_http_jwt_proof_t *proof, time_t *retry);

/* Copies the state of the memory; zeros if there is none. */
void ngx_http_jwt_proofs_look(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_proofs_state_t *state);


#endif /* NGX_HTTP_JWT_PROOFS_H */
