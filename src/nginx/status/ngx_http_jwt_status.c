/*
 * What is collected for jwt_status, and how it is sent.
 *
 * What the workers share is copied first, in short sections; the text is made
 * of the copy, without a lock.
 */

#include "ngx_http_jwt_status.h"
#include "ngx_http_jwt_blocks.h"
#include "ngx_http_jwt_headers.h"
#include "ngx_http_jwt_warnings.h"


#define ngx_http_jwt_issuer_at(member)                                        \
    offsetof(ngx_http_jwt_status_issuer_t, member)
#define ngx_http_jwt_status_at(member)                                        \
    offsetof(ngx_http_jwt_status_t, member)


const ngx_http_jwt_number_t  ngx_http_jwt_issuer_numbers[] = {

    { NULL, "keys_available", NGX_HTTP_JWT_FLAG,
      ngx_http_jwt_issuer_at(serves), "keys_available",
      "Are there keys, young enough to serve?" },

    { NULL, "fetched", NGX_HTTP_JWT_TIME,
      ngx_http_jwt_issuer_at(fetched), "keys_fetched_timestamp_seconds",
      "When keys were last fetched; 0: never." },

    { NULL, "age", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_issuer_at(age), NULL, NULL },

    { NULL, "serves_until", NGX_HTTP_JWT_TIME,
      ngx_http_jwt_issuer_at(serves_until),
      "keys_serve_until_timestamp_seconds",
      "Until when the keys serve if no fetch succeeds; 0: there are none." },

    { NULL, "clock_skew", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_issuer_at(skew), "clock_skew_seconds",
      "By how much the tenant's clock is ahead of this host's." },

    { NULL, "clock_skew_time", NGX_HTTP_JWT_TIME,
      ngx_http_jwt_issuer_at(skew_time), NULL, NULL },

    { "fetches", "good", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_issuer_at(good), NULL, NULL },

    { "fetches", "bad", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_issuer_at(bad), NULL, NULL },

    { "fetches", "failures_in_a_row", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_issuer_at(failures), "fetch_failures_in_a_row",
      "Failed fetches since the last good one." },

    { "fetches", "in_flight", NGX_HTTP_JWT_FLAG,
      ngx_http_jwt_issuer_at(in_flight), NULL, NULL },

    { "fetches", "next", NGX_HTTP_JWT_TIME,
      ngx_http_jwt_issuer_at(next), "next_fetch_timestamp_seconds",
      "When keys will be fetched again." },

    { "last_error", "time", NGX_HTTP_JWT_TIME,
      ngx_http_jwt_issuer_at(error_time), "fetch_error_timestamp_seconds",
      "When a fetch last failed; 0: never." },

    { "revocation", "entries", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_issuer_at(entries), "revocation_entries",
      "Entries of what is revoked." },

    { "revocation", "of_file", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_issuer_at(of_file), "revocation_file_entries",
      "Those of them that the revocation_file names." },

    { "revocation", "file_read", NGX_HTTP_JWT_TIME,
      ngx_http_jwt_issuer_at(file_read), "revocation_file_timestamp_seconds",
      "When what the revocation_file says last changed; 0: never." },

    { "revocation", "file_failing", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_issuer_at(file_failing), "revocation_file_failing",
      "1: what the revocation_file says now isn't in force." },

    { "revocation", "save_failing", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_issuer_at(save_failing), "revocation_save_failing",
      "1: what is revoked can't be kept in state_path." },

    { "revocation", "overflow_since", NGX_HTTP_JWT_TIME,
      ngx_http_jwt_issuer_at(overflow),
      "revocation_overflow_timestamp_seconds",
      "Since when entries found no room, or were lost; 0: none." },

    { "revocation", "overflow_up_to", NGX_HTTP_JWT_TIME,
      ngx_http_jwt_issuer_at(overflow_up_to), NULL, NULL },

    { NULL, NULL, NGX_HTTP_JWT_COUNT, 0, NULL, NULL }
};


