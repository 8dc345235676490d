/*
 * Alerts at the top of the status page: keys, clocks, new refusals, and
 * locations that let requests pass.
 */

#include "ngx_http_jwt_status_html.h"


/* locations that an alert names */
#define NGX_HTTP_JWT_HTML_NAMES  5

/* fewer requests don't tell whether all is well */
#define NGX_HTTP_JWT_HTML_FEW   10

/* fewer requests, some of which were ok, give no alert */
#define NGX_HTTP_JWT_HTML_MANY  20


/* the alerts are written once for each severity */
typedef struct {
    ngx_http_jwt_status_t     *status;
    ngx_http_jwt_severity_t    severity;
    ngx_uint_t                 n;
} ngx_http_jwt_alerts_t;


/*
 * What is neither ok nor a refusal: preflights, unjudged requests, and those
 * without a token if one is optional.
 */

ngx_uint_t
ngx_http_jwt_share_skips(ngx_uint_t optional, ngx_uint_t counted)
{
    return counted == NGX_HTTP_JWT_PREFLIGHT
           || counted == NGX_HTTP_JWT_UNJUDGED
           || (counted == NJWT_NO_TOKEN && optional);
}


static void
ngx_http_jwt_share_add(ngx_http_jwt_share_t *share, ngx_uint_t counted,
    uint64_t n)
{
    if (counted == NJWT_OK) {
        share->ok += n;
        return;
    }

    share->refused += n;

    if (n > share->most) {
        share->most = n;
        share->verdict = counted;
    }
}


void
ngx_http_jwt_share_sum(ngx_http_jwt_status_t *status, ngx_array_t *verdicts,
    size_t window, ngx_http_jwt_share_t *share)
{
    ngx_uint_t                      i, optional;
    ngx_http_jwt_status_verdict_t  *row;

    ngx_memzero(share, sizeof(ngx_http_jwt_share_t));

    row = verdicts->elts;
    optional = status->guards[NGX_HTTP_JWT_GUARD_OPTIONAL] > 0;

    for (i = 0; i < verdicts->nelts; i++) {
        if (!ngx_http_jwt_share_skips(optional, row[i].counted)) {
            ngx_http_jwt_share_add(share, row[i].counted,
                                   *(uint32_t *) ((u_char *) &row[i]
                                                  + window));
        }
    }
}


void
ngx_http_jwt_share_location(ngx_http_jwt_status_location_t *row,
    ngx_http_jwt_share_t *share)
{
    ngx_uint_t  i, optional;

    ngx_memzero(share, sizeof(ngx_http_jwt_share_t));

    optional = row->guard == NGX_HTTP_JWT_GUARD_OPTIONAL;

    for (i = 0; row->counts != NULL && i < NGX_HTTP_JWT_COUNTED; i++) {
        if (!ngx_http_jwt_share_skips(optional, i)) {
            ngx_http_jwt_share_add(share, i, row->counts->totals[i]);
        }
    }
}


/*
 * The recent share: from the shortest of three windows with enough requests to
 * be meaningful; and the rest of the hour, before that window.
 */

static void
ngx_http_jwt_share_lately(ngx_http_jwt_status_t *status,
    ngx_http_jwt_status_issuer_t *row, ngx_http_jwt_share_t *lately,
    ngx_http_jwt_share_t *before)
{
    time_t        counting;
    ngx_array_t  *of;

    of = row ? &row->verdicts : &status->verdicts;
    counting = (time_t) (status->now - status->since);

    ngx_http_jwt_share_sum(status, of, ngx_http_jwt_window(hour), before);
    ngx_http_jwt_share_sum(status, of, ngx_http_jwt_window(minute), lately);
    lately->span = 60;

    if (ngx_http_jwt_share_all(lately) < NGX_HTTP_JWT_HTML_MANY) {
        ngx_http_jwt_share_sum(status, of, ngx_http_jwt_window(recent),
                               lately);
        lately->span = status->recently;
    }

    if (ngx_http_jwt_share_all(lately) < NGX_HTTP_JWT_HTML_FEW) {
        *lately = *before;
        lately->span = 3600;
    }

    lately->start = counting <= lately->span;
    lately->span = ngx_min(lately->span, counting);

    before->ok -= ngx_min(lately->ok, before->ok);
    before->refused -= ngx_min(lately->refused, before->refused);
}


