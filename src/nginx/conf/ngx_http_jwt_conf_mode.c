/*
 * What becomes of a refusal, and how loudly?  jwt_mode and jwt_log_level.
 */

#include "ngx_http_jwt.h"


typedef struct {
    const char  *name;
    ngx_uint_t   value;
} ngx_http_jwt_word_t;


static const ngx_http_jwt_word_t  ngx_http_jwt_modes[] = {
    { "enforce", NGX_HTTP_JWT_ENFORCE },
    { "optional", NGX_HTTP_JWT_OPTIONAL },
    { "report", NGX_HTTP_JWT_REPORT },
    { NULL, 0 }
};

static const ngx_http_jwt_word_t  ngx_http_jwt_log_levels[] = {
    { "info", NGX_LOG_INFO },
    { "notice", NGX_LOG_NOTICE },
    { "warn", NGX_LOG_WARN },
    { "error", NGX_LOG_ERR },
    { NULL, 0 }
};


/* Returns NULL, or the place in the table. */

static const ngx_http_jwt_word_t *
ngx_http_jwt_word(const ngx_http_jwt_word_t *words, ngx_str_t *name)
{
    for ( /* void */ ; words->name != NULL; words++) {
        if (ngx_strcmp(words->name, name->data) == 0) {
            return words;
        }
    }

    return NULL;
}


char *
ngx_http_jwt_mode(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    ngx_str_t                  *value;
    const ngx_http_jwt_word_t  *word;

    if (jlcf->mode != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;
    word = ngx_http_jwt_word(ngx_http_jwt_modes, &value[1]);

    if (word == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid mode \"%V\" in \"jwt_mode\", write "
                           "enforce, optional or report", &value[1]);
        return NGX_CONF_ERROR;
    }

    ngx_http_jwt_conf_place(cf, &jlcf->mode_place);
    jlcf->mode = word->value;

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_log_level(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    ngx_str_t                  *value;
    const ngx_http_jwt_word_t  *word;

    if (jlcf->log_level != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;
    word = ngx_http_jwt_word(ngx_http_jwt_log_levels, &value[1]);

    if (word == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid level \"%V\" in \"jwt_log_level\", write "
                           "info, notice, warn or error", &value[1]);
        return NGX_CONF_ERROR;
    }

    jlcf->log_level = word->value;

    return NGX_CONF_OK;
}
