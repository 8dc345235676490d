/*
 * What is asked of the token's scopes and claims?  Rules in the words of
 * jwt_require_scope and jwt_require_claim.
 */

#define PCRE2_CODE_UNIT_WIDTH  8

#include "explain.h"
#include "njwt_path.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>


static bool
explain_starts(njwt_slice_t text, const char *start)
{
    size_t  len;

    len = strlen(start);

    return text.len >= len && memcmp(text.data, start, len) == 0;
}


static void
explain_rule_method(njwt_scope_rule_t *rule, njwt_slice_t *others,
    njwt_slice_t name)
{
    if (!njwt_method_valid(name)) {
        explain_die("unknown method \"%.*s\" in \"--scope\", write methods in "
                    "upper case with commas between, as in methods=GET,POST",
                    (int) name.len, (const char *) name.data);
    }

    if (njwt_method_answered(name)) {
        explain_die("the method \"%.*s\" in \"--scope\" is answered by nginx "
                    "itself, write the rule without it",
                    (int) name.len, (const char *) name.data);
    }

    explain_method_add(rule, others, name);
}


void
explain_method_add(njwt_scope_rule_t *rule, njwt_slice_t *others,
    njwt_slice_t name)
{
    rule->others = others;

    if (njwt_method(name) != 0) {
        rule->methods |= njwt_method(name);
        return;
    }

    others[rule->other_count++] = name;
}


static void
explain_rule_methods(explain_t *e, njwt_scope_rule_t *rule, njwt_slice_t list)
{
    size_t         i;
    njwt_slice_t   name, *others;

    others = explain_alloc(e, (list.len + 1) * sizeof(njwt_slice_t));

    rule->every_method = false;
    name.data = list.data;
    name.len = 0;

    for (i = 0; i <= list.len; i++) {
        if (i < list.len && list.data[i] != ',') {
            name.len++;
            continue;
        }

        explain_rule_method(rule, others, name);
        name.data += name.len + 1;
        name.len = 0;
    }
}


/* A scope that is one, and what people may mean by it. */

static void
explain_scope_warn(njwt_slice_t scope)
{
    if (memchr(scope.data, '$', scope.len) != NULL) {
        explain_die("scope \"%.*s\" with a \"$\" in \"--scope\", which reads "
                    "no variables: write the scope as the token has it",
                    (int) scope.len, (const char *) scope.data);
    }

    if (memchr(scope.data, ',', scope.len) != NULL) {
        fprintf(stderr, "jwt-explain: scope \"%.*s\" in \"--scope\" is one "
                "scope with a comma in it, write a blank between two\n",
                (int) scope.len, (const char *) scope.data);
    }
}


void
explain_scope_rule(explain_t *e, const char *text)
{
    size_t              i, n, count;
    njwt_slice_t       *words;
    njwt_scope_rule_t  *rule;

    n = explain_words(e, text, &words, "--scope");
    rule = &e->scope_rules[e->policy.scope_rule_count++];
    rule->scopes = words;
    rule->every_method = true;
    count = 0;

    for (i = 0; i < n; i++) {
        if (explain_starts(words[i], "methods=")) {
            words[i].data += 8;
            words[i].len -= 8;
            explain_rule_methods(e, rule, words[i]);
            continue;
        }

        if (njwt_slice_equal(words[i], explain_slice("match=any"))) {
            rule->any = true;
            continue;
        }

        if (!njwt_scope_valid(words[i]) || explain_starts(words[i], "match=")
            || explain_starts(words[i], "method="))
        {
            explain_die("invalid scope \"%.*s\" in \"--scope\", write SCOPE "
                        "[match=any] [methods=GET,POST]; a scope is "
                        "printable ASCII without space, quote and backslash",
                        (int) words[i].len, (const char *) words[i].data);
        }

        explain_scope_warn(words[i]);
        words[count++] = words[i];
    }

    rule->scope_count = count;

    if (count == 0) {
        explain_die("\"--scope %s\" names no scope", text);
    }
}


/* nginx's flavour: PCRE2, bytes, and no more options than "caseless". */

