/*
 * Revocation entries: the JSON that says which tokens are revoked.
 *
 * {"claim":"sub","value":"auth0|1","before":1764000000,"until":1764086400}:
 * tokens with that value that were issued up to "before" are revoked, and the
 * entry is kept until "until".  Other or duplicate members are an error.
 */

#ifndef NJWT_REVOCATION_H
#define NJWT_REVOCATION_H


#include "njwt.h"


typedef struct {
    njwt_slice_t         claim;
    njwt_slice_t         value;
    double               before;    /* seconds since the epoch */
    double               until;
} njwt_revocation_entry_t;

/* what an entry may contain, and the defaults of what it leaves out */
typedef struct {
    const njwt_slice_t  *claims;    /* in the spelling of the configuration */
    size_t               claim_count;
    bool                 file;      /* always an array, with "before" */
    double               now;
    double               keep;      /* seconds from "before" to "until" */
} njwt_revocation_terms_t;

typedef struct {
    njwt_revocation_entry_t  *list;
    size_t                    count;

    /* what is wrong, or NULL; in which entry and line, from 1; 0: in none */
    const char               *fault;
    size_t                    entry;
    size_t                    line;
} njwt_revocation_entries_t;


/*
 * Reads one entry, or an array of them, with or without a byte order mark
 * before it.  The entries belong to the arena.  False: out->fault says what is
 * wrong.  Check arena->failed, too.
 */
bool njwt_revocation_read(njwt_arena_t *arena,
    const njwt_revocation_terms_t *terms, njwt_slice_t text,
    njwt_revocation_entries_t *out);

/*
 * The index of the first claim that holds a session's id: its name, the last
 * one of a path, is "sid" or ends in "/sid".  count: there is none.
 */
size_t njwt_revocation_session(const njwt_slice_t *claims, size_t count);

/* The index of the subject's claim, "sub" or "/sub".  count: there is none. */
size_t njwt_revocation_subject(const njwt_slice_t *claims, size_t count);


#endif /* NJWT_REVOCATION_H */
