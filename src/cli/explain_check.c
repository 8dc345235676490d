/*
 * The result of each check, and the description that the client gets.
 */

#include "explain.h"
#include "njwt_hint.h"


njwt_slice_t
explain_description(explain_t *e)
{
    njwt_verdict_t  reported;

    reported = njwt_verdict_reported(&e->arena, e->verdict,
                                     &e->judged.credentials);

    return njwt_verdict_info(reported)->description;
}


explain_result_t
explain_check(explain_t *e, njwt_verdict_t verdict, njwt_slice_t *hint)
{
    explain_result_t  result;

    hint->len = 0;

    if (njwt_verdict_is_before(verdict, e->verdict)) {
        (void) njwt_hint_passed(&e->arena, &e->judged, verdict, &e->found,
                                hint);
        return EXPLAIN_PASS;
    }

    result = EXPLAIN_FAIL;

    if (njwt_verdict_is_before(e->verdict, verdict)) {
        switch (njwt_hint_check(&e->arena, &e->judged, verdict, &e->found)) {

        case NJWT_HINT_PASS:
            (void) njwt_hint_passed(&e->arena, &e->judged, verdict, &e->found,
                                    hint);
            return EXPLAIN_WOULD_PASS;

        case NJWT_HINT_FAIL:
            result = EXPLAIN_WOULD_FAIL;
            break;

        default:
            return EXPLAIN_NOT_REACHED;
        }
    }

    if (result == EXPLAIN_FAIL && verdict == NJWT_KEYS_UNAVAILABLE) {
        *hint = explain_slice(e->keys_error);
        return result;
    }

    (void) njwt_hint(&e->arena, &e->judged, verdict, &e->found,
                     NJWT_HINT_HOLDER, hint);

    return result;
}
