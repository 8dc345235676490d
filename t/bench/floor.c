/*
 * What does one signature cost here and now?
 *
 *   floor KEY.pem     prints the CPU time of an EVP_PKEY_verify(), in us
 *
 * A prepared context, as a worker has one for each key: what is left is the
 * exponentiation.
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
        || EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1
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

    in = fopen(argc > 1 ? argv[1] : "", "r");
    key = in ? PEM_read_PrivateKey(in, NULL, NULL, NULL) : NULL;

    if (key == NULL) {
        fprintf(stderr, "usage: floor KEY.pem\n");
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
