/*
 * The status as a page, for somebody who looks at it at three in the morning.
 *
 * What needs a person comes first, the worst of it at the top; then the
 * traffic, the issuers and their keys, and what each location requires.  What
 * is fine is folded.  Every colour is accompanied by a word.
 */

#include "ngx_http_jwt_status_html.h"
#include "njwt_dates.h"


/* rows of the table of verdicts; the others are folded */
#define NGX_HTTP_JWT_HTML_VERDICTS  8

/* so many issuers without requests are not folded */
#define NGX_HTTP_JWT_HTML_IDLE  4


/* about keys and when they were last used */
#define NGX_HTTP_JWT_HTML_REVOKE                                             \
    "Revoke a key only after every token that it signed has expired. A "     \
    "key that was never used may be the tenant&rsquo;s next one, or "        \
    "counting has just begun."


/* a name and its value, in a list */
#define NGX_HTTP_JWT_HTML_FACT(name, value)                                  \
    "<div><dt>" name "</dt><dd>" value "</dd></div>\n"

/* the order of an issuer on the page */
typedef struct {
    ngx_uint_t                 number;
    ngx_uint_t                 severity;
    uint64_t                   requests;   /* in the last hour */
} ngx_http_jwt_html_rank_t;


const char  *const ngx_http_jwt_html_kinds[] = { "ok", "warn", "bad" };


static void
ngx_http_jwt_html_count(ngx_http_jwt_out_t *out, uint64_t n)
{
    uint64_t  unit;

    for (unit = 1; n / unit >= 1000; unit *= 1000) { /* void */ }

    ngx_http_jwt_out_printf(out, "%uL", n / unit);

    for (unit /= 1000; unit > 0; unit /= 1000) {
        ngx_http_jwt_out_printf(out, ",%03uL", n / unit % 1000);
    }
}


static void
ngx_http_jwt_html_percent(ngx_http_jwt_out_t *out, uint64_t n, uint64_t all)
{
    uint64_t  tenths;

    if (n == all || n == 0) {
        ngx_http_jwt_out_literal(out, n ? "100&nbsp;%" : "0&nbsp;%");
        return;
    }

    tenths = (1000 * n + all / 2) / all;
    tenths = ngx_max(1, ngx_min(tenths, 999));

    ngx_http_jwt_out_printf(out, "%uL.%uL&nbsp;%%", tenths / 10,
                            tenths % 10);
}


static void
ngx_http_jwt_html_span(ngx_http_jwt_out_t *out, int64_t seconds)
{
    int64_t       unit;
    njwt_slice_t  name;

    seconds = ngx_max(seconds, 0);
    unit = (int64_t) njwt_dates_unit((double) seconds, &name);

    ngx_http_jwt_out_printf(out, "%L&nbsp;%*s", (seconds + unit / 2) / unit,
                            name.len, name.data);
}


/* with the time for machines */

static void
ngx_http_jwt_html_ago(ngx_http_jwt_out_t *out, time_t when)
{
    time_t    now;
    ngx_tm_t  tm;

    if (when == 0) {
        ngx_http_jwt_out_literal(out, "never");
        return;
    }

    now = ngx_time();
    ngx_gmtime(when, &tm);

    ngx_http_jwt_out_printf(out,
                            "<time datetime=\"%4d-%02d-%02dT%02d:%02d:%02dZ\" "
                            "title=\"%4d-%02d-%02d %02d:%02d:%02d UTC\">",
                            tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                            tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec,
                            tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                            tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec);

    ngx_http_jwt_out_literal(out, when > now ? "in " : "");
    ngx_http_jwt_html_span(out, when > now ? when - now : now - when);
    ngx_http_jwt_out_literal(out, when > now ? "</time>" : " ago</time>");
}


void
ngx_http_jwt_html_code(ngx_http_jwt_out_t *out, njwt_slice_t text)
{
    ngx_http_jwt_out_literal(out, "<code><bdi>");
    ngx_http_jwt_out_escaped(out, text);
    ngx_http_jwt_out_literal(out, "</bdi></code>");
}


