/*
 * Metadata: the headers and trailers of a call, as its user sees them. Keys are lower case, and may
 * repeat. A key that ends in "-bin" has a value of arbitrary bytes; any other's is printable ASCII
 * (gRPC's doc/PROTOCOL-HTTP2.md, "Custom-Metadata").
 *
 * Threads: immutable once received; thread-safe to read.
 */
#ifndef GRPC_C_METADATA_H
#define GRPC_C_METADATA_H

#include <stddef.h>

#include <grpc-c/macros.h>

GRPC_C_BEGIN_DECLS

typedef struct grpc_c_metadata_entry {
    const char *key;
    /** `size` bytes, with a NUL behind them that does not count. */
    const char *value;
    size_t size;
} grpc_c_metadata_entry;

/** What the other side sent, in its order. Borrowed from the context that it was asked of. */
typedef struct grpc_c_metadata {
    size_t count;
    const grpc_c_metadata_entry *entries;
} grpc_c_metadata;

/**
 * The first entry with this key at or after `*position`, which is moved behind it; NULL when there
 * is none left. Begin with `size_t position = 0` (or pass NULL for the first only). Borrowed like
 * `metadata`, which may be NULL.
 */
GRPC_C_API const grpc_c_metadata_entry *grpc_c_metadata_find(const grpc_c_metadata *metadata,
                                                             const char *key, size_t *position);

GRPC_C_END_DECLS

#endif
