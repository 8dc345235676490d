/*
 * Removing and adding a request's headers, so that every later module sees the
 * same.
 *
 * A header whose hash is 0 still reaches a proxied server, so it has to leave
 * the list.  Elements never move: nginx points to them, and subrequests share
 * them.  Only the parts that lead to them are made anew; a removed element
 * lies in the gap between two parts.
 *
 * Besides the list nginx keeps pointers to some headers, which it sets as it
 * reads the request, and values that it has parsed: these are updated.
 */

#include "ngx_http_jwt_headers.h"


static ngx_int_t ngx_http_jwt_parsed_note(ngx_http_request_t *r,
    ngx_table_elt_t *h);


static u_char
ngx_http_jwt_header_normal(u_char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
        return c;
    }

    return (c >= 'A' && c <= 'Z') ? (u_char) (c | 0x20) : '-';
}


void
ngx_http_jwt_headers_normal(u_char *to, ngx_str_t *name)
{
    size_t  i;

    for (i = 0; i < name->len; i++) {
        to[i] = ngx_http_jwt_header_normal(name->data[i]);
    }
}


ngx_uint_t
ngx_http_jwt_headers_alike(const ngx_str_t *a, const ngx_str_t *b)
{
    size_t  i;

    if (a->len != b->len) {
        return 0;
    }

    for (i = 0; i < a->len; i++) {
        if (ngx_http_jwt_header_normal(a->data[i])
            != ngx_http_jwt_header_normal(b->data[i]))
        {
            return 0;
        }
    }

    return 1;
}


static ngx_uint_t
ngx_http_jwt_header_meant(ngx_table_elt_t *h,
    ngx_http_jwt_headers_which_t *which)
{
    ngx_uint_t  i, k;

    for (i = 0; i < which->nnames; i++) {
        if (!ngx_http_jwt_headers_alike(&h->key, &which->names[i])) {
            continue;
        }

        for (k = 0; k < which->nexcept; k++) {
            if (h->key.data == which->except[k].data) {
                return 0;
            }
        }

        return 1;
    }

    return 0;
}


ngx_uint_t
ngx_http_jwt_headers_any(ngx_http_request_t *r,
    ngx_http_jwt_headers_which_t *which)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_http_jwt_header_meant(&h[i], which)) {
                return 1;
            }
        }
    }

    return 0;
}


/* Appends consecutive elements to a list that is being made. */

static ngx_int_t
ngx_http_jwt_headers_append(ngx_http_request_t *r, ngx_list_t *list,
    ngx_table_elt_t *h, ngx_uint_t n)
{
    ngx_list_part_t  *part;

    if (n == 0) {
        return NGX_OK;
    }

    part = &list->part;

    if (part->nelts != 0) {
        part = ngx_palloc(r->pool, sizeof(ngx_list_part_t));
        if (part == NULL) {
            return NGX_ERROR;
        }

        list->last->next = part;
    }

    part->elts = h;
    part->nelts = n;
    part->next = NULL;

    list->last = part;

    /*
     * the last part counts as full: what lies behind it isn't part of the list
     */

    list->nalloc = n;

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_headers_rebuild(ngx_http_request_t *r,
    ngx_http_jwt_headers_which_t *which, ngx_array_t *removed)
{
    ngx_uint_t        i, from;
    ngx_list_t        list;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h, *copy;

    if (ngx_list_init(&list, r->pool, 4, sizeof(ngx_table_elt_t)) != NGX_OK) {
        return NGX_ERROR;
    }

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;
        from = 0;

        for (i = 0; i < part->nelts; i++) {

            if (!ngx_http_jwt_header_meant(&h[i], which)) {
                continue;
            }

            if (removed != NULL) {
                copy = ngx_array_push(removed);
                if (copy == NULL) {
                    return NGX_ERROR;
                }

                *copy = h[i];
            }

            if (ngx_http_jwt_headers_append(r, &list, h + from, i - from)
                != NGX_OK)
            {
                return NGX_ERROR;
            }

            from = i + 1;
        }

        if (ngx_http_jwt_headers_append(r, &list, h + from, i - from)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (list.last == &list.part) {
        list.last = &r->headers_in.headers.part;
    }

    r->headers_in.headers = list;

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_headers_remove(ngx_http_request_t *r,
    ngx_http_jwt_headers_which_t *which, ngx_array_t *removed)
{
    ngx_uint_t        i;
    ngx_list_t        old;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    if (!ngx_http_jwt_headers_any(r, which)) {
        return NGX_OK;
    }

    old = r->headers_in.headers;

    if (ngx_http_jwt_headers_rebuild(r, which, removed) != NGX_OK) {
        return NGX_ERROR;
    }

    for (part = &old.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_http_jwt_header_meant(&h[i], which)) {
                ngx_http_jwt_parsed_forget(r, &h[i]);
            }
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_headers_own(ngx_http_request_t *r)
{
    ngx_http_jwt_headers_which_t  none;

    ngx_memzero(&none, sizeof(ngx_http_jwt_headers_which_t));

    return ngx_http_jwt_headers_rebuild(r, &none, NULL);
}


ngx_int_t
ngx_http_jwt_headers_add(ngx_http_request_t *r, ngx_table_elt_t *header)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_in.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = *header;

#if (nginx_version >= 1023000)
    h->next = NULL;
#endif

    return ngx_http_jwt_parsed_note(r, h);
}


/* nginx's own pointer to a header of this name, or NULL */

static ngx_http_header_t *
ngx_http_jwt_parsed_header(ngx_http_request_t *r, ngx_table_elt_t *h)
{
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_core_module);

    /* other modules set h->hash to 0 */

    return ngx_hash_find(&cmcf->headers_in_hash,
                         ngx_hash_key(h->lowcase_key, h->key.len),
                         h->lowcase_key, h->key.len);
}


#if (nginx_version < 1023000)

/*
 * before 1.23 some headers are in an array of pointers, others have one
 * pointer
 */

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

    hh = ngx_http_jwt_parsed_header(r, h);

    if (hh == NULL) {
        return;
    }

    field = (u_char *) &r->headers_in + hh->offset;

    /*
     * all headers of one name go together, so no chain or array is cut in two
     */

#if (nginx_version < 1023000)

    if (ngx_http_jwt_parsed_is_array(hh->offset)) {

        /* its elements are shared with subrequests */
        ngx_memzero(field, sizeof(ngx_array_t));
        return;
    }

#endif

    *(ngx_table_elt_t **) field = NULL;

    if (hh->offset == offsetof(ngx_http_headers_in_t, authorization)) {

        /* auth_basic takes them for parsed if they are set */
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


/* Records a header that was added, as nginx's parser would. */

static ngx_int_t
ngx_http_jwt_parsed_note(ngx_http_request_t *r, ngx_table_elt_t *h)
{
    u_char             *field;
    ngx_table_elt_t   **ph;
    ngx_http_header_t  *hh;

    hh = ngx_http_jwt_parsed_header(r, h);

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


ngx_table_elt_t *
ngx_http_jwt_headers_push(ngx_list_t *list, const char *name,
    const char *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(list);
    if (h == NULL) {
        return NULL;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value.data = (u_char *) value;
    h->value.len = ngx_strlen(value);

    return h;
}
