/*
 * How is JSON written?
 *
 * A comma is put where one is due.  The name of a member is a constant that
 * needs no escapes; NULL where it is an element of a list.
 */

#ifndef NGX_HTTP_JWT_JSON_H
#define NGX_HTTP_JWT_JSON_H


#include "ngx_http_jwt_out.h"


/* An object or a list: "{" or "[".  What closes it is the caller's. */
void ngx_http_jwt_json_open(ngx_http_jwt_out_t *out, const char *name,
    const char *bracket);

/* A string of a list, with a constant before the foreign text. */
void ngx_http_jwt_json_element(ngx_http_jwt_out_t *out, const char *prefix,
    njwt_slice_t text);

void ngx_http_jwt_json_text(ngx_http_jwt_out_t *out, const char *name,
    njwt_slice_t text);

/* A string that is a constant. */
void ngx_http_jwt_json_word(ngx_http_jwt_out_t *out, const char *name,
    const char *word);

void ngx_http_jwt_json_number(ngx_http_jwt_out_t *out, const char *name,
    int64_t number);

/* Milliseconds, told as seconds. */
void ngx_http_jwt_json_seconds(ngx_http_jwt_out_t *out, const char *name,
    ngx_msec_t time);

void ngx_http_jwt_json_flag(ngx_http_jwt_out_t *out, const char *name,
    ngx_uint_t flag);
void ngx_http_jwt_json_null(ngx_http_jwt_out_t *out, const char *name);

/* Seconds of the wall clock, or null for a time that never was. */
void ngx_http_jwt_json_time(ngx_http_jwt_out_t *out, const char *name,
    time_t when);

void ngx_http_jwt_json_list(ngx_http_jwt_out_t *out, const char *name,
    const njwt_slice_t *texts, size_t n);


#endif /* NGX_HTTP_JWT_JSON_H */
