/*
 * What the parts of a hint share: the token and a text of limited length.
 *
 * For njwt_hint alone.
 */

#ifndef NJWT_HINT_PARTS_H
#define NJWT_HINT_PARTS_H


#include "njwt.h"
#include "njwt_hint.h"
#include "njwt_json.h"


/* the limit for each text from others in the log */
#define NJWT_HINT_LOG_BYTES  64


typedef struct {
    njwt_arena_t          *arena;
    const njwt_request_t  *c;
    const njwt_result_t   *found;
    njwt_verdict_t         verdict;    /* that is explained */
    const njwt_issuer_t   *issuer;     /* may be assumed; NULL: unknown */
    njwt_value_t           payload;    /* unverified; may be absent */

    bool                   log;
    uint8_t               *data;
    size_t                 size;
    size_t                 used;
} njwt_hint_t;


/* njwt_hint.c */

void njwt_hint_begin(njwt_hint_t *hint, njwt_arena_t *arena,
    const njwt_request_t *c, const njwt_result_t *found);


#define njwt_hint_member(hint, name)                                         \
    njwt_json_member((hint)->payload, njwt_slice(name))


/* njwt_hint_text.c: what doesn't fit is omitted */

#define njwt_hint_add(hint, text)                                            \
    njwt_hint_write(hint, njwt_slice(text))

/* Appends a text of our own. */
void njwt_hint_write(njwt_hint_t *hint, njwt_slice_t text);
void njwt_hint_literal(njwt_hint_t *hint, const char *text);

/* Appends a text from others: truncated, and escaped as in nginx's log. */
void njwt_hint_escape(njwt_hint_t *hint, njwt_slice_t text);

/* The same in quotes. */
void njwt_hint_quote(njwt_hint_t *hint, njwt_slice_t text);

/* Appends a non-negative whole number. */
void njwt_hint_number(njwt_hint_t *hint, double number);

/* Appends a duration in seconds, and a long one in a larger unit as well. */
void njwt_hint_seconds(njwt_hint_t *hint, double seconds);

/* Appends which jwt_issuer block has to be changed. */
void njwt_hint_block(njwt_hint_t *hint);

/* Appends texts from others, blanks between. */
void njwt_hint_list(njwt_hint_t *hint, const njwt_slice_t *list,
    size_t count);

/* Appends what was received, which the log line has elsewhere. */
void njwt_hint_received(njwt_hint_t *hint, njwt_slice_t received);

/* Appends what was configured and received. */
void njwt_hint_configured(njwt_hint_t *hint, const njwt_slice_t *configured,
    size_t count, const njwt_slice_t *received);

/* Says how the two differ if they are similar, and where to change it. */
bool njwt_hint_write_near(njwt_hint_t *hint, njwt_slice_t directive,
    njwt_slice_t configured, njwt_slice_t received);


/* njwt_hint_token.c: the token itself, its issuer and its key */

void njwt_hint_malformed_request(njwt_hint_t *hint);
void njwt_hint_opaque(njwt_hint_t *hint);
void njwt_hint_encrypted(njwt_hint_t *hint);
void njwt_hint_malformed_token(njwt_hint_t *hint);

void njwt_hint_issuer(njwt_hint_t *hint);
void njwt_hint_audience(njwt_hint_t *hint);

/* Says so if the payload is that of an ID token, and how that shows. */
bool njwt_hint_id_token(njwt_hint_t *hint);

/* Does the payload's "aud" have one of the issuer's audiences? */
bool njwt_hint_audience_ok(const njwt_hint_t *hint);

/* Is the payload a logout token's? */
bool njwt_hint_logout(njwt_hint_t *hint);

void njwt_hint_alg(njwt_hint_t *hint);
void njwt_hint_typ(njwt_hint_t *hint);
void njwt_hint_key(njwt_hint_t *hint);
void njwt_hint_signature(njwt_hint_t *hint);
void njwt_hint_bound(njwt_hint_t *hint);


/* njwt_hint_binding.c: proofs */

void njwt_hint_proof(njwt_hint_t *hint);
void njwt_hint_proof_time(njwt_hint_t *hint);


/* njwt_hint_rules.c: times, scopes and claims */

void njwt_hint_date(njwt_hint_t *hint);

/* Does the check of such a verdict fail at that time? */
bool njwt_hint_date_fails(const njwt_hint_t *hint, njwt_verdict_t verdict,
    const njwt_dates_t *dates, int64_t now);

void njwt_hint_method(njwt_hint_t *hint);
void njwt_hint_scope(njwt_hint_t *hint);

/* Do the scopes in the payload cover every rule that applies? */
bool njwt_hint_granted(njwt_hint_t *hint);

void njwt_hint_claim(njwt_hint_t *hint);
void njwt_hint_claim_missing(njwt_hint_t *hint);

/* Does the payload lack a claim that profile or max_age requires? */
bool njwt_hint_incomplete(njwt_hint_t *hint);

/*
 * The first claim rule that the payload doesn't satisfy, and whether one of
 * its expressions gave up; NULL: none.
 */
const njwt_claim_rule_t *njwt_hint_broken_rule(njwt_hint_t *hint,
    bool *gave_up);


#endif /* NJWT_HINT_PARTS_H */
