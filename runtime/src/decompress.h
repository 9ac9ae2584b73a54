/*
 * Decompressing a received message piece by piece, with a hard limit: what a peer's few bytes would
 * grow to beyond it is never held. zlib appears in this module only.
 */
#ifndef GRPC_C_DECOMPRESS_H
#define GRPC_C_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zlib.h>

#include <grpc-c/compression.h>
#include <grpc-c/status.h>

typedef struct grpc_c_decompressor {
    z_stream zlib;
    /** Most bytes that the message may have. */
    size_t limit;
    /** The message so far, and the room for it, which is never more than the limit and one. */
    uint8_t *bytes;
    size_t size;
    size_t room;
    /** The compressed data's own end has come. */
    bool ended;
    /** What failed, and the constant text for it; OK while nothing has. */
    grpc_c_status_code code;
    const char *reason;
} grpc_c_decompressor;

/** Begins a message of DEFLATE (zlib's format, as gRPC has it) or GZIP. */
void grpc_c_decompressor_init(grpc_c_decompressor *decompressor, grpc_c_compression compression,
                              size_t limit);

/**
 * Adds the next bytes that came. False, with code and reason written, when that fails:
 * RESOURCE_EXHAUSTED over the limit and when memory is short, INTERNAL for what is no such data.
 */
bool grpc_c_decompressor_add(grpc_c_decompressor *decompressor, const uint8_t *bytes, size_t size);

/** All bytes have come. True: `bytes` and `size` are the message, until free. False: as add. */
bool grpc_c_decompressor_finish(grpc_c_decompressor *decompressor);

/** To be called after init, whatever happened since. */
void grpc_c_decompressor_free(grpc_c_decompressor *decompressor);

#endif