/* "in the last 5 min", or "in the 3 s since the start" */

static void
ngx_http_jwt_share_time(ngx_http_jwt_out_t *out, ngx_http_jwt_share_t *share)
{
    ngx_http_jwt_status_printf(out, share->start ? " in the %s since the start"
                                                 : " in the last %s",
                               (int64_t) share->span);
}


ngx_uint_t
ngx_http_jwt_html_refuses(ngx_http_jwt_status_t *status)
{
    return status->guards[NGX_HTTP_JWT_GUARD_ENFORCE] > 0
           || status->guards[NGX_HTTP_JWT_GUARD_OPTIONAL] > 0;
}


/*
 * The severity of refusals.  It is high if nothing is let through, or if
 * refusals were few before.  If there have always been many, they are worth a
 * look.
 */

static ngx_http_jwt_severity_t
ngx_http_jwt_share_severity(ngx_http_jwt_status_t *status,
    ngx_http_jwt_share_t *lately, ngx_http_jwt_share_t *before)
{
    uint64_t                 n, earlier;
    ngx_uint_t               grew;
    ngx_http_jwt_severity_t  severity;

    n = ngx_http_jwt_share_all(lately);
    earlier = ngx_http_jwt_share_all(before);

    grew = earlier >= 20
           && lately->refused * earlier >= 2 * before->refused * n;

    if (lately->refused == 0) {
        return NGX_HTTP_JWT_FINE;
    }

    if (lately->ok == 0) {
        severity = (n >= 10) ? NGX_HTTP_JWT_BAD
                   : (n >= 3) ? NGX_HTTP_JWT_WARN : NGX_HTTP_JWT_FINE;

    } else if (n < NGX_HTTP_JWT_HTML_MANY) {
        severity = NGX_HTTP_JWT_FINE;

    } else if (2 * lately->refused >= n) {
        severity = grew ? NGX_HTTP_JWT_BAD : NGX_HTTP_JWT_WARN;

    } else {
        severity = (grew && 5 * lately->refused >= n) ? NGX_HTTP_JWT_WARN
                                                      : NGX_HTTP_JWT_FINE;
    }

    /* if nothing is refused, nobody is locked out */

    if (!ngx_http_jwt_html_refuses(status)) {
        severity = ngx_min(severity, NGX_HTTP_JWT_WARN);
    }

    return severity;
}


/*
 * Begins an alert if it belongs to this pass.  It is about an issuer's row,
 * or, with NULL, about all.
 */

static ngx_uint_t
ngx_http_jwt_alert(ngx_http_jwt_alerts_t *alerts,
    ngx_http_jwt_severity_t severity, ngx_http_jwt_status_issuer_t *row)
{
    ngx_http_jwt_out_t   *out;

    if (alerts->severity != severity || severity == NGX_HTTP_JWT_FINE) {
        return 0;
    }

    alerts->n++;
    out = &alerts->status->out;

    ngx_http_jwt_status_printf(out, "<li class=\"%w\"><strong>%w</strong> ",
                               ngx_http_jwt_html_kinds[severity],
                               severity == NGX_HTTP_JWT_BAD ? "Alarm:"
                                                            : "Warning:");
    if (row != NULL) {
        ngx_http_jwt_status_printf(out, "<a href=\"#issuer-%u\">%c</a>",
                                   (ngx_uint_t) (row
                                                 - alerts->status->issuers),
                                   ngx_http_jwt_slice(&row->issuer->name));
    }

    return 1;
}


