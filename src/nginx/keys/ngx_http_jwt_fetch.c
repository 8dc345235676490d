/*
 * Fetching a document without blocking the worker.
 *
 * A fetch is a transfer of libcurl's, which ngx_http_jwt_multi runs.
 */

#include "ngx_http_jwt_fetch.h"
#include "ngx_http_jwt_multi.h"


#define NGX_HTTP_JWT_FETCH_FIRST  8192    /* bytes of the first buffer */


typedef struct {
    ngx_queue_t               queue;
    ngx_http_jwt_fetcher_t   *fetcher;
    ngx_http_jwt_issuer_t    *issuer;
    ngx_http_jwt_fetch_pt     handler;
    ngx_msec_t                timeout;
    ngx_uint_t                https;
    time_t                    begun;

    CURL                     *easy;
    u_char                   *url;
    u_char                   *body;
    size_t                    len;
    size_t                    size;
    unsigned                  too_large:1;
    char                      error[CURL_ERROR_SIZE];
} ngx_http_jwt_fetch_t;


struct ngx_http_jwt_fetcher_s {
    ngx_http_jwt_multi_t      multi;
    ngx_queue_t               fetches;
    ngx_log_t                *log;
};


static size_t
ngx_http_jwt_fetch_write(char *data, size_t size, size_t nmemb, void *user)
{
    size_t                 room;
    u_char                *body;
    ngx_http_jwt_fetch_t  *fetch = user;

    size *= nmemb;

    /* after decoding: libcurl's own limit counts the bytes on the wire */

    if (size > fetch->issuer->jwks_max_size - fetch->len) {
        fetch->too_large = 1;
        return 0;
    }

    if (size > fetch->size - fetch->len) {
        room = ngx_max(2 * fetch->size, fetch->len + size);
        room = ngx_max(room, NGX_HTTP_JWT_FETCH_FIRST);

        body = ngx_alloc(room, fetch->fetcher->log);
        if (body == NULL) {
            return 0;
        }

        if (fetch->body != NULL) {
            ngx_memcpy(body, fetch->body, fetch->len);
            ngx_free(fetch->body);
        }

        fetch->body = body;
        fetch->size = room;
    }

    ngx_memcpy(fetch->body + fetch->len, data, size);
    fetch->len += size;

    return size;
}


/* The trusted authorities were loaded once, with the configuration. */

static CURLcode
ngx_http_jwt_fetch_ssl(CURL *easy, void *ssl_ctx, void *data)
{
    ngx_ssl_t  *ssl = data;

    SSL_CTX_set1_cert_store(ssl_ctx, SSL_CTX_get_cert_store(ssl->ctx));

    return CURLE_OK;
}


#define ngx_http_jwt_fetch_fails(option, value)                              \
    (curl_easy_setopt(easy, option, value) != CURLE_OK)


