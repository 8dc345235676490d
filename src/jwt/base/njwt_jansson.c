/*
 * JSON from the authorization server and the operator, read by jansson.
 *
 * When jansson has no memory for a byte of a string, a number or a word, it
 * goes on without that byte; if it was the last one, jansson ends the process
 * or reads beyond its buffer.  Therefore the text is read as the second
 * element of an array, whose first element is a string longer than anything in
 * the text: once that has been read, the buffer won't grow any more.
 * jansson's allocator is not ours to change, as other modules may use jansson,
 * too.
 */

#include "njwt_jansson.h"
#include "njwt_json_node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>


#define NJWT_JANSSON_FLAGS                                                   \
    (JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL)

/* bytes of a double as text */
#define NJWT_JANSSON_NUMBER  32


/* the input of jansson: [" x…x ", text ] */
typedef struct {
    njwt_slice_t  pieces[4];
    size_t        piece;
    size_t        filler;       /* bytes of x still to give */
} njwt_jansson_input_t;

/* the copy of jansson's nodes */
typedef struct {
    njwt_arena_t      *arena;
    size_t             nodes;
    size_t             bytes;   /* of strings, names and numbers */
    njwt_json_node_t  *node;
    uint8_t           *data;
} njwt_jansson_copy_t;


static size_t
njwt_jansson_input(void *buffer, size_t size, void *data)
{
    size_t                 len;
    njwt_slice_t          *piece;
    njwt_jansson_input_t  *input = data;

    while (input->piece < 4) {
        if (input->piece == 1 && input->filler > 0) {
            len = (input->filler < size) ? input->filler : size;
            memset(buffer, 'x', len);
            input->filler -= len;
            return len;
        }

        piece = &input->pieces[input->piece];

        if (piece->len > 0) {
            len = (piece->len < size) ? piece->len : size;
            memcpy(buffer, piece->data, len);
            piece->data += len;
            piece->len -= len;
            return len;
        }

        input->piece++;
    }

    return 0;
}


/*
 * Is there memory for the buffer to grow, the string included?  It is freed at
 * once, so that jansson can have it.
 */

static bool
njwt_jansson_room(size_t longest)
{
    void  *room;

    if (longest > SIZE_MAX / 8) {
        return false;
    }

    room = malloc(4 * longest + 64);
    free(room);

    return room != NULL;
}


/*
 * The length of the string.  jansson's buffer begins with 16 bytes and
 * doubles. If the closing quote were the byte for which it grows, one failed
 * allocation could lose it; so the string is a byte longer.
 */

static size_t
njwt_jansson_filler(size_t longest)
{
    return (((longest + 2) & (longest + 1)) == 0) ? longest + 1 : longest;
}


/*
 * The node of the text itself: with "1],[2" the array would have more
 * elements, or end early.  The string is a byte short if there was no memory
 * for it.
 */

static json_t *
njwt_jansson_load(njwt_arena_t *arena, njwt_slice_t text, size_t *line)
{
    size_t                len;
    json_t               *array, *node;
    json_error_t          error;
    njwt_jansson_input_t  input = {
        { njwt_literal("[\""), njwt_literal("\","), { NULL, 0 },
          njwt_literal("]") },
        0, 0
    };

    if (!njwt_jansson_room(text.len)) {
        arena->failed = true;
        return NULL;
    }

    len = njwt_jansson_filler(text.len);
    input.pieces[2] = text;
    input.filler = len;

    errno = 0;
    array = json_load_callback(njwt_jansson_input, &input, NJWT_JANSSON_FLAGS,
                               &error);
    *line = (array == NULL && error.line > 0) ? (size_t) error.line : 0;

    /*
     * jansson reports bad text and lack of memory alike; errno tells them
     * apart
     */

    if (array == NULL) {
        arena->failed = arena->failed || errno == ENOMEM;
        return NULL;
    }

    if (json_string_length(json_array_get(array, 0)) != len) {
        arena->failed = true;
        json_decref(array);
        return NULL;
    }

    node = (json_array_size(array) == 2) ? json_incref(json_array_get(array,
                                                                      1))
                                         : NULL;
    json_decref(array);

    return node;
}


/* Measures what the nodes will take; false beyond NJWT_MAX_DEPTH levels. */

static bool
njwt_jansson_measure(njwt_jansson_copy_t *copy, json_t *node, size_t depth)
{
    void    *member;
    size_t   i;

    copy->nodes++;

    switch (json_typeof(node)) {

    case JSON_STRING:
        copy->bytes += json_string_length(node);
        return true;

    case JSON_REAL:
        copy->bytes += NJWT_JANSSON_NUMBER;
        return true;

    case JSON_ARRAY:
        for (i = 0; i < json_array_size(node); i++) {
            if (!njwt_jansson_measure(copy, json_array_get(node, i),
                                      depth + 1))
            {
                return false;
            }
        }

        return depth < NJWT_MAX_DEPTH;

    case JSON_OBJECT:
        for (member = json_object_iter(node);
             member != NULL;
             member = json_object_iter_next(node, member))
        {
            copy->bytes += json_object_iter_key_len(member);

            if (!njwt_jansson_measure(copy, json_object_iter_value(member),
                                      depth + 1))
            {
                return false;
            }
        }

        return depth < NJWT_MAX_DEPTH;

    default:
        return true;
    }
}


