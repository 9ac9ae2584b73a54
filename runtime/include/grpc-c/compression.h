/*
 * How messages are compressed on the wire (gRPC's doc/compression.md). Whoever receives,
 * decompresses by itself, whatever the sender chose, and never beyond max_receive_message_bytes; a
 * server answers with what its client says that it accepts.
 */
#ifndef GRPC_C_COMPRESSION_H
#define GRPC_C_COMPRESSION_H

#include <grpc-c/macros.h>

GRPC_C_BEGIN_DECLS

/** The numbers are the library's own. */
typedef enum grpc_c_compression {
    GRPC_C_COMPRESSION_NONE = 0,
    GRPC_C_COMPRESSION_DEFLATE = 1,
    GRPC_C_COMPRESSION_GZIP = 2
} grpc_c_compression;

GRPC_C_END_DECLS

#endif
