/*
 * The refusals of a location: jwt_realm, jwt_error_format and
 * jwt_resource_metadata, and the challenges and bodies made from them (RFC
 * 6750, section 3; RFC 9457; RFC 9728, section 5.1).
 *
 * The texts are made once, with the configuration, and shared if they are the
 * same: a thousand locations may have one realm, and most have the same few
 * rules.
 */

#include "ngx_http_jwt.h"
#include "ngx_http_jwt_directives.h"
#include "ngx_http_jwt_refusal.h"


char *
ngx_http_jwt_realm(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    size_t      i;
    ngx_str_t  *value;

    if (jlcf->refusal.realm.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 0; i < value[1].len; i++) {
        if (value[1].data[i] < 0x20 || value[1].data[i] > 0x7e) {
            return ngx_http_jwt_conf_error(cf, NULL,
                       "invalid realm \"%V\" in \"jwt_realm\": write it in "
                       "printable ASCII", &value[1]);
        }
    }

    if (ngx_http_script_variables_count(&value[1])) {
        return ngx_http_jwt_conf_error(cf, NULL,
                   "\"jwt_realm\" takes no variables: write the text itself, "
                   "without \"$\", instead of \"%V\"", &value[1]);
    }

    jlcf->refusal.realm = value[1];

    return NGX_CONF_OK;
}


const char *
ngx_http_jwt_doc_url_fault(ngx_str_t *url)
{
    u_char  c;
    size_t  i;

    for (i = 0; i < url->len; i++) {
        c = url->data[i];

        /* it becomes part of a quoted-string and of JSON */

        if (c <= 0x20 || c > 0x7e || c == '"' || c == '\\') {
            return "has a character that no URL has: write it "
                   "percent-encoded";
        }

        if (c == '#') {
            return "has a fragment: write it without";
        }
    }

    return njwt_url_fault(ngx_http_jwt_slice(url));
}


char *
ngx_http_jwt_resource_metadata(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_loc_conf_t  *jlcf = conf;

    ngx_str_t   *value;
    const char  *fault;

    if (jlcf->refusal.metadata.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;
    fault = ngx_http_jwt_doc_url_fault(&value[1]);

    if (fault != NULL) {
        return ngx_http_jwt_conf_error(cf, NULL,
                   "\"jwt_resource_metadata\" \"%V\" %s", &value[1], fault);
    }

    jlcf->refusal.metadata = value[1];

    return NGX_CONF_OK;
}


typedef struct {
    ngx_uint_t   status;
    ngx_str_t    title;
} ngx_http_jwt_title_t;


static const ngx_http_jwt_title_t  ngx_http_jwt_titles[] = {
    { 400, ngx_string("Bad Request") },
    { 401, ngx_string("Unauthorized") },
    { 403, ngx_string("Forbidden") },
    { 405, ngx_string("Method Not Allowed") },
    { 500, ngx_string("Internal Server Error") },
    { 503, ngx_string("Service Unavailable") },
    { 0, ngx_null_string }
};


static const ngx_str_t *
ngx_http_jwt_title(ngx_uint_t status)
{
    const ngx_http_jwt_title_t  *title;

    for (title = ngx_http_jwt_titles; title->status; title++) {
        if (title->status == status) {
            break;
        }
    }

    return &title->title;
}


/* The text of a quoted-string (RFC 9110, section 5.6.4). */

static u_char *
ngx_http_jwt_quoted(u_char *p, ngx_str_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        if (text->data[i] == '"' || text->data[i] == '\\') {
            *p++ = '\\';
        }

        *p++ = text->data[i];
    }

    return p;
}


/* The error and its description: in the part of the client's scheme. */

