/*
 * What the parts of jwt-explain share: its options and its results.
 *
 * The process handles one token: memory lives until it exits, and an error
 * that can't be handled ends it.
 */

#ifndef EXPLAIN_H
#define EXPLAIN_H


#include "njwt.h"
#include "njwt_defaults.h"
#include "njwt_jwks.h"
#include "njwt_out.h"
#include "njwt_policy_words.h"
#include "njwt_url.h"
#include "njwt_verdict.h"

#include <stdbool.h>
#include <stdio.h>


#define EXPLAIN_OK        0
#define EXPLAIN_REFUSED   1
#define EXPLAIN_TROUBLE   2      /* wrong usage, or no keys */

/* the last check: the later verdicts differ only in their status */
#define EXPLAIN_LAST      NJWT_CLAIM_MISMATCH

#define EXPLAIN_MAX_JWKS  NJWT_DEFAULT_JWKS_MAX_SIZE
#define EXPLAIN_TIMEOUT   (1000L * NJWT_DEFAULT_JWKS_TIMEOUT)


/* a list that grows with the arguments; there are at most argc */
typedef struct {
    njwt_slice_t         *values;
    size_t                count;
} explain_list_t;

typedef struct {
    njwt_arena_t          arena;
    size_t                most;          /* entries in each list: argc */

    explain_list_t        issuers;
    explain_list_t        audiences;
    explain_list_t        audiences_here;
    explain_list_t        scope_claims;
    explain_list_t        revocation;    /* claims */
    njwt_scope_rule_t    *scope_rules;
    njwt_claim_rule_t    *claim_rules;
    njwt_issuer_t         own;           /* from the options */
    njwt_issuer_t        *issuer;        /* own, or the gate's for the token */
    njwt_issuer_t       **trusted;
    njwt_policy_t         policy;
    njwt_binding_t        binding;
    njwt_binding_request_t  proved;
    njwt_slice_t          url;           /* --url, whole */
    njwt_slice_t          origin;        /* of it, up to its path */
    uint8_t               certificate[NJWT_DIGEST];
    njwt_request_t        judged;

    const char           *jwks;          /* a file or a URL */
    const char           *secret;
    const char           *revoked;       /* a file of entries */
    struct explain_revoked_s  *entries;  /* its contents */
    const char           *ca_file;       /* CA bundle; NULL: the system's */
    const char           *token;         /* NULL: standard input */
    const char           *gate;          /* its status, a file or a URL */
    const char           *location;
    explain_list_t        servers;
    const char           *supplied;      /* an option that a gate tells */
    struct explain_gate_s  *asked;       /* the gate's settings, or NULL */
    const char           *method;
    bool                  at;            /* was --at given? */
    bool                  header;        /* the token was in a header line */
    bool                  json;
    bool                  colour;

    /* the source of the keys */
    const char           *source;
    bool                  remote;
    bool                  tried;
    const char           *keys_error;
    njwt_jwks_report_t    keys_report;

    njwt_verdict_t        verdict;
    njwt_result_t         found;
    njwt_value_t          head;          /* as far as it could be parsed */
    njwt_value_t          payload;
} explain_t;


/* explain_util.c */

/* Reports an error on standard error, and exits with 2. */
void explain_die(const char *format, ...)
    __attribute__((noreturn, format(printf, 1, 2)));

/* Allocates from the arena; exits if there is no memory. */
void *explain_alloc(explain_t *e, size_t size);

