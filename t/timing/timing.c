/*
 * Does a refusal tell how much of the MAC was right?
 *
 * Two kinds of MACs are verified by the core's own function in random order:
 * right but for the last byte, and wrong from the first one on.  Welch's test
 * tells whether their times differ (as dudect does: Reparaz, Balasch and
 * Verbauwhede, 2017); t below 5 is noise.
 *
 * So that a "no" means something, the same is done with a comparison that
 * ends at the first byte that differs: that one must be found out.
 *
 *   timing [N]     N measurements, in thousands (500)
 */

#define _GNU_SOURCE

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "njwt_key.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>


#define MAC      32
#define NOISE    5.0
#define BATCH    1000


typedef struct {
    double  n;
    double  mean;
    double  squares;
} series_t;

static const char  input[] = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9";
static uint8_t     secret[MAC];
static uint8_t     right[MAC];


static void
add(series_t *s, double x)
{
    double  delta;

    delta = x - s->mean;
    s->n += 1;
    s->mean += delta / s->n;
    s->squares += delta * (x - s->mean);
}


static double
welch(const series_t *a, const series_t *b)
{
    double  variance;

    variance = a->squares / (a->n - 1) / a->n + b->squares / (b->n - 1) / b->n;

    return (a->mean - b->mean) / sqrt(variance);
}


static double
now_ns(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (double) ts.tv_sec * 1e9 + (double) ts.tv_nsec;
}


/* The gate's way. */

static int
core_accepts(void *key, const uint8_t *mac)
{
    bool                 good;
    njwt_arena_t         arena;
    njwt_slice_t         text, signature;

    njwt_arena_init(&arena);

    text.data = (const uint8_t *) input;
    text.len = sizeof(input) - 1;
    signature.data = mac;
    signature.len = MAC;

    good = njwt_key_verify(&arena, key, NJWT_ALG_HS256, text, signature)
           != NULL;

    njwt_arena_free(&arena);

    return good;
}


/* The naive way, with the same work before it. */

static int
naive_accepts(void *key, const uint8_t *mac)
{
    int                i;
    uint8_t            own[EVP_MAX_MD_SIZE];
    unsigned           len;
    volatile uint8_t  *p = own;

    (void) key;

    if (HMAC(EVP_sha256(), secret, MAC, (const uint8_t *) input,
             sizeof(input) - 1, own, &len)
        == NULL)
    {
        exit(1);
    }

    for (i = 0; i < MAC; i++) {
        if (p[i] != mac[i]) {
            return 0;
        }
    }

    return 1;
}


static int
by_size(const void *a, const void *b)
{
    double  x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}


/* What took longest was interrupted: it tells of the machine. */

static double
compare(int (*accepts)(void *key, const uint8_t *mac), void *key, long n)
{
    int       kind, kinds[BATCH];
    long      i, k;
    double    began, limit, times[BATCH], sorted[BATCH];
    uint8_t   mac[2][MAC];
    series_t  series[2] = { { 0, 0, 0 }, { 0, 0, 0 } };

    memcpy(mac[0], right, MAC);
    memcpy(mac[1], right, MAC);

    mac[0][MAC - 1] ^= 0x55;

    for (i = 0; i < MAC; i++) {
        mac[1][i] ^= 0x55;
    }

    for (i = 0; i < n; i += BATCH) {
        for (k = 0; k < BATCH; k++) {
            kind = kinds[k] = (int) (random() & 1);

            began = now_ns();

            if (accepts(key, mac[kind])) {
                fprintf(stderr, "timing: a wrong MAC is accepted\n");
                exit(1);
            }

            sorted[k] = times[k] = now_ns() - began;
        }

        qsort(sorted, BATCH, sizeof(double), by_size);
        limit = sorted[BATCH * 9 / 10];

        for (k = 0; k < BATCH; k++) {
            if (times[k] <= limit) {
                add(&series[kinds[k]], times[k]);
            }
        }
    }

    printf("  last byte wrong %.2f ns, first byte wrong %.2f ns, t = %.2f\n",
           series[0].mean, series[1].mean, welch(&series[0], &series[1]));

    return fabs(welch(&series[0], &series[1]));
}


int
main(int argc, char **argv)
{
    long          n;
    double        core, naive;
    unsigned      len;
    njwt_key_t   *key;
    njwt_slice_t  text;

    n = ((argc > 1) ? atol(argv[1]) : 500) * 1000;

    memset(secret, 's', sizeof(secret));
    text.data = secret;
    text.len = sizeof(secret);
    key = njwt_key_secret(text);

    if (key == NULL
        || HMAC(EVP_sha256(), secret, MAC, (const uint8_t *) input,
                sizeof(input) - 1, right, &len)
           == NULL
        || !core_accepts(key, right) || !naive_accepts(NULL, right))
    {
        fprintf(stderr, "timing: the right MAC is refused\n");
        return 1;
    }

    printf("a comparison that ends early:\n");
    naive = compare(naive_accepts, NULL, n);

    printf("the gate's:\n");
    core = compare(core_accepts, key, n);

    njwt_key_free(key);

    if (naive < NOISE) {
        printf("timing: nothing can be measured on this machine now: even a "
               "naive comparison isn't found out\n");
        return 1;
    }

    if (core >= NOISE) {
        printf("timing: a refusal TELLS how much of the MAC was right\n");
        return 1;
    }

    printf("timing: ok, a refusal doesn't tell how much was right\n");

    return 0;
}
