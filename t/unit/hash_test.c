/*
 * SHA-256 is made by whichever of OpenSSL's providers is to make it.
 *
 * The other one here counts its digests, and fails when it is told to.
 */

#define OPENSSL_SUPPRESS_DEPRECATED

#include "unit.h"
#include "njwt_hash.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/sha.h>


static size_t  other_made;
static int     other_works = 1;


static void *
other_new(void *provider)
{
    (void) provider;

    return calloc(1, sizeof(SHA256_CTX));
}


static void
other_free(void *ctx)
{
    free(ctx);
}


static int
other_init(void *ctx, const OSSL_PARAM params[])
{
    (void) params;

    return SHA256_Init(ctx);
}


static int
other_update(void *ctx, const unsigned char *data, size_t len)
{
    if (!other_works) {
        ERR_raise(ERR_LIB_PROV, ERR_R_INTERNAL_ERROR);
        return 0;
    }

    return SHA256_Update(ctx, data, len);
}


static int
other_final(void *ctx, unsigned char *out, size_t *len, size_t room)
{
    (void) room;

    other_made++;
    *len = SHA256_DIGEST_LENGTH;

    return SHA256_Final(out, ctx);
}


static int
other_params(OSSL_PARAM params[])
{
    OSSL_PARAM  *size, *block;

    size = OSSL_PARAM_locate(params, OSSL_DIGEST_PARAM_SIZE);
    block = OSSL_PARAM_locate(params, OSSL_DIGEST_PARAM_BLOCK_SIZE);

    return (size == NULL
            || OSSL_PARAM_set_size_t(size, SHA256_DIGEST_LENGTH) == 1)
           && (block == NULL || OSSL_PARAM_set_size_t(block, 64) == 1);
}


static const OSSL_ALGORITHM *
other_query(void *provider, int operation, int *no_cache)
{
    static const OSSL_DISPATCH  functions[] = {
        { OSSL_FUNC_DIGEST_NEWCTX, (void (*)(void)) other_new },
        { OSSL_FUNC_DIGEST_FREECTX, (void (*)(void)) other_free },
        { OSSL_FUNC_DIGEST_INIT, (void (*)(void)) other_init },
        { OSSL_FUNC_DIGEST_UPDATE, (void (*)(void)) other_update },
        { OSSL_FUNC_DIGEST_FINAL, (void (*)(void)) other_final },
        { OSSL_FUNC_DIGEST_GET_PARAMS, (void (*)(void)) other_params },
        { 0, NULL }
    };

    static const OSSL_ALGORITHM  digests[] = {
        { "SHA2-256:SHA-256:SHA256", "provider=other", functions, "other" },
        { NULL, NULL, NULL, NULL }
    };

    (void) provider;

    *no_cache = 0;

    return (operation == OSSL_OP_DIGEST) ? digests : NULL;
}


static int
other_start(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provider)
{
    static const OSSL_DISPATCH  functions[] = {
        { OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void)) other_query },
        { 0, NULL }
    };

    (void) in;

    *provider = (void *) handle;
    *out = functions;

    return 1;
}


static void
sum_is_right(njwt_hasher_t *hasher)
{
    uint8_t  out[NJWT_DIGEST];

    assert_true(njwt_hasher_sum(hasher, unit_text("a"), unit_text("bc"),
                                out));
    assert_memory_equal(out, "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde"
                        "\x5d\xae\x22\x23\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4"
                        "\x10\xff\x61\xf2\x00\x15\xad", NJWT_DIGEST);
}


/*
 * Who configures OpenSSL for FIPS gets no digest that isn't of that provider.
 */

static void
a_hasher_uses_the_provider_that_openssl_is_told_to_use(void **state)
{
    uint8_t         out[NJWT_DIGEST];
    OSSL_PROVIDER  *other, *own;
    njwt_hasher_t  *hasher, *usual;

    (void) state;

    usual = njwt_hasher_new();
    assert_non_null(usual);

    own = OSSL_PROVIDER_load(NULL, "default");
    assert_int_equal(OSSL_PROVIDER_add_builtin(NULL, "other", other_start), 1);
    other = OSSL_PROVIDER_load(NULL, "other");
    assert_non_null(own);
    assert_non_null(other);

    assert_int_equal(EVP_set_default_properties(NULL, "provider=other"), 1);
    hasher = njwt_hasher_new();
    assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
    assert_non_null(hasher);

    sum_is_right(usual);
    assert_int_equal(other_made, 0);

    sum_is_right(hasher);
    sum_is_right(hasher);
    assert_int_equal(other_made, 2);

    other_works = 0;
    assert_false(njwt_hasher_sum(hasher, unit_text("a"), unit_text("bc"),
                                 out));
    assert_int_equal(ERR_peek_error(), 0);

    other_works = 1;
    sum_is_right(hasher);

    njwt_hasher_free(usual);
    njwt_hasher_free(hasher);
    OSSL_PROVIDER_unload(other);
    OSSL_PROVIDER_unload(own);
}


/* Texts around the ends of SHA-256's blocks, cut at each place. */

static void
a_digest_is_the_same_wherever_salt_and_text_meet(void **state)
{
    size_t          len, cut;
    uint8_t         text[2 * 64 + 2], right[NJWT_DIGEST], out[NJWT_DIGEST];
    njwt_slice_t    whole = { text, 0 };
    njwt_hasher_t  *hasher;

    (void) state;

    hasher = njwt_hasher_new();
    assert_non_null(hasher);

    for (len = 0; len < sizeof(text); len++) {
        text[len] = (uint8_t) (len * 7);
    }

    for (len = 0; len <= sizeof(text); len++) {
        whole.len = len;
        assert_true(njwt_sha256(whole, right));

        for (cut = 0; cut <= len; cut++) {
            assert_true(njwt_hasher_sum(hasher, unit_bytes(text, cut),
                                        unit_bytes(text + cut, len - cut),
                                        out));
            assert_memory_equal(out, right, NJWT_DIGEST);
        }
    }

    njwt_hasher_free(hasher);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        unit_case(a_hasher_uses_the_provider_that_openssl_is_told_to_use),
        unit_case(a_digest_is_the_same_wherever_salt_and_text_meet)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
