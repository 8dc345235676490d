/*
 * Advice for a directive that nginx refuses: one of jwt_issuer outside its
 * block, one of ours inside "if", or another module's.
 *
 * nginx says "unknown directive" or "is not allowed here", and no more.  If we
 * had directives with these names ("issuer", "audience"), another module's
 * would not be found.  So while the http block is read, log messages are
 * intercepted: nginx's own line stays, and ours follows it.
 */

#include "ngx_http_jwt.h"
#include "ngx_http_jwt_directives.h"


typedef struct {
    ngx_log_t    log;         /* the last of the configuration's logs */
    ngx_log_t   *head;        /* NULL: not intercepting */
    ngx_conf_t  *cf;
} ngx_http_jwt_stray_t;


/* Directives of NGINX Plus and of other modules, and ours instead. */

typedef struct {
    ngx_str_t    name;
    const char  *instead;
} ngx_http_jwt_foreign_t;

#define NGX_HTTP_JWT_IN_BLOCK                                                \
    " in a \"jwt_issuer NAME { }\" block of \"http\""
#define NGX_HTTP_JWT_ALWAYS    "nothing: that is always checked"
#define NGX_HTTP_JWT_FETCHED                                                 \
    "nothing: the issuer's keys are fetched by themselves; or \"jwks_uri "   \
    "URL;\"" NGX_HTTP_JWT_IN_BLOCK

static const ngx_http_jwt_foreign_t  ngx_http_jwt_foreign[] = {
    { ngx_string("auth_jwt"),
      "\"jwt NAME;\" or \"jwt off;\", with \"issuer\" and \"audience\""
      NGX_HTTP_JWT_IN_BLOCK "; for \"token=\", \"jwt_token $variable;\"" },
    { ngx_string("auth_jwt_enabled"), "\"jwt NAME;\" or \"jwt off;\"" },
    { ngx_string("auth_jwt_key"),
      "\"jwks_file\" or \"secret_file\"" NGX_HTTP_JWT_IN_BLOCK },
    { ngx_string("auth_jwt_key_file"),
      "\"jwks_file FILE;\"" NGX_HTTP_JWT_IN_BLOCK ", with a JWK set or PEM "
      "keys in FILE, not pairs of a kid and a key" },
    { ngx_string("auth_jwt_key_request"), NGX_HTTP_JWT_FETCHED },
    { ngx_string("auth_jwt_key_cache"), NGX_HTTP_JWT_FETCHED },
    { ngx_string("auth_jwt_leeway"),
      "\"leeway TIME;\"" NGX_HTTP_JWT_IN_BLOCK },
    { ngx_string("auth_jwt_algorithm"),
      "\"algorithms ALG;\"" NGX_HTTP_JWT_IN_BLOCK },
    { ngx_string("auth_jwt_type"),
      "nothing: tokens are signed; encrypted ones are refused" },
    { ngx_string("auth_jwt_location"), "\"jwt_token bearer | $variable;\"" },
    { ngx_string("auth_jwt_require"),
      "\"jwt_require $variable ...;\", \"jwt_require_scope\" or "
      "\"jwt_require_claim\"" },
    { ngx_string("auth_jwt_require_claim"),
      "\"jwt_require_claim CLAIM VALUE ...;\", without an operator: a VALUE "
      "is the text itself, >N, ~REGEX or !~REGEX" },
    { ngx_string("auth_jwt_require_header"),
      "\"algorithms\" or \"profile\"" NGX_HTTP_JWT_IN_BLOCK },
    { ngx_string("auth_jwt_claim_set"),
      "\"jwt_claim_set $variable NAME;\", or /NAME/OF/CLAIM for a nested "
      "one" },
    { ngx_string("auth_jwt_header_set"), "$jwt_header_NAME where it is used" },
    { ngx_string("auth_jwt_validate_aud"),
      "\"audience VALUE;\"" NGX_HTTP_JWT_IN_BLOCK },
    { ngx_string("auth_jwt_validate_iss"),
      "\"issuer URL;\"" NGX_HTTP_JWT_IN_BLOCK },
    { ngx_string("auth_jwt_validate_exp"), NGX_HTTP_JWT_ALWAYS },
    { ngx_string("auth_jwt_validate_sig"), NGX_HTTP_JWT_ALWAYS },
    { ngx_string("auth_jwt_validate_alg"),
      "\"algorithms ALG;\"" NGX_HTTP_JWT_IN_BLOCK },
    { ngx_string("auth_jwt_revocation_list_sub"),
      "\"revocation sub;\" and \"revocation_file FILE;\""
      NGX_HTTP_JWT_IN_BLOCK ", with entries like {\"claim\":\"sub\","
      "\"value\":\"ID\",\"before\":1764000000} in a JSON array" },
    { ngx_string("auth_jwt_revocation_list_kid"),
      "\"jwt_require $variable;\" with a \"map\" of $jwt_kid" },
    { ngx_string("auth_jwt_allow_nested"),
      "a JSON Pointer where the claim is named, as in "
      "\"jwt_require_claim /realm_access/roles admin;\"" },
    { ngx_string("auth_jwt_phase"),
      "nothing: a request is refused in the access phase" },
    { ngx_string("auth_jwt_www_authenticate"),
      "nothing: a refusal carries that header; \"jwt_realm STRING;\" and "
      "\"jwt_resource_metadata URL;\" set parts of it" },
    { ngx_null_string, NULL }
};


