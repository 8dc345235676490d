/*
 * The check of jwt_require.
 *
 * The variables are read in the access phase, after the verdict, and can only
 * turn an allowed request into a refused one.  A variable that was read
 * earlier in the request may be cached with its old value (that of a map over
 * a claim, before the token was judged), so it is evaluated again.
 */

#include "ngx_http_jwt_request.h"


static char *
ngx_http_jwt_require_argument(ngx_conf_t *cf,
    ngx_http_jwt_condition_t *condition, ngx_uint_t *error, ngx_str_t *arg)
{
    ngx_str_t   name;
    ngx_int_t  *index;

    if (ngx_strncmp(arg->data, "error=", 6) == 0) {

        if ((*error)++) {
            return "has \"error=\" twice";
        }

        if (ngx_strcmp(arg->data + 6, "401") == 0) {
            condition->unauthorized = 1;

        } else if (ngx_strcmp(arg->data + 6, "403") != 0) {
            return "has another \"error=\" than it knows, write error=401 or "
                   "error=403";
        }

        return NGX_CONF_OK;
    }

    if (arg->len < 2 || arg->data[0] != '$') {
        return "takes variables, write \"$name\", one or more";
    }

    name.data = arg->data + 1;
    name.len = arg->len - 1;

    index = ngx_array_push(&condition->variables);
    if (index == NULL) {
        return NGX_CONF_ERROR;
    }

    *index = ngx_http_jwt_conf_variable(cf, &name);

    return (*index == NGX_ERROR) ? NGX_CONF_ERROR : NGX_CONF_OK;
}


char *
ngx_http_jwt_require(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    char                      *rv;
    ngx_str_t                 *arg;
    ngx_uint_t                 i, error;
    ngx_http_jwt_condition_t  *condition;

    condition = ngx_http_jwt_conf_push(cf, &jlcf->conditions,
                                       &jlcf->conditions_pos,
                                       sizeof(ngx_http_jwt_condition_t));
    if (condition == NULL
        || ngx_array_init(&condition->variables, cf->pool, 2,
                          sizeof(ngx_int_t))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    error = 0;
    arg = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        rv = ngx_http_jwt_require_argument(cf, condition, &error, &arg[i]);

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    if (condition->variables.nelts == 0) {
        return "names no variable";
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_jwt_require_read(ngx_http_request_t *r, ngx_int_t index,
    ngx_http_variable_value_t *value)
{
    ngx_int_t                   rc;
    ngx_http_variable_value_t  *kept;

    rc = ngx_http_jwt_variable_again(r, index, value);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    kept = ngx_http_get_flushed_variable(r, index);

    if (kept == NULL) {
        return NGX_ERROR;
    }

    *value = *kept;

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_require_one(ngx_http_request_t *r,
    ngx_http_jwt_condition_t *condition)
{
    ngx_int_t                  *index;
    ngx_uint_t                  i;
    ngx_http_variable_value_t   value;

    index = condition->variables.elts;

    for (i = 0; i < condition->variables.nelts; i++) {

        if (ngx_http_jwt_require_read(r, index[i], &value) != NGX_OK) {
            return NGX_ERROR;
        }

        if (!value.valid || value.not_found || value.len == 0
            || (value.len == 1 && value.data[0] == '0'))
        {
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}


void
ngx_http_jwt_require_check(ngx_http_request_t *r, ngx_http_jwt_ctx_t *ctx)
{
    ngx_int_t                  rc;
    ngx_uint_t                 i;
    ngx_http_jwt_condition_t  *condition;

    if (ctx->conf->conditions == NULL || ctx->verdict != NJWT_OK) {
        return;
    }

    condition = ctx->conf->conditions->elts;

    for (i = 0; i < ctx->conf->conditions->nelts; i++) {
        rc = ngx_http_jwt_require_one(r, &condition[i]);

        if (rc == NGX_OK) {
            continue;
        }

        if (rc == NGX_ERROR) {
            ctx->verdict = NJWT_UNDECIDED;
            return;
        }

        ctx->verdict = condition[i].unauthorized ? NJWT_CLAIM_MISMATCH_401
                                                 : NJWT_CLAIM_MISMATCH;
        return;
    }
}
