/*
 * What does a running gate tell of itself?  Its "jwt_status json", from a URL
 * or a file.
 */

#include "explain_gate.h"

#include <string.h>
#include <time.h>


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


/* The status is no key: who reads it may do so where nobody vouches for it. */

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
        explain_die("the gate's status can't be had from \"%s\": %s", e->gate,
                    error);
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


/* Whose time it is: the gate judges by its own clock. */

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
