/*
 * What do the parts of jwt-explain share?  What was asked for, and what was
 * found.
 *
 * A process for one token: memory lives until it ends, and what can't be gone
 * on with ends it.
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
#define EXPLAIN_TROUBLE   2      /* usage, or keys not to be had */

/* the last check there is: what follows is the same by variables of nginx's */
#define EXPLAIN_LAST      NJWT_CLAIM_MISMATCH

#define EXPLAIN_MAX_JWKS  NJWT_DEFAULT_JWKS_MAX_SIZE
#define EXPLAIN_TIMEOUT   (1000L * NJWT_DEFAULT_JWKS_TIMEOUT)


/* a list that grows with the arguments, of which there are at most argc */
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
    njwt_issuer_t         own;           /* of the options */
    njwt_issuer_t        *issuer;        /* that, or the token's of a gate */
    njwt_issuer_t       **trusted;
    njwt_policy_t         policy;
    njwt_binding_t        binding;
    njwt_binding_request_t  proved;
    njwt_slice_t          url;           /* up to its path */
    uint8_t               certificate[NJWT_DIGEST];
    njwt_request_t        judged;

    const char           *jwks;          /* a file or a URL */
    const char           *secret;
    const char           *revoked;       /* a file of entries */
    struct explain_revoked_s  *entries;  /* and what it says */
    const char           *ca_file;       /* CA bundle; NULL: the system's */
    const char           *token;         /* NULL: standard input */
    const char           *gate;          /* its status, a file or a URL */
    const char           *location;
    explain_list_t        servers;
    const char           *supplied;      /* an option that a gate tells */
    struct explain_gate_s  *asked;       /* what the gate told; or NULL */
    const char           *method;
    bool                  at;            /* --at was given */
    bool                  header;        /* the token came in its header */
    bool                  json;
    bool                  colour;

    /* the key source */
    const char           *source;
    bool                  remote;
    bool                  tried;
    const char           *keys_error;
    njwt_jwks_report_t    keys_report;

    njwt_verdict_t        verdict;
    njwt_result_t         found;
    njwt_value_t          head;          /* as far as it can be read */
    njwt_value_t          payload;
} explain_t;


/* explain_util.c */

/* Says what is wrong on standard error, and ends the process with 2. */
void explain_die(const char *format, ...)
    __attribute__((noreturn, format(printf, 1, 2)));

/* Memory of the arena; there always is some. */
void *explain_alloc(explain_t *e, size_t size);

/* A slice of a string that lives on. */
njwt_slice_t explain_slice(const char *text);

/* Reads a file of at most that many bytes; NULL, *error set, on failure. */
uint8_t *explain_read(explain_t *e, const char *path, size_t most,
    size_t *len, const char **error);

/* Takes the token from where it is. */
void explain_token(explain_t *e);


/* explain_options.c */

/* Reads the command line; --help and --version end the process. */
void explain_options(explain_t *e, int argc, char **argv);


/* explain_values.c: what an argument means */

/* Splits a rule as nginx.conf would, quotes and all; at least one word. */
size_t explain_words(explain_t *e, const char *text, njwt_slice_t **words,
    const char *option);

/* Seconds, or a time as in nginx.conf: 90, 90s, 5m, 24h, 7d. */
double explain_duration(const char *text, const char *option);

/* Seconds since the epoch, or 2017-05-24T19:15:00Z. */
int64_t explain_time(const char *text);

/* A, B: a set of algorithms. */
njwt_alg_t explain_algorithms(const char *text);

/* One --method; what nginx doesn't know has a bit of its own. */
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

/* Is it found in the text?  As a location's. */
bool explain_regex_found(njwt_slice_t regex, bool caseless,
    njwt_slice_t text);

/* Gives back what the rules hold. */
void explain_rules_free(explain_t *e);


/* explain_binding.c */

void explain_set_binding(explain_t *e, const char *value);
void explain_set_proof(explain_t *e, const char *value);
void explain_set_url(explain_t *e, const char *value);
void explain_set_certificate(explain_t *e, const char *value);

/* What these came to, for the judge; ends where they contradict. */
void explain_binding(explain_t *e);


/* explain_revoked.c */

void explain_set_revocation(explain_t *e, const char *value);

/* What is revoked, for the judge; ends where the file isn't good. */
void explain_revoked(explain_t *e);


/* explain_keys.c */

/* Where the keys are, and whether they may be had from there. */
void explain_source(explain_t *e);

/* Ends where a gate has keys that couldn't be fetched from here. */
void explain_gate_unlike(explain_t *e);

/* Gets the issuer's keys; false, e->keys_error set, if they can't be had. */
bool explain_keys(explain_t *e);

/* Fetches a document of at most that size; false, *error set, on failure. */
bool explain_fetch(explain_t *e, const char *url, size_t most,
    njwt_slice_t *body, const char **error);


/* explain_gate.c and those named after it: by what a running gate tells */

/* Asks the gate, and takes its location's policy; ends where that fails. */
void explain_gate(explain_t *e);

/* A header that the location doesn't look at holds no token. */
void explain_gate_token(explain_t *e);

/* Where the keys are of the issuer that the token names. */
void explain_gate_issuer(explain_t *e);

/* What the location's mode makes of the verdict. */
void explain_gate_mode(explain_t *e);


/* explain_print.c: what a terminal may be shown */

/* Writes a text with nothing in it that a terminal obeys. */
void explain_out(njwt_slice_t text);

/* The same as a JSON string, quotes and all. */
void explain_out_string(njwt_slice_t text);

#define EXPLAIN_GREEN  "32"
#define EXPLAIN_RED    "1;31"
#define EXPLAIN_DIM    "2"
#define EXPLAIN_BOLD   "1"

/* Switches a colour on, and off with NULL; nothing without a terminal. */
void explain_colour(const explain_t *e, const char *code);

/* Writes words from a column on, in lines of 79. */
void explain_wrap(njwt_slice_t text, size_t column);

/* Writes a value as JSON, indented by so many columns; 0: on one line. */
void explain_value(njwt_value_t value, size_t column);

/* The writer of JSON on standard output. */
njwt_out_t explain_json(void);

/* Writes what stands above a part of the report. */
void explain_title(const explain_t *e, const char *title);

/* Writes an object a member a line, under a title, times also as dates. */
void explain_members(const explain_t *e, const char *title,
    njwt_value_t object);


/* explain_report.c */

/* Writes all that was found, for people and for machines. */
void explain_report(explain_t *e);
void explain_machine(explain_t *e);


/* explain_check.c */

/* What the client is told. */
njwt_slice_t explain_description(explain_t *e);

/* What a check comes to, and the hint where it fails; for both. */
typedef enum {
    EXPLAIN_PASS = 0,
    EXPLAIN_FAIL,
    EXPLAIN_WOULD_PASS,       /* not reached, but can be told */
    EXPLAIN_WOULD_FAIL,
    EXPLAIN_NOT_REACHED
} explain_result_t;

explain_result_t explain_check(explain_t *e, njwt_verdict_t verdict,
    njwt_slice_t *hint);


#endif /* EXPLAIN_H */
