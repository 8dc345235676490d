/*
 * What the two halves of the shim share, and what the test reads.
 */

#ifndef SHIM_H
#define SHIM_H


#include <stddef.h>
#include <stdint.h>


#define SHIM_MODULE   1
#define SHIM_LIBRARY  2
#define SHIM_NGINX    4
#define SHIM_BELOW    8
#define SHIM_CURL     16


/* t/faults/Faults.pm reads and writes it, too */
typedef struct {
    uint32_t  kinds;          /* that are counted; 0: none */
    uint32_t  failing;        /* which one fails, from 1 on; 0: none */
    uint32_t  lasting;        /* and all after it? */
    uint32_t  process;        /* whose; 0: everybody's */
    uint32_t  count;
    uint32_t  failed;
    int64_t   live;           /* allocated and not yet freed */
    char      point[208];     /* offsets in the module, innermost first */

    uint32_t  slabs;          /* allocations of the slab */
    uint32_t  locks;          /* how often one was taken */
    uint32_t  misuses;
    uint32_t  unused;
    char      misuse[48];     /* what was done under a lock, first */
    char      misuse_point[208];
} shim_page_t;


extern shim_page_t  *shim_page;

/* Is there a page, and is it about this process? */
int shim_mine(void);

/* Is this the allocation that fails? */
int shim_fails(uint32_t kind);

/* Who in the module asks: offsets for addr2line. */
void shim_point(char *p, size_t size);

/* Notes that something is done that may not be while a lock is held. */
void shim_under_lock(const char *what);


#endif /* SHIM_H */
