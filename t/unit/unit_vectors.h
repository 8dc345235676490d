/*
 * What do the tests of t/vectors share?  Their files as JSON, and the key sets
 * that they name, each read once.
 */

#ifndef UNIT_VECTORS_H
#define UNIT_VECTORS_H


#include "unit.h"
#include "njwt_jwks.h"

#include <jansson.h>


#define VECTORS  "t/vectors/"

#define MAX_LIST  48


/* key sets that were read, by file */
static struct {
    const char         *file;
    njwt_jwks_t        *jwks;
} sets[MAX_LIST];

static size_t         set_count;


static json_t *
load(const char *file)
{
    json_t        *root;
    json_error_t   error;

    root = json_load_file(file, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES,
                          &error);
    if (root == NULL) {
        fail_msg("%s:%d: %s", file, error.line, error.text);
    }

    return root;
}


static njwt_slice_t
string(json_t *value)
{
    njwt_slice_t  slice;

    assert_true(json_is_string(value));
    slice.data = (const uint8_t *) json_string_value(value);
    slice.len = json_string_length(value);

    return slice;
}


static size_t
strings(json_t *list, njwt_slice_t *out)
{
    size_t  i;

    assert_true(json_is_array(list));
    assert_true(json_array_size(list) <= MAX_LIST);

    for (i = 0; i < json_array_size(list); i++) {
        out[i] = string(json_array_get(list, i));
    }

    return i;
}


static njwt_jwks_t *
key_set(json_t *file, bool is_secret)
{
    char                 path[256];
    FILE                *in;
    size_t               i, len;
    njwt_slice_t         text;
    static uint8_t       data[65536];
    njwt_jwks_report_t   report;

    if (json_is_null(file)) {
        return NULL;
    }

    for (i = 0; i < set_count; i++) {
        if (strcmp(sets[i].file, json_string_value(file)) == 0) {
            return sets[i].jwks;
        }
    }

    assert_true(set_count < MAX_LIST);
    snprintf(path, sizeof(path), VECTORS "%s", json_string_value(file));
    in = fopen(path, "rb");
    assert_for(in != NULL, path);
    len = fread(data, 1, sizeof(data), in);
    fclose(in);

    text.data = data;
    text.len = len;
    sets[set_count].file = strdup(json_string_value(file));
    sets[set_count].jwks = is_secret ? njwt_jwks_of_secret(text)
                                     : njwt_jwks_of_file(text, &report);
    assert_for(sets[set_count].jwks != NULL, path);
    assert_true(njwt_jwks_bind(sets[set_count].jwks, unit_text(path)));

    return sets[set_count++].jwks;
}


static int
forget(void **state)
{
    (void) state;

    while (set_count > 0) {
        set_count--;
        njwt_jwks_free(sets[set_count].jwks);
        free((char *) sets[set_count].file);
    }

    return 0;
}


#endif /* UNIT_VECTORS_H */
