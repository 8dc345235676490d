/*
 * Which keys does the configuration itself bring?  jwks_file and secret_file:
 * read once, so that a reload reads them again and a failed one changes
 * nothing.
 */

#include "ngx_http_jwt.h"


static void
ngx_http_jwt_keys_cleanup(void *data)
{
    njwt_jwks_free(data);
}


ngx_int_t
ngx_http_jwt_keys_read_file(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer,
    const char *directive, ngx_str_t *path, size_t size, njwt_slice_t *text)
{
    u_char                *data;
    ssize_t                n;
    ngx_file_t             file;
    ngx_http_jwt_place_t  *place;

    place = ngx_http_jwt_issuer_place(issuer, directive);

    if (ngx_conf_full_name(cf->cycle, path, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    data = ngx_palloc(cf->temp_pool, size + 1);
    if (data == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&file, sizeof(ngx_file_t));
    file.name = *path;
    file.log = cf->log;
    file.fd = ngx_open_file(path->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (file.fd == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, ngx_errno,
                      ngx_open_file_n " \"%V\" failed", path);
        (void) ngx_http_jwt_conf_error(cf, place,
                                       "\"%V\" of jwt_issuer \"%V\" can't be "
                                       "read, write the path of a file that "
                                       "nginx's master may read", path,
                                       &issuer->name);
        return NGX_ERROR;
    }

    n = ngx_read_file(&file, data, size + 1, 0);

    if (ngx_close_file(file.fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, cf->log, ngx_errno,
                      ngx_close_file_n " \"%V\" failed", path);
    }

    if (n == NGX_ERROR || (size_t) n > size) {
        (void) ngx_http_jwt_conf_error(cf, place,
                                       "\"%V\" of jwt_issuer \"%V\" %s", path,
                                       &issuer->name,
                                       n == NGX_ERROR ? "can't be read"
                                                      : "is too large");
        return NGX_ERROR;
    }

    text->data = data;
    text->len = (size_t) n;

    return NGX_OK;
}


/* A secret as long as the longest hash that it is used with (RFC 7518, 3.2) */

static size_t
ngx_http_jwt_keys_secret_min(ngx_http_jwt_issuer_t *issuer)
{
    if (issuer->algorithms & NJWT_ALG_HS512) {
        return 64;
    }

    return (issuer->algorithms & NJWT_ALG_HS384) ? 48 : 32;
}


static char *
ngx_http_jwt_keys_secret(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    size_t        least;
    njwt_slice_t  secret, whole;

    if (ngx_http_jwt_keys_read_file(cf, issuer, "secret_file",
                                    &issuer->secret_file, NJWT_MAX_SECRET,
                                    &secret)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    whole = secret;

    if (secret.len > 0 && secret.data[secret.len - 1] == LF) {
        secret.len--;
    }

    least = ngx_http_jwt_keys_secret_min(issuer);

    if (secret.len >= least) {
        issuer->fixed = njwt_jwks_of_secret(secret);
    }

    ngx_explicit_memzero((void *) whole.data, whole.len);

    if (secret.len < least) {
        return ngx_http_jwt_conf_error(cf,
                   ngx_http_jwt_issuer_place(issuer, "secret_file"),
                   "the secret in \"%V\" of jwt_issuer \"%V\" is shorter than "
                   "its hash, write at least %uz random bytes",
                   &issuer->secret_file, &issuer->name, least);
    }

    return (issuer->fixed != NULL) ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_http_jwt_keys_set(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    njwt_slice_t        text;
    njwt_jwks_report_t  report;

    if (ngx_http_jwt_keys_read_file(cf, issuer, "jwks_file",
                                    &issuer->jwks_file, issuer->jwks_max_size,
                                    &text)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    issuer->fixed = njwt_jwks_of_file(text, &report);

    if (issuer->fixed == NULL) {
        return ngx_http_jwt_conf_error(cf,
                   ngx_http_jwt_issuer_place(issuer, "jwks_file"),
                   "\"jwks_file\" \"%V\" of jwt_issuer \"%V\" gives no keys: "
                   "%s%s%s", &issuer->jwks_file, &issuer->name, report.error,
                   report.passed_why ? ", the first one because of " : "",
                   report.passed_why ? report.passed_why : "");
    }

    ngx_http_jwt_keys_report(issuer, &issuer->jwks_file, &report, cf->log);

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_issuer_read_keys(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    char                *rv;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_CONF_ERROR;
    }

    rv = issuer->secret_file.data ? ngx_http_jwt_keys_secret(cf, issuer)
                                  : ngx_http_jwt_keys_set(cf, issuer);

    cln->handler = ngx_http_jwt_keys_cleanup;
    cln->data = issuer->fixed;

    return rv;
}
