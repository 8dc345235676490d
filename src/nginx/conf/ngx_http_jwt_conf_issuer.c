/*
 * The jwt_issuer block: its directives, and how they are read.
 */

#include "ngx_http_jwt.h"
#include "ngx_http_jwt_directives.h"
#include "njwt_defaults.h"
#include "njwt_policy_words.h"


/* ngx_http_jwt_issuer_values() finds each list's count behind it */

#define ngx_http_jwt_issuer_counted(list, count)                             \
    (offsetof(ngx_http_jwt_issuer_t, trust.count)                            \
     == offsetof(ngx_http_jwt_issuer_t, trust.list) + sizeof(void *))

_Static_assert(ngx_http_jwt_issuer_counted(issuers, issuer_count)
               && ngx_http_jwt_issuer_counted(expected.audiences,
                                              expected.audience_count)
               && ngx_http_jwt_issuer_counted(expected.scope_claims,
                                              expected.scope_claim_count)
               && ngx_http_jwt_issuer_counted(revocation, revocation_count),
               "a list's count stands behind it");


static char *
ngx_http_jwt_issuer_values(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    char         *rv;
    ngx_array_t  *list;

    list = NULL;
    rv = ngx_http_jwt_conf_values(cf, &list);

    if (rv == NGX_CONF_OK) {
        *(njwt_slice_t **) (p + cmd->offset) = list->elts;
        *(size_t *) (p + cmd->offset + sizeof(void *)) = list->nelts;
    }

    return rv;
}


static char *
ngx_http_jwt_issuer_seconds(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    ngx_int_t   msec;
    ngx_str_t  *value;

    value = cf->args->elts;
    msec = ngx_parse_time(&value[1], 0);

    if (msec == NGX_ERROR) {
        return "invalid value";
    }

    *(double *) (p + cmd->offset) = (double) msec / 1000;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_issuer(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t  *value;
    ngx_uint_t  i;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        if (!njwt_issuer_exact(ngx_http_jwt_slice(&value[i]))) {
            return ngx_http_jwt_conf_error(cf, NULL, "\"issuer\" \"%V\" "
                       NJWT_ISSUER_INEXACT ", each value of several",
                       &value[i]);
        }
    }

    return ngx_http_jwt_issuer_values(cf, cmd, conf);
}


static char *
ngx_http_jwt_issuer_audience(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_issuer_t  *issuer = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        if (!njwt_audience_exact(ngx_http_jwt_slice(&value[i]))) {
            return ngx_http_jwt_conf_error(cf, NULL, "\"audience\" \"%V\" "
                       NJWT_AUDIENCE_INEXACT ", each value of several",
                       &value[i]);
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


static char *
ngx_http_jwt_issuer_algorithms(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_issuer_t  *issuer = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;
    njwt_alg_t   alg;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        alg = njwt_alg(ngx_http_jwt_slice(&value[i]));

        if (alg == NJWT_ALG_UNKNOWN) {
            return ngx_http_jwt_conf_error(cf, NULL,
                       "invalid algorithm \"%V\" in \"algorithms\": write "
                       NJWT_ALG_NAMES ", whichever the API signs with",
                       &value[i]);
        }

        issuer->trust.algorithms |= alg;
    }

    return njwt_algorithms_mixed(issuer->trust.algorithms)
           ? NJWT_ALGORITHMS_MIXED : NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_profile(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_issuer_t  *issuer = conf;

    ngx_str_t  *value;

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "any") == 0) {
        issuer->trust.expected.profile = NJWT_PROFILE_ANY;
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(value[1].data, "rfc9068") == 0) {
        issuer->trust.expected.profile = NJWT_PROFILE_RFC9068;
        return NGX_CONF_OK;
    }

    return "has an unknown value: write \"any\" or \"rfc9068\"";
}


static char *
ngx_http_jwt_issuer_claims(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char          *rv;
    ngx_str_t     *value;
    ngx_uint_t     i;
    njwt_slice_t   claim;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        rv = ngx_http_jwt_conf_claim(cf, &value[i], &claim);

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    return ngx_http_jwt_issuer_values(cf, cmd, conf);
}


