/*
 * Do names of claims, scopes and rules mean what a second reading says?
 *
 * An input is a path, a list of values with spaces between, and JSON, a line
 * each (the JSON may have several).
 */

#include "fuzz.h"
#include "njwt_path.h"
#include "njwt_rule.h"
#include "njwt_scopes.h"


#define MAX_VALUES  8


/* RFC 6901, section 4, one step; the name is unescaped already */

static const ref_t *
step(const ref_t *value, const char *name, size_t len)
{
    size_t        i, index = 0;
    const ref_t  *element;

    if (value->type != REF_ARRAY) {
        return ref_member_n(value, (const uint8_t *) name, len);
    }

    if (len == 0 || (name[0] == '0' && len != 1)) {
        return NULL;
    }

    for (i = 0; i < len; i++) {
        if (name[i] < '0' || name[i] > '9') {
            return NULL;
        }

        if (index < 1000000) {
            index = index * 10 + (size_t) (name[i] - '0');
        }
    }

    for (element = value->first; element != NULL; element = element->next) {
        if (index-- == 0) {
            return element;
        }
    }

    return NULL;
}


static bool
valid(njwt_slice_t path)
{
    size_t  i;

    for (i = 0; path.len > 0 && path.data[0] == '/' && i < path.len; i++) {
        if (path.data[i] == '~'
            && (i + 1 >= path.len
                || (path.data[i + 1] != '0' && path.data[i + 1] != '1')))
        {
            return false;
        }
    }

    return path.len > 0;
}


static const ref_t *
find(const ref_t *root, njwt_slice_t path)
{
    char         *name;
    size_t        i, n;
    const ref_t  *value = root;

    if (path.data[0] != '/') {
        return ref_member_n(root, path.data, path.len);
    }

    name = ref_alloc(path.len);

    for (i = 0; i < path.len && value != NULL; ) {
        n = 0;

        for (i++; i < path.len && path.data[i] != '/'; i++) {
            name[n++] = (char) path.data[i];

            if (path.data[i] == '~') {
                name[n - 1] = path.data[++i] == '0' ? '~' : '/';
            }
        }

        value = step(value, name, n);
    }

    return value;
}


/* Looks for the expression as a plain text; one with "?" is given up. */

static bool
contains(njwt_slice_t text, njwt_slice_t part)
{
    size_t  i;

    for (i = 0; i + part.len <= text.len; i++) {
        if (part.len == 0
            || memcmp(text.data + i, part.data, part.len) == 0)
        {
            return true;
        }
    }

    return false;
}


static njwt_regex_result_t
match(void *regex, njwt_slice_t text)
{
    njwt_slice_t  *part = regex;

    if (part->len > 0 && memchr(part->data, '?', part->len) != NULL) {
        return NJWT_REGEX_BROKEN;
    }

    return contains(text, *part) ? NJWT_REGEX_FOUND : NJWT_REGEX_NOT_FOUND;
}


/* 1: the text matches the value; 0: it doesn't; -1: can't be told */

static int
matches(const ref_t *value, njwt_slice_t word)
{
    njwt_slice_t  text;

    if (value->type == REF_NULL || value->type == REF_OBJECT
        || value->type == REF_ARRAY)
    {
        return -1;
    }

    text = fuzz_slice(value->text, value->len);

    if (word.len > 0 && word.data[0] == '!') {
        word.data++;
        word.len--;
    }

    if (word.len == 0 || word.data[0] != '~') {
        return text.len == word.len
               && (text.len == 0
                   || memcmp(text.data, word.data, text.len) == 0);
    }

    word.data++;
    word.len--;

    if (word.len > 0 && word.data[0] == '*') {
        word.data++;
        word.len--;
    }

    if (word.len > 0 && memchr(word.data, '?', word.len) != NULL) {
        return -1;
    }

    return contains(text, word);
}


static bool
negated(njwt_slice_t word)
{
    return word.len > 1 && word.data[0] == '!' && word.data[1] == '~';
}


