/*
 * Helpers for reading directives: positions and errors, files, names of claims
 * and variables; and the directives of the zones.
 *
 * nginx resolves the names of variables when the whole configuration has been
 * read, and then its error has neither file nor line.  So the names are
 * recorded as they are read, and checked just before nginx does.
 */

#include "ngx_http_jwt.h"
#include "njwt_path.h"
#include "njwt_policy_words.h"


void
ngx_http_jwt_conf_pos(ngx_conf_t *cf, ngx_http_jwt_conf_pos_t *pos)
{
    ngx_str_null(&pos->file);
    pos->line = 0;

    if (cf->conf_file != NULL) {
        pos->file = cf->conf_file->file.name;
        pos->line = cf->conf_file->line;
    }
}


char *
ngx_http_jwt_conf_error(ngx_conf_t *cf, ngx_http_jwt_conf_pos_t *pos,
    const char *fmt, ...)
{
    u_char                   text[NGX_MAX_CONF_ERRSTR], *last;
    va_list                  args;
    ngx_http_jwt_conf_pos_t  here;

    if (pos == NULL) {
        ngx_http_jwt_conf_pos(cf, &here);
        pos = &here;
    }

    va_start(args, fmt);
    last = ngx_vslprintf(text, text + sizeof(text), fmt, args);
    va_end(args);

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%*s in %V:%ui",
                  (size_t) (last - text), text, &pos->file, pos->line);

    return NGX_CONF_ERROR;
}


ngx_command_t *
ngx_http_jwt_conf_command(ngx_command_t *cmd, const ngx_str_t *name)
{
    for ( /* void */ ; cmd != NULL && cmd->name.len; cmd++) {
        if (ngx_http_jwt_same(&cmd->name, name)) {
            return cmd;
        }
    }

    return NULL;
}


void *
ngx_http_jwt_conf_push(ngx_conf_t *cf, ngx_array_t **list,
    ngx_http_jwt_conf_pos_t *pos, size_t size)
{
    void  *entry;

    if (*list == NULL) {
        if (pos != NULL) {
            ngx_http_jwt_conf_pos(cf, pos);
        }

        *list = ngx_array_create(cf->pool, 2, size);
        if (*list == NULL) {
            return NULL;
        }
    }

    entry = ngx_array_push(*list);
    if (entry != NULL) {
        ngx_memzero(entry, size);
    }

    return entry;
}


ngx_http_jwt_conf_pos_t *
ngx_http_jwt_issuer_pos(ngx_http_jwt_issuer_t *issuer, const char *name)
{
    ngx_uint_t            i;
    ngx_http_jwt_line_t  *line;

    line = issuer->lines;

    for (i = 0; i < NGX_HTTP_JWT_ISSUER_LINES; i++) {
        if (line[i].name != NULL && ngx_strcmp(line[i].name, name) == 0) {
            return &line[i].pos;
        }
    }

    return &issuer->pos;
}


ngx_http_jwt_issuer_t *
ngx_http_jwt_policy_find(ngx_http_jwt_main_conf_t *jmcf, ngx_str_t *name)
{
    ngx_uint_t              i;
    ngx_http_jwt_issuer_t  *issuer;

    for (i = 0; (issuer = ngx_http_jwt_issuer(jmcf, i)) != NULL; i++) {
        if (ngx_http_jwt_same(&issuer->name, name)) {
            return issuer;
        }
    }

    return NULL;
}


size_t
ngx_http_jwt_zone_room(size_t size)
{
    size_t  taken;

    taken = sizeof(ngx_slab_pool_t)
            + ngx_pagesize_shift * (sizeof(ngx_slab_page_t)
                                    + sizeof(ngx_slab_stat_t))
            + size / ngx_pagesize * sizeof(ngx_slab_page_t);
    taken = ngx_align(taken, ngx_pagesize) + ngx_pagesize;

    return (taken < size) ? (size - taken) / ngx_pagesize * ngx_pagesize : 0;
}