/* Variables of such modules: nginx tells of them after the configuration. */

static const ngx_http_jwt_foreign_t  ngx_http_jwt_foreign_variables[] = {
    { ngx_string("jwt_claims"), "$jwt_payload" },
    { ngx_string("jwt_nowtime"), "$msec" },
    { ngx_null_string, NULL }
};


static void
ngx_http_jwt_stray_unknown(ngx_conf_t *cf, ngx_str_t *name)
{
    const char                    *narrow;
    const ngx_http_jwt_foreign_t  *foreign;

    static const ngx_str_t  audience = ngx_string("audience");

    if (ngx_http_jwt_issuer_knows(name)) {
        narrow = ngx_http_jwt_same(name, &audience)
                 ? ", with \"jwt_audience VALUE;\" to take one API's tokens"
                 : "";

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" belongs inside a jwt_issuer block: write "
                           "it in \"jwt_issuer NAME { }\" in \"http\", and "
                           "\"jwt NAME;\" here%s", name, narrow);
        return;
    }

    for (foreign = ngx_http_jwt_foreign; foreign->name.len; foreign++) {
        if (ngx_http_jwt_same(&foreign->name, name)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is another module's directive: write "
                               "%s", name, foreign->instead);
            return;
        }
    }
}


/* One of our directives in a wrong context. */

static void
ngx_http_jwt_stray_misplaced(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_uint_t      all;
    const char     *where;
    ngx_command_t  *cmd;

    cmd = ngx_http_jwt_conf_command(ngx_http_jwt_commands, name);

    if (cmd == NULL) {
        return;
    }

    all = cmd->type & (NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF);

    switch (all) {

    case NGX_HTTP_MAIN_CONF:
        where = "\"http\", outside of \"server\"";
        break;

    case NGX_HTTP_LOC_CONF:
        where = "a \"location\"";
        break;

    default:
        where = "\"http\", \"server\" or \"location\"";
        break;
    }

    if (cf->cmd_type & (NGX_HTTP_SIF_CONF|NGX_HTTP_LIF_CONF)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is not allowed in \"if\": write it in %s, "
                           "and a condition as \"jwt_require $variable;\" "
                           "with a \"map\"", name, where);
        return;
    }

    if (cf->cmd_type & NGX_HTTP_LMT_CONF) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is not allowed in \"limit_except\": write "
                           "it in %s, and rules for methods as "
                           "\"jwt_require_scope SCOPE methods=M;\"", name,
                           where);
        return;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\": write it in %s", name,
                       where);
}