#define ngx_http_jwt_issuer_setting(member)                                  \
    0, offsetof(ngx_http_jwt_issuer_t, member), NULL


/* at least one argument, as nginx counts them in a block's lines */

static ngx_command_t  ngx_http_jwt_issuer_commands[] = {

    { ngx_string("issuer"), NGX_CONF_1MORE, ngx_http_jwt_issuer_issuer,
      ngx_http_jwt_issuer_setting(trust.issuers) },

    { ngx_string("audience"), NGX_CONF_1MORE, ngx_http_jwt_issuer_audience,
      ngx_http_jwt_issuer_setting(trust.expected.audiences) },

    { ngx_string("algorithms"), NGX_CONF_1MORE, ngx_http_jwt_issuer_algorithms,
      ngx_http_jwt_issuer_setting(trust.algorithms) },

    { ngx_string("jwks_uri"), NGX_CONF_TAKE1, ngx_conf_set_str_slot,
      ngx_http_jwt_issuer_setting(jwks_uri) },

    { ngx_string("discovery"), NGX_CONF_TAKE1, ngx_conf_set_flag_slot,
      ngx_http_jwt_issuer_setting(discovery) },

    { ngx_string("jwks_file"), NGX_CONF_TAKE1, ngx_conf_set_str_slot,
      ngx_http_jwt_issuer_setting(jwks_file) },

    { ngx_string("secret_file"), NGX_CONF_TAKE1, ngx_conf_set_str_slot,
      ngx_http_jwt_issuer_setting(secret_file) },

    { ngx_string("jwks_refresh"), NGX_CONF_TAKE1, ngx_conf_set_msec_slot,
      ngx_http_jwt_issuer_setting(jwks_refresh) },

    { ngx_string("jwks_stale"), NGX_CONF_TAKE1, ngx_conf_set_msec_slot,
      ngx_http_jwt_issuer_setting(jwks_stale) },

    { ngx_string("jwks_cooldown"), NGX_CONF_TAKE1, ngx_conf_set_msec_slot,
      ngx_http_jwt_issuer_setting(jwks_cooldown) },

    { ngx_string("jwks_wait"), NGX_CONF_TAKE1, ngx_conf_set_msec_slot,
      ngx_http_jwt_issuer_setting(jwks_wait) },

    { ngx_string("jwks_timeout"), NGX_CONF_TAKE1, ngx_conf_set_msec_slot,
      ngx_http_jwt_issuer_setting(jwks_timeout) },

    { ngx_string("jwks_max_size"), NGX_CONF_TAKE1, ngx_conf_set_size_slot,
      ngx_http_jwt_issuer_setting(jwks_max_size) },

    { ngx_string("jwks_proxy"), NGX_CONF_TAKE1, ngx_conf_set_str_slot,
      ngx_http_jwt_issuer_setting(jwks_proxy) },

    { ngx_string("ssl_trusted_certificate"), NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      ngx_http_jwt_issuer_setting(ssl_trusted_certificate) },

    { ngx_string("state_path"), NGX_CONF_TAKE1, ngx_conf_set_str_slot,
      ngx_http_jwt_issuer_setting(state_path) },

    { ngx_string("leeway"), NGX_CONF_TAKE1, ngx_http_jwt_issuer_seconds,
      ngx_http_jwt_issuer_setting(trust.expected.leeway) },

    { ngx_string("max_age"), NGX_CONF_TAKE1, ngx_http_jwt_issuer_seconds,
      ngx_http_jwt_issuer_setting(trust.expected.max_age) },

    { ngx_string("profile"), NGX_CONF_TAKE1, ngx_http_jwt_issuer_profile,
      ngx_http_jwt_issuer_setting(trust.expected.profile) },

    { ngx_string("scope_claim"), NGX_CONF_1MORE, ngx_http_jwt_issuer_claims,
      ngx_http_jwt_issuer_setting(trust.expected.scope_claims) },

    { ngx_string("revocation"), NGX_CONF_1MORE, ngx_http_jwt_issuer_values,
      ngx_http_jwt_issuer_setting(trust.revocation) },

    { ngx_string("revocation_file"), NGX_CONF_TAKE1, ngx_conf_set_str_slot,
      ngx_http_jwt_issuer_setting(revocation.file) },

    { ngx_string("revocation_keep"), NGX_CONF_TAKE1, ngx_conf_set_msec_slot,
      ngx_http_jwt_issuer_setting(revocation.keep) },

      ngx_null_command
};

