/*
 * Background fetching of keys.  One worker, number 0, checks ten times a
 * second whether a fetch is due; the core's njwt_refresh decides.
 *
 * The beginning of a fetch is recorded in the keyset before it begins.  An
 * answer is parsed and found good before anything is replaced.  When the
 * worker exits, after a reload or otherwise, it gives up its fetch, and the
 * next worker 0 begins one.
 */

#include "ngx_http_jwt_blocks.h"
#include "ngx_http_jwt_suspend.h"
#include "ngx_http_jwt_keyfile.h"
#include "ngx_http_jwt_keys.h"
#include "ngx_http_jwt_keyset.h"
#include "njwt_discovery.h"


#define NGX_HTTP_JWT_REFRESH_TICK  100   /* ms */


/*
 * The cache manager runs init_process, too, with ngx_worker 0; the old worker
 * 0 lives on during a reload, but stops fetching.
 */

static ngx_uint_t
ngx_http_jwt_refresh_is_fetcher(void)
{
    return (ngx_process == NGX_PROCESS_WORKER && ngx_worker == 0)
           || ngx_process == NGX_PROCESS_SINGLE;
}


static ngx_http_jwt_advice_t
ngx_http_jwt_refresh_status_advice(ngx_http_jwt_issuer_t *issuer,
    ngx_uint_t status)
{
    if (status >= 300 && status < 400) {
        return NGX_HTTP_JWT_ADVICE_REDIRECT;
    }

    if (status == 407) {
        return NGX_HTTP_JWT_ADVICE_PROXY_USER;
    }

    if (status == 429) {
        return NGX_HTTP_JWT_ADVICE_RATE;
    }

    if (status >= 500) {
        return NGX_HTTP_JWT_ADVICE_OPERATOR;
    }

    return (issuer->discovery == 1) ? NGX_HTTP_JWT_ADVICE_URL
                                    : NGX_HTTP_JWT_ADVICE_SOURCE;
}


/* The URL that is fetched, without its query, which may be a secret. */

static ngx_str_t
ngx_http_jwt_refresh_url(ngx_str_t *url)
{
    ngx_str_t     text;
    njwt_slice_t  shown;

    shown = njwt_url_shown(ngx_http_jwt_slice(url));
    text.data = (u_char *) shown.data;
    text.len = shown.len;

    return text;
}


/* One line for each change of state, not for each attempt. */

static void
ngx_http_jwt_refresh_failed(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_answer_t *answer)
{
    u_char       text[NGX_HTTP_JWT_ERROR_LEN];
    ngx_str_t    url, reason;
    ngx_uint_t   serving;
    const char  *advice;

    reason.data = text;
    reason.len = ngx_http_jwt_history_text(answer, text);

    if (answer->error == NULL) {
        answer->advice = ngx_http_jwt_refresh_status_advice(issuer,
                                                            answer->status);
    }

    if (!ngx_http_jwt_keyset_failed(issuer, answer, &reason, &serving)) {
        return;
    }

    url = ngx_http_jwt_refresh_url(issuer->discovered.len
                                   ? &issuer->discovered : &issuer->jwks_uri);

    advice = ngx_http_jwt_fetch_advice(answer->advice);

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "jwt_issuer \"%V\": keys can't be fetched from \"%V\": "
                  "%V%s%s; %s", &issuer->name, &url, &reason,
                  advice ? ", " : "", advice ? advice : "",
                  serving ? "the present keys continue to serve"
                       : "requests are answered with 503 until a fetch "
                         "succeeds");
}


static void
ngx_http_jwt_refresh_fails(ngx_http_jwt_issuer_t *issuer, const char *error,
    ngx_http_jwt_advice_t advice, const char *first)
{
    ngx_http_jwt_answer_t  answer;

    ngx_memzero(&answer, sizeof(ngx_http_jwt_answer_t));

    answer.error = error;
    answer.advice = advice;
    answer.first = first;

    ngx_http_jwt_refresh_failed(issuer, &answer);
}


