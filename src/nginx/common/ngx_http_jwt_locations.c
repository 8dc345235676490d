/*
 * The locations, with the policy that guards each, and the servers, with the
 * addresses that they listen on.
 */

#include "ngx_http_jwt_locations.h"


void
ngx_http_jwt_location_begin(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *conf)
{
    ngx_str_t  *value;

    ngx_http_jwt_conf_pos(cf, &conf->pos);

    /* nginx keeps a regex, but not whether it is case-insensitive */

    value = cf->args->elts;

    conf->caseless = cf->args->nelts > 1
                     && ngx_strcmp(value[0].data, "location") == 0
                     && ngx_strncmp(value[1].data, "~*", 2) == 0;
}


ngx_uint_t
ngx_http_jwt_location_is_regex(ngx_http_jwt_location_t *location)
{
#if (NGX_PCRE)
    return location->core->regex != NULL;
#else
    return 0;
#endif
}


/* Does it take every request that no other location of its server takes? */

static ngx_uint_t
ngx_http_jwt_location_is_root(ngx_http_jwt_location_t *location)
{
    ngx_str_t  *name;

    name = &location->core->name;

    return name->len == 1
           && name->data[0] == '/'
           && !location->core->exact_match
           && !ngx_http_jwt_location_is_regex(location);
}


static const char *
ngx_http_jwt_location_modifier(ngx_http_jwt_location_t *location)
{
    if (ngx_http_jwt_location_is_regex(location)) {
        return location->conf->caseless ? "~* " : "~ ";
    }

    if (location->core->exact_match) {
        return "= ";
    }

    return location->core->noregex ? "^~ " : "";
}


static ngx_int_t
ngx_http_jwt_location_name(ngx_pool_t *pool, ngx_http_jwt_location_t *location)
{
    size_t       size;
    ngx_str_t    none = ngx_null_string;
    ngx_str_t   *name, *outer;

    if (location->outer == NULL) {
        return NGX_OK;
    }

    /* a prefix begins with the whole of the outer one's: it says all */

    name = &location->name;
    outer = ngx_http_jwt_location_is_regex(location) ? &location->outer->name
                                                     : &none;

    size = outer->len + sizeof(" ~* ") - 1 + location->core->name.len;

    name->data = ngx_pnalloc(pool, size);
    if (name->data == NULL) {
        return NGX_ERROR;
    }

    name->len = ngx_slprintf(name->data, name->data + size, "%V%s%s%V", outer,
                             outer->len ? " " : "",
                             ngx_http_jwt_location_modifier(location),
                             &location->core->name)
                - name->data;

    return NGX_OK;
}


