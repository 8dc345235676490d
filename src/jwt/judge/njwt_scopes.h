/*
 * The scopes of a token (RFC 9068, section 2.2.3).
 *
 * They are in the first claim of a list that the token has: one string,
 * separated by spaces (RFC 8693, section 4.2), or an array of strings, as in
 * Auth0's "permissions".  A value of any other type grants nothing, and the
 * claims behind it aren't used.
 */

#ifndef NJWT_SCOPES_H
#define NJWT_SCOPES_H


#include "njwt.h"
#include "njwt_json.h"


/*
 * The value that holds the scopes; the names of claims are paths, see
 * njwt_path.h, and no names mean "scope".  Absent if the token has none.
 */
njwt_value_t njwt_scopes_find(njwt_arena_t *arena, njwt_value_t root,
    const njwt_slice_t *names, size_t count);

/* Does the value grant that scope, as a whole and in the same case? */
bool njwt_scopes_grant(njwt_value_t granted, njwt_slice_t scope);

/*
 * The scopes as one text, separated by single spaces; empty if nothing is
 * granted.  An element of an array with a space in it is left out: no rule can
 * require it.  False, *out empty, when arena->failed.
 */
bool njwt_scopes_text(njwt_arena_t *arena, njwt_value_t granted,
    njwt_slice_t *out);


#endif /* NJWT_SCOPES_H */
