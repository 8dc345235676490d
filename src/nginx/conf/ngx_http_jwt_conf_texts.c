/*
 * Which texts does each location refuse with?  Made once with the
 * configuration, and shared as far as they are the same: a thousand locations
 * may have one realm, and most have the same few rules.
 */

#include "ngx_http_jwt_refusal.h"


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


static ngx_uint_t
ngx_http_jwt_same(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || ngx_memcmp(a->data, b->data, a->len) == 0);
}


/* The challenges of a realm: many locations have the same one. */

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


/* This text is one method's too. */

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
 * With a resource's metadata a 401 says which scopes are wanted, so that a
 * client asks for these from the start.
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

    /* of each verdict for Bearer, then for DPoP */

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


/* What one method is refused with, for its scopes. */

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
 * What the policy's rules say.  Every bit is asked for, those of methods that
 * nobody can name too: rules without methods= bind them all the same.
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


ngx_http_jwt_texts_t *
ngx_http_jwt_texts_create(ngx_conf_t *cf,
    ngx_http_jwt_common_texts_t **common, const njwt_policy_t *policy,
    ngx_str_t *realm, ngx_str_t *metadata, ngx_http_jwt_schemes_t *schemes)
{
    ngx_http_jwt_texts_t  *texts;

    if (*common == NULL) {
        *common = ngx_http_jwt_common_texts(cf);
    }

    texts = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_texts_t));

    if (*common == NULL || texts == NULL
        || ngx_array_init(&texts->scopes, cf->pool, 1,
                          sizeof(ngx_http_jwt_scopes_text_t))
           != NGX_OK)
    {
        return NULL;
    }

    texts->common = *common;
    texts->challenges = ngx_http_jwt_challenges(cf, *common, realm, metadata,
                                                schemes);

    if (texts->challenges == NULL
        || ngx_http_jwt_rules_texts(cf, texts, policy) != NGX_OK)
    {
        return NULL;
    }

    return texts;
}


/* The methods with a bit are in its set; of others each is listed. */

static ngx_uint_t
ngx_http_jwt_scopes_of(const ngx_http_jwt_scopes_text_t *text,
    njwt_method_t method)
{
    ngx_uint_t           i;
    const njwt_slice_t  *other;

    if (text->methods & method.bit) {
        return 1;
    }

    other = text->others.elts;

    for (i = 0; i < text->others.nelts; i++) {
        if (njwt_slice_equal(other[i], method.name)) {
            return 1;
        }
    }

    return 0;
}


void
ngx_http_jwt_texts_find(ngx_http_jwt_texts_t *texts, njwt_verdict_t verdict,
    ngx_uint_t dpop, njwt_method_t method, ngx_http_jwt_text_t *text)
{
    ngx_uint_t                   i;
    ngx_http_jwt_scopes_text_t  *scopes;

    text->challenge = &texts->challenges->values[dpop][verdict];
    text->body = &texts->common->bodies[verdict];
    text->message = &texts->common->messages[verdict];

    scopes = texts->scopes.elts;

    for (i = 0; i < texts->scopes.nelts; i++) {
        if (ngx_http_jwt_scopes_of(&scopes[i], method)) {
            break;
        }
    }

    if (i == texts->scopes.nelts) {
        return;
    }

    if (verdict == NJWT_INSUFFICIENT_SCOPE) {
        text->challenge = &scopes[i].challenge[dpop];
        text->body = &scopes[i].body;

    } else if (scopes[i].unauthorized != NULL
               && scopes[i].unauthorized[2 * verdict + dpop].len > 0)
    {
        text->challenge = &scopes[i].unauthorized[2 * verdict + dpop];
    }
}
