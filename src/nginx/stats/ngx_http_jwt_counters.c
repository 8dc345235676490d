/*
 * Counters of requests by verdict, issuer and location.
 *
 * The counters of an issuer or a location are named by a digest (of the
 * block's name; of the server's and the location's), so that they continue
 * over a reload. If there is no room for a location, it is counted together
 * with others that have none.  A worker of an old configuration sees by the id
 * that its counters were given to others.
 */

#include "ngx_http_jwt_counters.h"
#include "ngx_http_jwt_ctx.h"
#include "ngx_http_jwt_locations.h"
#include "njwt_hash.h"


/* bytes of the zone for each issuer and each location that is counted */
#define NGX_HTTP_JWT_ISSUER_SHARE    16384
#define NGX_HTTP_JWT_LOCATION_SHARE  4096

/* a zone smaller than this has coarser windows */
#define NGX_HTTP_JWT_FINE_ZONE       131072
#define NGX_HTTP_JWT_FINE            18
#define NGX_HTTP_JWT_COARSE          3


static ngx_uint_t
ngx_http_jwt_counters_nissuers(size_t zone)
{
    ngx_uint_t  n;

    n = zone / NGX_HTTP_JWT_ISSUER_SHARE;

    /* one in the smallest zone that nginx makes */

    return (n > 2) ? ngx_min(n - 1, 1024) : 1;
}


static ngx_uint_t
ngx_http_jwt_counters_nlocations(size_t zone)
{
    ngx_uint_t  n;

    n = zone / NGX_HTTP_JWT_LOCATION_SHARE;

    return (n > 8) ? ngx_min(n - 8, NGX_HTTP_JWT_MAX_LOCATIONS) : 0;
}


static ngx_uint_t
ngx_http_jwt_counters_nseries(size_t zone)
{
    return NGX_HTTP_JWT_COUNTED
           + ngx_http_jwt_counters_nissuers(zone)
             * NGX_HTTP_JWT_ISSUER_COUNTED;
}


static ngx_uint_t
ngx_http_jwt_counters_ncopies(size_t zone)
{
    return (zone < NGX_HTTP_JWT_FINE_ZONE) ? NGX_HTTP_JWT_COARSE
                                           : NGX_HTTP_JWT_FINE;
}


/* rounded up, so that what follows is aligned */

static size_t
ngx_http_jwt_counters_window_size(size_t zone)
{
    ngx_uint_t  n;

    n = ngx_http_jwt_counters_ncopies(zone);

    return n * sizeof(ngx_msec_t)
           + ngx_align(n * ngx_http_jwt_counters_nseries(zone)
                       * sizeof(uint32_t), sizeof(ngx_atomic_t));
}


size_t
ngx_http_jwt_counters_size(size_t zone)
{
    return (ngx_http_jwt_counters_nissuers(zone)
            + ngx_http_jwt_counters_nseries(zone)) * sizeof(ngx_atomic_t)
           + ngx_http_jwt_counters_nlocations(zone)
             * sizeof(ngx_http_jwt_location_counts_t)
           + 2 * ngx_http_jwt_counters_window_size(zone);
}


ngx_uint_t
ngx_http_jwt_counters_fit(size_t zone, ngx_uint_t issuers)
{
    return ngx_http_jwt_counters_nissuers(zone) >= issuers;
}


static u_char *
ngx_http_jwt_counters_window(ngx_http_jwt_counters_t *counters,
    ngx_http_jwt_window_t *window, ngx_msec_t length, size_t zone, u_char *p)
{
    window->length = length;
    window->times = (ngx_msec_t *) p;
    window->copies = (uint32_t *) (window->times + counters->ncopies);

    return p + ngx_http_jwt_counters_window_size(zone);
}


u_char *
ngx_http_jwt_counters_layout(ngx_http_jwt_counters_t *counters, size_t zone,
    u_char *p)
{
    counters->started = ngx_current_msec;
    counters->nissuers = ngx_http_jwt_counters_nissuers(zone);
    counters->nlocations = ngx_http_jwt_counters_nlocations(zone);
    counters->nseries = ngx_http_jwt_counters_nseries(zone);
    counters->ncopies = ngx_http_jwt_counters_ncopies(zone);

    counters->ids = (ngx_atomic_t *) p;
    counters->totals = counters->ids + counters->nissuers;
    p = (u_char *) (counters->totals + counters->nseries);

    counters->locations = (ngx_http_jwt_location_counts_t *) p;
    p = (u_char *) (counters->locations + counters->nlocations);

    p = ngx_http_jwt_counters_window(counters, &counters->minute, 60000, zone,
                                     p);

    return ngx_http_jwt_counters_window(counters, &counters->hour, 3600000,
                                        zone, p);
}


/* A name for some text; never 0, which means unused. */

static ngx_int_t
ngx_http_jwt_counters_id(njwt_slice_t text, ngx_atomic_uint_t *id)
{
    u_char  digest[NGX_HTTP_JWT_DIGEST_LEN];

    if (!njwt_sha256(text, digest)) {
        return NGX_ERROR;
    }

    ngx_memcpy(id, digest, sizeof(ngx_atomic_uint_t));

    if (*id == 0) {
        *id = 1;
    }

    return NGX_OK;
}


