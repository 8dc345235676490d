/*
 * The end of a jwt_issuer block: is it complete and free of contradictions,
 * what does it trust, and which keys does it have itself?
 *
 * The keys of jwks_file and secret_file are read once, so that a reload reads
 * them again and a failed one changes nothing.
 */

#include "ngx_http_jwt_directives.h"
#include "ngx_http_jwt_fetch.h"
#include "ngx_http_jwt_keyfile.h"
#include "ngx_http_jwt_keys.h"
#include "njwt_defaults.h"
#include "njwt_discovery.h"


static ngx_int_t
ngx_http_jwt_issuer_well_known(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    u_char              *p;
    size_t               len;
    const njwt_slice_t  *first;

    first = issuer->trust.issuers;

    p = ngx_pnalloc(cf->pool, first->len + NJWT_DISCOVERY_ROOM);
    if (p == NULL) {
        return NGX_ERROR;
    }

    len = njwt_discovery_url(*first, issuer->discovery, p);

    if (len == 0) {
        (void) ngx_http_jwt_conf_error(cf,
                   ngx_http_jwt_issuer_pos(issuer, "issuer"),
                   "no URL of keys can be made of the first \"issuer\" "
                   "\"%*s\" of jwt_issuer \"%V\": write \"jwks_uri URL;\"",
                   first->len, first->data, &issuer->name);
        return NGX_ERROR;
    }

    p[len] = '\0';
    issuer->jwks_uri.data = p;
    issuer->jwks_uri.len = len;

    return NGX_OK;
}


/*
 * Two key sources that contradict each other; NULL: none do.  The directive is
 * the one that can't be used together with the other.
 */

static const char *
ngx_http_jwt_issuer_conflict(ngx_http_jwt_issuer_t *issuer,
    const char **directive)
{
    ngx_uint_t  file, secret;

    file = issuer->jwks_file.data != NULL;
    secret = issuer->secret_file.data != NULL;

    if (file && secret) {
        *directive = "secret_file";
        return "has \"jwks_file\" and \"secret_file\": write one of them";
    }

    if ((file || secret) && issuer->jwks_uri.data != NULL) {
        *directive = "jwks_uri";
        return "has keys from a file and \"jwks_uri\": write one of them";
    }

    if ((file || secret) && issuer->discovery) {
        *directive = "discovery";
        return "has keys from a file and \"discovery on\": write one of them";
    }

    if ((file || secret) && ngx_http_jwt_keyfile_wanted(issuer)) {
        *directive = "state_path";
        return "has keys from a file and \"state_path\": write one of them, "
               "because a file needs no copy";
    }

    if (ngx_http_jwt_keyfile_wanted(issuer) && issuer->state_path.len == 0) {
        *directive = "state_path";
        return "has an empty \"state_path\": write the path of a directory, "
               "or \"state_path off;\"";
    }

    if (issuer->ssl_trusted_certificate.data != NULL
        && issuer->ssl_trusted_certificate.len == 0)
    {
        *directive = "ssl_trusted_certificate";
        return "has an empty \"ssl_trusted_certificate\": write the path of a "
               "PEM file, or leave it out for the system's authorities";
    }

    if (issuer->jwks_uri.data != NULL && issuer->discovery) {
        *directive = "discovery";
        return "has \"jwks_uri\" and \"discovery on\": write one of them";
    }

    if (secret && !(issuer->trust.algorithms & NJWT_ALGS_HMAC)) {
        *directive = "secret_file";
        return "has \"secret_file\", which is for HS* only: write "
               "\"algorithms HS256;\"";
    }

    if (!secret && (issuer->trust.algorithms & NJWT_ALGS_HMAC)) {
        *directive = "algorithms";
        return "has \"algorithms HS*\" without a secret: write "
               "\"secret_file PATH;\"";
    }

    return NULL;
}


/*
 * Reports a URL that can't be used, with its line; a part that may be a secret
 * isn't shown.
 */

