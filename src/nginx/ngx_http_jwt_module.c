/*
 * The module: its directives, except those inside a jwt_issuer block (see
 * ngx_http_jwt_conf_issuer.c), and its hooks.
 */

#include "ngx_http_jwt.h"
#include "ngx_http_jwt_binding.h"
#include "ngx_http_jwt_cache.h"
#include "ngx_http_jwt_counters.h"
#include "ngx_http_jwt_directives.h"
#include "ngx_http_jwt_suspend.h"
#include "ngx_http_jwt_identity.h"
#include "ngx_http_jwt_keyfile.h"
#include "ngx_http_jwt_keystat.h"
#include "ngx_http_jwt_keys.h"
#include "ngx_http_jwt_locations.h"
#include "ngx_http_jwt_logout.h"
#include "ngx_http_jwt_metadata.h"
#include "ngx_http_jwt_pass_token.h"
#include "ngx_http_jwt_proofs.h"
#include "ngx_http_jwt_refusal.h"
#include "ngx_http_jwt_request.h"
#include "ngx_http_jwt_revoke.h"
#include "ngx_http_jwt_revoked.h"
#include "ngx_http_jwt_status.h"
#include "ngx_http_jwt_warnings.h"
#include "ngx_http_jwt_zone.h"

#include <dlfcn.h>


static const ngx_conf_enum_t  ngx_http_jwt_modes[] = {
    { ngx_string("enforce"), NGX_HTTP_JWT_ENFORCE },
    { ngx_string("optional"), NGX_HTTP_JWT_OPTIONAL },
    { ngx_string("report"), NGX_HTTP_JWT_REPORT },
    { ngx_null_string, 0 }
};


static const ngx_conf_enum_t  ngx_http_jwt_log_levels[] = {
    { ngx_string("info"), NGX_LOG_INFO },
    { ngx_string("notice"), NGX_LOG_NOTICE },
    { ngx_string("warn"), NGX_LOG_WARN },
    { ngx_string("error"), NGX_LOG_ERR },
    { ngx_null_string, 0 }
};


static const ngx_conf_enum_t  ngx_http_jwt_error_formats[] = {
    { ngx_string("problem"), NGX_HTTP_JWT_FORMAT_PROBLEM },
    { ngx_string("nginx"), NGX_HTTP_JWT_FORMAT_NGINX },
    { ngx_null_string, 0 }
};


