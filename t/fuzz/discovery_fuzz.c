/*
 * A discovery document is read as a second reader reads it.
 *
 * The first byte of an input says which allocation fails, and with its lowest
 * bit all after it: then an address of keys is found that is right, or none.
 */

#include "fault.h"
#include "njwt_discovery.h"


/* What was found, or without memory may have been. */

static void
look(njwt_slice_t text, const ref_t *root, size_t failing, bool on)
{
    bool           starved;
    ref_t         *uri = ref_member(root, "jwks_uri");
    const char    *wrong;
    njwt_arena_t   arena;
    njwt_slice_t   found = { NULL, 0 };

    njwt_arena_init(&arena);
    fault_begin(failing, on);
    wrong = njwt_discovery_read(&arena, text, fuzz_text("https://t/"),
                                &found);
    starved = fault_end() && arena.failed;

    must(starved || !arena.failed);
    must(starved || (wrong == NULL)
                    == (ref_is(ref_member(root, "issuer"), "https://t/")
                        && uri != NULL && uri->type == REF_STRING));

    if (wrong == NULL) {
        must(uri != NULL && uri->type == REF_STRING);
        must(found.len == uri->len
             && (found.len == 0
                 || memcmp(found.data, uri->text, found.len) == 0));

    } else {
        must(found.data == NULL && found.len == 0);
        must((strcmp(wrong, "out of memory") == 0) == starved);
    }

    njwt_arena_free(&arena);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ref_t         *root;
    size_t         mark;
    njwt_slice_t   text;

    if (size == 0 || size > 65536) {
        return 0;
    }

    text = fuzz_slice(data + 1, size - 1);
    mark = text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    root = ref_json(text.data + mark, text.len - mark);
    look(text, root, 0, false);

    if (data[0] > 1) {
        look(text, root, data[0] >> 1, data[0] & 1);
    }

    ref_forget();

    return 0;
}
