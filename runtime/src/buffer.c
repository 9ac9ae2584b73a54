/* Core's byte buffers; see buffer.h. */
#include "buffer.h"

#include <limits.h>

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/slice.h>

grpc_c_buffer *grpc_c_buffer_pack(const grpc_c_codec *codec, const ProtobufCMessage *message,
                                  const char **ret_reason)
{
    size_t size = codec->packed_size(message);
    /* gRPC's length prefix has 32 bits, and core counts messages in ints. */
    if (size > INT_MAX) {
        *ret_reason = "the message cannot be serialized, or is larger than 2 GiB";
        return NULL;
    }
    grpc_slice slice = grpc_slice_malloc(size);
    grpc_byte_buffer *buffer = NULL;
    if (codec->pack(message, GRPC_SLICE_START_PTR(slice)) == size)
        buffer = grpc_raw_byte_buffer_create(&slice, 1);
    else
        *ret_reason = "the message could not be serialized";
    grpc_slice_unref(slice);
    return buffer;
}

static ProtobufCMessage *unpack_bytes(grpc_slice *slice, const grpc_c_codec *codec,
                                      const grpc_c_message_type *type, grpc_c_arena *arena)
{
    return grpc_c_codec_unpack(codec, type, &arena->allocator, GRPC_SLICE_START_PTR(*slice),
                               GRPC_SLICE_LENGTH(*slice));
}

ProtobufCMessage *grpc_c_buffer_unpack(grpc_c_buffer *buffer, const grpc_c_codec *codec,
                                       const grpc_c_message_type *type, grpc_c_arena *arena,
                                       grpc_c_status_code *ret_code, const char **ret_reason)
{
    ProtobufCMessage *message = NULL;
    grpc_byte_buffer_reader reader;
    *ret_code = GRPC_C_STATUS_INTERNAL;
    if (!grpc_byte_buffer_reader_init(&reader, buffer)) {
        *ret_reason = "the message could not be decompressed";
        return NULL;
    }
    grpc_slice *first;
    if (!grpc_byte_buffer_reader_peek(&reader, &first)) {
        grpc_slice empty = grpc_empty_slice();
        message = unpack_bytes(&empty, codec, type, arena);
    } else if (GRPC_SLICE_LENGTH(*first) == grpc_byte_buffer_length(reader.buffer_out)) {
        message = unpack_bytes(first, codec, type, arena);
    } else {
        grpc_byte_buffer_reader_destroy(&reader);
        if (!grpc_byte_buffer_reader_init(&reader, buffer)) {
            *ret_reason = "the message could not be decompressed";
            return NULL;
        }
        grpc_slice whole = grpc_byte_buffer_reader_readall(&reader);
        message = unpack_bytes(&whole, codec, type, arena);
        grpc_slice_unref(whole);
    }
    grpc_byte_buffer_reader_destroy(&reader);
    if (message == NULL && arena->exhausted) {
        *ret_code = GRPC_C_STATUS_RESOURCE_EXHAUSTED;
        *ret_reason = "the message takes more memory than a call may";
    } else if (message == NULL) {
        *ret_reason = "the message could not be parsed";
    }
    return message;
}

void grpc_c_buffer_free(grpc_c_buffer *buffer)
{
    if (buffer != NULL)
        grpc_byte_buffer_destroy(buffer);
}
