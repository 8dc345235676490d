/*
 * How do keys outlive a restart?  In a file for each issuer (state_path).
 *
 * The master reads it at start, before there are workers: none ever waits for
 * a disk.  A worker that finds no keys in shared memory takes these, as if
 * they had been fetched when they were.  Worker 0 writes the file after each
 * good fetch, in a thread.
 */

#ifndef NGX_HTTP_JWT_KEYFILE_H
#define NGX_HTTP_JWT_KEYFILE_H


#include "ngx_http_jwt.h"
#include "ngx_http_jwt_state.h"


/* Does the block ask for a state?  Not with "off". */
ngx_uint_t ngx_http_jwt_keyfile_wanted(ngx_http_jwt_issuer_t *issuer);

/* Names directory and file; touches neither. */
ngx_int_t ngx_http_jwt_keyfile_conf(ngx_conf_t *cf,
    ngx_http_jwt_issuer_t *issuer);

/*
 * In the master, when a configuration is about to be used: makes the
 * directories and reads the files.  What is wrong is logged, and no failure.
 */
void ngx_http_jwt_keyfile_read(ngx_cycle_t *cycle,
    ngx_http_jwt_main_conf_t *jmcf);

/* In each worker, before its first request: takes what was read. */
void ngx_http_jwt_keyfile_recover(ngx_http_jwt_main_conf_t *jmcf,
    ngx_log_t *log);

/* At its start: keys that no file has yet are written. */
void ngx_http_jwt_keyfile_catch_up(ngx_http_jwt_issuer_t *issuer);

/* There are new keys in the slot, or the same, younger. */
void ngx_http_jwt_keyfile_save(ngx_http_jwt_issuer_t *issuer);

/* Is something written?  Goes on with what came meanwhile. */
void ngx_http_jwt_keyfile_look(ngx_http_jwt_main_conf_t *jmcf);

/* At its end: gives what is being written a moment, not more. */
void ngx_http_jwt_keyfile_stop(ngx_http_jwt_main_conf_t *jmcf);


#endif /* NGX_HTTP_JWT_KEYFILE_H */
