/*
 * Is a point on its curve?
 *
 * Asking OpenSSL for a key takes half as long as a signature, and even its
 * check of a point twice as long as the arithmetic, which is OpenSSL's here,
 * too, with the numbers of OpenSSL's curves.  The answer gives nobody any
 * right: OpenSSL checks the point again before anything is verified with it.
 */

#include "njwt_jwk.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>


/* y^2 = x^3 + ax + b modulo p */
typedef struct {
    BN_MONT_CTX  *mont;          /* p and its R; NULL: not prepared */
    BIGNUM       *p;
    BIGNUM       *a;
    BIGNUM       *b;             /* b/R */

    BIGNUM       *x;             /* memory for the point that is checked */
    BIGNUM       *y;
    BIGNUM       *t;
    BN_CTX       *ctx;
} njwt_curve_t;

/* each is prepared by the first point that may be on it */
struct njwt_curves_s {
    njwt_curve_t  p256;
    njwt_curve_t  p384;
    njwt_curve_t  p521;
};


njwt_curves_t *
njwt_curves_new(void)
{
    return calloc(1, sizeof(njwt_curves_t));
}


static void
njwt_curve_release(njwt_curve_t *curve)
{
    BN_MONT_CTX_free(curve->mont);
    BN_free(curve->p);
    BN_free(curve->a);
    BN_free(curve->b);
    BN_free(curve->x);
    BN_free(curve->y);
    BN_free(curve->t);
    BN_CTX_free(curve->ctx);

    memset(curve, 0, sizeof(njwt_curve_t));
}


void
njwt_curves_free(njwt_curves_t *curves)
{
    if (curves == NULL) {
        return;
    }

    njwt_curve_release(&curves->p256);
    njwt_curve_release(&curves->p384);
    njwt_curve_release(&curves->p521);
    free(curves);
}


static bool
njwt_curve_numbers(njwt_curve_t *curve, int nid)
{
    bool       made;
    EC_GROUP  *group;

    curve->mont = BN_MONT_CTX_new();
    curve->p = BN_new();
    curve->a = BN_new();
    curve->b = BN_new();
    curve->x = BN_new();
    curve->y = BN_new();
    curve->t = BN_new();
    curve->ctx = BN_CTX_new();

    if (curve->mont == NULL || curve->p == NULL || curve->a == NULL
        || curve->b == NULL || curve->x == NULL || curve->y == NULL
        || curve->t == NULL || curve->ctx == NULL)
    {
        return false;
    }

    (void) ERR_set_mark();

    group = EC_GROUP_new_by_curve_name(nid);

    made = group != NULL
           && EC_GROUP_get_curve(group, curve->p, curve->a, curve->b,
                                 curve->ctx)
              == 1
           && BN_MONT_CTX_set(curve->mont, curve->p, curve->ctx) == 1
           && BN_from_montgomery(curve->b, curve->b, curve->mont, curve->ctx)
              == 1;

    (void) ERR_pop_to_mark();

    EC_GROUP_free(group);

    return made;
}


/* NULL: of a curve that isn't one of these, or no memory. */

static njwt_curve_t *
njwt_curve_prepared(njwt_curves_t *curves, int nid)
{
    njwt_curve_t  *curve;

    switch (nid) {

    case NID_X9_62_prime256v1:
        curve = &curves->p256;
        break;

    case NID_secp384r1:
        curve = &curves->p384;
        break;

    case NID_secp521r1:
        curve = &curves->p521;
        break;

    default:
        return NULL;
    }

    if (curve->mont == NULL && !njwt_curve_numbers(curve, nid)) {
        njwt_curve_release(curve);
        return NULL;
    }

    return curve;
}


/*
 * Montgomery's product of two numbers is theirs divided by R: the equation is
 * compared as y^2/R = (x^2 + a)x/R + b/R.  Only numbers below p are the
 * coordinates of a point.
 */

static bool
njwt_curve_solved(const njwt_curve_t *curve, njwt_slice_t point_x,
    njwt_slice_t point_y)
{
    BIGNUM       *x = curve->x, *y = curve->y, *t = curve->t;
    BN_CTX       *ctx = curve->ctx;
    BN_MONT_CTX  *mont = curve->mont;

    return BN_bin2bn(point_x.data, (int) point_x.len, x) != NULL
           && BN_bin2bn(point_y.data, (int) point_y.len, y) != NULL
           && BN_ucmp(x, curve->p) < 0
           && BN_ucmp(y, curve->p) < 0
           && BN_to_montgomery(t, x, mont, ctx) == 1
           && BN_mod_mul_montgomery(t, t, x, mont, ctx) == 1
           && BN_mod_add_quick(t, t, curve->a, curve->p) == 1
           && BN_mod_mul_montgomery(t, t, x, mont, ctx) == 1
           && BN_mod_add_quick(t, t, curve->b, curve->p) == 1
           && BN_mod_mul_montgomery(y, y, y, mont, ctx) == 1
           && BN_ucmp(t, y) == 0;
}


bool
njwt_curve_has(njwt_curves_t *curves, const njwt_jwk_curve_t *named,
    njwt_slice_t x, njwt_slice_t y)
{
    bool            solved;
    njwt_curve_t   *curve;
    njwt_curves_t  *own;

    own = NULL;

    if (curves == NULL) {
        own = njwt_curves_new();
        curves = own;
    }

    curve = (curves != NULL) ? njwt_curve_prepared(curves, named->nid) : NULL;
    solved = curve != NULL && njwt_curve_solved(curve, x, y);

    njwt_curves_free(own);

    return solved;
}
