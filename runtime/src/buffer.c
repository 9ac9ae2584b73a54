/* Core's byte buffers; see buffer.h. */
#include "buffer.h"

#include <limits.h>

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/slice.h>

#include "decompress.h"

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

bool grpc_c_buffer_is_compressed(const grpc_c_buffer *buffer)
{
    return buffer->data.raw.compression != GRPC_COMPRESS_NONE;
}

/* Most messages came in one piece, and are read where they are. */
static ProtobufCMessage *unpack_plain(grpc_c_buffer *buffer, const grpc_c_codec *codec,
                                      const grpc_c_message_type *type, grpc_c_arena *arena)
{
    grpc_byte_buffer_reader reader;
    grpc_byte_buffer_reader_init(&reader, buffer);
    grpc_slice *first = NULL;
    grpc_slice whole;
    bool one = grpc_byte_buffer_reader_peek(&reader, &first) &&
               GRPC_SLICE_LENGTH(*first) == grpc_byte_buffer_length(buffer);
    if (one) {
        whole = grpc_slice_ref(*first);
    } else {
        grpc_byte_buffer_reader_destroy(&reader);
        grpc_byte_buffer_reader_init(&reader, buffer);
        whole = grpc_byte_buffer_reader_readall(&reader);
    }
    ProtobufCMessage *message =
        grpc_c_codec_unpack(codec, type, &arena->allocator, GRPC_SLICE_START_PTR(whole),
                            GRPC_SLICE_LENGTH(whole));
    grpc_slice_unref(whole);
    grpc_byte_buffer_reader_destroy(&reader);
    return message;
}

/* The bytes are needed only while they are unpacked: they take memory of their own, up to the
 * message limit, rather than the arena's. */
static ProtobufCMessage *unpack_compressed(grpc_c_buffer *buffer, size_t limit,
                                           const grpc_c_codec *codec,
                                           const grpc_c_message_type *type, grpc_c_arena *arena,
                                           grpc_c_status_code *ret_code, const char **ret_reason)
{
    bool gzip = buffer->data.raw.compression == GRPC_COMPRESS_GZIP;
    grpc_c_decompressor decompressor;
    grpc_c_decompressor_init(&decompressor,
                             gzip ? GRPC_C_COMPRESSION_GZIP : GRPC_C_COMPRESSION_DEFLATE, limit);
    grpc_byte_buffer_reader reader;
    grpc_byte_buffer_reader_init(&reader, buffer);
    grpc_slice *piece;
    while (grpc_byte_buffer_reader_peek(&reader, &piece) &&
           grpc_c_decompressor_add(&decompressor, GRPC_SLICE_START_PTR(*piece),
                                   GRPC_SLICE_LENGTH(*piece)))
        continue;
    grpc_byte_buffer_reader_destroy(&reader);
    ProtobufCMessage *message = NULL;
    if (grpc_c_decompressor_finish(&decompressor)) {
        message = grpc_c_codec_unpack(codec, type, &arena->allocator, decompressor.bytes,
                                      decompressor.size);
    } else {
        *ret_code = decompressor.code;
        *ret_reason = decompressor.reason;
    }
    grpc_c_decompressor_free(&decompressor);
    return message;
}

ProtobufCMessage *grpc_c_buffer_unpack(grpc_c_buffer *buffer, size_t limit,
                                       const grpc_c_codec *codec, const grpc_c_message_type *type,
                                       grpc_c_arena *arena, grpc_c_status_code *ret_code,
                                       const char **ret_reason)
{
    *ret_code = GRPC_C_STATUS_OK;
    /* No bytes, said to be compressed, are an empty message, as they are to other gRPCs on core. */
    ProtobufCMessage *message =
        grpc_c_buffer_is_compressed(buffer) && grpc_byte_buffer_length(buffer) > 0
            ? unpack_compressed(buffer, limit, codec, type, arena, ret_code, ret_reason)
            : unpack_plain(buffer, codec, type, arena);
    if (message != NULL || *ret_code != GRPC_C_STATUS_OK)
        return message;
    *ret_code = arena->exhausted ? GRPC_C_STATUS_RESOURCE_EXHAUSTED : GRPC_C_STATUS_INTERNAL;
    *ret_reason = arena->exhausted ? "the message takes more memory than a call may"
                                   : "the message could not be parsed";
    return NULL;
}

void grpc_c_buffer_free(grpc_c_buffer *buffer)
{
    if (buffer != NULL)
        grpc_byte_buffer_destroy(buffer);
}