ngx_int_t
ngx_http_jwt_zone_memory(ngx_shm_zone_t *zone, void *data, uint32_t magic,
    uint32_t layout)
{
    ngx_slab_pool_t           *shpool;
    ngx_http_jwt_zone_head_t  *head;

    if (data) {
        /* a reload: old workers go on using the memory */
        zone->data = data;
        return NGX_DONE;
    }

    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (zone->shm.exists) {
        head = shpool->data;

        if (head == NULL || head->magic != magic || head->layout != layout) {
            return NGX_ERROR;
        }

        zone->data = head;
        return NGX_DONE;
    }

    /* all of it at once: nothing is allocated from the slab later */

    head = ngx_slab_calloc(shpool, ngx_http_jwt_zone_room(zone->shm.size));

    if (head == NULL) {
        return NGX_ERROR;
    }

    head->magic = magic;
    head->layout = layout;

    shpool->data = head;
    zone->data = head;

    return NGX_OK;
}


void
ngx_http_jwt_zone_divide(size_t room, size_t entry, size_t most,
    uint32_t *buckets, uint32_t *entries)
{
    size_t  n, b;

    b = 1;

    do {
        b *= 2;
        n = (room - b * sizeof(uint32_t)) / entry;
    } while (b * most <= n);

    *buckets = (uint32_t) b;
    *entries = (uint32_t) ngx_min(n, 0x7fffffff);
}


char *
ngx_http_jwt_conf_zone(ngx_conf_t *cf, ngx_str_t *name, size_t *size)
{
    u_char     *colon;
    ssize_t     n;
    ngx_str_t  *value, text;

    value = cf->args->elts;
    colon = NULL;
    n = NGX_ERROR;

    if (ngx_strncmp(value[1].data, "zone=", 5) == 0) {
        name->data = value[1].data + 5;
        colon = (u_char *) ngx_strchr(name->data, ':');
    }

    if (colon != NULL) {
        name->len = colon - name->data;
        text.data = colon + 1;
        text.len = value[1].data + value[1].len - text.data;
        n = ngx_parse_size(&text);
    }

    if (n == NGX_ERROR || name->len == 0) {
        return ngx_http_jwt_conf_error(cf, NULL,
                   "invalid zone \"%V\" in \"%V\": write zone=NAME:SIZE, as "
                   "in zone=jwt:1m", &value[1], &value[0]);
    }

    if (n < (ssize_t) (8 * ngx_pagesize)) {
        return ngx_http_jwt_conf_error(cf, NULL,
                   "zone \"%V\" in \"%V\" is too small: write zone=%V:1m",
                   &value[1], &value[0], name);
    }

    *size = (size_t) n;

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_shared_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_main_conf_t  *jmcf = conf;

    if (jmcf->zone_name.data != NULL) {
        return "is duplicate";
    }

    ngx_http_jwt_conf_pos(cf, &jmcf->zone_pos);

    return ngx_http_jwt_conf_zone(cf, &jmcf->zone_name, &jmcf->zone_size);
}


char *
ngx_http_jwt_token_cache(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_main_conf_t  *jmcf = conf;

    ngx_str_t  *value;

    if (jmcf->cache_off || jmcf->cache_name.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        jmcf->cache_off = 1;
        return NGX_CONF_OK;
    }

    return ngx_http_jwt_conf_zone(cf, &jmcf->cache_name, &jmcf->cache_size);
}


