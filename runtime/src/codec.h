/*
 * Inside the codec: the protobuf-c codec with what it knows of a type beforehand, and the call
 * through whichever codec a channel or server has.
 */
#ifndef GRPC_C_CODEC_INTERNAL_H
#define GRPC_C_CODEC_INTERNAL_H

#include <stdbool.h>

#include <grpc-c/codec.h>

/** A message type, with what is worked out once, when its method is registered. */
typedef struct grpc_c_message_type {
    const ProtobufCMessageDescriptor *descriptor;
    /** Messages of it can be nested deeper than the limit, so that each must be scanned first. */
    bool nests;
    /** That limit. */
    unsigned max_depth;
    /** Messages of it can hold strings, which are looked at for the same reason. */
    bool has_strings;
} grpc_c_message_type;

/** `max_depth` is GRPC_C_DEPTH_MOST at most. */
grpc_c_message_type grpc_c_message_type_within(const ProtobufCMessageDescriptor *descriptor,
                                               unsigned max_depth);

/** The same with the default limit. */
grpc_c_message_type grpc_c_message_type_of(const ProtobufCMessageDescriptor *descriptor);

/** codec->unpack, by the short way for the protobuf-c codec. */
ProtobufCMessage *grpc_c_codec_unpack(const grpc_c_codec *codec, const grpc_c_message_type *type,
                                      ProtobufCAllocator *allocator, const uint8_t *bytes,
                                      size_t size);

/** `codec`, or the default for NULL; NULL for a codec that is not complete. */
const grpc_c_codec *grpc_c_codec_or_default(const grpc_c_codec *codec);

#endif
