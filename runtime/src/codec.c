/* The default codec: Protocol Buffers through protobuf-c. */
#include "codec.h"

#include "depth.h"

static size_t protobuf_packed_size(const ProtobufCMessage *message)
{
    return protobuf_c_message_get_packed_size(message);
}

static size_t protobuf_pack(const ProtobufCMessage *message, uint8_t *ret_bytes)
{
    return protobuf_c_message_pack(message, ret_bytes);
}

/* What protobuf-c would let pass: it recurses without a limit, takes any bytes for a string, and
 * ends a string at the first NUL in it. Types that allow none of this are not scanned. */
static ProtobufCMessage *unpack_type(const grpc_c_message_type *type, bool strings,
                                     ProtobufCAllocator *allocator, const uint8_t *bytes,
                                     size_t size)
{
    strings &= type->has_strings;
    if ((type->nests || strings) &&
        !grpc_c_depth_scan(type->descriptor, bytes, size, type->max_depth, strings))
        return NULL;
    return protobuf_c_message_unpack(type->descriptor, allocator, size, bytes);
}

static ProtobufCMessage *protobuf_unpack(const ProtobufCMessageDescriptor *type,
                                         ProtobufCAllocator *allocator, const uint8_t *bytes,
                                         size_t size)
{
    grpc_c_message_type known = grpc_c_message_type_of(type);
    return unpack_type(&known, true, allocator, bytes, size);
}

static ProtobufCMessage *protobuf_unpack_any_strings(const ProtobufCMessageDescriptor *type,
                                                     ProtobufCAllocator *allocator,
                                                     const uint8_t *bytes, size_t size)
{
    grpc_c_message_type known = grpc_c_message_type_of(type);
    return unpack_type(&known, false, allocator, bytes, size);
}

const grpc_c_codec grpc_c_protobuf_codec = {
    .struct_size = sizeof(grpc_c_codec),
    .packed_size = protobuf_packed_size,
    .pack = protobuf_pack,
    .unpack = protobuf_unpack,
};

const grpc_c_codec grpc_c_protobuf_any_strings_codec = {
    .struct_size = sizeof(grpc_c_codec),
    .packed_size = protobuf_packed_size,
    .pack = protobuf_pack,
    .unpack = protobuf_unpack_any_strings,
};

grpc_c_message_type grpc_c_message_type_within(const ProtobufCMessageDescriptor *descriptor,
                                               unsigned max_depth)
{
    return (grpc_c_message_type){descriptor, grpc_c_depth_may_exceed(descriptor, max_depth),
                                 max_depth, grpc_c_depth_reaches_string(descriptor)};
}

grpc_c_message_type grpc_c_message_type_of(const ProtobufCMessageDescriptor *descriptor)
{
    return grpc_c_message_type_within(descriptor, GRPC_C_DEPTH_LIMIT);
}

ProtobufCMessage *grpc_c_codec_unpack(const grpc_c_codec *codec, const grpc_c_message_type *type,
                                      ProtobufCAllocator *allocator, const uint8_t *bytes,
                                      size_t size)
{
    if (codec == &grpc_c_protobuf_codec || codec == &grpc_c_protobuf_any_strings_codec)
        return unpack_type(type, codec == &grpc_c_protobuf_codec, allocator, bytes, size);
    return codec->unpack(type->descriptor, allocator, bytes, size);
}

const grpc_c_codec *grpc_c_codec_or_default(const grpc_c_codec *codec)
{
    if (codec == NULL)
        return &grpc_c_protobuf_codec;
    bool complete = codec->struct_size >= sizeof *codec && codec->packed_size != NULL &&
                    codec->pack != NULL && codec->unpack != NULL;
    return complete ? codec : NULL;
}
