/*
 * The settings of a running gate: its "jwt_status json", from a URL or a file,
 * with the keys and the policy that its location judges by.
 */

#include "explain_gate.h"
#include "njwt_discovery.h"
#include "njwt_policy_words.h"

#include <string.h>
#include <time.h>


static void explain_gate_policy(explain_t *e);


njwt_value_t
explain_gate_need(njwt_value_t object, const char *name,
    njwt_json_type_t type)
{
    njwt_value_t  value;

    value = njwt_json_member(object, explain_slice(name));

    if (njwt_json_type(value) != type) {
        explain_die("the gate's status doesn't tell \"%s\": it is of another "
                    "version of nginx-jwt-scope than this jwt-explain",
                    name);
    }

    return value;
}


njwt_slice_t
explain_gate_text(njwt_value_t object, const char *name)
{
    return njwt_json_string(explain_gate_need(object, name,
                                              NJWT_JSON_STRING));
}


size_t
explain_gate_number(njwt_value_t object, const char *name)
{
    double  number;

    number = njwt_json_number(explain_gate_need(object, name,
                                                NJWT_JSON_NUMBER));

    return (number >= 0 && number < NJWT_MAX_DATE) ? (size_t) number : 0;
}


bool
explain_gate_is(njwt_value_t object, const char *name, const char *value)
{
    return njwt_slice_equal(explain_gate_text(object, name),
                            explain_slice(value));
}


bool
explain_gate_flag(njwt_value_t object, const char *name)
{
    njwt_slice_t  text = { NULL, 0 };

    (void) njwt_json_scalar(explain_gate_need(object, name,
                                              NJWT_JSON_BOOLEAN), &text);

    return njwt_slice_equal(text, explain_slice("true"));
}


/*
 * The status is not secret like a key: it may be read over plain http as well.
 */

static void
explain_gate_url(explain_t *e, njwt_slice_t *text)
{
    njwt_url_t   url;
    const char  *error;

    if (!njwt_url_parse(explain_slice(e->gate), &url)
        || url.scheme == NJWT_URL_OTHER)
    {
        explain_die("\"--gate\" \"%s\" is no URL, write it as in "
                    "http://HOST/PATH, or the name of a file", e->gate);
    }

    if (url.user) {
        explain_die("\"--gate\" has a user part, write it without one");
    }

    if (!explain_fetch(e, e->gate, EXPLAIN_MAX_GATE, text, &error)) {
        explain_die("the gate's status can't be fetched from \"%s\": %s",
                    e->gate, error);
    }

    e->asked->live = true;
}


static void
explain_gate_fetch(explain_t *e, njwt_slice_t *text)
{
    const char  *error;

    if (strstr(e->gate, "://") != NULL) {
        explain_gate_url(e, text);
        return;
    }

    text->data = explain_read(e, e->gate, EXPLAIN_MAX_GATE, &text->len,
                              &error);
    if (text->data == NULL) {
        explain_die("the gate's status can't be read from \"%s\": %s",
                    e->gate, error);
    }
}


/* Which other form of the status does it look like? */

static const char *
explain_gate_form(njwt_slice_t text)
{
    if (text.len > 0 && text.data[0] == '<') {
        return ", but a page";
    }

    if (text.len > 0 && text.data[0] == '#') {
        return ", but what Prometheus reads";
    }

    return "";
}


/* The time to judge by: the gate uses its own clock. */

static void
explain_gate_clock(explain_t *e)
{
    int64_t  now;

    if (e->at || !e->asked->live) {
        return;
    }

    now = (int64_t) explain_gate_number(e->asked->root, "time");
    e->asked->ahead = now - (int64_t) time(NULL);
    e->judged.now = now;
}


