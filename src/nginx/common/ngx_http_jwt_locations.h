/*
 * The locations, and the policy that guards each.
 *
 * nginx discards its own list of them once the search tree is made, so a list
 * is made while levels are merged: all servers in their order, and in each the
 * server's own level first, then its locations in their order, each before
 * those inside it.  Blocks of "if" and "limit_except" have no entries: they
 * belong to the location around them and are listed there.
 */

#ifndef NGX_HTTP_JWT_LOCATIONS_H
#define NGX_HTTP_JWT_LOCATIONS_H


#include "ngx_http_jwt.h"


/* of one location, that a worker warns about */
#define NGX_HTTP_JWT_EARLY_VARIABLES  16


/* what to write where only some requests are answered before the gate */
#define NGX_HTTP_JWT_BYPASS_SOME                                              \
    "\"jwt off;\" there would open all of it, so serve that answer from "     \
    "another location"


struct ngx_http_jwt_location_s {
    ngx_http_core_srv_conf_t  *server;
    ngx_http_core_loc_conf_t  *core;
    ngx_http_jwt_loc_conf_t   *conf;     /* its position is conf->pos */
    ngx_http_jwt_location_t   *outer;    /* NULL: the server's own level */
    ngx_array_t                blocks;   /* ngx_http_core_loc_conf_t * */

    /*
     * The name as it is configured, with its modifier; for a regex inside
     * another location after that one's name; empty for the server's level.
     */
    ngx_str_t                  name;
    unsigned                   warned:1; /* about subrequests */

    ngx_uint_t                 number;   /* of its server; 1 is the first */
    ngx_uint_t                 duplicate_no;  /* among those with its name */
    unsigned                   passes:1; /* requests to a proxied server */
    unsigned                   proxied:1; /* with proxy_pass */
    unsigned                   protects:1; /* a server's own level, in which
                                              some location has jwt */
    unsigned                   covered:1; /* has a "location /" */
    unsigned                   bypassed_if:1; /* only where an "if" holds */
    const char                *bypassed_by;  /* "return" or "rewrite", which
                                                answers before the gate is
                                                asked, or NULL */
    const char                *bypass_advice; /* what to write instead */
    ngx_http_jwt_location_t   *wins_over; /* the guarded prefix that this
                                              regex without jwt takes requests
                                              from, or NULL */
    ngx_atomic_uint_t          id;       /* of its counters; 0: not guarded */
    struct ngx_http_jwt_location_counts_s  *counts;

    /* this worker's: what it has logged already */
    unsigned                   unjudged:1; /* an answer before the gate */
    ngx_uint_t                 nearly_read;
    uint32_t                   early_read[NGX_HTTP_JWT_EARLY_VARIABLES];
};


/* a server { } */
typedef struct {
    ngx_http_core_srv_conf_t  *core;
    ngx_array_t                names;    /* ngx_http_server_name_t */
    ngx_array_t                listen;   /* ngx_str_t */
} ngx_http_jwt_server_t;


/* Records where a level begins; called when its configuration is created. */
void ngx_http_jwt_location_begin(ngx_conf_t *cf,
    ngx_http_jwt_loc_conf_t *conf);

/* Adds a level to main->locations as it is merged; sets conf->location. */
char *ngx_http_jwt_location_add(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *prev,
    ngx_http_jwt_loc_conf_t *conf);

/*
 * Can a request end up in it?  Not in the server's own level if there is a
 * "location /".
 */
ngx_uint_t ngx_http_jwt_location_reached(ngx_http_jwt_location_t *location);

/* Is it a regex location? */
ngx_uint_t ngx_http_jwt_location_is_regex(ngx_http_jwt_location_t *location);

/* A module's configuration for that level. */
void *ngx_http_jwt_location_conf(ngx_http_jwt_location_t *location,
    ngx_module_t *module);

/* The number of locations that it is inside of; 0: the server's own level. */
ngx_uint_t ngx_http_jwt_location_depth(ngx_http_jwt_location_t *location);

/* Fills main->servers, and sets the locations' server numbers. */
ngx_int_t ngx_http_jwt_servers_init(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);


#endif /* NGX_HTTP_JWT_LOCATIONS_H */