/* long: one option a line */
static ngx_int_t
ngx_http_jwt_fetch_setup(CURL *easy, ngx_http_jwt_fetch_t *fetch)
{
    long                    timeout;
    const char             *protocol, *proxy;
    ngx_http_jwt_issuer_t  *issuer;

    issuer = fetch->issuer;
    timeout = (long) fetch->timeout;
    protocol = fetch->https ? "https" : "http";
    proxy = issuer->jwks_proxy.len ? (char *) issuer->jwks_proxy.data : "";

    /*
     * No proxy from the environment.  The proxy's user part is passed
     * separately, because an error of libcurl's may show the URL.
     *
     * No bundle file, which would cost some 35 ms in each handshake, and no
     * cached one, which would replace our store by the first fetch's; no
     * session resumption, which has no certificate to check.  Signals are
     * nginx's, a resolver's thread isn't waited for, and no connection is kept
     * for a fetch that is minutes away.
     */

    if (ngx_http_jwt_fetch_fails(CURLOPT_PROXY, proxy)
        || ngx_http_jwt_fetch_fails(CURLOPT_PROXYUSERPWD,
                                    issuer->jwks_proxy_user.data)
        || ngx_http_jwt_fetch_fails(CURLOPT_URL, fetch->url)
        || ngx_http_jwt_fetch_fails(CURLOPT_PROTOCOLS_STR, protocol)
        || ngx_http_jwt_fetch_fails(CURLOPT_FOLLOWLOCATION, 0L)
        || ngx_http_jwt_fetch_fails(CURLOPT_USERAGENT, "nginx-jwt-scope")
        || ngx_http_jwt_fetch_fails(CURLOPT_ACCEPT_ENCODING, "")
        || ngx_http_jwt_fetch_fails(CURLOPT_SSL_VERIFYPEER, 1L)
        || ngx_http_jwt_fetch_fails(CURLOPT_SSL_VERIFYHOST, 2L)
        || ngx_http_jwt_fetch_fails(CURLOPT_CAINFO, NULL)
        || ngx_http_jwt_fetch_fails(CURLOPT_CAPATH, NULL)
        || ngx_http_jwt_fetch_fails(CURLOPT_CA_CACHE_TIMEOUT, 0L)
        || ngx_http_jwt_fetch_fails(CURLOPT_SSL_SESSIONID_CACHE, 0L)
        || ngx_http_jwt_fetch_fails(CURLOPT_TIMEOUT_MS, timeout)
        || ngx_http_jwt_fetch_fails(CURLOPT_CONNECTTIMEOUT_MS, timeout)
        || ngx_http_jwt_fetch_fails(CURLOPT_MAXFILESIZE_LARGE,
                                    (curl_off_t) issuer->jwks_max_size)
        || ngx_http_jwt_fetch_fails(CURLOPT_NOSIGNAL, 1L)
        || ngx_http_jwt_fetch_fails(CURLOPT_QUICK_EXIT, 1L)
        || ngx_http_jwt_fetch_fails(CURLOPT_FORBID_REUSE, 1L)
        || ngx_http_jwt_fetch_fails(CURLOPT_DNS_CACHE_TIMEOUT, 0L)

        || ngx_http_jwt_fetch_fails(CURLOPT_PRIVATE, fetch)
        || ngx_http_jwt_fetch_fails(CURLOPT_ERRORBUFFER, fetch->error)
        || ngx_http_jwt_fetch_fails(CURLOPT_WRITEFUNCTION,
                                    ngx_http_jwt_fetch_write)
        || ngx_http_jwt_fetch_fails(CURLOPT_WRITEDATA, fetch))
    {
        return NGX_ERROR;
    }

    if (fetch->https
        && (issuer->ssl == NULL
            || ngx_http_jwt_fetch_fails(CURLOPT_SSL_CTX_FUNCTION,
                                        ngx_http_jwt_fetch_ssl)
            || ngx_http_jwt_fetch_fails(CURLOPT_SSL_CTX_DATA, issuer->ssl)))
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_http_jwt_fetch_free(ngx_http_jwt_fetch_t *fetch)
{
    if (fetch->easy != NULL) {
        (void) curl_multi_remove_handle(fetch->fetcher->multi.multi,
                                        fetch->easy);
        curl_easy_cleanup(fetch->easy);
    }

    ngx_queue_remove(&fetch->queue);

    ngx_free(fetch->body);
    ngx_free(fetch->url);
    ngx_free(fetch);
}


const char *
ngx_http_jwt_fetch_advice(ngx_uint_t advice)
{
    static const char  *const  texts[NGX_HTTP_JWT_ADVICE_COUNT] = {
        [NGX_HTTP_JWT_ADVICE_REDIRECT] =
            "redirects are not followed: write the URL that it leads to",
        [NGX_HTTP_JWT_ADVICE_PROXY_USER] =
            "the proxy requires a user and a password: write \"jwks_proxy "
            "http://USER:PASSWORD@HOST:PORT;\"",
        [NGX_HTTP_JWT_ADVICE_RATE] =
            "the tenant's rate limit: fetch less often",
        [NGX_HTTP_JWT_ADVICE_OPERATOR] = "ask its operator",
        [NGX_HTTP_JWT_ADVICE_URL] = "check the URL",
        [NGX_HTTP_JWT_ADVICE_SOURCE] =
            "check the URL: \"jwks_uri URL;\" names another, or let "
            "\"discovery on;\" find it",
        [NGX_HTTP_JWT_ADVICE_NAME] =
            "check the name and this host's resolver",
        [NGX_HTTP_JWT_ADVICE_CONNECT] =
            "check that it is running and that this host may connect to it",
        [NGX_HTTP_JWT_ADVICE_TIMEOUT] =
            "check the network path, or increase \"jwks_timeout\"",
        [NGX_HTTP_JWT_ADVICE_CERTIFICATE] =
            "if your own CA signed its certificate, write "
            "\"ssl_trusted_certificate FILE;\" in this jwt_issuer block and "
            "reload; a reload also reads a bundle that was corrected",
        [NGX_HTTP_JWT_ADVICE_TLS] = "check that it speaks TLS",
        [NGX_HTTP_JWT_ADVICE_SIZE] =
            "write a larger one if that is a key set",
        [NGX_HTTP_JWT_ADVICE_KEY_SET] = "check that it is a key set",
        [NGX_HTTP_JWT_ADVICE_KEYS] = "remove those that sign nothing",
        [NGX_HTTP_JWT_ADVICE_ZONE] = "write a larger one",
        [NGX_HTTP_JWT_ADVICE_DOCUMENT] = "check the discovery document",
        [NGX_HTTP_JWT_ADVICE_CONNECTIONS] = "check \"worker_connections\""
    };

    return (advice < NGX_HTTP_JWT_ADVICE_COUNT) ? texts[advice] : NULL;
}


/* What can be done about the error? */

static ngx_http_jwt_advice_t
ngx_http_jwt_fetch_error_advice(CURLcode rc)
{
    switch (rc) {

    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return NGX_HTTP_JWT_ADVICE_NAME;

    case CURLE_COULDNT_CONNECT:
        return NGX_HTTP_JWT_ADVICE_CONNECT;

    case CURLE_OPERATION_TIMEDOUT:
        return NGX_HTTP_JWT_ADVICE_TIMEOUT;

    case CURLE_PEER_FAILED_VERIFICATION:
        return NGX_HTTP_JWT_ADVICE_CERTIFICATE;

    case CURLE_SSL_CONNECT_ERROR:
        return NGX_HTTP_JWT_ADVICE_TLS;

    case CURLE_FILESIZE_EXCEEDED:
        return NGX_HTTP_JWT_ADVICE_SIZE;

    default:
        return NGX_HTTP_JWT_ADVICE_NONE;
    }
}


/* A header of the last response; len 0: there is none. */

static ngx_str_t
ngx_http_jwt_fetch_header(CURL *easy, const char *name)
{
    ngx_str_t            value;
    struct curl_header  *header;

    ngx_str_null(&value);

    if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header)
        == CURLHE_OK)
    {
        value.data = (u_char *) header->value;
        value.len = ngx_strlen(header->value);
    }

    return value;
}