static void
ngx_http_jwt_alert_end(ngx_http_jwt_alerts_t *alerts)
{
    ngx_http_jwt_out_literal(&alerts->status->out, "</li>\n");
}


ngx_uint_t
ngx_http_jwt_html_first_fetch(ngx_http_jwt_status_issuer_t *row)
{
    return row->fetched == 0 && row->failures == 0 && row->in_flight > 0;
}


/* Red if the keys stop serving before somebody could have repaired it. */

ngx_http_jwt_severity_t
ngx_http_jwt_html_keys_severity(ngx_http_jwt_status_t *status,
    ngx_http_jwt_status_issuer_t *row)
{
    int64_t  stale;

    if (!row->serves) {
        return ngx_http_jwt_html_first_fetch(row) ? NGX_HTTP_JWT_WARN
                                                  : NGX_HTTP_JWT_BAD;
    }

    if (row->failures <= 0) {
        return NGX_HTTP_JWT_FINE;
    }

    stale = row->issuer->jwks_stale / 1000;

    return (row->serves_until - status->now < ngx_min(stale / 4, 3600))
           ? NGX_HTTP_JWT_BAD : NGX_HTTP_JWT_WARN;
}


static void
ngx_http_jwt_alert_keys(ngx_http_jwt_alerts_t *alerts,
    ngx_http_jwt_status_issuer_t *row)
{
    ngx_http_jwt_out_t     *out;
    ngx_http_jwt_status_t  *status;

    status = alerts->status;
    out = &status->out;

    if (!ngx_http_jwt_alert(alerts,
                            ngx_http_jwt_html_keys_severity(status, row),
                            row))
    {
        return;
    }

    if (row->serves) {
        ngx_http_jwt_status_printf(out, ": its keys can&rsquo;t be fetched "
                                   "(failures in a row: %i). The present "
                                   "keys become stale %a; from then on its "
                                   "requests are answered with 503.",
                                   row->failures, row->serves_until);

    } else if (row->fetched > 0) {
        ngx_http_jwt_status_printf(out, " has only stale keys, which were "
                                   "fetched %a: its requests are answered "
                                   "with 503.",
                                   row->fetched);

    } else if (ngx_http_jwt_html_first_fetch(row)) {
        ngx_http_jwt_status_printf(out, " has no keys yet: its first fetch "
                                   "has been under way for %s. Until it "
                                   "succeeds, its requests are answered with "
                                   "503.", (int64_t) row->source.under_way);

    } else {
        ngx_http_jwt_out_literal(out, " has no keys, because no fetch has "
                                 "succeeded yet: its requests are answered "
                                 "with 503.");
    }

    if (row->error_time > 0) {
        ngx_http_jwt_out_literal(out, " Last error ");
        ngx_http_jwt_html_error(out, row);
        ngx_http_jwt_out_literal(out, ".");
    }

    ngx_http_jwt_alert_end(alerts);
}


ngx_uint_t
ngx_http_jwt_html_clock_off(ngx_http_jwt_status_issuer_t *row)
{
    return row->skew != NGX_HTTP_JWT_NO_NUMBER
           && (double) ngx_abs(row->skew) > row->issuer->trust.expected.leeway;
}


static void
ngx_http_jwt_alert_clock(ngx_http_jwt_alerts_t *alerts,
    ngx_http_jwt_status_issuer_t *row)
{
    ngx_http_jwt_out_t   *out;

    out = &alerts->status->out;

    if (!ngx_http_jwt_html_clock_off(row)
        || !ngx_http_jwt_alert(alerts, NGX_HTTP_JWT_WARN, row))
    {
        return;
    }

    ngx_http_jwt_out_literal(out, ": the tenant&rsquo;s clock is ");
    ngx_http_jwt_html_clock(out, row);
    ngx_http_jwt_status_printf(out, ", which is more than <code>leeway</code> "
                               "allows (%i&nbsp;s): %w. Check this "
                               "host&rsquo;s clock (NTP).",
                               (int64_t) row->issuer->trust.expected.leeway,
                               row->skew > 0
                               ? "new tokens may be refused as not valid yet"
                               : "tokens may be refused as expired too soon");
    ngx_http_jwt_alert_end(alerts);
}


