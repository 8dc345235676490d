/*
 * The settings of a running gate: its "jwt_status json", from a URL or a file,
 * with the keys and the policy that its location judges by.
 */

#include "explain_gate.h"
#include "njwt_discovery.h"

#include <string.h>
#include <time.h>


static void __attribute__((noreturn))
explain_gate_lacks(njwt_slice_t name)
{
    explain_die("the gate's status lacks \"%.*s\": it is of another "
                "version of nginx-jwt-scope than this jwt-explain",
                (int) name.len, (const char *) name.data);
}


njwt_value_t
explain_gate_need(njwt_value_t object, const char *name,
    njwt_json_type_t type)
{
    njwt_value_t  value;

    value = njwt_json_member(object, explain_slice(name));

    if (njwt_json_type(value) != type) {
        explain_gate_lacks(explain_slice(name));
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


/* Does the gate say so?  An earlier version doesn't. */

static bool
explain_gate_on(njwt_value_t object, const char *name)
{
    njwt_slice_t  text = { NULL, 0 };

    (void) njwt_json_scalar(njwt_json_member(object, explain_slice(name)),
                            &text);

    return njwt_slice_equal(text, explain_slice("true"));
}


bool
explain_gate_flag(njwt_value_t object, const char *name)
{
    (void) explain_gate_need(object, name, NJWT_JSON_BOOLEAN);

    return explain_gate_on(object, name);
}


/* What to write after this error of a fetch. */

static const char *
explain_gate_advice(const char *error)
{
    if (strcmp(error, "HTTP status 403") == 0
        || strcmp(error, "HTTP status 401") == 0)
    {
        return ". Ask from a machine that may, or save the answer there and "
               "write --gate FILE";
    }

    if (strcmp(error, "HTTP status 404") == 0) {
        return ". Write the URL of a location with \"jwt_status json;\"";
    }

    return "";
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
        explain_die("\"--gate\" \"%s\" is no URL: write it as in "
                    "http://HOST/PATH, or the name of a file", e->gate);
    }

    if (url.user) {
        explain_die("\"--gate\" has a user part: write it without one");
    }

    if (!explain_fetch(e, e->gate, EXPLAIN_MAX_GATE, text, &error)) {
        explain_die("the gate's status can't be fetched from \"%s\": %s%s",
                    e->gate, error, explain_gate_advice(error));
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


/* A text followed by a NUL, for functions that need one. */

static const char *
explain_string(explain_t *e, njwt_slice_t text)
{
    return explain_printf(e, "%.*s", (int) text.len,
                          (const char *) text.data);
}


/*
 * The gate has no keys: what its status says about that, and about what to do.
 * An earlier version doesn't say the latter.
 */

static const char *
explain_gate_without(explain_t *e, njwt_value_t status)
{
    njwt_value_t  error;
    njwt_slice_t  reported, advice;

    error = njwt_json_member(njwt_json_member(status,
                                              explain_slice("fetches")),
                             explain_slice("last_error"));
    reported = njwt_json_string(njwt_json_member(error,
                                                 explain_slice("text")));
    advice = njwt_json_string(njwt_json_member(error,
                                               explain_slice("advice")));

    return explain_printf(e, "the gate holds no keys, or too old ones%s%.*s"
                          "%s%.*s",
                          reported.len > 0 ? "; its last error: " : "",
                          (int) reported.len, (const char *) reported.data,
                          advice.len > 0 ? "; " : "",
                          (int) advice.len, (const char *) advice.data);
}


/* A discovery document has the URL of the keys, now and for the gate. */

static void
explain_gate_discovery(explain_t *e)
{
    njwt_slice_t  text, uri;

    if (!explain_fetch(e, e->source, EXPLAIN_MAX_JWKS, &text, &e->keys_error))
    {
        return;
    }

    e->keys_error = njwt_discovery_read(&e->arena, text,
                                        e->issuer->issuers[0], &uri);

    if (e->keys_error == NULL && njwt_url_fault(uri) != NULL) {
        e->keys_error = "its \"jwks_uri\" is no https URL";
    }

    if (e->keys_error == NULL) {
        e->source = explain_string(e, uri);
    }
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
                    "gate's, which its status doesn't name: write %s "
                    "FILE", name,
                    (e->issuer->algorithms & NJWT_ALGS_HMAC)
                    ? "--secret" : "--jwks");
    }

    if (explain_gate_flag(status, "source_has_query")) {
        explain_die("the key source of jwt_issuer \"%s\" has a query, which "
                    "the gate's status doesn't show: write --jwks URL", name);
    }

    e->source = explain_string(e, explain_gate_text(status, "source"));
    e->remote = true;
    fault = njwt_url_fault(explain_slice(e->source));

    if (fault != NULL) {
        explain_die("the key source \"%s\" in the gate's status %s",
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


/* What the gate saw of the issuer's clock, for its own time alone. */

static void
explain_gate_ahead(explain_t *e)
{
    double        seconds;
    njwt_value_t  skew;

    skew = njwt_json_member(e->asked->block->status,
                            explain_slice("clock_skew"));

    if (e->at || !e->asked->live || njwt_json_type(skew) != NJWT_JSON_NUMBER) {
        return;
    }

    seconds = njwt_json_number(skew);

    if (seconds > -NJWT_MAX_DATE && seconds < NJWT_MAX_DATE) {
        e->judged.ahead = -(int64_t) seconds;
    }
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
            explain_gate_ahead(e);
        }
    }

    if (e->verdict == NJWT_KEYS_UNAVAILABLE && gate->block != NULL) {
        explain_gate_source(e, explain_string(e, gate->block->trust.name));
    }
}


/* Ends with what can't be read of an issuer or of the location. */

static void __attribute__((noreturn))
explain_unread(const njwt_reader_t *reader)
{
    switch (reader->why) {

    case NJWT_UNREAD_MEMBER:
        explain_gate_lacks(reader->member);

    case NJWT_UNREAD_ALGORITHM:
        explain_die("the gate allows an algorithm that this jwt-explain "
                    "doesn't know: it is of another version");

    case NJWT_UNREAD_BINDING:
        explain_die("the gate's location checks a binding that this "
                    "jwt-explain doesn't know: it is of another version");

    case NJWT_UNREAD_ISSUERS:
        explain_die("the gate's location names no jwt_issuer");

    case NJWT_UNREAD_ISSUER:
        explain_die("the gate's location names a jwt_issuer that its status "
                    "doesn't list");

    case NJWT_UNREAD_RULE:
        explain_fault(&reader->fault, "jwt_require_claim");

    default:
        explain_die("out of memory");
    }
}


/*
 * All jwt_issuer blocks of the gate: one that the location doesn't name may be
 * the token's.  Of such a one it doesn't matter what can't be read.
 */

static void
explain_blocks(explain_t *e)
{
    njwt_value_t      all, status = { NULL };
    explain_gate_t   *gate;
    explain_block_t  *block;

    gate = e->asked;
    all = explain_gate_need(gate->root, "issuers", NJWT_JSON_ARRAY);

    gate->blocks = explain_alloc(e, (njwt_json_length(all) + 1)
                                    * sizeof(explain_block_t));
    e->judged.others = explain_alloc(e, (njwt_json_length(all) + 1)
                                        * sizeof(njwt_issuer_t *));

    while (njwt_json_each(all, &status)) {
        block = &gate->blocks[gate->block_count++];
        block->status = status;
        block->reader.arena = &e->arena;
        (void) njwt_issuer_read(&block->reader, status, &block->trust);
        e->judged.others[e->judged.other_count++] = &block->trust;
    }
}


/* Uses the policy of the chosen location. */

static void
explain_gate_policy(explain_t *e)
{
    size_t            i;
    njwt_reader_t     reader = { .arena = &e->arena };
    explain_block_t  *block;

    explain_blocks(e);

    if (!njwt_policy_read(&reader, e->asked->location, e->judged.others,
                          e->judged.other_count, &e->policy, &e->binding))
    {
        explain_unread(&reader);
    }

    for (i = 0; i < e->policy.issuer_count; i++) {
        block = (explain_block_t *) e->policy.issuers[i];

        if (block->reader.why != NJWT_UNREAD_NOTHING) {
            explain_unread(&block->reader);
        }
    }

    e->issuer = e->policy.issuers[0];
    e->claim_rules = (njwt_claim_rule_t *) e->policy.claim_rules;

    for (i = 0; i < e->policy.claim_rule_count; i++) {
        explain_claim_regexes(&e->claim_rules[i], "jwt_require_claim");
    }
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
        explain_die("the status at \"%s\" is not JSON%s: write the URL of a "
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


/* Is it a name for which the server makes an origin? */

static bool
explain_name_is_exact(njwt_slice_t name)
{
    return name.len > 0
           && name.data[0] != '.'
           && name.data[0] != '~'
           && memchr(name.data, '*', name.len) == NULL;
}


njwt_slice_t
explain_listen_port(njwt_slice_t listen)
{
    size_t        i;
    njwt_slice_t  port = { NULL, 0 };

    for (i = listen.len; i > 0 && listen.data[i - 1] != ':'; i--) {
        /* void */
    }

    if (i > 0) {
        port.data = listen.data + i;
        port.len = listen.len - i;
    }

    return port;
}


static void
explain_gate_origin(explain_t *e, njwt_slice_t name, njwt_slice_t port,
    bool tls)
{
    njwt_dpop_t   *proofs = &e->binding.proofs;
    njwt_slice_t  *origins = (njwt_slice_t *) proofs->origins;

    origins[proofs->origin_count++] =
        explain_slice(explain_printf(e, "http%s://%.*s:%.*s", tls ? "s" : "",
                                     (int) name.len, (const char *) name.data,
                                     (int) port.len,
                                     (const char *) port.data));
}


/*
 * Without jwt_dpop_origin the server's exact names and ports count.  The
 * status doesn't say which of these speak TLS: each may, 443 more likely.
 */

static void
explain_gate_names(explain_t *e)
{
    bool          tls;
    size_t        i, k;
    njwt_slice_t  name, port;
    njwt_value_t  names, listen;

    names = explain_gate_need(e->asked->server, "names", NJWT_JSON_ARRAY);
    listen = explain_gate_need(e->asked->server, "listen", NJWT_JSON_ARRAY);

    e->binding.proofs.origins =
                     explain_alloc(e, (njwt_json_length(names)
                                       * njwt_json_length(listen) * 2 + 1)
                                      * sizeof(njwt_slice_t));

    for (i = 0; i < njwt_json_length(names); i++) {
        name = njwt_json_string(njwt_json_element(names, i));

        if (!explain_name_is_exact(name)) {
            continue;
        }

        for (k = 0; k < njwt_json_length(listen); k++) {
            port = explain_listen_port(
                               njwt_json_string(njwt_json_element(listen, k)));

            if (port.len > 0) {
                tls = njwt_slice_equal(port, explain_slice("443"));
                explain_gate_origin(e, name, port, tls);
                explain_gate_origin(e, name, port, !tls);
            }
        }
    }
}


/* The part of --url that the gate sees, behind one of its origins. */

static bool
explain_gate_target(explain_t *e)
{
    size_t               i;
    const njwt_slice_t  *origin;

    for (i = 0; i < e->binding.proofs.origin_count; i++) {
        origin = &e->binding.proofs.origins[i];

        if (e->url.len >= origin->len
            && memcmp(e->url.data, origin->data, origin->len) == 0)
        {
            e->proved.dpop.target.data = e->url.data + origin->len;
            e->proved.dpop.target.len = e->url.len - origin->len;
            return true;
        }
    }

    return false;
}


void
explain_gate_origins(explain_t *e)
{
    bool          configured;
    njwt_dpop_t  *proofs = &e->binding.proofs;

    configured = proofs->origin_count > 0;

    if (!configured) {
        explain_gate_names(e);
    }

    if (proofs->origin_count == 0) {
        proofs->origins = &e->origin;
        proofs->origin_count = (e->origin.len > 0);
        return;
    }

    if (e->url.len > 0 && configured && explain_gate_target(e)) {
        return;
    }

    if (e->url.len > 0) {
        return;
    }

    if (e->location[0] != '/') {
        proofs->origin_count = 0;
        return;
    }

    e->proved.dpop.target = explain_slice(e->location);
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