const ngx_http_jwt_number_t  ngx_http_jwt_gate_numbers[] = {

    { NULL, "counting_since", NGX_HTTP_JWT_TIME,
      ngx_http_jwt_status_at(since), "counting_since_timestamp_seconds",
      "When the counters were at 0." },

    { NULL, "closed", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(closed), "closed_total",
      "Requests that were ended with their token." },

    { "cache", "size", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(cache_size), "cache_size_bytes",
      "The cache of verified tokens; 0: off." },

    { "cache", "entries", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(cache_used), "cache_entries",
      "Verified tokens that are kept." },

    { "cache", "capacity", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(cache_entries), "cache_capacity",
      "Verified tokens that there is room for." },

    { "cache", "hits", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(hits), "cache_hits_total",
      "Tokens whose signature was found verified." },

    { "cache", "misses", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(misses), "cache_misses_total",
      "Tokens whose signature had to be verified." },

    { "cache", "evictions", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(evictions), "cache_evictions_total",
      "Verified tokens that were dropped to make room." },

    { "proofs", "size", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(proofs_size), NULL, NULL },

    { "proofs", "entries", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(proofs_used), "proofs",
      "DPoP proofs that are remembered." },

    { "proofs", "capacity", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(proofs_entries), "proofs_capacity",
      "DPoP proofs that there is room for." },

    { "proofs", "since", NGX_HTTP_JWT_TIME,
      ngx_http_jwt_status_at(proofs_start), NULL, NULL },

    { "logouts", "taken", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(logouts.taken), "logouts_total",
      "Logout tokens that were taken." },

    { "logouts", "refused", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(logouts.refused), "logouts_refused_total",
      "Posts without a good logout token." },

    { "logouts", "remembered", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(logouts.remembered), NULL, NULL },
    { "revoked", "size", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(revoked_size), NULL, NULL },

    { "revoked", "entries", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(revoked_used), "revoked",
      "Entries of what is revoked, of all issuers." },

    { "revoked", "capacity", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(revoked_entries), "revoked_capacity",
      "Entries of what is revoked that there is room for." },

    { NULL, NULL, NGX_HTTP_JWT_COUNT, 0, NULL, NULL }
};


const ngx_http_jwt_number_t  ngx_http_jwt_policy_numbers[] = {

    { "guards", "enforce", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(guards[NGX_HTTP_JWT_GUARD_ENFORCE]),
      "enforce_locations", "Locations that refuse requests." },

    { "guards", "optional", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(guards[NGX_HTTP_JWT_GUARD_OPTIONAL]),
      "optional_locations", "Locations in which a token is optional." },

    { "guards", "report", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(guards[NGX_HTTP_JWT_GUARD_REPORT]),
      "report_locations", "Locations in report mode, that refuse nothing." },

    { "guards", "unprotected", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(guards[NGX_HTTP_JWT_GUARD_MISSING]),
      "unprotected_locations",
      "Locations that pass requests on and say nothing of jwt." },

    { "guards", "off", NGX_HTTP_JWT_COUNT,
      ngx_http_jwt_status_at(guards[NGX_HTTP_JWT_GUARD_OFF]),
      "off_locations", "Locations that say \"jwt off\"." },

    { NULL, NULL, NGX_HTTP_JWT_COUNT, 0, NULL, NULL }
};


static ngx_int_t
ngx_http_jwt_status_counted(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                n;
    ngx_pool_t               *pool;
    ngx_http_jwt_counted_t   *counted;

    pool = status->request->pool;
    counted = &status->counted;
    n = status->main->counters->nseries;

    counted->total = ngx_palloc(pool, n * sizeof(uint64_t));
    counted->minute = ngx_palloc(pool, 3 * n * sizeof(uint32_t));

    if (counted->total == NULL || counted->minute == NULL) {
        return NGX_ERROR;
    }

    counted->recent = counted->minute + n;
    counted->hour = counted->recent + n;

    ngx_http_jwt_counters_read(status->main, counted);

    status->counting = 1;

    return NGX_OK;
}