void
explain_gate(explain_t *e)
{
    njwt_slice_t     text;
    explain_gate_t  *gate;

    gate = explain_alloc(e, sizeof(explain_gate_t));
    e->asked = gate;

    explain_gate_fetch(e, &text);
    gate->root = njwt_jansson_object(&e->arena, text);

    if (njwt_json_type(gate->root) != NJWT_JSON_OBJECT) {
        explain_die("what \"%s\" gives is no JSON%s: write the URL of a "
                    "location with \"jwt_status json;\"", e->gate,
                    explain_gate_form(text));
    }

    if (explain_gate_number(gate->root, "version") != 1) {
        explain_die("the status at \"%s\" has a version that this "
                    "jwt-explain doesn't know", e->gate);
    }

    gate->locations = explain_gate_need(gate->root, "locations",
                                        NJWT_JSON_ARRAY);
    explain_gate_clock(e);
    explain_gate_find(e);
    explain_gate_policy(e);
}


/* A text followed by a NUL, for functions that need one. */

static const char *
explain_string(explain_t *e, njwt_slice_t text)
{
    char  *string;

    string = explain_alloc(e, text.len + 1);

    if (text.len > 0) {
        memcpy(string, text.data, text.len);
    }

    return string;
}


/* The gate has no keys: what its status says about that. */

static const char *
explain_gate_without(explain_t *e, njwt_value_t status)
{
    char          *text;
    size_t         size;
    njwt_value_t   error;
    njwt_slice_t   reported;

    static const char  none[] = "the gate holds no keys, or too old ones";

    error = njwt_json_member(njwt_json_member(status,
                                              explain_slice("fetches")),
                             explain_slice("last_error"));
    reported = njwt_json_string(njwt_json_member(error,
                                                 explain_slice("text")));

    size = sizeof(none) + reported.len + 32;
    text = explain_alloc(e, size);
    (void) snprintf(text, size, "%s%s%.*s", none,
                    reported.len > 0 ? "; its last error: " : "",
                    (int) reported.len, (const char *) reported.data);

    return text;
}


/* A discovery document has the URL of the keys, now and for the gate. */

static void
explain_gate_discovery(explain_t *e)
{
    const char    *error;
    njwt_slice_t   text, uri;

    if (!explain_fetch(e, e->source, EXPLAIN_MAX_JWKS, &text, &error)) {
        e->keys_error = error;
        return;
    }

    error = njwt_discovery_read(&e->arena, text, e->issuer->issuers[0],
                                &uri);

    if (error == NULL && njwt_url_fault(uri) != NULL) {
        error = "its \"jwks_uri\" is no https URL";
    }

    if (error != NULL) {
        e->keys_error = error;
        return;
    }

    e->source = explain_string(e, uri);
}


/* Keys named on the command line are those of the token's issuer. */

static bool
explain_gate_given(explain_t *e, const char *name)
{
    bool  shared;

    shared = (e->issuer->algorithms & NJWT_ALGS_HMAC) != 0;

    if (e->secret != NULL) {
        if (!shared) {
            explain_die("jwt_issuer \"%s\" has keys, and no shared secret: "
                        "write --jwks", name);
        }

        e->source = e->secret;
        return true;
    }

    if (e->jwks == NULL) {
        return false;
    }

    if (shared) {
        explain_die("jwt_issuer \"%s\" has a shared secret, and no keys: "
                    "write --secret", name);
    }

    explain_source(e);

    return true;
}


static void
explain_gate_source(explain_t *e, const char *name)
{
    const char     *fault;
    njwt_value_t    status;

    status = e->asked->block->status;

    if (explain_gate_given(e, name)) {
        return;
    }

    if (explain_gate_is(status, "source", "file")) {
        explain_die("the keys of jwt_issuer \"%s\" are in a file of the "
                    "gate's, which it doesn't tell: write %s FILE", name,
                    (e->issuer->algorithms & NJWT_ALGS_HMAC)
                    ? "--secret" : "--jwks");
    }

    if (explain_gate_flag(status, "source_has_query")) {
        explain_die("the key source of jwt_issuer \"%s\" has a query, which "
                    "the gate doesn't tell: write --jwks URL", name);
    }

    e->source = explain_string(e, explain_gate_text(status, "source"));
    e->remote = true;
    fault = njwt_url_fault(explain_slice(e->source));

    if (fault != NULL) {
        explain_die("the key source \"%s\", which the gate tells, %s",
                    e->source, fault);
    }

    if (!explain_gate_flag(status, "keys_available")) {
        e->keys_error = explain_gate_without(e, status);
        return;
    }

    if (explain_gate_flag(status, "discovery")) {
        explain_gate_discovery(e);
    }
}


