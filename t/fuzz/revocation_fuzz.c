/*
 * The entries that are read are those that a second reader finds, all or none.
 *
 * The first byte says with its highest bit that the text is a file's, and with
 * the others which allocation fails; then comes the text.
 */

#include "fault.h"
#include "njwt_revocation.h"


#define FILE_BIT  0x80

#define NOW       1764000000.0
#define KEEP      86400.0
#define LATEST    1e11


static const njwt_slice_t  claims[] = {
    njwt_literal("sub"), njwt_literal("azp"),
    njwt_literal("/https:~1~1example.com~1sid")
};


/* The array or object that a text is, or NULL. */

static ref_t *
reference_of(njwt_slice_t text)
{
    char   *whole;
    size_t  mark;
    ref_t  *root;

    mark = text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    /* a member of an object; of one member, or the text wasn't one value */

    whole = ref_alloc(text.len + 8);
    memcpy(whole, "{\"x\":", 5);

    if (text.len > mark) {
        memcpy(whole + 5, text.data + mark, text.len - mark);
    }

    whole[5 + text.len - mark] = '}';
    root = ref_json((uint8_t *) whole, text.len - mark + 6);

    return root != NULL && root->first->next == NULL
           && (root->first->type == REF_ARRAY
               || root->first->type == REF_OBJECT)
           ? root->first : NULL;
}


/* A member that is a time, if it is there. */

static bool
time_ok(const ref_t *value, double otherwise, double *date)
{
    *date = otherwise;

    if (value == NULL) {
        return true;
    }

    if (value->type != REF_NUMBER) {
        return false;
    }

    *date = strtod((char *) value->text, NULL);

    return *date >= 0 && *date <= LATEST;
}


static bool
claim_ok(const ref_t *claim)
{
    size_t  i;

    for (i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        if (claim != NULL && ref_is(claim, (const char *) claims[i].data)) {
            return true;
        }
    }

    return false;
}


/* Is it an entry, and if *found is one, that one? */

static bool
entry_ok(const ref_t *object, bool file, const njwt_revocation_entry_t *found)
{
    double        before, until;
    size_t        members = 0;
    const ref_t  *claim, *value, *child;

    if (object->type != REF_OBJECT) {
        return false;
    }

    claim = ref_member(object, "claim");
    value = ref_member(object, "value");

    for (child = object->first; child != NULL; child = child->next) {
        members++;
    }

    members -= (claim != NULL) + (value != NULL)
               + (ref_member(object, "before") != NULL)
               + (ref_member(object, "until") != NULL);

    if (members != 0
        || !claim_ok(claim)
        || value == NULL || value->type != REF_STRING
        || (file && ref_member(object, "before") == NULL)
        || !time_ok(ref_member(object, "before"), NOW, &before)
        || !time_ok(ref_member(object, "until"), before + KEEP, &until))
    {
        return false;
    }

    if (found != NULL) {
        must(ref_is(claim, (const char *) found->claim.data));
        must(found->value.len == value->len
             && (value->len == 0
                 || memcmp(found->value.data, value->text, value->len) == 0));
        must(found->before == before && found->until == until);
    }

    return true;
}


static void
look(njwt_slice_t text, const ref_t *root, bool file, size_t failing)
{
    bool                        good, want, starved;
    size_t                      count = 0;
    const ref_t                *child;
    njwt_arena_t                arena;
    njwt_revocation_terms_t     terms;
    njwt_revocation_entries_t   found;

    terms.claims = claims;
    terms.claim_count = sizeof(claims) / sizeof(claims[0]);
    terms.file = file;
    terms.now = NOW;
    terms.keep = KEEP;

    njwt_arena_init(&arena);
    fault_begin(failing, false);
    good = njwt_revocation_read(&arena, &terms, text, &found);
    starved = fault_end() && arena.failed;

    must(starved || !arena.failed);
    must(good == (found.fault == NULL));

    if (starved) {
        must(!good && strstr(found.fault, "memory") != NULL);
        njwt_arena_free(&arena);
        return;
    }

    want = root != NULL && (!file || root->type == REF_ARRAY);

    if (want && root->type == REF_ARRAY) {
        for (child = root->first; child != NULL; child = child->next) {
            want = entry_ok(child, file, good ? &found.list[count] : NULL);
            count++;

            if (!want) {
                must(found.entry == count);
                break;
            }
        }

    } else if (want) {
        want = entry_ok(root, file, good ? found.list : NULL);
        count = 1;
    }

    must(good == want);
    must(good ? found.count == count : found.list == NULL);
    must(good || found.line <= text.len + 1);

    njwt_arena_free(&arena);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ref_t         *root;
    njwt_slice_t   text;

    if (size == 0 || size > 65536) {
        return 0;
    }

    text = fuzz_slice(data + 1, size - 1);
    root = reference_of(text);

    look(text, root, data[0] & FILE_BIT, 0);
    look(text, root, data[0] & FILE_BIT, data[0] & ~FILE_BIT);

    ref_forget();

    return 0;
}
