/*
 * What the parts of the status page share.
 */

#ifndef NGX_HTTP_JWT_STATUS_HTML_H
#define NGX_HTTP_JWT_STATUS_HTML_H


#include "ngx_http_jwt_status.h"


/* requests of a period, by their result */
typedef struct {
    uint64_t                   ok;
    uint64_t                   refused;
    uint64_t                   most;       /* of one verdict */
    ngx_uint_t                 verdict;
    time_t                     span;       /* the length of the period */
    ngx_uint_t                 start;      /* did it begin with the start? */
} ngx_http_jwt_share_t;

#define ngx_http_jwt_share_all(share)  ((share)->ok + (share)->refused)


typedef enum {
    NGX_HTTP_JWT_FINE = 0,
    NGX_HTTP_JWT_WARN,
    NGX_HTTP_JWT_BAD
} ngx_http_jwt_severity_t;

/* a class of the style for each */
extern const char  *const ngx_http_jwt_html_kinds[];


/* ngx_http_jwt_status_html.c */

/* A highlighted word; kind is a class of the style. */
void ngx_http_jwt_html_badge(ngx_http_jwt_out_t *out, const char *kind,
    const char *word);

/* A text from others. */
void ngx_http_jwt_html_code(ngx_http_jwt_out_t *out, njwt_slice_t text);

void ngx_http_jwt_html_list(ngx_http_jwt_out_t *out,
    const njwt_slice_t *texts, size_t n);

/* The head of a table, up to its first row; the columns end with NULL. */
void ngx_http_jwt_html_table(ngx_http_jwt_out_t *out, const char *caption,
    const char *const *columns);

void ngx_http_jwt_html_table_end(ngx_http_jwt_out_t *out);

/* A part that can be folded; its heading follows. */
void ngx_http_jwt_html_fold(ngx_http_jwt_out_t *out, const char *name,
    ngx_uint_t number, const char *class, ngx_uint_t open);

/* "1,234 (98.2 % ok)" */
void ngx_http_jwt_html_share(ngx_http_jwt_out_t *out,
    const ngx_http_jwt_share_t *share);

void ngx_http_jwt_html_error(ngx_http_jwt_out_t *out,
    ngx_http_jwt_status_issuer_t *row);

void ngx_http_jwt_html_clock(ngx_http_jwt_out_t *out,
    ngx_http_jwt_status_issuer_t *row);


/* ngx_http_jwt_status_html_alerts.c */

/* Is it neither ok nor a refusal?  No token is one, unless it is optional. */
ngx_uint_t ngx_http_jwt_share_skips(ngx_uint_t optional, ngx_uint_t counted);

/* The share of some verdicts, by the numbers of a window of their rows. */
void ngx_http_jwt_share_sum(ngx_http_jwt_status_t *status,
    ngx_array_t *verdicts, size_t window, ngx_http_jwt_share_t *share);

#define ngx_http_jwt_window(member)                                          \
    offsetof(ngx_http_jwt_status_verdict_t, member)

void ngx_http_jwt_share_location(ngx_http_jwt_status_location_t *row,
    ngx_http_jwt_share_t *share);

/* Is anything refused, or is report mode all there is? */
ngx_uint_t ngx_http_jwt_html_refuses(ngx_http_jwt_status_t *status);

/* Red if the keys stop serving before somebody could have repaired it. */
ngx_http_jwt_severity_t ngx_http_jwt_html_keys_severity(
    ngx_http_jwt_status_t *status, ngx_http_jwt_status_issuer_t *row);

/* Is it the first fetch that is under way?  None failed so far. */
ngx_uint_t ngx_http_jwt_html_first_fetch(ngx_http_jwt_status_issuer_t *row);

ngx_uint_t ngx_http_jwt_html_clock_off(ngx_http_jwt_status_issuer_t *row);

/* It passes requests on, and says nothing of jwt. */
ngx_uint_t ngx_http_jwt_html_is_open(ngx_http_jwt_status_location_t *row);

/* It takes requests from a guarded one, and says nothing of jwt. */
ngx_uint_t ngx_http_jwt_html_wins_over(ngx_http_jwt_status_location_t *row);

/* It is guarded, and a "return" or "rewrite" always answers first. */
ngx_uint_t ngx_http_jwt_html_is_bypassed(ngx_http_jwt_status_location_t *row);

/* The same, and it is a "rewrite". */
ngx_uint_t ngx_http_jwt_html_is_rewritten(
    ngx_http_jwt_status_location_t *row);

ngx_uint_t ngx_http_jwt_html_is_report(ngx_http_jwt_status_location_t *row);

ngx_uint_t ngx_http_jwt_html_is_unjudged(ngx_http_jwt_status_location_t *row);

void ngx_http_jwt_html_alerts(ngx_http_jwt_status_t *status);


/* ngx_http_jwt_status_html_policy.c */

void ngx_http_jwt_html_servers(ngx_http_jwt_status_t *status);


#endif /* NGX_HTTP_JWT_STATUS_HTML_H */
