/*
 * Which servers are there, and where does each listen?
 */

#include "ngx_http_jwt_locations.h"


/* nginx's own list of the names goes away with the configuration's reading. */

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


/* The servers in their order: that of their locations. */

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

    /* the path of a file is nobody's business */

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
