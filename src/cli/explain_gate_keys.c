/*
 * With which keys does the gate judge?
 */

#include "explain_gate.h"
#include "njwt_discovery.h"

#include <string.h>


/* A text that ends with a NUL, for functions that look for it. */

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


/* The gate holds no keys: what it says of that. */

static const char *
explain_gate_without(explain_t *e, njwt_value_t status)
{
    char          *text;
    size_t         size;
    njwt_value_t   error;
    njwt_slice_t   told;

    static const char  none[] = "the gate holds no keys, or too old ones";

    error = njwt_json_member(njwt_json_member(status,
                                              explain_slice("fetches")),
                             explain_slice("last_error"));
    told = njwt_json_string(njwt_json_member(error, explain_slice("text")));

    size = sizeof(none) + told.len + 32;
    text = explain_alloc(e, size);
    (void) snprintf(text, size, "%s%s%.*s", none,
                    told.len > 0 ? "; its last error: " : "",
                    (int) told.len, (const char *) told.data);

    return text;
}


/* A discovery document tells where the keys are, now as to the gate. */

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


/* Keys that are named on the command line are the token's issuer's. */

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
