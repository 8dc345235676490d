/*
 * Is a state file read only when it is whole?
 *
 * The first byte chooses: the text as it is; or a text made of the rest, of
 * which one bit, chosen by the next two, is then turned.
 */

#include "fuzz.h"
#include "njwt_state.h"


#define NOW    1750000000
#define STALE  86400


static const uint8_t  source[NJWT_STATE_DIGEST] = { 1, 2, 3 };


static const char *
read_state(const uint8_t *data, size_t size, njwt_slice_t *keys)
{
    uint64_t      fetched = 4711;
    const char   *wrong;

    keys->data = NULL;
    keys->len = 4711;
    wrong = njwt_state_read(fuzz_slice(data, size), source, NOW, STALE, keys,
                            &fetched);

    if (wrong != NULL) {
        must(keys->data == NULL && keys->len == 4711 && fetched == 4711);
        return wrong;
    }

    must(fetched <= NOW && NOW - fetched <= STALE);
    must(keys->len <= size);
    must(keys->len == 0
         || (keys->data >= data && keys->data + keys->len <= data + size));

    return NULL;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t         len, bit, room;
    uint8_t       *text;
    njwt_slice_t   keys;
    njwt_state_t   state;

    if (size < 3 || size > 65536) {
        return 0;
    }

    if ((data[0] & 1) == 0) {
        (void) read_state(data + 1, size - 1, &keys);
        return 0;
    }

    state.source = source;
    state.fetched = NOW - (data[0] >> 1);
    state.keys = fuzz_slice(data + 3, size - 3);

    room = size - 3 + NJWT_STATE_MAX_HEAD;
    text = malloc(room);
    must(text != NULL);
    len = njwt_state_write(&state, text, room);
    must(len > 0 && len <= room);
    must(read_state(text, len, &keys) == NULL);
    must(njwt_slice_equal(keys, state.keys));

    /* cut short, or with a bit that is another: a file that isn't whole */

    must(read_state(text, len - 1, &keys) != NULL);
    bit = ((size_t) data[1] << 8 | data[2]) % (len * 8);
    text[bit / 8] ^= (uint8_t) (1u << bit % 8);
    must(read_state(text, len, &keys) != NULL);

    free(text);

    return 0;
}
