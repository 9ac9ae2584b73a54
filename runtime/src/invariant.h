/*
 * Invariants: what must hold if the library is right. Checked in release builds too, and fatal:
 * going on would do more harm. Never used for what a caller or a peer can get wrong.
 */
#ifndef GRPC_C_INVARIANT_H
#define GRPC_C_INVARIANT_H

#include <stdio.h>
#include <stdlib.h>

static inline void grpc_c_invariant_broken(const char *what, const char *file, int line)
{
    fprintf(stderr, "grpc-c: %s:%d: broken invariant: %s\n", file, line, what);
    abort();
}

#define GRPC_C_INVARIANT(condition) \
    ((condition) ? (void)0 : grpc_c_invariant_broken(#condition, __FILE__, __LINE__))

#endif