/* What there is to log about a set, as a number; 0: nothing. */

static uint32_t
ngx_http_jwt_refresh_report(njwt_jwks_report_t *report)
{
    uint32_t  crc;

    if (report->skipped == 0 && report->spelling == 0
        && !report->private_members)
    {
        return 0;
    }

    ngx_crc32_init(crc);
    ngx_crc32_update(&crc, (u_char *) &report->skipped,
                     sizeof(report->skipped));
    ngx_crc32_update(&crc, (u_char *) &report->spelling,
                     sizeof(report->spelling));

    ngx_crc32_update(&crc, (u_char *) &report->private_members,
                     sizeof(report->private_members));

    if (report->skipped_why != NULL) {
        ngx_crc32_update(&crc, (u_char *) report->skipped_why,
                         ngx_strlen(report->skipped_why));
    }

    ngx_crc32_final(crc);

    return crc;
}


static void
ngx_http_jwt_refresh_publish(ngx_http_jwt_issuer_t *issuer,
    njwt_jwks_t *jwks, njwt_jwks_report_t *report)
{
    ngx_int_t      rc;
    ngx_log_t     *log;
    ngx_str_t      url;
    ngx_uint_t     result, changed, again;
    njwt_slice_t   text;

    log = ngx_cycle->log;
    result = NGX_HTTP_JWT_KEYSET_SAME;
    changed = 0;
    text = njwt_jwks_text(jwks);

    if (text.len > NJWT_MAX_JWKS_TEXT) {
        ngx_http_jwt_refresh_fails(issuer, "its usable keys need more than "
                                   "64 KB, which is room for some 150 RSA "
                                   "keys", NGX_HTTP_JWT_ADVICE_KEYS, NULL);
        return;
    }

    rc = ngx_http_jwt_keyset_publish(issuer, text, report->usable,
                                     ngx_http_jwt_refresh_report(report),
                                     &result, &changed);

    if (rc == NGX_DECLINED) {
        ngx_http_jwt_refresh_fails(issuer, "\"jwt_shared_zone\" is full",
                                   NGX_HTTP_JWT_ADVICE_ZONE, NULL);
        return;
    }

    if (rc != NGX_OK) {
        return;
    }

    ngx_http_jwt_keyfile_save(issuer);

    /* so that its keys are recorded even if no request needs them */

    ngx_http_jwt_keys_renew(issuer, log);

    url = ngx_http_jwt_refresh_url(&issuer->jwks_uri);

    /* at the level of the failure: whoever saw that waits for this line */

    if (result != NGX_HTTP_JWT_KEYSET_SAME) {
        again = (result == NGX_HTTP_JWT_KEYSET_RECOVERED);

        ngx_log_error((again ? NGX_LOG_ERR : NGX_LOG_NOTICE), log, 0,
                      "jwt_issuer \"%V\": %uz key%s from \"%V\"%s",
                      &issuer->name, report->usable,
                      (report->usable == 1) ? "" : "s", &url,
                      again ? ", which works again" : "");
    }

    if (changed) {
        ngx_http_jwt_keys_report(issuer, &url, report, log);
    }
}


/*
 * Compares the tenant's clock with ours: when they differ by more than the
 * leeway, its tokens are refused, or live too long.  Logged once for each
 * change.
 */

