/* What the interposed malloc (malloc_counts.c) counts, in a file that others map. */
#ifndef MALLOC_COUNTS_H
#define MALLOC_COUNTS_H

#include <stdatomic.h>
#include <stdint.h>

typedef struct malloc_counts {
    /** Allocations of the process; and those of them that gRPC's and protobuf's libraries for the
     * language, or the program itself, asked for, rather than core. */
    _Atomic uint64_t all;
    _Atomic uint64_t ours;
} malloc_counts;

#endif
