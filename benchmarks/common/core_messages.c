/* See core_messages.h. */
#include "core_messages.h"

#include <stdlib.h>

#include <grpc/byte_buffer_reader.h>
#include <grpc/slice.h>

grpc_byte_buffer *core_pack(const ProtobufCMessage *message)
{
    grpc_slice slice = grpc_slice_malloc(protobuf_c_message_get_packed_size(message));
    protobuf_c_message_pack(message, GRPC_SLICE_START_PTR(slice));
    grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    return buffer;
}

static void *allocate(void *data, size_t size)
{
    core_memory *memory = data;
    size_t at = memory->used;
    memory->used += (size + 15) & ~(size_t)15;
    return memory->used <= memory->size ? memory->bytes + at : NULL;
}

static void keep(void *data, void *pointer)
{
    (void)data;
    (void)pointer;
}

void *core_unpack(grpc_byte_buffer *buffer, const ProtobufCMessageDescriptor *type,
                  core_memory *memory)
{
    grpc_byte_buffer_reader reader;
    grpc_byte_buffer_reader_init(&reader, buffer);
    grpc_slice *first = NULL;
    grpc_slice all = grpc_empty_slice();
    size_t length = grpc_byte_buffer_length(buffer);
    if (!grpc_byte_buffer_reader_peek(&reader, &first)) {
        first = &all; /* an empty message */
    } else if (GRPC_SLICE_LENGTH(*first) != length) {
        grpc_byte_buffer_reader_destroy(&reader);
        grpc_byte_buffer_reader_init(&reader, buffer);
        all = grpc_byte_buffer_reader_readall(&reader);
        first = &all;
    }
    /* Our messages take no more than their bytes and their struct. */
    memory->used = 0;
    if (memory->size < length + 256) {
        free(memory->bytes);
        memory->size = length + 256;
        memory->bytes = malloc(memory->size);
    }
    memory->allocator = (ProtobufCAllocator){allocate, keep, memory};
    void *message = protobuf_c_message_unpack(type, &memory->allocator, GRPC_SLICE_LENGTH(*first),
                                              GRPC_SLICE_START_PTR(*first));
    if (message == NULL)
        abort();
    grpc_slice_unref(all);
    grpc_byte_buffer_reader_destroy(&reader);
    return message;
}
