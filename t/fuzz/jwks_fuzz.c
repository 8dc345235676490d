/*
 * A key set is read as a second reader reads it, and what is kept of it is the
 * same set.
 */

#include "fault.h"
#include "njwt_jwks.h"
#include "njwt_key.h"


static bool
one_of(const ref_t *value, const char *const *names)
{
    for ( /* void */ ; *names != NULL; names++) {
        if (ref_is(value, *names)) {
            return true;
        }
    }

    return false;
}


/* An integer's bytes, or NULL: of either alphabet, with "=" and zeros. */

static uint8_t *
integer(const ref_t *key, const char *name, size_t *len)
{
    ref_t    *value = ref_member(key, name);
    size_t    i, n;
    uint8_t  *bytes, *copy;

    if (value == NULL || value->type != REF_STRING || value->len > 2048) {
        return NULL;
    }

    n = value->len;
    n -= n > 0 && value->text[n - 1] == '=';
    n -= n > 0 && n == value->len - 1 && value->text[n - 1] == '=';
    copy = ref_alloc(n + 1);

    for (i = 0; i < n; i++) {
        copy[i] = value->text[i] == '+' ? '-'
                  : value->text[i] == '/' ? '_' : value->text[i];
    }

    bytes = ref_base64url(copy, n, len);

    while (bytes != NULL && *len > 0 && bytes[0] == 0) {
        bytes++;
        (*len)--;
    }

    return bytes != NULL && *len > 0 ? bytes : NULL;
}


static size_t
bits(const uint8_t *bytes, size_t len)
{
    size_t   n = len * 8;
    uint8_t  top;

    for (top = bytes[0]; (top & 0x80) == 0; top = (uint8_t) (top << 1)) {
        n--;
    }

    return n;
}


static bool
rsa_ok(const ref_t *key)
{
    size_t    n_len, e_len;
    uint8_t  *n = integer(key, "n", &n_len), *e = integer(key, "e", &e_len);

    if (n == NULL || e == NULL || bits(n, n_len) < 2048
        || bits(n, n_len) > 8192 || (n[n_len - 1] & 1) == 0
        || (e[e_len - 1] & 1) == 0 || (e_len == 1 && e[0] == 1))
    {
        return false;
    }

    /* not larger than the modulus; OpenSSL's limit for the large ones */

    return (e_len < n_len || (e_len == n_len && memcmp(e, n, n_len) < 0))
           && (bits(n, n_len) <= 3072 || bits(e, e_len) <= 64);
}


static bool
coordinate(const ref_t *key, const char *name, size_t size)
{
    size_t  len;
    ref_t  *value = ref_member(key, name);

    return value != NULL && value->type == REF_STRING
           && ref_base64url(value->text, value->len, &len) != NULL
           && len == size;
}


/*
 * 1: usable; 0: not; -1: so it seems, but its point is a matter of curves, or
 * its certificate one of ASN.1
 */

static int
usable(const ref_t *key)
{
    size_t  i;
    ref_t  *use = ref_member(key, "use"), *ops = ref_member(key, "key_ops");
    ref_t  *alg = ref_member(key, "alg"), *kid = ref_member(key, "kid");

    static const char  *const  rsa[] = {
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", NULL
    };

    static const struct {
        const char  *kty;
        const char  *crv;
        const char  *alg;
        size_t       bytes;
    } curves[] = {
        { "EC",  "P-256",   "ES256", 32 },
        { "EC",  "P-384",   "ES384", 48 },
        { "EC",  "P-521",   "ES512", 66 },
        { "OKP", "Ed25519", "EdDSA", 32 }
    };

    if (key->type != REF_OBJECT
        || (use != NULL && !ref_is(use, "sig"))
        || (ops != NULL && (ops->type != REF_ARRAY
                            || !ref_holds(ops, "verify")))
        || (kid != NULL && (kid->type != REF_STRING || kid->len > 255)))
    {
        return 0;
    }

    if (ref_member(key, "n") == NULL && ref_member(key, "e") == NULL
        && ref_member(key, "x") == NULL && ref_member(key, "y") == NULL)
    {
        return ref_member(key, "x5c") != NULL ? -1 : 0;
    }

    if (ref_is(ref_member(key, "kty"), "RSA")) {
        return (alg == NULL || one_of(alg, rsa)) && rsa_ok(key);
    }

    for (i = 0; i < 4; i++) {
        if (ref_is(ref_member(key, "kty"), curves[i].kty)
            && ref_is(ref_member(key, "crv"), curves[i].crv))
        {
            if ((alg != NULL && !ref_is(alg, curves[i].alg)
                 && !(i == 3 && ref_is(alg, "Ed25519")))
                || !coordinate(key, "x", curves[i].bytes)
                || (i < 3 && !coordinate(key, "y", curves[i].bytes)))
            {
                return 0;
            }

            return i == 3 ? 1 : -1;
        }
    }

    return 0;
}


