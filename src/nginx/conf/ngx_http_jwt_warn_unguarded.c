/*
 * Warnings about locations that pass requests on unguarded, beside guarded
 * ones.
 */

#include "ngx_http_jwt_warnings.h"
#include "ngx_http_jwt_locations.h"


/*
 * The handlers of nginx's proxies are static, so no other module knows them.
 * But each directive that passes requests on sets its handler in the location
 * that it is called for: it is called for a dummy location, with a variable,
 * so that it resolves no address and creates no upstream.
 */

typedef struct {
    const char  *module;
    ngx_str_t    directive;      /* empty: takes no variables */
} ngx_http_jwt_proxy_t;


/* what the running nginx has of them */
typedef struct {
    ngx_module_t         *module;      /* NULL: not built in */
    ngx_http_handler_pt   handler;     /* NULL: not known */
} ngx_http_jwt_passer_t;


static const ngx_http_jwt_proxy_t  ngx_http_jwt_proxies[] = {
    { "ngx_http_proxy_module", ngx_string("proxy_pass") },
    { "ngx_http_grpc_module", ngx_string("grpc_pass") },
    { "ngx_http_fastcgi_module", ngx_string("fastcgi_pass") },
    { "ngx_http_uwsgi_module", ngx_string("uwsgi_pass") },
    { "ngx_http_scgi_module", ngx_string("scgi_pass") },
    { "ngx_http_memcached_module", ngx_null_string }
};

#define NGX_HTTP_JWT_PROXIES                                                  \
    (sizeof(ngx_http_jwt_proxies) / sizeof(ngx_http_jwt_proxies[0]))


ngx_module_t *
ngx_http_jwt_warnings_module(ngx_conf_t *cf, const char *name)
{
    ngx_uint_t  i;

    for (i = 0; cf->cycle->modules[i] != NULL; i++) {
        if (cf->cycle->modules[i]->type == NGX_HTTP_MODULE
            && ngx_strcmp(cf->cycle->modules[i]->name, name) == 0)
        {
            return cf->cycle->modules[i];
        }
    }

    return NULL;
}


/* A dummy level with only what the directive needs. */

