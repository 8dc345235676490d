/*
 * How are the lists in a jwt_issuer block read?  Issuers, audiences,
 * algorithms and the claims that hold scopes.
 */

#include "ngx_http_jwt.h"
#include "njwt_path.h"


/* Adds each argument to a list of slices. */

char *
ngx_http_jwt_issuer_values(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    ngx_str_t      *value;
    ngx_uint_t      i;
    ngx_array_t   **list;
    njwt_slice_t   *slice;

    list = (ngx_array_t **) (p + cmd->offset);

    if (*list != NULL) {
        return "is duplicate, write its values in one";
    }

    *list = ngx_array_create(cf->pool, 2, sizeof(njwt_slice_t));
    if (*list == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (value[i].len == 0) {
            return "has an empty value";
        }

        slice = ngx_array_push(*list);
        if (slice == NULL) {
            return NGX_CONF_ERROR;
        }

        *slice = ngx_http_jwt_slice(&value[i]);
    }

    return NGX_CONF_OK;
}


/*
 * Issuers are compared byte for byte.  What another product's configuration
 * or a tenant's documentation writes for a part that varies never matches.
 */

char *
ngx_http_jwt_issuer_issuer(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    size_t      at;
    ngx_str_t  *value;
    ngx_uint_t  i;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        at = strcspn((char *) value[i].data, "$*{} \t\r\n");

        if (at < value[i].len) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"issuer\" \"%V\" holds a \"$\", \"*\", "
                               "\"{\", \"}\" or blank: there are no patterns "
                               "and no variables, write the exact \"iss\" of "
                               "the tokens, each value of several",
                               &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    return ngx_http_jwt_issuer_values(cf, cmd, conf);
}


char *
ngx_http_jwt_issuer_audience(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_issuer_t  *issuer = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_strchr(value[i].data, '$') != NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"audience\" \"%V\" holds a \"$\": there are "
                               "no variables, write the exact \"aud\" of the "
                               "tokens, each value of several", &value[i]);
            return NGX_CONF_ERROR;
        }

        if (ngx_strcmp(value[i].data, "off") != 0) {
            continue;
        }

        if (cf->args->nelts > 2) {
            return "takes either \"off\" or values, not both";
        }

        issuer->trust.expected.any_audience = true;
    }

    return ngx_http_jwt_issuer_values(cf, cmd, conf);
}


char *
ngx_http_jwt_issuer_algorithms(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_issuer_t  *issuer = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;
    njwt_alg_t   alg;

    if (issuer->algorithms) {
        return "is duplicate, write its values in one";
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        alg = njwt_alg(ngx_http_jwt_slice(&value[i]));

        if (alg == NJWT_ALG_UNKNOWN) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid algorithm \"%V\" in \"algorithms\", "
                               "write RS256, or of RS384 RS512 PS256 PS384 "
                               "PS512 ES256 ES384 ES512 EdDSA (or Ed25519) "
                               "HS256 HS384 HS512 what the API signs with",
                               &value[i]);
            return NGX_CONF_ERROR;
        }

        issuer->algorithms |= alg;
    }

    if ((issuer->algorithms & NJWT_ALGS_HMAC)
        && (issuer->algorithms & ~NJWT_ALGS_HMAC))
    {
        return "mixes shared secrets (HS*) with public keys: a public key "
               "could be taken for the secret, write one kind";
    }

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_issuer_profile(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_issuer_t  *issuer = conf;

    ngx_str_t  *value;

    if (issuer->profile != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "any") == 0) {
        issuer->profile = NJWT_PROFILE_ANY;
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(value[1].data, "rfc9068") == 0) {
        issuer->profile = NJWT_PROFILE_RFC9068;
        return NGX_CONF_OK;
    }

    return "has an unknown value, write \"any\" or \"rfc9068\"";
}


char *
ngx_http_jwt_issuer_scope_claim(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        if (!njwt_path_valid(ngx_http_jwt_slice(&value[i]))) {
            return "has a value that names no claim, write its name, or a "
                   "JSON Pointer in which \"~\" is \"~0\"";
        }
    }

    return ngx_http_jwt_issuer_values(cf, cmd, conf);
}
