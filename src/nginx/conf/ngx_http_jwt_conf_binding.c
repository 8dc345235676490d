/*
 * The directives of bound tokens: jwt_binding and jwt_dpop_*.
 */

#include "ngx_http_jwt_binding.h"
#include "njwt_defaults.h"
#include "njwt_htu.h"
#include "njwt_policy_words.h"


/* bytes of a nonce key, at least, and of a file of them, at most */
#define NGX_HTTP_JWT_NONCE_KEY_MIN  32
#define NGX_HTTP_JWT_NONCE_FILE     65536


char *
ngx_http_jwt_dpop_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_main_conf_t  *jmcf = conf;

    if (jmcf->proofs_name.data != NULL) {
        return "is duplicate";
    }

    return ngx_http_jwt_conf_zone(cf, &jmcf->proofs_name, &jmcf->proofs_size);
}


/* Reads one word of jwt_binding; NGX_CONF_OK, or what is wrong with it. */

static char *
ngx_http_jwt_binding_word(ngx_conf_t *cf, ngx_http_jwt_binding_conf_t *binding,
    ngx_str_t *word)
{
    ngx_str_t  name;

    if (njwt_binding_read(&binding->words, ngx_http_jwt_slice(word))) {
        return NGX_CONF_OK;
    }

    if (ngx_strncmp(word->data, "certificate=", 12) == 0
        && binding->certificate == NGX_ERROR)
    {
        name.data = word->data + 12;
        name.len = word->len - 12;

        if (name.len < 2 || name.data[0] != '$') {
            return "takes a variable as \"certificate=\": write "
                   "certificate=$http_client_cert";
        }

        name.data++;
        name.len--;

        if (ngx_strncasecmp(name.data, (u_char *) "http_", 5) == 0) {
            binding->header.data = name.data + 5;
            binding->header.len = name.len - 5;
        }

        binding->certificate = ngx_http_jwt_conf_variable(cf, &name);

        return (binding->certificate == NGX_ERROR) ? NGX_CONF_ERROR
                                                   : NGX_CONF_OK;
    }

    return ngx_http_jwt_conf_error(cf, NULL,
               "invalid parameter \"%V\" in \"jwt_binding\": write \"off\", "
               "or what the location checks, each once: \"dpop\", \"mtls\", "
               "\"required\" and \"certificate=$variable\"", word);
}


char *
ngx_http_jwt_binding(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    char                         *rv;
    ngx_str_t                    *value;
    ngx_uint_t                    i;
    ngx_http_jwt_main_conf_t     *jmcf;
    ngx_http_jwt_binding_conf_t  *binding;

    binding = &jlcf->binding;

    if (binding->set) {
        return "is duplicate";
    }

    binding->set = 1;
    binding->certificate = NGX_ERROR;
    ngx_http_jwt_conf_pos(cf, &binding->pos);

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        return NGX_CONF_OK;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        rv = ngx_http_jwt_binding_word(cf, binding, &value[i]);

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    if (!binding->words.dpop && !binding->words.mtls) {
        return "names nothing that can bind a token: write \"dpop\", "
               "\"mtls\" or both";
    }

    if (binding->certificate != NGX_ERROR && !binding->words.mtls) {
        return "has \"certificate=\" without \"mtls\": write both or neither";
    }

    if (binding->words.dpop) {
        jmcf = ngx_http_conf_get_module_main_conf(cf,
                                                  ngx_http_jwt_scope_module);
        jmcf->proofs_required = 1;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_dpop_origin(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;
    const char  *fault;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_http_script_variables_count(&value[i])) {
            return "takes no variables, because what the client sends, as in "
                   "$host, proves nothing: write the URL itself";
        }

        fault = njwt_htu_origin_fault(ngx_http_jwt_slice(&value[i]));

        if (fault != NULL) {
            return ngx_http_jwt_conf_error(cf, NULL,
                       "\"jwt_dpop_origin\" \"%V\" %s", &value[i], fault);
        }
    }

    return ngx_http_jwt_conf_values(cf, &jlcf->binding.origins);
}


