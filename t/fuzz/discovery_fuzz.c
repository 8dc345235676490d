/*
 * Is a discovery document read as a second reading reads it?
 */

#include "fuzz.h"
#include "njwt_discovery.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ref_t         *root, *uri;
    const char    *wrong;
    njwt_arena_t   arena;
    njwt_slice_t   found = { NULL, 0 };

    if (size > 65536) {
        return 0;
    }

    njwt_arena_init(&arena);
    root = ref_json(data, size);
    uri = ref_member(root, "jwks_uri");
    wrong = njwt_discovery_read(&arena, fuzz_slice(data, size),
                                fuzz_text("https://t/"), &found);

    must((wrong == NULL)
         == (ref_is(ref_member(root, "issuer"), "https://t/")
             && uri != NULL && uri->type == REF_STRING));

    if (wrong == NULL) {
        must(found.len == uri->len
             && (found.len == 0
                 || memcmp(found.data, uri->text, found.len) == 0));

    } else {
        must(found.data == NULL && found.len == 0);
    }

    must(!arena.failed);
    njwt_arena_free(&arena);
    ref_forget();

    return 0;
}
