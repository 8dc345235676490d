/*
 * Revocation entries: --revoked and --revocation.
 */

#include "explain.h"
#include "njwt_path.h"
#include "njwt_revocation.h"

#include <string.h>


#define EXPLAIN_MAX_REVOKED  (64 * 1024 * 1024)


struct explain_revoked_s {
    njwt_revocation_t          asked;
    njwt_revocation_entries_t  entries;
};


void
explain_set_revocation(explain_t *e, const char *value)
{
    size_t         len;
    const char    *at;
    njwt_slice_t  *claim;

    for (at = value; ; at += len + 1) {
        len = strcspn(at, ",");

        if (e->revocation.count == NJWT_MAX_REVOCATION) {
            explain_die("\"--revocation\" names more than %d claims",
                        NJWT_MAX_REVOCATION);
        }

        claim = &e->revocation.values[e->revocation.count++];
        claim->data = (const uint8_t *) at;
        claim->len = len;

        if (len == 0 || !njwt_path_valid(*claim)) {
            explain_die("invalid \"--revocation\" \"%s\": write names of "
                        "claims with commas between, as in --revocation "
                        "sub,azp", value);
        }

        if (at[len] == '\0') {
            break;
        }
    }
}


static uint64_t
explain_generation(void *data, const njwt_issuer_t *issuer)
{
    struct explain_revoked_s  *revoked = data;

    (void) issuer;

    return revoked->entries.count > 0;
}


static bool
explain_before(void *data, const njwt_issuer_t *issuer,
    const njwt_slice_t *claim, njwt_slice_t value, int64_t now,
    double *before)
{
    bool                       found = false;
    size_t                     i;
    njwt_revocation_entry_t   *entry;
    struct explain_revoked_s  *revoked = data;

    (void) issuer;

    for (i = 0; claim != NULL && i < revoked->entries.count; i++) {
        entry = &revoked->entries.list[i];

        if (entry->until >= (double) now
            && njwt_slice_equal(entry->claim, *claim)
            && njwt_slice_equal(entry->value, value)
            && (!found || entry->before > *before))
        {
            *before = entry->before;
            found = true;
        }
    }

    return found;
}


void
explain_revoked(explain_t *e)
{
    size_t                      len;
    const char                 *error;
    njwt_slice_t                text;
    njwt_revocation_terms_t     terms;
    struct explain_revoked_s   *revoked;
    njwt_revocation_entries_t  *entries;

    if (e->revoked == NULL) {
        return;
    }

    text.data = explain_read(e, e->revoked, EXPLAIN_MAX_REVOKED, &len,
                             &error);

    if (text.data == NULL) {
        explain_die("\"%s\" can't be read: %s", e->revoked, error);
    }

    text.len = len;

    terms.claims = e->revocation.values;
    terms.claim_count = e->revocation.count;
    terms.file = true;
    terms.now = (double) e->judged.now;
    terms.keep = NJWT_DEFAULT_REVOCATION_KEEP;

    revoked = explain_alloc(e, sizeof(struct explain_revoked_s));
    entries = &revoked->entries;

    if (!njwt_revocation_read(&e->arena, &terms, text, entries)) {
        explain_die("\"%s\" %s (entry %zu, line %zu)", e->revoked,
                    entries->fault, entries->entry, entries->line);
    }

    revoked->asked.data = revoked;
    revoked->asked.generation = explain_generation;
    revoked->asked.before = explain_before;

    e->entries = revoked;
    e->own.revocation = e->revocation.values;
    e->own.revocation_count = e->revocation.count;
    e->judged.revocation = &revoked->asked;
}
