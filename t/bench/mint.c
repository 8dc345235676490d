/*
 * How does the benchmark come by 50,000 tokens in half a minute, and by a
 * million of HS256 in ten seconds?
 *
 *   mint COUNT HEADER PAYLOAD KEY.pem      RS256, or ES256 with a P-256 key
 *   mint COUNT HEADER PAYLOAD hmac:SECRET  HS256
 *   mint COUNT HEADER PAYLOAD junk         no signature, but 256 bytes
 *
 * Each %N in header and payload is the token's number, %0N in seven digits, so
 * that all tokens are of one length.  These are load: the
 * tokens that decide a test are signed by other code (t/lib/NJWT/Token.pm).
 */

#define _GNU_SOURCE

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define ROOM  65536


static EVP_PKEY    *key;
static const char  *secret;


static void
fail(const char *what)
{
    fprintf(stderr, "mint: %s\n", what);
    exit(1);
}


/* Appends base64url; returns the new length. */

static size_t
put(char *to, size_t len, const unsigned char *from, size_t n)
{
    char  *p;
    int    size;

    size = EVP_EncodeBlock((unsigned char *) to + len, from, (int) n);

    for (p = to + len; size > 0; size--, p++) {
        if (*p == '=') {
            break;
        }

        *p = (*p == '+') ? '-' : (*p == '/') ? '_' : *p;
    }

    return (size_t) (p - to);
}


static size_t
numbered(char *to, const char *text, unsigned long n)
{
    char  *p = to;

    for ( ; *text; text++) {
        if (text[0] == '%' && text[1] == 'N') {
            p += snprintf(p, 24, "%lu", n);
            text++;
            continue;
        }

        if (strncmp(text, "%0N", 3) == 0) {
            p += snprintf(p, 24, "%07lu", n);
            text += 2;
            continue;
        }

        *p++ = *text;
    }

    return (size_t) (p - to);
}


/* DER is not what JOSE has (RFC 7518, section 3.4). */

static size_t
raw(unsigned char *signature, size_t len)
{
    ECDSA_SIG            *sig;
    const unsigned char  *p = signature;

    sig = d2i_ECDSA_SIG(NULL, &p, (long) len);

    if (sig == NULL
        || BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature, 32) != 32
        || BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature + 32, 32) != 32)
    {
        fail("a signature is none of P-256");
    }

    ECDSA_SIG_free(sig);

    return 64;
}


static size_t
sign(const char *input, size_t len, unsigned char *out, unsigned long n)
{
    size_t        size = 1024;
    unsigned      hmac_size;
    EVP_MD_CTX   *ctx;

    if (secret) {
        HMAC(EVP_sha256(), secret, (int) strlen(secret),
             (const unsigned char *) input, len, out, &hmac_size);

        return hmac_size;
    }

    if (key == NULL) {
        memset(out, 0x5a, 256);
        memcpy(out + 8, &n, sizeof(n));

        return 256;
    }

    ctx = EVP_MD_CTX_new();

    if (ctx == NULL
        || EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) != 1
        || EVP_DigestSign(ctx, out, &size, (const unsigned char *) input,
                          len) != 1)
    {
        fail("it can't be signed");
    }

    EVP_MD_CTX_free(ctx);

    return EVP_PKEY_is_a(key, "EC") ? raw(out, size) : size;
}


static void
mint(const char *header, const char *payload, unsigned long n)
{
    size_t                len;
    static char           token[ROOM * 2], text[ROOM];
    static unsigned char  signature[1024];

    len = numbered(text, header, n);
    len = put(token, 0, (unsigned char *) text, len);
    token[len++] = '.';
    len = put(token, len, (unsigned char *) text, numbered(text, payload, n));

    n = sign(token, len, signature, n);
    token[len++] = '.';
    len = put(token, len, signature, n);
    token[len++] = '\n';

    if (fwrite(token, 1, len, stdout) != len) {
        fail("it can't be written");
    }
}


int
main(int argc, char **argv)
{
    FILE           *in;
    unsigned long   n, count;

    if (argc != 5 || strlen(argv[2]) + strlen(argv[3]) > ROOM / 2) {
        fail("usage: mint COUNT HEADER PAYLOAD KEY");
    }

    if (strncmp(argv[4], "hmac:", 5) == 0) {
        secret = argv[4] + 5;

    } else if (strcmp(argv[4], "junk") != 0) {
        in = fopen(argv[4], "r");
        key = in ? PEM_read_PrivateKey(in, NULL, NULL, NULL) : NULL;

        if (key == NULL) {
            fail("no key");
        }
    }

    count = strtoul(argv[1], NULL, 10);

    for (n = 0; n < count; n++) {
        mint(argv[2], argv[3], n);
    }

    return fflush(stdout) == 0 ? 0 : 1;
}
