/*
 * The token that a connection repeats.
 *
 * A client that keeps its connection sends the same token again and again, and
 * finding it by its SHA-256 costs more than everything else that a cached
 * token costs.  So the connection keeps the bytes of the last token that was
 * verified twice in a row, and their digest: equal bytes have the same digest.
 * All of them are compared, in constant time, as a proxy in front of us may
 * share its connection among clients.  The cache entry is still looked up for
 * each request.  For a token that is bound to a client's key the connection
 * also keeps the contents of "cnf" and the digest that proofs contain, and for
 * any token the values of variables that were read from it, as reading a token
 * costs four times what judging it by its entry does.  All of these depend
 * only on the token's bytes: the name of a value is what was looked for in the
 * token, not the variable's.
 *
 * Streams of one connection change its token under each other's requests, so
 * a request finds a value by the digest of its own token each time, and copies
 * it at once.
 *
 * The end of a token, eight bytes of its signature, is compared first: a
 * connection whose tokens change must not pay for reading and writing them. To
 * learn from the timing that these bytes are right one has to guess 48 bits at
 * once.
 */

#include "ngx_http_jwt_cache.h"


/* enough for Auth0's access tokens; longer ones cost a connection too much */
#define NGX_HTTP_JWT_CONNECTION_ROOM  2048

/* names and values; what finds no room is read from the token each time */
#define NGX_HTTP_JWT_VALUES           8
#define NGX_HTTP_JWT_VALUES_ROOM      960


/* the values that were read from a token, each behind its name */
typedef struct {
    ngx_uint_t  n;
    size_t      used;

    struct {
        uint16_t  name;       /* lengths */
        uint16_t  value;
        uint8_t   part;
        uint8_t   absent;     /* the token has no such value */
    } of[NGX_HTTP_JWT_VALUES];

    u_char      bytes[NGX_HTTP_JWT_VALUES_ROOM];
} ngx_http_jwt_values_t;


typedef struct {
    size_t    len;            /* 0: no token yet */
    uint64_t  end;            /* of the token */
    uint64_t  seen;           /* the last token's */
    size_t    room;
    u_char   *token;
    u_char    salt[NGX_HTTP_JWT_SALT_LEN];
    u_char    digest[NGX_HTTP_JWT_DIGEST_LEN];

    ngx_http_jwt_bound_t  *bound;
    ngx_http_jwt_values_t *values;
    unsigned  has_bound:1;    /* is bound that of this token? */
} ngx_http_jwt_connection_t;


/* The client's connection: in HTTP/2 and HTTP/3 a request has its stream's. */

static ngx_connection_t *
ngx_http_jwt_connection_of(ngx_http_request_t *r)
{
#if (NGX_HTTP_V3)

    if (r->connection->quic != NULL) {
        return r->connection->quic->parent;
    }

#endif

#if (NGX_HTTP_V2)

    if (r->stream != NULL) {
        return r->stream->connection->connection;
    }

#endif

    return r->connection;
}


/* The memory may be used for other clients' requests next. */

static void
ngx_http_jwt_connection_cleanup(void *data)
{
    ngx_http_jwt_connection_t  *last = data;

    if (last->token != NULL) {
        ngx_explicit_memzero(last->token, last->room);
    }

    if (last->bound != NULL) {
        ngx_explicit_memzero(last->bound, sizeof(ngx_http_jwt_bound_t));
    }

    if (last->values != NULL) {
        ngx_explicit_memzero(last->values, sizeof(ngx_http_jwt_values_t));
    }
}


