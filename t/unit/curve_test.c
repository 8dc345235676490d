/*
 * Points that are on their curves: exactly those that OpenSSL accepts for a
 * key, whether the curve was prepared for other points or not.
 */

#include "unit.h"
#include "njwt_jwk.h"

#include <openssl/ec.h>
#include <openssl/err.h>


static const struct {
    const char  *name;
    int          nid;
    size_t       bytes;
} kinds[] = {
    { "prime256v1", NID_X9_62_prime256v1, 32 },
    { "secp384r1", NID_secp384r1, 48 },
    { "secp521r1", NID_secp521r1, 66 }
};

static njwt_curves_t           *kept;
static const njwt_jwk_curve_t  *curve;
static EC_GROUP                *group;
static EC_POINT                *point;
static BIGNUM                  *p, *x, *y, *other;


static void
begin_curve(size_t k)
{
    curve = njwt_jwk_curve(kinds[k].name);
    assert_non_null(curve);
    assert_int_equal(curve->bytes, kinds[k].bytes);

    group = EC_GROUP_new_by_curve_name(kinds[k].nid);
    point = EC_POINT_new(group);
    p = BN_new();
    x = BN_new();
    y = BN_new();
    other = BN_new();

    assert_int_equal(EC_GROUP_get_curve(group, p, NULL, NULL, NULL), 1);
}


static void
end_curve(void)
{
    EC_GROUP_free(group);
    EC_POINT_free(point);
    BN_free(p);
    BN_free(x);
    BN_free(y);
    BN_free(other);
}


static int
begin(void **state)
{
    kept = njwt_curves_new();
    assert_non_null(kept);

    return unit_begin(state);
}


static int
end(void **state)
{
    njwt_curves_free(kept);

    return unit_end(state);
}


/* What OpenSSL says, which the core must say as well. */

static bool
openssl_takes(njwt_slice_t a, njwt_slice_t b)
{
    int      taken;
    uint8_t  text[1 + 2 * NJWT_EC_MAX_BYTES];

    text[0] = POINT_CONVERSION_UNCOMPRESSED;
    memcpy(text + 1, a.data, a.len);
    memcpy(text + 1 + a.len, b.data, b.len);

    taken = EC_POINT_oct2point(group, point, text, 1 + a.len + b.len, NULL);
    ERR_clear_error();

    return taken == 1;
}


static njwt_slice_t
coordinate(const BIGNUM *number)
{
    uint8_t  bytes[NJWT_EC_MAX_BYTES];

    assert_int_equal(BN_bn2binpad(number, bytes, (int) curve->bytes),
                     curve->bytes);

    return unit_bytes(bytes, curve->bytes);
}


static bool
has(const BIGNUM *a, const BIGNUM *b)
{
    bool          on;
    njwt_slice_t  point_x, point_y;

    point_x = coordinate(a);
    point_y = coordinate(b);

    on = njwt_curve_has(kept, curve, point_x, point_y);

    assert_int_equal(on, openssl_takes(point_x, point_y));
    assert_int_equal(on, njwt_curve_has(NULL, curve, point_x, point_y));
    assert_int_equal(ERR_peek_error(), 0);

    return on;
}


/* Sets x and y to those of a point chosen at random. */

static void
random_point(void)
{
    assert_int_equal(BN_rand_range(other, EC_GROUP_get0_order(group)), 1);
    assert_int_equal(EC_POINT_mul(group, point, other, NULL, NULL, NULL), 1);
    assert_int_equal(EC_POINT_get_affine_coordinates(group, point, x, y, NULL),
                     1);
}


/* Sets y to that of the point at x, if there is one. */

static bool
point_at_x(void)
{
    bool  there;

    there = EC_POINT_set_compressed_coordinates(group, point, x, 0, NULL) == 1
            && EC_POINT_get_affine_coordinates(group, point, NULL, y, NULL)
               == 1;
    ERR_clear_error();

    return there;
}


static void
a_point_is_on_its_curve_and_its_neighbours_are_not(void **state)
{
    int     bit;
    size_t  k, i;

    (void) state;

    for (k = 0; k < unit_count(kinds); k++) {
        begin_curve(k);

        for (i = 0; i < 3; i++) {
            random_point();
            assert_true(has(x, y));
            assert_false(has(y, x));

            assert_int_equal(BN_sub(other, p, y), 1);
            assert_true(has(x, other));

            assert_int_equal(BN_sub(other, p, x), 1);
            assert_false(has(other, y));

            for (bit = 0; bit < (int) curve->bytes * 8; bit++) {
                BN_copy(other, x);
                assert_int_equal(BN_is_bit_set(x, bit)
                                 ? BN_clear_bit(other, bit)
                                 : BN_set_bit(other, bit), 1);
                assert_false(has(other, y));

                BN_copy(other, y);
                assert_int_equal(BN_is_bit_set(y, bit)
                                 ? BN_clear_bit(other, bit)
                                 : BN_set_bit(other, bit), 1);
                assert_false(has(x, other));

                assert_true(has(x, y));
            }
        }

        end_curve();
    }
}


