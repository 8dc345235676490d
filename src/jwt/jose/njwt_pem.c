/*
 * The blocks of a PEM text.
 */

#include "njwt_pem.h"
#include "njwt_b64.h"


static const njwt_slice_t  njwt_pem_begin = njwt_literal("-----BEGIN ");
static const njwt_slice_t  njwt_pem_end = njwt_literal("-----END ");
static const njwt_slice_t  njwt_pem_dashes = njwt_literal("-----");


/* Takes a line off the front of *rest, without the blanks at its end. */

static bool
njwt_pem_line(njwt_slice_t *rest, njwt_slice_t *line)
{
    if (rest->len == 0) {
        return false;
    }

    *line = njwt_slice_until(rest, '\n');

    while (line->len > 0
           && (line->data[line->len - 1] == '\r'
               || line->data[line->len - 1] == ' '
               || line->data[line->len - 1] == '\t'))
    {
        line->len--;
    }

    return true;
}


/* The label between the given prefix and five dashes. */

static bool
njwt_pem_label(njwt_slice_t line, njwt_slice_t opening, njwt_slice_t *label)
{
    if (line.len < opening.len + njwt_pem_dashes.len
        || !njwt_slice_starts(line, opening)
        || !njwt_slice_ends(line, njwt_pem_dashes))
    {
        return false;
    }

    label->data = line.data + opening.len;
    label->len = line.len - opening.len - njwt_pem_dashes.len;

    return true;
}


bool
njwt_pem_is(njwt_slice_t text)
{
    njwt_pem_t  block;

    return njwt_pem_next(&text, &block);
}


/* Takes the lines up to the end line; false: there is none with this label. */

static bool
njwt_pem_body(njwt_slice_t *rest, njwt_pem_t *block)
{
    njwt_slice_t  before, line, label;

    block->body.data = rest->data;
    block->body.len = 0;
    before = *rest;

    while (njwt_pem_line(rest, &line)) {
        if (njwt_pem_label(line, njwt_pem_end, &label)) {
            return njwt_slice_equal(label, block->label);
        }

        if (njwt_pem_label(line, njwt_pem_begin, &label)) {
            *rest = before;
            return false;
        }

        before = *rest;
        block->body.len = (size_t) (rest->data - block->body.data);
    }

    return false;
}


bool
njwt_pem_next(njwt_slice_t *rest, njwt_pem_t *block)
{
    njwt_slice_t  line;

    while (njwt_pem_line(rest, &line)) {
        if (njwt_pem_label(line, njwt_pem_begin, &block->label)) {
            block->whole = njwt_pem_body(rest, block);
            return true;
        }
    }

    return false;
}


bool
njwt_pem_is_private(const njwt_pem_t *block)
{
    return njwt_slice_ends(block->label, njwt_slice("PRIVATE KEY"));
}


bool
njwt_pem_decode(njwt_arena_t *arena, const njwt_pem_t *block,
    njwt_slice_t *der)
{
    size_t         i, len;
    uint8_t        c, *copy;
    njwt_slice_t   text;

    if (!block->whole) {
        return false;
    }

    copy = njwt_arena_alloc(arena, block->body.len);

    if (copy == NULL) {
        return false;
    }

    len = 0;

    for (i = 0; i < block->body.len; i++) {
        c = block->body.data[i];

        if (c != '\n' && c != '\r' && c != ' ' && c != '\t') {
            copy[len++] = c;
        }
    }

    text.data = copy;
    text.len = len;

    return njwt_b64_decode_any(arena, text, der, NULL, NULL);
}