static void
again(const njwt_jwks_t *jwks)
{
    bool                 named;
    size_t               i, n;
    uint8_t              one[NJWT_DIGEST], two[NJWT_DIGEST];
    njwt_jwks_t         *other;
    njwt_slice_t         text, a, b;
    njwt_jwks_report_t   report;

    text = njwt_jwks_text(jwks);
    must(ref_json(text.data, text.len) != NULL);
    other = njwt_jwks_new(text, &report);
    must(other != NULL);
    must(report.skipped == 0 || njwt_jwks_count(other) == 1);
    must(report.spelling == 0);
    must(njwt_jwks_count(other) == njwt_jwks_count(jwks));
    must(njwt_slice_equal(njwt_jwks_text(other), text));

    for (i = 0; i < njwt_jwks_count(jwks); i++) {
        named = njwt_key_kid(njwt_jwks_key(jwks, i), &a);
        must(named == njwt_key_kid(njwt_jwks_key(other, i), &b));
        must(!named || njwt_slice_equal(a, b));
        must(njwt_key_digest(njwt_jwks_key(jwks, i), one));
        must(njwt_key_digest(njwt_jwks_key(other, i), two));
        must(memcmp(one, two, sizeof(one)) == 0);

        for (n = 1; n < 24; n++) {
            fault_begin(n, false);
            must(!njwt_key_digest(njwt_jwks_key(other, i), two)
                 || memcmp(one, two, sizeof(one)) == 0);
            (void) fault_end();
        }
    }

    njwt_jwks_free(other);
}


/*
 * No signature that an input holds is one.  (But for Ed25519, where whoever
 * makes the key may choose a point for which any is: so is the key's owner.)
 */

static void
forge(njwt_jwks_t *jwks, const uint8_t *data, size_t size)
{
    size_t                  i, len;
    njwt_alg_t              alg;
    njwt_arena_t            arena;
    const njwt_alg_info_t  *info;

    njwt_arena_init(&arena);

    for (i = 0; i < njwt_jwks_count(jwks) && i < 4; i++) {
        for (alg = 1; alg <= NJWT_ALG_HS512; alg <<= 1) {
            njwt_key_t  *key = (njwt_key_t *) njwt_jwks_key(jwks, i);

            info = njwt_alg_info(alg);
            len = info->half != 0 ? 2 * info->half
                  : alg == NJWT_ALG_EDDSA ? 64 : 256;
            len = len < size ? len : size;

            must(njwt_key_verify(&arena, key, alg, fuzz_text("x"),
                                 fuzz_slice(data + size - len, len)) == NULL
                 || alg == NJWT_ALG_EDDSA);
        }
    }

    must(!arena.failed);

    /* two algorithms are none */

    for (alg = 1; alg < NJWT_ALG_HS512; alg <<= 1) {
        must(njwt_key_verify(&arena, (njwt_key_t *) njwt_jwks_key(jwks, 0),
                             alg | alg << 1, fuzz_text("x"), fuzz_text("x"))
             == NULL);
    }

    must(arena.failed);
    njwt_arena_free(&arena);
}