void
ngx_http_jwt_status_printf(ngx_http_jwt_out_t *out, const char *fmt, ...)
{
    va_list      args;
    uint64_t     n;
    const char  *next;

    va_start(args, fmt);

    while ((next = strchr(fmt, '%')) != NULL) {
        ngx_http_jwt_out_write(out, fmt, next - fmt);
        fmt = next + 2;

        switch (next[1]) {

        case 'w':
            ngx_http_jwt_out_literal(out, va_arg(args, const char *));
            break;

        case 'u':
            ngx_http_jwt_out_printf(out, "%ui", va_arg(args, ngx_uint_t));
            break;

        case 'i':
            ngx_http_jwt_out_printf(out, "%L", va_arg(args, int64_t));
            break;

        case 'e':
            ngx_http_jwt_out_escaped(out, va_arg(args, njwt_slice_t));
            break;

        case 'c':
            ngx_http_jwt_html_code(out, va_arg(args, njwt_slice_t));
            break;

        case 'n':
            ngx_http_jwt_html_count(out, va_arg(args, uint64_t));
            break;

        case 'p':
            n = va_arg(args, uint64_t);
            ngx_http_jwt_html_percent(out, n, va_arg(args, uint64_t));
            break;

        case 's':
            ngx_http_jwt_html_span(out, va_arg(args, int64_t));
            break;

        default: /* 'a' */
            ngx_http_jwt_html_ago(out, (time_t) va_arg(args, int64_t));
            break;
        }
    }

    va_end(args);

    ngx_http_jwt_out_literal(out, fmt);
}


/* A highlighted word; kind is a class of the style. */

void
ngx_http_jwt_html_badge(ngx_http_jwt_out_t *out, const char *kind,
    const char *word)
{
    ngx_http_jwt_status_printf(out, "<span class=\"b %w\">%w</span>", kind,
                               word);
}


void
ngx_http_jwt_html_list(ngx_http_jwt_out_t *out, const njwt_slice_t *texts,
    size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        ngx_http_jwt_status_printf(out, i > 0 ? ", %c" : "%c", texts[i]);
    }
}


/* The head of a table, up to its first row; the columns end with NULL. */

void
ngx_http_jwt_html_table(ngx_http_jwt_out_t *out, const char *caption,
    const char *const *columns)
{
    ngx_http_jwt_status_printf(out, "<table><caption>%w</caption><thead><tr>",
                               caption);

    for ( /* void */ ; *columns != NULL; columns++) {
        ngx_http_jwt_status_printf(out, "<th scope=\"col\">%w</th>",
                                   *columns);
    }

    ngx_http_jwt_out_literal(out, "</tr></thead>\n<tbody>\n");
}


void
ngx_http_jwt_html_table_end(ngx_http_jwt_out_t *out)
{
    ngx_http_jwt_out_literal(out, "</tbody></table>\n");
}


/* A part that can be folded; its heading follows. */

void
ngx_http_jwt_html_fold(ngx_http_jwt_out_t *out, const char *name,
    ngx_uint_t number, const char *class, ngx_uint_t open)
{
    ngx_http_jwt_status_printf(out, "<details id=\"%w-%u\" class=\"%w\"%w>"
                               "<summary>", name, number, class,
                               open ? " open" : "");
}


/* A bar of two shares: ok, and not ok. */

static void
ngx_http_jwt_html_bar(ngx_http_jwt_status_t *status,
    const ngx_http_jwt_share_t *share)
{
    uint64_t             all, bad;
    ngx_http_jwt_out_t  *out;

    out = &status->out;
    all = ngx_http_jwt_share_all(share);

    /* a few must be visible beside many */

    bad = all ? 200 * share->refused / all : 0;
    bad = share->refused ? ngx_max(bad, 2) : 0;

    ngx_http_jwt_out_literal(out, "<svg class=\"bar\" viewBox=\"0 0 200 8\" "
                             "preserveAspectRatio=\"none\" "
                             "aria-hidden=\"true\">");

    if (all != 0) {
        ngx_http_jwt_status_printf(out, "<rect class=\"g\" width=\"%i\" "
                                   "height=\"8\"/><rect class=\"%w\" x=\"%i\" "
                                   "width=\"%i\" height=\"8\"/>", 200 - bad,
                                   ngx_http_jwt_html_refuses(status) ? "r"
                                                                     : "o",
                                   200 - bad, bad);
    }

    ngx_http_jwt_out_literal(out, "</svg>");
}


/* "1,234 (98.2 % ok)" */

void
ngx_http_jwt_html_share(ngx_http_jwt_out_t *out,
    const ngx_http_jwt_share_t *share)
{
    uint64_t  all;

    all = ngx_http_jwt_share_all(share);

    if (all == 0) {
        ngx_http_jwt_out_literal(out, "<span class=\"n\">none</span>");
        return;
    }

    ngx_http_jwt_status_printf(out, "<span class=\"n\">%n (%p&nbsp;ok)</span>",
                               all, share->ok, all);
}


