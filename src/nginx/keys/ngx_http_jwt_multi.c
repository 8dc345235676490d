/*
 * libcurl's transfers on nginx's event loop.
 *
 * The multi interface asks for sockets and a timer, and the event loop serves
 * both: curl_multi_socket_action() is called from their handlers only, never
 * from inside a callback of libcurl's.
 */

#include "ngx_http_jwt_multi.h"


/*
 * Since 8.20 the threads that resolve names belong to the multi handle, and
 * its cleanup waits for them in spite of CURLOPT_QUICK_EXIT.  The number is
 * part of libcurl's ABI: a module that was built with an older one may run
 * with this one; one that doesn't know the option refuses it, and doesn't need
 * it.
 */

#if (LIBCURL_VERSION_NUM >= 0x081400)
#define NGX_HTTP_JWT_MULTI_QUICK_EXIT  CURLMOPT_QUICK_EXIT
#else
#define NGX_HTTP_JWT_MULTI_QUICK_EXIT  ((CURLMoption) 21)
#endif


static void
ngx_http_jwt_multi_finish(ngx_http_jwt_multi_t *multi)
{
    int       left;
    CURL     *easy;
    CURLMsg  *message;
    CURLcode  rc;

    while ((message = curl_multi_info_read(multi->multi, &left)) != NULL) {

        if (message->msg != CURLMSG_DONE) {
            continue;
        }

        /* the message is freed with its transfer */

        easy = message->easy_handle;
        rc = message->data.result;

        multi->done(easy, rc);
    }
}


static void
ngx_http_jwt_multi_action(ngx_http_jwt_multi_t *multi, curl_socket_t s,
    int what)
{
    int  running;

    (void) curl_multi_socket_action(multi->multi, s, what, &running);

    ngx_http_jwt_multi_finish(multi);

    /* a failed handshake's errors would be logged as nginx's own */

    ERR_clear_error();
}


static void
ngx_http_jwt_multi_event(ngx_event_t *ev)
{
    ngx_connection_t  *c;

    c = ev->data;

    ngx_http_jwt_multi_action(c->data, c->fd, ev->write ? CURL_CSELECT_OUT
                                                        : CURL_CSELECT_IN);
}


static void
ngx_http_jwt_multi_timeout(ngx_event_t *ev)
{
    ngx_connection_t  *c;

    c = ev->data;

    ngx_http_jwt_multi_action(c->data, CURL_SOCKET_TIMEOUT, 0);
}


static int
ngx_http_jwt_multi_timer(CURLM *handle, long ms, void *data)
{
    ngx_http_jwt_multi_t  *multi = data;

    /* nginx keeps an old deadline that is less than 300 ms away */

    if (multi->timer.timer_set) {
        ngx_del_timer(&multi->timer);
    }

    if (ms >= 0) {
        ngx_add_timer(&multi->timer, (ngx_msec_t) ms);
    }

    return 0;
}


/* Turns one direction of a socket's events on or off. */

static ngx_int_t
ngx_http_jwt_multi_watch(ngx_event_t *ev, ngx_int_t event, ngx_uint_t on)
{
    if (on && !ev->active) {
        return ngx_add_event(ev, event, NGX_LEVEL_EVENT);
    }

    if (!on && ev->active) {
        return ngx_del_event(ev, event, 0);
    }

    return NGX_OK;
}


static void
ngx_http_jwt_multi_release(ngx_connection_t *c)
{
    ngx_uint_t  flags;

    /*
     * libcurl 7.88 closes a socket that couldn't be connected, and only then
     * asks us not to watch it: closing has removed it from epoll already.
     */

    flags = (fcntl(c->fd, F_GETFD) == -1) ? NGX_CLOSE_EVENT : 0;

    if (c->read->active) {
        (void) ngx_del_event(c->read, NGX_READ_EVENT, flags);
    }

    if (c->write->active) {
        (void) ngx_del_event(c->write, NGX_WRITE_EVENT, flags);
    }

    if (c->read->posted) {
        ngx_delete_posted_event(c->read);
    }

    if (c->write->posted) {
        ngx_delete_posted_event(c->write);
    }

    /* libcurl closes the socket, so ngx_close_connection() isn't for us */

    ngx_free_connection(c);
    c->fd = (ngx_socket_t) -1;
}


static ngx_connection_t *
ngx_http_jwt_multi_connection(ngx_http_jwt_multi_t *multi, curl_socket_t s)
{
    ngx_connection_t  *c;

    c = ngx_get_connection(s, multi->log);
    if (c == NULL) {
        return NULL;
    }

    c->data = multi;
    c->log = multi->log;
    c->read->log = multi->log;
    c->write->log = multi->log;
    c->read->handler = ngx_http_jwt_multi_event;
    c->write->handler = ngx_http_jwt_multi_event;

    (void) curl_multi_assign(multi->multi, s, c);

    return c;
}


static int
ngx_http_jwt_multi_socket(CURL *easy, curl_socket_t s, int what, void *data,
    void *socket)
{
    ngx_connection_t        *c = socket;
    ngx_http_jwt_multi_t  *multi = data;

    if (what == CURL_POLL_REMOVE) {
        if (c != NULL) {
            ngx_http_jwt_multi_release(c);
        }

        return 0;
    }

    if (c == NULL) {
        c = ngx_http_jwt_multi_connection(multi, s);
    }

    /*
     * without the event the fetch makes no progress and fails by its timeout
     */

    if (c == NULL
        || ngx_http_jwt_multi_watch(c->read, NGX_READ_EVENT,
                                    (what & CURL_POLL_IN) != 0)
           != NGX_OK
        || ngx_http_jwt_multi_watch(c->write, NGX_WRITE_EVENT,
                                    (what & CURL_POLL_OUT) != 0)
           != NGX_OK)
    {
        ngx_log_error(NGX_LOG_ERR, multi->log, 0,
                      "no connection or event for a fetch of keys");
    }

    return 0;
}


ngx_int_t
ngx_http_jwt_multi_init(ngx_http_jwt_multi_t *multi,
    ngx_http_jwt_multi_done_pt done, ngx_log_t *log)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return NGX_ERROR;
    }

    multi->multi = curl_multi_init();
    if (multi->multi == NULL) {
        curl_global_cleanup();
        return NGX_ERROR;
    }

    multi->done = done;
    multi->log = log;

    multi->dummy.fd = (ngx_socket_t) -1;
    multi->dummy.data = multi;
    multi->timer.handler = ngx_http_jwt_multi_timeout;
    multi->timer.data = &multi->dummy;
    multi->timer.log = log;
    multi->timer.cancelable = 1;

    (void) curl_multi_setopt(multi->multi, CURLMOPT_SOCKETFUNCTION,
                             ngx_http_jwt_multi_socket);
    (void) curl_multi_setopt(multi->multi, CURLMOPT_SOCKETDATA, multi);
    (void) curl_multi_setopt(multi->multi, CURLMOPT_TIMERFUNCTION,
                             ngx_http_jwt_multi_timer);
    (void) curl_multi_setopt(multi->multi, CURLMOPT_TIMERDATA, multi);
    (void) curl_multi_setopt(multi->multi, NGX_HTTP_JWT_MULTI_QUICK_EXIT, 1L);

    return NGX_OK;
}


void
ngx_http_jwt_multi_cleanup(ngx_http_jwt_multi_t *multi)
{
    (void) curl_multi_cleanup(multi->multi);
    curl_global_cleanup();
    ERR_clear_error();

    if (multi->timer.timer_set) {
        ngx_del_timer(&multi->timer);
    }
}
