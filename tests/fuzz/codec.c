/*
 * The depth scan and the unpacking of a message, as they meet what peers send. What is accepted is
 * a valid message, which packs, and what it packs to is accepted again and packs to the same.
 *
 * Input: one byte for the type, one for the memory that the call may take, then the message.
 */
#include <stdbool.h>
#include <string.h>

#include "arena.h"
#include "codec.h"
#include "depth.h"
#include "fuzz.h"
#include "messages.pb-c.h"
#include "messages2.pb-c.h"
#include "nesting.pb-c.h"

static const ProtobufCMessageDescriptor *const types[] = {
    &nesting__flat__descriptor, &nesting__shallow__descriptor, &nesting__node__descriptor,
    &nesting__ping__descriptor, &fuzz__scalars__descriptor,    &fuzz__lists__descriptor,
    &fuzz__tree__descriptor,    &fuzz__branch__descriptor,     &fuzz2__order__descriptor,
    &fuzz2__owner__descriptor,
};

enum {
    type_count = sizeof types / sizeof types[0],
    /* As much as any message may take that libFuzzer makes. */
    large = 64 * 1024 * 1024,
    small_step = 64,
};

typedef struct packed {
    uint8_t *bytes;
    size_t size;
} packed;

static packed pack(const ProtobufCMessage *message)
{
    size_t size = grpc_c_protobuf_codec.packed_size(message);
    packed result = {malloc(size > 0 ? size : 1), size};
    fuzz_require(result.bytes != NULL);
    fuzz_require(grpc_c_protobuf_codec.pack(message, result.bytes) == size);
    return result;
}

static bool holds_number_0(const ProtobufCMessage *message);

static bool field_holds_number_0(const ProtobufCMessage *message,
                                 const ProtobufCFieldDescriptor *field)
{
    const char *start = (const char *)message;
    const void *member = start + field->offset;
    const void *quantifier = start + field->quantifier_offset;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        size_t count = *(const size_t *)quantifier;
        ProtobufCMessage *const *all = *(ProtobufCMessage *const *const *)member;
        for (size_t i = 0; i < count; i++)
            if (holds_number_0(all[i]))
                return true;
        return false;
    }
    bool other = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
                 *(const uint32_t *)quantifier != field->id;
    const ProtobufCMessage *one = other ? NULL : *(ProtobufCMessage *const *)member;
    return one != NULL && holds_number_0(one);
}

/* protobuf-c takes a field with the number 0, which no message may have, for an unknown one where
 * its tag has more bytes than it needs, and refuses it where it has one byte, as it packs it. */
static bool holds_number_0(const ProtobufCMessage *message)
{
    for (unsigned i = 0; i < message->n_unknown_fields; i++)
        if (message->unknown_fields[i].tag == 0)
            return true;
    const ProtobufCMessageDescriptor *type = message->descriptor;
    for (unsigned i = 0; i < type->n_fields; i++)
        if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE &&
            field_holds_number_0(message, &type->fields[i]))
            return true;
    return false;
}

static void check_accepted(const grpc_c_message_type *type, const ProtobufCMessage *message)
{
    fuzz_require(message->descriptor == type->descriptor);
    fuzz_require(protobuf_c_message_check(message));
    packed once = pack(message);
    grpc_c_arena arena;
    grpc_c_arena_init(&arena, large);
    const ProtobufCMessage *again =
        grpc_c_codec_unpack(&grpc_c_protobuf_codec, type, &arena.allocator, once.bytes, once.size);
    fuzz_require(again != NULL || holds_number_0(message));
    if (again != NULL) {
        packed twice = pack(again);
        fuzz_require(once.size == twice.size && memcmp(once.bytes, twice.bytes, once.size) == 0);
        free(twice.bytes);
    }
    grpc_c_arena_free(&arena);
    free(once.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = {data, size};
    const grpc_c_message_type type = grpc_c_message_type_of(types[fuzz_byte(&input) % type_count]);
    /* Most often there is enough. */
    uint8_t memory = fuzz_byte(&input);
    size_t limit = memory < 0x40 ? (size_t)memory * small_step : large;
    size_t length;
    uint8_t *bytes = fuzz_rest(&input, &length);

    bool within_limit =
        grpc_c_depth_scan(type.descriptor, bytes, length, GRPC_C_DEPTH_LIMIT, false);
    grpc_c_arena arena;
    grpc_c_arena_init(&arena, limit);
    const ProtobufCMessage *message =
        grpc_c_codec_unpack(&grpc_c_protobuf_codec, &type, &arena.allocator, bytes, length);
    fuzz_require(arena.used <= limit);
    fuzz_require(message == NULL || within_limit);
    fuzz_require(message == NULL || !arena.exhausted);
    if (message != NULL)
        check_accepted(&type, message);
    grpc_c_arena_free(&arena);
    free(bytes);
    return message != NULL ? fuzz_accepted : fuzz_refused;
}