/* Does the gate say so?  An earlier version doesn't. */

static bool
explain_gate_on(njwt_value_t object, const char *name)
{
    njwt_slice_t  text = { NULL, 0 };

    (void) njwt_json_scalar(njwt_json_member(object, explain_slice(name)),
                            &text);

    return njwt_slice_equal(text, explain_slice("true"));
}


/*
 * The gate has keys, but they can't be fetched from here: that is not the
 * gate's verdict.
 */

void
explain_gate_unlike(explain_t *e)
{
    njwt_value_t  status;

    status = e->asked->block->status;

    if (!explain_gate_flag(status, "keys_available")) {
        return;
    }

    explain_die("the gate has the keys of \"%s\", but this machine can't "
                "fetch them: %s. %s", e->source, e->keys_error,
                explain_gate_on(status, "own_authorities")
                ? "The gate trusts authorities of its own: write "
                  "--trusted-certificate FILE with its "
                  "\"ssl_trusted_certificate\", or --jwks FILE"
                : explain_gate_on(status, "proxied")
                ? "The gate asks through a proxy: write --jwks FILE"
                : "Ask on the gate's own machine, or write "
                  "--trusted-certificate FILE or --jwks FILE");
}


void
explain_gate_issuer(explain_t *e)
{
    size_t           i;
    explain_gate_t  *gate;

    gate = e->asked;

    for (i = 0; i < gate->block_count; i++) {
        if (e->found.issuer == &gate->blocks[i].trust) {
            gate->block = &gate->blocks[i];
            e->issuer = &gate->blocks[i].trust;
        }
    }

    if (e->verdict == NJWT_KEYS_UNAVAILABLE && gate->block != NULL) {
        explain_gate_source(e, explain_string(e, gate->block->trust.name));
    }
}


/* The texts of a list, in memory of our own with room for more. */

static njwt_slice_t *
explain_texts(explain_t *e, njwt_value_t list, size_t more, size_t *count)
{
    size_t         i;
    njwt_slice_t  *texts;

    *count = njwt_json_length(list);
    texts = explain_alloc(e, (*count + more + 1) * sizeof(njwt_slice_t));

    for (i = 0; i < *count; i++) {
        texts[more + i] = njwt_json_string(njwt_json_element(list, i));
    }

    return texts;
}


static njwt_alg_t
explain_algs(njwt_value_t list)
{
    size_t        i;
    njwt_alg_t    alg, set;
    njwt_slice_t  name;

    set = 0;

    for (i = 0; i < njwt_json_length(list); i++) {
        name = njwt_json_string(njwt_json_element(list, i));
        alg = njwt_alg(name);

        if (alg == NJWT_ALG_UNKNOWN) {
            explain_die("the gate allows an algorithm that this jwt-explain "
                        "doesn't know: it is of another version");
        }

        set |= alg;
    }

    return set;
}


static void
explain_expected(explain_t *e, njwt_value_t status, njwt_expected_t *expected)
{
    njwt_value_t  audience, max_age;

    audience = njwt_json_member(status, explain_slice("audience"));
    max_age = njwt_json_member(status, explain_slice("max_age"));

    /* "audience off" is an explicit null: a missing member allows nothing */

    expected->any_audience = njwt_json_type(audience) == NJWT_JSON_NULL;
    expected->audiences = explain_texts(e, audience, 0,
                                        &expected->audience_count);
    expected->leeway = njwt_json_number(explain_gate_need(status, "leeway",
                                                          NJWT_JSON_NUMBER));

    if (njwt_json_type(max_age) != NJWT_JSON_NULL) {
        expected->has_max_age = true;
        expected->max_age = njwt_json_number(
                                explain_gate_need(status, "max_age",
                                                  NJWT_JSON_NUMBER));
    }

    expected->profile = explain_gate_is(status, "profile", "rfc9068")
                        ? NJWT_PROFILE_RFC9068 : NJWT_PROFILE_ANY;
    expected->scope_claims = explain_texts(e,
                                 explain_gate_need(status, "scope_claims",
                                                   NJWT_JSON_ARRAY), 0,
                                 &expected->scope_claim_count);
}