static void
ngx_http_jwt_status_numbers(ngx_http_jwt_status_t *status)
{
    ngx_http_jwt_counters_t      *counters;
    ngx_http_jwt_cache_state_t    cache;
    ngx_http_jwt_proofs_state_t   proofs;

    counters = status->main->counters;

    status->since = status->now
                    - (time_t) njwt_refresh_age(0, (ngx_msec_int_t)
                                                (ngx_current_msec
                                                 - counters->started) / 1000);
    status->hits = counters->cache_hits;
    status->misses = counters->cache_misses;
    status->evictions = counters->cache_evictions;
    status->closed = counters->closed;

    ngx_http_jwt_cache_look(status->main, &cache);

    status->cache_size = cache.size;
    status->cache_used = cache.used;
    status->cache_entries = cache.entries;

    ngx_http_jwt_proofs_look(status->main, &proofs);

    status->proofs_size = proofs.size;
    status->proofs_used = proofs.used;
    status->proofs_entries = proofs.entries;
    status->proofs_start = proofs.start;

    ngx_http_jwt_logouts_look(status->main, &status->logouts);
}


/* Keys of the configuration are fetched by nobody and have no age. */

static void
ngx_http_jwt_status_static(ngx_http_jwt_status_issuer_t *row)
{
    row->serves = (row->issuer->static_jwks != NULL);
    row->fetched = NGX_HTTP_JWT_NO_NUMBER;
    row->age = NGX_HTTP_JWT_NO_NUMBER;
    row->serves_until = NGX_HTTP_JWT_NO_NUMBER;
    row->skew = NGX_HTTP_JWT_NO_NUMBER;
    row->skew_time = NGX_HTTP_JWT_NO_NUMBER;
    row->in_flight = NGX_HTTP_JWT_NO_NUMBER;
    row->next = NGX_HTTP_JWT_NO_NUMBER;
    row->good = NGX_HTTP_JWT_NO_NUMBER;
    row->bad = NGX_HTTP_JWT_NO_NUMBER;
    row->failures = NGX_HTTP_JWT_NO_NUMBER;
    row->error_time = NGX_HTTP_JWT_NO_NUMBER;
}


static void
ngx_http_jwt_status_revoked(ngx_http_jwt_status_issuer_t *row)
{
    ngx_http_jwt_revoked_info_t  *revoked = &row->revoked;

    ngx_http_jwt_revoked_info(row->issuer, revoked);

    if (row->issuer->revocation.slot == NULL) {
        row->entries = NGX_HTTP_JWT_NO_NUMBER;
        row->of_file = NGX_HTTP_JWT_NO_NUMBER;
        row->file_read = NGX_HTTP_JWT_NO_NUMBER;
        row->file_failing = NGX_HTTP_JWT_NO_NUMBER;
        row->save_failing = NGX_HTTP_JWT_NO_NUMBER;
        row->overflow = NGX_HTTP_JWT_NO_NUMBER;
        row->overflow_up_to = NGX_HTTP_JWT_NO_NUMBER;
        return;
    }

    row->entries = revoked->total;
    row->of_file = revoked->of_file;
    row->file_read = (int64_t) revoked->file_read;
    row->file_failing = (revoked->failing & NGX_HTTP_JWT_REVOKED_FILE_FAILS)
                        != 0;
    row->save_failing = (revoked->failing & NGX_HTTP_JWT_REVOKED_SAVE_FAILS)
                        != 0;
    row->overflow = (int64_t) revoked->overflow;
    row->overflow_up_to = (int64_t) revoked->floor;
}