static njwt_regex_result_t
explain_match(void *regex, njwt_slice_t text)
{
    int                rc;
    pcre2_match_data  *data;

    data = pcre2_match_data_create_from_pattern(regex, NULL);

    if (data == NULL) {
        return NJWT_REGEX_BROKEN;
    }

    rc = pcre2_match(regex, text.data, text.len, 0, 0, data, NULL);
    pcre2_match_data_free(data);

    if (rc == PCRE2_ERROR_NOMATCH) {
        return NJWT_REGEX_NOT_FOUND;
    }

    return rc < 0 ? NJWT_REGEX_BROKEN : NJWT_REGEX_FOUND;
}


/* A regular expression, as nginx would read it; ends where it is none. */

static void *
explain_regex(njwt_slice_t text, bool caseless, const char *option)
{
    int          error;
    size_t       at, len;
    uint8_t     *limited;
    PCRE2_UCHAR  message[128];
    pcre2_code  *code;

    len = sizeof(NJWT_REGEX_LIMIT) - 1;
    limited = malloc(len + text.len);

    if (limited == NULL) {
        explain_die("no memory");
    }

    memcpy(limited, NJWT_REGEX_LIMIT, len);
    memcpy(limited + len, text.data, text.len);

    code = pcre2_compile(limited, len + text.len,
                         caseless ? PCRE2_CASELESS : 0, &error, &at, NULL);
    free(limited);

    if (code == NULL) {
        at = (at > len) ? at - len : 0;
        (void) pcre2_get_error_message(error, message, sizeof(message));
        explain_die("invalid regular expression \"%.*s\" in \"%s\", at "
                    "byte %zu: %s", (int) text.len, (const char *) text.data,
                    option, at, (const char *) message);
    }

    return code;
}


bool
explain_regex_found(njwt_slice_t regex, bool caseless, njwt_slice_t text)
{
    bool   found;
    void  *code;

    code = explain_regex(regex, caseless, "location");
    found = explain_match(code, text) == NJWT_REGEX_FOUND;
    pcre2_code_free(code);

    return found;
}


void
explain_claim_words(explain_t *e, njwt_slice_t *words, size_t n,
    const char *option)
{
    size_t              i;
    njwt_slice_t        instead;
    njwt_rule_value_t  *value, *values;
    njwt_claim_rule_t  *rule;

    if (!njwt_path_valid(words[0])) {
        explain_die("invalid claim \"%.*s\" in \"%s\", write its name, or "
                    "a JSON Pointer as in /org/id", (int) words[0].len,
                    (const char *) words[0].data, option);
    }

    if (n > 2 && njwt_rule_operator(words[1], &instead)) {
        explain_die("\"%.*s\" is no operator in \"%s\", where each word "
                    "behind the claim is a value, write %.*s",
                    (int) words[1].len, (const char *) words[1].data, option,
                    (int) instead.len, (const char *) instead.data);
    }

    values = explain_alloc(e, n * sizeof(njwt_rule_value_t));

    for (i = 1; i < n; i++) {
        value = &values[i - 1];
        *value = njwt_rule_value(words[i]);

        if (njwt_rule_value_fault(value, &instead)) {
            explain_die("invalid value \"%.*s\" in \"%s\", write %.*s",
                        (int) words[i].len, (const char *) words[i].data,
                        option, (int) instead.len,
                        (const char *) instead.data);
        }

        if (njwt_rule_value_regex(value)) {
            value->regex = explain_regex(value->text, value->caseless,
                                         option);
        }
    }

    rule = &e->claim_rules[e->policy.claim_rule_count++];
    rule->claim = words[0];
    rule->values = values;
    rule->value_count = n - 1;
    rule->match = explain_match;
}


void
explain_claim_rule(explain_t *e, const char *text)
{
    size_t         n;
    njwt_slice_t  *words;

    n = explain_words(e, text, &words, "--claim");
    explain_claim_words(e, words, n, "--claim");
}


void
explain_rules_free(explain_t *e)
{
    size_t                    i, k;
    const njwt_claim_rule_t  *rule;

    for (i = 0; i < e->policy.claim_rule_count; i++) {
        rule = &e->claim_rules[i];

        for (k = 0; k < rule->value_count; k++) {
            pcre2_code_free(rule->values[k].regex);
        }
    }
}