static void
ngx_http_jwt_refresh_clock(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_answer_t *answer)
{
    int64_t     skew, off;
    ngx_log_t  *log;

    if (answer->date == 0) {
        return;
    }

    log = ngx_cycle->log;

    skew = njwt_refresh_skew(answer->date, answer->age, answer->begun,
                             ngx_time());
    off = (skew < 0) ? -skew : skew;

    switch (ngx_http_jwt_history_clock(issuer, skew, (double) off
                                       > issuer->trust.expected.leeway))
    {

    case NGX_OK:
        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "jwt_issuer \"%V\": the tenant's clock and ours agree "
                      "again", &issuer->name);
        return;

    case NGX_AGAIN:
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "jwt_issuer \"%V\": the tenant's clock is %L s %s ours, "
                      "which is more than \"leeway\", so good tokens may "
                      "be refused: check this host's clock (NTP)",
                      &issuer->name, off, skew > 0 ? "ahead of" : "behind");
        return;

    default:
        return;
    }
}


/* Did the fetch bring a document?  If not, records and logs the failure. */

static ngx_uint_t
ngx_http_jwt_refresh_good(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_answer_t *answer)
{
    ngx_http_jwt_history_took(issuer, answer->took);
    ngx_http_jwt_refresh_clock(issuer, answer);

    if (answer->error != NULL || answer->status != NGX_HTTP_OK) {
        ngx_http_jwt_refresh_failed(issuer, answer);
        return 0;
    }

    return 1;
}


static void
ngx_http_jwt_refresh_keys(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_answer_t *answer)
{
    njwt_jwks_t         *jwks;
    njwt_jwks_report_t   report;

    if (ngx_http_jwt_refresh_good(issuer, answer)) {
        jwks = njwt_jwks_new(answer->body, &report);

        if (jwks == NULL) {
            ngx_http_jwt_refresh_fails(issuer, report.error,
                                       NGX_HTTP_JWT_ADVICE_KEY_SET,
                                       report.skipped_why);

        } else {
            ngx_http_jwt_refresh_publish(issuer, jwks, &report);
            njwt_jwks_free(jwks);
        }
    }

    ngx_http_jwt_resume(issuer->main);
}


/* What is wrong with a discovery document?  NULL: it has a usable jwks_uri. */

static const char *
ngx_http_jwt_refresh_discover(ngx_http_jwt_issuer_t *issuer,
    njwt_slice_t document)
{
    njwt_slice_t   uri;
    const char    *error;
    njwt_arena_t   arena;

    njwt_arena_init(&arena);

    error = njwt_discovery_read(&arena, document, issuer->trust.issuers[0],
                                &uri);

    if (error == NULL && uri.len >= sizeof(issuer->discovered_url)) {
        error = "its \"jwks_uri\" is too long";
    }

    if (error == NULL) {
        ngx_memcpy(issuer->discovered_url, uri.data, uri.len);
        issuer->discovered.data = issuer->discovered_url;
        issuer->discovered.len = uri.len;

        error = njwt_url_fault(uri)
                ? "its \"jwks_uri\" is no https URL" : NULL;
    }

    njwt_arena_free(&arena);

    return error;
}


static void
ngx_http_jwt_refresh_discovery(ngx_http_jwt_issuer_t *issuer,
    ngx_http_jwt_answer_t *answer)
{
    ngx_msec_t              spent;
    const char             *error;
    ngx_http_jwt_advice_t   advice;

    if (ngx_http_jwt_refresh_good(issuer, answer)) {
        error = ngx_http_jwt_refresh_discover(issuer, answer->body);
        advice = error ? NGX_HTTP_JWT_ADVICE_DOCUMENT
                       : NGX_HTTP_JWT_ADVICE_NONE;

        /* both documents together are one fetch, with one timeout */

        spent = ngx_current_msec - issuer->begun;

        if (error == NULL && spent >= issuer->jwks_timeout) {
            error = "no time was left for the keys";
        }

        if (error == NULL
            && ngx_http_jwt_fetch(issuer->main->fetcher, issuer,
                                  &issuer->discovered,
                                  issuer->jwks_timeout - spent,
                                  ngx_http_jwt_refresh_keys)
               != NGX_OK)
        {
            error = "no memory or no connection for the fetch";
        }

        if (error == NULL) {
            return;
        }

        issuer->discovered.len = 0;
        ngx_http_jwt_refresh_fails(issuer, error, advice, NULL);
    }

    ngx_http_jwt_resume(issuer->main);
}


