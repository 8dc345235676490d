/*
 * Where are keys kept over a restart?  In a directory that nginx makes or
 * finds, under a name that no block's name can abuse.
 *
 * No link is followed at the end of the path: whoever may write to what holds
 * the directory could otherwise have the master make, or read, another one.
 */

#include "ngx_http_jwt_state.h"
#include "njwt_key.h"

#include <dirent.h>


/* how much of a block's name a file's name shows */
#define NGX_HTTP_JWT_STATE_PREFIX  32

/* bytes of the digest of the whole block's name in it */
#define NGX_HTTP_JWT_STATE_DIGEST  8

#define NGX_HTTP_JWT_STATE_SUFFIX  ".keys"
#define NGX_HTTP_JWT_STATE_TEMP    ".tmp"


ngx_uint_t
ngx_http_jwt_state_wanted(ngx_http_jwt_issuer_t *issuer)
{
    return issuer->state_path.data != NULL
           && ngx_strcmp(issuer->state_path.data, "off") != 0;
}


/* "link/" and "link/." would be followed. */

static void
ngx_http_jwt_state_trim(ngx_str_t *dir)
{
    while ((dir->len > 1 && dir->data[dir->len - 1] == '/')
           || (dir->len > 2 && dir->data[dir->len - 1] == '.'
               && dir->data[dir->len - 2] == '/'))
    {
        dir->len--;
    }

    dir->data[dir->len] = '\0';
}


/*
 * By the block's name, not by its source: after a change of the source the
 * file is found, passed over, and replaced.
 */

static ngx_int_t
ngx_http_jwt_state_name(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer,
    ngx_str_t *file)
{
    u_char   c, *p, digest[NGX_HTTP_JWT_DIGEST_LEN];
    size_t   i, len;

    len = ngx_min(issuer->name.len, NGX_HTTP_JWT_STATE_PREFIX);

    p = ngx_pnalloc(cf->pool, len + 1 + 2 * NGX_HTTP_JWT_STATE_DIGEST
                              + sizeof(NGX_HTTP_JWT_STATE_SUFFIX));

    if (p == NULL || !njwt_sha256(ngx_http_jwt_slice(&issuer->name), digest))
    {
        return NGX_ERROR;
    }

    file->data = p;

    for (i = 0; i < len; i++) {
        c = issuer->name.data[i];

        *p++ = ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9'))
               ? c : '_';
    }

    *p++ = '-';
    p = ngx_hex_dump(p, digest, NGX_HTTP_JWT_STATE_DIGEST);
    p = ngx_cpymem(p, NGX_HTTP_JWT_STATE_SUFFIX,
                   sizeof(NGX_HTTP_JWT_STATE_SUFFIX));

    file->len = p - 1 - file->data;

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_state_conf(ngx_conf_t *cf, ngx_http_jwt_issuer_t *issuer)
{
    ngx_http_jwt_state_t  *state;

    if (!ngx_http_jwt_state_wanted(issuer)) {
        return NGX_OK;
    }

    state = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_state_t));
    if (state == NULL) {
        return NGX_ERROR;
    }

    state->dir = issuer->state_path;

    if (ngx_conf_full_name(cf->cycle, &state->dir, 0) != NGX_OK
        || ngx_http_jwt_state_name(cf, issuer, &state->file) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_jwt_state_trim(&state->dir);
    issuer->state = state;

    return NGX_OK;
}


int
ngx_http_jwt_state_open_dir(const u_char *dir)
{
    return open((const char *) dir,
                O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
}


ngx_uid_t
ngx_http_jwt_state_user(ngx_cycle_t *cycle)
{
    ngx_core_conf_t  *ccf;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    /* only workers of root's change their user, and only with a master */

    return (geteuid() == 0 && ccf->master) ? ccf->user : geteuid();
}


/* Gives what mkdir() made to the workers' user, if it still is that. */

static const char *
ngx_http_jwt_state_give_dir(ngx_cycle_t *cycle, const u_char *dir)
{
    int           fd;
    ngx_err_t     err;
    ngx_uid_t     user;
    const char   *failed;
    struct stat   info;

    fd = ngx_http_jwt_state_open_dir(dir);

    if (fd == -1) {
        return "open()";
    }

    failed = NULL;
    user = ngx_http_jwt_state_user(cycle);

    if (fstat(fd, &info) == -1) {
        failed = "fstat()";

    } else if (info.st_uid != geteuid()) {
        ngx_set_errno(EEXIST);
        failed = "mkdir()";

    } else if (fchmod(fd, 0700) == -1) {
        failed = "fchmod()";

    } else if (user != info.st_uid && fchown(fd, user, (gid_t) -1) == -1) {
        failed = "fchown()";
    }

    err = ngx_errno;
    (void) close(fd);
    ngx_set_errno(err);

    return failed;
}


void
ngx_http_jwt_state_make_dir(ngx_cycle_t *cycle,
    ngx_http_jwt_issuer_t *issuer)
{
    ngx_str_t   *dir;
    const char  *failed;

    dir = &issuer->state->dir;

    if (mkdir((const char *) dir->data, 0700) == 0) {
        failed = ngx_http_jwt_state_give_dir(cycle, dir->data);

    } else {
        failed = (ngx_errno == NGX_EEXIST) ? NULL : "mkdir()";
    }

    if (failed == NULL) {
        return;
    }

    ngx_log_error(NGX_LOG_WARN, cycle->log, ngx_errno,
                  "jwt_issuer \"%V\": \"state_path\" \"%V\" can't be made, "
                  "keys may not outlive a restart: %s failed",
                  &issuer->name, dir, failed);
}


/* Is this the temporary file of a process that isn't there any more? */

static ngx_uint_t
ngx_http_jwt_state_orphan(ngx_http_jwt_state_t *state, u_char *name)
{
    size_t     len, digits;
    ngx_int_t  pid;

    len = ngx_strlen(name);
    digits = sizeof(NGX_HTTP_JWT_STATE_TEMP) - 1;

    if (len <= state->file.len + 1 + digits
        || ngx_strncmp(name, state->file.data, state->file.len) != 0
        || name[state->file.len] != '.'
        || ngx_strcmp(name + len - digits, NGX_HTTP_JWT_STATE_TEMP) != 0)
    {
        return 0;
    }

    pid = ngx_atoi(name + state->file.len + 1,
                   len - state->file.len - 1 - digits);

    return pid > 0 && kill((ngx_pid_t) pid, 0) == -1 && ngx_errno == ESRCH;
}


void
ngx_http_jwt_state_sweep(ngx_http_jwt_state_t *state, int dir)
{
    int             fd;
    DIR            *list;
    struct dirent  *entry;

    fd = openat(dir, ".", O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    list = (fd == -1) ? NULL : fdopendir(fd);

    if (list == NULL) {
        if (fd != -1) {
            (void) close(fd);
        }

        return;
    }

    while ((entry = readdir(list)) != NULL) {
        if (ngx_http_jwt_state_orphan(state, (u_char *) entry->d_name)) {
            (void) unlinkat(dir, entry->d_name, 0);
        }
    }

    (void) closedir(list);
}
