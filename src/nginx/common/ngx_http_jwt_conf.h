/*
 * Helpers for reading directives.
 *
 * Functions of the directives' type return NGX_CONF_OK, NGX_CONF_ERROR, or
 * what is wrong with the directive.
 */

#ifndef NGX_HTTP_JWT_CONF_H
#define NGX_HTTP_JWT_CONF_H


/* a variable that a directive names, until all of them are known */
typedef struct {
    ngx_str_t                  name;         /* in lower case */
    ngx_str_t                  directive;
    ngx_http_jwt_conf_pos_t    pos;
} ngx_http_jwt_name_t;

/* As ngx_conf_set_enum_slot(), but its error lists the words. */
char *ngx_http_jwt_conf_enum(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Sets a list that this level doesn't have to the outer level's. */
#define ngx_http_jwt_conf_merge_list(conf, prev)                             \
    if (conf == NULL) {                                                      \
        conf = prev;                                                         \
    }

/* Makes a list of njwt_slice_t of all arguments, none of them empty. */
char *ngx_http_jwt_conf_values(ngx_conf_t *cf, ngx_array_t **list);

/*
 * Reads the whole file of a directive, at most size bytes, into the
 * configuration's temporary memory; a longer file is an error, and so is one
 * that can't be read.  The issuer is NULL for the directive being read.
 */
ngx_int_t ngx_http_jwt_conf_file(ngx_conf_t *cf,
    ngx_http_jwt_issuer_t *issuer, const char *directive, ngx_str_t *path,
    size_t size, njwt_slice_t *text);

/* The index of a variable; records its use by the directive being read. */
ngx_int_t ngx_http_jwt_conf_variable(ngx_conf_t *cf, ngx_str_t *name);

/* Records the variables in a text of the directive being read. */
ngx_int_t ngx_http_jwt_conf_variables(ngx_conf_t *cf, ngx_str_t *text);

/*
 * The name of the next $NAME or ${NAME} in a text, empty if it has none.
 * Returns where the search goes on; NULL: there is no other.
 */
u_char *ngx_http_jwt_conf_next_variable(u_char *p, u_char *last,
    ngx_str_t *name);

/* Has nginx, a module, "set" or "map" defined that variable? */
ngx_uint_t ngx_http_jwt_conf_name_is_known(ngx_http_core_main_conf_t *cmcf,
    const ngx_str_t *name);

/* Reports recorded names for which there is no variable; when all is read. */
ngx_int_t ngx_http_jwt_conf_names_check(ngx_conf_t *cf,
    ngx_http_jwt_main_conf_t *jmcf);

/* Reads the name of a claim; NGX_CONF_OK, or what is wrong with it. */
char *ngx_http_jwt_conf_claim(ngx_conf_t *cf, ngx_str_t *name,
    njwt_slice_t *claim);

char *ngx_http_jwt_shared_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

char *ngx_http_jwt_token_cache(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/*
 * The largest allocation that the slab of a zone of that size can satisfy: all
 * but its header and page table.
 */
size_t ngx_http_jwt_zone_room(size_t size);

/* the beginning of a zone's memory */
typedef struct {
    uint32_t                   magic;
    uint32_t                   layout;
} ngx_http_jwt_zone_head_t;

/*
 * The beginning of a zone's init callback.  NGX_OK: zone->data is all of the
 * zone's memory, zeroed except for the head; NGX_DONE: the zone existed
 * before.
 */
ngx_int_t ngx_http_jwt_zone_memory(ngx_shm_zone_t *zone, void *data,
    uint32_t magic, uint32_t layout);

/*
 * Divides room among fixed entries of that size and the buckets of their hash
 * table: a power of two, so many that each has fewer than "most" entries.
 */
void ngx_http_jwt_zone_divide(size_t room, size_t entry, size_t most,
    uint32_t *buckets, uint32_t *entries);


/* A zone's lock, which the master releases when its holder dies. */
static ngx_inline ngx_shmtx_t *
ngx_http_jwt_zone_mutex(ngx_shm_zone_t *zone)
{
    return &((ngx_slab_pool_t *) zone->shm.addr)->mutex;
}


/* Reads zone=NAME:SIZE of the directive being read. */
char *ngx_http_jwt_conf_zone(ngx_conf_t *cf, ngx_str_t *name, size_t *size);

/* Records the position of the directive being read. */
void ngx_http_jwt_conf_pos(ngx_conf_t *cf, ngx_http_jwt_conf_pos_t *pos);

/*
 * Adds a zeroed entry to a list for the directive being read; the first one
 * creates the list and records the position, if it isn't NULL.  NULL: no
 * memory.
 */
void *ngx_http_jwt_conf_push(ngx_conf_t *cf, ngx_array_t **list,
    ngx_http_jwt_conf_pos_t *pos, size_t size);

/*
 * Logs an error with a position, NULL: of the directive being read; returns
 * NGX_CONF_ERROR.
 */
char *ngx_http_jwt_conf_error(ngx_conf_t *cf, ngx_http_jwt_conf_pos_t *pos,
    const char *fmt, ...);

/* A directive of a module's table, or NULL. */
ngx_command_t *ngx_http_jwt_conf_command(ngx_command_t *cmd,
    const ngx_str_t *name);

/*
 * The position of that directive in the block; if it isn't there, the block's.
 */
ngx_http_jwt_conf_pos_t *ngx_http_jwt_issuer_pos(
    ngx_http_jwt_issuer_t *issuer, const char *name);

/* The jwt_issuer block of that name, or NULL. */
ngx_http_jwt_issuer_t *ngx_http_jwt_policy_find(
    ngx_http_jwt_main_conf_t *jmcf, ngx_str_t *name);


#endif /* NGX_HTTP_JWT_CONF_H */