static void
explain_block(explain_t *e, explain_block_t *block, njwt_slice_t name)
{
    size_t        i;
    njwt_value_t  all, status;

    all = explain_gate_need(e->asked->root, "issuers", NJWT_JSON_ARRAY);

    for (i = 0; i < njwt_json_length(all); i++) {
        status = njwt_json_element(all, i);

        if (!njwt_slice_equal(explain_gate_text(status, "name"), name)) {
            continue;
        }

        block->status = status;
        block->trust.name = name;
        block->trust.issuers = explain_texts(e,
                                   explain_gate_need(status, "issuer",
                                                     NJWT_JSON_ARRAY), 0,
                                   &block->trust.issuer_count);
        block->trust.algorithms = explain_algs(
                                      explain_gate_need(status, "algorithms",
                                                        NJWT_JSON_ARRAY));
        explain_expected(e, status, &block->trust.expected);
        return;
    }

    explain_die("the gate's location names a jwt_issuer that its status "
                "doesn't list");
}


/* The issuers of all locations: the token may be from one of them. */

static void
explain_others(explain_t *e)
{
    size_t          i, count;
    njwt_value_t    list, status;
    njwt_issuer_t  *issuers;

    list = explain_gate_need(e->asked->root, "issuers", NJWT_JSON_ARRAY);
    count = njwt_json_length(list);
    issuers = explain_alloc(e, (count + 1) * sizeof(njwt_issuer_t));

    e->judged.others = explain_alloc(e, (count + 1)
                                        * sizeof(njwt_issuer_t *));
    e->judged.other_count = count;

    for (i = 0; i < count; i++) {
        status = njwt_json_element(list, i);

        memset(&issuers[i], 0, sizeof(njwt_issuer_t));
        issuers[i].name = explain_gate_text(status, "name");
        issuers[i].issuers = explain_texts(e,
                                 explain_gate_need(status, "issuer",
                                                   NJWT_JSON_ARRAY), 0,
                                 &issuers[i].issuer_count);
        e->judged.others[i] = &issuers[i];
    }
}


static void
explain_blocks(explain_t *e)
{
    size_t           i;
    njwt_value_t     names;
    explain_gate_t  *gate;

    gate = e->asked;
    names = explain_gate_need(gate->location, "issuers", NJWT_JSON_ARRAY);
    gate->block_count = njwt_json_length(names);

    if (gate->block_count == 0) {
        explain_die("the gate's location names no jwt_issuer");
    }

    gate->blocks = explain_alloc(e, gate->block_count
                                    * sizeof(explain_block_t));
    e->trusted = explain_alloc(e, gate->block_count
                                  * sizeof(njwt_issuer_t *));

    for (i = 0; i < gate->block_count; i++) {
        explain_block(e, &gate->blocks[i],
                      njwt_json_string(njwt_json_element(names, i)));
        e->trusted[i] = &gate->blocks[i].trust;
    }

    e->issuer = e->trusted[0];
    e->policy.issuers = e->trusted;
    e->policy.issuer_count = gate->block_count;
}