static u_char *
ngx_http_jwt_challenge_details(u_char *p, u_char *last,
    ngx_http_jwt_challenges_t *of, const njwt_verdict_info_t *info,
    ngx_str_t *scopes)
{
    if (info->error.len) {
        p = ngx_slprintf(p, last, ", error=\"%*s\", error_description=\"%*s\"",
                         info->error.len, info->error.data,
                         info->description.len, info->description.data);
    }

    if (scopes->len) {
        p = ngx_slprintf(p, last, ", scope=\"%V\"", scopes);
    }

    if (of->metadata.len) {
        p = ngx_slprintf(p, last, ", resource_metadata=\"%V\"", &of->metadata);
    }

    return p;
}


static ngx_int_t
ngx_http_jwt_challenge_text(ngx_pool_t *pool, ngx_http_jwt_challenges_t *of,
    njwt_verdict_t verdict, ngx_uint_t dpop, ngx_str_t *scopes,
    ngx_str_t *text)
{
    u_char                     *p, *last;
    size_t                      size;
    ngx_http_jwt_schemes_t     *schemes;
    const njwt_verdict_info_t  *info;

    info = njwt_verdict_info(verdict);
    schemes = &of->schemes;

    size = sizeof("Bearer realm=\"\", error=\"\", error_description=\"\", "
                  "scope=\"\", resource_metadata=\"\", DPoP algs=\"\"") - 1
           + 2 * of->realm.len + info->error.len + info->description.len
           + scopes->len + of->metadata.len + schemes->algs.len;

    p = ngx_pnalloc(pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;
    last = p + size;

    /* an MCP client ignores a challenge that begins with DPoP */

    dpop = schemes->alone || (dpop && schemes->algs.len > 0);
    p = ngx_slprintf(p, last, "%s realm=\"",
                     schemes->alone ? "DPoP" : "Bearer");
    p = ngx_http_jwt_quoted(p, &of->realm);
    *p++ = '"';

    if (!dpop) {
        p = ngx_http_jwt_challenge_details(p, last, of, info, scopes);
    }

    if (schemes->algs.len > 0) {
        p = ngx_slprintf(p, last, ", %salgs=\"%V\"",
                         schemes->alone ? "" : "DPoP ", &schemes->algs);
    }

    if (dpop) {
        p = ngx_http_jwt_challenge_details(p, last, of, info, scopes);
    }

    text->len = p - text->data;

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_problem_text(ngx_pool_t *pool, njwt_verdict_t verdict,
    ngx_str_t *scopes, ngx_str_t *text)
{
    u_char                     *p, *last;
    size_t                      size;
    const ngx_str_t            *title;
    const njwt_verdict_info_t  *info;

    info = njwt_verdict_info(verdict);
    title = ngx_http_jwt_title(info->status);

    size = sizeof("{\"type\":\"about:blank\",\"title\":\"\",\"status\":,"
                  "\"error\":\"\",\"error_description\":\"\","
                  "\"scope\":\"\"}") - 1 + NGX_INT_T_LEN
           + title->len + info->error.len + info->description.len
           + scopes->len;

    p = ngx_pnalloc(pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;
    last = p + size;

    p = ngx_slprintf(p, last,
                     "{\"type\":\"about:blank\",\"title\":\"%V\","
                     "\"status\":%ui", title, (ngx_uint_t) info->status);

    if (info->error.len) {
        p = ngx_slprintf(p, last,
                         ",\"error\":\"%*s\",\"error_description\":\"%*s\"",
                         info->error.len, info->error.data,
                         info->description.len, info->description.data);
    }

    if (scopes->len) {
        p = ngx_slprintf(p, last, ",\"scope\":\"%V\"", scopes);
    }

    *p++ = '}';

    text->len = p - text->data;

    return NGX_OK;
}


/*
 * Percent-encoding for gRPC: of printable ASCII only the percent sign (gRPC
 * over HTTP/2, "Responses").
 */

static ngx_int_t
ngx_http_jwt_message_text(ngx_pool_t *pool, njwt_verdict_t verdict,
    ngx_str_t *text)
{
    u_char        *p, c;
    size_t         i;
    njwt_slice_t   description;

    description = njwt_verdict_info(verdict)->description;

    p = ngx_pnalloc(pool, 3 * description.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;

    for (i = 0; i < description.len; i++) {
        c = description.data[i];

        if (c < 0x20 || c > 0x7e || c == '%') {
            p = ngx_sprintf(p, "%%%02Xd", (ngx_int_t) c);
            continue;
        }

        *p++ = c;
    }

    text->len = p - text->data;

    return NGX_OK;
}


static ngx_http_jwt_common_texts_t *
ngx_http_jwt_common_texts(ngx_conf_t *cf)
{
    ngx_str_t                     none = ngx_null_string;
    njwt_verdict_t                verdict;
    ngx_http_jwt_common_texts_t  *common;

    common = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_common_texts_t));

    if (common == NULL
        || ngx_array_init(&common->challenges, cf->pool, 4,
                          sizeof(ngx_http_jwt_challenges_t *))
           != NGX_OK)
    {
        return NULL;
    }

    for (verdict = 0; verdict < NJWT_VERDICT_COUNT; verdict++) {
        if (ngx_http_jwt_problem_text(cf->pool, verdict, &none,
                                      &common->bodies[verdict])
            != NGX_OK
            || ngx_http_jwt_message_text(cf->pool, verdict,
                                         &common->messages[verdict])
               != NGX_OK)
        {
            return NULL;
        }
    }

    return common;
}


/* The challenges of a realm; many locations share them. */

static ngx_http_jwt_challenges_t *
ngx_http_jwt_challenges(ngx_conf_t *cf, ngx_http_jwt_common_texts_t *common,
    ngx_str_t *realm, ngx_str_t *metadata, ngx_http_jwt_schemes_t *schemes)
{
    ngx_str_t                    none = ngx_null_string;
    ngx_uint_t                   i, dpop;
    njwt_verdict_t               verdict;
    ngx_http_jwt_challenges_t  **all, *own;

    all = common->challenges.elts;

    for (i = 0; i < common->challenges.nelts; i++) {
        if (ngx_http_jwt_same(&all[i]->realm, realm)
            && ngx_http_jwt_same(&all[i]->metadata, metadata)
            && ngx_http_jwt_same(&all[i]->schemes.algs, &schemes->algs)
            && all[i]->schemes.alone == schemes->alone)
        {
            return all[i];
        }
    }

    own = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_challenges_t));
    all = ngx_array_push(&common->challenges);

    if (own == NULL || all == NULL) {
        return NULL;
    }

    *all = own;
    own->realm = *realm;
    own->metadata = *metadata;
    own->schemes = *schemes;

    for (dpop = 0; dpop < 2; dpop++) {
        for (verdict = 0; verdict < NJWT_VERDICT_COUNT; verdict++) {
            if (ngx_http_jwt_challenge_text(cf->pool, own, verdict, dpop,
                                            &none,
                                            &own->values[dpop][verdict])
                != NGX_OK)
            {
                return NULL;
            }
        }
    }

    return own;
}


