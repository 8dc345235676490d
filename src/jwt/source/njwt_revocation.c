/*
 * Revocation entries: the JSON that says which tokens are revoked.
 */

#include "njwt_revocation.h"
#include "njwt_jansson.h"

#include <string.h>


/*
 * Seconds up to the year 5138.  A larger number is in milliseconds, as used by
 * JavaScript: such a "before" would lock a user out for good.
 */
#define NJWT_REVOCATION_MAX_DATE  1e11


/* Reads a time.  Returns NULL, or the one of these faults that it has. */

static const char *
njwt_revocation_date(njwt_value_t value, const char *no_time,
    const char *milliseconds, double *date)
{
    *date = njwt_json_number(value);

    if (njwt_json_type(value) != NJWT_JSON_NUMBER || !(*date >= 0)) {
        return no_time;
    }

    return (*date > NJWT_REVOCATION_MAX_DATE) ? milliseconds : NULL;
}


static bool
njwt_revocation_claim(const njwt_revocation_terms_t *terms,
    njwt_value_t value, njwt_slice_t *claim)
{
    size_t        i;
    njwt_slice_t  name;

    if (njwt_json_type(value) != NJWT_JSON_STRING) {
        return false;
    }

    name = njwt_json_string(value);

    for (i = 0; i < terms->claim_count; i++) {
        if (njwt_slice_equal(terms->claims[i], name)) {
            *claim = terms->claims[i];
            return true;
        }
    }

    return false;
}


#define njwt_revocation_is(name, text)                                       \
    njwt_slice_equal(name, njwt_slice(text))


/* Returns what is wrong with an entry, or NULL. */
/* long: one member after the other, each with its own messages */
static const char *
njwt_revocation_entry(const njwt_revocation_terms_t *terms,
    njwt_value_t object, njwt_revocation_entry_t *entry)
{
    bool          claim = false, value = false, before = false;
    bool          until = false;
    const char   *fault = NULL;
    njwt_value_t  member = { NULL };
    njwt_slice_t  name;

    if (njwt_json_type(object) != NJWT_JSON_OBJECT) {
        return "is no object";
    }

    while (njwt_json_next(object, &name, &member)) {

        if (njwt_revocation_is(name, "claim")) {
            claim = true;

            if (!njwt_revocation_claim(terms, member, &entry->claim)) {
                return "has a \"claim\" that \"revocation\" doesn't name";
            }

        } else if (njwt_revocation_is(name, "value")) {
            value = true;
            entry->value = njwt_json_string(member);

            if (njwt_json_type(member) != NJWT_JSON_STRING) {
                return "has a \"value\" that is no string";
            }

        } else if (njwt_revocation_is(name, "before")) {
            before = true;

            fault = njwt_revocation_date(member,
                "has a \"before\" that is no time in seconds",
                "has a \"before\" in milliseconds, not in seconds",
                &entry->before);

        } else if (njwt_revocation_is(name, "until")) {
            until = true;

            fault = njwt_revocation_date(member,
                "has an \"until\" that is no time in seconds",
                "has an \"until\" in milliseconds, not in seconds",
                &entry->until);

        } else {
            return "has a member that is none of \"claim\", \"value\", "
                   "\"before\" and \"until\"";
        }

        if (fault != NULL) {
            return fault;
        }
    }

    if (!claim) {
        return "has no \"claim\"";
    }

    if (!value) {
        return "has no \"value\"";
    }

    if (!before) {

        if (terms->file) {
            return "has no \"before\", which a file needs";
        }

        entry->before = terms->now;
    }

    if (!until) {
        entry->until = entry->before + terms->keep;
    }

    return NULL;
}


/*
 * The line on which an element of an array begins; 0: no array.  The text was
 * parsed, so it is valid JSON, and the elements before this one are objects:
 * their strings are nested deeper than the commas between them.
 */

