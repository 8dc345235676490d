/*
 * What the files of the glue share: the configuration's structs and limits.
 */

#ifndef NGX_HTTP_JWT_H
#define NGX_HTTP_JWT_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "njwt.h"
#include "njwt_bearer.h"
#include "njwt_binding.h"
#include "njwt_jwks.h"
#include "njwt_policy.h"
#include "njwt_refresh.h"
#include "njwt_url.h"
#include "njwt_verdict.h"


#if !(NGX_SSL)
#error "nginx must be built with SSL: keys are fetched over https"
#endif


#define NGX_HTTP_JWT_DIGEST_LEN  32
#define NGX_HTTP_JWT_MAX_URL     (NJWT_MAX_URL + 1)
#define NGX_HTTP_JWT_SALT_LEN    16
#define NGX_HTTP_JWT_TRACKED     64      /* keys of an issuer */

#define NGX_HTTP_JWT_REVOKED_CLAIMS  NJWT_MAX_REVOCATION

#define NGX_HTTP_JWT_ENFORCE     0
#define NGX_HTTP_JWT_OPTIONAL    1
#define NGX_HTTP_JWT_REPORT      2


typedef struct ngx_http_jwt_keyset_s   ngx_http_jwt_keyset_t;
typedef struct ngx_http_jwt_cache_s    ngx_http_jwt_cache_t;
typedef struct ngx_http_jwt_ctx_s        ngx_http_jwt_ctx_t;
typedef struct njwt_hasher_s           njwt_hasher_t;
typedef struct ngx_http_jwt_texts_s      ngx_http_jwt_texts_t;
typedef struct ngx_http_jwt_common_texts_s  ngx_http_jwt_common_texts_t;
typedef struct ngx_http_jwt_fetcher_s  ngx_http_jwt_fetcher_t;
typedef struct ngx_http_jwt_main_conf_s  ngx_http_jwt_main_conf_t;
typedef struct ngx_http_jwt_location_s   ngx_http_jwt_location_t;
typedef struct ngx_http_jwt_metadata_s   ngx_http_jwt_metadata_t;
typedef struct ngx_http_jwt_counters_s   ngx_http_jwt_counters_t;
typedef struct ngx_http_jwt_keystat_s    ngx_http_jwt_keystat_t;
typedef struct ngx_http_jwt_proofs_s     ngx_http_jwt_proofs_t;
typedef struct ngx_http_jwt_revoked_slot_s  ngx_http_jwt_revoked_slot_t;
typedef struct ngx_http_jwt_revoked_file_s  ngx_http_jwt_revoked_file_t;
typedef struct ngx_http_jwt_logout_s     ngx_http_jwt_logout_t;


/* a position in the configuration, for errors that are found later */
typedef struct {
    ngx_str_t                  file;
    ngx_uint_t                 line;
} ngx_http_jwt_conf_pos_t;


/* of one directive of a block */
typedef struct {
    const char                *name;         /* NULL: not given */
    ngx_http_jwt_conf_pos_t    pos;
} ngx_http_jwt_line_t;

/* more than a jwt_issuer block has directives */
#define NGX_HTTP_JWT_ISSUER_LINES  32

/* an issuer's settings of revocation, but for its claims */
typedef struct {
    ngx_str_t                     file;
    ngx_msec_t                    keep;

    /* the file as read with the configuration, until it is in the memory */
    ngx_http_jwt_revoked_file_t  *read;

    /* the issuer's part of the memory; NULL: there was no room */
    ngx_http_jwt_revoked_slot_t  *slot;
    ngx_uint_t                    epoch;     /* a larger one is newer */
    uint64_t                      mix;       /* of the claims' names */
    u_char                        id[NGX_HTTP_JWT_DIGEST_LEN];

    /* for each claim the bytes that are hashed before its value */
    u_char                      (*prefix)[NGX_HTTP_JWT_DIGEST_LEN];

    /* in the worker that watches files */
    struct ngx_http_jwt_revoked_watch_s  *watch;
    struct ngx_http_jwt_revoked_save_s   *save;
} ngx_http_jwt_revocation_t;


