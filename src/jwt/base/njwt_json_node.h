/*
 * The nodes of JSON that was read: what only its readers and its values know.
 */

#ifndef NJWT_JSON_NODE_H
#define NJWT_JSON_NODE_H


#include "njwt_json.h"


/*
 * One array for a document, in the order of its text, a container before what
 * is in it.  The nodes in it, all levels of them, are behind it; span leads
 * to the one behind them.
 */
struct njwt_json_node_s {
    njwt_slice_t       name;       /* of a member, written out */
    njwt_slice_t       text;       /* as it stands; a string written out */
    size_t             span;       /* nodes, this one and all in it */
    size_t             count;      /* elements or members */
    njwt_json_type_t   type;
};


#endif /* NJWT_JSON_NODE_H */
