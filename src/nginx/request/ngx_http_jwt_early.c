/*
 * What happens in a request before the gate is asked.
 *
 * The rewrite phases come before the judgement: "if", "set", "rewrite" and
 * "return" read variables that are still empty there, and may answer.  Each
 * case is logged once.  Nothing of the request is in the log lines: its URL
 * may hold a token that has not been judged.
 */

#include "ngx_http_jwt_counters.h"
#include "ngx_http_jwt_locations.h"
#include "ngx_http_jwt_request.h"


static ngx_uint_t
ngx_http_jwt_early_is_judged(ngx_http_request_t *r)
{
    ngx_http_jwt_ctx_t  *ctx;

    ctx = ngx_http_jwt_find_ctx(r);

    return ctx != NULL && ctx->judged;
}


/* Is, or was at last, the request in a phase of this kind? */

static ngx_uint_t
ngx_http_jwt_early_is_in(ngx_http_request_t *r,
    ngx_int_t (*checker)(ngx_http_request_t *r, ngx_http_phase_handler_t *ph))
{
    ngx_http_phase_handler_t   *handler;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_core_module);
    handler = cmcf->phase_engine.handlers;

    return handler[r->phase_handler].checker == checker;
}


/*
 * Are directives of the rewrite module running?  The phase stays the same for
 * a request that one of them has answered: then the answer has its length, or
 * the connection is gone.
 */

static ngx_uint_t
ngx_http_jwt_early_is_rewriting(ngx_http_request_t *r)
{
    return ngx_http_jwt_early_is_in(r, ngx_http_core_rewrite_phase)
           && !r->header_sent
           && r->headers_out.content_length_n == -1
           && !r->connection->error
           && !r->connection->timedout;
}


/* Was this variable recorded?  Records it; once there is no room, says yes. */

static ngx_uint_t
ngx_http_jwt_early_was_read(ngx_http_jwt_location_t *location,
    const ngx_str_t *name)
{
    uint32_t    hash;
    ngx_uint_t  i;

    hash = ngx_crc32_short(name->data, name->len);

    for (i = 0; i < location->nearly_read; i++) {
        if (location->early_read[i] == hash) {
            return 1;
        }
    }

    if (i == NGX_HTTP_JWT_EARLY_VARIABLES) {
        return 1;
    }

    location->early_read[i] = hash;
    location->nearly_read++;

    return 0;
}


/* The name for the log; an empty one is the server's own level. */

static ngx_int_t
ngx_http_jwt_early_name(ngx_http_request_t *r,
    ngx_http_jwt_location_t *location, ngx_str_t *text)
{
    u_char     *p;
    ngx_str_t  *name;

    name = &location->name;

    if (name->len == 0) {
        ngx_str_set(text, "a server");
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, sizeof("location \"\"") - 1 + name->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;
    text->len = ngx_sprintf(p, "location \"%V\"", name) - p;

    return NGX_OK;
}


void
ngx_http_jwt_early_read(ngx_http_request_t *r, const ngx_str_t *name)
{
    ngx_str_t                 where;
    ngx_http_jwt_loc_conf_t  *jlcf;

    if (r != r->main || ngx_http_jwt_early_is_judged(r)) {
        return;
    }

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_scope_module);

    if (jlcf->location == NULL
        || (jlcf->policy == NULL && !jlcf->location->protects)
        || !ngx_http_jwt_early_is_rewriting(r)
        || ngx_http_jwt_early_was_read(jlcf->location, name)
        || ngx_http_jwt_early_name(r, jlcf->location, &where) != NGX_OK)
    {
        return;
    }

    ngx_http_jwt_log_bare(r, "jwt: $%V is read in %V before the token is "
                          "judged, where it is always empty: \"if\", "
                          "\"set\", \"rewrite\" and \"return\" come first, "
                          "write \"jwt_require_claim\", \"jwt_require\", or "
                          "a \"map\" that is read later", name, &where);
}


/* The status as in the access log; 0: there was no answer. */

static ngx_uint_t
ngx_http_jwt_early_status(ngx_http_request_t *r)
{
    return r->err_status ? r->err_status : r->headers_out.status;
}


ngx_int_t
ngx_http_jwt_early_log_handler(ngx_http_request_t *r)
{
    ngx_str_t                 where;
    ngx_uint_t                status;
    ngx_http_jwt_loc_conf_t  *jlcf;

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_scope_module);
    status = ngx_http_jwt_early_status(r);

    /*
     * While nginx looks for the location, it answers "/api" with a redirect to
     * a location "/api/" that passes requests on: that opens nothing.
     */

    if (jlcf->policy == NULL
        || r != r->main
        || status == 0
        || status >= NGX_HTTP_BAD_REQUEST
        || ngx_http_jwt_early_is_judged(r)
        || ngx_http_jwt_early_is_in(r, ngx_http_core_find_config_phase))
    {
        return NGX_OK;
    }

    ngx_http_jwt_count_unjudged(jlcf);

    if (jlcf->location->unjudged
        || ngx_http_jwt_early_name(r, jlcf->location, &where) != NGX_OK)
    {
        return NGX_OK;
    }

    jlcf->location->unjudged = 1;

    ngx_http_jwt_log_bare(r, "jwt: a request was answered with %ui in %V "
                          "before the gate was asked: \"return\", \"rewrite\" "
                          "and \"if\" come first: %s", status, &where,
                          jlcf->location->bypass_advice);

    return NGX_OK;
}
