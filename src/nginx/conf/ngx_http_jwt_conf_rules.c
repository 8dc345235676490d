/*
 * The rules of a location: jwt_require_scope, jwt_require_claim and
 * jwt_audience.
 */

#include "ngx_http_jwt.h"
#include "ngx_http_jwt_directives.h"
#include "njwt_policy_words.h"


/* Logs what is wrong with the rule being read. */

static char *
ngx_http_jwt_rule_fault(ngx_conf_t *cf, ngx_uint_t level,
    const njwt_fault_t *fault)
{
    ngx_str_t     *value;
    njwt_slice_t   where;

    if (fault->what == NULL) {
        return (char *) fault->rest;
    }

    value = cf->args->elts;
    where = fault->where.len ? fault->where : ngx_http_jwt_slice(&value[0]);

    ngx_conf_log_error(level, cf, 0, "%s\"%*s\"%s in \"%*s\"%s%*s",
                       fault->what, fault->word.len, fault->word.data,
                       fault->how, where.len, where.data, fault->rest,
                       fault->instead.len, fault->instead.data);

    return NGX_CONF_ERROR;
}


/* The arguments of the directive, from the given one on. */

static njwt_slice_t *
ngx_http_jwt_rule_words(ngx_conf_t *cf, ngx_uint_t first)
{
    ngx_str_t     *value;
    ngx_uint_t     i;
    njwt_slice_t  *words;

    words = ngx_palloc(cf->pool, cf->args->nelts * sizeof(njwt_slice_t));
    if (words == NULL) {
        return NULL;
    }

    value = cf->args->elts;

    for (i = first; i < cf->args->nelts; i++) {
        words[i - first] = ngx_http_jwt_slice(&value[i]);
    }

    return words;
}


char *
ngx_http_jwt_require_scope(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    size_t              n;
    njwt_fault_t        fault;
    njwt_slice_t       *words, *room;
    njwt_scope_rule_t  *rule;

    n = cf->args->nelts - 1;
    words = ngx_http_jwt_rule_words(cf, 1);
    rule = ngx_http_jwt_conf_push(cf, &jlcf->rules, &jlcf->rules_pos,
                                  sizeof(njwt_scope_rule_t));
    if (words == NULL || rule == NULL) {
        return NGX_CONF_ERROR;
    }

    room = ngx_palloc(cf->pool, njwt_scope_rule_room(words, n)
                                * sizeof(njwt_slice_t));
    if (room == NULL) {
        return NGX_CONF_ERROR;
    }

    if (!njwt_scope_rule_read(rule, words, n, room, &fault)) {
        return ngx_http_jwt_rule_fault(cf, NGX_LOG_EMERG, &fault);
    }

    if (njwt_scope_rule_doubt(rule, &fault)) {
        (void) ngx_http_jwt_rule_fault(cf, NGX_LOG_WARN, &fault);
    }

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


/* Compiles an expression, with the limit in front of it. */

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

    ngx_memzero(&rc, sizeof(ngx_regex_compile_t));

    rc.err.len = NGX_MAX_CONF_ERRSTR;
    rc.err.data = errstr;

    if (ngx_http_jwt_claim_compile(cf, value, 1, &rc) != NGX_OK) {
        rc.err.len = NGX_MAX_CONF_ERRSTR;

        /* the error shows the expression as it was configured */

        (void) ngx_http_jwt_claim_compile(cf, value, 0, &rc);

        return ngx_http_jwt_conf_error(cf, NULL,
                   "%V in \"jwt_require_claim\"", &rc.err);
    }

    value->regex = rc.regex;

    return NGX_CONF_OK;
}

#else

#define ngx_http_jwt_claim_match  NULL


static char *
ngx_http_jwt_claim_regex(ngx_conf_t *cf, njwt_rule_value_t *value)
{
    return "has an expression, and this nginx is built without PCRE: write "
           "the values themselves";
}

#endif


static char *
ngx_http_jwt_claim_values(ngx_conf_t *cf, njwt_claim_rule_t *rule)
{
    char               *rv;
    ngx_uint_t          i;
    njwt_fault_t        fault;
    njwt_slice_t       *words;
    njwt_rule_value_t  *values;

    rule->value_count = cf->args->nelts - 2;
    rule->match = ngx_http_jwt_claim_match;

    words = ngx_http_jwt_rule_words(cf, 2);
    values = ngx_pcalloc(cf->pool, rule->value_count
                                   * sizeof(njwt_rule_value_t));
    if (words == NULL || values == NULL) {
        return NGX_CONF_ERROR;
    }

    rule->values = values;

    if (!njwt_claim_rule_read(rule->claim, values, words, rule->value_count,
                              &fault))
    {
        return ngx_http_jwt_rule_fault(cf, NGX_LOG_EMERG, &fault);
    }

    for (i = 0; i < rule->value_count; i++) {
        rv = njwt_rule_value_regex(&values[i])
             ? ngx_http_jwt_claim_regex(cf, &values[i]) : NGX_CONF_OK;

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    if (njwt_claim_rule_range(rule)) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "one of the values in \"jwt_require_claim\" is "
                           "enough: for a range, write one "
                           "\"jwt_require_claim\" for each bound");
    }

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_audience(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    ngx_str_t   *arg;
    ngx_uint_t   i;

    ngx_http_jwt_conf_pos(cf, &jlcf->audiences_pos);

    arg = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strcmp(arg[i].data, "off") == 0) {
            return "narrows what \"audience\" of the jwt_issuer block "
                   "accepts, and takes no \"off\": leave it out";
        }

        if (!njwt_audience_exact(ngx_http_jwt_slice(&arg[i]))) {
            return "takes no variables: write the API's identifier itself";
        }
    }

    return ngx_http_jwt_conf_values(cf, &jlcf->audiences);
}


/* "role=admin" is one word: a claim that is called so must be there. */

static void
ngx_http_jwt_claim_warn_equals(ngx_conf_t *cf, njwt_slice_t claim)
{
    u_char  *p;

    p = ngx_strlchr((u_char *) claim.data, (u_char *) claim.data + claim.len,
                    '=');

    if (p == NULL || p == claim.data || claim.data[0] == '/'
        || ngx_strlchr((u_char *) claim.data, p, ':') != NULL)
    {
        return;
    }

    ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                       "\"jwt_require_claim\" looks for a claim that is "
                       "called \"%*s\": write a blank between the claim and "
                       "its value, as in \"jwt_require_claim %*s VALUE;\"",
                       claim.len, claim.data, (size_t) (p - claim.data),
                       claim.data);
}


char *
ngx_http_jwt_require_claim(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    char               *rv;
    ngx_str_t          *arg;
    njwt_claim_rule_t  *rule;

    rule = ngx_http_jwt_conf_push(cf, &jlcf->claim_rules,
                                  &jlcf->claim_rules_pos,
                                  sizeof(njwt_claim_rule_t));
    if (rule == NULL) {
        return NGX_CONF_ERROR;
    }

    arg = cf->args->elts;
    rv = ngx_http_jwt_conf_claim(cf, &arg[1], &rule->claim);

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    ngx_http_jwt_claim_warn_equals(cf, rule->claim);

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    return ngx_http_jwt_claim_values(cf, rule);
}