/* Reads a time of at least a second; NGX_ERROR for any other text. */

static time_t
ngx_http_jwt_dpop_seconds(ngx_str_t *text)
{
    ngx_int_t  seconds;

    seconds = ngx_parse_time(text, 1);

    return (seconds == NGX_ERROR || seconds == 0) ? NGX_ERROR
                                                  : (time_t) seconds;
}


char *
ngx_http_jwt_dpop_lifetime(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_main_conf_t  *jmcf = conf;

    ngx_int_t                  ahead;
    ngx_str_t                 *value, text;
    ngx_http_jwt_dpop_conf_t  *dpop;

    dpop = &jmcf->dpop;

    if (dpop->lifetime != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    value = cf->args->elts;
    ahead = NJWT_DEFAULT_DPOP_AHEAD;

    dpop->lifetime = ngx_http_jwt_dpop_seconds(&value[1]);

    if (cf->args->nelts == 3) {
        if (ngx_strncmp(value[2].data, "ahead=", 6) != 0) {
            return "takes a time and \"ahead=TIME\": write "
                   "\"jwt_dpop_lifetime 5m ahead=30s;\"";
        }

        text.data = value[2].data + 6;
        text.len = value[2].len - 6;
        ahead = ngx_parse_time(&text, 1);
    }

    if (dpop->lifetime == NGX_ERROR || ahead == NGX_ERROR) {
        return "has an invalid time: write \"jwt_dpop_lifetime 5m "
               "ahead=30s;\"";
    }

    dpop->ahead = ahead;

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_dpop_algorithms(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    u_char                       *p;
    size_t                        len;
    ngx_str_t                    *value;
    ngx_uint_t                    i;
    njwt_alg_t                    alg;
    ngx_http_jwt_binding_conf_t  *binding;

    binding = &jlcf->binding;

    if (binding->algorithms) {
        return "is duplicate: write its values in one";
    }

    value = cf->args->elts;
    len = 0;

    for (i = 1; i < cf->args->nelts; i++) {
        len += value[i].len + 1;
    }

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    binding->algs.data = p;

    for (i = 1; i < cf->args->nelts; i++) {
        alg = njwt_alg(ngx_http_jwt_slice(&value[i]));

        if (alg == NJWT_ALG_UNKNOWN || (alg & NJWT_ALGS_HMAC)) {
            return ngx_http_jwt_conf_error(cf, NULL,
                       "invalid algorithm \"%V\" in \"jwt_dpop_algorithms\": "
                       "write " NJWT_ALG_NAMES_PROOF ", whichever clients "
                       "sign proofs with", &value[i]);
        }

        if (binding->algorithms & alg) {
            return "names an algorithm twice: write it once";
        }

        binding->algorithms |= alg;

        if (i > 1) {
            *p++ = ' ';
        }

        p = ngx_cpymem(p, value[i].data, value[i].len);
    }

    binding->algs.len = p - binding->algs.data;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_dpop_key(ngx_conf_t *cf, ngx_http_jwt_dpop_conf_t *dpop,
    ngx_str_t *path, const uint8_t *line, size_t len)
{
    u_char        *data;
    njwt_slice_t  *key;

    if (len < NGX_HTTP_JWT_NONCE_KEY_MIN) {
        return ngx_http_jwt_conf_error(cf, NULL,
                   "a key in \"%V\" is shorter than %d characters: write one "
                   "key on each line, as from \"openssl rand -hex 32\"", path,
                   NGX_HTTP_JWT_NONCE_KEY_MIN);
    }

    key = ngx_array_push(dpop->keys);
    data = ngx_pnalloc(cf->pool, len);

    if (key == NULL || data == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memcpy(data, line, len);

    key->data = data;
    key->len = len;

    return NGX_CONF_OK;
}


/* Reads the keys of a file, one per line. */

static char *
ngx_http_jwt_dpop_key_file(ngx_conf_t *cf, ngx_http_jwt_dpop_conf_t *dpop,
    ngx_str_t *path)
{
    size_t                len;
    njwt_slice_t          text;
    const uint8_t        *p, *end, *line;

    if (ngx_http_jwt_conf_file(cf, NULL, "jwt_dpop_nonce", path,
                               NGX_HTTP_JWT_NONCE_FILE, &text)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    dpop->keys = ngx_array_create(cf->pool, 2, sizeof(njwt_slice_t));
    if (dpop->keys == NULL) {
        return NGX_CONF_ERROR;
    }

    end = text.data + text.len;

    for (line = text.data; line < end; line = p + 1) {

        for (p = line; p < end && *p != LF; p++) { /* void */ }

        len = p - line;

        if (len > 0 && line[len - 1] == CR) {
            len--;
        }

        if (len == 0) {
            continue;
        }

        if (ngx_http_jwt_dpop_key(cf, dpop, path, line, len) != NGX_CONF_OK) {
            return NGX_CONF_ERROR;
        }
    }

    if (dpop->keys->nelts == 0) {
        return ngx_http_jwt_conf_error(cf, NULL,
                   "there is no key in \"%V\": write one on each line, as "
                   "from \"openssl rand -hex 32\"", path);
    }

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_dpop_nonce(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_main_conf_t  *jmcf = conf;

    ngx_str_t                 *value, path;
    ngx_http_jwt_dpop_conf_t  *dpop;

    dpop = &jmcf->dpop;

    if (dpop->nonce != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        dpop->nonce = 0;

    } else {
        dpop->nonce = ngx_http_jwt_dpop_seconds(&value[1]);

        if (dpop->nonce == NGX_ERROR) {
            return "has an invalid time: write \"off\" or how old a nonce "
                   "may be, as in \"jwt_dpop_nonce 5m;\"";
        }
    }

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    if (ngx_strncmp(value[2].data, "key_file=", 9) != 0
        || value[2].len == 9
        || dpop->nonce == 0)
    {
        return "takes a time and \"key_file=FILE\": write \"jwt_dpop_nonce "
               "5m key_file=FILE;\"";
    }

    path.data = value[2].data + 9;
    path.len = value[2].len - 9;

    return ngx_http_jwt_dpop_key_file(cf, dpop, &path);
}


void
ngx_http_jwt_dpop_init(ngx_http_jwt_main_conf_t *jmcf)
{
    if (jmcf->proofs_name.data == NULL) {
        ngx_str_set(&jmcf->proofs_name, "jwt_dpop");
        jmcf->proofs_size = 8 * 1024 * 1024;
    }

    if (jmcf->dpop.lifetime == NGX_CONF_UNSET) {
        jmcf->dpop.lifetime = NJWT_DEFAULT_DPOP_LIFETIME;
        jmcf->dpop.ahead = NJWT_DEFAULT_DPOP_AHEAD;
    }

    if (jmcf->dpop.nonce == NGX_CONF_UNSET) {
        jmcf->dpop.nonce = 0;
    }
}


void
ngx_http_jwt_binding_merge(ngx_http_jwt_loc_conf_t *prev,
    ngx_http_jwt_loc_conf_t *conf)
{
    ngx_http_jwt_binding_conf_t  *outer, *binding;

    outer = &prev->binding;
    binding = &conf->binding;

    if (!binding->set && outer->set) {
        binding->set = 1;
        binding->pos = outer->pos;
        binding->words = outer->words;
        binding->certificate = outer->certificate;
        binding->header = outer->header;
    }

    binding->names = outer->names;

    ngx_http_jwt_conf_merge_list(binding->origins, outer->origins);

    if (binding->algorithms == 0) {
        binding->algorithms = outer->algorithms;
        binding->algs = outer->algs;
    }

    if (binding->algorithms == 0) {
        binding->algorithms = NJWT_ALG_ES256;
        ngx_str_set(&binding->algs, "ES256");
    }
}


/*
 * The exact names of the server: "_" and the like are none, since no client
 * can ask for them.
 */

static ngx_int_t
ngx_http_jwt_binding_names(ngx_conf_t *cf, ngx_array_t **names)
{
    u_char                    *p;
    ngx_str_t                 *text;
    ngx_uint_t                 i;
    njwt_slice_t              *slice;
    ngx_http_server_name_t    *name;
    ngx_http_core_srv_conf_t  *cscf;

    cscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);

    *names = ngx_array_create(cf->pool, 1, sizeof(njwt_slice_t));
    if (*names == NULL) {
        return NGX_ERROR;
    }

    name = cscf->server_names.elts;

    for (i = 0; i < cscf->server_names.nelts; i++) {
        text = &name[i].name;

#if (NGX_PCRE)
        if (name[i].regex) {
            continue;
        }
#endif

        if (text->len == 0
            || text->data[0] == '.'
            || text->data[0] == '_'
            || ngx_strlchr(text->data, text->data + text->len, '*'))
        {
            continue;
        }

        p = ngx_pnalloc(cf->pool, text->len);
        slice = ngx_array_push(*names);

        if (p == NULL || slice == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(p, text->data, text->len);

        slice->data = p;
        slice->len = text->len;
    }

    return NGX_OK;
}


static char *
ngx_http_jwt_binding_check(ngx_conf_t *cf, ngx_http_jwt_binding_conf_t *conf)
{
    ngx_http_ssl_srv_conf_t  *sscf;

    sscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_ssl_module);

    if (conf->words.mtls && conf->certificate == NGX_ERROR
        && sscf->verify == 0)
    {
        return ngx_http_jwt_conf_error(cf, &conf->pos,
                   "\"jwt_binding mtls\" in a server that asks clients for "
                   "no certificate: write \"ssl_verify_client "
                   "optional_no_ca;\" or another of its values there, or "
                   "certificate=$variable where a proxy before this one has "
                   "the certificate");
    }

    if (conf->words.dpop && conf->origins == NULL && conf->names->nelts == 0) {
        return ngx_http_jwt_conf_error(cf, &conf->pos,
                   "\"jwt_binding dpop\" needs an exact \"server_name\", "
                   "because proofs are for a URL, and the Host that a client "
                   "sends proves nothing: write \"jwt_dpop_origin "
                   "https://api.example.com;\" with what stands before the "
                   "path in the clients' URLs");
    }

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_binding_compile(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *conf,
    njwt_policy_t *policy)
{
    njwt_binding_t               *binding;
    ngx_http_jwt_dpop_conf_t     *dpop;
    ngx_http_jwt_main_conf_t     *jmcf;
    ngx_http_jwt_binding_conf_t  *from;

    from = &conf->binding;

    if (!from->words.dpop && !from->words.mtls) {
        return NGX_CONF_OK;
    }

    binding = ngx_palloc(cf->pool, sizeof(njwt_binding_t));
    if (binding == NULL
        || ngx_http_jwt_binding_names(cf, &from->names) != NGX_OK
        || ngx_http_jwt_binding_check(cf, from) != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_scope_module);
    dpop = &jmcf->dpop;

    *binding = from->words;

    binding->proofs.algorithms = from->algorithms;
    binding->proofs.lifetime = (double) dpop->lifetime;
    binding->proofs.ahead = (double) dpop->ahead;
    binding->proofs.nonce = dpop->nonce != 0;
    binding->proofs.nonce_lifetime = (double) (dpop->nonce ? dpop->nonce
                                                           : dpop->lifetime);

    if (from->origins != NULL) {
        binding->proofs.origins = from->origins->elts;
        binding->proofs.origin_count = from->origins->nelts;
    }

    policy->binding = binding;

    return NGX_CONF_OK;
}
