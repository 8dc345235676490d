/*
 * Output of JSON.
 *
 * Commas are added as needed.  The name of a member is a constant that needs
 * no escapes; it is NULL for an element of an array.
 */

#ifndef NGX_HTTP_JWT_JSON_H
#define NGX_HTTP_JWT_JSON_H


#include "ngx_http_jwt_out.h"


/* Opens an object or an array: "{" or "[".  The caller closes it. */
void ngx_http_jwt_json_open(ngx_http_jwt_out_t *out, const char *name,
    const char *bracket);

/*
 * Writes an element: a string made of a constant prefix and a text from
 * others.
 */
void ngx_http_jwt_json_element(ngx_http_jwt_out_t *out, const char *prefix,
    njwt_slice_t text);

void ngx_http_jwt_json_text(ngx_http_jwt_out_t *out, const char *name,
    njwt_slice_t text);

/* Writes a constant string. */
void ngx_http_jwt_json_word(ngx_http_jwt_out_t *out, const char *name,
    const char *word);

void ngx_http_jwt_json_number(ngx_http_jwt_out_t *out, const char *name,
    int64_t number);

/* Writes milliseconds as seconds. */
void ngx_http_jwt_json_seconds(ngx_http_jwt_out_t *out, const char *name,
    ngx_msec_t time);

void ngx_http_jwt_json_flag(ngx_http_jwt_out_t *out, const char *name,
    ngx_uint_t flag);
void ngx_http_jwt_json_null(ngx_http_jwt_out_t *out, const char *name);

/* Writes a time in seconds of the wall clock; null for one that never was. */
void ngx_http_jwt_json_time(ngx_http_jwt_out_t *out, const char *name,
    time_t when);

void ngx_http_jwt_json_list(ngx_http_jwt_out_t *out, const char *name,
    const njwt_slice_t *texts, size_t n);


#endif /* NGX_HTTP_JWT_JSON_H */