static ngx_int_t
ngx_http_jwt_conf_name(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_str_t                 *directive;
    ngx_http_jwt_name_t       *noted;
    ngx_http_jwt_main_conf_t  *jmcf;

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_scope_module);

    noted = ngx_array_push(&jmcf->names);
    if (noted == NULL) {
        return NGX_ERROR;
    }

    noted->name.len = name->len;
    noted->name.data = ngx_pnalloc(cf->pool, name->len);
    if (noted->name.data == NULL) {
        return NGX_ERROR;
    }

    ngx_strlow(noted->name.data, name->data, name->len);

    directive = cf->args->elts;
    noted->directive = directive[0];
    ngx_http_jwt_conf_pos(cf, &noted->pos);

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_conf_variable(ngx_conf_t *cf, ngx_str_t *name)
{
    if (ngx_http_jwt_conf_name(cf, name) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_get_variable_index(cf, name);
}


u_char *
ngx_http_jwt_conf_next_variable(u_char *p, u_char *last, ngx_str_t *name)
{
    p = ngx_strlchr(p, last, '$');

    if (p == NULL) {
        return NULL;
    }

    p++;

    if (p < last && *p == '{') {
        p++;
    }

    name->data = p;

    while (p < last && (ngx_http_jwt_is_alnum(*p) || *p == '_')) {
        p++;
    }

    name->len = p - name->data;

    return p;
}


/* nginx has compiled the text before, so a bad name needs no error here. */

ngx_int_t
ngx_http_jwt_conf_variables(ngx_conf_t *cf, ngx_str_t *text)
{
    u_char     *p, *last;
    ngx_str_t   name;

    p = text->data;
    last = text->data + text->len;

    while ((p = ngx_http_jwt_conf_next_variable(p, last, &name)) != NULL) {

        /* $1 to $9 are captures of a regular expression */

        if (name.len == 0 || (name.data[0] >= '1' && name.data[0] <= '9')) {
            continue;
        }

        if (ngx_http_jwt_conf_name(cf, &name) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_uint_t
ngx_http_jwt_conf_name_is_known(ngx_http_core_main_conf_t *cmcf,
    const ngx_str_t *name)
{
    ngx_uint_t            i;
    ngx_hash_key_t       *key;
    ngx_http_variable_t  *prefix, *indexed;

    key = cmcf->variables_keys->keys.elts;

    for (i = 0; i < cmcf->variables_keys->keys.nelts; i++) {
        if (ngx_http_jwt_same(&key[i].key, name)) {
            return 1;
        }
    }

    prefix = cmcf->prefix_variables.elts;

    for (i = 0; i < cmcf->prefix_variables.nelts; i++) {
        if (prefix[i].name.len <= name->len
            && ngx_memcmp(prefix[i].name.data, name->data, prefix[i].name.len)
               == 0)
        {
            return 1;
        }
    }

    /* a module may set the handler of the index alone */

    indexed = cmcf->variables.elts;

    for (i = 0; i < cmcf->variables.nelts; i++) {
        if (indexed[i].get_handler != NULL
            && ngx_http_jwt_same(&indexed[i].name, name))
        {
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_http_jwt_conf_names_check(ngx_conf_t *cf, ngx_http_jwt_main_conf_t *jmcf)
{
    ngx_uint_t                  i;
    ngx_http_jwt_name_t        *noted;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    noted = jmcf->names.elts;

    for (i = 0; i < jmcf->names.nelts; i++) {
        if (!ngx_http_jwt_conf_name_is_known(cmcf, &noted[i].name)) {
            (void) ngx_http_jwt_conf_error(cf, &noted[i].pos,
                       "unknown \"%V\" variable in \"%V\": write the name of "
                       "an existing one, or make it with \"map\" or "
                       "\"set\"", &noted[i].name, &noted[i].directive);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* What is wrong with a file?  NULL: it was read. */

static const char *
ngx_http_jwt_conf_load(ngx_conf_t *cf, ngx_str_t *path, u_char *data,
    size_t size, njwt_slice_t *text)
{
    ssize_t      n;
    ngx_file_t   file;

    static const char  unreadable[] = "can't be read: write the path of a "
                                      "file that nginx's master may read";

    ngx_memzero(&file, sizeof(ngx_file_t));
    file.name = *path;
    file.log = cf->log;
    file.fd = ngx_open_file(path->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (file.fd == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, ngx_errno,
                      ngx_open_file_n " \"%V\" failed", path);
        return unreadable;
    }

    n = ngx_read_file(&file, data, size + 1, 0);

    if (ngx_close_file(file.fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, cf->log, ngx_errno,
                      ngx_close_file_n " \"%V\" failed", path);
    }

    if (n == NGX_ERROR) {
        return unreadable;
    }

    text->data = data;
    text->len = (size_t) n;

    return (text->len > size) ? "is too large" : NULL;
}


ngx_int_t
ngx_http_jwt_conf_file(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer,
    const char *directive, ngx_str_t *path, size_t size, njwt_slice_t *text)
{
    u_char      *data;
    const char  *fault;

    data = ngx_palloc(cf->temp_pool, size + 1);

    if (data == NULL || ngx_conf_full_name(cf->cycle, path, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    fault = ngx_http_jwt_conf_load(cf, path, data, size, text);

    if (fault == NULL) {
        return NGX_OK;
    }

    if (issuer == NULL) {
        (void) ngx_http_jwt_conf_error(cf, NULL, "\"%V\" in \"%s\" %s", path,
                                       directive, fault);

    } else {
        (void) ngx_http_jwt_conf_error(cf,
                   ngx_http_jwt_issuer_pos(issuer, directive),
                   "\"%V\" of jwt_issuer \"%V\" %s", path, &issuer->name,
                   fault);
    }

    return NGX_ERROR;
}


char *
ngx_http_jwt_conf_enum(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    u_char                 *end, words[64];
    ngx_str_t              *arg;
    ngx_uint_t             *value;
    const ngx_conf_enum_t  *word;

    value = (ngx_uint_t *) (p + cmd->offset);

    if (*value != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    arg = cf->args->elts;
    end = words;

    for (word = cmd->post; word->name.len != 0; word++) {
        if (ngx_http_jwt_same(&word->name, &arg[1])) {
            *value = word->value;
            return NGX_CONF_OK;
        }

        end = ngx_slprintf(end, words + sizeof(words), "%s%V",
                           (word == cmd->post) ? ""
                           : word[1].name.len ? ", " : " or ", &word->name);
    }

    return ngx_http_jwt_conf_error(cf, NULL,
               "invalid value \"%V\" in \"%V\": write %*s", &arg[1], &arg[0],
               (size_t) (end - words), words);
}


char *
ngx_http_jwt_conf_values(ngx_conf_t *cf, ngx_array_t **list)
{
    ngx_str_t     *arg;
    ngx_uint_t     i;
    njwt_slice_t  *slice;

    if (*list != NULL) {
        return "is duplicate: write its values in one";
    }

    *list = ngx_array_create(cf->pool, cf->args->nelts - 1,
                             sizeof(njwt_slice_t));
    if (*list == NULL) {
        return NGX_CONF_ERROR;
    }

    arg = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (arg[i].len == 0) {
            return "has an empty value: write one or leave it out";
        }

        slice = ngx_array_push(*list);
        if (slice == NULL) {
            return NGX_CONF_ERROR;
        }

        *slice = ngx_http_jwt_slice(&arg[i]);
    }

    return NGX_CONF_OK;
}


/* A claim may be called ".org.id", but who writes that means a path. */

static char *
ngx_http_jwt_conf_claim_dotted(ngx_conf_t *cf, njwt_slice_t claim)
{
    size_t      len;
    u_char     *pointer;
    ngx_str_t  *directive;

    pointer = ngx_pnalloc(cf->pool, 2 * claim.len + 1);
    if (pointer == NULL) {
        return NGX_CONF_ERROR;
    }

    len = njwt_path_pointer(claim, pointer);
    directive = cf->args->elts;

    ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                       "\"%V\" looks for a claim that is called \"%*s\": for "
                       "a nested claim write \"%*s\"", directive,
                       claim.len, claim.data, len, pointer);

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_conf_claim(ngx_conf_t *cf, ngx_str_t *name, njwt_slice_t *claim)
{
    *claim = ngx_http_jwt_slice(name);

    if (njwt_has_variable(*claim)) {
        return "names a variable where a claim is wanted: write the claim's "
               "name";
    }

    if (!njwt_path_valid(*claim)) {
        return "names no claim: write its name, or a JSON Pointer in which "
               "\"~\" is \"~0\"";
    }

    if (njwt_path_is_dotted(*claim)) {
        return ngx_http_jwt_conf_claim_dotted(cf, *claim);
    }

    return NGX_CONF_OK;
}
