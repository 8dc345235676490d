/*
 * Which scopes does a token grant?  (RFC 9068, section 2.2.3)
 *
 * They are in the first claim of a list that the token carries: one string,
 * separated by spaces (RFC 8693, section 4.2), or an array of strings, as in
 * Auth0's "permissions".  A value of any other type grants nothing, and none
 * of the claims behind it is asked.
 */

#ifndef NJWT_SCOPES_H
#define NJWT_SCOPES_H


#include "njwt.h"
#include "njwt_json.h"


/*
 * The value that holds the scopes, by the names of claims as njwt_path.h has
 * them; no names mean "scope".  Absent where the token carries none.
 */
njwt_value_t njwt_scopes_find(njwt_arena_t *arena, njwt_value_t root,
    const njwt_slice_t *names, size_t count);

/* Does the value grant that scope, in whole and in the same case? */
bool njwt_scopes_grant(njwt_value_t granted, njwt_slice_t scope);

/*
 * The scopes as one text, single spaces between; empty where nothing is
 * granted.  An element of an array with a space in it is left out: no rule
 * can ask for it.  False, *out empty, when arena->failed.
 */
bool njwt_scopes_text(njwt_arena_t *arena, njwt_value_t granted,
    njwt_slice_t *out);


#endif /* NJWT_SCOPES_H */
