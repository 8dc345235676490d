/*
 * An allocation that an input names fails.
 */

#include "fault.h"

#include <errno.h>

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>


#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FAULT_INTERCEPTED
#endif
#endif

#if defined(FAULT_INTERCEPTED) || defined(__SANITIZE_ADDRESS__)

#define fault_malloc   __interceptor_malloc
#define fault_calloc   __interceptor_calloc
#define fault_realloc  __interceptor_realloc

#else

#define fault_malloc   __libc_malloc
#define fault_calloc   __libc_calloc
#define fault_realloc  __libc_realloc

#endif

extern void *fault_malloc(size_t size);
extern void *fault_calloc(size_t n, size_t size);
extern void *fault_realloc(void *old, size_t size);


/* which allocation fails, counted from 1; 0: none */
static size_t  fault_at;

/* and all after it? */
static bool    fault_on;

static size_t  fault_count;


static bool
fault_now(void)
{
    if (fault_at == 0) {
        return false;
    }

    fault_count++;

    return fault_count == fault_at || (fault_on && fault_count > fault_at);
}


static bool
fault_memory(void)
{
    if (fault_now()) {
        errno = ENOMEM;
        return true;
    }

    return false;
}


void *
malloc(size_t size)
{
    return fault_memory() ? NULL : fault_malloc(size);
}


void *
calloc(size_t n, size_t size)
{
    return fault_memory() ? NULL : fault_calloc(n, size);
}


void *
realloc(void *old, size_t size)
{
    return fault_memory() ? NULL : fault_realloc(old, size);
}


void *__real_njwt_arena_alloc(njwt_arena_t *arena, size_t size);
void *__wrap_njwt_arena_alloc(njwt_arena_t *arena, size_t size);


void *
__wrap_njwt_arena_alloc(njwt_arena_t *arena, size_t size)
{
    if (fault_memory()) {
        arena->failed = true;
        return NULL;
    }

    return __real_njwt_arena_alloc(arena, size);
}


/* A function of OpenSSL that returns 1, or 0 when it is the one that fails. */

#define FAULT_WRAP(name, parameters, arguments)                              \
    int __real_##name parameters;                                            \
    int __wrap_##name parameters;                                            \
                                                                             \
    int                                                                      \
    __wrap_##name parameters                                                 \
    {                                                                        \
        return fault_now() ? 0 : __real_##name arguments;                    \
    }

FAULT_WRAP(EVP_Digest, (const void *data, size_t len, unsigned char *out,
                        unsigned *size, const EVP_MD *md, ENGINE *engine),
           (data, len, out, size, md, engine))
FAULT_WRAP(EVP_DigestInit_ex, (EVP_MD_CTX *ctx, const EVP_MD *md,
                               ENGINE *engine), (ctx, md, engine))
FAULT_WRAP(EVP_DigestUpdate, (EVP_MD_CTX *ctx, const void *data, size_t len),
           (ctx, data, len))
FAULT_WRAP(EVP_DigestFinal_ex, (EVP_MD_CTX *ctx, unsigned char *out,
                                unsigned *size), (ctx, out, size))
FAULT_WRAP(EVP_DigestVerifyInit, (EVP_MD_CTX *ctx, EVP_PKEY_CTX **pctx,
                                  const EVP_MD *md, ENGINE *engine,
                                  EVP_PKEY *pkey),
           (ctx, pctx, md, engine, pkey))
FAULT_WRAP(EVP_PKEY_verify_init, (EVP_PKEY_CTX *ctx), (ctx))
FAULT_WRAP(EVP_PKEY_fromdata_init, (EVP_PKEY_CTX *ctx), (ctx))
FAULT_WRAP(EVP_PKEY_CTX_set_rsa_padding, (EVP_PKEY_CTX *ctx, int mode),
           (ctx, mode))
FAULT_WRAP(EVP_PKEY_CTX_set_rsa_pss_saltlen, (EVP_PKEY_CTX *ctx, int len),
           (ctx, len))
FAULT_WRAP(EVP_PKEY_CTX_set_signature_md, (EVP_PKEY_CTX *ctx,
                                           const EVP_MD *md), (ctx, md))
FAULT_WRAP(i2d_PUBKEY, (const EVP_PKEY *pkey, unsigned char **out),
           (pkey, out))
FAULT_WRAP(OSSL_PARAM_BLD_push_BN, (OSSL_PARAM_BLD *build, const char *key,
                                    const BIGNUM *bn), (build, key, bn))
FAULT_WRAP(OSSL_PARAM_BLD_push_utf8_string,
           (OSSL_PARAM_BLD *build, const char *key, const char *text,
            size_t len), (build, key, text, len))
FAULT_WRAP(OSSL_PARAM_BLD_push_octet_string,
           (OSSL_PARAM_BLD *build, const char *key, const void *data,
            size_t len), (build, key, data, len))
FAULT_WRAP(RAND_bytes, (unsigned char *out, int len), (out, len))


void
fault_begin(size_t n, bool on)
{
    fault_count = 0;
    fault_on = on;
    fault_at = n;
}


bool
fault_end(void)
{
    bool  failed;

    failed = fault_at != 0 && fault_count >= fault_at;
    fault_at = 0;

    return failed;
}