static void
explain_scope_rules(explain_t *e)
{
    size_t              i, k;
    njwt_slice_t       *others;
    njwt_value_t        rules, rule, methods;
    njwt_scope_rule_t  *made;

    rules = explain_gate_need(e->asked->location, "scopes", NJWT_JSON_ARRAY);
    e->policy.scope_rule_count = njwt_json_length(rules);
    e->scope_rules = explain_alloc(e, (e->policy.scope_rule_count + 1)
                                      * sizeof(njwt_scope_rule_t));

    for (i = 0; i < e->policy.scope_rule_count; i++) {
        rule = njwt_json_element(rules, i);
        made = &e->scope_rules[i];
        made->scopes = explain_texts(e,
                                     explain_gate_need(rule, "scopes",
                                                       NJWT_JSON_ARRAY), 0,
                                     &made->scope_count);
        made->any = explain_gate_is(rule, "match", "any");
        methods = njwt_json_member(rule, explain_slice("methods"));
        made->every_method = njwt_json_type(methods) == NJWT_JSON_NULL;

        others = explain_alloc(e, (njwt_json_length(methods) + 1)
                                  * sizeof(njwt_slice_t));

        for (k = 0; k < njwt_json_length(methods); k++) {
            njwt_scope_rule_add(made, others,
                                njwt_json_string(njwt_json_element(methods,
                                                                   k)));
        }
    }

    e->policy.scope_rules = e->scope_rules;
}


static void
explain_claim_rules(explain_t *e)
{
    size_t         i, n;
    njwt_value_t   rules, rule;
    njwt_slice_t  *words;

    rules = explain_gate_need(e->asked->location, "claims", NJWT_JSON_ARRAY);
    e->claim_rules = explain_alloc(e, (njwt_json_length(rules) + 1)
                                      * sizeof(njwt_claim_rule_t));

    for (i = 0; i < njwt_json_length(rules); i++) {
        rule = njwt_json_element(rules, i);
        words = explain_texts(e, explain_gate_need(rule, "values",
                                                   NJWT_JSON_ARRAY), 1, &n);
        words[0] = explain_gate_text(rule, "claim");
        explain_claim_words(e, words, n + 1, "jwt_require_claim");
    }

    e->policy.claim_rules = e->claim_rules;
}


/* A gate from before jwt_audience reports none. */

static void
explain_audience_here(explain_t *e)
{
    size_t         count;
    njwt_value_t   audience;
    njwt_slice_t  *values;

    audience = njwt_json_member(e->asked->location,
                                explain_slice("audience"));
    values = explain_texts(e, audience, 0, &count);

    explain_audience(e, values, count);
}


/*
 * What the location checks of bound tokens.  A gate from before jwt_binding
 * doesn't say.
 */

static void
explain_binding_here(explain_t *e)
{
    size_t           i;
    njwt_slice_t     word;
    njwt_value_t     words;
    njwt_binding_t  *binding = &e->binding;

    words = njwt_json_member(e->asked->location, explain_slice("binding"));

    for (i = 0; i < njwt_json_length(words); i++) {
        word = njwt_json_string(njwt_json_element(words, i));

        if (njwt_slice_equal(word, explain_slice("dpop"))) {
            binding->dpop = true;

        } else if (njwt_slice_equal(word, explain_slice("mtls"))) {
            binding->mtls = true;

        } else if (njwt_slice_equal(word, explain_slice("required"))) {
            binding->required = true;

        } else {
            explain_die("the gate checks a binding that this jwt-explain "
                        "doesn't know: it is of another version");
        }

        e->policy.binding = binding;
    }
}


/* Uses the policy of the chosen location. */

static void
explain_gate_policy(explain_t *e)
{
    explain_blocks(e);
    explain_others(e);
    explain_scope_rules(e);
    explain_audience_here(e);
    explain_claim_rules(e);
    explain_binding_here(e);

    e->policy.max_token_size = explain_gate_number(e->asked->location,
                                                   "max_token_size");
}


void
explain_gate_token(explain_t *e)
{
    njwt_value_t  sources;

    sources = explain_gate_need(e->asked->location, "token", NJWT_JSON_ARRAY);

    if (e->header && !njwt_json_holds(sources, explain_slice("bearer"))) {
        e->judged.credentials.found = 0;
        e->judged.credentials.token = explain_slice("");
    }
}


void
explain_gate_mode(explain_t *e)
{
    if (explain_gate_is(e->asked->location, "mode", "optional")) {
        e->verdict = njwt_verdict_optional(e->verdict, &e->judged);
    }
}