static njwt_slice_t
njwt_jansson_bytes(njwt_jansson_copy_t *copy, const char *data, size_t len)
{
    njwt_slice_t  bytes;

    if (len > 0) {
        memcpy(copy->data, data, len);
    }

    bytes.data = copy->data;
    bytes.len = len;
    copy->data += len;

    return bytes;
}


static njwt_json_type_t
njwt_jansson_scalar(njwt_jansson_copy_t *copy, json_t *node,
    njwt_slice_t *text)
{
    char    number[NJWT_JANSSON_NUMBER];
    size_t  len;

    switch (json_typeof(node)) {

    case JSON_STRING:
        *text = njwt_jansson_bytes(copy, json_string_value(node),
                                   json_string_length(node));
        return NJWT_JSON_STRING;

    case JSON_REAL:
        len = json_dumpb(node, number, sizeof(number), JSON_ENCODE_ANY);

        if (len == 0 || len > sizeof(number)) {
            copy->arena->failed = true;
            len = 0;
        }

        *text = njwt_jansson_bytes(copy, number, len);
        return NJWT_JSON_NUMBER;

    case JSON_TRUE:
        *text = njwt_slice("true");
        return NJWT_JSON_BOOLEAN;

    case JSON_FALSE:
        *text = njwt_slice("false");
        return NJWT_JSON_BOOLEAN;

    default:
        return NJWT_JSON_NULL;
    }
}


/* Copies a node and everything in it, no deeper than was measured. */

static void
njwt_jansson_copy(njwt_jansson_copy_t *copy, json_t *node, njwt_slice_t name)
{
    void              *member;
    size_t             i;
    njwt_slice_t       none = { NULL, 0 };
    njwt_json_node_t  *made;

    made = copy->node++;
    made->name = name;

    switch (json_typeof(node)) {

    case JSON_ARRAY:
        made->type = NJWT_JSON_ARRAY;
        made->count = json_array_size(node);

        for (i = 0; i < made->count; i++) {
            njwt_jansson_copy(copy, json_array_get(node, i), none);
        }

        break;

    case JSON_OBJECT:
        made->type = NJWT_JSON_OBJECT;
        made->count = json_object_size(node);

        for (member = json_object_iter(node);
             member != NULL;
             member = json_object_iter_next(node, member))
        {
            name = njwt_jansson_bytes(copy, json_object_iter_key(member),
                                      json_object_iter_key_len(member));
            njwt_jansson_copy(copy, json_object_iter_value(member), name);
        }

        break;

    default:
        made->type = njwt_jansson_scalar(copy, node, &made->text);
        break;
    }

    made->span = (size_t) (copy->node - made);
}


static njwt_value_t
njwt_jansson_value(njwt_arena_t *arena, json_t *root)
{
    njwt_value_t         value = { NULL };
    njwt_slice_t         none = { NULL, 0 };
    njwt_json_node_t    *nodes;
    njwt_jansson_copy_t  copy = { arena, 0, 0, NULL, NULL };

    if (!njwt_jansson_measure(&copy, root, 0)) {
        return value;
    }

    nodes = njwt_arena_alloc(arena, copy.nodes * sizeof(njwt_json_node_t));
    copy.data = njwt_arena_alloc(arena, copy.bytes);

    if (nodes == NULL || copy.data == NULL) {
        return value;
    }

    copy.node = nodes;
    njwt_jansson_copy(&copy, root, none);

    if (!arena->failed) {
        value.node = nodes;
    }

    return value;
}


njwt_value_t
njwt_jansson_read(njwt_arena_t *arena, njwt_slice_t text, size_t *line)
{
    json_t        *root;
    njwt_value_t   value = { NULL };

    *line = 0;

    /* behind a number or null jansson ignores a NUL */

    if (text.len > 0 && memchr(text.data, 0, text.len) != NULL) {
        return value;
    }

    root = njwt_jansson_load(arena, text, line);

    if (json_is_object(root) || json_is_array(root)) {
        value = njwt_jansson_value(arena, root);
    }

    json_decref(root);

    return value;
}


njwt_value_t
njwt_jansson_object(njwt_arena_t *arena, njwt_slice_t text)
{
    size_t        line;
    njwt_value_t  value, none = { NULL };

    value = njwt_jansson_read(arena, text, &line);

    return (njwt_json_type(value) == NJWT_JSON_OBJECT) ? value : none;
}
