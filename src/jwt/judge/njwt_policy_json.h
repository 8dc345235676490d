/*
 * Policies and issuers as JSON: written for jwt_status, and read by
 * jwt-explain, which judges by them.
 *
 * Writer and reader are side by side, so that they stay in step.  The keys and
 * the revocation entries aren't shown, nor whether proofs need a nonce.
 */

#ifndef NJWT_POLICY_JSON_H
#define NJWT_POLICY_JSON_H


#include "njwt_out.h"
#include "njwt_policy.h"
#include "njwt_policy_words.h"


/* what the reader stopped at */
typedef enum {
    NJWT_UNREAD_NOTHING = 0,
    NJWT_UNREAD_MEMBER,        /* is missing, or of another type */
    NJWT_UNREAD_ALGORITHM,     /* isn't known */
    NJWT_UNREAD_BINDING,       /* the same */
    NJWT_UNREAD_ISSUERS,       /* there is none */
    NJWT_UNREAD_ISSUER,        /* is none of those given */
    NJWT_UNREAD_RULE           /* is wrong as fault says */
} njwt_unread_t;

/* zeroed but for the arena, from which all is that is read */
typedef struct {
    njwt_arena_t  *arena;
    njwt_unread_t  why;          /* the first of what can't be read */
    njwt_slice_t   member;
    njwt_fault_t   fault;
} njwt_reader_t;


/* Writes the members of an issuer into the object that is open. */
void njwt_issuer_write(njwt_out_t *out, const njwt_issuer_t *issuer);

/*
 * Reads them.  Name and values of "iss" are there also where others can't be
 * read.  False: the reader knows why, or arena->failed.
 */
bool njwt_issuer_read(njwt_reader_t *reader, njwt_value_t object,
    njwt_issuer_t *issuer);

/*
 * Writes the members of a policy into the object that is open.  What takes
 * memory is left out when arena->failed.
 */
void njwt_policy_write(njwt_arena_t *arena, njwt_out_t *out,
    const njwt_policy_t *policy);

/*
 * Reads them into an empty policy, whose issuers are those of all that have
 * its names.  The expressions of claim rules are the caller's to compile.
 * *binding is what the policy's will be, if it has one.
 */
bool njwt_policy_read(njwt_reader_t *reader, njwt_value_t object,
    njwt_issuer_t *const *all, size_t count, njwt_policy_t *policy,
    njwt_binding_t *binding);


#endif /* NJWT_POLICY_JSON_H */