static void
ngx_http_jwt_stray_write(ngx_log_t *log, ngx_uint_t level, u_char *buf,
    size_t len)
{
    u_char                *p, *end, *last;
    ngx_str_t              name;
    ngx_http_jwt_stray_t  *stray;

    static const u_char  unknown[] = "unknown directive \"";
    static const u_char  misplaced[] = "\" directive is not allowed here";

    stray = log->wdata;
    last = buf + len;

    /* a copy of the list may outlive the reading of the configuration */

    if (level != NGX_LOG_EMERG || stray->head == NULL) {
        return;
    }

    p = ngx_strnstr(buf, (char *) unknown, len);

    if (p != NULL) {
        p += sizeof(unknown) - 1;
        end = ngx_strlchr(p, last, '"');

        if (end != NULL) {
            name.data = p;
            name.len = end - p;
            ngx_http_jwt_stray_unknown(stray->cf, &name);
        }

        return;
    }

    end = ngx_strnstr(buf, (char *) misplaced, len);

    if (end == NULL) {
        return;
    }

    for (p = end; p > buf && p[-1] != '"'; p--) { /* void */ }

    name.data = p;
    name.len = end - p;
    ngx_http_jwt_stray_misplaced(stray->cf, &name);
}


static void
ngx_http_jwt_stray_unlink(void *data)
{
    ngx_log_t             *log;
    ngx_http_jwt_stray_t  *stray = data;

    for (log = stray->head; log != NULL; log = log->next) {
        if (log->next == &stray->log) {
            log->next = stray->log.next;
        }
    }

    stray->head = NULL;
}


/* If the configuration fails, its pool is destroyed, and this with it. */

ngx_int_t
ngx_http_jwt_stray_begin(ngx_conf_t *cf)
{
    ngx_log_t             *last;
    ngx_pool_cleanup_t    *cln;
    ngx_http_jwt_stray_t  *stray;

    cln = ngx_pool_cleanup_add(cf->pool, sizeof(ngx_http_jwt_stray_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    stray = cln->data;
    ngx_memzero(stray, sizeof(ngx_http_jwt_stray_t));

    stray->cf = cf;
    stray->head = cf->log;
    stray->log.log_level = NGX_LOG_EMERG;
    stray->log.writer = ngx_http_jwt_stray_write;
    stray->log.wdata = stray;

    cln->handler = ngx_http_jwt_stray_unlink;

    /* a list of logs is sorted by level: the least severe comes last */

    for (last = cf->log; last->next != NULL; last = last->next) {
        /* void */
    }

    last->next = &stray->log;

    return NGX_OK;
}


static void
ngx_http_jwt_stray_variables(ngx_conf_t *cf)
{
    ngx_uint_t                     i;
    ngx_http_variable_t           *variable;
    ngx_http_core_main_conf_t     *cmcf;
    const ngx_http_jwt_foreign_t  *foreign;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    variable = cmcf->variables.elts;
    foreign = ngx_http_jwt_foreign_variables;

    for ( /* void */ ; foreign->name.len; foreign++) {
        for (i = 0; i < cmcf->variables.nelts; i++) {
            if (ngx_http_jwt_same(&foreign->name, &variable[i].name)
                && !ngx_http_jwt_conf_name_is_known(cmcf, &foreign->name))
            {
                ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                              "\"$%V\" is another module's variable: write "
                              "%s", &foreign->name, foreign->instead);
            }
        }
    }
}


void
ngx_http_jwt_stray_end(ngx_conf_t *cf)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = cf->pool->cleanup; cln != NULL; cln = cln->next) {
        if (cln->handler == ngx_http_jwt_stray_unlink) {
            ngx_http_jwt_stray_unlink(cln->data);
        }
    }

    ngx_http_jwt_stray_variables(cf);
}
