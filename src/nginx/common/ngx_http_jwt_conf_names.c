/*
 * Are there variables of the names that directives read?
 *
 * nginx looks for them when all of the configuration is known, and then its
 * error names neither file nor line.  The names are noted as they are read,
 * and looked for just before nginx does.
 */

#include "ngx_http_jwt.h"


typedef struct {
    ngx_str_t             name;        /* in lower case */
    ngx_str_t             directive;
    ngx_http_jwt_place_t  place;
} ngx_http_jwt_name_t;


static ngx_int_t
ngx_http_jwt_conf_name(ngx_conf_t *cf, u_char *name, size_t len)
{
    ngx_str_t                 *directive;
    ngx_http_jwt_name_t       *noted;
    ngx_http_jwt_main_conf_t  *jmcf;

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_scope_module);

    noted = ngx_array_push(&jmcf->names);
    if (noted == NULL) {
        return NGX_ERROR;
    }

    noted->name.len = len;
    noted->name.data = ngx_pnalloc(cf->pool, len);
    if (noted->name.data == NULL) {
        return NGX_ERROR;
    }

    ngx_strlow(noted->name.data, name, len);

    directive = cf->args->elts;
    noted->directive = directive[0];
    ngx_http_jwt_conf_place(cf, &noted->place);

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_conf_variable(ngx_conf_t *cf, ngx_str_t *name)
{
    if (ngx_http_jwt_conf_name(cf, name->data, name->len) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_get_variable_index(cf, name);
}


static u_char *
ngx_http_jwt_conf_name_end(u_char *p, u_char *last)
{
    while (p < last
           && ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')
               || (*p >= '0' && *p <= '9') || *p == '_'))
    {
        p++;
    }

    return p;
}


/* After nginx compiled the text, so what is no name needs no error here. */

ngx_int_t
ngx_http_jwt_conf_variables(ngx_conf_t *cf, ngx_str_t *text)
{
    u_char  *p, *end, *last;

    last = text->data + text->len;

    for (p = text->data; p < last; p = end) {
        end = p + 1;

        if (*p != '$' || end == last) {
            continue;
        }

        p = (*end == '{') ? end + 1 : end;
        end = ngx_http_jwt_conf_name_end(p, last);

        /* $1 to $9 are what an expression captured */

        if (end == p || (*p >= '1' && *p <= '9')) {
            continue;
        }

        if (ngx_http_jwt_conf_name(cf, p, end - p) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_http_jwt_conf_name_is_known(ngx_http_core_main_conf_t *cmcf,
    ngx_str_t *name)
{
    ngx_uint_t            i;
    ngx_hash_key_t       *key;
    ngx_http_variable_t  *prefix, *indexed;

    key = cmcf->variables_keys->keys.elts;

    for (i = 0; i < cmcf->variables_keys->keys.nelts; i++) {
        if (key[i].key.len == name->len
            && ngx_memcmp(key[i].key.data, name->data, name->len) == 0)
        {
            return 1;
        }
    }

    prefix = cmcf->prefix_variables.elts;

    for (i = 0; i < cmcf->prefix_variables.nelts; i++) {
        if (prefix[i].name.len <= name->len
            && ngx_memcmp(prefix[i].name.data, name->data,
                          prefix[i].name.len)
               == 0)
        {
            return 1;
        }
    }

    /* a module may give a handler to the index alone */

    indexed = cmcf->variables.elts;

    for (i = 0; i < cmcf->variables.nelts; i++) {
        if (indexed[i].get_handler != NULL
            && indexed[i].name.len == name->len
            && ngx_memcmp(indexed[i].name.data, name->data, name->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_http_jwt_conf_names_check(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                  i;
    ngx_http_jwt_name_t        *noted;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    noted = jmcf->names.elts;

    for (i = 0; i < jmcf->names.nelts; i++) {
        if (!ngx_http_jwt_conf_name_is_known(cmcf, &noted[i].name)) {
            (void) ngx_http_jwt_conf_error(cf, &noted[i].place,
                       "unknown \"%V\" variable in \"%V\", write the name of "
                       "one that there is, or make it with \"map\" or "
                       "\"set\"", &noted[i].name, &noted[i].directive);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_conf_names_init(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    return ngx_array_init(&jmcf->names, cf->pool, 4,
                          sizeof(ngx_http_jwt_name_t));
}
