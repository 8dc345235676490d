/*
 * The rules of a location: jwt_require_scope, jwt_require_claim and
 * jwt_audience.
 */

#include "ngx_http_jwt.h"
#include "ngx_http_jwt_directives.h"
#include "njwt_rule.h"


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


#if (NGX_PCRE)

static njwt_regex_result_t
ngx_http_jwt_claim_match(void *regex, njwt_slice_t text)
{
    ngx_int_t  n;
    ngx_str_t  s;

    s.data = (u_char *) text.data;
    s.len = text.len;

    if (s.data == NULL) {
        s.data = (u_char *) "";
    }

    /* its own text sets the limit: see NJWT_REGEX_LIMIT */

    n = ngx_regex_exec(regex, &s, NULL, 0);

    if (n >= 0) {
        return NJWT_REGEX_FOUND;
    }

    return (n == NGX_REGEX_NO_MATCHED) ? NJWT_REGEX_NOT_FOUND
                                       : NJWT_REGEX_BROKEN;
}


/* Compiles an expression, with the limit before it. */

static ngx_int_t
ngx_http_jwt_claim_compile(ngx_conf_t *cf, const njwt_rule_value_t *value,
    ngx_uint_t limited, ngx_regex_compile_t *rc)
{
    size_t   len;
    u_char  *p;

    len = limited ? sizeof(NJWT_REGEX_LIMIT) - 1 : 0;

    p = ngx_pnalloc(cf->pool, len + value->text.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, NJWT_REGEX_LIMIT, len);
    ngx_memcpy(p + len, value->text.data, value->text.len);
    p[len + value->text.len] = '\0';

    rc->pattern.data = p;
    rc->pattern.len = len + value->text.len;
    rc->pool = cf->pool;
    rc->options = value->caseless ? NGX_REGEX_CASELESS : 0;

    return ngx_regex_compile(rc);
}


static char *
ngx_http_jwt_claim_regex(ngx_conf_t *cf, njwt_rule_value_t *value)
{
    u_char               errstr[NGX_MAX_CONF_ERRSTR];
    ngx_regex_compile_t  rc;

    if (value->text.len == 0) {
        return "has an empty expression, write one behind \"~\"";
    }

    ngx_memzero(&rc, sizeof(ngx_regex_compile_t));

    rc.err.len = NGX_MAX_CONF_ERRSTR;
    rc.err.data = errstr;

    if (ngx_http_jwt_claim_compile(cf, value, 1, &rc) != NGX_OK) {
        rc.err.len = NGX_MAX_CONF_ERRSTR;

        /* the error shows the expression as the configuration has it */

        (void) ngx_http_jwt_claim_compile(cf, value, 0, &rc);

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%V in \"jwt_require_claim\"", &rc.err);
        return NGX_CONF_ERROR;
    }

    value->regex = rc.regex;

    return NGX_CONF_OK;
}

#else

#define ngx_http_jwt_claim_match  NULL


static char *
ngx_http_jwt_claim_regex(ngx_conf_t *cf, njwt_rule_value_t *value)
{
    return "has an expression, and this nginx is built without PCRE, write "
           "the values themselves";
}

#endif


/* One VALUE. */

static char *
ngx_http_jwt_claim_value(ngx_conf_t *cf, ngx_str_t *arg,
    njwt_rule_value_t *value)
{
    njwt_slice_t  instead;

    *value = njwt_rule_value(ngx_http_jwt_slice(arg));

    if (njwt_rule_value_fault(value, &instead)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"jwt_require_claim\", "
                           "write %*s", arg, instead.len, instead.data);
        return NGX_CONF_ERROR;
    }

    if (njwt_rule_value_regex(value)) {
        return ngx_http_jwt_claim_regex(cf, value);
    }

    if (ngx_http_jwt_claim_variable(value->text)) {
        return "has a value with a variable in it, which is compared as it "
               "stands: write \"jwt_require\" with a \"map\"";
    }

    return NGX_CONF_OK;
}


/* Would somebody who knows another module's rules mean something else? */

