/*
 * The memory of used DPoP proofs, and what nonces are made with
 * (RFC 9449, sections 8 and 11.1).
 */

#ifndef NGX_HTTP_JWT_PROOFS_H
#define NGX_HTTP_JWT_PROOFS_H


#include "ngx_http_jwt.h"


#define NGX_HTTP_JWT_NONCE_KEY_LEN  32


/* what there is to be seen of the memory */
typedef struct {
    int64_t       size;       /* of the zone, in bytes; 0: there is none */
    int64_t       entries;    /* that there is room for */
    int64_t       used;       /* expired ones are counted until they go */
    int64_t       start;      /* it knows all proofs that were used since */
} ngx_http_jwt_proofs_state_t;


/* Adds the zone to the configuration, where a jwt_binding names dpop. */
ngx_int_t ngx_http_jwt_proofs_add(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);

/* In the master: numbers the configuration, so that a newer one is known. */
void ngx_http_jwt_proofs_number(ngx_http_jwt_main_conf_t *jmcf);

/*
 * In a worker, at its start: tells the memory for how long, in seconds, this
 * configuration accepts proofs (lifetime and ahead) and nonces.  Where one of
 * them is longer than before, proofs may be gone that count again: the memory
 * then begins anew, with a new start.
 */
void ngx_http_jwt_proofs_attach(ngx_http_jwt_main_conf_t *jmcf, time_t window,
    time_t nonce);

/* Since when, in seconds since the epoch, no used proof was forgotten. */
time_t ngx_http_jwt_proofs_start(ngx_http_jwt_main_conf_t *jmcf);

/* The random key of this zone's nonces: NGX_HTTP_JWT_NONCE_KEY_LEN bytes. */
const u_char *ngx_http_jwt_proofs_key(ngx_http_jwt_main_conf_t *jmcf);

/*
 * What digests of this memory are salted with, NGX_HTTP_JWT_SALT_LEN bytes: it
 * lives as long as they do, over changes of all other zones.
 */
const u_char *ngx_http_jwt_proofs_salt(ngx_http_jwt_main_conf_t *jmcf);

/*
 * Uses a proof up.  owner and proof are digests of 32 bytes with this salt, of
 * the client's key and of that key with the proof's jti; iat is the proof's,
 * in seconds, and until when it counts at least.  One step for all workers.
 *
 * NGX_OK: it was new, and is remembered.  NGX_DECLINED: it was used before.
 * NGX_BUSY: there is no room for it, or its key has an eighth of the room;
 * *retry is then the time, in seconds since the epoch, at which there may be.
 */
ngx_int_t ngx_http_jwt_proofs_use(ngx_http_jwt_main_conf_t *jmcf,
    const u_char *owner, const u_char *proof, time_t iat, time_t until,
    time_t *retry);

/* What there is to be seen; zeroed where there is no such memory. */
void ngx_http_jwt_proofs_look(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_proofs_state_t *state);


#endif /* NGX_HTTP_JWT_PROOFS_H */