_Static_assert(sizeof(ngx_http_jwt_issuer_commands) / sizeof(ngx_command_t)
               <= NGX_HTTP_JWT_ISSUER_LINES + 1,
               "each directive needs room in NGX_HTTP_JWT_ISSUER_LINES");


ngx_uint_t
ngx_http_jwt_issuer_knows(const ngx_str_t *name)
{
    return ngx_http_jwt_conf_command(ngx_http_jwt_issuer_commands, name)
           != NULL;
}


/* Names the possible directives, so that a typo is easily seen. */

static char *
ngx_http_jwt_issuer_unknown(ngx_conf_t *cf, ngx_str_t *name)
{
    u_char         *p, *last;
    u_char          known[NGX_MAX_CONF_ERRSTR / 2];
    ngx_command_t  *cmd;

    p = known;
    last = known + sizeof(known);

    for (cmd = ngx_http_jwt_issuer_commands; cmd->name.len; cmd++) {
        p = ngx_slprintf(p, last, " %V", &cmd->name);
    }

    return ngx_http_jwt_conf_error(cf, NULL,
               "unknown directive \"%V\" in \"jwt_issuer\", which takes:%*s",
               name, (size_t) (p - known), known);
}


static char *
ngx_http_jwt_issuer_arguments(ngx_conf_t *cf, ngx_str_t *name)
{
    return ngx_http_jwt_conf_error(cf, NULL,
               "invalid number of arguments in \"%V\" directive", name);
}


/* Reads one directive of the block by the block's own table. */

static char *
ngx_http_jwt_issuer_line(ngx_conf_t *cf, ngx_command_t *dummy, void *conf)
{
    ngx_http_jwt_issuer_t  *issuer = conf;

    char                 *rv;
    ngx_str_t            *value;
    ngx_command_t        *cmd;
    ngx_http_jwt_line_t  *line;

    value = cf->args->elts;

    if (ngx_strcmp(value[0].data, "include") == 0) {
        if (cf->args->nelts != 2) {
            return ngx_http_jwt_issuer_arguments(cf, &value[0]);
        }

        return ngx_conf_include(cf, dummy, conf);
    }

    cmd = ngx_http_jwt_conf_command(ngx_http_jwt_issuer_commands, &value[0]);

    if (cmd == NULL) {
        return ngx_http_jwt_issuer_unknown(cf, &value[0]);
    }

    if (cf->args->nelts < 2
        || (cmd->type == NGX_CONF_TAKE1 && cf->args->nelts != 2))
    {
        return ngx_http_jwt_issuer_arguments(cf, &value[0]);
    }

    line = &issuer->lines[cmd - ngx_http_jwt_issuer_commands];

    rv = (line->name == NULL) ? cmd->set(cf, cmd, conf)
         : (cmd->type == NGX_CONF_TAKE1) ? "is duplicate"
         : "is duplicate: write its values in one";

    line->name = (const char *) cmd->name.data;
    ngx_http_jwt_conf_pos(cf, &line->pos);

    if (rv == NGX_CONF_OK || rv == NGX_CONF_ERROR) {
        return rv;
    }

    if (ngx_strcmp(rv, "invalid value") == 0) {
        return ngx_http_jwt_conf_error(cf, NULL,
                   "invalid value \"%V\" in \"%V\" directive: write a %s",
                   &value[1], &value[0],
                   (cmd->set == ngx_conf_set_size_slot)
                   ? "size, as in 256k or 1m"
                   : "time, as in 500ms, 30s or 10m");
    }

    return ngx_http_jwt_conf_error(cf, NULL, "\"%V\" directive %s", &value[0],
                                   rv);
}