/* A set of a secret: of a secret's length, and only a whole one. */

static void
secret(njwt_slice_t text)
{
    size_t        n;
    uint8_t       digest[NJWT_DIGEST];
    njwt_jwks_t  *jwks = njwt_jwks_of_secret(text);

    /* OpenSSL sets itself up once: what fails then would fail for good */

    must(njwt_random(digest, sizeof(digest)));
    must((jwks != NULL) == (text.len > 0));

    if (jwks != NULL) {
        must(njwt_jwks_count(jwks) == 1 && njwt_jwks_text(jwks).len == 0);
        must(!njwt_key_digest(njwt_jwks_key(jwks, 0), digest));
        njwt_jwks_free(jwks);
    }

    for (n = 1; n < 7; n++) {
        fault_begin(n, (text.len & 1) != 0);
        jwks = njwt_jwks_of_secret(text);
        must(fault_end() || (jwks != NULL) == (text.len > 0));
        njwt_jwks_free(jwks);
    }

    fault_begin(1, false);
    must(!njwt_random(digest, sizeof(digest)));
    must(fault_end());

    text.len = NJWT_MAX_SECRET + 1;
    must(njwt_jwks_of_secret(text) == NULL);
}


/* What the operator's file is: the same set, or PEM with a few keys. */

static void
file(njwt_slice_t text, const njwt_jwks_t *set)
{
    size_t               i;
    uint8_t              digest[NJWT_DIGEST];
    njwt_jwks_t         *jwks;
    njwt_jwks_report_t   report;

    jwks = njwt_jwks_of_file(text, &report);
    must((jwks == NULL) == (report.error != NULL));
    must(set == NULL || jwks != NULL);

    if (jwks == NULL) {
        return;
    }

    must(njwt_jwks_count(jwks) == report.usable);

    if (set != NULL) {
        must(njwt_slice_equal(njwt_jwks_text(set), njwt_jwks_text(jwks)));

    } else {
        must(report.usable + report.skipped <= NJWT_MAX_PEM);
        must(njwt_jwks_text(jwks).len == 0);
        must(njwt_jwks_bind(jwks, fuzz_text("x")));

        for (i = 0; i < njwt_jwks_count(jwks); i++) {
            must(njwt_key_digest(njwt_jwks_key(jwks, i), digest));
        }
    }

    njwt_jwks_free(jwks);
}


/* Of more than there may be, not a byte is read. */

static void
too_long(const uint8_t *data)
{
    njwt_jwks_report_t  report;

    must(njwt_jwks_new(fuzz_slice(data, NJWT_MAX_JWKS_SIZE + 1), &report)
         == NULL);
    must(report.error != NULL && !report.no_memory);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t               least = 0, most = 0, count = 0, mark;
    ref_t               *root, *keys, *key;
    njwt_jwks_t         *jwks;
    njwt_jwks_report_t   report;

    if (size > 65536) {
        return 0;
    }

    secret(fuzz_slice(data, size));
    too_long(data);
    mark = size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    root = ref_json(data + mark, size - mark);
    keys = ref_member(root, "keys");
    jwks = njwt_jwks_new(fuzz_slice(data, size), &report);

    if (keys != NULL && keys->type == REF_ARRAY) {
        for (key = keys->first; key != NULL; key = key->next) {
            least += usable(key) == 1;
            most += usable(key) != 0;
            count++;
        }
    }

    if (count > 256) {
        most = 0;
        least = 0;
    }

    must(jwks == NULL ? least == 0 && report.error != NULL
                      : report.error == NULL);

    if (jwks != NULL) {
        must(njwt_jwks_count(jwks) >= least);
        must(njwt_jwks_count(jwks) <= most);
        must(njwt_jwks_count(jwks) == report.usable);
        must(report.usable + report.skipped == count);
        again(jwks);
        forge(jwks, data, size);
    }

    file(fuzz_slice(data, size), jwks);
    njwt_jwks_free(jwks);
    ref_forget();

    return 0;
}