/*
 * Tokens that pass although they were revoked, or are refused although they
 * weren't.
 */

static void
ngx_http_jwt_alert_revocation(ngx_http_jwt_alerts_t *alerts,
    ngx_http_jwt_status_issuer_t *row)
{
    ngx_http_jwt_out_t   *out;

    out = &alerts->status->out;

    if (row->issuer->trust.revocation_count == 0) {
        return;
    }

    if (row->entries == NGX_HTTP_JWT_NO_NUMBER
        && ngx_http_jwt_alert(alerts, NGX_HTTP_JWT_BAD, row))
    {
        ngx_http_jwt_out_literal(out, " has no room in "
                                 "<code>jwt_revocation_zone</code>: all of "
                                 "its tokens are revoked. Restart nginx.");
        ngx_http_jwt_alert_end(alerts);
    }

    if (row->overflow > 0
        && ngx_http_jwt_alert(alerts, NGX_HTTP_JWT_BAD, row))
    {
        ngx_http_jwt_status_printf(out, ": all tokens that it issued up to %a "
                                   "are revoked, because entries had no room "
                                   "in <code>jwt_revocation_zone</code> or "
                                   "were lost. The error log says which; give "
                                   "the zone a larger size.",
                                   row->overflow_up_to);
        ngx_http_jwt_alert_end(alerts);
    }

    if (row->file_failing > 0
        && ngx_http_jwt_alert(alerts, NGX_HTTP_JWT_BAD, row))
    {
        ngx_http_jwt_out_literal(out, ": its <code>revocation_file</code> "
                                 "can&rsquo;t be applied as it is now; its "
                                 "previous contents stay in force. The error "
                                 "log says why.");
        ngx_http_jwt_alert_end(alerts);
    }

    if (row->save_failing > 0
        && ngx_http_jwt_alert(alerts, NGX_HTTP_JWT_WARN, row))
    {
        ngx_http_jwt_out_literal(out, " can&rsquo;t save its revocation "
                                      "entries in <code>state_path</code>: "
                                      "they won&rsquo;t outlive a restart. "
                                      "The error log says why.");
        ngx_http_jwt_alert_end(alerts);
    }
}


/* The least severe level at which the gate logs refusals of that verdict. */

static const char *
ngx_http_jwt_html_level(ngx_http_jwt_status_t *status, ngx_uint_t verdict)
{
    ngx_uint_t                       i, level, most;
    ngx_http_jwt_status_location_t  *row;

    most = NGX_LOG_ERR;
    row = status->locations.elts;

    for (i = 0; i < status->locations.nelts; i++) {
        level = row[i].location->conf->log_level;

        if (row[i].guard == NGX_HTTP_JWT_GUARD_REPORT
            || verdict == NJWT_KEYS_UNAVAILABLE)
        {
            level = ngx_min(level, NGX_LOG_WARN);
        }

        if (row[i].location->conf->policy != NULL) {
            most = ngx_max(level, most);
        }
    }

    return (most == NGX_LOG_ERR) ? "error" : (most == NGX_LOG_WARN) ? "warn"
           : (most == NGX_LOG_NOTICE) ? "notice" : "info";
}


/* Refusals of an issuer, or, with NULL, of all; returns the severity. */