static size_t
njwt_revocation_line(njwt_slice_t text, size_t entry)
{
    bool     string = false, begins = false;
    size_t   i, depth = 0, line = 1;
    uint8_t  c;

    for (i = 0; i < text.len; i++) {
        c = text.data[i];

        if (c == '\n') {
            line++;
        }

        if (begins && c > ' ' && --entry == 0) {
            return line;
        }

        if (string && c == '\\') {
            i++;

        } else if (c == '"') {
            string = !string;

        } else if (!string && (c == '{' || c == '[')) {
            begins = ++depth == 1;

        } else if (!string && (c == '}' || c == ']')) {
            depth--;

        } else if (c == ',') {
            begins = depth == 1;
        }
    }

    return 0;
}


static bool
njwt_revocation_list(njwt_arena_t *arena,
    const njwt_revocation_terms_t *terms, njwt_value_t value,
    njwt_revocation_entries_t *out)
{
    bool                      array;
    size_t                    i, n;
    njwt_value_t              element = { NULL };
    njwt_revocation_entry_t  *list;

    array = njwt_json_type(value) == NJWT_JSON_ARRAY;
    n = array ? njwt_json_length(value) : 1;

    list = njwt_arena_alloc(arena, n * sizeof(njwt_revocation_entry_t));

    if (list == NULL) {
        out->fault = "needs more memory than there is";
        return false;
    }

    for (i = 0; i < n; i++) {

        if (array) {
            (void) njwt_json_each(value, &element);
        }

        out->fault = njwt_revocation_entry(terms, array ? element : value,
                                           &list[i]);

        if (out->fault != NULL) {
            out->entry = i + 1;
            return false;
        }
    }

    out->list = list;
    out->count = n;

    return true;
}


bool
njwt_revocation_read(njwt_arena_t *arena,
    const njwt_revocation_terms_t *terms, njwt_slice_t text,
    njwt_revocation_entries_t *out)
{
    njwt_value_t      value;
    njwt_json_type_t  type;

    *out = (njwt_revocation_entries_t) { NULL, 0, NULL, 0, 0 };

    (void) njwt_slice_unmark(&text);
    value = njwt_jansson_read(arena, text, &out->line);

    if (arena->failed) {
        out->fault = "needs more memory than there is";
        return false;
    }

    type = njwt_json_type(value);

    if (type == NJWT_JSON_ABSENT) {
        out->fault = terms->file
                     ? "is no JSON array of entries, or has a member twice"
                     : "is no JSON entry or array of them, or has a member "
                       "twice";
        return false;
    }

    if (terms->file && type != NJWT_JSON_ARRAY) {
        out->fault = "is no array of entries";
        return false;
    }

    if (!njwt_revocation_list(arena, terms, value, out)) {
        out->line = (type == NJWT_JSON_ARRAY)
                    ? njwt_revocation_line(text, out->entry) : 0;
        return false;
    }

    return true;
}


/*
 * Is the claim "sid", or does its path end in "/sid"?  A slash within a name
 * is written "~1" in a path.
 */

static bool
njwt_revocation_is_session(njwt_slice_t claim)
{
    size_t        i;
    njwt_slice_t  last;

    static const njwt_slice_t  coded = njwt_literal("~1sid");

    for (i = claim.len; i > 0 && claim.data[i - 1] != '/'; i--) {
        /* the last slash */
    }

    last = njwt_slice_behind(claim, i);

    return njwt_revocation_is(last, "sid")
           || (i > 0 && claim.data[0] == '/' && njwt_slice_ends(last, coded));
}


size_t
njwt_revocation_session(const njwt_slice_t *claims, size_t count)
{
    size_t  i;

    for (i = 0; i < count; i++) {
        if (njwt_revocation_is_session(claims[i])) {
            break;
        }
    }

    return i;
}


size_t
njwt_revocation_subject(const njwt_slice_t *claims, size_t count)
{
    size_t  i;

    for (i = 0; i < count; i++) {
        if (njwt_revocation_is(claims[i], "sub")
            || njwt_revocation_is(claims[i], "/sub"))
        {
            break;
        }
    }

    return i;
}
