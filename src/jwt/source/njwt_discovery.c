/*
 * Where does an authorization server say that its keys are?
 */

#include "njwt_discovery.h"
#include "njwt_jansson.h"


const char *
njwt_discovery_read(njwt_arena_t *arena, njwt_slice_t text,
    njwt_slice_t issuer, njwt_slice_t *jwks_uri)
{
    njwt_value_t  root, name, uri;

    static const njwt_slice_t  issuer_name = njwt_literal("issuer");
    static const njwt_slice_t  uri_name = njwt_literal("jwks_uri");

    (void) njwt_slice_unmark(&text);

    root = njwt_jansson_object(arena, text);

    if (njwt_json_type(root) != NJWT_JSON_OBJECT) {
        return arena->failed ? "out of memory" : "not a JSON object";
    }

    name = njwt_json_member(root, issuer_name);
    uri = njwt_json_member(root, uri_name);

    if (njwt_json_type(name) != NJWT_JSON_STRING
        || !njwt_slice_equal(njwt_json_string(name), issuer))
    {
        return "its \"issuer\" isn't the first \"issuer\" of the block";
    }

    if (njwt_json_type(uri) != NJWT_JSON_STRING) {
        return "no \"jwks_uri\" in it";
    }

    *jwks_uri = njwt_json_string(uri);

    return NULL;
}