static ngx_http_jwt_severity_t
ngx_http_jwt_alert_refusals(ngx_http_jwt_alerts_t *alerts,
    ngx_http_jwt_status_issuer_t *row)
{
    const char               *how;
    ngx_http_jwt_out_t       *out;
    ngx_http_jwt_share_t      lately, before;
    ngx_http_jwt_severity_t   severity;

    out = &alerts->status->out;

    ngx_http_jwt_share_lately(alerts->status, row, &lately, &before);
    severity = ngx_http_jwt_share_severity(alerts->status, &lately, &before);

    /* an alarm about the keys has been raised already */

    if (row != NULL && !row->serves
        && lately.verdict == NJWT_KEYS_UNAVAILABLE
        && lately.most == lately.refused)
    {
        return severity;
    }

    if (!ngx_http_jwt_alert(alerts, severity, row)) {
        return severity;
    }

    how = (alerts->status->guards[NGX_HTTP_JWT_GUARD_REPORT] == 0)
          ? " requests were refused"
          : ngx_http_jwt_html_refuses(alerts->status)
            ? " requests were refused, or would have been but for report mode,"
            : " requests would have been refused";

    ngx_http_jwt_status_printf(out, "%w%n of %n%w", row ? ": " : "",
                               lately.refused,
                               ngx_http_jwt_share_all(&lately), how);
    ngx_http_jwt_share_time(out, &lately);
    ngx_http_jwt_status_printf(out, ", %w as <a href=\"#requests\">%c</a> "
                               "(%e). The error log, at level "
                               "<code>%w</code>, says why for each.",
                               lately.most == lately.refused ? "all" : "most",
                               ngx_http_jwt_counted_name(lately.verdict),
                               njwt_verdict_info(lately.verdict)->description,
                               ngx_http_jwt_html_level(alerts->status,
                                                       lately.verdict));

    if (ngx_http_jwt_share_all(&before) > 0) {
        ngx_http_jwt_status_printf(out, " In the hour before that, the share "
                                   "was %p.",
                                   before.refused,
                                   ngx_http_jwt_share_all(&before));
    }

    ngx_http_jwt_alert_end(alerts);

    return severity;
}


/* The number of locations with that kind of guard. */

static ngx_uint_t
ngx_http_jwt_html_number(ngx_http_jwt_status_t *status,
    ngx_uint_t (*is)(ngx_http_jwt_status_location_t *row))
{
    ngx_uint_t                       i, n;
    ngx_http_jwt_status_location_t  *row;

    n = 0;
    row = status->locations.elts;

    for (i = 0; i < status->locations.nelts; i++) {
        n += row[i].reached && is(&row[i]);
    }

    return n;
}


/* The names of the first few locations with that kind of guard. */

static void
ngx_http_jwt_html_names(ngx_http_jwt_status_t *status,
    ngx_uint_t (*is)(ngx_http_jwt_status_location_t *row))
{
    ngx_uint_t                       i, n;
    ngx_http_jwt_out_t              *out;
    ngx_http_jwt_location_t         *location;
    ngx_http_jwt_status_location_t  *row;

    n = 0;
    out = &status->out;
    row = status->locations.elts;

    for (i = 0; i < status->locations.nelts; i++) {
        location = row[i].location;

        if (!row[i].reached || !is(&row[i])
            || ++n > NGX_HTTP_JWT_HTML_NAMES)
        {
            continue;
        }

        ngx_http_jwt_status_printf(out, "%w<a href=\"#server-%u\">%c</a>",
                                   n > 1 ? ", " : "", location->number,
                                   ngx_http_jwt_slice(location->name.len
                                         ? &location->name
                                         : &location->server->server_name));
    }

    if (n > NGX_HTTP_JWT_HTML_NAMES) {
        ngx_http_jwt_status_printf(out, " and %u more",
                                   n - NGX_HTTP_JWT_HTML_NAMES);
    }
}


ngx_uint_t
ngx_http_jwt_html_is_open(ngx_http_jwt_status_location_t *row)
{
    return row->guard == NGX_HTTP_JWT_GUARD_MISSING
           && row->location->wins_over == NULL;
}


ngx_uint_t
ngx_http_jwt_html_wins_over(ngx_http_jwt_status_location_t *row)
{
    return row->location->wins_over != NULL;
}


ngx_uint_t
ngx_http_jwt_html_is_bypassed(ngx_http_jwt_status_location_t *row)
{
    return row->location->conf->policy != NULL
           && row->location->bypassed_by != NULL
           && !row->location->bypassed_if;
}


