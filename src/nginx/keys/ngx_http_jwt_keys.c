/*
 * The keys that this worker verifies with: its own parsed copy of the shared
 * set, renewed when the set's generation changes.
 *
 * A key that left the set verifies nothing from the moment of publication on:
 * the generation is read for each judgement.  If the new set can't be read,
 * the old one is dropped all the same, and the issuer has no keys.
 */

#include "ngx_http_jwt_keystat.h"
#include "ngx_http_jwt_keys.h"
#include "ngx_http_jwt_keyset.h"


void
ngx_http_jwt_keys_report(ngx_http_jwt_issuer_t *issuer, ngx_str_t *source,
    njwt_jwks_report_t *report, ngx_log_t *log)
{
    unsigned     bit;
    const char  *how;

    if (report->skipped == 1) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "jwt_issuer \"%V\": 1 key from \"%V\" is skipped: %s",
                      &issuer->name, source, report->skipped_why);

    } else if (report->skipped > 1) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "jwt_issuer \"%V\": %uz keys from \"%V\" are "
                      "skipped, the first because of %s", &issuer->name,
                      report->skipped, source, report->skipped_why);
    }

    for (bit = 1; (how = njwt_jwks_spelling(bit)) != NULL; bit <<= 1) {
        if (report->spelling & bit) {
            ngx_log_error(NGX_LOG_NOTICE, log, 0,
                          "jwt_issuer \"%V\": the keys from \"%V\" are read "
                          "although %s", &issuer->name, source, how);
        }
    }

    if (report->private_members) {
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "jwt_issuer \"%V\": the keys from \"%V\" have "
                      "private or secret members, and whoever reads them can "
                      "sign tokens: leave only public ones there",
                      &issuer->name, source);
    }
}


static void
ngx_http_jwt_keys_load(ngx_http_jwt_issuer_t *issuer, ngx_log_t *log)
{
    njwt_slice_t             text;
    njwt_jwks_report_t       report;
    ngx_http_jwt_snapshot_t  snapshot;

    ngx_http_jwt_keyset_snapshot(issuer, &snapshot, log);

    if (snapshot.lost) {
        /* a newer configuration has other issuers: this one keeps its keys */
        issuer->keyset = NULL;
        return;
    }

    njwt_jwks_free(issuer->jwks);
    issuer->jwks = NULL;

    /*
     * Without memory the keys are dropped and read again next time: the
     * generation remains the old one.
     */

    if (snapshot.failed) {
        return;
    }

    if (snapshot.text == NULL) {
        issuer->generation = snapshot.generation;
        return;
    }

    text.data = snapshot.text;
    text.len = snapshot.len;

    issuer->jwks = njwt_jwks_new(text, &report);
    ngx_free(snapshot.text);

    if (report.no_memory) {
        return;
    }

    issuer->generation = snapshot.generation;

    if (issuer->jwks == NULL) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "the shared keys of jwt_issuer \"%V\" can't be read: "
                      "%s", &issuer->name, report.error);

    } else {
        ngx_http_jwt_keystat_note(issuer, issuer->jwks);
        ngx_http_jwt_cache_bind(issuer, issuer->jwks);
    }
}


void
ngx_http_jwt_keys_renew(ngx_http_jwt_issuer_t *issuer, ngx_log_t *log)
{
    if (issuer->static_jwks != NULL) {
        issuer->trust.keys = issuer->static_jwks;
        return;
    }

    if (issuer->keyset != NULL
        && issuer->keyset->generation != issuer->generation)
    {
        ngx_http_jwt_keys_load(issuer, log);
    }

    issuer->trust.keys = njwt_refresh_serves(ngx_http_jwt_keyset_age(issuer),
                                             issuer->jwks_stale)
                         ? issuer->jwks : NULL;
}


void
ngx_http_jwt_cache_bind(ngx_http_jwt_issuer_t *issuer, njwt_jwks_t *jwks)
{
    u_char        context[NGX_HTTP_JWT_SALT_LEN + NGX_HTTP_JWT_DIGEST_LEN];
    njwt_slice_t  text;

    if (issuer->main->cache == NULL) {
        return;
    }

    ngx_memcpy(context, issuer->main->salt, NGX_HTTP_JWT_SALT_LEN);
    ngx_memcpy(context + NGX_HTTP_JWT_SALT_LEN, issuer->verify_id,
               NGX_HTTP_JWT_DIGEST_LEN);

    text.data = context;
    text.len = sizeof(context);

    /* without memory its tokens aren't cached, nothing worse */

    (void) njwt_jwks_bind(jwks, text);
}
