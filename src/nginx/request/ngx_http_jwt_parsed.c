/*
 * What does nginx keep of a header beside its line?  Some it finds by pointers
 * that it sets as it reads the request, and some it has understood.
 */

#include "ngx_http_jwt_parsed.h"


/* nginx's own place for a header of this name, or NULL */

static ngx_http_header_t *
ngx_http_jwt_parsed_place(ngx_http_request_t *r, ngx_table_elt_t *h)
{
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_core_module);

    /* other modules set h->hash to 0 */

    return ngx_hash_find(&cmcf->headers_in_hash,
                         ngx_hash_key(h->lowcase_key, h->key.len),
                         h->lowcase_key, h->key.len);
}


#if (nginx_version < 1023000)

/* before 1.23 some headers are in an array of pointers, others in a pointer */

static ngx_uint_t
ngx_http_jwt_parsed_is_array(ngx_uint_t offset)
{
#if (NGX_HTTP_X_FORWARDED_FOR)
    if (offset == offsetof(ngx_http_headers_in_t, x_forwarded_for)) {
        return 1;
    }
#endif

    return offset == offsetof(ngx_http_headers_in_t, cookies);
}

#endif


void
ngx_http_jwt_parsed_forget(ngx_http_request_t *r, ngx_table_elt_t *h)
{
    u_char             *field;
    ngx_http_header_t  *hh;

    hh = ngx_http_jwt_parsed_place(r, h);

    if (hh == NULL) {
        return;
    }

    field = (u_char *) &r->headers_in + hh->offset;

    /* all of one name go together, so no chain or array is cut in two */

#if (nginx_version < 1023000)

    if (ngx_http_jwt_parsed_is_array(hh->offset)) {

        /* its elements are shared with subrequests */
        ngx_memzero(field, sizeof(ngx_array_t));
        return;
    }

#endif

    *(ngx_table_elt_t **) field = NULL;

    if (hh->offset == offsetof(ngx_http_headers_in_t, authorization)) {

        /* auth_basic takes them for parsed once they are there */
        ngx_str_null(&r->headers_in.user);
        ngx_str_null(&r->headers_in.passwd);
    }

    if (hh->offset == offsetof(ngx_http_headers_in_t, user_agent)) {
        r->headers_in.msie = 0;
        r->headers_in.msie6 = 0;
        r->headers_in.opera = 0;
        r->headers_in.gecko = 0;
        r->headers_in.chrome = 0;
        r->headers_in.safari = 0;
        r->headers_in.konqueror = 0;
    }
}


ngx_int_t
ngx_http_jwt_parsed_note(ngx_http_request_t *r, ngx_table_elt_t *h)
{
    u_char             *field;
    ngx_table_elt_t   **ph;
    ngx_http_header_t  *hh;

    hh = ngx_http_jwt_parsed_place(r, h);

    if (hh == NULL) {
        return NGX_OK;
    }

    field = (u_char *) &r->headers_in + hh->offset;

#if (nginx_version < 1023000)

    if (ngx_http_jwt_parsed_is_array(hh->offset)) {
        ngx_array_t  *array = (ngx_array_t *) field;

        if (array->elts == NULL
            && ngx_array_init(array, r->pool, 1, sizeof(ngx_table_elt_t *))
               != NGX_OK)
        {
            return NGX_ERROR;
        }

        ph = ngx_array_push(array);
        if (ph == NULL) {
            return NGX_ERROR;
        }

        *ph = h;

        return NGX_OK;
    }

    ph = (ngx_table_elt_t **) field;

    if (*ph == NULL) {
        *ph = h;
    }

#else

    for (ph = (ngx_table_elt_t **) field; *ph; ph = &(*ph)->next) {
        /* void */
    }

    *ph = h;

#endif

    return NGX_OK;
}