/*
 * The server's clock and the age of the answer (RFC 9110, 6.6.1; RFC 9111,
 * 5.1).
 */

static void
ngx_http_jwt_fetch_clock(CURL *easy, ngx_http_jwt_answer_t *answer)
{
    ngx_str_t  value;

    value = ngx_http_jwt_fetch_header(easy, "Date");
    answer->date = ngx_parse_http_time(value.data, value.len);

    value = ngx_http_jwt_fetch_header(easy, "Age");
    answer->age = ngx_atotm(value.data, value.len);

    answer->date = ngx_max(answer->date, 0);
    answer->age = ngx_max(answer->age, 0);
}


static void
ngx_http_jwt_fetch_done(CURL *easy, CURLcode rc)
{
    long                    status, connect;
    void                   *data;
    curl_off_t              retry_after, took;
    ngx_http_jwt_fetch_t   *fetch;
    ngx_http_jwt_answer_t   answer;

    data = NULL;
    status = 0;
    connect = 0;
    retry_after = 0;
    took = 0;

    (void) curl_easy_getinfo(easy, CURLINFO_PRIVATE, &data);
    (void) curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    (void) curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connect);
    (void) curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
    (void) curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &took);

    fetch = data;

    ngx_memzero(&answer, sizeof(ngx_http_jwt_answer_t));

    answer.status = (ngx_uint_t) status;
    answer.body.data = fetch->body;
    answer.body.len = fetch->len;
    answer.retry_after = (ngx_msec_t) njwt_refresh_retry_after(retry_after);
    answer.begun = fetch->begun;
    answer.took = (ngx_msec_t) (took / 1000);

    ngx_http_jwt_fetch_clock(easy, &answer);

    if (fetch->too_large) {
        rc = CURLE_FILESIZE_EXCEEDED;
    }

    answer.advice = (rc != CURLE_OK && connect == 407)
                    ? NGX_HTTP_JWT_ADVICE_PROXY_USER
                    : ngx_http_jwt_fetch_error_advice(rc);

    if (rc == CURLE_FILESIZE_EXCEEDED) {
        answer.error = "the answer is larger than \"jwks_max_size\"";

    } else if (rc != CURLE_OK) {
        answer.error = fetch->error[0] ? fetch->error
                                       : curl_easy_strerror(rc);
    }

    fetch->handler(fetch->issuer, &answer);

    ngx_http_jwt_fetch_free(fetch);
}