static void
ngx_http_jwt_status_issuer(ngx_http_jwt_status_issuer_t *row,
    ngx_http_jwt_issuer_t *issuer, int64_t now)
{
    int64_t                  stale;
    ngx_http_jwt_source_t   *source;
    ngx_http_jwt_history_t  *history;

    row->issuer = issuer;
    source = &row->source;

    ngx_http_jwt_history_read(issuer, source);
    ngx_http_jwt_status_static(row);
    ngx_http_jwt_status_revoked(row);

    if (issuer->static_jwks != NULL || !source->known) {
        return;
    }

    history = &source->history;
    stale = issuer->jwks_stale / 1000;

    row->fetched = source->fetched;
    row->serves_until = 0;

    if (source->fetched != 0) {
        row->serves = njwt_refresh_serves(source->age, issuer->jwks_stale);
        row->age = ngx_max(now - source->fetched, 0);
        row->serves_until = now + stale - source->age;
    }

    if (history->clock_time != 0) {
        row->skew = history->clock_skew;
    }

    row->skew_time = history->clock_time;
    row->in_flight = source->in_flight;
    row->next = now + source->next / 1000;
    row->good = history->good;
    row->bad = history->bad;
    row->failures = source->failures;
    row->error_time = history->error_len ? history->error_time : 0;
}


static ngx_int_t
ngx_http_jwt_status_issuers(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                     i, n;
    ngx_http_jwt_issuer_t        **issuers;
    ngx_http_jwt_revoked_info_t   *revoked;

    n = status->main->issuers.nelts;
    issuers = status->main->issuers.elts;

    status->issuers = ngx_palloc(status->request->pool,
                                 n * sizeof(ngx_http_jwt_status_issuer_t));
    if (status->issuers == NULL) {
        return NGX_ERROR;
    }

    status->nissuers = n;

    for (i = 0; i < n; i++) {
        ngx_http_jwt_status_issuer(&status->issuers[i], issuers[i],
                                   status->now);

        if (issuers[i]->revocation.slot != NULL) {
            revoked = &status->issuers[i].revoked;
            status->revoked_size = status->main->revoked->shm.size;
            status->revoked_entries = revoked->room;
            status->revoked_used = revoked->room - revoked->free;
        }
    }

    return NGX_OK;
}


/* Copies what is shared. */

