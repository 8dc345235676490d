/*
 * Why can't this text be read as a token?  By the place and kind of what is
 * wrong, not by its characters: they may be a secret.
 */

#include "njwt_hint_parts.h"
#include "njwt_b64.h"
#include "njwt_bearer.h"
#include "njwt_dates.h"

#include <string.h>


/* The first byte that no b64token has, or the length. */

static size_t
njwt_hint_stray(njwt_slice_t token)
{
    size_t        i;
    njwt_slice_t  byte;

    byte.len = 1;

    for (i = 0; i < token.len; i++) {
        byte.data = token.data + i;

        if (token.data[i] != '=' && !njwt_bearer_valid(byte)) {
            break;
        }
    }

    return i;
}


void
njwt_hint_malformed_request(njwt_hint_t *hint)
{
    size_t        at;
    njwt_slice_t  token;

    token = hint->c->presented.token;

    if (token.len == 0) {
        njwt_hint_say(hint, "there is no token behind \"Bearer\": is the "
                            "variable that should hold it empty?");
        return;
    }

    at = njwt_hint_stray(token);

    if (at == token.len) {
        njwt_hint_say(hint, "a \"=\" stands where a token can't have one");
        return;
    }

    if (strchr(" \t\r\n", token.data[at]) != NULL && token.data[at] != 0) {
        njwt_hint_say(hint, "there is white space");

    } else if (strchr("\"'<>{}", token.data[at]) != NULL
               && token.data[at] != 0)
    {
        njwt_hint_say(hint, "there is a quote or bracket");

    } else {
        njwt_hint_say(hint, "there is a character that no token has");
    }

    njwt_hint_say(hint, " at byte ");
    njwt_hint_number(hint, (double) at + 1);
    njwt_hint_say(hint, ": send \"Bearer\", one space, and the token on one "
                        "line, without quotes");
}


static void
njwt_hint_ask_audience(njwt_hint_t *hint)
{
    const njwt_issuer_t  *issuer;

    issuer = hint->issuer;
    njwt_hint_say(hint, "request it with audience=");

    if (issuer != NULL && issuer->expected.audience_count > 0) {
        njwt_hint_escape(hint, issuer->expected.audiences[0]);
        return;
    }

    njwt_hint_say(hint, "the API's identifier");
}


void
njwt_hint_opaque(njwt_hint_t *hint)
{
    njwt_hint_say(hint, "this is an opaque token (");
    njwt_hint_number(hint,
                     (double) njwt_jws_parts(hint->c->presented.token));
    njwt_hint_say(hint, " part(s), a JWT has 3): ");
    njwt_hint_ask_audience(hint);
}


void
njwt_hint_encrypted(njwt_hint_t *hint)
{
    if (njwt_jws_direct(hint->arena, hint->c->presented.token)) {
        njwt_hint_say(hint, "this is Auth0's opaque token (a JWE with "
                            "\"alg\":\"dir\"), which it gives when no "
                            "audience is asked for: ");
        njwt_hint_ask_audience(hint);
        return;
    }

    njwt_hint_say(hint, "turn off token encryption for this API (Auth0: "
                        "Applications, APIs, the API, Settings)");
}


/* Why is this no base64url? */

static void
njwt_hint_encoding(njwt_hint_t *hint, njwt_slice_t part)
{
    if (memchr(part.data, '=', part.len) != NULL) {
        njwt_hint_say(hint, "has padding (\"=\"), which base64url in a JWT "
                            "has not");

    } else if (memchr(part.data, '+', part.len) != NULL
               || memchr(part.data, '/', part.len) != NULL)
    {
        njwt_hint_say(hint, "is plain base64 (\"+\", \"/\"), not base64url");

    } else if (memchr(part.data, '~', part.len) != NULL) {
        njwt_hint_say(hint, "has a \"~\", which base64url has not");

    } else if (part.len % 4 == 1) {
        njwt_hint_say(hint, "has a length that no base64url has: was the "
                            "token cut off?");

    } else {
        njwt_hint_say(hint, "has unused bits that are not zero: was it cut "
                            "off or changed?");
    }
}


static void
njwt_hint_no_object(njwt_hint_t *hint, njwt_json_error_t error)
{
    if (error == NJWT_JSON_TOO_DEEP) {
        njwt_hint_say(hint, "is nested too deeply");
        return;
    }

    njwt_hint_say(hint, "is no JSON object that can be read in one way only "
                        "(syntax, UTF-8, a duplicate member, a number out "
                        "of range)");
}


/* Header and payload are objects: then a member has a wrong type. */

static void
njwt_hint_types(njwt_hint_t *hint, bool is_header, njwt_value_t object)
{
    njwt_value_t  aud;

    static const njwt_slice_t  name = njwt_literal("aud");

    if (is_header) {
        njwt_hint_say(hint, "has a member of a type that RFC 7515 doesn't "
                            "give it");
        return;
    }

    aud = njwt_json_member(object, name);

    if (!njwt_dates_ok(object)) {
        njwt_hint_say(hint, "has an \"exp\", \"nbf\" or \"iat\" that is no "
                            "number of seconds");

    } else if (njwt_json_type(aud) != NJWT_JSON_ABSENT
               && !njwt_json_strings(aud))
    {
        njwt_hint_say(hint, "has an \"aud\" that is neither a string nor an "
                            "array of strings");

    } else {
        njwt_hint_say(hint, "has an \"iss\", \"sub\" or \"jti\" that is no "
                            "string");
    }
}


/* A part's text; false, what is wrong said, where it has none. */

static bool
njwt_hint_decode(njwt_hint_t *hint, njwt_slice_t part, njwt_slice_t *text)
{
    if (part.len == 0) {
        njwt_hint_say(hint, "is empty");
        return false;
    }

    if (!njwt_b64_decode(hint->arena, part, text)) {
        njwt_hint_encoding(hint, part);
        return false;
    }

    return true;
}


/* Says what is wrong with the object that a part must be; false: nothing. */

static bool
njwt_hint_object(njwt_hint_t *hint, njwt_slice_t text, bool is_header)
{
    njwt_value_t       object;
    njwt_json_error_t  error;

    object = njwt_json_read(hint->arena, text, &error);

    if (error != NJWT_JSON_GOOD) {
        njwt_hint_no_object(hint, error);
        return true;
    }

    /* the parser got beyond a header that is in order */

    if (is_header && hint->found->jws.header.node != NULL) {
        return false;
    }

    njwt_hint_types(hint, is_header, object);

    return true;
}


void
njwt_hint_malformed_token(njwt_hint_t *hint)
{
    size_t        i, used;
    njwt_slice_t  rest, part[3], text[3];

    static const njwt_slice_t  names[] = {
        njwt_literal("the header "),
        njwt_literal("the payload "),
        njwt_literal("the signature ")
    };

    used = hint->used;
    rest = hint->c->presented.token;

    for (i = 0; i < 3; i++) {
        part[i] = rest;
        part[i].len = 0;

        while (part[i].len < rest.len && rest.data[part[i].len] != '.') {
            part[i].len++;
        }

        njwt_hint_put(hint, names[i]);

        if (!njwt_hint_decode(hint, part[i], &text[i])) {
            return;
        }

        hint->used = used;
        rest.data += part[i].len;
        rest.len -= part[i].len;

        if (rest.len > 0) {
            rest.data++;
            rest.len--;
        }
    }

    for (i = 0; i < 2; i++) {
        njwt_hint_put(hint, names[i]);

        if (njwt_hint_object(hint, text[i], i == 0)) {
            return;
        }

        hint->used = used;
    }
}
