/*
 * Back-channel logout: jwt_logout_handler (OpenID Connect Back-Channel Logout
 * 1.0, sections 2.5 to 2.8).
 *
 * Anybody may post: what counts is the token, which is judged like an access
 * token, including a wait for its key.  Nothing that was sent is stored before
 * its signature is verified, and the answer says what is wrong in constant
 * words.
 */

#include "ngx_http_jwt_keys.h"
#include "ngx_http_jwt_headers.h"
#include "ngx_http_jwt_locations.h"
#include "ngx_http_jwt_logout.h"
#include "ngx_http_jwt_logouts.h"
#include "ngx_http_jwt_revoke.h"
#include "ngx_http_jwt_revoked.h"
#include "ngx_http_jwt_keyset.h"
#include "njwt_form.h"
#include "njwt_logout.h"
#include "njwt_revocation.h"


#define NGX_HTTP_JWT_LOGOUT_TICK  20      /* ms */


/* a request that is being judged, in its pool */
typedef struct {
    ngx_http_request_t        *request;
    ngx_http_jwt_logout_t     *conf;
    njwt_arena_t               arena;
    njwt_slice_t               token;

    /* while it waits for a key */
    ngx_event_t                tick;
    ngx_msec_t                 deadline;
    ngx_atomic_uint_t          attempts;
    unsigned                   waiting:1;
    unsigned                   waited:1;
} ngx_http_jwt_logout_request_t;


static ngx_int_t ngx_http_jwt_logout_judge(ngx_http_jwt_logout_request_t *lr);


static ngx_int_t
ngx_http_jwt_logout_refuse(ngx_http_request_t *r, ngx_http_jwt_logout_t *lo,
    njwt_slice_t why)
{
    ngx_http_jwt_logouts_count(lo->issuer->main, 0);

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "\"jwt_logout_handler\" of jwt_issuer \"%V\" refused: %*s",
                  &lo->name, why.len, why.data);

    return ngx_http_jwt_post_refuse(r, why);
}


#define ngx_http_jwt_logout_fault(r, lo, text)                               \
    ngx_http_jwt_logout_refuse(r, lo, (njwt_slice_t) njwt_literal(text))