static void
ngx_http_jwt_refresh_begin(ngx_http_jwt_issuer_t *issuer)
{
    ngx_http_jwt_fetch_pt  handler;

    issuer->begun = ngx_current_msec;
    issuer->discovered.len = 0;

    handler = issuer->discovery ? ngx_http_jwt_refresh_discovery
                                : ngx_http_jwt_refresh_keys;

    if (ngx_http_jwt_fetch(issuer->main->fetcher, issuer, &issuer->jwks_uri,
                           issuer->jwks_timeout, handler)
        != NGX_OK)
    {
        ngx_http_jwt_refresh_fails(issuer, "no memory or no connection for "
                                   "the fetch",
                                   NGX_HTTP_JWT_ADVICE_CONNECTIONS, NULL);
    }
}


static void
ngx_http_jwt_refresh_look(ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t              i;
    ngx_http_jwt_issuer_t  *issuer;

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (ngx_http_jwt_keyset_begin(issuer) == NGX_OK) {
            ngx_http_jwt_refresh_begin(issuer);
        }
    }
}


static void
ngx_http_jwt_refresh_handler(ngx_event_t *ev)
{
    ngx_connection_t          *c;
    ngx_http_jwt_main_conf_t  *jmcf;

    c = ev->data;
    jmcf = c->data;

    if (ngx_exiting || ngx_terminate || ngx_quit) {
        ngx_http_jwt_refresh_stop(jmcf);
        return;
    }

    /* what is stored now is compared with other workers' clocks */

    ngx_time_update();

    ngx_http_jwt_refresh_look(jmcf);
    ngx_http_jwt_keyfile_look(jmcf);
    ngx_http_jwt_counters_copy(jmcf);

    ngx_add_timer(ev, NGX_HTTP_JWT_REFRESH_TICK);
}


ngx_int_t
ngx_http_jwt_refresh_start(ngx_cycle_t *cycle, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t              i;
    ngx_http_jwt_issuer_t  *issuer;

    if (!ngx_http_jwt_refresh_is_fetcher()) {
        return NGX_OK;
    }

    ngx_http_jwt_blocks_log(jmcf, cycle->log);

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        ngx_http_jwt_keyset_recover(issuer);
        ngx_http_jwt_keyfile_catch_up(issuer);
        ngx_http_jwt_keys_renew(issuer, cycle->log);
    }

    jmcf->fetcher = ngx_http_jwt_fetch_create(cycle->log);
    if (jmcf->fetcher == NULL) {
        return NGX_ERROR;
    }

    jmcf->refresh.handler = ngx_http_jwt_refresh_handler;
    jmcf->refresh.data = &jmcf->dummy;
    jmcf->refresh.log = cycle->log;
    jmcf->refresh.cancelable = 1;

    ngx_add_timer(&jmcf->refresh, 1);

    return NGX_OK;
}


void
ngx_http_jwt_refresh_stop(ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t              i;
    ngx_http_jwt_issuer_t  *issuer;

    if (jmcf->fetcher == NULL) {
        return;
    }

    if (jmcf->refresh.timer_set) {
        ngx_del_timer(&jmcf->refresh);
    }

    ngx_http_jwt_fetch_destroy(jmcf->fetcher);
    jmcf->fetcher = NULL;

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        ngx_http_jwt_keyset_abandoned(issuer);
    }
}


void
ngx_http_jwt_refresh_now(ngx_http_jwt_main_conf_t *jmcf)
{
    if (jmcf->fetcher == NULL) {
        return;
    }

    /* nginx keeps an old deadline that is less than 300 ms away */

    if (jmcf->refresh.timer_set) {
        ngx_del_timer(&jmcf->refresh);
    }

    ngx_add_timer(&jmcf->refresh, 1);
}
