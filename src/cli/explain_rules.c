/*
 * The rules for scopes and claims, in the syntax of jwt_require_scope and
 * jwt_require_claim.
 */

#define PCRE2_CODE_UNIT_WIDTH  8

#include "explain.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>


/* a longer message is truncated */
#define EXPLAIN_MAX_FAULT  4096


static const char *
explain_fault_text(char text[EXPLAIN_MAX_FAULT], const njwt_fault_t *fault,
    const char *option)
{
    njwt_slice_t  where;

    if (fault->what == NULL) {
        (void) snprintf(text, EXPLAIN_MAX_FAULT, "\"%s\" %s", option,
                        fault->rest);
        return text;
    }

    where = fault->where.len ? fault->where : explain_slice(option);

    (void) snprintf(text, EXPLAIN_MAX_FAULT,
                    "%s\"%.*s\"%s in \"%.*s\"%s%.*s", fault->what,
                    (int) fault->word.len, (const char *) fault->word.data,
                    fault->how, (int) where.len, (const char *) where.data,
                    fault->rest, (int) fault->instead.len,
                    (const char *) fault->instead.data);

    return text;
}


void
explain_fault(const njwt_fault_t *fault, const char *option)
{
    char  text[EXPLAIN_MAX_FAULT];

    explain_die("%s", explain_fault_text(text, fault, option));
}


void
explain_scope_rule(explain_t *e, const char *text)
{
    char                warning[EXPLAIN_MAX_FAULT];
    size_t              n;
    njwt_fault_t        fault;
    njwt_slice_t       *words, *room;
    njwt_scope_rule_t  *rule;

    n = explain_words(e, text, &words, "--scope");
    room = explain_alloc(e, njwt_scope_rule_room(words, n)
                            * sizeof(njwt_slice_t));
    rule = &e->scope_rules[e->policy.scope_rule_count++];

    if (!njwt_scope_rule_read(rule, words, n, room, &fault)) {
        explain_fault(&fault, "--scope");
    }

    if (njwt_scope_rule_doubt(rule, &fault)) {
        fprintf(stderr, "jwt-explain: %s\n",
                explain_fault_text(warning, &fault, "--scope"));
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
explain_claim_regexes(njwt_claim_rule_t *rule, const char *option)
{
    size_t              i;
    njwt_rule_value_t  *value;

    rule->match = explain_match;

    for (i = 0; i < rule->value_count; i++) {
        value = (njwt_rule_value_t *) &rule->values[i];

        if (njwt_rule_value_regex(value)) {
            value->regex = explain_regex(value->text, value->caseless,
                                         option);
        }
    }
}


void
explain_claim_rule(explain_t *e, const char *text)
{
    size_t              n;
    njwt_fault_t        fault;
    njwt_slice_t       *words;
    njwt_rule_value_t  *values;
    njwt_claim_rule_t  *rule;

    n = explain_words(e, text, &words, "--claim");
    values = explain_alloc(e, n * sizeof(njwt_rule_value_t));

    if (!njwt_claim_rule_read(words[0], values, words + 1, n - 1, &fault)) {
        explain_fault(&fault, "--claim");
    }

    rule = &e->claim_rules[e->policy.claim_rule_count++];
    rule->claim = words[0];
    rule->values = values;
    rule->value_count = n - 1;
    explain_claim_regexes(rule, "--claim");
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
