/*
 * Identity headers, which tell the backend who is calling.
 *
 * The backend trusts the headers of jwt_identity_header, so only the gate may
 * set them: in a server that has one, no location passes on what a client sent
 * under its name, not even a location without "jwt"; and the claims of a
 * verified token are set anew by each judgement.
 */

#include "ngx_http_jwt_headers.h"
#include "ngx_http_jwt_identity.h"
#include "ngx_http_jwt_request.h"


ngx_int_t
ngx_http_jwt_identity_clear(ngx_http_request_t *r, ngx_uint_t clients_only)
{
    ngx_http_jwt_srv_conf_t       *jscf;
    ngx_http_jwt_headers_which_t   which;

    jscf = ngx_http_get_module_srv_conf(r, ngx_http_jwt_scope_module);

    if (jscf->names.nelts == 0) {
        return NGX_OK;
    }

    ngx_memzero(&which, sizeof(ngx_http_jwt_headers_which_t));

    which.names = jscf->names.elts;
    which.nnames = jscf->names.nelts;

    if (clients_only) {
        which.except = jscf->spellings.elts;
        which.nexcept = jscf->spellings.nelts;
    }

    return ngx_http_jwt_headers_remove(r, &which, NULL);
}


/* Was a token verified in the last judgement of this request? */

static ngx_uint_t
ngx_http_jwt_identity_verified(ngx_http_request_t *r)
{
    ngx_http_jwt_ctx_t  *ctx;

    ctx = ngx_http_jwt_find_ctx(r);

    return ctx != NULL && ctx->found.claims != NULL;
}


/*
 * A map that was read before this judgement, by "if" or in another location,
 * still has its old value, which may be somebody else's name.  It is read
 * again, if that gives a value; captures and "set" variables have only the old
 * one.  $request_id would be different each time.
 */

static ngx_int_t
ngx_http_jwt_identity_refresh(ngx_http_request_t *r,
    ngx_http_complex_value_t *value)
{
    ngx_int_t                   rc;
    ngx_uint_t                 *index;
    ngx_http_variable_t        *v;
    ngx_http_variable_value_t   fresh;
    ngx_http_core_main_conf_t  *cmcf;

    if (value->flushes == NULL) {
        return NGX_OK;
    }

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_core_module);
    v = cmcf->variables.elts;

    for (index = value->flushes; *index != (ngx_uint_t) -1; index++) {

        if (!r->variables[*index].valid
            || (v[*index].name.len == sizeof("request_id") - 1
                && ngx_strncmp(v[*index].name.data, "request_id",
                               sizeof("request_id") - 1) == 0))
        {
            continue;
        }

        rc = ngx_http_jwt_variable_again(r, *index, &fresh);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (rc == NGX_OK && !fresh.not_found) {
            r->variables[*index] = fresh;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_identity_add(ngx_http_request_t *r,
    ngx_http_jwt_identity_t *identity)
{
    u_char           *p;
    ngx_str_t         value;
    ngx_table_elt_t   h;

    if (ngx_http_jwt_identity_refresh(r, &identity->value) != NGX_OK
        || ngx_http_complex_value(r, &identity->value, &value) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (value.len == 0) {
        return NGX_OK;
    }

    if (!njwt_slice_clean(ngx_http_jwt_slice(&value))) {
        ngx_http_jwt_log(r, NGX_LOG_WARN,
                         "jwt_identity_header \"%V\" is not set: its value "
                         "contains a control character",
                         &identity->name);
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, value.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    *ngx_cpymem(p, value.data, value.len) = '\0';

    ngx_memzero(&h, sizeof(ngx_table_elt_t));

    h.hash = identity->hash;
    h.key = identity->name;
    h.value.data = p;
    h.value.len = value.len;
    h.lowcase_key = identity->lowcase.data;

    return ngx_http_jwt_headers_add(r, &h);
}


ngx_int_t
ngx_http_jwt_identity_set(ngx_http_request_t *r,
    ngx_http_jwt_loc_conf_t *jlcf)
{
    ngx_uint_t                i;
    ngx_http_jwt_identity_t  *identity;

    if (jlcf->identities == NULL
        || r != r->main
        || !ngx_http_jwt_identity_verified(r))
    {
        return NGX_OK;
    }

    if (ngx_http_jwt_headers_own(r) != NGX_OK) {
        return NGX_ERROR;
    }

    identity = jlcf->identities->elts;

    for (i = 0; i < jlcf->identities->nelts; i++) {
        if (ngx_http_jwt_identity_add(r, &identity[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    /* a claim for which there was no memory has an empty value */

    return ngx_http_jwt_find_ctx(r)->arena.failed ? NGX_ERROR : NGX_OK;
}