/* a jwt_issuer block, and this worker's view of its keys */
typedef struct {
    njwt_issuer_t              trust;        /* what the core judges by; as
                                                configured, but for the keys */

    ngx_http_jwt_main_conf_t  *main;
    ngx_str_t                  name;
    ngx_http_jwt_conf_pos_t    pos;
    ngx_http_jwt_line_t        lines[NGX_HTTP_JWT_ISSUER_LINES];

    ngx_str_t                  jwks_uri;     /* or of discovery */
    ngx_flag_t                 discovery;
    ngx_str_t                  jwks_file;
    ngx_str_t                  secret_file;
    ngx_str_t                  jwks_proxy;   /* without its user part */
    ngx_str_t                  jwks_proxy_user;  /* that part, with a NUL */
    ngx_str_t                  ssl_trusted_certificate;
    ngx_str_t                  state_path;
    ngx_msec_t                 jwks_refresh;
    ngx_msec_t                 jwks_cooldown;
    ngx_msec_t                 jwks_wait;
    ngx_msec_t                 jwks_timeout;
    ngx_msec_t                 jwks_stale;
    size_t                     jwks_max_size;
    ngx_http_jwt_revocation_t  revocation;

    njwt_jwks_t               *static_jwks;  /* from a file; never stale */
    njwt_refresh_conf_t        refresh;
    struct ngx_http_jwt_state_s  *keyfile;   /* NULL: off */
    ngx_ssl_t                 *ssl;          /* of the fetch */
    u_char                     own_ca_digest[NGX_HTTP_JWT_DIGEST_LEN];

    /* digest of the CA bundle, also the system's: doesn't name the keyset */
    u_char                     ca_digest[NGX_HTTP_JWT_DIGEST_LEN];

    /* digest of all that decides which keys are trusted: names the keyset */
    u_char                     source_id[NGX_HTTP_JWT_DIGEST_LEN];

    /* digest of that, and of all else that a verified token depends on */
    u_char                     verify_id[NGX_HTTP_JWT_DIGEST_LEN];

    unsigned                   milliseconds:1; /* logged by this worker */

    /* in the worker that fetches */
    ngx_msec_t                 begun;
    ngx_str_t                  discovered;
    u_char                     discovered_url[NGX_HTTP_JWT_MAX_URL];

    ngx_http_jwt_keyset_t     *keyset;
    ngx_atomic_uint_t          generation;   /* of the keys below */
    njwt_jwks_t               *jwks;
    time_t                     fetched;      /* by the wall clock */
    ngx_msec_t                 since;        /* by the monotonic clock */

    ngx_atomic_uint_t          id;           /* of its counters */
    ngx_uint_t                 row;          /* the first is 1; 0: none */

    /* the records of this worker's keys; NULL: a key has none */
    ngx_http_jwt_keystat_t    *keystats[NGX_HTTP_JWT_TRACKED];
} ngx_http_jwt_issuer_t;


/* jwt_binding, jwt_dpop_origin and jwt_dpop_algorithms of a level */
typedef struct {
    ngx_http_jwt_conf_pos_t    pos;
    ngx_int_t                  certificate;  /* a variable's index; NGX_ERROR:
                                                the connection's own */
    ngx_str_t                  header;       /* NAME, if it is $http_NAME */
    ngx_array_t               *origins;      /* njwt_slice_t; NULL: names */
    ngx_array_t               *names;        /* njwt_slice_t, of the server */
    njwt_alg_t                 algorithms;   /* 0: not set */
    ngx_str_t                  algs;         /* in their order */
    unsigned                   set:1;        /* was jwt_binding given? */
    njwt_binding_t             words;        /* of jwt_binding */
} ngx_http_jwt_binding_conf_t;