static ngx_int_t
ngx_http_jwt_unguarded_level(ngx_conf_t *cf, ngx_module_t *module,
    ngx_http_conf_ctx_t *ctx, ngx_http_core_loc_conf_t *core)
{
    ngx_http_module_t  *type;

    *ctx = *(ngx_http_conf_ctx_t *) cf->ctx;

    ctx->loc_conf = ngx_pcalloc(cf->temp_pool,
                                sizeof(void *) * ngx_http_max_module);
    if (ctx->loc_conf == NULL) {
        return NGX_ERROR;
    }

    type = module->ctx;

    ngx_memzero(core, sizeof(ngx_http_core_loc_conf_t));

    ctx->loc_conf[ngx_http_core_module.ctx_index] = core;
    ctx->loc_conf[module->ctx_index] = type->create_loc_conf(cf);

    return ctx->loc_conf[module->ctx_index] != NULL ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_http_jwt_unguarded_handler(ngx_conf_t *cf, ngx_module_t *module,
    const ngx_str_t *directive, ngx_http_handler_pt *handler)
{
    ngx_str_t                  words[2];
    ngx_conf_t                 probe;
    ngx_array_t                args;
    ngx_command_t             *cmd;
    ngx_http_conf_ctx_t        ctx;
    ngx_http_core_loc_conf_t   core;

    cmd = ngx_http_jwt_conf_command(module->commands, directive);

    if (cmd == NULL || cmd->conf != NGX_HTTP_LOC_CONF_OFFSET) {
        return NGX_OK;
    }

    if (ngx_http_jwt_unguarded_level(cf, module, &ctx, &core) != NGX_OK) {
        return NGX_ERROR;
    }

    words[0] = *directive;
    ngx_str_set(&words[1], "$host");

    ngx_memzero(&args, sizeof(ngx_array_t));
    args.elts = words;
    args.nelts = 2;

    probe = *cf;
    probe.ctx = &ctx;
    probe.args = &args;
    probe.cmd_type = NGX_HTTP_LOC_CONF;

    if (cmd->set(&probe, cmd, ctx.loc_conf[module->ctx_index])
        == NGX_CONF_OK)
    {
        *handler = core.handler;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_unguarded_passers(ngx_conf_t *cf, ngx_http_jwt_passer_t *passer)
{
    ngx_uint_t                   i;
    const ngx_http_jwt_proxy_t  *proxy;

    for (i = 0; i < NGX_HTTP_JWT_PROXIES; i++) {
        proxy = &ngx_http_jwt_proxies[i];

        passer[i].module = ngx_http_jwt_warnings_module(cf, proxy->module);
        passer[i].handler = NULL;

        if (passer[i].module != NULL
            && proxy->directive.len != 0
            && ngx_http_jwt_unguarded_handler(cf, passer[i].module,
                                              &proxy->directive,
                                              &passer[i].handler)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * An unknown handler belongs to the module whose upstream is set in the
 * location: their configurations begin with an ngx_http_upstream_conf_t.
 */

static ngx_uint_t
ngx_http_jwt_unguarded_passes(ngx_http_jwt_passer_t *passer, ngx_uint_t n,
    ngx_http_core_loc_conf_t *core)
{
    ngx_uint_t                 i;
    ngx_http_upstream_conf_t  *upstream;

    if (core->handler == NULL) {
        return 0;
    }

    for (i = 0; i < n; i++) {

        if (passer[i].handler != NULL) {
            if (passer[i].handler == core->handler) {
                return 1;
            }

            continue;
        }

        if (passer[i].module != NULL) {
            upstream = core->loc_conf[passer[i].module->ctx_index];

            if (upstream->upstream != NULL) {
                return 1;
            }
        }
    }

    return 0;
}


/* Does the location, or an "if" or "limit_except" in it, pass requests on? */

static ngx_uint_t
ngx_http_jwt_unguarded_any(ngx_http_jwt_passer_t *passer, ngx_uint_t n,
    ngx_http_jwt_location_t *location)
{
    ngx_uint_t                  i;
    ngx_http_core_loc_conf_t  **block;

    if (ngx_http_jwt_unguarded_passes(passer, n, location->core)) {
        return 1;
    }

    block = location->blocks.elts;

    for (i = 0; i < location->blocks.nelts; i++) {
        if (ngx_http_jwt_unguarded_passes(passer, n, block[i])) {
            return 1;
        }
    }

    return 0;
}


ngx_uint_t
ngx_http_jwt_warnings_protects(ngx_http_jwt_main_conf_t *jmcf,
    ngx_http_core_srv_conf_t *server)
{
    ngx_uint_t                i;
    ngx_http_jwt_location_t  *location;

    for (i = 0; (location = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {
        if (location->server == server && location->conf->policy != NULL) {
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_http_jwt_warn_unguarded(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                i;
    ngx_http_jwt_passer_t     passer[NGX_HTTP_JWT_PROXIES];
    ngx_http_jwt_location_t  *location;

    if (jmcf->issuers.nelts == 0) {
        return NGX_OK;
    }

    if (ngx_http_jwt_unguarded_passers(cf, passer) != NGX_OK) {
        return NGX_ERROR;
    }

    for (i = 0; (location = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {
        location->passes = ngx_http_jwt_unguarded_any(passer,
                                                      NGX_HTTP_JWT_PROXIES,
                                                      location);

        location->protects = location->outer == NULL
                             && ngx_http_jwt_warnings_protects(jmcf,
                                                            location->server);

        /* proxy_pass is the first of them */
        location->proxied = ngx_http_jwt_unguarded_any(passer, 1, location);

        /* names, but none of them: an explicit "jwt off" */

        if (location->outer == NULL
            || location->conf->names != NULL
            || !location->passes
            || !ngx_http_jwt_warnings_protects(jmcf, location->server))
        {
            continue;
        }

        ngx_http_jwt_warnings_wins_over(jmcf, location);

        /* another warning says it together with what it wins over */

        if (location->wins_over != NULL) {
            continue;
        }

        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "location \"%V\" passes requests on without \"jwt\" in "
                      "a server that protects others: write \"jwt NAME;\" "
                      "there, or \"jwt off;\" if it is public in %V:%ui",
                      &location->name, &location->conf->pos.file,
                      location->conf->pos.line);
    }

    return NGX_OK;
}