static ngx_http_jwt_connection_t *
ngx_http_jwt_connection_find(ngx_connection_t *c)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = c->pool->cleanup; cln != NULL; cln = cln->next) {
        if (cln->handler == ngx_http_jwt_connection_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


static ngx_http_jwt_connection_t *
ngx_http_jwt_connection_create(ngx_connection_t *c)
{
    ngx_pool_cleanup_t         *cln;
    ngx_http_jwt_connection_t  *last;

    cln = ngx_pool_cleanup_add(c->pool, sizeof(ngx_http_jwt_connection_t));

    if (cln == NULL) {
        return NULL;
    }

    last = cln->data;
    ngx_memzero(last, sizeof(ngx_http_jwt_connection_t));

    cln->handler = ngx_http_jwt_connection_cleanup;

    return last;
}


/* The token's last eight bytes; a shorter one was never verified. */

static uint64_t
ngx_http_jwt_connection_end(njwt_slice_t token)
{
    uint64_t  end;

    if (token.len < sizeof(uint64_t)) {
        return 0;
    }

    ngx_memcpy(&end, token.data + token.len - sizeof(uint64_t),
               sizeof(uint64_t));
    return end;
}


/* No early exit: the time must not tell where the texts differ. */

static ngx_uint_t
ngx_http_jwt_connection_same(const u_char *a, const u_char *b, size_t len)
{
    size_t    i;
    uint64_t  x, y, differ;

    differ = 0;

    for (i = 0; i + sizeof(uint64_t) <= len; i += sizeof(uint64_t)) {
        ngx_memcpy(&x, a + i, sizeof(uint64_t));
        ngx_memcpy(&y, b + i, sizeof(uint64_t));

        differ |= x ^ y;
    }

    for ( /* void */ ; i < len; i++) {
        differ |= (uint64_t) (a[i] ^ b[i]);
    }

    return differ == 0;
}


ngx_int_t
ngx_http_jwt_connection_lookup(ngx_http_request_t *r, const u_char *salt,
    njwt_slice_t token, u_char *digest)
{
    ngx_http_jwt_connection_t  *last;

    last = ngx_http_jwt_connection_find(ngx_http_jwt_connection_of(r));

    if (last == NULL
        || token.len == 0
        || last->len != token.len
        || last->end != ngx_http_jwt_connection_end(token)
        || ngx_memcmp(last->salt, salt, NGX_HTTP_JWT_SALT_LEN) != 0
        || !ngx_http_jwt_connection_same(last->token, token.data, token.len))
    {
        return NGX_DECLINED;
    }

    ngx_memcpy(digest, last->digest, NGX_HTTP_JWT_DIGEST_LEN);

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "jwt: the token that the connection repeats");

    return NGX_OK;
}


const ngx_http_jwt_bound_t *
ngx_http_jwt_connection_bound(ngx_http_request_t *r)
{
    ngx_http_jwt_connection_t  *last;

    last = ngx_http_jwt_connection_find(ngx_http_jwt_connection_of(r));

    return (last != NULL && last->has_bound) ? last->bound : NULL;
}


void
ngx_http_jwt_connection_bind(ngx_http_request_t *r, njwt_slice_t token,
    const ngx_http_jwt_bound_t *bound)
{
    ngx_connection_t           *c;
    ngx_http_jwt_connection_t  *last;

    c = ngx_http_jwt_connection_of(r);
    last = ngx_http_jwt_connection_find(c);

    if (last == NULL
        || token.len == 0
        || last->len != token.len
        || !ngx_http_jwt_connection_same(last->token, token.data, token.len))
    {
        return;
    }

    if (last->bound == NULL) {
        last->bound = ngx_palloc(c->pool, sizeof(ngx_http_jwt_bound_t));
    }

    if (last->bound != NULL) {
        *last->bound = *bound;
        last->has_bound = 1;
    }
}


/* The connection's last token, if it is the one with this digest. */

static ngx_http_jwt_connection_t *
ngx_http_jwt_connection_token(ngx_connection_t *c, const u_char *digest)
{
    ngx_http_jwt_connection_t  *last;

    last = ngx_http_jwt_connection_find(c);

    return (last != NULL
            && last->len != 0
            && ngx_memcmp(last->digest, digest, NGX_HTTP_JWT_DIGEST_LEN) == 0)
           ? last : NULL;
}


ngx_int_t
ngx_http_jwt_connection_value(ngx_http_request_t *r, const u_char *digest,
    ngx_http_jwt_part_t part, njwt_slice_t name, njwt_slice_t *value)
{
    u_char                     *p;
    ngx_uint_t                  i;
    ngx_http_jwt_values_t      *values;
    ngx_http_jwt_connection_t  *last;

    last = ngx_http_jwt_connection_token(ngx_http_jwt_connection_of(r),
                                         digest);

    if (last == NULL || last->values == NULL) {
        return NGX_DECLINED;
    }

    values = last->values;
    p = values->bytes;

    for (i = 0; i < values->n; i++) {

        if (values->of[i].part == part
            && values->of[i].name == name.len
            && ngx_memcmp(p, name.data, name.len) == 0)
        {
            value->data = values->of[i].absent ? NULL : p + name.len;
            value->len = values->of[i].value;

            ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                           "jwt: a value of the connection's token");

            return NGX_OK;
        }

        p += values->of[i].name + values->of[i].value;
    }

    return NGX_DECLINED;
}