/* With what to do about it, while it lasts. */

void
ngx_http_jwt_html_error(ngx_http_jwt_out_t *out,
    ngx_http_jwt_status_issuer_t *row)
{
    const char    *advice;
    njwt_slice_t   error, text;

    error.data = row->source.history.error;
    error.len = row->source.history.error_len;

    ngx_http_jwt_status_printf(out, "%a: %e", row->error_time, error);

    advice = ngx_http_jwt_fetch_advice(row->source.history.error_advice);

    if (advice != NULL && row->failures > 0) {
        text.data = (const uint8_t *) advice;
        text.len = ngx_strlen(advice);

        ngx_http_jwt_status_printf(out, "; %e", text);
    }
}


void
ngx_http_jwt_html_clock(ngx_http_jwt_out_t *out,
    ngx_http_jwt_status_issuer_t *row)
{
    if (row->skew == 0) {
        ngx_http_jwt_out_literal(out, "the same as this host&rsquo;s");
        return;
    }

    ngx_http_jwt_status_printf(out, "%s %w this host&rsquo;s",
                               (int64_t) ngx_abs(row->skew),
                               row->skew > 0 ? "ahead of" : "behind");
}


static void
ngx_http_jwt_html_verdict(ngx_http_jwt_out_t *out,
    ngx_http_jwt_status_verdict_t *row)
{
    njwt_slice_t  meaning = njwt_literal("");

    static const njwt_slice_t  unjudged =
        njwt_literal("Answered by a return, rewrite or if before the gate was "
                     "asked");
    static const njwt_slice_t  preflight =
        njwt_literal("CORS preflights, which jwt_preflight lets through");

    if (row->counted < NJWT_VERDICT_COUNT && row->counted != NJWT_OK) {
        meaning = njwt_verdict_info(row->counted)->description;

    } else if (row->counted == NGX_HTTP_JWT_UNJUDGED) {
        meaning = unjudged;

    } else if (row->counted == NGX_HTTP_JWT_PREFLIGHT) {
        meaning = preflight;
    }

    ngx_http_jwt_status_printf(out, "<tr%w><th scope=\"row\"><code>%e</code>"
                               "<span class=\"soft\">%e</span></th>"
                               "<td data-l=\"Issuer\">",
                               row->counted == NJWT_OK ? " class=\"yes\"" : "",
                               ngx_http_jwt_counted_name(row->counted),
                               meaning);

    if (row->issuer == NULL) {
        ngx_http_jwt_out_literal(out, "<span class=\"soft\">not known</span>");

    } else {
        ngx_http_jwt_html_code(out, ngx_http_jwt_slice(&row->issuer->name));
    }

    ngx_http_jwt_status_printf(out, "</td><td data-l=\"Last minute\">%n</td>"
                               "<td data-l=\"Last hour\">%n</td>"
                               "<td data-l=\"Total\">%n</td></tr>\n",
                               (uint64_t) row->minute, (uint64_t) row->hour,
                               row->total);
}


/* Sorts by the last hour, then by the total, in descending order. */

static int ngx_libc_cdecl
ngx_http_jwt_html_verdict_order(const void *one, const void *two)
{
    const ngx_http_jwt_status_verdict_t  *a = one;
    const ngx_http_jwt_status_verdict_t  *b = two;

    if (a->hour != b->hour) {
        return (a->hour < b->hour) ? 1 : -1;
    }

    return (a->total < b->total) ? 1 : (a->total > b->total) ? -1 : 0;
}


