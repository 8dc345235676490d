/*
 * revocation, revocation_file and revocation_keep of a jwt_issuer, and access
 * to a jwt_revoke_handler.
 *
 * The file is read with the configuration: a wrong one is an error.
 */

#include "ngx_http_jwt_directives.h"
#include "ngx_http_jwt_locations.h"
#include "ngx_http_jwt_revoke.h"
#include "ngx_http_jwt_revoked.h"
#include "ngx_http_jwt_warnings.h"
#include "njwt_defaults.h"
#include "njwt_hash.h"
#include "njwt_path.h"


static void
ngx_http_jwt_revocation_forget(void *data)
{
    ngx_http_jwt_revoked_file_t  *file = data;

    njwt_arena_free(&file->arena);
}


static void
ngx_http_jwt_revocation_free_hasher(void *data)
{
    njwt_hasher_free(data);
}


/*
 * Reports what is wrong with a file, with errno or 0, and what to write there.
 */

static char *
ngx_http_jwt_revocation_wrong(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer,
    const njwt_revocation_entries_t *entries, const char *fault)
{
    u_char                     *p, where[NGX_INT64_LEN + 16], why[128];
    ngx_err_t                   err;
    const njwt_slice_t         *claim;
    ngx_http_jwt_conf_pos_t    *pos;
    ngx_http_jwt_revocation_t  *rv = &issuer->revocation;

    err = ngx_errno;
    claim = issuer->trust.revocation;
    pos = ngx_http_jwt_issuer_pos(issuer, "revocation_file");

    if (entries->entry != 0) {
        return ngx_http_jwt_conf_error(cf, pos,
                   "entry %uz (line %uz) of \"revocation_file\" \"%V\" of "
                   "jwt_issuer \"%V\" %s: write {\"claim\":\"%*s\","
                   "\"value\":\"...\",\"before\":1764000000}",
                   entries->entry, entries->line, &rv->file, &issuer->name,
                   fault, claim->len, claim->data);
    }

    *where = '\0';
    *why = '\0';

    if (entries->line != 0) {
        (void) ngx_sprintf(where, " (line %uz)%Z", entries->line);
    }

    if (err != 0) {
        p = ngx_cpymem(why, " (", 2);
        p = ngx_strerror(err, p, sizeof(why) - 4);
        p = ngx_cpymem(p, ")", 1);
        *p = '\0';
    }

    return ngx_http_jwt_conf_error(cf, pos,
               "\"revocation_file\" \"%V\" of jwt_issuer \"%V\" %s%s%s: write "
               "a JSON array of entries there, [] for none", &rv->file,
               &issuer->name, fault, where, why);
}


