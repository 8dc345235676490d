/*
 * Revoking tokens by request: jwt_revoke_handler.
 *
 * Either all of a request's entries are stored, or none.  The response says
 * what is wrong in constant words: nothing that was sent is repeated.
 */

#include "ngx_http_jwt_revoke.h"
#include "ngx_http_jwt_headers.h"
#include "ngx_http_jwt_locations.h"
#include "ngx_http_jwt_revoked.h"
#include "njwt_form.h"


static ngx_int_t
ngx_http_jwt_revoke_answer(ngx_http_request_t *r, ngx_uint_t status,
    const char *fmt, ...)
{
    u_char                   *p, *last;
    va_list                   args;
    ngx_str_t                 type = ngx_string("application/json");
    ngx_http_complex_value_t  cv;

    p = ngx_pnalloc(r->pool, 512);

    if (p == NULL
        || ngx_http_jwt_headers_answer(r, "Cache-Control", "no-store")
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    va_start(args, fmt);
    last = ngx_vslprintf(p, p + 512, fmt, args);
    va_end(args);

    ngx_memzero(&cv, sizeof(ngx_http_complex_value_t));
    cv.value.data = p;
    cv.value.len = last - p;

    return ngx_http_send_response(r, status, &type, &cv);
}


ngx_int_t
ngx_http_jwt_post_refuse(ngx_http_request_t *r, njwt_slice_t why)
{
    return ngx_http_jwt_revoke_answer(r, NGX_HTTP_BAD_REQUEST,
               "{\"error\":\"invalid_request\",\"error_description\":"
               "\"%*s\"}\n", why.len, why.data);
}


/* The texts are ours, but for JSON their quotes must be replaced. */

static ngx_int_t
ngx_http_jwt_revoke_bad(ngx_http_request_t *r, size_t entry,
    const char *fault)
{
    u_char        *p, text[256];
    njwt_slice_t   why;

    p = (entry != 0) ? ngx_sprintf(text, "entry %uz ", entry)
                     : ngx_sprintf(text, "the body ");

    for ( /* void */ ; *fault != '\0' && p < text + sizeof(text); fault++) {
        *p++ = (*fault == '"') ? '\'' : (u_char) *fault;
    }

    why.data = text;
    why.len = p - text;

    return ngx_http_jwt_post_refuse(r, why);
}


ngx_int_t
ngx_http_jwt_post_only(ngx_http_request_t *r)
{
    if (r->method == NGX_HTTP_POST) {
        return NGX_OK;
    }

    return (ngx_http_jwt_headers_answer(r, "Allow", "POST") == NGX_OK)
           ? NGX_HTTP_NOT_ALLOWED : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


ngx_int_t
ngx_http_jwt_post_body(ngx_http_request_t *r, njwt_slice_t *body)
{
    off_t         size;
    u_char       *p;
    ngx_buf_t    *b;
    ngx_chain_t  *cl, *bufs;

    size = 0;
    bufs = (r->request_body != NULL) ? r->request_body->bufs : NULL;

    for (cl = bufs; cl != NULL; cl = cl->next) {
        size += ngx_buf_size(cl->buf);
    }

    if (size > NGX_HTTP_JWT_POST_BODY) {
        return NGX_DECLINED;
    }

    p = ngx_pnalloc(r->pool, (size_t) size + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    body->data = p;
    body->len = (size_t) size;

    for (cl = bufs; cl != NULL; cl = cl->next) {
        b = cl->buf;
        size = ngx_buf_size(b);

        if (ngx_buf_in_memory(b)) {
            ngx_memcpy(p, b->pos, (size_t) size);

        } else if (size > 0
                   && ngx_read_file(b->file, p, (size_t) size, b->file_pos)
                      != size)
        {
            return NGX_ERROR;
        }

        p += size;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_revoke_take(ngx_http_request_t *r,
    ngx_http_jwt_issuer_t *issuer, njwt_arena_t *arena, njwt_slice_t body)
{
    ngx_int_t                   rc;
    ngx_http_jwt_revoked_t     *list;
    njwt_revocation_terms_t     terms;
    njwt_revocation_entries_t   entries;

    ngx_memzero(&terms, sizeof(terms));

    terms.claims = issuer->trust.revocation;
    terms.claim_count = issuer->trust.revocation_count;
    terms.now = (double) ngx_time();
    terms.keep = (double) issuer->revocation.keep / 1000;

    if (!njwt_revocation_read(arena, &terms, body, &entries)) {
        return arena->failed ? NGX_HTTP_INTERNAL_SERVER_ERROR
                             : ngx_http_jwt_revoke_bad(r, entries.entry,
                                                       entries.fault);
    }

    list = (issuer->revocation.slot != NULL)
           ? ngx_http_jwt_revoked_keys(issuer->revocation.prefix,
                                       issuer->trust.revocation, &entries, 0)
           : NULL;

    if (list == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_jwt_revoked_store(issuer, list, entries.count,
                                    r->connection->log);
    ngx_free(list);

    if (rc != NGX_OK) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    ngx_log_error(NGX_LOG_NOTICE, r->connection->log, 0,
                  "jwt_issuer \"%V\": a request revoked tokens by %uz entr%s",
                  &issuer->name, entries.count,
                  (entries.count == 1) ? "y" : "ies");

    return ngx_http_jwt_revoke_answer(r, NGX_HTTP_OK, "{\"revoked\":%uz}\n",
                                      entries.count);
}


static void
ngx_http_jwt_revoke_read(ngx_http_request_t *r)
{
    ngx_int_t                 rc;
    njwt_arena_t              arena;
    njwt_slice_t              body;
    ngx_http_jwt_loc_conf_t  *jlcf;

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_scope_module);
    jlcf = jlcf->location->conf;

    njwt_arena_init(&arena);

    switch (ngx_http_jwt_post_body(r, &body)) {

    case NGX_OK:
        rc = ngx_http_jwt_revoke_take(r, jlcf->revoke_issuer, &arena, body);
        break;

    case NGX_DECLINED:
        rc = ngx_http_jwt_revoke_bad(r, 0, "is longer than 64k");
        break;

    default:
        rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    njwt_arena_free(&arena);

    ngx_http_finalize_request(r, rc);
}


static ngx_uint_t
ngx_http_jwt_revoke_is_json(ngx_http_request_t *r)
{
    ngx_table_elt_t  *type = r->headers_in.content_type;

    static const njwt_slice_t  json = njwt_literal("application/json");

    return type != NULL
           && njwt_media_type(ngx_http_jwt_slice(&type->value), json);
}


/*
 * May this have been sent by another site's page, with the credentials of its
 * visitor's browser?  For JSON a browser asks first (Fetch, section 3.2), and
 * gets a 405.
 */

static ngx_uint_t
ngx_http_jwt_revoke_is_forged(ngx_http_request_t *r)
{
    ngx_str_t                     origin = ngx_string("Origin");
    ngx_http_jwt_headers_which_t  which;

    ngx_memzero(&which, sizeof(ngx_http_jwt_headers_which_t));

    which.names = &origin;
    which.nnames = 1;

    return ngx_http_jwt_headers_any(r, &which)
           && !ngx_http_jwt_revoke_is_json(r);
}


static ngx_int_t
ngx_http_jwt_revoke_request(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    rc = ngx_http_jwt_post_only(r);

    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_http_jwt_revoke_is_forged(r)) {
        return ngx_http_jwt_revoke_bad(r, 0, "of a page must be "
                                             "application/json");
    }

    if (r->headers_in.content_length_n > NGX_HTTP_JWT_POST_BODY) {
        rc = ngx_http_discard_request_body(r);

        return (rc == NGX_OK)
               ? ngx_http_jwt_revoke_bad(r, 0, "is longer than 64k") : rc;
    }

    rc = ngx_http_read_client_request_body(r, ngx_http_jwt_revoke_read);

    return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
}


char *
ngx_http_jwt_revoke_handler(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    ngx_str_t                 *value;
    ngx_http_core_loc_conf_t  *clcf;

    if (jlcf->revoke.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    jlcf->revoke = value[1];
    ngx_http_jwt_conf_pos(cf, &jlcf->revoke_pos);

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_jwt_revoke_request;

    return NGX_CONF_OK;
}