static void
ngx_http_jwt_html_verdicts(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                      i, n;
    ngx_http_jwt_out_t             *out;
    ngx_http_jwt_status_verdict_t  *all, *row;

    static const char  *const  columns[] = {
        "Verdict", "Issuer", "Last minute", "Last hour", "Total", NULL
    };

    out = &status->out;
    all = status->verdicts.elts;

    row = ngx_palloc(status->request->pool, status->verdicts.nelts
                     * sizeof(ngx_http_jwt_status_verdict_t));
    if (row == NULL) {
        out->failed = 1;
        return;
    }

    for (i = 0, n = 0; i < status->verdicts.nelts; i++) {
        if (all[i].total != 0) {
            row[n++] = all[i];
        }
    }

    if (n == 0) {
        return;
    }

    ngx_qsort(row, n, sizeof(ngx_http_jwt_status_verdict_t),
              ngx_http_jwt_html_verdict_order);
    ngx_http_jwt_html_table(out, "By verdict and issuer; the most frequent in "
                            "the last hour come first.", columns);

    for (i = 0; i < n; i++) {

        if (i == NGX_HTTP_JWT_HTML_VERDICTS) {
            ngx_http_jwt_html_table_end(out);
            ngx_http_jwt_html_fold(out, "verdicts", 0, "more", 0);
            ngx_http_jwt_status_printf(out, "%u more</summary>", n - i);
            ngx_http_jwt_html_table(out, "The others", columns);
        }

        ngx_http_jwt_html_verdict(out, &row[i]);
    }

    ngx_http_jwt_html_table_end(out);

    if (n > NGX_HTTP_JWT_HTML_VERDICTS) {
        ngx_http_jwt_out_literal(out, "</details>");
    }
}


static void
ngx_http_jwt_html_time(ngx_http_jwt_status_t *status, const char *name,
    size_t window)
{
    ngx_http_jwt_out_t    *out;
    ngx_http_jwt_share_t   share;

    out = &status->out;
    ngx_http_jwt_share_sum(status, &status->verdicts, window, &share);

    ngx_http_jwt_status_printf(out, "<div><dt>%w</dt><dd>", name);
    ngx_http_jwt_html_share(out, &share);
    ngx_http_jwt_html_bar(status, &share);
    ngx_http_jwt_out_literal(out, "</dd></div>\n");
}


/* Were there such requests, of any issuer? */

static ngx_uint_t
ngx_http_jwt_html_counted(ngx_http_jwt_status_t *status, ngx_uint_t counted)
{
    ngx_uint_t                      i;
    ngx_http_jwt_status_verdict_t  *row;

    row = status->verdicts.elts;

    for (i = 0; i < status->verdicts.nelts; i++) {
        if (row[i].counted == counted && row[i].total != 0) {
            return 1;
        }
    }

    return 0;
}


/* What is in the list below, but in none of the shares. */

static void
ngx_http_jwt_html_skipped(ngx_http_jwt_status_t *status)
{
    ngx_uint_t           i, n, optional;
    ngx_http_jwt_out_t  *out;

    n = 0;
    out = &status->out;
    optional = status->guards[NGX_HTTP_JWT_GUARD_OPTIONAL] > 0;

    for (i = 0; i < NGX_HTTP_JWT_COUNTED; i++) {

        if (!ngx_http_jwt_share_skips(optional, i)
            || !ngx_http_jwt_html_counted(status, i))
        {
            continue;
        }

        ngx_http_jwt_status_printf(out, "%w%c%w", n++ ? ", "
                                   : "<p class=\"soft\">Not included, as they "
                                     "are neither ok nor refused: ",
                                   ngx_http_jwt_counted_name(i),
                                   i == NJWT_NO_TOKEN
                                   ? " (where a token is optional)" : "");
    }

    ngx_http_jwt_out_literal(out, n ? ".</p>\n" : "");
}


static void
ngx_http_jwt_html_requests(ngx_http_jwt_status_t *status)
{
    ngx_http_jwt_out_t   *out;

    out = &status->out;

    ngx_http_jwt_out_literal(out, "<section class=\"card\" aria-labelledby="
                             "\"requests\"><h2 id=\"requests\">Requests</h2>\n"
                             "<dl class=\"facts w\">\n");
    ngx_http_jwt_html_time(status, "Last minute", ngx_http_jwt_window(minute));
    ngx_http_jwt_html_time(status, "Last 5 min", ngx_http_jwt_window(recent));
    ngx_http_jwt_html_time(status, "Last hour", ngx_http_jwt_window(hour));
    ngx_http_jwt_out_literal(out, "</dl>\n");
    ngx_http_jwt_html_skipped(status);
    ngx_http_jwt_html_verdicts(status);
    ngx_http_jwt_out_literal(out, "</section>\n");
}


/* The last fetches, the newest on the right: a failed one is low and red. */

