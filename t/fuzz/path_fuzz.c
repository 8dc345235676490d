/*
 * Names of claims, scopes and rules mean what a second reader says.
 *
 * An input is a byte that says which allocation fails (its lowest bit: and all
 * after it), then a path, a list of values with spaces between, and JSON, a
 * line each (the JSON may have several).
 */

#include "fault.h"
#include "njwt_path.h"
#include "njwt_policy.h"


#define MAX_VALUES  8


/* an input, and what a second reading makes of it */
typedef struct {
    njwt_slice_t        path, line, json;
    njwt_slice_t        words[MAX_VALUES];
    njwt_rule_value_t   values[MAX_VALUES];
    njwt_claim_rule_t   rule;
    size_t              count;

    const ref_t        *root;
    const ref_t        *want;
    bool                holds;
    bool                grants[MAX_VALUES];
} input_t;


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


/* 1: the text matches the value; 0: it doesn't; -1: undecided */

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


/* Is the word an expression that is given up, and is there a text for it? */

static bool
gives_up(const ref_t *claim, njwt_slice_t word)
{
    const ref_t  *element;

    if ((word.len == 0 || word.data[0] != '~') && !negated(word)) {
        return false;
    }

    if (memchr(word.data, '?', word.len) == NULL) {
        return false;
    }

    if (claim->type != REF_ARRAY) {
        return claim->type != REF_OBJECT && claim->type != REF_NULL;
    }

    for (element = claim->first; element != NULL; element = element->next) {
        if (element->type != REF_OBJECT && element->type != REF_NULL
            && element->type != REF_ARRAY)
        {
            return true;
        }
    }

    return false;
}


/* Does one of the plain values match?  -1: an expression is given up. */

static int
plain_holds(const ref_t *claim, const njwt_slice_t *words, size_t count,
    bool regex)
{
    bool          any;
    size_t        i;
    const ref_t  *element;

    for (i = 0; i < count; i++) {
        if (negated(words[i])
            || (words[i].len > 0 && words[i].data[0] == '~') != regex)
        {
            continue;
        }

        if (gives_up(claim, words[i])) {
            return -1;
        }

        any = claim->type != REF_ARRAY && matches(claim, words[i]) == 1;

        for (element = claim->type == REF_ARRAY ? claim->first : NULL;
             element != NULL;
             element = element->next)
        {
            any = any || matches(element, words[i]) == 1;
        }

        if (any) {
            return 1;
        }
    }

    return 0;
}