static char *
ngx_http_jwt_issuer_uri_error(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer,
    ngx_uint_t made, const char *fault)
{
    njwt_slice_t              shown;
    ngx_http_jwt_conf_pos_t  *pos;

    pos = ngx_http_jwt_issuer_pos(issuer, made ? "issuer" : "jwks_uri");
    shown = njwt_url_shown(ngx_http_jwt_slice(&issuer->jwks_uri));

    return ngx_http_jwt_conf_error(cf, pos,
               "\"jwks_uri\"%s%*s%s%s of jwt_issuer \"%V\" %s",
               shown.len ? " \"" : "", shown.len, shown.data,
               shown.len ? "\"" : "",
               made ? ", made of the first \"issuer\"," : "", &issuer->name,
               fault);
}


/*
 * The user part of the proxy's URL is stored separately: it is not a part of
 * what identifies the keys, nor of any text that is shown.
 */

static char *
ngx_http_jwt_issuer_proxy(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    u_char      *p;
    ngx_str_t   *proxy;
    njwt_url_t   url;

    proxy = &issuer->jwks_proxy;

    if (proxy->data == NULL) {
        return NGX_CONF_OK;
    }

    if (!njwt_url_is_proxy(ngx_http_jwt_slice(proxy))
        || !njwt_url_parse(ngx_http_jwt_slice(proxy), &url))
    {
        return ngx_http_jwt_conf_error(cf,
                   ngx_http_jwt_issuer_pos(issuer, "jwks_proxy"),
                   "\"jwks_proxy\" of jwt_issuer \"%V\" is no proxy that can "
                   "be used: write http://HOST:PORT or "
                   "http://USER:PASSWORD@HOST:PORT, with %%XX for what isn't "
                   "a letter or a digit in USER and PASSWORD", &issuer->name);
    }

    if (!url.user) {
        return NGX_CONF_OK;
    }

    issuer->jwks_proxy_user.len = url.userinfo.len;
    issuer->jwks_proxy_user.data = ngx_pnalloc(cf->pool, url.userinfo.len + 1);

    p = ngx_pnalloc(cf->pool, proxy->len + 1);

    if (p == NULL || issuer->jwks_proxy_user.data == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memcpy(issuer->jwks_proxy_user.data, url.userinfo.data,
               url.userinfo.len);
    issuer->jwks_proxy_user.data[url.userinfo.len] = '\0';

    proxy->len = ngx_sprintf(p, "http://%*s%Z", (size_t)
                             (proxy->data + proxy->len - url.host.data),
                             url.host.data)
                 - p - 1;
    proxy->data = p;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_keys_secret(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    size_t        least;
    njwt_slice_t  secret, whole;

    if (ngx_http_jwt_conf_file(cf, issuer, "secret_file",
                               &issuer->secret_file, NJWT_MAX_SECRET,
                               &secret)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    whole = secret;

    if (secret.len > 0 && secret.data[secret.len - 1] == LF) {
        secret.len--;
    }

    least = njwt_alg_secret_min(issuer->trust.algorithms);

    if (secret.len >= least) {
        issuer->static_jwks = njwt_jwks_of_secret(secret);
    }

    ngx_explicit_memzero((void *) whole.data, whole.len);

    if (secret.len < least) {
        return ngx_http_jwt_conf_error(cf,
                   ngx_http_jwt_issuer_pos(issuer, "secret_file"),
                   "the secret in \"%V\" of jwt_issuer \"%V\" is shorter than "
                   "its hash: write at least %uz random bytes",
                   &issuer->secret_file, &issuer->name, least);
    }

    return (issuer->static_jwks != NULL) ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_http_jwt_keys_set(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    njwt_slice_t        text;
    njwt_jwks_report_t  report;

    if (ngx_http_jwt_conf_file(cf, issuer, "jwks_file",
                               &issuer->jwks_file, issuer->jwks_max_size,
                               &text)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    issuer->static_jwks = njwt_jwks_of_file(text, &report);

    if (issuer->static_jwks == NULL) {
        return ngx_http_jwt_conf_error(cf,
                   ngx_http_jwt_issuer_pos(issuer, "jwks_file"),
                   "\"jwks_file\" \"%V\" of jwt_issuer \"%V\" gives no keys: "
                   "%s%s%s", &issuer->jwks_file, &issuer->name, report.error,
                   report.skipped_why ? ", the first one because of " : "",
                   report.skipped_why ? report.skipped_why : "");
    }

    ngx_http_jwt_keys_report(issuer, &issuer->jwks_file, &report, cf->log);

    return NGX_CONF_OK;
}


/*
 * The keys of a file, which are read now, or the URL of the keys: by default
 * where OpenID providers have them.
 */

static char *
ngx_http_jwt_issuer_source(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    ngx_uint_t   made;
    const char  *fault, *directive;

    ngx_conf_init_value(issuer->discovery, 0);

    if (issuer->trust.algorithms == 0) {
        issuer->trust.algorithms = NJWT_ALG_RS256;
    }

    fault = ngx_http_jwt_issuer_conflict(issuer, &directive);

    if (fault != NULL) {
        return ngx_http_jwt_conf_error(cf,
                   ngx_http_jwt_issuer_pos(issuer, directive),
                   "jwt_issuer \"%V\" %s", &issuer->name, fault);
    }

    if (issuer->secret_file.data != NULL) {
        return ngx_http_jwt_keys_secret(cf, issuer);
    }

    if (issuer->jwks_file.data != NULL) {
        return ngx_http_jwt_keys_set(cf, issuer);
    }

    made = issuer->jwks_uri.data == NULL;

    if (made && ngx_http_jwt_issuer_well_known(cf, issuer) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    fault = njwt_url_fault(ngx_http_jwt_slice(&issuer->jwks_uri));

    if (fault != NULL) {
        return ngx_http_jwt_issuer_uri_error(cf, issuer, made, fault);
    }

    return ngx_http_jwt_issuer_proxy(cf, issuer);
}


/*
 * An issuer that is no URL (RFC 7519's StringOrURI) doesn't lead to a source
 * of keys: one must be configured.
 */

static char *
ngx_http_jwt_issuer_check(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    ngx_uint_t           i;
    const njwt_slice_t  *value;

    if (issuer->trust.issuer_count == 0) {
        return ngx_http_jwt_conf_error(cf, &issuer->pos,
                   "jwt_issuer \"%V\" has no \"issuer\": write the exact "
                   "\"iss\" of its tokens, as in \"issuer "
                   "https://TENANT.eu.auth0.com/;\"", &issuer->name);
    }

    if (issuer->trust.expected.audience_count == 0) {
        return ngx_http_jwt_conf_error(cf, &issuer->pos,
                   "jwt_issuer \"%V\" has no \"audience\": write the "
                   "identifier of the API, or \"audience off;\" to accept "
                   "tokens for any", &issuer->name);
    }

    if (issuer->jwks_uri.data != NULL
        || issuer->jwks_file.data != NULL
        || issuer->secret_file.data != NULL)
    {
        return NGX_CONF_OK;
    }

    value = issuer->trust.issuers;

    for (i = 0; i < issuer->trust.issuer_count; i++) {
        if (!njwt_url_is_web(value[i])) {
            return ngx_http_jwt_conf_error(cf,
                       ngx_http_jwt_issuer_pos(issuer, "issuer"),
                       "\"issuer\" \"%*s\" in jwt_issuer \"%V\" is no URL: "
                       "write it as in \"https://TENANT.eu.auth0.com/\", or "
                       "where the keys are: \"jwks_uri\", \"jwks_file\" or "
                       "\"secret_file\"", value[i].len, value[i].data,
                       &issuer->name);
        }
    }

    return NGX_CONF_OK;
}


/* Is it the issuer of an Auth0 tenant, but for the slash at its end? */

static ngx_uint_t
ngx_http_jwt_issuer_lacks_slash(njwt_slice_t issuer)
{
    njwt_url_t  url;

    static const njwt_slice_t  domain = njwt_literal(".auth0.com");

    return njwt_url_parse(issuer, &url)
           && url.rest.len == 0
           && url.host.len > domain.len
           && ngx_strncasecmp((u_char *) url.host.data + url.host.len
                              - domain.len, (u_char *) domain.data,
                              domain.len)
              == 0;
}


/* Auth0's "iss" ends with a slash, which is easily left out. */

static void
ngx_http_jwt_issuer_warn_slash(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    ngx_str_t                 iss;
    ngx_uint_t                i, k;
    const njwt_slice_t       *value;
    ngx_http_jwt_conf_pos_t  *pos;

    value = issuer->trust.issuers;
    pos = ngx_http_jwt_issuer_pos(issuer, "issuer");

    for (i = 0; i < issuer->trust.issuer_count; i++) {

        if (!ngx_http_jwt_issuer_lacks_slash(value[i])) {
            continue;
        }

        iss.data = (u_char *) value[i].data;
        iss.len = value[i].len;

        /* written with it, too: somebody thought of it */

        for (k = 0; k < issuer->trust.issuer_count; k++) {
            if (value[k].len == iss.len + 1
                && ngx_strncmp(value[k].data, iss.data, iss.len) == 0)
            {
                break;
            }
        }

        if (k == issuer->trust.issuer_count) {
            ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                          "\"issuer\" \"%V\" of jwt_issuer \"%V\" has no "
                          "slash at its end, but the \"iss\" of Auth0's "
                          "tokens has one: write \"%V/\" in %V:%ui", &iss,
                          &issuer->name, &iss, &pos->file, pos->line);
        }
    }
}


static char *
ngx_http_jwt_issuer_times(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    const char       *name;
    njwt_expected_t  *expected = &issuer->trust.expected;

    expected->has_max_age = ngx_http_jwt_issuer_pos(issuer, "max_age")
                            != &issuer->pos;

    ngx_conf_init_msec_value(issuer->jwks_refresh,
                             1000 * NJWT_DEFAULT_JWKS_REFRESH);
    ngx_conf_init_msec_value(issuer->jwks_cooldown,
                             1000 * NJWT_DEFAULT_JWKS_COOLDOWN);
    ngx_conf_init_msec_value(issuer->jwks_wait, 1000 * NJWT_DEFAULT_JWKS_WAIT);
    ngx_conf_init_msec_value(issuer->jwks_timeout,
                             1000 * NJWT_DEFAULT_JWKS_TIMEOUT);

    ngx_conf_init_msec_value(issuer->jwks_stale,
                             1000 * NJWT_DEFAULT_JWKS_STALE);
    ngx_conf_init_size_value(issuer->jwks_max_size,
                             NJWT_DEFAULT_JWKS_MAX_SIZE);

    if (issuer->jwks_max_size == 0
        || issuer->jwks_max_size > NJWT_MAX_JWKS_SIZE)
    {
        return ngx_http_jwt_conf_error(cf,
                   ngx_http_jwt_issuer_pos(issuer, "jwks_max_size"),
                   "\"jwks_max_size\" of jwt_issuer \"%V\" must be from 1 to "
                   "16m: write a size as in 256k", &issuer->name);
    }

    if (expected->has_max_age && expected->max_age == 0) {
        return ngx_http_jwt_conf_error(cf,
                   ngx_http_jwt_issuer_pos(issuer, "max_age"),
                   "\"max_age\" of jwt_issuer \"%V\" can't be 0: leave it "
                   "out to accept tokens of any age", &issuer->name);
    }

    if (issuer->jwks_refresh == 0 || issuer->jwks_timeout == 0) {
        name = issuer->jwks_refresh ? "jwks_timeout" : "jwks_refresh";

        return ngx_http_jwt_conf_error(cf,
                   ngx_http_jwt_issuer_pos(issuer, name),
                   "\"%s\" of jwt_issuer \"%V\" can't be 0: write a time",
                   name, &issuer->name);
    }

    issuer->refresh.refresh = issuer->jwks_refresh;
    issuer->refresh.cooldown = issuer->jwks_cooldown;
    issuer->refresh.timeout = issuer->jwks_timeout;

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_issuer_finish(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_jwt_issuer_t *issuer)
{
    ngx_http_jwt_issuer_t  **entry;

    issuer->main = jmcf;

    if (ngx_http_jwt_issuer_check(cf, issuer) != NGX_CONF_OK
        || ngx_http_jwt_issuer_times(cf, issuer) != NGX_CONF_OK
        || ngx_http_jwt_issuer_source(cf, issuer) != NGX_CONF_OK
        || ngx_http_jwt_fetch_trust(cf, jmcf, issuer) != NGX_OK
        || ngx_http_jwt_keyfile_conf(cf, issuer) != NGX_OK
        || ngx_http_jwt_issuer_revocation(cf, jmcf, issuer) != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_http_jwt_issuer_warn_slash(cf, issuer);

    entry = ngx_array_push(&jmcf->issuers);
    if (entry == NULL) {
        return NGX_CONF_ERROR;
    }

    *entry = issuer;

    return NGX_CONF_OK;
}
