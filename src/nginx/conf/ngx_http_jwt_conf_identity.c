/*
 * The directive jwt_identity_header: headers that only the gate may set.
 */

#include "ngx_http_jwt_headers.h"
#include "ngx_http_jwt_identity.h"


/* headers that nginx or the judgement itself depends on: normalized */

static const ngx_str_t  ngx_http_jwt_identity_forbidden[] = {
    ngx_string("host"),
    ngx_string("connection"),
    ngx_string("content-length"),
    ngx_string("transfer-encoding"),
    ngx_string("authorization"),
    ngx_string("cookie")
};


void *
ngx_http_jwt_create_srv_conf(ngx_conf_t *cf)
{
    ngx_http_jwt_srv_conf_t  *jscf;

    jscf = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_srv_conf_t));

    if (jscf == NULL
        || ngx_array_init(&jscf->spellings, cf->pool, 1, sizeof(ngx_str_t))
           != NGX_OK
        || ngx_array_init(&jscf->names, cf->pool, 1, sizeof(ngx_str_t))
           != NGX_OK)
    {
        return NULL;
    }

    return jscf;
}


static ngx_uint_t
ngx_http_jwt_identity_listed(const ngx_str_t *list, ngx_uint_t n,
    ngx_str_t *name)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        if (ngx_http_jwt_same(&list[i], name)) {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_http_jwt_identity_push(ngx_array_t *array, ngx_str_t *text)
{
    ngx_str_t  *entry;

    entry = ngx_array_push(array);
    if (entry == NULL) {
        return NGX_ERROR;
    }

    *entry = *text;

    return NGX_OK;
}


/* Names of the http level apply to every server. */

char *
ngx_http_jwt_merge_srv_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_jwt_srv_conf_t *prev = parent;
    ngx_http_jwt_srv_conf_t *conf = child;

    ngx_str_t   *text, name;
    ngx_uint_t   i;

    text = prev->spellings.elts;

    for (i = 0; i < prev->spellings.nelts; i++) {
        if (ngx_http_jwt_identity_push(&conf->spellings, &text[i])
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    text = conf->spellings.elts;

    for (i = 0; i < conf->spellings.nelts; i++) {
        name.len = text[i].len;
        name.data = ngx_pnalloc(cf->pool, name.len);

        if (name.data == NULL) {
            return NGX_CONF_ERROR;
        }

        ngx_http_jwt_headers_normal(name.data, &text[i]);

        if (ngx_http_jwt_identity_listed(conf->names.elts, conf->names.nelts,
                                         &name))
        {
            continue;
        }

        if (ngx_http_jwt_identity_push(&conf->names, &name) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* A token (RFC 9110, section 5.6.2); "$" would look like a variable. */

static ngx_uint_t
ngx_http_jwt_identity_is_name(ngx_str_t *name)
{
    size_t  i;
    u_char  c;

    for (i = 0; i < name->len; i++) {
        c = name->data[i];

        if (!ngx_http_jwt_is_alnum(c)
            && (c == '\0' || ngx_strchr("!#%&'*+-.^_`|~", c) == NULL))
        {
            return 0;
        }
    }

    return name->len != 0;
}


static ngx_int_t
ngx_http_jwt_identity_check(ngx_conf_t *cf, ngx_str_t *name,
    ngx_str_t *lowcase, ngx_str_t *value)
{
    ngx_uint_t  n;

    if (!ngx_http_jwt_identity_is_name(name)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid name \"%V\" in \"jwt_identity_header\": "
                           "write the name of a header, as in "
                           "jwt_identity_header X-User $jwt_claim_sub", name);
        return NGX_ERROR;
    }

    n = sizeof(ngx_http_jwt_identity_forbidden) / sizeof(ngx_str_t);
    ngx_http_jwt_headers_normal(lowcase->data, name);

    if (ngx_http_jwt_identity_listed(ngx_http_jwt_identity_forbidden, n,
                                     lowcase))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"jwt_identity_header\" can't be \"%V\": write "
                           "a name of your own, as in jwt_identity_header "
                           "X-User $jwt_claim_sub", name);
        return NGX_ERROR;
    }

    if (ngx_strncmp(value->data, "jwt_", 4) == 0) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "the value of \"jwt_identity_header %V\" is the "
                           "text \"%V\": write \"$%V\" for the variable",
                           name, value, value);
    }

    if (!njwt_slice_clean(ngx_http_jwt_slice(value))) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the value of \"jwt_identity_header %V\" holds a "
                           "control character: write it without", name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


char *
ngx_http_jwt_identity_header(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    ngx_str_t                         *value;
    ngx_http_jwt_identity_t           *identity;
    ngx_http_jwt_srv_conf_t           *jscf;
    ngx_http_compile_complex_value_t   ccv;

    value = cf->args->elts;

    identity = ngx_http_jwt_conf_push(cf, &jlcf->identities, NULL,
                                      sizeof(ngx_http_jwt_identity_t));
    if (identity == NULL) {
        return NGX_CONF_ERROR;
    }

    identity->name = value[1];
    identity->lowcase.len = value[1].len;
    identity->lowcase.data = ngx_pnalloc(cf->pool, value[1].len + 1);

    if (identity->lowcase.data == NULL
        || ngx_http_jwt_identity_check(cf, &value[1], &identity->lowcase,
                                       &value[2])
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    identity->hash = ngx_hash_strlow(identity->lowcase.data, value[1].data,
                                     value[1].len);

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = &value[2];
    ccv.complex_value = &identity->value;

    if (ngx_http_compile_complex_value(&ccv) != NGX_OK
        || ngx_http_jwt_conf_variables(cf, &value[2]) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    /* a name in one location is removed from requests to the whole server */

    jscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_jwt_scope_module);

    return (ngx_http_jwt_identity_push(&jscf->spellings, &value[1]) == NGX_OK)
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}