static char *
ngx_http_jwt_claim_operator(ngx_conf_t *cf, ngx_str_t *word)
{
    njwt_slice_t  instead;

    if (!njwt_rule_operator(ngx_http_jwt_slice(word), &instead)) {
        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"%V\" is no operator in \"jwt_require_claim\", "
                       "where each word behind the claim is a value, write "
                       "%*s", word, instead.len, instead.data);

    return NGX_CONF_ERROR;
}


/* Of several values one is enough: two bounds are no range. */

static void
ngx_http_jwt_claim_warn_range(ngx_conf_t *cf, const njwt_claim_rule_t *rule)
{
    size_t      i;
    ngx_uint_t  above, below;

    above = 0;
    below = 0;

    for (i = 0; i < rule->value_count; i++) {

        switch (rule->values[i].kind) {

        case NJWT_RULE_GREATER:
        case NJWT_RULE_NOT_LESS:
            above = 1;
            break;

        case NJWT_RULE_LESS:
        case NJWT_RULE_NOT_GREATER:
            below = 1;
            break;

        default:
            break;
        }
    }

    if (above && below) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "of the values in \"jwt_require_claim\" one is "
                           "enough, for a range write one "
                           "\"jwt_require_claim\" for each bound");
    }
}


static char *
ngx_http_jwt_claim_values(ngx_conf_t *cf, njwt_claim_rule_t *rule)
{
    char               *rv;
    ngx_str_t          *arg;
    ngx_uint_t          i;
    njwt_rule_value_t  *value;

    arg = (ngx_str_t *) cf->args->elts + 2;

    if (cf->args->nelts > 3
        && ngx_http_jwt_claim_operator(cf, arg) != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    rule->value_count = cf->args->nelts - 2;
    rule->match = ngx_http_jwt_claim_match;

    value = ngx_pcalloc(cf->pool, rule->value_count
                                  * sizeof(njwt_rule_value_t));
    if (value == NULL) {
        return NGX_CONF_ERROR;
    }

    rule->values = value;

    for (i = 0; i < rule->value_count; i++) {
        rv = ngx_http_jwt_claim_value(cf, &arg[i], &value[i]);

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    ngx_http_jwt_claim_warn_range(cf, rule);

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_audience(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    ngx_str_t     *arg;
    ngx_uint_t     i;
    njwt_slice_t  *audience;

    if (jlcf->audiences != NULL) {
        return "is duplicate, write its values in one";
    }

    ngx_http_jwt_conf_place(cf, &jlcf->audiences_place);

    jlcf->audiences = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                       sizeof(njwt_slice_t));
    if (jlcf->audiences == NULL) {
        return NGX_CONF_ERROR;
    }

    arg = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (arg[i].len == 0) {
            return "has an empty value, write one or leave it out";
        }

        if (ngx_strcmp(arg[i].data, "off") == 0) {
            return "narrows what \"audience\" of the jwt_issuer block "
                   "accepts, and takes no \"off\", leave it out";
        }

        if (ngx_strlchr(arg[i].data, arg[i].data + arg[i].len, '$')) {
            return "takes no variables, write the API's identifier itself";
        }

        audience = ngx_array_push(jlcf->audiences);
        if (audience == NULL) {
            return NGX_CONF_ERROR;
        }

        *audience = ngx_http_jwt_slice(&arg[i]);
    }

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_require_claim(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    char               *rv;
    ngx_str_t          *arg;
    njwt_claim_rule_t  *rule;

    if (jlcf->claim_rules == NULL) {
        ngx_http_jwt_conf_place(cf, &jlcf->claim_rules_place);

        jlcf->claim_rules = ngx_array_create(cf->pool, 2,
                                             sizeof(njwt_claim_rule_t));
        if (jlcf->claim_rules == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    rule = ngx_array_push(jlcf->claim_rules);
    if (rule == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(rule, sizeof(njwt_claim_rule_t));

    arg = cf->args->elts;
    rv = ngx_http_jwt_conf_claim(cf, &arg[1], &rule->claim);

    if (rv != NGX_CONF_OK || cf->args->nelts == 2) {
        return rv;
    }

    return ngx_http_jwt_claim_values(cf, rule);
}
