/*
 * What are a payload and claims made of?  For njwt_claims alone: to all others
 * they are opaque, so that what nobody vouched for can't be read.
 */

#ifndef NJWT_CLAIMS_PARTS_H
#define NJWT_CLAIMS_PARTS_H


#include "njwt_claims.h"


struct njwt_payload_s {
    njwt_value_t   root;
    njwt_dates_t   dates;
    njwt_slice_t   text;
    njwt_slice_t   signing_input;   /* what a proof must be about */
};

struct njwt_claims_s {
    njwt_value_t            root;
    njwt_dates_t            dates;
    njwt_slice_t            text;

    /* of recalled ones, which have no root */
    const njwt_grant_t     *grant;
    const njwt_fact_set_t  *facts;
};


#endif /* NJWT_CLAIMS_PARTS_H */
