/*
 * What does a JSON text say?  One reading only.
 *
 * The library reads 12345678901234567890 as an error and 0.1 as something
 * else, and takes 2,048 levels: hence a pass of our own over the text before
 * it, for the depth and for where each number lies.  After it each number
 * node holds the index of its number in that table, not its value.
 */

#include "njwt_json.h"
#include "njwt_json_load.h"
#include "njwt_json_scan.h"

#include <errno.h>

#include <jansson.h>


struct njwt_json_s {
    njwt_json_t         *next;
    json_t              *root;
    size_t               length;      /* of the text, in bytes */
    njwt_json_number_t  *numbers;
    njwt_json_measure_t  measure;
};


/*
 * Moves each number's value into the table (the library keeps the order), and
 * measures what the library read.  Returns false where they don't agree.
 */

static bool
njwt_json_number_nodes(njwt_json_t *document, json_t *node,
    njwt_json_measure_t *seen)
{
    bool                 whole = true;
    void                *member;
    size_t               i;
    njwt_json_number_t  *number;

    switch (json_typeof(node)) {

    case JSON_OBJECT:
        for (member = json_object_iter(node);
             member != NULL && whole;
             member = json_object_iter_next(node, member))
        {
            seen->bytes += json_object_iter_key_len(member);
            whole = njwt_json_number_nodes(document,
                                           json_object_iter_value(member),
                                           seen);
        }

        return whole;

    case JSON_ARRAY:
        for (i = 0; i < json_array_size(node) && whole; i++) {
            whole = njwt_json_number_nodes(document, json_array_get(node, i),
                                           seen);
        }

        return whole;

    case JSON_STRING:
        seen->bytes += json_string_length(node);
        return true;

    case JSON_REAL:
        if (seen->numbers == document->measure.numbers) {
            return false;
        }

        number = &document->numbers[seen->numbers];
        number->value = json_real_value(node);

        return njwt_json_number_is(number->text, number->value)
               && json_real_set(node, (double) seen->numbers++) == 0;

    default:
        return true;
    }
}


/*
 * The library goes on when it has no memory for a character, and leaves it
 * out: another "aud" than the one that was signed.  Somebody else's functions
 * may give memory again after that (njwt_json_load.c: ours don't), so what it
 * read is measured against the text.
 */

static bool
njwt_json_whole(njwt_json_t *document)
{
    njwt_json_measure_t  seen = { 0, 0, 0 };

    return njwt_json_number_nodes(document, document->root, &seen)
           && seen.numbers == document->measure.numbers
           && seen.bytes == document->measure.bytes;
}


njwt_value_t
njwt_json_object(njwt_arena_t *arena, njwt_slice_t text)
{
    njwt_json_t   *document;
    njwt_value_t   value = { NULL, NULL };

    document = njwt_arena_alloc(arena, sizeof(njwt_json_t));

    if (document == NULL || !njwt_json_survey(arena, text, &document->numbers,
                                              &document->measure))
    {
        return value;
    }

    document->length = text.len;
    document->root = njwt_json_load(arena, text, &document->measure);

    /* the library doesn't tell a bad text from no memory; errno does */

    if (document->root == NULL) {
        arena->failed = arena->failed || errno == ENOMEM;
        return value;
    }

    document->next = arena->documents;
    arena->documents = document;

    if (!json_is_object(document->root)) {
        return value;
    }

    if (njwt_json_whole(document)) {
        value.node = document->root;
        value.document = document;

    } else {
        arena->failed = true;
    }

    return value;
}


void
njwt_json_release(njwt_json_t *documents)
{
    for ( /* void */ ; documents != NULL; documents = documents->next) {
        json_decref(documents->root);
    }
}


njwt_json_type_t
njwt_json_type(njwt_value_t value)
{
    if (value.node == NULL) {
        return NJWT_JSON_ABSENT;
    }

    switch (json_typeof((const json_t *) value.node)) {

    case JSON_OBJECT:
        return NJWT_JSON_OBJECT;

    case JSON_ARRAY:
        return NJWT_JSON_ARRAY;

    case JSON_STRING:
        return NJWT_JSON_STRING;

    case JSON_REAL:
        return NJWT_JSON_NUMBER;

    case JSON_TRUE:
    case JSON_FALSE:
        return NJWT_JSON_BOOLEAN;

    default:
        return NJWT_JSON_NULL;
    }
}


njwt_value_t
njwt_json_member(njwt_value_t value, njwt_slice_t name)
{
    value.node = json_object_getn(value.node, (const char *) name.data,
                                  name.len);
    return value;
}


size_t
njwt_json_length(njwt_value_t value)
{
    return json_array_size(value.node);
}


njwt_value_t
njwt_json_element(njwt_value_t value, size_t i)
{
    value.node = json_array_get(value.node, i);

    return value;
}


njwt_slice_t
njwt_json_string(njwt_value_t value)
{
    njwt_slice_t  string = { NULL, 0 };

    if (njwt_json_type(value) == NJWT_JSON_STRING) {
        string.data = (const uint8_t *) json_string_value(value.node);
        string.len = json_string_length(value.node);
    }

    return string;
}


static const njwt_json_number_t *
njwt_json_number_entry(njwt_value_t value)
{
    return &value.document->numbers[(size_t) json_real_value(value.node)];
}


double
njwt_json_number(njwt_value_t value)
{
    return (njwt_json_type(value) == NJWT_JSON_NUMBER)
           ? njwt_json_number_entry(value)->value : 0;
}


bool
njwt_json_scalar(njwt_value_t value, njwt_slice_t *out)
{
    static const njwt_slice_t  njwt_true = njwt_literal("true");
    static const njwt_slice_t  njwt_false = njwt_literal("false");

    switch (njwt_json_type(value)) {

    case NJWT_JSON_STRING:
        *out = njwt_json_string(value);
        return true;

    case NJWT_JSON_NUMBER:
        *out = njwt_json_number_entry(value)->text;
        return true;

    case NJWT_JSON_BOOLEAN:
        *out = json_is_true((const json_t *) value.node) ? njwt_true
                                                         : njwt_false;
        return true;

    default:
        return false;
    }
}


bool
njwt_json_next(njwt_value_t object, void **at, njwt_slice_t *name,
    njwt_value_t *value)
{
    json_t  *node;

    node = (json_t *) object.node;
    *at = (*at == NULL) ? json_object_iter(node)
                        : json_object_iter_next(node, *at);

    if (*at == NULL) {
        return false;
    }

    name->data = (const uint8_t *) json_object_iter_key(*at);
    name->len = json_object_iter_key_len(*at);

    value->node = json_object_iter_value(*at);
    value->document = object.document;

    return true;
}


size_t
njwt_json_document_length(njwt_value_t value)
{
    return value.document->length;
}