/* the number distinguishes locations with the same name */

static ngx_int_t
ngx_http_jwt_counters_location_id(ngx_conf_t *cf,
    ngx_http_jwt_location_t *location)
{
    u_char        *p;
    ngx_str_t     *server;
    njwt_slice_t   text;

    server = &location->server->server_name;

    p = ngx_pnalloc(cf->temp_pool, server->len + location->name.len
                                   + NGX_INT_T_LEN + 2);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text.data = p;
    text.len = ngx_sprintf(p, "%V %ui %V", server, location->duplicate_no,
                           &location->name) - p;

    return ngx_http_jwt_counters_id(text, &location->id);
}


static ngx_uint_t
ngx_http_jwt_counters_known(ngx_http_jwt_location_t **all, ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        if (all[i]->id == all[n]->id) {
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_http_jwt_counters_init(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                i, number;
    ngx_http_jwt_issuer_t    *issuer;
    ngx_http_jwt_location_t  *location;

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (ngx_http_jwt_counters_id(ngx_http_jwt_slice(&issuer->name),
                                     &issuer->id)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    for (i = 0; (location = ngx_http_jwt_location(jmcf, i)) != NULL; i++) {
        number = 0;

        if (location->conf->policy == NULL) {
            continue;
        }

        do {
            location->duplicate_no = number++;

            if (ngx_http_jwt_counters_location_id(cf, location) != NGX_OK) {
                return NGX_ERROR;
            }

        } while (ngx_http_jwt_counters_known(jmcf->locations.elts, i));
    }

    return NGX_OK;
}


void
ngx_http_jwt_counters_copy(ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                i, w;
    ngx_shmtx_t              *mutex;
    ngx_http_jwt_window_t    *window, *windows[2];
    ngx_http_jwt_counters_t  *counters;

    mutex = ngx_http_jwt_zone_mutex(jmcf->zone);
    counters = jmcf->counters;
    windows[0] = &counters->minute;
    windows[1] = &counters->hour;

    for (w = 0; w < 2; w++) {
        window = windows[w];

        /* only this worker writes them, so it may read them without care */

        i = (window->next + counters->ncopies - 1) % counters->ncopies;

        if (window->times[i] != 0
            && (ngx_msec_int_t) (ngx_current_msec - window->times[i])
               < (ngx_msec_int_t) (window->length / counters->ncopies))
        {
            continue;
        }

        ngx_shmtx_lock(mutex);

        window->times[window->next] = 0;
        ngx_memory_barrier();

        for (i = 0; i < counters->nseries; i++) {
            window->copies[window->next * counters->nseries + i] =
                                               (uint32_t) counters->totals[i];
        }

        ngx_memory_barrier();
        window->times[window->next] = ngx_current_msec;
        window->next = (window->next + 1) % counters->ncopies;

        ngx_shmtx_unlock(mutex);
    }
}


/* issuer is NULL if it isn't known. */

static void
ngx_http_jwt_count_one(ngx_http_jwt_loc_conf_t *jlcf,
    ngx_http_jwt_issuer_t *issuer, ngx_uint_t counted)
{
    ngx_http_jwt_location_t   *location;
    ngx_http_jwt_counters_t   *counters;
    ngx_http_jwt_main_conf_t  *jmcf;

    jmcf = ((ngx_http_jwt_issuer_t *) jlcf->policy->issuers[0])->main;
    counters = jmcf->counters;

    if (issuer != NULL
        && (issuer->row == 0
            || counters->ids[issuer->row - 1] != issuer->id))
    {
        issuer = NULL;
    }

    (void) ngx_atomic_fetch_add(
               &counters->totals[ngx_http_jwt_series(issuer, counted)], 1);

    location = jlcf->location;

    if (location->counts == NULL || location->counts->id != location->id) {
        location->counts = &counters->other;
        location->id = 0;
    }

    (void) ngx_atomic_fetch_add(&location->counts->totals[counted], 1);
}


void
ngx_http_jwt_count(ngx_http_jwt_ctx_t *ctx)
{
    ngx_uint_t  counted;

    if (ctx->counted || !ctx->judged) {
        return;
    }

    ctx->counted = 1;

    counted = ctx->preflight ? NGX_HTTP_JWT_PREFLIGHT : ctx->verdict;

    if (counted == NJWT_CLAIM_MISMATCH_401) {
        counted = NJWT_CLAIM_MISMATCH;
    }

    ngx_http_jwt_count_one(ctx->conf,
                           (ngx_http_jwt_issuer_t *) ctx->found.issuer,
                           counted);
}


void
ngx_http_jwt_count_unjudged(ngx_http_jwt_loc_conf_t *jlcf)
{
    ngx_http_jwt_count_one(jlcf, NULL, NGX_HTTP_JWT_UNJUDGED);
}
