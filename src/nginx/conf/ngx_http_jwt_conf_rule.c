/*
 * What does the configuration ask of a token's scopes?  jwt_require_scope.
 */

#include "ngx_http_jwt.h"


/* One method: nginx has a name for it, or it is known by its own. */

static char *
ngx_http_jwt_rule_method(ngx_conf_t *cf, njwt_scope_rule_t *rule,
    ngx_array_t *others, njwt_slice_t name, ngx_str_t *value)
{
    njwt_slice_t    *other;
    njwt_methods_t   method;

    if (!njwt_method_valid(name)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown method \"%*s\" in \"%V\", write "
                           "methods in upper case with commas between, "
                           "as in methods=GET,POST",
                           name.len, name.data, value);
        return NGX_CONF_ERROR;
    }

    if (njwt_method_answered(name)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the method \"%*s\" in \"%V\" is answered by "
                           "nginx itself, write the rule without it",
                           name.len, name.data, value);
        return NGX_CONF_ERROR;
    }

    method = njwt_method(name);

    if (method != 0) {
        rule->methods |= method;
        return NGX_CONF_OK;
    }

    other = ngx_array_push(others);
    if (other == NULL) {
        return NGX_CONF_ERROR;
    }

    *other = name;

    return NGX_CONF_OK;
}


/* methods=GET,POST */

static char *
ngx_http_jwt_rule_methods(ngx_conf_t *cf, njwt_scope_rule_t *rule,
    ngx_str_t *value)
{
    u_char        *p, *end;
    ngx_array_t    others;
    njwt_slice_t   name;

    p = value->data + sizeof("methods=") - 1;
    end = value->data + value->len;

    if (!rule->every_method) {
        return "has \"methods=\" twice";
    }

    rule->every_method = false;

    if (ngx_array_init(&others, cf->pool, 1, sizeof(njwt_slice_t)) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    do {
        name.data = p;

        while (p < end && *p != ',') {
            p++;
        }

        name.len = p - name.data;

        if (ngx_http_jwt_rule_method(cf, rule, &others, name, value)
            != NGX_CONF_OK)
        {
            return NGX_CONF_ERROR;
        }

    } while (p++ < end);

    rule->others = others.elts;
    rule->other_count = others.nelts;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_rule_scope(ngx_conf_t *cf, ngx_array_t *scopes, ngx_str_t *value)
{
    njwt_slice_t  scope, *entry;

    /* a parameter that is misspelt would be a scope that nobody has */

    if (ngx_strncasecmp(value->data, (u_char *) "method=", 7) == 0
        || ngx_strncasecmp(value->data, (u_char *) "methods=", 8) == 0
        || ngx_strncasecmp(value->data, (u_char *) "match=", 6) == 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" in "
                           "\"jwt_require_scope\", write methods=GET,POST or "
                           "match=any", value);
        return NGX_CONF_ERROR;
    }

    scope = ngx_http_jwt_slice(value);

    if (!njwt_scope_valid(scope)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid scope \"%V\" in \"jwt_require_scope\", a "
                           "scope is printable ASCII without space, quote and "
                           "backslash", value);
        return NGX_CONF_ERROR;
    }

    if (ngx_strlchr(value->data, value->data + value->len, '$') != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "scope \"%V\" with a \"$\" in "
                           "\"jwt_require_scope\", which reads no variables: "
                           "write the scope as the token has it, or "
                           "\"jwt_require\" with a \"map\"", value);
        return NGX_CONF_ERROR;
    }

    if (ngx_strlchr(value->data, value->data + value->len, ',') != NULL) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "scope \"%V\" in \"jwt_require_scope\" is one "
                           "scope with a comma in it, write a blank between "
                           "two", value);
    }

    entry = ngx_array_push(scopes);
    if (entry == NULL) {
        return NGX_CONF_ERROR;
    }

    *entry = scope;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_rule_argument(ngx_conf_t *cf, njwt_scope_rule_t *rule,
    ngx_array_t *scopes, ngx_str_t *value)
{
    if (ngx_strncmp(value->data, "methods=", 8) == 0) {
        return ngx_http_jwt_rule_methods(cf, rule, value);
    }

    if (ngx_strncmp(value->data, "match=", 6) != 0) {
        return ngx_http_jwt_rule_scope(cf, scopes, value);
    }

    if (ngx_strcmp(value->data + 6, "any") != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", write match=any, or "
                           "leave it out for all of the scopes", value);
        return NGX_CONF_ERROR;
    }

    if (rule->any) {
        return "has \"match=any\" twice";
    }

    rule->any = true;

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_require_scope(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    char               *rv;
    ngx_str_t          *value;
    ngx_uint_t          i;
    ngx_array_t         scopes;
    njwt_scope_rule_t  *rule;

    if (jlcf->rules == NULL) {
        ngx_http_jwt_conf_place(cf, &jlcf->rules_place);

        jlcf->rules = ngx_array_create(cf->pool, 4,
                                       sizeof(njwt_scope_rule_t));
        if (jlcf->rules == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    rule = ngx_array_push(jlcf->rules);

    if (rule == NULL
        || ngx_array_init(&scopes, cf->pool, 2, sizeof(njwt_slice_t))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(rule, sizeof(njwt_scope_rule_t));
    rule->every_method = true;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        rv = ngx_http_jwt_rule_argument(cf, rule, &scopes, &value[i]);

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    if (scopes.nelts == 0) {
        return "names no scope";
    }

    rule->scopes = scopes.elts;
    rule->scope_count = scopes.nelts;

    return NGX_CONF_OK;
}
