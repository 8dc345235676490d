/*
 * Files of keys, which outlive a restart: one for each issuer (state_path).
 *
 * The master reads them at start, before there are workers, so that none waits
 * for a disk.  A worker that finds no keys in shared memory uses these, as if
 * they had been fetched at their time.  Worker 0 writes the file after each
 * good fetch, in a thread.
 */

#ifndef NGX_HTTP_JWT_KEYFILE_H
#define NGX_HTTP_JWT_KEYFILE_H


#include "ngx_http_jwt.h"
#include "ngx_http_jwt_state.h"


/* Does the block have a state_path, other than "off"? */
ngx_uint_t ngx_http_jwt_keyfile_wanted(ngx_http_jwt_issuer_t *issuer);

/* Names the directory and the file; touches neither. */
ngx_int_t ngx_http_jwt_keyfile_conf(ngx_conf_t *cf,
    ngx_http_jwt_issuer_t *issuer);

/*
 * In the master, when a configuration is about to be used: creates the
 * directories and reads the files.  Errors are logged, and don't fail the
 * start.
 */
void ngx_http_jwt_keyfile_read(ngx_cycle_t *cycle,
    ngx_http_jwt_main_conf_t *jmcf);

/* In each worker, before its first request: uses the keys that were read. */
void ngx_http_jwt_keyfile_recover(ngx_http_jwt_main_conf_t *jmcf,
    ngx_log_t *log);

/* At its start: writes keys that no file has yet. */
void ngx_http_jwt_keyfile_catch_up(ngx_http_jwt_issuer_t *issuer);

/* Called when there are new keys, or the same ones with a younger age. */
void ngx_http_jwt_keyfile_save(ngx_http_jwt_issuer_t *issuer);

/* Checks whether a file has been written; writes keys that came meanwhile. */
void ngx_http_jwt_keyfile_look(ngx_http_jwt_main_conf_t *jmcf);

/* At its exit: waits a moment, not more, for what is being written. */
void ngx_http_jwt_keyfile_stop(ngx_http_jwt_main_conf_t *jmcf);


#endif /* NGX_HTTP_JWT_KEYFILE_H */
