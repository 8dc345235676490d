/*
 * Discovery documents: where an authorization server says that its keys are.
 */

#include "njwt_discovery.h"
#include "njwt_jansson.h"

#include <string.h>


const char *
njwt_discovery_read(njwt_arena_t *arena, njwt_slice_t text,
    njwt_slice_t issuer, njwt_slice_t *jwks_uri)
{
    njwt_value_t  root, name, uri;

    (void) njwt_slice_unmark(&text);

    root = njwt_jansson_object(arena, text);

    if (njwt_json_type(root) != NJWT_JSON_OBJECT) {
        return arena->failed ? "out of memory" : "not a JSON object";
    }

    name = njwt_json_member(root, njwt_slice("issuer"));
    uri = njwt_json_member(root, njwt_slice("jwks_uri"));

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


/* The issuer, a slash unless it ends with one, and a path. */

size_t
njwt_discovery_url(njwt_slice_t issuer, bool document, uint8_t *url)
{
    size_t        len;
    njwt_slice_t  path;

    static const njwt_slice_t  keys = njwt_literal(".well-known/jwks.json");
    static const njwt_slice_t  metadata =
                            njwt_literal(".well-known/openid-configuration");

    /* RFC 8414, section 2: neither a query nor a fragment */

    if (issuer.len == 0
        || memchr(issuer.data, '?', issuer.len) != NULL
        || memchr(issuer.data, '#', issuer.len) != NULL)
    {
        return 0;
    }

    memcpy(url, issuer.data, issuer.len);
    len = issuer.len;

    if (url[len - 1] != '/') {
        url[len++] = '/';
    }

    path = document ? metadata : keys;
    memcpy(url + len, path.data, path.len);

    return len + path.len;
}
