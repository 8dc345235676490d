/*
 * The proof of possession: --binding, --proof, --url and --certificate.
 */

#include "explain.h"
#include "njwt_htu.h"
#include "njwt_pem.h"

#include <string.h>


#define EXPLAIN_MAX_CERTIFICATE  (64 * 1024)


void
explain_set_binding(explain_t *e, const char *value)
{
    const char      *at;
    njwt_slice_t     word;
    njwt_binding_t  *binding = &e->binding;

    for (at = value; ; at += word.len + 1) {
        word.data = (const uint8_t *) at;
        word.len = strcspn(at, ",");

        if (!njwt_binding_read(binding, word)) {
            explain_die("invalid \"--binding\" \"%s\": write it as in "
                        "--binding dpop,mtls,required", value);
        }

        if (at[word.len] == '\0') {
            break;
        }
    }

    if (!binding->dpop && !binding->mtls) {
        explain_die("\"--binding required\" needs a binding: write --binding "
                    "dpop,required or --binding mtls,required");
    }

    e->policy.binding = binding;
}


void
explain_set_proof(explain_t *e, const char *value)
{
    if (e->proved.dpop.headers > 0) {
        explain_die("\"--proof\" is given twice: write one");
    }

    e->proved.dpop.headers = 1;
    e->proved.dpop.proof = explain_slice(value);
}


void
explain_set_url(explain_t *e, const char *value)
{
    njwt_url_t  url;

    if (!njwt_url_split(explain_slice(value), &url)
        || url.scheme == NJWT_URL_OTHER || url.user)
    {
        explain_die("\"--url\" \"%s\" is no URL of a request: write it as in "
                    "https://HOST/PATH", value);
    }

    e->proved.dpop.target = url.rest;
    e->url = explain_slice(value);
    e->origin = e->url;
    e->origin.len -= url.rest.len;
}


void
explain_set_certificate(explain_t *e, const char *value)
{
    njwt_pem_t     block;
    const char    *error;
    njwt_slice_t   text, der;

    static const njwt_slice_t  label = njwt_literal("CERTIFICATE");

    text.data = explain_read(e, value, EXPLAIN_MAX_CERTIFICATE, &text.len,
                             &error);

    if (text.data == NULL) {
        explain_die("\"%s\": %s", value, error);
    }

    /* the first certificate, which the gate uses as well */

    while (njwt_pem_next(&text, &block)) {
        if (!njwt_slice_equal(block.label, label)) {
            continue;
        }

        if (!njwt_pem_decode(&e->arena, &block, &der)
            || !njwt_sha256(der, e->certificate))
        {
            break;
        }

        e->proved.certificate = e->certificate;
        return;
    }

    explain_die("\"%s\" holds no certificate in PEM", value);
}


void
explain_binding(explain_t *e)
{
    bool          proof = e->proved.dpop.headers > 0;
    njwt_dpop_t  *proofs = &e->binding.proofs;

    if (e->gate == NULL) {
        proofs->origins = &e->origin;
        proofs->origin_count = (e->origin.len > 0);
    }

    if (e->policy.binding == NULL) {
        if (proof || e->proved.certificate != NULL) {
            explain_die("\"%s\" is for a location that checks it%s%s",
                        proof ? "--proof" : "--certificate",
                        e->gate != NULL ? ", and the gate's has no jwt_binding"
                                        : ": write --binding ",
                        e->gate != NULL ? "" : proof ? "dpop" : "mtls");
        }

        return;
    }

    if (e->gate != NULL && proof) {
        explain_gate_origins(e);
    }

    if (proof && proofs->origin_count == 0) {
        explain_die("\"--proof\" is for a URL: write --url with that of "
                    "the request");
    }

    if (proofs->algorithms == 0) {
        proofs->algorithms = NJWT_ALG_ES256;
        proofs->lifetime = NJWT_DEFAULT_DPOP_LIFETIME;
        proofs->ahead = NJWT_DEFAULT_DPOP_AHEAD;
    }

    e->proved.dpop.method = e->judged.method.name;
    e->judged.binding = &e->proved;
}
