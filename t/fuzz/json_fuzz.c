/*
 * Three readers of JSON agree: ours, jansson and the reference.
 *
 * Input: one byte, of which bit 0 asks that all allocations from the n-th on
 * fail, and the others are n (0: none does); then the text.
 */

#include "fault.h"
#include "njwt_json.h"

#include <jansson.h>


/* The levels of what jansson has read; it takes more of them than we do. */

static size_t
levels(json_t *node)
{
    void    *member;
    size_t   i, n, most = 0;

    if (json_is_object(node)) {
        for (member = json_object_iter(node); member != NULL;
             member = json_object_iter_next(node, member))
        {
            n = levels(json_object_iter_value(member));
            most = n > most ? n : most;
        }

        return most + 1;
    }

    for (i = 0; i < json_array_size(node); i++) {
        n = levels(json_array_get(node, i));
        most = n > most ? n : most;
    }

    return most + json_is_array(node);
}


/*
 * What jansson makes of a text; NULL where we refuse.  Behind a number or a
 * word it reads a NUL as nothing at all.
 */

static json_t *
jansson(const uint8_t *text, size_t len)
{
    json_t  *root;

    root = json_loadb((const char *) text, len,
                      JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL
                      | JSON_ALLOW_NUL, NULL);

    if (root != NULL
        && (!json_is_object(root) || levels(root) > 32
            || memchr(text, 0, len) != NULL))
    {
        json_decref(root);
        return NULL;
    }

    return root;
}


static bool
same_bytes(njwt_slice_t slice, const void *data, size_t len)
{
    return slice.len == len
           && (len == 0 || memcmp(slice.data, data, len) == 0);
}


static void
same_as_jansson(njwt_value_t got, json_t *want)
{
    void          *member;
    size_t         i = 0;
    njwt_slice_t   name;
    njwt_value_t   value = { NULL };

    switch (njwt_json_type(got)) {

    case NJWT_JSON_OBJECT:
        must(json_is_object(want));

        for (member = json_object_iter(want); member != NULL;
             member = json_object_iter_next(want, member))
        {
            must(njwt_json_next(got, &name, &value));
            must(same_bytes(name, json_object_iter_key(member),
                            json_object_iter_key_len(member)));
            same_as_jansson(value, json_object_iter_value(member));
        }

        must(!njwt_json_next(got, &name, &value));
        break;

    case NJWT_JSON_ARRAY:
        must(json_is_array(want));

        while (njwt_json_each(got, &value)) {
            same_as_jansson(value, json_array_get(want, i++));
        }

        must(json_array_size(want) == i);
        break;

    case NJWT_JSON_STRING:
        must(json_is_string(want));
        must(same_bytes(njwt_json_string(got), json_string_value(want),
                        json_string_length(want)));
        break;

    case NJWT_JSON_NUMBER:
        must(json_is_real(want));
        must(njwt_json_number(got) == json_real_value(want));
        break;

    case NJWT_JSON_BOOLEAN:
        must(njwt_json_scalar(got, &name));
        must(json_is_boolean(want)
             && same_bytes(name, json_is_true(want) ? "true" : "false",
                           json_is_true(want) ? 4 : 5));
        break;

    default:
        must(njwt_json_type(got) == NJWT_JSON_NULL && json_is_null(want));
    }
}


static void
same_as_reference(njwt_value_t got, const ref_t *want)
{
    size_t            i = 0;
    ref_t            *child;
    njwt_slice_t      name;
    njwt_value_t  value = { NULL };

    static const njwt_json_type_t  types[] = {
        NJWT_JSON_NULL, NJWT_JSON_BOOLEAN, NJWT_JSON_BOOLEAN, NJWT_JSON_NUMBER,
        NJWT_JSON_STRING, NJWT_JSON_ARRAY, NJWT_JSON_OBJECT
    };

    must(njwt_json_type(got) == types[want->type]);

    if (want->type == REF_OBJECT) {
        for (child = want->first; child != NULL; child = child->next) {
            must(njwt_json_next(got, &name, &value));
            must(same_bytes(name, child->name, child->name_len));
            must(njwt_json_member(got, name).node == value.node);
            same_as_reference(value, child);
        }

        must(!njwt_json_next(got, &name, &value));

    } else if (want->type == REF_ARRAY) {
        for (child = want->first; child != NULL; child = child->next, i++) {
            must(njwt_json_each(got, &value));

            if (i < 8) {
                must(njwt_json_element(got, i).node == value.node);
            }

            same_as_reference(value, child);
        }

        must(!njwt_json_each(got, &value) && njwt_json_length(got) == i);
        must(njwt_json_element(got, i).node == NULL);

    } else if (want->type != REF_NULL) {
        must(njwt_json_scalar(got, &name));
        must(same_bytes(name, want->text, want->len));

        if (want->type == REF_NUMBER) {
            must(njwt_json_number(got) == strtod((char *) want->text, NULL));
        }
    }
}


/* Without memory nothing was read; or all of it was. */

static void
without_memory(njwt_slice_t text, const ref_t *want, size_t n, bool on)
{
    bool               failed;
    njwt_arena_t       arena;
    njwt_value_t       got;
    njwt_json_error_t  error;

    njwt_arena_init(&arena);
    fault_begin(n, on);
    got = njwt_json_read(&arena, text, &error);
    failed = fault_end();

    must(arena.failed == (error == NJWT_JSON_NO_MEMORY));
    must(failed || !arena.failed);
    must((got.node == NULL) == (error != NJWT_JSON_GOOD));

    if (got.node != NULL) {
        must(want != NULL);
        same_as_reference(got, want);
    }

    njwt_arena_free(&arena);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t            *theirs;
    ref_t             *want;
    uint8_t           *copy;
    njwt_arena_t       arena;
    njwt_slice_t       text;
    njwt_value_t       got;
    njwt_json_error_t  error;

    if (size == 0) {
        return 0;
    }

    copy = malloc(size - 1);
    must(copy != NULL || size == 1);

    if (size > 1) {
        memcpy(copy, data + 1, size - 1);
    }

    text = fuzz_slice(copy, size - 1);
    want = ref_json(copy, size - 1);
    theirs = jansson(copy, size - 1);

    njwt_arena_init(&arena);
    got = njwt_json_read(&arena, text, &error);

    must(!arena.failed);
    must((error == NJWT_JSON_GOOD) == (got.node != NULL));
    must((got.node == NULL) == (want == NULL));
    must((got.node == NULL) == (theirs == NULL));

    if (got.node != NULL) {
        same_as_reference(got, want);
        same_as_jansson(got, theirs);
    }

    if (data[0] > 1) {
        without_memory(text, want, data[0] >> 1, data[0] & 1);
    }

    njwt_arena_free(&arena);
    json_decref(theirs);
    ref_forget();
    free(copy);

    return 0;
}