static void
ngx_http_jwt_html_line(ngx_http_jwt_out_t *out,
    ngx_http_jwt_history_t *history)
{
    ngx_uint_t               i, n, bad;
    ngx_http_jwt_attempt_t  *attempt;

    n = 0;
    bad = 0;

    for (i = 0; i < NGX_HTTP_JWT_ATTEMPTS; i++) {
        n += history->attempts[i].time != 0;
        bad += history->attempts[i].time != 0 && !history->attempts[i].good;
    }

    ngx_http_jwt_status_printf(out, "<svg class=\"line\" "
                               "viewBox=\"0 0 320 30\" "
                               "preserveAspectRatio=\"xMinYMid meet\" "
                               "role=\"img\" aria-label=\"the last %u "
                               "fetches, %u of them failed\">", n, bad);

    for (i = 0, n = 0; i < NGX_HTTP_JWT_ATTEMPTS; i++) {
        attempt = &history->attempts[(history->next + i)
                                     % NGX_HTTP_JWT_ATTEMPTS];

        if (attempt->time == 0) {
            continue;
        }

        ngx_http_jwt_status_printf(out, "<rect class=\"%w\" x=\"%u\" y=\"%w\" "
                                   "width=\"8\" height=\"%w\" rx=\"2\">"
                                   "<title>%w, status %u, %s ago</title>"
                                   "</rect>",
                                   attempt->good ? "g" : "r", 10 * n++,
                                   attempt->good ? "0" : "18",
                                   attempt->good ? "30" : "12",
                                   attempt->good ? "good" : "failed",
                                   (ngx_uint_t) attempt->status,
                                   (int64_t) (ngx_time()
                                              - (time_t) attempt->time));
    }

    ngx_http_jwt_out_literal(out, "</svg>");
}


static void
ngx_http_jwt_html_fetches(ngx_http_jwt_out_t *out,
    ngx_http_jwt_status_issuer_t *row)
{
    ngx_http_jwt_status_printf(out, NGX_HTTP_JWT_HTML_FACT("Keys fetched",
                                                           "%a"),
                               row->fetched);

    if (row->serves) {
        ngx_http_jwt_status_printf(out,
            NGX_HTTP_JWT_HTML_FACT("They become stale",
                                   "%a, if no fetch succeeds"),
            row->serves_until);
    }

    if (row->in_flight) {
        ngx_http_jwt_out_literal(out, NGX_HTTP_JWT_HTML_FACT("Next fetch",
                                                             "under way"));

    } else {
        ngx_http_jwt_status_printf(out, NGX_HTTP_JWT_HTML_FACT("Next fetch",
                                                               "%a"),
                                   row->next + 1);
    }

    ngx_http_jwt_out_literal(out, "<div><dt>The tenant&rsquo;s clock</dt>"
                             "<dd>");

    if (row->skew == NGX_HTTP_JWT_NO_NUMBER) {
        ngx_http_jwt_out_literal(out, "not known");

    } else {
        ngx_http_jwt_html_clock(out, row);
        ngx_http_jwt_status_printf(out, ", seen %a", row->skew_time);
    }

    ngx_http_jwt_out_literal(out, "</dd></div>\n<div><dt>Last error</dt>"
                             "<dd>");

    if (row->error_time > 0) {
        ngx_http_jwt_html_error(out, row);

    } else {
        ngx_http_jwt_out_literal(out, "none");
    }

    ngx_http_jwt_status_printf(out, "</dd></div>\n<div><dt>Fetches</dt><dd>"
                               "%i good, %i failed", row->good, row->bad);
    ngx_http_jwt_html_line(out, &row->source.history);
    ngx_http_jwt_out_literal(out, "</dd></div>\n");
}


static void
ngx_http_jwt_html_key(ngx_http_jwt_out_t *out,
    ngx_http_jwt_status_issuer_t *row, ngx_http_jwt_status_key_t *key)
{
    static const njwt_slice_t  none = njwt_literal("");

    ngx_http_jwt_status_printf(out, key->stat->has_kid
                               ? "<tr><th scope=\"row\">%c"
                               : "<tr><th scope=\"row\">without kid",
                               key->kid);
    ngx_http_jwt_status_printf(out, "</th><td data-l=\"Type\">%w%w%e</td>"
                               "<td data-l=\"State\"><span>",
                               njwt_alg_kty(key->stat->algs),
                               key->alg ? " " : "",
                               key->alg ? key->alg->name : none);

    if (key->serving) {
        ngx_http_jwt_html_badge(out, row->serves ? "ok" : "bad",
                                row->serves ? "serving" : "stale");

    } else {
        ngx_http_jwt_html_badge(out, "plain", "gone");
        ngx_http_jwt_status_printf(out, " %a", key->removed);
    }

    ngx_http_jwt_status_printf(out, "</span></td>"
                               "<td data-l=\"First seen\">%a</td>"
                               "<td data-l=\"Last used\">%a</td></tr>\n",
                               key->first_seen, key->last_used);
}