/* A string in the arena, as by printf(). */
char *explain_printf(explain_t *e, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A slice of a string that outlives it. */
njwt_slice_t explain_slice(const char *text);

/* Reads a file of at most that many bytes; NULL, *error set, on failure. */
uint8_t *explain_read(explain_t *e, const char *path, size_t most,
    size_t *len, const char **error);

/* Reads the token from its source. */
void explain_token(explain_t *e);


/* explain_options.c */

/* Reads the command line; --help and --version exit. */
void explain_options(explain_t *e, int argc, char **argv);


/* explain_values.c: the values of options */

/* Splits a rule as nginx.conf would, quotes and all; at least one word. */
size_t explain_words(explain_t *e, const char *text, njwt_slice_t **words,
    const char *option);

/* Seconds, or a time as in nginx.conf: 90, 90s, 5m, 24h, 7d. */
double explain_duration(const char *text, const char *option);

/* Seconds since the epoch, or 2017-05-24T19:15:00Z. */
int64_t explain_time(const char *text);

/* A, B: a set of algorithms. */
njwt_alg_t explain_algorithms(const char *text);

/* A --method; one that nginx doesn't know is known by its name. */
njwt_method_t explain_method(const char *text);


/* explain_rules.c */

/* SCOPE [match=any] [methods=M,M]: one rule, as jwt_require_scope has it. */
void explain_scope_rule(explain_t *e, const char *text);

/* CLAIM [VALUE ...]: one rule, as jwt_require_claim has it. */
void explain_claim_rule(explain_t *e, const char *text);

/* Compiles the expressions of a rule of that option, or what else. */
void explain_claim_regexes(njwt_claim_rule_t *rule, const char *option);

/* Says what is wrong with a rule, and ends the process. */
void explain_fault(const njwt_fault_t *fault, const char *option)
    __attribute__((noreturn));

/* Does the expression match the text?  As in a location. */
bool explain_regex_found(njwt_slice_t regex, bool caseless,
    njwt_slice_t text);

/* Frees what the rules hold. */
void explain_rules_free(explain_t *e);


/* explain_binding.c */

void explain_set_binding(explain_t *e, const char *value);
void explain_set_proof(explain_t *e, const char *value);
void explain_set_url(explain_t *e, const char *value);
void explain_set_certificate(explain_t *e, const char *value);

/* Prepares these for the judgement; exits if they contradict each other. */
void explain_binding(explain_t *e);


/* explain_revoked.c */

void explain_set_revocation(explain_t *e, const char *value);

/* Prepares the revocation entries; exits if the file is wrong. */
void explain_revoked(explain_t *e);


/* explain_keys.c */

/* Sets the source of the keys, and checks whether it may be used. */
void explain_source(explain_t *e);

/* Exits if a gate has keys that couldn't be fetched from here. */
void explain_gate_unlike(explain_t *e);

/* Gets the issuer's keys; false, with e->keys_error set, if that fails. */
bool explain_keys(explain_t *e);

/*
 * Fetches a document of at most that size; false, with *error set, on failure.
 */
bool explain_fetch(explain_t *e, const char *url, size_t most,
    njwt_slice_t *body, const char **error);


/* explain_gate*.c: by the settings of a running gate */

/* Asks the gate, and takes its location's policy; exits if that fails. */
void explain_gate(explain_t *e);

/* Drops a token from a header that the location doesn't use. */
void explain_gate_token(explain_t *e);

/* Sets the key source for the issuer that the token names. */
void explain_gate_issuer(explain_t *e);

/* Sets the URL that a proof must name, as the location has it. */
void explain_gate_origins(explain_t *e);

/* Prints what the location's mode makes of the verdict. */
void explain_gate_mode(explain_t *e);


/* explain_print.c: safe output on a terminal */

/* Writes a text without anything that a terminal obeys. */
void explain_out(njwt_slice_t text);
void explain_out_to(FILE *file, njwt_slice_t text);

/* The same as a JSON string, quotes and all. */
void explain_out_string(njwt_slice_t text);

#define EXPLAIN_GREEN  "32"
#define EXPLAIN_RED    "1;31"
#define EXPLAIN_DIM    "2"
#define EXPLAIN_BOLD   "1"

/* Switches a colour on, or off with NULL; does nothing without a terminal. */
void explain_colour(const explain_t *e, const char *code);

/* Writes text from a column on, in lines of 79 columns. */
void explain_wrap(njwt_slice_t text, size_t column);

/* Writes a value as JSON, indented by so many columns; 0: on one line. */
void explain_value(njwt_value_t value, size_t column);

/* The writer of JSON on standard output. */
njwt_out_t explain_json(void);

/* Writes what stands above a part of the report. */
void explain_title(const explain_t *e, const char *title);

/* Writes an object with a member per line and a title; times also as dates. */
void explain_members(const explain_t *e, const char *title,
    njwt_value_t object);


/* explain_report.c */

/* Writes the report, for people or for machines. */
void explain_report(explain_t *e);
void explain_machine(explain_t *e);


/* explain_check.c */

/* The description that the client gets. */
njwt_slice_t explain_description(explain_t *e);

/* the result of a check, and the hint if it fails; for both reports */
typedef enum {
    EXPLAIN_PASS = 0,
    EXPLAIN_FAIL,
    EXPLAIN_WOULD_PASS,       /* not reached, but known */
    EXPLAIN_WOULD_FAIL,
    EXPLAIN_NOT_REACHED
} explain_result_t;

explain_result_t explain_check(explain_t *e, njwt_verdict_t verdict,
    njwt_slice_t *hint);


#endif /* EXPLAIN_H */
