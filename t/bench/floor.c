/*
 * What do one signature and one digest cost here and now?
 *
 *   floor KEY.pem     prints the CPU time of an EVP_PKEY_verify(), in us
 *   floor 16000       prints the CPU time of SHA-256 of so many bytes, in us
 *
 * A prepared context, as a worker has one for each key, and a fetched digest:
 * what is left is the arithmetic.
 */

#define _GNU_SOURCE

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>


#define ROUNDS  1000


static EVP_PKEY_CTX *
prepare(EVP_PKEY *key, int (*init)(EVP_PKEY_CTX *))
{
    EVP_PKEY_CTX  *ctx;

    ctx = EVP_PKEY_CTX_new(key, NULL);

    if (ctx == NULL
        || init(ctx) != 1
        || (EVP_PKEY_is_a(key, "RSA")
            && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1)
        || EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) != 1)
    {
        exit(1);
    }

    return ctx;
}


static double
cpu_us(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return (double) ts.tv_sec * 1e6 + (double) ts.tv_nsec / 1e3;
}


static void
digest_of(size_t bytes)
{
    int             i;
    double          began;
    EVP_MD         *md;
    EVP_MD_CTX     *ctx;
    unsigned char  *text, digest[32];

    md = EVP_MD_fetch(NULL, "SHA256", NULL);
    ctx = EVP_MD_CTX_new();
    text = calloc(1, bytes);
    began = 0;

    for (i = -ROUNDS / 10; i < ROUNDS; i++) {
        if (i == 0) {
            began = cpu_us();
        }

        if (text == NULL
            || EVP_DigestInit_ex(ctx, md, NULL) != 1
            || EVP_DigestUpdate(ctx, text, bytes) != 1
            || EVP_DigestFinal_ex(ctx, digest, NULL) != 1)
        {
            exit(1);
        }
    }

    printf("%.4f\n", (cpu_us() - began) / ROUNDS);
}


int
main(int argc, char **argv)
{
    int             i;
    FILE           *in;
    double          began;
    size_t          size;
    EVP_PKEY       *key;
    EVP_PKEY_CTX   *ctx;
    unsigned char   digest[32] = { 1 }, signature[1024];

    if (argc > 1 && strtoul(argv[1], NULL, 10) > 0) {
        digest_of(strtoul(argv[1], NULL, 10));
        return 0;
    }

    in = fopen(argc > 1 ? argv[1] : "", "r");
    key = in ? PEM_read_PrivateKey(in, NULL, NULL, NULL) : NULL;

    if (key == NULL) {
        fprintf(stderr, "usage: floor KEY.pem | BYTES\n");
        return 1;
    }

    size = sizeof(signature);

    if (EVP_PKEY_sign(prepare(key, EVP_PKEY_sign_init), signature, &size,
                      digest, sizeof(digest)) != 1)
    {
        return 1;
    }

    ctx = prepare(key, EVP_PKEY_verify_init);
    began = 0;

    for (i = -ROUNDS / 10; i < ROUNDS; i++) {
        if (i == 0) {
            began = cpu_us();
        }

        if (EVP_PKEY_verify(ctx, signature, size, digest, sizeof(digest)) != 1)
        {
            return 1;
        }
    }

    printf("%.4f\n", (cpu_us() - began) / ROUNDS);

    return 0;
}