/* Numbers of fewer words take another way through OpenSSL. */

static void
a_coordinate_may_be_small(void **state)
{
    size_t    k;
    unsigned  word, found;

    (void) state;

    for (k = 0; k < unit_count(kinds); k++) {
        begin_curve(k);
        found = 0;

        for (word = 0; word < 40; word++) {
            assert_int_equal(BN_set_word(x, word), 1);

            if (point_at_x()) {
                found++;
                assert_true(has(x, y));
                assert_int_equal(BN_sub(other, p, y), 1);
                assert_true(has(x, other));
                assert_int_equal(BN_add_word(y, 1), 1);
            }

            assert_false(has(x, y));
            assert_false(has(y, x));
            assert_false(has(x, x));
        }

        assert_within(found, 10, 30);

        /* and half of the words */

        do {
            assert_int_equal(BN_rand(x, (int) curve->bytes * 4, 0, 0), 1);
        } while (!point_at_x());

        assert_true(has(x, y));

        end_curve();
    }
}


static void
a_coordinate_is_below_the_prime(void **state)
{
    size_t    k;
    unsigned  word;

    (void) state;

    for (k = 0; k < unit_count(kinds); k++) {
        begin_curve(k);

        for (word = 0; ; word++) {
            assert_int_equal(BN_set_word(x, word), 1);

            if (point_at_x()) {
                break;
            }
        }

        assert_true(has(x, y));
        assert_int_equal(BN_add(other, x, p), 1);
        assert_false(has(other, y));

        /* in the 66 bytes of P-521 there is room for any number above p */

        if (BN_num_bits(p) % 8 != 0) {
            assert_int_equal(BN_add(other, y, p), 1);
            assert_false(has(x, other));

            random_point();
            assert_true(has(x, y));
            assert_int_equal(BN_add(other, y, p), 1);
            assert_false(has(x, other));
            assert_int_equal(BN_add(other, x, p), 1);
            assert_false(has(other, y));
        }

        assert_false(has(p, y));
        assert_false(has(x, p));
        assert_false(has(p, p));

        assert_int_equal(BN_lshift(other, BN_value_one(),
                                   (int) curve->bytes * 8), 1);
        assert_int_equal(BN_sub_word(other, 1), 1);
        assert_false(has(other, y));
        assert_false(has(x, other));
        assert_false(has(other, other));

        end_curve();
    }
}


/* There is no such point, nor one that stands for infinity. */

static void
zeros_are_no_point(void **state)
{
    size_t  k;

    (void) state;

    for (k = 0; k < unit_count(kinds); k++) {
        begin_curve(k);

        random_point();
        BN_zero(other);

        assert_false(has(other, other));
        assert_false(has(x, other));
        assert_false(has(other, x));
        assert_false(has(other, y));

        end_curve();
    }
}


/* What was prepared for one curve says nothing of another. */

static void
a_point_is_on_no_other_curve(void **state)
{
    size_t        k, j;
    njwt_slice_t  point_x, point_y;

    (void) state;

    for (k = 0; k < unit_count(kinds); k++) {
        begin_curve(k);
        random_point();
        point_x = coordinate(x);
        point_y = coordinate(y);

        for (j = 0; j < unit_count(kinds); j++) {
            assert_int_equal(njwt_curve_has(kept,
                                            njwt_jwk_curve(kinds[j].name),
                                            point_x, point_y),
                             j == k);
        }

        assert_false(njwt_curve_has(kept, njwt_jwk_curve("ED25519"), point_x,
                                    point_y));
        assert_false(njwt_curve_has(NULL, njwt_jwk_curve("ED25519"), point_x,
                                    point_y));
        assert_int_equal(ERR_peek_error(), 0);

        end_curve();
    }
}


static void
no_curves_can_be_freed(void **state)
{
    (void) state;

    njwt_curves_free(NULL);
    njwt_curves_free(njwt_curves_new());
}


#define curve_case(function)                                                 \
    cmocka_unit_test_setup_teardown(function, begin, end)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        curve_case(a_point_is_on_its_curve_and_its_neighbours_are_not),
        curve_case(a_coordinate_may_be_small),
        curve_case(a_coordinate_is_below_the_prime),
        curve_case(zeros_are_no_point),
        curve_case(a_point_is_on_no_other_curve),
        curve_case(no_curves_can_be_freed)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