static void
ngx_http_jwt_html_keys(ngx_http_jwt_out_t *out,
    ngx_http_jwt_status_issuer_t *row)
{
    ngx_uint_t                  i;
    ngx_http_jwt_status_key_t  *key;

    static const char  *const  columns[] = {
        "Key", "Type", "State", "First seen", "Last used", NULL
    };

    key = row->keys.elts;

    ngx_http_jwt_html_table(out, "Keys", columns);

    for (i = 0; i < row->keys.nelts; i++) {
        ngx_http_jwt_html_key(out, row, &key[i]);
    }

    if (row->keys.nelts == 0) {
        ngx_http_jwt_out_literal(out, "<tr><td colspan=\"5\">none yet"
                                 "</td></tr>\n");
    }

    ngx_http_jwt_html_table_end(out);
}


static void
ngx_http_jwt_html_settings(ngx_http_jwt_out_t *out,
    ngx_http_jwt_issuer_t *issuer)
{
    njwt_alg_t      bit;
    njwt_issuer_t  *trust = &issuer->trust;

    ngx_http_jwt_out_literal(out, "<div><dt>Issuer</dt><dd>");
    ngx_http_jwt_html_list(out, trust->issuers, trust->issuer_count);
    ngx_http_jwt_out_literal(out, "</dd></div>\n<div><dt>Audience</dt><dd>");

    if (trust->expected.any_audience) {
        ngx_http_jwt_html_badge(out, "warn", "any");

    } else {
        ngx_http_jwt_html_list(out, trust->expected.audiences,
                               trust->expected.audience_count);
    }

    ngx_http_jwt_out_literal(out, "</dd></div>\n<div><dt>Algorithms</dt>"
                             "<dd>");

    for (bit = 1; bit < 1u << NJWT_ALG_COUNT; bit <<= 1) {
        if (trust->algorithms & bit) {
            ngx_http_jwt_status_printf(out, "%e ", njwt_alg_info(bit)->name);
        }
    }

    ngx_http_jwt_status_printf(out, "</dd></div>\n"
                               NGX_HTTP_JWT_HTML_FACT("Keys from%w", "%c"),
                               issuer->discovery == 1 ? " (by discovery)" : "",
                               ngx_http_jwt_status_source(issuer));
}


static void
ngx_http_jwt_html_revocation(ngx_http_jwt_out_t *out,
    ngx_http_jwt_status_issuer_t *row)
{
    ngx_uint_t            i;
    const njwt_issuer_t  *trust = &row->issuer->trust;

    if (row->entries == NGX_HTTP_JWT_NO_NUMBER) {
        return;
    }

    ngx_http_jwt_status_printf(out, "<div><dt>Revocation entries</dt><dd>%n: ",
                               row->entries);

    for (i = 0; i < trust->revocation_count; i++) {
        ngx_http_jwt_status_printf(out, "%w%c %n", i > 0 ? ", " : "",
                                   trust->revocation[i],
                                   (uint64_t) row->revoked.entries[i]);
    }

    if (row->issuer->revocation.file.data != NULL) {
        ngx_http_jwt_status_printf(out, "; %n from <code>revocation_file"
                                   "</code>, changed %a", row->of_file,
                                   row->file_read);
    }

    if (row->overflow > 0) {
        ngx_http_jwt_status_printf(out, "; and all tokens issued up to %a",
                                   row->overflow_up_to);
    }

    ngx_http_jwt_out_literal(out, "</dd></div>\n");
}


static ngx_uint_t
ngx_http_jwt_html_issuer_stands_out(ngx_http_jwt_status_t *status,
    ngx_http_jwt_status_issuer_t *row)
{
    return ngx_http_jwt_html_keys_severity(status, row) != NGX_HTTP_JWT_FINE
           || ngx_http_jwt_html_clock_off(row)
           || row->overflow > 0
           || row->file_failing > 0
           || row->save_failing > 0;
}