char *
ngx_http_jwt_location_add(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *prev,
    ngx_http_jwt_loc_conf_t *conf)
{
    ngx_http_jwt_location_t    *location, **entry;
    ngx_http_core_loc_conf_t   *clcf, **block;
    ngx_http_jwt_main_conf_t   *jmcf;

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_scope_module);
    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->noname) {
        conf->location = prev->location;

        block = ngx_array_push(&prev->location->blocks);
        if (block == NULL) {
            return NGX_CONF_ERROR;
        }

        *block = clcf;
        return NGX_CONF_OK;
    }

    location = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_location_t));
    entry = ngx_array_push(&jmcf->locations);

    if (location == NULL || entry == NULL
        || ngx_array_init(&location->blocks, cf->pool, 1,
                          sizeof(ngx_http_core_loc_conf_t *))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    location->server = ngx_http_conf_get_module_srv_conf(cf,
                                                        ngx_http_core_module);
    location->core = clcf;
    location->conf = conf;
    location->outer = prev->location;
    location->bypass_advice = NGX_HTTP_JWT_BYPASS_SOME;

    if (ngx_http_jwt_location_name(cf->pool, location) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (location->outer != NULL && ngx_http_jwt_location_is_root(location)) {
        location->outer->covered = 1;
    }

    conf->location = location;
    *entry = location;

    return NGX_CONF_OK;
}


ngx_uint_t
ngx_http_jwt_location_reached(ngx_http_jwt_location_t *location)
{
    return location->outer != NULL || !location->covered;
}


ngx_uint_t
ngx_http_jwt_location_depth(ngx_http_jwt_location_t *location)
{
    ngx_uint_t  depth;

    for (depth = 0; location->outer != NULL; depth++) {
        location = location->outer;
    }

    return depth;
}


void *
ngx_http_jwt_location_conf(ngx_http_jwt_location_t *location,
    ngx_module_t *module)
{
    void  **loc_conf;

    loc_conf = (location->outer != NULL) ? location->core->loc_conf
                                         : location->server->ctx->loc_conf;

    return loc_conf[module->ctx_index];
}


/* nginx frees its own list of names once the configuration has been read. */

static ngx_int_t
ngx_http_jwt_servers_add(ngx_http_jwt_main_conf_t *jmcf, ngx_pool_t *pool,
    ngx_http_core_srv_conf_t *core)
{
    size_t                  size;
    ngx_uint_t              n;
    ngx_http_jwt_server_t  *server;

    n = core->server_names.nelts;
    size = n * sizeof(ngx_http_server_name_t);
    server = ngx_array_push(&jmcf->servers);

    if (server == NULL
        || ngx_array_init(&server->names, pool, n,
                          sizeof(ngx_http_server_name_t))
           != NGX_OK
        || ngx_array_init(&server->listen, pool, 1, sizeof(ngx_str_t))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    server->core = core;
    server->names.nelts = n;
    ngx_memcpy(server->names.elts, core->server_names.elts, size);

    return NGX_OK;
}


/* Collects the servers, in the order of their locations. */

static ngx_int_t
ngx_http_jwt_servers_number(ngx_http_jwt_main_conf_t *jmcf, ngx_pool_t *pool)
{
    ngx_uint_t                 i;
    ngx_http_jwt_location_t  **all;

    all = jmcf->locations.elts;

    for (i = 0; i < jmcf->locations.nelts; i++) {

        if ((i == 0 || all[i]->server != all[i - 1]->server)
            && ngx_http_jwt_servers_add(jmcf, pool, all[i]->server) != NGX_OK)
        {
            return NGX_ERROR;
        }

        all[i]->number = jmcf->servers.nelts;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_servers_listens(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_core_srv_conf_t *core, ngx_str_t *address)
{
    ngx_str_t              *entry;
    ngx_uint_t              i;
    ngx_http_jwt_server_t  *server;

    server = jmcf->servers.elts;

    for (i = 0; i < jmcf->servers.nelts; i++) {
        if (server[i].core == core) {
            entry = ngx_array_push(&server[i].listen);
            if (entry == NULL) {
                return NGX_ERROR;
            }

            *entry = *address;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_servers_address(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_conf_addr_t *addr)
{
    ngx_str_t                   address;
    ngx_uint_t                  i;
    ngx_http_core_srv_conf_t  **core;

    static ngx_str_t  local = ngx_string("unix:");

    /* file paths are not published */

    address = (addr->opt.sockaddr->sa_family == AF_UNIX)
              ? local : addr->opt.addr_text;

    core = addr->servers.elts;

    for (i = 0; i < addr->servers.nelts; i++) {
        if (ngx_http_jwt_servers_listens(jmcf, core[i], &address) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_servers_init(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                  i, k;
    ngx_http_conf_addr_t       *addr;
    ngx_http_conf_port_t       *port;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    if (ngx_array_init(&jmcf->servers, cf->pool, 4,
                       sizeof(ngx_http_jwt_server_t))
        != NGX_OK
        || ngx_http_jwt_servers_number(jmcf, cf->pool) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (cmcf->ports == NULL) {
        return NGX_OK;
    }

    port = cmcf->ports->elts;

    for (i = 0; i < cmcf->ports->nelts; i++) {
        addr = port[i].addrs.elts;

        for (k = 0; k < port[i].addrs.nelts; k++) {
            if (ngx_http_jwt_servers_address(jmcf, &addr[k]) != NGX_OK) {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}