static ngx_int_t
ngx_http_jwt_status_collect(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                 i;
    ngx_http_jwt_location_t  **all;

    status->now = ngx_time();
    all = status->main->locations.elts;

    for (i = 0; i < status->main->locations.nelts; i++) {
        if (ngx_http_jwt_location_reached(all[i])) {
            status->guards[ngx_http_jwt_status_guard(all[i])]++;
        }
    }

    if (status->main->counters == NULL) {
        return NGX_OK;
    }

    status->keystats = ngx_http_jwt_keystat_read(status->main,
                                                 status->request->pool,
                                                 &status->nkeystats);
    if (status->keystats == NULL
        || ngx_http_jwt_status_issuers(status) != NGX_OK
        || ngx_http_jwt_status_counted(status) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_jwt_status_numbers(status);

    return NGX_OK;
}


njwt_slice_t
ngx_http_jwt_status_source(ngx_http_jwt_issuer_t *issuer)
{
    u_char        *query;
    njwt_slice_t   source;

    static const njwt_slice_t  file = njwt_literal("file");

    if (issuer->static_jwks != NULL) {
        return file;
    }

    /* a query may hold what lets us ask */

    source = ngx_http_jwt_slice(&issuer->jwks_uri);
    query = ngx_strlchr(issuer->jwks_uri.data,
                        issuer->jwks_uri.data + issuer->jwks_uri.len, '?');

    if (query != NULL) {
        source.len = query - issuer->jwks_uri.data;
    }

    return source;
}


ngx_uint_t
ngx_http_jwt_status_source_cut(ngx_http_jwt_issuer_t *issuer)
{
    return issuer->static_jwks == NULL
           && ngx_http_jwt_status_source(issuer).len != issuer->jwks_uri.len;
}


const char *
ngx_http_jwt_status_kty(uint32_t algs)
{
    if (algs & NJWT_ALGS_RSA) {
        return "RSA";
    }

    if (algs & NJWT_ALGS_HMAC) {
        return "oct";
    }

    return (algs & NJWT_ALG_EDDSA) ? "OKP" : "EC";
}


njwt_slice_t
ngx_http_jwt_status_alg(uint32_t algs, ngx_uint_t i)
{
    njwt_slice_t            none = { NULL, 0 };
    const njwt_alg_info_t  *info;

    info = njwt_alg_info(algs & (1u << i));

    return (info != NULL) ? info->name : none;
}


ngx_http_jwt_guard_t
ngx_http_jwt_status_guard(ngx_http_jwt_location_t *location)
{
    ngx_http_jwt_loc_conf_t  *conf;

    conf = location->conf;

    if (conf->policy != NULL) {
        return (conf->mode == NGX_HTTP_JWT_OPTIONAL)
               ? NGX_HTTP_JWT_GUARD_OPTIONAL
               : (conf->mode == NGX_HTTP_JWT_REPORT)
                 ? NGX_HTTP_JWT_GUARD_REPORT : NGX_HTTP_JWT_GUARD_ENFORCE;
    }

    /* names, but none of them: an explicit "jwt off" */

    if (conf->names != NULL) {
        return NGX_HTTP_JWT_GUARD_OFF;
    }

    return location->passes ? NGX_HTTP_JWT_GUARD_MISSING
                            : NGX_HTTP_JWT_GUARD_NONE;
}


njwt_slice_t
ngx_http_jwt_status_variable(ngx_http_jwt_status_t *status, ngx_int_t index)
{
    ngx_http_variable_t        *v;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_get_module_main_conf(status->request,
                                         ngx_http_core_module);
    v = (ngx_http_variable_t *) cmcf->variables.elts + index;

    return ngx_http_jwt_slice(&v->name);
}


ngx_http_jwt_location_counts_t *
ngx_http_jwt_status_counts(ngx_http_jwt_location_t *location)
{
    if (location->counts == NULL
        || location->id == 0
        || location->counts->id != location->id)
    {
        return NULL;
    }

    return location->counts;
}


static ngx_int_t ngx_http_jwt_status_handler(ngx_http_request_t *r);


typedef ngx_int_t (*ngx_http_jwt_status_pt)(ngx_http_jwt_status_t *status);

typedef struct ngx_http_jwt_status_format_s  ngx_http_jwt_status_format_t;

struct ngx_http_jwt_status_format_s {
    const char               *name;
    ngx_http_jwt_format_t     format;
    ngx_http_jwt_status_pt    write;
    ngx_str_t                 type;
};


static const ngx_http_jwt_status_format_t  ngx_http_jwt_status_formats[] = {

    { "html", NGX_HTTP_JWT_HTML, ngx_http_jwt_status_html,
      ngx_string("text/html; charset=utf-8") },

    { "json", NGX_HTTP_JWT_JSON, ngx_http_jwt_status_json,
      ngx_string("application/json") },

    { "prometheus", NGX_HTTP_JWT_PROMETHEUS, ngx_http_jwt_status_prometheus,
      ngx_string("text/plain; version=0.0.4; charset=utf-8") },

    { NULL, NGX_HTTP_JWT_JSON, NULL, ngx_null_string }
};


char *
ngx_http_jwt_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    const char                          *name;
    ngx_str_t                           *value;
    ngx_http_core_loc_conf_t            *clcf;
    const ngx_http_jwt_status_format_t  *format;

    if (jlcf->status != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;
    name = (cf->args->nelts > 1) ? (const char *) value[1].data : "html";

    for (format = ngx_http_jwt_status_formats; format->name; format++) {
        if (ngx_strcmp(format->name, name) == 0) {
            break;
        }
    }

    if (format->name == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%s\" in \"jwt_status\", write "
                           "html, json or prometheus", name);
        return NGX_CONF_ERROR;
    }

    if (format->format == NGX_HTTP_JWT_HTML
        && ngx_http_jwt_html_policy(cf->pool, &jlcf->status_policy) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    jlcf->status = format;
    ngx_http_jwt_conf_pos(cf, &jlcf->status_pos);

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_jwt_status_handler;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_jwt_status_headers(ngx_http_request_t *r,
    ngx_http_jwt_loc_conf_t *conf)
{
    if (ngx_http_jwt_headers_answer(r, "Cache-Control", "no-store") != NGX_OK
        || ngx_http_jwt_headers_answer(r, "X-Content-Type-Options", "nosniff")
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (conf->status->format != NGX_HTTP_JWT_HTML) {
        return NGX_OK;
    }

    if (ngx_http_jwt_headers_answer(r, "Referrer-Policy", "no-referrer")
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_jwt_headers_answer(r, "Content-Security-Policy",
                                (const char *) conf->status_policy.data);
}


static ngx_int_t
ngx_http_jwt_status_send(ngx_http_request_t *r,
    ngx_http_jwt_loc_conf_t *conf, ngx_http_jwt_out_t *out)
{
    ngx_int_t                            rc;
    const ngx_http_jwt_status_format_t  *format;

    format = conf->status;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = out->size;
    r->headers_out.content_type = format->type;
    r->headers_out.content_type_len = format->type.len;
    r->headers_out.content_type_lowcase = NULL;

    if (ngx_http_jwt_status_headers(r, conf) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    out->buf->last_buf = (r == r->main) ? 1 : 0;
    out->buf->last_in_chain = 1;

    return ngx_http_output_filter(r, out->chain);
}


static ngx_int_t
ngx_http_jwt_status_write(ngx_http_jwt_status_t *status,
    const ngx_http_jwt_status_format_t *format)
{
    ngx_int_t  rc;

    njwt_arena_init(&status->arena);

    rc = ngx_http_jwt_status_collect(status);

    if (rc == NGX_OK) {
        rc = format->write(status);
    }

    if (status->arena.failed || status->out.failed) {
        rc = NGX_ERROR;
    }

    njwt_arena_free(&status->arena);

    return rc;
}


static ngx_int_t
ngx_http_jwt_status_handler(ngx_http_request_t *r)
{
    ngx_int_t                 rc;
    ngx_http_jwt_status_t    *status;
    ngx_http_jwt_loc_conf_t  *conf;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    status = ngx_pcalloc(r->pool, sizeof(ngx_http_jwt_status_t));
    if (status == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* an "if" has a configuration of its own, of the same location */

    conf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_scope_module);
    conf = conf->location->conf;

    status->request = r;
    status->main = ngx_http_get_module_main_conf(r,
                                                 ngx_http_jwt_scope_module);

    ngx_http_jwt_out_init(&status->out, r->pool, conf->status->format);
    ngx_http_jwt_out_json(&status->out, &status->json);

    if (ngx_http_jwt_status_write(status, conf->status) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_jwt_status_send(r, conf, &status->out);
}


/*
 * Has the location an "allow" or "deny"?  The module keeps a list for each
 * kind of address, and nothing else; NULL is an empty one.
 */

static ngx_uint_t
ngx_http_jwt_status_limited(ngx_module_t *access,
    ngx_http_core_loc_conf_t *core)
{
    ngx_uint_t     i, n;
    ngx_array_t  **rules;

    if (access == NULL) {
        return 0;
    }

    n = 1;

#if (NGX_HAVE_INET6)
    n++;
#endif

#if (NGX_HAVE_UNIX_DOMAIN)
    n++;
#endif

    rules = core->loc_conf[access->ctx_index];

    for (i = 0; i < n; i++) {
        if (rules[i] != NULL) {
            return 1;
        }
    }

    return 0;
}


void
ngx_http_jwt_status_init(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                 i;
    ngx_module_t              *access;
    ngx_http_jwt_location_t  **all;
    ngx_http_jwt_loc_conf_t   *conf;

    all = jmcf->locations.elts;
    access = ngx_http_jwt_warnings_module(cf, "ngx_http_access_module");

    for (i = 0; i < jmcf->locations.nelts; i++) {
        conf = all[i]->conf;

        if (conf->status == NULL
            || conf->policy != NULL
            || ngx_http_jwt_status_limited(access, all[i]->core))
        {
            continue;
        }

        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "\"jwt_status\" in location \"%V\" shows everybody the "
                      "issuers and the rules, write \"jwt NAME;\" there, or "
                      "\"allow\" and \"deny\" in %V:%ui", &all[i]->name,
                      &conf->status_pos.file, conf->status_pos.line);
    }
}