static void
ngx_http_jwt_html_issuer(ngx_http_jwt_status_t *status, ngx_uint_t number)
{
    ngx_http_jwt_out_t            *out;
    ngx_http_jwt_share_t           share;
    ngx_http_jwt_severity_t        severity;
    ngx_http_jwt_status_issuer_t  *row;

    out = &status->out;
    row = &status->issuers[number];
    severity = ngx_http_jwt_html_keys_severity(status, row);

    ngx_http_jwt_html_fold(out, "issuer", number, "card f",
                           status->nissuers == 1
                           || ngx_http_jwt_html_issuer_stands_out(status,
                                                                  row));
    ngx_http_jwt_status_printf(out, "<h3>%e</h3> ",
                               ngx_http_jwt_slice(&row->issuer->name));
    ngx_http_jwt_html_badge(out, ngx_http_jwt_html_kinds[severity],
                            ngx_http_jwt_html_first_fetch(row)
                            ? "first fetch"
                            : !row->serves
                            ? (row->fetched > 0 ? "stale keys" : "no keys")
                            : row->failures > 0 ? "fetch failing"
                            : "keys OK");

    if (ngx_http_jwt_html_clock_off(row)) {
        ngx_http_jwt_html_badge(out, "warn", "clocks differ");
    }

    if (row->overflow > 0) {
        ngx_http_jwt_html_badge(out, "bad", "revocation is full");
    }

    if (row->file_failing > 0) {
        ngx_http_jwt_html_badge(out, "bad", "revocation_file not in force");
    }

    ngx_http_jwt_share_sum(status, &row->verdicts, ngx_http_jwt_window(hour),
                           &share);
    ngx_http_jwt_out_literal(out, "<span class=\"soft\">last hour: ");
    ngx_http_jwt_html_share(out, &share);
    ngx_http_jwt_out_literal(out, "</span></summary>\n<dl class=\"facts\">\n");
    ngx_http_jwt_html_settings(out, row->issuer);

    if (row->source.known && row->issuer->static_jwks == NULL) {
        ngx_http_jwt_html_fetches(out, row);
    }

    ngx_http_jwt_html_revocation(out, row);

    ngx_http_jwt_out_literal(out, "</dl>\n");
    ngx_http_jwt_html_keys(out, row);
    ngx_http_jwt_out_literal(out, "</details>\n");
}


static ngx_int_t ngx_libc_cdecl
ngx_http_jwt_html_issuer_order(const void *one, const void *two)
{
    const ngx_http_jwt_html_rank_t  *a = one, *b = two;

    if (a->severity != b->severity) {
        return a->severity < b->severity ? 1 : -1;
    }

    if (a->requests != b->requests) {
        return a->requests < b->requests ? 1 : -1;
    }

    return 0;
}


/*
 * Issuers that need attention first, then those with the most requests.  If
 * many have no requests and need no attention, these are folded.
 */

static void
ngx_http_jwt_html_issuers(ngx_http_jwt_status_t *status)
{
    ngx_uint_t                 i, n, idle;
    ngx_http_jwt_out_t        *out;
    ngx_http_jwt_share_t       share;
    ngx_http_jwt_html_rank_t  *rank;

    out = &status->out;
    n = status->nissuers;
    idle = 0;

    rank = ngx_palloc(status->request->pool,
                      (n + 1) * sizeof(ngx_http_jwt_html_rank_t));
    if (rank == NULL) {
        out->failed = 1;
        return;
    }

    for (i = 0; i < n; i++) {
        ngx_http_jwt_share_sum(status, &status->issuers[i].verdicts,
                               ngx_http_jwt_window(hour), &share);
        rank[i].number = i;
        rank[i].requests = ngx_http_jwt_share_all(&share);
        rank[i].severity = ngx_http_jwt_html_keys_severity(status,
                                                        &status->issuers[i]);

        if (rank[i].severity == NGX_HTTP_JWT_FINE
            && ngx_http_jwt_html_issuer_stands_out(status,
                                                   &status->issuers[i]))
        {
            rank[i].severity = NGX_HTTP_JWT_WARN;
        }

        idle += rank[i].severity == NGX_HTTP_JWT_FINE
                && rank[i].requests == 0;
    }

    ngx_sort(rank, n, sizeof(ngx_http_jwt_html_rank_t),
             ngx_http_jwt_html_issuer_order);

    ngx_http_jwt_out_literal(out, "<section aria-labelledby=\"issuers\">"
                             "<h2 id=\"issuers\">Issuers and their keys</h2>\n"
                             "<p class=\"soft\">" NGX_HTTP_JWT_HTML_REVOKE
                             "</p>\n");

    for (i = 0; i < n; i++) {

        if (i == n - idle && idle > NGX_HTTP_JWT_HTML_IDLE) {
            ngx_http_jwt_html_fold(out, "idle", 0, "more", 0);
            ngx_http_jwt_status_printf(out, "%u issuers whose keys are OK, "
                                       "without requests in the last hour"
                                       "</summary>\n", idle);
        }

        ngx_http_jwt_html_issuer(status, rank[i].number);
    }

    ngx_http_jwt_out_literal(out, idle > NGX_HTTP_JWT_HTML_IDLE
                                   ? "</details></section>\n"
                                   : "</section>\n");
}