static char *
ngx_http_jwt_revocation_read(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    const char                   *fault;
    ngx_pool_cleanup_t           *cln;
    njwt_revocation_terms_t       terms;
    ngx_http_jwt_revocation_t    *rv = &issuer->revocation;
    ngx_http_jwt_revoked_file_t  *file;

    if (rv->file.len == 0) {
        return ngx_http_jwt_conf_error(cf,
                   ngx_http_jwt_issuer_pos(issuer, "revocation_file"),
                   "\"revocation_file\" of jwt_issuer \"%V\" is empty: write "
                   "the path of a file", &issuer->name);
    }

    if (ngx_conf_full_name(cf->cycle, &rv->file, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    cln = ngx_pool_cleanup_add(cf->pool, sizeof(ngx_http_jwt_revoked_file_t));
    if (cln == NULL) {
        return NGX_CONF_ERROR;
    }

    file = cln->data;
    ngx_memzero(file, sizeof(ngx_http_jwt_revoked_file_t));
    cln->handler = ngx_http_jwt_revocation_forget;

    terms.claims = issuer->trust.revocation;
    terms.claim_count = issuer->trust.revocation_count;
    terms.file = true;
    terms.now = (double) ngx_time();
    terms.keep = (double) rv->keep / 1000;

    ngx_set_errno(0);

    fault = ngx_http_jwt_revoked_file_read(rv->file.data, &terms, NULL, file);

    if (fault != NULL) {
        return ngx_http_jwt_revocation_wrong(cf, issuer, &file->entries,
                                             fault);
    }

    rv->read = file;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_revocation_claims(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    size_t                    i, k, count;
    const njwt_slice_t       *claims;
    ngx_http_jwt_conf_pos_t  *pos;

    pos = ngx_http_jwt_issuer_pos(issuer, "revocation");
    claims = issuer->trust.revocation;
    count = issuer->trust.revocation_count;

    if (count > NGX_HTTP_JWT_REVOKED_CLAIMS) {
        return ngx_http_jwt_conf_error(cf, pos,
                   "\"revocation\" of jwt_issuer \"%V\" names %uz claims: "
                   "write %d at most", &issuer->name, count,
                   NGX_HTTP_JWT_REVOKED_CLAIMS);
    }

    for (i = 0; i < count; i++) {

        if (!njwt_path_valid(claims[i])) {
            return ngx_http_jwt_conf_error(cf, pos,
                       "\"revocation\" of jwt_issuer \"%V\" names \"%*s\", "
                       "which is no claim: write its name, or a JSON Pointer "
                       "in which \"~\" is \"~0\"", &issuer->name,
                       claims[i].len, claims[i].data);
        }

        /* a claim with such a name has to be written as a path */

        if (claims[i].data[0] == '$'
            || (claims[i].data[0] != '/'
                && memchr(claims[i].data, ',', claims[i].len) != NULL))
        {
            return ngx_http_jwt_conf_error(cf, pos,
                       "\"revocation\" of jwt_issuer \"%V\" names \"%*s\": "
                       "write the names of claims, with blanks between, as in "
                       "\"revocation sub azp;\"", &issuer->name,
                       claims[i].len, claims[i].data);
        }

        for (k = 0; k < i; k++) {
            if (njwt_slice_equal(claims[i], claims[k])) {
                return ngx_http_jwt_conf_error(cf, pos,
                           "\"revocation\" of jwt_issuer \"%V\" names \"%*s\" "
                           "twice: write it once", &issuer->name,
                           claims[i].len, claims[i].data);
            }
        }
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_jwt_revocation_hasher(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_pool_cleanup_t  *cln;

    if (jmcf->revoked_hasher != NULL) {
        return NGX_OK;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    jmcf->revoked_hasher = njwt_hasher_new();

    cln->handler = ngx_http_jwt_revocation_free_hasher;
    cln->data = jmcf->revoked_hasher;

    return (jmcf->revoked_hasher != NULL) ? NGX_OK : NGX_ERROR;
}


/* The issuer's name in the memory, and a number that identifies its claims. */

static ngx_int_t
ngx_http_jwt_revocation_name(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_issuer_t *issuer)
{
    u_char                      mix[NGX_HTTP_JWT_DIGEST_LEN];
    ngx_uint_t                  i;
    njwt_slice_t                salt;
    njwt_issuer_t              *trust = &issuer->trust;
    ngx_http_jwt_revocation_t  *rv = &issuer->revocation;

    if (ngx_http_jwt_revocation_hasher(cf, jmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    rv->prefix = ngx_pcalloc(cf->pool, trust->revocation_count
                                       * NGX_HTTP_JWT_DIGEST_LEN);
    if (rv->prefix == NULL) {
        return NGX_ERROR;
    }

    salt.data = (u_char *) "issuer";
    salt.len = sizeof("issuer") - 1;

    if (!njwt_hasher_sum(jmcf->revoked_hasher, salt,
                         ngx_http_jwt_slice(&issuer->name), rv->id))
    {
        return NGX_ERROR;
    }

    ngx_memcpy(mix, rv->id, NGX_HTTP_JWT_DIGEST_LEN);
    salt.data = mix;
    salt.len = NGX_HTTP_JWT_DIGEST_LEN;

    for (i = 0; i < trust->revocation_count; i++) {
        if (!njwt_hasher_sum(jmcf->revoked_hasher, salt, trust->revocation[i],
                             mix))
        {
            return NGX_ERROR;
        }
    }

    ngx_memcpy(&rv->mix, mix, sizeof(uint64_t));

    return NGX_OK;
}


char *
ngx_http_jwt_issuer_revocation(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_issuer_t *issuer)
{
    const char                 *name;
    ngx_http_jwt_revocation_t  *rv = &issuer->revocation;

    if (issuer->trust.revocation_count == 0) {

        if (rv->file.data == NULL && rv->keep == NGX_CONF_UNSET_MSEC) {
            return NGX_CONF_OK;
        }

        name = rv->file.data ? "revocation_file" : "revocation_keep";

        return ngx_http_jwt_conf_error(cf,
                   ngx_http_jwt_issuer_pos(issuer, name),
                   "\"%s\" of jwt_issuer \"%V\" does nothing without "
                   "\"revocation\": write it too, as in \"revocation sub "
                   "azp;\"", name, &issuer->name);
    }

    ngx_conf_init_msec_value(rv->keep, 1000 * NJWT_DEFAULT_REVOCATION_KEEP);

    /* entries would expire at once: nothing would be revoked */

    if (rv->keep < 1000) {
        return ngx_http_jwt_conf_error(cf,
                   ngx_http_jwt_issuer_pos(issuer, "revocation_keep"),
                   "\"revocation_keep\" of jwt_issuer \"%V\" is less than a "
                   "second: write how long the API's tokens live at most, as "
                   "in \"revocation_keep 24h;\"", &issuer->name);
    }

    if (ngx_http_jwt_revocation_claims(cf, issuer) != NGX_CONF_OK
        || ngx_http_jwt_revocation_name(cf, jmcf, issuer) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return (rv->file.data != NULL) ? ngx_http_jwt_revocation_read(cf, issuer)
                                   : NGX_CONF_OK;
}


/*
 * Does a list of "allow" and "deny" for one kind of addresses refuse
 * everything that it doesn't name?  A rule is an address, which is zeros for
 * all, and whether it denies; the first that matches decides, and if none
 * does, nginx allows.
 */

static ngx_uint_t
ngx_http_jwt_revoke_denied(ngx_array_t *rules)
{
    u_char      *rule;
    size_t       i, addresses;
    ngx_uint_t   n, deny;

    rule = rules->elts;
    addresses = rules->size - sizeof(ngx_uint_t);

    for (n = 0; n < rules->nelts; n++, rule += rules->size) {

        for (i = 0; i < addresses && rule[i] == 0; i++) {
            /* zeros */
        }

        if (i == addresses) {
            ngx_memcpy(&deny, rule + addresses, sizeof(ngx_uint_t));
            return deny;
        }
    }

    return 0;
}


/* Do "allow" and "deny" restrict access? */

static ngx_uint_t
ngx_http_jwt_revoke_allows(ngx_conf_t *cf, void **conf)
{
    ngx_uint_t     i, n;
    ngx_array_t  **rules;
    ngx_module_t  *module;

    module = ngx_http_jwt_warnings_module(cf, "ngx_http_access_module");

    if (module == NULL) {
        return 0;
    }

    /* for IPv4, IPv6 and Unix sockets; NULL: there are no rules */

    rules = conf[module->ctx_index];
    n = 0;

    for (i = 0; i < 1 + NGX_HAVE_INET6; i++) {
        if (rules[i] == NULL) {
            continue;
        }

        n++;

        if (!ngx_http_jwt_revoke_denied(rules[i])) {
            return 0;
        }
    }

#if (NGX_HAVE_UNIX_DOMAIN)
    if (n == 0) {
        return rules[i] != NULL && ngx_http_jwt_revoke_denied(rules[i]);
    }
#endif

    return n > 0;
}


static ngx_uint_t
ngx_http_jwt_revoke_open(ngx_conf_t *cf, ngx_http_jwt_location_t *location)
{
    void                      **conf;
    ngx_module_t               *module;
    ngx_http_complex_value_t   *realm;

    /* other modes let requests without a token pass */

    if (location->conf->policy != NULL
        && location->conf->mode == NGX_HTTP_JWT_ENFORCE)
    {
        return 0;
    }

    conf = location->core->loc_conf;

    if (ngx_http_jwt_revoke_allows(cf, conf)) {
        return 0;
    }

    /* "auth_basic": its realm is the first member, a complex value or NULL */

    module = ngx_http_jwt_warnings_module(cf, "ngx_http_auth_basic_module");

    if (module != NULL) {
        realm = *(ngx_http_complex_value_t **) conf[module->ctx_index];

        if (realm != NULL
            && realm != NGX_CONF_UNSET_PTR
            && (realm->value.len != 3
                || ngx_strncmp(realm->value.data, "off", 3) != 0))
        {
            return 0;
        }
    }

#if (NGX_HTTP_SSL)
    {
        ngx_http_ssl_srv_conf_t  *ssl;

        ssl = location->server->ctx->srv_conf[ngx_http_ssl_module.ctx_index];

        if (ssl->verify == 1) {
            return 0;
        }
    }
#endif

    return 1;
}


ngx_int_t
ngx_http_jwt_revoke_init(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                i;
    ngx_http_jwt_location_t  *location;
    ngx_http_jwt_loc_conf_t  *conf;

    for (i = 0; (location = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {
        conf = location->conf;

        if (conf->revoke.data == NULL) {
            continue;
        }

        conf->revoke_issuer = ngx_http_jwt_policy_find(jmcf, &conf->revoke);

        if (conf->revoke_issuer == NULL
            || conf->revoke_issuer->trust.revocation_count == 0)
        {
            (void) ngx_http_jwt_conf_error(cf, &conf->revoke_pos,
                       "\"jwt_revoke_handler\" names \"%V\", which is no "
                       "jwt_issuer that has \"revocation\": write the name "
                       "of one",
                       &conf->revoke);
            return NGX_ERROR;
        }

        if (!ngx_http_jwt_revoke_open(cf, location)) {
            continue;
        }

        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "\"jwt_revoke_handler\" in location \"%V\" lets "
                      "everybody revoke tokens: write \"allow\" and \"deny "
                      "all\" there, \"auth_basic\", \"ssl_verify_client on\", "
                      "or \"jwt NAME;\" with a \"jwt_require_scope\" in "
                      "%V:%ui", &location->name,
                      &conf->revoke_pos.file, conf->revoke_pos.line);
    }

    return NGX_OK;
}