/*
 * Frees the keys of a file, and the copy of the shared keys that the process
 * made.  Without a master the process goes on with another cycle.
 */

static void
ngx_http_jwt_issuer_cleanup(void *data)
{
    ngx_http_jwt_issuer_t  *issuer = data;

    njwt_jwks_free(issuer->static_jwks);
    njwt_jwks_free(issuer->jwks);
}


static ngx_http_jwt_issuer_t *
ngx_http_jwt_issuer_create(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_pool_cleanup_t     *cln;
    ngx_http_jwt_issuer_t  *issuer;

    cln = ngx_pool_cleanup_add(cf->pool, sizeof(ngx_http_jwt_issuer_t));
    if (cln == NULL) {
        return NULL;
    }

    issuer = cln->data;
    ngx_memzero(issuer, sizeof(ngx_http_jwt_issuer_t));
    cln->handler = ngx_http_jwt_issuer_cleanup;

    issuer->name = *name;
    issuer->trust.name = ngx_http_jwt_slice(name);
    issuer->trust.expected.leeway = NJWT_DEFAULT_LEEWAY;
    ngx_http_jwt_conf_pos(cf, &issuer->pos);

    issuer->discovery = NGX_CONF_UNSET;
    issuer->jwks_refresh = NGX_CONF_UNSET_MSEC;
    issuer->jwks_stale = NGX_CONF_UNSET_MSEC;
    issuer->jwks_max_size = NGX_CONF_UNSET_SIZE;
    issuer->jwks_cooldown = NGX_CONF_UNSET_MSEC;
    issuer->jwks_wait = NGX_CONF_UNSET_MSEC;
    issuer->jwks_timeout = NGX_CONF_UNSET_MSEC;
    issuer->revocation.keep = NGX_CONF_UNSET_MSEC;

    return issuer;
}


/*
 * "jwt" must be able to name it, and it must serve as a challenge's realm; in
 * counters and logs "-" stands for an unknown issuer.
 */

static ngx_uint_t
ngx_http_jwt_issuer_name_ok(ngx_str_t *name)
{
    size_t  i;

    for (i = 0; i < name->len; i++) {
        if (name->data[i] < 0x20 || name->data[i] > 0x7e) {
            return 0;
        }
    }

    return name->len > 0
           && ngx_strcmp(name->data, "off") != 0
           && ngx_strcmp(name->data, "-") != 0;
}


char *
ngx_http_jwt_issuer_block(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_main_conf_t  *jmcf = conf;

    char                    *rv;
    ngx_str_t               *value;
    ngx_conf_t               save;
    ngx_http_jwt_issuer_t   *issuer;

    value = cf->args->elts;

    if (!ngx_http_jwt_issuer_name_ok(&value[1])) {
        return ngx_http_jwt_conf_error(cf, NULL,
                   "invalid name \"%V\" of a jwt_issuer: write one of "
                   "printable ASCII that is neither \"off\" nor \"-\"",
                   &value[1]);
    }

    issuer = ngx_http_jwt_policy_find(jmcf, &value[1]);

    if (issuer != NULL) {
        return ngx_http_jwt_conf_error(cf, NULL,
                   "duplicate jwt_issuer \"%V\": the first one is in %V:%ui",
                   &value[1], &issuer->pos.file, issuer->pos.line);
    }

    issuer = ngx_http_jwt_issuer_create(cf, &value[1]);
    if (issuer == NULL) {
        return NGX_CONF_ERROR;
    }

    save = *cf;
    cf->handler = ngx_http_jwt_issuer_line;
    cf->handler_conf = (char *) issuer;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_http_jwt_issuer_finish(cf, jmcf, issuer);
}