void
ngx_http_jwt_connection_keep(ngx_http_request_t *r, const u_char *digest,
    ngx_http_jwt_part_t part, njwt_slice_t name, const njwt_slice_t *value)
{
    size_t                      len;
    u_char                     *p;
    ngx_uint_t                  n;
    ngx_connection_t           *c;
    ngx_http_jwt_values_t      *values;
    ngx_http_jwt_connection_t  *last;

    c = ngx_http_jwt_connection_of(r);
    last = ngx_http_jwt_connection_token(c, digest);
    len = (value != NULL) ? value->len : 0;

    if (last == NULL
        || name.len > NGX_HTTP_JWT_VALUES_ROOM
        || len > NGX_HTTP_JWT_VALUES_ROOM - name.len)
    {
        return;
    }

    if (last->values == NULL) {
        last->values = ngx_pcalloc(c->pool, sizeof(ngx_http_jwt_values_t));
    }

    values = last->values;

    if (values == NULL
        || values->n == NGX_HTTP_JWT_VALUES
        || name.len + len > NGX_HTTP_JWT_VALUES_ROOM - values->used)
    {
        return;
    }

    n = values->n++;
    values->of[n].part = (uint8_t) part;
    values->of[n].absent = value == NULL;
    values->of[n].name = (uint16_t) name.len;
    values->of[n].value = (uint16_t) len;

    p = ngx_cpymem(values->bytes + values->used, name.data, name.len);

    if (len > 0) {
        ngx_memcpy(p, value->data, len);
    }

    values->used += name.len + len;
}


/* Makes room for that many bytes; the present contents may be lost. */

static ngx_int_t
ngx_http_jwt_connection_room(ngx_connection_t *c,
    ngx_http_jwt_connection_t *last, size_t len)
{
    if (last->room >= len) {
        return NGX_OK;
    }

    ngx_http_jwt_connection_cleanup(last);

    if (last->token != NULL) {
        ngx_pfree(c->pool, last->token);
    }

    last->room = ngx_align(len, 1024);
    last->token = ngx_palloc(c->pool, last->room);

    if (last->token == NULL) {
        last->room = 0;
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_http_jwt_connection_remember(ngx_http_request_t *r, const u_char *salt,
    njwt_slice_t token, const u_char *digest)
{
    uint64_t                    end;
    ngx_connection_t           *c;
    ngx_http_jwt_connection_t  *last;

    if (token.len > NGX_HTTP_JWT_CONNECTION_ROOM) {
        return;
    }

    c = ngx_http_jwt_connection_of(r);
    last = ngx_http_jwt_connection_find(c);

    if (last == NULL) {
        last = ngx_http_jwt_connection_create(c);
    }

    if (last == NULL) {
        return;
    }

    end = ngx_http_jwt_connection_end(token);

    if (last->seen != end) {
        last->seen = end;
        return;
    }

    last->len = 0;
    last->has_bound = 0;

    if (last->values != NULL) {
        ngx_explicit_memzero(last->values, sizeof(ngx_http_jwt_values_t));
    }

    if (ngx_http_jwt_connection_room(c, last, token.len) != NGX_OK) {
        return;
    }

    ngx_memcpy(last->token, token.data, token.len);
    ngx_memcpy(last->salt, salt, NGX_HTTP_JWT_SALT_LEN);
    ngx_memcpy(last->digest, digest, NGX_HTTP_JWT_DIGEST_LEN);

    last->end = end;
    last->len = token.len;
}
