/*
 * How does a claim of any name become a variable?  jwt_claim_set.
 */

#include "ngx_http_jwt.h"


/* one jwt_claim_set */
typedef struct {
    ngx_str_t      name;
    njwt_slice_t   path;
} ngx_http_jwt_claim_variable_t;


static ngx_int_t
ngx_http_jwt_variable_path(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_jwt_claim_variable_t  *named;

    named = (ngx_http_jwt_claim_variable_t *) data;

    return ngx_http_jwt_variable_named(r, v, &named->name, named->path);
}


char *
ngx_http_jwt_claim_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                           *rv;
    ngx_str_t                      *value;
    ngx_http_variable_t            *var;
    ngx_http_jwt_claim_variable_t  *named;

    value = cf->args->elts;

    if (value[1].len < 2 || value[1].data[0] != '$') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid variable name \"%V\" in "
                           "\"jwt_claim_set\", write \"$name\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    value[1].len--;
    value[1].data++;

    named = ngx_palloc(cf->pool, sizeof(ngx_http_jwt_claim_variable_t));
    if (named == NULL) {
        return NGX_CONF_ERROR;
    }

    named->name = value[1];
    rv = ngx_http_jwt_conf_claim(cf, &value[2], &named->path);

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    var = ngx_http_add_variable(cf, &value[1], NGX_HTTP_VAR_NOCACHEABLE);
    if (var == NULL) {
        return NGX_CONF_ERROR;
    }

    if (var->get_handler != NULL) {
        return "names a variable that is there already";
    }

    var->get_handler = ngx_http_jwt_variable_path;
    var->data = (uintptr_t) named;

    return NGX_CONF_OK;
}