ngx_uint_t
ngx_http_jwt_html_is_rewritten(ngx_http_jwt_status_location_t *row)
{
    return ngx_http_jwt_html_is_bypassed(row)
           && ngx_strcmp(row->location->bypassed_by, "rewrite") == 0;
}


ngx_uint_t
ngx_http_jwt_html_is_report(ngx_http_jwt_status_location_t *row)
{
    return row->guard == NGX_HTTP_JWT_GUARD_REPORT;
}


ngx_uint_t
ngx_http_jwt_html_is_unjudged(ngx_http_jwt_status_location_t *row)
{
    return row->counts != NULL
           && row->counts->totals[NGX_HTTP_JWT_UNJUDGED] != 0;
}


/* Requests of the last hour that nobody judged. */

static uint64_t
ngx_http_jwt_alert_unjudged(ngx_http_jwt_status_t *status)
{
    uint64_t                        n;
    ngx_uint_t                      i;
    ngx_http_jwt_status_verdict_t  *row;

    n = 0;
    row = status->no_issuer.elts;

    for (i = 0; i < status->no_issuer.nelts; i++) {
        n += (row[i].counted == NGX_HTTP_JWT_UNJUDGED) ? row[i].hour : 0;
    }

    return n;
}


/*
 * Did it refuse each token that it was sent, so far?  Who sends none may be
 * anybody, and tells nothing of how it is configured.
 */

static ngx_uint_t
ngx_http_jwt_html_is_shut(ngx_http_jwt_status_location_t *row)
{
    ngx_http_jwt_share_t  share;

    if (row->counts == NULL
        || (row->guard != NGX_HTTP_JWT_GUARD_ENFORCE
            && row->guard != NGX_HTTP_JWT_GUARD_OPTIONAL))
    {
        return 0;
    }

    ngx_http_jwt_share_location(row, &share);

    if (row->guard == NGX_HTTP_JWT_GUARD_ENFORCE) {
        share.refused -= ngx_min(share.refused,
                                 row->counts->totals[NJWT_NO_TOKEN]);
    }

    return share.ok == 0 && share.refused >= 10;
}


/*
 * A warning of the locations of that kind: their number, what is said of one
 * or of several, their names, and advice.
 */

static void
ngx_http_jwt_alert_each(ngx_http_jwt_alerts_t *alerts,
    ngx_uint_t (*is)(ngx_http_jwt_status_location_t *row), const char *one,
    const char *several, const char *advice)
{
    ngx_uint_t           n;
    ngx_http_jwt_out_t  *out;

    out = &alerts->status->out;
    n = ngx_http_jwt_html_number(alerts->status, is);

    if (n == 0 || !ngx_http_jwt_alert(alerts, NGX_HTTP_JWT_WARN, NULL)) {
        return;
    }

    ngx_http_jwt_status_printf(out, n == 1 ? one : several, n);
    ngx_http_jwt_html_names(alerts->status, is);
    ngx_http_jwt_out_literal(out, advice);
    ngx_http_jwt_alert_end(alerts);
}


static void
ngx_http_jwt_alert_bypassed(ngx_http_jwt_alerts_t *alerts)
{
    ngx_uint_t   n, rewritten;
    const char  *one, *several;

    n = ngx_http_jwt_html_number(alerts->status,
                                 ngx_http_jwt_html_is_bypassed);
    rewritten = ngx_http_jwt_html_number(alerts->status,
                                         ngx_http_jwt_html_is_rewritten);

    one = "%u location has jwt and <code>return</code>, which answers before "
          "the gate is asked: ";
    several = "%u locations have jwt and <code>return</code> or "
              "<code>rewrite</code>, which answer before the gate is asked: ";

    if (rewritten == n) {
        one = "%u location has jwt and <code>rewrite</code>, which answers "
              "before the gate is asked: ";
        several = "%u locations have jwt and <code>rewrite</code>, which "
                  "answers before the gate is asked: ";

    } else if (rewritten == 0) {
        several = "%u locations have jwt and <code>return</code>, which "
                  "answers before the gate is asked: ";
    }

    ngx_http_jwt_alert_each(alerts, ngx_http_jwt_html_is_bypassed, one,
                            several,
                            ". Write <code>jwt off;</code> there if everybody "
                            "may have that answer, or serve it from a file or "
                            "a backend.");
}


