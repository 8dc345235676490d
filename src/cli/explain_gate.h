/*
 * A running gate: its jwt_status json, and what was made of it.
 */

#ifndef EXPLAIN_GATE_H
#define EXPLAIN_GATE_H


#include "explain.h"
#include "njwt_jansson.h"
#include "njwt_policy_json.h"


#define EXPLAIN_MAX_GATE  (8 * 1024 * 1024)


/* a jwt_issuer block */
typedef struct {
    njwt_issuer_t         trust;         /* first: the block is found by it */
    njwt_value_t          status;
    njwt_reader_t         reader;
} explain_block_t;

typedef struct explain_gate_s {
    njwt_value_t          root;
    njwt_value_t          locations;
    njwt_value_t          server;        /* that the location is in */
    njwt_value_t          location;
    const char           *chosen;        /* how it was found */
    njwt_value_t         *open;          /* of servers that don't guard it */
    size_t                open_count;

    explain_block_t      *blocks;        /* named by the location */
    size_t                block_count;
    const explain_block_t  *block;       /* the token's; NULL: unknown */

    bool                  live;          /* is its time the present? */
    int64_t               ahead;         /* of this machine, in seconds */
} explain_gate_t;


/* explain_gate.c */

/* A member of that type; exits if the gate doesn't have it. */
njwt_value_t explain_gate_need(njwt_value_t object, const char *name,
    njwt_json_type_t type);

njwt_slice_t explain_gate_text(njwt_value_t object, const char *name);
size_t explain_gate_number(njwt_value_t object, const char *name);
bool explain_gate_is(njwt_value_t object, const char *name,
    const char *value);
bool explain_gate_flag(njwt_value_t object, const char *name);

/* Writes a list of texts, blanks between; a server's names and addresses. */
void explain_out_list(FILE *file, njwt_value_t list);
void explain_out_server(FILE *file, njwt_value_t server);

/* The port of an address that is listened on; empty: it has none. */
njwt_slice_t explain_listen_port(njwt_slice_t listen);


/* explain_gate_find.c */

/* Chooses the location; exits if there is none that is guarded. */
void explain_gate_find(explain_t *e);

/*
 * Names a few of the servers that serve the path without a gate, from that one
 * of gate->open on.
 */
void explain_out_open(FILE *file, const explain_t *e, size_t from);


#endif /* EXPLAIN_GATE_H */