static ngx_int_t
ngx_http_jwt_logout_ok(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    if (ngx_http_jwt_headers_answer(r, "Cache-Control", "no-store")
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = 0;
    r->header_only = 1;

    rc = ngx_http_send_header(r);

    return (rc == NGX_ERROR || rc > NGX_OK) ? rc : NGX_OK;
}


/* The claim to revoke, and its value; false: the token has none of use. */

static ngx_uint_t
ngx_http_jwt_logout_claim(ngx_http_jwt_logout_t *lo,
    const njwt_logout_t *found, size_t *claim, njwt_slice_t *value)
{
    size_t  count;

    count = lo->issuer->trust.revocation_count;

    if (found->sid.len > 0 && lo->session < count) {
        *claim = lo->session;
        *value = found->sid;
        return 1;
    }

    if (found->sub.len > 0 && lo->subject < count) {
        *claim = lo->subject;
        *value = found->sub;
        return 1;
    }

    return 0;
}


/*
 * Revokes what a good token names, then marks it as used: if a worker is
 * killed in between, the same token can be posted once more.
 */

static ngx_int_t
ngx_http_jwt_logout_take(ngx_http_jwt_logout_request_t *lr,
    const njwt_logout_t *found)
{
    double                  until;
    size_t                  claim;
    u_char                  key[NGX_HTTP_JWT_LOGOUT_KEY];
    ngx_log_t              *log;
    njwt_slice_t            value, *clients;
    ngx_http_request_t     *r = lr->request;
    ngx_http_jwt_issuer_t  *issuer = lr->conf->issuer;

    if (!ngx_http_jwt_logout_claim(lr->conf, found, &claim, &value)) {
        return ngx_http_jwt_logout_fault(r, lr->conf,
                   "the logout token has nothing that may be revoked here");
    }

    if (ngx_http_jwt_logouts_key(issuer, found->jti, key) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    log = r->connection->log;
    until = found->exp + issuer->trust.expected.leeway;

    if (ngx_http_jwt_logouts_used(issuer->main, key)) {
        return ngx_http_jwt_logout_fault(r, lr->conf,
                                         "the logout token was used before");
    }

    if (ngx_http_jwt_revoked_put(issuer, claim, value, (double) ngx_time(),
                                 log)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_jwt_logouts_use(issuer->main, key, until) != NGX_OK) {
        return ngx_http_jwt_logout_fault(r, lr->conf,
                                         "the logout token was used before");
    }

    ngx_http_jwt_logouts_count(issuer->main, 1);
    clients = lr->conf->clients.elts;

    ngx_log_error(NGX_LOG_NOTICE, log, 0,
                  "jwt_issuer \"%V\": a logout token of client \"%*s\" "
                  "revoked a value of \"%*s\"", &issuer->name,
                  clients[found->client].len, clients[found->client].data,
                  issuer->trust.revocation[claim].len,
                  issuer->trust.revocation[claim].data);

    return ngx_http_jwt_logout_ok(r);
}


static void
ngx_http_jwt_logout_end_wait(ngx_http_jwt_logout_request_t *lr)
{
    if (!lr->waiting) {
        return;
    }

    lr->waiting = 0;
    lr->conf->issuer->main->nsuspended--;

    if (lr->tick.timer_set) {
        ngx_del_timer(&lr->tick);
    }
}


static void
ngx_http_jwt_logout_cleanup(void *data)
{
    ngx_http_jwt_logout_request_t  *lr = data;

    ngx_http_jwt_logout_end_wait(lr);
    njwt_arena_free(&lr->arena);
}


/* The directive of the request's location, also within an "if". */

static ngx_http_jwt_logout_t *
ngx_http_jwt_logout_conf(ngx_http_request_t *r)
{
    ngx_http_jwt_loc_conf_t  *jlcf;

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_scope_module);

    return jlcf->location->conf->logout;
}


static void
ngx_http_jwt_logout_resume(ngx_event_t *ev)
{
    ngx_int_t                       rc;
    ngx_connection_t               *c;
    ngx_http_request_t             *r;
    ngx_http_jwt_logout_request_t  *lr;

    lr = (ngx_http_jwt_logout_request_t *)
         ((u_char *) ev - offsetof(ngx_http_jwt_logout_request_t, tick));

    if ((ngx_msec_int_t) (lr->deadline - ngx_current_msec) > 0
        && lr->conf->issuer->keyset != NULL
        && lr->conf->issuer->keyset->attempts == lr->attempts)
    {
        ngx_add_timer(ev, NGX_HTTP_JWT_LOGOUT_TICK);
        return;
    }

    ngx_http_jwt_logout_end_wait(lr);
    lr->waited = 1;

    r = lr->request;
    c = r->connection;

    /* post_action led it elsewhere, when the client left */

    if (ngx_http_jwt_logout_conf(r) != lr->conf) {
        return;
    }

    r->read_event_handler = ngx_http_block_reading;

    rc = ngx_http_jwt_logout_judge(lr);

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


/* The limit of connections that may wait is shared with all requests. */

static ngx_int_t
ngx_http_jwt_logout_hold(ngx_http_jwt_logout_request_t *lr)
{
    ngx_http_request_t        *r = lr->request;
    ngx_http_jwt_issuer_t     *issuer = lr->conf->issuer;
    ngx_http_jwt_main_conf_t  *jmcf = issuer->main;

    if (issuer->jwks_wait == 0
        || r != r->main
        || jmcf->nsuspended >= ngx_max(ngx_cycle->connection_n / 4, 1))
    {
        return NGX_DECLINED;
    }

    if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
        return NGX_DECLINED;
    }

    /* a client that leaves is noticed */

    r->read_event_handler = ngx_http_test_reading;

    /* not cancelable: the request depends on it, during a reload, too */

    lr->tick.handler = ngx_http_jwt_logout_resume;
    lr->tick.data = &jmcf->dummy;
    lr->tick.log = r->connection->log;

    lr->deadline = ngx_current_msec + issuer->jwks_wait;
    lr->waiting = 1;
    jmcf->nsuspended++;

    ngx_add_timer(&lr->tick, NGX_HTTP_JWT_LOGOUT_TICK);

    return NGX_AGAIN;
}


/* NGX_AGAIN: the request waits for a fetch; NGX_DECLINED: none will help. */

static ngx_int_t
ngx_http_jwt_logout_wait(ngx_http_jwt_logout_request_t *lr,
    njwt_logout_result_t result, njwt_slice_t text)
{
    ngx_int_t               rc;
    ngx_msec_t              delay;
    ngx_http_jwt_kid_t      kid;
    ngx_http_jwt_issuer_t  *issuer = lr->conf->issuer;

    if (issuer->keyset == NULL
        || ngx_http_jwt_keyset_kid(issuer, text, &kid) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    if (lr->waited) {

        if (result == NJWT_LOGOUT_KEY) {
            ngx_http_jwt_keyset_kid_missing(issuer, &kid, lr->attempts);
        }

        return NGX_DECLINED;
    }

    /* read before asking: a fetch that ends in between counts */

    lr->attempts = issuer->keyset->attempts;

    rc = ngx_http_jwt_keyset_ask(issuer, 1,
                                 (result == NJWT_LOGOUT_KEY) ? &kid : NULL,
                                 &delay);
    if (rc != NGX_AGAIN) {
        return NGX_DECLINED;
    }

    ngx_http_jwt_refresh_now(issuer->main);

    return ngx_http_jwt_logout_hold(lr);
}


/* NGX_AGAIN: not yet; otherwise the status to finalize the request with. */

static ngx_int_t
ngx_http_jwt_logout_judge(ngx_http_jwt_logout_request_t *lr)
{
    njwt_logout_t           found;
    njwt_logout_request_t   c;
    njwt_logout_result_t    result;
    ngx_http_jwt_logout_t  *lo = lr->conf;

    ngx_http_jwt_keys_renew(lo->issuer, ngx_cycle->log);

    c.issuer = &lo->issuer->trust;
    c.clients = lo->clients.elts;
    c.client_count = lo->clients.nelts;
    c.token = lr->token;
    c.now = (int64_t) ngx_time();

    result = njwt_logout_judge(&lr->arena, &c, &found);

    if (result == NJWT_LOGOUT_GOOD) {
        return ngx_http_jwt_logout_take(lr, &found);
    }

    if (result == NJWT_LOGOUT_UNDECIDED) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (found.wants_keys
        && ngx_http_jwt_logout_wait(lr, result, found.kid) == NGX_AGAIN)
    {
        return NGX_AGAIN;
    }

    return ngx_http_jwt_logout_refuse(lr->request, lo,
                                      njwt_logout_text(result));
}


static ngx_int_t
ngx_http_jwt_logout_form(ngx_http_jwt_logout_request_t *lr)
{
    ngx_int_t            rc;
    njwt_slice_t         body;
    ngx_http_request_t  *r = lr->request;

    static const njwt_slice_t  name = njwt_literal("logout_token");

    rc = ngx_http_jwt_post_body(r, &body);

    if (rc == NGX_DECLINED) {
        return ngx_http_jwt_logout_fault(r, lr->conf,
                                         "the body is longer than 64k");
    }

    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    switch (njwt_form_value(&lr->arena, body, name, &lr->token)) {

    case NJWT_FORM_ONE:
        return ngx_http_jwt_logout_judge(lr);

    case NJWT_FORM_NONE:
        return ngx_http_jwt_logout_fault(r, lr->conf,
                                         "the body has no logout_token");

    case NJWT_FORM_MANY:
        return ngx_http_jwt_logout_fault(r, lr->conf,
                   "the body has more than one logout_token");

    default: /* NJWT_FORM_MALFORMED */
        return lr->arena.failed
               ? NGX_HTTP_INTERNAL_SERVER_ERROR
               : ngx_http_jwt_logout_fault(r, lr->conf,
                                           "the body is malformed");
    }
}


static void
ngx_http_jwt_logout_read(ngx_http_request_t *r)
{
    ngx_int_t                       rc;
    ngx_pool_cleanup_t             *cln;
    ngx_http_jwt_logout_request_t  *lr;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_jwt_logout_request_t));
    if (cln == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    lr = cln->data;
    ngx_memzero(lr, sizeof(ngx_http_jwt_logout_request_t));

    lr->request = r;
    lr->conf = ngx_http_jwt_logout_conf(r);
    njwt_arena_init(&lr->arena);

    cln->handler = ngx_http_jwt_logout_cleanup;

    rc = ngx_http_jwt_logout_form(lr);

    if (rc != NGX_AGAIN) {
        ngx_http_finalize_request(r, rc);
    }
}


static ngx_int_t
ngx_http_jwt_logout_request(ngx_http_request_t *r)
{
    ngx_int_t               rc;
    ngx_table_elt_t        *type;
    ngx_http_jwt_logout_t  *lo;

    rc = ngx_http_jwt_post_only(r);

    if (rc != NGX_OK) {
        return rc;
    }

    lo = ngx_http_jwt_logout_conf(r);
    type = r->headers_in.content_type;

    /*
     * a request without a type comes from a script: the token is what counts
     */

    if (type != NULL && !njwt_form_type(ngx_http_jwt_slice(&type->value))) {
        return ngx_http_jwt_logout_fault(r, lo, "the content type is not "
                   "application/x-www-form-urlencoded");
    }

    if (r->headers_in.content_length_n > NGX_HTTP_JWT_POST_BODY) {
        return ngx_http_jwt_logout_fault(r, lo,
                                         "the body is longer than 64k");
    }

    rc = ngx_http_read_client_request_body(r, ngx_http_jwt_logout_read);

    return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
}


static char *
ngx_http_jwt_logout_client(ngx_conf_t *cf, ngx_http_jwt_logout_t *lo,
    ngx_str_t *arg)
{
    ngx_uint_t     i;
    njwt_slice_t   client, *known;

    if (ngx_strncmp(arg->data, "client=", 7) != 0
        || arg->len == 7
        || ngx_strlchr(arg->data, arg->data + arg->len, '$') != NULL)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" in "
                           "\"jwt_logout_handler\", write client=ID, the id "
                           "of an application, as it stands in the \"aud\" of "
                           "its logout tokens", arg);
        return NGX_CONF_ERROR;
    }

    client.data = arg->data + 7;
    client.len = arg->len - 7;
    known = lo->clients.elts;

    for (i = 0; i < lo->clients.nelts; i++) {
        if (njwt_slice_equal(known[i], client)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"jwt_logout_handler\" names \"%V\" twice, "
                               "write it once", arg);
            return NGX_CONF_ERROR;
        }
    }

    known = ngx_array_push(&lo->clients);
    if (known == NULL) {
        return NGX_CONF_ERROR;
    }

    *known = client;

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_logout_handler(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    ngx_str_t                 *value;
    ngx_uint_t                 i;
    ngx_http_jwt_logout_t     *lo;
    ngx_http_core_loc_conf_t  *clcf;

    if (jlcf->logout != NULL) {
        return "is duplicate, write every client=ID in one";
    }

    lo = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_logout_t));

    if (lo == NULL
        || ngx_array_init(&lo->clients, cf->pool, cf->args->nelts,
                          sizeof(njwt_slice_t))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    lo->name = value[1];
    ngx_http_jwt_conf_pos(cf, &lo->pos);

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_http_jwt_logout_client(cf, lo, &value[i]) != NGX_CONF_OK) {
            return NGX_CONF_ERROR;
        }
    }

    jlcf->logout = lo;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_jwt_logout_request;

    return NGX_CONF_OK;
}


