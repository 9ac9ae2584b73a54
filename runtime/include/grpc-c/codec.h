/*
 * The codec: how messages become bytes and bytes become messages. Protocol Buffers by default;
 * a channel or server whose options name another one speaks that instead (JSON, say), with the
 * same generated code, since a codec sees messages through their protobuf-c descriptors.
 *
 * Threads: a codec's functions are called from many threads at once and must be thread-safe.
 * Ownership: a codec is borrowed by the channel or server that uses it, until that is freed.
 */
#ifndef GRPC_C_CODEC_H
#define GRPC_C_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include <grpc-c/macros.h>

GRPC_C_BEGIN_DECLS

typedef struct grpc_c_codec {
    /** sizeof(grpc_c_codec). */
    size_t struct_size;

    /** The bytes that `message` takes when packed; SIZE_MAX if it cannot be packed. */
    size_t (*packed_size)(const ProtobufCMessage *message);

    /**
     * Writes `message` to `ret_bytes`, which has room for what packed_size said. Returns the
     * bytes written: any other number than packed_size's fails the call with INTERNAL.
     */
    size_t (*pack)(const ProtobufCMessage *message, uint8_t *ret_bytes);

    /**
     * Parses `size` bytes into a new message of type `type`; NULL when they are malformed, which
     * fails the call with INTERNAL. The bytes come from the peer: trust nothing. All memory is
     * taken from `allocator`, which belongs to the call: nothing needs freeing, on failure
     * neither. Its alloc returns NULL at the call's memory limit.
     */
    ProtobufCMessage *(*unpack)(const ProtobufCMessageDescriptor *type,
                                ProtobufCAllocator *allocator, const uint8_t *bytes, size_t size);
} grpc_c_codec;

/**
 * Protocol Buffers through protobuf-c: what channels and servers use when their options name no
 * codec. It refuses messages nested deeper than 100 levels, as gRPC's other languages do; and
 * those with a string that is not UTF-8, as Protocol Buffers have it, or holds a NUL, behind which
 * C would see nothing. What is sent is not looked at.
 */
GRPC_C_API extern const grpc_c_codec grpc_c_protobuf_codec;

/**
 * The same without a look at strings: for peers that send Latin-1 in proto2's strings, say. They
 * end at the first NUL.
 */
GRPC_C_API extern const grpc_c_codec grpc_c_protobuf_any_strings_codec;

GRPC_C_END_DECLS

#endif
