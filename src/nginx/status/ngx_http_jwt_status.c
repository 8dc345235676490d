/*
 * The data of jwt_status: how they are collected and sent.
 *
 * What the workers share is copied first, in short sections; the text is made
 * from the copy, without a lock.
 */

#include "ngx_http_jwt_status.h"
#include "ngx_http_jwt_blocks.h"
#include "ngx_http_jwt_headers.h"
#include "ngx_http_jwt_warnings.h"


/* group, name, type, member, metric, help; how each list ends */

#define ngx_http_jwt_number_row(of, group, name, type, member, metric, help)  \
    { group, name, NGX_HTTP_JWT_##type, offsetof(of, member), metric, help }

#define ngx_http_jwt_issuer_row(...)                                          \
    ngx_http_jwt_number_row(ngx_http_jwt_status_issuer_t, __VA_ARGS__)
#define ngx_http_jwt_key_row(...)                                             \
    ngx_http_jwt_number_row(ngx_http_jwt_status_key_t, __VA_ARGS__)
#define ngx_http_jwt_gate_row(...)                                            \
    ngx_http_jwt_number_row(ngx_http_jwt_status_t, __VA_ARGS__)

#define ngx_http_jwt_last_row                                                 \
    { NULL, NULL, NGX_HTTP_JWT_COUNT, 0, NULL, NULL }


const ngx_http_jwt_number_t  ngx_http_jwt_issuer_numbers[] = {
    ngx_http_jwt_issuer_row(NULL, "keys_available", FLAG, serves,
        "keys_available", "Whether there are keys that are not too old."),
    ngx_http_jwt_issuer_row(NULL, "fetched", TIME, fetched,
        "keys_fetched_timestamp_seconds",
        "When keys were last fetched; 0: never."),
    ngx_http_jwt_issuer_row(NULL, "age", COUNT, age, NULL, NULL),
    ngx_http_jwt_issuer_row(NULL, "serves_until", TIME, serves_until,
        "keys_serve_until_timestamp_seconds",
        "Until when the keys are used if no fetch succeeds; 0: there are "
        "none."),
    ngx_http_jwt_issuer_row(NULL, "clock_skew", COUNT, skew,
        "clock_skew_seconds",
        "By how much the tenant's clock is ahead of this host's."),
    ngx_http_jwt_issuer_row(NULL, "clock_skew_time", TIME, skew_time,
        NULL, NULL),
    ngx_http_jwt_issuer_row("fetches", "good", COUNT, good, NULL, NULL),
    ngx_http_jwt_issuer_row("fetches", "bad", COUNT, bad, NULL, NULL),
    ngx_http_jwt_issuer_row("fetches", "failures_in_a_row", COUNT, failures,
        "fetch_failures_in_a_row", "Failed fetches since the last successful "
                                   "one."),
    ngx_http_jwt_issuer_row("fetches", "in_flight", FLAG, in_flight,
        NULL, NULL),
    ngx_http_jwt_issuer_row("fetches", "next", TIME, next,
        "next_fetch_timestamp_seconds", "When keys will next be fetched."),
    ngx_http_jwt_issuer_row("last_error", "time", TIME, error_time,
        "fetch_error_timestamp_seconds",
        "When a fetch last failed; 0: never."),
    ngx_http_jwt_issuer_row("revocation", "entries", COUNT, entries,
        "revocation_entries", "Revocation entries."),
    ngx_http_jwt_issuer_row("revocation", "of_file", COUNT, of_file,
        "revocation_file_entries",
        "Revocation entries that come from revocation_file."),
    ngx_http_jwt_issuer_row("revocation", "file_read", TIME, file_read,
        "revocation_file_timestamp_seconds",
        "When the contents of revocation_file last changed; 0: never."),
    ngx_http_jwt_issuer_row("revocation", "file_failing", COUNT, file_failing,
        "revocation_file_failing",
        "1: the present contents of revocation_file aren't in force."),
    ngx_http_jwt_issuer_row("revocation", "save_failing", COUNT, save_failing,
        "revocation_save_failing",
        "1: revocation entries can't be saved in state_path."),
    ngx_http_jwt_issuer_row("revocation", "overflow_since", TIME, overflow,
        "revocation_overflow_timestamp_seconds",
        "Since when there has been no room for entries, or entries were lost; "
        "0: none."),
    ngx_http_jwt_issuer_row("revocation", "overflow_up_to", TIME,
        overflow_up_to, NULL, NULL),
    ngx_http_jwt_last_row
};


const ngx_http_jwt_number_t  ngx_http_jwt_key_numbers[] = {
    /* JSON has it as the state */
    ngx_http_jwt_key_row("state", "serving", FLAG, serving,
        "key_serving", "Whether the key is in the set."),
    ngx_http_jwt_key_row(NULL, "first_seen", TIME, first_seen,
        "key_first_seen_timestamp_seconds", "When the key was first seen."),
    ngx_http_jwt_key_row(NULL, "age", COUNT, age, NULL, NULL),
    ngx_http_jwt_key_row(NULL, "last_used", TIME, last_used,
        "key_last_used_timestamp_seconds",
        "When a token that the key signed was last accepted; 0: never."),
    ngx_http_jwt_key_row(NULL, "gone_since", TIME, removed, NULL, NULL),
    ngx_http_jwt_last_row
};


const ngx_http_jwt_number_t  ngx_http_jwt_gate_numbers[] = {
    ngx_http_jwt_gate_row(NULL, "counting_since", TIME, since,
        "counting_since_timestamp_seconds", "When the counters were at 0."),
    ngx_http_jwt_gate_row(NULL, "closed", COUNT, closed,
        "closed_total", "Requests that were ended because their token expired "
                        "or was revoked."),
    ngx_http_jwt_gate_row("cache", "size", COUNT, cache.size,
        "cache_size_bytes", "The size of the cache of verified tokens; 0: "
                            "off."),
    ngx_http_jwt_gate_row("cache", "entries", COUNT, cache.used,
        "cache_entries", "Verified tokens in the cache."),
    ngx_http_jwt_gate_row("cache", "capacity", COUNT, cache.entries,
        "cache_capacity", "Verified tokens that the cache has room for."),
    ngx_http_jwt_gate_row("cache", "hits", COUNT, hits,
        "cache_hits_total", "Tokens that were found in the cache."),
    ngx_http_jwt_gate_row("cache", "misses", COUNT, misses,
        "cache_misses_total", "Tokens whose signature had to be verified."),
    ngx_http_jwt_gate_row("cache", "evictions", COUNT, evictions,
        "cache_evictions_total",
        "Verified tokens that were evicted to make room."),
    ngx_http_jwt_gate_row("proofs", "size", COUNT, proofs.size, NULL, NULL),
    ngx_http_jwt_gate_row("proofs", "entries", COUNT, proofs.used,
        "proofs", "Remembered DPoP proofs."),
    ngx_http_jwt_gate_row("proofs", "capacity", COUNT, proofs.entries,
        "proofs_capacity", "DPoP proofs that there is room for."),
    ngx_http_jwt_gate_row("proofs", "since", TIME, proofs.start, NULL, NULL),
    ngx_http_jwt_gate_row("logouts", "taken", COUNT, logouts.taken,
        "logouts_total", "Accepted logout tokens."),
    ngx_http_jwt_gate_row("logouts", "refused", COUNT, logouts.refused,
        "logouts_refused_total", "Requests without a valid logout token."),
    ngx_http_jwt_gate_row("logouts", "remembered", COUNT, logouts.remembered,
        NULL, NULL),
    ngx_http_jwt_gate_row("revoked", "size", COUNT, revoked_size, NULL, NULL),
    ngx_http_jwt_gate_row("revoked", "entries", COUNT, revoked_used,
        "revoked", "Revocation entries of all issuers."),
    ngx_http_jwt_gate_row("revoked", "capacity", COUNT, revoked_entries,
        "revoked_capacity",
        "Revocation entries that there is room for."),
    ngx_http_jwt_last_row
};


const ngx_http_jwt_number_t  ngx_http_jwt_policy_numbers[] = {
    ngx_http_jwt_gate_row("guards", "enforce", COUNT,
        guards[NGX_HTTP_JWT_GUARD_ENFORCE], "enforce_locations",
        "Locations in enforce mode."),
    ngx_http_jwt_gate_row("guards", "optional", COUNT,
        guards[NGX_HTTP_JWT_GUARD_OPTIONAL], "optional_locations",
        "Locations in which a token is optional."),
    ngx_http_jwt_gate_row("guards", "report", COUNT,
        guards[NGX_HTTP_JWT_GUARD_REPORT], "report_locations",
        "Locations in report mode, which refuse nothing."),
    ngx_http_jwt_gate_row("guards", "unprotected", COUNT,
        guards[NGX_HTTP_JWT_GUARD_MISSING], "unprotected_locations",
        "Locations that pass requests on, or take them from a guarded one, "
        "and don't set jwt."),
    ngx_http_jwt_gate_row("guards", "off", COUNT,
        guards[NGX_HTTP_JWT_GUARD_OFF], "off_locations",
        "Locations with \"jwt off\"."),
    ngx_http_jwt_last_row
};


static void
ngx_http_jwt_status_numbers(ngx_http_jwt_status_t *status)
{
    ngx_http_jwt_counters_t  *counters;

    counters = status->main->counters;

    status->since = status->now
                    - (time_t) njwt_refresh_age(0, (ngx_msec_int_t)
                                                (ngx_current_msec
                                                 - counters->started) / 1000);
    status->hits = counters->cache_hits;
    status->misses = counters->cache_misses;
    status->evictions = counters->cache_evictions;
    status->closed = counters->closed;

    ngx_http_jwt_cache_look(status->main, &status->cache);
    ngx_http_jwt_proofs_look(status->main, &status->proofs);
    ngx_http_jwt_logouts_look(status->main, &status->logouts);
}


/*
 * The numbers of an issuer, or, with NULL, without one; *part: those rows.
 * There is room for all of them.
 */

static void
ngx_http_jwt_status_verdicts_of(ngx_http_jwt_status_t *status,
    const ngx_http_jwt_counted_t *counted, ngx_http_jwt_issuer_t *issuer,
    ngx_array_t *part)
{
    ngx_uint_t                      i, at;
    ngx_http_jwt_status_verdict_t  *row;

    row = status->verdicts.elts;
    row += status->verdicts.nelts;

    part->elts = row;
    part->nelts = 0;

    for (i = 0; i < NGX_HTTP_JWT_COUNTED; i++) {

        if (!ngx_http_jwt_series_has(issuer, i)) {
            continue;
        }

        at = ngx_http_jwt_series(issuer, i);

        row->issuer = issuer;
        row->counted = i;
        row->total = counted->total[at];
        row->hour = counted->hour[at];
        row->recent = counted->recent[at];
        row->minute = counted->minute[at];

        row++;
        part->nelts++;
    }

    status->verdicts.nelts += part->nelts;
}


static ngx_int_t
ngx_http_jwt_status_verdicts(ngx_http_jwt_status_t *status)
{
    ngx_uint_t               i, n;
    ngx_pool_t              *pool;
    ngx_http_jwt_counted_t   counted;

    pool = status->request->pool;
    n = status->main->counters->nseries;

    counted.total = ngx_palloc(pool, n * sizeof(uint64_t));
    counted.minute = ngx_palloc(pool, 3 * n * sizeof(uint32_t));

    if (counted.total == NULL
        || counted.minute == NULL
        || ngx_array_init(&status->verdicts, pool, n,
                          sizeof(ngx_http_jwt_status_verdict_t))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    counted.recent = counted.minute + n;
    counted.hour = counted.recent + n;

    ngx_http_jwt_counters_read(status->main, &counted);
    status->recently = counted.span / 1000;

    ngx_http_jwt_status_verdicts_of(status, &counted, NULL,
                                    &status->no_issuer);

    for (i = 0; i < status->nissuers; i++) {
        ngx_http_jwt_status_verdicts_of(status, &counted,
                                        status->issuers[i].issuer,
                                        &status->issuers[i].verdicts);
    }

    return NGX_OK;
}


/* An issuer's keys: those that serve first. */

static ngx_int_t
ngx_http_jwt_status_keys(ngx_http_jwt_status_t *status,
    ngx_http_jwt_status_issuer_t *row, ngx_http_jwt_keystat_t *stat,
    ngx_uint_t n)
{
    ngx_uint_t                  i, gone;
    ngx_http_jwt_status_key_t  *key;

    if (ngx_array_init(&row->keys, status->request->pool, 4,
                       sizeof(ngx_http_jwt_status_key_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (gone = 0; gone < 2; gone++) {
        for (i = 0; i < n; i++) {

            if ((stat[i].removed != 0) != gone
                || !ngx_http_jwt_keystat_shown(&stat[i], row->issuer))
            {
                continue;
            }

            key = ngx_array_push(&row->keys);
            if (key == NULL) {
                return NGX_ERROR;
            }

            key->stat = &stat[i];
            key->kid.data = stat[i].kid;
            key->kid.len = stat[i].kid_len;
            key->alg = njwt_alg_info(stat[i].algs);
            key->serving = !gone;
            key->first_seen = stat[i].first_seen;
            key->age = ngx_max(status->now - key->first_seen, 0);
            key->last_used = (int64_t) stat[i].last_used;
            key->removed = stat[i].removed;
        }
    }

    return NGX_OK;
}


static void
ngx_http_jwt_status_revoked(ngx_http_jwt_status_issuer_t *row)
{
    ngx_http_jwt_revoked_info_t  *revoked = &row->revoked;

    ngx_http_jwt_revoked_info(row->issuer, revoked);

    if (row->issuer->revocation.slot == NULL) {
        return;
    }

    row->entries = revoked->total;
    row->of_file = revoked->of_file;

    /* without a file its entries are none, and were taken so at the start */

    row->file_read = (row->issuer->revocation.file.data != NULL)
                     ? (int64_t) revoked->file_read : 0;

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
    int64_t                       stale;
    ngx_http_jwt_source_t        *source;
    ngx_http_jwt_history_t       *history;
    const ngx_http_jwt_number_t  *number;

    for (number = ngx_http_jwt_issuer_numbers; number->name; number++) {
        ngx_http_jwt_number(number, row) = NGX_HTTP_JWT_NO_NUMBER;
    }

    row->issuer = issuer;
    row->serves = (issuer->static_jwks != NULL);
    source = &row->source;

    ngx_http_jwt_history_read(issuer, source);
    ngx_http_jwt_status_revoked(row);

    /* keys of the configuration are fetched by nobody and have no age */

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
    ngx_uint_t                     i, n, nstats;
    ngx_http_jwt_issuer_t        **issuers;
    ngx_http_jwt_keystat_t        *stats;
    ngx_http_jwt_revoked_info_t   *revoked;

    n = status->main->issuers.nelts;
    issuers = status->main->issuers.elts;

    stats = ngx_http_jwt_keystat_read(status->main, status->request->pool,
                                      &nstats);
    status->issuers = ngx_palloc(status->request->pool,
                                 n * sizeof(ngx_http_jwt_status_issuer_t));
    if (stats == NULL || status->issuers == NULL) {
        return NGX_ERROR;
    }

    status->nissuers = n;

    for (i = 0; i < n; i++) {
        ngx_http_jwt_status_issuer(&status->issuers[i], issuers[i],
                                   status->now);

        if (ngx_http_jwt_status_keys(status, &status->issuers[i], stats,
                                     nstats)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (issuers[i]->revocation.slot != NULL) {
            revoked = &status->issuers[i].revoked;
            status->revoked_size = status->main->revoked->shm.size;
            status->revoked_entries = revoked->room;
            status->revoked_used = revoked->room - revoked->free;
        }
    }

    return NGX_OK;
}


static ngx_http_jwt_guard_t
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

    return (location->passes || location->wins_over != NULL)
           ? NGX_HTTP_JWT_GUARD_MISSING : NGX_HTTP_JWT_GUARD_NONE;
}


static ngx_int_t
ngx_http_jwt_status_locations(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                        i, n;
    ngx_http_jwt_location_t         **all;
    ngx_http_jwt_status_location_t   *row;

    n = status->main->locations.nelts;
    all = status->main->locations.elts;

    if (ngx_array_init(&status->locations, status->request->pool, n,
                       sizeof(ngx_http_jwt_status_location_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    status->locations.nelts = n;
    row = status->locations.elts;

    for (i = 0; i < n; i++) {
        row[i].location = all[i];
        row[i].guard = ngx_http_jwt_status_guard(all[i]);
        row[i].reached = ngx_http_jwt_location_reached(all[i]);
        row[i].counts = (all[i]->counts != NULL && all[i]->id != 0
                         && all[i]->counts->id == all[i]->id)
                        ? all[i]->counts : NULL;

        status->guards[row[i].guard] += row[i].reached;
    }

    return NGX_OK;
}


/* Copies the shared data. */

static ngx_int_t
ngx_http_jwt_status_collect(ngx_http_jwt_status_t *status)
{
    status->now = ngx_time();

    if (ngx_http_jwt_status_locations(status) != NGX_OK) {
        return NGX_ERROR;
    }

    if (status->main->counters == NULL) {
        return NGX_OK;
    }

    if (ngx_http_jwt_status_issuers(status) != NGX_OK
        || ngx_http_jwt_status_verdicts(status) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_jwt_status_numbers(status);
    status->counting = 1;

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

    /* a query may hold credentials */

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


typedef struct ngx_http_jwt_status_format_s {
    const char               *name;
    ngx_http_jwt_format_t     format;
    void                    (*write)(ngx_http_jwt_status_t *status);
    ngx_str_t                 type;
} ngx_http_jwt_status_format_t;


static const ngx_http_jwt_status_format_t  ngx_http_jwt_status_formats[] = {

    { "html", NGX_HTTP_JWT_HTML, ngx_http_jwt_status_html,
      ngx_string("text/html; charset=utf-8") },

    { "json", NGX_HTTP_JWT_JSON, ngx_http_jwt_status_json,
      ngx_string("application/json") },

    { "prometheus", NGX_HTTP_JWT_PROMETHEUS, ngx_http_jwt_status_prometheus,
      ngx_string("text/plain; version=0.0.4; charset=utf-8") },

    { NULL, NGX_HTTP_JWT_JSON, NULL, ngx_null_string }
};


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
        format->write(status);
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

    /* an "if" has a configuration of its own, for the same location */

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


/*
 * Has the location an "allow" or "deny"?  The access module's configuration is
 * one list for each kind of address and nothing else; NULL is an empty one.
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
    ngx_uint_t                i;
    ngx_module_t             *access;
    ngx_http_jwt_location_t  *location;
    ngx_http_jwt_loc_conf_t  *conf;

    access = ngx_http_jwt_warnings_module(cf, "ngx_http_access_module");

    for (i = 0; (location = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {
        conf = location->conf;

        if (conf->status == NULL
            || conf->policy != NULL
            || ngx_http_jwt_status_limited(access, location->core))
        {
            continue;
        }

        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "\"jwt_status\" in location \"%V\" shows the issuers "
                      "and the rules to everybody: write \"jwt NAME;\" "
                      "there, or \"allow\" and \"deny\" in %V:%ui",
                      &location->name, &conf->status_pos.file,
                      conf->status_pos.line);
    }
}
