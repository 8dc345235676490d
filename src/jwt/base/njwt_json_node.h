/*
 * The nodes of a JSON text, which only its readers and njwt_json.c know.
 */

#ifndef NJWT_JSON_NODE_H
#define NJWT_JSON_NODE_H


#include "njwt_json.h"


/*
 * A document is one array of nodes in the order of the text, each container
 * before its contents, which follow it with all their levels; span is the
 * distance to the node behind all of them.
 */
struct njwt_json_node_s {
    njwt_slice_t       name;       /* of a member, decoded */
    njwt_slice_t       text;       /* as it is written; a string is decoded */
    size_t             span;       /* nodes: this one and everything in it */
    size_t             count;      /* of elements or members */
    njwt_json_type_t   type;
};


#endif /* NJWT_JSON_NODE_H */
