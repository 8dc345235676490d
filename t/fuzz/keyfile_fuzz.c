/*
 * A state file is read only if it is complete.
 *
 * The first byte chooses: the text as it is; or a text made of the rest, of
 * which one bit, chosen by the next two, is then turned; or lines that are
 * sealed here, as nobody but who wrote them could.
 */

#include "fault.h"
#include "njwt_key.h"
#include "njwt_keyfile.h"


#define NOW    1750000000
#define STALE  86400

/* data[0]: the rest of it is the file's age */
#define MADE    0x01
#define SEALED  0x02


static const uint8_t  source[NJWT_KEYFILE_DIGEST] = { 1, 2, 3 };


static const char *
read_state(const uint8_t *data, size_t size, njwt_slice_t *keys)
{
    uint64_t      fetched = 4711;
    const char   *wrong;

    keys->data = NULL;
    keys->len = 4711;
    wrong = njwt_keyfile_read(fuzz_slice(data, size), source, NOW, STALE, keys,
                              &fetched);

    if (wrong != NULL) {
        must(keys->data == NULL && keys->len == 4711 && fetched == 4711);
        return wrong;
    }

    must(fetched <= NOW + 60 && (fetched > NOW || NOW - fetched <= STALE));
    must(keys->len <= size);
    must(keys->len == 0
         || (keys->data >= data && keys->data + keys->len <= data + size));

    return NULL;
}


static size_t
hex(char *out, const uint8_t *digest)
{
    size_t  i;

    for (i = 0; i < NJWT_KEYFILE_DIGEST; i++) {
        sprintf(out + 2 * i, "%02x", digest[i]);
    }

    return 2 * NJWT_KEYFILE_DIGEST;
}


/* May these lines be read, and which keys are behind them? */

static bool
readable(njwt_slice_t lines, njwt_slice_t *keys)
{
    char                 head[128] = "source ";
    size_t               at = 7, digits = 0;
    unsigned long long   when = 0;

    at += hex(head + at, source);
    at += (size_t) sprintf(head + at, "\nfetched ");

    if (lines.len < at || memcmp(lines.data, head, at) != 0) {
        return false;
    }

    for ( /* void */ ; at < lines.len && digits < 12
                       && lines.data[at] >= '0' && lines.data[at] <= '9';
         at++, digits++)
    {
        when = when * 10 + (lines.data[at] - '0');
    }

    if (digits == 0 || lines.len - at < 2
        || memcmp(lines.data + at, "\n\n", 2) != 0)
    {
        return false;
    }

    *keys = fuzz_slice(lines.data + at + 2, lines.len - at - 2);

    return when <= NOW + 60 && (when > NOW || NOW - when <= STALE);
}


/* "@" at the beginning stands for the lines that a good file has there. */

static void
sealed(const uint8_t *data, size_t size)
{
    char           good[128] = "source ", *text;
    size_t         head, len;
    uint8_t        digest[NJWT_KEYFILE_DIGEST];
    njwt_slice_t   keys, want = { NULL, 0 }, lines;

    text = ref_alloc(size + 512);
    head = (size_t) sprintf(text, "nginx-jwt-scope keys 1\nsha256 ")
           + 2 * NJWT_KEYFILE_DIGEST + 1;
    len = head;

    if (size > 0 && data[0] == '@') {
        data++;
        size--;
        sprintf(good + 7 + hex(good + 7, source), "\nfetched ");
        len += (size_t) sprintf(text + len, "%s", good);
    }

    if (size > 0) {
        memcpy(text + len, data, size);
        len += size;
    }

    lines = fuzz_slice(text + head, len - head);
    must(njwt_sha256(lines, digest));
    hex(text + head - 2 * NJWT_KEYFILE_DIGEST - 1, digest);
    text[head - 1] = '\n';

    must((read_state((uint8_t *) text, len, &keys) == NULL)
         == readable(lines, &want));
    must(want.data == NULL || keys.data == NULL
         || njwt_slice_equal(keys, want));
    text[head - 1] = ' ';
    must(read_state((uint8_t *) text, len, &keys) != NULL);
    text[head - 1] = '\n';

    /* without a digest, it isn't known to be whole */

    fault_begin(1, true);
    must(read_state((uint8_t *) text, len, &keys) != NULL);
    must(fault_end());
}


static void
made(const uint8_t *data, size_t size)
{
    size_t          len, bit, room;
    uint8_t        *text;
    njwt_slice_t    keys;
    njwt_keyfile_t  keyfile;

    keyfile.source = source;
    keyfile.fetched = NOW - (data[0] >> 2);
    keyfile.keys = fuzz_slice(data + 3, size - 3);

    room = size - 3 + NJWT_KEYFILE_MAX_HEAD;
    text = malloc(room);
    must(text != NULL);
    len = njwt_keyfile_write(&keyfile, text, room);
    must(len > 0 && len <= room);
    must(read_state(text, len, &keys) == NULL);
    must(njwt_slice_equal(keys, keyfile.keys));

    /* cut short, or with a bit that is another: a file that isn't whole */

    must(read_state(text, len - 1, &keys) != NULL);
    bit = ((size_t) data[1] << 8 | data[2]) % (len * 8);
    text[bit / 8] ^= (uint8_t) (1u << bit % 8);
    must(read_state(text, len, &keys) != NULL);

    /* no room, no digest, or a time of no calendar: nothing is written */

    must(njwt_keyfile_write(&keyfile, text, bit % room) == 0);
    fault_begin(1, true);
    must(njwt_keyfile_write(&keyfile, text, room) == 0);
    must(fault_end());
    keyfile.fetched += UINT64_C(1000000000000) << data[2] % 20;
    must(njwt_keyfile_write(&keyfile, text, room) == 0);

    free(text);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    njwt_slice_t  keys;

    if (size < 3 || size > 65536) {
        return 0;
    }

    if (data[0] & MADE) {
        made(data, size);

    } else if (data[0] & SEALED) {
        sealed(data + 1, size - 1);
        ref_forget();

    } else {
        (void) read_state(data + 1, size - 1, &keys);
    }

    return 0;
}
