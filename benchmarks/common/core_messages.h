/*
 * protobuf-c messages in core's byte buffers, as a program written by hand for speed would have it:
 * packed into one slice, unpacked in place, into memory that is kept from call to call.
 */
#ifndef CORE_MESSAGES_H
#define CORE_MESSAGES_H

#include <stddef.h>

#include <grpc/byte_buffer.h>
#include <protobuf-c/protobuf-c.h>

/** Zero to begin with. */
typedef struct core_memory {
    ProtobufCAllocator allocator;
    char *bytes;
    size_t size;
    size_t used;
} core_memory;

grpc_byte_buffer *core_pack(const ProtobufCMessage *message);

/** What it returns is valid until the memory is used next. Ends the program if it cannot. */
void *core_unpack(grpc_byte_buffer *buffer, const ProtobufCMessageDescriptor *type,
                  core_memory *memory);

#endif