/* jwt_dpop_lifetime and jwt_dpop_nonce, in seconds */
typedef struct {
    time_t                     lifetime;
    time_t                     ahead;
    time_t                     nonce;        /* 0: off */
    ngx_array_t               *keys;         /* njwt_slice_t; NULL: random */
} ngx_http_jwt_dpop_conf_t;


struct ngx_http_jwt_main_conf_s {
    ngx_array_t                issuers;      /* ngx_http_jwt_issuer_t * */

    ngx_str_t                  zone_name;
    ngx_http_jwt_conf_pos_t    zone_pos;
    size_t                     zone_size;
    ngx_shm_zone_t            *zone;
    ngx_uint_t                 epoch;        /* a larger one is newer */

    ngx_str_t                  cache_name;
    size_t                     cache_size;
    ngx_uint_t                 cache_off;
    ngx_shm_zone_t            *cache;        /* NULL: off */
    ngx_array_t                predicates;   /* njwt_predicates_t *: what its
                                                entries answer */

    ngx_str_t                  proofs_name;
    size_t                     proofs_size;
    ngx_uint_t                 proofs_required;
    ngx_uint_t                 proofs_epoch; /* a larger one is newer */
    ngx_shm_zone_t            *proofs;       /* NULL: dpop isn't used */
    ngx_http_jwt_dpop_conf_t   dpop;
    ngx_str_t                  revoked_name;
    ngx_http_jwt_conf_pos_t    revoked_pos;
    size_t                     revoked_size;
    ngx_shm_zone_t            *revoked;      /* NULL: no "revocation" */
    njwt_hasher_t             *revoked_hasher;
    ngx_event_t                revoked_tick;
    ngx_msec_t                 revoked_swept;

    ngx_shm_zone_t            *logouts;      /* NULL: no handler */

    ngx_ssl_t                 *system_ssl;
    u_char                     system_ca[NGX_HTTP_JWT_DIGEST_LEN];
    ngx_http_jwt_common_texts_t  *texts;
    ngx_array_t                locations;    /* ngx_http_jwt_location_t * */
    ngx_array_t                servers;      /* ngx_http_jwt_server_t */
    ngx_array_t                names;        /* of variables that are used */

    /* this worker's */
    const u_char              *salt;         /* the zone's */
    njwt_hasher_t             *hasher;
    njwt_hasher_t             *proofs_hasher;
    njwt_dpop_keys_t          *dpop_keys;
    njwt_curves_t             *dpop_curves;
    ngx_http_jwt_counters_t   *counters;
    ngx_http_jwt_fetcher_t    *fetcher;      /* NULL: another worker fetches */
    ngx_event_t                refresh;
    ngx_event_t                tick;         /* runs while requests wait */
    ngx_connection_t           dummy;        /* timers must have one */
    ngx_queue_t                suspended;
    ngx_uint_t                 nsuspended;
    ngx_event_t                close_tick;   /* runs unless that is empty */
    ngx_queue_t                closable;     /* ngx_http_jwt_ctx_t, by close */
};


/* jwt_realm, jwt_resource_metadata and jwt_error_format of a level */
typedef struct {
    ngx_str_t                    realm;       /* data NULL: not set */
    ngx_str_t                    metadata;
    ngx_uint_t                   format;
    ngx_http_jwt_texts_t        *texts;       /* NULL where jwt is off */
} ngx_http_jwt_refusal_conf_t;


/* where a jwt_token finds tokens, besides Authorization */
typedef struct {
    ngx_array_t                headers;      /* ngx_str_t: names */
    ngx_array_t                cookies;      /* the same */
} ngx_http_jwt_credentials_t;