ngx_int_t
ngx_http_jwt_fetch(ngx_http_jwt_fetcher_t *fetcher,
    ngx_http_jwt_issuer_t *issuer, ngx_str_t *url, ngx_msec_t timeout,
    ngx_http_jwt_fetch_pt handler)
{
    CURL                  *easy;
    ngx_http_jwt_fetch_t  *fetch;

    fetch = ngx_calloc(sizeof(ngx_http_jwt_fetch_t), fetcher->log);
    if (fetch == NULL) {
        return NGX_ERROR;
    }

    fetch->url = ngx_calloc(url->len + 1, fetcher->log);
    if (fetch->url == NULL) {
        ngx_free(fetch);
        return NGX_ERROR;
    }

    ngx_memcpy(fetch->url, url->data, url->len);

    fetch->fetcher = fetcher;
    fetch->issuer = issuer;
    fetch->handler = handler;
    fetch->timeout = timeout;
    fetch->begun = ngx_time();
    fetch->https = ngx_http_jwt_fetch_is_https(url);
    ngx_queue_insert_tail(&fetcher->fetches, &fetch->queue);

    fetch->easy = easy = curl_easy_init();

    if (easy == NULL
        || ngx_http_jwt_fetch_setup(easy, fetch) != NGX_OK
        || curl_multi_add_handle(fetcher->multi.multi, easy) != CURLM_OK)
    {
        ngx_http_jwt_fetch_free(fetch);
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_http_jwt_fetcher_t *
ngx_http_jwt_fetch_create(ngx_log_t *log)
{
    ngx_http_jwt_fetcher_t  *fetcher;

    fetcher = ngx_calloc(sizeof(ngx_http_jwt_fetcher_t), log);
    if (fetcher == NULL) {
        return NULL;
    }

    ngx_queue_init(&fetcher->fetches);
    fetcher->log = log;

    if (ngx_http_jwt_multi_init(&fetcher->multi, ngx_http_jwt_fetch_done, log)
        != NGX_OK)
    {
        ngx_free(fetcher);
        return NULL;
    }

    return fetcher;
}


void
ngx_http_jwt_fetch_destroy(ngx_http_jwt_fetcher_t *fetcher)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&fetcher->fetches)) {
        q = ngx_queue_head(&fetcher->fetches);

        /* the analyzer doesn't see that it leaves the queue: NOLINTNEXTLINE */
        ngx_http_jwt_fetch_free(ngx_queue_data(q, ngx_http_jwt_fetch_t,
                                               queue));
    }

    ngx_http_jwt_multi_cleanup(&fetcher->multi);
    ngx_free(fetcher);
}
