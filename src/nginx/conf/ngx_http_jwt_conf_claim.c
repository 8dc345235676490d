/*
 * What does the configuration ask of a token's other claims?
 * jwt_require_claim.
 */

#include "ngx_http_jwt.h"
#include "njwt_path.h"
#include "njwt_rule.h"


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

    n = ngx_regex_exec(regex, &s, NULL, 0);

    if (n >= 0) {
        return NJWT_REGEX_FOUND;
    }

    return (n == NGX_REGEX_NO_MATCHED) ? NJWT_REGEX_NOT_FOUND
                                       : NJWT_REGEX_BROKEN;
}


static char *
ngx_http_jwt_claim_regex(ngx_conf_t *cf, njwt_rule_value_t *value)
{
    u_char               errstr[NGX_MAX_CONF_ERRSTR];
    ngx_regex_compile_t  rc;

    ngx_memzero(&rc, sizeof(ngx_regex_compile_t));

    rc.pattern.data = (u_char *) value->text.data;
    rc.pattern.len = value->text.len;
    rc.pool = cf->pool;
    rc.options = value->caseless ? NGX_REGEX_CASELESS : 0;
    rc.err.len = NGX_MAX_CONF_ERRSTR;
    rc.err.data = errstr;

    if (value->text.len == 0) {
        return "has an empty expression, write one behind \"~\"";
    }

    if (ngx_regex_compile(&rc) != NGX_OK) {
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


/* Does this look like a variable?  It would be compared letter by letter. */

static ngx_uint_t
ngx_http_jwt_claim_variable(njwt_slice_t text)
{
    size_t  i;
    u_char  c;

    for (i = 0; i + 1 < text.len; i++) {
        c = text.data[i + 1];

        if (text.data[i] == '$'
            && (c == '{' || c == '_' || (c >= '0' && c <= '9')
                || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')))
        {
            return 1;
        }
    }

    return 0;
}


char *
ngx_http_jwt_conf_claim(ngx_conf_t *cf, ngx_str_t *name, njwt_slice_t *claim)
{
    *claim = ngx_http_jwt_slice(name);

    if (ngx_http_jwt_claim_variable(*claim)) {
        return "names a variable where a claim is wanted, write the claim's "
               "name";
    }

    if (!njwt_path_valid(*claim)) {
        return "names no claim, write its name, or a JSON Pointer in which "
               "\"~\" is \"~0\"";
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_claim_values(ngx_conf_t *cf, njwt_claim_rule_t *rule)
{
    char               *rv;
    ngx_str_t          *arg;
    ngx_uint_t          i;
    njwt_rule_value_t  *value;

    arg = (ngx_str_t *) cf->args->elts + 2;

    rule->value_count = cf->args->nelts - 2;
    rule->match = ngx_http_jwt_claim_match;

    value = ngx_pcalloc(cf->pool, rule->value_count
                                  * sizeof(njwt_rule_value_t));
    if (value == NULL) {
        return NGX_CONF_ERROR;
    }

    rule->values = value;

    for (i = 0; i < rule->value_count; i++) {
        value[i] = njwt_rule_value(ngx_http_jwt_slice(&arg[i]));

        if (value[i].kind != NJWT_RULE_EQUAL) {
            rv = ngx_http_jwt_claim_regex(cf, &value[i]);

            if (rv != NGX_CONF_OK) {
                return rv;
            }

            continue;
        }

        if (ngx_http_jwt_claim_variable(value[i].text)) {
            return "has a value with a variable in it, which is compared as "
                   "it stands: write \"jwt_require\" with a \"map\"";
        }
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