ngx_command_t  ngx_http_jwt_commands[] = {

    { ngx_string("jwt_shared_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_jwt_shared_zone,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_token_cache"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_jwt_token_cache,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_dpop_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_jwt_dpop_zone,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_dpop_lifetime"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE12,
      ngx_http_jwt_dpop_lifetime,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_dpop_nonce"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE12,
      ngx_http_jwt_dpop_nonce,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_issuer"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_block,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_jwt_names,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_audience"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_jwt_audience,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_require_scope"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_jwt_require_scope,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_binding"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_jwt_binding,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_dpop_origin"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_jwt_dpop_origin,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_dpop_algorithms"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_jwt_dpop_algorithms,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_realm"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_jwt_realm,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_error_format"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_jwt_conf_enum,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_jwt_loc_conf_t, refusal.format),
      (void *) ngx_http_jwt_error_formats },

    { ngx_string("jwt_resource_metadata"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_jwt_resource_metadata,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_resource_metadata_handler"),
      NGX_HTTP_LOC_CONF|NGX_CONF_2MORE,
      ngx_http_jwt_resource_metadata_handler,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_logout_handler"),
      NGX_HTTP_LOC_CONF|NGX_CONF_2MORE,
      ngx_http_jwt_logout_handler,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_status"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_http_jwt_status,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_identity_header"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE2,
      ngx_http_jwt_identity_header,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_preflight"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_jwt_loc_conf_t, preflight),
      NULL },

    { ngx_string("jwt_require_claim"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_jwt_require_claim,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_require"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_jwt_require,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_token"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_jwt_token,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_pass_token"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_http_jwt_pass_token,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_jwt_loc_conf_t, pass_token),
      NULL },

    { ngx_string("jwt_max_token_size"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_jwt_max_token_size,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_jwt_loc_conf_t, max_token_size),
      NULL },

    { ngx_string("jwt_mode"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_jwt_mode,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_jwt_loc_conf_t, mode),
      (void *) ngx_http_jwt_modes },

    { ngx_string("jwt_log_level"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_jwt_conf_enum,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_jwt_loc_conf_t, log_level),
      (void *) ngx_http_jwt_log_levels },

    { ngx_string("jwt_close_expired"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_jwt_loc_conf_t, close_expired),
      NULL },

    { ngx_string("jwt_revocation_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_jwt_revocation_zone,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_revoke_handler"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_jwt_revoke_handler,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_claim_set"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE2,
      ngx_http_jwt_claim_set,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_int_t
ngx_http_jwt_preconfiguration(ngx_conf_t *cf)
{
    if (ngx_http_jwt_stray_begin(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_jwt_add_variables(cf);
}


static ngx_int_t
ngx_http_jwt_add_handlers(ngx_conf_t *cf)
{
    ngx_uint_t                  i;
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    static const struct {
        ngx_http_phases         phase;
        ngx_http_handler_pt     handler;
    } handlers[] = {
        { NGX_HTTP_PREACCESS_PHASE, ngx_http_jwt_preaccess_handler },
        { NGX_HTTP_ACCESS_PHASE, ngx_http_jwt_access_handler },
        { NGX_HTTP_PRECONTENT_PHASE, ngx_http_jwt_precontent_handler },
        { NGX_HTTP_LOG_PHASE, ngx_http_jwt_early_log_handler }
    };

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    for (i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
        h = ngx_array_push(&cmcf->phases[handlers[i].phase].handlers);
        if (h == NULL) {
            return NGX_ERROR;
        }

        *h = handlers[i].handler;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_postconfiguration(ngx_conf_t *cf)
{
    ngx_http_jwt_loc_conf_t   *jlcf;
    ngx_http_jwt_main_conf_t  *jmcf;

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_scope_module);
    jlcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_jwt_scope_module);

    ngx_http_jwt_stray_end(cf);

    /*
     * the http level is merged into others, but never receives a merge itself
     */

    if (ngx_http_jwt_pass_token_check(cf, jlcf, &jlcf->pass_token_pos)
        != NGX_CONF_OK
        || ngx_http_jwt_policy_check_http(cf, jlcf) != NGX_CONF_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_jwt_conf_names_check(cf, jmcf) != NGX_OK
        || ngx_http_jwt_zone_add(cf, jmcf) != NGX_OK
        || ngx_http_jwt_cache_add(cf, jmcf) != NGX_OK
        || ngx_http_jwt_proofs_add(cf, jmcf) != NGX_OK
        || ngx_http_jwt_revoked_add(cf, jmcf) != NGX_OK
        || ngx_http_jwt_counters_init(cf, jmcf) != NGX_OK
        || ngx_http_jwt_servers_init(cf, jmcf) != NGX_OK
        || ngx_http_jwt_metadata_init(cf, jmcf) != NGX_OK
        || ngx_http_jwt_logout_init(cf, jmcf) != NGX_OK
        || ngx_http_jwt_warn_unguarded(cf, jmcf) != NGX_OK
        || ngx_http_jwt_revoke_init(cf, jmcf) != NGX_OK
        || ngx_http_jwt_filter_init(cf) != NGX_OK
        || ngx_http_jwt_add_handlers(cf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_jwt_warn_subrequests(cf, jmcf);
    ngx_http_jwt_warn_regex(cf, jmcf);
    ngx_http_jwt_warn_return(cf, jmcf);
    ngx_http_jwt_warn_upgrade(cf, jmcf);
    ngx_http_jwt_status_init(cf, jmcf);

    return NGX_OK;
}


static void *
ngx_http_jwt_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_jwt_main_conf_t  *jmcf;

    jmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_main_conf_t));
    if (jmcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&jmcf->issuers, cf->pool, 1,
                       sizeof(ngx_http_jwt_issuer_t *))
        != NGX_OK
        || ngx_array_init(&jmcf->locations, cf->pool, 16,
                          sizeof(ngx_http_jwt_location_t *))
           != NGX_OK
        || ngx_array_init(&jmcf->predicates, cf->pool, 1,
                          sizeof(njwt_predicates_t *))
           != NGX_OK
        || ngx_array_init(&jmcf->names, cf->pool, 4,
                          sizeof(ngx_http_jwt_name_t))
           != NGX_OK)
    {
        return NULL;
    }

    jmcf->dpop.lifetime = NGX_CONF_UNSET;
    jmcf->dpop.nonce = NGX_CONF_UNSET;

    return jmcf;
}


static char *
ngx_http_jwt_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_jwt_main_conf_t  *jmcf = conf;

    if (jmcf->zone_name.data == NULL) {
        ngx_str_set(&jmcf->zone_name, "jwt");
        jmcf->zone_size = 1024 * 1024;
    }

    if (jmcf->cache_name.data == NULL) {
        ngx_str_set(&jmcf->cache_name, "jwt_tokens");
        jmcf->cache_size = 16 * 1024 * 1024;
    }

    ngx_http_jwt_dpop_init(jmcf);

    if (jmcf->revoked_name.data == NULL) {
        ngx_str_set(&jmcf->revoked_name, "jwt_revoked");
        jmcf->revoked_size = 1024 * 1024;
    }

    return NGX_CONF_OK;
}


/* A level that none of our directives stands in. */

static void
ngx_http_jwt_loc_conf_unset(ngx_http_jwt_loc_conf_t *jlcf)
{
    ngx_memzero(jlcf, sizeof(ngx_http_jwt_loc_conf_t));

    jlcf->preflight = NGX_CONF_UNSET;
    jlcf->close_expired = NGX_CONF_UNSET;
    jlcf->pass_token = NGX_CONF_UNSET;
    jlcf->mode = NGX_CONF_UNSET_UINT;
    jlcf->log_level = NGX_CONF_UNSET_UINT;
    jlcf->refusal.format = NGX_CONF_UNSET_UINT;
    jlcf->max_token_size = NGX_CONF_UNSET_SIZE;
}


static void *
ngx_http_jwt_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_jwt_loc_conf_t  *jlcf;

    jlcf = ngx_palloc(cf->pool, sizeof(ngx_http_jwt_loc_conf_t));
    if (jlcf == NULL) {
        return NULL;
    }

    ngx_http_jwt_loc_conf_unset(jlcf);
    ngx_http_jwt_location_begin(cf, jlcf);

    return jlcf;
}


/*
 * Does any of our directives stand in this level?  Asked of all that they can
 * set at once: a list of members lacks the next one, and its directive would
 * be read and not obeyed.
 */

static ngx_uint_t
ngx_http_jwt_loc_conf_is_set(ngx_http_jwt_loc_conf_t *jlcf)
{
    ngx_http_jwt_loc_conf_t  unset;

    ngx_http_jwt_loc_conf_unset(&unset);

    return ngx_memcmp(jlcf, &unset,
                      offsetof(ngx_http_jwt_loc_conf_t, location))
           != 0;
}


static char *
ngx_http_jwt_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_jwt_loc_conf_t  *prev = parent;
    ngx_http_jwt_loc_conf_t  *conf = child;

    /* before anything is inherited */

    conf->own = ngx_http_jwt_loc_conf_is_set(conf);

    ngx_conf_merge_value(conf->preflight, prev->preflight, 0);
    ngx_conf_merge_value(conf->close_expired, prev->close_expired, 0);

    ngx_http_jwt_conf_merge_list(conf->identities, prev->identities);
    ngx_http_jwt_binding_merge(prev, conf);

    if (ngx_http_jwt_pass_token_merge(cf, prev, conf) != NGX_CONF_OK
        || ngx_http_jwt_location_add(cf, prev, conf) != NGX_CONF_OK
        || ngx_http_jwt_policy_merge(cf, prev, conf) != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    return ngx_http_jwt_refusal_merge(cf, prev, conf);
}


static ngx_http_jwt_main_conf_t *
ngx_http_jwt_cycle_conf(ngx_cycle_t *cycle)
{
    ngx_http_jwt_main_conf_t  *jmcf;

    jmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_http_jwt_scope_module);

    return (jmcf != NULL && jmcf->zone != NULL) ? jmcf : NULL;
}


static ngx_int_t
ngx_http_jwt_init_module(ngx_cycle_t *cycle)
{
    ngx_http_jwt_main_conf_t  *jmcf;

    jmcf = ngx_http_jwt_cycle_conf(cycle);

    if (jmcf != NULL) {
        ngx_http_jwt_zone_number(jmcf);
        ngx_http_jwt_proofs_number(jmcf);
        ngx_http_jwt_keyfile_read(cycle, jmcf);
        ngx_http_jwt_revoked_restore(cycle, jmcf);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_init_process(ngx_cycle_t *cycle)
{
    ngx_http_jwt_main_conf_t  *jmcf;

    jmcf = ngx_http_jwt_cycle_conf(cycle);

    if (jmcf == NULL
        || (ngx_process != NGX_PROCESS_WORKER
            && ngx_process != NGX_PROCESS_SINGLE))
    {
        return NGX_OK;
    }

    ngx_http_jwt_zone_attach(jmcf, cycle->log);

    if (ngx_http_jwt_cache_start(jmcf, cycle->log) != NGX_OK
        || ngx_http_jwt_binding_start(jmcf, cycle->log) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_jwt_keyfile_recover(jmcf, cycle->log);
    ngx_http_jwt_keystat_note_static(jmcf);
    ngx_http_jwt_suspend_init(jmcf, cycle->log);
    ngx_http_jwt_close_init(jmcf, cycle->log);
    ngx_http_jwt_revoked_start(jmcf, cycle->log);

    return ngx_http_jwt_refresh_start(cycle, jmcf);
}


/*
 * nginx unloads its modules before a process ends, and libcurl with this one,
 * while a thread may still be writing keys or resolving a name.
 */

static void
ngx_http_jwt_stay_loaded(void)
{
    Dl_info  info;

    if (dladdr(&ngx_http_jwt_scope_module, &info) != 0
        && info.dli_fname != NULL)
    {
        (void) dlopen(info.dli_fname, RTLD_LAZY|RTLD_NOLOAD|RTLD_NODELETE);
    }
}


static void
ngx_http_jwt_exit_process(ngx_cycle_t *cycle)
{
    ngx_http_jwt_main_conf_t  *jmcf;

    jmcf = ngx_http_jwt_cycle_conf(cycle);

    if (jmcf != NULL) {
        ngx_http_jwt_stay_loaded();
        ngx_http_jwt_close_stop(jmcf);
        ngx_http_jwt_revoked_stop(jmcf);
        ngx_http_jwt_refresh_stop(jmcf);
        ngx_http_jwt_keyfile_stop(jmcf);
        ngx_http_jwt_binding_stop(jmcf);
        ngx_http_jwt_cache_stop(jmcf);
    }
}


static ngx_http_module_t  ngx_http_jwt_module_ctx = {
    ngx_http_jwt_preconfiguration,     /* preconfiguration */
    ngx_http_jwt_postconfiguration,    /* postconfiguration */

    ngx_http_jwt_create_main_conf,     /* create main configuration */
    ngx_http_jwt_init_main_conf,       /* init main configuration */

    ngx_http_jwt_create_srv_conf,      /* create server configuration */
    ngx_http_jwt_merge_srv_conf,       /* merge server configuration */

    ngx_http_jwt_create_loc_conf,      /* create location configuration */
    ngx_http_jwt_merge_loc_conf        /* merge location configuration */
};


ngx_module_t  ngx_http_jwt_scope_module = {
    NGX_MODULE_V1,
    &ngx_http_jwt_module_ctx,          /* module context */
    ngx_http_jwt_commands,             /* module directives */
    NGX_HTTP_MODULE,                   /* module type */
    NULL,                              /* init master */
    ngx_http_jwt_init_module,          /* init module */
    ngx_http_jwt_init_process,         /* init process */
    NULL,                              /* init thread */
    NULL,                              /* exit thread */
    ngx_http_jwt_exit_process,         /* exit process */
    NULL,                              /* exit master */
    NGX_MODULE_V1_PADDING
};