/* Posting needs no access token; what can't be revoked is refused. */

static void
ngx_http_jwt_logout_warn(ngx_conf_t *cf, ngx_http_jwt_location_t *location)
{
    size_t                  count;
    ngx_http_jwt_logout_t  *lo = location->conf->logout;

    if (location->conf->policy != NULL) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "\"jwt_logout_handler\" in location \"%V\" is behind "
                      "\"jwt\": the authorization server that posts there has "
                      "no access token, write \"jwt off;\" in %V:%ui",
                      &location->name, &lo->pos.file, lo->pos.line);
    }

    count = lo->issuer->trust.revocation_count;

    if (lo->session == count && lo->subject == count) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "\"jwt_logout_handler\" in location \"%V\" has nothing "
                      "to revoke: \"revocation\" of jwt_issuer \"%V\" names "
                      "no claim for a logout token's \"sub\" or \"sid\", "
                      "write \"revocation sub;\" there, in %V:%ui",
                      &location->name, &lo->name, &lo->pos.file,
                      lo->pos.line);
    }
}


ngx_int_t
ngx_http_jwt_logout_init(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                i;
    ngx_http_jwt_issuer_t    *issuer;
    ngx_http_jwt_logout_t    *lo;
    ngx_http_jwt_location_t  *location;

    for (i = 0; (location = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {
        lo = location->conf->logout;

        if (lo == NULL) {
            continue;
        }

        issuer = ngx_http_jwt_policy_find(jmcf, &lo->name);

        if (issuer == NULL || issuer->trust.revocation_count == 0) {
            (void) ngx_http_jwt_conf_error(cf, &lo->pos,
                       "\"jwt_logout_handler\" names \"%V\", write the name "
                       "of a jwt_issuer that has \"revocation\", as in "
                       "\"revocation sub;\"", &lo->name);
            return NGX_ERROR;
        }

        lo->issuer = issuer;
        lo->session = njwt_revocation_session(issuer->trust.revocation,
                                              issuer->trust.revocation_count);
        lo->subject = njwt_revocation_subject(issuer->trust.revocation,
                                              issuer->trust.revocation_count);

        if (ngx_http_jwt_logouts_add(cf, jmcf) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_http_jwt_logout_warn(cf, location);
    }

    return NGX_OK;
}