static bool
holds(const ref_t *claim, const njwt_slice_t *words, size_t count)
{
    bool          plain = false, found = false;
    size_t        i;
    const ref_t  *element;

    if (claim == NULL || claim->type == REF_NULL) {
        return false;
    }

    for (i = 0; i < count; i++) {
        bool  every = negated(words[i]);
        bool  any = false, clean = true;

        if (claim->type != REF_ARRAY) {
            any = matches(claim, words[i]) == 1;
            clean = matches(claim, words[i]) == 0;
        }

        for (element = claim->type == REF_ARRAY ? claim->first : NULL;
             element != NULL;
             element = element->next)
        {
            any = any || matches(element, words[i]) == 1;
            clean = clean && matches(element, words[i]) == 0;
        }

        if (every && !clean) {
            return false;
        }

        plain = plain || !every;
        found = found || (!every && any);
    }

    return !plain || found;
}


/* a value "!x" is a plain one, its "!" a part of it: not so in matches() */

static bool
plain_bang(njwt_slice_t word)
{
    return word.len > 0 && word.data[0] == '!' && !negated(word);
}


static bool
grants(const ref_t *granted, njwt_slice_t scope)
{
    size_t        at, end;
    const ref_t  *element;

    if (granted == NULL || !ref_strings(granted)) {
        return false;
    }

    if (granted->type == REF_ARRAY) {
        for (element = granted->first; element; element = element->next) {
            if (element->len == scope.len
                && (scope.len == 0
                    || memcmp(element->text, scope.data, scope.len) == 0))
            {
                return true;
            }
        }

        return false;
    }

    for (at = 0; at < granted->len; at = end + 1) {
        for (end = at; end < granted->len && granted->text[end] != ' ';
             end++)
        {
            /* void */
        }

        if (end > at && end - at == scope.len
            && memcmp(granted->text + at, scope.data, scope.len) == 0)
        {
            return true;
        }
    }

    return false;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t              count = 0;
    ref_t              *root;
    const ref_t        *want;
    njwt_arena_t        arena;
    njwt_slice_t        path, line, json, rest, words[MAX_VALUES], text, word;
    njwt_value_t        got, claim;
    njwt_rule_value_t   values[MAX_VALUES];
    njwt_claim_rule_t   rule;

    if (size > 16384) {
        return 0;
    }

    path = fuzz_line(&data, &size);
    line = fuzz_line(&data, &size);
    json = fuzz_slice(malloc(size), size);
    must(json.data != NULL || size == 0);

    if (size > 0) {
        memcpy((void *) json.data, data, size);
    }

    njwt_arena_init(&arena);
    root = ref_json(json.data, json.len);
    got = njwt_json_object(&arena, json);
    must(!arena.failed);
    fuzz_same(got, root);
    must(njwt_path_valid(path) == valid(path));

    rest = line;

    while (count < MAX_VALUES && njwt_slice_word(&rest, &word)) {
        values[count] = njwt_rule_value(word);
        words[count] = word;
        values[count].regex = &values[count].text;
        count += !plain_bang(word);
    }

    if (root != NULL && valid(path)) {
        want = find(root, path);
        claim = njwt_path_find(&arena, got, path);
        fuzz_same(claim, want);

        rule.claim = path;
        rule.values = values;
        rule.value_count = count;
        rule.match = match;
        must(njwt_rule_holds(&arena, &rule, got)
             == holds(want, words, count));

        claim = njwt_scopes_find(&arena, got, &path, 1);
        fuzz_same(claim, want);

        for ( /* void */ ; count > 0; count--) {
            must(njwt_scopes_grant(claim, words[count - 1])
                 == grants(want, words[count - 1]));
        }

        must(njwt_scopes_text(&arena, claim, &text));

        while (njwt_slice_word(&text, &word)) {
            must(grants(want, word));
        }

        /* what is written says what was read */

        must(njwt_json_text(&arena, got, &text));
        fuzz_same(njwt_json_object(&arena, text), root);
        must(text.len <= json.len);
    }

    must(!arena.failed);
    njwt_arena_free(&arena);
    fuzz_free(path);
    fuzz_free(line);
    fuzz_free(json);
    ref_forget();

    return 0;
}