static ngx_int_t
ngx_http_jwt_copy(ngx_conf_t *cf, ngx_str_t *to, njwt_slice_t from)
{
    to->data = ngx_pnalloc(cf->pool, from.len);
    if (to->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(to->data, from.data, from.len);
    to->len = from.len;

    return NGX_OK;
}


/* This text is also for that method. */

static ngx_int_t
ngx_http_jwt_scopes_method(ngx_http_jwt_scopes_text_t *text,
    njwt_method_t method)
{
    njwt_slice_t  *other;

    if (method.bit != 0) {
        text->methods |= method.bit;
        return NGX_OK;
    }

    other = ngx_array_push(&text->others);
    if (other == NULL) {
        return NGX_ERROR;
    }

    *other = method.name;

    return NGX_OK;
}


/*
 * With a resource's metadata a 401 names the required scopes, so that a client
 * asks for these from the start.
 */

static ngx_int_t
ngx_http_jwt_unauthorized_texts(ngx_conf_t *cf, ngx_http_jwt_texts_t *texts,
    ngx_http_jwt_scopes_text_t *text)
{
    ngx_uint_t      i;
    njwt_verdict_t  verdict;

    if (texts->challenges->metadata.len == 0) {
        return NGX_OK;
    }

    text->unauthorized = ngx_pcalloc(cf->pool, 2 * NJWT_VERDICT_COUNT
                                               * sizeof(ngx_str_t));
    if (text->unauthorized == NULL) {
        return NGX_ERROR;
    }

    /* for each verdict with Bearer, then with DPoP */

    for (i = 0; i < 2 * NJWT_VERDICT_COUNT; i++) {
        verdict = i / 2;

        if (njwt_verdict_info(verdict)->status == NGX_HTTP_UNAUTHORIZED
            && ngx_http_jwt_challenge_text(cf->pool, texts->challenges,
                                           verdict, i % 2, &text->scopes,
                                           &text->unauthorized[i])
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* The refusal of one method, with its scopes. */

static ngx_int_t
ngx_http_jwt_scopes_text(ngx_conf_t *cf, ngx_http_jwt_texts_t *texts,
    njwt_method_t method, njwt_slice_t needed)
{
    ngx_str_t                    scopes;
    ngx_uint_t                   i;
    ngx_http_jwt_scopes_text_t  *text;

    scopes.data = (u_char *) needed.data;
    scopes.len = needed.len;

    text = texts->scopes.elts;

    for (i = 0; i < texts->scopes.nelts; i++) {
        if (ngx_http_jwt_same(&text[i].scopes, &scopes)) {
            return ngx_http_jwt_scopes_method(&text[i], method);
        }
    }

    text = ngx_array_push(&texts->scopes);
    if (text == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(text, sizeof(ngx_http_jwt_scopes_text_t));

    if (ngx_array_init(&text->others, cf->pool, 1, sizeof(njwt_slice_t))
        != NGX_OK
        || ngx_http_jwt_scopes_method(text, method) != NGX_OK
        || ngx_http_jwt_copy(cf, &text->scopes, needed) != NGX_OK
        || ngx_http_jwt_challenge_text(cf->pool, texts->challenges,
                                       NJWT_INSUFFICIENT_SCOPE, 0, &scopes,
                                       &text->challenge[0])
           != NGX_OK
        || ngx_http_jwt_challenge_text(cf->pool, texts->challenges,
                                       NJWT_INSUFFICIENT_SCOPE, 1, &scopes,
                                       &text->challenge[1])
           != NGX_OK
        || ngx_http_jwt_unauthorized_texts(cf, texts, text) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_jwt_problem_text(cf->pool, NJWT_INSUFFICIENT_SCOPE,
                                     &scopes, &text->body);
}


static ngx_int_t
ngx_http_jwt_method_texts(ngx_conf_t *cf, ngx_http_jwt_texts_t *texts,
    njwt_arena_t *arena, const njwt_policy_t *policy, njwt_method_t method)
{
    njwt_slice_t  text;

    if (!njwt_policy_method_allowed(policy, method)) {
        return NGX_OK;
    }

    if (!njwt_policy_scopes_needed(arena, policy, method, &text)) {
        return NGX_ERROR;
    }

    return (text.len > 0) ? ngx_http_jwt_scopes_text(cf, texts, method, text)
                          : NGX_OK;
}


/*
 * The refusals that depend on the policy's rules.  Every bit is tried, also of
 * methods that no rule can name: rules without methods= apply to them, too.
 */

static ngx_int_t
ngx_http_jwt_rules_texts(ngx_conf_t *cf, ngx_http_jwt_texts_t *texts,
    const njwt_policy_t *policy)
{
    size_t                    i, k;
    ngx_int_t                 rc;
    njwt_arena_t              arena;
    njwt_slice_t              text;
    njwt_method_t             method;
    const njwt_scope_rule_t  *rule;

    njwt_arena_init(&arena);

    rc = NGX_ERROR;

    if (njwt_policy_allow(&arena, policy, &text)) {
        rc = ngx_http_jwt_copy(cf, &texts->allow, text);
    }

    ngx_memzero(&method, sizeof(njwt_method_t));

    for (method.bit = 1; rc == NGX_OK && method.bit != 0; method.bit <<= 1) {
        rc = ngx_http_jwt_method_texts(cf, texts, &arena, policy, method);
    }

    for (i = 0; i < policy->scope_rule_count; i++) {
        rule = &policy->scope_rules[i];

        for (k = 0; rc == NGX_OK && k < rule->other_count; k++) {
            method.name = rule->others[k];
            rc = ngx_http_jwt_method_texts(cf, texts, &arena, policy, method);
        }
    }

    njwt_arena_free(&arena);

    return rc;
}


/*
 * The texts of a level's refusals; NULL: no memory.  What all policies share
 * is made with the first one.
 */

static ngx_http_jwt_texts_t *
ngx_http_jwt_texts_create(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *conf)
{
    ngx_str_t                 *realm;
    ngx_http_jwt_texts_t      *texts;
    ngx_http_jwt_schemes_t     schemes;
    ngx_http_jwt_main_conf_t  *jmcf;

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_scope_module);

    if (jmcf->texts == NULL) {
        jmcf->texts = ngx_http_jwt_common_texts(cf);
    }

    texts = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_texts_t));

    if (jmcf->texts == NULL || texts == NULL
        || ngx_array_init(&texts->scopes, cf->pool, 1,
                          sizeof(ngx_http_jwt_scopes_text_t))
           != NGX_OK)
    {
        return NULL;
    }

    ngx_memzero(&schemes, sizeof(ngx_http_jwt_schemes_t));

    if (conf->binding.words.dpop) {
        schemes.algs = conf->binding.algs;
        schemes.alone = conf->binding.words.required
                        && !conf->binding.words.mtls;
    }

    realm = conf->refusal.realm.data != NULL ? &conf->refusal.realm
                                             : conf->names->elts;

    texts->common = jmcf->texts;
    texts->challenges = ngx_http_jwt_challenges(cf, jmcf->texts, realm,
                                                &conf->refusal.metadata,
                                                &schemes);

    if (texts->challenges == NULL
        || ngx_http_jwt_rules_texts(cf, texts, conf->policy) != NGX_OK)
    {
        return NULL;
    }

    return texts;
}


/* Inherits from the outer level what this one doesn't set. */

static void
ngx_http_jwt_refusal_inherit(ngx_http_jwt_refusal_conf_t *prev,
    ngx_http_jwt_refusal_conf_t *conf)
{
    if (conf->realm.data == NULL) {
        conf->realm = prev->realm;
    }

    if (conf->metadata.data == NULL) {
        conf->metadata = prev->metadata;
    }

    ngx_conf_merge_uint_value(conf->format, prev->format,
                              NGX_HTTP_JWT_FORMAT_PROBLEM);
}


char *
ngx_http_jwt_refusal_merge(ngx_conf_t *cf, ngx_http_jwt_loc_conf_t *prev,
    ngx_http_jwt_loc_conf_t *conf)
{
    ngx_http_jwt_refusal_inherit(&prev->refusal, &conf->refusal);

    if (conf->policy == NULL) {
        return NGX_CONF_OK;
    }

    /* a level that has the outer policy has no directive of its own */

    conf->refusal.texts = (conf->policy == prev->policy)
                          ? prev->refusal.texts
                          : ngx_http_jwt_texts_create(cf, conf);

    return conf->refusal.texts != NULL ? NGX_CONF_OK : NGX_CONF_ERROR;
}