static bool
holds(const ref_t *claim, const njwt_slice_t *words, size_t count)
{
    bool          plain = false, clean;
    size_t        i;
    const ref_t  *element;

    if (claim == NULL || claim->type == REF_NULL) {
        return false;
    }

    for (i = 0; i < count; i++) {
        plain = plain || !negated(words[i]);

        if (!negated(words[i])) {
            continue;
        }

        clean = claim->type == REF_ARRAY || matches(claim, words[i]) == 0;

        for (element = claim->type == REF_ARRAY ? claim->first : NULL;
             element != NULL;
             element = element->next)
        {
            clean = clean && matches(element, words[i]) == 0;
        }

        if (!clean) {
            return false;
        }
    }

    return !plain
           || plain_holds(claim, words, count, false) == 1
           || plain_holds(claim, words, count, true) == 1;
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


static void
read_input(input_t *in, const uint8_t *data, size_t size)
{
    njwt_slice_t  rest, word;

    memset(in, 0, sizeof(*in));
    in->path = fuzz_line(&data, &size);
    in->line = fuzz_line(&data, &size);
    in->json = fuzz_slice(malloc(size), size);
    must(in->json.data != NULL || size == 0);

    if (size > 0) {
        memcpy((void *) in->json.data, data, size);
    }

    rest = in->line;

    while (in->count < MAX_VALUES && njwt_slice_word(&rest, &word)) {
        in->values[in->count] = njwt_rule_value(word);
        in->words[in->count] = word;
        in->values[in->count].regex = &in->values[in->count].text;
        in->count += !plain_bang(word) && word.data[0] != '>'
                     && word.data[0] != '<';
    }

    in->rule.claim = in->path;
    in->rule.values = in->values;
    in->rule.value_count = in->count;
    in->rule.match = match;
    in->root = ref_json(in->json.data, in->json.len);

    if (in->root == NULL || !valid(in->path)) {
        return;
    }

    in->want = find(in->root, in->path);
    in->holds = holds(in->want, in->words, in->count);

    for (size = 0; size < in->count; size++) {
        in->grants[size] = grants(in->want, in->words[size]);
    }
}


/* What is found in an object that was read. */

static void
look(njwt_arena_t *arena, const input_t *in, njwt_value_t got)
{
    bool          granted, held;
    size_t        i;
    njwt_slice_t  text, word;
    njwt_value_t  claim;

    if (!arena->failed) {
        fuzz_same(njwt_path_find(arena, got, fuzz_text("")),
                  ref_member(in->root, ""));
    }

    claim = njwt_path_find(arena, got, in->path);

    if (!arena->failed) {
        fuzz_same(claim, in->want);
    }

    held = njwt_rule_check(arena, &in->rule, got) == NJWT_RULE_HOLDS;
    must(held == in->holds || (!held && arena->failed));

    claim = njwt_scopes_find(arena, got, &in->path, 1);

    if (!arena->failed) {
        fuzz_same(claim, in->want);
    }

    for (i = 0; i < in->count; i++) {
        granted = njwt_scopes_grant(claim, in->words[i]);
        must(granted == in->grants[i] || (!granted && arena->failed));
    }

    must(njwt_scopes_text(arena, claim, &text) || arena->failed);

    while (njwt_slice_word(&text, &word)) {
        must(grants(in->want, word));
    }

    /* what is written says what was read */

    if (!njwt_json_text(arena, got, &text)) {
        must(arena->failed);
        return;
    }

    must(text.len <= in->json.len);
    got = njwt_json_object(arena, text);

    if (!arena->failed) {
        fuzz_same(got, in->root);
    }
}


/* All of it, where this allocation fails: then less is found, nothing else. */

static void
judge(const input_t *in, size_t failing, bool on)
{
    njwt_arena_t  arena;
    njwt_value_t  got;

    njwt_arena_init(&arena);
    fault_begin(failing, on);
    got = njwt_json_object(&arena, in->json);

    if (!arena.failed) {
        fuzz_same(got, in->root);
    }

    if (in->root != NULL && valid(in->path)) {
        look(&arena, in, got);
    }

    must(fault_end() || !arena.failed);
    njwt_arena_free(&arena);
}


/* Is each question one number, and each number one question? */

static void
number(const input_t *in, njwt_predicates_t *predicates,
    njwt_claim_rule_t *rules, size_t *scope, size_t *rule)
{
    size_t  i, k;

    for (i = 0; i < in->count; i++) {
        rules[i] = in->rule;
        rules[i].values = &in->values[i];
        rules[i].value_count = 1;
        must(njwt_predicates_add_scope(predicates, in->words[i], &scope[i]));
        must(njwt_predicates_add_rule(predicates, &rules[i], &rule[i]));
        must(scope[i] < predicates->count && rule[i] + 1 < predicates->count);

        for (k = 0; k < i; k++) {
            must((scope[i] == scope[k])
                 == njwt_slice_equal(in->words[i], in->words[k]));
            must((rule[i] == rule[k])
                 == njwt_slice_equal(in->words[i], in->words[k]));
            must(rule[i] != scope[k] && rule[k] != scope[i]);
            must(rule[i] + 1 != scope[k] && rule[k] + 1 != scope[i]);
            must(rule[i] + 1 != rule[k] && rule[k] + 1 != rule[i]);
        }
    }

    must(njwt_predicates_add_rule(predicates, &in->rule, &k));
    must(njwt_predicates_add_scope(predicates, fuzz_text(""), &k));
}


/* When all numbers are taken, the questions that have one keep it. */

static void
fill(const input_t *in, njwt_predicates_t *predicates, const size_t *scope,
    const size_t *rule)
{
    size_t              i, k;
    njwt_slice_t        word;
    njwt_policy_t       policy = { NULL };
    njwt_claim_rule_t   other = in->rule;
    njwt_scope_rule_t   needed[2] = { { NULL } };

    static const char  names[2 * NJWT_PREDICATE_COUNT] = "!";

    for (i = 1; predicates->count < NJWT_PREDICATE_COUNT; i++) {
        word = fuzz_slice(names, i);
        must(njwt_predicates_add_scope(predicates, word, &k));
    }

    word = fuzz_slice(names, i);
    must(!njwt_predicates_add_scope(predicates, word, &k));
    other.claim = word;
    must(!njwt_predicates_add_rule(predicates, &other, &k));

    for (i = 0; i < in->count; i++) {
        must(njwt_predicates_add_scope(predicates, in->words[i], &k) && k
             == scope[i]);
        other = in->rule;
        other.values = &in->values[i];
        other.value_count = 1;
        must(njwt_predicates_add_rule(predicates, &other, &k) && k == rule[i]);
    }

    needed[0].scopes = needed[1].scopes = &word;
    needed[0].scope_count = needed[1].scope_count = 1;
    other.claim = word;
    policy.scope_rules = needed;
    policy.claim_rules = &other;
    policy.scope_rule_count = in->line.len % 3;
    policy.claim_rule_count = 1;
    njwt_policy_index(&policy, needed, &other, predicates);
    must(!policy.indexed && !needed[0].indexed && !needed[1].indexed);
}


static void
questions(const input_t *in)
{
    bool                  sealed;
    size_t                i, scope[MAX_VALUES], rule[MAX_VALUES];
    njwt_arena_t          arena;
    njwt_value_t          got, claim;
    njwt_predicate_set_t  one;
    njwt_answers_t        answers;
    njwt_claim_rule_t     rules[MAX_VALUES];

    static njwt_predicates_t  predicates;

    njwt_arena_init(&arena);
    memset(&predicates, 0, sizeof(predicates));
    number(in, &predicates, rules, scope, rule);
    got = njwt_json_object(&arena, in->json);
    claim = njwt_scopes_find(&arena, got, &in->path, 1);
    memset(&answers, 0, sizeof(answers));
    njwt_predicates_scopes(&predicates, claim, &answers.set);

    for (i = 0; i < in->count; i++) {
        memset(&one, 0, sizeof(one));
        njwt_predicate_set_add(&one, scope[i]);
        must(njwt_predicate_set_any(&answers.set, &one) == in->grants[i]);
        must(!njwt_answers_known(&answers, rule[i]));
    }

    if (in->count == MAX_VALUES) {
        fill(in, &predicates, scope, rule);
    }

    for (i = 0; i < 4; i++) {
        fault_begin(i, false);
        sealed = njwt_predicates_seal(&predicates);
        must(sealed || fault_end());
        (void) fault_end();
    }

    njwt_arena_free(&arena);
}


/*
 * A scope has no space, quote or backslash, and a length (RFC 6749, appendix
 * A.4).  A VALUE may be anything.
 */

static void
words(njwt_slice_t text)
{
    bool    good = text.len > 0;
    size_t  i;

    for (i = 0; i < text.len; i++) {
        good = good && (text.data[i] == 0x21
                        || (text.data[i] >= 0x23 && text.data[i] <= 0x5b)
                        || (text.data[i] >= 0x5d && text.data[i] <= 0x7e));
    }

    must(njwt_scope_valid(text) == good);
    must((njwt_rule_value(text).kind == NJWT_RULE_NOT_REGEX)
         == negated(text));
}


/* A size that no machine has is refused, not rounded to a small one. */

static void
beyond(size_t size)
{
    njwt_arena_t  arena;

    njwt_arena_init(&arena);
    must(njwt_arena_alloc(&arena, SIZE_MAX - size % 31) == NULL);
    must(arena.failed);
    njwt_arena_free(&arena);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input_t  in;

    if (size == 0 || size > 16384) {
        return 0;
    }

    read_input(&in, data + 1, size - 1);
    must(njwt_path_valid(in.path) == valid(in.path));
    words(in.path);
    words(in.line);
    beyond(in.line.len);
    judge(&in, 0, false);

    if (in.root != NULL && valid(in.path)) {
        questions(&in);
    }

    if (data[0] > 1) {
        judge(&in, data[0] >> 1, data[0] & 1);
    }

    fuzz_free(in.path);
    fuzz_free(in.line);
    fuzz_free(in.json);
    ref_forget();

    return 0;
}