/* It is the first of the warnings: what the others say depends on it. */

static void
ngx_http_jwt_alert_report(ngx_http_jwt_alerts_t *alerts)
{
    int64_t              all, *guards;
    ngx_http_jwt_out_t  *out;

    out = &alerts->status->out;
    guards = alerts->status->guards;

    if (guards[NGX_HTTP_JWT_GUARD_REPORT] <= 0
        || !ngx_http_jwt_alert(alerts, NGX_HTTP_JWT_WARN, NULL))
    {
        return;
    }

    all = guards[NGX_HTTP_JWT_GUARD_REPORT]
          + guards[NGX_HTTP_JWT_GUARD_OPTIONAL]
          + guards[NGX_HTTP_JWT_GUARD_ENFORCE];

    ngx_http_jwt_status_printf(out, "Report mode refuses nothing. It is on in "
                               "%i of %i guarded location%w: ",
                               guards[NGX_HTTP_JWT_GUARD_REPORT], all,
                               all == 1 ? "" : "s");
    ngx_http_jwt_html_names(alerts->status, ngx_http_jwt_html_is_report);
    ngx_http_jwt_out_literal(out, ". To refuse bad tokens there, write "
                             "<code>jwt_mode enforce;</code>.");
    ngx_http_jwt_alert_end(alerts);
}


/* long: one paragraph for each kind of alert */
static void
ngx_http_jwt_alert_locations(ngx_http_jwt_alerts_t *alerts)
{
    uint64_t                unjudged;
    ngx_http_jwt_out_t     *out;
    ngx_http_jwt_status_t  *status;

    status = alerts->status;
    out = &status->out;

    ngx_http_jwt_alert_each(alerts, ngx_http_jwt_html_is_open,
                            "%u location passes requests on and doesn&rsquo;t "
                            "set <code>jwt</code>: ",
                            "%u locations pass requests on and don&rsquo;t "
                            "set <code>jwt</code>: ",
                            ". Write <code>jwt NAME;</code> there, or "
                            "<code>jwt off;</code> if it is public.");

    ngx_http_jwt_alert_each(alerts, ngx_http_jwt_html_wins_over,
                            "%u regex location takes requests from a guarded "
                            "one and doesn&rsquo;t set <code>jwt</code>: ",
                            "%u regex locations take requests from guarded "
                            "ones and don&rsquo;t set <code>jwt</code>: ",
                            ". Write <code>jwt NAME;</code> there, "
                            "<code>jwt off;</code> if it is public, or "
                            "<code>location ^~</code> for the guarded one.");

    unjudged = ngx_http_jwt_alert_unjudged(status);

    if (unjudged > 0 && ngx_http_jwt_alert(alerts, NGX_HTTP_JWT_WARN, NULL)) {
        ngx_http_jwt_status_printf(out, unjudged == 1
                                   ? "%n request in the last hour was "
                                     "answered before the gate was asked: its "
                                     "token was not checked."
                                   : "%n requests in the last hour were "
                                     "answered before the gate was asked: "
                                     "their tokens were not checked.",
                                   unjudged);
        ngx_http_jwt_out_literal(out, " A <code>return</code>, "
                                 "<code>rewrite</code> or <code>if</code> "
                                 "beside jwt does that, in ");
        ngx_http_jwt_html_names(status, ngx_http_jwt_html_is_unjudged);
        ngx_http_jwt_out_literal(out, ".");
        ngx_http_jwt_alert_end(alerts);
    }

    ngx_http_jwt_alert_bypassed(alerts);

    if (!status->counting
        && ngx_http_jwt_alert(alerts, NGX_HTTP_JWT_WARN, NULL))
    {
        ngx_http_jwt_out_literal(out, "There is no <code>jwt_issuer</code>: "
                                 "nothing is guarded.");
        ngx_http_jwt_alert_end(alerts);
    }
}


