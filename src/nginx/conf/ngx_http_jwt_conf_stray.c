/*
 * Where does a directive of jwt_issuer belong that stands outside of one?
 *
 * nginx says "unknown directive" and no more.  If we had directives of these
 * names ("issuer", "audience"), another module's would not be found.  So while
 * the http block is read we listen to what is logged: nginx's own line stays,
 * and ours, with where the directive belongs, comes behind it.
 */

#include "ngx_http_jwt.h"


typedef struct {
    ngx_log_t    log;         /* the last of the configuration's */
    ngx_log_t   *head;        /* NULL: not listening */
    ngx_conf_t  *cf;
} ngx_http_jwt_stray_t;


static void
ngx_http_jwt_stray_write(ngx_log_t *log, ngx_uint_t level, u_char *buf,
    size_t len)
{
    u_char                *p, *end, *last;
    ngx_str_t              name;
    ngx_http_jwt_stray_t  *stray;

    static const u_char  unknown[] = "unknown directive \"";

    stray = log->wdata;
    last = buf + len;

    /* a copy of the list may have outlived the reading */

    if (level != NGX_LOG_EMERG || stray->head == NULL) {
        return;
    }

    p = ngx_strnstr(buf, (char *) unknown, len);

    if (p == NULL) {
        return;
    }

    p += sizeof(unknown) - 1;
    end = ngx_strlchr(p, last, '"');

    if (end == NULL) {
        return;
    }

    name.data = p;
    name.len = end - p;

    if (!ngx_http_jwt_issuer_knows(&name)) {
        return;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, stray->cf, 0,
                       "\"%V\" belongs inside a jwt_issuer block: write it in "
                       "\"jwt_issuer NAME { }\" in \"http\", and \"jwt "
                       "NAME;\" here", &name);
}


static void
ngx_http_jwt_stray_unlink(void *data)
{
    ngx_log_t             *log;
    ngx_http_jwt_stray_t  *stray = data;

    for (log = stray->head; log != NULL; log = log->next) {
        if (log->next == &stray->log) {
            log->next = stray->log.next;
        }
    }

    stray->head = NULL;
}


/* A configuration that fails takes its pool away, and us with it. */

ngx_int_t
ngx_http_jwt_stray_begin(ngx_conf_t *cf)
{
    ngx_log_t             *last;
    ngx_pool_cleanup_t    *cln;
    ngx_http_jwt_stray_t  *stray;

    cln = ngx_pool_cleanup_add(cf->pool, sizeof(ngx_http_jwt_stray_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    stray = cln->data;
    ngx_memzero(stray, sizeof(ngx_http_jwt_stray_t));

    stray->cf = cf;
    stray->head = cf->log;
    stray->log.log_level = NGX_LOG_EMERG;
    stray->log.writer = ngx_http_jwt_stray_write;
    stray->log.wdata = stray;

    cln->handler = ngx_http_jwt_stray_unlink;

    /* a list of logs is in the order of their levels: the least comes last */

    for (last = cf->log; last->next != NULL; last = last->next) {
        /* void */
    }

    last->next = &stray->log;

    return NGX_OK;
}


void
ngx_http_jwt_stray_end(ngx_conf_t *cf)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = cf->pool->cleanup; cln != NULL; cln = cln->next) {
        if (cln->handler == ngx_http_jwt_stray_unlink) {
            ngx_http_jwt_stray_unlink(cln->data);
        }
    }
}
