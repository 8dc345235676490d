/*
 * The rules for scopes and claims, in the syntax of jwt_require_scope and
 * jwt_require_claim.
 */

#define PCRE2_CODE_UNIT_WIDTH  8

#include "explain.h"
#include "njwt_path.h"
#include "njwt_policy_words.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>


/* a longer message is truncated */
#define EXPLAIN_MAX_FAULT  4096


/* Reports what is wrong with a rule. */

static void
explain_fault(char *text, size_t size, const njwt_fault_t *fault,
    const char *option)
{
    njwt_slice_t  where;

    if (fault->what == NULL) {
        (void) snprintf(text, size, "\"%s\" %s", option, fault->rest);
        return;
    }

    where = fault->where.len ? fault->where : explain_slice(option);

    (void) snprintf(text, size, "%s\"%.*s\"%s in \"%.*s\"%s%.*s", fault->what,
                    (int) fault->word.len, (const char *) fault->word.data,
                    fault->how, (int) where.len, (const char *) where.data,
                    fault->rest, (int) fault->instead.len,
                    (const char *) fault->instead.data);
}


void
explain_scope_rule(explain_t *e, const char *text)
{
    char                fault_text[EXPLAIN_MAX_FAULT];
    size_t              n;
    njwt_fault_t        fault;
    njwt_slice_t       *words, *room;
    njwt_scope_rule_t  *rule;

    n = explain_words(e, text, &words, "--scope");
    room = explain_alloc(e, njwt_scope_rule_room(words, n)
                            * sizeof(njwt_slice_t));
    rule = &e->scope_rules[e->policy.scope_rule_count++];

    if (!njwt_scope_rule_read(rule, words, n, room, &fault)) {
        explain_fault(fault_text, sizeof(fault_text), &fault, "--scope");
        explain_die("%s", fault_text);
    }

    if (njwt_scope_rule_comma(rule, &fault)) {
        explain_fault(fault_text, sizeof(fault_text), &fault, "--scope");
        fprintf(stderr, "jwt-explain: %s\n", fault_text);
    }
}


/* nginx's options: PCRE2 on bytes, and "caseless" at most. */

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


/* A regular expression, as nginx would compile it; exits on an error. */

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
    char                text[EXPLAIN_MAX_FAULT];
    size_t              i;
    njwt_fault_t        fault;
    njwt_rule_value_t  *values;
    njwt_claim_rule_t  *rule;

    if (!njwt_path_valid(words[0])) {
        explain_die("invalid claim \"%.*s\" in \"%s\", write its name, or "
                    "a JSON Pointer as in /org/id", (int) words[0].len,
                    (const char *) words[0].data, option);
    }

    values = explain_alloc(e, n * sizeof(njwt_rule_value_t));

    if (!njwt_claim_rule_read(values, words + 1, n - 1, &fault)) {
        explain_fault(text, sizeof(text), &fault, option);
        explain_die("%s", text);
    }

    for (i = 0; i + 1 < n; i++) {
        if (njwt_rule_value_regex(&values[i])) {
            values[i].regex = explain_regex(values[i].text,
                                            values[i].caseless, option);
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