typedef struct {
    ngx_array_t               *names;        /* of jwt; NULL: not given here */
    ngx_http_jwt_conf_pos_t    names_pos;
    ngx_array_t               *rules;        /* njwt_scope_rule_t */
    ngx_http_jwt_conf_pos_t    rules_pos;
    ngx_array_t               *identities;   /* ngx_http_jwt_identity_t */
    ngx_flag_t                 preflight;
    ngx_flag_t                 close_expired;

    ngx_array_t               *audiences;    /* njwt_slice_t */
    ngx_http_jwt_conf_pos_t    audiences_pos;
    ngx_array_t               *claim_rules;  /* njwt_claim_rule_t */
    ngx_http_jwt_conf_pos_t    claim_rules_pos;
    ngx_array_t               *conditions;   /* of jwt_require */
    ngx_http_jwt_conf_pos_t    conditions_pos;

    ngx_array_t               *tokens;       /* NULL: Authorization */
    ngx_http_jwt_conf_pos_t    tokens_pos;
    ngx_http_jwt_credentials_t  *credentials;  /* NULL: Authorization alone */
    ngx_flag_t                 pass_token;
    ngx_http_jwt_conf_pos_t    pass_token_pos;
    ngx_uint_t                 mode;
    ngx_http_jwt_conf_pos_t    mode_pos;
    ngx_uint_t                 log_level;
    size_t                     max_token_size;

    ngx_http_jwt_binding_conf_t  binding;
    njwt_policy_t             *policy;       /* NULL: off */
    ngx_http_jwt_refusal_conf_t  refusal;
    ngx_http_jwt_metadata_t   *metadata;     /* NULL: no such handler */
    ngx_str_t                  revoke;       /* the issuer of the handler */
    ngx_http_jwt_conf_pos_t    revoke_pos;
    ngx_http_jwt_issuer_t     *revoke_issuer;
    ngx_http_jwt_logout_t     *logout;       /* of jwt_logout_handler */
    const struct ngx_http_jwt_status_format_s  *status;      /* or NULL */
    ngx_str_t                  status_policy;                /* for html */
    ngx_http_jwt_conf_pos_t    status_pos;

    /* the members that directives set are above: see is_set() of the module */

    ngx_http_jwt_location_t   *location;     /* of an "if": the outer one */
    ngx_http_jwt_conf_pos_t    pos;
    unsigned                   caseless:1;   /* of its regex */
    unsigned                   own:1;        /* has it a directive of ours? */
} ngx_http_jwt_loc_conf_t;


extern ngx_module_t   ngx_http_jwt_scope_module;
extern ngx_command_t  ngx_http_jwt_commands[];


static ngx_inline njwt_slice_t
ngx_http_jwt_slice(ngx_str_t *s)
{
    njwt_slice_t  slice;

    slice.data = s->data;
    slice.len = s->len;

    return slice;
}


/* The issuer with that index; NULL: there is none, so the list has ended. */

static ngx_inline ngx_http_jwt_issuer_t *
ngx_http_jwt_issuer(ngx_http_jwt_main_conf_t *jmcf, ngx_uint_t i)
{
    return (i < jmcf->issuers.nelts)
           ? ((ngx_http_jwt_issuer_t **) jmcf->issuers.elts)[i] : NULL;
}


/* The same of the locations. */

static ngx_inline ngx_http_jwt_location_t *
ngx_http_jwt_location(ngx_http_jwt_main_conf_t *jmcf, ngx_uint_t i)
{
    return (i < jmcf->locations.nelts)
           ? ((ngx_http_jwt_location_t **) jmcf->locations.elts)[i] : NULL;
}


static ngx_inline ngx_uint_t
ngx_http_jwt_same(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || ngx_memcmp(a->data, b->data, a->len) == 0);
}


static ngx_inline ngx_uint_t
ngx_http_jwt_is_alnum(u_char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
           || (c >= 'a' && c <= 'z');
}


static ngx_inline njwt_method_t
ngx_http_jwt_method(ngx_http_request_t *r)
{
    njwt_method_t  method;

    method.bit = (njwt_methods_t) r->method;
    method.name = ngx_http_jwt_slice(&r->method_name);

    return method;
}


#include "ngx_http_jwt_conf.h"


#endif /* NGX_HTTP_JWT_H */