/* The end of a fact: what a zone has room for. */

static void
ngx_http_jwt_html_room(ngx_http_jwt_out_t *out, int64_t size, int64_t used,
    int64_t entries)
{
    ngx_uint_t  mb;

    if (size == 0) {
        ngx_http_jwt_out_literal(out, "off</dd></div>\n");
        return;
    }

    mb = size >= 10 << 20 || size % (1 << 20) == 0;

    ngx_http_jwt_status_printf(out, "%n of %n entries, %i&nbsp;%w"
                               "</dd></div>\n", used, entries,
                               size >> (mb ? 20 : 10), mb ? "MB" : "KB");
}


static void
ngx_http_jwt_html_memory(ngx_http_jwt_status_t *status)
{
    uint64_t             all;
    ngx_http_jwt_out_t  *out;

    out = &status->out;
    all = status->hits + status->misses;

    ngx_http_jwt_out_literal(out, "<section class=\"card\" aria-labelledby="
                             "\"memory\"><h2 id=\"memory\">Memory</h2>\n"
                             "<dl class=\"facts\">\n"
                             "<div><dt>Cache of verified tokens</dt><dd>");
    ngx_http_jwt_html_room(out, status->cache.size, status->cache.used,
                           status->cache.entries);

    ngx_http_jwt_out_literal(out, "<div><dt>Hit ratio</dt><dd>");

    if (all == 0) {
        ngx_http_jwt_out_literal(out, "no lookups yet");

    } else {
        ngx_http_jwt_status_printf(out, "%p of %n lookup%w", status->hits, all,
                                   all, all == 1 ? "" : "s");
    }

    ngx_http_jwt_status_printf(out, "</dd></div>\n"
                               NGX_HTTP_JWT_HTML_FACT("Evictions", "%n"),
                               status->evictions);

    if (status->proofs.size > 0) {
        ngx_http_jwt_out_literal(out, "<div><dt>DPoP proofs that were used"
                                 "</dt><dd>");
        ngx_http_jwt_html_room(out, status->proofs.size, status->proofs.used,
                               status->proofs.entries);
    }

    if (status->revoked_size > 0) {
        ngx_http_jwt_out_literal(out, "<div><dt>Revocation entries</dt><dd>");
        ngx_http_jwt_html_room(out, status->revoked_size,
                               status->revoked_used,
                               status->revoked_entries);
    }

    if (status->closed > 0) {
        ngx_http_jwt_status_printf(out,
            NGX_HTTP_JWT_HTML_FACT("Requests ended with their token", "%n"),
                                   status->closed);
    }

    ngx_http_jwt_out_literal(out, "</dl></section>\n");
}


static void
ngx_http_jwt_html_now(ngx_http_jwt_status_t *status)
{
    ngx_str_t            time;
    ngx_http_jwt_out_t  *out;

    out = &status->out;
    time = ngx_cached_http_time;

    ngx_http_jwt_status_printf(out, "<p class=\"soft\">Host %e, %e",
                     ngx_http_jwt_slice((ngx_str_t *) &ngx_cycle->hostname),
                     ngx_http_jwt_slice(&time));

    if (status->counting) {
        ngx_http_jwt_status_printf(out, "; counters started %s ago",
                                   status->now - status->since);
    }

    ngx_http_jwt_out_literal(out, "; nginx-jwt-scope " NJWT_VERSION ", nginx "
                             NGINX_VERSION ".</p>\n");
}


void
ngx_http_jwt_status_html(ngx_http_jwt_status_t *status)
{
    ngx_http_jwt_out_t   *out;

    out = &status->out;

    ngx_http_jwt_html_head(out);
    ngx_http_jwt_out_literal(out, "<main>\n");
    ngx_http_jwt_html_now(status);

    ngx_http_jwt_html_alerts(status);

    if (status->counting) {
        ngx_http_jwt_html_requests(status);
        ngx_http_jwt_html_issuers(status);
    }

    ngx_http_jwt_html_servers(status);

    if (status->counting) {
        ngx_http_jwt_html_memory(status);
    }

    ngx_http_jwt_out_literal(out, "</main>\n");
    ngx_http_jwt_html_foot(out);
}