static void
ngx_http_jwt_alert_pass(ngx_http_jwt_alerts_t *alerts)
{
    ngx_uint_t                     i, reported;
    ngx_http_jwt_status_t         *status;
    ngx_http_jwt_status_issuer_t  *row;

    reported = 0;
    status = alerts->status;

    ngx_http_jwt_alert_report(alerts);

    for (i = 0; i < status->nissuers; i++) {
        row = &status->issuers[i];

        ngx_http_jwt_alert_keys(alerts, row);
        reported |= ngx_http_jwt_alert_refusals(alerts, row);
        ngx_http_jwt_alert_clock(alerts, row);
        ngx_http_jwt_alert_revocation(alerts, row);
    }

    /* about all, unless an issuer is the reason */

    if (status->counting && !reported) {
        reported = ngx_http_jwt_alert_refusals(alerts, NULL);
    }

    /* of single locations, where not even all together are */

    if (!reported) {
        ngx_http_jwt_alert_each(alerts, ngx_http_jwt_html_is_shut,
                                "So far %u location has refused every token: ",
                                "So far %u locations have refused every "
                                "token: ", ". See below what is required "
                                "there and why tokens were refused.");
    }

    ngx_http_jwt_alert_locations(alerts);
}


/*
 * No alerts.  All is well only if enough requests were judged to tell, and two
 * of three were ok.
 */

static void
ngx_http_jwt_html_fine(ngx_http_jwt_status_t *status)
{
    uint64_t               n;
    ngx_uint_t             few, many, well;
    ngx_http_jwt_out_t    *out;
    ngx_http_jwt_share_t   lately, before;

    out = &status->out;

    ngx_http_jwt_share_lately(status, NULL, &lately, &before);

    n = ngx_http_jwt_share_all(&lately);
    many = 3 * lately.refused > n;
    few = n < (many ? NGX_HTTP_JWT_HTML_MANY : NGX_HTTP_JWT_HTML_FEW);
    well = !few && !many;

    ngx_http_jwt_status_printf(out, "<li class=\"%w\"><strong>%w</strong> ",
                               well ? "ok" : "plain",
                               well ? "All is well." : "No alerts.");

    if (n == 0) {
        ngx_http_jwt_out_literal(out, "No request has been judged");

    } else {
        ngx_http_jwt_status_printf(out, "%n of %n request%w %w %w",
                                   many ? lately.refused : lately.ok, n,
                                   n == 1 ? "" : "s", n == 1 ? "was" : "were",
                                   many ? "refused" : "ok");
    }

    ngx_http_jwt_share_time(out, &lately);
    ngx_http_jwt_status_printf(out, "%w. Every issuer has usable keys, and "
                               "every location that passes requests on is "
                               "guarded or has <code>jwt off</code>.</li>\n",
                               few && n > 0 ? ": too few to tell" : "");
}


void
ngx_http_jwt_html_alerts(ngx_http_jwt_status_t *status)
{
    ngx_http_jwt_alerts_t  alerts;

    alerts.status = status;
    alerts.n = 0;

    ngx_http_jwt_out_literal(&status->out, "<ul class=\"alerts\" "
                             "aria-label=\"What needs attention\">\n");

    for (alerts.severity = NGX_HTTP_JWT_BAD;
         alerts.severity != NGX_HTTP_JWT_FINE; alerts.severity--)
    {
        ngx_http_jwt_alert_pass(&alerts);
    }

    if (alerts.n == 0) {
        ngx_http_jwt_html_fine(status);
    }

    ngx_http_jwt_out_literal(&status->out, "</ul>\n");
}
